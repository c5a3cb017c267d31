/* Expected values: tests/reference/between*.csv and f_tail.csv (R 4.2.2 and metafor, by between.R),
   and a few by hand. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine/stats/ancova.h"
#include "engine/stats/f_distribution.h"
#include "engine/stats/kruskal_wallis.h"
#include "engine/stats/one_way.h"
#include "engine/stats/pooled.h"
#include "tests/vectors.h"

#define MOST_COHORTS 32
#define MOST_PAIRS 8192

/* One case: its cohorts, some of which may be of nobody. */
struct data {
    char name[40];
    int64_t units;
    struct pair_count pairs[MOST_PAIRS];
    size_t n_pairs, n_cohorts;
    struct joint joints[MOST_COHORTS];
    struct cohort cohorts[MOST_COHORTS];
    struct score_count changes[MOST_PAIRS]; /* of all */
    size_t n_changes;
};

static int by_score(const void *a, const void *b)
{
    const struct score_count *const x = a, *const y = b;
    return x->score < y->score ? -1 : x->score > y->score;
}

/* Reads the next case from the data; `line` holds the first line not yet taken. */
static bool read_case(FILE *file, char line[200], struct data *data)
{
    memset(data, 0, sizeof *data);
    while (line[0] != '\0') {
        const size_t length = strcspn(line, ",");
        long long units, before, after, count;
        unsigned cohort;
        if (data->n_pairs > 0 &&
            (strlen(data->name) != length || strncmp(line, data->name, length) != 0)) {
            break;
        }
        assert_true(length < sizeof data->name && data->n_pairs < MOST_PAIRS);
        memcpy(data->name, line, length);
        assert_int_equal(sscanf(line + length, ",%lld,%u,%lld,%lld,%lld", &units, &cohort, &before,
                                &after, &count),
                         5);
        assert_true(cohort < MOST_COHORTS && cohort + 1 >= data->n_cohorts);
        data->units = units;
        if (data->joints[cohort].n_pairs == 0) {
            data->joints[cohort].pairs = &data->pairs[data->n_pairs];
            data->n_cohorts = cohort + 1;
        }
        data->joints[cohort].n_pairs++;
        data->changes[data->n_pairs] = (struct score_count){.score = after - before};
        data->pairs[data->n_pairs++] = (struct pair_count){before, after, (uint64_t)count};
        if (fgets(line, 200, file) == NULL) {
            line[0] = '\0';
        }
    }
    qsort(data->changes, data->n_pairs, sizeof data->changes[0], by_score);
    for (size_t i = 0; i < data->n_pairs; i++) {
        if (i == 0 || data->changes[i].score != data->changes[data->n_changes - 1].score) {
            data->changes[data->n_changes++] = data->changes[i];
        }
    }
    for (size_t i = 0; i < data->n_cohorts; i++) {
        struct cohort_sums sums = {0}, part = {0};
        const size_t half = data->joints[i].n_pairs / 2;
        data->joints[i].units_per_point = data->units;
        /* In two parts, which are to add up. */
        cohort_sums_add(&sums, &(struct joint){data->joints[i].pairs, half, data->units},
                        data->pairs[0].before);
        if (data->joints[i].n_pairs > half) {
            cohort_sums_add(&part,
                            &(struct joint){data->joints[i].pairs + half,
                                            data->joints[i].n_pairs - half, data->units},
                            data->pairs[0].before);
        }
        cohort_sums_merge(&sums, &part);
        data->cohorts[i] = cohort_of(&sums, data->units);
        count_changes(&data->joints[i], data->changes, data->n_changes);
    }
    return data->n_pairs > 0;
}

static struct kruskal_wallis kruskal_of(const struct data *data)
{
    static const size_t most = MOST_PAIRS;
    uint64_t *const ranks = calloc(most, sizeof *ranks);
    struct ranked_cohort cohorts[MOST_COHORTS];
    const struct distribution all = {data->changes, data->n_changes, data->units};
    struct kruskal_wallis result;
    uint64_t n;
    int128 tied;
    assert_non_null(ranks);
    tied = mid_ranks(&all, ranks, &n);
    for (size_t i = 0; i < data->n_cohorts; i++) {
        cohorts[i] = rank_changes(&data->joints[i], &all, ranks);
    }
    result = kruskal_wallis(cohorts, data->n_cohorts, n, tied);
    free(ranks);
    return result;
}

/* A p by its logarithm; 0 is right where no double could hold it. */
static void expect_log(const char *name, const char *column, double p, double log_p)
{
    if (log_p < -745.0) {
        expect_close(name, column, p, 0.0, 1e-300);
    } else if (log_p < -27.0) {
        expect_close(name, column, log(p), log_p, 1e-10);
    } else {
        expect_close(name, column, p, exp(log_p), 2e-10);
    }
}

static void check_case(const struct data *data, const struct vectors *values, size_t row)
{
    const struct one_way welch = one_way_welch(data->cohorts, data->n_cohorts);
    const struct kruskal_wallis kruskal = kruskal_of(data);
    const struct ancova fit = ancova(data->cohorts, data->n_cohorts);
    const struct pooled pooled = pool_sites(data->cohorts, data->n_cohorts);
    const struct {
        const char *name;
        double got;
    } columns[] = {{"welch_cohorts", (double)welch.cohorts},
                   {"welch_f", welch.f},
                   {"welch_df1", isnan(welch.f) ? NAN : welch.df1},
                   {"welch_df2", isnan(welch.f) ? NAN : welch.df2},
                   {"log_p_welch", welch.p},
                   {"kruskal_h", kruskal.h},
                   {"kruskal_df", kruskal.df},
                   {"log_p_kruskal", kruskal.p},
                   {"slope", fit.slope},
                   {"ancova_f", fit.f},
                   {"ancova_df1", fit.df1},
                   {"ancova_df2", fit.df2},
                   {"log_p_ancova", fit.p},
                   {"slopes_f", fit.slopes_f},
                   {"slopes_df1", fit.slopes_df1},
                   {"slopes_df2", fit.slopes_df2},
                   {"log_p_slopes", fit.p_slopes},
                   {"sites", (double)pooled.sites},
                   {"sites_pooled", (double)pooled.pooled},
                   {"mean_over_people", pooled.mean_over_people},
                   {"mean_over_sites", pooled.mean_over_sites},
                   {"pooled_mean", pooled.mean},
                   {"pooled_se", pooled.se},
                   {"pooled_ci_low", pooled.ci_low},
                   {"pooled_ci_high", pooled.ci_high},
                   {"log_p_pooled", pooled.p},
                   {"tau2", pooled.tau2},
                   {"i2", pooled.i2},
                   {"prediction_ci_low", pooled.prediction_ci_low},
                   {"prediction_ci_high", pooled.prediction_ci_high}};
    assert_string_equal(data->name, vector_cell(values, row, "case"));
    assert_int_equal(values->n_columns, COUNT(columns) + 1);
    for (size_t c = 0; c < COUNT(columns); c++) {
        const double expected = vector_number(values, row, columns[c].name);
        if (strncmp(columns[c].name, "log_p", 5) == 0) {
            expect_log(data->name, columns[c].name, columns[c].got, expected);
        } else {
            expect_close(data->name, columns[c].name, columns[c].got, expected, 2e-10);
        }
    }
}

static void check_adjusted(const struct data *data, const struct vectors *values, size_t *row)
{
    const struct ancova fit = ancova(data->cohorts, data->n_cohorts);
    const double origin = (double)data->pairs[0].before / (double)data->units;
    for (size_t i = 0; i < data->n_cohorts; i++) {
        const struct adjusted got = ancova_adjusted(&fit, &data->cohorts[i]);
        if (*row == values->n_rows || strcmp(vector_cell(values, *row, "case"), data->name) != 0 ||
            vector_number(values, *row, "cohort") != (double)i) {
            assert_true(isnan(got.se));
            continue;
        }
        expect_close(data->name, "mean", got.mean + origin, vector_number(values, *row, "mean"),
                     1e-11);
        expect_close(data->name, "se", got.se, vector_number(values, *row, "se"), 1e-10);
        expect_close(data->name, "ci_low", got.ci_low + origin,
                     vector_number(values, *row, "ci_low"), 1e-10);
        expect_close(data->name, "ci_high", got.ci_high + origin,
                     vector_number(values, *row, "ci_high"), 1e-10);
        (*row)++;
    }
}

static void test_against_r(void **state)
{
    static struct data data;
    FILE *const file = fopen(REFERENCE_DIR "/between_data.csv", "r");
    char line[200];
    struct vectors values, adjusted;
    size_t n_cases = 0, n_adjusted = 0;
    (void)state;
    assert_non_null(file);
    vectors_open(&values, "between.csv");
    vectors_open(&adjusted, "between_adjusted.csv");
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "case,units_per_point,cohort,before,after,count\n");
    assert_non_null(fgets(line, sizeof line, file));
    while (read_case(file, line, &data)) {
        assert_true(n_cases < values.n_rows);
        check_case(&data, &values, n_cases++);
        check_adjusted(&data, &adjusted, &n_adjusted);
    }
    assert_int_equal(n_cases, values.n_rows);
    assert_int_equal(n_adjusted, adjusted.n_rows);
    fclose(file);
    vectors_close(&values);
    vectors_close(&adjusted);
}

static void test_f_tail(void **state)
{
    struct vectors values;
    (void)state;
    vectors_open(&values, "f_tail.csv");
    for (size_t i = 0; i < values.n_rows; i++) {
        const double log_p = vector_number(&values, i, "log_p");
        const double got = f_upper(vector_number(&values, i, "f"), vector_number(&values, i, "df1"),
                                   vector_number(&values, i, "df2"));
        if (!close_to(log_p < -27.0 ? log(got) : got, log_p < -27.0 ? log_p : exp(log_p), 2e-12)) {
            fail_msg("row %zu: expected log %.17g, got %.17g", i, log_p, log(got));
        }
    }
    vectors_close(&values);
    assert_true(f_upper(0.0, 2.0, 3.0) == 1.0 && f_upper(INFINITY, 2.0, 3.0) == 0.0);
    assert_true(isnan(f_upper(NAN, 2.0, 3.0)) && isnan(f_upper(1.0, 0.0, 3.0)) &&
                isnan(f_upper(1.0, 2.0, NAN)));
    /* 1 / (1 + f)^10 at df1 = 2, df2 = 20 with f / 10 */
    expect_close("closed form", "p", f_upper(1e30, 2.0, 20.0), 1e-290, 1e-12);
}

/* Nobody at all, and cohorts of which none has anybody. */
static void test_nobody(void **state)
{
    const struct cohort_sums none = {0};
    const struct cohort nobody[] = {cohort_of(&none, 1), cohort_of(&none, 1)};
    const struct difference difference = difference_welch(&nobody[0], &nobody[1]);
    const struct ancova fit = ancova(nobody, 2);
    const struct pooled pooled = pool_sites(nobody, 2);
    (void)state;
    assert_true(isnan(one_way_welch(nobody, 2).f) && isnan(one_way_welch(nobody, 0).p));
    assert_true(isnan(fit.slope) && isnan(fit.f) && isnan(fit.p) && fit.cohorts == 0);
    assert_true(isnan(ancova_adjusted(&fit, &nobody[0]).mean));
    assert_true(isnan(difference.difference) && isnan(difference.se) && isnan(difference.p));
    assert_true(pooled.sites == 0 && isnan(pooled.mean_over_people) && isnan(pooled.mean));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_r),
        cmocka_unit_test(test_f_tail),
        cmocka_unit_test(test_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Expected values: tests/reference/effects.csv, noncentral_t.csv and signed_rank_quantile.csv (R 4.2.2, by
   effects.R), and a few by hand. */
#include "tests/check.h"

#include <stdlib.h>
#include "engine/stats/describe.h"
#include "engine/stats/effect_size.h"
#include "engine/stats/gamma_ratio.h"
#include "engine/stats/hodges_lehmann.h"
#include "engine/stats/noncentral_t.h"
#include "engine/stats/signed_rank.h"
#include "tests/cases.h"
#include "tests/vectors.h"

/* Within `tolerance` of it, small or not. */
static void expect_near(const char *name, const char *column, double got, double expected,
                        double tolerance)
{
    expect_close(name, column, got, expected,
                 expected == 0.0 ? tolerance : tolerance / fabs(expected));
}

/* What is known is what would be found again, to the last bit, also where another t has its place. */
static void expect_known(struct known_intervals *known, double t, double df, struct interval found)
{
    for (int i = 0; i < 2; i++) {
        const struct interval got = noncentral_t_interval_known(known, t, df);
        const struct interval other = noncentral_t_interval_known(known, t, df + 1.0);
        const struct interval expected = noncentral_t_interval(t, df + 1.0);
        assert_memory_equal(&got, &found, sizeof got);
        assert_memory_equal(&other, &expected, sizeof other);
    }
}

static void test_noncentral_t(void **state)
{
    struct known_intervals *const known = known_intervals_new();
    struct vectors values;
    (void)state;
    vectors_open(&values, "noncentral_t.csv");
    assert_non_null(known);
    for (size_t i = 0; i < values.n_rows; i++) {
        const double t = vector_number(&values, i, "t"), df = vector_number(&values, i, "df");
        const double p = vector_number(&values, i, "p"), high = vector_number(&values, i, "high");
        const struct interval got = noncentral_t_interval(t, df);
        const char *const name = vector_cell(&values, i, "t");
        expect_known(known, t, df, got);
        expect_near(name, "low", got.low, vector_number(&values, i, "low"), 1e-11);
        expect_near(name, "high", got.high, high, 1e-11);
        if (!isnan(p)) {
            expect_near(name, "p", noncentral_t_lower(t, df, (t + high) / 2.0), p, 1e-12);
            /* and the mirror image */
            expect_near(name, "1 - p", noncentral_t_lower(-t, df, (t + high) / -2.0), 1.0 - p,
                        1e-12);
        }
    }
    vectors_close(&values);
    free(known);
    /* without noncentrality it is Student's t; at t = 0, the normal distribution */
    expect_close("central", "p", noncentral_t_lower(2.0, 1.0, 0.0), 0.85241638234956672, 1e-13);
    expect_close("t 0", "p", noncentral_t_lower(0.0, 5.0, 1.0), 0.15865525393145705, 1e-13);
    assert_true(isnan(noncentral_t_lower(40.5, 5.0, 1.0)));
    assert_true(isnan(noncentral_t_lower(NAN, 5.0, 1.0)));
    assert_true(isnan(noncentral_t_interval(1.0, 0.0).low));
    assert_true(isnan(noncentral_t_interval(1.0, INFINITY).high));
}

static void test_quantile(void **state)
{
    struct vectors values;
    (void)state;
    vectors_open(&values, "signed_rank_quantile.csv");
    for (size_t i = 0; i < values.n_rows; i++) {
        expect_close(vector_cell(&values, i, "n"), "quantile",
                     signed_rank_quantile(vector_number(&values, i, "n")),
                     vector_number(&values, i, "quantile"), 0.0);
    }
    vectors_close(&values);
}

/* 30-digit arithmetic (mpmath), and at 1e8 the series 1 - 3 / (4 df) + ... */
static void test_factor(void **state)
{
    (void)state;
    assert_true(isnan(hedges_factor(0.0)));
    assert_true(isnan(hedges_factor(1.0)));
    expect_close("2", "J", hedges_factor(2.0), 0.56418958354775628, 1e-15);
    expect_close("4", "J", hedges_factor(4.0), 0.79788456080286536, 1e-15);
    expect_close("38", "J", hedges_factor(38.0), 0.98011040213094627, 1e-14);
    expect_close("1e8", "J", hedges_factor(1e8), 1.0 - 0.75e-8, 1e-15);
}

struct column {
    const char *name;
    const struct value *got;
    double tolerance; /* relative, or absolute where that is wider */
};

static void check_columns(const struct vectors *values, size_t row, const char *name,
                          const struct column columns[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double expected = vector_number(values, row, columns[i].name);
        const double tolerance = columns[i].tolerance * fmax(1.0, fabs(expected));
        assert_int_equal(columns[i].got->kind == VALUE_UNDEFINED, isnan(columns[i].got->number));
        expect_near(name, columns[i].name, columns[i].got->number, expected, tolerance);
    }
}

static void check_ranks(const struct vectors *values, size_t row, const char *name,
                        const struct distribution *changes, double work[])
{
    const struct signed_rank ranks = signed_rank(changes, ZEROS_DROPPED, work);
    const struct signed_rank pratt = signed_rank(changes, ZEROS_RANKED, work);
    const struct column columns[] = {
        {"rank_biserial", &ranks.rank_biserial, 1e-13},
        {"rank_biserial_ci_low", &ranks.rank_biserial_low, 1e-12},
        {"rank_biserial_ci_high", &ranks.rank_biserial_high, 1e-12},
        {"pratt_v", &pratt.v, 0.0},
        {"pratt_exact", &pratt.exact, 0.0},
        {"pratt_p", &pratt.p_wilcoxon, 1e-12},
        {"pratt_rank_biserial", &pratt.rank_biserial, 1e-13},
        {"pratt_rank_biserial_ci_low", &pratt.rank_biserial_low, 1e-12},
        {"pratt_rank_biserial_ci_high", &pratt.rank_biserial_high, 1e-12}};
    const double log_p = vector_number(values, row, "pratt_log_p");
    check_columns(values, row, name, columns, COUNT(columns));
    if (log_p > -700.0) {
        expect_close(name, "pratt_log_p", log(pratt.p_wilcoxon.number), log_p, 1e-11);
    }
}

static void test_against_r(void **state)
{
    struct cases cases;
    struct vectors values;
    double *const work = calloc(SIGNED_RANK_WORK, sizeof *work);
    (void)state;
    assert_non_null(work);
    cases_open(&cases);
    vectors_open(&values, "effects.csv");
    assert_int_equal(cases.n_cases, values.n_rows);
    for (size_t i = 0; i < cases.n_cases; i++) {
        const char *const name = cases.names[i];
        struct distribution scores = case_distribution(&cases, i, joint_before);
        const struct value sd_before = describe(&scores).sd;
        scores = case_distribution(&cases, i, joint_after);
        const struct value sd_after = describe(&scores).sd;
        scores = case_distribution(&cases, i, joint_change);
        const struct paired_change paired = paired_change(&cases.joints[i], &scores);
        const struct effect_sizes sizes = effect_sizes(&paired, sd_before, sd_after, NULL);
        const struct signed_rank ranks = signed_rank(&scores, ZEROS_DROPPED, work);
        const struct effect superior = superiority(ranks.n_up, ranks.n_same, ranks.n_down);
        const struct effect middle = hodges_lehmann(&scores);
        const struct column columns[] = {{"dz_ci_low", &sizes.dz.low, 1e-10},
                                         {"dz_ci_high", &sizes.dz.high, 1e-10},
                                         {"dz_noncentral", &sizes.noncentral, 0.0},
                                         {"gz", &sizes.gz.size, 1e-11},
                                         {"gz_ci_low", &sizes.gz.low, 1e-10},
                                         {"gz_ci_high", &sizes.gz.high, 1e-10},
                                         {"dav_ci_low", &sizes.dav.low, 1e-10},
                                         {"dav_ci_high", &sizes.dav.high, 1e-10},
                                         {"gav", &sizes.gav.size, 1e-11},
                                         {"gav_ci_low", &sizes.gav.low, 1e-10},
                                         {"gav_ci_high", &sizes.gav.high, 1e-10},
                                         {"glass_delta", &sizes.delta.size, 1e-12},
                                         {"glass_delta_ci_low", &sizes.delta.low, 1e-10},
                                         {"glass_delta_ci_high", &sizes.delta.high, 1e-10},
                                         {"g_glass", &sizes.g_delta.size, 1e-11},
                                         {"g_glass_ci_low", &sizes.g_delta.low, 1e-10},
                                         {"g_glass_ci_high", &sizes.g_delta.high, 1e-10},
                                         {"superiority", &superior.size, 1e-15},
                                         {"superiority_ci_low", &superior.low, 1e-14},
                                         {"superiority_ci_high", &superior.high, 1e-14},
                                         {"hodges_lehmann", &middle.size, 1e-14},
                                         {"hodges_lehmann_ci_low", &middle.low, 1e-14},
                                         {"hodges_lehmann_ci_high", &middle.high, 1e-14}};
        assert_string_equal(name, vector_cell(&values, i, "case"));
        check_columns(&values, i, name, columns, COUNT(columns));
        check_ranks(&values, i, name, &scores, work);
        /* what is printed elsewhere is the same number */
        expect_close(name, "dz", sizes.dz.size.number, paired.dz.number, 0.0);
        expect_close(name, "dav", sizes.dav.size.number, paired.dav.number, 0.0);
    }
    vectors_close(&values);
    cases_close(&cases);
    free(work);
}

/* The interval changes its method at 37, and the two are close there: n = 1,000, some up by 1.
   By hand. */
static void test_switch(void **state)
{
    const struct score_count under[] = {{0, 422}, {1, 578}}, over[] = {{0, 421}, {1, 579}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct distribution changes = {i == 0 ? under : over, 2, 1};
        const struct paired_change paired = paired_test(&changes);
        const struct effect_sizes sizes =
            effect_sizes(&paired, value_double(NAN), value_double(NAN), NULL);
        const double d = paired.dz.number;
        const double half = 1.959963984540054 * sqrt(1e-3 + d * d / 2e3);
        assert_true((fabs(d) * sqrt(1000.0) < 37.0) == (i == 0));
        expect_close("switch", "noncentral", sizes.noncentral.number, i == 0, 0.0);
        expect_close("switch", "low", sizes.dz.low.number, d - half, i == 0 ? 1e-3 : 1e-14);
        expect_close("switch", "high", sizes.dz.high.number, d + half, i == 0 ? 1e-3 : 1e-14);
        assert_int_equal(sizes.delta.size.kind, VALUE_UNDEFINED);
        assert_int_equal(sizes.gav.low.kind, VALUE_UNDEFINED);
    }
}

/* Bentur et al. (2009) in Fagerland, Lydersen & Laake (2014), Stat Med 33(16):2850-2875, Table V: 1 and
   7 of 21; the arithmetic by hand. */
static void test_superiority(void **state)
{
    struct effect got = superiority(1, 13, 7);
    (void)state;
    expect_close("Bentur", "low", 2.0 * got.low.number - 1.0, -0.50835930666643941, 1e-12);
    expect_close("Bentur", "high", 2.0 * got.high.number - 1.0, -0.013379823768343200, 1e-12);
    expect_close("Bentur", "size", got.size.number, 15.0 / 42.0, 1e-15);
    got = superiority(0, 0, 0);
    assert_int_equal(got.size.kind, VALUE_UNDEFINED);
    assert_int_equal(got.low.kind, VALUE_UNDEFINED);
    got = superiority(9, 0, 0);
    expect_close("all", "size", got.size.number, 1.0, 0.0);
    expect_close("all", "high", got.high.number, 1.0, 0.0);
    assert_true(got.low.number > 0.5 && got.low.number < 1.0);
    got = superiority(0, 0, UINT64_C(17000000000));
    expect_close("none", "low", got.low.number, 0.0, 0.0);
}

/* Doubled ranks 5, 5, 8, 11, 11 above one zero, of which 5 and 8 are positive: 9 of 32 patterns have a sum of
   13 or less. Without the zero they would be multiples of 3. By hand. */
static void test_ranked_zero(void **state)
{
    const struct score_count scores[] = {{-3, 2}, {-1, 1}, {0, 1}, {1, 1}, {2, 1}};
    double *const work = calloc(SIGNED_RANK_WORK, sizeof *work);
    (void)state;
    assert_non_null(work);
    const struct signed_rank got =
        signed_rank(&(struct distribution){scores, COUNT(scores), 1}, ZEROS_RANKED, work);
    expect_close("one zero", "v", got.v.number, 6.5, 0.0);
    expect_close("one zero", "p", got.p_wilcoxon.number, 18.0 / 32.0, 1e-15);
    expect_close("one zero", "rank_biserial", got.rank_biserial.number, 13.0 / 20.0 - 1.0, 1e-15);
    free(work);
}

/* Walsh averages one by one against the walk, on scores with few and many ties, and negative ones. */
static int compare_sums(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void test_walsh(void **state)
{
    uint64_t random = 1;
    (void)state;
    for (size_t round = 0; round < 200; round++) {
        struct score_count scores[12];
        int64_t people[60], sums[60 * 61 / 2], score = -20;
        size_t n = 0, n_sums = 0, n_scores = 1 + round % 12;
        struct effect got;
        for (size_t i = 0; i < n_scores; i++) {
            random = random * UINT64_C(6364136223846793005) + 1;
            score += 1 + (int64_t)(random >> 61);
            scores[i] = (struct score_count){score, 1 + (random >> 33) % 5};
            for (uint64_t j = 0; j < scores[i].count; j++) {
                people[n++] = score;
            }
        }
        for (size_t i = 0; i < n; i++) {
            for (size_t j = i; j < n; j++) {
                sums[n_sums++] = people[i] + people[j];
            }
        }
        qsort(sums, n_sums, sizeof *sums, compare_sums);
        got = hodges_lehmann(&(struct distribution){scores, n_scores, 10});
        expect_close("walsh", "size", got.size.number,
                     (double)(sums[(n_sums - 1) / 2] + sums[n_sums / 2]) / 40.0, 1e-15);
        if (n >= 6 && n_scores > 1) {
            const size_t q = (size_t)signed_rank_quantile((double)n);
            expect_close("walsh", "low", got.low.number, (double)sums[q - 1] / 20.0, 1e-15);
            expect_close("walsh", "high", got.high.number, (double)sums[n_sums - q] / 20.0, 1e-15);
        } else {
            assert_int_equal(got.low.kind, VALUE_UNDEFINED);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_noncentral_t), cmocka_unit_test(test_quantile),
        cmocka_unit_test(test_factor),       cmocka_unit_test(test_against_r),
        cmocka_unit_test(test_switch),       cmocka_unit_test(test_superiority),
        cmocka_unit_test(test_ranked_zero),  cmocka_unit_test(test_walsh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Expected values: tests/reference/family.csv (R 4.2.2 with clubSandwich, by family.R), and a few by
   hand. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine/stats/family.h"
#include "engine/stats/paired.h"
#include "tests/vectors.h"

#define MOST 4096

/* One case of family_data.csv: its families, and their members one by one. */
struct family_case {
    char name[64];
    int64_t units;
    double target;
    struct family_count counts[MOST];
    struct score_count scores[MOST];
    size_t n_counts, n_scores;
};

static int compare_counts(const void *a, const void *b)
{
    const struct family_count *const x = a, *const y = b;
    if (x->members != y->members) {
        return x->members < y->members ? -1 : 1;
    }
    return x->sum < y->sum ? -1 : x->sum > y->sum;
}

static int compare_scores(const void *a, const void *b)
{
    const struct score_count *const x = a, *const y = b;
    return x->score < y->score ? -1 : x->score > y->score;
}

static void put_in_order(struct family_case *c)
{
    size_t n = 0;
    qsort(c->counts, c->n_counts, sizeof *c->counts, compare_counts);
    for (size_t i = 0; i < c->n_counts; i++) {
        if (n > 0 && compare_counts(&c->counts[n - 1], &c->counts[i]) == 0) {
            c->counts[n - 1].count += c->counts[i].count;
        } else {
            c->counts[n++] = c->counts[i];
        }
    }
    c->n_counts = n;
    qsort(c->scores, c->n_scores, sizeof *c->scores, compare_scores);
    n = 0;
    for (size_t i = 0; i < c->n_scores; i++) {
        if (n > 0 && c->scores[n - 1].score == c->scores[i].score) {
            c->scores[n - 1].count += c->scores[i].count;
        } else {
            c->scores[n++] = c->scores[i];
        }
    }
    c->n_scores = n;
}

/* Scores with blanks between them, of so many families. */
static void add_family(struct family_case *c, uint64_t count, char *scores)
{
    struct family_count *const family = &c->counts[c->n_counts++];
    assert_true(c->n_counts < MOST);
    *family = (struct family_count){.count = count};
    while (*scores != '\0' && *scores != '\n') {
        const int64_t score = strtoll(scores, &scores, 10);
        assert_true(c->n_scores < MOST);
        c->scores[c->n_scores++] = (struct score_count){score, count};
        family->members++;
        family->sum += score;
    }
}

/* The next case of the file; false at its end. `line` is the one that was read last. */
static bool next_case(FILE *file, char *line, size_t size, struct family_case *c)
{
    c->n_counts = c->n_scores = 0;
    if (line[0] == '\0') {
        return false;
    }
    c->name[0] = '\0';
    do {
        char *at = line + strcspn(line, ",");
        uint64_t count;
        *at = '\0';
        if (c->name[0] == '\0') {
            assert_true(strlen(line) < sizeof c->name);
            memcpy(c->name, line, strlen(line) + 1);
        }
        if (strcmp(c->name, line) != 0) {
            *at = ',';
            break;
        }
        c->units = strtoll(at + 1, &at, 10);
        count = (uint64_t)strtoull(at + 1, &at, 10);
        c->target = strtod(at + 1, &at);
        assert_int_equal(*at, ',');
        add_family(c, count, at + 1);
        line[0] = '\0';
    } while (fgets(line, (int)size, file) != NULL);
    put_in_order(c);
    return true;
}

/* By its logarithm; 0 is right where no double could hold it. */
static void expect_p(const char *name, const char *column, double got, double log_p)
{
    if (log_p < -745.0) {
        expect_close(name, column, got, 0.0, 1e-300);
    } else {
        expect_close(name, column, log(got), log_p, 1e-10);
    }
}

/* The two one-sided tests share out what there is: the one that the mean speaks for has half of the
   two-sided p. */
static void check_one_sided(const char *name, const struct family_mean *mean, double target)
{
    const struct value both = family_p(mean, target, TWO_SIDED);
    const struct value less = family_p(mean, target, LESS);
    const struct value greater = family_p(mean, target, GREATER);
    if (both.kind == VALUE_UNDEFINED) {
        assert_int_equal(less.kind, VALUE_UNDEFINED);
        return;
    }
    expect_close(name, "one-sided p", less.number + greater.number, 1.0, 1e-15);
    expect_close(name, "half of p", mean->mean.number < target ? less.number : greater.number,
                 both.number / 2.0, 1e-15);
}

static void check_case(const struct family_case *c, const struct vectors *values, size_t row,
                       double work[])
{
    const struct family_list families = {c->counts, c->n_counts, c->units};
    const struct distribution members = {c->scores, c->n_scores, c->units};
    const struct family_mean got = family_mean(&families, &members);
    const struct sign_flip flip = sign_flip(&families, distribution_slack(&members), work);
    const struct {
        const char *name;
        double got, tolerance;
    } columns[] = {{"n", (double)got.n, 0.0},
                   {"families", (double)got.families, 0.0},
                   {"mean", got.mean.number, 1e-13},
                   {"se", got.se.number, 1e-11}, /* R's own formula loses 7e-12 in one case */
                   {"df", got.df.number, 1e-9},
                   {"ci_low", got.ci_low.number, 1e-10},
                   {"ci_high", got.ci_high.number, 1e-10},
                   {"icc", got.icc.number, 1e-11},
                   {"p_sign_flip", flip.p.number, 1e-11},
                   {"sign_flip_exact", flip.exact.number, 0.0}};
    assert_string_equal(c->name, vector_cell(values, row, "case"));
    for (size_t i = 0; i < COUNT(columns); i++) {
        expect_close(c->name, columns[i].name, columns[i].got,
                     vector_number(values, row, columns[i].name), columns[i].tolerance);
    }
    expect_p(c->name, "log_p", got.p.number, vector_number(values, row, "log_p"));
    expect_p(c->name, "log_p_target", family_p(&got, c->target, TWO_SIDED).number,
             vector_number(values, row, "log_p_target"));
    check_one_sided(c->name, &got, c->target);
    /* Families of one: the paired t test, and none but whole df. */
    if (c->n_counts > 0 && c->counts[c->n_counts - 1].members == 1) {
        const struct paired_change paired = paired_test(&members);
        expect_close(c->name, "se of t", got.se.number,
                     paired.change.n > 1 ? paired.change.se.number : NAN, 4e-16);
        expect_close(c->name, "df of t", got.df.number,
                     paired.change.n > 1 ? paired.df.number : NAN, 0.0);
    }
}

static void test_against_r(void **state)
{
    static const char path[] = REFERENCE_DIR "/family_data.csv";
    static double work[SIGN_FLIP_WORK];
    struct family_case *const c = calloc(1, sizeof *c);
    FILE *const file = fopen(path, "r");
    struct vectors values;
    char line[16384];
    size_t row = 0;
    (void)state;
    assert_non_null(c);
    assert_non_null(file);
    vectors_open(&values, "family.csv");
    assert_non_null(fgets(line, sizeof line, file));
    assert_non_null(fgets(line, sizeof line, file));
    while (next_case(file, line, sizeof line, c)) {
        check_case(c, &values, row++, work);
    }
    assert_int_equal(row, values.n_rows);
    vectors_close(&values);
    fclose(file);
    free(c);
}

static void test_nobody(void **state)
{
    const struct family_list none = {NULL, 0, 1};
    const struct distribution nothing = {NULL, 0, 1};
    double work[SIGN_FLIP_WORK];
    const struct family_mean mean = family_mean(&none, &nothing);
    const struct sign_flip flip = sign_flip(&none, 0, work);
    (void)state;
    assert_int_equal(mean.n, 0);
    assert_int_equal(mean.mean.kind, VALUE_UNDEFINED);
    assert_int_equal(mean.se.kind, VALUE_UNDEFINED);
    assert_int_equal(flip.p.kind, VALUE_UNDEFINED);
    assert_int_equal(flip.exact.kind, VALUE_UNDEFINED);
}

/* By hand: of families of 2 and of 1 with sums 13 and -1, d = 4; e = 5 and -5, so that
   var = (25 / (1/3) + 25 / (2/3)) / 9 = 12.5; of two families df is 1. Flips: -1 of four patterns
   is as far out as 12 on either side: 12 and -12 of 12, 14, -14, -12. */
static void test_by_hand(void **state)
{
    const struct family_count counts[] = {{1, -1, 1}, {2, 13, 1}};
    const struct score_count scores[] = {{-1, 1}, {4, 1}, {9, 1}};
    const struct family_list families = {counts, 2, 1};
    const struct distribution members = {scores, 3, 1};
    double work[SIGN_FLIP_WORK];
    const struct family_mean mean = family_mean(&families, &members);
    const struct sign_flip flip = sign_flip(&families, 0, work);
    (void)state;
    expect_close("by hand", "se", mean.se.number, sqrt(12.5), 1e-15);
    expect_close("by hand", "df", mean.df.number, 1.0, 0.0);
    expect_close("by hand", "p", flip.p.number, 1.0, 0.0);
}

/* df lies between 1 and the number of families less 1, however unlike their sizes are. */
static void test_sizes(void **state)
{
    (void)state;
    for (uint64_t a = 1; a < 40; a++) {
        for (uint64_t b = a + 1; b < 1000000; b = b * 3 / 2 + 1) {
            const struct family_count counts[] = {{a, 3, 2}, {b, -1, 1}};
            const struct family_list families = {counts, 2, 1};
            /* They add up to 5 as well; df does not look at them. */
            const struct score_count scores[] = {{0, 2 * a + b - 1}, {5, 1}};
            const struct distribution members = {scores, 2, 1};
            const struct family_mean mean = family_mean(&families, &members);
            assert_true(mean.df.number >= 1.0 && mean.df.number <= 2.0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_r),
        cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

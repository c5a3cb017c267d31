/* Expected values: tests/reference/statistics.csv (R 4.2.2, by statistics.R), and a few by hand. */
#include "tests/check.h"

#include <stdio.h>
#include "engine/stats/describe.h"
#include "tests/cases.h"
#include "tests/vectors.h"

/* R rounds its sums, and the scores in points before that */
#define AGAINST_R 2e-13

static void expect(const char *name, const char *column, const struct value *got, double expected,
                   double tolerance)
{
    if (!close_to(got->number, expected, tolerance)) {
        fail_msg("%s: %s: expected %.17g, got %.17g", name, column, expected, got->number);
    }
}

static const struct {
    const char *stage;
    size_t (*distribution)(const struct joint *, struct score_count[]);
} stages[] = {{"before", joint_before}, {"after", joint_after}, {"change", joint_change}};

static void check_same(const struct value *got, const struct value *expected)
{
    assert_int_equal(got->kind, expected->kind);
    assert_true(close_to(got->number, expected->number, 0.0));
}

/* A part of the description is the same as in the whole, and the rest of it undefined. */
static void check_parts(const struct distribution *distribution, const struct description *whole)
{
    const struct score_mean mean = score_mean(distribution);
    const struct description interval = describe_interval(distribution);
    struct score_sums backwards = {.units_per_point = distribution->units_per_point};
    struct description sums;
    for (size_t i = distribution->n_scores; i-- > 0;) { /* one apart from the others like it */
        score_sums_add(&backwards, distribution->scores[i].score, 1);
        score_sums_add(&backwards, distribution->scores[i].score,
                       distribution->scores[i].count - 1);
    }
    sums = describe_sums(&backwards);
    assert_true(sums.n == whole->n);
    check_same(&sums.mean, &whole->mean);
    check_same(&sums.sd, &whole->sd);
    check_same(&sums.se, &whole->se);
    check_same(&sums.ci_low, &whole->ci_low);
    check_same(&sums.ci_high, &whole->ci_high);
    assert_true(mean.n == whole->n && interval.n == whole->n);
    check_same(&mean.mean, &whole->mean);
    check_same(&interval.mean, &whole->mean);
    check_same(&interval.sd, &whole->sd);
    check_same(&interval.se, &whole->se);
    check_same(&interval.ci_low, &whole->ci_low);
    check_same(&interval.ci_high, &whole->ci_high);
    assert_int_equal(interval.median.kind, VALUE_UNDEFINED);
    assert_int_equal(interval.max.kind, VALUE_UNDEFINED);
}

static void test_against_r(void **state)
{
    struct cases cases;
    struct vectors values;
    (void)state;
    cases_open(&cases);
    vectors_open(&values, "statistics.csv");
    assert_int_equal(cases.n_cases, values.n_rows);
    for (size_t i = 0; i < cases.n_cases; i++) {
        assert_string_equal(cases.names[i], vector_cell(&values, i, "case"));
        for (size_t s = 0; s < COUNT(stages); s++) {
            const struct distribution distribution =
                case_distribution(&cases, i, stages[s].distribution);
            const struct description got = describe(&distribution);
            const struct value n = value_count((int64_t)got.n);
            const struct {
                const char *name;
                const struct value *value;
            } columns[] = {{"n", &n},
                           {"mean", &got.mean},
                           {"sd", &got.sd},
                           {"se", &got.se},
                           {"q1", &got.q1},
                           {"median", &got.median},
                           {"q3", &got.q3},
                           {"min", &got.min},
                           {"max", &got.max},
                           {"ci_low", &got.ci_low},
                           {"ci_high", &got.ci_high}};
            check_parts(&distribution, &got);
            for (size_t c = 0; c < COUNT(columns); c++) {
                char column[40];
                snprintf(column, sizeof column, "%s.%s", stages[s].stage, columns[c].name);
                expect(cases.names[i], column, columns[c].value, vector_number(&values, i, column),
                       AGAINST_R);
            }
        }
    }
    vectors_close(&values);
    cases_close(&cases);
}

/* Chapter 5 of the design: what is empty. By hand. */
static const struct {
    const char *name;
    struct score_count scores[3];
    size_t n_scores;
    double n, mean, sd, se, ci_low, median;
} edges[] = {
    {"nobody", {{0, 0}}, 0, 0, NAN, NAN, NAN, NAN, NAN},
    {"one", {{4130, 1}}, 1, 1, 41.3, NAN, NAN, NAN, 41.3},
    {"two equal", {{4130, 2}}, 1, 2, 41.3, 0.0, 0.0, NAN, 41.3},
    {"many equal", {{-7, 1000003}}, 1, 1000003, -0.07, 0.0, 0.0, NAN, -0.07},
    {"two", {{300, 1}, {500, 1}}, 2, 2, 4.0, 1.4142135623730951, 1.0, -8.706204736174705, 4.0},
    {"all equal but 1", {{-50, 1}, {150, 3}}, 2, 4, 1.0, 1.0, 0.5, -0.5912231526418548, 1.5},
};

static void test_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(edges); i++) {
        const struct distribution distribution = {edges[i].scores, edges[i].n_scores, 100};
        const struct description got = describe(&distribution);
        const struct value n = value_count((int64_t)got.n);
        check_parts(&distribution, &got);
        expect(edges[i].name, "n", &n, edges[i].n, 0.0);
        expect(edges[i].name, "mean", &got.mean, edges[i].mean, 0.0);
        expect(edges[i].name, "sd", &got.sd, edges[i].sd, 0.0);
        expect(edges[i].name, "se", &got.se, edges[i].se, 0.0);
        expect(edges[i].name, "ci_low", &got.ci_low, edges[i].ci_low, 1e-14);
        expect(edges[i].name, "median", &got.median, edges[i].median, 0.0);
        assert_int_equal(got.ci_high.kind, got.ci_low.kind);
        assert_int_equal(got.q1.kind, got.median.kind);
        assert_int_equal(got.q3.kind, got.median.kind);
        assert_int_equal(got.min.kind, got.median.kind);
        assert_int_equal(got.max.kind, got.median.kind);
    }
}

/* Exact where it can be, and close where 128 bits are too few: T-scores of 10 thousand million
   people. Expected: 50-digit decimal arithmetic (Python). */
static void test_large(void **state)
{
    const struct score_count few[] = {{-11, 400000}, {0, 300000}, {858, 300000}};
    const struct score_count many[] = {
        {300000000007, 3000000000}, {500000000000, 4000000001}, {712345678901, 2999999999}};
    const struct score_count fewer[] = {
        {300000000007, 1500003}, {500000000000, 1499983}, {712345678901, 1500003}};
    const struct distribution exact = {few, COUNT(few), 858};
    const struct distribution half = {fewer, COUNT(fewer), 10000000000};
    const struct distribution large = {many, COUNT(many), 10000000000};
    struct description got = describe(&exact);
    (void)state;
    assert_int_equal(got.mean.kind, VALUE_RATIO);
    assert_int_equal(got.sd.kind, VALUE_ROOT);
    assert_int_equal(got.se.kind, VALUE_ROOT);
    /* 858 0.3 - 11 0.4 = 253 units of 1/858, in lowest terms */
    assert_true(got.mean.numerator == 23 && got.mean.denominator == 78);
    got = describe(&half); /* the sum fits, what divides it does not */
    assert_int_equal(got.se.kind, VALUE_DOUBLE);
    expect("half", "sd", &got.sd, 16.836495944881037, 4e-16);
    expect("half", "se", &got.se, 0.00793681000324828, 4e-16);
    got = describe(&large);
    assert_int_equal(got.sd.kind, VALUE_DOUBLE);
    expect("large", "mean", &got.mean, 50.37037036511654, 0.0);
    expect("large", "sd", &got.sd, 15.97294236540175, 4e-16);
    expect("large", "se", &got.se, 0.0001597294236540175, 4e-16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_r),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

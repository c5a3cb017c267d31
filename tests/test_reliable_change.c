/* Expected values: tests/reference/statistics.csv (R 4.2.2, by statistics.R), and a few by hand. */
#include "tests/check.h"

#include "engine/stats/reliable_change.h"
#include "tests/cases.h"
#include "tests/vectors.h"

static void expect_counts(const char *name, struct reliable_change got, uint64_t improved,
                          uint64_t unchanged, uint64_t deteriorated)
{
    if (got.improved != improved || got.unchanged != unchanged ||
        got.deteriorated != deteriorated) {
        fail_msg("%s: expected %llu, %llu, %llu; got %llu, %llu, %llu", name,
                 (unsigned long long)improved, (unsigned long long)unchanged,
                 (unsigned long long)deteriorated, (unsigned long long)got.improved,
                 (unsigned long long)got.unchanged, (unsigned long long)got.deteriorated);
    }
}

static void test_against_r(void **state)
{
    struct cases cases;
    struct vectors values;
    const double threshold = reliable_change_threshold(8.71, 0.91);
    const struct reliable_rule up_is_better = reliable_rule_points(threshold, true);
    const struct reliable_rule down_is_better = reliable_rule_points(threshold, false);
    const struct reliable_rule three = reliable_rule_points(3.0, true);
    (void)state;
    cases_open(&cases);
    vectors_open(&values, "statistics.csv");
    assert_int_equal(cases.n_cases, values.n_rows);
    for (size_t i = 0; i < cases.n_cases; i++) {
        const struct joint *const joint = &cases.joints[i];
        const uint64_t n = (uint64_t)vector_number(&values, i, "change.n");
        uint64_t up = (uint64_t)vector_number(&values, i, "beyond_rci_up");
        uint64_t down = (uint64_t)vector_number(&values, i, "beyond_rci_down");
        assert_true(close_to(threshold, vector_number(&values, i, "rci_threshold"), 4e-16));
        expect_counts(cases.names[i], reliable_change(joint, &up_is_better), up, n - up - down,
                      down);
        expect_counts(cases.names[i], reliable_change(joint, &down_is_better), down, n - up - down,
                      up);
        up = (uint64_t)vector_number(&values, i, "beyond_3_up");
        down = (uint64_t)vector_number(&values, i, "beyond_3_down");
        expect_counts(cases.names[i], reliable_change(joint, &three), up, n - up - down, down);
    }
    vectors_close(&values);
    cases_close(&cases);
}

/* First the worked example of Jacobson & Truax (1991), S_diff = 4.74; all in 40-digit decimal
   arithmetic (Python, mpmath). */
static const struct {
    double sd, reliability, expected;
} thresholds[] = {
    {7.5, 0.80, 9.297096320895035},
    {8.71, 0.91, 7.2428664754225585},
    {10.0, 1.0, 0.0},
    {10.0, 0.0, 27.71858582251266},
    {0.0, 0.8, NAN},
    {-1.0, 0.8, NAN},
    {INFINITY, 0.8, NAN},
    {NAN, 0.8, NAN},
    {10.0, -0.01, NAN},
    {10.0, 1.01, NAN},
    {10.0, NAN, NAN},
};

static void test_threshold(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(thresholds); i++) {
        const double got = reliable_change_threshold(thresholds[i].sd, thresholds[i].reliability);
        if (!close_to(got, thresholds[i].expected, 1e-15)) {
            fail_msg("sd %g, reliability %g: expected %.17g, got %.17g", thresholds[i].sd,
                     thresholds[i].reliability, thresholds[i].expected, got);
        }
    }
}

/* Changes of -12, -11, 0, 11 and 12 units by 1, 2, 4, 8 and 16 people, by hand. 12 tenths are not
   beyond 1.2, though the double 1.2 is a little below 12/10 and 1.2 times 10 is just 12. */
static const struct {
    const char *name;
    double threshold;
    int64_t units_per_point;
    uint64_t improved, unchanged, deteriorated;
} strict[] = {
    {"strictly beyond a whole number", 11.0, 1, 16, 14, 1},
    {"beyond nothing", 0.0, 1, 24, 4, 3},
    {"beyond all", 12.0, 1, 0, 31, 0},
    {"just below", 0x1.5fffffffffffep3, 1, 24, 4, 3},
    {"11 tenths", 1.1, 10, 16, 14, 1},
    {"12 tenths", 1.2, 10, 0, 31, 0},
    {"11 hundredths", 0.11, 100, 16, 14, 1},
    {"infinite", INFINITY, 858, 0, 31, 0},
};

static void test_strict(void **state)
{
    const struct pair_count pairs[] = {
        {20, 8, 1}, {20, 9, 2}, {20, 20, 4}, {20, 31, 8}, {20, 32, 16}};
    (void)state;
    for (size_t i = 0; i < COUNT(strict); i++) {
        const struct joint joint = {pairs, COUNT(pairs), strict[i].units_per_point};
        const struct reliable_rule rule = reliable_rule_points(strict[i].threshold, true);
        expect_counts(strict[i].name, reliable_change(&joint, &rule), strict[i].improved,
                      strict[i].unchanged, strict[i].deteriorated);
    }
}

static void test_nobody(void **state)
{
    const struct joint nobody = {NULL, 0, 1};
    const struct reliable_rule rule = reliable_rule_points(3.0, true);
    (void)state;
    expect_counts("nobody", reliable_change(&nobody, &rule), 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_r),
        cmocka_unit_test(test_threshold),
        cmocka_unit_test(test_strict),
        cmocka_unit_test(test_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

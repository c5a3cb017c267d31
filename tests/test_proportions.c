/* Expected values: tests/reference/binomial.csv, newcombe.csv, paired_shares.csv, trend.csv and rate_ratio.csv (R 4.2.2,
   by proportions.R), and a few by hand. */
#include "tests/check.h"

#include <string.h>
#include "engine/stats/proportion.h"
#include "tests/vectors.h"

static void expect(const char *what, size_t row, double got, double expected, double tolerance)
{
    if (!close_to(got, expected, tolerance)) {
        fail_msg("row %zu: %s: expected %.17g, got %.17g", row, what, expected, got);
    }
}

static void test_binomial(void **state)
{
    static const char *const names[] = {"p", "less", "greater"};
    struct vectors values;
    (void)state;
    vectors_open(&values, "binomial.csv");
    for (size_t i = 0; i < values.n_rows; i++) {
        const uint64_t k = (uint64_t)vector_number(&values, i, "successes");
        const uint64_t n = (uint64_t)vector_number(&values, i, "n");
        for (unsigned a = TWO_SIDED; a <= GREATER; a++) {
            const double expected = vector_number(&values, i, names[a]);
            const double got =
                proportion_binomial(k, n, vector_number(&values, i, "share"), (enum alternative)a);
            if (expected < 1e-290) { /* where R has no digits left */
                assert_true(got < 1e-289);
            } else {
                expect(names[a], i, got, expected, 1e-10);
            }
        }
    }
    vectors_close(&values);
    assert_true(isnan(proportion_binomial(0, 0, 0.5, TWO_SIDED)));
}

static void test_newcombe(void **state)
{
    struct vectors values;
    struct interval none;
    (void)state;
    vectors_open(&values, "newcombe.csv");
    for (size_t i = 0; i < values.n_rows; i++) {
        const struct interval got =
            proportion_difference((uint64_t)vector_number(&values, i, "first"),
                                  (uint64_t)vector_number(&values, i, "n_first"),
                                  (uint64_t)vector_number(&values, i, "second"),
                                  (uint64_t)vector_number(&values, i, "n_second"));
        expect("low", i, got.low, vector_number(&values, i, "low"), 1e-12);
        expect("high", i, got.high, vector_number(&values, i, "high"), 1e-12);
    }
    vectors_close(&values);
    none = proportion_difference(0, 0, 1, 2);
    assert_true(isnan(none.low) && isnan(none.high));
    /* Newcombe (1998), table II, case a, method 10: 56/70 less 48/80 is .0524 to .3339. */
    none = proportion_difference(48, 80, 56, 70);
    assert_true(fabs(none.low - 0.0524) < 5e-5 && fabs(none.high - 0.3339) < 5e-5);
}

static void test_paired_difference(void **state)
{
    struct vectors values;
    (void)state;
    vectors_open(&values, "paired_shares.csv");
    for (size_t i = 0; i < values.n_rows; i++) {
        const struct interval got = proportion_paired_difference(
            (uint64_t)vector_number(&values, i, "gained"),
            (uint64_t)vector_number(&values, i, "lost"), (uint64_t)vector_number(&values, i, "n"));
        expect("low", i, got.low, vector_number(&values, i, "low"), 1e-12);
        expect("high", i, got.high, vector_number(&values, i, "high"), 1e-12);
    }
    vectors_close(&values);
    assert_true(isnan(proportion_paired_difference(0, 0, 0).low));
}

static void test_trend(void **state)
{
    struct vectors values;
    struct group_share groups[8];
    size_t n = 0;
    (void)state;
    vectors_open(&values, "trend.csv");
    for (size_t i = 0; i < values.n_rows; i++) {
        groups[n++] = (struct group_share){(uint64_t)vector_number(&values, i, "successes"),
                                           (uint64_t)vector_number(&values, i, "n"),
                                           (int64_t)vector_number(&values, i, "score")};
        if (i + 1 == values.n_rows ||
            strcmp(vector_cell(&values, i, "case"), vector_cell(&values, i + 1, "case")) != 0) {
            const struct trend got = proportion_trend(groups, n);
            const double chi2 = vector_number(&values, i, "chi2");
            const double log_p = vector_number(&values, i, "log_p");
            if (chi2 < 1e-20) { /* R's rounding of what is just 0 */
                assert_true(got.z == 0.0 && got.p == 1.0);
            } else {
                expect("chi2", i, got.z * got.z, chi2, 1e-10);
                expect("log p", i, log(got.p), log_p, 1e-10);
            }
            n = 0;
        }
    }
    vectors_close(&values);
    /* all, none, one score, nobody; and its direction */
    assert_true(isnan(proportion_trend((struct group_share[]){{2, 2, 1}, {3, 3, 2}}, 2).p));
    assert_true(isnan(proportion_trend((struct group_share[]){{0, 2, 1}, {0, 3, 2}}, 2).p));
    assert_true(isnan(proportion_trend((struct group_share[]){{1, 2, 7}, {1, 3, 7}}, 2).p));
    assert_true(isnan(proportion_trend(groups, 0).z));
    assert_true(proportion_trend((struct group_share[]){{1, 4, 1}, {3, 4, 2}}, 2).z > 0.0);
}

static void test_rate_ratio(void **state)
{
    struct vectors values;
    (void)state;
    vectors_open(&values, "rate_ratio.csv");
    for (size_t i = 0; i < values.n_rows; i++) {
        const struct rate_ratio got = rate_ratio((uint64_t)vector_number(&values, i, "first"),
                                                 vector_number(&values, i, "first_exposure"),
                                                 (uint64_t)vector_number(&values, i, "second"),
                                                 vector_number(&values, i, "second_exposure"));
        expect("ratio", i, got.ratio, vector_number(&values, i, "ratio"), 1e-12);
        expect("low", i, got.ci_low, vector_number(&values, i, "low"), 1e-10);
        expect("high", i, got.ci_high, vector_number(&values, i, "high"), 1e-10);
        expect("p", i, got.p, vector_number(&values, i, "p"), 1e-10);
    }
    vectors_close(&values);
    assert_true(isnan(rate_ratio(1, 0.0, 1, 1.0).p) && isnan(rate_ratio(0, 1.0, 0, 1.0).p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_binomial),          cmocka_unit_test(test_newcombe),
        cmocka_unit_test(test_paired_difference), cmocka_unit_test(test_trend),
        cmocka_unit_test(test_rate_ratio),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

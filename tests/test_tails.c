/* Expected values: tests/reference/{chi_square,sign_test,wilson}.csv (R 4.2.2, by tails.R), and a
   few by hand. */
#include "tests/check.h"

#include "engine/stats/chi_square.h"
#include "engine/stats/proportion.h"
#include "engine/stats/sign_test.h"
#include "tests/vectors.h"

static void expect(const char *name, size_t row, double got, double expected, double tolerance)
{
    if (!close_to(got, expected, tolerance)) {
        fail_msg("%s, row %zu: expected %.17g, got %.17g", name, row + 2, expected, got);
    }
}

/* A p by its logarithm, to so much of p itself. */
static void expect_p(const char *name, size_t row, double got, double log_p, double tolerance)
{
    if (!(fabs(log(got) - log_p) <= tolerance)) {
        fail_msg("%s, row %zu: expected log p %.17g, got %.17g", name, row + 2, log_p, log(got));
    }
}

static void test_chi_square(void **state)
{
    struct vectors values;
    (void)state;
    vectors_open(&values, "chi_square.csv");
    for (size_t i = 0; i < values.n_rows; i++) {
        expect_p("chi-square", i,
                 chi_square_upper(vector_number(&values, i, "x"),
                                  (uint64_t)vector_number(&values, i, "df")),
                 vector_number(&values, i, "log_p"), 2e-12);
    }
    vectors_close(&values);
    expect("nothing", 0, chi_square_upper(0.0, 3), 1.0, 0.0);
    expect("infinite", 0, chi_square_upper(INFINITY, 3), 0.0, 0.0);
    expect("no freedom", 0, chi_square_upper(1.0, 0), NAN, 0.0);
    expect("undefined", 0, chi_square_upper(NAN, 2), NAN, 0.0);
    expect("beyond doubles", 0, chi_square_upper(1e9, 3), 0.0, 0.0);
}

static void test_sign_test(void **state)
{
    struct vectors values;
    (void)state;
    vectors_open(&values, "sign_test.csv");
    for (size_t i = 0; i < values.n_rows; i++) {
        expect_p("sign test", i,
                 sign_test((uint64_t)vector_number(&values, i, "up"),
                           (uint64_t)vector_number(&values, i, "down")),
                 vector_number(&values, i, "log_p"), 1e-11);
    }
    vectors_close(&values);
    expect("nobody", 0, sign_test(0, 0), NAN, 0.0);
}

static void test_wilson(void **state)
{
    struct vectors values;
    (void)state;
    vectors_open(&values, "wilson.csv");
    for (size_t i = 0; i < values.n_rows; i++) {
        const struct interval got =
            proportion_wilson((uint64_t)vector_number(&values, i, "successes"),
                              (uint64_t)vector_number(&values, i, "n"));
        /* R takes a difference for the low end: of 1 in a million it keeps 14 digits. */
        expect("low", i, got.low, vector_number(&values, i, "low"), 2e-14);
        expect("high", i, got.high, vector_number(&values, i, "high"), 1e-15);
    }
    vectors_close(&values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chi_square),
        cmocka_unit_test(test_sign_test),
        cmocka_unit_test(test_wilson),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

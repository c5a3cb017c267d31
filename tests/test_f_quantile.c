/* Expected values: tests/reference/f_quantile.csv (R 4.2.2, by item_analysis.R). */
#include "tests/check.h"

#include "engine/stats/f_distribution.h"
#include "tests/vectors.h"

static void test_against_r(void **state)
{
    struct vectors values;
    (void)state;
    vectors_open(&values, "f_quantile.csv");
    assert_true(values.n_rows > 200);
    for (size_t i = 0; i < values.n_rows; i++) {
        const double p = vector_number(&values, i, "p"), df1 = vector_number(&values, i, "df1"),
                     df2 = vector_number(&values, i, "df2"),
                     expected = vector_number(&values, i, "quantile");
        const double got = f_quantile(p, df1, df2);
        if (!close_to(got, expected, 1e-9)) {
            fail_msg("%g of F(%g, %g): expected %.17g, got %.17g", p, df1, df2, expected, got);
        }
    }
    vectors_close(&values);
}

static void test_undefined(void **state)
{
    (void)state;
    assert_true(isnan(f_quantile(0.0, 2.0, 3.0)));
    assert_true(isnan(f_quantile(1.0, 2.0, 3.0)));
    assert_true(isnan(f_quantile(NAN, 2.0, 3.0)));
    assert_true(isnan(f_quantile(0.5, 0.0, 3.0)));
    assert_true(isnan(f_quantile(0.5, 2.0, INFINITY)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_r),
        cmocka_unit_test(test_undefined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

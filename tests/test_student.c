/* Expected values: tests/reference/student.csv and student_quantile.csv (R 4.2.2, by statistics.R),
   and, where R itself gives fewer digits, 60-digit arithmetic (Python, mpmath: hyp2f1). */
#include "tests/check.h"

#include "engine/stats/student.h"
#include "tests/vectors.h"

static void test_tails_against_r(void **state)
{
    struct vectors rows;
    (void)state;
    vectors_open(&rows, "student.csv");
    for (size_t i = 0; i < rows.n_rows; i++) {
        const double df = vector_number(&rows, i, "df"), t = vector_number(&rows, i, "t");
        const double p = vector_number(&rows, i, "p"), log_p = vector_number(&rows, i, "log_p");
        const double got = student_two_sided(i % 2 == 0 ? t : -t, df);
        if (!close_to(got, p, 1e-12) || !close_to(log(got) - log_p, 0.0, 1e-12)) {
            fail_msg("df %.17g, t %.17g: expected %.17g, got %.17g", df, t, p, got);
        }
    }
    assert_true(rows.n_rows > 300);
    vectors_close(&rows);
}

static void test_quantiles_against_r(void **state)
{
    struct vectors rows;
    (void)state;
    vectors_open(&rows, "student_quantile.csv");
    for (size_t i = 0; i < rows.n_rows; i++) {
        const double df = vector_number(&rows, i, "df");
        const double expected = vector_number(&rows, i, "quantile");
        const double got = student_quantile_975(df);
        if (!close_to(got, expected, 1e-12)) {
            fail_msg("df %.17g: expected %.17g, got %.17g", df, expected, got);
        }
    }
    assert_true(rows.n_rows > 60);
    vectors_close(&rows);
}

static const struct {
    double df, t, expected;
} tails[] = {
    {1.0, 0.0, 1.0},
    {1.0, 1.0, 0.5},
    {1.0, 12.7, 0.05002432768934416},
    {1.0, 1e+300, 6.366197723675813e-301},
    {1.5, 1e+190, 7.541704864032492e-286},
    {2.0, 0.5, 0.6666666666666666},
    {3.0, 3.5, 0.0394810376192828},
    {4.7, 1e+60, 1.3255197708196946e-281},
    {13.0, 2.25, 0.04240743057102949},
    {38.0, 3.75, 0.0005883827885590782},
    {38.0, 1e8, 1.3337662627489857e-275},
    {99.0, 4.5, 1.854905610545671e-05},
    {1000.0, 20.0, 4.0622884995247713e-75},
    {1000.0, 1.75, 0.0804250093594578},
    {123456.7, 20.0, 7.621571444819179e-89},
    {1000000.0, 36.5, 1.7287584365239826e-291},
    {10000000.0, 36.5, 1.1593321837653025e-291},
    {10000000.0, 1.25, 0.21129957658610232},
    {10000000.0, 2.5, 0.01241934653657847},
    {0.0, 1.0, NAN},
    {-1.0, 1.0, NAN},
    {NAN, 1.0, NAN},
    {INFINITY, 1.0, NAN},
    {5.0, NAN, NAN},
    {5.0, INFINITY, 0.0},
};

static void test_tails(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(tails); i++) {
        const double got = student_two_sided(tails[i].t, tails[i].df);
        if (!close_to(got, tails[i].expected, 2e-13)) {
            fail_msg("df %.17g, t %.17g: expected %.17g, got %.17g", tails[i].df, tails[i].t,
                     tails[i].expected, got);
        }
    }
}

static const struct {
    double df, expected;
} quantiles[] = {
    {1.0, 12.706204736174705},
    {1.1, 10.27680128628121},
    {1.5, 6.0166631044279315},
    {2.0, 4.302652729749464},
    {3.0, 3.1824463052837095},
    {4.7, 2.6207260753531703},
    {13.0, 2.1603686564627926},
    {38.0, 2.02439416391197},
    {99.0, 1.9842169515864174},
    {999.0, 1.96234146113345},
    {123456.7, 1.9599832001362327},
    {10000000.0, 1.9599642217672055},
    {0.0, NAN},
    {NAN, NAN},
};

static void test_quantiles(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(quantiles); i++) {
        const double got = student_quantile_975(quantiles[i].df);
        if (!close_to(got, quantiles[i].expected, 2e-15)) {
            fail_msg("df %.17g: expected %.17g, got %.17g", quantiles[i].df, quantiles[i].expected,
                     got);
        }
    }
}

/* Small whole df stand in a table. Each must be the quantile, by the tail, and lie on the curve of
   those next to it that are computed. */
static void test_table_of_quantiles(void **state)
{
    (void)state;
    for (unsigned df = 1; df <= 300; df++) {
        const double got = student_quantile_975(df);
        if (!close_to(student_two_sided(got, df), 0.05, 1e-14)) {
            fail_msg("df %u: %.17g has the tail %.17g", df, got, student_two_sided(got, df));
        }
        if (!close_to(got, student_quantile_975(df + 1e-13 * df), 3e-13)) {
            fail_msg("df %u: %.17g is not next to %.17g", df, got,
                     student_quantile_975(df + 1e-13 * df));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tails_against_r),
        cmocka_unit_test(test_quantiles_against_r),
        cmocka_unit_test(test_tails),
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_table_of_quantiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

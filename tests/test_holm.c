/* Expected values: tests/reference/holm.csv (R 4.2.2, by holm.R). */
#include "tests/check.h"

#include <string.h>
#include "engine/stats/holm.h"
#include "tests/vectors.h"

/* Every family of the file, and again with its tests in the opposite order. */
static void check_family(const struct vectors *rows, size_t first, size_t n, bool backwards)
{
    struct holm_test tests[VECTOR_ROWS];
    bool seen[VECTOR_ROWS] = {false};
    size_t m;
    for (size_t i = 0; i < n; i++) {
        const size_t row = first + (backwards ? n - 1 - i : i);
        tests[i] = (struct holm_test){vector_number(rows, row, "p"), row};
    }
    m = holm_adjust(tests, n);
    assert_true(close_to((double)m, vector_number(rows, first, "tests"), 0.0));
    for (size_t i = 0; i < n; i++) {
        const size_t row = tests[i].place;
        const double expected = vector_number(rows, row, "p_holm");
        assert_false(seen[row]);
        seen[row] = true;
        if (i < m ? !close_to(tests[i].p, expected, 0.0) : !isnan(tests[i].p)) {
            fail_msg("%s %s: expected %.17g, got %.17g", vector_cell(rows, row, "family"),
                     vector_cell(rows, row, "place"), expected, tests[i].p);
        }
    }
}

static void test_holm_against_r(void **state)
{
    struct vectors rows;
    size_t n_families = 0;
    (void)state;
    vectors_open(&rows, "holm.csv");
    for (size_t first = 0, end; first < rows.n_rows; first = end) {
        for (end = first + 1; end < rows.n_rows && strcmp(vector_cell(&rows, end, "family"),
                                                          vector_cell(&rows, first, "family")) == 0;
             end++) {
        }
        check_family(&rows, first, end - first, false);
        check_family(&rows, first, end - first, true);
        n_families++;
    }
    assert_int_equal(n_families, 9);
    assert_int_equal(holm_adjust(NULL, 0), 0);
    vectors_close(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_holm_against_r)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

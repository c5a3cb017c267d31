/* Expected values: tests/reference/test_vectors_sdq_avs.csv, five children by hand. */
#include "tests/check.h"

#include "engine/stats/added_value.h"
#include "tests/vectors.h"

static void test_vectors(void **state)
{
    struct vectors rows;
    (void)state;
    vectors_open(&rows, "test_vectors_sdq_avs.csv");
    assert_int_equal(rows.n_rows, 5);
    for (size_t i = 0; i < rows.n_rows; i++) {
        const int64_t predicted =
            added_value_predicted((int64_t)vector_number(&rows, i, "t1_total"),
                                  (int64_t)vector_number(&rows, i, "t1_impact"),
                                  (int64_t)vector_number(&rows, i, "t1_emotional"));
        const double points = (double)predicted / ADDED_VALUE_UNITS;
        const double added = points - vector_number(&rows, i, "t2_total");
        assert_true(close_to(points, vector_number(&rows, i, "predicted_t2"), 1e-12));
        assert_true(close_to(added, vector_number(&rows, i, "added_value"), 1e-12));
        assert_true(
            close_to(added / ADDED_VALUE_SD, vector_number(&rows, i, "effect_size"), 1e-12));
    }
    vectors_close(&rows);
}

/* Months of 365.25 / 12 days; none of whole days is four or eight of them. */
static void test_months(void **state)
{
    (void)state;
    for (int64_t days = -10; days < 400; days++) {
        const double months = (double)days * 12.0 / 365.25;
        assert_int_equal(added_value_in_time(days), months > 4.0 && months < 8.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors),
                                       cmocka_unit_test(test_months)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

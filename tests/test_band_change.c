/* Expected values: tests/reference/band_moves.csv (R 4.2.2, by individual.R). */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#include "engine/stats/band_change.h"
#include "tests/vectors.h"

/* A p by its logarithm; 0 is right where no double could hold it. */
static void expect_p(const char *name, const char *column, double got, double log_p)
{
    if (log_p < -745.0) {
        expect_close(name, column, got, 0.0, 1e-300);
    } else if (isnan(log_p) || !(fabs(log(got) - log_p) <= 1e-11)) {
        expect_close(name, column, log(got), log_p, 1e-11);
    }
}

/* The counts of one case, which stand together. */
static void take_counts(const struct vectors *data, const char *name, size_t n_bands,
                        uint64_t counts[])
{
    for (size_t i = 0; i < data->n_rows; i++) {
        if (strcmp(vector_cell(data, i, "case"), name) == 0) {
            const size_t from = (size_t)vector_number(data, i, "from") - 1;
            const size_t to = (size_t)vector_number(data, i, "to") - 1;
            counts[from * n_bands + to] = (uint64_t)vector_number(data, i, "count");
        }
    }
}

static void test_against_r(void **state)
{
    struct vectors *const data = calloc(2, sizeof *data), *const values = data + 1;
    (void)state;
    assert_non_null(data);
    vectors_open(data, "band_moves_data.csv");
    vectors_open(values, "band_moves.csv");
    assert_true(values->n_rows > 15);
    for (size_t i = 0; i < values->n_rows; i++) {
        const char *const name = vector_cell(values, i, "case");
        uint64_t counts[BAND_CHANGE_BANDS * BAND_CHANGE_BANDS] = {0};
        const struct band_table table = {counts, (size_t)vector_number(values, i, "n_bands")};
        struct band_change got;
        take_counts(data, name, table.n_bands, counts);
        got = band_change(&table, (size_t)vector_number(values, i, "n_usual"));
        const struct {
            const char *column;
            double got;
        } columns[] = {{"better", (double)got.better},
                       {"same", (double)got.same},
                       {"worse", (double)got.worse},
                       {"raised_before", (double)got.raised_before},
                       {"raised_after", (double)got.raised_after},
                       {"chi2", got.stuart_maxwell_chi2},
                       {"df", (double)got.stuart_maxwell_df}};
        for (size_t c = 0; c < COUNT(columns); c++) {
            expect_close(name, columns[c].column, columns[c].got,
                         vector_number(values, i, columns[c].column), 1e-12);
        }
        expect_p(name, "p_mcnemar", got.p_mcnemar, vector_number(values, i, "log_p_mcnemar"));
        expect_p(name, "p_stuart_maxwell", got.p_stuart_maxwell, vector_number(values, i, "log_p"));
    }
    vectors_close(values);
    vectors_close(data);
    free(data);
}

/* Two bands: chi2 is McNemar's, (b - c)^2 / (b + c), whatever the counts. By hand. */
static void test_exact(void **state)
{
    static const uint64_t pairs[][2] = {{1, 0}, {3, 1}, {1000000, 1}, {999999999, 1000000000}};
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        const uint64_t counts[] = {7, pairs[i][0], pairs[i][1], 11};
        const struct band_table table = {counts, 2};
        const double b = (double)pairs[i][0], c = (double)pairs[i][1];
        expect_close("two bands", "chi2", band_change(&table, 1).stuart_maxwell_chi2,
                     (b - c) / (b + c) * (b - c), 4e-16);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_r),
        cmocka_unit_test(test_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

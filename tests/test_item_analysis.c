/* Expected values: tests/reference/item_analysis.csv (R 4.2.2 and psych, by item_analysis.R). */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include "engine/stats/item_analysis.h"
#include "tests/vectors.h"

#define MOST 128

struct sums {
    uint64_t sums[MOST], products[MOST * MOST];
    struct item_products items;
};

static void read_list(const char *text, size_t n, uint64_t out[])
{
    for (size_t i = 0; i < n; i++) {
        char *end;
        out[i] = strtoull(text, &end, 10);
        assert_true(end != text);
        text = end;
    }
}

static void read_case(const struct vectors *data, size_t row, struct sums *sums)
{
    const size_t k = (size_t)vector_number(data, row, "k");
    assert_true(k <= MOST);
    read_list(vector_cell(data, row, "sums"), k, sums->sums);
    read_list(vector_cell(data, row, "products"), k * k, sums->products);
    sums->items = (struct item_products){.n = (uint64_t)vector_number(data, row, "n"),
                                         .n_items = k,
                                         .sums = sums->sums,
                                         .products = sums->products};
}

static void test_against_r(void **state)
{
    static double room[ITEM_ANALYSIS_ROOM(MOST)];
    struct vectors *const data = malloc(sizeof *data), *const values = malloc(sizeof *values);
    struct sums *const sums = malloc(sizeof *sums);
    (void)state;
    assert_true(data != NULL && values != NULL && sums != NULL);
    vectors_open(data, "item_analysis_data.csv");
    vectors_open(values, "item_analysis.csv");
    assert_int_equal(data->n_rows, values->n_rows);
    for (size_t i = 0; i < data->n_rows; i++) {
        const char *const name = vector_cell(data, i, "case");
        struct item_analysis got;
        struct value rest[MOST];
        assert_string_equal(name, vector_cell(values, i, "case"));
        read_case(data, i, sums);
        got = item_analysis(&sums->items, room);
        item_rest(&sums->items, rest);
        expect_close(name, "alpha", got.alpha.number, vector_number(values, i, "alpha"), 1e-13);
        expect_close(name, "alpha_ci_low", got.alpha_ci_low.number,
                     vector_number(values, i, "alpha_ci_low"), 1e-11);
        expect_close(name, "alpha_ci_high", got.alpha_ci_high.number,
                     vector_number(values, i, "alpha_ci_high"), 1e-11);
        expect_close(name, "omega", got.omega.number, vector_number(values, i, "omega"), 1e-11);
        /* Where the least squares are at infinity, principal axes creep on until R gives up. */
        if (got.heywood.kind != VALUE_UNDEFINED) {
            expect_close(name, "heywood", got.heywood.number, vector_number(values, i, "heywood"),
                         0.0);
        }
        for (size_t k = 0; k < 20 && k < sums->items.n_items; k++) {
            char column[8];
            snprintf(column, sizeof column, "r_%zu", k + 1);
            expect_close(name, column, rest[k].number, vector_number(values, i, column), 1e-12);
        }
    }
    vectors_close(data);
    vectors_close(values);
    free(sums);
    free(data);
    free(values);
}

/* By hand: three items whose covariances are 2, 3 and 6 have the loadings 1, 2 and 3. */
static void test_by_hand(void **state)
{
    double room[ITEM_ANALYSIS_ROOM(3)];
    /* n = 2^32 + 1 and sums of 0 make each product n - 1 = 2^32 times a covariance */
    const uint64_t unit = UINT64_C(1) << 32, sums[3] = {0};
    uint64_t products[9];
    const double covariances[9] = {4, 2, 3, 2, 5, 6, 3, 6, 10};
    const struct item_products items = {unit + 1, 3, sums, products};
    struct item_analysis got;
    (void)state;
    for (size_t i = 0; i < 9; i++) {
        products[i] = (uint64_t)covariances[i] * unit;
    }
    got = item_analysis(&items, room);
    expect_close("by hand", "omega", got.omega.number, 36.0 / (36.0 + 3.0 + 1.0 + 1.0), 1e-14);
    expect_close("by hand", "alpha", got.alpha.number, 1.5 * (1.0 - 19.0 / 41.0), 1e-15);
    assert_int_equal(got.alpha.kind, VALUE_RATIO);
    /* A third item with more in common than it has: 9 > 8. */
    products[8] = 8 * unit;
    got = item_analysis(&items, room);
    expect_close("too much", "heywood", got.heywood.number, 1.0, 0.0);
    assert_int_equal(got.omega.kind, VALUE_UNDEFINED);
    /* Two that go together and a third that goes with neither: nothing tells their loadings apart. */
    products[2] = products[5] = products[6] = products[7] = 0;
    got = item_analysis(&items, room);
    assert_int_equal(got.omega.kind, VALUE_UNDEFINED);
    assert_int_equal(got.heywood.kind, VALUE_UNDEFINED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_r),
        cmocka_unit_test(test_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

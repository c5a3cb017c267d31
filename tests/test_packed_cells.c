/* Packed cells against the list that was packed. */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>
#include "engine/loose_cells.h"

#define R(name) TALLY_REASON(REASON_##name)
#define LEAST_SCORE (INT64_MIN + N_REASONS)
#define ONE 0xfe

/* In order. The extremes of everything, and neighbours on both sides of where numbers get longer. */
static const struct cell_count awkward[] = {
    {0, 0, 1, 1, R(NO_FORM), R(NO_FORM)},
    {0, 0, 1, 127, R(NO_FORM), 5},
    {0, 0, 1, 128, R(NO_FORM), 63},
    {0, 0, 1, 16383, R(CONFLICTING), R(INCOMPLETE)},
    {0, 0, 1, 16384, R(CONFLICTING), LEAST_SCORE},
    {0, 0, 1, UINT32_MAX, R(CONFLICTING), INT64_MAX},
    {0, 0, 1, 1, LEAST_SCORE, LEAST_SCORE},
    {0, 0, 1, 2, LEAST_SCORE, -1},
    {0, 0, 1, 3, -7, R(NO_FORM)},
    {0, 0, 1, 3, -7, -60},
    {0, 0, 1, 3, -6, INT64_MAX - 1},
    {0, 0, 1, 3, -6, INT64_MAX},
    {0, 0, 1, 4, 0, -3},
    {0, 0, 1, 4, 0, (INT64_C(1) << 60) - 4},
    {0, 0, 1, 4, 0, (INT64_C(1) << 61) - 4},
    {0, 0, 1, 4, 70, 60},
    {0, 0, 1, 4, 127, 59},
    {0, 0, 1, 4, (INT64_C(1) << 60) + 126, 0},
    {0, 0, 1, 4, (INT64_C(1) << 61) + 127, 0},
    {0, 0, 1, 4, INT64_MAX, 57},
    {0, 0, ONE, 9, R(NO_FORM), 0},
    {0, 0, ONE, 9, 13, 0},
    {0, 0, ONE, 9, 14, 0},
    {0, 0, 0xff, 9, -14, 0},
    {0, 255, 255, 9, R(NO_FORM), 0},
    {65535, 0, 1, 1, 14, 70},
    {65535, 255, 255, 1, 14, 70},
};

static void pack(const struct cell_count list[], size_t n, struct cells *out)
{
    struct cells_writer writer;
    cells_begin(&writer, out);
    for (size_t i = 0; i < n; i++) {
        cells_put(&writer, &list[i]);
    }
    assert_true(cells_end(&writer));
}

/* Every cell, and each run's number of them, between its least and greatest score and with both of them. */
static void check(const char *what, const struct cells *cells, const struct cell_count list[],
                  size_t n)
{
    const unsigned char *next = cells->bytes;
    struct cell_run run;
    size_t i = 0;
    assert_int_equal(cells->n, n);
    while (cells_next_run(cells, &next, &run)) {
        struct code_range codes, later;
        struct code_range found = {INT64_MAX, INT64_MIN}, found_later = found;
        struct cell_cursor at = run_cells(&run);
        const struct cell_run looked_for = cells_find(cells, run.run);
        size_t n_run = 0;
        assert_true(looked_for.bytes == run.bytes);
        run_ranges(&run, &codes, &later);
        for (; cell_next(&at); i++, n_run++) {
            if (i >= n || memcmp(&at.cell, &list[i], sizeof *list) != 0) {
                fail_msg("%s: cell %zu: codes %lld %lld, count %u", what, i,
                         (long long)at.cell.code, (long long)at.cell.later_code, at.cell.count);
            }
            if (tally_is_score(at.cell.code)) {
                found.least = at.cell.code < found.least ? at.cell.code : found.least;
                found.greatest = at.cell.code;
            }
            if (tally_is_score(at.cell.later_code)) {
                const tally_code code = at.cell.later_code;
                found_later.least = code < found_later.least ? code : found_later.least;
                found_later.greatest = code > found_later.greatest ? code : found_later.greatest;
            }
        }
        assert_int_equal(n_run, run.n);
        assert_memory_equal(&codes, &found, sizeof codes);
        assert_memory_equal(&later, &found_later, sizeof later);
    }
    assert_int_equal(i, n);
}

static void test_pack(void **state)
{
    (void)state;
    for (size_t first = 0; first < COUNT(awkward); first++) {
        for (size_t n = 0; first + n <= COUNT(awkward); n++) {
            struct cells cells = {.bytes = NULL}, copy = {.bytes = NULL};
            pack(awkward + first, n, &cells);
            cells_cut(&cells);
            check("packed", &cells, awkward + first, n);
            assert_true(cells_copy(&copy, &cells));
            check("copied", &copy, awkward + first, n);
            assert_true(cells_are_whole(&cells));
            assert_int_equal(cells_find(&cells, 7).n, 0);
            cells_free(&copy);
            cells_free(&cells);
        }
    }
}

/* Bytes cut short, one too many, or each of them another: not whole, or cells that can be read. */
static void test_whole(void **state)
{
    struct cells cells = {.bytes = NULL};
    (void)state;
    pack(awkward, COUNT(awkward), &cells);
    for (size_t n = 0; n < cells.n_bytes; n++) {
        unsigned char *const cut = malloc(n + 1); /* a sanitizer watches its end */
        struct cells of = {.bytes = cut, .n_bytes = n, .n = cells.n};
        assert_non_null(cut);
        memcpy(cut, cells.bytes, n);
        assert_false(cells_are_whole(&of));
        free(cut);
    }
    for (size_t i = 0; i < cells.n_bytes; i++) {
        for (unsigned flip = 1; flip < 256; flip++) {
            struct cells other = {.bytes = NULL};
            assert_true(cells_copy(&other, &cells));
            cells_cut(&other);
            other.bytes[i] ^= (unsigned char)flip;
            if (cells_are_whole(&other)) {
                struct cells again = {.bytes = NULL};
                const unsigned char *next = other.bytes;
                struct cells_writer writer;
                struct cell_run run;
                cells_begin(&writer, &again);
                while (cells_next_run(&other, &next, &run)) {
                    for (struct cell_cursor at = run_cells(&run); cell_next(&at);) {
                        cells_put(&writer, &at.cell);
                    }
                }
                assert_true(cells_end(&writer));
                assert_int_equal(again.n, cells.n);
                cells_free(&again);
            }
            cells_free(&other);
        }
    }
    cells.n++;
    assert_false(cells_are_whole(&cells));
    cells_free(&cells);
}

/* Dealt out to two, some to both, they come together again. */
static void test_merge(void **state)
{
    (void)state;
    for (size_t split = 2; split < 9; split++) {
        struct cell_count lists[2][COUNT(awkward)];
        size_t n[2] = {0};
        struct cells parts[2] = {{.bytes = NULL}, {.bytes = NULL}}, both = {.bytes = NULL};
        bool overflow = false;
        for (size_t i = 0; i < COUNT(awkward); i++) {
            const uint32_t half = i % 3 == 0 ? awkward[i].count / 2 : 0;
            lists[i % split % 2][n[i % split % 2]++] = awkward[i];
            lists[i % split % 2][n[i % split % 2] - 1].count -= half;
            if (half > 0) {
                lists[i % split % 2 == 0][n[i % split % 2 == 0]++] = awkward[i];
                lists[i % split % 2 == 0][n[i % split % 2 == 0] - 1].count = half;
            }
        }
        pack(lists[0], n[0], &parts[0]);
        pack(lists[1], n[1], &parts[1]);
        assert_true(cells_merge(&parts[0], &parts[1], &both, &overflow));
        assert_false(overflow);
        check("merged", &both, awkward, COUNT(awkward));
        cells_free(&both);
        cells_free(&parts[0]);
        assert_true(cells_merge(&parts[0], &parts[1], &both, &overflow)); /* with none */
        check("one of two", &both, lists[1], n[1]);
        cells_free(&parts[0]);
        cells_free(&parts[1]);
        cells_free(&both);
    }
}

/* A count of 2^32 or more. */
static void test_overflow(void **state)
{
    (void)state;
    struct cells cells = {.bytes = NULL}, both = {.bytes = NULL};
    bool overflow = false;
    pack(awkward, 5, &cells);
    assert_true(cells_merge(&cells, &cells, &both, &overflow));
    assert_false(overflow);
    cells_free(&both);
    cells_empty(&cells);
    pack(awkward, 6, &cells);
    assert_true(cells_merge(&cells, &cells, &both, &overflow));
    assert_true(overflow);
    cells_free(&both);
    cells_free(&cells);
}

/* In the order that they stand in, and backwards with each twice. */
static void test_loose(void **state)
{
    (void)state;
    struct cell_count list[2 * COUNT(awkward)], spare[2 * COUNT(awkward)], twice[COUNT(awkward)];
    struct cells cells = {.bytes = NULL};
    struct cells_writer writer;
    bool overflow = false;
    memcpy(list, awkward, sizeof awkward);
    cells_begin(&writer, &cells);
    cells_put_loose(&writer, list, COUNT(awkward), spare, &overflow);
    assert_true(cells_end(&writer));
    check("as they stand", &cells, awkward, COUNT(awkward));
    for (size_t i = 0; i < COUNT(list); i++) {
        list[i] = awkward[COUNT(awkward) - 1 - i % COUNT(awkward)];
        list[i].count = i < COUNT(awkward) ? 1 : 200;
    }
    for (size_t i = 0; i < COUNT(twice); i++) {
        twice[i] = awkward[i];
        twice[i].count = 201;
    }
    cells_empty(&cells);
    cells_begin(&writer, &cells);
    cells_put_loose(&writer, list, COUNT(list), spare, &overflow);
    assert_true(cells_end(&writer));
    check("backwards", &cells, twice, COUNT(twice));
    assert_false(overflow);
    list[0] = list[1] = awkward[5];
    cells_begin(&writer, &cells);
    cells_put_loose(&writer, list, 2, spare, &overflow);
    assert_true(cells_end(&writer));
    assert_true(overflow);
    cells_free(&cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pack),     cmocka_unit_test(test_whole), cmocka_unit_test(test_merge),
        cmocka_unit_test(test_overflow), cmocka_unit_test(test_loose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

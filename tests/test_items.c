/* Rows of answers side by side, of every length and with every kind of gap, against the plain reading of
   them cell by cell. */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>
#include "io/run/items.h"
#include "tests/random.h"

#define N_ROWS 40
#define MOST_ITEMS 40
#define ROW_BYTES 160
#define BEHIND 64 /* bytes that may be looked at */

/* A file of one column before the items. */
struct sheet {
    char text[N_ROWS * ROW_BYTES + BEHIND];
    uint32_t ends[N_ROWS * (MOST_ITEMS + 2)];
    struct raw_row rows[N_ROWS];
    size_t column, n_items;
};

/* What stands in cells, the more often the earlier. */
static const char *const cells[] = {"1", "5", "3",  "2", "4", "",  "",
                                    "9", "0", "12", "x", ":", "-1"};

static void draw_sheet(struct sheet *sheet, size_t n_kinds, uint64_t *random)
{
    size_t n = 0, n_ends = 0;
    for (size_t r = 0; r < N_ROWS; r++) {
        /* now and then a row that breaks off */
        const size_t n_cells =
            sheet->column + sheet->n_items - (n_kinds > 7 && draw_below(random, 20) == 0);
        struct raw_row *const row = &sheet->rows[r];
        *row = (struct raw_row){.text = sheet->text,
                                .ends = &sheet->ends[n_ends],
                                .start = (uint32_t)n,
                                .n_cells = (uint32_t)n_cells};
        for (size_t i = 0; i < n_cells; i++) {
            const char *const cell =
                i < sheet->column ? "P0001" : cells[draw_below(random, (uint32_t)n_kinds)];
            memcpy(sheet->text + n, cell, strlen(cell));
            n += strlen(cell);
            sheet->ends[n_ends++] = (uint32_t)n;
            sheet->text[n++] = i + 1 < n_cells ? ',' : '\n';
        }
    }
    memset(sheet->text + n, '3', BEHIND);
}

/* Whether the items of a row are all digits of the range or empty, and then what they are. */
static bool read_plainly(const struct sheet *sheet, const struct raw_row *row,
                         const struct digit_range *range, answer out[])
{
    if (row->n_cells < sheet->column + sheet->n_items) {
        return false;
    }
    for (size_t i = 0; i < sheet->n_items; i++) {
        const size_t cell = sheet->column + i;
        const uint32_t start = cell == 0 ? row->start : row->ends[cell - 1] + 1;
        const int digit = row->text[start] - '0';
        out[i] = ANSWER_MISSING;
        if (row->ends[cell] == start) {
            continue;
        }
        if (row->ends[cell] - start != 1 || digit < range->first ||
            digit > range->first + range->span) {
            return false;
        }
        out[i] = (answer)digit;
    }
    return true;
}

static void check_sheet(const struct sheet *sheet, const struct digit_range *range)
{
    const size_t stride = ROW_STRIDE(sheet->n_items);
    answer *const got = malloc(N_ROWS * stride);
    assert_non_null(got);
    for (size_t first = 0, n; first < N_ROWS; first += n + 1) {
        n = items_read(range, sheet->rows + first, N_ROWS - first, sheet->column, sheet->n_items,
                       got);
        assert_true(n <= N_ROWS - first);
        for (size_t i = 0; i <= n && first + i < N_ROWS; i++) {
            answer expected[MOST_ITEMS];
            const bool plain = read_plainly(sheet, &sheet->rows[first + i], range, expected);
            assert_int_equal(plain, i < n);
            if (plain) {
                assert_memory_equal(got + i * stride, expected, sheet->n_items);
            }
        }
    }
    free(got);
}

static void test_items(void **state)
{
    (void)state;
    static const size_t kinds[] = {3, 5, 7, COUNT(cells)};
    static const struct digit_range ranges[] = {{1, 4, ','}, {0, 2, ','}, {0, 9, ','}};
    struct sheet *const sheet = calloc(1, sizeof *sheet);
    uint64_t random = 7;
    assert_non_null(sheet);
    for (sheet->n_items = 1; sheet->n_items <= MOST_ITEMS; sheet->n_items++) {
        for (sheet->column = 0; sheet->column < 2; sheet->column++) {
            for (size_t k = 0; k < COUNT(kinds); k++) {
                draw_sheet(sheet, kinds[k], &random);
                for (size_t i = 0; i < COUNT(ranges); i++) {
                    check_sheet(sheet, &ranges[i]);
                }
            }
        }
    }
    free(sheet);
}

/* An instrument whose answers are no digits reads none. */
static void test_no_digits(void **state)
{
    (void)state;
    struct sheet *const sheet = calloc(1, sizeof *sheet);
    const struct digit_range none = {0, -1, ','};
    uint64_t random = 8;
    answer got[ROW_STRIDE(5)];
    assert_non_null(sheet);
    sheet->n_items = 5;
    sheet->column = 1;
    draw_sheet(sheet, 3, &random);
    assert_int_equal(items_read(&none, sheet->rows, 1, 1, 5, got), 0);
    free(sheet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_no_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

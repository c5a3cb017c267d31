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
#define BEHIND TEXT_PADDING /* bytes that may be looked at */

/* A file of one column before the items. */
struct sheet {
    char text[N_ROWS * ROW_BYTES + BEHIND];
    uint64_t ends[N_ROWS * ROW_BYTES / 64 + 2];
    struct raw_row rows[N_ROWS];
    const char *starts[N_ROWS]; /* of the first item, where it is */
    const char *behind[N_ROWS]; /* the last one, likewise */
    size_t column, n_items;
};

/* What stands in cells, the more often the earlier. */
static const char *const cells[] = {"1", "5", "3",  "2", "4", "",  "",
                                    "9", "0", "12", "x", ":", "-1"};

static void draw_sheet(struct sheet *sheet, size_t n_kinds, uint64_t *random)
{
    size_t n = 0;
    memset(sheet->ends, 0, sizeof sheet->ends);
    for (size_t r = 0; r < N_ROWS; r++) {
        /* now and then a row that breaks off */
        const size_t n_cells =
            sheet->column + sheet->n_items - (n_kinds > 7 && draw_below(random, 20) == 0);
        struct raw_row *const row = &sheet->rows[r];
        *row = (struct raw_row){.text = sheet->text,
                                .ends = sheet->ends,
                                .start = (uint32_t)n,
                                .n_cells = (uint32_t)n_cells};
        sheet->starts[r] = sheet->text + n;
        sheet->behind[r] = sheet->text + n;
        for (size_t i = 0; i < n_cells; i++) {
            const char *const cell =
                i < sheet->column ? "P0001" : cells[draw_below(random, (uint32_t)n_kinds)];
            if (i == sheet->column) {
                sheet->starts[r] = sheet->text + n;
            }
            memcpy(sheet->text + n, cell, strlen(cell));
            n += strlen(cell);
            sheet->ends[n / 64] |= (uint64_t)1 << n % 64;
            sheet->text[n++] = i + 1 < n_cells ? ',' : '\n';
            if (i + 1 == sheet->column + sheet->n_items) {
                sheet->behind[r] = sheet->text + n;
            }
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
        const struct span raw = raw_cell(row, sheet->column + i);
        const int digit = raw.text[0] - '0';
        out[i] = ANSWER_MISSING;
        if (raw.length == 0) {
            continue;
        }
        if (raw.length != 1 || digit < range->first || digit > range->first + range->span) {
            return false;
        }
        out[i] = (answer)digit;
    }
    return true;
}

static void check_sheet(const struct sheet *sheet, const struct digit_range *range, bool is_last)
{
    const size_t stride = ROW_STRIDE(sheet->n_items);
    answer *const got = malloc(N_ROWS * stride + ITEMS_SLACK);
    struct set_bits bits;
    uint8_t others[N_ROWS];
    size_t n, next = 0;
    assert_non_null(got);
    set_bits_fill(&bits);
    n = items_read(range, &bits, sheet->rows, sheet->starts, is_last ? sheet->behind : NULL, N_ROWS,
                   sheet->column, sheet->n_items, got, others);
    for (size_t i = 0; i < N_ROWS; i++) {
        answer expected[MOST_ITEMS];
        const bool plain = read_plainly(sheet, &sheet->rows[i], range, expected);
        assert_int_equal(plain, next == n || others[next] != i);
        next += !plain;
        if (plain) {
            assert_memory_equal(got + i * stride, expected, sheet->n_items);
        }
    }
    assert_int_equal(next, n);
    free(got);
}

static void test_items(void **state)
{
    (void)state;
    static const size_t kinds[] = {3, 5, 7, COUNT(cells)};
    static const struct digit_range ranges[] = {{1, 4}, {0, 2}, {0, 9}};
    struct sheet *const sheet = calloc(1, sizeof *sheet);
    uint64_t random = 7;
    assert_non_null(sheet);
    for (sheet->n_items = 1; sheet->n_items <= MOST_ITEMS; sheet->n_items++) {
        for (sheet->column = 0; sheet->column < 2; sheet->column++) {
            for (size_t k = 0; k < COUNT(kinds); k++) {
                draw_sheet(sheet, kinds[k], &random);
                for (size_t i = 0; i < COUNT(ranges); i++) {
                    check_sheet(sheet, &ranges[i], false);
                    check_sheet(sheet, &ranges[i], true);
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
    const struct digit_range none = {0, -1};
    uint64_t random = 8;
    answer got[ROW_STRIDE(5) + ITEMS_SLACK];
    struct set_bits bits;
    uint8_t other = 1;
    assert_non_null(sheet);
    sheet->n_items = 5;
    sheet->column = 1;
    draw_sheet(sheet, 3, &random);
    set_bits_fill(&bits);
    assert_int_equal(
        items_read(&none, &bits, sheet->rows, sheet->starts, NULL, 1, 1, 5, got, &other), 1);
    assert_int_equal(other, 0);
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

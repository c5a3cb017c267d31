/* Where the cells of some columns begin, near and far, in rows of every length: as walking through the row
   finds them. */
#include "tests/check.h"

#include <string.h>
#include "io/read/starts.h"
#include "tests/random.h"

#define N_ROWS 60
#define MOST_CELLS 90
#define ROW_BYTES 2000

struct sheet {
    char text[N_ROWS * ROW_BYTES];
    uint64_t ends[N_ROWS * ROW_BYTES / 64 + 2];
    struct raw_row rows[N_ROWS];
};

/* Cells of up to `longest` characters; n_most of them in most rows. */
static void draw_sheet(struct sheet *sheet, uint32_t longest, uint32_t n_most, uint64_t *random)
{
    size_t n = draw_below(random, 64);
    memset(sheet, 0, sizeof *sheet);
    for (size_t r = 0; r < N_ROWS; r++) {
        const uint32_t n_cells = r % 4 > 0 ? n_most : 1 + draw_below(random, MOST_CELLS);
        sheet->rows[r] = (struct raw_row){
            .text = sheet->text, .ends = sheet->ends, .start = (uint32_t)n, .n_cells = n_cells};
        for (size_t i = 0; i < n_cells; i++) {
            n += draw_below(random, longest + 1);
            sheet->ends[n / 64] |= (uint64_t)1 << n % 64;
            sheet->rows[r].end = (uint32_t)n++;
        }
    }
}

static void check_column(const struct starts *starts, const struct sheet *sheet, size_t column)
{
    const char *const *const places = starts_of(starts, column);
    for (size_t r = 0; r < N_ROWS; r++) {
        const struct raw_row *const row = &sheet->rows[r];
        size_t place = row->start;
        for (size_t i = 0; i < column && i < row->n_cells; i++) {
            place = cell_end(row->ends, place) + 1;
        }
        assert_ptr_equal(places[r], row->text + (column > row->n_cells ? row->start : place));
    }
}

static void check_cells(const struct starts *starts, const struct sheet *sheet, size_t column)
{
    const char *const *const places = starts_of(starts, column);
    for (size_t r = 0; r < N_ROWS; r++) {
        const struct span expected = raw_cell(&sheet->rows[r], column);
        const struct span got = start_cell(places, r);
        if (column < sheet->rows[r].n_cells) {
            assert_ptr_equal(got.text, expected.text);
            assert_int_equal(got.length, expected.length);
        } else {
            assert_true(got.length > ROW_BYTES);
        }
    }
}

static void check_others(const struct starts *starts, const struct sheet *sheet, size_t n_cells)
{
    uint8_t others[STARTS_ROWS];
    const size_t n = starts_find(starts, sheet->rows, N_ROWS, n_cells, others);
    size_t next = 0;
    for (size_t r = 0; r < N_ROWS; r++) {
        assert_int_equal(next < n && others[next] == r, sheet->rows[r].n_cells != n_cells);
        next += sheet->rows[r].n_cells != n_cells;
    }
    assert_int_equal(next, n);
}

static void test_starts(void **state)
{
    (void)state;
    static struct sheet sheet;
    uint64_t random = 11;
    for (size_t round = 0; round < 2000; round++) {
        struct starts starts = {0};
        uint32_t columns[40];
        const uint32_t within = round % 3 == 0 ? 9 : MOST_CELLS;
        const size_t n = 1 + draw_below(&random, round % 2 == 0 ? 5 : 40);
        draw_sheet(&sheet, (uint32_t[]){1, 3, 20}[round % 5 % 3], within, &random);
        for (size_t i = 0; i < n; i++) {
            columns[i] = draw_below(&random, within);
            assert_true(i % 2 == 0 ? starts_want_cells(&starts, columns[i])
                                   : starts_want(&starts, columns[i]));
        }
        assert_true(starts_ready(&starts));
        check_others(&starts, &sheet, within);
        for (size_t i = 0; i < n; i++) {
            check_column(&starts, &sheet, columns[i]);
            if (i % 2 == 0) {
                check_cells(&starts, &sheet, columns[i]);
            }
        }
        starts_free(&starts);
    }
}

/* No column is wanted. */
static void test_none(void **state)
{
    (void)state;
    const struct raw_row row = {.text = "", .n_cells = 1};
    struct starts starts = {0};
    uint8_t other = 1;
    assert_true(starts_ready(&starts));
    assert_int_equal(starts_find(&starts, &row, 1, 1, &other), 0);
    assert_int_equal(starts_find(&starts, &row, 1, 2, &other), 1);
    assert_int_equal(other, 0);
    starts_free(&starts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starts),
        cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

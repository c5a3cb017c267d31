/* io/read/starts.c - see starts.h. Of a row's first 57 bytes or more the ends of cells are one number, and
   nearly always those that are wanted are among them: they are its lowest bits. */
#include "io/read/starts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "engine/memory.h"
#include "scales/wide.h"

/* clang unrolls by itself, and warns of a loop that it cannot; gcc -O2 unrolls none */
#if defined(__clang__)
#define UNROLLED_BY_GCC
#else
#define UNROLLED_BY_GCC _Pragma("GCC unroll 8")
#endif

bool starts_want(struct starts *starts, size_t column)
{
    size_t i = starts->n_columns;
    while (i > 0 && starts->columns[i - 1] > column) {
        i--;
    }
    if (i > 0 && starts->columns[i - 1] == column) {
        return true;
    }
    if (!array_grow(&starts->columns, &starts->columns_capacity, starts->n_columns + 1,
                    sizeof *starts->columns)) {
        return false;
    }
    memmove(starts->columns + i + 1, starts->columns + i,
            (starts->n_columns - i) * sizeof *starts->columns);
    starts->columns[i] = (uint32_t)column;
    starts->n_columns++;
    return true;
}

bool starts_want_cells(struct starts *starts, size_t column)
{
    return starts_want(starts, column) && starts_want(starts, column + 1);
}

/* A column or two between those that are wanted cost less than to be left out. */
static bool fill_gaps(struct starts *starts)
{
    for (size_t i = 1; i < starts->n_columns; i++) {
        const uint32_t before = starts->columns[i - 1], gap = starts->columns[i] - before - 1;
        if (gap > 0 && gap <= 2 && !starts_want(starts, before + 1)) {
            return false;
        }
    }
    return true;
}

bool starts_ready(struct starts *starts)
{
    if (!fill_gaps(starts)) {
        return false;
    }
    free(starts->places);
    starts->places = calloc((starts->n_columns + 1) * STARTS_ROWS, sizeof *starts->places);
    return starts->places != NULL;
}

void starts_free(struct starts *starts)
{
    free(starts->columns);
    free(starts->places);
    *starts = (struct starts){0};
}

const char *const *starts_of(const struct starts *starts, size_t column)
{
    size_t low = 0, high = starts->n_columns;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        *(starts->columns[middle] <= column ? &low : &high) = middle;
    }
    assert(low < high && starts->columns[low] == column);
    return starts->places + low * STARTS_ROWS;
}

/* The beginnings of row r, wherever they are. */
static INTO_CALLER void find_far(const struct starts *starts, const struct raw_row *row, size_t r)
{
    size_t word = row->start / 64, passed = 0;
    uint64_t bits = ends_of_word(row->ends, row->start);
    for (size_t i = 0; i < starts->n_columns; i++) {
        const char **const out = starts->places + i * STARTS_ROWS + r;
        const size_t left = starts->columns[i] - passed; /* ends before this beginning */
        if (starts->columns[i] > row->n_cells || left == 0) {
            *out = row->text + row->start;
            continue;
        }
        *out = row->text + ends_pass(row->ends, &word, &bits, left) + 1;
        passed = starts->columns[i];
    }
}

/* The beginnings in rows that have them near their own, of the first n_some columns, which stand side by side
   where `n` says how many (else it is 0), and behind the row. from_first: a row's first column is one of them.
   Returns how many rows are not so, which are left to find_far(), and lists them. */
static INTO_CALLER size_t find_near(const struct starts *starts, const struct raw_row rows[],
                                    size_t n_rows, size_t n_some, size_t n, bool from_first,
                                    size_t n_cells, uint8_t far[])
{
    const size_t n_columns = n > 0 ? n : n_some;
    const uint32_t *const columns = starts->columns;
    const char **places = starts->places;
    const uint32_t n_before = from_first ? 0 : columns[0] - 1, last = columns[n_columns - 1];
    size_t n_far = 0;
    for (size_t r = 0; r < n_rows; r++, places++) {
        const struct raw_row *const row = &rows[r];
        const char *const text = row->text + row->start;
        uint64_t bits = ends_from(row->ends, row->start);
        uint32_t passed = n_before;
        if (row->n_cells != n_cells || (uint32_t)__builtin_popcountll(bits) < last) {
            far[n_far++] = (uint8_t)r;
            continue;
        }
        for (uint32_t i = 0; i < n_before; i++) {
            bits &= bits - 1;
        }
        if (from_first) {
            places[0] = text;
        }
        places[n_columns * STARTS_ROWS] = row->text + row->end + 1;
        UNROLLED_BY_GCC for (size_t i = from_first; i < n_columns; i++)
        {
            for (; n == 0 && passed + 1 < columns[i]; passed++) {
                bits &= bits - 1;
            }
            places[i * STARTS_ROWS] = text + 1 + __builtin_ctzll(bits);
            bits &= bits - 1;
            passed++;
        }
    }
    return n_far;
}

static INTO_CALLER size_t find_some(const struct starts *starts, const struct raw_row rows[],
                                    size_t n_rows, size_t n_some, size_t n, size_t n_cells,
                                    uint8_t far[])
{
    return starts->columns[0] == 0
               ? find_near(starts, rows, n_rows, n_some, n, true, n_cells, far)
               : find_near(starts, rows, n_rows, n_some, n, false, n_cells, far);
}

static INTO_CALLER size_t find(const struct starts *starts, const struct raw_row rows[], size_t n,
                               size_t n_cells, uint8_t others[])
{
    const size_t n_columns = starts->n_columns;
    /* where a row ends is known without counting */
    const size_t some = n_columns - (n_columns > 1 && starts->columns[n_columns - 1] == n_cells);
    const bool is_dense = starts->columns[some - 1] - starts->columns[0] + 1 == some;
    uint8_t far[STARTS_ROWS];
    const size_t n_far = !is_dense   ? find_some(starts, rows, n, some, 0, n_cells, far)
                         : some == 2 ? find_some(starts, rows, n, some, 2, n_cells, far)
                         : some == 3 ? find_some(starts, rows, n, some, 3, n_cells, far)
                         : some == 4 ? find_some(starts, rows, n, some, 4, n_cells, far)
                         : some == 5 ? find_some(starts, rows, n, some, 5, n_cells, far)
                         : some == 6 ? find_some(starts, rows, n, some, 6, n_cells, far)
                         : some == 7 ? find_some(starts, rows, n, some, 7, n_cells, far)
                         : some == 8 ? find_some(starts, rows, n, some, 8, n_cells, far)
                                     : find_some(starts, rows, n, some, 0, n_cells, far);
    size_t n_others = 0;
    for (size_t i = 0; i < n_far; i++) {
        find_far(starts, &rows[far[i]], far[i]);
        others[n_others] = far[i];
        n_others += rows[far[i]].n_cells != n_cells;
    }
    return n_others;
}

#if defined(HAS_WIDE)
FOR_WIDE static size_t find_wide(const struct starts *starts, const struct raw_row rows[], size_t n,
                                 size_t n_cells, uint8_t others[])
{
    return find(starts, rows, n, n_cells, others);
}
#else
static size_t find_wide(const struct starts *starts, const struct raw_row rows[], size_t n,
                        size_t n_cells, uint8_t others[])
{
    return find(starts, rows, n, n_cells, others);
}
#endif

size_t starts_find(const struct starts *starts, const struct raw_row rows[], size_t n,
                   size_t n_cells, uint8_t others[])
{
    size_t n_others = 0;
    if (starts->n_columns > 0) {
        return has_wide() ? find_wide(starts, rows, n, n_cells, others)
                          : find(starts, rows, n, n_cells, others);
    }
    for (size_t r = 0; r < n; r++) {
        others[n_others] = (uint8_t)r;
        n_others += rows[r].n_cells != n_cells;
    }
    return n_others;
}

/* engine/loose_cells.c - by bytes, of which most are the same in all cells. */
#include "engine/loose_cells.h"

#include <stdlib.h>

/* Fewer cells than this are sorted by comparing: 256 buckets cost more. */
#define FEW_CELLS 48

/* What cells are sorted by, as three whole numbers of which the last is the most significant. */
enum { BY_LATER_CODE, BY_CODE, BY_RUN, N_SORTED_BY };

static uint64_t sorted_by(const struct cell_count *cell, unsigned word)
{
    /* the least code becomes 0 */
    const uint64_t lowest = UINT64_C(1) << 63;
    return word == BY_RUN    ? tally_run(cell)
           : word == BY_CODE ? (uint64_t)cell->code ^ lowest
                             : (uint64_t)cell->later_code ^ lowest;
}

/* Moves cells in the order of one byte, those of the same byte as they stood. */
static void sort_by_byte(const struct cell_count from[], size_t n, unsigned word, unsigned shift,
                         struct cell_count to[])
{
    uint32_t place[256] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++) {
        place[sorted_by(&from[i], word) >> shift & 0xff]++;
    }
    for (size_t byte = 0; byte < 256; byte++) {
        const uint32_t count = place[byte];
        place[byte] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++) {
        to[place[sorted_by(&from[i], word) >> shift & 0xff]++] = from[i];
    }
}

/* Byte by byte from the least significant, leaving out the bytes in which no two cells differ:
   those that do are six or seven of twenty. */
static void sort_by_bytes(struct cell_count cells[], size_t n, struct cell_count spare[])
{
    struct cell_count *from = cells, *to = spare, *swapped;
    uint64_t differ[N_SORTED_BY] = {0};
    for (size_t i = 1; i < n; i++) {
        for (unsigned word = 0; word < N_SORTED_BY; word++) {
            differ[word] |= sorted_by(&cells[i], word) ^ sorted_by(&cells[0], word);
        }
    }
    for (unsigned word = 0; word < N_SORTED_BY; word++) {
        for (unsigned shift = 0; shift < 64; shift += 8) {
            if ((differ[word] >> shift & 0xff) != 0) {
                sort_by_byte(from, n, word, shift, to);
                swapped = from;
                from = to;
                to = swapped;
            }
        }
    }
    if (from != cells) {
        memcpy(cells, from, n * sizeof *cells);
    }
}

static void sort_cells(struct cell_count cells[], size_t n, struct cell_count spare[])
{
    size_t n_sorted = n > 0;
    while (n_sorted < n && cell_compare(&cells[n_sorted - 1], &cells[n_sorted]) <= 0) {
        n_sorted++;
    }
    if (n_sorted == n) {
        return;
    }
    if (n < FEW_CELLS) {
        qsort(cells, n, sizeof *cells, cell_compare);
    } else {
        sort_by_bytes(cells, n, spare);
    }
}

void cells_put_loose(struct cells_writer *writer, struct cell_count cells[], size_t n,
                     struct cell_count spare[], bool *overflow)
{
    sort_cells(cells, n, spare);
    for (size_t i = 0; i < n;) {
        struct cell_count sum = cells[i++];
        for (; i < n && cell_compare(&sum, &cells[i]) == 0; i++) {
            if (__builtin_add_overflow(sum.count, cells[i].count, &sum.count)) {
                sum.count = UINT32_MAX; /* of no use */
                *overflow = true;
            }
        }
        cells_put(writer, &sum);
    }
}

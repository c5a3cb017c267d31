/* io/run/items.h - the answers of a row as they stand side by side in the text: single digits with
   separators between them, in nearly every row of nearly every file. */
#ifndef PELLTER_IO_RUN_ITEMS_H
#define PELLTER_IO_RUN_ITEMS_H

#include "io/read/starts.h"
#include "scales/forms.h"
#include "scales/transpose.h"

/* Items of a group whose columns stand side by side. */
struct item_run {
    size_t group;
    size_t first, n; /* of the group's items */
    size_t column;   /* of the first of them */
};

/* Which single digits answer the items of a group: `first` .. `first + span`. */
struct digit_range {
    int first, span;
};
struct digit_range digit_range_of(const struct item_group *group);

/* By a number of eight bits: the places of those that are set, one behind the other. */
struct set_bits {
    uint8_t places[256][8];
};
void set_bits_fill(struct set_bits *bits);

/* Bytes that may be written behind the last form's answers. */
#define ITEMS_SLACK 32

/* Reads of each of n_rows <= STARTS_ROWS rows the n cells from `column` on, of which starts[] says where they
   begin and behind[] (NULL: not known) where the cell behind them begins, or would, as form after form of `out`, ROW_STRIDE(n) bytes each (scales/transpose.h). Single digits within
   the range become answers, empty cells ANSWER_MISSING. Returns how many rows are not like that (another
   cell, or too few of them), and lists them in `others`, ascending; their answers are undefined. */
size_t items_read(const struct digit_range *range, const struct set_bits *bits,
                  const struct raw_row rows[], const char *const starts[],
                  const char *const behind[], size_t n_rows, size_t column, size_t n, answer out[],
                  uint8_t others[]);

#endif

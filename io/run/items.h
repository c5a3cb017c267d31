/* io/run/items.h - the answers of a row as they stand side by side in the text: single digits with
   separators between them, in nearly every row of nearly every file. */
#ifndef PELLTER_IO_RUN_ITEMS_H
#define PELLTER_IO_RUN_ITEMS_H

#include "io/read/rows.h"
#include "scales/forms.h"
#include "scales/transpose.h"

/* Which single digits answer the items of a group: `first` .. `first + span`. */
struct digit_range {
    int first, span;
    char separator;
};
struct digit_range digit_range_of(const struct item_group *group, char separator);

/* Reads of each row the n cells from `column` on, as form after form of `out`, ROW_STRIDE(n) bytes each
   (scales/transpose.h). Single digits within the range become answers, empty cells ANSWER_MISSING.
   Returns how many rows were read: the first that has another cell, or too few of them, ends it. Looks
   at up to 64 bytes behind the cells. */
size_t items_read(const struct digit_range *range, const struct raw_row rows[], size_t n_rows,
                  size_t column, size_t n, answer out[]);

#endif

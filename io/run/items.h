/* io/run/items.h - the answers of a row as they stand side by side in the text: single digits with
   separators between them, in nearly every row of nearly every file. */
#ifndef PELLTER_IO_RUN_ITEMS_H
#define PELLTER_IO_RUN_ITEMS_H

#include "scales/forms.h"

/* Answers are read form by form, ITEMS_STRIDE(n) bytes for each, and then turned into columns. */
#define ITEMS_STRIDE(n) (((n) + 15) / 16 * 16)

/* Which single digits answer the items of a group: `first` .. `first + span`. */
struct digit_range {
    int first, span;
    char separator;
};
struct digit_range digit_range_of(const struct item_group *group, char separator);

/* Reads n cells that stand side by side: the first begins at text[start], cell i ends at text[ends[i]].
   Single digits within the range become answers, empty cells ANSWER_MISSING. False where there is
   another cell; `out` (ITEMS_STRIDE(n) bytes) then holds nothing of use. Looks at up to 64 bytes
   behind the cells. */
bool items_read(const struct digit_range *range, const char *text, uint32_t start,
                const uint32_t ends[], size_t n, answer out[]);

/* Turns the answers of BATCH_FORMS forms, ITEMS_STRIDE(n) each, into n columns. */
void items_transpose(const answer rows[], size_t n, answer columns[]);

#endif

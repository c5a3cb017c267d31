/* io/write/printed.h - the texts and cells of a table as the strings that every format prints. */
#ifndef PELLTER_IO_WRITE_PRINTED_H
#define PELLTER_IO_WRITE_PRINTED_H

#include <stdbool.h>
#include <stdio.h>
#include "engine/fault.h"
#include "engine/memory.h"
#include "engine/table.h"

#define PRINTED_UNDEFINED "-" /* in what people read; empty in CSV */

/* What stands around the cells of a table. */
struct printed {
    const char *title;
    const char **headings; /* n_columns */
    const char **notes;    /* n_notes */
};

/* All strings are owned by `arena`; false: no memory. */
bool printed_table(struct arena *arena, const struct table *table, struct printed *out);

/* Room for any number that a cell can have, and its NUL. */
#define PRINTED_ROOM 330

/* A cell on its own, printed when it is written, since there may be millions: in `room`, in
   `arena`, or as the name that it is made of. NULL: no memory. An empty cell is "". */
const char *printed_cell(struct arena *arena, char room[PRINTED_ROOM],
                         const struct cell_content *cell, const char *undefined);

/* A cell of rounded numbers, without a NUL, so that it ends before `end`, in fewer than PRINTED_ROOM bytes of a
   column each: where it begins. NULL where a cell is nothing of the kind. */
char *printed_before(const struct cell_content *cell, char *end);

/* How many columns a cell of numbers takes, in what people read: sooner known than printed. 0 where that
   cannot be said. */
size_t printed_columns(const struct cell_content *cell);

/* Hands everything written so far to the system: FAULT_WRITE if that, or any write before it,
   failed. Call with errno 0 from before the first write, so that the reason is the stream's. */
struct fault printed_flush(FILE *out, const char *name);

#endif

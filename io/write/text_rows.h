/* io/write/text_rows.h - the rows of a table as text: there may be hundreds of thousands, so that they are
   measured and written some hundred at a time, by as many as there are. */
#ifndef PELLTER_IO_WRITE_TEXT_ROWS_H
#define PELLTER_IO_WRITE_TEXT_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include "engine/crew.h"
#include "engine/table.h"
#include "io/write/lines.h"

#define TEXT_GAP 2        /* between columns */
#define TEXT_PAGE 80      /* a line */
#define LABEL_LEAST 8     /* a label column narrower than this is not readable */
#define TEXT_WORD_MOST 20 /* words in headings and number columns break beyond this */

/* A piece of text in its place on the page; several side by side make a row. */
struct box {
    const char *rest; /* borrowed: what is still to be written */
    size_t width;     /* columns */
    size_t delay;     /* lines that stay empty above */
    bool is_left;     /* aligned to the left, else to the right */
};

/* Writes the boxes side by side, line by line until all are empty. */
void write_boxes(struct lines *lines, struct box *boxes, size_t n);

/* Finds how wide each column's cells are, at least 1, and how narrow a label may become, which is
   LABEL_LEAST or more. False: no memory. */
bool measure_rows(const struct crew *crew, const struct table *table, size_t widths[],
                  size_t least[]);

/* Columns of a table that stand side by side. */
struct shown_columns {
    const struct table *table;
    const size_t *columns; /* n, ascending */
    const size_t *widths;  /* of each column of the table */
    size_t n;
};

/* Writes all rows. One of several lines has an empty line above and below, or its second line could be taken
   for a row. False: no memory. */
bool write_rows(struct lines *lines, const struct crew *crew, const struct shown_columns *shown);

#endif

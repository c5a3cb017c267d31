/* io/read/records.h - one record at a time, read by libcsv. Internal to rows.h. */
#ifndef PELLTER_IO_READ_RECORDS_H
#define PELLTER_IO_READ_RECORDS_H

#include <csv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/fault.h"
#include "io/read/decode.h"

#define CELLS_MAX ((size_t)65536)

/* Rows that do not stand in the text as they are: their cells, without quotes, each with one byte
   behind it that is a separator or line end (of the last one any). Start with {0}. */
struct side {
    char *text; /* owned */
    size_t n_text, text_capacity;
    uint64_t *ends; /* owned: as in struct raw_row; no bit is set behind n_text */
    size_t ends_capacity;
    uint32_t *rows; /* owned: which of the rows asked for these are */
    size_t n_rows, rows_capacity;
};

/* Makes room for a row, or more of one: n bytes and one, and TEXT_PADDING behind them. */
bool side_room(struct side *side, size_t n);

/* A cell ends at side->text[place]. */
void side_end(struct side *side, size_t place);

/* Forgets where cells end from `place` on, `behind` being behind the last of them; and all rows. */
void side_forget(struct side *side, size_t place, size_t behind);
void side_clear(struct side *side);

/* A reader of records. Its insides belong to records.c. */
struct records {
    struct csv_parser parser;
    const char *name; /* borrowed */
    struct side side;
    struct fault fault; /* the first one; nothing is done after it */
    size_t n_lines;     /* before the record, then with it */
    size_t n_cells;     /* of the record so far */
    size_t n_decoded;   /* bytes of their texts, each with a NUL */
    size_t from;        /* where the row begins in side.text */
    bool ended;         /* the record has */
    bool after_cr;      /* ended by CR */
    struct text_room room;
};

void records_init(struct records *records, char separator);
void records_free(struct records *records);

/* Forgets a fault and what it has left undone. */
void records_begin(struct records *records, const char *name);

/* Reads the record, or blank line, that begins at `place` of n bytes of text, `n_lines` lines
   having ended before it, and moves *place behind it. The row goes to the end of the side: n_cells
   says of how many cells; 0 for a blank line. False: there is a fault. */
bool records_read(struct records *records, const char *text, size_t n, size_t n_lines,
                  size_t *place);

#endif

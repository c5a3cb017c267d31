/* io/read/rows.h - the rows of a piece of CSV text, read by two lanes that give the same rows.

   libcsv is the reader of record: what it says of a text holds. Nearly all text is plain, and needs
   nothing of what it knows: the quick lane finds separators and line ends in it 32 or 64 bytes at a
   time, and hands every record that has more than a plain quoted cell over to libcsv. */
#ifndef PELLTER_IO_READ_ROWS_H
#define PELLTER_IO_READ_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/fault.h"
#include "io/read/decode.h" /* struct cell, struct text_room, TEXT_PADDING */

/* A row that is no blank line, its cells as they stand in the text: white space and encoding are
   raw_cell_text()'s matter. Cell 0 is text[start, ends[0]), cell k is
   text[ends[k - 1] + 1, ends[k]). The bytes up to text[ends[n_cells - 1] + TEXT_PADDING] may be read. */
struct raw_row {
    const char *text;
    const uint32_t *ends;
    uint32_t start, n_cells;
    uint32_t number; /* 1 for the first line of the piece, blank lines counted */
};

/* Which lane reads; RECORD_LANE is for tests and for measuring. */
enum lanes { QUICK_AND_RECORD_LANE, RECORD_LANE };

struct rows; /* one reader, for any number of pieces one after the other; never shared by threads */

/* A reader; NULL: no memory. `separator` is ',', ';' or '\t'. */
struct rows *rows_new(char separator, enum lanes lanes);
void rows_free(struct rows *rows);

/* Begins with a piece of n < 2^31 bytes that starts and ends between two records; only the last
   piece of a file may end without a line end. `name` is what faults call the file. Both are
   borrowed until the next call of rows_begin(). */
void rows_begin(struct rows *rows, const char *name, const char *text, size_t n);

/* The next *n <= capacity rows; 0 at the end. They hold until the next call. A fault comes behind
   the rows before it: the rows given with it (*n may be above 0) stand before the fault and are to
   be taken first. Faults are those of delimited.h; their row counts from the piece's first line. */
MUST_CHECK struct fault rows_next(struct rows *rows, struct raw_row out[], size_t capacity,
                                  size_t *n);

/* Line ends passed so far in this piece: after the last row, the number of its lines (blank ones
   too; a line break in quotes is none). */
uint32_t rows_lines(const struct rows *rows);

/* A cell as delimited.h promises it: UTF-8 (a cell that is not is read as Windows-1252), trimmed,
   NUL-terminated; "" where the row is too short. Valid until `room` is used again. False: no
   memory. */
bool raw_cell_text(const struct raw_row *row, size_t index, struct text_room *room,
                   struct cell *out);

/* The separator of a file that begins with this text: the one of ',', ';' and '\t' that occurs most
   often outside quotes in the first line that is not blank (of its first MiB); comma at a tie. */
char separator_of(const char *text, size_t n);

#endif

/* io/read/delimited.h - a CSV file from its beginning to its end, in one thread. */
#ifndef PELLTER_IO_READ_DELIMITED_H
#define PELLTER_IO_READ_DELIMITED_H

#include <stdbool.h>
#include <stddef.h>
#include "engine/fault.h"
#include "engine/memory.h"
#include "io/read/chunks.h"
#include "io/read/rows.h"

/* A row as a spreadsheet would show it. */
struct row {
    size_t number; /* blank lines count, line breaks in quotes do not */
    const struct cell *cells;
    size_t n_cells;
};

/* A row with all its cells decoded. Start with {0}; row_free(). */
struct decoded_row {
    struct row row;
    struct cell *cells; /* owned */
    size_t cells_capacity;
    struct arena texts;
};
/* False: no memory. */
bool row_decode(const struct raw_row *raw, struct decoded_row *out);
void row_free(struct decoded_row *row);

/* Take the header row, and some of the rows behind it, whose numbers count from line `lines_before` + 1
   of the file; a fault that they return stops the reading and is handed on. */
typedef struct fault header_handler(void *context, const struct row *header);
typedef struct fault rows_handler(void *context, const struct raw_row rows[], size_t n,
                                  uint64_t lines_before);

/* Reads `path` and hands its first row that is not a blank line to `header`, all others to `rows`.

   UTF-8 with or without BOM; UTF-16 of either byte order with BOM; a cell that is not valid UTF-8
   is read as Windows-1252. Lines end in LF, CR LF or CR. `separator` is ',', ';' or '\t', or 0 to
   find it in the header row (the one that occurs most often outside quotes; comma at a tie).
   Quoting rules are libcsv's, strict.

   Faults, with row and column where they apply: a missing or unreadable file, a directory, an empty
   file, a file of blank lines only, a NUL byte ("a binary file"), a quote that is never closed or
   stands inside a cell, a cell longer than 1 MiB, a row of more than 65,536 cells, a failing
   handler. Memory stays bounded whatever the file holds. */
MUST_CHECK struct fault delimited_read(const char *path, char separator, header_handler *header,
                                       rows_handler *rows, void *context);

/* Takes one row; a fault that it returns stops the reading and is handed on. */
typedef struct fault row_handler(void *context, const struct row *row);

/* The same for bytes in memory, every row decoded, fed `chunk` bytes at a time (0: all at once); for
   tests. */
MUST_CHECK struct fault delimited_parse(const char *name, const char *bytes, size_t n, size_t chunk,
                                        char separator, row_handler *take, void *context);

#endif

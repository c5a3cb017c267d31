/* io/read/delimited.h - rows of a CSV file, as a spreadsheet would show them. */
#ifndef PELLTER_IO_READ_DELIMITED_H
#define PELLTER_IO_READ_DELIMITED_H

#include <stdbool.h>
#include <stddef.h>
#include "engine/fault.h"
#include "io/read/decode.h" /* struct cell */

struct row {
    size_t number; /* as a spreadsheet shows it: blank lines count, line breaks in quotes do not */
    const struct cell *cells;
    size_t n_cells;
};

/* Takes one row; a fault that it returns stops the reading and is handed on. */
typedef struct fault row_handler(void *context, const struct row *row);

/* Reads `path` and hands every row that is not a blank line to `take`, the header row first.

   UTF-8 with or without BOM; UTF-16 of either byte order with BOM; a cell that is not valid UTF-8
   is read as Windows-1252. Lines end in LF, CR LF or CR. `separator` is ',', ';' or '\t', or 0 to
   find it in the header row (the one that occurs most often outside quotes; comma at a tie).
   Quoting rules are libcsv's, strict.

   Faults, with row and column where they apply: a missing or unreadable file, a directory, an empty
   file, a file of blank lines only, a NUL byte ("a binary file"), a quote that is never closed or
   stands inside a cell, a cell longer than 1 MiB, a row of more than 65,536 cells, a failing
   handler. Memory stays bounded whatever the file holds. */
MUST_CHECK struct fault delimited_read(const char *path, char separator, row_handler *take,
                                       void *context);

/* The same for bytes in memory, fed `chunk` bytes at a time (0: all at once); for tests. */
MUST_CHECK struct fault delimited_parse(const char *name, const char *bytes, size_t n, size_t chunk,
                                        char separator, row_handler *take, void *context);

#endif

/* io/write/write.h - a report as text, as Markdown and as CSV. All are UTF-8 with LF.

   Each writes to an open stream and returns a fault of FAULT_WRITE if the stream failed or
   FAULT_MEMORY. `name` is what a fault calls the stream. */
#ifndef PELLTER_IO_WRITE_WRITE_H
#define PELLTER_IO_WRITE_WRITE_H

#include <stdio.h>
#include "engine/crew.h"
#include "engine/fault.h"
#include "engine/table.h"

/* For a terminal: at most 80 columns wide as far as the longest word allows. Labels wrap, they are
   never cut, so that no two can look the same. Control characters in labels are shown as U+FFFD. */
MUST_CHECK struct fault write_text(FILE *out, const char *name, const struct report *report,
                                   const struct crew *crew);

/* GitHub-flavoured tables; everything in a label that Markdown or HTML could read is escaped. */
MUST_CHECK struct fault write_markdown(FILE *out, const char *name, const struct report *report);

/* One table: a header row and the cells as printed, undefined empty, without title and notes. A
   text that a spreadsheet would take for a formula (starting with = + - @ tab or CR, and no number)
   gets an apostrophe in front. */
MUST_CHECK struct fault write_csv(FILE *out, const char *name, const struct table *table);

/* One field of a CSV file, quoted where it has to be; no apostrophe, no separator. */
void write_csv_field(FILE *out, const char *text);

/* The same of n bytes, with what else stands in the line. */
struct lines;
void csv_put(struct lines *lines, const char *field, size_t n);

/* The same into memory, which has CSV_ROOM(length of text) bytes; no NUL. Returns the length. */
#define CSV_ROOM(length) (2 * (length) + 2)
size_t csv_quoted(const char *text, char out[]);

#endif

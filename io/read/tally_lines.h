/* io/read/tally_lines.h - the lines of a tally file, one function for each kind. */
#ifndef PELLTER_IO_READ_TALLY_LINES_H
#define PELLTER_IO_READ_TALLY_LINES_H

#include "io/read/tally_fields.h"

/* Takes one line; r->fault says what is wrong with it. False: something is. */
bool tally_line(struct tally_reading *r, const struct row *row);

/* The study of the head, which is complete: that of the first file, or the same. */
bool tally_study(struct tally_reading *r);

#endif

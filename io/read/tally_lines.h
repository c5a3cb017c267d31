/* io/read/tally_lines.h - the lines of a tally file, one function for each kind. */
#ifndef PELLTER_IO_READ_TALLY_LINES_H
#define PELLTER_IO_READ_TALLY_LINES_H

#include "io/read/tally_fields.h"

/* Takes one line; r->fault says what is wrong with it. False: something is. */
bool tally_line(struct tally_reading *r, const struct row *row);

/* The study of the head, which is complete: that of the first file, or the same. */
bool tally_study(struct tally_reading *r);

/* Where the cells of a scale and of two stages are added up in tallies.totals: later is a stage, or
   one of TALLY_ONE_STAGE, TALLY_ALL_STAGES, TALLY_DAYS and TALLY_PREDICTED; or where scores at a stage are
   counted, those of cells and those of patterns. */
enum { TALLY_TOTAL_SCORED = 0xfb, TALLY_TOTAL_PATTERNS = 0xfc };
size_t tally_total_place(const struct study *study, size_t scale, size_t stage, size_t later);
size_t tally_n_totals(const struct study *study);

#endif

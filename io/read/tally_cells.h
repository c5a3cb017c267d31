/* io/read/tally_cells.h - the lines of a tally file that are cells of the tally, and how many people these
   add up to. */
#ifndef PELLTER_IO_READ_TALLY_CELLS_H
#define PELLTER_IO_READ_TALLY_CELLS_H

#include "io/read/tally_fields.h"

/* The current row, of the kind that each is called after. False: r->fault. */
bool take_value(struct tally_reading *r);
bool take_score(struct tally_reading *r);
bool take_every(struct tally_reading *r);
bool take_pair(struct tally_reading *r);
bool take_added_value(struct tally_reading *r);
bool take_days(struct tally_reading *r);
bool take_goal(struct tally_reading *r);
bool take_pattern(struct tally_reading *r);

/* Where the cells of a scale and of two stages are added up in tallies.totals: later is a stage, or
   one of TALLY_ONE_STAGE, TALLY_ALL_STAGES, TALLY_DAYS and TALLY_PREDICTED; or where scores at a stage are
   counted, those of cells and those of patterns. */
enum { TALLY_TOTAL_SCORED = 0xfb, TALLY_TOTAL_PATTERNS = 0xfc };
size_t tally_total_place(const struct study *study, size_t scale, size_t stage, size_t later);
size_t tally_n_totals(const struct study *study);

#endif

/* io/read/tally_families.h - the lines of a tally file that speak of families. */
#ifndef PELLTER_IO_READ_TALLY_FAMILIES_H
#define PELLTER_IO_READ_TALLY_FAMILIES_H

#include "io/read/tally_fields.h"

/* The current row, of the kind that each is called after. False: r->fault. */
bool take_family(struct tally_reading *r);
bool take_split_family(struct tally_reading *r);
bool take_family_goals(struct tally_reading *r);
bool take_split_family_goals(struct tally_reading *r);
bool take_family_share(struct tally_reading *r);
bool take_split_family_share(struct tally_reading *r);

/* Of a pair of scores, or a score and its prediction, in a file without families of this instrument:
   each is a family by itself, if another file should have families. */
bool families_take_pair(struct tally_reading *r, const struct tally_cell *pair, uint32_t count);

/* The end of a file. False: r->fault. */
bool families_end(struct tally_reading *r);

#endif

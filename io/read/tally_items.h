/* io/read/tally_items.h - the lines of a tally file that speak of the items. */
#ifndef PELLTER_IO_READ_TALLY_ITEMS_H
#define PELLTER_IO_READ_TALLY_ITEMS_H

#include "io/read/tally_fields.h"

/* The current row, of the kind that each is called after. False: r->fault. */
bool take_age(struct tally_reading *r);
bool take_scoring(struct tally_reading *r);
bool take_prorated(struct tally_reading *r);
bool take_item(struct tally_reading *r);
bool take_items(struct tally_reading *r);
bool take_items_rest(struct tally_reading *r);
bool take_items_of_stage(struct tally_reading *r);

#endif

/* engine/items_sent.h - which sums of items a site may hand on: never those of so few forms that
   answers could be told from them, be it by subtraction. */
#ifndef PELLTER_ENGINE_ITEMS_SENT_H
#define PELLTER_ENGINE_ITEMS_SENT_H

#include "engine/withheld.h"

enum item_sending {
    ITEMS_HIDDEN, /* of a cohort that is withheld, or without a form at hand: nothing is sent */
    ITEMS_APART,  /* how many forms, and no sums: too few */
    ITEMS_SENT    /* with the sums */
};

/* Of one stage, the forms that are apart, all cohorts together. */
struct items_rest {
    uint64_t n;
    bool sent; /* their sums are: there are enough of them together */
};

struct items_sent {
    const struct item_tally *items; /* borrowed */
    uint8_t *cells;           /* owned: enum item_sending, of the cells of all sheets in turn */
    size_t *first;            /* owned: for each sheet, its first cell in it */
    struct items_rest *rests; /* owned: [sheet][stage], the last of them without one */
    uint64_t *n_sent;         /* owned: for each sheet, forms that are in sums which are sent */
};

/* `least` forms or more make a sum that is sent; with a threshold, cohorts under which nobody counts
   are hidden. Where cohorts were given up and some are withheld, nothing is sent. `counted` must
   outlive it. False: no memory, and *sent is empty. */
bool items_sent_find(const struct counted *counted, const struct withheld *withheld, uint64_t least,
                     uint64_t threshold, struct items_sent *sent);
void items_sent_free(struct items_sent *sent);

/* Of a cell of a sheet ([measure][group] of the tally), and of a stage of it. */
enum item_sending items_sent_cell(const struct items_sent *sent, size_t sheet,
                                  const struct item_cell *cell);
struct items_rest items_sent_rest(const struct items_sent *sent, size_t sheet, size_t stage);

#endif

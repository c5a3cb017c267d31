/* engine/withheld.h - cohorts of so few people that a site does not hand them on. */
#ifndef PELLTER_ENGINE_WITHHELD_H
#define PELLTER_ENGINE_WITHHELD_H

#include "engine/counted.h"

/* Start with withheld_find(). */
struct withheld {
    bool *cohorts;         /* owned: for each cohort */
    uint64_t *respondents; /* owned, study->n_measures: of them, how many are in such a cohort */
    size_t n_cohorts;      /* how many are withheld */
};

/* The cohorts (of the finest crossing) with fewer than `threshold` respondents of some instrument
   that they have at all. Such a cohort is withheld whole: what is left of it could be told from the
   sums. False: no memory, and *withheld is empty. */
bool withheld_find(const struct counted *counted, uint64_t threshold, struct withheld *withheld);

void withheld_free(struct withheld *withheld);

#endif

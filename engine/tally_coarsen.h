/* engine/tally_coarsen.h - the tally of groups of cohorts. */
#ifndef PELLTER_ENGINE_TALLY_COARSEN_H
#define PELLTER_ENGINE_TALLY_COARSEN_H

#include "engine/crew.h"
#include "engine/tally.h"

/* The tally of coarser cohorts: cohort c becomes group_of[c]. *out is sorted; the caller frees it,
   and before `tally`, from which it borrows the cells, and who is written down, of groups that are a single
   cohort. Where there is one group only, everyone is in cells. What is counted for it is counted by a crew.
   False: no memory, or a count of 2^32 or more; *out is then empty. */
bool tally_coarsen(const struct tally *tally, const uint32_t group_of[], const struct crew *crew,
                   struct tally *out);

#endif

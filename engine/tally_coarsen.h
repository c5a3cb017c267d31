/* engine/tally_coarsen.h - the tally of groups of cohorts. */
#ifndef PELLTER_ENGINE_TALLY_COARSEN_H
#define PELLTER_ENGINE_TALLY_COARSEN_H

#include "engine/tally.h"

/* The tally of coarser cohorts: cohort c becomes group_of[c]. *out is sorted; the caller frees it,
   and before `tally`, from which it borrows the cells of groups that are a single cohort. False: no
   memory, or a count of 2^32 or more; *out is then empty. */
bool tally_coarsen(const struct tally *tally, const uint32_t group_of[], struct tally *out);

#endif

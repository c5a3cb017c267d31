/* engine/tally_sum.h - the cells of many cohorts as those of one. Internal to tally_coarsen.c. */
#ifndef PELLTER_ENGINE_TALLY_SUM_H
#define PELLTER_ENGINE_TALLY_SUM_H

#include "engine/packed_cells.h"

/* Adds up the cells of n cohorts, in *out, that was {0}; `overflow` becomes true where a count is 2^32 or
   more. False: no memory. */
bool tally_sum(const struct cells *const cells[], size_t n, struct cells *out, bool *overflow);

#endif

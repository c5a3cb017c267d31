/* engine/tally_sum.h - the cells of many cohorts as those of one. Internal to tally_coarsen.c. */
#ifndef PELLTER_ENGINE_TALLY_SUM_H
#define PELLTER_ENGINE_TALLY_SUM_H

#include "engine/tally.h"

/* Sorted cells, from *at to end. */
struct cell_list {
    const struct cell_count *at, *end;
};

/* Adds up n sorted lists, which it uses up, into *out, that was {0}: each cell once and in order, if
   out->n_sorted says so; else the same cell may stand there several times. `overflow` becomes true where
   a count is 2^32 or more. False: no memory. */
bool tally_sum(struct cell_list lists[], size_t n, struct cohort_cells *out, bool *overflow);

#endif

/* tests/cells.h - the same cells in two sorted tallies? */
#ifndef PELLTER_TESTS_CELLS_H
#define PELLTER_TESTS_CELLS_H

#include <string.h>
#include "engine/tally.h"

/* A cohort that one of them does not have has no cells. */
static inline bool same_cells(const struct tally *a, const struct tally *b)
{
    bool same = a->n_cells == b->n_cells;
    for (size_t i = 0; same && (i < a->n_cohorts || i < b->n_cohorts); i++) {
        const struct cells none = {.bytes = NULL};
        const struct cells *const x = i < a->n_cohorts ? &a->cohorts[i].cells : &none;
        const struct cells *const y = i < b->n_cohorts ? &b->cohorts[i].cells : &none;
        /* the same cells are packed as the same bytes */
        same = x->n == y->n && x->n_bytes == y->n_bytes &&
               (x->n == 0 || memcmp(x->bytes, y->bytes, x->n_bytes) == 0);
    }
    return same;
}

#endif

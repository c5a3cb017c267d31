/* tests/cells.h - the same cells in two sorted tallies? */
#ifndef PELLTER_TESTS_CELLS_H
#define PELLTER_TESTS_CELLS_H

#include "engine/tally.h"

static inline bool same_cell(const struct cell_count *x, const struct cell_count *y)
{
    return x->scale == y->scale && x->stage == y->stage && x->later == y->later &&
           x->code == y->code && x->later_code == y->later_code && x->count == y->count;
}

/* A cohort that one of them does not have has no cells. */
static inline bool same_cells(const struct tally *a, const struct tally *b)
{
    bool same = a->n_cells == b->n_cells;
    for (size_t i = 0; same && (i < a->n_cohorts || i < b->n_cohorts); i++) {
        const struct cohort_cells none = {0};
        const struct cohort_cells *const x = i < a->n_cohorts ? &a->cohorts[i] : &none;
        const struct cohort_cells *const y = i < b->n_cohorts ? &b->cohorts[i] : &none;
        same = x->n == y->n;
        for (size_t k = 0; same && k < x->n; k++) {
            same = same_cell(&x->cells[k], &y->cells[k]);
        }
    }
    return same;
}

#endif

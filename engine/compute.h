/* engine/compute.h - from the tally to the list of figures. */
#ifndef PELLTER_ENGINE_COMPUTE_H
#define PELLTER_ENGINE_COMPUTE_H

#include "engine/figures.h"
#include "engine/item_checks.h"

/* What the figures are computed from; all borrowed. */
struct computed_from {
    const struct study *study;
    const struct cohorts *cohorts;
    const struct counted *counted;
    const struct findings *findings;
    const struct item_checks *checks;
    const struct names *names;  /* of goals' categories */
    const uint64_t *forms_read; /* for each measure */
    uint64_t unknown_informants;
};

/* Computes every figure of the study. Asserts both ledgers: rows read = used + set aside, for each
   instrument; respondents = viable + discounted, for each scale and cohort. False: no memory, and
   *figures is empty. `from`'s parts must outlive *figures. */
bool compute_figures(const struct computed_from *from, struct figures *figures);

#endif

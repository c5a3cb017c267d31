/* engine/compute.h - from the tally to the list of figures. */
#ifndef PELLTER_ENGINE_COMPUTE_H
#define PELLTER_ENGINE_COMPUTE_H

#include "engine/figures.h"
#include "engine/counted.h"

/* Computes every figure of the study from what was counted, its tally sorted. Asserts both ledgers:
   rows read = used + set aside, for each instrument; respondents = viable + discounted, for each
   scale and cohort. False: no memory, and *figures is empty. `counted` must outlive *figures. */
bool compute_figures(const struct counted *counted, struct figures *figures);

#endif

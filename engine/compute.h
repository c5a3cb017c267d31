/* engine/compute.h - from the tally to the list of figures. */
#ifndef PELLTER_ENGINE_COMPUTE_H
#define PELLTER_ENGINE_COMPUTE_H

#include "engine/counted.h"
#include "engine/crew.h"
#include "engine/figures.h"

/* Makes ready to compute the figures of what was counted, its tally sorted: each table when it is first
   asked for (figures_section), by the workers of the crew. All that has anything to do with the study as
   a whole is computed now. Asserts both ledgers: rows read = used + set aside, for each instrument;
   respondents = viable + discounted, for each scale and cohort. False: no memory, and *figures is empty.
   `counted` and the crew must outlive *figures, which must stay where it is. */
bool compute_figures(const struct counted *counted, const struct crew *crew,
                     struct figures *figures);

#endif

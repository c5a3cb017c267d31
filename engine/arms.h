/* engine/arms.h - who is in the programme and who in the comparison group that a study declares: one
   value of a column; all other values, where recorded, are the programme. */
#ifndef PELLTER_ENGINE_ARMS_H
#define PELLTER_ENGINE_ARMS_H

#include "engine/counted.h"

enum arm { ARM_COMPARISON, ARM_PROGRAMME, N_ARMS };

/* Of a study with a comparison group; a cohort in which nothing is recorded counts as programme. */
enum arm cohort_arm(const struct counted *counted, uint32_t cohort);

/* Is somebody recorded on this side? False, too, where the study declares no comparison group. */
bool has_arm(const struct counted *counted, enum arm arm);

/* Both: there is something to compare. */
bool has_comparison(const struct counted *counted);

#endif

/* engine/primary.h - which results a study stands or falls by; all others are exploratory. */
#ifndef PELLTER_ENGINE_PRIMARY_H
#define PELLTER_ENGINE_PRIMARY_H

#include "engine/study.h"

/* The scale that stands for an instrument: the total (of SWEMWBS the metric score), of goals the
   mean level of a family's goals; where that is not collected, the last scale that is. Found by
   shape and not by name. study->n_scales: no scale of people is collected. */
size_t primary_total(const struct study *study, size_t measure);

/* Is the change of this scale, at this stage and of All, a primary result? The study may name one.
   Else there is one for each instrument: its total at `after`, by the paired t test. */
bool is_primary(const struct study *study, size_t scale, size_t stage);

/* The test that decides for a primary result. */
enum primary_test primary_test(const struct study *study);

#endif

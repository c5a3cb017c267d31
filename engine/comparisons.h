/* engine/comparisons.h - what was counted, added up for each breakdown that a study asks for. */
#ifndef PELLTER_ENGINE_COMPARISONS_H
#define PELLTER_ENGINE_COMPARISONS_H

#include "engine/counted.h"
#include "engine/crew.h"
#include "engine/figures.h"

/* Makes figures->comparisons, one for each breakdown, and lists the categories of goals. What is made belongs to
   `figures`, whose study and names are set. False: no memory, or too many. */
bool comparisons_make(const struct counted *counted, const struct crew *crew,
                      struct figures *figures);

#endif

/* engine/family_ledger.h - do the families and the cells of a tally speak of the same people? */
#ifndef PELLTER_ENGINE_FAMILY_LEDGER_H
#define PELLTER_ENGINE_FAMILY_LEDGER_H

#include "engine/counted.h"

/* Forgets families of measures that have none: those of a file without, noted one by one in case that
   another should have some. */
void families_forget_unused(struct counted *counted);

/* In every cohort, and for every sum that families are counted for, families have as many members as
   there are respondents, or goals, with a score at both stages or rated; and the same sum. What is
   computed relies on it; of a file it has to be found out. Both tallies are sorted. False where not,
   or (*no_memory) where there is no memory. */
bool families_agree(const struct counted *counted, bool *no_memory);

#endif

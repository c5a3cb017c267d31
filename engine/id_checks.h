/* engine/id_checks.h - ids that are likely mistakes: one person under two spellings, rows that are no
   people. */
#ifndef PELLTER_ENGINE_ID_CHECKS_H
#define PELLTER_ENGINE_ID_CHECKS_H

#include "engine/respondents.h"

/* What stands in the id column of a row that sums up the others ("Total", "mean", ...), or NULL from
   the number of such words on; there are at most 32. */
const char *summary_word(size_t index);

/* Counts, of one partition, ids that a person would take for another one of it, and those that are
   summary words, into counted->ids. Ids that look alike have one hash, and so one partition. */
void id_checks_count(const struct respondents *respondents, struct counted *counted);

#endif

/* engine/count.h - from respondents to the tally: every respondent is looked at once. */
#ifndef PELLTER_ENGINE_COUNT_H
#define PELLTER_ENGINE_COUNT_H

#include "engine/counted.h"
#include "engine/kin.h"
#include "engine/listing.h"
#include "engine/pair_counter.h"
#include "engine/respondents.h"

/* Counts everyone in `respondents` (resolved), and the forms that the join set aside, into
   `counted` (whose tally is in no order afterwards); pairs of scores go to `pairs`, which
   pair_counter_finish() brings into the tally, and what is known of members of families goes to
   `kin`; which measures have families, counted->measures[].has_family must say before. Where
   `listing` is not NULL, every form that the join set aside and every discounted respondent is
   added to it. False: no memory. */
bool count_respondents(const struct respondents *respondents, struct pair_counter *pairs,
                       struct kin *kin, struct counted *counted, struct listing *listing);

#endif

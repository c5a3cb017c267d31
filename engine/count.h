/* engine/count.h - from respondents to the tally: every respondent is looked at once. */
#ifndef PELLTER_ENGINE_COUNT_H
#define PELLTER_ENGINE_COUNT_H

#include "engine/counted.h"
#include "engine/family_counter.h"
#include "engine/kin.h"
#include "engine/listing.h"
#include "engine/pair_counter.h"
#include "engine/respondents.h"

/* Where respondents are counted. All borrowed. */
struct counting {
    struct counted *counted;         /* whose tally and families are in no order afterwards */
    struct pair_counter *pairs;      /* pairs of scores: for pair_counter_finish() */
    struct family_counter *families; /* people of no family: for family_counter_finish() */
    struct kin *kin;                 /* what is known of members of families */
    struct listing *listing; /* or NULL: forms that the join set aside, discounted respondents */
};

/* Counts everyone in `respondents` (resolved), and the forms that the join set aside. Which measures have
   families, counted->measures[].has_family must say before. False: no memory. */
bool count_respondents(const struct respondents *respondents, const struct counting *counting);

#endif

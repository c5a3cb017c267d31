/* engine/count.h - from respondents to the tally: every respondent is looked at once. */
#ifndef PELLTER_ENGINE_COUNT_H
#define PELLTER_ENGINE_COUNT_H

#include "engine/counted.h"
#include "engine/kin.h"
#include "engine/listing.h"
#include "engine/pair_counter.h"
#include "engine/respondents.h"

/* Someone who counts as a respondent on a scale but not as viable, and why. */
enum discount {
    DISCOUNT_NONE, /* viable: a score at both stages */
    DISCOUNT_CONFLICTING_FORMS,
    DISCOUNT_NO_BEFORE_FORM,
    DISCOUNT_AFTER_NOT_YET_DUE,
    DISCOUNT_NO_AFTER_FORM,
    DISCOUNT_BEFORE_INCOMPLETE,
    DISCOUNT_AFTER_INCOMPLETE,
    DISCOUNT_NOT_COMPARABLE,
    DISCOUNT_NO_COMMON_GOAL,
    N_DISCOUNTS
};

/* The first reason that holds, of the codes before and after; DISCOUNT_NONE for two scores. */
enum discount discount_of(tally_code before, tally_code after);

/* Added value (engine/stats/added_value.h), where the study asks for it: respondents with both totals
   are cells of the total at `after` with TALLY_PREDICTED. The code is that total, the later code the
   prediction, both in ADDED_VALUE_UNITS; or, in its place, why there is none. */
#define ADDED_VALUE_NO_IMPACT TALLY_REASON(REASON_INCOMPLETE) /* or no emotional score, before */
#define ADDED_VALUE_NOT_IN_TIME TALLY_REASON(REASON_NOT_DUE)  /* the forms' dates are known */
/* Someone who has a prediction is counted here as well where no two dates say how long it was. */
#define ADDED_VALUE_NO_DATES TALLY_REASON(REASON_NO_FORM)

/* Counts everyone in `respondents` (resolved), and the forms that the join set aside, into
   `counted` (whose tally is in no order afterwards); pairs of scores go to `pairs`, which
   pair_counter_finish() brings into the tally, and what is known of members of families goes to
   `kin`; which measures have families, counted->measures[].has_family must say before. Where
   `listing` is not NULL, every form that the join set aside and every discounted respondent is
   added to it. False: no memory. */
bool count_respondents(const struct respondents *respondents, struct pair_counter *pairs,
                       struct kin *kin, struct counted *counted, struct listing *listing);

#endif

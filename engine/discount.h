/* engine/discount.h - why a respondent is not viable. It is read from the pair's two codes alone, so that
   counting reasons from the tally gives the same ledger as listing respondents by name. */
#ifndef PELLTER_ENGINE_DISCOUNT_H
#define PELLTER_ENGINE_DISCOUNT_H

#include "engine/tally.h"

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

#endif

/* engine/count.h - from respondents to the tally: every respondent is looked at once. */
#ifndef PELLTER_ENGINE_COUNT_H
#define PELLTER_ENGINE_COUNT_H

#include "engine/respondents.h"
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

struct discounted {
    struct location location; /* of the form it rests on: the incomplete one, or the one there is */
    uint32_t join, respondent;
    uint32_t scale; /* place in study.scales */
    enum discount discount;
};

struct counted {
    struct tally tally;            /* owned, sorted */
    struct discounted *discounted; /* owned, n_discounted */
    size_t n_discounted, discounted_capacity;
    uint64_t *forms_used;  /* owned, for each measure: forms kept with a score, counted
                                        from the places and not from the rows */
    uint64_t *respondents; /* owned, for each measure */
    uint64_t *moved;       /* owned, for each measure: forms differ on a cohort column */
};

/* Counts everyone in `respondents` (resolved). Kept forms without a score on any scale are added to
   its findings as FORM_TOO_FEW_ITEMS. False: no memory; *counted is empty. */
bool count_respondents(const struct respondents *respondents, struct counted *counted);
void counted_free(struct counted *counted);

#endif

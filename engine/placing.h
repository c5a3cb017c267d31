/* engine/placing.h - a form finds its place in a join: that of its respondent (or goal) and stage. Forms may
   come in any order, and the result must not depend on it: of two cohorts that one stage's forms give,
   the one that prints first is taken; of two families, the one with the least bytes. Internal to
   respondents.h. */
#ifndef PELLTER_ENGINE_PLACING_H
#define PELLTER_ENGINE_PLACING_H

#include "engine/counted.h"
#include "engine/join.h"

/* A form that was set aside by the join, while its reason may still change. */
struct set_aside {
    uint64_t place;
    uint32_t respondent, series; /* series NO_NAME: in no window */
    uint16_t measure;
    uint8_t stage; /* LISTED_NO_STAGE: none */
    uint8_t reason;
};

/* One partition. Start with respondents_init(). */
struct respondents {
    const struct join_rules *rules; /* borrowed */
    struct join *joins;             /* owned, study->n_joins */
    uint64_t *set_aside_counts;     /* owned: [measure][reason] */
    struct set_aside *set_aside;    /* owned, n_set_aside: only where places are kept */
    size_t n_set_aside, set_aside_capacity;
};

/* Brings a form to a stage of one of a respondent's series, which is its own or a goal's. A second form there
   is set aside if its payload is the same; if not, all forms of that place are. False: no memory. */
bool placing_add(struct respondents *respondents, struct join *join, const struct form *form,
                 uint32_t respondent, uint32_t series, uint32_t stage);

/* A respondent's cohort, once a form of this stage has given one. */
void placing_note_cohort(const struct join_rules *rules, struct respondent *respondent,
                         uint32_t cohort, uint32_t stage);

/* Counts a form that is set aside and, where places are kept, lists it. False: no memory. */
bool placing_set_aside(struct respondents *respondents, const struct set_aside *row);

/* How many forms beyond the first a place has that say the same: counted only where there are any, since
   few places have. The join owns *count. False: no memory. */
bool placing_repeat_count(struct join *join, uint32_t series, uint32_t stage, uint32_t **count);

#endif

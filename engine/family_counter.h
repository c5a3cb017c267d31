/* engine/family_counter.h - counts what the scores of a family's members give to it (family_given.h) faster
   than cells can be looked up: families of few members in tables by what they add up to, one for each
   scale of a cohort, as long as there is room for them. */
#ifndef PELLTER_ENGINE_FAMILY_COUNTER_H
#define PELLTER_ENGINE_FAMILY_COUNTER_H

#include "engine/family_given.h"

struct family_counter;

/* What one member has on a questionnaire's scale. */
struct member_scores {
    uint32_t cohort;
    uint64_t stages;        /* bit i: there is a score at stage i */
    outcome at[MAX_STAGES]; /* of each stage of the study; a reason where there is no score */
};

/* A counter with about `room` bytes for tables. NULL: no memory. `study` must outlive it. */
struct family_counter *family_counter_new(const struct study *study, size_t room);
void family_counter_free(struct family_counter *counter);

/* Counts one family: what n > 0 of its members have on a scale, who are all that have anything there. A
   family in several cohorts, and what there is no table for, at once into `tally`. False: no memory. */
bool family_counter_add(struct family_counter *counter, size_t scale,
                        const struct member_scores *const members[], size_t n,
                        struct family_tally *tally);

/* Adds all that was counted to `tally`, in the order of its cells, and starts anew. False: no memory. */
bool family_counter_finish(struct family_counter *counter, struct family_tally *tally);

/* Adds what `from`, of the same study, has counted, which is then empty. False: no memory. */
bool family_counter_merge(struct family_counter *into, struct family_counter *from);

/* How the shares of a scale are judged: share_rules_of(). */
const struct share_rules *family_counter_rules(const struct family_counter *counter, size_t scale);

#endif

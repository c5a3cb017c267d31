/* engine/family_pairs.h - the families of a tally between groups of its cohorts, two groups at a time: what
   a family has in the one and in the other. */
#ifndef PELLTER_ENGINE_FAMILY_PAIRS_H
#define PELLTER_ENGINE_FAMILY_PAIRS_H

#include "engine/family_tally.h"
#include "engine/stats/family_difference.h"

/* Where a family that is in several groups has something in one of them. */
struct family_place {
    struct family_sum of;
    uint32_t group;
    size_t split; /* place in splits */
};

/* Start with {0}. */
struct family_pairs {
    struct family_tally tally;   /* owned: of groups, families in several of them as one */
    struct family_place *places; /* owned, tally.n_parts: by ascending group, sum and split */
};

/* Of what is wanted in a study (NULL: all). Cohort c is in group group_of[c], or left out. False: no memory; *pairs is
   empty. */
bool family_pairs_init(struct family_pairs *pairs, const struct family_tally *tally,
                       const uint32_t group_of[], const bool leave_out[], const struct study *study,
                       family_sum_test *wanted);
void family_pairs_free(struct family_pairs *pairs);

/* The families with members in either of two groups, the first as group 0: written to `out`, which has
   room for family_pairs_most() of them. Takes time by these families alone. */
size_t family_pairs_find(const struct family_pairs *pairs, uint32_t first, uint32_t second,
                         const struct family_sum *of, struct family_pair out[]);
size_t family_pairs_most(const struct family_pairs *pairs);

#endif

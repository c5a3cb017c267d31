/* engine/compute_between.h - the groups of the current breakdown, for those who compare them. */
#ifndef PELLTER_ENGINE_COMPUTE_BETWEEN_H
#define PELLTER_ENGINE_COMPUTE_BETWEEN_H

#include "engine/compute_work.h"
#include "engine/stats/ancova.h"
#include "engine/stats/cohort.h"
#include "engine/stats/kruskal_wallis.h"
#include "engine/stats/proportion.h"

/* Room that is made once. */
struct between {
    struct cohort *cohorts;       /* owned: room for the groups of any breakdown */
    struct ranked_cohort *ranked; /* owned: the same, and the next */
    struct group_share *shares;
    uint64_t *doubled_ranks; /* owned: one for each change that All has */
    struct ancova *fits;     /* owned, [breakdown][scale]: what compute_between() found */
    int64_t *origins;        /* owned, [scale]: where the scores of struct cohort begin */
};

size_t n_groups(const struct work *work);

/* Nobody in this group lacks a value of the breakdown's columns. */
bool is_recorded(const struct work *work, uint32_t group);

/* May the scale's changes be compared between cohorts? There is a pair of stages, and the scale is
   not one of goals' own levels. */
bool is_compared(const struct work *work);

/* The pairs of a group on the current scale; nobody's where it is not recorded. These set key.group
   to 0. */
struct cohort_sums sums_in(struct work *work, uint32_t group);
struct cohort cohort_in(struct work *work, uint32_t group);

#endif

/* engine/compute_between.h - the groups of the current breakdown, for those who compare them. */
#ifndef PELLTER_ENGINE_COMPUTE_BETWEEN_H
#define PELLTER_ENGINE_COMPUTE_BETWEEN_H

#include "engine/arms.h"
#include "engine/compute_work.h"
#include "engine/family_pairs.h"
#include "engine/stats/ancova.h"
#include "engine/stats/cohort.h"
#include "engine/stats/kruskal_wallis.h"
#include "engine/stats/proportion.h"

/* The changes of all groups of a breakdown on one scale. */
struct ranked_changes {
    struct score_count
        *changes;            /* owned, n_changes: as in All; nobody may have one who is compared */
    uint64_t *doubled_ranks; /* owned: of each */
    size_t n_changes;
    uint64_t n,
        n_not_recorded; /* how many are compared, and stand in groups that are not recorded */
    int128 tied;        /* as mid_ranks() returns it */
};

struct between {
    size_t breakdown; /* whose groups the next three are of; of none where it is n_breakdowns */
    struct cohort *cohorts;        /* owned, [scale][group] */
    struct ranked_cohort *ranked;  /* owned, the same */
    struct ranked_changes *scales; /* owned, [scale] */
    struct group_share *shares;    /* owned: room for the groups of any breakdown */
    struct ancova *fits;           /* owned, [breakdown][scale]: what compute_between() found */
    int64_t *origins;              /* owned, [scale]: where the scores of struct cohort begin */
    struct family_pairs
        *years; /* owned, [breakdown]: of the groups of those that end with the year */
    struct family_pairs arms; /* owned: of enum arm; empty where there is no comparison group */
};

/* Is the year the last column of this breakdown? Then its groups are years in order, within each
   crossing of the other columns. */
bool breakdown_has_years(const struct study *study, size_t breakdown);

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

/* The mean of what is added up, of the second of two groups less that of the first, as the members of a
   family belong together; a sum counts `each` units. compute_families.c. */
struct family_difference families_apart(struct work *work, const struct family_pairs *pairs,
                                        uint32_t first, uint32_t second,
                                        const struct family_sum *of, int64_t each,
                                        int64_t units_per_point);
/* Adds se, df, the ends of the interval and p of such a difference under these statistics, the first
   five of the list from `se` on. */
void add_families_apart(struct work *work, enum statistic se,
                        const struct family_difference *apart);
/* The sum of changes from before to after, on the current scale; and of goals attained. */
struct family_sum change_sum(const struct work *work);
struct family_sum attained_sum(const struct work *work, enum goal_occasion occasion);

#endif

/* engine/stats/cohort.h - what comparisons between cohorts need of the pairs of one cohort. */
#ifndef PELLTER_ENGINE_STATS_COHORT_H
#define PELLTER_ENGINE_STATS_COHORT_H

#include "engine/figure.h"
#include "engine/stats/counts.h"

/* Sums over pairs of scores less an origin that all cohorts share, in units; exact, so that they
   can be added up. Start with {0}. Scores and counts as in engine/stats/moments.h. */
struct cohort_sums {
    uint64_t n;
    int128 before, after;
    int128 before_before, before_after, after_after;
};

/* Adds the pairs of a joint. */
void cohort_sums_add(struct cohort_sums *sums, const struct joint *joint, int64_t origin);
void cohort_sums_merge(struct cohort_sums *into, const struct cohort_sums *from);

/* The same as means and sums of squares about them, in points. Before and after are counted from
   the origin (a change needs none), so that differences between cohorts keep their digits. */
struct cohort {
    uint64_t n;
    double before, after, change; /* means; NAN at n = 0, as all below */
    double before_before;         /* sum of (before - its mean)^2 */
    double before_after;          /* sum of (before - its mean)(after - its mean) */
    double after_after, change_change;
    double residual; /* after_after - before_after^2 / before_before, what a line of its own leaves;
                        after_after where before_before is 0; exact up to the last division */
};
struct cohort cohort_of(const struct cohort_sums *sums, int64_t units_per_point);

/* The variance of its changes (divides by n - 1), in square points. NAN below n = 2. */
double cohort_change_variance(const struct cohort *cohort);

#endif

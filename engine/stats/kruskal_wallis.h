/* engine/stats/kruskal_wallis.h - do changes rank differently in some cohorts? */
#ifndef PELLTER_ENGINE_STATS_KRUSKAL_WALLIS_H
#define PELLTER_ENGINE_STATS_KRUSKAL_WALLIS_H

#include <stddef.h>
#include "engine/figure.h"
#include "engine/stats/counts.h"

/* For each score of a distribution (ascending; counts may be 0 here) twice its mid-rank, which is a
   whole number. Scores within distribution_slack() of the first of a run are tied. Returns the sum
   of t^3 - t over runs of t tied. `n` becomes how many there are. */
int128 mid_ranks(const struct distribution *scores, uint64_t doubled_ranks[], uint64_t *n);

/* Adds the changes of a joint to the counts of a list in which all of them stand. */
void count_changes(const struct joint *joint, struct score_count changes[], size_t n_changes);

/* One cohort: how many, and twice the sum of their mid-ranks among all. */
struct ranked_cohort {
    uint64_t n;
    int128 doubled_sum;
};
struct ranked_cohort rank_changes(const struct joint *joint, const struct distribution *changes,
                                  const uint64_t doubled_ranks[]);

/* H = 12 / (N (N+1)) sum(n (mean rank - (N+1)/2)^2) / (1 - sum(t^3 - t) / (N^3 - N)), chi-square
   with k - 1 over the k cohorts that have somebody.
   source  Kruskal & Wallis (1952), J Am Stat Assoc 47(260):583-621,
           doi:10.1080/01621459.1952.10483441; as R's kruskal.test(change ~ cohort) */
struct kruskal_wallis {
    size_t cohorts;
    double h, df, p; /* NAN at k < 2 or where all changes are tied */
};
struct kruskal_wallis kruskal_wallis(const struct ranked_cohort cohorts[], size_t n_cohorts,
                                     uint64_t n, int128 tied);

#endif

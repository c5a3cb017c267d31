/* engine/stats/counts.h - what every statistic is a function of: scores with how often they occur.
   No statistic sees a person, so none costs more for more people. */
#ifndef PELLTER_ENGINE_STATS_COUNTS_H
#define PELLTER_ENGINE_STATS_COUNTS_H

#include <stddef.h>
#include <stdint.h>

/* A score (or a change) in units, and how many have it (at least 1). */
struct score_count {
    int64_t score;
    uint64_t count;
};

/* Scores ascending, each once. */
struct distribution {
    const struct score_count *scores; /* borrowed */
    size_t n_scores;
    int64_t units_per_point;
};

/* Scores that are rounded (T-scores, to 1/10^10 of a point) differ where the true ones are equal: each by
   half a unit, a change by one, two changes by two. Sizes of change no further apart than this are
   one. Scores in coarser units are exact. */
static inline int64_t distribution_slack(const struct distribution *changes)
{
    return changes->units_per_point >= INT64_C(1000000000) ? 2 : 0;
}

/* A score before and after, and how many have just these two. */
struct pair_count {
    int64_t before, after;
    uint64_t count;
};

/* Pairs by ascending (before, after), each once: one cohort, one scale, two stages. */
struct joint {
    const struct pair_count *pairs; /* borrowed */
    size_t n_pairs;
    int64_t units_per_point;
};

/* The distribution of before, of after, or of after - before, written to `out`, which has room for
   n_pairs. Returns how many scores there are. */
size_t joint_before(const struct joint *joint, struct score_count out[]);
size_t joint_after(const struct joint *joint, struct score_count out[]);
size_t joint_change(const struct joint *joint, struct score_count out[]);

#endif

/* engine/stats/describe.h - number, mean, spread and quantiles of one distribution of scores. */
#ifndef PELLTER_ENGINE_STATS_DESCRIBE_H
#define PELLTER_ENGINE_STATS_DESCRIBE_H

#include "engine/figure.h"
#include "engine/stats/counts.h"

/* In points. All but n are undefined at n = 0; sd, se and the interval also at n = 1, the interval
   (not sd and se) also where all scores are equal. */
struct description {
    uint64_t n;
    struct value mean;            /* exact ratio */
    struct value sd;              /* exact root; divides by n - 1 */
    struct value se;              /* exact root: sd / sqrt(n) */
    struct value ci_low, ci_high; /* 95% of the mean: mean -+ t(0.975, n - 1) se */
    struct value q1, median, q3;  /* type 7 of Hyndman & Fan (1996), as R's default; exact ratios */
    struct value min, max;
};

/* Number and mean alone. */
struct score_mean {
    uint64_t n;
    struct value mean;
};
struct score_mean score_mean(const struct distribution *distribution);

struct description describe(const struct distribution *distribution);

/* The same without quantiles, which are undefined. */
struct description describe_interval(const struct distribution *distribution);

/* What mean and spread of scores are made of, whatever their order: exact sums of what scores, in units, are more
   than the first of them. Start with {.units_per_point = ...}. Scores and counts as in
   engine/stats/moments.h. */
struct score_sums {
    uint64_t n;
    int128 sum, squares;
    int64_t origin, units_per_point;
};
void score_sums_add(struct score_sums *sums, int64_t score, uint64_t count);
struct value sums_mean(const struct score_sums *sums); /* undefined at n = 0 */
struct description describe_sums(const struct score_sums *sums);

#endif

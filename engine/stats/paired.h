/* engine/stats/paired.h - the change from before to after in one joint distribution. */
#ifndef PELLTER_ENGINE_STATS_PAIRED_H
#define PELLTER_ENGINE_STATS_PAIRED_H

#include "engine/figure.h"
#include "engine/stats/counts.h"
#include "engine/stats/describe.h"

/* Change = after - before in raw points: its sign is the scale's own, not "better". */
struct paired_change {
    struct description change; /* n, mean, sd, se, interval, quantiles of the change */
    struct value t;            /* mean / se; undefined where the sd of change is 0 or n < 2 */
    struct value df;           /* n - 1; undefined at n = 0 */
    struct value p_t;          /* two-sided; undefined with t */
    struct value dz;           /* mean / sd of change; undefined with t */
    struct value dav;          /* mean / sqrt((var before + var after) / 2); undefined at n < 2 or
                                  where both variances are 0 */
    struct value r;            /* Pearson correlation of before and after; undefined at n < 2 or
                                  where either variance is 0 */
};

/* `changes` is the distribution of change of the same joint (joint_change). */
struct paired_change paired_change(const struct joint *joint, const struct distribution *changes);

/* The test and the interval alone: no quantiles of the change, dav or r. */
struct paired_change paired_test(const struct distribution *changes);
struct paired_change paired_sums(const struct score_sums *changes);

#endif

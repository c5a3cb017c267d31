/* engine/stats/moments.h - exact sums of squares and products, and what dividing makes of them.

   Scores stay below 2^41 units in magnitude and counts below 2^34 in total, so that a sum of
   products of differences from any score of the data fits in 119 bits. */
#ifndef PELLTER_ENGINE_STATS_MOMENTS_H
#define PELLTER_ENGINE_STATS_MOMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/figure.h"

/* A mean in whole units and what that leaves: mean = whole + rest / n, |rest| < n. */
struct whole_mean {
    int64_t whole;
    int64_t rest;
};

/* `sum` is that of score - origin over n > 0 scores. */
struct whole_mean whole_mean(int128 sum, int64_t origin, uint64_t n);

/* n times the sum of (x - mean of x)(y - mean of y), in square units. */
struct spread {
    bool exact; /* `whole` holds it; else it did not fit and only `number` does */
    int128 whole;
    double number; /* to 2^-52 relative where x is y */
};

/* From `products`, the sum of (x - x.whole)(y - y.whole) over n scores. So close to the means
   nothing cancels in  n products - x.rest y.rest:  where that does not fit, its second part does
   not count. */
struct spread spread_from(int128 products, struct whole_mean x, struct whole_mean y, uint64_t n);
struct spread spread_add(struct spread a, struct spread b);

/* sqrt(spread / (divisors[0] divisors[1] ...)) of a spread and divisors that are not negative: an
   exact root where that fits, else a double. */
struct value spread_root(const struct spread *spread, const uint64_t divisors[], size_t n_divisors);

/* xy / sqrt(xx yy), within -1..1 and just 1 or -1 where it is; xx and yy > 0. */
double spread_correlation(const struct spread *xy, const struct spread *xx,
                          const struct spread *yy);

#endif

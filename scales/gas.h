/* scales/gas.h - Goal Attainment Scaling: levels -2..+2 of a person's goals, and their T-score. */
#ifndef PELLTER_SCALES_GAS_H
#define PELLTER_SCALES_GAS_H

#include <stddef.h>
#include <stdint.h>

/* Levels are counted in halves, since GAS-light records "partly achieved" as -0.5: -4 .. +4, 0 the
   expected outcome. */
#define GAS_HALVES_PER_LEVEL 2
#define GAS_N_HALVES (4 * GAS_HALVES_PER_LEVEL + 1)

/* Weights are counted in ten-thousandths and lie in 0 .. GAS_MAX_WEIGHT of these. */
#define GAS_WEIGHT_UNITS 10000
#define GAS_MAX_WEIGHT 1000000000

/* A T-score is rounded to 1/GAS_T_UNITS of a point, half away from zero, so that sums are exact. */
#define GAS_T_UNITS INT64_C(10000000000)

/* A mean level is held in 1/GAS_MEAN_UNITS of a level: 2 lcm(1..28), so that the mean of up to 28
   goals is exact; of more, rounded half away from zero (to 6e-12 of a level). */
#define GAS_MEAN_UNITS INT64_C(160626866400)

/* One goal rated at one stage. */
struct goal_rating {
    int32_t halves; /* the level attained, in halves: -4 .. +4 */
    int64_t weight; /* in ten-thousandths, >= 0 */
};

/* Goal Attainment Scaling summary T-score of one person's n goals, in 1/GAS_T_UNITS of a point:

       T = 50 + 10 sum(w x) / sqrt((1 - rho) sum(w^2) + rho (sum w)^2)

   ratings   x and w; only the ratios of weights matter. If all are 0, equal weights are used (the
             behaviour of the R package gasr)
   n         at least 1: "no goals" is not "goals met as expected" (asserted)
   rho       assumed correlation between goals, 0 <= rho <= 1; 0.3 in the paper
   rounding  the sums are exact; no term under the root is negative, so nothing cancels there
   source    Kiresuk & Sherman (1968), Community Mental Health Journal 4(6):443-453,
             doi:10.1007/BF01530764. The formulas on pages 364 and 367 of Turner-Stokes (2009) are
             misprinted and were corrected by an erratum. */
int64_t gas_t_score(const struct goal_rating ratings[], size_t n, double rho);

/* The mean level of n >= 1 goals whose levels add up to `sum` halves, unweighted, in 1/GAS_MEAN_UNITS of
   a level. */
int64_t gas_mean_level(int64_t sum, size_t n);

#endif

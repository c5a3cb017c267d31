/* engine/stats/proportion.h - a share of people, and how far it may be off. */
#ifndef PELLTER_ENGINE_STATS_PROPORTION_H
#define PELLTER_ENGINE_STATS_PROPORTION_H

#include <stddef.h>
#include <stdint.h>
#include "engine/stats/interval.h"

/* Wilson's 95% interval of a proportion (0..1), without continuity correction: both roots p of

       (successes / n - p)^2 = z^2 p (1 - p) / n,   z = 1.959964...

   successes <= n; no interval at n = 0. Just 0 at the low end of none, just 1 at the high end of all.
   rounding  no difference is taken, so that the ends of small shares keep their digits
   source    Wilson (1927), J Am Stat Assoc 22(158):209-212, doi:10.1080/01621459.1927.10502953;
             as R's prop.test(successes, n, correct = FALSE)$conf.int */
struct interval proportion_wilson(uint64_t successes, uint64_t n);

/* Newcombe's 95% interval of a difference of two independent proportions, second - first: with
   Wilson's ends of each,

       d - sqrt((p2 - low2)^2 + (high1 - p1)^2)  to  d + sqrt((high2 - p2)^2 + (p1 - low1)^2)

   No interval where either n is 0.
   source    Newcombe (1998), Stat Med 17(8):873-890, method 10,
             doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I */
struct interval proportion_difference(uint64_t first, uint64_t n_first, uint64_t second,
                                      uint64_t n_second);

/* Bonett and Price's 95% interval of a difference of two shares of the same n people, who are gained,
   lost or neither: gained / n - lost / n lies

       p - q -+ z sqrt((p + q - (p - q)^2) / (n + 2)),  p = (gained + 1) / (n + 2), q = (lost + 1) / (n + 2),

   cut off at -1 and 1. Who is neither need not be split into before and after, as Newcombe's method 10
   for pairs would have it. No interval at n = 0; gained + lost <= n.
   source    Bonett & Price (2012), J Educ Behav Stat 37(4):479-488, doi:10.3102/1076998611411915, an
             adjusted Wald interval as that of Agresti & Min (2005), Stat Med 24(5):729-740,
             doi:10.1002/sim.1781 */
struct interval proportion_paired_difference(uint64_t gained, uint64_t lost, uint64_t n);

/* Which shares speak against the expected one. */
enum alternative { TWO_SIDED, LESS, GREATER };

/* Exact p of `successes` in n trials of probability `share` (0..1). Two-sided it is the sum over all
   outcomes that are no more probable than the one seen (within 1e-7, as R has it). NAN at n = 0. To
   1e-11 relative down to 1e-300.
   source    Clopper & Pearson (1934), Biometrika 26(4):404-413, doi:10.1093/biomet/26.4.404; as R's
             binom.test(successes, n, share, alternative)$p.value */
double proportion_binomial(uint64_t successes, uint64_t n, double share,
                           enum alternative alternative);

/* A share in one group of an ordered list. */
struct group_share {
    uint64_t successes, n;
    int64_t score; /* where it stands: a year */
};

/* Does the share rise or fall with the score?

       z = sum((x - n P) score) / sqrt(P (1 - P) (sum(n score^2) - sum(n score)^2 / N)),  P = X / N

   z^2 is chi-square with 1. NAN where all or none succeed, or all scores are equal.
   |score| < 2^31.
   rounding  but for the last division and root all is exact
   source    Cochran (1954), Biometrics 10(4):417-451, doi:10.2307/3001616; Armitage (1955),
             Biometrics 11(3):375-386, doi:10.2307/3001775; as R's prop.trend.test(x, n, score) */
struct trend {
    double z, p; /* z > 0: it rises */
};
struct trend proportion_trend(const struct group_share groups[], size_t n_groups);

/* Counts per unit of exposure, second over first, given the sum of both: the second's count is then
   binomial. The interval is Clopper and Pearson's of that share.
   source    Przyborowski & Wilenski (1940), Biometrika 31(3/4):313-323,
             doi:10.1093/biomet/31.3-4.313; as R's poisson.test(c(second, first),
             c(exposure of second, of first)) */
struct rate_ratio {
    double ratio;           /* NAN where it is 0 / 0, infinite or without exposure */
    double ci_low, ci_high; /* NAN also where infinite */
    double p;               /* two-sided; NAN where nothing was counted at all */
};
struct rate_ratio rate_ratio(uint64_t first, double first_exposure, uint64_t second,
                             double second_exposure);

#endif

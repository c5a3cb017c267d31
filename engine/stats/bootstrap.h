/* engine/stats/bootstrap.h - how far a mean change may be off, from the data themselves. */
#ifndef PELLTER_ENGINE_STATS_BOOTSTRAP_H
#define PELLTER_ENGINE_STATS_BOOTSTRAP_H

#include <gsl/gsl_rng.h>
#include "engine/stats/counts.h"
#include "engine/stats/interval.h"

/* The BCa 95% interval of the mean of n changes, in points: the changes are drawn anew `replicates`
   times, n of n with replacement, and the means m of these give the ends

       quantile of m at Phi(z0 + (z0 -+ 1.96) / (1 - a (z0 -+ 1.96))),
       z0 = Phi^-1(share of m below the mean),  a = sum(d^3) / (6 sum(d^2)^(3/2)),  d = change - mean

   with a quantile between two means taken on the normal scale. What is drawn is how often each size of
   change occurs, one binomial number each, so that k sizes cost k whatever n is.

   random  decides all: the same state gives the same ends
   room    for `replicates` doubles
   None at n < 2 or beyond 2^31 - 1, where all changes are equal, where no mean (or every) is below, and
   where an end would lie beyond the lowest or highest mean.
   source  Efron (1987), J Am Stat Assoc 82(397):171-185, doi:10.1080/01621459.1987.10478410; the quantile:
           Davison & Hinkley (1997), Bootstrap Methods and Their Application, eq. 5.8,
           doi:10.1017/CBO9780511802843, as R's boot.ci(type = "bca"); binomial numbers:
           Kachitvichyanukul & Schmeiser (1988), Commun ACM 31(2):216-222, doi:10.1145/42372.42381 (GSL) */
struct interval bootstrap_mean(const struct distribution *changes, size_t replicates,
                               gsl_rng *random, double room[]);

#endif

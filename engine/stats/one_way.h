/* engine/stats/one_way.h - does the mean change differ between cohorts? */
#ifndef PELLTER_ENGINE_STATS_ONE_WAY_H
#define PELLTER_ENGINE_STATS_ONE_WAY_H

#include <stddef.h>
#include "engine/stats/cohort.h"

/* Welch's one-way test of the mean changes of cohorts, whose variances may differ:

       w = n / variance, W = sum(w), m = sum(w mean) / W
       c = sum((1 - w / W)^2 / (n - 1)) / (k^2 - 1)
       F = sum(w (mean - m)^2) / (k - 1) / (1 + 2 (k - 2) c),  df1 = k - 1,  df2 = 1 / (3 c)

   over the k cohorts of two people or more: one person has no variance.
   source  Welch (1951), Biometrika 38(3/4):330-336, doi:10.1093/biomet/38.3-4.330; as R's
           oneway.test(change ~ cohort) of these cohorts */
struct one_way {
    size_t cohorts;        /* k */
    double f, df1, df2, p; /* NAN at k < 2, or where all changes of one of them are equal */
};
struct one_way one_way_welch(const struct cohort cohorts[], size_t n_cohorts);

/* The same of two: the difference of their mean changes, second - first.
   se = sqrt(v1 / n1 + v2 / n2), df by Satterthwaite, t = difference / se.
   source  Welch (1947), Biometrika 34(1/2):28-35, doi:10.1093/biomet/34.1-2.28; as R's
           t.test(second, first) */
struct difference {
    double difference; /* NAN where one has nobody */
    double se, df;     /* NAN where one has fewer than two, or all changes of both are equal */
    double ci_low, ci_high, p;
};
struct difference difference_welch(const struct cohort *first, const struct cohort *second);

/* Hedges' g of the changes of two: their difference, second - first, in SDs of the change pooled over
   both (df = n1 + n2 - 2), times hedges_factor(df). Positive is up, not "better".

   interval  noncentral t of t = d / h, h = sqrt(1/n1 + 1/n2), ends times h, where |t| < 37; beyond that
             d -+ 1.96 sqrt(h^2 + d^2 / (2 (n1 + n2))); both times the factor
   undefined where one has nobody, at df < 2, and where no change varies
   source    Hedges (1981), J Educ Stat 6(2):107-128, doi:10.3102/10769986006002107; as effectsize's
             hedges_g(change ~ group, pooled_sd = TRUE) */
struct group_effect {
    double g, ci_low, ci_high;
};
struct group_effect hedges_g(const struct cohort *first, const struct cohort *second);

#endif

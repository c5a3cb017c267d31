/* engine/stats/pooled.h - the mean change over sites, each with its own. */
#ifndef PELLTER_ENGINE_STATS_POOLED_H
#define PELLTER_ENGINE_STATS_POOLED_H

#include <stddef.h>
#include "engine/stats/cohort.h"

/* Sites are pooled where at least so many have at least so many people (whose changes are not all
   equal: such a site would have a standard error of 0). */
enum { POOLED_SITES = 5, POOLED_PEOPLE = 5 };

/* Random effects of y = mean change with variance v = its squared standard error:

       tau2 maximises the restricted likelihood; w = 1 / (v + tau2)
       mean = sum(w y) / sum(w),  se^2 = sum(w (y - mean)^2) / ((k - 1) sum(w)),  t with k - 1
       I2   = 100 tau2 / (tau2 + (k - 1) W1 / (W1^2 - W2)), W1 = sum(1/v), W2 = sum(1/v^2)
       prediction: mean -+ t(0.975, k - 1) sqrt(se^2 + tau2), where a further site's mean change
       would lie

   over the k sites that can be pooled; others are left out.
   source  DerSimonian & Laird (1986), Control Clin Trials 7(3):177-188; REML: Viechtbauer (2005),
           J Educ Behav Stat 30(3):261-293, doi:10.3102/10769986030003261; errors: Hartung & Knapp
           (2001), Stat Med 20(24):3875-3889, doi:10.1002/sim.1009 (not truncated); I2: Higgins &
           Thompson (2002), Stat Med 21(11):1539-1558, doi:10.1002/sim.1186; prediction: Higgins,
           Thompson & Spiegelhalter (2009), J R Stat Soc A 172(1):137-159,
           doi:10.1111/j.1467-985X.2008.00552.x; as metafor's rma(y, v, method = "REML",
           test = "knha") and its predict() */
struct pooled {
    size_t sites, pooled;                     /* with anybody; that can be pooled */
    double mean_over_people, mean_over_sites; /* of all sites with anybody; NAN of none */
    double mean, se, ci_low, ci_high, p;      /* NAN below POOLED_SITES, as all below */
    double tau2, i2;
    double prediction_ci_low, prediction_ci_high;
};
struct pooled pool_sites(const struct cohort sites[], size_t n_sites);

#endif

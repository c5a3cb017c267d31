/* engine/stats/ancova.h - the score after, by cohort, among people with the same score before. */
#ifndef PELLTER_ENGINE_STATS_ANCOVA_H
#define PELLTER_ENGINE_STATS_ANCOVA_H

#include <stddef.h>
#include "engine/stats/cohort.h"

/* Least squares of after on before and cohort, one slope for all:

       after = cohort's own constant + slope before + error

   over the k cohorts that have somebody, N people in all, df2 = N - k - 1. The F of cohort compares
   it with a line without cohorts. The slopes test compares it with a line of its own for each of the
   q cohorts in which before varies: df1 = q - 1, df2 = N - k - q.
   rounding  all that is summed is >= 0, but for slopes of opposite signs
   source    Fisher (1932), Statistical Methods for Research Workers, 4th ed., sec. 49.1; as R's
             anova(lm(after ~ before), lm(after ~ before + cohort)) and
             anova(lm(after ~ before + cohort), lm(after ~ before * cohort)) */
struct ancova {
    size_t cohorts;        /* k */
    double slope;          /* NAN where before does not vary in any cohort, as all below */
    double before;         /* mean before of all, from the origin of the cohorts */
    double f, df1, df2, p; /* NAN also at k < 2, df2 < 1, or where nothing is left to explain */
    double slopes_f, slopes_df1, slopes_df2, p_slopes; /* NAN also at q < 2, ... */
    double before_before;                              /* within cohorts */
    double variance; /* of the errors; NAN at df2 < 1 or where there is no error */
    double t; /* student_quantile_975(df2), which every cohort's interval needs; NAN likewise */
};
struct ancova ancova(const struct cohort cohorts[], size_t n_cohorts);

/* The mean after of one cohort, had its mean before been that of all; from the origin, with its
   error and 95% interval by t at df2.  As R's predict() of lm(after ~ before + cohort) at
   before = mean(before), interval = "confidence". */
struct adjusted {
    double mean, se, ci_low, ci_high; /* NAN of nobody; all but the mean where variance is */
};
struct adjusted ancova_adjusted(const struct ancova *ancova, const struct cohort *cohort);

/* Of two cohorts: adjusted mean of the second - that of the first. */
struct adjusted ancova_difference(const struct ancova *ancova, const struct cohort *first,
                                  const struct cohort *second);

#endif

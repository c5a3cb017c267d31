/* engine/stats/f_distribution.h - Snedecor's F distribution. */
#ifndef PELLTER_ENGINE_STATS_F_DISTRIBUTION_H
#define PELLTER_ENGINE_STATS_F_DISTRIBUTION_H

/* P(F > f) with df1 and df2 > 0 degrees of freedom (not only whole): I_x(df2/2, df1/2) with
   x = df2 / (df2 + df1 f). 1 where f <= 0; NAN where an argument is NAN or a df is not above 0.
   GSL's gsl_cdf_fdist_Q is 0 where P is 1e-20 at df2 = 1e6. As R's pf(f, df1, df2, lower.tail = FALSE). */
double f_upper(double f, double df1, double df2);

#endif

/* engine/stats/f_distribution.h - Snedecor's F distribution. */
#ifndef PELLTER_ENGINE_STATS_F_DISTRIBUTION_H
#define PELLTER_ENGINE_STATS_F_DISTRIBUTION_H

/* P(F > f) with df1 and df2 > 0 degrees of freedom (not only whole): I_x(df2/2, df1/2) with
   x = df2 / (df2 + df1 f). 1 where f <= 0; NAN where an argument is NAN or a df is not above 0.
   GSL's gsl_cdf_fdist_Q is 0 where P is 1e-20 at df2 = 1e6. As R's pf(f, df1, df2, lower.tail = FALSE). */
double f_upper(double f, double df1, double df2);

/* The f with P(F <= f) = p at df1 and df2 degrees of freedom, to a relative 1e-9 for p from 0.01 to
   0.99 and df of 1 (not only whole ones) to 1e9. NAN unless 0 < p < 1 and df are positive and
   finite. As R's qf(p, df1, df2), which in R 4.2 is up to 1e-4 off at large df. */
double f_quantile(double p, double df1, double df2);

#endif

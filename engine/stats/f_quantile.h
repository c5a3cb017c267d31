/* engine/stats/f_quantile.h - quantiles of Fisher's F distribution. */
#ifndef PELLTER_ENGINE_STATS_F_QUANTILE_H
#define PELLTER_ENGINE_STATS_F_QUANTILE_H

/* The f with P(F <= f) = p at df1 and df2 degrees of freedom, to a relative 1e-9 for p from 0.01 to
   0.99 and df of 1 (not only whole ones) to 1e9. NAN unless 0 < p < 1 and df are positive and
   finite. */
double f_quantile(double p, double df1, double df2);

#endif

/* engine/stats/beta.h - the incomplete beta function, which the tails of t, F and the binomial
   distribution are made of. Throughout y = 1 - x is given beside x, since where x is near 1 only
   y has the digits. */
#ifndef PELLTER_ENGINE_STATS_BETA_H
#define PELLTER_ENGINE_STATS_BETA_H

/* I_x(a, b) for a, b > 0 and 0 <= x, y <= 1: accurate to 1e-12 relative down to 1e-300 where it is
   below one half, absolute above; 1e-11 for a + b of 1e9. NAN where an argument is NAN. */
double beta_lower(double a, double b, double x, double y);

/* ln(x / y) of the x with I_x(a, b) = p, 0 < p < 1. */
double beta_log_odds(double a, double b, double p);

/* x^a y^b / B(a, b), 0 < x, y < 1: the derivative of I_x by ln(x / y).
   source  Loader (2000), Fast and Accurate Computation of Binomial Probabilities */
double beta_front(double a, double b, double x, double y);

/* The continued fraction K in I_x(a, b) = x^a y^b / B(a, b) K, where (a + b) y > b. */
double beta_fraction(double a, double b, double x, double y);

#endif

/* engine/stats/chi_square.h - the chi-square distribution. */
#ifndef PELLTER_ENGINE_STATS_CHI_SQUARE_H
#define PELLTER_ENGINE_STATS_CHI_SQUARE_H

#include <stdint.h>

/* P(X > x) of chi-square with df degrees of freedom: 1 where x <= 0, 0 where x is infinite; NAN at
   df = 0 or where x is NAN.

   formula   with a = df / 2, y = x / 2: the sum of y^(a-i) e^-y / G(a-i+1), i = 1, 2, ..., as long as
             a - i >= 0, and erfc(sqrt(y)) beside it where df is odd
   rounding  all terms are positive and come from the greatest one, so that a small p keeps its
             digits: 1e-13 relative down to 1e-300; time grows with the root of df
   source    Abramowitz & Stegun (1964), Handbook of Mathematical Functions, 26.4.4 and 26.4.5 */
double chi_square_upper(double x, uint64_t df);

#endif

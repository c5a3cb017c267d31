/* engine/stats/gamma_ratio.h - the gamma function half a step on, and what comes of it. */
#ifndef PELLTER_ENGINE_STATS_GAMMA_RATIO_H
#define PELLTER_ENGINE_STATS_GAMMA_RATIO_H

/* Gamma(a + 1/2) / Gamma(a), a > 0, as the exponential of

       ln(a)/2 - 1/(8a) + 1/(192 a^3) - 1/(640 a^5) + 17/(14336 a^7) - 31/(18432 a^9) + ...

   which ends below 1e-17 for a >= 24; smaller a are brought there by
   Gamma(a + 1/2) / Gamma(a) = a / (a + 1/2) Gamma(a + 3/2) / Gamma(a + 1).
   rounding  the difference of two lnGamma, or lnBeta, would lose digits as a grows
   source    from Stirling's series of both, DLMF 5.11.8 (https://dlmf.nist.gov/5.11) */
double gamma_half_step(double a);

/* Hedges's exact factor, which takes the bias out of a standardised mean change whose SD has df:

       J = Gamma(df/2) / (sqrt(df/2) Gamma((df - 1)/2))

   NAN unless 1 < df < infinity: at df = 1 such a change has no expectation, and J would be 0.
   source    Hedges (1981), J Educ Stat 6(2):107-128, doi:10.3102/10769986006002107 */
double hedges_factor(double df);

#endif

#include "engine/stats/sign_test.h"

#include <float.h>
#include <math.h>
#include <gsl/gsl_sf_gamma.h>

#define TWO_PI 6.28318530717958647692

/* P(X = k) for X binomial(m, 1/2), 0 < k < m, by the saddle point:

       sqrt(m / (2 pi k (m-k))) G(m) / (G(k) G(m-k)) exp(-m h / 2)
       h = (1-d) ln(1-d) + (1+d) ln(1+d) = 2 d atanh(d) + ln(1 - d^2),  d = (m - 2k) / m
       G(n) = n! / (sqrt(2 pi n) (n/e)^n)

   rounding  lnGamma(m) itself would leave no digit right at m = 1e8; here a term is small or exact
   source    Loader (2000), Fast and Accurate Computation of Binomial Probabilities */
static double half_binomial(double m, double k)
{
    const double d = (m - 2.0 * k) / m;
    const double h = d < 0.5 ? 2.0 * d * atanh(d) + log1p(-d * d)
                             : d * log((m - k) / k) + log(4.0 * (k / m) * ((m - k) / m));
    const double stirling = gsl_sf_gammastar(m) / (gsl_sf_gammastar(k) * gsl_sf_gammastar(m - k));
    return sqrt(m / (TWO_PI * k * (m - k))) * stirling * exp(-m / 2.0 * h);
}

/* The lower tail is its largest term times 1 + k/(m-k+1) (1 + (k-1)/(m-k+2) (1 + ...)). */
double sign_test(uint64_t up, uint64_t down)
{
    const uint64_t fewer = up < down ? up : down, more = up < down ? down : up;
    const double m = (double)(fewer + more), k = (double)fewer;
    double first, term = 1.0, sum = 1.0;
    if (more == 0) {
        return NAN;
    }
    /* Both tails together are then everything, or more. */
    if (more - fewer <= 1) {
        return 1.0;
    }
    first = fewer == 0 ? exp2(-m) : half_binomial(m, k);
    for (double i = 0.0; i < k && term > sum * (DBL_EPSILON / 64.0); i += 1.0) {
        term *= (k - i) / (m - k + 1.0 + i);
        sum += term;
    }
    return fmin(1.0, 2.0 * first * sum);
}

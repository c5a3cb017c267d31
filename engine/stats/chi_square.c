#include "engine/stats/chi_square.h"

#include <float.h>
#include <math.h>
#include <gsl/gsl_sf_gamma.h>

#define TWO_PI 6.28318530717958647692

/* y - b - b ln(y / b) >= 0, which is what is left of logarithms that nearly cancel where y is near
   b: with y = b (1 + u) it is b (u - ln(1 + u)). */
static double deviance(double y, double b)
{
    const double u = (y - b) / b;
    double power = u * u, sum = 0.0;
    if (fabs(u) > 0.1) {
        return y - b - b * log(y / b);
    }
    for (double k = 2.0; fabs(power) > DBL_EPSILON / 64.0 * sum; k += 1.0) {
        sum += power / k;
        power *= -u;
    }
    return b * sum;
}

/* y^b e^-y / G(b + 1): Loader (2000), Fast and Accurate Computation of Binomial Probabilities. */
static double term(double y, double b)
{
    return b == 0.0 ? exp(-y) : exp(-deviance(y, b)) / (sqrt(TWO_PI * b) * gsl_sf_gammastar(b));
}

/* The terms of b = lowest, lowest + 1, ..., highest. */
static double sum_of_terms(double y, double lowest, double highest)
{
    /* The greatest is that of the last b below y. */
    const double greatest = fmin(highest, fmax(lowest, lowest + floor(y - lowest)));
    const double first = term(y, greatest);
    double sum = first, next = first;
    for (double b = greatest; b > lowest && next > sum * (DBL_EPSILON / 64.0); b -= 1.0) {
        next *= b / y;
        sum += next;
    }
    next = first;
    for (double b = greatest + 1.0; b <= highest && next > sum * (DBL_EPSILON / 64.0); b += 1.0) {
        next *= y / b;
        sum += next;
    }
    return sum;
}

double chi_square_upper(double x, uint64_t df)
{
    const double a = (double)df / 2.0, y = x / 2.0;
    if (df == 0 || isnan(x)) {
        return NAN;
    }
    if (x <= 0.0) {
        return 1.0;
    }
    if (isinf(x)) {
        return 0.0;
    }
    if (df % 2 == 0) {
        return fmin(1.0, sum_of_terms(y, 0.0, a - 1.0));
    }
    return fmin(1.0, erfc(sqrt(y)) + (df > 1 ? sum_of_terms(y, 0.5, a - 1.0) : 0.0));
}

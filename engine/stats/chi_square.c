#include "engine/stats/chi_square.h"

#include <float.h>
#include <math.h>
#include <gsl/gsl_sf_gamma.h>
#include "engine/stats/deviance.h"

#define TWO_PI 6.28318530717958647692

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

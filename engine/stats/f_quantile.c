/* engine/stats/f_quantile.c - F is a ratio of a beta variable and its complement:
   x = df1 f / (df1 f + df2) is beta with a = df1 / 2 and b = df2 / 2. */
#include "engine/stats/f_quantile.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>

struct beta {
    double a, b;
    double log_beta; /* ln B(a, b) */
};

/* x^a y^b / B(a, b), y = 1 - x.
   rounding  for large a and b terms near a + b cancel, so that a relative error of (a + b) 2^-52 is
             left; the quantile of such a narrow distribution does not feel it */
static double beta_front(const struct beta *beta, double x, double y)
{
    return exp(beta->a * log(x) + beta->b * log(y) - beta->log_beta);
}

/* I_x(a, b) for x <= a / (a + b), by the even part of its continued fraction, forwards.
   source  Didonato & Morris (1992), ACM TOMS 18(3):360-373, doi:10.1145/131766.131776, section 3
           (student.c says more, of b = 1/2) */
static double beta_below_mean(const struct beta *beta, double x, double y)
{
    const double a = beta->a, b = beta->b, lambda = a - (a + b) * x;
    double f = a / (a + 1.0) * (lambda + 1.0);
    double c = f, d = 0.0, step = 0.0;
    for (int i = 1; i < 1000000 && fabs(step - 1.0) > DBL_EPSILON; i++) {
        const double n = i, odd = a + 2.0 * n - 1.0;
        const double alpha = (a + n - 1.0) / odd * ((a + b + n - 1.0) / odd) * n * (b - n) * x * x;
        const double term = n + n * (b - n) * x / odd +
                            (a + n) / (a + 2.0 * n + 1.0) * (lambda + 1.0 + n * (1.0 + y));
        d = 1.0 / (term + alpha * d);
        c = term + alpha / c;
        step = c * d;
        f *= step;
    }
    return beta_front(beta, x, y) / f;
}

static double beta_probability(const struct beta *beta, double x)
{
    const struct beta turned = {beta->b, beta->a, beta->log_beta};
    return x <= beta->a / (beta->a + beta->b) ? beta_below_mean(beta, x, 1.0 - x)
                                              : 1.0 - beta_below_mean(&turned, 1.0 - x, x);
}

/* Newton's steps, halved towards the bounds where one would leave them. */
static double beta_quantile(const struct beta *beta, double p)
{
    const double a = beta->a, b = beta->b, mean = a / (a + b);
    const double sd = sqrt(mean * (1.0 - mean) / (a + b + 1.0));
    double low = 0.0, high = 1.0, x = mean + sd * gsl_cdf_ugaussian_Pinv(p);
    x = x > 0.0 && x < 1.0 ? x : mean;
    for (int i = 0; i < 200; i++) {
        const double error = beta_probability(beta, x) - p;
        const double step = error * x * (1.0 - x) / beta_front(beta, x, 1.0 - x);
        double next = x - step;
        if (error > 0.0) {
            high = x;
        } else {
            low = x;
        }
        if (!(next > low && next < high)) {
            next = low + (high - low) / 2.0;
        }
        if (fabs(next - x) <= 4.0 * DBL_EPSILON * x) {
            return next;
        }
        x = next;
    }
    return x;
}

double f_quantile(double p, double df1, double df2)
{
    struct beta beta = {df1 / 2.0, df2 / 2.0, 0.0};
    /* x near 0 keeps its digits, x near 1 does not: 1 / F has the degrees of freedom turned round. */
    const bool turn = df1 > df2;
    double x, ratio;
    if (!(p > 0.0 && p < 1.0 && df1 > 0.0 && df2 > 0.0 && isfinite(df1) && isfinite(df2))) {
        return NAN;
    }
    if (turn) {
        beta.a = df2 / 2.0;
        beta.b = df1 / 2.0;
    }
    beta.log_beta = gsl_sf_lnbeta(beta.a, beta.b);
    x = beta_quantile(&beta, turn ? 1.0 - p : p);
    ratio = x / (1.0 - x) * (beta.b / beta.a);
    return turn ? 1.0 / ratio : ratio;
}

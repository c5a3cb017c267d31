#include "engine/stats/beta.h"

#include <float.h>
#include <math.h>
#include <gsl/gsl_sf_gamma.h>
#include "engine/stats/deviance.h"

#define TWO_PI 6.28318530717958647692

/* The continued fraction K in I_x(a, b) = x^a y^b / B(a, b) K. The usual one (DLMF 8.17.22)
   subtracts numbers near 1 when a is large; in its even part, this one, y = 1 - x has the digits:

       K = 1 / (beta[0] + alpha[1] / (beta[1] + alpha[2] / (beta[2] + ...)))
       alpha[n] = (a+n-1) (a+b+n-1) n (b-n) x^2 / (a+2n-1)^2
       beta[n]  = n + n (b-n) x / (a+2n-1) + (a+n) / (a+2n+1) (lambda + 1 + n (1+y))

   lambda    (a+b) y - b, which should be > 0: else it converges slowly
   source    Didonato & Morris (1992), ACM TOMS 18(3):360-373, doi:10.1145/131766.131776, section 3;
             evaluated forwards by Lentz's method as modified by Thompson & Barnett (1986),
             J Comput Phys 64(2):490-509, doi:10.1016/0021-9991(86)90046-X */
double beta_fraction(double a, double b, double x, double y)
{
    const double lambda = (a + b) * y - b;
    double f = a / (a + 1.0) * (lambda + 1.0);
    double c = f, d = 0.0, step = 0.0;
    for (int i = 1; i < 1000000 && fabs(step - 1.0) > DBL_EPSILON; i++) {
        const double n = i;
        const double odd = a + 2.0 * n - 1.0;
        const double alpha = (a + n - 1.0) / odd * ((a + b + n - 1.0) / odd) * n * (b - n) * x * x;
        const double beta = n + n * (b - n) * x / odd +
                            (a + n) / (a + 2.0 * n + 1.0) * (lambda + 1.0 + n * (1.0 + y));
        d = 1.0 / (beta + alpha * d);
        c = beta + alpha / c;
        step = c * d;
        f *= step;
    }
    return 1.0 / f;
}

double beta_front(double a, double b, double x, double y)
{
    const double n = a + b;
    return sqrt(a / n * b / TWO_PI) * gsl_sf_gammastar(n) /
           (gsl_sf_gammastar(a) * gsl_sf_gammastar(b)) *
           exp(-deviance(n * x, a) - deviance(n * y, b));
}

/* 1 + (a+b)/(b+1) y + (a+b)(a+b+1)/((b+1)(b+2)) y^2 + ...: I_y(b, a) = x^a y^b / (b B(a, b)) times
   this. All terms are positive; where (a + b) y <= b they fall from the first, below DBL_EPSILON
   after some ten times sqrt(b).  DLMF 8.17.8 (https://dlmf.nist.gov/8.17) */
static double beta_series(double a, double b, double y)
{
    double term = 1.0, sum = 1.0;
    for (double n = 0.0; term > sum * (DBL_EPSILON / 64.0); n += 1.0) {
        term *= (a + b + n) / (b + 1.0 + n) * y;
        sum += term;
    }
    return sum;
}

double beta_lower(double a, double b, double x, double y)
{
    if (isnan(a) || isnan(b) || isnan(x) || isnan(y)) {
        return NAN;
    }
    if (!(x > 0.0)) {
        return 0.0;
    }
    if (!(y > 0.0)) {
        return 1.0;
    }
    /* The fraction converges on its own side of the mean of the distribution, the other way round
       on the other. */
    if ((a + b) * y > b) {
        return fmin(1.0, beta_front(a, b, x, y) * beta_fraction(a, b, x, y));
    }
    /* With a large a, the fraction would subtract numbers of that size. */
    return fmax(0.0, 1.0 - beta_front(a, b, x, y) *
                               (b < a ? beta_series(a, b, y) / b : beta_fraction(b, a, y, x)));
}

double beta_log_odds(double a, double b, double p)
{
    /* Newton's steps from the mean, kept between bounds that close in: I_x rises with the log odds. */
    double low = -700.0, high = 700.0, at = log(a / b);
    for (int i = 0; i < 200; i++) {
        const double x = 1.0 / (1.0 + exp(-at)), y = 1.0 / (1.0 + exp(at));
        const double off = beta_lower(a, b, x, y) - p;
        const double step = off / beta_front(a, b, x, y);
        const double next = at - step;
        if (off > 0.0) {
            high = at;
        } else {
            low = at;
        }
        if (fabs(step) <= 4.0 * DBL_EPSILON * fmax(1.0, fabs(at))) {
            break;
        }
        at = next > low && next < high ? next : 0.5 * (low + high);
    }
    return at;
}

#include "engine/stats/student.h"

#include <float.h>
#include <math.h>
#include <gsl/gsl_cdf.h>

#define PI 3.14159265358979323846

/* Gamma(a + 1/2) / Gamma(a), a > 0, as the exponential of

       ln(a)/2 - 1/(8a) + 1/(192 a^3) - 1/(640 a^5) + 17/(14336 a^7) - 31/(18432 a^9) + ...

   which ends below 1e-17 for a >= 24; smaller a are brought there by
   Gamma(a + 1/2) / Gamma(a) = a / (a + 1/2) Gamma(a + 3/2) / Gamma(a + 1).
   rounding  the difference of two lnGamma, or lnBeta, would lose digits as a grows
   source    from Stirling's series of both, DLMF 5.11.8 (https://dlmf.nist.gov/5.11) */
static double half_step_gamma(double a)
{
    double product = 1.0, u;
    while (a < 24.0) {
        product *= a / (a + 0.5);
        a += 1.0;
    }
    u = 1.0 / (a * a);
    return product * sqrt(a) *
           exp((-1.0 / 8 +
                u * (1.0 / 192 + u * (-1.0 / 640 + u * (17.0 / 14336 - u * (31.0 / 18432))))) /
               a);
}

/* The continued fraction K in I_x(a, b) = x^a y^b / B(a, b) K. The usual one (DLMF 8.17.22)
   subtracts numbers near 1 when a is large; in its even part, this one, y = 1 - x has the digits:

       K = 1 / (beta[0] + alpha[1] / (beta[1] + alpha[2] / (beta[2] + ...)))
       alpha[n] = (a+n-1) (a+b+n-1) n (b-n) x^2 / (a+2n-1)^2
       beta[n]  = n + n (b-n) x / (a+2n-1) + (a+n) / (a+2n+1) (lambda + 1 + n (1+y))

   lambda    (a+b) y - b, which should be > 0: else it converges slowly
   source    Didonato & Morris (1992), ACM TOMS 18(3):360-373, doi:10.1145/131766.131776, section 3;
             evaluated forwards by Lentz's method as modified by Thompson & Barnett (1986),
             J Comput Phys 64(2):490-509, doi:10.1016/0021-9991(86)90046-X */
static double beta_fraction(double a, double b, double x, double y)
{
    const double lambda = (a + b) * y - b;
    double f = a / (a + 1.0) * (lambda + 1.0);
    double c = f, d = 0.0, step = 0.0;
    for (int i = 1; i < 10000 && fabs(step - 1.0) > DBL_EPSILON; i++) {
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

/* sum of (a + 1/2)(a + 3/2) ... / (3/2)(5/2) ... y^n: I_y(1/2, a) = 2 y^(1/2) x^a / B(1/2, a) times
   this. All terms are positive.  DLMF 8.17.8 (https://dlmf.nist.gov/8.17) */
static double beta_series(double a, double y)
{
    double term = 1.0, sum = 1.0;
    for (double n = 0.0; term > sum * (DBL_EPSILON / 8.0); n += 1.0) {
        term *= (a + 0.5 + n) / (1.5 + n) * y;
        sum += term;
    }
    return sum;
}

/* Two-sided tail of Student's t, I_x(df/2, 1/2) with x = df / (df + t^2) and y = 1 - x: near the
   middle 1 - I_y(1/2, df/2), which is at least 0.08 there, so that one digit is lost at most. */
double student_two_sided(double t, double df)
{
    const double a = df / 2.0;
    double ratio, log_x, x, y, front;
    if (!(df > 0.0) || isinf(df) || isnan(t)) {
        return NAN;
    }
    ratio = fabs(t) / sqrt(df);
    if (ratio < 1e9) {
        log_x = -log1p(ratio * ratio);
        x = 1.0 / (1.0 + ratio * ratio);
        y = ratio * ratio / (1.0 + ratio * ratio);
    } else { /* 1 + ratio^2 is ratio^2, which might overflow */
        log_x = -2.0 * log(ratio);
        x = 1.0 / ratio / ratio;
        y = 1.0;
    }
    front = exp(a * log_x) * sqrt(y) * half_step_gamma(a) / sqrt(PI);
    if ((a + 2.5) * y < 1.5) {
        return fmax(0.0, 1.0 - 2.0 * front * beta_series(a, y));
    }
    return fmin(1.0, front * beta_fraction(a, 0.5, x, y));
}

double student_quantile_975(double df)
{
    double start, density;
    if (!(df > 0.0) || isinf(df)) {
        return NAN;
    }
    start = gsl_cdf_tdist_Pinv(0.975, df);
    /* right to 5e-15 for df >= 1; one Newton step on our own tail */
    density = half_step_gamma(df / 2.0) / sqrt(PI * df) *
              exp(-(df + 1.0) / 2.0 * log1p(start * start / df));
    return start + (student_two_sided(start, df) - 0.05) / (2.0 * density);
}

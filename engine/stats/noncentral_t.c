#include "engine/stats/noncentral_t.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <gsl/gsl_cdf.h>

#define SQRT_HALF 0.70710678118654752440
#define SQRT_TWO_PI 2.50662827463100050242
#define NORMAL_975 1.95996398454005423552

/* P(T <= t) = E normal(t U - ncp) over U = sqrt(chi^2(df) / df), as a sum over these points. */
#define MOST_POINTS 2560 /* 2,100 are needed at df 1 and NONCENTRAL_T_MOST */
struct points {
    double at[MOST_POINTS]; /* t u */
    double weight[MOST_POINTS];
    size_t n;
};

/* Both ways from the middle, u = 1, as far as weights count. Their sum. */
static double add_points(struct points *points, double t, double df, double step)
{
    double sum = 0.0, weight = 1.0, r = 0.0;
    for (size_t i = 0; weight > 1e-17 && points->n < MOST_POINTS; i++) {
        const double back = exp(-r), w = r + 1.0 - back;
        weight = exp(df * (w - expm1(2.0 * w) / 2.0)) * (1.0 + back);
        if (i > 0 || step > 0.0) { /* the middle once */
            points->at[points->n] = t * exp(w);
            points->weight[points->n++] = weight;
            sum += weight;
        }
        r += step;
    }
    return sum;
}

/* The trapezoidal rule in r, with u = exp(w), w = r + 1 - exp(-r): the density of u in r,

       u^df exp(-df u^2 / 2) (1 + exp(-r)),

   then falls off doubly exponentially on both sides, and the rule's error is exponentially small in
   1 / step. What the step has to resolve is the density, of width 1 / sqrt(2 df), times the normal
   curve, of width 1 / (t u). Divided by the sum of the weights instead of by gamma functions, so
   that a rounding common to all cancels.

   rounding  weights are off by some 2^-53 sqrt(df) where they count; every term is positive
   source    Takahasi & Mori (1974), Publ RIMS Kyoto 9:721-741, doi:10.2977/prims/1195192451 */
static void make_points(struct points *points, double t, double df)
{
    const double reach = t * (1.0 + 2.0 / sqrt(df));
    const double step = fmin(0.1, 0.3 / sqrt(2.0 * df + reach * reach));
    double sum;
    points->n = 0;
    sum = add_points(points, t, df, step);
    sum += add_points(points, t, df, -step);
    for (size_t i = 0; i < points->n; i++) {
        points->weight[i] /= sum;
    }
}

/* P(T <= t | ncp), and the negative of its slope in ncp. */
static double lower(const struct points *points, double ncp, double *slope)
{
    double p = 0.0, density = 0.0;
    for (size_t i = 0; i < points->n; i++) {
        const double z = ncp - points->at[i];
        p += points->weight[i] * erfc(z * SQRT_HALF);
        density += points->weight[i] * exp(-0.5 * z * z);
    }
    *slope = density / SQRT_TWO_PI;
    return p / 2.0;
}

static bool in_range(double t, double df)
{
    return fabs(t) <= NONCENTRAL_T_MOST && df >= 1.0 && !isinf(df);
}

double noncentral_t_lower(double t, double df, double ncp)
{
    struct points points;
    double slope;
    if (!in_range(t, df) || isnan(ncp)) {
        return NAN;
    }
    make_points(&points, t, df);
    return lower(&points, ncp, &slope);
}

/* The ncp at which P(T <= t) is that of a normal deviate z, t >= 0. As a deviate, P is nearly a
   straight line in ncp, so that Newton's rule needs few steps; bisection stands by. */
static double ncp_where(const struct points *points, double t, double df, double z)
{
    /* Wilson & Hilferty's quantile of u, for where to start */
    const double part = 2.0 / (9.0 * df);
    const double middle = pow(1.0 - part, 1.5);
    const double edge = pow(fmax(0.0, 1.0 - part - z * sqrt(part)), 1.5);
    double ncp = t * middle - copysign(sqrt(z * z + pow(t * (edge - middle), 2.0)), z);
    double least = -4.0, most = 4.0 + 6.0 * t; /* -1.96 at t = 0, and u < 6 for all that counts */
    for (int i = 0; i < 100; i++) {
        double slope, step;
        const double p = lower(points, ncp, &slope);
        const double deviate = p < 0.5 ? gsl_cdf_ugaussian_Pinv(p) : -gsl_cdf_ugaussian_Pinv(1 - p);
        if (deviate > z) {
            least = ncp;
        } else {
            most = ncp;
        }
        step = (deviate - z) * exp(-0.5 * deviate * deviate) / SQRT_TWO_PI / slope;
        if (fabs(step) <= 1e-13 * (1.0 + fabs(ncp))) {
            break;
        }
        if (!(ncp + step > least && ncp + step < most)) { /* also where it is NAN */
            step = (least + most) / 2.0 - ncp;
        }
        ncp += step;
    }
    return ncp;
}

/* Of t >= 0; below 0 it is the mirror image. */
static struct interval upper_interval(double t, double df)
{
    struct points points;
    make_points(&points, t, df);
    return (struct interval){.low = ncp_where(&points, t, df, NORMAL_975),
                             .high = ncp_where(&points, t, df, -NORMAL_975)};
}

static struct interval of_sign(double t, struct interval ncp)
{
    return t < 0.0 ? (struct interval){-ncp.high, -ncp.low} : ncp;
}

struct interval noncentral_t_interval(double t, double df)
{
    return in_range(t, df) ? of_sign(t, upper_interval(fabs(t), df)) : (struct interval){NAN, NAN};
}

#define N_KNOWN ((size_t)1 << 14) /* as many as there are numbers of 64 - 50 bits */
struct known_intervals {
    struct {
        double t, df; /* t >= 0; df 0: nothing */
        struct interval interval;
    } of[N_KNOWN];
};

struct known_intervals *known_intervals_new(void)
{
    return calloc(1, sizeof(struct known_intervals));
}

/* Where a t is kept: what was there before gives way. */
static size_t place_of(double t, double df)
{
    uint64_t bits;
    memcpy(&bits, &t, sizeof bits);
    return (size_t)((bits + (uint64_t)df) * UINT64_C(0x9e3779b97f4a7c15) >> 50);
}

struct interval noncentral_t_interval_known(struct known_intervals *known, double t, double df)
{
    const double size = fabs(t);
    size_t place;
    if (known == NULL || !in_range(t, df)) {
        return noncentral_t_interval(t, df);
    }
    place = place_of(size, df);
    if (known->of[place].df != df || known->of[place].t != size) {
        known->of[place].interval = upper_interval(size, df);
        known->of[place].t = size;
        known->of[place].df = df;
    }
    return of_sign(t, known->of[place].interval);
}

#include "engine/stats/proportion.h"

#include <assert.h>
#include <math.h>
#include <gsl/gsl_sf_gamma.h>
#include "engine/figure.h"
#include "engine/stats/beta.h"
#include "engine/stats/deviance.h"

#define TWO_PI 6.28318530717958647692

/* The standard normal quantile at 0.975. */
#define Z_975 1.959963984540054

struct interval proportion_wilson(uint64_t successes, uint64_t n)
{
    const double x = (double)successes, all = (double)n, zz = Z_975 * Z_975;
    const double both = 2.0 * x + zz + Z_975 * sqrt(zz + 4.0 * x * ((all - x) / all));
    assert(successes <= n);
    if (n == 0) {
        return (struct interval){NAN, NAN};
    }
    /* The product of both roots is x^2 / (n (n + z^2)): the lower one is that divided by the upper. */
    return (struct interval){2.0 * x / all * (x / both),
                             successes == n ? 1.0 : both / (2.0 * (all + zz))};
}

struct interval proportion_difference(uint64_t first, uint64_t n_first, uint64_t second,
                                      uint64_t n_second)
{
    const struct interval a = proportion_wilson(first, n_first);
    const struct interval b = proportion_wilson(second, n_second);
    const double p = (double)first / (double)n_first, q = (double)second / (double)n_second;
    if (n_first == 0 || n_second == 0) {
        return (struct interval){NAN, NAN};
    }
    return (struct interval){q - p - hypot(q - b.low, a.high - p),
                             q - p + hypot(b.high - q, p - a.low)};
}

struct interval proportion_paired_difference(uint64_t gained, uint64_t lost, uint64_t n)
{
    const double total = (double)n + 2.0;
    const double p = ((double)gained + 1.0) / total, q = ((double)lost + 1.0) / total;
    const double half = Z_975 * sqrt((p + q - (p - q) * (p - q)) / total);
    assert(gained <= n && lost <= n - gained);
    return n == 0 ? (struct interval){NAN, NAN}
                  : (struct interval){fmax(-1.0, p - q - half), fmin(1.0, p - q + half)};
}

/* --- binomial --- */

/* ln P(X = k) of n trials, 0 < share < 1.
   source  Loader (2000), Fast and Accurate Computation of Binomial Probabilities */
static double log_binomial(double k, double n, double share)
{
    const double rest = n - k;
    if (k == 0.0) {
        return n * log1p(-share);
    }
    if (rest == 0.0) {
        return n * log(share);
    }
    return 0.5 * log(n / (TWO_PI * k * rest)) +
           log(gsl_sf_gammastar(n) / (gsl_sf_gammastar(k) * gsl_sf_gammastar(rest))) -
           deviance(n * share, k) - deviance(n * (1.0 - share), rest);
}

/* P(X <= k) and P(X >= k), for any k. */
static double binomial_lower(double k, double n, double share)
{
    return k < 0.0 ? 0.0 : k >= n ? 1.0 : beta_lower(n - k, k + 1.0, 1.0 - share, share);
}

static double binomial_upper(double k, double n, double share)
{
    return k <= 0.0 ? 1.0 : k > n ? 0.0 : beta_lower(k, n - k + 1.0, share, 1.0 - share);
}

/* The tail beyond the seen k and that on the other side of the mean, of what is no more probable:
   there probabilities fall with the distance, so that its first one is found by halving. */
static double both_tails(double k, double n, double share)
{
    const double limit = log_binomial(k, n, share) + log1p(1e-7);
    double near, far;
    if (k == n * share) {
        return 1.0;
    }
    if (k < n * share) {
        near = ceil(n * share); /* the first that is still too probable, or just not */
        far = n + 1.0;
        while (near < far) {
            const double middle = floor((near + far) / 2.0);
            if (log_binomial(middle, n, share) <= limit) {
                far = middle;
            } else {
                near = middle + 1.0;
            }
        }
        return fmin(1.0, binomial_lower(k, n, share) + binomial_upper(near, n, share));
    }
    near = floor(n * share);
    far = -1.0;
    while (near > far) {
        const double middle = ceil((near + far) / 2.0);
        if (log_binomial(middle, n, share) <= limit) {
            far = middle;
        } else {
            near = middle - 1.0;
        }
    }
    return fmin(1.0, binomial_lower(near, n, share) + binomial_upper(k, n, share));
}

double proportion_binomial(uint64_t successes, uint64_t n, double share,
                           enum alternative alternative)
{
    const double k = (double)successes, all = (double)n;
    assert(successes <= n && share >= 0.0 && share <= 1.0);
    if (n == 0) {
        return NAN;
    }
    if (share == 0.0 || share == 1.0) { /* one outcome has the probability 1 */
        const double sure = all * share;
        const bool possible = alternative == TWO_SIDED ? k == sure
                              : alternative == LESS    ? k >= sure
                                                       : k <= sure;
        return possible ? 1.0 : 0.0;
    }
    switch (alternative) {
    case LESS:
        return binomial_lower(k, all, share);
    case GREATER:
        return binomial_upper(k, all, share);
    case TWO_SIDED:
        break;
    }
    return both_tails(k, all, share);
}

/* --- trend --- */

struct trend proportion_trend(const struct group_share groups[], size_t n_groups)
{
    int128 n = 0, x = 0, xs = 0, ns = 0, nss = 0, spread, both;
    double slope, share;
    for (size_t i = 0; i < n_groups; i++) {
        /* counted from the first, so that years are small numbers */
        const int128 score = groups[i].score - groups[0].score;
        n += (int128)groups[i].n;
        x += (int128)groups[i].successes;
        xs += (int128)groups[i].successes * score;
        ns += (int128)groups[i].n * score;
        nss += (int128)groups[i].n * score * score;
    }
    spread = n * nss - ns * ns; /* N^2 times the variance of the scores */
    both = n * xs - x * ns;
    if (x == 0 || x == n || spread <= 0) {
        return (struct trend){NAN, NAN};
    }
    share = (double)x / (double)n;
    slope = (double)both / sqrt((double)spread);
    slope /= sqrt(share * ((double)(n - x) / (double)n) * (double)n);
    return (struct trend){slope, erfc(fabs(slope) / sqrt(2.0))};
}

/* --- rates --- */

struct rate_ratio rate_ratio(uint64_t first, double first_exposure, uint64_t second,
                             double second_exposure)
{
    const double a = (double)first, b = (double)second;
    const double exposure = second_exposure / first_exposure;
    struct rate_ratio result = {NAN, NAN, NAN, NAN};
    if (!(first_exposure > 0.0) || !(second_exposure > 0.0) || first + second == 0) {
        return result;
    }
    result.p = proportion_binomial(second, first + second,
                                   second_exposure / (first_exposure + second_exposure), TWO_SIDED);
    result.ci_low = second == 0 ? 0.0 : exp(beta_log_odds(b, a + 1.0, 0.025)) / exposure;
    if (first > 0) {
        result.ratio = b / a / exposure;
        result.ci_high = exp(beta_log_odds(b + 1.0, a, 0.975)) / exposure;
    }
    return result;
}

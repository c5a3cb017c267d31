#include "engine/stats/pooled.h"

#include <float.h>
#include <math.h>
#include "engine/stats/student.h"

static double variance(const struct cohort *site)
{
    return cohort_change_variance(site) / (double)site->n;
}

static bool can_be_pooled(const struct cohort *site)
{
    return site->n >= POOLED_PEOPLE && site->change_change > 0.0;
}

/* The restricted likelihood at one tau2. */
struct likelihood {
    double mean, sum_w, sum_wrr; /* of w, and of w (y - mean)^2 */
    double score, information;   /* by tau2, both doubled */
    double log;                  /* doubled, but for a constant */
};

static struct likelihood likelihood_at(const struct cohort sites[], size_t n_sites, double tau2)
{
    struct likelihood at = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    double squares = 0.0, cubes = 0.0, wrr = 0.0, wwrr = 0.0;
    for (size_t i = 0; i < n_sites; i++) {
        if (can_be_pooled(&sites[i])) {
            const double w = 1.0 / (variance(&sites[i]) + tau2);
            at.sum_w += w;
            squares += w * w;
            cubes += w * w * w;
            at.log += log(w);
        }
    }
    for (size_t i = 0; i < n_sites; i++) {
        if (can_be_pooled(&sites[i])) {
            at.mean += 1.0 / (variance(&sites[i]) + tau2) / at.sum_w * sites[i].change;
        }
    }
    for (size_t i = 0; i < n_sites; i++) {
        if (can_be_pooled(&sites[i])) {
            const double w = 1.0 / (variance(&sites[i]) + tau2), r = sites[i].change - at.mean;
            wrr += w * r * r;
            wwrr += w * r * (w * r);
        }
    }
    at.sum_wrr = wrr;
    at.score = wwrr - (at.sum_w - squares / at.sum_w);
    at.information = squares - 2.0 * cubes / at.sum_w + squares / at.sum_w * (squares / at.sum_w);
    at.log -= log(at.sum_w) + wrr;
    return at;
}

/* Where Hedges' estimate starts the search: the variance of y less the mean v. */
static double first_tau2(const struct cohort sites[], size_t n_sites, double k)
{
    double mean = 0.0, spread = 0.0, within = 0.0;
    for (size_t i = 0; i < n_sites; i++) {
        mean += can_be_pooled(&sites[i]) ? sites[i].change / k : 0.0;
    }
    for (size_t i = 0; i < n_sites; i++) {
        if (can_be_pooled(&sites[i])) {
            spread += (sites[i].change - mean) * (sites[i].change - mean);
            within += variance(&sites[i]);
        }
    }
    return fmax(0.0, spread / (k - 1.0) - within / k);
}

/* Fisher's scoring, between bounds that close in once the score has changed its sign. */
static double reml_tau2(const struct cohort sites[], size_t n_sites, double k)
{
    const struct likelihood none = likelihood_at(sites, n_sites, 0.0);
    double low = 0.0, high = INFINITY, tau2 = first_tau2(sites, n_sites, k);
    struct likelihood at = none;
    for (int i = 0; i < 500; i++) {
        double next;
        at = likelihood_at(sites, n_sites, tau2);
        next = tau2 + at.score / at.information;
        if (at.score > 0.0) {
            low = tau2;
        } else {
            high = tau2;
        }
        if (next <= 0.0 && none.score <= 0.0 && low == 0.0) {
            tau2 = 0.0; /* it rises towards 0 all the way from here */
            break;
        }
        if (!(next > low)) {
            next = 0.5 * (low + tau2);
        } else if (!(next < high)) {
            next = 0.5 * (tau2 + high);
        }
        if (fabs(next - tau2) <= 4.0 * DBL_EPSILON * tau2) {
            break;
        }
        tau2 = next;
    }
    return none.score <= 0.0 && none.log >= likelihood_at(sites, n_sites, tau2).log ? 0.0 : tau2;
}

static double typical_variance(const struct cohort sites[], size_t n_sites, double k)
{
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < n_sites; i++) {
        if (can_be_pooled(&sites[i])) {
            sum += 1.0 / variance(&sites[i]);
            squares += 1.0 / (variance(&sites[i]) * variance(&sites[i]));
        }
    }
    return (k - 1.0) * sum / (sum * sum - squares);
}

struct pooled pool_sites(const struct cohort sites[], size_t n_sites)
{
    struct pooled result = {0, 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    struct likelihood at;
    double n = 0.0, by_people = 0.0, by_sites = 0.0, k, t, half;
    for (size_t i = 0; i < n_sites; i++) {
        if (sites[i].n > 0) {
            n += (double)sites[i].n;
            by_people += (double)sites[i].n * sites[i].change;
            by_sites += sites[i].change;
            result.sites++;
            result.pooled += can_be_pooled(&sites[i]);
        }
    }
    if (result.sites > 0) {
        result.mean_over_people = by_people / n;
        result.mean_over_sites = by_sites / (double)result.sites;
    }
    if (result.pooled < POOLED_SITES) {
        return result;
    }
    k = (double)result.pooled;
    t = student_quantile_975(k - 1.0);
    result.tau2 = reml_tau2(sites, n_sites, k);
    at = likelihood_at(sites, n_sites, result.tau2);
    result.mean = at.mean;
    result.se = sqrt(at.sum_wrr / (k - 1.0) / at.sum_w);
    result.ci_low = result.mean - t * result.se;
    result.ci_high = result.mean + t * result.se;
    result.p = student_two_sided(result.mean / result.se, k - 1.0);
    result.i2 = 100.0 * result.tau2 / (result.tau2 + typical_variance(sites, n_sites, k));
    half = t * sqrt(result.se * result.se + result.tau2);
    result.prediction_ci_low = result.mean - half;
    result.prediction_ci_high = result.mean + half;
    return result;
}

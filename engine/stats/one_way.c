#include "engine/stats/one_way.h"

#include <math.h>
#include "engine/stats/f_distribution.h"
#include "engine/stats/gamma_ratio.h"
#include "engine/stats/noncentral_t.h"
#include "engine/stats/student.h"

#define NORMAL_975 1.95996398454005423552
/* Beyond this t the normal interval is as good. */
#define MOST_T 37.0

/* n / variance of a cohort that takes part; 0 of one that does not. */
static double weight(const struct cohort *cohort)
{
    return cohort->n < 2 ? 0.0 : (double)cohort->n / cohort_change_variance(cohort);
}

struct one_way one_way_welch(const struct cohort cohorts[], size_t n_cohorts)
{
    struct one_way result = {0, NAN, NAN, NAN, NAN};
    double k, sum = 0.0, mean = 0.0, between = 0.0, lambda = 0.0;
    for (size_t i = 0; i < n_cohorts; i++) {
        sum += weight(&cohorts[i]);
        result.cohorts += cohorts[i].n >= 2;
    }
    k = (double)result.cohorts;
    if (result.cohorts < 2 || isinf(sum)) {
        return result;
    }
    for (size_t i = 0; i < n_cohorts; i++) {
        mean += cohorts[i].n < 2 ? 0.0 : weight(&cohorts[i]) / sum * cohorts[i].change;
    }
    for (size_t i = 0; i < n_cohorts; i++) {
        if (cohorts[i].n >= 2) {
            const double w = weight(&cohorts[i]), off = cohorts[i].change - mean;
            between += w * off * off;
            lambda += (1.0 - w / sum) * (1.0 - w / sum) / (double)(cohorts[i].n - 1);
        }
    }
    lambda /= k * k - 1.0;
    result.f = between / (k - 1.0) / (1.0 + 2.0 * (k - 2.0) * lambda);
    result.df1 = k - 1.0;
    result.df2 = 1.0 / (3.0 * lambda);
    result.p = f_upper(result.f, result.df1, result.df2);
    return result;
}

struct difference difference_welch(const struct cohort *first, const struct cohort *second)
{
    const double a = cohort_change_variance(first) / (double)first->n;
    const double b = cohort_change_variance(second) / (double)second->n;
    struct difference result = {second->change - first->change, NAN, NAN, NAN, NAN, NAN};
    double half;
    if (!(a + b > 0.0)) {
        return result;
    }
    result.se = sqrt(a + b);
    result.df =
        (a + b) * (a + b) / (a * a / (double)(first->n - 1) + b * b / (double)(second->n - 1));
    half = student_quantile_975(result.df) * result.se;
    result.ci_low = result.difference - half;
    result.ci_high = result.difference + half;
    result.p = student_two_sided(result.difference / result.se, result.df);
    return result;
}

struct group_effect hedges_g(const struct cohort *first, const struct cohort *second)
{
    const double n = (double)first->n + (double)second->n, df = n - 2.0;
    const double h = sqrt(1.0 / (double)first->n + 1.0 / (double)second->n);
    const double sd = sqrt((first->change_change + second->change_change) / df);
    const double d = (second->change - first->change) / sd;
    const double half = NORMAL_975 * sqrt(h * h + d * d / (2.0 * n));
    struct interval ends = {d - half, d + half};
    double factor;
    if (first->n == 0 || second->n == 0 || df < 2.0 || !(sd > 0.0)) {
        return (struct group_effect){NAN, NAN, NAN};
    }
    factor = hedges_factor(df);
    if (fabs(d) < MOST_T * h) {
        ends = noncentral_t_interval(d / h, df);
        ends.low *= h;
        ends.high *= h;
    }
    return (struct group_effect){factor * d, factor * ends.low, factor * ends.high};
}

#include "engine/stats/ancova.h"

#include <math.h>
#include "engine/stats/f_distribution.h"
#include "engine/stats/student.h"

/* Below this part of what there was to explain, errors are those of doubles. */
#define NOTHING 1e-24

/* What all cohorts come to. */
struct within {
    size_t cohorts, with_slope;
    double n, before, after; /* means of all, from the origin */
    double before_before, before_after, after_after;
};

static struct within sum_within(const struct cohort cohorts[], size_t n_cohorts)
{
    struct within w = {0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    for (size_t i = 0; i < n_cohorts; i++) {
        const struct cohort *const c = &cohorts[i];
        if (c->n > 0) {
            w.cohorts++;
            w.with_slope += c->before_before > 0.0;
            w.n += (double)c->n;
            w.before += (double)c->n * c->before;
            w.after += (double)c->n * c->after;
            w.before_before += c->before_before;
            w.before_after += c->before_after;
            w.after_after += c->after_after;
        }
    }
    w.before /= w.n;
    w.after /= w.n;
    return w;
}

/* What is left: of a line for each cohort; what one slope for all leaves beyond that; and what
   cohorts explain beyond a single line. */
struct left {
    double own, slopes, cohorts;
};

static struct left sum_left(const struct cohort cohorts[], size_t n_cohorts, const struct within *w,
                            double slope)
{
    struct left left = {0.0, 0.0, 0.0};
    double xx = 0.0, xy = 0.0, yy = 0.0;
    for (size_t i = 0; i < n_cohorts; i++) {
        const struct cohort *const c = &cohorts[i];
        const double n = (double)c->n;
        double x, y;
        if (c->n == 0) {
            continue;
        }
        left.own += c->residual;
        if (c->before_before > 0.0) {
            const double off = c->before_after / c->before_before - slope;
            left.slopes += c->before_before * off * off;
        }
        /* Taking slope x before from after changes neither of the two lines that are compared, and
           nothing nearly cancels. */
        x = c->before - w->before;
        y = c->after - w->after - slope * x;
        xx += n * x * x;
        xy += n * x * y;
        yy += n * y * y;
    }
    left.cohorts = fmax(0.0, yy - xy / (w->before_before + xx) * xy);
    return left;
}

struct ancova ancova(const struct cohort cohorts[], size_t n_cohorts)
{
    struct ancova a = {0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    const struct within w = sum_within(cohorts, n_cohorts);
    const double k = (double)w.cohorts, q = (double)w.with_slope;
    struct left left;
    a.cohorts = w.cohorts;
    if (w.with_slope == 0) {
        return a;
    }
    a.slope = w.before_after / w.before_before;
    a.before = w.before;
    a.before_before = w.before_before;
    left = sum_left(cohorts, n_cohorts, &w, a.slope);
    a.df1 = k - 1.0;
    a.df2 = w.n - k - 1.0;
    a.slopes_df1 = q - 1.0;
    a.slopes_df2 = w.n - k - q;
    if (a.df2 >= 1.0 && left.own + left.slopes > NOTHING * w.after_after) {
        a.variance = (left.own + left.slopes) / a.df2;
        a.t = student_quantile_975(a.df2);
        a.f = a.df1 >= 1.0 ? left.cohorts / a.df1 / a.variance : NAN;
        a.p = f_upper(a.f, a.df1, a.df2);
    }
    if (a.slopes_df1 >= 1.0 && a.slopes_df2 >= 1.0 && left.own > NOTHING * w.after_after) {
        a.slopes_f = left.slopes / a.slopes_df1 / (left.own / a.slopes_df2);
        a.p_slopes = f_upper(a.slopes_f, a.slopes_df1, a.slopes_df2);
    }
    return a;
}

static struct adjusted with_interval(const struct ancova *ancova, double mean, double squares)
{
    const double se = sqrt(ancova->variance * squares);
    const double half = isnan(se) ? NAN : ancova->t * se;
    return (struct adjusted){mean, se, mean - half, mean + half};
}

struct adjusted ancova_adjusted(const struct ancova *ancova, const struct cohort *cohort)
{
    const double off = cohort->before - ancova->before;
    return with_interval(ancova, cohort->after - ancova->slope * off,
                         1.0 / (double)cohort->n + off / ancova->before_before * off);
}

struct adjusted ancova_difference(const struct ancova *ancova, const struct cohort *first,
                                  const struct cohort *second)
{
    const double off = second->before - first->before;
    return with_interval(ancova, second->after - first->after - ancova->slope * off,
                         1.0 / (double)first->n + 1.0 / (double)second->n +
                             off / ancova->before_before * off);
}

#include "engine/stats/item_analysis.h"

#include <math.h>

#include "engine/stats/f_distribution.h"
#include "engine/stats/moments.h"

/* --- spreads: n (n - 1) times a covariance, exact --- */

static int128 spread_of(const struct item_products *items, size_t i, size_t j)
{
    return (int128)items->n * (int128)items->products[i * items->n_items + j] -
           (int128)items->sums[i] * (int128)items->sums[j];
}

/* Of the item with the sum of all items. */
static int128 spread_with_total(const struct item_products *items, size_t i)
{
    int128 sum = 0;
    for (size_t j = 0; j < items->n_items; j++) {
        sum += spread_of(items, i, j);
    }
    return sum;
}

static int128 spread_of_total(const struct item_products *items)
{
    int128 sum = 0;
    for (size_t i = 0; i < items->n_items; i++) {
        sum += spread_with_total(items, i);
    }
    return sum;
}

/* --- alpha --- */

static void set_alpha(const struct item_products *items, struct item_analysis *result)
{
    const int128 k = (int128)items->n_items, total = spread_of_total(items);
    int128 of_items = 0;
    double unreliable, df, df_rest;
    for (size_t i = 0; i < items->n_items; i++) {
        of_items += spread_of(items, i, i);
    }
    if (total <= 0) { /* below 0 only where sums that were sent do not fit */
        return;
    }
    result->alpha = value_ratio(k * (total - of_items), (k - 1) * total);
    /* 1 - alpha is a ratio of its own: near 1 alpha has lost its digits */
    unreliable = value_ratio(k * of_items - total, (k - 1) * total).number;
    df = (double)items->n - 1.0;
    df_rest = df * ((double)items->n_items - 1.0);
    if (unreliable > 0.0) {
        result->alpha_ci_low = value_double(1.0 - unreliable * f_quantile(0.975, df, df_rest));
        result->alpha_ci_high = value_double(1.0 - unreliable * f_quantile(0.025, df, df_rest));
    }
}

/* --- one factor ---

   With f = the sum over i < j of (c_ij - l_i l_j)^2, half its gradient is
   g_i = -sum over j != i of (c_ij - l_i l_j) l_j, and half its second derivatives are
   H_ii = sum over j != i of l_j^2 and H_ij = 2 l_i l_j - c_ij. */
struct factor {
    size_t k;
    double *c, *hessian; /* k x k, in the caller's room, as are the rest */
    double *loadings, *gradient, *step, *kept;
};

/* Sets each loading to what is best given the others: f never rises. False: some loading has nothing
   to be told by. */
static bool sweep(const struct factor *factor)
{
    const size_t k = factor->k;
    double *const l = factor->loadings;
    double square = 0.0;
    for (size_t i = 0; i < k; i++) {
        square += l[i] * l[i];
    }
    for (size_t i = 0; i < k; i++) {
        double product = 0.0, rest;
        for (size_t j = 0; j < k; j++) {
            product += j == i ? 0.0 : factor->c[i * k + j] * l[j];
        }
        rest = square - l[i] * l[i];
        if (!(rest > 0.0)) {
            return false;
        }
        l[i] = product / rest;
        square = rest + l[i] * l[i];
    }
    return isfinite(square);
}

static double misfit(const struct factor *factor)
{
    const size_t k = factor->k;
    double sum = 0.0;
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < i; j++) {
            const double residual =
                factor->c[i * k + j] - factor->loadings[i] * factor->loadings[j];
            sum += residual * residual;
        }
    }
    return sum;
}

static void set_derivatives(const struct factor *factor)
{
    const size_t k = factor->k;
    const double *const l = factor->loadings;
    double square = 0.0;
    for (size_t i = 0; i < k; i++) {
        square += l[i] * l[i];
    }
    for (size_t i = 0; i < k; i++) {
        double g = 0.0;
        for (size_t j = 0; j < k; j++) {
            const double c = factor->c[i * k + j];
            g -= j == i ? 0.0 : (c - l[i] * l[j]) * l[j];
            factor->hessian[i * k + j] = 2.0 * l[i] * l[j] - c;
        }
        factor->gradient[i] = g;
        factor->hessian[i * k + i] = square - l[i] * l[i];
    }
}

/* Newton's step, by Cholesky's method in place, with `more` added to each second derivative as a share
   of itself. False: they are not clearly those of a minimum. */
static bool find_step(const struct factor *factor, double more)
{
    const size_t k = factor->k;
    double *const h = factor->hessian, *const x = factor->step;
    for (size_t i = 0; i < k; i++) {
        const double whole = h[i * k + i];
        h[i * k + i] += more * whole;
        for (size_t j = 0; j <= i; j++) {
            double sum = h[i * k + j];
            for (size_t m = 0; m < j; m++) {
                sum -= h[i * k + m] * h[j * k + m];
            }
            if (j < i) {
                h[i * k + j] = sum / h[j * k + j];
            } else if (sum > whole * 1e-10) {
                h[i * k + i] = sqrt(sum);
            } else {
                return false;
            }
        }
    }
    for (size_t i = 0; i < k; i++) {
        double sum = -factor->gradient[i];
        for (size_t m = 0; m < i; m++) {
            sum -= h[i * k + m] * x[m];
        }
        x[i] = sum / h[i * k + i];
    }
    for (size_t i = k; i-- > 0;) {
        double sum = x[i];
        for (size_t m = i + 1; m < k; m++) {
            sum -= h[m * k + i] * x[m];
        }
        x[i] = sum / h[i * k + i];
    }
    return true;
}

/* The first loadings: those of the centroid, or where the items do not add up to a factor, of the item
   that covaries most. Either way all lie on the side of the items' sum. */
static bool set_start(const struct factor *factor)
{
    const size_t k = factor->k;
    double total = 0.0, most = 0.0;
    size_t at = 0;
    for (size_t i = 0; i < k; i++) {
        double sum = 0.0, square = 0.0;
        for (size_t j = 0; j < k; j++) {
            const double c = j == i ? 0.0 : factor->c[i * k + j];
            sum += c;
            square += c * c;
        }
        factor->loadings[i] = sum;
        total += sum;
        if (square > most) {
            most = square;
            at = i;
        }
    }
    if (!(most > 0.0)) {
        return false;
    }
    for (size_t i = 0; i < k; i++) {
        factor->loadings[i] = total > 0.0 ? factor->loadings[i] / sqrt(total)
                              : i == at   ? sqrt(sqrt(most))
                                          : factor->c[at * k + i] / sqrt(sqrt(most));
    }
    return true;
}

/* One of Newton's steps, unless it leads up. True: it was taken; *length says how long it was, as a
   share of the largest loading. */
static bool step_down(const struct factor *factor, double more, double *length)
{
    const double before = misfit(factor);
    double largest = 0.0, longest = 0.0;
    set_derivatives(factor);
    if (!find_step(factor, more)) {
        return false;
    }
    for (size_t i = 0; i < factor->k; i++) {
        factor->kept[i] = factor->loadings[i];
        factor->loadings[i] += factor->step[i];
        largest = fmax(largest, fabs(factor->loadings[i]));
        longest = fmax(longest, fabs(factor->step[i]));
    }
    *length = longest / largest;
    /* Of the last steps f shows nothing but rounding. */
    if (*length > 1e-6 && !(misfit(factor) <= before)) {
        for (size_t i = 0; i < factor->k; i++) {
            factor->loadings[i] = factor->kept[i];
        }
        return false;
    }
    return true;
}

/* The loadings; false: there are none, or they are not determined. Steps are Newton's as soon as they
   lead down (Levenberg's and Marquardt's before), and end where rounding lets them come no nearer. */
static bool find_loadings(const struct factor *factor)
{
    double more = 0.0;
    bool going = set_start(factor);
    for (size_t i = 0; i < 3 && going; i++) {
        going = sweep(factor);
    }
    for (size_t i = 0; i < 500 && going && more < 1e6; i++) {
        double length = 1.0;
        if (!step_down(factor, more, &length)) {
            more = more > 0.0 ? 4.0 * more : 1e-3;
        } else if (more == 0.0 && (length < 1e-14 || (i > 50 && length < 1e-11))) {
            return true;
        } else {
            more = more > 1e-3 ? more / 4.0 : 0.0;
        }
    }
    return false;
}

/* Rounding of a variance that is all explained: this share of it is taken for 0. */
#define NO_UNIQUENESS 1e-9

static void set_omega(const struct item_products *items, double room[],
                      struct item_analysis *result)
{
    const size_t k = items->n_items;
    const double scale = (double)items->n * ((double)items->n - 1.0);
    const struct factor factor = {.k = k,
                                  .c = room,
                                  .hessian = room + k * k,
                                  .loadings = room + 2 * k * k,
                                  .gradient = room + 2 * k * k + k,
                                  .step = room + 2 * k * k + 2 * k,
                                  .kept = room + 2 * k * k + 3 * k};
    double common = 0.0, unique = 0.0;
    size_t n_varying = 0;
    int64_t n_heywood = 0;
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j <= i; j++) {
            factor.c[i * k + j] = factor.c[j * k + i] = (double)spread_of(items, i, j) / scale;
        }
        n_varying += factor.c[i * k + i] > 0.0;
    }
    if (n_varying < 3 || !find_loadings(&factor)) {
        return;
    }
    for (size_t i = 0; i < k; i++) {
        const double u = factor.c[i * k + i] - factor.loadings[i] * factor.loadings[i];
        n_heywood += u < -NO_UNIQUENESS * factor.c[i * k + i];
        common += factor.loadings[i];
        unique += u;
    }
    result->heywood = value_count(n_heywood);
    if (n_heywood == 0) {
        result->omega = value_double(common * common / (common * common + unique));
    }
}

/* --- all --- */

struct item_analysis item_analysis(const struct item_products *items, double room[])
{
    struct item_analysis result = {.alpha = VALUE_NONE,
                                   .alpha_ci_low = VALUE_NONE,
                                   .alpha_ci_high = VALUE_NONE,
                                   .omega = VALUE_NONE,
                                   .heywood = VALUE_NONE};
    if (items->n > 1 && items->n_items > 1) {
        set_alpha(items, &result);
        set_omega(items, room, &result);
    }
    return result;
}

static struct spread exact_spread(int128 whole)
{
    return (struct spread){.exact = true, .whole = whole, .number = (double)whole};
}

void item_rest(const struct item_products *items, struct value rest[])
{
    const int128 total = spread_of_total(items);
    for (size_t i = 0; i < items->n_items; i++) {
        const int128 own = spread_of(items, i, i), with_total = spread_with_total(items, i);
        const struct spread both = exact_spread(with_total - own), item = exact_spread(own),
                            others = exact_spread(total - 2 * with_total + own);
        const bool varies = items->n_items > 1 && item.whole > 0 && others.whole > 0;
        rest[i] = varies ? value_double(spread_correlation(&both, &item, &others)) : VALUE_NONE;
    }
}

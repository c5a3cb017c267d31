#include "engine/stats/family_difference.h"

#include <assert.h>
#include <math.h>
#include "engine/stats/moments.h"
#include "engine/stats/student.h"

/* One of the two groups. */
struct side {
    uint64_t n, families;
    int128 sum;
    struct whole_mean mean;
};

static struct side side_of(const struct family_pair_list *families, size_t k)
{
    struct side side = {0, 0, 0, {0, 0}};
    for (size_t i = 0; i < families->n_pairs; i++) {
        const struct family_pair *const f = &families->pairs[i];
        assert(f->members[0] + f->members[1] > 0 && f->count > 0);
        side.n += f->members[k] * f->count;
        side.families += f->members[k] > 0 ? f->count : 0;
        side.sum += (int128)f->sum[k] * (int128)f->count;
    }
    if (side.n > 0) {
        side.mean = whole_mean(side.sum, 0, side.n);
    }
    return side;
}

/* e / (n sqrt(1 - r)) of a family in one group, in units. */
static double residual(const struct family_pair *f, const struct side *side, size_t k)
{
    const int128 m = (int128)f->members[k], n = (int128)side->n;
    /* n e = n (S - m whole) - m rest; a family has a few members, so that nothing overflows */
    const int128 times_n = n * (f->sum[k] - m * side->mean.whole) - m * side->mean.rest;
    return (double)times_n / (double)n / (double)n * sqrt((double)n / (double)(n - m));
}

/* The square of se, in square units. */
static double variance(const struct family_pair_list *families, const struct side sides[2])
{
    double variance = 0.0;
    for (size_t i = 0; i < families->n_pairs; i++) {
        const struct family_pair *const f = &families->pairs[i];
        const double a = residual(f, &sides[0], 0), b = residual(f, &sides[1], 1);
        const double apart = b - a;
        /* What is the same in both groups leaves nothing but rounding. */
        if (fabs(apart) > 0x1p-49 * fmax(fabs(a), fabs(b))) {
            variance += apart * apart * (double)f->count;
        }
    }
    return variance;
}

/* b_kl: pairs of families are one family with those before it. */
static double coupling(const struct family_pair_list *families, const struct side sides[2],
                       size_t k, size_t l)
{
    double shares = 0.0, before = 0.0, pairs = 0.0;
    for (size_t i = 0; i < families->n_pairs; i++) {
        const struct family_pair *const f = &families->pairs[i];
        const double count = (double)f->count;
        const double rest_k = (double)(sides[k].n - f->members[k]) / (double)sides[k].n;
        const double rest_l = (double)(sides[l].n - f->members[l]) / (double)sides[l].n;
        const double both = (double)f->members[k] / (double)sides[k].n *
                            ((double)f->members[l] / (double)sides[l].n);
        const double t = both / sqrt(rest_k * rest_l);
        shares += count * both;
        pairs += count * t * (before + (count - 1.0) / 2.0 * t);
        before += count * t;
    }
    return shares + 2.0 * pairs;
}

static double satterthwaite_df(const struct family_pair_list *families, const struct side sides[2])
{
    const double a = 1.0 / (double)sides[0].n, b = 1.0 / (double)sides[1].n;
    return (a + b) * (a + b) /
           (a * a * coupling(families, sides, 0, 0) +
            2.0 * a * b * coupling(families, sides, 0, 1) +
            b * b * coupling(families, sides, 1, 1));
}

struct family_difference family_difference(const struct family_pair_list *families)
{
    const struct side sides[2] = {side_of(families, 0), side_of(families, 1)};
    const double unit = (double)families->units_per_point;
    struct family_difference result = {.n = {sides[0].n, sides[1].n},
                                       .families = {sides[0].families, sides[1].families},
                                       .difference = VALUE_NONE,
                                       .se = VALUE_NONE,
                                       .df = VALUE_NONE,
                                       .ci_low = VALUE_NONE,
                                       .ci_high = VALUE_NONE,
                                       .p = VALUE_NONE};
    double difference, se, df, half;
    for (size_t i = 0; i < families->n_pairs; i++) {
        const struct family_pair *const f = &families->pairs[i];
        result.in_both += f->members[0] > 0 && f->members[1] > 0 ? f->count : 0;
    }
    if (sides[0].n == 0 || sides[1].n == 0) {
        return result;
    }
    difference = (double)(sides[1].sum * (int128)sides[0].n - sides[0].sum * (int128)sides[1].n) /
                 (double)sides[0].n / (double)sides[1].n / unit;
    result.difference = value_double(difference);
    if (sides[0].families < 2 || sides[1].families < 2) {
        return result;
    }
    se = sqrt(variance(families, sides)) / unit;
    df = fmax(1.0, satterthwaite_df(families, sides)); /* never less, but for rounding */
    result.se = value_double(se);
    result.df = value_double(df);
    if (se > 0.0) {
        half = student_quantile_975(df) * se;
        result.ci_low = value_double(difference - half);
        result.ci_high = value_double(difference + half);
        result.p = value_double(student_two_sided(difference / se, df));
    }
    return result;
}

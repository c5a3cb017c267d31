#include "engine/stats/cohort.h"

#include <math.h>
#include "engine/stats/moments.h"
#include "engine/whole.h"

void cohort_sums_add(struct cohort_sums *sums, const struct joint *joint, int64_t origin)
{
    for (size_t i = 0; i < joint->n_pairs; i++) {
        const int64_t before = joint->pairs[i].before - origin;
        const int64_t after = joint->pairs[i].after - origin;
        const int128 count = (int128)joint->pairs[i].count;
        sums->n += joint->pairs[i].count;
        sums->before += before * count;
        sums->after += after * count;
        sums->before_before += (int128)before * before * count;
        sums->before_after += (int128)before * after * count;
        sums->after_after += (int128)after * after * count;
    }
}

void cohort_sums_merge(struct cohort_sums *into, const struct cohort_sums *from)
{
    into->n += from->n;
    into->before += from->before;
    into->after += from->after;
    into->before_before += from->before_before;
    into->before_after += from->before_after;
    into->after_after += from->after_after;
}

/* n times the sum of (x - mean of x)(y - mean of y) from sums of x, y and xy over n > 0 scores. */
static struct spread spread_of(int128 sum_x, int128 sum_y, int128 sum_xy, uint64_t n)
{
    const struct whole_mean x = whole_mean(sum_x, 0, n), y = whole_mean(sum_y, 0, n);
    /* about the whole parts of the means, where the products are small */
    const int128 products =
        sum_xy - x.whole * sum_y - y.whole * sum_x + (int128)x.whole * y.whole * (int128)n;
    return spread_from(products, x, y, n);
}

/* A product of two whole numbers >= 0, in 256 bits. */
struct product {
    uint128 high, low;
};

static struct product product_of(uint128 a, uint128 b)
{
    const uint128 half = UINT64_MAX;
    const uint128 low = (a & half) * (b & half);
    const uint128 cross = (a >> 64) * (b & half) + (low >> 64);
    const uint128 other = (a & half) * (b >> 64) + (cross & half);
    return (struct product){(a >> 64) * (b >> 64) + (cross >> 64) + (other >> 64),
                            other << 64 | (low & half)};
}

/* xx yy - xy^2 >= 0, in which nearly everything may cancel. */
static double determinant(const struct spread *xx, const struct spread *yy, const struct spread *xy)
{
    const uint128 size = xy->whole < 0 ? -(uint128)xy->whole : (uint128)xy->whole;
    struct product all, less;
    if (!xx->exact || !yy->exact || !xy->exact) {
        return fmax(0.0, xx->number * yy->number - xy->number * xy->number);
    }
    all = product_of((uint128)xx->whole, (uint128)yy->whole);
    less = product_of(size, size);
    all.high -= less.high + (all.low < less.low);
    all.low -= less.low;
    return (double)all.high * 0x1p128 + (double)all.low;
}

struct cohort cohort_of(const struct cohort_sums *sums, int64_t units_per_point)
{
    const double n = (double)sums->n, unit = (double)units_per_point;
    const double square = n * unit * unit; /* what a spread is divided by */
    struct spread xx, yy, xy, dd;
    struct cohort cohort = {0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    if (sums->n == 0) {
        return cohort;
    }
    xx = spread_of(sums->before, sums->before, sums->before_before, sums->n);
    yy = spread_of(sums->after, sums->after, sums->after_after, sums->n);
    xy = spread_of(sums->before, sums->after, sums->before_after, sums->n);
    dd = spread_of(sums->after - sums->before, sums->after - sums->before,
                   sums->after_after - 2 * sums->before_after + sums->before_before, sums->n);
    cohort.n = sums->n;
    cohort.before = (double)sums->before / n / unit;
    cohort.after = (double)sums->after / n / unit;
    cohort.change = (double)(sums->after - sums->before) / n / unit;
    cohort.before_before = xx.number / square;
    cohort.before_after = xy.number / square;
    cohort.after_after = yy.number / square;
    cohort.change_change = dd.number / square;
    cohort.residual =
        xx.number > 0.0 ? determinant(&xx, &yy, &xy) / xx.number / square : cohort.after_after;
    return cohort;
}

double cohort_change_variance(const struct cohort *cohort)
{
    return cohort->n < 2 ? NAN : cohort->change_change / (double)(cohort->n - 1);
}

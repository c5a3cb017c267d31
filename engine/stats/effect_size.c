#include "engine/stats/effect_size.h"

#include <math.h>
#include "engine/stats/gamma_ratio.h"
#include "engine/stats/proportion.h"

#define NORMAL_975 1.95996398454005423552
#define NO_EFFECT ((struct effect){VALUE_NONE, VALUE_NONE, VALUE_NONE})

static struct interval interval_of_dz(double dz, uint64_t n, bool noncentral,
                                      struct known_intervals *known)
{
    const double root = sqrt((double)n);
    struct interval ends;
    if (noncentral) {
        ends = noncentral_t_interval_known(known, dz * root, (double)(n - 1));
        ends.low /= root;
        ends.high /= root;
    } else {
        const double half = NORMAL_975 * sqrt(1.0 + dz * dz / 2.0) / root;
        ends = (struct interval){dz - half, dz + half};
    }
    return ends;
}

/* The change in other units than its own SD: `ratio` is that of the two. */
static struct effect rescaled(double size, struct interval dz, double ratio)
{
    return (struct effect){value_double(size), value_double(dz.low * ratio),
                           value_double(dz.high * ratio)};
}

static struct effect corrected(const struct effect *effect, double factor)
{
    /* NAN, undefined or without a factor, is undefined again */
    return (struct effect){value_double(effect->size.number * factor),
                           value_double(effect->low.number * factor),
                           value_double(effect->high.number * factor)};
}

struct effect_sizes effect_sizes(const struct paired_change *paired, struct value sd_before,
                                 struct value sd_after, struct known_intervals *known)
{
    const uint64_t n = paired->change.n;
    const double mean = paired->change.mean.number, sd = paired->change.sd.number;
    const double sd_average =
        sqrt((sd_before.number * sd_before.number + sd_after.number * sd_after.number) / 2.0);
    struct effect_sizes sizes = {NO_EFFECT, NO_EFFECT, NO_EFFECT, NO_EFFECT,
                                 NO_EFFECT, NO_EFFECT, VALUE_NONE};
    struct interval dz = {NAN, NAN};
    double factor;
    if (n < 2) {
        return sizes;
    }
    if (paired->dz.kind != VALUE_UNDEFINED) {
        const double d = paired->dz.number;
        const bool noncentral = fabs(d) * sqrt((double)n) < EFFECT_NONCENTRAL;
        dz = interval_of_dz(d, n, noncentral, known);
        sizes.dz = rescaled(d, dz, 1.0);
        sizes.noncentral = value_count(noncentral);
    }
    if (paired->dav.kind != VALUE_UNDEFINED) {
        sizes.dav = rescaled(paired->dav.number, dz, sd / sd_average);
    }
    if (sd_before.number > 0.0) {
        sizes.delta = rescaled(mean / sd_before.number, dz, sd / sd_before.number);
    }
    factor = hedges_factor((double)(n - 1));
    sizes.gz = corrected(&sizes.dz, factor);
    sizes.gav = corrected(&sizes.dav, factor);
    sizes.g_delta = corrected(&sizes.delta, factor);
    return sizes;
}

struct effect superiority(uint64_t better, uint64_t same, uint64_t worse)
{
    const uint64_t n = better + same + worse;
    const struct interval apart = proportion_paired_difference(better, worse, n);
    if (n == 0) {
        return NO_EFFECT;
    }
    return (struct effect){value_ratio(2 * (int128)better + (int128)same, 2 * (int128)n),
                           value_double((1.0 + apart.low) / 2.0),
                           value_double((1.0 + apart.high) / 2.0)};
}

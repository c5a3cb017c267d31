#include "engine/stats/bootstrap.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include "engine/figure.h"

#define NORMAL_975 1.95996398454005423552

/* n changes and their sum, counted from the lowest, so that it stays small. */
struct total {
    uint64_t n;
    int128 sum;
};

static struct total total_of(const struct distribution *changes)
{
    struct total total = {0, 0};
    for (size_t i = 0; i < changes->n_scores; i++) {
        const struct score_count *const x = &changes->scores[i];
        total.n += x->count;
        total.sum += (int128)(x->score - changes->scores[0].score) * (int128)x->count;
    }
    return total;
}

/* The sum of n changes drawn with replacement. A size of change gets its share of those that are left,
   and the last all of them. */
static int128 draw_sum(const struct distribution *changes, uint64_t n, gsl_rng *random)
{
    uint64_t people = n, left = n;
    int128 sum = 0;
    for (size_t i = 0; left > 0; i++) {
        const struct score_count *const x = &changes->scores[i];
        uint64_t drawn = left;
        if (i + 1 < changes->n_scores) {
            drawn = gsl_ran_binomial(random, (double)x->count / (double)people, (unsigned)left);
        }
        sum += (int128)(x->score - changes->scores[0].score) * (int128)drawn;
        people -= x->count;
        left -= drawn;
    }
    return sum;
}

/* From one person left out after the other: for a mean, a matter of the third moment. */
static double acceleration(const struct distribution *changes, struct total total)
{
    double squares = 0.0, cubes = 0.0;
    for (size_t i = 0; i < changes->n_scores; i++) {
        const struct score_count *const x = &changes->scores[i];
        const int128 off =
            (int128)(x->score - changes->scores[0].score) * (int128)total.n - total.sum;
        const double d = (double)off / (double)total.n;
        squares += (double)x->count * d * d;
        cubes += (double)x->count * d * d * d;
    }
    return cubes / (6.0 * squares * sqrt(squares));
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The quantile at p of n sorted numbers, between two of them; NAN beyond the first and last. */
static double quantile(const double sorted[], size_t n, double p)
{
    const double all = (double)n + 1.0, place = floor(all * p);
    double below, above, part;
    if (!(place >= 1.0 && place < (double)n)) {
        return NAN;
    }
    below = gsl_cdf_ugaussian_Pinv(place / all);
    above = gsl_cdf_ugaussian_Pinv((place + 1.0) / all);
    part = (gsl_cdf_ugaussian_Pinv(p) - below) / (above - below);
    return sorted[(size_t)place - 1] + part * (sorted[(size_t)place] - sorted[(size_t)place - 1]);
}

/* Where the end stands that a normal deviate z means. */
static double corrected(double z0, double a, double z)
{
    const double shrunk = 1.0 - a * (z0 + z);
    return shrunk > 0.0 ? gsl_cdf_ugaussian_P(z0 + (z0 + z) / shrunk) : NAN;
}

struct interval bootstrap_mean(const struct distribution *changes, size_t replicates,
                               gsl_rng *random, double room[])
{
    const struct total total = total_of(changes);
    const double units = (double)changes->units_per_point;
    struct interval ends = {NAN, NAN};
    size_t n_below = 0;
    int128 sum;
    double z0, a;
    if (changes->n_scores < 2 || total.n > INT_MAX) {
        return ends;
    }
    sum = total.sum + (int128)changes->scores[0].score * (int128)total.n;
    for (size_t i = 0; i < replicates; i++) {
        const int128 off = draw_sum(changes, total.n, random) - total.sum;
        n_below += off < 0;
        /* A whole number over another: what is 0 is 0. */
        room[i] = (double)(off + sum) / (double)total.n;
    }
    if (n_below == 0 || n_below == replicates) {
        return ends;
    }
    qsort(room, replicates, sizeof *room, compare_doubles);
    z0 = gsl_cdf_ugaussian_Pinv((double)n_below / (double)replicates);
    a = acceleration(changes, total);
    ends.low = quantile(room, replicates, corrected(z0, a, -NORMAL_975)) / units;
    ends.high = quantile(room, replicates, corrected(z0, a, NORMAL_975)) / units;
    return isnan(ends.low) || isnan(ends.high) ? (struct interval){NAN, NAN} : ends;
}

#include "engine/stats/hodges_lehmann.h"

#include <assert.h>
#include <math.h>
#include "engine/whole.h"

#define SQRT_HALF 0.70710678118654752440
#define SQRT_TWO_PI 2.50662827463100050242

/* P(V <= k) = F((k + 1/2 - mean) / sd) with

       F(x) = Phi(x) - phi(x) (l4/24 He3(x) + l6/720 He5(x) + l4^2/1152 He7(x))

   and l4, l6 the standardised cumulants: each rank r counts or does not, like a coin, which has
   cumulants r^2/4, -r^4/8, r^6/4. V is symmetric, so that all odd ones are 0. */
double signed_rank_quantile(double n)
{
    const double squares = n * (n + 1.0) * (2.0 * n + 1.0) / 6.0;
    const double variance = squares / 4.0;
    const double fourth = squares * (3.0 * n * n + 3.0 * n - 1.0) / 5.0;
    const double sixth = squares * (3.0 * n * n * n * n + 6.0 * n * n * n - 3.0 * n + 1.0) / 7.0;
    const double l4 = -fourth / 8.0 / (variance * variance);
    const double l6 = sixth / 4.0 / (variance * variance * variance);
    double x = -1.95996398454005423552, step = 1.0;
    assert(n > 0.0);
    for (int i = 0; i < 100 && fabs(step) > 1e-15; i++) {
        const double u = x * x, density = exp(-u / 2.0) / SQRT_TWO_PI;
        const double he3 = x * (u - 3.0), he5 = x * (u * (u - 10.0) + 15.0);
        const double he7 = x * (u * (u * (u - 21.0) + 105.0) - 105.0);
        const double series = l4 / 24.0 * he3 + l6 / 720.0 * he5 + l4 * l4 / 1152.0 * he7;
        step = (erfc(-x * SQRT_HALF) / 2.0 - density * series - 0.025) / density;
        x -= step;
    }
    return fmax(0.0, ceil(n * (n + 1.0) / 4.0 + x * sqrt(variance) - 0.5));
}

/* Of the sums x_i + x_j, i <= j over people: how many are at most so much, the greatest of these (if there is
   one), and the least of the others (if there is one). */
struct sums {
    uint128 n;
    int64_t greatest, next;
};

static struct sums sums_up_to(const struct distribution *changes, int64_t most)
{
    const struct score_count *const x = changes->scores;
    const size_t n = changes->n_scores;
    struct sums sums = {.greatest = INT64_MIN, .next = INT64_MAX};
    size_t above = n;      /* x[above ..] make too large a sum with x[i] */
    uint64_t partners = 0; /* people below `above` */
    uint128 ordered = 0;   /* pairs either way round, and everyone with themselves */
    uint64_t with_self = 0;
    for (size_t j = 0; j < n; j++) {
        partners += x[j].count;
        with_self += 2 * x[j].score <= most ? x[j].count : 0;
    }
    for (size_t i = 0; i < n; i++) {
        while (above > 0 && x[i].score + x[above - 1].score > most) {
            partners -= x[--above].count;
        }
        if (above < n && x[i].score + x[above].score < sums.next) {
            sums.next = x[i].score + x[above].score;
        }
        if (above == 0) {
            break;
        }
        if (x[i].score + x[above - 1].score > sums.greatest) {
            sums.greatest = x[i].score + x[above - 1].score;
        }
        ordered += (uint128)x[i].count * partners;
    }
    sums.n = (ordered + with_self) / 2;
    return sums;
}

/* The sums among which one is looked for: those from `low` to `high`, both of which there are. */
struct sought {
    int64_t low, high;
    uint128 n_below, n_up_to; /* sums below `low`, and up to `high` */
};

/* Where the place-th would be, if they were spread evenly. */
static int64_t even_place(const struct sought *sought, uint128 place)
{
    const double share =
        (double)(place - sought->n_below) / (double)(sought->n_up_to - sought->n_below);
    const double span = (double)sought->high - (double)sought->low;
    const int64_t at = sought->low + (int64_t)(span * share);
    return at < sought->low ? sought->low : at >= sought->high ? sought->high - 1 : at;
}

/* The sum that stands `place`-th, from 1, of n_sums, when all are in order. A look that left more than half of
   them is followed by one in the middle. */
static int64_t sum_at(const struct distribution *changes, uint128 place, uint128 n_sums)
{
    struct sought sought = {.low = 2 * changes->scores[0].score,
                            .high = 2 * changes->scores[changes->n_scores - 1].score,
                            .n_up_to = n_sums};
    bool evenly = true;
    while (sought.low < sought.high) {
        const uint128 n = sought.n_up_to - sought.n_below;
        const int64_t most =
            evenly ? even_place(&sought, place) : sought.low + (sought.high - sought.low) / 2;
        const struct sums sums = sums_up_to(changes, most);
        if (sums.n >= place) {
            sought.high = sums.greatest;
            sought.n_up_to = sums.n;
        } else {
            sought.low = sums.next;
            sought.n_below = sums.n;
        }
        evenly = !evenly || 2 * (sought.n_up_to - sought.n_below) <= n;
    }
    return sought.low;
}

struct effect hodges_lehmann(const struct distribution *changes)
{
    struct effect middle = {VALUE_NONE, VALUE_NONE, VALUE_NONE};
    const int128 units = changes->units_per_point;
    uint128 n = 0, n_sums, place;
    for (size_t i = 0; i < changes->n_scores; i++) {
        n += changes->scores[i].count;
    }
    if (n == 0) {
        return middle;
    }
    n_sums = n * (n + 1) / 2;
    place = (n_sums + 1) / 2;
    middle.size = n_sums % 2 == 1 ? value_ratio(sum_at(changes, place, n_sums), 2 * units)
                                  : value_ratio((int128)sum_at(changes, place, n_sums) +
                                                    sum_at(changes, place + 1, n_sums),
                                                4 * units);
    if (n >= HODGES_LEHMANN_LEAST && changes->n_scores > 1) {
        place = (uint128)signed_rank_quantile((double)n);
        middle.low = value_ratio(sum_at(changes, place, n_sums), 2 * units);
        middle.high = value_ratio(sum_at(changes, n_sums - place + 1, n_sums), 2 * units);
    }
    return middle;
}

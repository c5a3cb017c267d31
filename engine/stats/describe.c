#include "engine/stats/describe.h"

#include <assert.h>
#include <math.h>
#include "engine/stats/moments.h"
#include "engine/stats/student.h"

/* The score at `position`, counted from 0 in ascending order. */
static int64_t score_at(const struct distribution *distribution, uint64_t position)
{
    size_t i = 0;
    while (position >= distribution->scores[i].count) {
        position -= distribution->scores[i].count;
        i++;
        assert(i < distribution->n_scores);
    }
    return distribution->scores[i].score;
}

/* Quantile of n > 0 scores x[0] <= ... <= x[n-1] at p = quarters / 4:

       Q = x[j] + g (x[j+1] - x[j]),  j + g = (n - 1) p,  0 <= g < 1

   returns   points, exact
   source    type 7 of Hyndman & Fan (1996), The American Statistician 50(4):361-365,
             doi:10.1080/00031305.1996.10473566 */
static struct value quantile(const struct distribution *distribution, uint64_t n, unsigned quarters)
{
    /* In quarters of a place, so that nothing is rounded. Where place % 4 > 0, place / 4 < n - 1
       and there is a score above. */
    const uint64_t place = (n - 1) * quarters;
    const int64_t below = score_at(distribution, place / 4);
    const int64_t above = place % 4 == 0 ? below : score_at(distribution, place / 4 + 1);
    return value_ratio((int128)4 * below + (int128)(place % 4) * (above - below),
                       (int128)4 * distribution->units_per_point);
}

/* mean -+ t(0.975, n - 1) se */
static void set_interval(struct description *description)
{
    const double half = student_quantile_975((double)(description->n - 1)) * description->se.number;
    description->ci_low = value_double(description->mean.number - half);
    description->ci_high = value_double(description->mean.number + half);
}

/* n > 0 scores, whose mean is to be exact. */
static struct whole_mean mean_of(const struct distribution *distribution, uint64_t n)
{
    /* Counted from a score of the data, sums keep to the 119 bits that moments.h promises. */
    const int64_t origin = distribution->scores[0].score;
    int128 sum = 0;
    for (size_t i = 0; i < distribution->n_scores; i++) {
        const struct score_count *s = &distribution->scores[i];
        sum += (int128)(s->score - origin) * (int128)s->count;
    }
    return whole_mean(sum, origin, n);
}

/* Spread for n > 1, from one exact sum and one exact sum of squares:

       sd = sqrt(N / (n (n - 1))),  se = sqrt(N / (n^2 (n - 1))),
       N = n sum(x^2) - (sum x)^2 in square units, x counted from a whole unit next to the mean */
static void set_spread(const struct distribution *distribution, struct description *description)
{
    const uint64_t n = description->n;
    const uint64_t unit = (uint64_t)distribution->units_per_point;
    const struct whole_mean mean = mean_of(distribution, n);
    int128 squares = 0;
    struct spread spread;
    for (size_t i = 0; i < distribution->n_scores; i++) {
        const int128 x = distribution->scores[i].score - mean.whole;
        squares += x * x * (int128)distribution->scores[i].count;
    }
    spread = spread_from(squares, mean, mean, n);
    description->sd = spread_root(&spread, (const uint64_t[]){n, n - 1, unit, unit}, 4);
    description->se = spread_root(&spread, (const uint64_t[]){n, n, n - 1, unit, unit}, 5);
}

struct score_mean score_mean(const struct distribution *distribution)
{
    const struct score_count *const scores = distribution->scores;
    const int64_t unit = distribution->units_per_point;
    struct score_mean result = {0, VALUE_NONE};
    assert(unit > 0);
    for (size_t i = 0; i < distribution->n_scores; i++) {
        assert(scores[i].count > 0 && (i == 0 || scores[i - 1].score < scores[i].score));
        result.n += scores[i].count;
    }
    if (result.n > 0) {
        const struct whole_mean mean = mean_of(distribution, result.n);
        result.mean = value_ratio((int128)mean.whole * (int128)result.n + mean.rest,
                                  (int128)unit * (int128)result.n);
    }
    return result;
}

static struct description describe_mean(const struct distribution *distribution)
{
    const struct score_mean mean = score_mean(distribution);
    return (struct description){.n = mean.n,
                                .mean = mean.mean,
                                .sd = VALUE_NONE,
                                .se = VALUE_NONE,
                                .ci_low = VALUE_NONE,
                                .ci_high = VALUE_NONE,
                                .q1 = VALUE_NONE,
                                .median = VALUE_NONE,
                                .q3 = VALUE_NONE,
                                .min = VALUE_NONE,
                                .max = VALUE_NONE};
}

struct description describe_interval(const struct distribution *distribution)
{
    struct description description = describe_mean(distribution);
    if (description.n > 1) {
        set_spread(distribution, &description);
    }
    /* Two different scores are at least two people, so there is a df. Where all are equal, an
       interval of no width would claim that the mean is known exactly. */
    if (distribution->n_scores > 1) {
        set_interval(&description);
    }
    return description;
}

struct description describe(const struct distribution *distribution)
{
    const struct score_count *const scores = distribution->scores;
    const int64_t unit = distribution->units_per_point;
    struct description description = describe_interval(distribution);
    if (description.n > 0) {
        description.q1 = quantile(distribution, description.n, 1);
        description.median = quantile(distribution, description.n, 2);
        description.q3 = quantile(distribution, description.n, 3);
        description.min = value_ratio(scores[0].score, unit);
        description.max = value_ratio(scores[distribution->n_scores - 1].score, unit);
    }
    return description;
}

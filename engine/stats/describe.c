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

void score_sums_add(struct score_sums *sums, int64_t score, uint64_t count)
{
    const int64_t origin = sums->n == 0 ? score : sums->origin;
    const int128 x = score - origin;
    sums->origin = origin;
    sums->n += count;
    sums->sum += x * (int128)count;
    sums->squares += x * x * (int128)count;
}

static struct score_sums sums_of(const struct distribution *distribution)
{
    struct score_sums sums = {.units_per_point = distribution->units_per_point};
    for (size_t i = 0; i < distribution->n_scores; i++) {
        assert(distribution->scores[i].count > 0);
        score_sums_add(&sums, distribution->scores[i].score, distribution->scores[i].count);
    }
    return sums;
}

/* Of n > 0 scores, exact. */
static struct value mean_of(int128 sum, int64_t origin, uint64_t n, int64_t units_per_point)
{
    assert(units_per_point > 0);
    return value_ratio(sum + (int128)origin * (int128)n, (int128)units_per_point * (int128)n);
}

/* Spread for n > 1, from one exact sum and one exact sum of squares:

       sd = sqrt(N / (n (n - 1))),  se = sqrt(N / (n^2 (n - 1))),
       N = n sum(x^2) - (sum x)^2 in square units, x counted from a whole unit next to the mean

   Returns whether any two scores differ. */
static bool set_spread(const struct score_sums *sums, struct description *description)
{
    const uint64_t n = sums->n, unit = (uint64_t)sums->units_per_point;
    const struct whole_mean mean = whole_mean(sums->sum, 0, n);
    const int128 squares = sums->squares - 2 * (int128)mean.whole * sums->sum +
                           (int128)mean.whole * mean.whole * (int128)n;
    const struct spread spread = spread_from(squares, mean, mean, n);
    description->sd = spread_root(&spread, (const uint64_t[]){n, n - 1, unit, unit}, 4);
    description->se = spread_root(&spread, (const uint64_t[]){n, n, n - 1, unit, unit}, 5);
    return spread.number > 0.0;
}

struct score_mean score_mean(const struct distribution *distribution)
{
    struct score_mean result = {0, VALUE_NONE};
    const int64_t origin = distribution->n_scores > 0 ? distribution->scores[0].score : 0;
    int128 sum = 0;
    for (size_t i = 0; i < distribution->n_scores; i++) {
        const struct score_count *const s = &distribution->scores[i];
        result.n += s->count;
        sum += (int128)(s->score - origin) * (int128)s->count;
    }
    if (result.n > 0) {
        result.mean = mean_of(sum, origin, result.n, distribution->units_per_point);
    }
    return result;
}

struct value sums_mean(const struct score_sums *sums)
{
    return sums->n == 0 ? VALUE_NONE
                        : mean_of(sums->sum, sums->origin, sums->n, sums->units_per_point);
}

struct description describe_sums(const struct score_sums *sums)
{
    struct description description = {.n = sums->n,
                                      .mean = sums_mean(sums),
                                      .sd = VALUE_NONE,
                                      .se = VALUE_NONE,
                                      .ci_low = VALUE_NONE,
                                      .ci_high = VALUE_NONE,
                                      .q1 = VALUE_NONE,
                                      .median = VALUE_NONE,
                                      .q3 = VALUE_NONE,
                                      .min = VALUE_NONE,
                                      .max = VALUE_NONE};
    /* Where all scores are equal, an interval of no width would claim that the mean is known exactly. */
    if (sums->n > 1 && set_spread(sums, &description)) {
        set_interval(&description);
    }
    return description;
}

struct description describe_interval(const struct distribution *distribution)
{
    const struct score_sums sums = sums_of(distribution);
    return describe_sums(&sums);
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

#include "scales/instrument.h"

#include <assert.h>

/* The largest multiple of `step` that is not above `score`, for scores of either sign. */
static int64_t floor_to(int64_t score, int64_t step)
{
    const int64_t rest = score % step;
    return score - (rest < 0 ? rest + step : rest);
}

/* Bands are published for whole scores: a prorated WEMWBS of 42.5 lies between "low" (to 42) and
   "average" (from 43) and counts as 43. */
int band_of(const struct band_set *set, int64_t score)
{
    const int64_t below = floor_to(score, set->step), rest = score - below;
    const int64_t rounded = rest >= set->step - rest ? below + set->step : below;
    for (size_t i = 0; i < set->n_bands; i++) {
        if (rounded >= set->bands[i].lowest && rounded <= set->bands[i].highest) {
            return (int)i;
        }
    }
    return -1;
}

outcome outcome_of_score(const int64_t *values, size_t n, int64_t score)
{
    size_t low = 0, high = n; /* the score stands in low .. high - 1 */
    assert(n > 0 && score >= values[0] && score <= values[n - 1]);
    /* Ascending without repeats: as many values as whole numbers between the ends. */
    if (values[n - 1] - values[0] == (int64_t)n - 1) {
        return (outcome)(N_REASONS + (size_t)(score - values[0])); /* no gaps: no search */
    }
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (values[middle] <= score) {
            low = middle;
        } else {
            high = middle;
        }
    }
    assert(values[low] == score);
    return (outcome)(N_REASONS + low);
}

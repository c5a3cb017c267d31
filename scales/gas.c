#include "scales/gas.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include "scales/divisor.h"

int64_t gas_t_score(const struct goal_rating ratings[], size_t n, double rho)
{
    int64_t divisor = 0, sum_wh = 0, sum_w = 0, high_ww = 0, low_ww = 0;
    assert(n > 0 && rho >= 0.0 && rho <= 1.0);
    for (size_t i = 0; i < n; i++) {
        assert(ratings[i].weight >= 0 && ratings[i].weight <= GAS_MAX_WEIGHT);
        divisor = greatest_common_divisor(divisor, ratings[i].weight);
    }
    /* As in the R package gasr: a family whose weights were all left at 0 still has a score. */
    const bool equal = divisor == 0; /* all weights are 0 */
    for (size_t i = 0; i < n; i++) {
        /* in lowest terms 2, 2, 4 gives the same bits as 1, 1, 2 */
        const int64_t w = equal ? 1 : ratings[i].weight / divisor;
        sum_wh += w * ratings[i].halves;
        sum_w += w;
        /* a square may have 60 bits: summed in two parts, so that the order of goals cannot show */
        high_ww += (w * w) >> 30;
        low_ww += (w * w) & ((INT64_C(1) << 30) - 1);
    }
    const double sum_ww = ldexp((double)high_ww, 30) + (double)low_ww;
    const double root = sqrt((1.0 - rho) * sum_ww + rho * (double)sum_w * (double)sum_w);
    const double above_50 = 10.0 / GAS_HALVES_PER_LEVEL * (double)sum_wh / root;
    return llround(50.0 * (double)GAS_T_UNITS + above_50 * (double)GAS_T_UNITS);
}

int64_t gas_mean_level(int64_t sum, size_t n)
{
    const int64_t half = GAS_MEAN_UNITS / GAS_HALVES_PER_LEVEL, goals = (int64_t)n;
    assert(n > 0);
    /* Whole halves apart from the rest, since the product of both might not fit. % keeps the sign
       of the sum: magnitudes are rounded, so that -0.5 and 0.5 mirror each other. */
    const int64_t rest = sum % goals * half, away = rest < 0 ? -rest : rest;
    const int64_t rounded = away / goals + (away % goals >= goals - away % goals ? 1 : 0);
    return sum / goals * half + (rest < 0 ? -rounded : rounded);
}

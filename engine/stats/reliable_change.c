#include "engine/stats/reliable_change.h"

#include <assert.h>
#include <math.h>

double reliable_change_threshold(double sd, double reliability)
{
    if (!(sd > 0.0 && isfinite(sd) && reliability >= 0.0 && reliability <= 1.0)) {
        return NAN;
    }
    /* 1.96 as published, not 1.959964: a threshold computed from the paper must agree. */
    return 1.96 * sqrt(2.0) * sd * sqrt(1.0 - reliability);
}

struct reliable_change reliable_change(const struct distribution *changes, double threshold,
                                       bool higher_is_better)
{
    struct reliable_change result = {0, 0, 0};
    assert(threshold >= 0.0 && changes->units_per_point > 0);
    for (size_t i = 0; i < changes->n_scores; i++) {
        /* the double nearest to the points, as `threshold` is the one nearest to what was meant:
           12 units of 1/10 are not beyond 1.2 */
        const double points = (double)changes->scores[i].score / (double)changes->units_per_point;
        if (fabs(points) <= threshold) {
            result.unchanged += changes->scores[i].count;
        } else if ((points > 0.0) == higher_is_better) {
            result.improved += changes->scores[i].count;
        } else {
            result.deteriorated += changes->scores[i].count;
        }
    }
    return result;
}

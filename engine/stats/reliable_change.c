#include "engine/stats/reliable_change.h"

#include <assert.h>
#include <math.h>

/* 1.96 and 1.65 as published, not 1.959964 and 1.644854: a threshold computed from the papers must
   agree. */
#define TWO_SIDED 1.96
#define ONE_SIDED 1.65

static bool is_known(double sd, double reliability)
{
    return sd > 0.0 && isfinite(sd) && reliability >= 0.0 && reliability <= 1.0;
}

double reliable_change_threshold(double sd, double reliability)
{
    if (!is_known(sd, reliability)) {
        return NAN;
    }
    return TWO_SIDED * sqrt(2.0) * sd * sqrt(1.0 - reliability);
}

double reliable_change_reliability(const struct reliable_constants *constants)
{
    const double se = constants->sd * sqrt(1.0 - constants->reliability);
    const double varied = constants->sd_change * constants->sd_change;
    return varied > 0.0 ? 1.0 - 2.0 * se * se / varied : NAN;
}

struct reliable_rule reliable_rule_points(double threshold, bool higher_is_better)
{
    return (struct reliable_rule){
        .higher_is_better = higher_is_better, .weight = 1.0, .limit = threshold};
}

/* Both methods that expect a score to move towards the mean: after - (r before + (1 - r) mean) is
   the change and (1 - r) (before - mean). */
static struct reliable_rule towards_mean(const struct reliable_constants *constants, double error,
                                         bool higher_is_better)
{
    return (struct reliable_rule){
        .higher_is_better = higher_is_better,
        .weight = 1.0,
        .pull = 1.0 - constants->reliability,
        .mean = constants->mean_before,
        .limit = isnan(constants->mean_before) ? NAN : TWO_SIDED * constants->sd * error};
}

static struct reliable_rule hageman_arrindell(const struct reliable_constants *constants,
                                              bool higher_is_better)
{
    const double r_dd = reliable_change_reliability(constants);
    const double se = constants->sd * sqrt(1.0 - constants->reliability);
    return (struct reliable_rule){
        .higher_is_better = higher_is_better,
        .weight = r_dd,
        .shift = (constants->mean_after - constants->mean_before) * (1.0 - r_dd),
        .limit = r_dd > 0.0 ? ONE_SIDED * sqrt(r_dd) * sqrt(2.0) * se : NAN};
}

struct reliable_rule reliable_rule(enum reliable_method method,
                                   const struct reliable_constants *constants,
                                   bool higher_is_better)
{
    const double r = constants->reliability;
    if (!is_known(constants->sd, r)) {
        return reliable_rule_points(NAN, higher_is_better);
    }
    switch (method) {
    case RELIABLE_EDWARDS_NUNNALLY:
        return towards_mean(constants, sqrt(1.0 - r), higher_is_better);
    case RELIABLE_GULLIKSEN_LORD_NOVICK:
        return towards_mean(constants, sqrt(1.0 - r * r), higher_is_better);
    case RELIABLE_HAGEMAN_ARRINDELL:
        return hageman_arrindell(constants, higher_is_better);
    case RELIABLE_JACOBSON_TRUAX:
    case N_RELIABLE_METHODS:
        break;
    }
    return reliable_rule_points(reliable_change_threshold(constants->sd, r), higher_is_better);
}

int reliable_direction(const struct reliable_rule *rule, int64_t before, int64_t after,
                       int64_t units_per_point)
{
    const double units = (double)units_per_point;
    /* the double nearest to the points, as a threshold is the one nearest to what was meant: 12
       units of 1/10 are not beyond 1.2 */
    const double points = (double)(after - before) / units;
    const double measured =
        rule->weight * points + rule->pull * ((double)before / units - rule->mean) + rule->shift;
    assert(rule->limit >= 0.0 && units_per_point > 0);
    if (fabs(measured) <= rule->limit) {
        return 0;
    }
    return (measured > 0.0) == rule->higher_is_better ? 1 : -1;
}

struct reliable_change reliable_change(const struct joint *joint, const struct reliable_rule *rule)
{
    struct reliable_change result = {0, 0, 0};
    for (size_t i = 0; i < joint->n_pairs; i++) {
        const struct pair_count *const pair = &joint->pairs[i];
        const int direction =
            reliable_direction(rule, pair->before, pair->after, joint->units_per_point);
        result.improved += direction > 0 ? pair->count : 0;
        result.unchanged += direction == 0 ? pair->count : 0;
        result.deteriorated += direction < 0 ? pair->count : 0;
    }
    return result;
}

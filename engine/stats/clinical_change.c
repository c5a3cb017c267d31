#include "engine/stats/clinical_change.h"

#include <math.h>

double cut_off_at(enum cut_off which, const struct norm *clinical, const struct norm *functional,
                  bool higher_is_better)
{
    const double d = higher_is_better ? 1.0 : -1.0;
    if ((which != CUT_OFF_B && !(clinical->sd > 0.0)) ||
        (which != CUT_OFF_A && !(functional->sd > 0.0))) {
        return NAN;
    }
    switch (which) {
    case CUT_OFF_A:
        return clinical->mean + d * 2.0 * clinical->sd;
    case CUT_OFF_B:
        return functional->mean - d * 2.0 * functional->sd;
    case CUT_OFF_C:
        return (clinical->sd * functional->mean + functional->sd * clinical->mean) /
               (clinical->sd + functional->sd);
    case N_CUT_OFFS:
        break;
    }
    return NAN;
}

/* 1: usual; -1: clinical; 0: at the cut-off. */
static int side_of(int64_t score, int64_t units_per_point, double cut_off, bool higher_is_better)
{
    const double points = (double)score / (double)units_per_point;
    const int above = (points > cut_off) - (points < cut_off);
    return higher_is_better ? above : -above;
}

uint64_t usual_count(const struct distribution *scores, double cut_off, bool higher_is_better)
{
    uint64_t n = 0;
    for (size_t i = 0; i < scores->n_scores; i++) {
        n +=
            side_of(scores->scores[i].score, scores->units_per_point, cut_off, higher_is_better) > 0
                ? scores->scores[i].count
                : 0;
    }
    return n;
}

struct clinical_change clinical_change(const struct joint *joint, const struct reliable_rule *rule,
                                       double cut_off)
{
    struct clinical_change result = {0};
    const int64_t units = joint->units_per_point;
    for (size_t i = 0; i < joint->n_pairs; i++) {
        const struct pair_count *const pair = &joint->pairs[i];
        const int before = side_of(pair->before, units, cut_off, rule->higher_is_better);
        const int after = side_of(pair->after, units, cut_off, rule->higher_is_better);
        const int direction = reliable_direction(rule, pair->before, pair->after, units);
        uint64_t *const class_of = direction == 0            ? &result.unchanged
                                   : direction < 0           ? &result.deteriorated
                                   : before < 0 && after > 0 ? &result.into_usual_range
                                                             : &result.improved;
        *class_of += pair->count;
        result.usual_before += before > 0 ? pair->count : 0;
        result.usual_after += after > 0 ? pair->count : 0;
    }
    return result;
}

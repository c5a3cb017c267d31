#include "engine/family_given.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "engine/stage_pairs.h"
#include "engine/stats/clinical_change.h"

/* The rule that a study sets without looking at its data. A limit of NAN: it sets none. */
static struct reliable_rule known_rule(const struct study *study, size_t scale)
{
    const struct study_scale *const s = &study->scales[scale];
    const struct reliable_constants constants = {
        .sd = study->reliable_sd == RELIABLE_SD_GIVEN ? study->given_sd : s->scale->sd,
        .reliability =
            isnan(study->given_reliability) ? s->scale->reliability : study->given_reliability};
    if (s->declared.threshold > 0.0) {
        return reliable_rule_points(s->declared.threshold, s->scale->higher_is_better);
    }
    if (study->reliable_method != RELIABLE_JACOBSON_TRUAX ||
        study->reliable_sd == RELIABLE_SD_STUDY ||
        (constants.reliability < RELIABLE_ENOUGH && !study->low_reliability)) {
        return reliable_rule_points(NAN, s->scale->higher_is_better);
    }
    return reliable_rule(study->reliable_method, &constants, s->scale->higher_is_better);
}

struct share_rules share_rules_of(const struct study *study, size_t scale)
{
    const struct study_scale *const s = &study->scales[scale];
    const struct norm clinical = study_clinical_norm(s), functional = study_functional_norm(s);
    struct share_rules rules = {.has = {false}, .units_per_point = s->scale->units_per_point};
    if (study->before == study->after || study->measures[s->measure].pooled ||
        study_is_goal_level(study, scale)) {
        return rules;
    }
    rules.reliable = known_rule(study, scale);
    rules.cut_off =
        cut_off_at(study_cut_off(s), &clinical, &functional, s->scale->higher_is_better);
    rules.has[FAMILY_IMPROVED] = rules.has[FAMILY_DETERIORATED] = rules.has[FAMILY_NET_IMPROVED] =
        !isnan(rules.reliable.limit);
    rules.has[FAMILY_INTO_USUAL_RANGE] = rules.has[FAMILY_IMPROVED] && !isnan(rules.cut_off) &&
                                         clinical.sd > 0.0 && functional.sd > 0.0;
    if (s->scale->n_band_sets > 0) {
        rules.bands = &s->scale->band_sets[study_band_set(study, scale)];
        rules.has[FAMILY_BETTER_BAND] = rules.has[FAMILY_RAISED] = true;
    }
    return rules;
}

struct share_rules *share_rules_new(const struct study *study)
{
    struct share_rules *const rules = calloc(study->n_scales + 1, sizeof *rules);
    for (size_t i = 0; i < study->n_scales && rules != NULL; i++) {
        rules[i] = share_rules_of(study, i);
    }
    return rules;
}

static int64_t share_of(const struct share_rules *rules, enum family_share share, int64_t before,
                        int64_t after)
{
    const struct pair_count pair = {before, after, 1};
    const struct joint one = {&pair, 1, rules->units_per_point};
    switch (share) {
    case FAMILY_IMPROVED:
        return reliable_direction(&rules->reliable, before, after, rules->units_per_point) > 0;
    case FAMILY_DETERIORATED:
        return reliable_direction(&rules->reliable, before, after, rules->units_per_point) < 0;
    case FAMILY_NET_IMPROVED:
        return reliable_direction(&rules->reliable, before, after, rules->units_per_point);
    case FAMILY_INTO_USUAL_RANGE:
        return (int64_t)clinical_change(&one, &rules->reliable, rules->cut_off).into_usual_range;
    case FAMILY_BETTER_BAND: /* the best stands first */
        return band_of(rules->bands, after) < band_of(rules->bands, before);
    case FAMILY_RAISED:
        return (band_of(rules->bands, after) >= (int)rules->bands->n_usual) -
               (band_of(rules->bands, before) >= (int)rules->bands->n_usual);
    case N_FAMILY_SHARES:
        break;
    }
    assert(false);
    return 0;
}

size_t family_given_by(const struct study *study, size_t scale, const struct share_rules *rules,
                       size_t stage, size_t later, int64_t before, int64_t after,
                       struct family_given out[MOST_FAMILY_GIVEN])
{
    const bool is_pair = stage == study->before && later == study->after;
    struct family_sum of = {
        .scale = (uint16_t)scale, .stage = (uint8_t)stage, .later = (uint8_t)later};
    size_t n = 0;
    if (study_is_goal_level(study, scale) ? !is_pair : !is_counted_pair(study, stage, later)) {
        return 0;
    }
    out[n++] = (struct family_given){of, after - before};
    for (unsigned share = 0; share < N_FAMILY_SHARES && is_pair; share++) {
        if (rules->has[share]) {
            of.later = (uint8_t)(FAMILY_SHARE + share);
            out[n++] =
                (struct family_given){of, share_of(rules, (enum family_share)share, before, after)};
        }
    }
    return n;
}

bool family_of_goal(const struct study *study, size_t scale, enum goal_occasion occasion,
                    size_t dimension, uint32_t category, uint32_t flags, struct family_sum *of)
{
    *of = (struct family_sum){.scale = (uint16_t)scale,
                              .stage = (uint8_t)occasion,
                              .later = (uint8_t)(FAMILY_ATTAINED + dimension),
                              .about = dimension == GOALS_ANY ? 0
                                       : dimension == GOALS_BY_CATEGORY
                                           ? category
                                           : 1u - (flags >> (dimension - GOALS_BY_FLAG) & 1u)};
    return dimension != GOALS_BY_CATEGORY || study->goals.has_category;
}

struct family_given family_given_added_value(size_t scale, size_t after, int64_t seen,
                                             int64_t predicted)
{
    return (struct family_given){
        {.scale = (uint16_t)scale, .stage = (uint8_t)after, .later = FAMILY_ADDED_VALUE},
        predicted - seen};
}

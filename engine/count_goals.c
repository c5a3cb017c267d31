/* engine/count_goals.c - the goals of one respondent, each by itself and all together. A pair of stages is
   not always made of its two stages: a change rests on the goals that both stages have, so a family may
   have a score at each stage and yet no change. */
#include "engine/count_walk.h"

#include <stdlib.h>

#include "scales/gas.h"

/* The order in which the scales of a goals instrument stand. */
enum { GOALS_LEVEL, GOALS_FAMILY_LEVEL, GOALS_T_SCORE, N_GOALS_SCALES };

/* The weight of a goal that a stage gives, + 1; 0: none. */
static uint32_t weight_at(const struct walk *walk, const unsigned char *series, size_t stage)
{
    return series_state(walk->layout, series, stage) == SLOT_FORM
               ? payload_code(walk->layout, series_payload(walk->layout, series, stage),
                              GOAL_PAYLOAD_WEIGHT)
               : 0;
}

/* The rating of a goal at a stage, with the weight of `weight_stage`, or of the first stage that
   gives one where that has none. False: not rated there. `*weight_known` is cleared where the study
   weighs goals and this one has no weight anywhere. */
static bool goal_rating_at(const struct walk *walk, uint32_t series, size_t stage,
                           size_t weight_stage, struct goal_rating *rating, bool *weight_known)
{
    const unsigned char *const at = series_of(walk, series);
    uint32_t weight;
    if (series_state(walk->layout, at, stage) != SLOT_FORM) {
        return false;
    }
    /* Payload codes are not negative: the level is kept in halves above -2. */
    rating->halves = (int32_t)payload_code(walk->layout, series_payload(walk->layout, at, stage),
                                           GOAL_PAYLOAD_LEVEL) -
                     2 * GAS_HALVES_PER_LEVEL;
    /* A weight of 1 for every goal where the study does not weigh. */
    rating->weight = GAS_WEIGHT_UNITS;
    if (!walk->study->goals.weighted) {
        return true;
    }
    weight = weight_at(walk, at, weight_stage);
    for (size_t i = 0; i < walk->study->n_stages && weight == 0; i++) {
        weight = weight_at(walk, at, i);
    }
    /* Without any the caller must not use it: that is what weight_known is for. */
    rating->weight = weight == 0 ? 0 : weight - 1;
    *weight_known = *weight_known && weight != 0;
    return true;
}

/* The family's score at `stage` from the goals rated there and at `other`, with the weights of
   `weight_stage`; REASON_NO_COMMON_GOAL where there is no such goal. */
static tally_code goals_code(struct walk *walk, size_t scale, size_t stage, size_t other,
                             size_t weight_stage)
{
    size_t n = 0;
    bool weight_known = true;
    for (uint32_t i = first_series(walk); i != NO_NAME; i = next_series(walk, i)) {
        /* count_goals() has made room for every goal of the respondent. */
        if (state_of(walk, i, other) == SLOT_FORM &&
            goal_rating_at(walk, i, stage, weight_stage, &walk->ratings[n], &weight_known)) {
            n++;
        }
    }
    if (n == 0) {
        return TALLY_REASON(REASON_NO_COMMON_GOAL);
    }
    /* The mean level needs no weights, so a missing one costs the T score only. */
    if (scale == GOALS_FAMILY_LEVEL) {
        return gas_mean_level(walk->ratings, n);
    }
    return weight_known ? gas_t_score(walk->ratings, n, walk->study->goals.rho)
                        : TALLY_REASON(REASON_INCOMPLETE);
}

static bool has_conflict(const struct walk *walk, size_t stage)
{
    for (uint32_t i = first_series(walk); i != NO_NAME; i = next_series(walk, i)) {
        if (state_of(walk, i, stage) == SLOT_CONFLICT) {
            return true;
        }
    }
    return false;
}

/* The codes of a pair of stages: scores from the goals that both stages have. */
static void goals_pair(struct walk *walk, size_t kind, size_t stage, size_t later,
                       const tally_code codes[], tally_code *code, tally_code *later_code)
{
    *code = codes[stage];
    *later_code = codes[later];
    if (tally_is_score(*code) && tally_is_score(*later_code)) {
        /* Both with the weights of the earlier stage: a change of weights alone is no change in
           goals. */
        *code = goals_code(walk, kind, stage, later, stage);
        *later_code = goals_code(walk, kind, later, stage, stage);
    }
    if (!tally_is_score(*code) || !tally_is_score(*later_code)) {
        /* a rating in conflict is the first reason that holds, even beside good ones */
        *code = has_conflict(walk, stage) ? TALLY_REASON(REASON_CONFLICTING) : *code;
        *later_code = has_conflict(walk, later) ? TALLY_REASON(REASON_CONFLICTING) : *later_code;
    }
}

/* Whether any rating of the family at this stage is used, and whether any is in conflict. */
static enum slot_state goals_state(const struct walk *walk, size_t stage)
{
    enum slot_state state = SLOT_EMPTY;
    for (uint32_t i = first_series(walk); i != NO_NAME; i = next_series(walk, i)) {
        const enum slot_state one = state_of(walk, i, stage);
        if (one == SLOT_FORM) {
            return SLOT_FORM;
        }
        state = one == SLOT_CONFLICT ? SLOT_CONFLICT : state;
    }
    return state;
}

/* Counts one family on one scale, from the codes at each stage. */
static bool count_family(struct walk *walk, size_t kind, size_t scale, const tally_code codes[])
{
    const struct study *const study = walk->study;
    bool everywhere = true;
    for (size_t stage = 0; stage < study->n_stages; stage++) {
        /* A reason is counted as a score is: the cells of a stage add up to all respondents. */
        everywhere = everywhere && tally_is_score(codes[stage]);
        if (!count_cell(walk, scale, stage, TALLY_ONE_STAGE, codes[stage], 0)) {
            return false;
        }
    }
    for (size_t stage = 0; stage < study->n_stages; stage++) {
        /* Only known after all stages were seen, hence the second loop. */
        if (everywhere && !count_cell(walk, scale, stage, TALLY_ALL_STAGES, codes[stage], 0)) {
            return false;
        }
        for (size_t later = stage + 1; later < study->n_stages; later++) {
            tally_code code, later_code;
            if (!is_counted_pair(study, stage, later)) {
                continue;
            }
            goals_pair(walk, kind, stage, later, codes, &code, &later_code);
            if (!count_cell(walk, scale, stage, later, code, later_code) ||
                (stage == study->before && later == study->after &&
                 !list_discount(walk, scale, code, later_code)) ||
                !count_kin_pair(walk, scale, stage, later, code, later_code)) {
                return false;
            }
        }
    }
    return true;
}

/* The set of stages at which a family has a score, of all goals rated there: a stage has one score in
   the mixed model, whatever it is compared with. */
static bool count_stages(const struct walk *walk, size_t scale, const tally_code codes[])
{
    int64_t scores[MAX_STAGES];
    uint64_t stages = 0;
    size_t m = 0;
    for (size_t i = 0; i < walk->study->n_stages; i++) {
        if (tally_is_score(codes[i])) {
            scores[m++] = codes[i];
            stages |= UINT64_C(1) << i;
        }
    }
    return count_pattern(walk, scale, stages, scores);
}

static bool count_families(struct walk *walk, const struct measure *measure)
{
    tally_code codes[MAX_STAGES];
    for (size_t kind = GOALS_FAMILY_LEVEL; kind < N_GOALS_SCALES; kind++) {
        for (size_t stage = 0; stage < walk->study->n_stages; stage++) {
            const enum slot_state state = goals_state(walk, stage);
            codes[stage] = state == SLOT_FORM       ? goals_code(walk, kind, stage, stage, stage)
                           : state == SLOT_CONFLICT ? TALLY_REASON(REASON_CONFLICTING)
                                                    : TALLY_REASON(absence(walk, stage));
        }
        if (!count_family(walk, kind, measure->first_scale + kind, codes) ||
            !count_stages(walk, measure->first_scale + kind, codes)) {
            return false;
        }
    }
    return true;
}

static bool count_occasion(const struct walk *walk, const struct goal_series *series,
                           enum goal_occasion occasion, bool rated, int32_t halves)
{
    const struct goal_cell cell = {.cohort = walk->cohort,
                                   .category = series->category,
                                   .flags = series->flags,
                                   .occasion = (uint16_t)occasion,
                                   .halves = rated ? (int16_t)halves : GOAL_NOT_REVIEWED};
    return tally_add_goal(&walk->counted->tally, &cell, 1);
}

/* --- goals of a family together --- */

/* What some of a respondent's goals add up to. */
struct goal_share {
    struct family_sum of;
    uint64_t n;
    int64_t sum;
};

/* So many sums are looked through for one that is there already; what stands behind them may be there
   twice. Nearly all respondents have fewer. */
#define SEARCHED_SHARES ((size_t)64)

static int share_compare(const void *a, const void *b)
{
    return family_sum_compare(&((const struct goal_share *)a)->of,
                              &((const struct goal_share *)b)->of);
}

static bool add_share(struct walk *walk, const struct family_sum *of, int64_t sum)
{
    for (size_t i = 0; i < walk->n_shares && i < SEARCHED_SHARES; i++) {
        if (family_sum_compare(&walk->shares[i].of, of) == 0) {
            walk->shares[i].n++;
            walk->shares[i].sum += sum;
            return true;
        }
    }
    if (!array_grow(&walk->shares, &walk->shares_capacity, walk->n_shares + 1,
                    sizeof *walk->shares)) {
        return false;
    }
    walk->shares[walk->n_shares++] = (struct goal_share){*of, 1, sum};
    return true;
}

/* A goal that was rated at an occasion: whether it was attained, among all goals and among those that
   are about the same. */
static bool share_attained(struct walk *walk, const struct goal_series *series, size_t scale,
                           enum goal_occasion occasion, int32_t halves)
{
    const struct goal_rules *const rules = &walk->study->goals;
    struct family_sum of;
    bool done = true;
    for (size_t d = GOALS_ANY; d < GOALS_BY_FLAG + rules->n_flags && done; d++) {
        done = !family_of_goal(walk->study, scale, occasion, d, series->category, series->flags,
                               &of) ||
               add_share(walk, &of, halves >= 0);
    }
    return done;
}

/* One goal's change, of one that is rated before and after. */
static bool share_change(struct walk *walk, uint32_t index, size_t scale)
{
    const struct study *const study = walk->study;
    const struct family_sum of = {
        .scale = (uint16_t)scale, .stage = (uint8_t)study->before, .later = (uint8_t)study->after};
    struct goal_rating before, after;
    bool ignored = true;
    return study->before == study->after ||
           !goal_rating_at(walk, index, study->before, study->before, &before, &ignored) ||
           !goal_rating_at(walk, index, study->after, study->after, &after, &ignored) ||
           add_share(walk, &of, after.halves - before.halves);
}

/* What the goals of a respondent add up to, for its family. */
static bool count_goal_kin(struct walk *walk)
{
    size_t same;
    if (walk->n_shares > SEARCHED_SHARES) {
        qsort(walk->shares, walk->n_shares, sizeof *walk->shares, share_compare);
    }
    for (size_t i = 0; i < walk->n_shares; i += same) {
        struct goal_share all = walk->shares[i];
        for (same = 1; i + same < walk->n_shares &&
                       share_compare(&walk->shares[i], &walk->shares[i + same]) == 0;
             same++) {
            all.n += walk->shares[i + same].n;
            all.sum += walk->shares[i + same].sum;
        }
        if (!count_kin(walk, &all.of, all.n, all.sum)) {
            return false;
        }
    }
    walk->n_shares = 0;
    return true;
}

/* --- one goal --- */

/* A goal's level at a review and at the next one. The first stage is no review; before with after is
   counted by itself. */
static bool count_next_review(const struct walk *walk, size_t scale, size_t stage,
                              const struct goal_rating *last, const struct goal_rating *at)
{
    return stage < 2 || (stage - 1 == walk->study->before && stage == walk->study->after) ||
           count_cell(walk, scale, stage - 1, stage, last->halves, at->halves);
}

/* Counts one goal by itself: its level at each stage, at each review with the next and before with
   after, the days between these, and how it ended. */
static bool count_goal(struct walk *walk, uint32_t index, uint32_t measure)
{
    const struct goal_series *const series = join_goal(walk->join, index);
    const size_t scale = walk->study->measures[measure].first_scale + GOALS_LEVEL;
    struct goal_rating at = {0}, before = {0}, latest = {0};
    /* A goal's own level is not weighted. */
    bool ignored = true, reviewed = false, rated = false;
    for (size_t stage = 0; stage < walk->study->n_stages; stage++) {
        const struct goal_rating last = at;
        const bool rated_last = rated;
        rated = goal_rating_at(walk, index, stage, stage, &at, &ignored);
        if (!rated) {
            continue;
        }
        walk->counted->measures[measure].forms[FORM_USED]++;
        if (!count_cell(walk, scale, stage, TALLY_ONE_STAGE, at.halves, 0) ||
            (rated_last && !count_next_review(walk, scale, stage, &last, &at))) {
            return false;
        }
        /* At the first stage goals are set; a rating there is where they start and not a review. */
        if (stage > 0) {
            latest = at;
            reviewed = true;
        }
    }
    if (!count_occasion(walk, series, GOAL_LATEST, reviewed, latest.halves) ||
        (reviewed && !share_attained(walk, series, scale, GOAL_LATEST, latest.halves)) ||
        !share_change(walk, index, scale)) {
        return false;
    }
    reviewed = goal_rating_at(walk, index, walk->study->after, walk->study->after, &at, &ignored);
    if (!count_occasion(walk, series, GOAL_AFTER, reviewed, at.halves) ||
        (reviewed && !share_attained(walk, series, scale, GOAL_AFTER, at.halves))) {
        return false;
    }
    if (reviewed && walk->study->before != walk->study->after &&
        goal_rating_at(walk, index, walk->study->before, walk->study->before, &before, &ignored)) {
        return count_cell(walk, scale, walk->study->before, walk->study->after, before.halves,
                          at.halves) &&
               count_days(walk, index, scale);
    }
    return true;
}

bool count_goals(struct walk *walk, uint32_t measure_index)
{
    const struct measure *const measure = &walk->study->measures[measure_index];
    size_t n = 0;
    bool any = false;
    for (uint32_t i = first_series(walk); i != NO_NAME; i = next_series(walk, i)) {
        n++;
        if (has_form(walk, i)) {
            any = true;
            if (!count_goal(walk, i, measure_index)) {
                return false;
            }
        }
    }
    if (!any) {
        return true;
    }
    count_person(walk, measure_index);
    /* A family whose ratings all conflict is counted too: a respondent, but discounted. */
    return array_grow(&walk->ratings, &walk->ratings_capacity, n, sizeof *walk->ratings) &&
           count_goal_kin(walk) && count_families(walk, measure);
}

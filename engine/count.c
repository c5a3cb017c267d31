/* engine/count.c - what is known of a respondent at a stage is made into one code for each scale
   here, and nowhere else. Two things are less plain than they look:

   - A pair of stages is not always made of its two stages: the change in a family's goals rests on
     the goals that both stages have, so a family may have a score at each stage and yet no change.
   - The reason for a discount is read from the pair's two codes alone (discount_of), so that
     counting reasons from the tally later gives the same ledger as listing them by name now. */
#include "engine/count.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/id_checks.h"
#include "engine/stats/added_value.h"
#include "scales/gas.h"

/* The order in which the scales of a goals instrument stand. */
enum { GOALS_LEVEL, GOALS_FAMILY_LEVEL, GOALS_T_SCORE, N_GOALS_SCALES };

/* The first that holds is the one that counts. */
static const struct {
    enum reason reason;
    bool of_before, of_after;
    enum discount discount;
} discount_order[] = {
    {REASON_CONFLICTING, true, true, DISCOUNT_CONFLICTING_FORMS},
    {REASON_NO_FORM, true, false, DISCOUNT_NO_BEFORE_FORM},
    {REASON_NOT_DUE, true, false, DISCOUNT_NO_BEFORE_FORM},
    {REASON_NOT_DUE, false, true, DISCOUNT_AFTER_NOT_YET_DUE},
    {REASON_NO_FORM, false, true, DISCOUNT_NO_AFTER_FORM},
    {REASON_INCOMPLETE, true, false, DISCOUNT_BEFORE_INCOMPLETE},
    {REASON_INCOMPLETE, false, true, DISCOUNT_AFTER_INCOMPLETE},
    {REASON_OTHER_VERSION, true, true, DISCOUNT_NOT_COMPARABLE},
    {REASON_NO_COMMON_GOAL, true, true, DISCOUNT_NO_COMMON_GOAL},
};

enum discount discount_of(tally_code before, tally_code after)
{
    for (size_t i = 0; i < sizeof discount_order / sizeof discount_order[0]; i++) {
        /* Every reason stands in the list for both stages, so that what is left at the end are two
           scores; people_ledger() in compute_scales.c asserts it. */
        const tally_code code = TALLY_REASON(discount_order[i].reason);
        if ((discount_order[i].of_before && before == code) ||
            (discount_order[i].of_after && after == code)) {
            return discount_order[i].discount;
        }
    }
    return DISCOUNT_NONE;
}

/* What the functions below share while they walk through one join. */
struct walk {
    const struct respondents *respondents;
    const struct join_rules *rules;
    const struct study *study;
    const struct join_layout *layout;
    const struct join *join;
    size_t join_index;
    uint32_t respondent;
    uint32_t cohort;
    struct pair_counter *pairs;
    struct kin *kin;
    const unsigned char *family; /* of the respondent, or NULL */
    struct counted *counted;
    struct listing *listing;     /* NULL: nobody reads it */
    bool absence_is_plain;       /* where there is no form, there never is more to say */
    struct goal_rating *ratings; /* owned by count_respondents: room for one respondent's goals */
    size_t ratings_capacity;
    struct goal_share *shares; /* owned likewise: what its goals give to its family */
    size_t n_shares, shares_capacity;
};

static bool count_cell(const struct walk *walk, size_t scale, size_t stage, size_t later,
                       tally_code code, tally_code later_code)
{
    const struct tally_cell cell = {.cohort = walk->cohort,
                                    .scale = (uint16_t)scale,
                                    .stage = (uint16_t)stage,
                                    .later = (uint16_t)later,
                                    .code = code,
                                    .later_code = later_code};
    return tally_add(&walk->counted->tally, &cell, 1);
}

/* What a respondent adds to its family. One that no form names a family of is one by itself. */
static bool count_kin(const struct walk *walk, const struct family_sum *of, uint64_t members,
                      int64_t sum)
{
    return walk->family != NULL ? kin_put(walk->kin, of, members, sum)
                                : family_tally_add(&walk->counted->families,
                                                   &(struct family_cell){.of = *of,
                                                                         .cohort = walk->cohort,
                                                                         .members = members,
                                                                         .sum = sum,
                                                                         .count = 1});
}

/* The change of one respondent on one scale. Without families each would be one by itself, which is
   what the cells of the tally say already. */
static bool count_kin_change(const struct walk *walk, size_t scale, tally_code before,
                             tally_code after)
{
    const struct family_sum of = {.scale = (uint16_t)scale,
                                  .stage = (uint8_t)walk->study->before,
                                  .later = (uint8_t)walk->study->after};
    return !walk->counted->measures[walk->study->scales[scale].measure].has_family ||
           !tally_is_score(before) || !tally_is_score(after) ||
           count_kin(walk, &of, 1, after - before);
}

/* The series of the respondent one after the other: of a questionnaire one for each version, of goals
   one for each goal. Used as: for (s = first_series(walk); s != NO_NAME; s = next_series(walk, s)) */
static uint32_t first_series(const struct walk *walk)
{
    return walk->layout->is_goals ? first_goal(walk->join, walk->respondent)
                                  : version_series(walk->layout, walk->respondent, 0);
}

static uint32_t next_series(const struct walk *walk, uint32_t series)
{
    if (walk->layout->is_goals) {
        return join_goal(walk->join, series)->next;
    }
    return (series + 1) % walk->layout->n_versions == 0 ? NO_NAME : series + 1;
}

static const unsigned char *series_of(const struct walk *walk, uint32_t series)
{
    return join_series(walk->join, series);
}

static enum slot_state state_of(const struct walk *walk, uint32_t series, size_t stage)
{
    return series_state(walk->layout, series_of(walk, series), stage);
}

/* Is this a series of the measure? Goals are all of one. */
static bool is_of(const struct walk *walk, uint32_t series, uint32_t measure)
{
    return walk->layout->is_goals ||
           series % walk->layout->n_versions == walk->rules->version[measure];
}

/* Where the form stands that a discount rests on. */
static uint64_t discount_place(const struct walk *walk, uint32_t measure, enum discount discount)
{
    const size_t wanted =
        discount == DISCOUNT_AFTER_INCOMPLETE ? walk->study->after : walk->study->before;
    uint64_t at_wanted = UINT64_MAX, latest = 0;
    size_t latest_stage = 0;
    for (uint32_t i = first_series(walk); i != NO_NAME; i = next_series(walk, i)) {
        for (size_t stage = 0; is_of(walk, i, measure) && stage < walk->study->n_stages; stage++) {
            uint64_t place;
            if (state_of(walk, i, stage) == SLOT_EMPTY) {
                continue;
            }
            place = series_place(walk->rules, walk->layout, series_of(walk, i), stage);
            at_wanted = stage == wanted && place < at_wanted ? place : at_wanted;
            if (stage > latest_stage || latest == 0 || (stage == latest_stage && place < latest)) {
                latest = place;
                latest_stage = stage;
            }
        }
    }
    /* The first of a family's goals, in the order of the files. */
    return at_wanted != UINT64_MAX ? at_wanted : latest;
}

static bool list_discount(const struct walk *walk, size_t scale, tally_code before,
                          tally_code after)
{
    const enum discount discount = discount_of(before, after);
    const uint32_t measure = (uint32_t)walk->study->scales[scale].measure;
    struct listed line;
    if (walk->listing == NULL || discount == DISCOUNT_NONE) {
        return true;
    }
    line = (struct listed){.place = discount_place(walk, measure, discount),
                           .id = join_respondent(walk->join, walk->respondent)->id,
                           .subject = (uint16_t)scale,
                           .kind = LISTED_RESPONDENT,
                           .stage = LISTED_NO_STAGE,
                           .reason = (uint8_t)discount};
    return listing_add(walk->listing, &line);
}

/* Why there is no form at this stage. */
static enum reason absence(const struct walk *walk, size_t stage_index)
{
    const struct stage *const stage = &walk->study->stages[stage_index];
    if (stage->has_window && walk->study->as_of != NO_DATE) {
        const int64_t anchor = join_date(walk->rules, walk->join, walk->respondent, stage->anchor);
        /* Without a date to count from nothing shows that a form is not due, and it counts as
           missing. */
        if (anchor != NO_DATE && walk->study->as_of < anchor + stage->window_first) {
            return REASON_NOT_DUE;
        }
    }
    return REASON_NO_FORM;
}

/* --- questionnaires --- */

static bool has_form(const struct walk *walk, uint32_t series)
{
    const unsigned char *const at = series_of(walk, series);
    for (size_t stage = 0; stage < walk->study->n_stages; stage++) {
        if (series_state(walk->layout, at, stage) != SLOT_EMPTY) {
            return true;
        }
    }
    return false;
}

/* Why this series has no form at this stage, another version of the instrument included. */
static enum reason version_absence(const struct walk *walk, uint32_t series, size_t stage)
{
    for (uint32_t i = first_series(walk); i != NO_NAME; i = next_series(walk, i)) {
        if (i != series && state_of(walk, i, stage) != SLOT_EMPTY) {
            return REASON_OTHER_VERSION;
        }
    }
    return absence(walk, stage);
}

/* Lists a form without a score on any scale. */
static bool list_unscored(const struct walk *walk, const unsigned char *series, size_t stage,
                          uint32_t measure)
{
    const struct listed line = {.place = series_place(walk->rules, walk->layout, series, stage),
                                .id = join_respondent(walk->join, walk->respondent)->id,
                                .subject = (uint16_t)measure,
                                .kind = LISTED_FORM,
                                .stage = (uint8_t)stage,
                                .reason = FORM_TOO_FEW_ITEMS};
    return walk->listing == NULL || listing_add(walk->listing, &line);
}

static const outcome missing_of[] = {[SLOT_EMPTY] = REASON_NO_FORM,
                                     [SLOT_FORM] = REASON_NO_FORM, /* not used */
                                     [SLOT_CONFLICT] = REASON_CONFLICTING};

/* find_outcomes() of codes of this width: a constant, so that each width has a loop of its own. */
static inline __attribute__((always_inline)) bool find_outcomes_as(
    const struct walk *walk, uint32_t series, uint32_t measure, size_t code_bytes,
    outcome outcomes[MAX_SCALES][MAX_STAGES])
{
    const struct join_layout *const layout = walk->layout;
    const size_t n_scales = walk->study->measures[measure].instrument->n_scales;
    const size_t n_stages = walk->study->n_stages, payload_bytes = layout->payload_bytes;
    const bool absence_is_plain = walk->absence_is_plain;
    const unsigned char *const at = series_of(walk, series);
    const unsigned char *const states = at + layout->states;
    const unsigned char *payload = at + layout->codes;
    uint64_t *const forms = walk->counted->measures[measure].forms;
    unsigned n_used = 0, n_unscored = 0;
    for (size_t stage = 0; stage < n_stages; stage++, payload += payload_bytes) {
        const unsigned state = (unsigned)states[stage / 4] >> (stage % 4 * 2) & 3u;
        const outcome missing = absence_is_plain || state != SLOT_EMPTY
                                    ? missing_of[state]
                                    : (outcome)version_absence(walk, series, stage);
        const unsigned is_form = state == SLOT_FORM;
        const outcome only_form = 0 - is_form; /* all bits, or none */
        unsigned scored = 0;
        /* Of a place without a form the codes are zeros. */
        for (size_t i = 0; i < n_scales; i++) {
            const outcome code = code_at(payload + i * code_bytes, code_bytes);
            outcomes[i][stage] = (code & only_form) | (missing & ~only_form);
            /* One scored scale makes a form used: forms are counted here and not scale by scale. */
            scored |= is_scored(code);
        }
        n_used += is_form & scored;
        n_unscored += is_form & (scored ^ 1);
        if (walk->listing != NULL && (is_form & (scored ^ 1)) != 0 &&
            !list_unscored(walk, at, stage, measure)) {
            return false;
        }
    }
    forms[FORM_USED] += n_used;
    forms[FORM_TOO_FEW_ITEMS] += n_unscored;
    return true;
}

/* The outcome of each scale at each stage, [scale][stage]; and counts forms that are kept as used or,
   without a score on any scale, as set aside. Which stages have a form cannot be foreseen: hence no
   branch on that. */
static bool find_outcomes(const struct walk *walk, uint32_t series, uint32_t measure,
                          outcome outcomes[MAX_SCALES][MAX_STAGES])
{
    switch (walk->layout->code_bytes) {
    case 1:
        return find_outcomes_as(walk, series, measure, 1, outcomes);
    case 2:
        return find_outcomes_as(walk, series, measure, 2, outcomes);
    default:
        return find_outcomes_as(walk, series, measure, 4, outcomes);
    }
}

static tally_code outcome_code(const struct scale *scale, outcome o)
{
    return is_scored(o) ? outcome_score(scale->values, o) : TALLY_REASON(o);
}

/* Counts the set of stages at which there is a score, for the mixed model. */
static bool count_pattern(const struct walk *walk, size_t scale, const outcome outcomes[])
{
    const int64_t *const values = walk->study->scales[scale].scale->values;
    int64_t scores[MODEL_STAGES];
    unsigned stages = 0;
    size_t m = 0;
    if (!study_has_model(walk->study)) {
        return true;
    }
    for (size_t i = 0; i < walk->study->n_stages; i++) {
        if (is_scored(outcomes[i])) {
            scores[m++] = outcome_score(values, outcomes[i]);
            stages |= 1u << i;
        }
    }
    return m == 0 ||
           patterns_add(&walk->counted->tally.patterns, walk->cohort, scale, stages, scores);
}

/* The added value of one respondent, who has both totals or is not counted. */
static bool count_added_value(const struct walk *walk, uint32_t series,
                              const struct measure *measure,
                              outcome outcomes[MAX_SCALES][MAX_STAGES])
{
    const unsigned char *const at = series_of(walk, series);
    const size_t before = walk->study->before, after = walk->study->after;
    const size_t scale = measure->first_scale + measure->predictors[PREDICTOR_TOTAL];
    const int64_t first = series_date(walk->rules, walk->layout, at, before);
    const int64_t last = series_date(walk->rules, walk->layout, at, after);
    const bool has_dates = first != NO_DATE && last != NO_DATE;
    const outcome seen = outcomes[measure->predictors[PREDICTOR_TOTAL]][after];
    int64_t points[N_PREDICTORS] = {0};
    bool complete = true;
    tally_code code;
    if (!is_scored(seen) || !is_scored(outcomes[measure->predictors[PREDICTOR_TOTAL]][before])) {
        return true;
    }
    for (size_t i = 0; i < N_PREDICTORS; i++) {
        const outcome o = outcomes[measure->predictors[i]][before];
        complete = complete && is_scored(o);
        /* The study was refused if a unit of these scales were not a point. */
        points[i] =
            is_scored(o)
                ? outcome_score(measure->instrument->scales[measure->predictors[i]].values, o)
                : 0;
    }
    code = ADDED_VALUE_UNITS * outcome_score(walk->study->scales[scale].scale->values, seen);
    if (!complete || (has_dates && !added_value_in_time(last - first))) {
        return count_cell(walk, scale, after, TALLY_PREDICTED, code,
                          complete ? ADDED_VALUE_NOT_IN_TIME : ADDED_VALUE_NO_IMPACT);
    }
    return count_cell(walk, scale, after, TALLY_PREDICTED, code,
                      added_value_predicted(points[PREDICTOR_TOTAL], points[PREDICTOR_IMPACT],
                                            points[PREDICTOR_EMOTIONAL])) &&
           (has_dates ||
            count_cell(walk, scale, after, TALLY_PREDICTED, code, ADDED_VALUE_NO_DATES));
}

/* How many days lie between the forms that a change is of. */
static bool count_days(const struct walk *walk, uint32_t series, size_t scale,
                       const outcome outcomes[])
{
    const size_t before = walk->study->before, after = walk->study->after;
    const unsigned char *const at = series_of(walk, series);
    int64_t first, last;
    if (before == after || !is_scored(outcomes[before]) || !is_scored(outcomes[after])) {
        return true;
    }
    first = series_date(walk->rules, walk->layout, at, before);
    last = series_date(walk->rules, walk->layout, at, after);
    return first == NO_DATE || last == NO_DATE ||
           count_cell(walk, scale, after, TALLY_DAYS, last - first, 0);
}

/* Counts one respondent's forms of one version. */
static bool count_questionnaire(const struct walk *walk, uint32_t series, uint32_t measure_index)
{
    const struct measure *const measure = &walk->study->measures[measure_index];
    const struct study *const study = walk->study;
    const bool has_family = walk->counted->measures[measure_index].has_family;
    outcome outcomes[MAX_SCALES][MAX_STAGES];
    if (!find_outcomes(walk, series, measure_index, outcomes)) {
        return false;
    }
    for (size_t i = 0; i < measure->instrument->n_scales; i++) {
        const size_t scale = measure->first_scale + i;
        const struct scale *const s = study->scales[scale].scale;
        if (!study->scales[scale].collected) {
            continue;
        }
        if (!pair_counter_add(walk->pairs, walk->cohort, scale, outcomes[i],
                              &walk->counted->tally) ||
            !count_pattern(walk, scale, outcomes[i]) ||
            (walk->rules->by_date && !count_days(walk, series, scale, outcomes[i]))) {
            return false;
        }
        if (study->before != study->after && (walk->listing != NULL || has_family)) {
            const tally_code before = outcome_code(s, outcomes[i][study->before]);
            const tally_code after = outcome_code(s, outcomes[i][study->after]);
            if (!list_discount(walk, scale, before, after) ||
                !count_kin_change(walk, scale, before, after)) {
                return false;
            }
        }
    }
    return !measure->has_added_value || count_added_value(walk, series, measure, outcomes);
}

/* --- goals --- */

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

/* The set of stages at which a family has a score, of all goals rated there: a stage has one score in
   the mixed model, whatever it is compared with. */
static bool count_family_pattern(const struct walk *walk, size_t scale, const tally_code codes[])
{
    int64_t scores[MODEL_STAGES];
    unsigned stages = 0;
    size_t m = 0;
    if (!study_has_model(walk->study)) {
        return true;
    }
    for (size_t i = 0; i < walk->study->n_stages; i++) {
        if (tally_is_score(codes[i])) {
            scores[m++] = codes[i];
            stages |= 1u << i;
        }
    }
    return m == 0 ||
           patterns_add(&walk->counted->tally.patterns, walk->cohort, scale, stages, scores);
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
                 (!list_discount(walk, scale, code, later_code) ||
                  !count_kin_change(walk, scale, code, later_code)))) {
                return false;
            }
        }
    }
    return true;
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
            !count_family_pattern(walk, measure->first_scale + kind, codes)) {
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

/* One goal's share of a sum, and the sum that it is part of. */
struct goal_share {
    struct family_sum of;
    int64_t sum;
};

static int share_compare(const void *a, const void *b)
{
    return family_sum_compare(&((const struct goal_share *)a)->of,
                              &((const struct goal_share *)b)->of);
}

static bool add_share(struct walk *walk, const struct family_sum *of, int64_t sum)
{
    if (!array_grow(&walk->shares, &walk->shares_capacity, walk->n_shares + 1,
                    sizeof *walk->shares)) {
        return false;
    }
    walk->shares[walk->n_shares++] = (struct goal_share){*of, sum};
    return true;
}

/* A goal that was rated at an occasion: whether it was attained, among all goals and among those that
   are about the same. */
static bool share_attained(struct walk *walk, const struct goal_series *series, size_t scale,
                           enum goal_occasion occasion, int32_t halves)
{
    const struct goal_rules *const rules = &walk->study->goals;
    struct family_sum of = {.scale = (uint16_t)scale, .stage = (uint8_t)occasion};
    bool done = true;
    for (size_t d = GOALS_ANY; d < GOALS_BY_FLAG + rules->n_flags && done; d++) {
        of.later = (uint8_t)(FAMILY_ATTAINED + d);
        of.about = d == GOALS_ANY           ? 0
                   : d == GOALS_BY_CATEGORY ? series->category
                                            : 1u - (series->flags >> (d - GOALS_BY_FLAG) & 1u);
        done =
            (d == GOALS_BY_CATEGORY && !rules->has_category) || add_share(walk, &of, halves >= 0);
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
    size_t n;
    if (walk->n_shares > 0) {
        qsort(walk->shares, walk->n_shares, sizeof *walk->shares, share_compare);
    }
    for (size_t i = 0; i < walk->n_shares; i += n) {
        int64_t sum = 0;
        for (n = 0;
             i + n < walk->n_shares && share_compare(&walk->shares[i], &walk->shares[i + n]) == 0;
             n++) {
            sum += walk->shares[i + n].sum;
        }
        if (!count_kin(walk, &walk->shares[i].of, n, sum)) {
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
   after, and how it ended. */
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
                          at.halves);
    }
    return true;
}

static void count_person(const struct walk *walk, uint32_t measure)
{
    walk->counted->measures[measure].respondents++;
    walk->counted->measures[measure].moved += join_respondent(walk->join, walk->respondent)->moved;
}

static bool count_goals(struct walk *walk, uint32_t measure_index)
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

/* --- all --- */

static bool count_measures(struct walk *walk)
{
    const struct study *const study = walk->study;
    walk->cohort = join_respondent(walk->join, walk->respondent)->cohort;
    for (uint32_t m = 0; m < study->n_measures; m++) {
        uint32_t series;
        if (study->measures[m].join != walk->join_index) {
            continue;
        }
        if (walk->layout->is_goals) {
            return count_goals(walk, m); /* all goals are of one measure */
        }
        series = version_series(walk->layout, walk->respondent, walk->rules->version[m]);
        if (has_form(walk, series)) {
            count_person(walk, m);
            if (!count_questionnaire(walk, series, m)) {
                return false;
            }
        }
    }
    return true;
}

static bool count_respondent(struct walk *walk)
{
    walk->family = join_family(walk->join, walk->respondent);
    return (walk->family == NULL ||
            kin_begin(walk->kin, walk->family, walk->join_index,
                      join_respondent(walk->join, walk->respondent)->cohort)) &&
           count_measures(walk) && (walk->family == NULL || kin_end(walk->kin));
}

/* What the join found while forms came: how many it set aside, and ids that look alike. */
static bool count_join_findings(const struct respondents *respondents, struct counted *counted,
                                struct listing *listing)
{
    const struct join_rules *const rules = respondents->rules;
    const struct study *const study = rules->study;
    for (size_t m = 0; m < study->n_measures; m++) {
        for (size_t i = 0; i < N_FORM_REASONS; i++) {
            counted->measures[m].forms[i] += respondents->set_aside_counts[m * N_FORM_REASONS + i];
        }
    }
    for (size_t i = 0; listing != NULL && i < respondents->n_set_aside; i++) {
        const struct set_aside *const row = &respondents->set_aside[i];
        const struct join *const join = &respondents->joins[study->measures[row->measure].join];
        const struct listed line = {.place = row->place,
                                    .id = join_respondent(join, row->respondent)->id,
                                    .subject = row->measure,
                                    .kind = LISTED_FORM,
                                    .stage = row->stage,
                                    .reason = row->reason};
        if (!listing_add(listing, &line)) {
            return false;
        }
    }
    return true;
}

/* Is a respondent without a form at some stage simply that? Neither was it not due, nor is there one
   of another version. */
static bool absence_is_plain(const struct study *study, const struct join_layout *layout)
{
    bool plain = layout->n_versions == 1;
    for (size_t i = 0; i < study->n_stages; i++) {
        plain = plain && !study->stages[i].has_window;
    }
    return plain;
}

/* The respondents of a join, cohort by cohort: what is counted of a cohort stays near the processor as
   long as its people are looked at. NULL: there is no memory; or so many cohorts that nothing would
   be gained. */
static uint32_t *by_cohort(const struct join *join, size_t n_cohorts)
{
    const uint32_t n = join->n_respondents;
    uint32_t *const order = n_cohorts > n ? NULL : malloc((n + (size_t)1) * sizeof *order);
    uint32_t *const starts = order == NULL ? NULL : calloc(n_cohorts + 2, sizeof *starts);
    for (uint32_t i = 0; i < n && starts != NULL; i++) {
        starts[join_respondent(join, i)->cohort + 2]++;
    }
    for (size_t i = 2; i < n_cohorts + 2 && starts != NULL; i++) {
        starts[i] += starts[i - 1];
    }
    for (uint32_t i = 0; i < n && starts != NULL; i++) {
        order[starts[join_respondent(join, i)->cohort + 1]++] = i;
    }
    if (starts == NULL) {
        free(order);
        return NULL;
    }
    free(starts);
    return order;
}

static bool count_join(struct walk *walk)
{
    uint32_t *const order = by_cohort(walk->join, walk->rules->cohorts->tuples.n_names);
    bool done = true;
    for (uint32_t i = 0; i < walk->join->n_respondents && done; i++) {
        walk->respondent = order == NULL ? i : order[i];
        done = count_respondent(walk);
    }
    free(order);
    return done;
}

bool count_respondents(const struct respondents *respondents, struct pair_counter *pairs,
                       struct kin *kin, struct counted *counted, struct listing *listing)
{
    const struct study *const study = respondents->rules->study;
    struct walk walk = {.respondents = respondents,
                        .rules = respondents->rules,
                        .study = study,
                        .pairs = pairs,
                        .kin = kin,
                        .counted = counted,
                        .listing = listing};
    bool done = count_join_findings(respondents, counted, listing);
    for (walk.join_index = 0; walk.join_index < study->n_joins && done; walk.join_index++) {
        walk.join = &respondents->joins[walk.join_index];
        walk.layout = &respondents->rules->joins[walk.join_index];
        walk.absence_is_plain = absence_is_plain(study, walk.layout);
        done = count_join(&walk);
    }
    if (done) {
        id_checks_count(respondents, counted);
    }
    free(walk.ratings);
    free(walk.shares);
    return done;
}

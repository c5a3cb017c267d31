/* engine/count.c - what is known of a respondent at a stage is made into one code for each scale
   here, and nowhere else. Two things are less plain than they look:

   - A pair of stages is not always made of its two stages: the change in a family's goals rests on
     the goals that both stages have, so a family may have a score at each stage and yet no change.
   - The reason for a discount is read from the pair's two codes alone (discount_of), so that
     counting reasons from the tally later gives the same ledger as listing them by name now. */
#include "engine/count.h"

#include <assert.h>
#include <stdlib.h>

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
    const struct study *study;
    const struct join *join;
    size_t join_index;
    uint32_t respondent;
    uint32_t cohort;
    struct counted *counted;
    struct goal_rating *ratings; /* owned by count_respondents: room for one respondent's goals */
    size_t ratings_capacity;
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
    return tally_count(&walk->counted->tally, &cell);
}

/* Pairs of stages that statistics compare: the first with each later one, each with the next, and
   before with after. */
static bool is_counted_pair(const struct study *study, size_t stage, size_t later)
{
    return stage < later &&
           (stage == 0 || later == stage + 1 || (stage == study->before && later == study->after));
}

/* The codes of a pair of stages: the two scores as they stand, or, of goals, scores from the goals
   that both stages have. */
typedef void pair_codes(struct walk *walk, size_t scale, size_t stage, size_t later,
                        const tally_code codes[], tally_code *code, tally_code *later_code);

static const struct slot *slot_of(const struct walk *walk, uint32_t series, size_t stage)
{
    return join_slot(walk->respondents, walk->join, series, stage);
}

/* The form that a discount rests on. */
static struct location discount_location(const struct walk *walk, uint32_t measure,
                                         enum discount discount)
{
    const size_t wanted =
        discount == DISCOUNT_AFTER_INCOMPLETE ? walk->study->after : walk->study->before;
    struct location any = {0};
    for (uint32_t i = walk->join->respondents[walk->respondent].first_series; i != NO_NAME;
         i = walk->join->series[i].next) {
        for (size_t stage = 0; stage < walk->study->n_stages; stage++) {
            const struct slot *const slot = slot_of(walk, i, stage);
            if (walk->join->series[i].measure != measure || slot->state == SLOT_EMPTY) {
                continue;
            }
            if (stage == wanted) {
                return slot->location;
            }
            any = slot->location;
        }
    }
    return any;
}

static bool count_discount(const struct walk *walk, size_t scale, tally_code before,
                           tally_code after)
{
    const enum discount discount = discount_of(before, after);
    const uint32_t measure = (uint32_t)walk->study->scales[scale].measure;
    struct counted *const counted = walk->counted;
    if (discount == DISCOUNT_NONE) {
        return true;
    }
    if (!array_grow(&counted->discounted, &counted->discounted_capacity, counted->n_discounted + 1,
                    sizeof *counted->discounted)) {
        return false;
    }
    counted->discounted[counted->n_discounted++] =
        (struct discounted){.location = discount_location(walk, measure, discount),
                            .join = (uint32_t)walk->join_index,
                            .respondent = walk->respondent,
                            .scale = (uint32_t)scale,
                            .discount = discount};
    return true;
}

/* Counts one respondent on one scale, from the codes at each stage. */
static bool count_scale(struct walk *walk, size_t scale, const tally_code codes[], pair_codes *pair)
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
        for (size_t later = 0; later < study->n_stages; later++) {
            tally_code code, later_code;
            if (!is_counted_pair(study, stage, later)) {
                continue;
            }
            pair(walk, scale, stage, later, codes, &code, &later_code);
            if (!count_cell(walk, scale, stage, later, code, later_code)) {
                return false;
            }
            if (stage == study->before && later == study->after &&
                !count_discount(walk, scale, code, later_code)) {
                return false;
            }
        }
    }
    return true;
}

/* Why there is no form at this stage. */
static enum reason absence(const struct walk *walk, size_t stage_index)
{
    const struct stage *const stage = &walk->study->stages[stage_index];
    if (stage->has_window && walk->study->as_of != NO_DATE) {
        const int64_t anchor =
            respondent_date(walk->respondents, walk->join, walk->respondent, stage->anchor);
        /* Without a date to count from nothing shows that a form is not due, and it counts as
           missing. */
        if (anchor != NO_DATE && walk->study->as_of < anchor + stage->window_first) {
            return REASON_NOT_DUE;
        }
    }
    return REASON_NO_FORM;
}

/* --- questionnaires --- */

static void plain_pair(struct walk *walk, size_t scale, size_t stage, size_t later,
                       const tally_code codes[], tally_code *code, tally_code *later_code)
{
    (void)walk;
    (void)scale;
    *code = codes[stage];
    *later_code = codes[later];
}

static bool has_form(const struct walk *walk, uint32_t series)
{
    for (size_t stage = 0; stage < walk->study->n_stages; stage++) {
        if (slot_of(walk, series, stage)->state != SLOT_EMPTY) {
            return true;
        }
    }
    return false;
}

/* Why this series has no form at this stage, another version of the instrument included. */
static enum reason version_absence(const struct walk *walk, uint32_t series, size_t stage)
{
    for (uint32_t i = walk->join->respondents[walk->respondent].first_series; i != NO_NAME;
         i = walk->join->series[i].next) {
        if (i != series && slot_of(walk, i, stage)->state != SLOT_EMPTY) {
            return REASON_OTHER_VERSION;
        }
    }
    return absence(walk, stage);
}

static tally_code outcome_code(const struct scale *scale, outcome o)
{
    return is_scored(o) ? outcome_score(scale->values, o) : TALLY_REASON(o);
}

/* Counts the forms that are used, and sets aside those without a score on any scale. */
static bool count_forms(const struct walk *walk, uint32_t series)
{
    const struct series *const s = &walk->join->series[series];
    const size_t n_scales = walk->study->measures[s->measure].instrument->n_scales;
    for (uint32_t stage = 0; stage < walk->study->n_stages; stage++) {
        const struct slot *const slot = slot_of(walk, series, stage);
        const uint32_t *const payload = join_payload(walk->respondents, walk->join, series, stage);
        bool scored = false;
        if (slot->state != SLOT_FORM) {
            continue;
        }
        for (size_t i = 0; i < n_scales; i++) {
            scored = scored || is_scored(payload[i]);
        }
        /* One scored scale makes a form used: forms are counted here and not scale by scale. */
        if (scored) {
            walk->counted->forms_used[s->measure]++;
        } else {
            const struct set_aside row = {.location = slot->location,
                                          .respondent = walk->respondent,
                                          .series = series,
                                          .measure = s->measure,
                                          .stage = stage,
                                          .reason = FORM_TOO_FEW_ITEMS};
            if (!findings_add_form(walk->respondents->findings, &row)) {
                return false;
            }
        }
    }
    return true;
}

/* Counts one respondent's forms of one version. */
static bool count_questionnaire(struct walk *walk, uint32_t series)
{
    const struct measure *const measure =
        &walk->study->measures[walk->join->series[series].measure];
    tally_code codes[MAX_STAGES];
    if (!count_forms(walk, series)) {
        return false;
    }
    for (size_t i = 0; i < measure->instrument->n_scales; i++) {
        const struct study_scale *const scale = &walk->study->scales[measure->first_scale + i];
        for (size_t stage = 0; stage < walk->study->n_stages; stage++) {
            const struct slot *const slot = slot_of(walk, series, stage);
            codes[stage] =
                slot->state == SLOT_EMPTY ? TALLY_REASON(version_absence(walk, series, stage))
                : slot->state == SLOT_CONFLICT
                    ? TALLY_REASON(REASON_CONFLICTING)
                    : outcome_code(scale->scale,
                                   join_payload(walk->respondents, walk->join, series, stage)[i]);
        }
        if (scale->collected && !count_scale(walk, measure->first_scale + i, codes, plain_pair)) {
            return false;
        }
    }
    return true;
}

/* --- goals --- */

/* The rating of a goal at a stage, with the weight of `weight_stage`, or of the first stage that
   gives one where that has none. False: not rated there. `*weight_known` is cleared where the study
   weighs goals and this one has no weight anywhere. */
static bool goal_rating_at(const struct walk *walk, uint32_t series, size_t stage,
                           size_t weight_stage, struct goal_rating *rating, bool *weight_known)
{
    uint32_t weight = GOAL_NO_WEIGHT;
    if (slot_of(walk, series, stage)->state != SLOT_FORM) {
        return false;
    }
    /* Payload codes are not negative: the level is kept in halves above -2. */
    rating->halves =
        (int32_t)join_payload(walk->respondents, walk->join, series, stage)[GOAL_PAYLOAD_LEVEL] -
        2 * GAS_HALVES_PER_LEVEL;
    /* A weight of 1 for every goal where the study does not weigh. */
    rating->weight = GAS_WEIGHT_UNITS;
    if (!walk->study->goals.weighted) {
        return true;
    }
    if (slot_of(walk, series, weight_stage)->state == SLOT_FORM) {
        weight =
            join_payload(walk->respondents, walk->join, series, weight_stage)[GOAL_PAYLOAD_WEIGHT];
    }
    for (size_t i = 0; i < walk->study->n_stages && weight == GOAL_NO_WEIGHT; i++) {
        if (slot_of(walk, series, i)->state == SLOT_FORM) {
            weight = join_payload(walk->respondents, walk->join, series, i)[GOAL_PAYLOAD_WEIGHT];
        }
    }
    /* Where it is GOAL_NO_WEIGHT the caller must not use it: that is what weight_known is for. */
    rating->weight = weight;
    *weight_known = *weight_known && weight != GOAL_NO_WEIGHT;
    return true;
}

/* The family's score at `stage` from the goals rated there and at `other`, with the weights of
   `weight_stage`; REASON_NO_COMMON_GOAL where there is no such goal. */
static tally_code goals_code(struct walk *walk, size_t scale, size_t stage, size_t other,
                             size_t weight_stage)
{
    size_t n = 0;
    bool weight_known = true;
    for (uint32_t i = walk->join->respondents[walk->respondent].first_series; i != NO_NAME;
         i = walk->join->series[i].next) {
        /* count_goals() has made room for every goal of the respondent. */
        if (slot_of(walk, i, other)->state == SLOT_FORM &&
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
    for (uint32_t i = walk->join->respondents[walk->respondent].first_series; i != NO_NAME;
         i = walk->join->series[i].next) {
        if (slot_of(walk, i, stage)->state == SLOT_CONFLICT) {
            return true;
        }
    }
    return false;
}

static void goals_pair(struct walk *walk, size_t scale, size_t stage, size_t later,
                       const tally_code codes[], tally_code *code, tally_code *later_code)
{
    const size_t kind =
        scale - walk->study->measures[walk->study->scales[scale].measure].first_scale;
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
    for (uint32_t i = walk->join->respondents[walk->respondent].first_series; i != NO_NAME;
         i = walk->join->series[i].next) {
        const enum slot_state one = slot_of(walk, i, stage)->state;
        if (one == SLOT_FORM) {
            return SLOT_FORM;
        }
        state = one == SLOT_CONFLICT ? SLOT_CONFLICT : state;
    }
    return state;
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
        if (!count_scale(walk, measure->first_scale + kind, codes, goals_pair)) {
            return false;
        }
    }
    return true;
}

static bool count_occasion(const struct walk *walk, const struct series *series,
                           enum goal_occasion occasion, bool rated, int32_t halves)
{
    const struct goal_cell cell = {.cohort = walk->cohort,
                                   .category = series->category,
                                   .flags = series->flags,
                                   .occasion = (uint16_t)occasion,
                                   .halves = rated ? (int16_t)halves : GOAL_NOT_REVIEWED};
    return tally_count_goal(&walk->counted->tally, &cell);
}

/* Counts one goal by itself: its level at each stage and before with after, and how it ended. */
static bool count_goal(const struct walk *walk, uint32_t index, const struct measure *measure)
{
    const struct series *const series = &walk->join->series[index];
    const size_t scale = measure->first_scale + GOALS_LEVEL;
    struct goal_rating at = {0}, before = {0}, latest = {0};
    /* A goal's own level is not weighted. */
    bool ignored = true, reviewed = false;
    for (size_t stage = 0; stage < walk->study->n_stages; stage++) {
        if (!goal_rating_at(walk, index, stage, stage, &at, &ignored)) {
            continue;
        }
        walk->counted->forms_used[series->measure]++;
        if (!count_cell(walk, scale, stage, TALLY_ONE_STAGE, at.halves, 0)) {
            return false;
        }
        /* At the first stage goals are set; a rating there is where they start and not a review. */
        if (stage > 0) {
            latest = at;
            reviewed = true;
        }
    }
    if (!count_occasion(walk, series, GOAL_LATEST, reviewed, latest.halves)) {
        return false;
    }
    reviewed = goal_rating_at(walk, index, walk->study->after, walk->study->after, &at, &ignored);
    if (!count_occasion(walk, series, GOAL_AFTER, reviewed, at.halves)) {
        return false;
    }
    if (reviewed && walk->study->before != walk->study->after &&
        goal_rating_at(walk, index, walk->study->before, walk->study->before, &before, &ignored)) {
        return count_cell(walk, scale, walk->study->before, walk->study->after, before.halves,
                          at.halves);
    }
    return true;
}

static bool count_goals(struct walk *walk, uint32_t measure_index)
{
    const struct measure *const measure = &walk->study->measures[measure_index];
    size_t n = 0;
    bool any = false;
    for (uint32_t i = walk->join->respondents[walk->respondent].first_series; i != NO_NAME;
         i = walk->join->series[i].next) {
        n++;
        if (has_form(walk, i)) {
            any = true;
            if (!count_goal(walk, i, measure)) {
                return false;
            }
        }
    }
    if (!any) {
        return true;
    }
    walk->counted->respondents[measure_index]++;
    walk->counted->moved[measure_index] += walk->join->respondents[walk->respondent].moved;
    /* A family whose ratings all conflict is counted too: a respondent, but discounted. */
    return array_grow(&walk->ratings, &walk->ratings_capacity, n, sizeof *walk->ratings) &&
           count_families(walk, measure);
}

/* --- all --- */

static bool count_respondent(struct walk *walk)
{
    const struct respondent *const respondent = &walk->join->respondents[walk->respondent];
    if (respondent->first_series == NO_NAME) {
        return true; /* only rows that were set aside */
    }
    walk->cohort = respondent->cohort;
    /* A join has either goals or questionnaires, so that one series tells for all. */
    if (walk->join->series[respondent->first_series].goal != NO_NAME) {
        return count_goals(walk, walk->join->series[respondent->first_series].measure);
    }
    for (uint32_t i = respondent->first_series; i != NO_NAME; i = walk->join->series[i].next) {
        if (has_form(walk, i)) {
            walk->counted->respondents[walk->join->series[i].measure]++;
            walk->counted->moved[walk->join->series[i].measure] += respondent->moved;
            if (!count_questionnaire(walk, i)) {
                return false;
            }
        }
    }
    return true;
}

bool count_respondents(const struct respondents *respondents, struct counted *counted)
{
    const struct study *const study = respondents->study;
    struct walk walk = {.respondents = respondents, .study = study, .counted = counted};
    bool done = true;
    *counted =
        (struct counted){.forms_used = calloc(study->n_measures + 1, sizeof *counted->forms_used),
                         .respondents = calloc(study->n_measures + 1, sizeof *counted->respondents),
                         .moved = calloc(study->n_measures + 1, sizeof *counted->moved)};
    done = counted->forms_used != NULL && counted->respondents != NULL && counted->moved != NULL;
    for (walk.join_index = 0; walk.join_index < study->n_joins && done; walk.join_index++) {
        walk.join = &respondents->joins[walk.join_index];
        for (size_t i = 0; i < walk.join->ids.n_names && done; i++) {
            walk.respondent = (uint32_t)i;
            done = count_respondent(&walk);
        }
    }
    free(walk.ratings);
    if (!done) {
        counted_free(counted);
        return false;
    }
    tally_sort(&counted->tally);
    return true;
}

void counted_free(struct counted *counted)
{
    tally_free(&counted->tally);
    free(counted->discounted);
    free(counted->forms_used);
    free(counted->respondents);
    free(counted->moved);
    *counted = (struct counted){0};
}

/* engine/count_forms.c - the forms of one respondent: which scores they have at which stages. */
#include "engine/count_walk.h"

#include "engine/stats/added_value.h"

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
    struct family_given given;
    tally_code code, predicted;
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
    predicted = added_value_predicted(points[PREDICTOR_TOTAL], points[PREDICTOR_IMPACT],
                                      points[PREDICTOR_EMOTIONAL]);
    given = family_given_added_value(scale, after, code, predicted);
    return count_cell(walk, scale, after, TALLY_PREDICTED, code, predicted) &&
           (has_dates ||
            count_cell(walk, scale, after, TALLY_PREDICTED, code, ADDED_VALUE_NO_DATES)) &&
           (!walk->counted->measures[walk->study->scales[scale].measure].has_family ||
            count_kin(walk, &given.of, 1, given.sum));
}

/* How many days lie between the forms that a change is of. */
static bool count_form_days(const struct walk *walk, uint32_t series, size_t scale,
                            const outcome outcomes[])
{
    const size_t before = walk->study->before, after = walk->study->after;
    return before == after || !is_scored(outcomes[before]) || !is_scored(outcomes[after]) ||
           count_days(walk, series, scale);
}

/* What the scores of a respondent give to its family. One that no form names a family of is one by
   itself. */
static bool count_kin_outcomes(const struct walk *walk, size_t scale, const outcome outcomes[])
{
    const size_t n_stages = walk->study->n_stages;
    struct member_scores scores = {.cohort = walk->cohort};
    const struct member_scores *const alone = &scores;
    if (!family_is_none(walk->family)) {
        return kin_put_outcomes(walk->kin, scale, outcomes, n_stages);
    }
    for (size_t i = 0; i < n_stages; i++) {
        scores.stages |= (uint64_t)is_scored(outcomes[i]) << i;
        scores.at[i] = outcomes[i];
    }
    return family_counter_add(walk->families, scale, &alone, 1, &walk->counted->families);
}

bool count_questionnaire(const struct walk *walk, uint32_t series, uint32_t measure_index)
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
        if (!study->scales[scale].collected) {
            continue;
        }
        if (!pair_counter_add(walk->pairs, walk->cohort, scale, outcomes[i],
                              &walk->counted->tally) ||
            (walk->rules->by_date && !count_form_days(walk, series, scale, outcomes[i]))) {
            return false;
        }
        if (study->before != study->after && walk->listing != NULL) {
            const struct scale *const s = study->scales[scale].scale;
            if (!list_discount(walk, scale, outcome_code(s, outcomes[i][study->before]),
                               outcome_code(s, outcomes[i][study->after]))) {
                return false;
            }
        }
        if (has_family && !count_kin_outcomes(walk, scale, outcomes[i])) {
            return false;
        }
    }
    return !measure->has_added_value || count_added_value(walk, series, measure, outcomes);
}

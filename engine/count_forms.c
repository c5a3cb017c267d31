/* engine/count_forms.c - the forms of one respondent: which scores they have at which stages. */
#include "engine/count_walk.h"

#include <string.h>

#include "engine/stats/added_value.h"

/* Why this series has no form at this stage, another version of the instrument included. */
static enum reason version_absence(const struct walk *walk, const unsigned char *series,
                                   size_t stage)
{
    for (size_t i = 0; i < walk->layout->n_versions; i++) {
        const uint32_t other = version_series(walk->layout, walk->respondent, i);
        if (series_of(walk, other) != series && state_of(walk, other, stage) != SLOT_EMPTY) {
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
                                .id = join_id(walk->join, walk->respondent),
                                .subject = (uint16_t)measure,
                                .kind = LISTED_FORM,
                                .stage = (uint8_t)stage,
                                .reason = FORM_TOO_FEW_ITEMS};
    return walk->listing == NULL || listing_add(walk->listing, &line);
}

/* What one respondent has on the scales of a measure. */
struct outcomes {
    uint64_t forms;              /* bit i: a form at stage i */
    uint64_t scored[MAX_SCALES]; /* bit i: and a score on the scale */
    outcome at[MAX_SCALES][MAX_STAGES];
};

/* At which stages there is a form. Clears *plain where a stage has several that differ. */
static inline __attribute__((always_inline)) uint64_t find_forms(const struct walk *walk,
                                                                 const unsigned char *series,
                                                                 bool *plain)
{
    const struct stage_bits bits = series_stages(walk->layout, series);
    *plain = *plain && bits.conflicts == 0;
    return bits.forms & ~bits.conflicts;
}

/* The codes of this width as outcomes: a constant, so that each width has a loop of its own. Where there is
   no form, REASON_NO_FORM. */
static inline __attribute__((always_inline)) void read_codes(const struct walk *walk,
                                                             const unsigned char *series,
                                                             size_t n_scales, size_t code_bytes,
                                                             struct outcomes *outcomes)
{
    const size_t n_stages = walk->study->n_stages, payload_bytes = walk->layout->payload_bytes;
    for (size_t i = 0; i < n_scales; i++) {
        const unsigned char *code = series + walk->layout->codes + i * code_bytes;
        uint64_t scored = 0;
        for (size_t stage = 0; stage < n_stages; stage++, code += payload_bytes) {
            /* Which stages have a form cannot be foreseen: hence no branch on that. */
            const outcome is_form = (outcome)(outcomes->forms >> stage & 1);
            const outcome o = code_at(code, code_bytes) & (0 - is_form);
            outcomes->at[i][stage] = o;
            scored |= (uint64_t)is_scored(o) << stage;
        }
        outcomes->scored[i] = scored;
    }
}
_Static_assert(REASON_NO_FORM == 0, "what a code becomes without a form");

/* Says why there is no form, where there is more to say. */
static void explain(const struct walk *walk, const unsigned char *series, size_t n_scales,
                    struct outcomes *outcomes)
{
    for (size_t stage = 0; stage < walk->study->n_stages; stage++) {
        const enum slot_state state = series_state(walk->layout, series, stage);
        const enum reason missing = state == SLOT_CONFLICT ? REASON_CONFLICTING
                                    : state == SLOT_FORM   ? REASON_NO_FORM
                                                           : version_absence(walk, series, stage);
        for (size_t i = 0; i < n_scales && state != SLOT_FORM; i++) {
            outcomes->at[i][stage] = (outcome)missing;
        }
    }
}

/* The outcome of each scale at each stage. */
static void find_outcomes(const struct walk *walk, const unsigned char *series, size_t n_scales,
                          struct outcomes *outcomes)
{
    const size_t code_bytes = walk->layout->code_bytes;
    bool plain = walk->absence_is_plain;
    outcomes->forms = find_forms(walk, series, &plain);
    if (code_bytes == 1) {
        read_codes(walk, series, n_scales, 1, outcomes);
    } else {
        read_codes(walk, series, n_scales, code_bytes, outcomes);
    }
    if (!plain) {
        explain(walk, series, n_scales, outcomes);
    }
}

/* How many bits are set: not all processors can be asked that. */
static inline uint64_t count_bits(uint64_t x)
{
    uint64_t n = 0;
    for (; x != 0; x >>= 8) {
        /* of pairs of bits, then of four, then of eight */
        uint64_t byte = x & 0xff;
        byte -= byte >> 1 & 0x55;
        byte = (byte & 0x33) + (byte >> 2 & 0x33);
        n += (byte + (byte >> 4)) & 0xf;
    }
    return n;
}

/* Counts forms that are kept as used or, without a score on any scale, as set aside: forms are counted here
   and not scale by scale. */
static bool count_forms(const struct walk *walk, const unsigned char *series, uint32_t measure,
                        size_t n_scales, const struct outcomes *outcomes)
{
    uint64_t *const forms = walk->counted->measures[measure].forms;
    uint64_t unscored = outcomes->forms;
    for (size_t i = 0; i < n_scales; i++) {
        unscored &= ~outcomes->scored[i];
    }
    forms[FORM_USED] += count_bits(outcomes->forms & ~unscored);
    forms[FORM_TOO_FEW_ITEMS] += count_bits(unscored);
    for (size_t stage = 0; walk->listing != NULL && stage < walk->study->n_stages; stage++) {
        if ((unscored >> stage & 1) != 0 && !list_unscored(walk, series, stage, measure)) {
            return false;
        }
    }
    return true;
}

/* The added value of one respondent, who has both totals or is not counted. */
static bool count_added_value(const struct walk *walk, const unsigned char *at,
                              const struct measure *measure,
                              outcome outcomes[MAX_SCALES][MAX_STAGES])
{
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
static bool count_form_days(const struct walk *walk, const unsigned char *series, size_t scale,
                            const outcome outcomes[])
{
    const size_t before = walk->study->before, after = walk->study->after;
    return before == after || !is_scored(outcomes[before]) || !is_scored(outcomes[after]) ||
           count_days(walk, series, scale);
}

/* Is there more than one? */
static inline bool has_several(uint64_t stages)
{
    return (stages & (stages - 1)) != 0;
}

/* What the scores of a respondent give to its family, as codes of all scales, stage by stage. One that no form
   names a family of is one by itself. */
static bool count_kin_codes(const struct walk *walk, uint32_t measure, const unsigned char codes[])
{
    return family_is_none(walk->family)
               ? family_counter_add_alone(walk->families, measure, walk->cohort, codes,
                                          &walk->counted->families)
               : kin_put_row(walk->kin, measure, walk->family, walk->cohort, codes);
}

static bool count_kin_outcomes(const struct walk *walk, uint32_t measure, size_t n_scales,
                               const struct outcomes *outcomes)
{
    const size_t n_stages = walk->study->n_stages;
    const size_t code_bytes = member_row_of(walk->study, measure).code_bytes;
    unsigned char codes[MAX_STAGES * MAX_SCALES * sizeof(outcome)], *to = codes;
    bool has_pair = false;
    for (size_t stage = 0; stage < n_stages; stage++) {
        for (size_t i = 0; i < n_scales; i++, to += code_bytes) {
            code_put(to, outcomes->at[i][stage], code_bytes);
        }
    }
    for (size_t i = 0; i < n_scales; i++) {
        has_pair = has_pair || has_several(outcomes->scored[i]);
    }
    return !has_pair || count_kin_codes(walk, measure, codes);
}

/* All that a respondent has on one scale. */
static bool count_scale(const struct walk *walk, const unsigned char *series, size_t scale,
                        const outcome outcomes[])
{
    const struct study *const study = walk->study;
    const struct scale *const s = study->scales[scale].scale;
    return pair_counter_add(walk->pairs, walk->cohort, scale, outcomes, &walk->counted->tally) &&
           (!walk->rules->by_date || count_form_days(walk, series, scale, outcomes)) &&
           (walk->listing == NULL || study->before == study->after ||
            list_discount(walk, scale, tally_code_of(s, outcomes[study->before]),
                          tally_code_of(s, outcomes[study->after])));
}

bool count_questionnaire(const struct walk *walk, const unsigned char *series,
                         uint32_t measure_index)
{
    const struct measure *const measure = &walk->study->measures[measure_index];
    const size_t n_scales = measure->instrument->n_scales;
    const bool has_family = walk->counted->measures[measure_index].has_family;
    struct outcomes outcomes;
    find_outcomes(walk, series, n_scales, &outcomes);
    if (!count_forms(walk, series, measure_index, n_scales, &outcomes)) {
        return false;
    }
    for (size_t i = 0; i < n_scales; i++) {
        const size_t scale = measure->first_scale + i;
        if (walk->study->scales[scale].collected &&
            !count_scale(walk, series, scale, outcomes.at[i])) {
            return false;
        }
    }
    if (has_family && !count_kin_outcomes(walk, measure_index, n_scales, &outcomes)) {
        return false;
    }
    return !measure->has_added_value || count_added_value(walk, series, measure, outcomes.at);
}

/* --- where nothing matters but scores --- */

/* A scale's codes of a byte as outcomes, of somebody whose forms do not differ: where there is none they are
   0, REASON_NO_FORM. Returns the stages with a score. */
static inline uint64_t read_bytes(const unsigned char *codes, size_t n_stages, size_t payload_bytes,
                                  uint8_t outcomes[])
{
    uint64_t scored = 0;
    for (size_t i = 0; i < n_stages; i++, codes += payload_bytes) {
        outcomes[i] = *codes;
        scored |= (uint64_t)is_scored(*codes) << i;
    }
    return scored;
}

/* What cannot be written down as bytes. */
static bool count_apart(const struct walk *walk, size_t scale, const uint8_t bytes[])
{
    outcome outcomes[MAX_STAGES];
    for (size_t i = 0; i < walk->study->n_stages; i++) {
        outcomes[i] = bytes[i];
    }
    return pair_counter_add(walk->pairs, walk->cohort, scale, outcomes, &walk->counted->tally);
}

/* All scales of one respondent; sets *any_scored to the stages with a score on any. */
static inline bool count_bytes(const struct walk *walk, const struct measure *measure,
                               const unsigned char *codes, uint64_t *any_scored)
{
    const struct study *const study = walk->study;
    uint64_t any = 0;
    uint8_t *rows[MAX_SCALES];
    const size_t n_scales = measure->instrument->n_scales;
    if (!pair_counter_write(walk->pairs, walk->cohort, measure->first_scale, n_scales,
                            &walk->counted->tally, rows)) {
        return false;
    }
    for (size_t i = 0; i < n_scales; i++) {
        uint8_t bytes[MAX_STAGES];
        any |= read_bytes(codes + i, study->n_stages, walk->layout->payload_bytes,
                          rows[i] != NULL ? rows[i] : bytes);
        if (rows[i] == NULL && study->scales[measure->first_scale + i].collected &&
            !count_apart(walk, measure->first_scale + i, bytes)) {
            return false;
        }
    }
    *any_scored = any;
    return true;
}

bool count_plain_join(struct walk *walk, uint32_t measure_index, count_one *count_other)
{
    const struct measure *const measure = &walk->study->measures[measure_index];
    struct measure_counts *const counts = &walk->counted->measures[measure_index];
    const bool has_family = counts->has_family;
    for (uint32_t i = 0; i < walk->join->n_respondents; i++) {
        const struct respondent *const person = join_respondent(walk->join, i);
        const unsigned char *const series = (const unsigned char *)(person + 1);
        bool plain = true;
        const uint64_t forms = find_forms(walk, series, &plain);
        uint64_t scored;
        if (!plain || forms == 0) {
            if (!count_other(walk, i)) {
                return false;
            }
            continue;
        }
        walk->cohort = person->cohort;
        if (!count_bytes(walk, measure, series + walk->layout->codes, &scored)) {
            return false;
        }
        if (has_family && has_several(scored)) {
            walk->family = join_family(walk->join, i);
            if (!count_kin_codes(walk, measure_index, series + walk->layout->codes)) {
                return false;
            }
        }
        counts->respondents++;
        counts->moved += person->moved;
        counts->forms[FORM_USED] += count_bits(scored);
        counts->forms[FORM_TOO_FEW_ITEMS] += count_bits(forms & ~scored);
    }
    return true;
}

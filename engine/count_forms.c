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

static inline uint64_t count_bits(uint64_t x)
{
    return (uint64_t)__builtin_popcountll(x);
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

/* What a respondent has on one scale beside its pairs. */
static bool count_scale(const struct walk *walk, const unsigned char *series, size_t scale,
                        const outcome outcomes[])
{
    const struct study *const study = walk->study;
    const struct scale *const s = study->scales[scale].scale;
    return (!walk->rules->by_date || count_form_days(walk, series, scale, outcomes)) &&
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
    if (!count_forms(walk, series, measure_index, n_scales, &outcomes) ||
        !pair_counter_add(walk->pairs, walk->cohort, measure_index, outcomes.at,
                          &walk->counted->tally)) {
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

/* Of up to eight codes of a byte, of which the last stands before `end` and others, or anything, before them: a
   bit for each that is a score. */
static inline uint64_t scored_bytes(const unsigned char *end, size_t n)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t codes;
    memcpy(&codes, end - sizeof codes, sizeof codes);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    codes = n == sizeof codes ? codes : codes & ((UINT64_C(1) << 8 * n) - 1);
#else
    codes >>= 8 * (sizeof codes - n);
#endif
    /* the upper bit of a byte that is N_REASONS or more, whether or not it has that bit itself */
    return (((codes & ones * 0x7f) + ones * (0x80 - N_REASONS)) | codes) & ones << 7;
}

/* At how many stages somebody has a score on any scale, of whom the codes are bytes, behind a struct respondent at
   least: where there is no form they are 0, REASON_NO_FORM. */
static inline uint64_t scored_stages(const unsigned char *codes, size_t n_stages, size_t n_scales)
{
    uint64_t n = 0;
    if (n_scales == 1) {
        for (size_t left = n_stages; left > 0;) {
            const size_t now = left < sizeof(uint64_t) ? left : sizeof(uint64_t);
            codes += now;
            left -= now;
            n += count_bits(scored_bytes(codes, now));
        }
        return n;
    }
    for (size_t stage = 0; stage < n_stages; stage++) {
        uint64_t any = 0;
        for (size_t left = n_scales; left > 0;) {
            const size_t now = left < sizeof(uint64_t) ? left : sizeof(uint64_t);
            codes += now;
            left -= now;
            any |= scored_bytes(codes, now);
        }
        n += any != 0;
    }
    return n;
}
_Static_assert(sizeof(struct respondent) >= sizeof(uint64_t), "what stands before codes");

/* Respondents side by side in memory, none of whose forms differ: their cohorts, and codes of a byte. */
struct plain_rows {
    uint32_t cohorts[BLOCK_RECORDS];
    const unsigned char *codes[BLOCK_RECORDS];
    size_t n;
};

/* How many forms they have, and with a score on any scale, and who moved. */
struct plain_sums {
    uint64_t forms, scored, moved;
};

/* Finds those of a block of a join, from the first-th on; what they give to their families is written down, and
   others are counted. `one_word`: there is one scale, and not more than 8 stages. */
static INTO_CALLER bool find_plain(struct walk *walk, uint32_t measure, uint32_t first, uint32_t n,
                                   count_one *count_other, bool one_word, struct plain_rows *rows,
                                   struct plain_sums *sums)
{
    const struct join_layout *const layout = walk->layout;
    const bool has_family = walk->counted->measures[measure].has_family;
    const size_t n_scales = walk->study->measures[measure].instrument->n_scales;
    const size_t n_stages = walk->study->n_stages, at_codes = layout->codes;
    const size_t record_bytes = walk->join->record_bytes;
    const unsigned char *at = (const unsigned char *)join_respondent(walk->join, first);
    rows->n = 0;
    for (uint32_t i = 0; i < n; i++, at += record_bytes) {
        const struct respondent *const person = (const struct respondent *)(const void *)at;
        const unsigned char *const series = at + sizeof *person, *const codes = series + at_codes;
        const struct stage_bits bits =
            one_word ? (struct stage_bits){series[layout->forms], series[layout->conflicts]}
                     : series_stages(layout, series);
        const uint64_t n_scored = one_word ? count_bits(scored_bytes(codes + n_stages, n_stages))
                                           : scored_stages(codes, n_stages, n_scales);
        if (bits.conflicts != 0 || bits.forms == 0) {
            if (!count_other(walk, first + i)) {
                return false;
            }
            continue;
        }
        rows->cohorts[rows->n] = person->cohort;
        rows->codes[rows->n++] = codes;
        sums->forms += count_bits(bits.forms);
        sums->scored += n_scored;
        sums->moved += person->moved;
        if (has_family && n_scored > 1) {
            walk->cohort = person->cohort;
            walk->family = join_family(walk->join, first + i);
            if (!count_kin_codes(walk, measure, codes)) {
                return false;
            }
        }
    }
    return true;
}

static INTO_CALLER bool count_plain(struct walk *walk, uint32_t measure, count_one *count_other,
                                    bool one_word)
{
    struct measure_counts *const counts = &walk->counted->measures[measure];
    const uint32_t n = walk->join->n_respondents;
    struct plain_sums sums = {0, 0, 0};
    bool done = true;
    for (uint32_t first = 0; first < n && done; first += BLOCK_RECORDS) {
        struct plain_rows rows;
        done =
            find_plain(walk, measure, first, n - first < BLOCK_RECORDS ? n - first : BLOCK_RECORDS,
                       count_other, one_word, &rows, &sums) &&
            pair_counter_add_rows(walk->pairs, measure, rows.cohorts, rows.codes, rows.n,
                                  &walk->counted->tally);
        counts->respondents += rows.n;
    }
    counts->moved += sums.moved;
    counts->forms[FORM_USED] += sums.scored;
    counts->forms[FORM_TOO_FEW_ITEMS] += sums.forms - sums.scored;
    return done;
}

static bool count_plain_portable(struct walk *walk, uint32_t measure, count_one *count_other,
                                 bool one_word)
{
    return one_word ? count_plain(walk, measure, count_other, true)
                    : count_plain(walk, measure, count_other, false);
}

#if defined(HAS_WIDE)
static FOR_WIDE bool count_plain_wide(struct walk *walk, uint32_t measure, count_one *count_other,
                                      bool one_word)
{
    return count_plain_portable(walk, measure, count_other, one_word);
}
#else
#define count_plain_wide count_plain_portable
#endif

bool count_plain_join(struct walk *walk, uint32_t measure, count_one *count_other)
{
    const bool one_word = walk->study->n_stages <= sizeof(uint64_t) &&
                          walk->study->measures[measure].instrument->n_scales == 1;
    return has_wide() ? count_plain_wide(walk, measure, count_other, one_word)
                      : count_plain_portable(walk, measure, count_other, one_word);
}

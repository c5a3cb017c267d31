/* io/read/tally_cells.c - whether a score is possible is asked of each: what is computed later asserts it. */
#include "io/read/tally_cells.h"

#include <stdlib.h>
#include <string.h>

#include "engine/stage_pairs.h"
#include "engine/stats/added_value.h"
#include "io/read/tally_families.h"
#include "io/tally_format.h"
#include "scales/gas.h"

/* No T-score of goals comes near it, and its square times TALLY_MOST stays below 2^127. */
#define MOST_SCORE (INT64_C(1) << 43)

/* --- cells of the tally --- */

bool take_value(struct tally_reading *r)
{
    struct cell text;
    uint32_t value;
    return tally_field_text(r, 1, &text) &&
           (cohorts_value(&r->into->cohorts, text.text, text.length, &value) || tally_no_memory(r));
}

/* Can a scale have this score? */
static bool is_possible(const struct study *study, size_t scale, int64_t score)
{
    const struct scale *const s = study->scales[scale].scale;
    size_t low = 0, high = s->n_values;
    if (s->kind == SCALE_GOALS) {
        const int64_t most =
            study_is_goal_level(study, scale) ? INT64_C(2) * GAS_HALVES_PER_LEVEL : MOST_SCORE;
        return score >= -most && score <= most;
    }
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->values[middle] < score) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < s->n_values && s->values[low] == score;
}

static bool take_code(struct tally_reading *r, size_t cell, size_t scale, bool score_only,
                      tally_code *code)
{
    const struct study *const study = &r->into->plan.study;
    const char *const text = r->row->cells[cell].text;
    if (text[0] != '-' && (text[0] < '0' || text[0] > '9') && !score_only) {
        size_t reason;
        if (!tally_field_word(r, cell, tally_reason_names, N_REASONS, &reason)) {
            return false;
        }
        *code = TALLY_REASON(reason);
        return true;
    }
    if (!tally_field_whole(r, cell, -MOST_SCORE, MOST_SCORE, code)) {
        return false;
    }
    return is_possible(study, scale, *code) ||
           tally_fault(r, cell, "found a score that the scale cannot have");
}

size_t tally_total_place(const struct study *study, size_t scale, size_t stage, size_t later)
{
    const size_t n = study->n_stages;
    const size_t of_scale = later == TALLY_ONE_STAGE        ? stage
                            : later == TALLY_ALL_STAGES     ? n + stage
                            : later == TALLY_TOTAL_SCORED   ? 4 * n + 1 + stage
                            : later == TALLY_TOTAL_PATTERNS ? 5 * n + 1 + stage
                            : later == TALLY_PREDICTED      ? 6 * n + 1
                            : later == TALLY_DAYS           ? 6 * n + 2
                            : stage == 0                    ? 2 * n + later
                            : later == stage + 1            ? 3 * n + stage
                                                            : 4 * n;
    return scale * (6 * n + 3) + of_scale;
}

size_t tally_n_totals(const struct study *study)
{
    return study->n_scales * (6 * study->n_stages + 3);
}

/* Which cells of a scale are there at all: engine/count.c. */
static bool is_counted(const struct study *study, const struct tally_cell *cell)
{
    if (!study->scales[cell->scale].collected) {
        return false;
    }
    if (study_is_goal_level(study, cell->scale)) {
        return cell->later == TALLY_ONE_STAGE ||
               (cell->stage >= 1 && cell->later == cell->stage + 1) || /* from review to review */
               (cell->stage == study->before && cell->later == study->after &&
                cell->stage < cell->later);
    }
    return cell->later >= TALLY_ONE_STAGE || is_counted_pair(study, cell->stage, cell->later);
}

static bool take_cell_counts(struct tally_reading *r, size_t at, struct tally_cell *cell)
{
    const struct study *const study = &r->into->plan.study;
    uint64_t *const total =
        &r->into->totals[tally_total_place(study, cell->scale, cell->stage, cell->later)];
    const bool is_pair = cell->later < study->n_stages;
    const bool score_only =
        cell->later == TALLY_ALL_STAGES || study_is_goal_level(study, cell->scale);
    int64_t count = 0;
    if (!take_code(r, at, cell->scale, score_only, &cell->code) ||
        (is_pair && !take_code(r, at + 1, cell->scale, score_only, &cell->later_code)) ||
        !tally_field_whole(r, at + 1 + is_pair, 1, UINT32_MAX, &count)) {
        return false;
    }
    *total += (uint64_t)count;
    if (*total > (uint64_t)TALLY_MOST) {
        return tally_fault(r, at + 1 + is_pair, "found more in all tallies than can be counted");
    }
    if (cell->later == TALLY_ONE_STAGE && tally_is_score(cell->code)) {
        r->into->totals[tally_total_place(study, cell->scale, cell->stage, TALLY_TOTAL_SCORED)] +=
            (uint64_t)count;
    }
    if (is_pair && tally_is_score(cell->code) && tally_is_score(cell->later_code) &&
        !families_take_pair(r, cell, (uint32_t)count)) {
        return false;
    }
    return tally_add(&r->into->counted.tally, cell, (uint32_t)count) || tally_no_memory(r);
}

static bool take_cell(struct tally_reading *r, uint16_t later)
{
    const struct study *const study = &r->into->plan.study;
    const size_t at = 1 + study->n_cohort_columns;
    struct tally_cell cell = {.later = later};
    size_t scale = 0, stage = 0, later_stage = later;
    const bool is_pair = later < TALLY_ONE_STAGE;
    if (!tally_field_cohort(r, 1, &cell.cohort) || !tally_field_scale(r, at, &scale) ||
        !tally_field_stage(r, at + 2, &stage) ||
        (is_pair && !tally_field_stage(r, at + 3, &later_stage))) {
        return false;
    }
    cell.scale = (uint16_t)scale;
    cell.stage = (uint16_t)stage;
    cell.later = (uint16_t)later_stage;
    if (!is_counted(study, &cell)) {
        return tally_fault(r, at + 2, "found stages that are not compared on this scale");
    }
    return take_cell_counts(r, at + 3 + is_pair, &cell);
}

bool take_score(struct tally_reading *r)
{
    return take_cell(r, TALLY_ONE_STAGE);
}

bool take_every(struct tally_reading *r)
{
    return take_cell(r, TALLY_ALL_STAGES);
}

bool take_pair(struct tally_reading *r)
{
    return take_cell(r, 0);
}

/* The largest size of a score. */
static int64_t most_score(const struct study *study, size_t scale)
{
    const struct scale *const s = study->scales[scale].scale;
    if (s->kind == SCALE_GOALS) {
        return MOST_SCORE;
    }
    return s->values[0] < -s->values[s->n_values - 1] ? -s->values[0] : s->values[s->n_values - 1];
}

/* Reasons that stand in the place of a prediction. */
static bool take_prediction(struct tally_reading *r, size_t cell, int64_t most, tally_code *code)
{
    const tally_code reasons[] = {ADDED_VALUE_NO_IMPACT, ADDED_VALUE_NOT_IN_TIME,
                                  ADDED_VALUE_NO_DATES};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (tally_field_is(r, cell, tally_reason_names[tally_reason(reasons[i])])) {
            *code = reasons[i];
            return true;
        }
    }
    return tally_field_whole(r, cell, -most, most, code);
}

bool take_added_value(struct tally_reading *r)
{
    const struct study *const study = &r->into->plan.study;
    const size_t at = 1 + study->n_cohort_columns;
    struct tally_cell cell = {.stage = (uint16_t)study->after, .later = TALLY_PREDICTED};
    const struct measure *m;
    uint64_t *total;
    size_t measure = 0;
    int64_t count = 0, most;
    if (!tally_field_cohort(r, 1, &cell.cohort) || !tally_field_measure(r, at, &measure)) {
        return false;
    }
    m = &study->measures[measure];
    if (!m->has_added_value) {
        return tally_fault(r, at, "found an instrument without added value scores");
    }
    cell.scale = (uint16_t)(m->first_scale + m->predictors[PREDICTOR_TOTAL]);
    most = ADDED_VALUE_UNITS * most_score(study, cell.scale);
    if (!tally_field_whole(r, at + 1, 0, most, &cell.code) ||
        !take_prediction(r, at + 2, most, &cell.later_code) ||
        !tally_field_whole(r, at + 3, 1, UINT32_MAX, &count)) {
        return false;
    }
    if (cell.code % ADDED_VALUE_UNITS != 0) {
        return tally_fault(r, at + 1, "found a score that the scale cannot have");
    }
    /* Who has no dates is counted beside his prediction. */
    total = &r->into->totals[tally_total_place(study, cell.scale, study->after, TALLY_PREDICTED)];
    *total += cell.later_code == ADDED_VALUE_NO_DATES ? 0 : (uint64_t)count;
    if (tally_is_score(cell.later_code) && !families_take_pair(r, &cell, (uint32_t)count)) {
        return false;
    }
    return (*total <= (uint64_t)TALLY_MOST ||
            tally_fault(r, at + 3, "found more in all tallies than can be counted")) &&
           (tally_add(&r->into->counted.tally, &cell, (uint32_t)count) || tally_no_memory(r));
}

/* Dates are of years 1 to 9999. */
#define MOST_DAYS 3652059

bool take_days(struct tally_reading *r)
{
    const struct study *const study = &r->into->plan.study;
    const size_t at = 1 + study->n_cohort_columns;
    struct tally_cell cell = {.stage = (uint16_t)study->after, .later = TALLY_DAYS};
    size_t scale = 0;
    int64_t count = 0;
    uint64_t *total;
    if (!tally_field_cohort(r, 1, &cell.cohort) || !tally_field_scale(r, at, &scale) ||
        !tally_field_whole(r, at + 2, -MOST_DAYS, MOST_DAYS, &cell.code) ||
        !tally_field_whole(r, at + 3, 1, UINT32_MAX, &count)) {
        return false;
    }
    if (!study_keeps_dates(study) || !study->scales[scale].collected ||
        (study->scales[scale].scale->kind == SCALE_GOALS && !study_is_goal_level(study, scale))) {
        return tally_fault(r, 0, "found days where the study keeps no dates");
    }
    cell.scale = (uint16_t)scale;
    total = &r->into->totals[tally_total_place(study, scale, study->after, TALLY_DAYS)];
    *total += (uint64_t)count;
    return (*total <= (uint64_t)TALLY_MOST ||
            tally_fault(r, at + 3, "found more in all tallies than can be counted")) &&
           (tally_add(&r->into->counted.tally, &cell, (uint32_t)count) || tally_no_memory(r));
}

bool take_goal(struct tally_reading *r)
{
    const struct study *const study = &r->into->plan.study;
    const size_t at = 1 + study->n_cohort_columns;
    struct goal_cell goal = {.category = NO_NAME, .halves = GOAL_NOT_REVIEWED};
    struct cell category;
    size_t occasion = 0;
    int64_t flags = 0, halves = 0, count = 0;
    if (!tally_field_cohort(r, 1, &goal.cohort) || !tally_field_text(r, at, &category) ||
        !tally_field_whole(r, at + 1, 0, (INT64_C(1) << study->goals.n_flags) - 1, &flags) ||
        !tally_field_word(r, at + 2, tally_occasion_names, N_GOAL_OCCASIONS, &occasion) ||
        !tally_field_whole(r, at + 4, 1, TALLY_MOST, &count)) {
        return false;
    }
    if (!tally_field_is(r, at + 3, TALLY_NOT_REVIEWED)) {
        if (!tally_field_whole(r, at + 3, -INT64_C(2) * GAS_HALVES_PER_LEVEL,
                               INT64_C(2) * GAS_HALVES_PER_LEVEL, &halves)) {
            return false;
        }
        goal.halves = (int16_t)halves;
    }
    if (category.length > 0 &&
        !names_add(&r->into->names, category.text, category.length, &goal.category)) {
        return tally_no_memory(r);
    }
    goal.flags = (uint32_t)flags;
    goal.occasion = (uint16_t)occasion;
    goal.count = (uint64_t)count;
    r->into->n_goals += goal.count;
    if (r->into->n_goals > (uint64_t)TALLY_MOST) {
        return tally_fault(r, at + 4, "found more goals in all tallies than can be counted");
    }
    return tally_add_goal(&r->into->counted.tally, &goal, goal.count) || tally_no_memory(r);
}

/* --- patterns --- */

/* The stages of a pattern: one character for each. */
static bool take_stages(struct tally_reading *r, size_t cell, unsigned *stages)
{
    const size_t n = r->into->plan.study.n_stages;
    const char *const text = r->row->cells[cell].text;
    *stages = 0;
    for (size_t i = 0; i < n && r->row->cells[cell].length == n; i++) {
        *stages |= text[i] == 'x' ? 1u << i : 0;
    }
    return (*stages != 0 && strspn(text, "x.") == n) ||
           tally_fault(r, cell, "found no set of stages, expected x or . for each");
}

/* n numbers with a blank between them, none larger than `most` in size. */
static bool take_sums(struct tally_reading *r, size_t cell, size_t n, int128 most, int128 out[])
{
    const char *text = r->row->cells[cell].text;
    bool good = true;
    for (size_t i = 0; i < n && good; i++) {
        const char *const digits = text + (text[0] == '-');
        const size_t length = strspn(digits, "0123456789");
        good = length > 0 && length < 38 && (digits[0] != '0' || (length == 1 && digits == text)) &&
               digits[length] == (i + 1 < n ? ' ' : '\0');
        out[i] = 0;
        for (size_t k = 0; k < length && good; k++) {
            out[i] = 10 * out[i] + (digits[k] - '0');
        }
        good = good && out[i] <= most;
        out[i] = digits == text ? out[i] : -out[i];
        text = digits + length + 1;
    }
    return good || tally_fault(r, cell, "found other than the %zu sums that are expected", n);
}

bool take_pattern(struct tally_reading *r)
{
    const struct study *const study = &r->into->plan.study;
    const size_t at = 1 + study->n_cohort_columns;
    struct pattern pattern = {0};
    int128 terms[MODEL_STAGES + MODEL_PAIRS];
    size_t scale = 0, m;
    unsigned stages = 0;
    int64_t n = 0, most;
    if (!study_has_model(study)) {
        return tally_fault(r, 0, "found a pattern of stages in a study that has no model");
    }
    if (!tally_field_cohort(r, 1, &pattern.cohort) || !tally_field_scale(r, at, &scale) ||
        !take_stages(r, at + 2, &stages) || !tally_field_whole(r, at + 3, 1, TALLY_MOST, &n)) {
        return false;
    }
    if (!study->scales[scale].collected || study_is_goal_level(study, scale)) {
        return tally_fault(r, at + 1, "found a pattern of stages of a scale that has none");
    }
    most = most_score(study, scale);
    m = pattern_n_stages(stages);
    if (!take_sums(r, at + 4, m, (int128)n * most, terms) ||
        !take_sums(r, at + 5, pattern_n_terms(stages) - m, (int128)n * most * most, terms + m)) {
        return false;
    }
    for (size_t i = 0; i < study->n_stages; i++) {
        uint64_t *const total =
            &r->into->totals[tally_total_place(study, scale, i, TALLY_TOTAL_PATTERNS)];
        *total += (stages >> i & 1u) != 0 ? (uint64_t)n : 0;
        if (*total > (uint64_t)TALLY_MOST) {
            return tally_fault(r, at + 3, "found more in all tallies than can be counted");
        }
    }
    pattern.scale = (uint16_t)scale;
    pattern.stages = (uint16_t)stages;
    pattern.n = (uint64_t)n;
    return patterns_add_sums(&r->into->counted.tally.patterns, &pattern, terms) ||
           tally_no_memory(r);
}

/* io/read/tally_lines.c - whatever a line says is checked before it is used: what is computed from
   counts later asserts what must hold of them. */
#include "io/read/tally_lines.h"

#include <stdlib.h>
#include <string.h>

#include "engine/id_checks.h"
#include "engine/pair_counter.h"
#include "engine/stats/added_value.h"
#include "io/read/description.h"
#include "io/read/tally_families.h"
#include "io/tally_format.h"
#include "scales/gas.h"

/* No T-score of goals comes near it, and its square times TALLY_MOST stays below 2^127. */
#define MOST_SCORE (INT64_C(1) << 43)

/* --- the head --- */

static bool take_title(struct tally_reading *r)
{
    if (r->file->title != NULL) {
        return tally_fault(r, 0, "found a second title, expected one");
    }
    r->file->title = tally_field_copy(r, 1);
    return r->file->title != NULL;
}

static bool take_digest(struct tally_reading *r)
{
    if (r->digest[0] != '\0' || r->row->cells[1].length != sizeof r->digest - 1) {
        return tally_fault(r, 1, "found no SHA-256, or a second one, expected one of the study");
    }
    memcpy(r->digest, r->row->cells[1].text, sizeof r->digest);
    return true;
}

static bool take_description(struct tally_reading *r)
{
    struct cell text;
    if (!tally_field_text(r, 1, &text)) {
        return false;
    }
    if (!array_grow(&r->description, &r->description_capacity, r->n_description + text.length + 2,
                    1)) {
        return tally_no_memory(r);
    }
    memcpy(r->description + r->n_description, text.text, text.length);
    r->n_description += text.length;
    r->description[r->n_description++] = '\n';
    r->description[r->n_description] = '\0';
    return true;
}

static bool begin_tallies(struct tally_reading *r)
{
    struct tallies *const into = r->into;
    const struct study *const study = &into->plan.study;
    into->description = arena_copy(&into->arena, r->description, r->n_description);
    r->fault = description_parse(r->file->name, r->description, r->shelf, &into->plan);
    if (r->fault.code != FAULT_NONE) {
        return false;
    }
    /* The title of the first file is that of the report. */
    into->plan.study.title = r->file->title;
    into->totals = calloc(tally_n_totals(study) + 1, sizeof *into->totals);
    into->counts_capacity = 1; /* counted_init() has room for one more than it is asked for */
    if (into->description == NULL || into->totals == NULL ||
        !cohorts_init(&into->cohorts, study->n_cohort_columns) ||
        !counted_init(&into->counted, study, &into->cohorts, &into->names, 0)) {
        return tally_no_memory(r);
    }
    return true;
}

static bool same_study(struct tally_reading *r)
{
    struct arena arena = {0};
    const char *difference;
    if (strcmp(r->description, r->into->description) == 0) {
        return true;
    }
    difference = description_difference(&arena, r->description, r->into->description);
    r->fault = difference == NULL ? fault_memory()
                                  : fault_at(FAULT_CONTENT, r->file->name, 0, 0,
                                             "a tally of another study than %s: %s",
                                             r->into->files[0].name, difference);
    arena_free(&arena);
    return false;
}

bool tally_study(struct tally_reading *r)
{
    char digest[SHA256_DIGEST_STRING_LENGTH];
    const struct study *const study = &r->into->plan.study;
    if (r->n_description == 0 || r->digest[0] == '\0' || r->file->title == NULL) {
        return tally_fault(r, 0, "found this line before the title and the study of the tally");
    }
    SHA256Data((const uint8_t *)r->description, r->n_description, digest);
    if (strcmp(digest, r->digest) != 0) {
        return tally_fault(r, 0, "found another SHA-256 than that of the study described");
    }
    /* files[] holds this file already. */
    if (r->into->n_files == 1 ? !begin_tallies(r) : !same_study(r)) {
        return false;
    }
    r->has_study = true;
    r->has_measure = calloc(study->n_measures + 1, sizeof *r->has_measure);
    r->has_scoring = calloc(study->n_scales + 1, sizeof *r->has_scoring);
    r->has_family = calloc(study->n_measures + 1, sizeof *r->has_family);
    r->file->respondents =
        arena_alloc(&r->into->arena, study->n_measures, sizeof *r->file->respondents);
    r->file->unchecked =
        arena_alloc(&r->into->arena, study->n_measures, sizeof *r->file->unchecked);
    return (r->has_measure != NULL && r->has_scoring != NULL && r->has_family != NULL &&
            r->file->respondents != NULL && r->file->unchecked != NULL) ||
           tally_no_memory(r);
}

static bool take_threshold(struct tally_reading *r)
{
    return tally_field_add_count(r, 1, &r->file->threshold) &&
           tally_field_add_count(r, 2, &r->file->withheld);
}

static bool take_withheld(struct tally_reading *r)
{
    size_t measure = 0;
    return tally_field_measure(r, 1, &measure) &&
           tally_field_add_count(r, 2, &r->file->respondents[measure]);
}

static bool take_unchecked(struct tally_reading *r)
{
    size_t measure = 0;
    if (!tally_field_measure(r, 1, &measure)) {
        return false;
    }
    r->file->unchecked[measure] = true;
    return true;
}

/* --- forms --- */

static bool take_measure_line(struct tally_reading *r)
{
    struct measure_counts *counts;
    uint64_t accounted = 0;
    size_t measure = 0;
    int64_t has_family = 0;
    if (!tally_field_measure(r, 1, &measure)) {
        return false;
    }
    if (r->has_measure[measure]) {
        return tally_fault(r, 1, "found this instrument twice, expected it once");
    }
    r->has_measure[measure] = true;
    counts = &r->into->counted.measures[measure];
    if (!tally_field_add_count(r, 2, &counts->forms_read)) {
        return false;
    }
    for (size_t i = 0; i < N_FORM_REASONS; i++) {
        if (!tally_field_add_count(r, 3 + i, &counts->forms[i])) {
            return false;
        }
        accounted += counts->forms[i];
    }
    /* Of all files together; it held before this one. */
    if (accounted != counts->forms_read) {
        return tally_fault(r, 2,
                           "found rows that are not those used and set aside, expected rows "
                           "read = used + set aside");
    }
    if (!tally_field_add_count(r, 3 + N_FORM_REASONS, &counts->respondents) ||
        !tally_field_add_count(r, 4 + N_FORM_REASONS, &counts->moved) ||
        !tally_field_whole(r, 5 + N_FORM_REASONS, 0, 1, &has_family)) {
        return false;
    }
    counts->has_family = counts->has_family || has_family == 1;
    r->has_family[measure] = has_family == 1;
    return true;
}

static bool take_unknown_informants(struct tally_reading *r)
{
    return tally_field_add_count(r, 1, &r->into->counted.unknown_informants);
}

/* The place of a source in all tallies: that of the same name in an earlier file, the second of two
   of one name beside the second; else a new one. */
static bool place_source(struct tally_reading *r, const char *name, size_t *place)
{
    struct tallies *const into = r->into;
    struct counted *const counted = &into->counted;
    size_t before = 0;
    for (size_t i = 0; i < r->n_sources; i++) {
        before += strcmp(into->sources[r->sources[i]], name) == 0;
    }
    for (*place = 0; *place < r->first_source; (*place)++) {
        if (strcmp(into->sources[*place], name) == 0 && before-- == 0) {
            return true;
        }
    }
    *place = counted->n_sources;
    if (!array_grow(&into->sources, &into->sources_capacity, *place + 1, sizeof *into->sources) ||
        !array_grow(&counted->sources, &into->counts_capacity, *place + 1,
                    sizeof *counted->sources)) {
        return tally_no_memory(r);
    }
    into->sources[*place] = name;
    counted->n_sources++;
    return true;
}

static bool take_source(struct tally_reading *r)
{
    const char *const name = tally_field_copy(r, 1);
    struct source_counts *counts;
    size_t place;
    if (name == NULL || !place_source(r, name, &place)) {
        return false;
    }
    if (!array_grow(&r->sources, &r->sources_capacity, r->n_sources + 1, sizeof *r->sources)) {
        return tally_no_memory(r);
    }
    r->sources[r->n_sources++] = place;
    counts = &r->into->counted.sources[place];
    if (!tally_field_add_count(r, 2, &counts->rows)) {
        return false;
    }
    for (size_t i = 0; i < N_FINDING_KINDS; i++) {
        if (!tally_field_add_count(r, 3 + i, &counts->cells[i])) {
            return false;
        }
    }
    return true;
}

static bool take_ids(struct tally_reading *r)
{
    const struct study *const study = &r->into->plan.study;
    size_t measure = 0;
    return tally_field_measure(r, 1, &measure) &&
           tally_field_add_count(r, 2,
                                 &r->into->counted.ids[study->measures[measure].join].similar);
}

static bool take_summary_id(struct tally_reading *r)
{
    const struct study *const study = &r->into->plan.study;
    const char *word;
    size_t measure = 0;
    if (!tally_field_measure(r, 1, &measure)) {
        return false;
    }
    for (size_t i = 0; (word = summary_word(i)) != NULL; i++) {
        if (tally_field_is(r, 2, word)) {
            r->into->counted.ids[study->measures[measure].join].summary_words |= UINT32_C(1) << i;
            return true;
        }
    }
    return tally_fault(r, 2, "found another word, expected one such as \"%s\"", summary_word(0));
}

/* --- items --- */

static bool take_age(struct tally_reading *r)
{
    struct item_checks *const checks = &r->into->counted.checks;
    size_t measure = 0;
    return tally_field_measure(r, 1, &measure) &&
           tally_field_add_count(r, 2, &checks->ages[measure]) &&
           tally_field_add_count(r, 3, &checks->ages_outside[measure]);
}

/* Three cells of sums, all there or all empty. */
static bool has_sums(const struct tally_reading *r, size_t cell)
{
    return r->row->cells[cell].length > 0 || r->row->cells[cell + 1].length > 0 ||
           r->row->cells[cell + 2].length > 0;
}

static bool take_scoring(struct tally_reading *r)
{
    struct scale_sums *sums;
    uint64_t n;
    size_t scale = 0;
    if (!tally_field_scale(r, 1, &scale)) {
        return false;
    }
    if (r->has_scoring[scale]) {
        return tally_fault(r, 2, "found this scale twice, expected it once");
    }
    r->has_scoring[scale] = true;
    sums = &r->into->counted.checks.scales[scale];
    if (!tally_field_add_count(r, 3, &sums->audit.complete) ||
        !tally_field_add_count(r, 4, &sums->audit.prorated) ||
        !tally_field_add_count(r, 5, &sums->audit.unscored)) {
        return false;
    }
    if (!has_sums(r, 6)) {
        return true;
    }
    n = (uint64_t)sums->n;
    if (!tally_field_add_count(r, 6, &n)) {
        return false;
    }
    sums->n = (int64_t)n;
    return tally_field_add_sum(r, 7, &sums->sum) && tally_field_add_sum(r, 8, &sums->sum_square);
}

static bool take_prorated(struct tally_reading *r)
{
    size_t scale = 0;
    int64_t answered = 0;
    return tally_field_scale(r, 1, &scale) && tally_field_whole(r, 3, 0, MAX_ITEMS, &answered) &&
           tally_field_add_count(
               r, 4, &r->into->counted.checks.scales[scale].audit.prorated_from[answered]);
}

static bool take_item(struct tally_reading *r)
{
    const struct study *const study = &r->into->plan.study;
    const struct instrument *instrument;
    struct item_sums *sums;
    struct cell text;
    size_t measure = 0, group = 0;
    int64_t item = 0;
    if (!tally_field_measure(r, 1, &measure) || !tally_field_text(r, 2, &text)) {
        return false;
    }
    instrument = study->measures[measure].instrument;
    while (group < instrument->n_groups && !tally_text_is(&text, instrument->groups[group].name)) {
        group++;
    }
    if (group == instrument->n_groups) {
        return tally_fault(r, 2, "found no group of items of the instrument, expected one");
    }
    if (!tally_field_whole(r, 3, 1, (int64_t)instrument->groups[group].n_items, &item)) {
        return false;
    }
    sums = item_at(&r->into->counted.checks, measure, group, (size_t)item - 1);
    return tally_field_add_count(r, 4, &sums->n) && tally_field_add_count(r, 5, &sums->n_lowest) &&
           tally_field_add_count(r, 6, &sums->n_highest) &&
           tally_field_add_count(r, 7, &sums->n_one_below) &&
           tally_field_add_count(r, 8, &sums->n_one_above) &&
           (!has_sums(r, 9) || (tally_field_add_sum(r, 9, &sums->sum) &&
                                tally_field_add_sum(r, 10, &sums->sum_square) &&
                                tally_field_add_sum(r, 11, &sums->sum_product)));
}

/* --- cells of the tally --- */

static bool take_value(struct tally_reading *r)
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

static bool take_score(struct tally_reading *r)
{
    return take_cell(r, TALLY_ONE_STAGE);
}

static bool take_every(struct tally_reading *r)
{
    return take_cell(r, TALLY_ALL_STAGES);
}

static bool take_pair(struct tally_reading *r)
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

static bool take_added_value(struct tally_reading *r)
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

static bool take_days(struct tally_reading *r)
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

static bool take_goal(struct tally_reading *r)
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

static bool take_pattern(struct tally_reading *r)
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

/* --- items together --- */

/* One number of a list, behind a space unless it is the first. False: there is none up to `most`. */
static bool take_number(const char **text, bool first, uint64_t most, uint64_t *out)
{
    const char *at = *text + (!first && **text == ' ');
    const size_t n = strspn(at, "0123456789");
    uint64_t number = 0;
    if (n == 0 || n > 18 || (!first && at == *text) || (at[0] == '0' && n > 1)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        number = 10 * number + (uint64_t)(at[i] - '0');
    }
    *text = at + n;
    *out = number;
    return number <= most;
}

/* Sums of n forms: none is more than if every answer were the highest. */
static bool take_item_sums(struct tally_reading *r, size_t cell, const struct item_sheet *sheet,
                           uint64_t n, uint64_t sums[])
{
    const char *text = r->row->cells[cell].text;
    const uint64_t most = n * sheet->most;
    bool done = true;
    for (size_t i = 0; i < item_sums_size(sheet->n_items) && done; i++) {
        done = take_number(&text, i == 0, i < sheet->n_items ? most : most * sheet->most, &sums[i]);
    }
    return (done && *text == '\0') ||
           tally_fault(r, cell, "found other sums of items than %zu that so many forms can have",
                       item_sums_size(sheet->n_items));
}

static bool take_item_stage(struct tally_reading *r, size_t cell, size_t *stage)
{
    *stage = r->into->plan.study.n_stages;
    return r->row->cells[cell].length == 0 || tally_field_stage(r, cell, stage);
}

/* The sheet of the instrument and group in two cells. */
static bool take_item_sheet(struct tally_reading *r, size_t cell, struct item_sheet **sheet)
{
    const struct study *const study = &r->into->plan.study;
    struct cell name;
    size_t measure = 0;
    if (!tally_field_measure(r, cell, &measure) || !tally_field_text(r, cell + 1, &name)) {
        return false;
    }
    for (size_t g = 0; g < study->measures[measure].instrument->n_groups; g++) {
        if (tally_text_is(&name, study->measures[measure].instrument->groups[g].name)) {
            *sheet = item_tally_sheet(&r->into->counted.items, measure, g);
            return *sheet != NULL ||
                   tally_fault(r, cell + 1, "found a group whose items are not counted");
        }
    }
    return tally_fault(r, cell + 1, "found no group of items of the instrument, expected one");
}

enum items_line { ITEMS_OF_COHORT, ITEMS_OF_REST, ITEMS_WITHOUT_COHORTS };

static bool take_item_line(struct tally_reading *r, enum items_line kind)
{
    const size_t at = 1 + (kind == ITEMS_OF_COHORT ? r->into->plan.study.n_cohort_columns : 0);
    uint32_t cohort = ITEM_NO_COHORT;
    struct item_sheet *sheet = NULL;
    uint64_t sums[MAX_ITEMS + MAX_ITEMS * (MAX_ITEMS + 1) / 2];
    size_t stage = 0;
    int64_t n = 0;
    bool known;
    if ((kind == ITEMS_OF_COHORT && !tally_field_cohort(r, 1, &cohort)) ||
        !take_item_sheet(r, at, &sheet) || !take_item_stage(r, at + 2, &stage) ||
        !tally_field_whole(r, at + 3, 1, TALLY_MOST, &n)) {
        return false;
    }
    known = r->row->cells[at + 4].length > 0 || kind == ITEMS_OF_REST;
    r->into->n_item_forms += (uint64_t)n;
    if (r->into->n_item_forms > (uint64_t)TALLY_MOST) {
        return tally_fault(r, at + 3, "found more forms in all tallies than can be counted");
    }
    if (known && !take_item_sums(r, at + 4, sheet, (uint64_t)n, sums)) {
        return false;
    }
    return ((kind != ITEMS_WITHOUT_COHORTS || item_sheet_drop_cohorts(sheet)) &&
            item_sheet_add_sums(sheet, cohort, stage, known ? (uint64_t)n : 0,
                                kind == ITEMS_OF_REST ? -n
                                : known               ? 0
                                                      : n,
                                known ? sums : NULL)) ||
           tally_no_memory(r);
}

static bool take_items(struct tally_reading *r)
{
    return take_item_line(r, ITEMS_OF_COHORT);
}

static bool take_items_rest(struct tally_reading *r)
{
    return take_item_line(r, ITEMS_OF_REST);
}

static bool take_items_of_stage(struct tally_reading *r)
{
    return take_item_line(r, ITEMS_WITHOUT_COHORTS);
}

/* --- all --- */

/* Cells of a line of each kind, beside those of the cohort. */
static const struct {
    bool (*take)(struct tally_reading *r);
    size_t n_cells;
    bool of_head, of_cohort;
} lines[N_TALLY_KINDS] = {
    [TALLY_KIND_TITLE] = {take_title, 2, true, false},
    [TALLY_KIND_STUDY] = {take_digest, 2, true, false},
    [TALLY_KIND_LINE] = {take_description, 2, true, false},
    [TALLY_KIND_THRESHOLD] = {take_threshold, 3, false, false},
    [TALLY_KIND_MEASURE] = {take_measure_line, 6 + N_FORM_REASONS, false, false},
    [TALLY_KIND_UNCHECKED] = {take_unchecked, 2, false, false},
    [TALLY_KIND_WITHHELD] = {take_withheld, 3, false, false},
    [TALLY_KIND_UNKNOWN_INFORMANTS] = {take_unknown_informants, 2, false, false},
    [TALLY_KIND_SOURCE] = {take_source, 3 + N_FINDING_KINDS, false, false},
    [TALLY_KIND_IDS] = {take_ids, 3, false, false},
    [TALLY_KIND_SUMMARY_ID] = {take_summary_id, 3, false, false},
    [TALLY_KIND_AGE] = {take_age, 4, false, false},
    [TALLY_KIND_SCORING] = {take_scoring, 9, false, false},
    [TALLY_KIND_PRORATED] = {take_prorated, 5, false, false},
    [TALLY_KIND_ITEM] = {take_item, 12, false, false},
    [TALLY_KIND_ITEMS] = {take_items, 6, false, true},
    [TALLY_KIND_ITEMS_REST] = {take_items_rest, 6, false, false},
    [TALLY_KIND_ITEMS_OF_STAGE] = {take_items_of_stage, 6, false, false},
    [TALLY_KIND_VALUE] = {take_value, 2, false, false},
    [TALLY_KIND_SCORE] = {take_score, 6, false, true},
    [TALLY_KIND_EVERY] = {take_every, 6, false, true},
    [TALLY_KIND_PAIR] = {take_pair, 8, false, true},
    [TALLY_KIND_DAYS] = {take_days, 5, false, true},
    [TALLY_KIND_ADDED_VALUE] = {take_added_value, 5, false, true},
    [TALLY_KIND_GOAL] = {take_goal, 6, false, true},
    [TALLY_KIND_PATTERN] = {take_pattern, 7, false, true},
    [TALLY_KIND_FAMILY] = {take_family, 8, false, true},
    [TALLY_KIND_SPLIT_FAMILY] = {take_split_family, 8, false, true},
    [TALLY_KIND_FAMILY_GOALS] = {take_family_goals, 7, false, true},
    [TALLY_KIND_SPLIT_FAMILY_GOALS] = {take_split_family_goals, 7, false, true},
    [TALLY_KIND_FAMILY_SHARE] = {take_family_share, 7, false, true},
    [TALLY_KIND_SPLIT_FAMILY_SHARE] = {take_split_family_share, 7, false, true},
};

bool tally_line(struct tally_reading *r, const struct row *row)
{
    size_t kind = 0, n_cells;
    r->row = row;
    if (row->cells[0].text[0] == '#') {
        return true;
    }
    while (kind < N_TALLY_KINDS && !tally_field_is(r, 0, tally_kind_names[kind])) {
        kind++;
    }
    if (kind == N_TALLY_KINDS) {
        return tally_fault(r, 0,
                           "found a line of a kind that is not known, expected those of "
                           "version %s",
                           TALLY_VERSION);
    }
    if (lines[kind].of_head ? r->has_study : !r->has_study && !tally_study(r)) {
        return lines[kind].of_head
                   ? tally_fault(r, 0, "found a line of the head behind it, expected none")
                   : false;
    }
    n_cells =
        lines[kind].n_cells + (lines[kind].of_cohort ? r->into->plan.study.n_cohort_columns : 0);
    if (row->n_cells != n_cells) {
        return tally_fault(r, 0, "found %zu cells in this line, expected %zu", row->n_cells,
                           n_cells);
    }
    return lines[kind].take(r);
}

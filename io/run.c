/* io/run.c - the order of questions that every row is asked, which is the order of the ledger of
   forms: is anything answered? whose is it? of which stage? Only then does it meet other forms. A
   row that fails one is listed under that one and goes no further.

   Answers outside their item's range are kept as they are until they are scored: scoring takes them
   as missing, but the checks want to see them, since a file that is coded from 1 instead of 0 shows
   in nothing else. */
#include "io/run.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "io/read/cells.h"
#include "io/read/columns.h"
#include "io/read/delimited.h"
#include "scales/gas.h"

/* What the row handler knows while it reads one source. */
struct reading {
    struct run *run;
    const struct run_options *options;
    const struct plan *plan;
    const struct source *source;
    uint32_t source_index;
    struct columns columns;
    bool has_header;
    answer answers[MAX_GROUPS][MAX_ITEMS];
    struct scored scored[MAX_SCALES];
};

/* One row while it is read. */
struct row_form {
    const struct row *row;
    const struct informant *informant;
    struct cell participant;
    bool has_id;
    uint32_t cohort;
};

static struct location location_of(const struct reading *r, const struct row *row)
{
    return (struct location){.file = r->source_index, .row = row->number};
}

static struct fault add_finding(struct reading *r, enum finding_kind kind, const struct row *row,
                                size_t column, const char *value)
{
    struct finding finding = {
        .kind = kind, .location = location_of(r, row), .column = (uint32_t)column};
    /* Cells are personal data: their text is kept only for who asks for it. */
    if (r->options->keep_values && value != NULL) {
        finding.value = arena_copy(&r->run->arena, value, strlen(value));
        if (finding.value == NULL) {
            return fault_memory();
        }
    }
    return findings_add_cell(&r->run->findings, &finding) ? FAULT_FREE : fault_memory();
}

static bool is_missing(const struct source *source, const struct cell *cell)
{
    if (cell->length == 0 || text_is_missing(cell->text)) {
        return true;
    }
    for (size_t i = 0; i < source->n_missing; i++) {
        if (text_alike(source->missing[i], cell->text)) {
            return true;
        }
    }
    return false;
}

/* --- answers --- */

/* The code that a cell stands for; false: no code at all. */
static bool answer_code(const struct source *source, const struct cell *cell, int64_t *code)
{
    for (size_t i = 0; i < source->n_answers; i++) {
        if (text_alike(source->answers[i].text, cell->text)) {
            *code = source->answers[i].code;
            return true;
        }
    }
    return source->numbers_too && text_decimal(cell->text, 0, code);
}

/* One answer. A code outside the range is kept as it is, for the checks; scoring takes it as
   missing. */
static struct fault read_answer(struct reading *r, const struct row *row, size_t column,
                                const struct item_group *group, answer *out)
{
    const struct cell cell = column < row->n_cells ? row->cells[column] : (struct cell){"", 0};
    int64_t code;
    *out = ANSWER_MISSING;
    /* Only where the study names no texts of its own: it may call 9 missing, or give 1 the code
       0. */
    if (cell.length == 1 && cell.text[0] >= '0' && cell.text[0] <= '9' &&
        r->source->n_answers == 0 && r->source->n_missing == 0) {
        code = cell.text[0] - '0'; /* nearly every cell of nearly every file */
    } else if (is_missing(r->source, &cell)) {
        return FAULT_FREE;
    } else if (!answer_code(r->source, &cell, &code)) {
        return add_finding(r, FINDING_OUT_OF_RANGE, row, column + 1, cell.text);
    }
    /* A code that does not fit is a finding like any other, and stays missing. */
    if (code > ANSWER_MISSING && code <= INT8_MAX) {
        *out = (answer)code;
    }
    return code >= group->lowest && code <= group->highest
               ? FAULT_FREE
               : add_finding(r, FINDING_OUT_OF_RANGE, row, column + 1, cell.text);
}

/* The answers of all item groups at a stage. */
static struct fault read_answers(struct reading *r, const struct row_form *form, size_t stage,
                                 struct answers *answers)
{
    const struct instrument *const instrument = form->informant->instrument;
    const size_t n_stages = r->plan->study.n_stages;
    struct fault fault = FAULT_FREE;
    *answers = (struct answers){{NULL}};
    for (size_t g = 0; g < instrument->n_groups; g++) {
        const struct item_group *const group = &instrument->groups[g];
        const size_t *const places = r->columns.items[g * n_stages + stage];
        const bool is_long = r->source->items[g * n_stages + stage].n != group->n_items;
        /* The group stays NULL, which scoring takes as not asked, not as left blank. */
        if (places == NULL) {
            continue;
        }
        for (size_t i = 0; i < group->n_items && fault.code == FAULT_NONE; i++) {
            fault = read_answer(r, form->row, places[is_long ? group->in_long[i] : i], group,
                                &r->answers[g][i]);
        }
        answers->groups[g] = r->answers[g];
    }
    return fault;
}

/* --- the parts of a form --- */

static struct fault read_date(struct reading *r, const struct row *row, size_t stage, int64_t *date)
{
    const struct place *const place = &r->columns.dates[r->source->wide ? stage : 0];
    const struct cell cell = columns_cell(row, place);
    *date = NO_DATE;
    if (is_missing(r->source, &cell) || text_date(cell.text, r->source->day_first, date)) {
        return FAULT_FREE;
    }
    *date = NO_DATE;
    return add_finding(r, FINDING_BAD_DATE, row, place->index + 1, cell.text);
}

static struct fault read_cohort(struct reading *r, const struct row *row, uint32_t *cohort)
{
    uint32_t values[MAX_COHORT_COLUMNS];
    for (size_t i = 0; i < r->plan->study.n_cohort_columns; i++) {
        struct cell cell = columns_cell(row, &r->columns.cohorts[i]);
        /* NA and an empty cell are one value: not recorded. */
        if (is_missing(r->source, &cell)) {
            cell.length = 0;
        }
        if (!cohorts_value(&r->run->cohorts, cell.text, cell.length, &values[i])) {
            return fault_memory();
        }
    }
    return cohorts_add(&r->run->cohorts, values, cohort) ? FAULT_FREE : fault_memory();
}

static struct fault read_age(struct reading *r, const struct row *row, size_t measure)
{
    const struct cell cell = columns_cell(row, &r->columns.age);
    int64_t age;
    if (is_missing(r->source, &cell)) {
        return FAULT_FREE;
    }
    if (!text_decimal(cell.text, 0, &age) || age < 0 || age > 150) {
        return add_finding(r, FINDING_BAD_AGE, row, r->columns.age.index + 1, cell.text);
    }
    item_checks_add_age(&r->run->checks, measure, age);
    return FAULT_FREE;
}

static struct fault set_row_aside(struct reading *r, const struct row_form *form, size_t stage,
                                  enum form_reason reason)
{
    struct set_aside row = {.location = location_of(r, form->row),
                            .respondent = NO_NAME,
                            .series = NO_NAME,
                            .measure = (uint32_t)form->informant->measure,
                            .stage = (uint32_t)stage,
                            .reason = reason};
    if (form->has_id && !respondents_id(&r->run->respondents, row.measure, form->participant.text,
                                        form->participant.length, &row.respondent)) {
        return fault_memory();
    }
    return findings_add_form(&r->run->findings, &row) ? FAULT_FREE : fault_memory();
}

/* Which stage a row of a long source is of: NO_STAGE where its date has to say, or where nothing
   can (`*unknown`). */
static uint32_t row_stage(const struct reading *r, const struct row *row, int64_t date,
                          bool *unknown)
{
    const struct cell cell = columns_cell(row, &r->columns.stage);
    *unknown = false;
    if (!is_missing(r->source, &cell)) {
        const uint32_t stage = plan_stage(r->plan, cell.text);
        *unknown = stage == NO_STAGE;
        return stage;
    }
    /* A date places a form in a window; or, in a file without a stage column, it may make it the
       respondent's first. With neither it says nothing of the stage. */
    *unknown =
        date == NO_DATE || (!r->run->respondents.by_date && r->columns.stage.index != NO_COLUMN);
    return NO_STAGE;
}

/* Tells the watcher of a form. */
static struct fault watch(const struct reading *r, const struct row_form *form, uint32_t stage,
                          bool blank, const char *goal, int32_t halves)
{
    const struct cell cell = columns_cell(form->row, &r->columns.stage);
    const struct scored_form seen = {.source = r->source,
                                     .row = form->row->number,
                                     .participant = form->has_id ? form->participant.text : "",
                                     .stage = stage != NO_STAGE ? r->plan->study.stages[stage].name
                                                                : cell.text,
                                     .measure = &r->plan->study.measures[form->informant->measure],
                                     .instrument = form->informant->instrument,
                                     .scored = r->scored,
                                     .blank = blank,
                                     .goal = goal,
                                     .halves = halves};
    return r->options->watch == NULL ? FAULT_FREE : r->options->watch(r->options->context, &seen);
}

/* Hands a form with an id to the join, or sets it aside for the first reason that holds. */
static struct fault take_form(struct reading *r, const struct row_form *row, struct form *form,
                              bool blank, bool unknown_stage)
{
    form->measure = (uint32_t)row->informant->measure;
    form->location = location_of(r, row->row);
    form->cohort = row->cohort;
    /* A stage cell left empty is a gap in the file, not a sign that the form is the first. */
    form->may_start = r->columns.stage.index == NO_COLUMN;
    if (blank || !row->has_id || unknown_stage) {
        return set_row_aside(r, row, form->stage,
                             blank          ? FORM_BLANK
                             : !row->has_id ? FORM_NO_ID
                                            : FORM_UNKNOWN_STAGE);
    }
    return respondents_id(&r->run->respondents, form->measure, row->participant.text,
                          row->participant.length, &form->respondent) &&
                   respondents_add(&r->run->respondents, form)
               ? FAULT_FREE
               : fault_memory();
}

/* --- questionnaires --- */

static struct fault take_questionnaire(struct reading *r, const struct row_form *row, size_t stage)
{
    const struct instrument *const instrument = row->informant->instrument;
    struct answers answers;
    uint32_t payload[MAX_PAYLOAD];
    struct form form = {
        .stage = (uint32_t)stage, .goal = NO_NAME, .category = NO_NAME, .payload = payload};
    bool unknown = false, blank;
    struct fault fault = read_answers(r, row, r->source->wide ? stage : 0, &answers);
    if (fault.code == FAULT_NONE) {
        fault = read_date(r, row->row, stage, &form.date);
    }
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    if (!r->source->wide) {
        form.stage = row_stage(r, row->row, form.date, &unknown);
    }
    /* Before any reason to set it aside: the ledger has to add up to this. */
    r->run->forms_read[row->informant->measure]++;
    /* Only valid codes count: a form of nothing but 99 is blank. */
    blank = answers_count(instrument, &answers) == 0;
    instrument_score(instrument, &answers, r->scored);
    for (size_t i = 0; i < instrument->n_scales; i++) {
        payload[i] = r->scored[i].outcome;
    }
    if (!blank) {
        item_checks_add(&r->run->checks, row->informant->measure, &answers, r->scored);
        fault = read_age(r, row->row, row->informant->measure);
    }
    if (fault.code == FAULT_NONE) {
        fault = watch(r, row, form.stage, blank, "", 0);
    }
    return fault.code == FAULT_NONE ? take_form(r, row, &form, blank, unknown) : fault;
}

/* --- goals --- */

/* A level in halves; false: blank or none. -0.5 is what GAS-light calls partly achieved. */
static struct fault read_level(struct reading *r, const struct row *row, size_t column, bool *rated,
                               int32_t *halves)
{
    const struct cell cell = column < row->n_cells ? row->cells[column] : (struct cell){"", 0};
    int64_t tenths;
    *rated = false;
    *halves = 0;
    if (is_missing(r->source, &cell)) {
        return FAULT_FREE;
    }
    /* Of the halves only -0.5 has a meaning; tenths show it exactly, without a double. */
    if (text_decimal(cell.text, 1, &tenths) && tenths >= -20 && tenths <= 20 &&
        (tenths % 10 == 0 || tenths == -5)) {
        const bool recode = tenths == -5 && !r->plan->study.goals.keep_partial;
        *rated = true;
        *halves = recode ? -GAS_HALVES_PER_LEVEL : (int32_t)(tenths * GAS_HALVES_PER_LEVEL / 10);
        return FAULT_FREE;
    }
    return add_finding(r, FINDING_OUT_OF_RANGE, row, column + 1, cell.text);
}

static struct fault read_weight(struct reading *r, const struct row *row, uint32_t *weight)
{
    const struct cell cell = columns_cell(row, &r->columns.weight);
    int64_t units;
    *weight = GOAL_NO_WEIGHT;
    if (is_missing(r->source, &cell)) {
        return FAULT_FREE;
    }
    if (text_decimal(cell.text, 4, &units) && units >= 0 && units <= GAS_MAX_WEIGHT) {
        *weight = (uint32_t)units;
        return FAULT_FREE;
    }
    return add_finding(r, FINDING_BAD_WEIGHT, row, r->columns.weight.index + 1, cell.text);
}

static const char *const yes_words[] = {"yes", "y", "true", "1"};
static const char *const no_words[] = {"no", "n", "false", "0"};

static bool is_one_of(const char *text, const char *const words[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (text_alike(text, words[i])) {
            return true;
        }
    }
    return false;
}

static struct fault read_flags(struct reading *r, const struct row *row, uint32_t *flags)
{
    struct fault fault = FAULT_FREE;
    *flags = 0;
    for (size_t i = 0; i < r->plan->study.goals.n_flags && fault.code == FAULT_NONE; i++) {
        const struct cell cell = columns_cell(row, &r->columns.flags[i]);
        /* A flag that this source has no column for reads as empty, which is no. */
        if (is_one_of(cell.text, yes_words, sizeof yes_words / sizeof yes_words[0])) {
            *flags |= UINT32_C(1) << i;
        } else if (!is_missing(r->source, &cell) &&
                   !is_one_of(cell.text, no_words, sizeof no_words / sizeof no_words[0])) {
            fault = add_finding(r, FINDING_BAD_FLAG, row, r->columns.flags[i].index + 1, cell.text);
        }
    }
    return fault;
}

/* Texts that a rating refers to by number. */
static struct fault name_goal(struct reading *r, const struct row *row, struct form *form)
{
    const struct cell goal = columns_cell(row, &r->columns.goal);
    const struct cell category = columns_cell(row, &r->columns.category);
    if (!respondents_name(&r->run->respondents, goal.text, goal.length, &form->goal)) {
        return fault_memory();
    }
    if (!is_missing(r->source, &category) &&
        !respondents_name(&r->run->respondents, category.text, category.length, &form->category)) {
        return fault_memory();
    }
    return FAULT_FREE;
}

static struct fault take_goal(struct reading *r, const struct row_form *row_form, size_t stage)
{
    const struct row *const row = row_form->row;
    const size_t *const places = r->columns.items[r->source->wide ? stage : 0];
    const struct cell goal = columns_cell(row, &r->columns.goal);
    uint32_t payload[GOAL_PAYLOAD];
    struct form form = {
        .stage = (uint32_t)stage, .goal = NO_NAME, .category = NO_NAME, .payload = payload};
    struct row_form with_goal = *row_form;
    int32_t halves;
    bool rated, unknown = false;
    struct fault fault;
    assert(places != NULL); /* a source of goals has a level column */
    fault = read_level(r, row, places[0], &rated, &halves);
    if (fault.code == FAULT_NONE) {
        fault = read_weight(r, row, &payload[GOAL_PAYLOAD_WEIGHT]);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_flags(r, row, &form.flags);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_date(r, row, stage, &form.date);
    }
    if (fault.code == FAULT_NONE) {
        fault = name_goal(r, row, &form);
    }
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    if (!r->source->wide) {
        form.stage = row_stage(r, row, form.date, &unknown);
    }
    r->run->forms_read[row_form->informant->measure]++;
    /* Payloads are unsigned: levels are counted up from the lowest, -2. */
    payload[GOAL_PAYLOAD_LEVEL] = (uint32_t)(halves + 2 * GAS_HALVES_PER_LEVEL);
    /* A goal without a name cannot be found again at the next stage. The watcher still gets the
       respondent's id. */
    with_goal.has_id = with_goal.has_id && !is_missing(r->source, &goal);
    fault = watch(r, row_form, form.stage, !rated, goal.text, halves);
    return fault.code == FAULT_NONE ? take_form(r, &with_goal, &form, !rated, unknown) : fault;
}

/* --- rows --- */

static const struct informant *informant_of(const struct reading *r, const struct row *row)
{
    const struct source *const source = r->source;
    struct cell cell;
    if (source->informant.text == NULL) {
        return &source->informants[0];
    }
    cell = columns_cell(row, &r->columns.informant);
    for (size_t i = 0; i < source->n_informants; i++) {
        if (text_alike(source->informants[i].value, cell.text)) {
            return &source->informants[i];
        }
    }
    return NULL;
}

/* A row whose informant the study does not name: no instrument's ledger can hold it. */
static struct fault unknown_informant(struct reading *r, const struct row *row)
{
    const struct set_aside aside = {.location = location_of(r, row),
                                    .respondent = NO_NAME,
                                    .series = NO_NAME,
                                    .measure = (uint32_t)r->plan->study.n_measures,
                                    .stage = NO_STAGE,
                                    .reason = FORM_NO_ID};
    r->run->unknown_informants++;
    return findings_add_form(&r->run->findings, &aside)
               ? add_finding(r, FINDING_UNKNOWN_INFORMANT, row, r->columns.informant.index + 1,
                             NULL)
               : fault_memory();
}

static struct fault check_length(struct reading *r, const struct row *row)
{
    if (row->n_cells < r->columns.n_columns) {
        return add_finding(r, FINDING_SHORT_ROW, row, row->n_cells + 1, NULL);
    }
    /* Excel pads rows with empty cells; only a cell with text shows that columns have slipped. */
    for (size_t i = r->columns.n_columns; i < row->n_cells; i++) {
        if (row->cells[i].length > 0) {
            return add_finding(r, FINDING_LONG_ROW, row, i + 1, NULL);
        }
    }
    return FAULT_FREE;
}

static struct fault take_data_row(struct reading *r, const struct row *row)
{
    const struct source *const source = r->source;
    const size_t n_stages = r->plan->study.n_stages;
    struct row_form form = {.row = row, .informant = informant_of(r, row)};
    struct fault fault = check_length(r, row);
    /* Rows of an unknown informant are counted, too: the user compares this with the
       spreadsheet. */
    r->run->rows_read[r->source_index]++;
    if (fault.code != FAULT_NONE || form.informant == NULL) {
        return fault.code != FAULT_NONE ? fault : unknown_informant(r, row);
    }
    form.participant = columns_cell(row, &r->columns.participant);
    form.has_id = !is_missing(source, &form.participant);
    fault = read_cohort(r, row, &form.cohort);
    for (size_t stage = 0; stage < (source->wide ? n_stages : 1) && fault.code == FAULT_NONE;
         stage++) {
        /* Group 0 decides: a source cannot do without its items. */
        if (r->columns.items[stage] == NULL && source->wide) {
            continue; /* the file has nothing of this stage */
        }
        fault = form.informant->instrument->is_goals ? take_goal(r, &form, stage)
                                                     : take_questionnaire(r, &form, stage);
    }
    return fault;
}

static struct fault take_header(struct reading *r, const struct row *row)
{
    struct fault fault = columns_find(r->plan, r->source, row, &r->columns);
    r->has_header = true;
    for (size_t i = 0; i < r->source->n_informants && fault.code == FAULT_NONE; i++) {
        /* One source with families is enough: a measure may be pooled from several files. */
        r->run->has_family[r->source->informants[i].measure] |=
            r->columns.family.index != NO_COLUMN &&
            r->columns.family.index != r->columns.participant.index;
    }
    return fault;
}

static struct fault take_row(void *context, const struct row *row)
{
    struct reading *const r = context;
    if (!r->has_header) {
        return take_header(r, row);
    }
    if (r->options->interrupted != NULL && *r->options->interrupted != 0) {
        return fault_at(FAULT_INTERRUPTED, NULL, 0, 0, "stopped; nothing was written");
    }
    return take_data_row(r, row);
}

static struct fault read_source(struct run *run, const struct run_options *options, size_t index)
{
    /* Zeroed, so that columns_free() is safe even where the file had no header row. */
    struct reading *const r = calloc(1, sizeof *r);
    struct fault fault;
    if (r == NULL) {
        return fault_memory();
    }
    r->run = run;
    r->options = options;
    r->plan = run->plan;
    r->source = &run->plan->sources[index];
    r->source_index = (uint32_t)index;
    fault = delimited_read(r->source->path, r->source->separator, take_row, r);
    if (fault.code == FAULT_NONE && run->rows_read[index] == 0) {
        fault = fault_at(FAULT_CONTENT, r->source->path, 0, 0,
                         "found the names of columns and no row below them");
    }
    if (fault.code != FAULT_NONE && strcmp(fault.file, r->source->path) == 0) {
        /* speak of the file by the name that the user gave it */
        struct fault renamed =
            fault_at(fault.code, r->source->name, fault.row, fault.column, "%s", fault.detail);
        fault = renamed;
    }
    columns_free(&r->columns);
    free(r);
    return fault;
}

static struct fault begin(const struct plan *plan, struct run *run)
{
    *run = (struct run){.plan = plan};
    run->forms_read = calloc(plan->study.n_measures + 1, sizeof *run->forms_read);
    run->rows_read = calloc(plan->n_sources + 1, sizeof *run->rows_read);
    run->has_family = calloc(plan->study.n_measures + 1, sizeof *run->has_family);
    /* What was made before a failure is left to run_free(), for which the zeros above stand. */
    if (run->forms_read == NULL || run->rows_read == NULL || run->has_family == NULL ||
        !cohorts_init(&run->cohorts, plan->study.n_cohort_columns) ||
        !item_checks_init(&run->checks, &plan->study) ||
        !respondents_init(&run->respondents, &plan->study, &run->cohorts, &run->findings)) {
        return fault_memory();
    }
    return FAULT_FREE;
}

static struct fault finish(struct run *run)
{
    const struct computed_from from = {.study = &run->plan->study,
                                       .cohorts = &run->cohorts,
                                       .counted = &run->counted,
                                       .findings = &run->findings,
                                       .checks = &run->checks,
                                       .names = &run->respondents.names,
                                       .forms_read = run->forms_read,
                                       .unknown_informants = run->unknown_informants};
    /* In this order: forms with a date are placed first, and figures are made of what is
       counted. */
    return respondents_resolve(&run->respondents) &&
                   count_respondents(&run->respondents, &run->counted) &&
                   compute_figures(&from, &run->figures)
               ? FAULT_FREE
               : fault_memory();
}

struct fault run_study(const struct plan *plan, const struct run_options *options, struct run *run)
{
    struct fault fault = begin(plan, run);
    for (size_t i = 0; i < plan->n_sources && fault.code == FAULT_NONE; i++) {
        fault = read_source(run, options, i);
    }
    if (fault.code == FAULT_NONE) {
        fault = finish(run);
    }
    if (fault.code != FAULT_NONE) {
        run_free(run);
    }
    return fault;
}

void run_warn(const struct run *run, struct warnings *warnings)
{
    const size_t n = run->plan->n_sources;
    const char **const files = calloc(n + 1, sizeof *files);
    if (files == NULL) {
        warnings->no_memory = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        files[i] = run->plan->sources[i].name;
    }
    item_checks_warn(warnings, &run->checks);
    join_checks_warn(warnings, &run->respondents, &run->counted, files, n);
    free(files);
}

void run_free(struct run *run)
{
    if (run->figures.study != NULL) {
        figures_free(&run->figures);
    }
    counted_free(&run->counted);
    if (run->respondents.study != NULL) {
        respondents_free(&run->respondents);
    }
    item_checks_free(&run->checks);
    findings_free(&run->findings);
    cohorts_free(&run->cohorts);
    free(run->forms_read);
    free(run->rows_read);
    free(run->has_family);
    arena_free(&run->arena);
    *run = (struct run){0};
}

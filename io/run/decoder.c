/* io/run/decoder.c - what the cells of a row say. Nearly every cell is of one of two kinds: a single
   digit, which is an answer, or a text that stood in many rows before (memo.h). The rest is decoded
   as a spreadsheet would show it, and looked at closely.

   Answers outside their item's range are kept as they are until they are scored: scoring takes them
   as missing, but the checks want to see them, since a file that is coded from 1 instead of 0 shows
   in nothing else. */
#include "io/run/decoder.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "io/read/cells.h"
#include "io/run/batch.h"
#include "io/run/memo.h"
#include "scales/gas.h"

/* What a cell may mean beside a value. */
#define CELL_MISSING INT64_MIN
#define CELL_BAD (INT64_MIN + 1)

struct decoder;
/* What a text means in its column. False: no memory. */
typedef bool meaning(struct decoder *decoder, const struct cell *cell, int64_t *value);

/* A column whose texts come again and again. */
struct known {
    const struct place *place; /* borrowed from the columns */
    meaning *of;
    struct memo memo;
    bool is_fixed; /* no column: the same for every row */
    int64_t fixed;
};

struct decoder {
    struct worker *worker;
    const struct plan *plan;
    size_t source_index;
    const struct source *source;
    const struct columns *columns;
    struct known informant, stage, age, goal, category, weight, level;
    struct known flags[MAX_FLAGS], cohorts[MAX_COHORT_COLUMNS];
    struct known *dates; /* owned: one for each stage */
    struct memo answers, tuples;
    bool digits_are_answers;
    size_t longest_missing; /* of the texts that mean "not answered" */
    struct batch **batches; /* owned: [informant][stage]; a long source has stage 0 only */
    size_t n_batches, n_batch_stages;
    struct text_room room, other_room;
    struct scored_columns scored;
};

/* What all forms of a row share. */
struct row_facts {
    const struct raw_row *row;
    uint64_t place;
    const char *id; /* NULL: none */
    size_t n_id;
    uint32_t cohort;
};

static bool no_memory(struct decoder *d)
{
    return worker_stop(d->worker, fault_memory());
}

/* --- cells --- */

struct span {
    const char *text;
    size_t length;
};

/* A cell as it stands in the file; none where the row is too short. */
static inline struct span raw_cell(const struct raw_row *row, size_t index)
{
    const uint32_t start = index == 0 ? row->start : row->ends[index - 1] + 1;
    return index < row->n_cells ? (struct span){row->text + start, row->ends[index] - start}
                                : (struct span){row->text, 0};
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

/* Counts an odd cell; its text is shown only to who asks for it. */
static bool add_finding(struct decoder *d, enum finding_kind kind, uint64_t place,
                                const struct raw_row *row, size_t column)
{
    struct finding finding = {
        .place = place, .column = (uint32_t)column + 1, .kind = (uint8_t)kind};
    struct cell cell = {NULL, 0};
    /* Cells are personal data: their text is kept only for who asks for it. */
    if (d->worker->shared->options->keep_values && row != NULL &&
        !raw_cell_text(row, column, &d->other_room, &cell)) {
        return no_memory(d);
    }
    finding.value = cell.text;
    return worker_finding(d->worker, d->source_index, &finding);
}

/* --- columns whose texts come again --- */

static bool known_begin(struct decoder *d, struct known *known, const struct place *place,
                        meaning *of)
{
    *known = (struct known){.place = place, .of = of};
    if (place->constant != NULL || place->index == NO_COLUMN) {
        const char *const text = place->constant == NULL ? "" : place->constant;
        const struct cell cell = {text, strlen(text)};
        known->is_fixed = true;
        return of(d, &cell, &known->fixed);
    }
    return true;
}

/* What the row's cell means. False: no memory. */
static bool known_value(struct decoder *d, struct known *known, const struct raw_row *row,
                        int64_t *value)
{
    struct span raw;
    struct memo_key key;
    struct cell cell;
    bool has_key;
    if (known->is_fixed) {
        *value = known->fixed;
        return true;
    }
    raw = raw_cell(row, known->place->index);
    has_key = memo_key(raw.text, raw.length, &key);
    if (has_key) {
        const int64_t *const found = memo_find(&known->memo, &key);
        if (found != NULL) {
            *value = *found;
            return true;
        }
    }
    if (!raw_cell_text(row, known->place->index, &d->room, &cell) || !known->of(d, &cell, value)) {
        return false;
    }
    if (has_key) {
        memo_put(&known->memo, &key, *value);
    }
    return true;
}

static bool stage_meaning(struct decoder *d, const struct cell *cell, int64_t *value)
{
    const uint32_t stage = is_missing(d->source, cell) ? 0 : plan_stage(d->plan, cell->text);
    *value = is_missing(d->source, cell) ? CELL_MISSING : stage == NO_STAGE ? CELL_BAD : stage;
    return true;
}

static bool date_meaning(struct decoder *d, const struct cell *cell, int64_t *value)
{
    if (is_missing(d->source, cell)) {
        *value = CELL_MISSING;
    } else if (!text_date(cell->text, d->source->day_first, value)) {
        *value = CELL_BAD;
    }
    return true;
}

static bool age_meaning(struct decoder *d, const struct cell *cell, int64_t *value)
{
    if (is_missing(d->source, cell)) {
        *value = CELL_MISSING;
    } else if (!text_decimal(cell->text, 0, value) || *value < 0 || *value > 150) {
        *value = CELL_BAD;
    }
    return true;
}

static bool informant_meaning(struct decoder *d, const struct cell *cell, int64_t *value)
{
    *value = CELL_BAD;
    for (size_t i = d->source->n_informants; i > 0; i--) {
        if (text_alike(d->source->informants[i - 1].value, cell->text)) {
            *value = (int64_t)(i - 1);
        }
    }
    return true;
}

static bool cohort_meaning(struct decoder *d, const struct cell *cell, int64_t *value)
{
    struct shared *const shared = d->worker->shared;
    uint32_t number;
    bool done;
    pthread_mutex_lock(&shared->names_lock);
    /* NA and an empty cell are one value: not recorded. */
    done = cohorts_value(shared->cohorts, cell->text,
                         is_missing(d->source, cell) ? 0 : cell->length, &number);
    pthread_mutex_unlock(&shared->names_lock);
    *value = number;
    return done;
}

/* Texts that a rating refers to by number. */
static bool name_text(struct decoder *d, const struct cell *cell, int64_t *value)
{
    struct shared *const shared = d->worker->shared;
    uint32_t number;
    bool done;
    pthread_mutex_lock(&shared->names_lock);
    done = names_add(shared->names, cell->text, cell->length, &number);
    pthread_mutex_unlock(&shared->names_lock);
    *value = number;
    return done;
}

static bool name_meaning(struct decoder *d, const struct cell *cell, int64_t *value)
{
    if (is_missing(d->source, cell)) {
        *value = CELL_MISSING;
        return true;
    }
    return name_text(d, cell, value);
}

static bool weight_meaning(struct decoder *d, const struct cell *cell, int64_t *value)
{
    if (is_missing(d->source, cell)) {
        *value = CELL_MISSING;
    } else if (!text_decimal(cell->text, 4, value) || *value < 0 || *value > GAS_MAX_WEIGHT) {
        *value = CELL_BAD;
    }
    return true;
}

/* A level in halves. -0.5 is what GAS-light calls partly achieved. */
static bool level_meaning(struct decoder *d, const struct cell *cell, int64_t *value)
{
    int64_t tenths;
    *value = CELL_BAD;
    if (is_missing(d->source, cell)) {
        *value = CELL_MISSING;
    } else if (text_decimal(cell->text, 1, &tenths) && tenths >= -20 && tenths <= 20 &&
               (tenths % 10 == 0 || tenths == -5)) {
        /* Of the halves only -0.5 has a meaning; tenths show it exactly, without a double. */
        const bool recode = tenths == -5 && !d->plan->study.goals.keep_partial;
        *value = recode ? -GAS_HALVES_PER_LEVEL : tenths * GAS_HALVES_PER_LEVEL / 10;
    }
    return true;
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

static bool flag_meaning(struct decoder *d, const struct cell *cell, int64_t *value)
{
    *value = is_one_of(cell->text, yes_words, sizeof yes_words / sizeof yes_words[0]) ? 1
             : is_missing(d->source, cell) ||
                     is_one_of(cell->text, no_words, sizeof no_words / sizeof no_words[0])
                 ? 0
                 : CELL_BAD;
    return true;
}

/* The code that an answer stands for, whether an item can take it or not. */
static void answer_meaning(const struct source *source, const struct cell *cell, int64_t *value)
{
    if (is_missing(source, cell)) {
        *value = CELL_MISSING;
        return;
    }
    for (size_t i = 0; i < source->n_answers; i++) {
        if (text_alike(source->answers[i].text, cell->text)) {
            *value = source->answers[i].code;
            return;
        }
    }
    if (!source->numbers_too || !text_decimal(cell->text, 0, value)) {
        *value = CELL_BAD;
    }
}

/* --- the parts of a row --- */

/* Has this text, of plain letters or not, to be looked at as a spreadsheet would show it? */
static bool is_plain(const char *text, size_t length)
{
    uint64_t odd = 0;
    for (size_t i = 0; i < length; i++) {
        odd |= (unsigned char)text[i] <= ' ' || (unsigned char)text[i] >= 0x80;
    }
    return odd == 0;
}

/* The row's id, in place or decoded; NULL: none. */
static bool read_id(struct decoder *d, struct row_facts *facts)
{
    const struct place *const place = &d->columns->participant;
    struct cell cell = {place->constant, 0};
    if (place->constant == NULL && place->index != NO_COLUMN) {
        const struct span raw = raw_cell(facts->row, place->index);
        if (raw.length > d->longest_missing && is_plain(raw.text, raw.length)) {
            facts->id = raw.text;
            facts->n_id = raw.length;
            return true;
        }
        if (!raw_cell_text(facts->row, place->index, &d->room, &cell)) {
            return false;
        }
    } else if (cell.text != NULL) {
        cell.length = strlen(cell.text);
    }
    facts->id = cell.text == NULL || is_missing(d->source, &cell) ? NULL : cell.text;
    facts->n_id = cell.length;
    return true;
}

static bool read_cohort(struct decoder *d, struct row_facts *facts)
{
    struct shared *const shared = d->worker->shared;
    const size_t n = d->plan->study.n_cohort_columns;
    uint32_t values[MAX_COHORT_COLUMNS] = {0};
    struct memo_key key;
    const int64_t *known = NULL;
    bool done;
    for (size_t i = 0; i < n; i++) {
        int64_t value;
        if (!known_value(d, &d->cohorts[i], facts->row, &value)) {
            return false;
        }
        values[i] = (uint32_t)value;
    }
    if (n <= sizeof key / sizeof values[0]) {
        memcpy(&key, values, sizeof key);
        known = memo_find(&d->tuples, &key);
    }
    if (known != NULL) {
        facts->cohort = (uint32_t)*known;
        return true;
    }
    pthread_mutex_lock(&shared->names_lock);
    done = cohorts_add(shared->cohorts, values, &facts->cohort);
    pthread_mutex_unlock(&shared->names_lock);
    if (done && n <= sizeof key / sizeof values[0]) {
        memo_put(&d->tuples, &key, facts->cohort);
    }
    return done;
}

/* One answer that is not a single digit within the item's range, or that the study has other words
   for. */
static bool read_odd_answer(struct decoder *d, const struct row_facts *facts, size_t column,
                                    const struct item_group *group, answer *out)
{
    const struct span raw = raw_cell(facts->row, column);
    const int64_t *known = NULL;
    struct memo_key key;
    int64_t code;
    const bool has_key = memo_key(raw.text, raw.length, &key);
    *out = ANSWER_MISSING;
    if (raw.length == 0) {
        return true;
    }
    known = has_key ? memo_find(&d->answers, &key) : NULL;
    if (known != NULL) {
        code = *known;
    } else {
        struct cell cell;
        if (!raw_cell_text(facts->row, column, &d->room, &cell)) {
            return no_memory(d);
        }
        answer_meaning(d->source, &cell, &code);
        if (has_key) {
            memo_put(&d->answers, &key, code);
        }
    }
    if (code == CELL_MISSING) {
        return true;
    }
    /* A code that does not fit is a finding like any other, and stays missing. */
    if (code > ANSWER_MISSING && code <= INT8_MAX) {
        *out = (answer)code;
    }
    return code >= group->lowest && code <= group->highest
               ? true
               : add_finding(d, FINDING_OUT_OF_RANGE, facts->place, facts->row, column);
}

/* The answers of a group, into the form's places in the columns. Single digits within the range are
   taken as they stand; all others are read after them. */
static bool read_group(struct decoder *d, const struct row_facts *facts,
                               struct batch *batch, size_t g)
{
    const struct item_group *const group = &batch->instrument->groups[g];
    const uint32_t *const at = batch->item_columns[g];
    answer *const out = batch->answers.answers[g] + batch->n;
    const unsigned span = d->digits_are_answers ? (unsigned)(group->highest - group->lowest) : 0;
    bool odd = !d->digits_are_answers;
    for (size_t i = 0; i < group->n_items && !odd; i++) {
        const struct span raw = raw_cell(facts->row, at[i]);
        const int code = raw.text[0] - '0';
        const bool plain = raw.length == 1 && (unsigned)code <= 9 &&
                           (unsigned)(code - group->lowest) <= span;
        out[i * BATCH_FORMS] = plain ? (answer)code : ANSWER_MISSING;
        odd = odd || (!plain && raw.length > 0);
    }
    for (size_t i = 0; odd && i < group->n_items; i++) {
        if (!read_odd_answer(d, facts, at[i], group, &out[i * BATCH_FORMS])) {
            return false;
        }
    }
    return true;
}

static bool read_date(struct decoder *d, const struct row_facts *facts, size_t stage,
                              int64_t *date)
{
    struct known *const known = &d->dates[d->source->wide ? stage : 0];
    if (!known_value(d, known, facts->row, date)) {
        return no_memory(d);
    }
    if (*date == CELL_BAD) {
        *date = NO_DATE;
        return add_finding(d, FINDING_BAD_DATE, facts->place, facts->row, known->place->index);
    }
    *date = *date == CELL_MISSING ? NO_DATE : *date;
    return true;
}

/* Which stage a row of a long source is of: NO_STAGE where its date has to say, or where nothing
   can (`unknown`). */
static bool read_stage(struct decoder *d, const struct row_facts *facts, struct gathered *gathered)
{
    const bool has_column = d->columns->stage.index != NO_COLUMN;
    int64_t stage;
    if (!known_value(d, &d->stage, facts->row, &stage)) {
        return false;
    }
    gathered->form.stage = stage < 0 ? NO_STAGE : (uint32_t)stage;
    /* A date places a form in a window; or, in a file without a stage column, it may make it the
       respondent's first. With neither it says nothing of the stage. */
    gathered->unknown_stage =
        stage == CELL_BAD ||
        (stage == CELL_MISSING && (gathered->form.date == NO_DATE ||
                                   (!d->worker->shared->rules.by_date && has_column)));
    /* A stage cell left empty is a gap in the file, not a sign that the form is the first. */
    gathered->form.may_start = !has_column;
    return true;
}

/* A copy of a cell's text that lasts as long as the batch, for a watcher. */
static bool keep_text(struct decoder *d, struct batch *batch, const struct raw_row *row,
                      const struct place *place, const char **out)
{
    struct cell cell = {place->constant, 0};
    if (place->constant == NULL) {
        if (place->index == NO_COLUMN) {
            *out = "";
            return true;
        }
        if (!raw_cell_text(row, place->index, &d->room, &cell)) {
            return false;
        }
    } else {
        cell.length = strlen(place->constant);
    }
    *out = arena_copy(&batch->arena, cell.text, cell.length);
    return *out != NULL;
}

static bool read_age(struct decoder *d, const struct row_facts *facts, struct batch *batch,
                             struct gathered *gathered)
{
    int64_t age;
    gathered->age = AGE_NONE;
    if (d->age.is_fixed && d->age.fixed == CELL_MISSING) {
        return true;
    }
    if (!known_value(d, &d->age, facts->row, &age)) {
        return no_memory(d);
    }
    gathered->age = age == CELL_MISSING ? AGE_NONE : age == CELL_BAD ? AGE_BAD : age;
    if (age == CELL_BAD && d->worker->shared->options->keep_values &&
        !keep_text(d, batch, facts->row, &d->columns->age, &gathered->age_value)) {
        return no_memory(d);
    }
    return true;
}

/* --- goals --- */

static bool read_weight(struct decoder *d, const struct row_facts *facts,
                                struct gathered *gathered)
{
    int64_t weight;
    if (!known_value(d, &d->weight, facts->row, &weight)) {
        return no_memory(d);
    }
    gathered->weight = weight < 0 ? 0 : (uint32_t)weight + 1;
    return weight != CELL_BAD ? true
                              : add_finding(d, FINDING_BAD_WEIGHT, facts->place, facts->row,
                                            d->weight.place->index);
}

static bool read_flags(struct decoder *d, const struct row_facts *facts,
                               struct gathered *gathered)
{
    for (size_t i = 0; i < d->plan->study.goals.n_flags; i++) {
        int64_t flag;
        if (!known_value(d, &d->flags[i], facts->row, &flag)) {
            return no_memory(d);
        }
        if (flag == CELL_BAD && !add_finding(d, FINDING_BAD_FLAG, facts->place, facts->row,
                                             d->flags[i].place->index)) {
            return false;
        }
        if (flag == 1) {
            gathered->form.flags |= (uint16_t)(1u << i);
        }
    }
    return true;
}

static bool read_level(struct decoder *d, const struct row_facts *facts, size_t column,
                               struct gathered *gathered)
{
    const struct place place = {.index = column};
    int64_t halves;
    bool done;
    d->level.place = &place;
    done = known_value(d, &d->level, facts->row, &halves);
    d->level.place = NULL;
    if (!done) {
        return no_memory(d);
    }
    gathered->rated = halves != CELL_MISSING && halves != CELL_BAD;
    gathered->halves = gathered->rated ? (int32_t)halves : 0;
    return halves != CELL_BAD
               ? true
               : add_finding(d, FINDING_OUT_OF_RANGE, facts->place, facts->row, column);
}

static bool read_goal_names(struct decoder *d, const struct row_facts *facts,
                                    struct batch *batch, struct gathered *gathered)
{
    int64_t goal, category;
    if (!known_value(d, &d->goal, facts->row, &goal) ||
        !known_value(d, &d->category, facts->row, &category)) {
        return no_memory(d);
    }
    /* A goal without a name cannot be found again at the next stage. */
    gathered->has_goal = goal != CELL_MISSING;
    gathered->form.goal = goal == CELL_MISSING ? NO_NAME : (uint32_t)goal;
    gathered->form.category = category == CELL_MISSING ? NO_NAME : (uint32_t)category;
    if (d->worker->shared->options->watch != NULL &&
        !keep_text(d, batch, facts->row, &d->columns->goal, &gathered->goal_text)) {
        return no_memory(d);
    }
    return true;
}

static bool read_goal(struct decoder *d, const struct row_facts *facts, struct batch *batch,
                              size_t stage, struct gathered *gathered)
{
    const size_t *const places = d->columns->items[d->source->wide ? stage : 0];
    assert(places != NULL); /* a source of goals has a level column */
    return read_level(d, facts, places[0], gathered) && read_weight(d, facts, gathered) &&
           read_flags(d, facts, gathered) && read_goal_names(d, facts, batch, gathered);
}

static bool read_questionnaire(struct decoder *d, const struct row_facts *facts,
                                       struct batch *batch, struct gathered *gathered)
{
    for (size_t g = 0; g < batch->instrument->n_groups; g++) {
        if (batch->item_columns[g] != NULL && !read_group(d, facts, batch, g)) {
            return false;
        }
    }
    return read_age(d, facts, batch, gathered);
}

/* --- rows --- */

/* The form of a row at a stage (of a wide source), or the row's only form. */
static bool take_form(struct decoder *d, const struct row_facts *facts,
                              struct batch *batch, size_t stage)
{
    struct gathered *const gathered = &batch->forms[batch->n];
    const bool watched = d->worker->shared->options->watch != NULL;
    *gathered = (struct gathered){.form = {.place = facts->place,
                                           .cohort = facts->cohort,
                                           .goal = NO_NAME,
                                           .category = NO_NAME,
                                           .stage = (uint32_t)stage,
                                           .measure = (uint16_t)batch->measure},
                                  .has_goal = true};
    if (facts->id != NULL && !batch_id(batch, facts->id, facts->n_id, &gathered->form.id)) {
        /* No room for this id beside the others: then for it alone. */
        return batch->n == 0 ? no_memory(d)
                             : batch_send(batch, d->worker, &d->scored) &&
                                   take_form(d, facts, batch, stage);
    }
    if (!(batch->instrument->is_goals ? read_goal(d, facts, batch, stage, gathered)
                                      : read_questionnaire(d, facts, batch, gathered)) ||
        !read_date(d, facts, stage, &gathered->form.date)) {
        return false;
    }
    if ((!d->source->wide && !read_stage(d, facts, gathered)) ||
        (watched && gathered->form.stage == NO_STAGE &&
         !keep_text(d, batch, facts->row, &d->columns->stage, &gathered->stage_text))) {
        return no_memory(d);
    }
    batch->n++;
    /* A watcher wants to see forms in the order of the rows. */
    return (batch->n < BATCH_FORMS && !watched) || batch_send(batch, d->worker, &d->scored);
}

/* A row whose informant the study does not name: no instrument's ledger can hold it. */
static bool unknown_informant(struct decoder *d, const struct row_facts *facts)
{
    const struct listed line = {.place = facts->place,
                                .subject = LISTED_NO_MEASURE,
                                .kind = LISTED_FORM,
                                .stage = LISTED_NO_STAGE,
                                .reason = FORM_NO_ID};
    d->worker->counted.unknown_informants++;
    if (d->worker->shared->options->list && !listing_add(&d->worker->listing, &line)) {
        return no_memory(d);
    }
    return add_finding(d, FINDING_UNKNOWN_INFORMANT, facts->place, NULL,
                       d->columns->informant.index);
}

static bool check_length(struct decoder *d, const struct row_facts *facts)
{
    const struct raw_row *const row = facts->row;
    if (row->n_cells < d->columns->n_columns) {
        return add_finding(d, FINDING_SHORT_ROW, facts->place, NULL, row->n_cells);
    }
    /* Excel pads rows with empty cells; only a cell with text shows that columns have slipped. */
    for (size_t i = d->columns->n_columns; i < row->n_cells; i++) {
        struct cell cell;
        if (!raw_cell_text(row, i, &d->room, &cell)) {
            return no_memory(d);
        }
        if (cell.length > 0) {
            return add_finding(d, FINDING_LONG_ROW, facts->place, NULL, i);
        }
    }
    return true;
}

static bool take_row(struct decoder *d, uint64_t piece, const struct raw_row *row)
{
    struct row_facts facts = {.row = row, .place = PLACE(piece, row->number)};
    int64_t informant = 0;
    /* Rows of an unknown informant are counted, too: the user compares this with the
       spreadsheet. */
    d->worker->counted.sources[d->source_index].rows++;
    if (row->n_cells != d->columns->n_columns && !check_length(d, &facts)) {
        return false;
    }
    if (d->source->informant.text != NULL && !known_value(d, &d->informant, row, &informant)) {
        return no_memory(d);
    }
    if (informant == CELL_BAD) {
        return unknown_informant(d, &facts);
    }
    if (!read_cohort(d, &facts) || !read_id(d, &facts)) {
        return no_memory(d);
    }
    for (size_t stage = 0; stage < d->n_batch_stages; stage++) {
        /* Group 0 decides: a source cannot do without its items. */
        if ((d->columns->items[stage] != NULL || !d->source->wide) &&
            !take_form(d, &facts, d->batches[(size_t)informant * d->n_batch_stages + stage],
                       stage)) {
            return false;
        }
    }
    return true;
}

bool decoder_rows(struct decoder *decoder, uint64_t piece, const struct raw_row rows[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!take_row(decoder, piece, &rows[i])) {
            return false;
        }
    }
    return true;
}

bool decoder_finish(struct decoder *decoder)
{
    for (size_t i = 0; i < decoder->n_batches; i++) {
        if (!batch_send(decoder->batches[i], decoder->worker, &decoder->scored)) {
            return false;
        }
    }
    return true;
}

/* --- sources --- */

struct decoder *decoder_new(struct worker *worker)
{
    struct decoder *const decoder = calloc(1, sizeof *decoder);
    if (decoder != NULL) {
        decoder->worker = worker;
        decoder->plan = worker->shared->plan;
        decoder->dates = calloc(decoder->plan->study.n_stages + 1, sizeof *decoder->dates);
        if (decoder->dates == NULL) {
            free(decoder);
            return NULL;
        }
    }
    return decoder;
}

static void end_source(struct decoder *d)
{
    for (size_t i = 0; i < d->n_batches; i++) {
        batch_free(d->batches[i]);
    }
    free(d->batches);
    d->batches = NULL;
    d->n_batches = 0;
    memo_free(&d->informant.memo);
    memo_free(&d->stage.memo);
    memo_free(&d->age.memo);
    memo_free(&d->goal.memo);
    memo_free(&d->category.memo);
    memo_free(&d->weight.memo);
    memo_free(&d->level.memo);
    memo_free(&d->answers);
    memo_free(&d->tuples);
    for (size_t i = 0; i < MAX_FLAGS; i++) {
        memo_free(&d->flags[i].memo);
    }
    for (size_t i = 0; i < MAX_COHORT_COLUMNS; i++) {
        memo_free(&d->cohorts[i].memo);
    }
    for (size_t i = 0; i < d->plan->study.n_stages; i++) {
        memo_free(&d->dates[i].memo);
    }
}

void decoder_free(struct decoder *decoder)
{
    if (decoder != NULL) {
        end_source(decoder);
        free(decoder->dates);
        free(decoder->room.bytes);
        free(decoder->other_room.bytes);
        free(decoder);
    }
}

static bool begin_columns(struct decoder *d)
{
    const struct columns *const c = d->columns;
    const struct study *const study = &d->plan->study;
    bool done = known_begin(d, &d->stage, &c->stage, stage_meaning) &&
                known_begin(d, &d->age, &c->age, age_meaning) &&
                known_begin(d, &d->goal, &c->goal, name_meaning) &&
                known_begin(d, &d->category, &c->category, name_meaning) &&
                known_begin(d, &d->weight, &c->weight, weight_meaning) &&
                (d->source->informant.text == NULL ||
                 known_begin(d, &d->informant, &c->informant, informant_meaning));
    d->level = (struct known){.of = level_meaning};
    for (size_t i = 0; i < study->goals.n_flags && done; i++) {
        done = known_begin(d, &d->flags[i], &c->flags[i], flag_meaning);
    }
    for (size_t i = 0; i < study->n_cohort_columns && done; i++) {
        done = known_begin(d, &d->cohorts[i], &c->cohorts[i], cohort_meaning);
    }
    for (size_t i = 0; i < (d->source->wide ? study->n_stages : 1) && done; i++) {
        done = known_begin(d, &d->dates[i], &c->dates[i], date_meaning);
    }
    return done;
}

static bool begin_batches(struct decoder *d)
{
    d->n_batch_stages = d->source->wide ? d->plan->study.n_stages : 1;
    d->batches = calloc(d->source->n_informants * d->n_batch_stages + 1, sizeof(struct batch *));
    if (d->batches == NULL) {
        return false;
    }
    for (size_t i = 0; i < d->source->n_informants * d->n_batch_stages; i++) {
        d->batches[i] =
            batch_new(d->worker->shared, d->source, &d->source->informants[i / d->n_batch_stages],
                      d->columns, i % d->n_batch_stages);
        if (d->batches[i] == NULL) {
            return false;
        }
        d->n_batches++;
    }
    return true;
}

bool decoder_begin(struct decoder *decoder, size_t source, const struct columns *columns)
{
    end_source(decoder);
    decoder->source_index = source;
    decoder->source = &decoder->plan->sources[source];
    decoder->columns = columns;
    decoder->digits_are_answers = decoder->source->n_answers == 0 &&
                                  decoder->source->n_missing == 0;
    decoder->longest_missing = 4; /* of the usual words: #N/A, NULL */
    for (size_t i = 0; i < decoder->source->n_missing; i++) {
        const size_t n = strlen(decoder->source->missing[i]);
        decoder->longest_missing = n > decoder->longest_missing ? n : decoder->longest_missing;
    }
    return (begin_columns(decoder) && begin_batches(decoder)) || no_memory(decoder);
}

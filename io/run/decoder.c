/* io/run/decoder.c - what the cells of a row say. Rows are taken some hundred at a time, column by
   column. Nearly every cell is of one of two kinds: a single digit, which is an answer, or a text
   that stood in many rows before (memo.h). The rest is decoded as a spreadsheet would show it, and
   looked at closely.

   Answers outside their item's range are kept as they are until they are scored: scoring takes them
   as missing, but the checks want to see them, since a file that is coded from 1 instead of 0 shows
   in nothing else. */
#include "io/run/decoder.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "io/run/batch.h"
#include "io/run/known.h"
#include "io/run/plain.h"

/* What the rows at hand say, column by column. */
struct facts {
    struct id ids[DECODER_ROWS]; /* zeros: none, or a long one, which is in long_ids */
    struct {
        const char *text;
        size_t n;
    } long_ids[DECODER_ROWS]; /* text NULL: not long */
    bool has_long_ids;
    struct family_id families[DECODER_ROWS]; /* zeros: none */
    uint32_t cohorts[DECODER_ROWS];
    int64_t values[DECODER_ROWS], stages[DECODER_ROWS], dates[DECODER_ROWS], ages[DECODER_ROWS];
    int64_t goals[DECODER_ROWS], categories[DECODER_ROWS], weights[DECODER_ROWS],
        levels[DECODER_ROWS];
    uint16_t flags[DECODER_ROWS];
};

struct decoder {
    struct worker *worker;
    const struct plan *plan;
    struct meaning_context context;
    size_t source_index;
    const struct source *source;
    const struct columns *columns;
    struct known informant, stage, age, goal, category, weight, level;
    struct known flags[MAX_FLAGS], cohorts[MAX_COHORT_COLUMNS];
    struct known *dates; /* owned: one for each stage */
    struct known answers;
    struct memo tuples;
    bool digits_are_answers;
    struct set_bits set_bits;
    bool keeps_texts;       /* for a watcher, or of odd cells */
    bool has_ages;          /* a column has ages, or the study one for all */
    bool has_families;      /* a column names families, which are not the respondents */
    bool needs_dates;       /* a date says something of the stage; else it only has to be one */
    size_t longest_missing; /* of the texts that mean "not answered" */
    struct batch **batches; /* owned: [informant][stage]; a long source has stage 0 only */
    size_t n_batches, n_batch_stages;
    struct text_room room, other_room;
    struct arena texts; /* long ids that had to be decoded, of the rows at hand */
    struct scored_columns scored;
    /* the rows at hand, which are of one informant */
    const struct raw_row *rows; /* borrowed, n_rows <= DECODER_ROWS */
    size_t n_rows;
    struct starts starts, informants;    /* of the columns that are read, and of the informants' */
    struct raw_row chosen[DECODER_ROWS]; /* these, where there are others between them */
    uint64_t piece;
    struct facts facts;
};

/* The one reason for which the functions below fail. */
static bool no_memory(struct decoder *d)
{
    return worker_stop(d->worker, fault_memory());
}

/* --- cells --- */

/* The rows at hand, for who finds out what their cells mean. */
static struct known_rows rows_of(struct decoder *d)
{
    return (struct known_rows){&d->context, &d->room, d->rows, d->n_rows, &d->starts};
}

static bool column_values(struct decoder *d, struct known *known, int64_t values[])
{
    const struct known_rows rows = rows_of(d);
    return known_values(known, &rows, values) || no_memory(d);
}

static uint64_t place_of(const struct decoder *d, size_t r)
{
    return PLACE(d->piece, d->rows[r].number);
}

/* Counts an odd cell of row r. Its text is shown only to who asks for it: cells are personal data.
   `has_text`: the cell itself is odd, and not that it is there. */
static bool add_finding(struct decoder *d, enum finding_kind kind, size_t r, size_t column,
                        bool has_text)
{
    struct finding finding = {
        .place = place_of(d, r), .column = (uint32_t)column + 1, .kind = (uint8_t)kind};
    struct cell cell = {NULL, 0};
    if (d->worker->shared->options->keep_values && has_text &&
        !raw_cell_text(&d->rows[r], column, &d->other_room, &cell)) {
        return no_memory(d);
    }
    finding.value = cell.text;
    return worker_finding(d->worker, d->source_index, &finding);
}

/* Counts the cells that mean nothing in their column. */
static bool find_bad(struct decoder *d, const int64_t values[], enum finding_kind kind,
                     size_t column)
{
    for (size_t r = 0; r < d->n_rows; r++) {
        if (values[r] == CELL_BAD && !add_finding(d, kind, r, column, true)) {
            return false;
        }
    }
    return true;
}

/* --- whose row it is --- */

/* The id of row r, decoded as a spreadsheet would show it. */
static bool read_odd_id(struct decoder *d, size_t r)
{
    const struct place *const place = &d->columns->participant;
    struct cell cell = {place->constant, 0};
    if (place->constant != NULL) {
        cell.length = strlen(place->constant);
    } else if (place->index == NO_COLUMN ||
               !raw_cell_text(&d->rows[r], place->index, &d->room, &cell)) {
        return place->index == NO_COLUMN || no_memory(d);
    }
    if (is_missing(d->source, &cell)) {
        return true;
    }
    if (cell.length <= ID_INLINE) {
        d->facts.ids[r] = id_of(cell.text, cell.length);
        return true;
    }
    d->facts.long_ids[r].text = arena_copy(&d->texts, cell.text, cell.length);
    d->facts.long_ids[r].n = cell.length;
    d->facts.has_long_ids = true;
    return d->facts.long_ids[r].text != NULL || no_memory(d);
}

/* The ids of rows from r on, as long as they are short and plain. Returns the first row whose is not. */
static size_t plain_ids(const struct decoder *d, size_t column, size_t r, struct id ids[])
{
    const char *const *const starts = starts_of(&d->starts, column);
    const size_t n = d->n_rows, longest_missing = d->longest_missing;
    for (; r < n; r++) {
        const struct span raw = start_cell(starts, r);
        /* One that is longer than every text for "none" is not one of them. */
        if (raw.length <= longest_missing || !read_short_id(raw, &ids[r])) {
            return r;
        }
    }
    return r;
}

/* Whose row r is, where its cell is not a short plain id. */
static bool read_other_id(struct decoder *d, size_t r, struct span raw)
{
    d->facts.ids[r] = (struct id){{0, 0}};
    if (raw.length <= ID_INLINE || raw.length <= d->longest_missing ||
        !is_plain(raw.text, raw.length)) {
        return read_odd_id(d, r);
    }
    d->facts.long_ids[r].text = raw.text;
    d->facts.long_ids[r].n = raw.length;
    d->facts.has_long_ids = true;
    return true;
}

static bool read_ids(struct decoder *d)
{
    const size_t column = d->columns->participant.index, n = d->n_rows;
    const bool is_column = d->columns->participant.constant == NULL && column != NO_COLUMN;
    if (d->facts.has_long_ids) {
        memset(d->facts.long_ids, 0, sizeof d->facts.long_ids);
        d->facts.has_long_ids = false;
    }
    for (size_t r = 0; r < n; r++) {
        r = is_column ? plain_ids(d, column, r, d->facts.ids) : r;
        if (r < n && !read_other_id(
                         d, r, is_column ? raw_cell(&d->rows[r], column) : (struct span){"", 0})) {
            return false;
        }
    }
    return true;
}

/* The family of row r, decoded as a spreadsheet would show it. */
static bool read_odd_family(struct decoder *d, size_t r, size_t column)
{
    struct cell cell;
    if (!raw_cell_text(&d->rows[r], column, &d->room, &cell)) {
        return no_memory(d);
    }
    d->facts.families[r] = is_missing(d->source, &cell) ? (struct family_id){{0, 0}}
                                                        : family_id_of(cell.text, cell.length);
    return true;
}

/* Which family a row is of, where a column says so that is not the respondents' own. */
static bool read_families(struct decoder *d)
{
    const size_t column = d->columns->family.index;
    struct id ids[DECODER_ROWS];
    for (size_t r = 0, next; d->has_families && r < d->n_rows; r = next + 1) {
        next = plain_ids(d, column, r, ids);
        for (; r < next; r++) {
            d->facts.families[r] = (struct family_id){{ids[r].words[0], ids[r].words[1]}};
        }
        if (next < d->n_rows && !read_odd_family(d, next, column)) {
            return false;
        }
    }
    return true;
}

/* The cohort of row r, of a study with several cohort columns, whose values are given. */
static bool find_tuple(struct decoder *d, const uint32_t values[], size_t n, uint32_t *cohort)
{
    struct shared *const shared = d->worker->shared;
    const bool has_key = n <= sizeof(struct memo_key) / sizeof values[0];
    struct memo_key key;
    const int64_t *known = NULL;
    bool done;
    if (has_key) {
        memcpy(&key, values, sizeof key);
        known = memo_find(&d->tuples, &key);
    }
    if (known != NULL) {
        *cohort = (uint32_t)*known;
        return true;
    }
    pthread_mutex_lock(&shared->names_lock);
    done = cohorts_add(shared->cohorts, values, cohort);
    pthread_mutex_unlock(&shared->names_lock);
    if (done && has_key) {
        memo_put(&d->tuples, &key, *cohort);
    }
    return done || no_memory(d);
}

/* One column's values are cohorts; those of several are put together. */
static bool read_cohorts(struct decoder *d)
{
    const size_t n = d->plan->study.n_cohort_columns;
    const size_t n_words = sizeof(struct memo_key) / sizeof(uint32_t);
    uint32_t tuples[DECODER_ROWS][MAX_COHORT_COLUMNS];
    for (size_t i = 0; i < n; i++) {
        if (!column_values(d, &d->cohorts[i], d->facts.values)) {
            return false;
        }
        for (size_t r = 0; n == 1 && r < d->n_rows; r++) {
            d->facts.cohorts[r] = (uint32_t)d->facts.values[r];
        }
        for (size_t r = 0; n != 1 && r < d->n_rows; r++) {
            tuples[r][i] = (uint32_t)d->facts.values[r];
        }
    }
    for (size_t r = 0; n != 1 && r < d->n_rows; r++) {
        for (size_t i = n; i < n_words; i++) {
            tuples[r][i] = 0;
        }
        if (!find_tuple(d, tuples[r], n, &d->facts.cohorts[r])) {
            return false;
        }
    }
    return true;
}

/* --- answers --- */

/* One answer, whatever it is. */
static bool read_answer(struct decoder *d, size_t r, size_t column, struct span raw,
                        const struct item_group *group, answer *out)
{
    const struct known_rows rows = rows_of(d);
    int64_t code;
    *out = ANSWER_MISSING;
    if (raw.length == 0) {
        return true;
    }
    if (!known_value(&d->answers, &rows, raw, &code)) {
        return no_memory(d);
    }
    if (code == CELL_MISSING) {
        return true;
    }
    /* A code that does not fit is a finding like any other, and stays missing. */
    if (code > ANSWER_MISSING && code <= INT8_MAX) {
        *out = (answer)code;
    }
    return (code >= group->lowest && code <= group->highest) ||
           add_finding(d, FINDING_OUT_OF_RANGE, r, column, true);
}

/* The n answers of row r from item `first` of a group on, whose columns stand side by side. */
static bool read_answers(struct decoder *d, size_t r, const struct item_run *run,
                         const struct item_group *group, answer *out)
{
    const struct raw_row *const row = &d->rows[r];
    struct span raw = raw_cell(row, run->column);
    for (size_t k = 0; k < run->n; k++) {
        const size_t column = run->column + k;
        if (!read_answer(d, r, column, raw, group, out + k)) {
            return false;
        }
        raw.text += raw.length + 1;
        raw.length = column + 1 < row->n_cells
                         ? cell_end(row->ends, (size_t)(raw.text - row->text)) -
                               (size_t)(raw.text - row->text)
                         : 0;
    }
    return true;
}

/* The answers of a run of items in n_rows rows from `first` on, ROW_STRIDE(run->n) bytes each. */
static bool read_run(struct decoder *d, size_t first, size_t n_rows, const struct batch *batch,
                     const struct item_run *run, answer out[])
{
    const char *const *const starts = starts_of(&d->starts, run->column) + first;
    uint8_t others[DECODER_ROWS];
    size_t n_others = n_rows;
    if (d->digits_are_answers) {
        n_others = items_read(&batch->ranges[run->group], &d->set_bits, d->rows + first, starts,
                              n_rows, run->column, run->n, out, others);
    }
    for (size_t i = 0; i < n_others; i++) {
        const size_t r = d->digits_are_answers ? others[i] : i;
        if (!read_answers(d, first + r, run, &batch->instrument->groups[run->group],
                          out + r * ROW_STRIDE(run->n))) {
            return false;
        }
    }
    return true;
}

/* The same as those of the batch's next forms: at once where all items of a group stand side by side. */
static bool read_items(struct decoder *d, size_t first, size_t n_rows, struct batch *batch,
                       const struct item_run *run)
{
    const size_t n = batch->instrument->groups[run->group].n_items, stride = ROW_STRIDE(n);
    answer *const out = batch->rows[run->group] + batch->n * stride;
    answer some[DECODER_ROWS * ROW_STRIDE(MAX_ITEMS) + ITEMS_SLACK];
    if (run->n == n) {
        return read_run(d, first, n_rows, batch, run, out);
    }
    if (!read_run(d, first, n_rows, batch, run, some)) {
        return false;
    }
    for (size_t r = 0; r < n_rows; r++) {
        memcpy(out + r * stride + run->first, some + r * ROW_STRIDE(run->n), run->n);
    }
    return true;
}

/* --- dates and stages --- */

/* A row's date, of which something is asked, or which is not to be seen at once. */
static bool read_date(struct decoder *d, struct known *known, size_t r)
{
    const size_t column = known->place->index;
    const struct known_rows rows = rows_of(d);
    int64_t date;
    if ((!known_value(known, &rows, raw_cell(&d->rows[r], column), &date) && !no_memory(d)) ||
        (date == CELL_BAD && !add_finding(d, FINDING_BAD_DATE, r, column, true))) {
        return false;
    }
    d->facts.dates[r] = date == CELL_BAD || date == CELL_MISSING ? NO_DATE : date;
    return true;
}

/* The first row from r on whose cell is neither empty nor plainly a date. */
static size_t plain_dates(const struct decoder *d, size_t column, size_t r)
{
    const char *const *const starts = starts_of(&d->starts, column);
    const size_t n = d->n_rows;
    while (r < n) {
        const struct span raw = start_cell(starts, r);
        if (!is_plain_date(raw) && raw.length != 0) {
            return r;
        }
        r++;
    }
    return r;
}

static bool read_dates(struct decoder *d, size_t stage)
{
    struct known *const known = &d->dates[d->source->wide ? stage : 0];
    const bool is_date = known->fixed != CELL_BAD && known->fixed != CELL_MISSING;
    const int64_t fixed = known->is_fixed && is_date ? known->fixed : NO_DATE;
    for (size_t r = 0; r < d->n_rows; r++) {
        d->facts.dates[r] = fixed;
    }
    for (size_t r = 0; r < d->n_rows && !known->is_fixed; r++) {
        /* Most dates have nothing to say but that they are dates. */
        r = d->needs_dates ? r : plain_dates(d, known->place->index, r);
        if (r < d->n_rows && !read_date(d, known, r)) {
            return false;
        }
    }
    return true;
}

/* Which stage the rows of a long source are of: NO_STAGE where their date has to say, or where
   nothing can (unknown_stages). */
static void place_in_stages(const struct decoder *d, size_t first, size_t n, struct batch *batch)
{
    const bool has_column = d->columns->stage.index != NO_COLUMN;
    const bool date_says = d->worker->shared->rules.by_date || !has_column;
    for (size_t i = 0; i < n; i++) {
        const int64_t stage = d->facts.stages[first + i];
        batch->stages[batch->n + i] = stage < 0 ? NO_STAGE : (uint32_t)stage;
        /* A date places a form in a window; or, in a file without a stage column, it may make it the
           respondent's first. With neither it says nothing of the stage. */
        batch->unknown_stages[batch->n + i] =
            (stage == CELL_BAD) |
            ((stage == CELL_MISSING) & ((d->facts.dates[first + i] == NO_DATE) | !date_says));
    }
}

/* --- goals --- */

static bool read_goals(struct decoder *d, size_t stage)
{
    const size_t *const places = d->columns->items[d->source->wide ? stage : 0];
    const struct known_rows rows = rows_of(d);
    struct facts *const facts = &d->facts;
    assert(places != NULL); /* a source of goals has a level column */
    if ((!known_column(&d->level, places[0], &rows, facts->levels) && !no_memory(d)) ||
        !find_bad(d, facts->levels, FINDING_OUT_OF_RANGE, places[0]) ||
        !column_values(d, &d->weight, facts->weights) ||
        (!d->weight.is_fixed &&
         !find_bad(d, facts->weights, FINDING_BAD_WEIGHT, d->weight.place->index)) ||
        !column_values(d, &d->goal, facts->goals) ||
        !column_values(d, &d->category, facts->categories)) {
        return false;
    }
    memset(facts->flags, 0, sizeof facts->flags);
    for (size_t i = 0; i < d->plan->study.goals.n_flags; i++) {
        if (!column_values(d, &d->flags[i], facts->values) ||
            (!d->flags[i].is_fixed &&
             !find_bad(d, facts->values, FINDING_BAD_FLAG, d->flags[i].place->index))) {
            return false;
        }
        for (size_t r = 0; r < d->n_rows; r++) {
            facts->flags[r] |= (uint16_t)((unsigned)(facts->values[r] == 1) << i);
        }
    }
    return true;
}

static void gather_goals(const struct facts *facts, size_t first, size_t n,
                         struct goal_columns *goals, size_t slot)
{
    for (size_t i = 0; i < n; i++, slot++) {
        const size_t r = first + i;
        const bool rated = facts->levels[r] != CELL_MISSING && facts->levels[r] != CELL_BAD;
        const int32_t halves = rated ? (int32_t)facts->levels[r] : 0;
        /* A goal without a name cannot be found again at the next stage. */
        goals->goals[slot] = facts->goals[r] == CELL_MISSING ? NO_NAME : (uint32_t)facts->goals[r];
        goals->categories[slot] =
            facts->categories[r] == CELL_MISSING ? NO_NAME : (uint32_t)facts->categories[r];
        goals->flags[slot] = facts->flags[r];
        goals->rated[slot] = rated;
        goals->codes[GOAL_PAYLOAD_LEVEL][slot] = (uint32_t)(halves + 2 * GAS_HALVES_PER_LEVEL);
        goals->codes[GOAL_PAYLOAD_WEIGHT][slot] =
            facts->weights[r] < 0 ? 0 : (uint32_t)facts->weights[r] + 1;
    }
}

/* --- forms --- */

/* A copy of a cell's text that lasts as long as the batch, for a watcher. */
static bool keep_text(struct decoder *d, struct batch *batch, size_t r, const struct place *place,
                      const char **out)
{
    struct cell cell = {place->constant == NULL ? "" : place->constant, 0};
    if (place->constant == NULL && place->index != NO_COLUMN) {
        if (!raw_cell_text(&d->rows[r], place->index, &d->room, &cell)) {
            return no_memory(d);
        }
    } else {
        cell.length = strlen(cell.text);
    }
    *out = arena_copy(&batch->arena, cell.text, cell.length);
    return *out != NULL || no_memory(d);
}

static bool keep_texts(struct decoder *d, struct batch *batch, size_t r, size_t slot)
{
    const struct run_options *const options = d->worker->shared->options;
    struct form_texts *const texts = &batch->form_texts[slot];
    *texts = (struct form_texts){0};
    return (options->watch == NULL || (keep_text(d, batch, r, &d->columns->stage, &texts->stage) &&
                                       keep_text(d, batch, r, &d->columns->goal, &texts->goal))) &&
           (!options->keep_values || batch->ages[slot] != AGE_BAD ||
            keep_text(d, batch, r, &d->columns->age, &texts->age));
}

/* What n rows from `first` on say beside their answers. */
static void gather(const struct decoder *d, size_t first, size_t n, struct batch *batch,
                   size_t stage)
{
    const struct facts *const facts = &d->facts;
    memcpy(batch->ids + batch->n, facts->ids + first, n * sizeof batch->ids[0]);
    memcpy(batch->cohorts + batch->n, facts->cohorts + first, n * sizeof batch->cohorts[0]);
    memcpy(batch->dates + batch->n, facts->dates + first, n * sizeof batch->dates[0]);
    for (size_t i = 0; i < n; i++) {
        batch->places[batch->n + i] = place_of(d, first + i);
    }
    if (batch->families != NULL) {
        memcpy(batch->families + batch->n, facts->families + first, n * sizeof batch->families[0]);
    }
    for (size_t i = 0; i < n && batch->has_ages; i++) {
        const int64_t age = facts->ages[first + i];
        batch->ages[batch->n + i] = age == CELL_MISSING ? AGE_NONE
                                    : age == CELL_BAD   ? AGE_BAD
                                                        : (int16_t)age; /* at most 150 */
    }
    if (batch->goals != NULL) {
        gather_goals(facts, first, n, batch->goals, batch->n);
    }
    if (!d->source->wide) {
        place_in_stages(d, first, n, batch);
    } else {
        for (size_t i = 0; i < n; i++) {
            batch->stages[batch->n + i] = (uint32_t)stage;
            batch->unknown_stages[batch->n + i] = false;
        }
    }
}

/* Brings the long ids of at most n rows from `first` on into the batch, as those of its next forms. Returns for
   how many rows there was room. */
static size_t take_long_ids(struct decoder *d, size_t first, size_t n, struct batch *batch)
{
    size_t i = 0;
    while (i < n) {
        const char *const text = d->facts.long_ids[first + i].text;
        if (text != NULL &&
            !batch_long_id(batch, text, d->facts.long_ids[first + i].n, &d->facts.ids[first + i])) {
            return i;
        }
        i++;
    }
    return i;
}

/* The forms of n rows from `first` on, for which the batch has room. */
static bool take_some(struct decoder *d, size_t first, size_t n, struct batch *batch, size_t stage)
{
    gather(d, first, n, batch, stage);
    for (size_t i = 0; i < batch->n_runs && !batch->instrument->is_goals; i++) {
        if (!read_items(d, first, n, batch, &batch->runs[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < n && d->keeps_texts; i++) {
        if (!keep_texts(d, batch, first + i, batch->n + i)) {
            return false;
        }
    }
    batch->n += n;
    return batch->n < BATCH_FORMS || batch_send(batch, d->worker, &d->scored);
}

/* The forms of the rows at hand at a stage (of a wide source), or their only forms. */
static bool take_forms(struct decoder *d, struct batch *batch, size_t stage)
{
    for (size_t first = 0, some; first < d->n_rows; first += some) {
        const size_t left = d->n_rows - first, room = BATCH_FORMS - batch->n;
        some = left < room ? left : room;
        if (d->facts.has_long_ids) {
            some = take_long_ids(d, first, some, batch);
        }
        if (some == 0 && batch->n == 0) {
            return no_memory(d);
        }
        if (some == 0 ? !batch_send(batch, d->worker, &d->scored)
                      : !take_some(d, first, some, batch, stage)) {
            return false;
        }
    }
    return true;
}

/* A row whose informant the study does not name: no instrument's ledger can hold it. */
static bool unknown_informant(struct decoder *d, size_t r)
{
    const struct listed line = {.place = place_of(d, r),
                                .subject = LISTED_NO_MEASURE,
                                .kind = LISTED_FORM,
                                .stage = LISTED_NO_STAGE,
                                .reason = FORM_NO_ID};
    d->worker->counted.unknown_informants++;
    return worker_list(d->worker, &line) &&
           add_finding(d, FINDING_UNKNOWN_INFORMANT, r, d->columns->informant.index, false);
}

static bool check_length(struct decoder *d, size_t r)
{
    const struct raw_row *const row = &d->rows[r];
    if (row->n_cells < d->columns->n_columns) {
        return add_finding(d, FINDING_SHORT_ROW, r, row->n_cells, false);
    }
    /* Excel pads rows with empty cells; only a cell with text shows that columns have slipped. */
    for (size_t i = d->columns->n_columns; i < row->n_cells; i++) {
        struct cell cell;
        if (!raw_cell_text(row, i, &d->room, &cell)) {
            return no_memory(d);
        }
        if (cell.length > 0) {
            return add_finding(d, FINDING_LONG_ROW, r, i, false);
        }
    }
    return true;
}

/* Finds the cells of the rows at hand, and says what is wrong with their number. */
static bool find_cells(struct decoder *d)
{
    uint8_t others[DECODER_ROWS];
    const size_t n = starts_find(&d->starts, d->rows, d->n_rows, d->columns->n_columns, others);
    for (size_t i = 0; i < n; i++) {
        if (!check_length(d, others[i])) {
            return false;
        }
    }
    return true;
}

/* What all forms of a row share. */
static bool read_facts(struct decoder *d)
{
    return read_cohorts(d) && read_ids(d) && read_families(d) &&
           (!d->has_ages || column_values(d, &d->age, d->facts.ages)) &&
           (d->source->wide || column_values(d, &d->stage, d->facts.stages));
}

/* The forms of the rows at hand, which are of informant i. */
static bool take_informant(struct decoder *d, size_t i)
{
    const bool is_goals = d->source->informants[i].instrument->is_goals;
    if (!find_cells(d) || !read_facts(d)) {
        return false;
    }
    for (size_t stage = 0; stage < d->n_batch_stages; stage++) {
        /* Group 0 decides: a source cannot do without its items. */
        if (d->columns->items[stage] == NULL && d->source->wide) {
            continue;
        }
        if (!read_dates(d, stage) || (is_goals && !read_goals(d, stage)) ||
            !take_forms(d, d->batches[i * d->n_batch_stages + stage], stage)) {
            return false;
        }
    }
    return true;
}

/* The rows at hand are those of `rows` whose informant is i. */
static void choose_rows(struct decoder *d, const struct raw_row rows[], size_t n,
                        const int64_t informants[], int64_t i)
{
    d->rows = d->chosen;
    d->n_rows = 0;
    for (size_t r = 0; r < n; r++) {
        if (informants[r] == i) {
            d->chosen[d->n_rows++] = rows[r];
        }
    }
}

/* Rows of several informants, who answer forms of their own. */
static bool take_informants(struct decoder *d, const struct raw_row rows[], size_t n)
{
    const struct known_rows all = {&d->context, &d->room, d->rows, d->n_rows, &d->informants};
    int64_t informants[DECODER_ROWS];
    uint8_t others[DECODER_ROWS];
    (void)starts_find(&d->informants, rows, n, d->columns->n_columns, others);
    if (!known_values(&d->informant, &all, informants)) {
        return no_memory(d);
    }
    for (size_t i = 0; i < d->source->n_informants; i++) {
        choose_rows(d, rows, n, informants, (int64_t)i);
        if (!take_informant(d, i)) {
            return false;
        }
    }
    choose_rows(d, rows, n, informants, CELL_BAD);
    for (size_t r = 0; r < d->n_rows; r++) {
        if (!unknown_informant(d, r)) {
            return false;
        }
    }
    /* That a cohort has no other rows is to be seen. */
    return find_cells(d) && read_cohorts(d);
}

static bool take_rows(struct decoder *d, const struct raw_row rows[], size_t n)
{
    d->rows = rows;
    d->n_rows = n;
    /* Rows of an unknown informant are counted, too: the user compares this with the
       spreadsheet. */
    d->worker->counted.sources[d->source_index].rows += n;
    if (!(d->source->informant.text == NULL ? take_informant(d, 0) : take_informants(d, rows, n))) {
        return false;
    }
    arena_free(&d->texts);
    return true;
}

bool decoder_rows(struct decoder *decoder, uint64_t piece, const struct raw_row rows[], size_t n)
{
    /* A watcher wants to see forms in the order of the rows. */
    const bool watched = decoder->worker->shared->options->watch != NULL;
    const size_t at_once = watched ? 1 : DECODER_ROWS;
    decoder->piece = piece;
    for (size_t first = 0; first < n; first += at_once) {
        const size_t count = n - first < at_once ? n - first : at_once;
        if (!take_rows(decoder, rows + first, count) || (watched && !decoder_finish(decoder))) {
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
        set_bits_fill(&decoder->set_bits);
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
    known_free(&d->informant);
    known_free(&d->stage);
    known_free(&d->age);
    known_free(&d->goal);
    known_free(&d->category);
    known_free(&d->weight);
    known_free(&d->level);
    known_free(&d->answers);
    memo_free(&d->tuples);
    starts_free(&d->starts);
    starts_free(&d->informants);
    for (size_t i = 0; i < MAX_FLAGS; i++) {
        known_free(&d->flags[i]);
    }
    for (size_t i = 0; i < MAX_COHORT_COLUMNS; i++) {
        known_free(&d->cohorts[i]);
    }
    for (size_t i = 0; i < d->plan->study.n_stages; i++) {
        known_free(&d->dates[i]);
    }
}

void decoder_free(struct decoder *decoder)
{
    if (decoder != NULL) {
        end_source(decoder);
        free(decoder->dates);
        free(decoder->room.bytes);
        free(decoder->other_room.bytes);
        arena_free(&decoder->texts);
        free(decoder);
    }
}

static bool begin_columns(struct decoder *d)
{
    const struct columns *const c = d->columns;
    const struct study *const study = &d->plan->study;
    const struct meaning_context *const of = &d->context;
    bool done = known_begin(&d->stage, &c->stage, stage_meaning, of) &&
                known_begin(&d->age, &c->age, age_meaning, of) &&
                known_begin(&d->goal, &c->goal, name_meaning, of) &&
                known_begin(&d->category, &c->category, name_meaning, of) &&
                known_begin(&d->weight, &c->weight, weight_meaning, of) &&
                (d->source->informant.text == NULL ||
                 known_begin(&d->informant, &c->informant, informant_meaning, of));
    d->level = (struct known){.of = level_meaning};
    d->answers = (struct known){.of = answer_meaning};
    for (size_t i = 0; i < study->goals.n_flags && done; i++) {
        done = known_begin(&d->flags[i], &c->flags[i], flag_meaning, of);
    }
    for (size_t i = 0; i < study->n_cohort_columns && done; i++) {
        done = known_begin(&d->cohorts[i], &c->cohorts[i], cohort_meaning, of);
    }
    for (size_t i = 0; i < (d->source->wide ? study->n_stages : 1) && done; i++) {
        done = known_begin(&d->dates[i], &c->dates[i], date_meaning, of);
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

/* Cells of a column, if there is one, are wanted. */
static bool want(struct starts *starts, const struct place *place)
{
    return place->constant != NULL || place->index == NO_COLUMN ||
           starts_want_cells(starts, place->index);
}

/* Where the items of a batch begin; of goals it is one column, of levels. */
static bool want_items(struct decoder *d, const struct batch *batch, size_t stage)
{
    const size_t *const levels = d->columns->items[stage];
    bool done = true;
    if (batch->goals != NULL) {
        return levels == NULL || starts_want_cells(&d->starts, levels[0]);
    }
    for (size_t i = 0; i < batch->n_runs && done; i++) {
        done = starts_want(&d->starts, batch->runs[i].column);
    }
    return done;
}

/* The columns that are read of every row. */
static bool begin_starts(struct decoder *d)
{
    const struct columns *const c = d->columns;
    const struct study *const study = &d->plan->study;
    struct starts *const starts = &d->starts;
    bool done = want(starts, &c->participant) && want(starts, &c->stage) && want(starts, &c->age) &&
                want(starts, &c->goal) && want(starts, &c->category) && want(starts, &c->weight) &&
                (!d->has_families || want(starts, &c->family)) &&
                (d->source->informant.text == NULL || want(&d->informants, &c->informant));
    for (size_t i = 0; i < study->goals.n_flags && done; i++) {
        done = want(starts, &c->flags[i]);
    }
    for (size_t i = 0; i < study->n_cohort_columns && done; i++) {
        done = want(starts, &c->cohorts[i]);
    }
    for (size_t i = 0; i < (d->source->wide ? study->n_stages : 1) && done; i++) {
        done = want(starts, &c->dates[i]);
    }
    for (size_t i = 0; i < d->n_batches && done; i++) {
        done = want_items(d, d->batches[i], i % d->n_batch_stages);
    }
    return done && starts_ready(starts) && starts_ready(&d->informants);
}

bool decoder_begin(struct decoder *decoder, size_t source, const struct columns *columns)
{
    end_source(decoder);
    decoder->source_index = source;
    decoder->source = &decoder->plan->sources[source];
    decoder->columns = columns;
    decoder->context =
        (struct meaning_context){decoder->plan, decoder->source, decoder->worker->shared};
    decoder->has_ages = columns->age.constant != NULL || columns->age.index != NO_COLUMN;
    decoder->has_families = columns_have_family(columns);
    decoder->needs_dates = decoder->worker->shared->rules.by_date ||
                           (!decoder->source->wide && columns->stage.index == NO_COLUMN);
    decoder->keeps_texts = decoder->worker->shared->options->watch != NULL ||
                           decoder->worker->shared->options->keep_values;
    decoder->digits_are_answers =
        decoder->source->n_answers == 0 && decoder->source->n_missing == 0;
    decoder->longest_missing = 4; /* of the usual words: #N/A, NULL */
    for (size_t i = 0; i < decoder->source->n_missing; i++) {
        const size_t n = strlen(decoder->source->missing[i]);
        decoder->longest_missing = n > decoder->longest_missing ? n : decoder->longest_missing;
    }
    return (begin_columns(decoder) && begin_batches(decoder) && begin_starts(decoder)) ||
           no_memory(decoder);
}

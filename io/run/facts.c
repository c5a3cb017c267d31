/* io/run/facts.c - nearly every cell is a text that stood in many rows before (memo.h), or plainly an id or a
   date (plain.h). The rest is decoded as a spreadsheet would show it, and looked at closely. */
#include "io/run/facts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "io/run/plain.h"

/* The one reason for which the functions below fail. */
bool facts_no_memory(struct facts *f)
{
    return worker_stop(f->worker, fault_memory());
}

/* --- cells --- */

/* The rows at hand, for who finds out what their cells mean. */
struct known_rows facts_rows(struct facts *f)
{
    return (struct known_rows){&f->context, &f->room, f->rows, f->n_rows, &f->starts};
}

static bool column_values(struct facts *f, struct known *known, int64_t values[])
{
    const struct known_rows rows = facts_rows(f);
    return known_values(known, &rows, values) || facts_no_memory(f);
}

/* Counts an odd cell of row r. Its text is shown only to who asks for it: cells are personal data.
   `has_text`: the cell itself is odd, and not that it is there. */
bool facts_add_finding(struct facts *f, enum finding_kind kind, size_t r, size_t column,
                       bool has_text)
{
    struct finding finding = {
        .place = facts_place(f, r), .column = (uint32_t)column + 1, .kind = (uint8_t)kind};
    struct cell cell = {NULL, 0};
    if (f->worker->shared->options->keep_values && has_text &&
        !raw_cell_text(&f->rows[r], column, &f->other_room, &cell)) {
        return facts_no_memory(f);
    }
    finding.value = cell.text;
    return worker_finding(f->worker, f->source_index, &finding);
}

/* Counts the cells that mean nothing in their column. */
static bool find_bad(struct facts *f, const int64_t values[], enum finding_kind kind, size_t column)
{
    for (size_t r = 0; r < f->n_rows; r++) {
        if (values[r] == CELL_BAD && !facts_add_finding(f, kind, r, column, true)) {
            return false;
        }
    }
    return true;
}

/* --- whose row it is --- */

/* The id of row r, decoded as a spreadsheet would show it. */
static bool read_odd_id(struct facts *f, size_t r)
{
    const struct place *const place = &f->columns->participant;
    struct cell cell = {place->constant, 0};
    if (place->constant != NULL) {
        cell.length = strlen(place->constant);
    } else if (place->index == NO_COLUMN ||
               !raw_cell_text(&f->rows[r], place->index, &f->room, &cell)) {
        return place->index == NO_COLUMN || facts_no_memory(f);
    }
    if (is_missing(f->source, &cell)) {
        return true;
    }
    if (cell.length <= ID_INLINE) {
        f->ids[r] = id_of(cell.text, cell.length);
        return true;
    }
    f->long_ids[r].text = arena_copy(&f->texts, cell.text, cell.length);
    f->long_ids[r].n = cell.length;
    f->has_long_ids = true;
    return f->long_ids[r].text != NULL || facts_no_memory(f);
}

/* The ids of rows from r on in a column, as long as they are short and plain. Returns the first row whose is not. */
static size_t read_plain_ids(const struct facts *f, size_t column, size_t r, struct id ids[])
{
    /* One that is longer than every text for "none" is not one of them. */
    return plain_ids(starts_of(&f->starts, column), r, f->n_rows, f->longest_missing, ids);
}

/* Whose row r is, where its cell is not a short plain id. */
static bool read_other_id(struct facts *f, size_t r, struct span raw)
{
    f->ids[r] = (struct id){{0, 0}};
    if (raw.length <= ID_INLINE || raw.length <= f->longest_missing ||
        !is_plain(raw.text, raw.length)) {
        return read_odd_id(f, r);
    }
    f->long_ids[r].text = raw.text;
    f->long_ids[r].n = raw.length;
    f->has_long_ids = true;
    return true;
}

static bool read_ids(struct facts *f)
{
    const size_t column = f->columns->participant.index, n = f->n_rows;
    const bool is_column = f->columns->participant.constant == NULL && column != NO_COLUMN;
    if (f->has_long_ids) {
        memset(f->long_ids, 0, sizeof f->long_ids);
        f->has_long_ids = false;
    }
    for (size_t r = 0; r < n; r++) {
        r = is_column ? read_plain_ids(f, column, r, f->ids) : r;
        if (r < n &&
            !read_other_id(f, r,
                           is_column ? raw_cell(&f->rows[r], column) : raw_no_cell(&f->rows[r]))) {
            return false;
        }
    }
    return true;
}

/* The family of row r, decoded as a spreadsheet would show it. */
static bool read_odd_family(struct facts *f, size_t r, size_t column)
{
    struct cell cell;
    if (!raw_cell_text(&f->rows[r], column, &f->room, &cell)) {
        return facts_no_memory(f);
    }
    f->families[r] = is_missing(f->source, &cell) ? (struct family_id){{0, 0}}
                                                  : family_id_of(cell.text, cell.length);
    return true;
}

/* Which family a row is of, where a column says so that is not the respondents' own. */
static bool read_families(struct facts *f)
{
    const size_t column = f->columns->family.index;
    struct id ids[STARTS_ROWS];
    for (size_t r = 0, next; f->has_families && r < f->n_rows; r = next + 1) {
        next = read_plain_ids(f, column, r, ids);
        for (; r < next; r++) {
            f->families[r] = (struct family_id){{ids[r].words[0], ids[r].words[1]}};
        }
        if (next < f->n_rows && !read_odd_family(f, next, column)) {
            return false;
        }
    }
    return true;
}

/* The cohort of row r, of a study with several cohort columns, whose values are given. */
static bool find_tuple(struct facts *f, const uint32_t values[], size_t n, uint32_t *cohort)
{
    struct shared *const shared = f->worker->shared;
    const bool has_key = n <= sizeof(struct memo_key) / sizeof values[0];
    struct memo_key key;
    const int64_t *known = NULL;
    bool done;
    if (has_key) {
        memcpy(&key, values, sizeof key);
        known = memo_find(&f->tuples, &key);
    }
    if (known != NULL) {
        *cohort = (uint32_t)*known;
        return true;
    }
    pthread_mutex_lock(&shared->names_lock);
    done = cohorts_add(shared->cohorts, values, cohort);
    pthread_mutex_unlock(&shared->names_lock);
    if (done && has_key) {
        memo_put(&f->tuples, &key, *cohort);
    }
    return done || facts_no_memory(f);
}

/* One column's values are cohorts; those of several are put together. */
static bool read_cohorts(struct facts *f)
{
    const size_t n = f->plan->study.n_cohort_columns;
    const size_t n_words = sizeof(struct memo_key) / sizeof(uint32_t);
    uint32_t tuples[STARTS_ROWS][MAX_COHORT_COLUMNS];
    for (size_t i = 0; i < n; i++) {
        if (!column_values(f, &f->cohorts_known[i], f->values)) {
            return false;
        }
        for (size_t r = 0; n == 1 && r < f->n_rows; r++) {
            f->cohorts[r] = (uint32_t)f->values[r];
        }
        for (size_t r = 0; n != 1 && r < f->n_rows; r++) {
            tuples[r][i] = (uint32_t)f->values[r];
        }
    }
    for (size_t r = 0; n != 1 && r < f->n_rows; r++) {
        for (size_t i = n; i < n_words; i++) {
            tuples[r][i] = 0;
        }
        if (!find_tuple(f, tuples[r], n, &f->cohorts[r])) {
            return false;
        }
    }
    return true;
}

/* --- dates and stages --- */

/* A row's date, of which something is asked, or which is not to be seen at once. */
static bool read_date(struct facts *f, struct known *known, size_t r)
{
    const size_t column = known->place->index;
    const struct known_rows rows = facts_rows(f);
    int64_t date;
    if ((!known_value(known, &rows, raw_cell(&f->rows[r], column), &date) && !facts_no_memory(f)) ||
        (date == CELL_BAD && !facts_add_finding(f, FINDING_BAD_DATE, r, column, true))) {
        return false;
    }
    f->dates[r] = date == CELL_BAD || date == CELL_MISSING ? NO_DATE : date;
    return true;
}

static bool read_dates(struct facts *f, size_t stage)
{
    struct known *const known = &f->dates_known[f->source->wide ? stage : 0];
    const bool is_date = known->fixed != CELL_BAD && known->fixed != CELL_MISSING;
    const int64_t fixed = known->is_fixed && is_date ? known->fixed : NO_DATE;
    for (size_t r = 0; r < f->n_rows; r++) {
        f->dates[r] = fixed;
    }
    for (size_t r = 0; r < f->n_rows && !known->is_fixed; r++) {
        /* Most dates have nothing to say but that they are dates. */
        r = f->needs_dates ? r
                           : plain_dates(starts_of(&f->starts, known->place->index), r, f->n_rows);
        if (r < f->n_rows && !read_date(f, known, r)) {
            return false;
        }
    }
    return true;
}

/* --- goals --- */

static bool read_goals(struct facts *f, size_t stage)
{
    const size_t *const places = f->columns->items[f->source->wide ? stage : 0];
    const struct known_rows rows = facts_rows(f);
    struct facts *const facts = f;
    assert(places != NULL); /* a source of goals has a level column */
    if ((!known_column(&f->level, places[0], &rows, facts->levels) && !facts_no_memory(f)) ||
        !find_bad(f, facts->levels, FINDING_OUT_OF_RANGE, places[0]) ||
        !column_values(f, &f->weight, facts->weights) ||
        (!f->weight.is_fixed &&
         !find_bad(f, facts->weights, FINDING_BAD_WEIGHT, f->weight.place->index)) ||
        !column_values(f, &f->goal, facts->goals) ||
        !column_values(f, &f->category, facts->categories)) {
        return false;
    }
    memset(facts->flags, 0, sizeof facts->flags);
    for (size_t i = 0; i < f->plan->study.goals.n_flags; i++) {
        if (!column_values(f, &f->flags_known[i], facts->values) ||
            (!f->flags_known[i].is_fixed &&
             !find_bad(f, facts->values, FINDING_BAD_FLAG, f->flags_known[i].place->index))) {
            return false;
        }
        for (size_t r = 0; r < f->n_rows; r++) {
            facts->flags[r] |= (uint16_t)((unsigned)(facts->values[r] == 1) << i);
        }
    }
    return true;
}

/* --- rows --- */

static bool check_length(struct facts *f, size_t r)
{
    const struct raw_row *const row = &f->rows[r];
    struct span raw;
    if (row->n_cells < f->columns->n_columns) {
        return facts_add_finding(f, FINDING_SHORT_ROW, r, row->n_cells, false);
    }
    /* Excel pads rows with empty cells; only a cell with text shows that columns have slipped. */
    raw = raw_cell(row, f->columns->n_columns);
    for (size_t i = f->columns->n_columns; i < row->n_cells; i++, raw.text += raw.length + 1) {
        const size_t start = (size_t)(raw.text - row->text);
        struct cell cell;
        raw.length = cell_end(row->ends, start) - start;
        if (!text_decode(raw.text, raw.length, &f->room, &cell)) {
            return facts_no_memory(f);
        }
        if (cell.length > 0) {
            return facts_add_finding(f, FINDING_LONG_ROW, r, i, false);
        }
    }
    return true;
}

/* Finds the cells of the rows at hand, and says what is wrong with their number. */
static bool find_cells(struct facts *f)
{
    uint8_t others[STARTS_ROWS];
    const size_t n = starts_find(&f->starts, f->rows, f->n_rows, f->columns->n_columns, others);
    for (size_t i = 0; i < n; i++) {
        if (!check_length(f, others[i])) {
            return false;
        }
    }
    return true;
}

/* What all forms of a row share. */
bool facts_read(struct facts *f)
{
    return find_cells(f) && read_cohorts(f) && read_ids(f) && read_families(f) &&
           (!f->has_ages || column_values(f, &f->age, f->ages)) &&
           (f->source->wide || column_values(f, &f->stage, f->stages));
}

bool facts_read_stage(struct facts *f, size_t stage, bool is_goals)
{
    return read_dates(f, stage) && (!is_goals || read_goals(f, stage));
}

bool facts_read_cohorts(struct facts *f)
{
    return find_cells(f) && read_cohorts(f);
}

bool facts_read_informants(struct facts *f, int64_t informants[])
{
    const struct known_rows rows = {&f->context, &f->room, f->rows, f->n_rows, &f->informants};
    uint8_t others[STARTS_ROWS];
    (void)starts_find(&f->informants, f->rows, f->n_rows, f->columns->n_columns, others);
    return known_values(&f->informant, &rows, informants) || facts_no_memory(f);
}

void facts_done(struct facts *f)
{
    arena_free(&f->texts);
}

/* --- sources --- */

bool facts_init(struct facts *f, struct worker *worker)
{
    f->worker = worker;
    f->plan = worker->shared->plan;
    f->dates_known = calloc(f->plan->study.n_stages + 1, sizeof *f->dates_known);
    return f->dates_known != NULL;
}

void facts_end(struct facts *f)
{
    known_free(&f->informant);
    known_free(&f->stage);
    known_free(&f->age);
    known_free(&f->goal);
    known_free(&f->category);
    known_free(&f->weight);
    known_free(&f->level);
    memo_free(&f->tuples);
    starts_free(&f->starts);
    starts_free(&f->informants);
    for (size_t i = 0; i < MAX_FLAGS; i++) {
        known_free(&f->flags_known[i]);
    }
    for (size_t i = 0; i < MAX_COHORT_COLUMNS; i++) {
        known_free(&f->cohorts_known[i]);
    }
    for (size_t i = 0; i < f->plan->study.n_stages; i++) {
        known_free(&f->dates_known[i]);
    }
}

void facts_free(struct facts *f)
{
    facts_end(f);
    free(f->dates_known);
    free(f->room.bytes);
    free(f->other_room.bytes);
    arena_free(&f->texts);
}

static bool begin_columns(struct facts *f)
{
    const struct columns *const c = f->columns;
    const struct study *const study = &f->plan->study;
    const struct meaning_context *const of = &f->context;
    bool done = known_begin(&f->stage, &c->stage, stage_meaning, of) &&
                known_begin(&f->age, &c->age, age_meaning, of) &&
                known_begin(&f->goal, &c->goal, name_meaning, of) &&
                known_begin(&f->category, &c->category, name_meaning, of) &&
                known_begin(&f->weight, &c->weight, weight_meaning, of) &&
                (f->source->informant.text == NULL ||
                 known_begin(&f->informant, &c->informant, informant_meaning, of));
    f->level = (struct known){.of = level_meaning};
    for (size_t i = 0; i < study->goals.n_flags && done; i++) {
        done = known_begin(&f->flags_known[i], &c->flags[i], flag_meaning, of);
    }
    for (size_t i = 0; i < study->n_cohort_columns && done; i++) {
        done = known_begin(&f->cohorts_known[i], &c->cohorts[i], cohort_meaning, of);
    }
    for (size_t i = 0; i < (f->source->wide ? study->n_stages : 1) && done; i++) {
        done = known_begin(&f->dates_known[i], &c->dates[i], date_meaning, of);
    }
    return done;
}

/* Cells of a column, if there is one, are wanted. */
static bool want(struct starts *starts, const struct place *place)
{
    return place->constant != NULL || place->index == NO_COLUMN ||
           starts_want_cells(starts, place->index);
}

static bool has_goals(const struct source *source)
{
    for (size_t i = 0; i < source->n_informants; i++) {
        if (source->informants[i].instrument->is_goals) {
            return true;
        }
    }
    return false;
}

/* The columns that are read of every row; of goals, where their levels stand. */
static bool begin_starts(struct facts *f)
{
    const struct columns *const c = f->columns;
    const struct study *const study = &f->plan->study;
    struct starts *const starts = &f->starts;
    bool done = want(starts, &c->participant) && want(starts, &c->stage) && want(starts, &c->age) &&
                want(starts, &c->goal) && want(starts, &c->category) && want(starts, &c->weight) &&
                (!f->has_families || want(starts, &c->family)) &&
                (f->source->informant.text == NULL || want(&f->informants, &c->informant));
    for (size_t i = 0; i < study->goals.n_flags && done; i++) {
        done = want(starts, &c->flags[i]);
    }
    for (size_t i = 0; i < study->n_cohort_columns && done; i++) {
        done = want(starts, &c->cohorts[i]);
    }
    for (size_t i = 0; i < (f->source->wide ? study->n_stages : 1) && done; i++) {
        done = want(starts, &c->dates[i]);
    }
    for (size_t i = 0; i < (f->source->wide ? study->n_stages : 1) && done; i++) {
        done = !has_goals(f->source) || c->items[i] == NULL ||
               starts_want_cells(starts, c->items[i][0]);
    }
    return done && starts_ready(&f->informants);
}

bool facts_begin(struct facts *f, size_t source, const struct columns *columns)
{
    const struct shared *const shared = f->worker->shared;
    f->source_index = source;
    f->source = &f->plan->sources[source];
    f->columns = columns;
    f->context = (struct meaning_context){f->plan, f->source, f->worker->shared};
    f->has_ages = columns->age.constant != NULL || columns->age.index != NO_COLUMN;
    f->has_families = columns_have_family(columns);
    f->needs_dates =
        shared->rules.by_date || (!f->source->wide && columns->stage.index == NO_COLUMN);
    f->longest_missing = 4; /* of the usual words: #N/A, NULL */
    for (size_t i = 0; i < f->source->n_missing; i++) {
        const size_t n = strlen(f->source->missing[i]);
        f->longest_missing = n > f->longest_missing ? n : f->longest_missing;
    }
    return (begin_columns(f) && begin_starts(f)) || facts_no_memory(f);
}

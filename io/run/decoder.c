/* io/run/decoder.c - what the cells of a row say, as forms of a batch. Rows are taken some hundred at a time,
   column by column: what they say beside their answers are facts (facts.h), which are laid beside the answers
   here.

   Answers outside their item's range are kept as they are until they are scored: scoring takes them
   as missing, but the checks want to see them, since a file that is coded from 1 instead of 0 shows
   in nothing else. */
#include "io/run/decoder.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "io/run/batch.h"
#include "io/run/facts.h"

struct decoder {
    struct worker *worker;
    const struct plan *plan;
    size_t source_index;
    const struct source *source;
    const struct columns *columns;
    struct known answers;
    bool digits_are_answers;
    struct set_bits set_bits;
    bool keeps_texts;       /* for a watcher, or of odd cells */
    struct batch **batches; /* owned: [informant][stage]; a long source has stage 0 only */
    size_t n_batches, n_batch_stages;
    struct text_room room;
    struct scored_columns scored;
    struct raw_row chosen[DECODER_ROWS]; /* the rows at hand, where there are others between them */
    struct facts facts;                  /* of the rows at hand, which are of one informant */
};

static bool no_memory(struct decoder *d)
{
    return facts_no_memory(&d->facts);
}

/* --- answers --- */

/* One answer, whatever it is. */
static bool read_answer(struct decoder *d, size_t r, size_t column, struct span raw,
                        const struct item_group *group, answer *out)
{
    const struct known_rows rows = facts_rows(&d->facts);
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
           facts_add_finding(&d->facts, FINDING_OUT_OF_RANGE, r, column, true);
}

/* The answers of row r to a run of items of a group, whose columns stand side by side. */
static bool read_answers(struct decoder *d, size_t r, const struct item_run *run,
                         const struct item_group *group, answer *out)
{
    const struct raw_row *const row = &d->facts.rows[r];
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

/* Whether a row ends with them: where, is known without counting cells. */
static bool run_is_last(const struct decoder *d, const struct item_run *run)
{
    return run->column + run->n == d->columns->n_columns;
}

/* The answers of a run of items in n_rows rows from `first` on, ROW_STRIDE(run->n) bytes each. */
static bool read_run(struct decoder *d, size_t first, size_t n_rows, const struct batch *batch,
                     const struct item_run *run, answer out[])
{
    const struct starts *const found = &d->facts.starts;
    const char *const *const starts = starts_of(found, run->column) + first;
    const char *const *const behind =
        run_is_last(d, run) ? starts_of(found, run->column + run->n) + first : NULL;
    uint8_t others[DECODER_ROWS];
    size_t n_others = n_rows;
    if (d->digits_are_answers) {
        n_others = items_read(&batch->ranges[run->group], &d->set_bits, d->facts.rows + first,
                              starts, behind, n_rows, run->column, run->n, out, others);
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

/* Which stage the rows of a long source are of that name none: NO_STAGE where their date has to say, or where
   nothing can (unknown_stages). */
static void place_without_stage(const struct decoder *d, size_t first, size_t n,
                                struct batch *batch)
{
    const bool has_column = d->columns->stage.index != NO_COLUMN;
    const bool date_says = d->worker->shared->rules.by_date || !has_column;
    for (size_t i = 0; i < n; i++) {
        const int64_t stage = d->facts.stages[first + i];
        if (stage >= 0) {
            continue;
        }
        batch->stages[batch->n + i] = NO_STAGE;
        /* A date places a form in a window; or, in a file without a stage column, it may make it the
           respondent's first. With neither it says nothing of the stage. */
        batch->unknown_stages[batch->n + i] =
            (stage == CELL_BAD) |
            ((stage == CELL_MISSING) & ((d->facts.dates[first + i] == NO_DATE) | !date_says));
    }
}

/* Which stage the rows of a long source are of. */
static void place_in_stages(const struct decoder *d, size_t first, size_t n, struct batch *batch)
{
    const int64_t *const named = d->facts.stages + first;
    uint32_t *const stages = batch->stages + batch->n;
    int64_t any_without = 0; /* negative: that */
    for (size_t i = 0; i < n; i++) {
        stages[i] = (uint32_t)named[i];
        any_without |= named[i];
    }
    memset(batch->unknown_stages + batch->n, 0, n * sizeof batch->unknown_stages[0]);
    if (any_without < 0) {
        place_without_stage(d, first, n, batch);
    }
}

/* Where n rows from `first` on stand, nearly always one behind the other: no blank line between them, nor a row of
   another informant. */
static void gather_places(const struct facts *facts, size_t first, size_t n, uint64_t places[])
{
    const uint64_t place = facts_place(facts, first);
    const bool is_run = facts_place(facts, first + n - 1) - place == n - 1;
    for (size_t i = 0; i < n; i++) {
        places[i] = place + i;
    }
    for (size_t i = 0; i < n && !is_run; i++) {
        places[i] = facts_place(facts, first + i);
    }
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
        if (!raw_cell_text(&d->facts.rows[r], place->index, &d->room, &cell)) {
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

/* What n > 0 rows from `first` on say beside their answers. */
static void gather(const struct decoder *d, size_t first, size_t n, struct batch *batch,
                   size_t stage)
{
    const struct facts *const facts = &d->facts;
    memcpy(batch->ids + batch->n, facts->ids + first, n * sizeof batch->ids[0]);
    memcpy(batch->cohorts + batch->n, facts->cohorts + first, n * sizeof batch->cohorts[0]);
    memcpy(batch->dates + batch->n, facts->dates + first, n * sizeof batch->dates[0]);
    gather_places(facts, first, n, batch->places + batch->n);
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
    for (size_t first = 0, some; first < d->facts.n_rows; first += some) {
        const size_t left = d->facts.n_rows - first, room = BATCH_FORMS - batch->n;
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
    const struct listed line = {.place = facts_place(&d->facts, r),
                                .subject = LISTED_NO_MEASURE,
                                .kind = LISTED_FORM,
                                .stage = LISTED_NO_STAGE,
                                .reason = FORM_NO_ID};
    d->worker->counted.unknown_informants++;
    return worker_list(d->worker, &line) &&
           facts_add_finding(&d->facts, FINDING_UNKNOWN_INFORMANT, r, d->columns->informant.index,
                             false);
}

/* The forms of the rows at hand, which are of informant i. */
static bool take_informant(struct decoder *d, size_t i)
{
    const bool is_goals = d->source->informants[i].instrument->is_goals;
    if (!facts_read(&d->facts)) {
        return false;
    }
    for (size_t stage = 0; stage < d->n_batch_stages; stage++) {
        /* Group 0 decides: a source cannot do without its items. */
        if (d->columns->items[stage] == NULL && d->source->wide) {
            continue;
        }
        if (!facts_read_stage(&d->facts, stage, is_goals) ||
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
    d->facts.rows = d->chosen;
    d->facts.n_rows = 0;
    for (size_t r = 0; r < n; r++) {
        if (informants[r] == i) {
            d->chosen[d->facts.n_rows++] = rows[r];
        }
    }
}

/* Rows of several informants, who answer forms of their own. */
static bool take_informants(struct decoder *d, const struct raw_row rows[], size_t n)
{
    int64_t informants[DECODER_ROWS];
    if (!facts_read_informants(&d->facts, informants)) {
        return false;
    }
    for (size_t i = 0; i < d->source->n_informants; i++) {
        choose_rows(d, rows, n, informants, (int64_t)i);
        if (!take_informant(d, i)) {
            return false;
        }
    }
    choose_rows(d, rows, n, informants, CELL_BAD);
    for (size_t r = 0; r < d->facts.n_rows; r++) {
        if (!unknown_informant(d, r)) {
            return false;
        }
    }
    /* That a cohort has no other rows is to be seen. */
    return facts_read_cohorts(&d->facts);
}

static bool take_rows(struct decoder *d, const struct raw_row rows[], size_t n)
{
    d->facts.rows = rows;
    d->facts.n_rows = n;
    /* Rows of an unknown informant are counted, too: the user compares this with the
       spreadsheet. */
    d->worker->counted.sources[d->source_index].rows += n;
    if (!(d->source->informant.text == NULL ? take_informant(d, 0) : take_informants(d, rows, n))) {
        return false;
    }
    facts_done(&d->facts);
    return true;
}

bool decoder_rows(struct decoder *decoder, uint64_t piece, const struct raw_row rows[], size_t n)
{
    /* A watcher wants to see forms in the order of the rows. */
    const bool watched = decoder->worker->shared->options->watch != NULL;
    const size_t at_once = watched ? 1 : DECODER_ROWS;
    decoder->facts.piece = piece;
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
        if (!facts_init(&decoder->facts, worker)) {
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
    known_free(&d->answers);
    facts_end(&d->facts);
}

void decoder_free(struct decoder *decoder)
{
    if (decoder != NULL) {
        end_source(decoder);
        facts_free(&decoder->facts);
        free(decoder->room.bytes);
        free(decoder);
    }
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

/* Where the items of a batch begin, and those that end a row end. */
static bool want_items(struct decoder *d, const struct batch *batch)
{
    bool done = true;
    for (size_t i = 0; i < batch->n_runs && batch->goals == NULL && done; i++) {
        const struct item_run *const run = &batch->runs[i];
        done = starts_want(&d->facts.starts, run->column) &&
               (!run_is_last(d, run) || starts_want(&d->facts.starts, run->column + run->n));
    }
    return done;
}

static bool begin_items(struct decoder *d)
{
    bool done = true;
    for (size_t i = 0; i < d->n_batches && done; i++) {
        done = want_items(d, d->batches[i]);
    }
    return done && starts_ready(&d->facts.starts);
}

bool decoder_begin(struct decoder *decoder, size_t source, const struct columns *columns)
{
    const struct run_options *const options = decoder->worker->shared->options;
    end_source(decoder);
    decoder->source_index = source;
    decoder->source = &decoder->plan->sources[source];
    decoder->columns = columns;
    decoder->answers = (struct known){.of = answer_meaning};
    decoder->keeps_texts = options->watch != NULL || options->keep_values;
    decoder->digits_are_answers =
        decoder->source->n_answers == 0 && decoder->source->n_missing == 0;
    return facts_begin(&decoder->facts, source, columns) &&
           ((begin_batches(decoder) && begin_items(decoder)) || no_memory(decoder));
}

/* io/run/batch.c - the order of questions that every form is asked here is the order of the ledger of
   forms: is anything answered? whose is it? of which stage? Only then does it meet other forms. A
   form that fails one is counted under that one and goes no further. */
#include "io/run/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "scales/gas.h"

#define TEXT_BYTES ((size_t)64 * 1024)

/* The columns of a group, and where its items stand in the rows. */
static bool add_group(struct batch *batch, const struct shared *shared,
                      const struct columns *columns, size_t group, size_t stage)
{
    const struct study *const study = &shared->plan->study;
    const struct instrument *const pooled = study->measures[batch->measure].instrument;
    const struct item_group *const g = &batch->instrument->groups[group];
    const size_t *const places = columns->items[group * study->n_stages + stage];
    const bool is_long = batch->source->items[group * study->n_stages + stage].n != g->n_items;
    /* The checks look at all items of the instrument that speaks for the pooled versions. */
    const size_t n = group < pooled->n_groups && pooled->groups[group].n_items > g->n_items
                         ? pooled->groups[group].n_items
                         : g->n_items;
    if (places == NULL) {
        return true; /* not asked, which is not the same as left blank */
    }
    batch->answers.answers[group] = malloc(n * BATCH_FORMS * sizeof(answer));
    batch->rows[group] = calloc(BATCH_FORMS * ITEMS_STRIDE(g->n_items), sizeof(answer));
    batch->item_columns[group] = calloc(g->n_items, sizeof *batch->item_columns[group]);
    if (batch->answers.answers[group] == NULL || batch->rows[group] == NULL ||
        batch->item_columns[group] == NULL) {
        return false;
    }
    memset(batch->answers.answers[group], ANSWER_MISSING, n * BATCH_FORMS * sizeof(answer));
    batch->in_a_row[group] = true;
    for (size_t i = 0; i < g->n_items; i++) {
        batch->item_columns[group][i] = (uint32_t)places[is_long ? g->in_long[i] : i];
        batch->in_a_row[group] =
            batch->in_a_row[group] &&
            batch->item_columns[group][i] == batch->item_columns[group][0] + (uint32_t)i;
    }
    return true;
}

static bool add_tables(struct batch *batch)
{
    const size_t size = scoring_tables_size(batch->instrument);
    void *const memory = size == 0 ? NULL : malloc(size);
    if (memory != NULL) {
        batch->tables = scoring_tables_build(batch->instrument, memory);
        batch->tables_memory = memory;
    }
    return size == 0 || memory != NULL;
}

struct batch *batch_new(const struct shared *shared, const struct source *source,
                        const struct informant *informant, const struct columns *columns,
                        size_t stage, char separator)
{
    struct batch *const batch = calloc(1, sizeof *batch);
    bool done = batch != NULL;
    if (!done) {
        return NULL;
    }
    batch->informant = informant;
    batch->instrument = informant->instrument;
    batch->source = source;
    batch->measure = informant->measure;
    batch->age_column = (uint32_t)columns->age.index + 1;
    for (size_t i = 0; i < BATCH_FORMS; i++) {
        /* What a questionnaire's form has not is set once: it stays so. */
        batch->forms[i].form.goal = batch->forms[i].form.category = NO_NAME;
        batch->forms[i].has_goal = true;
    }
    for (size_t g = 0; g < informant->instrument->n_groups && done; g++) {
        batch->ranges[g] = digit_range_of(&informant->instrument->groups[g], separator);
        done = add_group(batch, shared, columns, g, stage);
    }
    if (!done || !add_tables(batch)) {
        batch_free(batch);
        return NULL;
    }
    return batch;
}

void batch_free(struct batch *batch)
{
    if (batch != NULL) {
        for (size_t g = 0; g < MAX_GROUPS; g++) {
            free(batch->answers.answers[g]);
            free(batch->rows[g]);
            free(batch->item_columns[g]);
        }
        free(batch->tables_memory);
        free(batch->texts);
        arena_free(&batch->arena);
        free(batch);
    }
}

bool batch_long_id(struct batch *batch, const char *text, size_t length, struct id *id)
{
    if (batch->texts_capacity - batch->n_texts < length) {
        /* Ids point into these texts: they move only while there are none. */
        const size_t need = length > TEXT_BYTES ? length : TEXT_BYTES;
        if (batch->n > 0 || !array_grow(&batch->texts, &batch->texts_capacity, need, 1)) {
            return false;
        }
    }
    memcpy(batch->texts + batch->n_texts, text, length);
    *id = id_of(batch->texts + batch->n_texts, length);
    batch->n_texts += length;
    return true;
}

/* --- scoring --- */

/* One form's results from the columns. */
static void gather_scored(const struct scored_columns *columns, size_t n_scales, size_t form,
                          struct scored out[])
{
    for (size_t i = 0; i < n_scales; i++) {
        out[i] = (struct scored){.outcome = columns->outcome[i][form],
                                 .n_answered = columns->n_answered[i][form],
                                 .prorated = columns->prorated[i][form]};
    }
}

/* Tells the watcher of a form. */
static bool watch(struct batch *batch, struct worker *worker, size_t index,
                  const struct scored_columns *columns, bool blank)
{
    const struct run_options *const options = worker->shared->options;
    const struct study *const study = &worker->shared->plan->study;
    const struct gathered *const gathered = &batch->forms[index];
    struct scored scored[MAX_SCALES];
    size_t n_id;
    const char *const id = id_text(&gathered->form.id, &n_id);
    struct scored_form seen = {.source = batch->source,
                               .row = pieces_row(worker->shared->pieces, gathered->form.place),
                               .measure = &study->measures[batch->measure],
                               .instrument = batch->instrument,
                               .scored = scored,
                               .blank = blank,
                               .goal = gathered->goal_text == NULL ? "" : gathered->goal_text,
                               .halves = gathered->halves};
    seen.participant = arena_copy(&batch->arena, id, n_id);
    if (seen.participant == NULL) {
        return worker_stop(worker, fault_memory());
    }
    seen.stage = gathered->form.stage != NO_STAGE ? study->stages[gathered->form.stage].name
                 : gathered->stage_text == NULL   ? ""
                                                  : gathered->stage_text;
    gather_scored(columns, batch->instrument->is_goals ? 0 : batch->instrument->n_scales, index,
                  scored);
    worker->fault = options->watch(options->context, &seen);
    return worker->fault.code == FAULT_NONE;
}

/* --- sending --- */

static bool set_aside(struct worker *worker, const struct gathered *gathered,
                      enum form_reason reason)
{
    struct listed line = {.place = gathered->form.place,
                          .id = gathered->form.id,
                          .subject = gathered->form.measure,
                          .kind = LISTED_FORM,
                          .stage = gathered->form.stage == NO_STAGE ? LISTED_NO_STAGE
                                                                    : (uint8_t)gathered->form.stage,
                          .reason = (uint8_t)reason};
    worker->counted.measures[gathered->form.measure].forms[reason]++;
    return worker_list(worker, &line);
}

static bool has_id(const struct gathered *gathered)
{
    return (gathered->form.id.words[0] | gathered->form.id.words[1]) != 0;
}

static bool send_form(struct worker *worker, struct gathered *gathered, const uint32_t codes[],
                      bool blank)
{
    const bool named = has_id(gathered) && gathered->has_goal;
    unsigned char payload[MAX_PAYLOAD * sizeof(uint32_t)];
    if (blank || !named || gathered->unknown_stage) {
        return set_aside(worker, gathered,
                         blank    ? FORM_BLANK
                         : !named ? FORM_NO_ID
                                  : FORM_UNKNOWN_STAGE);
    }
    payload_pack(layout_of(&worker->shared->rules, gathered->form.measure), codes, payload);
    gathered->form.payload = payload;
    gathered->form.hash = id_hash(gathered->form.id);
    return mail_form(worker->mail, &gathered->form) ||
           worker_stop(worker, mail_fault(worker->mail));
}

static bool take_age(struct worker *worker, const struct batch *batch,
                     const struct gathered *gathered)
{
    if (gathered->age == AGE_BAD) {
        const struct finding finding = {.place = gathered->form.place,
                                        .column = batch->age_column,
                                        .kind = FINDING_BAD_AGE,
                                        .value = gathered->age_value};
        return worker_finding(worker, (size_t)(batch->source - worker->shared->plan->sources),
                              &finding);
    }
    if (gathered->age != AGE_NONE) {
        item_checks_add_age(&worker->counted.checks, batch->measure, gathered->age);
    }
    return true;
}

static bool send_questionnaire(struct batch *batch, struct worker *worker, size_t index,
                               const struct scored_columns *scored)
{
    const size_t n_scales = batch->instrument->n_scales;
    const bool blank = scored->n_valid[index] == 0;
    uint32_t codes[MAX_PAYLOAD];
    for (size_t i = 0; i < n_scales; i++) {
        codes[i] = scored->outcome[i][index];
    }
    return (blank || batch->forms[index].age == AGE_NONE ||
            take_age(worker, batch, &batch->forms[index])) &&
           (worker->shared->options->watch == NULL || watch(batch, worker, index, scored, blank)) &&
           send_form(worker, &batch->forms[index], codes, blank);
}

static bool send_goal(struct batch *batch, struct worker *worker, size_t index,
                      const struct scored_columns *scored)
{
    struct gathered *const gathered = &batch->forms[index];
    /* Payloads are unsigned: levels are counted up from the lowest, -2. */
    const uint32_t codes[GOAL_PAYLOAD] = {
        [GOAL_PAYLOAD_LEVEL] = (uint32_t)(gathered->halves + 2 * GAS_HALVES_PER_LEVEL),
        [GOAL_PAYLOAD_WEIGHT] = gathered->weight};
    return (worker->shared->options->watch == NULL ||
            watch(batch, worker, index, scored, !gathered->rated)) &&
           send_form(worker, gathered, codes, !gathered->rated);
}

bool batch_send(struct batch *batch, struct worker *worker, struct scored_columns *scored)
{
    const bool is_goals = batch->instrument->is_goals;
    bool done = true;
    if (batch->n > 0 && !is_goals) {
        for (size_t g = 0; g < batch->instrument->n_groups; g++) {
            if (batch->rows[g] != NULL) {
                items_transpose(batch->rows[g], batch->instrument->groups[g].n_items,
                                batch->answers.answers[g]);
            }
        }
        forms_score(batch->instrument, batch->tables, &batch->answers, batch->n, scored);
        item_checks_add_forms(&worker->counted.checks, batch->measure, &batch->answers, scored,
                              batch->n);
    }
    /* Before any reason to set one aside: the ledger has to add up to this. */
    worker->counted.measures[batch->measure].forms_read += batch->n;
    for (size_t i = 0; i < batch->n && done; i++) {
        done = is_goals ? send_goal(batch, worker, i, scored)
                        : send_questionnaire(batch, worker, i, scored);
    }
    batch->n = 0;
    batch->n_texts = 0;
    arena_free(&batch->arena);
    return done;
}

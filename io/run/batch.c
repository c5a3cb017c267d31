/* io/run/batch.c - the order of questions that every form is asked here is the order of the ledger of
   forms: is anything answered? whose is it? of which stage? Only then does it meet other forms. A
   form that fails one is counted under that one and goes no further. */
#include "io/run/batch.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES ((size_t)64 * 1024)

/* The next item of a group, at a place in the rows. */
static bool add_item(struct batch *batch, size_t group, size_t item, size_t column)
{
    struct item_run *const last = batch->n_runs == 0 ? NULL : &batch->runs[batch->n_runs - 1];
    if (item > 0 && last->column + last->n == column) {
        last->n++;
        return true;
    }
    if (!array_grow(&batch->runs, &batch->runs_capacity, batch->n_runs + 1, sizeof *batch->runs)) {
        return false;
    }
    batch->runs[batch->n_runs++] =
        (struct item_run){.group = group, .first = item, .n = 1, .column = column};
    return true;
}

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
    bool done;
    if (places == NULL) {
        return true; /* not asked, which is not the same as left blank */
    }
    batch->answers.answers[group] = malloc(n * BATCH_FORMS * sizeof(answer));
    batch->rows[group] = calloc(BATCH_FORMS * ROW_STRIDE(g->n_items) + ITEMS_SLACK, sizeof(answer));
    done = batch->answers.answers[group] != NULL && batch->rows[group] != NULL;
    if (done) {
        memset(batch->answers.answers[group], ANSWER_MISSING, n * BATCH_FORMS * sizeof(answer));
    }
    for (size_t i = 0; i < g->n_items && done; i++) {
        done = add_item(batch, group, i, places[is_long ? g->in_long[i] : i]);
    }
    return done;
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
                        size_t stage)
{
    struct batch *const batch = calloc(1, sizeof *batch);
    bool done;
    if (batch == NULL) {
        return NULL;
    }
    batch->instrument = informant->instrument;
    batch->source = source;
    batch->measure = informant->measure;
    batch->age_column = (uint32_t)columns->age.index + 1;
    batch->has_ages = columns->age.constant != NULL || columns->age.index != NO_COLUMN;
    batch->may_start = !source->wide && columns->stage.index == NO_COLUMN;
    batch->goals = batch->instrument->is_goals ? calloc(1, sizeof *batch->goals) : NULL;
    batch->form_texts = shared->options->watch != NULL || shared->options->keep_values
                            ? calloc(BATCH_FORMS, sizeof *batch->form_texts)
                            : NULL;
    batch->families =
        columns_have_family(columns) ? calloc(BATCH_FORMS, sizeof *batch->families) : NULL;
    done = (!batch->instrument->is_goals || batch->goals != NULL) &&
           (!columns_have_family(columns) || batch->families != NULL) &&
           ((shared->options->watch == NULL && !shared->options->keep_values) ||
            batch->form_texts != NULL);
    for (size_t g = 0; g < informant->instrument->n_groups && done; g++) {
        batch->ranges[g] = digit_range_of(&informant->instrument->groups[g]);
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
        }
        free(batch->runs);
        free(batch->tables_memory);
        free(batch->goals);
        free(batch->families);
        free(batch->form_texts);
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
        if (batch->n_texts > 0 || !array_grow(&batch->texts, &batch->texts_capacity, need, 1)) {
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
        out[i] = (struct scored){.outcome = scored_outcome(columns, i, form),
                                 .n_answered = columns->n_answered[i][form],
                                 .prorated = columns->prorated[i][form] != 0};
    }
}

/* Tells the watcher of a form. */
static bool watch(struct batch *batch, struct worker *worker, size_t index,
                  const struct scored_columns *columns, bool blank)
{
    const struct run_options *const options = worker->shared->options;
    const struct study *const study = &worker->shared->plan->study;
    const struct form_texts *const texts = &batch->form_texts[index];
    const uint32_t stage = batch->stages[index];
    struct scored scored[MAX_SCALES];
    size_t n_id;
    const char *const id = id_text(&batch->ids[index], &n_id);
    struct scored_form seen = {.source = batch->source,
                               .row = pieces_row(worker->shared->pieces, batch->places[index]),
                               .measure = &study->measures[batch->measure],
                               .instrument = batch->instrument,
                               .scored = scored,
                               .blank = blank,
                               .goal = texts->goal == NULL ? "" : texts->goal,
                               .halves =
                                   batch->goals == NULL ? 0 : goal_halves(batch->goals, index)};
    seen.participant = arena_copy(&batch->arena, id, n_id);
    if (seen.participant == NULL) {
        return worker_stop(worker, fault_memory());
    }
    seen.stage = stage != NO_STAGE      ? study->stages[stage].name
                 : texts->stage == NULL ? ""
                                        : texts->stage;
    gather_scored(columns, batch->instrument->is_goals ? 0 : batch->instrument->n_scales, index,
                  scored);
    worker->fault = options->watch(options->context, &seen);
    return worker->fault.code == FAULT_NONE;
}

/* --- ages --- */

static bool tell_of_age(struct worker *worker, const struct batch *batch, size_t index)
{
    const struct finding finding = {
        .place = batch->places[index],
        .column = batch->age_column,
        .kind = FINDING_BAD_AGE,
        .value = batch->form_texts == NULL ? NULL : batch->form_texts[index].age};
    return worker_finding(worker, (size_t)(batch->source - worker->shared->plan->sources),
                          &finding);
}

/* Ages of the forms that are not blank. */
static bool take_ages(struct worker *worker, const struct batch *batch,
                      const struct scored_columns *scored)
{
    const uint8_t *const n_valid = scored->n_valid;
    bool done = true;
    if (item_checks_add_ages(&worker->counted.checks, batch->measure, batch->ages, n_valid,
                             AGE_BAD)) {
        for (size_t i = 0; i < batch->n && done; i++) {
            done = batch->ages[i] != AGE_BAD || n_valid[i] == 0 || tell_of_age(worker, batch, i);
        }
    }
    return done;
}

/* --- sending --- */

static bool is_blank(const struct batch *batch, const struct scored_columns *scored, size_t index)
{
    return batch->goals != NULL ? !batch->goals->rated[index] : scored->n_valid[index] == 0;
}

/* A form that is not for the join: for the first reason that holds. */
static bool set_aside(struct worker *worker, const struct batch *batch, size_t index,
                      const struct scored_columns *scored)
{
    const uint32_t stage = batch->stages[index];
    const bool named = batch->ids[index].words[0] != 0 &&
                       (batch->goals == NULL || batch->goals->goals[index] != NO_NAME);
    const enum form_reason reason = is_blank(batch, scored, index) ? FORM_BLANK
                                    : !named                       ? FORM_NO_ID
                                                                   : FORM_UNKNOWN_STAGE;
    const struct listed line = {.place = batch->places[index],
                                .id = batch->ids[index],
                                .subject = (uint16_t)batch->measure,
                                .kind = LISTED_FORM,
                                .stage = stage == NO_STAGE ? LISTED_NO_STAGE : (uint8_t)stage,
                                .reason = (uint8_t)reason};
    worker->counted.measures[batch->measure].forms[reason]++;
    return worker_list(worker, &line);
}

/* One form that is not plain. */
static bool send_form(struct batch *batch, struct worker *worker, size_t index,
                      const unsigned char *payload)
{
    const struct goal_columns *const goals = batch->goals;
    const struct form form = {.id = batch->ids[index],
                              .hash = id_hash(batch->ids[index]),
                              .place = batch->places[index],
                              .date = batch->dates[index],
                              .cohort = batch->cohorts[index],
                              .goal = goals == NULL ? NO_NAME : goals->goals[index],
                              .category = goals == NULL ? NO_NAME : goals->categories[index],
                              .stage = batch->stages[index],
                              .measure = (uint16_t)batch->measure,
                              .flags = goals == NULL ? 0 : goals->flags[index],
                              .may_start = batch->may_start,
                              .payload = payload,
                              .family = batch->families == NULL ? (struct family_id){{0, 0}}
                                                                : batch->families[index]};
    return mail_form(worker->mail, &form) || worker_stop(worker, mail_fault(worker->mail));
}

/* What the forms say, as codes of payloads; NULL: as bytes. */
static const uint32_t *codes_of(const struct batch *batch, const struct scored_columns *scored)
{
    return batch->goals != NULL ? batch->goals->codes[0]
           : scored->is_narrow  ? NULL
                                : scored->wide[0];
}
_Static_assert(sizeof((struct scored_columns *)NULL)->wide[0] == BATCH_FORMS * sizeof(uint32_t),
               "codes stand in columns");

/* Which forms are for the join. The others are set aside. */
static void find_sent(const struct batch *batch, const struct scored_columns *scored,
                      bool *restrict sent)
{
    const struct goal_columns *const goals = batch->goals;
    const unsigned char *const unknown = (const unsigned char *)batch->unknown_stages;
    uint8_t has_id[BATCH_FORMS];
    for (size_t i = 0; i < BATCH_FORMS; i++) {
        has_id[i] = batch->ids[i].words[0] != 0;
    }
    for (size_t i = 0; i < BATCH_FORMS && goals == NULL; i++) {
        sent[i] = (scored->n_valid[i] != 0) & (has_id[i] > unknown[i]);
    }
    for (size_t i = 0; i < BATCH_FORMS && goals != NULL; i++) {
        sent[i] = goals->rated[i] & (goals->goals[i] != NO_NAME) & (has_id[i] > unknown[i]);
    }
}

static bool send_forms(struct batch *batch, struct worker *worker,
                       const struct scored_columns *scored, const bool sent[])
{
    const struct join_layout *const layout =
        layout_of(&worker->shared->rules, (uint32_t)batch->measure);
    const struct goal_columns *const goals = batch->goals;
    const struct form_columns forms = {.measure = (uint16_t)batch->measure,
                                       .may_start = batch->may_start,
                                       .ids = batch->ids,
                                       .cohorts = batch->cohorts,
                                       .stages = batch->stages,
                                       .codes = codes_of(batch, scored),
                                       .narrow = scored->narrow[0],
                                       .stride = BATCH_FORMS,
                                       .goals = goals == NULL ? NULL : goals->goals,
                                       .categories = goals == NULL ? NULL : goals->categories,
                                       .flags = goals == NULL ? NULL : goals->flags,
                                       .places = batch->places,
                                       .families = batch->families,
                                       .sent = sent,
                                       .n = batch->n};
    uint16_t others[BATCH_FORMS];
    size_t n_others;
    if (!mail_plain_forms(worker->mail, &forms, others, &n_others)) {
        return worker_stop(worker, mail_fault(worker->mail));
    }
    /* Those with something to them, or that are to be set aside. */
    for (size_t i = 0; i < n_others; i++) {
        uint32_t codes[MAX_PAYLOAD];
        unsigned char payload[sizeof codes];
        for (size_t k = 0; k < layout->n_payload; k++) {
            codes[k] = form_code(&forms, k, others[i]);
        }
        payload_pack(layout, codes, payload);
        if (!(sent[others[i]] ? send_form(batch, worker, others[i], payload)
                              : set_aside(worker, batch, others[i], scored))) {
            return false;
        }
    }
    return true;
}

static void score(struct batch *batch, struct scored_columns *scored)
{
    for (size_t g = 0; g < batch->instrument->n_groups; g++) {
        if (batch->rows[g] != NULL) {
            transpose((const uint8_t *)batch->rows[g], BATCH_FORMS,
                      batch->instrument->groups[g].n_items, (uint8_t *)batch->answers.answers[g]);
        }
    }
    forms_score(batch->instrument, batch->tables, &batch->answers, batch->n, scored);
}

/* Counts the items of the forms that will be sent, and checks those of all. */
static bool count_items(const struct batch *batch, struct worker *worker,
                        const struct scored_columns *scored, const bool sent[])
{
    uint8_t counted[MAX_GROUPS][BATCH_FORMS];
    struct item_counted by_group = {{NULL}};
    bool done = true;
    for (size_t g = 0; g < batch->instrument->n_groups && done; g++) {
        struct item_sheet *const sheet =
            item_tally_sheet(&worker->counted.items, batch->measure, g);
        if (sheet != NULL && batch->rows[g] != NULL) {
            /* those that answer every item */
            for (size_t i = 0; i < BATCH_FORMS; i++) {
                counted[g][i] = (uint8_t)(scored->complete[g][i] * sent[i]);
            }
            by_group.forms[g] = counted[g];
            done = item_sheet_add_forms(sheet, &(struct item_forms){.answers = batch->rows[g],
                                                                    .cohorts = batch->cohorts,
                                                                    .stages = batch->stages,
                                                                    .counted = counted[g],
                                                                    .n = batch->n});
        }
    }
    item_checks_add_forms(&worker->counted.checks, batch->measure, &batch->answers, scored,
                          &by_group, batch->n);
    return done || worker_stop(worker, fault_memory());
}

bool batch_send(struct batch *batch, struct worker *worker, struct scored_columns *scored)
{
    bool sent[BATCH_FORMS], done = true;
    if (batch->n == 0) {
        return true;
    }
    if (batch->goals == NULL) {
        score(batch, scored);
    }
    find_sent(batch, scored, sent);
    /* Before any reason to set one aside: the ledger has to add up to this. */
    worker->counted.measures[batch->measure].forms_read += batch->n;
    done = batch->goals != NULL || count_items(batch, worker, scored, sent);
    if (done && batch->has_ages && batch->goals == NULL) {
        done = take_ages(worker, batch, scored);
    }
    for (size_t i = 0; i < batch->n && done && worker->shared->options->watch != NULL; i++) {
        done = watch(batch, worker, i, scored, is_blank(batch, scored, i));
    }
    done = done && send_forms(batch, worker, scored, sent);
    batch->n = 0;
    batch->n_texts = 0;
    arena_free(&batch->arena);
    return done;
}

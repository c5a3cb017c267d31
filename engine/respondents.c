/* engine/respondents.c - nearly all time goes into waiting for memory, since forms of one respondent come
   far apart. respondents_add() therefore takes many forms, and asks for what each will need before it
   looks at the first. Forms that have nothing to them join in loops of their own; any other, and any that
   is not the first at its place, goes one by one (placing.h). */
#include "engine/respondents.h"

#include <stdlib.h>
#include <string.h>

#include "engine/windows.h"
#include "scales/wide.h"

/* --- making and freeing --- */

bool respondents_init(struct respondents *respondents, const struct join_rules *rules)
{
    const struct study *const study = rules->study;
    *respondents =
        (struct respondents){.rules = rules,
                             .joins = calloc(study->n_joins + 1, sizeof *respondents->joins),
                             .set_aside_counts = calloc((study->n_measures + 1) * N_FORM_REASONS,
                                                        sizeof *respondents->set_aside_counts)};
    if (respondents->joins == NULL || respondents->set_aside_counts == NULL) {
        respondents_free(respondents);
        return false;
    }
    for (size_t i = 0; i < study->n_joins; i++) {
        respondents->joins[i].layout = &rules->joins[i];
    }
    return true;
}

void respondents_free(struct respondents *respondents)
{
    if (respondents->joins != NULL) {
        for (size_t i = 0; i < respondents->rules->study->n_joins; i++) {
            join_free(&respondents->joins[i]);
        }
    }
    free(respondents->joins);
    free(respondents->set_aside_counts);
    free(respondents->set_aside);
    *respondents = (struct respondents){0};
}

/* --- one form --- */

static bool wait(struct join *join, const struct form *form, uint32_t respondent, uint32_t series)
{
    const size_t payload_bytes = join->layout->payload_bytes, n = join->n_pending;
    if (!array_grow(&join->pending, &join->pending_capacity, n + 1, sizeof *join->pending) ||
        !array_grow(&join->pending_payloads, &join->pending_payloads_capacity,
                    (n + 1) * payload_bytes, 1)) {
        return false;
    }
    /* The payload is the caller's and does not last; respondents_resolve() points to the copy once
       the array no longer moves. */
    join->pending[n] = (struct pending){.form = *form, .respondent = respondent, .series = series};
    memcpy(join->pending_payloads + n * payload_bytes, form->payload, payload_bytes);
    join->n_pending++;
    return true;
}

/* Sees to it that what a form says of a goal fits the layout. */
static bool fit_goal(struct join *join, const struct form *form)
{
    uint32_t code;
    return join_rating_code(join, form->payload, &code) &&
           join_fit(join, form->goal, form->category, code);
}

static bool add_form(struct respondents *respondents, const struct form *form)
{
    const struct join_rules *const rules = respondents->rules;
    struct join *const join = &respondents->joins[rules->study->measures[form->measure].join];
    uint32_t respondent, series;
    if (!join_add(join, form->id, (uint32_t)form->hash, &respondent)) {
        return false;
    }
    if (!join->layout->is_goals) {
        series = version_series(join->layout, respondent, rules->version[form->measure]);
    } else if (!fit_goal(join, form) || !join_add_goal(join, respondent, form->goal, &series)) {
        return false;
    }
    if (rules->by_date || form->stage == NO_STAGE) {
        return wait(join, form, respondent, series);
    }
    return placing_add(respondents, join, form, respondent, series, form->stage);
}

/* --- many forms --- */

/* What plain forms that are alike have in common: copies, which nothing that is written to a respondent
   can change, as far as the compiler can tell. */
struct plain_way {
    const struct join_rules *rules;
    struct join *join;
    struct join_layout series; /* its offsets are from the respondent on */
    bool two_words, keep_places, is_goals;
    unsigned kind;
};

/* The id of a plain form. */
static inline struct id plain_id(const struct plain_way *way, const unsigned char *bytes)
{
    struct id id = {{0, 0}};
    memcpy(&id.words[0], bytes + PACKED_ID, sizeof id.words[0]);
    if (way->two_words) {
        memcpy(&id.words[1], bytes + way->series.packed_bytes, sizeof id.words[1]);
    }
    return id;
}

/* Notes the family that a plain form names, if it does. False: no memory. */
static inline bool note_plain_family(const struct plain_way *way, const unsigned char *bytes,
                                     uint32_t respondent)
{
    const unsigned char *const at = bytes + packed_family(&way->series, way->kind);
    const uint8_t rank = way->rules->cohort_ranks[packed_stage(bytes)];
    struct family_id family;
    if ((way->kind & PACKED_FAMILY) == 0) {
        return true;
    }
    memcpy(&family.words[0], at, sizeof family.words[0]);
    if ((way->kind & PACKED_TWO_FAMILY_WORDS) == 0) {
        return join_note_short_family(way->join, respondent, family.words[0], rank);
    }
    memcpy(&family.words[1], at + sizeof family.words[0], sizeof family.words[1]);
    return join_note_family(way->join, respondent, family, rank);
}

/* Puts a plain form into its place. False where that is not empty. */
static inline bool fill_plain(const struct plain_way *way, const unsigned char *bytes,
                              struct respondent *respondent)
{
    const struct join_layout *const layout = &way->series;
    const size_t stage = packed_stage(bytes);
    unsigned char *const at = (unsigned char *)respondent;
    if (!series_fill(layout, at, stage, bytes + PACKED_PAYLOAD)) {
        return false;
    }
    if (way->keep_places) {
        memcpy(at + layout->places + stage * sizeof(uint64_t),
               bytes + PACKED_PAYLOAD + layout->payload_bytes, sizeof(uint64_t));
    }
    return true;
}

static inline void note_plain_cohort(const struct plain_way *way, const unsigned char *bytes,
                                     struct respondent *respondent)
{
    const uint8_t rank = way->rules->cohort_ranks[packed_stage(bytes)];
    if (respondent->cohort == packed_cohort(bytes)) {
        respondent->cohort_rank = rank < respondent->cohort_rank ? rank : respondent->cohort_rank;
    } else {
        placing_note_cohort(way->rules, respondent, packed_cohort(bytes), packed_stage(bytes));
    }
}

/* add_form() for a form of whom it was guessed to be, and the first at its place. False where it is
   none; then nothing is done that would not be done again. */
static INTO_CALLER bool add_guessed(const struct plain_way *way, const unsigned char *bytes,
                                    struct respondent *respondent, uint32_t number)
{
    const struct id id = plain_id(way, bytes);
    if (respondent->id.words[0] != id.words[0] || respondent->id.words[1] != id.words[1] ||
        !note_plain_family(way, bytes, number) || !fill_plain(way, bytes, respondent)) {
        return false;
    }
    note_plain_cohort(way, bytes, respondent);
    return true;
}

/* The same of a goal that stands behind its respondent and fits the layout, as nearly all do. The layout may
   have changed since it was guessed whose it is, and records with it. */
static bool add_guessed_goal(const struct plain_way *way, const unsigned char *bytes,
                             uint32_t number)
{
    struct join *const join = way->join;
    const struct join_layout *const layout = join->layout;
    struct respondent *const respondent = join_respondent(join, number);
    const struct id id = plain_id(way, bytes);
    const size_t stage = packed_stage(bytes);
    const unsigned char *const behind = bytes + PACKED_PAYLOAD + layout->payload_bytes;
    unsigned char stored[sizeof(uint32_t)];
    struct packed_goal goal;
    unsigned char *at;
    uint32_t code;
    packed_goal(behind + (way->keep_places ? sizeof(uint64_t) : 0), &goal);
    if (respondent->id.words[0] != id.words[0] || respondent->id.words[1] != id.words[1] ||
        !join_rating_code(join, bytes + PACKED_PAYLOAD, &code) || !number_fits(layout, goal.goal) ||
        !number_fits(layout, goal.category) || !code_fits(layout, code) ||
        !note_plain_family(way, bytes, number)) {
        return false;
    }
    code_put(stored, code, layout->stored_bytes);
    at = inline_goal(layout, respondent, goal.goal);
    if (at == NULL || !series_fill(layout, at, stage, stored)) {
        return false;
    }
    if (way->keep_places) {
        memcpy(at + layout->places + stage * sizeof(uint64_t), behind, sizeof(uint64_t));
    }
    note_plain_cohort(way, bytes, respondent);
    note_goal(way->rules, layout, at, goal.category, goal.flags, (uint32_t)stage);
    return true;
}

static bool add_packed(struct respondents *respondents, const unsigned char *bytes)
{
    struct form form;
    (void)form_unpack(respondents->rules, bytes, &form);
    return add_form(respondents, &form);
}

/* A plain form whose respondent was not known a few forms ago. False: no memory. */
static INTO_CALLER bool add_unknown(struct respondents *respondents, const struct plain_way *way,
                                    const unsigned char *bytes)
{
    struct join *const join = way->join;
    const uint32_t hash = packed_hash(bytes);
    struct respondent *respondent;
    uint32_t *slot;
    if (!join_has_room(join) && !join_make_room(join)) {
        return false;
    }
    slot = join_look(join, hash);
    if (*slot != SLOT_FREE) {
        const uint32_t number = *slot & SLOT_NUMBER;
        return (way->is_goals ? add_guessed_goal(way, bytes, number)
                              : add_guessed(way, bytes, join_respondent(join, number), number)) ||
               add_packed(respondents, bytes);
    }
    respondent = join_add_new(join, plain_id(way, bytes), hash, slot);
    respondent->cohort = packed_cohort(bytes);
    respondent->cohort_rank = way->rules->cohort_ranks[packed_stage(bytes)];
    if (way->is_goals) {
        return add_guessed_goal(way, bytes, join->n_respondents - 1) ||
               add_packed(respondents, bytes);
    }
    return note_plain_family(way, bytes, join->n_respondents - 1) &&
           fill_plain(way, bytes, respondent);
}

/* As many as it takes for the first answers of the memory to come. */
#define FORMS_AT_ONCE 64

/* Some of these, one after the other, of one measure and kind (form.h). */
struct alike {
    struct join *join;
    size_t measure;
    unsigned kind;
    size_t first, n, n_known;
};

/* Packed forms on their way into the join. Of those that are alike, the forms of respondents who are
   known, as far as can be guessed, stand in columns of their own, and the others move up. */
struct arrived {
    const unsigned char *forms[FORMS_AT_ONCE], *known[FORMS_AT_ONCE];
    struct respondent *respondents[FORMS_AT_ONCE];
    uint32_t numbers[FORMS_AT_ONCE]; /* of goals, and where families are named */
    struct alike alike[FORMS_AT_ONCE];
    size_t n, n_alike;
};

/* Finds the next packed forms that are alike, and asks the memory where their respondents are. Returns
   where they end; NULL: no memory. */
static inline const unsigned char *take_alike(const struct respondents *respondents,
                                              const unsigned char *bytes, const unsigned char *end,
                                              struct arrived *arrived)
{
    const unsigned measure = packed_measure(bytes), kind = packed_kind(bytes);
    struct join *const join =
        &respondents->joins[respondents->rules->study->measures[measure].join];
    const size_t n_bytes = form_packed_bytes(respondents->rules, join->layout, bytes);
    /* Of those that are not plain, not even two that are alike have one length. */
    const size_t most = (kind & PACKED_PLAIN) != 0 ? (FORMS_AT_ONCE - arrived->n) * n_bytes : 1;
    const unsigned char *const stop = (size_t)(end - bytes) < most ? end : bytes + most;
    const unsigned char **form = &arrived->forms[arrived->n];
    if (join->room == 0 && !join_make_room(join)) {
        return NULL; /* from here on there are slots and a first record to be looked at */
    }
    do {
        *form++ = bytes;
        join_ask(join, packed_hash(bytes));
        bytes += n_bytes;
    } while (bytes < stop && packed_measure(bytes) == measure && packed_kind(bytes) == kind);
    arrived->alike[arrived->n_alike] =
        (struct alike){.join = join, .measure = measure, .kind = kind, .first = arrived->n};
    arrived->n = (size_t)(form - arrived->forms);
    arrived->alike[arrived->n_alike].n = arrived->n - arrived->alike[arrived->n_alike].first;
    arrived->n_alike++;
    return bytes;
}

/* Guesses whose forms they are, divides them between those who are known and those who are not, and
   asks the memory for what add_guessed() will look at. */
static inline void guess_alike(struct arrived *arrived, struct alike *alike)
{
    const bool has_family = (alike->kind & PACKED_FAMILY) != 0;
    const struct join *const join = alike->join;
    const bool is_goals = join->layout->is_goals;
    const size_t n_bytes = join->layout->respondent_bytes;
    const unsigned char **const forms = &arrived->forms[alike->first];
    const unsigned char **const known = &arrived->known[alike->first];
    struct respondent **const respondents = &arrived->respondents[alike->first];
    size_t k = 0;
    for (size_t i = 0; i < alike->n; i++) {
        const unsigned char *const bytes = forms[i];
        const uint32_t slot = *join_look(join, packed_hash(bytes));
        const uint32_t is_known = slot != SLOT_FREE;
        const uint32_t number = slot & SLOT_NUMBER & -is_known; /* or the first, whom it is not */
        struct respondent *const respondent = join_respondent(join, number);
        __builtin_prefetch(respondent, 1);
        if (is_goals) { /* they may reach into the next line */
            __builtin_prefetch((const unsigned char *)respondent + n_bytes - 1, 1);
            arrived->numbers[alike->first + k] = number;
        }
        if (has_family) {
            join_ask_family(join, number);
            arrived->numbers[alike->first + k] = number;
        }
        known[k] = bytes;
        respondents[k] = respondent;
        forms[i - k] = bytes;
        k += is_known;
    }
    alike->n_known = k;
}

static struct plain_way way_of(const struct join_rules *rules, const struct alike *alike)
{
    const struct join_layout *const layout = alike->join->layout;
    const size_t series =
        sizeof(struct respondent) + rules->version[alike->measure] * layout->series_bytes;
    struct plain_way way = {.rules = rules,
                            .join = alike->join,
                            .series = *layout,
                            .two_words = (alike->kind & PACKED_TWO_WORDS) != 0,
                            .keep_places = rules->keep_places,
                            .is_goals = layout->is_goals,
                            .kind = alike->kind};
    way.series.states += series;
    way.series.codes += series;
    way.series.places += series;
    return way;
}

/* `bare`: payloads are of one byte, ids of one word, and there is nothing more but, where `family` says
   so, a family of one word. */
static INTO_CALLER bool add_alike(struct respondents *respondents, const struct arrived *arrived,
                                  const struct alike *alike, struct plain_way way, bool bare,
                                  bool family)
{
    way.series.payload_bytes = bare ? 1 : way.series.payload_bytes;
    way.series.stored_bytes = bare ? 1 : way.series.stored_bytes;
    way.keep_places = !bare && way.keep_places;
    way.two_words = !bare && way.two_words;
    way.is_goals = !bare && way.is_goals;
    way.kind = !bare ? way.kind : family ? PACKED_FAMILY : 0;
    const size_t known = alike->first + alike->n_known;
    for (size_t i = alike->first; i < known; i++) {
        if (!(way.is_goals ? add_guessed_goal(&way, arrived->known[i], arrived->numbers[i])
                           : add_guessed(&way, arrived->known[i], arrived->respondents[i],
                                         arrived->numbers[i])) &&
            !add_packed(respondents, arrived->known[i])) {
            return false;
        }
    }
    for (size_t i = alike->first; i < alike->first + alike->n - alike->n_known; i++) {
        if (!add_unknown(respondents, &way, arrived->forms[i])) {
            return false;
        }
    }
    return true;
}

/* Puts plain forms in their places. False: no memory. */
static bool add_plain(struct respondents *respondents, const struct arrived *arrived,
                      const struct alike *alike)
{
    const struct plain_way way = way_of(respondents->rules, alike);
    const bool bare = way.series.payload_bytes == 1 && !way.keep_places && !way.is_goals &&
                      (way.kind & (PACKED_TWO_WORDS | PACKED_TWO_FAMILY_WORDS)) == 0;
    if (!bare) {
        return add_alike(respondents, arrived, alike, way, false, false);
    }
    return (way.kind & PACKED_FAMILY) == 0
               ? add_alike(respondents, arrived, alike, way, true, false)
               : add_alike(respondents, arrived, alike, way, true, true);
}

bool respondents_add(struct respondents *respondents, const unsigned char *bytes, size_t n)
{
    const unsigned char *const end = n == 0 ? bytes : bytes + n; /* no bytes may be nowhere */
    struct arrived arrived;
    while (bytes < end) {
        bool done = true;
        arrived.n = arrived.n_alike = 0;
        while (bytes < end && arrived.n < FORMS_AT_ONCE) {
            bytes = take_alike(respondents, bytes, end, &arrived);
            if (bytes == NULL) {
                return false;
            }
        }
        for (size_t i = 0; i < arrived.n_alike; i++) {
            guess_alike(&arrived, &arrived.alike[i]);
        }
        for (size_t i = 0; i < arrived.n_alike && done; i++) {
            const struct alike *const alike = &arrived.alike[i];
            done = (alike->kind & PACKED_PLAIN) != 0 ? add_plain(respondents, &arrived, alike)
                   : alike->n_known > 0 ? add_packed(respondents, arrived.known[alike->first])
                                        : add_packed(respondents, arrived.forms[alike->first]);
        }
        if (!done) {
            return false;
        }
    }
    return true;
}

/* A duplicate in a place where the forms turned out to conflict conflicts as well. */
static void settle_duplicates(struct respondents *respondents)
{
    const struct join_rules *const rules = respondents->rules;
    for (size_t i = 0; i < respondents->n_set_aside; i++) {
        struct set_aside *const row = &respondents->set_aside[i];
        const struct join *const join =
            &respondents->joins[rules->study->measures[row->measure].join];
        const struct join_layout *const layout = join->layout;
        /* A duplicate has met another form, so that its series and stage are known. */
        if (row->reason == FORM_DUPLICATE_SAME &&
            series_state(layout, join_series(join, row->series), row->stage) == SLOT_CONFLICT) {
            row->reason = FORM_CONFLICTING;
        }
    }
}

bool respondents_resolve(struct respondents *respondents)
{
    for (size_t i = 0; i < respondents->rules->study->n_joins; i++) {
        if (!windows_resolve(respondents, &respondents->joins[i])) {
            return false;
        }
    }
    settle_duplicates(respondents);
    return true;
}

size_t respondents_bytes(const struct respondents *respondents)
{
    size_t bytes = 0;
    for (size_t i = 0; i < respondents->rules->study->n_joins; i++) {
        bytes += join_bytes(&respondents->joins[i]);
    }
    return bytes + respondents->set_aside_capacity * sizeof *respondents->set_aside;
}

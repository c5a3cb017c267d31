/* engine/respondents.c - forms may come in any order, and the result must not depend on it. Three
   rules see to that:

   - A place remembers only its first form. A second with the same payload changes nothing; one with
     another payload makes the place a conflict for good, whichever came first. Rows that looked
     like duplicates until then are put right: in the counts at once, in the list at the end
     (settle_duplicates).
   - Where dates decide, forms wait until all are known, and are sorted before they are looked at.
   - Of two cohorts that one stage's forms give, the one that prints first is taken; of two
     families, the one with the least bytes.

   Nearly all time goes into waiting for memory, since forms of one respondent come far apart.
   respondents_add() therefore takes many forms, and asks for what each will need before it looks at
   the first. */
#include "engine/respondents.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

/* --- one form in its place --- */

static void note_cohort(const struct join_rules *rules, struct respondent *respondent,
                        uint32_t cohort, uint32_t stage)
{
    const uint8_t rank = rules->cohort_ranks[stage];
    const bool is_first = respondent->cohort_rank == UINT8_MAX;
    /* The cohort only changes by a form that differs, so any two that differ are noticed, in
       whatever order they come. */
    respondent->moved = respondent->moved || (!is_first && respondent->cohort != cohort);
    /* two forms of one stage that differ: the one that prints first, whatever the row order */
    if (rank < respondent->cohort_rank ||
        (rank == respondent->cohort_rank && cohort != respondent->cohort &&
         cohorts_compare(rules->cohorts, cohort, respondent->cohort) < 0)) {
        respondent->cohort_rank = rank;
        respondent->cohort = cohort;
    }
}

static uint64_t *aside_count(struct respondents *respondents, uint32_t measure,
                             enum form_reason reason)
{
    return &respondents->set_aside_counts[measure * N_FORM_REASONS + reason];
}

/* Counts a form that is set aside and, where places are kept, lists it. */
static bool set_aside(struct respondents *respondents, const struct set_aside *row)
{
    (*aside_count(respondents, row->measure, (enum form_reason)row->reason))++;
    if (!respondents->rules->keep_places) {
        return true;
    }
    if (!array_grow(&respondents->set_aside, &respondents->set_aside_capacity,
                    respondents->n_set_aside + 1, sizeof *respondents->set_aside)) {
        return false;
    }
    respondents->set_aside[respondents->n_set_aside++] = *row;
    return true;
}

/* How many forms beyond the first a place has that say the same: counted only where there are any,
   since few places have. */
static bool repeat_count(struct join *join, uint32_t series, uint32_t stage, uint32_t **count)
{
    const uint32_t key[2] = {series, stage};
    uint32_t number;
    if (!names_add(&join->repeated, (const char *)key, sizeof key, &number) ||
        !array_grow(&join->n_repeated, &join->n_repeated_capacity, (size_t)number + 1,
                    sizeof *join->n_repeated)) {
        return false;
    }
    *count = &join->n_repeated[number];
    return true;
}

/* A second form came to a place, and says something else: all that stand there conflict. */
static bool make_conflict(struct respondents *respondents, struct join *join, uint32_t series,
                          const struct set_aside *first, unsigned char *at)
{
    const struct join_layout *const layout = join->layout;
    const uint32_t key[2] = {series, first->stage};
    const uint32_t known = names_find(&join->repeated, (const char *)key, sizeof key);
    const uint32_t more = known == NO_NAME ? 0 : join->n_repeated[known];
    series_set_state(layout, at, first->stage, SLOT_CONFLICT);
    *aside_count(respondents, first->measure, FORM_DUPLICATE_SAME) -= more;
    *aside_count(respondents, first->measure, FORM_CONFLICTING) += more;
    /* The first form was not set aside so far; now it is. */
    return set_aside(respondents, first);
}

/* A form for a place that has one already; `said` is what the place would keep of it. */
static bool place_again(struct respondents *respondents, struct join *join, const struct form *form,
                        const unsigned char *said, uint32_t respondent, uint32_t series,
                        uint32_t stage)
{
    const struct join_rules *const rules = respondents->rules;
    const struct join_layout *const layout = join->layout;
    unsigned char *const at = join_series(join, series);
    const uint64_t first = series_place(rules, layout, at, stage);
    struct set_aside row = {.place = form->place,
                            .respondent = respondent,
                            .series = series,
                            .measure = form->measure,
                            .stage = (uint8_t)stage,
                            .reason = FORM_CONFLICTING};
    const int64_t date = series_date(rules, layout, at, stage);
    /* The earliest date of all forms that met here, since windows are counted from it and must not
       depend on which row came first. */
    if (form->date != NO_DATE && (date == NO_DATE || form->date < date)) {
        series_set_date(rules, layout, at, stage, form->date);
    }
    /* Of forms that say the same, the one that stands first in the files is used, and the others are
       listed. Where they conflict the first is listed, too, and has been. */
    if (rules->keep_places && form->place < first) {
        series_set_place(rules, layout, at, stage, form->place);
        row.place = series_state(layout, at, stage) == SLOT_FORM ? first : form->place;
    }
    if (series_state(layout, at, stage) == SLOT_FORM) {
        uint32_t *count;
        if (bytes_equal(series_payload(layout, at, stage), said, layout->stored_bytes)) {
            row.reason = FORM_DUPLICATE_SAME;
            if (!repeat_count(join, series, stage, &count)) {
                return false;
            }
            (*count)++;
        } else {
            struct set_aside other = row;
            other.place = row.place == first ? form->place : first;
            if (!make_conflict(respondents, join, series, &other, at)) {
                return false;
            }
        }
    }
    return set_aside(respondents, &row);
}

static bool place(struct respondents *respondents, struct join *join, const struct form *form,
                  uint32_t respondent, uint32_t series, uint32_t stage)
{
    const struct join_rules *const rules = respondents->rules;
    const struct join_layout *const layout = join->layout;
    unsigned char *const at = join_series(join, series);
    const unsigned char *said = form->payload;
    unsigned char stored[sizeof(uint32_t)];
    uint32_t code;
    note_cohort(rules, join_respondent(join, respondent), form->cohort, stage);
    if (!family_is_none(form->family) &&
        !join_note_family(join, respondent, form->family, rules->cohort_ranks[stage])) {
        return false;
    }
    if (layout->is_goals) {
        if (!join_rating_code(join, form->payload, &code)) { /* fit_goal() has seen that it fits */
            return false;
        }
        code_put(stored, code, layout->stored_bytes);
        said = stored;
        note_goal(rules, layout, at, form->category, form->flags, stage);
    }
    if (!series_fill(layout, at, stage, said)) {
        return place_again(respondents, join, form, said, respondent, series, stage);
    }
    series_set_date(rules, layout, at, stage, form->date);
    series_set_place(rules, layout, at, stage, form->place);
    return true;
}

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
    return place(respondents, join, form, respondent, series, form->stage);
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
        note_cohort(way->rules, respondent, packed_cohort(bytes), packed_stage(bytes));
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
    const unsigned char *const end = bytes + n;
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

/* The place makes the order total, so that it does not matter that qsort() is not stable.
   NO_DATE is the least date and comes first. */
static int pending_compare(const void *a, const void *b)
{
    const struct pending *const x = a, *const y = b;
    if (x->respondent != y->respondent) {
        return x->respondent < y->respondent ? -1 : 1;
    }
    if (x->series != y->series) {
        return x->series < y->series ? -1 : 1;
    }
    if (x->form.date != y->form.date) {
        return x->form.date < y->form.date ? -1 : 1;
    }
    return x->form.place < y->form.place ? -1 : x->form.place > y->form.place;
}

/* The waiting forms of one respondent, or of one series of theirs: sorted by series, then date. */
struct waiting {
    struct pending *forms; /* borrowed */
    size_t n;
};

/* In a source without a stage column the earliest form is the first stage, unless another source
   names a form of that stage. */
static void name_the_start(struct waiting waiting)
{
    int64_t earliest = INT64_MAX;
    for (size_t i = 0; i < waiting.n; i++) {
        const struct form *const form = &waiting.forms[i].form;
        if (form->stage == 0) {
            return;
        }
        if (form->stage == NO_STAGE && form->may_start && form->date < earliest) {
            earliest = form->date;
        }
    }
    for (size_t i = 0; i < waiting.n; i++) {
        struct form *const form = &waiting.forms[i].form;
        if (form->stage == NO_STAGE && form->may_start && form->date == earliest) {
            form->stage = 0;
        }
    }
}

/* Whether a waiting form belongs to a stage whose window is counted from `anchor`. */
static bool belongs(const struct pending *pending, const struct stage *stage, uint32_t stage_index,
                    int64_t anchor)
{
    const struct form *const form = &pending->form;
    if (pending->done || (form->stage != stage_index && form->stage != NO_STAGE)) {
        return false;
    }
    if (!stage->has_window || form->date == NO_DATE || anchor == NO_DATE) {
        return form->stage == stage_index; /* named, and nothing speaks against it */
    }
    return form->date - anchor >= stage->window_first && form->date - anchor <= stage->window_last;
}

/* How far a date is from what `pick` asks for; the least wins. */
static int64_t pick_distance(enum pick pick, const struct stage *stage, int64_t anchor,
                             int64_t date)
{
    if (date == NO_DATE || pick == PICK_NONE || (pick == PICK_NEAREST && anchor == NO_DATE)) {
        return 0; /* cannot be told apart: the forms meet, and agree or conflict */
    }
    if (pick == PICK_NEAREST) {
        /* In half days the middle of the window is whole. Doubled again, distances are even before
           the middle and odd from there on, so that no two dates are equally near. */
        const int64_t doubled = 2 * (date - anchor) - (stage->window_first + stage->window_last);
        return doubled < 0 ? -2 * doubled : 2 * doubled + 1; /* of two as near, the earlier */
    }
    return pick == PICK_FIRST ? date : -date;
}

/* The rule that chooses among one series' forms of a stage. Where one has no date, none can be told
   from the others: they all meet. */
static enum pick pick_for(const struct study *study, struct waiting series, uint32_t stage_index,
                          int64_t anchor)
{
    const struct stage *const stage = &study->stages[stage_index];
    for (size_t i = 0; i < series.n; i++) {
        if (series.forms[i].form.date == NO_DATE &&
            belongs(&series.forms[i], stage, stage_index, anchor)) {
            return PICK_NONE;
        }
    }
    return stage->has_window ? stage->pick : study->duplicates;
}

static struct set_aside row_of(const struct pending *pending, uint8_t stage,
                               enum form_reason reason)
{
    return (struct set_aside){.place = pending->form.place,
                              .respondent = pending->respondent,
                              .series = pending->series,
                              .measure = pending->form.measure,
                              .stage = stage,
                              .reason = (uint8_t)reason};
}

/* Sets a form aside that another of its stage was preferred to. One that says the same may turn out
   to conflict with the others, like any that meet at a place. */
static bool pass_over(struct respondents *respondents, struct join *join,
                      const struct pending *pending, uint32_t stage, const unsigned char *picked)
{
    const struct join_layout *const layout = join->layout;
    const unsigned char *const at = join_series(join, pending->series);
    const bool same = bytes_equal(pending->form.payload, picked, layout->payload_bytes) &&
                      series_state(layout, at, stage) != SLOT_CONFLICT;
    const struct set_aside row =
        row_of(pending, (uint8_t)stage, same ? FORM_DUPLICATE_SAME : FORM_CONFLICTING);
    uint32_t *count;
    if (same) {
        if (!repeat_count(join, pending->series, stage, &count)) {
            return false;
        }
        (*count)++;
    }
    return set_aside(respondents, &row);
}

/* Places, of one series' waiting forms, the one that the rule picks; the others are set aside. */
static bool place_picked(struct respondents *respondents, struct join *join, struct waiting series,
                         uint32_t stage_index, int64_t anchor)
{
    const struct study *const study = respondents->rules->study;
    const struct stage *const stage = &study->stages[stage_index];
    const enum pick pick = pick_for(study, series, stage_index, anchor);
    const unsigned char *picked = NULL;
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < series.n; i++) {
        if (belongs(&series.forms[i], stage, stage_index, anchor)) {
            const int64_t distance = pick_distance(pick, stage, anchor, series.forms[i].form.date);
            if (picked == NULL || distance < least) {
                least = distance;
                picked = series.forms[i].form.payload;
            }
        }
    }
    for (size_t i = 0; i < series.n; i++) {
        struct pending *const pending = &series.forms[i];
        bool done = true;
        if (!belongs(pending, stage, stage_index, anchor)) {
            continue;
        }
        pending->done = true;
        /* Forms of the picked date all go to the place, where they agree or conflict. */
        if (pick_distance(pick, stage, anchor, pending->form.date) == least) {
            done = place(respondents, join, &pending->form, pending->respondent, pending->series,
                         stage_index);
        } else {
            assert(picked != NULL); /* some form belongs here */
            done = pass_over(respondents, join, pending, stage_index, picked);
        }
        if (!done) {
            return false;
        }
    }
    return true;
}

/* All waiting forms of one respondent, stage by stage, since a window is counted from the form of
   an earlier stage. What is left over lies in no window. */
static bool resolve_respondent(struct respondents *respondents, struct join *join,
                               struct waiting waiting)
{
    const struct study *const study = respondents->rules->study;
    name_the_start(waiting);
    for (uint32_t stage = 0; stage < study->n_stages; stage++) {
        /* An anchor is an earlier stage, whose forms have their places by now. `waiting` is never
           empty. */
        const int64_t anchor =
            study->stages[stage].has_window
                ? join_date(respondents->rules, join, waiting.forms[0].respondent,
                            study->stages[stage].anchor)
                : NO_DATE;
        for (size_t first = 0, next; first < waiting.n; first = next) {
            next = first;
            while (next < waiting.n && waiting.forms[next].series == waiting.forms[first].series) {
                next++;
            }
            if (!place_picked(respondents, join,
                              (struct waiting){waiting.forms + first, next - first}, stage,
                              anchor)) {
                return false;
            }
        }
    }
    for (size_t i = 0; i < waiting.n; i++) {
        const struct pending *const pending = &waiting.forms[i];
        struct set_aside row = row_of(pending, LISTED_NO_STAGE, FORM_OUTSIDE_WINDOW);
        row.series = NO_NAME;
        if (!pending->done && !set_aside(respondents, &row)) {
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

static bool resolve_join(struct respondents *respondents, size_t index)
{
    struct join *const join = &respondents->joins[index];
    const size_t payload_bytes = respondents->rules->joins[index].payload_bytes;
    for (size_t i = 0; i < join->n_pending; i++) {
        /* Only now, before sorting: the index still says whose payload it is. */
        join->pending[i].form.payload = join->pending_payloads + i * payload_bytes;
    }
    if (join->n_pending > 0) {
        qsort(join->pending, join->n_pending, sizeof *join->pending, pending_compare);
    }
    for (size_t first = 0, next; first < join->n_pending; first = next) {
        next = first;
        while (next < join->n_pending &&
               join->pending[next].respondent == join->pending[first].respondent) {
            next++;
        }
        if (!resolve_respondent(respondents, join,
                                (struct waiting){join->pending + first, next - first})) {
            return false;
        }
    }
    join->n_pending = 0;
    return true;
}

bool respondents_resolve(struct respondents *respondents)
{
    for (size_t i = 0; i < respondents->rules->study->n_joins; i++) {
        if (!resolve_join(respondents, i)) {
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

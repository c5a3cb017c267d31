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
        join_init(&respondents->joins[i], &rules->joins[i]);
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

/* As many as it takes for the first answers of the memory to come. */
#define FORMS_AT_ONCE 128

/* Some packed forms, one behind the other, of one measure and kind (packed.h). */
struct alike {
    struct join *join;
    const unsigned char *forms;
    size_t n, n_bytes; /* how many, and of each */
    size_t measure;
    unsigned kind;
    size_t first; /* among those that arrived */
};

/* Packed forms on their way into the join. Of plain ones, whose forms they are: that of somebody else at
   times, seldom. */
struct arrived {
    struct respondent *respondents[FORMS_AT_ONCE];
    uint32_t numbers[FORMS_AT_ONCE]; /* ... and what is in their slots: their numbers, and tags */
    struct alike alike[FORMS_AT_ONCE];
    size_t n, n_alike;
};

static bool add_packed(struct respondents *respondents, const unsigned char *bytes)
{
    struct form form;
    (void)form_unpack(respondents->rules, bytes, &form);
    return add_form(respondents, &form);
}

/* Sees to it that there is room for what forms of this kind say. False: no memory. */
static inline bool make_room(struct join *join, unsigned kind)
{
    const unsigned words = kind & (PACKED_TWO_WORDS | PACKED_FAMILY | PACKED_TWO_FAMILY_WORDS);
    return join_make_words(join, (kind & PACKED_LONG) != 0 ? words | PACKED_TWO_WORDS : words) &&
           (join_has_room(join, FORMS_AT_ONCE) || join_make_room(join, FORMS_AT_ONCE));
}

/* How many packed forms from here on are alike: of those that are not plain, not even two have one length.
   Asks the memory where their respondents are. */
static inline size_t ask_for_alike(const struct join *join, const unsigned char *bytes,
                                   const unsigned char *end, size_t n_bytes, size_t most)
{
    const struct join at = *join;
    const uint32_t head = packed_head(bytes);
    const unsigned char *const first = bytes, *const stop = (size_t)(end - bytes) < most * n_bytes
                                                                ? end
                                                                : bytes + most * n_bytes;
    if ((head_kind(head) & PACKED_PLAIN) == 0) {
        return 1;
    }
    do {
        join_ask(&at, packed_hash(bytes));
        bytes += n_bytes;
    } while (bytes < stop && ((packed_head(bytes) ^ head) & PACKED_ALIKE) == 0);
    return (size_t)(bytes - first) / n_bytes;
}

/* Takes the next packed forms that are alike. Returns where they end; NULL: no memory. */
static const unsigned char *take_alike(const struct respondents *respondents,
                                       const unsigned char *bytes, const unsigned char *end,
                                       struct arrived *arrived)
{
    const uint32_t head = packed_head(bytes);
    struct alike *const alike = &arrived->alike[arrived->n_alike++];
    *alike = (struct alike){.forms = bytes,
                            .measure = head_measure(head),
                            .kind = head_kind(head),
                            .first = arrived->n};
    alike->join = &respondents->joins[respondents->rules->study->measures[alike->measure].join];
    alike->n_bytes = packed_bytes(respondents->rules, alike->join->layout, bytes);
    if (!make_room(alike->join, alike->kind)) {
        return NULL;
    }
    alike->n = ask_for_alike(alike->join, bytes, end, alike->n_bytes, FORMS_AT_ONCE - arrived->n);
    arrived->n += alike->n;
    return bytes + alike->n * alike->n_bytes;
}

/* A new respondent, whose first form to come this is: with its id and cohort. */
static inline void write_down(const struct join *join, const struct alike *alike,
                              const unsigned char *bytes, uint32_t number)
{
    struct respondent *const respondent = join_respondent(join, number);
    respondent->id_word = packed_word(bytes, 0);
    respondent->cohort = packed_cohort(bytes);
    if ((alike->kind & PACKED_TWO_WORDS) != 0) { /* it is 0, where there is none */
        *respondent_word(join, respondent, PACKED_TWO_WORDS) =
            packed_word(bytes, join->layout->packed_bytes);
    }
}

/* Finds the numbers of those whose plain forms they are, as far as can be told without a look at ids. Who is
   not known yet is new. */
static INTO_CALLER void find_numbers(const struct alike *alike, uint32_t numbers[], bool wide)
{
    const struct join at = *alike->join; /* its slots stay where they are */
    const unsigned char *bytes = alike->forms;
    const size_t n = alike->n, n_bytes = alike->n_bytes;
    uint32_t next = at.n_respondents;
    uint8_t unknown[FORMS_AT_ONCE];
    _Static_assert(FORMS_AT_ONCE <= UINT8_MAX + 1, "numbers of those at hand are bytes");
    size_t n_unknown = 0;
    for (size_t i = 0; i < n; i++, bytes += n_bytes) {
        const uint32_t slot = *join_look(&at, packed_hash(bytes), wide);
        numbers[i] = slot;
        unknown[n_unknown] = (uint8_t)i;
        n_unknown += slot == SLOT_FREE;
    }
    for (size_t i = 0; i < n_unknown; i++) {
        const unsigned char *const form = alike->forms + unknown[i] * n_bytes;
        uint32_t *const slot = join_look(&at, packed_hash(form), wide);
        if (*slot == SLOT_FREE) { /* else it is another form's of these */
            write_down(&at, alike, form, next);
            *slot = slot_tag(packed_hash(form)) | next++;
        }
        numbers[unknown[i]] = *slot;
    }
    alike->join->n_respondents = next;
}

/* Finds whose plain forms they are, and asks the memory for them. */
static INTO_CALLER void find_alike(struct arrived *arrived, const struct alike *alike, bool wide)
{
    const struct blocks respondents = alike->join->respondents;
    const size_t n_bytes = alike->join->record_bytes, front = alike->join->front, n = alike->n;
    uint32_t *const numbers = &arrived->numbers[alike->first];
    struct respondent **const found = &arrived->respondents[alike->first];
    find_numbers(alike, numbers, wide);
    for (size_t i = 0; i < n; i++) {
        const uint32_t number = numbers[i] & SLOT_NUMBER;
        unsigned char *const record = block_record(&respondents, number, n_bytes);
        found[i] = (struct respondent *)(void *)(record + front);
        __builtin_prefetch(record, 1);
        __builtin_prefetch(record + n_bytes - 1, 1); /* they may reach into the next line */
    }
}

static void find_alike_portable(struct arrived *arrived, const struct alike *alike)
{
    find_alike(arrived, alike, false);
}

static FOR_WIDE void find_alike_wide(struct arrived *arrived, const struct alike *alike)
{
    find_alike(arrived, alike, true);
}

/* What plain forms that are alike have in common: copies, which nothing that is written to a respondent
   can change, as far as the compiler can tell. */
struct plain_way {
    const struct join_rules *rules;
    struct join *join;
    struct join_layout series; /* of questionnaires its offsets are from the respondent on */
    bool keep_places;
    unsigned kind;  /* of the forms */
    unsigned words; /* of the respondents */
};

/* Is a plain form this respondent's? */
static inline bool is_whose(const struct plain_way *way, const unsigned char *bytes,
                            struct respondent *respondent)
{
    const bool two = (way->kind & PACKED_TWO_WORDS) != 0;
    return respondent->id_word == packed_word(bytes, 0) &&
           ((way->words & PACKED_TWO_WORDS) == 0 ||
            *respondent_word(way->join, respondent, PACKED_TWO_WORDS) ==
                (two ? packed_word(bytes, way->series.packed_bytes) : 0));
}

/* Notes the family that a plain form names, if it does. */
static inline void note_plain_family(const struct plain_way *way, const unsigned char *bytes,
                                     struct respondent *respondent)
{
    const size_t at = packed_family(&way->series, way->kind);
    const uint8_t rank = way->rules->cohort_ranks[packed_stage(bytes)];
    const uint64_t word = (way->kind & PACKED_FAMILY) != 0 ? packed_word(bytes, at) : 0;
    if ((way->kind & PACKED_FAMILY) == 0) {
        return;
    }
    if ((way->words & PACKED_TWO_FAMILY_WORDS) == 0) {
        join_note_short_family(way->join, respondent, word, rank);
    } else {
        const bool two = (way->kind & PACKED_TWO_FAMILY_WORDS) != 0;
        join_note_family(way->join, respondent,
                         (struct family_id){{word, two ? packed_word(bytes, at + PACKED_WORD) : 0}},
                         rank);
    }
}

static inline void note_plain_cohort(const struct plain_way *way, const unsigned char *bytes,
                                     size_t stage, struct respondent *respondent)
{
    const uint8_t rank = way->rules->cohort_ranks[stage];
    if (respondent->cohort == packed_cohort(bytes)) {
        respondent->cohort_rank = rank > respondent->cohort_rank ? rank : respondent->cohort_rank;
    } else {
        placing_note_cohort(way->rules, respondent, packed_cohort(bytes), (uint32_t)stage);
    }
}

/* Notes what a plain form says beside what its place in a series keeps. */
static inline void note_plain(const struct plain_way *way, const struct join_layout *layout,
                              const unsigned char *bytes, unsigned char *series,
                              struct respondent *respondent)
{
    const size_t stage = packed_stage(bytes);
    if (way->keep_places) {
        memcpy(series + layout->places + stage * sizeof(uint64_t), bytes + layout->packed_place,
               sizeof(uint64_t));
    }
    note_plain_family(way, bytes, respondent);
    note_plain_cohort(way, bytes, stage, respondent);
}

/* add_form() for a form of whom it was found to be, and the first at its place. False where it is none;
   then nothing is done that would not be done again. */
static INTO_CALLER bool add_found(const struct plain_way *way, const unsigned char *bytes,
                                  struct respondent *respondent, bool few_stages)
{
    const struct join_layout *const layout = &way->series;
    const size_t stage = few_stages ? packed_stage(bytes) % 8u : packed_stage(bytes);
    unsigned char *const at = (unsigned char *)respondent;
    if (!is_whose(way, bytes, respondent) ||
        !series_fill(layout, at, stage, bytes + PACKED_PAYLOAD)) {
        return false;
    }
    note_plain(way, layout, bytes, at, respondent);
    return true;
}

/* The same of a goal that stands behind its respondent and fits the layout, as nearly all do. */
static INTO_CALLER bool add_found_goal(const struct plain_way *way, const unsigned char *bytes,
                                       struct respondent *respondent)
{
    const struct join_layout *const layout = &way->series;
    const size_t stage = packed_stage(bytes);
    struct packed_goal goal;
    unsigned char *at;
    uint32_t code;
    packed_goal(layout, bytes, &goal);
    if (!is_whose(way, bytes, respondent) ||
        !join_rating_code(way->join, bytes + PACKED_PAYLOAD, &code) ||
        !number_fits(layout, goal.goal) || !number_fits(layout, goal.category) ||
        !code_fits(layout, code)) {
        return false;
    }
    at = inline_goal(layout, respondent, goal.goal);
    if (at == NULL || !rating_fill(layout, at, stage, code + 1)) {
        return false;
    }
    note_plain(way, layout, bytes, at, respondent);
    note_goal(way->rules, layout, at, goal.category, goal.flags, (uint32_t)stage);
    return true;
}

static struct plain_way way_of(const struct join_rules *rules, const struct alike *alike)
{
    return (struct plain_way){.rules = rules,
                              .join = alike->join,
                              .series = *alike->join->layout,
                              .keep_places = rules->keep_places,
                              .kind = alike->kind,
                              .words = alike->join->words};
}

/* Of questionnaires offsets are from the respondent on. */
static struct plain_way way_of_forms(const struct join_rules *rules, const struct alike *alike)
{
    struct plain_way way = way_of(rules, alike);
    const size_t series =
        sizeof(struct respondent) + rules->version[alike->measure] * way.series.series_bytes;
    way.series.is_goals = false;
    way.series.forms += series;
    way.series.conflicts += series;
    way.series.codes += series;
    way.series.places += series;
    return way;
}

/* Puts those from the i-th on into their places, as long as the layout stays what it is: where it does not,
   all records move. `narrow`: it is the narrow one, which it then has been all along, and nothing is kept but
   what a goal always has. */
static INTO_CALLER bool add_some_goals(struct respondents *respondents,
                                       const struct arrived *arrived, const struct alike *alike,
                                       struct plain_way way, bool narrow, size_t *i)
{
    const struct join *const join = alike->join;
    const struct join_layout *const layout = join->layout;
    const unsigned char *bytes = alike->forms + *i * alike->n_bytes;
    way.series.number_bytes = narrow ? sizeof(uint16_t) : way.series.number_bytes;
    way.series.stored_bytes = narrow ? 1 : way.series.stored_bytes;
    way.keep_places = !narrow && way.keep_places;
    way.words = narrow ? 0 : way.words;
    way.kind = narrow ? 0 : way.kind;
    for (; *i < alike->n && join->layout == layout; ++*i, bytes += alike->n_bytes) {
        const size_t k = alike->first + *i;
        struct respondent *const respondent =
            narrow ? arrived->respondents[k]
                   : join_respondent(join, arrived->numbers[k] & SLOT_NUMBER);
        if (!add_found_goal(&way, bytes, respondent) && !add_packed(respondents, bytes)) {
            return false;
        }
    }
    return true;
}

static bool add_goals(struct respondents *respondents, const struct arrived *arrived,
                      const struct alike *alike)
{
    bool done = true;
    for (size_t i = 0; i < alike->n && done;) {
        const struct plain_way way = way_of(respondents->rules, alike);
        const bool narrow =
            way.series.number_bytes == sizeof(uint16_t) && !way.keep_places && way.words == 0;
        done = narrow ? add_some_goals(respondents, arrived, alike, way, true, &i)
                      : add_some_goals(respondents, arrived, alike, way, false, &i);
    }
    return done;
}

/* What a plain form has at least. */
#define PACKED_BARE (3 * PACKED_WORD)

/* Where the first series behind a respondent has its bits, if a byte of each is enough, and its codes. */
#define BARE_FORMS sizeof(struct respondent)
#define BARE_CODES (BARE_FORMS + 2)

/* `bare`: payloads are of one byte, ids of one word, there are up to 8 stages and no other version before this
   one, and there is nothing more but, where `family` says so, a family of one word. */
static INTO_CALLER bool add_alike(struct respondents *respondents, const struct arrived *arrived,
                                  const struct alike *alike, struct plain_way way, bool bare,
                                  bool family)
{
    struct respondent *const *const found = &arrived->respondents[alike->first];
    const size_t n = alike->n;
    const size_t n_bytes = !bare ? alike->n_bytes : PACKED_BARE + (family ? PACKED_WORD : 0);
    const unsigned char *bytes = alike->forms;
    way.series.forms = bare ? BARE_FORMS : way.series.forms;
    way.series.codes = bare ? BARE_CODES : way.series.codes;
    way.series.payload_bytes = bare ? 1 : way.series.payload_bytes;
    way.series.stored_bytes = bare ? 1 : way.series.stored_bytes;
    way.keep_places = !bare && way.keep_places;
    way.words = !bare ? way.words : family ? PACKED_FAMILY : 0;
    way.kind = !bare ? way.kind : family ? PACKED_FAMILY : 0;
    for (size_t i = 0; i < n; i++, bytes += n_bytes) {
        if (!add_found(&way, bytes, found[i], bare) && !add_packed(respondents, bytes)) {
            return false;
        }
    }
    return true;
}

/* Puts plain forms in their places. False: no memory. */
static bool add_plain(struct respondents *respondents, const struct arrived *arrived,
                      const struct alike *alike)
{
    const struct plain_way way = way_of_forms(respondents->rules, alike);
    const bool bare = way.series.payload_bytes == 1 && !way.keep_places &&
                      way.series.forms == BARE_FORMS && way.series.codes == BARE_CODES &&
                      (way.words & (PACKED_TWO_WORDS | PACKED_TWO_FAMILY_WORDS)) == 0;
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
    void (*const find)(struct arrived *, const struct alike *) =
        has_wide() ? find_alike_wide : find_alike_portable;
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
            if ((arrived.alike[i].kind & PACKED_PLAIN) != 0) {
                find(&arrived, &arrived.alike[i]);
            }
        }
        for (size_t i = 0; i < arrived.n_alike && done; i++) {
            const struct alike *const alike = &arrived.alike[i];
            done = (alike->kind & PACKED_PLAIN) == 0 ? add_packed(respondents, alike->forms)
                   : alike->join->layout->is_goals   ? add_goals(respondents, &arrived, alike)
                                                     : add_plain(respondents, &arrived, alike);
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

/* engine/respondents.c - forms may come in any order, and the result must not depend on it. Three
   rules see to that:

   - A place remembers only its first form. A second with the same payload changes nothing; one with
     another payload makes the place a conflict for good, whichever came first. Rows that looked
     like duplicates until then are put right: in the counts at once, in the list at the end
     (settle_duplicates).
   - Where dates decide, forms wait until all are known, and are sorted before they are looked at.
   - Of two cohorts that one stage's forms give, the one that prints first is taken.

   Nearly all time goes into waiting for memory, since forms of one respondent come far apart.
   respondents_add() therefore takes many forms, and asks for what each will need before it looks at
   the first. */
#include "engine/respondents.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A form that waits until all forms of its respondent are known. */
struct pending {
    struct form form;
    uint32_t respondent, series;
    bool done;
};

/* --- blocks --- */

static void *block_record(const struct blocks *blocks, uint32_t number, size_t size)
{
    return blocks->blocks[number / BLOCK_RECORDS] + number % BLOCK_RECORDS * size;
}

/* Room for record `number`, which is zero when it is new. */
static bool blocks_grow(struct blocks *blocks, uint32_t number, size_t size)
{
    while (blocks->n_blocks <= number / BLOCK_RECORDS) {
        if (!array_grow(&blocks->blocks, &blocks->blocks_capacity, blocks->n_blocks + 1,
                        sizeof *blocks->blocks)) {
            return false;
        }
        blocks->blocks[blocks->n_blocks] = calloc(BLOCK_RECORDS, size == 0 ? 1 : size);
        if (blocks->blocks[blocks->n_blocks] == NULL) {
            return false;
        }
        blocks->n_blocks++;
    }
    return true;
}

static void blocks_free(struct blocks *blocks)
{
    for (size_t i = 0; i < blocks->n_blocks; i++) {
        free(blocks->blocks[i]);
    }
    free(blocks->blocks);
    *blocks = (struct blocks){0};
}

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

static void join_free(struct join *join)
{
    free(join->slots);
    free(join->goal_slots);
    blocks_free(&join->respondents);
    blocks_free(&join->series);
    blocks_free(&join->first_series);
    names_free(&join->repeated);
    free(join->n_repeated);
    free(join->pending);
    free(join->pending_payloads);
    arena_free(&join->long_ids);
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

/* --- what is known --- */

static struct respondent *respondent_at(const struct join *join, uint32_t respondent)
{
    return block_record(&join->respondents, respondent, join->layout->respondent_bytes);
}

const struct respondent *join_respondent(const struct join *join, uint32_t respondent)
{
    return respondent_at(join, respondent);
}

/* The series of versions stand behind their respondent: who looks at one looks at the other. */
static unsigned char *series_at(const struct join_layout *layout, const struct join *join,
                                uint32_t series)
{
    const uint32_t n = (uint32_t)layout->n_versions;
    if (layout->is_goals) {
        return block_record(&join->series, series, layout->series_bytes);
    }
    if (n == 1) { /* nearly always: no division */
        return (unsigned char *)respondent_at(join, series) + sizeof(struct respondent);
    }
    return (unsigned char *)respondent_at(join, series / n) + sizeof(struct respondent) +
           series % n * layout->series_bytes;
}

const unsigned char *join_series(const struct join_layout *layout, const struct join *join,
                                 uint32_t series)
{
    return series_at(layout, join, series);
}

static struct goal_series *goal_at(const struct join_layout *layout, const struct join *join,
                                   uint32_t series)
{
    return (struct goal_series *)(void *)series_at(layout, join, series);
}

const struct goal_series *join_goal(const struct join_layout *layout, const struct join *join,
                                    uint32_t series)
{
    return goal_at(layout, join, series);
}

static uint32_t *first_series_at(const struct join *join, uint32_t respondent)
{
    return block_record(&join->first_series, respondent, sizeof(uint32_t));
}

uint32_t first_goal(const struct join *join, uint32_t respondent)
{
    return *first_series_at(join, respondent);
}

/* Dates are kept as days in 32 bits; the least stands for none. */
#define NO_DAY INT32_MIN

static int32_t get_day(const struct join_layout *layout, const unsigned char *series, size_t stage)
{
    int32_t day;
    memcpy(&day, series + layout->dates + stage * sizeof day, sizeof day);
    return day;
}

static void set_day(const struct join_layout *layout, unsigned char *series, size_t stage,
                    int64_t date)
{
    const int32_t day = date == NO_DATE ? NO_DAY : (int32_t)date;
    memcpy(series + layout->dates + stage * sizeof day, &day, sizeof day);
}

int64_t series_date(const struct join_rules *rules, const struct join_layout *layout,
                    const unsigned char *series, size_t stage)
{
    const int32_t day = rules->by_date ? get_day(layout, series, stage) : NO_DAY;
    return day == NO_DAY ? NO_DATE : day;
}

uint64_t series_place(const struct join_rules *rules, const struct join_layout *layout,
                      const unsigned char *series, size_t stage)
{
    uint64_t place = 0;
    if (rules->keep_places) {
        memcpy(&place, series + layout->places + stage * sizeof place, sizeof place);
    }
    return place;
}

static void set_place(const struct join_rules *rules, const struct join_layout *layout,
                      unsigned char *series, size_t stage, uint64_t place)
{
    if (rules->keep_places) {
        memcpy(series + layout->places + stage * sizeof place, &place, sizeof place);
    }
}

static void set_state(const struct join_layout *layout, unsigned char *series, size_t stage,
                      enum slot_state state)
{
    unsigned char *const byte = &series[layout->states + stage / 4];
    *byte =
        (unsigned char)((*byte & ~(3u << (stage % 4 * 2))) | (unsigned)state << (stage % 4 * 2));
}

int64_t respondent_date(const struct respondents *respondents, size_t join, uint32_t respondent,
                        size_t stage)
{
    const struct join_rules *const rules = respondents->rules;
    const struct join_layout *const layout = &rules->joins[join];
    const struct join *const j = &respondents->joins[join];
    int64_t earliest = NO_DATE;
    uint32_t series =
        layout->is_goals ? first_goal(j, respondent) : version_series(layout, respondent, 0);
    for (size_t i = 0; layout->is_goals ? series != NO_NAME : i < layout->n_versions; i++) {
        const unsigned char *const at = series_at(layout, j, series);
        const int64_t date = series_state(layout, at, stage) == SLOT_EMPTY
                                 ? NO_DATE
                                 : series_date(rules, layout, at, stage);
        if (date != NO_DATE && (earliest == NO_DATE || date < earliest)) {
            earliest = date;
        }
        series = layout->is_goals ? goal_at(layout, j, series)->next : series + 1;
    }
    return earliest;
}

/* --- the table of ids --- */

/* A slot: a respondent's number in 24 bits, and above it 8 bits of the hash, which tell most other
   ids without a look at them. */
#define SLOT_NUMBER UINT32_C(0xffffff)
#define SLOT_FREE UINT32_MAX
#define MOST_RESPONDENTS (SLOT_NUMBER - 1)

/* Bits that neither choose the slot nor, above us, the partition. */
static uint32_t slot_tag(uint64_t hash)
{
    return (uint32_t)(hash >> 8) & ~SLOT_NUMBER;
}

/* Keeps a quarter of the slots free. */
static bool make_slots(struct join *join)
{
    const size_t n_slots = join->n_slots == 0 ? 64 : 2 * join->n_slots;
    uint32_t *slots;
    if (4 * ((size_t)join->n_respondents + 1) <= 3 * join->n_slots) {
        return true;
    }
    if (join->n_respondents >= MOST_RESPONDENTS) {
        return false;
    }
    slots = malloc(n_slots * sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    memset(slots, 0xff, n_slots * sizeof *slots); /* SLOT_FREE */
    for (uint32_t i = 0; i < join->n_respondents; i++) {
        const uint64_t hash = id_hash(respondent_at(join, i)->id);
        size_t slot = hash & (n_slots - 1);
        while (slots[slot] != SLOT_FREE) {
            slot = (slot + 1) & (n_slots - 1);
        }
        slots[slot] = slot_tag(hash) | i;
    }
    free(join->slots);
    join->slots = slots;
    join->n_slots = n_slots;
    return true;
}

/* The slot of an id, or the free one where it belongs; `*similar` where one was met on the way that
   a person would take for it: both have the same hash, so that both are on one way. */
static size_t find_slot(const struct join *join, struct id id, uint64_t hash, bool *similar)
{
    size_t slot = hash & (join->n_slots - 1);
    *similar = false;
    while (join->slots[slot] != SLOT_FREE) {
        if ((join->slots[slot] & ~SLOT_NUMBER) == slot_tag(hash)) {
            const struct id other = respondent_at(join, join->slots[slot] & SLOT_NUMBER)->id;
            if (id_equal(other, id)) {
                break;
            }
            *similar = *similar || id_similar(other, id);
        }
        slot = (slot + 1) & (join->n_slots - 1);
    }
    return slot;
}

uint32_t respondents_find(const struct respondents *respondents, size_t join, struct id id)
{
    const struct join *const j = &respondents->joins[join];
    bool similar;
    size_t slot;
    if (j->n_slots == 0) {
        return NO_NAME;
    }
    slot = find_slot(j, id, id_hash(id), &similar);
    return j->slots[slot] == SLOT_FREE ? NO_NAME : j->slots[slot] & SLOT_NUMBER;
}

static bool copy_long_id(struct join *join, struct id *id)
{
    size_t length;
    const char *text;
    if (!id_is_long(*id)) {
        return true;
    }
    text = id_text(id, &length);
    text = arena_copy(&join->long_ids, text, length);
    if (text == NULL) {
        return false;
    }
    *id = id_of(text, length);
    return true;
}

static bool add_respondent(const struct join_layout *layout, struct join *join, struct id id,
                           uint32_t *added)
{
    const uint32_t n = join->n_respondents;
    if (!copy_long_id(join, &id) || !blocks_grow(&join->respondents, n, layout->respondent_bytes) ||
        (layout->is_goals && !blocks_grow(&join->first_series, n, sizeof(uint32_t)))) {
        return false;
    }
    *respondent_at(join, n) = (struct respondent){.id = id, .cohort_rank = UINT8_MAX};
    if (layout->is_goals) {
        *first_series_at(join, n) = NO_NAME;
    }
    join->n_respondents++;
    *added = n;
    return true;
}

static bool find_respondent(const struct join_layout *layout, struct join *join,
                            const struct form *form, uint32_t *found)
{
    bool similar;
    size_t slot;
    if (!make_slots(join)) {
        return false;
    }
    slot = find_slot(join, form->id, form->hash, &similar);
    if (join->slots[slot] == SLOT_FREE) {
        if (!add_respondent(layout, join, form->id, found)) {
            return false;
        }
        join->slots[slot] = slot_tag(form->hash) | *found;
        join->similar_ids += similar;
    }
    *found = join->slots[slot] & SLOT_NUMBER;
    return true;
}

/* --- goals --- */

static uint64_t goal_hash(uint32_t respondent, uint32_t goal)
{
    uint64_t hash = ((uint64_t)respondent << 32 | goal) * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ (hash >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
    return hash ^ (hash >> 32);
}

static bool make_goal_slots(const struct join_layout *layout, struct join *join)
{
    const size_t n_slots = join->n_goal_slots == 0 ? 64 : 2 * join->n_goal_slots;
    uint32_t *slots;
    if (4 * ((size_t)join->n_series + 1) <= 3 * join->n_goal_slots) {
        return true;
    }
    if (join->n_series >= NO_NAME / 2) {
        return false;
    }
    slots = malloc(n_slots * sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    memset(slots, 0xff, n_slots * sizeof *slots);
    for (uint32_t i = 0; i < join->n_series; i++) {
        const struct goal_series *const series = goal_at(layout, join, i);
        size_t slot = goal_hash(series->respondent, series->goal) & (n_slots - 1);
        while (slots[slot] != SLOT_FREE) {
            slot = (slot + 1) & (n_slots - 1);
        }
        slots[slot] = i;
    }
    free(join->goal_slots);
    join->goal_slots = slots;
    join->n_goal_slots = n_slots;
    return true;
}

static bool add_goal(const struct join_layout *layout, struct join *join, uint32_t respondent,
                     const struct form *form, uint32_t *added)
{
    uint32_t *const first = first_series_at(join, respondent);
    const uint32_t n = join->n_series;
    if (!blocks_grow(&join->series, n, layout->series_bytes)) {
        return false;
    }
    /* New series go to the front of the respondent's list: its order is that of the rows, turned
       round, and means nothing. */
    *goal_at(layout, join, n) = (struct goal_series){.respondent = respondent,
                                                     .goal = form->goal,
                                                     .next = *first,
                                                     .category = NO_NAME,
                                                     .category_stage = UINT16_MAX};
    *first = n;
    join->n_series++;
    *added = n;
    return true;
}

/* The respondent's series of this goal. Goals go by a table, since a file that gives every row the
   same id would make one respondent with all goals of the file. */
static bool find_goal(const struct join_layout *layout, struct join *join, uint32_t respondent,
                      const struct form *form, uint32_t *found)
{
    size_t slot;
    if (!make_goal_slots(layout, join)) {
        return false;
    }
    slot = goal_hash(respondent, form->goal) & (join->n_goal_slots - 1);
    while (join->goal_slots[slot] != SLOT_FREE) {
        const struct goal_series *const series = goal_at(layout, join, join->goal_slots[slot]);
        if (series->respondent == respondent && series->goal == form->goal) {
            *found = join->goal_slots[slot];
            return true;
        }
        slot = (slot + 1) & (join->n_goal_slots - 1);
    }
    if (!add_goal(layout, join, respondent, form, found)) {
        return false;
    }
    join->goal_slots[slot] = *found;
    return true;
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

static void note_goal(const struct join_rules *rules, struct goal_series *series,
                      const struct form *form, uint32_t stage)
{
    /* A union, and below a least element: neither depends on the order of the forms. */
    series->flags |= form->flags;
    if (form->category == NO_NAME) {
        return;
    }
    /* UINT16_MAX is above every stage, so that the first category given is taken. */
    if (stage < series->category_stage ||
        (stage == series->category_stage && form->category != series->category &&
         strcmp(names_text(rules->names, form->category),
                names_text(rules->names, series->category)) < 0)) {
        series->category = form->category;
        series->category_stage = (uint16_t)stage;
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
    const struct join_layout *const layout = layout_of(respondents->rules, first->measure);
    const uint32_t key[2] = {series, first->stage};
    const uint32_t known = names_find(&join->repeated, (const char *)key, sizeof key);
    const uint32_t more = known == NO_NAME ? 0 : join->n_repeated[known];
    set_state(layout, at, first->stage, SLOT_CONFLICT);
    *aside_count(respondents, first->measure, FORM_DUPLICATE_SAME) -= more;
    *aside_count(respondents, first->measure, FORM_CONFLICTING) += more;
    /* The first form was not set aside so far; now it is. */
    return set_aside(respondents, first);
}

/* A form for a place that has one already. */
static bool place_again(struct respondents *respondents, struct join *join, const struct form *form,
                        uint32_t respondent, uint32_t series, uint32_t stage)
{
    const struct join_rules *const rules = respondents->rules;
    const struct join_layout *const layout = layout_of(rules, form->measure);
    unsigned char *const at = series_at(layout, join, series);
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
    if (rules->by_date && form->date != NO_DATE && (date == NO_DATE || form->date < date)) {
        set_day(layout, at, stage, form->date);
    }
    /* Of forms that say the same, the one that stands first in the files is used, and the others are
       listed. Where they conflict the first is listed, too, and has been. */
    if (rules->keep_places && form->place < first) {
        set_place(rules, layout, at, stage, form->place);
        row.place = series_state(layout, at, stage) == SLOT_FORM ? first : form->place;
    }
    if (series_state(layout, at, stage) == SLOT_FORM) {
        uint32_t *count;
        if (payload_equal(layout, series_payload(layout, at, stage), form->payload)) {
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
    const struct join_layout *const layout = layout_of(rules, form->measure);
    unsigned char *const at = series_at(layout, join, series);
    note_cohort(rules, respondent_at(join, respondent), form->cohort, stage);
    if (layout->is_goals) {
        note_goal(rules, goal_at(layout, join, series), form, stage);
    }
    if (series_state(layout, at, stage) != SLOT_EMPTY) {
        return place_again(respondents, join, form, respondent, series, stage);
    }
    set_state(layout, at, stage, SLOT_FORM);
    payload_copy(layout, form->payload, at + layout->codes + stage * layout->payload_bytes);
    if (rules->by_date) {
        set_day(layout, at, stage, form->date);
    }
    set_place(rules, layout, at, stage, form->place);
    return true;
}

static bool wait(const struct join_layout *layout, struct join *join, const struct form *form,
                 uint32_t respondent, uint32_t series)
{
    const size_t n = join->n_pending;
    if (!array_grow(&join->pending, &join->pending_capacity, n + 1, sizeof *join->pending) ||
        !array_grow(&join->pending_payloads, &join->pending_payloads_capacity,
                    (n + 1) * layout->payload_bytes, 1)) {
        return false;
    }
    /* The payload is the caller's and does not last; respondents_resolve() points to the copy once
       the array no longer moves. */
    join->pending[n] = (struct pending){.form = *form, .respondent = respondent, .series = series};
    memcpy(join->pending_payloads + n * layout->payload_bytes, form->payload,
           layout->payload_bytes);
    join->n_pending++;
    return true;
}

static bool add_form(struct respondents *respondents, const struct form *form)
{
    const struct join_rules *const rules = respondents->rules;
    const size_t index = rules->study->measures[form->measure].join;
    const struct join_layout *const layout = &rules->joins[index];
    struct join *const join = &respondents->joins[index];
    uint32_t respondent, series;
    if (!find_respondent(layout, join, form, &respondent)) {
        return false;
    }
    if (!layout->is_goals) {
        series = version_series(layout, respondent, rules->version[form->measure]);
    } else if (!find_goal(layout, join, respondent, form, &series)) {
        return false;
    }
    if (rules->by_date || form->stage == NO_STAGE) {
        return wait(layout, join, form, respondent, series);
    }
    return place(respondents, join, form, respondent, series, form->stage);
}

/* --- many forms --- */

/* A packed form on its way into the join. */
struct arriving {
    const unsigned char *bytes;
    struct join *join;
    uint64_t hash;
    struct packed_form head;
    bool is_plain; /* nothing but a head and a payload */
};

/* Looks at a packed form and returns its length. */
static inline size_t look_at(const struct respondents *respondents, const unsigned char *bytes,
                             struct arriving *arriving)
{
    struct form form;
    size_t n;
    arriving->bytes = bytes;
    memcpy(&arriving->head, bytes, sizeof arriving->head);
    arriving->join =
        &respondents->joins[respondents->rules->study->measures[arriving->head.measure].join];
    form.id = (struct id){{arriving->head.id[0], arriving->head.id[1]}};
    arriving->is_plain = arriving->join->layout->is_plain && !id_is_long(form.id) &&
                         arriving->head.stage != LISTED_NO_STAGE;
    n = arriving->is_plain ? sizeof arriving->head + arriving->join->layout->payload_bytes
                           : form_unpack(respondents->rules, bytes, &form);
    arriving->hash = id_hash(form.id);
    return n;
}

/* add_form() for a plain form that is the first at its place, as nearly all are; false where it is
   not, or where the table has to grow first. */
static inline bool add_plain(const struct join_rules *rules, const struct arriving *form)
{
    struct join *const join = form->join;
    const struct join_layout *const layout = join->layout;
    const struct id id = {{form->head.id[0], form->head.id[1]}};
    const size_t stage = form->head.stage;
    size_t slot = form->hash & (join->n_slots - 1);
    struct respondent *respondent;
    unsigned char *at;
    if (join->n_slots == 0) {
        return false;
    }
    for (;;) {
        if (join->slots[slot] == SLOT_FREE) {
            return false;
        }
        if ((join->slots[slot] & ~SLOT_NUMBER) == slot_tag(form->hash)) {
            respondent = respondent_at(join, join->slots[slot] & SLOT_NUMBER);
            if (respondent->id.words[0] == id.words[0] && respondent->id.words[1] == id.words[1]) {
                break;
            }
        }
        slot = (slot + 1) & (join->n_slots - 1);
    }
    at = (unsigned char *)(respondent + 1) +
         rules->version[form->head.measure] * layout->series_bytes;
    if (series_state(layout, at, stage) != SLOT_EMPTY || respondent->cohort != form->head.cohort) {
        return false;
    }
    respondent->cohort_rank = rules->cohort_ranks[stage] < respondent->cohort_rank
                                  ? rules->cohort_ranks[stage]
                                  : respondent->cohort_rank;
    set_state(layout, at, stage, SLOT_FORM);
    payload_copy(layout, form->bytes + sizeof form->head,
                 at + layout->codes + stage * layout->payload_bytes);
    return true;
}

/* Asks the memory for what add_form() will look at: first the slot, then, once that has come, the
   respondent. */
static void ask_for_slot(const struct join *join, uint64_t hash)
{
    if (join->n_slots > 0) {
        __builtin_prefetch(&join->slots[hash & (join->n_slots - 1)]);
    }
}

static void ask_for_respondent(const struct join *join, uint64_t hash)
{
    size_t slot = hash & (join->n_slots - 1);
    if (join->n_slots == 0) {
        return;
    }
    while (join->slots[slot] != SLOT_FREE) {
        if ((join->slots[slot] & ~SLOT_NUMBER) == slot_tag(hash)) {
            __builtin_prefetch(respondent_at(join, join->slots[slot] & SLOT_NUMBER), 1);
            return;
        }
        slot = (slot + 1) & (join->n_slots - 1);
    }
}

/* As many as it takes for the first answers of the memory to come. */
#define FORMS_AT_ONCE 64

bool respondents_add(struct respondents *respondents, const unsigned char *bytes, size_t n)
{
    const unsigned char *const end = bytes + n;
    struct arriving arriving[FORMS_AT_ONCE];
    while (bytes < end) {
        size_t n_forms = 0;
        for (; bytes < end && n_forms < FORMS_AT_ONCE; n_forms++) {
            bytes += look_at(respondents, bytes, &arriving[n_forms]);
            ask_for_slot(arriving[n_forms].join, arriving[n_forms].hash);
        }
        for (size_t i = 0; i < n_forms; i++) {
            ask_for_respondent(arriving[i].join, arriving[i].hash);
        }
        for (size_t i = 0; i < n_forms; i++) {
            struct form form;
            if (arriving[i].is_plain && add_plain(respondents->rules, &arriving[i])) {
                continue;
            }
            (void)form_unpack(respondents->rules, arriving[i].bytes, &form);
            form.hash = arriving[i].hash;
            if (!add_form(respondents, &form)) {
                return false;
            }
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
    const struct join_layout *const layout = layout_of(respondents->rules, pending->form.measure);
    const unsigned char *const at = series_at(layout, join, pending->series);
    const bool same = payload_equal(layout, pending->form.payload, picked) &&
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
    const size_t index = study->measures[waiting.forms[0].form.measure].join;
    name_the_start(waiting);
    for (uint32_t stage = 0; stage < study->n_stages; stage++) {
        /* An anchor is an earlier stage, whose forms have their places by now. `waiting` is never
           empty. */
        const int64_t anchor =
            study->stages[stage].has_window
                ? respondent_date(respondents, index, waiting.forms[0].respondent,
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
        const struct join_layout *const layout = layout_of(rules, row->measure);
        const struct join *const join =
            &respondents->joins[rules->study->measures[row->measure].join];
        /* A duplicate has met another form, so that its series and stage are known. */
        if (row->reason == FORM_DUPLICATE_SAME &&
            series_state(layout, series_at(layout, join, row->series), row->stage) ==
                SLOT_CONFLICT) {
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
        const struct join *const join = &respondents->joins[i];
        const struct join_layout *const layout = &respondents->rules->joins[i];
        bytes += (join->n_slots + join->n_goal_slots) * sizeof *join->slots +
                 (join->respondents.n_blocks * layout->respondent_bytes +
                  join->series.n_blocks * layout->series_bytes +
                  join->first_series.n_blocks * sizeof(uint32_t)) *
                     BLOCK_RECORDS +
                 join->pending_capacity * sizeof *join->pending + join->pending_payloads_capacity;
    }
    return bytes + respondents->set_aside_capacity * sizeof *respondents->set_aside;
}

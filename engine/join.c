#include "engine/join.h"

#include <stdlib.h>
#include <string.h>

/* --- blocks --- */

/* Room for record `number`, which is zero when it is new. */
static bool blocks_grow(struct blocks *blocks, uint32_t number, size_t size)
{
    while (blocks->n_blocks <= number / BLOCK_RECORDS) {
        if (!array_grow(&blocks->blocks, &blocks->blocks_capacity, blocks->n_blocks + 1,
                        sizeof *blocks->blocks)) {
            return false;
        }
        /* a multiple of the alignment, whatever the size */
        blocks->blocks[blocks->n_blocks] = aligned_alloc(BLOCK_ALIGNED, BLOCK_RECORDS * size);
        if (blocks->blocks[blocks->n_blocks] == NULL) {
            return false;
        }
        memset(blocks->blocks[blocks->n_blocks++], 0, BLOCK_RECORDS * size);
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

void join_free(struct join *join)
{
    free(join->by_id.numbers);
    free(join->by_goal.numbers);
    blocks_free(&join->respondents);
    blocks_free(&join->series);
    blocks_free(&join->first_series);
    blocks_free(&join->families[0]);
    blocks_free(&join->families[1]);
    names_free(&join->repeated);
    free(join->n_repeated);
    free(join->pending);
    free(join->pending_payloads);
    arena_free(&join->long_ids);
}

/* --- hash tables --- */

static bool slots_full(const struct slots *slots, size_t n_used)
{
    return 4 * (n_used + 1) > 3 * slots->n;
}

/* As long as there are few, four times as many are hardly more, and all are put anew half as often. */
#define FEW_SLOTS ((size_t)16 * 1024)

/* More slots, all of them free. */
static bool slots_grow(struct slots *slots)
{
    const size_t n = slots->n == 0 ? 64 : slots->n < FEW_SLOTS ? 4 * slots->n : 2 * slots->n;
    uint32_t *const numbers = malloc(n * sizeof *numbers);
    if (numbers == NULL) {
        return false;
    }
    memset(numbers, 0xff, n * sizeof *numbers); /* SLOT_FREE */
    free(slots->numbers);
    *slots = (struct slots){numbers, n};
    return true;
}

static void slots_put(struct slots *slots, uint64_t hash, uint32_t number)
{
    size_t slot = first_slot(slots, hash);
    while (slots->numbers[slot] != SLOT_FREE) {
        slot = (slot + 1) & (slots->n - 1);
    }
    slots->numbers[slot] = number;
}

/* --- respondents --- */

#define MOST_RESPONDENTS (SLOT_NUMBER - 1)

static bool make_slots(struct join *join)
{
    struct slots *const slots = &join->by_id;
    if (!slots_full(slots, join->n_respondents)) {
        return true;
    }
    if (!slots_grow(slots)) {
        return false;
    }
    for (uint32_t i = 0; i < join->n_respondents; i++) {
        const uint32_t hash = join_hash(join_respondent(join, i)->id);
        slots_put(slots, hash, slot_tag(hash) | i);
    }
    return true;
}

/* Up to the next block that is full, or until the slots are. */
bool join_make_room(struct join *join)
{
    const uint32_t n = join->n_respondents;
    if (n >= MOST_RESPONDENTS || !make_slots(join) ||
        !blocks_grow(&join->respondents, n, join->layout->respondent_bytes) ||
        (join->layout->is_goals && !blocks_grow(&join->first_series, n, sizeof(uint32_t)))) {
        return false;
    }
    join->room = n;
    do {
        join->room++;
    } while (join->room % BLOCK_RECORDS != 0 && join->room < MOST_RESPONDENTS &&
             !slots_full(&join->by_id, join->room));
    return true;
}

/* The slot of an id, or the free one where it belongs; `*similar` where one was met on the way that
   a person would take for it: both have the same hash, so that both are on one way. */
static uint32_t *find_slot(const struct join *join, struct id id, uint32_t hash, bool *similar)
{
    const struct slots *const slots = &join->by_id;
    size_t slot = first_slot(slots, hash);
    *similar = false;
    while (slots->numbers[slot] != SLOT_FREE) {
        if ((slots->numbers[slot] & ~SLOT_NUMBER) == slot_tag(hash)) {
            const struct id other = join_respondent(join, slots->numbers[slot] & SLOT_NUMBER)->id;
            if (id_equal(other, id)) {
                break;
            }
            *similar = *similar || id_similar(other, id);
        }
        slot = (slot + 1) & (slots->n - 1);
    }
    return &slots->numbers[slot];
}

uint32_t join_find(const struct join *join, struct id id)
{
    bool similar;
    const uint32_t *slot;
    if (join->by_id.n == 0) {
        return NO_NAME;
    }
    slot = find_slot(join, id, join_hash(id), &similar);
    return *slot == SLOT_FREE ? NO_NAME : *slot & SLOT_NUMBER;
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

bool join_add(struct join *join, struct id id, uint32_t hash, uint32_t *respondent)
{
    bool similar;
    uint32_t *slot;
    if (!join_has_room(join) && !join_make_room(join)) {
        return false;
    }
    slot = find_slot(join, id, hash, &similar);
    if (*slot == SLOT_FREE) {
        if (!copy_long_id(join, &id)) {
            return false;
        }
        if (join->layout->is_goals) {
            *(uint32_t *)block_record(&join->first_series, join->n_respondents, sizeof(uint32_t)) =
                NO_NAME;
        }
        (void)join_add_new(join, id, hash, slot);
        join->similar_ids += similar;
    }
    *respondent = *slot & SLOT_NUMBER;
    return true;
}

/* A word of a respondent's family. Where there was none yet it is zero, as is what nobody wrote. */
static bool set_family_word(struct join *join, uint32_t respondent, size_t word, uint64_t value)
{
    struct blocks *const blocks = &join->families[word];
    if (respondent / BLOCK_RECORDS >= blocks->n_blocks &&
        (value == 0 || !blocks_grow(blocks, respondent, sizeof value))) {
        return value == 0;
    }
    *(uint64_t *)block_record(blocks, respondent, sizeof value) = value;
    return true;
}

bool join_note_family(struct join *join, uint32_t respondent, struct family_id family, uint8_t rank)
{
    struct respondent *const r = join_respondent(join, respondent);
    if (rank > r->family_rank) {
        return true;
    }
    if (rank == r->family_rank) {
        const struct family_id known = join_family(join, respondent);
        if (memcmp(&family, &known, sizeof family) >= 0) {
            return true;
        }
    }
    r->family_rank = rank;
    return set_family_word(join, respondent, 0, family.words[0]) &&
           set_family_word(join, respondent, 1, family.words[1]);
}

/* --- goals --- */

static uint64_t goal_hash(uint32_t respondent, uint32_t goal)
{
    uint64_t hash = ((uint64_t)respondent << 32 | goal) * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ (hash >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
    return hash ^ (hash >> 32);
}

static bool make_goal_slots(struct join *join)
{
    if (!slots_full(&join->by_goal, join->n_series)) {
        return true;
    }
    if (join->n_series >= NO_NAME / 2 || !slots_grow(&join->by_goal)) {
        return false;
    }
    for (uint32_t i = 0; i < join->n_series; i++) {
        const struct goal_series *const series = join_goal(join, i);
        slots_put(&join->by_goal, goal_hash(series->respondent, series->goal), i);
    }
    return true;
}

static bool new_goal(struct join *join, uint32_t respondent, uint32_t goal)
{
    uint32_t *const first = block_record(&join->first_series, respondent, sizeof(uint32_t));
    const uint32_t n = join->n_series;
    if (!blocks_grow(&join->series, n, join->layout->series_bytes)) {
        return false;
    }
    /* New series go to the front of the respondent's list: its order is that of the rows, turned
       round, and means nothing. */
    *join_goal(join, n) = (struct goal_series){.respondent = respondent,
                                               .goal = goal,
                                               .next = *first,
                                               .category = NO_NAME,
                                               .category_stage = UINT16_MAX};
    *first = n;
    join->n_series++;
    return true;
}

/* Goals go by a table, since a file that gives every row the same id would make one respondent with
   all goals of the file. */
bool join_add_goal(struct join *join, uint32_t respondent, uint32_t goal, uint32_t *series)
{
    size_t slot;
    if (!make_goal_slots(join)) {
        return false;
    }
    slot = first_slot(&join->by_goal, goal_hash(respondent, goal));
    while (join->by_goal.numbers[slot] != SLOT_FREE) {
        const struct goal_series *const known = join_goal(join, join->by_goal.numbers[slot]);
        if (known->respondent == respondent && known->goal == goal) {
            *series = join->by_goal.numbers[slot];
            return true;
        }
        slot = (slot + 1) & (join->by_goal.n - 1);
    }
    if (!new_goal(join, respondent, goal)) {
        return false;
    }
    *series = join->n_series - 1;
    join->by_goal.numbers[slot] = *series;
    return true;
}

/* --- series --- */

unsigned char *join_series(const struct join *join, uint32_t series)
{
    const struct join_layout *const layout = join->layout;
    const uint32_t n = (uint32_t)layout->n_versions;
    if (layout->is_goals) {
        return block_record(&join->series, series, layout->series_bytes);
    }
    if (n == 1) { /* nearly always: no division */
        return (unsigned char *)(join_respondent(join, series) + 1);
    }
    return (unsigned char *)(join_respondent(join, series / n) + 1) +
           series % n * layout->series_bytes;
}

/* Dates are kept as days in 32 bits; the least stands for none. */
#define NO_DAY INT32_MIN

int64_t series_date(const struct join_rules *rules, const struct join_layout *layout,
                    const unsigned char *series, size_t stage)
{
    int32_t day = NO_DAY;
    if (rules->by_date) {
        memcpy(&day, series + layout->dates + stage * sizeof day, sizeof day);
    }
    return day == NO_DAY ? NO_DATE : day;
}

void series_set_date(const struct join_rules *rules, const struct join_layout *layout,
                     unsigned char *series, size_t stage, int64_t date)
{
    const int32_t day = date == NO_DATE ? NO_DAY : (int32_t)date;
    if (rules->by_date) {
        memcpy(series + layout->dates + stage * sizeof day, &day, sizeof day);
    }
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

void series_set_place(const struct join_rules *rules, const struct join_layout *layout,
                      unsigned char *series, size_t stage, uint64_t place)
{
    if (rules->keep_places) {
        memcpy(series + layout->places + stage * sizeof place, &place, sizeof place);
    }
}

int64_t join_date(const struct join_rules *rules, const struct join *join, uint32_t respondent,
                  size_t stage)
{
    const struct join_layout *const layout = join->layout;
    int64_t earliest = NO_DATE;
    uint32_t series =
        layout->is_goals ? first_goal(join, respondent) : version_series(layout, respondent, 0);
    for (size_t i = 0; layout->is_goals ? series != NO_NAME : i < layout->n_versions; i++) {
        const unsigned char *const at = join_series(join, series);
        const int64_t date = series_state(layout, at, stage) == SLOT_EMPTY
                                 ? NO_DATE
                                 : series_date(rules, layout, at, stage);
        if (date != NO_DATE && (earliest == NO_DATE || date < earliest)) {
            earliest = date;
        }
        series = layout->is_goals ? join_goal(join, series)->next : series + 1;
    }
    return earliest;
}

size_t join_bytes(const struct join *join)
{
    const struct join_layout *const layout = join->layout;
    return (join->by_id.n + join->by_goal.n) * sizeof *join->by_id.numbers +
           (join->respondents.n_blocks * layout->respondent_bytes +
            join->series.n_blocks * layout->series_bytes +
            join->first_series.n_blocks * sizeof(uint32_t) +
            (join->families[0].n_blocks + join->families[1].n_blocks) * sizeof(uint64_t)) *
               BLOCK_RECORDS +
           join->pending_capacity * sizeof(struct pending) + join->pending_payloads_capacity;
}

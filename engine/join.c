#include "engine/join.h"

#include <assert.h>
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

void join_init(struct join *join, const struct join_layout *layout)
{
    *join = (struct join){.layout = layout, .record_bytes = layout->respondent_bytes};
}

void join_free(struct join *join)
{
    free(join->by_id.numbers);
    blocks_free(&join->respondents);
    blocks_free(&join->more_goals);
    names_free(&join->many);
    free(join->many_series);
    names_free(&join->weight_numbers);
    free(join->weights);
    names_free(&join->repeated);
    free(join->n_repeated);
    free(join->pending);
    free(join->pending_payloads);
    arena_free(&join->long_ids);
}

/* --- hash tables --- */

/* Slots for so many respondents: as long as there are few, four times as many are hardly more, and all are
   put anew half as often. */
#define FIRST_SLOTS ((size_t)256)
#define FEW_SLOTS ((size_t)16 * 1024)

static size_t slots_for(const struct slots *slots, size_t n_respondents)
{
    size_t n = slots->n == 0 ? FIRST_SLOTS : slots->n;
    while (n_respondents > n / 4 * 3) {
        n *= n < FEW_SLOTS ? 4 : 2;
    }
    return n;
}

/* More slots, all of them free. */
static bool slots_grow(struct slots *slots, size_t n)
{
    uint32_t *const numbers = aligned_alloc(BLOCK_ALIGNED, n * sizeof *numbers);
    if (numbers == NULL) {
        return false;
    }
    memset(numbers, 0xff, n * sizeof *numbers); /* SLOT_FREE */
    free(slots->numbers);
    *slots = (struct slots){numbers, n};
    /* cppcheck-suppress memleak ; the slots have them */
    return true;
}

static void slots_put(struct slots *slots, uint32_t hash, uint32_t number)
{
    size_t slot = first_slot(slots, hash);
    unsigned free_ones;
    while ((free_ones = free_slots(&slots->numbers[slot])) == 0) {
        slot = (slot + SLOTS_AT_ONCE) & (slots->n - 1);
    }
    slots->numbers[slot + (unsigned)__builtin_ctz(free_ones)] = slot_tag(hash) | number;
}

/* --- respondents --- */

#define MOST_RESPONDENTS (SLOT_NUMBER - 1)

static bool make_slots(struct join *join, size_t n_respondents)
{
    struct slots *const slots = &join->by_id;
    const size_t n = slots_for(slots, n_respondents);
    if (n == slots->n) {
        return true;
    }
    if (!slots_grow(slots, n)) {
        return false;
    }
    for (uint32_t i = 0, next; i < join->n_respondents; i = next) {
        struct id ids[IDS_AT_ONCE];
        uint64_t hashes[IDS_AT_ONCE];
        next = join->n_respondents - i < IDS_AT_ONCE ? join->n_respondents : i + IDS_AT_ONCE;
        for (uint32_t k = i; k < next; k++) {
            ids[k - i] = join_id(join, k);
        }
        (void)ids_hash(ids, next - i, hashes);
        for (uint32_t k = i; k < next; k++) {
            slots_put(slots, (uint32_t)hashes[k - i], k);
        }
    }
    return true;
}

bool join_make_room(struct join *join, uint32_t n)
{
    const uint32_t need = join->n_respondents + n;
    size_t room;
    if (need > MOST_RESPONDENTS || !make_slots(join, need) ||
        !blocks_grow(&join->respondents, need - 1, join->record_bytes)) {
        return false;
    }
    room = join->by_id.n / 4 * 3;
    room = room < join->respondents.n_blocks * BLOCK_RECORDS
               ? room
               : join->respondents.n_blocks * BLOCK_RECORDS;
    join->room = (uint32_t)(room < MOST_RESPONDENTS ? room : MOST_RESPONDENTS);
    return true;
}

/* The records of all respondents, with other words in front of them. */
bool join_make_words(struct join *join, unsigned words)
{
    struct join made = *join;
    made.words |= words;
    made.front = packed_more(made.words) * sizeof(uint64_t);
    made.record_bytes = made.front + join->layout->respondent_bytes;
    if (made.words == join->words) {
        return true;
    }
    made.respondents = (struct blocks){0};
    if (join->room > 0 && !blocks_grow(&made.respondents, join->room - 1, made.record_bytes)) {
        blocks_free(&made.respondents);
        return false;
    }
    for (uint32_t i = 0; i < join->n_respondents; i++) {
        struct respondent *const from = join_respondent(join, i), *const to =
                                                                      join_respondent(&made, i);
        memcpy(to, from, join->layout->respondent_bytes);
        for (unsigned word = PACKED_TWO_WORDS; word <= PACKED_TWO_FAMILY_WORDS; word *= 2) {
            if ((join->words & word) != 0) {
                *respondent_word(&made, to, word) = *respondent_word(join, from, word);
            }
        }
    }
    blocks_free(&join->respondents);
    *join = made;
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
            const struct id other = join_id(join, slots->numbers[slot] & SLOT_NUMBER);
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
    join->long_id_bytes += length;
    *id = id_of(text, length);
    return true;
}

/* A new respondent, whose words there is room for. */
static uint32_t add_respondent(struct join *join, struct id id)
{
    const uint32_t n = join->n_respondents++;
    struct respondent *const respondent = join_respondent(join, n);
    assert(id.words[1] == 0 || (join->words & PACKED_TWO_WORDS) != 0);
    respondent->id_word = id.words[0];
    if ((join->words & PACKED_TWO_WORDS) != 0) {
        *respondent_word(join, respondent, PACKED_TWO_WORDS) = id.words[1];
    }
    return n;
}

bool join_add(struct join *join, struct id id, uint32_t hash, uint32_t *respondent)
{
    bool similar;
    uint32_t *slot;
    if (!join_has_room(join, 1) && !join_make_room(join, 1)) {
        return false;
    }
    slot = find_slot(join, id, hash, &similar);
    if (*slot == SLOT_FREE) {
        if (!copy_long_id(join, &id)) {
            return false;
        }
        *slot = slot_tag(hash) | add_respondent(join, id);
        join->similar_ids += similar;
    }
    *respondent = *slot & SLOT_NUMBER;
    return true;
}

void join_note_family(struct join *join, struct respondent *respondent, struct family_id family,
                      uint8_t rank)
{
    uint64_t *const first = respondent_word(join, respondent, PACKED_FAMILY);
    uint64_t *const second = (join->words & PACKED_TWO_FAMILY_WORDS) != 0
                                 ? respondent_word(join, respondent, PACKED_TWO_FAMILY_WORDS)
                                 : NULL;
    const struct family_id known = {{*first, second == NULL ? 0 : *second}};
    assert(second != NULL || family.words[1] == 0);
    if (family_is_none(family) || rank < respondent->family_rank ||
        (rank == respondent->family_rank && memcmp(&family, &known, sizeof family) >= 0)) {
        return;
    }
    respondent->family_rank = rank;
    *first = family.words[0];
    if (second != NULL) {
        *second = family.words[1];
    }
}

/* --- goals --- */

/* Where there are more goals, + 1: behind a respondent, and at the beginning of a record of such. */
static uint32_t more_of(const struct join *join, uint32_t respondent)
{
    return more_at(join_respondent(join, respondent) + 1);
}

/* Where the number of a series' goal is kept. */
static unsigned char *number_of(const struct join *join, uint32_t series)
{
    if ((series & MORE_SERIES) != 0) {
        const uint32_t i = series & ~MORE_SERIES;
        return more_record(join, i / (uint32_t)MORE_GOALS) + sizeof(uint32_t) +
               i % MORE_GOALS * join->layout->number_bytes;
    }
    return (unsigned char *)join_respondent(join, series >> INLINE_BITS) + INLINE_GOALS +
           (series & ((UINT32_C(1) << INLINE_BITS) - 1)) * join->layout->number_bytes;
}

static bool is_goal(const struct join *join, uint32_t series)
{
    return number_at(join->layout, number_of(join, series)) != NO_NAME;
}

/* --- very many goals --- */

/* So many records of a respondent's goals are looked through for one. With more, they go by a table: a file
   that gives every row the same id makes one respondent with all goals of the file. */
#define LOOKED_THROUGH 16

static bool remember_goal(struct join *join, uint32_t respondent, uint32_t series)
{
    const uint32_t key[2] = {respondent, number_at(join->layout, number_of(join, series))};
    uint32_t number;
    if (!names_add(&join->many, (const char *)key, sizeof key, &number) ||
        !array_grow(&join->many_series, &join->many_capacity, (size_t)number + 1,
                    sizeof *join->many_series)) {
        return false;
    }
    join->many_series[number] = series;
    return true;
}

static bool remember_goals(struct join *join, uint32_t respondent)
{
    for (struct goal_cursor goal = goals_of(join, respondent); goal.at != NULL;
         goals_next(join, &goal)) {
        if (!remember_goal(join, respondent, goal.series)) {
            return false;
        }
    }
    join_respondent(join, respondent)->many_goals = true;
    return true;
}

/* The respondent's series of a goal, or NO_NAME; `*looked` is how many records were looked through. */
static uint32_t find_goal(const struct join *join, uint32_t respondent, uint32_t goal,
                          size_t *looked)
{
    const struct join_layout *const layout = join->layout;
    *looked = 0;
    if (join_respondent(join, respondent)->many_goals) {
        const uint32_t key[2] = {respondent, goal};
        const uint32_t number = names_find(&join->many, (const char *)key, sizeof key);
        return number == NO_NAME ? NO_NAME : join->many_series[number];
    }
    for (uint32_t more = more_of(join, respondent); more != 0; ++*looked) {
        const unsigned char *const record = more_record(join, more - 1);
        for (size_t i = 0; i < MORE_GOALS; i++) {
            if (number_at(layout, record + sizeof more + i * layout->number_bytes) == goal) {
                return more_series(more - 1, i);
            }
        }
        more = more_at(record);
    }
    return NO_NAME;
}

/* A place for a goal that does not stand behind its respondent: in the record that came last, or a new one.
   Their order is that of the rows, and means nothing. */
static bool new_goal(struct join *join, uint32_t respondent, uint32_t goal, uint32_t *series)
{
    const uint32_t last = more_of(join, respondent), n = join->n_more;
    if (last != 0 && !is_goal(join, more_series(last - 1, MORE_GOALS - 1))) {
        *series = more_series(last - 1, MORE_GOALS - 1);
    } else {
        const uint32_t more = n + 1;
        if (n >= MORE_SERIES / MORE_GOALS - 1 ||
            !blocks_grow(&join->more_goals, n, join->layout->more_bytes)) {
            return false;
        }
        memcpy(more_record(join, n), &last, sizeof last);
        memcpy(join_respondent(join, respondent) + 1, &more, sizeof more);
        join->n_more++;
        *series = more_series(n, 0);
    }
    number_put(join->layout, number_of(join, *series), goal);
    return true;
}
_Static_assert(MORE_GOALS == 2, "what is not the first of a record is its last");

bool join_add_goal(struct join *join, uint32_t respondent, uint32_t goal, uint32_t *series)
{
    const struct join_layout *const layout = join->layout;
    struct respondent *const r = join_respondent(join, respondent);
    const unsigned char *const at = inline_goal(layout, r, goal);
    size_t looked;
    assert(goal != NO_NAME && number_fits(layout, goal));
    if (at != NULL) {
        const size_t bytes = (size_t)(at - (const unsigned char *)r) - layout->inline_series;
        *series = inline_series(respondent, bytes / layout->series_bytes);
        return true;
    }
    *series = find_goal(join, respondent, goal, &looked);
    if (*series != NO_NAME) {
        return true;
    }
    if (!new_goal(join, respondent, goal, series)) {
        return false;
    }
    return join_respondent(join, respondent)->many_goals ? remember_goal(join, respondent, *series)
           : looked < LOOKED_THROUGH                     ? true
                                                         : remember_goals(join, respondent);
}

bool comes_before(const struct join_rules *rules, uint32_t category, uint32_t other)
{
    return strcmp(names_text(rules->names, category), names_text(rules->names, other)) < 0;
}

/* --- codes of ratings --- */

/* Weights are numbered as they come. */
bool join_new_weight(struct join *join, uint32_t weight, uint32_t *number)
{
    if (!names_add(&join->weight_numbers, (const char *)&weight, sizeof weight, number) ||
        *number >= UINT32_MAX / GAS_N_HALVES ||
        !array_grow(&join->weights, &join->weights_capacity, (size_t)*number + 1,
                    sizeof *join->weights)) {
        return false;
    }
    join->weights[*number] = weight;
    join->n_weights = *number < join->n_weights ? join->n_weights : (size_t)*number + 1;
    *recent_weight(join, weight) = *number;
    return true;
}

/* One series in another layout. */
static void widen_series(const struct join_layout *from, const struct join_layout *to,
                         size_t n_stages, const unsigned char *old, unsigned char *new)
{
    if (from->category_stage > from->category) {
        number_put(to, new + to->category, number_at(from, old + from->category));
    }
    /* The stage of the category, and the flags. */
    memcpy(new + to->category_stage, old + from->category_stage,
           from->codes - from->category_stage);
    for (size_t i = 0; i < n_stages; i++) {
        const uint32_t rating = series_rating(from, old, i);
        code_put(new + to->codes + i * to->stored_bytes,
                 rating == rating_conflict(from->stored_bytes) ? rating_conflict(to->stored_bytes)
                                                               : rating,
                 to->stored_bytes);
    }
    memcpy(new + to->dates, old + from->dates, to->places - to->dates);
    memcpy(new + to->places, old + from->places, to->series_bytes - to->places);
}

/* Records with `head` bytes, numbers of goals and as many series, in another layout. */
struct goal_records {
    size_t head, n, bytes, new_bytes; /* of a record */
    size_t series, new_series;        /* where series begin */
};

static void widen_record(const struct join *join, const struct join_layout *to,
                         const struct goal_records *of, const unsigned char *old,
                         unsigned char *new)
{
    const struct join_layout *const from = join->layout;
    const size_t n_stages = (from->dates - from->codes) / from->stored_bytes;
    memcpy(new, old, of->head);
    for (size_t k = 0; k < of->n; k++) {
        number_put(to, new + of->head + k * to->number_bytes,
                   number_at(from, old + of->head + k * from->number_bytes));
        widen_series(from, to, n_stages, old + of->series + k * from->series_bytes,
                     new + of->new_series + k * to->series_bytes);
    }
}

static bool widen_blocks(const struct join *join, const struct join_layout *to,
                         const struct goal_records *of, const struct blocks *old,
                         uint32_t n_records, struct blocks *new)
{
    for (uint32_t i = 0; i < n_records; i++) {
        if (!blocks_grow(new, i, of->new_bytes)) {
            return false;
        }
        widen_record(join, to, of, block_record(old, i, of->bytes),
                     block_record(new, i, of->new_bytes));
    }
    return true;
}

/* All records in the wide layout. */
static bool widen(struct join *join)
{
    const struct join_layout *const from = join->layout, *const to = from->wide;
    const struct goal_records behind = {.head = join->front + INLINE_GOALS,
                                        .n = from->n_inline,
                                        .bytes = join->record_bytes,
                                        .new_bytes = join->front + to->respondent_bytes,
                                        .series = join->front + from->inline_series,
                                        .new_series = join->front + to->inline_series};
    const struct goal_records more = {.head = sizeof(uint32_t),
                                      .n = MORE_GOALS,
                                      .bytes = from->more_bytes,
                                      .new_bytes = to->more_bytes,
                                      .series = from->more_series,
                                      .new_series = to->more_series};
    struct blocks respondents = {0}, more_goals = {0};
    if (!widen_blocks(join, to, &behind, &join->respondents, join->room, &respondents) ||
        !widen_blocks(join, to, &more, &join->more_goals, join->n_more, &more_goals)) {
        blocks_free(&respondents);
        blocks_free(&more_goals);
        return false;
    }
    blocks_free(&join->respondents);
    blocks_free(&join->more_goals);
    join->respondents = respondents;
    join->more_goals = more_goals;
    join->layout = to;
    join->record_bytes = join->front + to->respondent_bytes;
    return true;
}

bool join_fit(struct join *join, uint32_t goal, uint32_t category, uint32_t code)
{
    const struct join_layout *const layout = join->layout;
    return (number_fits(layout, goal) && number_fits(layout, category) &&
            code_fits(layout, code)) ||
           widen(join);
}

/* --- series --- */

unsigned char *join_series(const struct join *join, uint32_t series)
{
    const struct join_layout *const layout = join->layout;
    const uint32_t n = (uint32_t)layout->n_versions;
    if (layout->is_goals && (series & MORE_SERIES) != 0) {
        const uint32_t i = series & ~MORE_SERIES;
        return more_record(join, i / (uint32_t)MORE_GOALS) + layout->more_series +
               i % MORE_GOALS * layout->series_bytes;
    }
    if (layout->is_goals) {
        return (unsigned char *)join_respondent(join, series >> INLINE_BITS) +
               layout->inline_series +
               (series & ((UINT32_C(1) << INLINE_BITS) - 1)) * layout->series_bytes;
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

/* The earlier of two dates, if there is one. */
static int64_t earlier(int64_t a, int64_t b)
{
    return a == NO_DATE || (b != NO_DATE && b < a) ? b : a;
}

static int64_t date_of_form(const struct join_rules *rules, const struct join_layout *layout,
                            const unsigned char *at, size_t stage)
{
    return series_state(layout, at, stage) == SLOT_EMPTY ? NO_DATE
                                                         : series_date(rules, layout, at, stage);
}

int64_t join_date(const struct join_rules *rules, const struct join *join, uint32_t respondent,
                  size_t stage)
{
    const struct join_layout *const layout = join->layout;
    int64_t earliest = NO_DATE;
    if (layout->is_goals) {
        for (struct goal_cursor goal = goals_of(join, respondent); goal.at != NULL;
             goals_next(join, &goal)) {
            earliest = earlier(earliest, date_of_form(rules, layout, goal.at, stage));
        }
        return earliest;
    }
    for (size_t i = 0; i < layout->n_versions; i++) {
        const unsigned char *const at = join_series(join, version_series(layout, respondent, i));
        earliest = earlier(earliest, date_of_form(rules, layout, at, stage));
    }
    return earliest;
}

/* What a goal takes in the table of very many, nearly. */
#define BYTES_OF_MANY ((size_t)64)

size_t join_bytes(const struct join *join)
{
    const struct join_layout *const layout = join->layout;
    return join->by_id.n * sizeof *join->by_id.numbers +
           (join->respondents.n_blocks * join->record_bytes +
            join->more_goals.n_blocks * layout->more_bytes) *
               BLOCK_RECORDS +
           join->long_id_bytes + join->many_capacity * BYTES_OF_MANY +
           join->pending_capacity * sizeof(struct pending) + join->pending_payloads_capacity;
}

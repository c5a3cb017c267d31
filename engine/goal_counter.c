/* engine/goal_counter.c - see goal_counter.h. Keys are made so that what nearly always occurs together is
   one key: a family's own scores at two stages, a goal's level at its last review and at the end. Respondents
   come cohort by cohort, so that one cohort's table stays near the processor. */
#include "engine/goal_counter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"
#include "scales/gas.h"

/* --- tables of 64-bit keys --- */

struct key_entry {
    uint64_t key; /* 0: free */
    uint64_t value;
};

/* Start with {0}. A power of two of entries, at most five eighths of them taken. */
struct key_table {
    struct key_entry *entries; /* owned */
    size_t n, n_used;
    unsigned shift; /* of a hash, down to an entry */
};
#define FIRST_ENTRIES ((size_t)32)

/* The entry of a key, or the free one where it belongs. */
static inline struct key_entry *entry_of(const struct key_table *table, uint64_t key)
{
    /* Keys differ in few bits, often the upper ones: a rotated sum brings these to where a product spreads
       them. */
    size_t at =
        (size_t)(((key ^ (key << 32 | key >> 32)) * UINT64_C(0x9e3779b97f4a7c15)) >> table->shift);
    while (table->entries[at].key != key && table->entries[at].key != 0) {
        at = (at + 1) & (table->n - 1);
    }
    return &table->entries[at];
}

static bool table_grow(struct key_table *table)
{
    struct key_table larger = {.n = table->n == 0 ? FIRST_ENTRIES : 2 * table->n,
                               .n_used = table->n_used};
    larger.entries = calloc(larger.n, sizeof *larger.entries);
    if (larger.entries == NULL) {
        return false;
    }
    larger.shift = 64 - (unsigned)__builtin_ctzll(larger.n);
    for (size_t i = 0; i < table->n; i++) {
        if (table->entries[i].key != 0) {
            *entry_of(&larger, table->entries[i].key) = table->entries[i];
        }
    }
    free(table->entries);
    *table = larger;
    return true;
}

/* The entry of a key, new if need be. NULL: no memory. */
static struct key_entry *new_entry(struct key_table *table, uint64_t key)
{
    struct key_entry *entry;
    if (8 * (table->n_used + 1) > 5 * table->n && !table_grow(table)) {
        return NULL;
    }
    entry = entry_of(table, key);
    entry->key = key;
    table->n_used++;
    return entry;
}

static inline bool add_key(struct key_table *table, uint64_t key, uint64_t count)
{
    struct key_entry *entry = table->n == 0 ? NULL : entry_of(table, key);
    if (entry == NULL || entry->key == 0) {
        entry = new_entry(table, key);
        if (entry == NULL) {
            return false;
        }
    }
    entry->value += count;
    return true;
}

static void table_free(struct key_table *table)
{
    free(table->entries);
    *table = (struct key_table){0};
}

/* --- keys --- */

/* What a key says, in its upper three bits; never 0. */
enum { KEY_LEVEL = 1, KEY_ENDING, KEY_SCALE, KEY_SHARES, KEY_CHANGE };
#define KEY_KIND_SHIFT 61

/* Bits of one key, from the lowest. */
static inline uint64_t take(uint64_t *key, unsigned bits)
{
    const uint64_t low = *key & ((UINT64_C(1) << bits) - 1);
    *key >>= bits;
    return low;
}

/* Levels in halves are -4 .. 4; none is the least. */
#define HALVES_BITS 4
#define LOWEST (-2 * GAS_HALVES_PER_LEVEL)
#define N_LEVELS (4 * GAS_HALVES_PER_LEVEL + 1)
#define NO_LEVEL N_LEVELS

/* Of a scale: a stage, a later one or these, and two numbers. */
#define STAGE_BITS 6
#define LATER_BITS 7
#define NUMBER_BITS 23
enum { LATER_ONE_STAGE = MAX_STAGES, LATER_NEXT, LATER_NEXT_OF_ALL, LATER_ALL_STAGES };
_Static_assert(MAX_STAGES <= 1 << STAGE_BITS && LATER_ALL_STAGES < 1 << LATER_BITS &&
                   N_GOALS_SCALES <= 4 &&
                   2 + STAGE_BITS + LATER_BITS + 2 * NUMBER_BITS <= KEY_KIND_SHIFT,
               "a scale fits");

static inline uint64_t scale_key(enum goals_scale scale, size_t stage, size_t later,
                                 uint64_t number, uint64_t later_number)
{
    uint64_t key = KEY_SCALE;
    key = key << (KEY_KIND_SHIFT - 2 - STAGE_BITS - LATER_BITS - 2 * NUMBER_BITS);
    key = key << 2 | scale;
    key = key << STAGE_BITS | stage;
    key = key << LATER_BITS | later;
    key = key << NUMBER_BITS | number;
    return key << NUMBER_BITS | later_number;
}

/* Shares: of at most so many goals at each occasion. */
#define SHARE_BITS 6
#define DIMENSION_BITS 5
_Static_assert(GOALS_BY_FLAG + MAX_FLAGS <= 1 << DIMENSION_BITS &&
                   32 + DIMENSION_BITS + 2 * N_GOAL_OCCASIONS * SHARE_BITS <= KEY_KIND_SHIFT,
               "a share fits");
#define CHANGE_BITS 24

/* --- the counter --- */

/* So much is kept before it goes into the tally; and numbers so few that there are as many keys yet. */
#define ROOM ((size_t)6 * 1024 * 1024)
#define MOST_NUMBERS ((size_t)1 << (NUMBER_BITS - 1))

struct goal_counter {
    const struct study *study; /* borrowed */
    uint32_t cohort;           /* of what is counted now; NO_COHORT: none */
    size_t first_scale;
    struct key_table *cohorts; /* owned, n_cohorts */
    size_t n_cohorts;
    struct key_table sums; /* numbers by sums */
    tally_code *codes;     /* owned: by number */
    size_t n_codes, codes_capacity;
    size_t n_entries; /* of all cohorts, when the last began */
    uint64_t *levels; /* owned, of the cohort: [stage][level] */
    uint64_t
        *changes; /* owned: [later stage, at the next review; 0: before with after][level][level] */
};
#define NO_COHORT UINT32_MAX

void goal_counter_free(struct goal_counter *counter)
{
    if (counter == NULL) {
        return;
    }
    for (size_t i = 0; i < counter->n_cohorts; i++) {
        table_free(&counter->cohorts[i]);
    }
    free(counter->cohorts);
    table_free(&counter->sums);
    free(counter->codes);
    free(counter->levels);
    free(counter->changes);
    free(counter);
}

/* Reasons are their own numbers. */
static bool begin_codes(struct goal_counter *counter)
{
    table_free(&counter->sums);
    if (!array_grow(&counter->codes, &counter->codes_capacity, N_REASONS, sizeof *counter->codes)) {
        return false;
    }
    for (counter->n_codes = 0; counter->n_codes < N_REASONS; counter->n_codes++) {
        counter->codes[counter->n_codes] = TALLY_REASON(counter->n_codes);
    }
    return true;
}

struct goal_counter *goal_counter_new(const struct study *study)
{
    struct goal_counter *const counter = calloc(1, sizeof *counter);
    if (counter == NULL) {
        return NULL;
    }
    counter->study = study;
    counter->cohort = NO_COHORT;
    counter->levels = calloc(study->n_stages * N_LEVELS + 1, sizeof *counter->levels);
    counter->changes = calloc(study->n_stages * N_LEVELS * N_LEVELS + 1, sizeof *counter->changes);
    if (counter->levels == NULL || counter->changes == NULL || !begin_codes(counter)) {
        goal_counter_free(counter);
        return NULL;
    }
    return counter;
}

/* --- what is counted --- */

static inline struct key_table *table_now(struct goal_counter *counter)
{
    return &counter->cohorts[counter->cohort];
}

static inline uint64_t level_key(size_t stage, size_t later, size_t level, size_t later_level)
{
    uint64_t key = KEY_LEVEL;
    key = key << (KEY_KIND_SHIFT - STAGE_BITS - LATER_BITS - 2 * HALVES_BITS);
    key = key << STAGE_BITS | stage;
    key = key << LATER_BITS | later;
    key = key << HALVES_BITS | level;
    return key << HALVES_BITS | later_level;
}

/* Brings the levels of the cohort into its table. */
static bool pour_levels(struct goal_counter *counter)
{
    const struct study *const study = counter->study;
    struct key_table *const table = counter->cohort == NO_COHORT ? NULL : table_now(counter);
    for (size_t i = 0; table != NULL && i < study->n_stages * N_LEVELS; i++) {
        if (counter->levels[i] != 0 &&
            !add_key(table, level_key(i / N_LEVELS, LATER_ONE_STAGE, i % N_LEVELS, 0),
                     counter->levels[i])) {
            return false;
        }
        counter->levels[i] = 0;
    }
    for (size_t i = 0; table != NULL && i < study->n_stages * N_LEVELS * N_LEVELS; i++) {
        const size_t later = i / N_LEVELS / N_LEVELS;
        if (counter->changes[i] == 0) {
            continue;
        }
        if (!add_key(table,
                     level_key(later == 0 ? study->before : later - 1,
                               later == 0 ? study->after : later, i / N_LEVELS % N_LEVELS,
                               i % N_LEVELS),
                     counter->changes[i])) {
            return false;
        }
        counter->changes[i] = 0;
    }
    return true;
}

bool goal_counter_begin(struct goal_counter *counter, uint32_t cohort, size_t first_scale,
                        struct tally *tally, struct family_tally *families)
{
    if (counter->cohort == cohort && counter->first_scale == first_scale &&
        counter->n_codes < MOST_NUMBERS) {
        return true;
    }
    if (!pour_levels(counter)) {
        return false;
    }
    counter->n_entries += counter->cohort == NO_COHORT ? 0 : table_now(counter)->n;
    if (counter->first_scale != first_scale || counter->n_codes >= MOST_NUMBERS ||
        (counter->n_entries + counter->sums.n) * sizeof(struct key_entry) > ROOM) {
        if (!goal_counter_finish(counter, tally, families)) {
            return false;
        }
    }
    if (!array_grow(&counter->cohorts, &counter->n_cohorts, (size_t)cohort + 1,
                    sizeof *counter->cohorts)) {
        return false;
    }
    counter->cohort = cohort;
    counter->first_scale = first_scale;
    /* It will be counted again, with what it grew by. */
    counter->n_entries -= table_now(counter)->n;
    return true;
}

bool goal_counter_known(const struct goal_counter *counter, uint64_t sums, uint32_t *number)
{
    const struct key_entry *entry;
    assert(sums != 0);
    if (counter->sums.n == 0) {
        return false;
    }
    entry = entry_of(&counter->sums, sums);
    *number = (uint32_t)entry->value;
    return entry->key != 0;
}

bool goal_counter_learn(struct goal_counter *counter, uint64_t sums, tally_code code,
                        uint32_t *number)
{
    struct key_entry *entry;
    if (!array_grow(&counter->codes, &counter->codes_capacity, counter->n_codes + 1,
                    sizeof *counter->codes)) {
        return false;
    }
    entry = new_entry(&counter->sums, sums);
    if (entry == NULL) {
        return false;
    }
    entry->value = counter->n_codes;
    *number = (uint32_t)counter->n_codes;
    counter->codes[counter->n_codes++] = code;
    return true;
}

tally_code goal_counter_code(const struct goal_counter *counter, uint32_t number)
{
    return counter->codes[number];
}

void goal_counter_level(struct goal_counter *counter, size_t stage, int32_t halves)
{
    counter->levels[stage * N_LEVELS + (size_t)(halves - LOWEST)]++;
}

void goal_counter_levels(struct goal_counter *counter, size_t stage, size_t later, int32_t halves,
                         int32_t later_halves)
{
    const bool is_pair = stage == counter->study->before && later == counter->study->after;
    counter->changes[((is_pair ? 0 : later) * N_LEVELS + (size_t)(halves - LOWEST)) * N_LEVELS +
                     (size_t)(later_halves - LOWEST)]++;
}

bool goal_counter_ending(struct goal_counter *counter, uint32_t category, uint32_t flags,
                         const int16_t halves[N_GOAL_OCCASIONS])
{
    uint64_t key = KEY_ENDING;
    key =
        key << (KEY_KIND_SHIFT - 32 - MAX_FLAGS - N_GOAL_OCCASIONS * HALVES_BITS) << 32 | category;
    key = key << MAX_FLAGS | flags;
    for (size_t i = 0; i < N_GOAL_OCCASIONS; i++) {
        key = key << HALVES_BITS |
              (halves[i] == GOAL_NOT_REVIEWED ? NO_LEVEL : (unsigned)(halves[i] - LOWEST));
    }
    return add_key(table_now(counter), key, 1);
}

bool goal_counter_stages(struct goal_counter *counter, enum goals_scale scale,
                         const uint32_t numbers[])
{
    struct key_table *const table = table_now(counter);
    const size_t n = counter->study->n_stages;
    bool everywhere = true, done = true;
    for (size_t i = 0; i < n; i++) {
        everywhere = everywhere && numbers[i] >= N_REASONS;
    }
    for (size_t i = 0; i + 1 < n && done; i += 2) {
        done = add_key(table,
                       scale_key(scale, i, everywhere ? LATER_NEXT_OF_ALL : LATER_NEXT, numbers[i],
                                 numbers[i + 1]),
                       1);
    }
    if (n % 2 == 1 && done) {
        done = add_key(table, scale_key(scale, n - 1, LATER_ONE_STAGE, numbers[n - 1], 0), 1) &&
               (!everywhere ||
                add_key(table, scale_key(scale, n - 1, LATER_ALL_STAGES, numbers[n - 1], 0), 1));
    }
    return done;
}

bool goal_counter_pair(struct goal_counter *counter, enum goals_scale scale, size_t stage,
                       size_t later, uint32_t number, uint32_t later_number)
{
    return add_key(table_now(counter), scale_key(scale, stage, later, number, later_number), 1);
}

static bool add_sum(struct family_tally *families, const struct family_sum *of, uint32_t cohort,
                    uint64_t members, int64_t sum, uint64_t count)
{
    return members == 0 || family_tally_add(families, &(struct family_cell){.of = *of,
                                                                            .cohort = cohort,
                                                                            .members = members,
                                                                            .sum = sum,
                                                                            .count = count});
}

/* A share as the sums of a family, for each occasion. */
static bool add_share(const struct goal_share *share, uint32_t cohort, uint64_t count,
                      struct family_tally *families)
{
    bool done = true;
    for (size_t i = 0; i < N_GOAL_OCCASIONS && done; i++) {
        struct family_sum of = share->of;
        of.stage = (uint8_t)i;
        done = add_sum(families, &of, cohort, share->n[i], (int64_t)share->attained[i], count);
    }
    return done;
}

bool goal_counter_share(struct goal_counter *counter, const struct goal_share *share,
                        struct family_tally *families)
{
    uint64_t key = KEY_SHARES;
    key = key << (KEY_KIND_SHIFT - 32 - DIMENSION_BITS - 2 * N_GOAL_OCCASIONS * SHARE_BITS);
    key = key << DIMENSION_BITS | (share->of.later - (unsigned)FAMILY_ATTAINED);
    key = key << 32 | share->of.about;
    for (size_t i = 0; i < N_GOAL_OCCASIONS; i++) {
        if (share->n[i] >> SHARE_BITS != 0) { /* so many are none's but a file's with one id */
            return add_share(share, counter->cohort, 1, families);
        }
        key = (key << SHARE_BITS | share->n[i]) << SHARE_BITS | share->attained[i];
    }
    return add_key(table_now(counter), key, 1);
}

static struct family_sum change_of(const struct goal_counter *counter)
{
    return (struct family_sum){.scale = (uint16_t)(counter->first_scale + GOALS_LEVEL),
                               .stage = (uint8_t)counter->study->before,
                               .later = (uint8_t)counter->study->after};
}

bool goal_counter_change(struct goal_counter *counter, uint64_t n, int64_t sum,
                         struct family_tally *families)
{
    /* A change is at most 8 halves, so that the sum has four bits more than the number, one of them for
       its sign. */
    const uint64_t limit = UINT64_C(1) << (CHANGE_BITS - 5);
    const struct family_sum of = change_of(counter);
    if (n >= limit) {
        return add_sum(families, &of, counter->cohort, n, sum, 1);
    }
    return add_key(table_now(counter),
                   (uint64_t)KEY_CHANGE << KEY_KIND_SHIFT | n << CHANGE_BITS |
                       (uint64_t)(sum + (INT64_C(1) << (CHANGE_BITS - 1))),
                   1);
}

/* --- cells --- */

/* Where the cells of a cohort go. */
struct cells_into {
    const struct goal_counter *counter;
    uint32_t cohort;
    struct tally *tally;
    struct family_tally *families;
    struct key_table margins; /* owned: stages by themselves */
};

static bool add_cells(const struct cells_into *into, const struct tally_cell *cell, uint64_t count)
{
    bool done = true;
    while (count > 0 && done) { /* of 2^32 the tally will say that they are too many */
        const uint32_t some = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
        done = tally_add(into->tally, cell, some);
        count -= some;
    }
    return done;
}

static uint16_t later_of(uint64_t later)
{
    return later == LATER_ONE_STAGE    ? TALLY_ONE_STAGE
           : later == LATER_ALL_STAGES ? TALLY_ALL_STAGES
                                       : (uint16_t)later;
}

static bool add_levels(const struct cells_into *into, uint64_t key, uint64_t count)
{
    struct tally_cell cell = {.cohort = into->cohort,
                              .scale = (uint16_t)(into->counter->first_scale + GOALS_LEVEL)};
    cell.later_code = (tally_code)take(&key, HALVES_BITS) + LOWEST;
    cell.code = (tally_code)take(&key, HALVES_BITS) + LOWEST;
    cell.later = later_of(take(&key, LATER_BITS));
    cell.stage = (uint16_t)take(&key, STAGE_BITS);
    cell.later_code = cell.later == TALLY_ONE_STAGE ? 0 : cell.later_code;
    return add_cells(into, &cell, count);
}

static bool add_ending(const struct cells_into *into, uint64_t key, uint64_t count)
{
    int16_t halves[N_GOAL_OCCASIONS];
    struct goal_cell cell = {.cohort = into->cohort};
    bool done = true;
    for (size_t i = N_GOAL_OCCASIONS; i-- > 0;) {
        const uint64_t level = take(&key, HALVES_BITS);
        halves[i] = level == NO_LEVEL ? GOAL_NOT_REVIEWED : (int16_t)((int)level + LOWEST);
    }
    cell.flags = (uint32_t)take(&key, MAX_FLAGS);
    cell.category = (uint32_t)take(&key, 32);
    for (size_t i = 0; i < N_GOAL_OCCASIONS && done; i++) {
        cell.occasion = (uint16_t)i;
        cell.halves = halves[i];
        done = tally_add_goal(into->tally, &cell, count);
    }
    return done;
}

static bool add_shares(const struct cells_into *into, uint64_t key, uint64_t count)
{
    struct goal_share share = {
        .of = {.scale = (uint16_t)(into->counter->first_scale + GOALS_LEVEL)}};
    for (size_t i = N_GOAL_OCCASIONS; i-- > 0;) {
        share.attained[i] = take(&key, SHARE_BITS);
        share.n[i] = take(&key, SHARE_BITS);
    }
    share.of.about = (uint32_t)take(&key, 32);
    share.of.later = (uint8_t)(FAMILY_ATTAINED + take(&key, DIMENSION_BITS));
    return add_share(&share, into->cohort, count, into->families);
}

static bool add_change(const struct cells_into *into, uint64_t key, uint64_t count)
{
    const struct family_sum of = change_of(into->counter);
    const int64_t sum = (int64_t)take(&key, CHANGE_BITS) - (INT64_C(1) << (CHANGE_BITS - 1));
    return add_sum(into->families, &of, into->cohort, take(&key, CHANGE_BITS), sum, count);
}

/* Scores at stages side by side are those of each stage, which have few different ones. */
static bool add_scale(struct cells_into *into, uint64_t key, uint64_t count)
{
    uint64_t rest = key;
    const uint64_t later_number = take(&rest, NUMBER_BITS), number = take(&rest, NUMBER_BITS);
    const uint64_t later = take(&rest, LATER_BITS), stage = take(&rest, STAGE_BITS);
    const enum goals_scale scale = (enum goals_scale)take(&rest, 2);
    const tally_code *const codes = into->counter->codes;
    struct key_table *const margins = &into->margins;
    struct tally_cell cell = {.cohort = into->cohort,
                              .scale = (uint16_t)(into->counter->first_scale + scale),
                              .stage = (uint16_t)stage,
                              .later = later_of(later),
                              .code = codes[number]};
    if (later == LATER_NEXT || later == LATER_NEXT_OF_ALL) {
        bool done =
            add_key(margins, scale_key(scale, stage, LATER_ONE_STAGE, number, 0), count) &&
            add_key(margins, scale_key(scale, stage + 1, LATER_ONE_STAGE, later_number, 0), count);
        return done &&
               (later == LATER_NEXT ||
                (add_key(margins, scale_key(scale, stage, LATER_ALL_STAGES, number, 0), count) &&
                 add_key(margins, scale_key(scale, stage + 1, LATER_ALL_STAGES, later_number, 0),
                         count)));
    }
    cell.later_code = later < MAX_STAGES ? codes[later_number] : 0;
    return add_cells(into, &cell, count);
}

static bool add_table(struct cells_into *into, const struct key_table *table)
{
    bool done = true;
    for (size_t i = 0; i < table->n && done; i++) {
        const uint64_t key = table->entries[i].key, count = table->entries[i].value;
        switch (key >> KEY_KIND_SHIFT) {
        case KEY_LEVEL:
            done = add_levels(into, key, count);
            break;
        case KEY_ENDING:
            done = add_ending(into, key, count);
            break;
        case KEY_SCALE:
            done = add_scale(into, key, count);
            break;
        case KEY_SHARES:
            done = add_shares(into, key, count);
            break;
        case KEY_CHANGE:
            done = add_change(into, key, count);
            break;
        default:
            assert(key == 0);
        }
    }
    return done;
}

bool goal_counter_finish(struct goal_counter *counter, struct tally *tally,
                         struct family_tally *families)
{
    bool done = pour_levels(counter);
    counter->cohort = NO_COHORT;
    for (size_t i = 0; i < counter->n_cohorts && done; i++) {
        struct cells_into into = {counter, (uint32_t)i, tally, families, {0}};
        done = add_table(&into, &counter->cohorts[i]);
        table_free(&counter->cohorts[i]);
        if (done) {
            const struct key_table margins = into.margins;
            into.margins = (struct key_table){0};
            done = add_table(&into, &margins);
            into.margins = margins;
        }
        table_free(&into.margins);
    }
    counter->n_entries = 0;
    return done && begin_codes(counter);
}

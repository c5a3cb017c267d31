/* engine/goal_cells.c - cells of what a goal_counter counted, cohort by cohort. Those of the tally are put in
   order by the ranks of their codes, which are small numbers, so that two codes and where they stand are one
   number. */
#include "engine/goal_cells.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"

#define LOWEST (-2 * GAS_HALVES_PER_LEVEL)

/* --- sums of families --- */

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
bool goal_share_add(const struct goal_share *share, uint32_t cohort, uint64_t count,
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

bool goal_change_add(const struct goal_keys *keys, uint32_t cohort, uint64_t n, int64_t sum,
                     uint64_t count, struct family_tally *families)
{
    const struct family_sum of = {.scale = (uint16_t)(keys->first_scale + GOALS_LEVEL),
                                  .stage = (uint8_t)keys->study->before,
                                  .later = (uint8_t)keys->study->after};
    return add_sum(families, &of, cohort, n, sum, count);
}

/* --- where cells go --- */

/* Where cells go, and the room that it takes to put those of a cohort in order. */
struct cells_into {
    const struct goal_keys *keys;
    struct tally *tally;
    struct family_tally *families;
    uint32_t cohort;
    uint32_t *ranks;   /* owned, as is the rest: of codes, by number */
    tally_code *codes; /* by rank */
    unsigned rank_bits;
    struct key_table margins;              /* keys of stages by themselves, of the cohort */
    struct pair_sums sums[N_GOALS_SCALES]; /* of the first two stages */
    struct key_entry *items; /* n_items: where a cell belongs in the order, and its count */
    struct key_entry *spare;
    struct cells cells;
    size_t n_items, items_capacity, spare_capacity;
};

static void cells_into_free(struct cells_into *into)
{
    free(into->ranks);
    free(into->codes);
    key_table_free(&into->margins);
    free(into->items);
    free(into->spare);
    cells_free(&into->cells);
}

static bool find_ranks(struct cells_into *into)
{
    const size_t n = into->keys->n_codes;
    struct key_entry *const order = calloc(2 * n, sizeof *order);
    into->ranks = calloc(n, sizeof *into->ranks);
    into->codes = calloc(n, sizeof *into->codes);
    if (order != NULL && into->ranks != NULL && into->codes != NULL) {
        for (size_t i = 0; i < n; i++) { /* the least code becomes 0 */
            order[i].key = (uint64_t)into->keys->codes[i] ^ UINT64_C(1) << 63;
            order[i].value = i;
        }
        key_entries_sort(order, n, order + n);
        for (size_t i = 0; i < n; i++) {
            into->ranks[order[i].value] = (uint32_t)i;
            into->codes[i] = into->keys->codes[order[i].value];
        }
    }
    free(order);
    for (into->rank_bits = LEVEL_BITS; n >> into->rank_bits != 0;) {
        into->rank_bits++;
    }
    return order != NULL && into->ranks != NULL && into->codes != NULL;
}

/* --- cells of the tally --- */

/* Notes how many are counted in a cell. Its codes are given by their ranks; levels are their own. */
static bool note_cell(struct cells_into *into, enum goals_scale scale, uint64_t stage,
                      uint64_t later, uint64_t rank, uint64_t later_rank, uint64_t count)
{
    const uint64_t place = (uint64_t)scale << 16 | stage << 8 | later;
    if (!array_grow(&into->items, &into->items_capacity, into->n_items + 1, sizeof *into->items)) {
        return false;
    }
    into->items[into->n_items++] = (struct key_entry){
        (place << into->rank_bits | rank) << into->rank_bits | later_rank, count};
    return true;
}

static tally_code code_of(const struct cells_into *into, enum goals_scale scale, uint64_t rank)
{
    return scale == GOALS_LEVEL ? (tally_code)rank + LOWEST : into->codes[rank];
}

static struct cell_count cell_of(const struct cells_into *into, uint64_t place)
{
    const uint64_t later_rank = key_take(&place, into->rank_bits);
    const uint64_t rank = key_take(&place, into->rank_bits);
    struct cell_count cell = {.later = (uint8_t)key_take(&place, 8)};
    cell.stage = (uint8_t)key_take(&place, 8);
    const enum goals_scale scale = (enum goals_scale)place;
    cell.scale = (uint16_t)(into->keys->first_scale + scale);
    cell.code = code_of(into, scale, rank);
    cell.later_code = cell.later < MAX_STAGES ? code_of(into, scale, later_rank) : 0;
    return cell;
}

/* Puts what was noted of a cohort into the tally, in order, what was noted of one cell as one. */
static bool put_cells(struct cells_into *into)
{
    struct cells_writer writer;
    if (!array_grow(&into->spare, &into->spare_capacity, into->n_items, sizeof *into->spare)) {
        return false;
    }
    cells_empty(&into->cells);
    cells_begin(&writer, &into->cells);
    key_entries_sort(into->items, into->n_items, into->spare);
    for (size_t i = 0, same; i < into->n_items; i = same) {
        uint64_t count = 0;
        struct cell_count cell;
        for (same = i; same < into->n_items && into->items[same].key == into->items[i].key;
             same++) {
            count += into->items[same].value;
        }
        cell = cell_of(into, into->items[i].key);
        cell.count = (uint32_t)count;
        cells_put(&writer, &cell);
        into->tally->overflow = into->tally->overflow || count > UINT32_MAX;
    }
    into->n_items = 0;
    return cells_end(&writer) && tally_put(into->tally, into->cohort, &into->cells);
}

static bool add_level(struct cells_into *into, uint64_t key, uint64_t count)
{
    const uint64_t later_level = key_take(&key, LEVEL_BITS), level = key_take(&key, LEVEL_BITS);
    const uint64_t later = key_take(&key, LATER_BITS), stage = key_take(&key, STAGE_BITS);
    return note_cell(into, GOALS_LEVEL, stage, later == LATER_ONE_STAGE ? TALLY_ONE_STAGE : later,
                     level, later_level, count);
}

/* Scores at stages side by side are those of each stage, which have few different ones, and maybe a pair. */
static bool add_beside(struct cells_into *into, enum goals_scale scale, uint64_t stage,
                       unsigned said, const uint64_t numbers[2], uint64_t count)
{
    const size_t n_stages = into->keys->study->n_stages;
    bool done = true;
    for (size_t i = 0; i < 2 && stage + i < n_stages && done; i++) {
        done =
            key_table_add(&into->margins,
                          key_of_scale(scale, stage + i, LATER_ONE_STAGE, numbers[i], 0), count) &&
            ((said & BESIDE_EVERYWHERE) == 0 ||
             key_table_add(&into->margins,
                           key_of_scale(scale, stage + i, LATER_ALL_STAGES, numbers[i], 0), count));
    }
    if (study_pairs_say_all(into->keys->study)) {
        pair_sums_add(&into->sums[scale], into->keys->codes[numbers[0]],
                      into->keys->codes[numbers[1]], count);
    }
    return done && ((said & BESIDE_COMPARED) == 0 ||
                    note_cell(into, scale, stage, stage + 1, into->ranks[numbers[0]],
                              into->ranks[numbers[1]], count));
}

static bool add_scale(struct cells_into *into, uint64_t key, uint64_t count)
{
    const uint64_t later_number = key_take(&key, NUMBER_BITS), number = key_take(&key, NUMBER_BITS);
    const uint64_t later = key_take(&key, LATER_BITS), stage = key_take(&key, STAGE_BITS);
    const enum goals_scale scale = (enum goals_scale)key_take(&key, 2);
    if (later >= LATER_BESIDE) {
        return add_beside(into, scale, stage, (unsigned)(later - LATER_BESIDE),
                          (const uint64_t[]){number, later_number}, count);
    }
    return note_cell(into, scale, stage,
                     later == LATER_ONE_STAGE    ? TALLY_ONE_STAGE
                     : later == LATER_ALL_STAGES ? TALLY_ALL_STAGES
                                                 : later,
                     into->ranks[number], later < MAX_STAGES ? into->ranks[later_number] : 0,
                     count);
}

/* --- other cells --- */

static bool add_ending(const struct cells_into *into, uint64_t key, uint64_t count)
{
    uint64_t levels[N_GOAL_OCCASIONS];
    struct goal_cell cell = {.cohort = into->cohort};
    bool done = true;
    for (size_t i = N_GOAL_OCCASIONS; i-- > 0;) {
        levels[i] = key_take(&key, LEVEL_BITS);
    }
    cell.flags = (uint32_t)key_take(&key, MAX_FLAGS);
    cell.category = (uint32_t)key_take(&key, 32);
    for (size_t i = 0; i < N_GOAL_OCCASIONS && done; i++) {
        cell.occasion = (uint16_t)i;
        cell.halves =
            levels[i] == NO_GOAL_LEVEL ? GOAL_NOT_REVIEWED : (int16_t)((int)levels[i] + LOWEST);
        done = tally_add_goal(into->tally, &cell, count);
    }
    return done;
}

static bool add_shares(const struct cells_into *into, uint64_t key, uint64_t count)
{
    struct goal_share share = {.of = {.scale = (uint16_t)(into->keys->first_scale + GOALS_LEVEL)}};
    for (size_t i = N_GOAL_OCCASIONS; i-- > 0;) {
        share.attained[i] = key_take(&key, SHARE_BITS);
        share.n[i] = key_take(&key, SHARE_BITS);
    }
    share.of.about = (uint32_t)key_take(&key, 32);
    share.of.later = (uint8_t)(FAMILY_ATTAINED + key_take(&key, DIMENSION_BITS));
    return goal_share_add(&share, into->cohort, count, into->families);
}

static bool add_change(const struct cells_into *into, uint64_t key, uint64_t count)
{
    const int64_t sum = (int64_t)key_take(&key, CHANGE_BITS) - (INT64_C(1) << (CHANGE_BITS - 1));
    return goal_change_add(into->keys, into->cohort, key_take(&key, CHANGE_BITS), sum, count,
                           into->families);
}

/* --- all of them --- */

static bool add_key(struct cells_into *into, uint64_t key, uint64_t count)
{
    switch (key >> KEY_KIND_SHIFT) {
    case KEY_LEVEL:
        return add_level(into, key, count);
    case KEY_ENDING:
        return add_ending(into, key, count);
    case KEY_SCALE:
        return add_scale(into, key, count);
    case KEY_SHARES:
        return add_shares(into, key, count);
    case KEY_CHANGE:
        return add_change(into, key, count);
    default:
        assert(key == 0);
        return true;
    }
}

static bool add_table(struct cells_into *into, const struct key_table *table)
{
    bool done = true;
    for (size_t i = 0; i < table->n && done; i++) {
        done = add_key(into, table->entries[i].key, table->entries[i].value);
    }
    return done;
}

static bool add_pair_sums(struct cells_into *into)
{
    bool done = true;
    for (size_t i = 0; i < N_GOALS_SCALES && done; i++) {
        done = patterns_add_pair_sums(&into->tally->patterns, into->cohort,
                                      into->keys->first_scale + i, &into->sums[i]);
        into->sums[i] = (struct pair_sums){0};
    }
    return done;
}

/* Adds the keys of the stages by themselves, which have no such keys, and keeps their room for another cohort. */
static bool add_margins(struct cells_into *into)
{
    struct key_table *const margins = &into->margins;
    const bool done = add_table(into, margins);
    if (margins->n > 0) {
        memset(margins->entries, 0, margins->n * sizeof *margins->entries);
    }
    margins->n_used = 0;
    return done;
}

bool goal_cells_make(struct goal_keys *keys, struct tally *tally, struct family_tally *families)
{
    struct cells_into into = {.keys = keys, .tally = tally, .families = families};
    bool done = find_ranks(&into);
    for (size_t i = 0; i < keys->n_cohorts && done; i++) {
        into.cohort = (uint32_t)i;
        done =
            keys->cohorts[i].n == 0 || (add_table(&into, &keys->cohorts[i]) && add_margins(&into) &&
                                        add_pair_sums(&into) && put_cells(&into));
        key_table_free(&keys->cohorts[i]);
    }
    cells_into_free(&into);
    return done;
}

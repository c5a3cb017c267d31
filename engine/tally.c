/* engine/tally.c - while counting, cells are found by hash and stand in the order in which they
   were first met; tally_sort() makes the one order that everything else relies on. Sorting comes
   once for millions of respondents, since they share a few thousand cells. */
#include "engine/tally.h"

#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"

#define EMPTY UINT32_MAX

/* Field by field, as memcmp() would also compare the padding; the count is no part of what a cell
   is. */
static bool same_cell(const struct tally_cell *a, const struct tally_cell *b)
{
    return a->cohort == b->cohort && a->scale == b->scale && a->stage == b->stage &&
           a->later == b->later && a->code == b->code && a->later_code == b->later_code;
}

/* Multiplies and folds the fields (the constants are those of splitmix64's finaliser). */
static size_t cell_hash(const struct tally_cell *cell)
{
    uint64_t hash = ((uint64_t)cell->cohort << 32) ^ ((uint64_t)cell->scale << 16) ^
                    ((uint64_t)cell->stage << 24) ^ cell->later;
    hash = (hash ^ (uint64_t)cell->code) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = ((hash ^ (hash >> 29)) + (uint64_t)cell->later_code) * UINT64_C(0x94d049bb133111eb);
    return (size_t)(hash ^ (hash >> 31));
}

static size_t slot_of(const struct tally *tally, const struct tally_cell *cell)
{
    /* n_slots is a power of two. make_room() always leaves a free slot, where the search ends. */
    size_t slot = cell_hash(cell) & (tally->n_slots - 1);
    while (tally->slots[slot] != EMPTY && !same_cell(&tally->cells[tally->slots[slot]], cell)) {
        slot = (slot + 1) & (tally->n_slots - 1);
    }
    return slot;
}

/* Keeps at least half of the slots free. */
static bool make_room(struct tally *tally)
{
    const size_t n_slots = tally->n_slots == 0 ? 1024 : 2 * tally->n_slots;
    uint32_t *slots;
    if (2 * tally->n_cells < tally->n_slots) {
        return true;
    }
    /* Slots hold 32 bits, and EMPTY must not become a place. */
    if (tally->n_cells >= EMPTY / 2) {
        return false;
    }
    slots = malloc(n_slots * sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    /* EMPTY is 0xff in every byte. */
    memset(slots, 0xff, n_slots * sizeof *slots);
    free(tally->slots);
    tally->slots = slots;
    tally->n_slots = n_slots;
    for (size_t i = 0; i < tally->n_cells; i++) {
        slots[slot_of(tally, &tally->cells[i])] = (uint32_t)i;
    }
    return true;
}

bool tally_count(struct tally *tally, const struct tally_cell *cell)
{
    size_t slot;
    if (!make_room(tally)) {
        return false;
    }
    slot = slot_of(tally, cell);
    if (tally->slots[slot] == EMPTY) {
        if (!array_grow(&tally->cells, &tally->cells_capacity, tally->n_cells + 1,
                        sizeof *tally->cells)) {
            return false;
        }
        tally->slots[slot] = (uint32_t)tally->n_cells;
        tally->cells[tally->n_cells] = *cell;
        tally->cells[tally->n_cells++].count = 0;
    }
    tally->cells[tally->slots[slot]].count += cell->count;
    return true;
}

/* Goals are not looked up while counting: each is its own cell until tally_sort() merges them. */
bool tally_count_goal(struct tally *tally, const struct goal_cell *cell)
{
    if (!array_grow(&tally->goals, &tally->goals_capacity, tally->n_goals + 1,
                    sizeof *tally->goals)) {
        return false;
    }
    tally->goals[tally->n_goals++] = *cell;
    return true;
}

#define ORDER(field)                         \
    if (x->field != y->field) {              \
        return x->field < y->field ? -1 : 1; \
    }

/* Cohort, scale and stages come first, so that what tally_find() returns is one run; then the
   codes, so that its scores and pairs ascend. Reasons, being the least codes, stand before all
   scores. */
static int cell_compare(const void *a, const void *b)
{
    const struct tally_cell *const x = a, *const y = b;
    ORDER(cohort)
    ORDER(scale)
    ORDER(stage)
    ORDER(later)
    ORDER(code)
    ORDER(later_code)
    return 0;
}

/* Cohort first: the goals of a group are one run (compute_goals.c). */
static int goal_compare(const void *a, const void *b)
{
    const struct goal_cell *const x = a, *const y = b;
    ORDER(cohort)
    ORDER(category)
    ORDER(flags)
    ORDER(occasion)
    ORDER(halves)
    return 0;
}

#undef ORDER

void tally_sort(struct tally *tally)
{
    size_t n = 0;
    if (tally->n_cells > 0) {
        /* cells[n] is the last cell kept so far. Cells that coarsening has made equal are
           neighbours now. */
        qsort(tally->cells, tally->n_cells, sizeof *tally->cells, cell_compare);
        for (size_t i = 1; i < tally->n_cells; i++) {
            if (same_cell(&tally->cells[n], &tally->cells[i])) {
                tally->cells[n].count += tally->cells[i].count;
            } else {
                tally->cells[++n] = tally->cells[i];
            }
        }
        tally->n_cells = n + 1;
    }
    n = 0;
    if (tally->n_goals > 0) {
        qsort(tally->goals, tally->n_goals, sizeof *tally->goals, goal_compare);
        for (size_t i = 1; i < tally->n_goals; i++) {
            if (goal_compare(&tally->goals[n], &tally->goals[i]) == 0) {
                tally->goals[n].count += tally->goals[i].count;
            } else {
                tally->goals[++n] = tally->goals[i];
            }
        }
        tally->n_goals = n + 1;
    }
    free(tally->slots); /* it names places that have changed */
    tally->slots = NULL;
    tally->n_slots = 0;
}

bool tally_coarsen(const struct tally *tally, const uint32_t group_of[], struct tally *out)
{
    *out = (struct tally){0};
    /* No cells need no room: array_grow() is then content with no array at all. */
    if (!array_grow(&out->cells, &out->cells_capacity, tally->n_cells, sizeof *out->cells) ||
        !array_grow(&out->goals, &out->goals_capacity, tally->n_goals, sizeof *out->goals)) {
        tally_free(out);
        return false;
    }
    for (size_t i = 0; i < tally->n_cells; i++) {
        out->cells[i] = tally->cells[i];
        out->cells[i].cohort = group_of[tally->cells[i].cohort];
    }
    for (size_t i = 0; i < tally->n_goals; i++) {
        out->goals[i] = tally->goals[i];
        out->goals[i].cohort = group_of[tally->goals[i].cohort];
    }
    out->n_cells = tally->n_cells;
    out->n_goals = tally->n_goals;
    tally_sort(out);
    return true;
}

/* < 0 when the cell comes before the first of (cohort, scale, stage, later), else >= 0. */
static int before_range(const struct tally_cell *cell, const struct tally_cell *wanted)
{
    if (cell->cohort != wanted->cohort) {
        return cell->cohort < wanted->cohort ? -1 : 1;
    }
    if (cell->scale != wanted->scale) {
        return cell->scale < wanted->scale ? -1 : 1;
    }
    if (cell->stage != wanted->stage) {
        return cell->stage < wanted->stage ? -1 : 1;
    }
    return cell->later < wanted->later ? -1 : cell->later > wanted->later ? 1 : 0;
}

const struct tally_cell *tally_find(const struct tally *tally, uint32_t cohort, size_t scale,
                                    size_t stage, size_t later, size_t *n)
{
    const struct tally_cell wanted = {.cohort = cohort,
                                      .scale = (uint16_t)scale,
                                      .stage = (uint16_t)stage,
                                      .later = (uint16_t)later};
    size_t low = 0, high = tally->n_cells, end;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (before_range(&tally->cells[middle], &wanted) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    end = low;
    while (end < tally->n_cells && before_range(&tally->cells[end], &wanted) == 0) {
        end++;
    }
    *n = end - low;
    return *n == 0 ? NULL : tally->cells + low; /* no arithmetic on no cells at all */
}

size_t tally_scores(const struct tally_cell cells[], size_t n, struct score_count out[])
{
    size_t written = 0;
    for (size_t i = 0; i < n; i++) {
        if (!tally_is_score(cells[i].code)) {
            continue;
        }
        if (written > 0 && out[written - 1].score == cells[i].code) {
            out[written - 1].count += cells[i].count;
        } else {
            out[written++] = (struct score_count){cells[i].code, cells[i].count};
        }
    }
    return written;
}

size_t tally_pairs(const struct tally_cell cells[], size_t n, struct pair_count out[])
{
    size_t written = 0;
    for (size_t i = 0; i < n; i++) {
        if (tally_is_score(cells[i].code) && tally_is_score(cells[i].later_code)) {
            out[written++] =
                (struct pair_count){cells[i].code, cells[i].later_code, cells[i].count};
        }
    }
    return written;
}

bool tally_merge(struct tally *into, const struct tally *from)
{
    if (!array_grow(&into->cells, &into->cells_capacity, into->n_cells + from->n_cells,
                    sizeof *into->cells) ||
        !array_grow(&into->goals, &into->goals_capacity, into->n_goals + from->n_goals,
                    sizeof *into->goals)) {
        return false;
    }
    for (size_t i = 0; i < from->n_cells; i++) {
        into->cells[into->n_cells++] = from->cells[i];
    }
    for (size_t i = 0; i < from->n_goals; i++) {
        into->goals[into->n_goals++] = from->goals[i];
    }
    tally_sort(into);
    return true;
}

void tally_free(struct tally *tally)
{
    free(tally->cells);
    free(tally->goals);
    free(tally->slots);
    *tally = (struct tally){0};
}

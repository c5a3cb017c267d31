/* engine/tally.c - respondents are counted by writing down where, cohort by cohort, and not by
   looking for the cell: of many cohorts no table of cells stays in the processor's cache, but the
   end of one cohort's list does while a respondent is counted there some twenty times. Now and then
   a list is put in order, which makes one cell of equal ones, so that it stays short. */
#include "engine/tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"

/* The largest list; its places are 32 bits. */
#define MOST_CELLS (UINT32_MAX / 4)
/* What a cohort has room for at first: a few respondents. */
#define FIRST_CELLS 64
/* Fewer cells than this are sorted by comparing: 256 buckets cost more. */
#define FEW_CELLS 48

/* Fewer goals than this are not put in order while counting. */
#define MOST_UNSORTED_GOALS 8192

/* --- one cohort's cells in order --- */

/* Run by run; in a run by the codes, so that its scores and pairs ascend. Reasons, being the least
   codes, stand before all scores. */
static int cell_compare(const void *a, const void *b)
{
    const struct cell_count *const x = a, *const y = b;
    if (tally_run(x) != tally_run(y)) {
        return tally_run(x) < tally_run(y) ? -1 : 1;
    }
    if (x->code != y->code) {
        return x->code < y->code ? -1 : 1;
    }
    return x->later_code < y->later_code ? -1 : x->later_code > y->later_code;
}

/* What cells are sorted by, as three whole numbers of which the last is the most significant. */
enum { BY_LATER_CODE, BY_CODE, BY_RUN, N_SORTED_BY };

static uint64_t sorted_by(const struct cell_count *cell, unsigned word)
{
    /* the least code becomes 0 */
    const uint64_t lowest = UINT64_C(1) << 63;
    return word == BY_RUN    ? tally_run(cell)
           : word == BY_CODE ? (uint64_t)cell->code ^ lowest
                             : (uint64_t)cell->later_code ^ lowest;
}

/* Moves cells in the order of one byte, those of the same byte as they stood. */
static void sort_by_byte(const struct cell_count from[], size_t n, unsigned word, unsigned shift,
                         struct cell_count to[])
{
    uint32_t place[256] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++) {
        place[sorted_by(&from[i], word) >> shift & 0xff]++;
    }
    for (size_t byte = 0; byte < 256; byte++) {
        const uint32_t count = place[byte];
        place[byte] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++) {
        to[place[sorted_by(&from[i], word) >> shift & 0xff]++] = from[i];
    }
}

/* Byte by byte from the least significant, leaving out the bytes in which no two cells differ:
   those that do are six or seven of twenty. */
static void sort_by_bytes(struct cell_count cells[], size_t n, struct cell_count spare[])
{
    struct cell_count *from = cells, *to = spare, *swapped;
    uint64_t differ[N_SORTED_BY] = {0};
    for (size_t i = 1; i < n; i++) {
        for (unsigned word = 0; word < N_SORTED_BY; word++) {
            differ[word] |= sorted_by(&cells[i], word) ^ sorted_by(&cells[0], word);
        }
    }
    for (unsigned word = 0; word < N_SORTED_BY; word++) {
        for (unsigned shift = 0; shift < 64; shift += 8) {
            if ((differ[word] >> shift & 0xff) != 0) {
                sort_by_byte(from, n, word, shift, to);
                swapped = from;
                from = to;
                to = swapped;
            }
        }
    }
    if (from != cells) {
        memcpy(cells, from, n * sizeof *cells);
    }
}

static void sort_cells(struct cell_count cells[], size_t n, struct cell_count spare[])
{
    size_t n_sorted = n > 0;
    while (n_sorted < n && cell_compare(&cells[n_sorted - 1], &cells[n_sorted]) <= 0) {
        n_sorted++;
    }
    if (n_sorted == n) {
        return;
    }
    if (n < FEW_CELLS) {
        qsort(cells, n, sizeof *cells, cell_compare);
    } else {
        sort_by_bytes(cells, n, spare);
    }
}

/* Writes a cell behind the n cells of `out`, or adds it to the last of them if that is the same.
   Returns how many there are. */
static size_t put_cell(struct tally *tally, struct cell_count out[], size_t n,
                       const struct cell_count *cell)
{
    if (n == 0 || cell_compare(&out[n - 1], cell) != 0) {
        out[n] = *cell;
        return n + 1;
    }
    tally->overflow =
        __builtin_add_overflow(out[n - 1].count, cell->count, &out[n - 1].count) || tally->overflow;
    return n;
}

/* Puts a cohort's cells in order, each once: the new ones by themselves, then both together. Often
   they have come in order, and nothing is to be done. */
static void order_cells(struct tally *tally, struct cohort_cells *cohort)
{
    struct cell_count *const cells = cohort->cells;
    size_t old = 0, new, n = 0;
    if (cohort->n_sorted == 0 && cohort->n > 0) {
        cohort->n_sorted = 1;
    }
    while (cohort->n_sorted < cohort->n &&
           cell_compare(&cells[cohort->n_sorted - 1], &cells[cohort->n_sorted]) < 0) {
        cohort->n_sorted++;
    }
    if (cohort->n == cohort->n_sorted) {
        return;
    }
    new = cohort->n_sorted;
    assert(tally->spare_capacity >= cohort->n);
    sort_cells(cells + cohort->n_sorted, cohort->n - cohort->n_sorted, tally->spare);
    while (old < cohort->n_sorted || new < cohort->n) {
        const bool take_old = new == cohort->n || (old < cohort->n_sorted &&
                                                   cell_compare(&cells[old], &cells[new]) <= 0);
        n = put_cell(tally, tally->spare, n, &cells[take_old ? old++ : new ++]);
    }
    memcpy(cells, tally->spare, n * sizeof *cells);
    cohort->n = cohort->n_sorted = (uint32_t)n;
}

/* --- counting --- */

/* Room for `more` cells of a cohort, in cells of its own. */
static bool make_room(struct tally *tally, struct cohort_cells *cohort, size_t more)
{
    const bool is_borrowed = cohort->capacity == 0;
    size_t capacity = cohort->capacity;
    struct cell_count *cells;
    if (cohort->n + more <= capacity) {
        return true;
    }
    order_cells(tally, cohort);
    /* A list that stays full is put in order too often: a quarter of it must be free. */
    while (cohort->n + more > capacity - capacity / 4) {
        capacity = capacity < FIRST_CELLS ? FIRST_CELLS : capacity + capacity / 2;
    }
    if (capacity > MOST_CELLS ||
        !array_grow(&tally->spare, &tally->spare_capacity, capacity, sizeof *tally->spare)) {
        return false;
    }
    cells = realloc(is_borrowed ? NULL : cohort->cells, capacity * sizeof *cells);
    if (cells == NULL) {
        return false;
    }
    if (is_borrowed && cohort->n > 0) {
        memcpy(cells, cohort->cells, cohort->n * sizeof *cells);
    }
    cohort->cells = cells;
    cohort->capacity = (uint32_t)capacity;
    return true;
}

static bool reach_cohort(struct tally *tally, uint32_t cohort)
{
    if (!array_grow(&tally->cohorts, &tally->cohorts_capacity, (size_t)cohort + 1,
                    sizeof *tally->cohorts)) {
        return false;
    }
    tally->n_cohorts = cohort < tally->n_cohorts ? tally->n_cohorts : (size_t)cohort + 1;
    return true;
}

/* Where cells stood when they were added to, by a hash of what they are: many come again soon. A place
   is only a guess, and is looked at before it is believed: cells move when they are put in order. */
#define RECENT_CELLS ((size_t)1 << 13)
#define RECENT_GOALS ((size_t)1 << 10)
struct recent_cells {
    uint32_t places[RECENT_CELLS]; /* among the cells of a cohort, which is part of the hash */
    uint32_t goals[RECENT_GOALS];
};

static bool has_recent(struct tally *tally)
{
    if (tally->recent == NULL) {
        tally->recent = calloc(1, sizeof *tally->recent);
    }
    return tally->recent != NULL; /* without memory for it, nothing is lost but time */
}

static size_t recent_place(uint64_t a, uint64_t b, uint64_t c, size_t n)
{
    const uint64_t hash =
        ((a * UINT64_C(0x9e3779b97f4a7c15) ^ b) * UINT64_C(0xbf58476d1ce4e5b9) ^ c) *
        UINT64_C(0x94d049bb133111eb);
    return (size_t)(hash >> 40) & (n - 1);
}

/* Adds to a cell that is there already, where that is known. */
static bool add_to_recent(const struct cohort_cells *cohort, uint32_t place,
                          const struct cell_count *cell)
{
    struct cell_count *known;
    if (place >= cohort->n) {
        return false;
    }
    known = &cohort->cells[place];
    if (cell_compare(known, cell) != 0 || cell->count > UINT32_MAX - known->count) {
        return false;
    }
    known->count += cell->count;
    return true;
}

bool tally_add(struct tally *tally, const struct tally_cell *cell, uint32_t count)
{
    const struct cell_count added = {.scale = cell->scale,
                                     .stage = (uint8_t)cell->stage,
                                     .later = (uint8_t)cell->later,
                                     .count = count,
                                     .code = cell->code,
                                     .later_code = cell->later_code};
    uint32_t *place = NULL;
    struct cohort_cells *cohort;
    assert(cell->stage <= UINT8_MAX && cell->later <= UINT8_MAX);
    if (cell->cohort >= tally->n_cohorts && !reach_cohort(tally, cell->cohort)) {
        return false;
    }
    cohort = &tally->cohorts[cell->cohort];
    if (has_recent(tally)) {
        place = &tally->recent->places[recent_place(
            (uint64_t)cell->cohort << 32 | tally_run(&added), (uint64_t)cell->code,
            (uint64_t)cell->later_code, RECENT_CELLS)];
        /* Cells that are borrowed are not ours to add to. */
        if (cohort->capacity > 0 && add_to_recent(cohort, *place, &added)) {
            return true;
        }
    }
    if (cohort->n >= cohort->capacity && !make_room(tally, cohort, 1)) {
        return false;
    }
    if (place != NULL) {
        *place = cohort->n;
    }
    cohort->cells[cohort->n++] = added;
    return true;
}

bool tally_put(struct tally *tally, uint32_t cohort, const struct cell_count cells[], size_t n)
{
    struct cohort_cells *to;
    bool in_order;
    if (n == 0) {
        return true;
    }
    if (n > MOST_CELLS || !reach_cohort(tally, cohort)) {
        return false;
    }
    to = &tally->cohorts[cohort];
    if (to->capacity == 0 && to->n == 0) { /* mostly all that it will ever have */
        to->cells = malloc(n * sizeof *to->cells);
        to->capacity = to->cells == NULL ? 0 : (uint32_t)n;
    }
    if (!make_room(tally, to, n)) {
        return false;
    }
    in_order =
        to->n_sorted == to->n && (to->n == 0 || cell_compare(&to->cells[to->n - 1], &cells[0]) < 0);
    memcpy(to->cells + to->n, cells, n * sizeof *cells);
    to->n += (uint32_t)n;
    to->n_sorted = in_order ? to->n : to->n_sorted;
    return true;
}

static void sort_goals(struct tally *tally);

static int goal_compare(const void *a, const void *b);

/* Goals are looked for where such ones were last: each that is not there is its own cell until a full
   list is put in order. It grows only where that does not empty half of it. */
bool tally_add_goal(struct tally *tally, const struct goal_cell *cell, uint64_t count)
{
    const size_t room = tally->goals_capacity;
    uint32_t *place = NULL;
    if (has_recent(tally)) {
        place = &tally->recent->goals[recent_place(
            (uint64_t)cell->cohort << 32 | cell->category, cell->flags,
            (uint64_t)cell->occasion << 16 | (uint16_t)cell->halves, RECENT_GOALS)];
        if (*place < tally->n_goals && goal_compare(&tally->goals[*place], cell) == 0) {
            tally->goals[*place].count += count;
            return true;
        }
    }
    if (tally->n_goals == room) {
        if (room >= MOST_UNSORTED_GOALS) {
            sort_goals(tally);
        }
        if (tally->n_goals >= room / 2 &&
            !array_grow(&tally->goals, &tally->goals_capacity, room + 1, sizeof *tally->goals)) {
            return false;
        }
    }
    if (place != NULL) {
        *place = (uint32_t)tally->n_goals;
    }
    tally->goals[tally->n_goals] = *cell;
    tally->goals[tally->n_goals++].count = count;
    return true;
}

/* --- in order --- */

#define ORDER(field)                         \
    if (x->field != y->field) {              \
        return x->field < y->field ? -1 : 1; \
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

static void sort_goals(struct tally *tally)
{
    size_t n = 0;
    if (tally->n_goals == 0) {
        return;
    }
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

void tally_sort(struct tally *tally)
{
    tally->n_cells = 0;
    for (size_t i = 0; i < tally->n_cohorts; i++) {
        struct cohort_cells *const cohort = &tally->cohorts[i];
        order_cells(tally, cohort);
        tally->n_cells += cohort->n;
        if (cohort->capacity > cohort->n) { /* then it is not borrowed, and has a cell */
            struct cell_count *const less =
                realloc(cohort->cells, cohort->n * sizeof *cohort->cells);
            cohort->capacity = less == NULL ? cohort->capacity : cohort->n;
            cohort->cells = less == NULL ? cohort->cells : less;
        }
    }
    sort_goals(tally);
    patterns_sort(&tally->patterns);
}

/* --- tallies of tallies --- */

/* Adds a cohort of `from` to one of `into`, which is in no order then. */
static bool add_cohort(struct tally *into, uint32_t cohort, const struct cohort_cells *from)
{
    struct cohort_cells *to;
    if (from->n == 0) {
        return true;
    }
    if (!reach_cohort(into, cohort)) {
        return false;
    }
    to = &into->cohorts[cohort];
    if (!make_room(into, to, from->n)) {
        return false;
    }
    memcpy(to->cells + to->n, from->cells, from->n * sizeof *to->cells);
    to->n += from->n;
    return true;
}

bool tally_merge(struct tally *into, const struct tally *from)
{
    for (size_t i = 0; i < from->n_cohorts; i++) {
        if (!add_cohort(into, (uint32_t)i, &from->cohorts[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < from->n_goals; i++) {
        if (!tally_add_goal(into, &from->goals[i], from->goals[i].count)) {
            return false;
        }
    }
    if (!patterns_merge(&into->patterns, &from->patterns, NULL)) {
        return false;
    }
    /* What was added to a cohort is in order already, so that this is a merge of two lists. */
    tally_sort(into);
    return !into->overflow;
}

/* --- looking up --- */

const struct cell_count *tally_find(const struct tally *tally, uint32_t cohort, size_t scale,
                                    size_t stage, size_t later, size_t *n)
{
    const struct cell_count wanted = {
        .scale = (uint16_t)scale, .stage = (uint8_t)stage, .later = (uint8_t)later};
    const uint32_t run = tally_run(&wanted);
    const struct cell_count *cells;
    size_t low = 0, high, end;
    *n = 0;
    if (cohort >= tally->n_cohorts) {
        return NULL;
    }
    cells = tally->cohorts[cohort].cells;
    high = end = tally->cohorts[cohort].n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (tally_run(&cells[middle]) < run) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    while (low + *n < end && tally_run(&cells[low + *n]) == run) {
        (*n)++;
    }
    return *n == 0 ? NULL : cells + low; /* no arithmetic on no cells at all */
}

size_t tally_scores(const struct cell_count cells[], size_t n, struct score_count out[])
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

size_t tally_pairs(const struct cell_count cells[], size_t n, struct pair_count out[])
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

void tally_free(struct tally *tally)
{
    for (size_t i = 0; i < tally->n_cohorts; i++) {
        if (tally->cohorts[i].capacity > 0) {
            free(tally->cohorts[i].cells);
        }
    }
    free(tally->cohorts);
    free(tally->goals);
    patterns_free(&tally->patterns);
    free(tally->spare);
    free(tally->recent);
    *tally = (struct tally){0};
}

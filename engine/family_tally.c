/* engine/family_tally.c - see family_tally.h. */
#include "engine/family_tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"

#define SLOT_EMPTY_CELL UINT32_MAX
#define FIRST_SLOTS 256

/* --- order --- */

#define ORDER(field)                         \
    if (x->field != y->field) {              \
        return x->field < y->field ? -1 : 1; \
    }

int family_sum_compare(const struct family_sum *x, const struct family_sum *y)
{
    ORDER(scale)
    ORDER(stage)
    ORDER(later)
    ORDER(about)
    return 0;
}

/* Cohort and sum first: what family_tally_find() returns is one run. */
static int run_compare(const struct family_cell *x, const struct family_cell *y)
{
    ORDER(cohort)
    return family_sum_compare(&x->of, &y->of);
}

static int cell_compare(const void *a, const void *b)
{
    const struct family_cell *const x = a, *const y = b;
    const int by_run = run_compare(x, y);
    if (by_run != 0) {
        return by_run;
    }
    ORDER(members)
    ORDER(sum)
    return 0;
}

static bool same_cell(const struct family_cell *x, const struct family_cell *y)
{
    return x->sum == y->sum && x->members == y->members && x->cohort == y->cohort &&
           x->of.stage == y->of.stage && x->of.later == y->of.later && x->of.scale == y->of.scale &&
           x->of.about == y->of.about;
}

static int part_compare(const void *a, const void *b)
{
    const struct family_part *const x = a, *const y = b;
    ORDER(cohort)
    ORDER(members)
    ORDER(sum)
    return 0;
}

#undef ORDER

/* --- cells --- */

static uint64_t cell_hash(const struct family_cell *cell)
{
    const uint64_t words[] = {(uint64_t)cell->of.scale << 48 | (uint64_t)cell->of.stage << 40 |
                                  (uint64_t)cell->of.later << 32 | cell->cohort,
                              (uint64_t)cell->of.about << 32 ^ cell->members, (uint64_t)cell->sum};
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        hash = (hash ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    return hash;
}

/* The slot of a cell, or the free one where it belongs. */
static uint32_t *find_slot(const struct family_tally *tally, const struct family_cell *cell)
{
    size_t slot = cell_hash(cell) & (tally->n_slots - 1);
    while (tally->slots[slot] != SLOT_EMPTY_CELL &&
           !same_cell(&tally->cells[tally->slots[slot]], cell)) {
        slot = (slot + 1) & (tally->n_slots - 1);
    }
    return &tally->slots[slot];
}

static void drop_slots(struct family_tally *tally)
{
    free(tally->slots);
    tally->slots = NULL;
    tally->n_slots = 0;
}

/* Room for one cell more, a third of the slots staying free. */
static bool make_slots(struct family_tally *tally)
{
    size_t n = tally->n_slots == 0 ? FIRST_SLOTS : tally->n_slots;
    uint32_t *slots;
    if (3 * (tally->n_cells + 1) < 2 * tally->n_slots) {
        return true;
    }
    while (3 * (tally->n_cells + 1) >= 2 * n) {
        n *= 2;
    }
    slots = tally->n_cells < UINT32_MAX / 2 ? malloc(n * sizeof *slots) : NULL;
    if (slots == NULL) {
        return false;
    }
    memset(slots, 0xff, n * sizeof *slots); /* SLOT_EMPTY_CELL */
    free(tally->slots);
    tally->slots = slots;
    tally->n_slots = n;
    for (size_t i = 0; i < tally->n_cells; i++) {
        *find_slot(tally, &tally->cells[i]) = (uint32_t)i;
    }
    return true;
}

bool family_tally_add(struct family_tally *tally, const struct family_cell *cell)
{
    uint32_t *slot;
    assert(cell->members > 0);
    if (!make_slots(tally)) {
        return false;
    }
    slot = find_slot(tally, cell);
    if (*slot != SLOT_EMPTY_CELL) {
        tally->cells[*slot].count += cell->count;
        return true;
    }
    if (!array_grow(&tally->cells, &tally->cells_capacity, tally->n_cells + 1,
                    sizeof *tally->cells)) {
        return false;
    }
    *slot = (uint32_t)tally->n_cells;
    tally->cells[tally->n_cells++] = *cell;
    return true;
}

bool family_tally_append(struct family_tally *tally, const struct family_cell *cell)
{
    assert(cell->members > 0 && tally->n_slots == 0);
    if (!array_grow(&tally->cells, &tally->cells_capacity, tally->n_cells + 1,
                    sizeof *tally->cells)) {
        return false;
    }
    tally->cells[tally->n_cells++] = *cell;
    return true;
}

/* --- families in several cohorts --- */

/* Parts of one cohort become one, all in order. Returns how many there are. */
static size_t join_parts(struct family_part parts[], size_t n)
{
    size_t n_joined = 0;
    bool in_order = true;
    for (size_t i = 1; i < n; i++) {
        in_order = in_order && parts[i - 1].cohort <= parts[i].cohort;
    }
    if (!in_order) { /* nearly all families are in one cohort */
        qsort(parts, n, sizeof *parts, part_compare);
    }
    for (size_t i = 0; i < n; i++) {
        if (n_joined > 0 && parts[n_joined - 1].cohort == parts[i].cohort) {
            parts[n_joined - 1].members += parts[i].members;
            parts[n_joined - 1].sum += parts[i].sum;
        } else {
            parts[n_joined++] = parts[i];
        }
    }
    return n_joined;
}

bool family_tally_add_split(struct family_tally *tally, const struct family_sum *of,
                            struct family_part parts[], size_t n)
{
    n = join_parts(parts, n);
    if (n <= 1) {
        return n == 0 || family_tally_add(tally, &(struct family_cell){.of = *of,
                                                                       .cohort = parts[0].cohort,
                                                                       .members = parts[0].members,
                                                                       .sum = parts[0].sum,
                                                                       .count = 1});
    }
    if (!array_grow(&tally->splits, &tally->splits_capacity, tally->n_splits + 1,
                    sizeof *tally->splits) ||
        !array_grow(&tally->parts, &tally->parts_capacity, tally->n_parts + n,
                    sizeof *tally->parts)) {
        return false;
    }
    tally->splits[tally->n_splits++] =
        (struct split_family){.of = *of, .n_parts = (uint32_t)n, .first_part = tally->n_parts};
    memcpy(tally->parts + tally->n_parts, parts, n * sizeof *parts);
    tally->n_parts += n;
    return true;
}

/* A split family with its parts, to be sorted. */
struct sorted_split {
    struct split_family split;
    const struct family_part *parts;
};

static int split_compare(const void *a, const void *b)
{
    const struct sorted_split *const x = a, *const y = b;
    const int by_sum = family_sum_compare(&x->split.of, &y->split.of);
    for (size_t i = 0; by_sum == 0 && i < x->split.n_parts && i < y->split.n_parts; i++) {
        const int by_part = part_compare(&x->parts[i], &y->parts[i]);
        if (by_part != 0) {
            return by_part;
        }
    }
    return by_sum != 0
               ? by_sum
               : (x->split.n_parts > y->split.n_parts) - (x->split.n_parts < y->split.n_parts);
}

static bool sort_splits(struct family_tally *tally)
{
    struct sorted_split *const sorted = calloc(tally->n_splits + 1, sizeof *sorted);
    struct family_part *const parts = calloc(tally->n_parts + 1, sizeof *parts);
    const bool done = sorted != NULL && parts != NULL;
    size_t n = 0;
    for (size_t i = 0; i < tally->n_splits && done; i++) {
        sorted[i] =
            (struct sorted_split){tally->splits[i], tally->parts + tally->splits[i].first_part};
    }
    if (done) {
        qsort(sorted, tally->n_splits, sizeof *sorted, split_compare);
        for (size_t i = 0; i < tally->n_splits; i++) {
            memcpy(parts + n, sorted[i].parts, sorted[i].split.n_parts * sizeof *parts);
            tally->splits[i] = sorted[i].split;
            tally->splits[i].first_part = n;
            n += sorted[i].split.n_parts;
        }
        memcpy(tally->parts, parts, n * sizeof *parts);
    }
    free(sorted);
    free(parts);
    return done;
}

/* Cells of which the first n are in order, as is what comes from a counter: the others, which are few then, are
   put in order and go where they belong, the last of them first. */
static bool sort_behind(struct family_cell cells[], size_t n, size_t n_cells)
{
    const size_t n_behind = n_cells - n;
    struct family_cell *const behind = malloc((n_behind + 1) * sizeof *behind);
    size_t left = n_behind;
    if (behind == NULL) {
        return false;
    }
    memcpy(behind, cells + n, n_behind * sizeof *behind);
    qsort(behind, n_behind, sizeof *behind, cell_compare);
    while (left > 0) {
        if (n > 0 && cell_compare(&cells[n - 1], &behind[left - 1]) > 0) {
            cells[n + left - 1] = cells[n - 1];
            n--;
        } else {
            cells[n + left - 1] = behind[left - 1];
            left--;
        }
    }
    free(behind);
    return true;
}

bool family_tally_sort(struct family_tally *tally)
{
    size_t n = tally->n_cells > 0;
    drop_slots(tally); /* every cell is there once: add() saw to that */
    array_cut(&tally->cells, &tally->cells_capacity, tally->n_cells, sizeof *tally->cells);
    while (n < tally->n_cells && cell_compare(&tally->cells[n - 1], &tally->cells[n]) < 0) {
        n++;
    }
    return (n == tally->n_cells || sort_behind(tally->cells, n, tally->n_cells)) &&
           (tally->n_splits == 0 || sort_splits(tally));
}

/* --- tallies of tallies --- */

/* Parts of one family, each a family by itself. */
static bool add_apart(struct family_tally *tally, const struct family_sum *of,
                      struct family_part parts[], size_t n)
{
    bool done = true;
    n = join_parts(parts, n);
    for (size_t i = 0; i < n && done; i++) {
        done = family_tally_add_split(tally, of, &parts[i], 1);
    }
    return done;
}

typedef bool add_parts(struct family_tally *tally, const struct family_sum *of,
                       struct family_part parts[], size_t n);

/* The cells of a cohort, one after the other in a tally that is in order, and where they go. */
struct cohort_run {
    uint32_t group;
    size_t first, n;
};

static int cohort_run_compare(const void *a, const void *b)
{
    const struct cohort_run *const x = a, *const y = b;
    return (x->group > y->group) - (x->group < y->group);
}

/* How cells go into other cohorts; what becomes of families in several of them, `add` knows. */
struct regrouping {
    const uint32_t *group_of;
    const bool *leave_out; /* or NULL */
    const struct study *study;
    family_sum_test *wanted;
    add_parts *add;
    struct cohort_run *runs; /* owned, n_runs: by group */
    size_t n_runs, runs_capacity;
};

static bool find_runs(const struct family_tally *tally, struct regrouping *way)
{
    for (size_t i = 0, n; i < tally->n_cells; i += n) {
        const uint32_t cohort = tally->cells[i].cohort;
        for (n = 1; i + n < tally->n_cells && tally->cells[i + n].cohort == cohort; n++) {
        }
        if (way->leave_out != NULL && way->leave_out[cohort]) {
            continue;
        }
        if (!array_grow(&way->runs, &way->runs_capacity, way->n_runs + 1, sizeof *way->runs)) {
            return false;
        }
        way->runs[way->n_runs++] = (struct cohort_run){way->group_of[cohort], i, n};
    }
    if (way->n_runs > 1) {
        qsort(way->runs, way->n_runs, sizeof *way->runs, cohort_run_compare);
    }
    return true;
}

/* A group that is one cohort has its cells, which are in order; those of several are added up. */
static bool regroup_cells(const struct family_tally *tally, const struct regrouping *way,
                          struct family_tally *out)
{
    bool apart = true, done = true;
    for (size_t i = 1; i < way->n_runs; i++) {
        apart = apart && way->runs[i].group != way->runs[i - 1].group;
    }
    for (size_t i = 0; i < way->n_runs; i++) {
        const struct family_cell *const cells = tally->cells + way->runs[i].first;
        for (size_t k = 0; k < way->runs[i].n && done; k++) {
            struct family_cell cell = cells[k];
            cell.cohort = way->runs[i].group;
            done = (way->wanted != NULL && !way->wanted(way->study, &cell.of)) ||
                   (apart ? family_tally_append(out, &cell) : family_tally_add(out, &cell));
        }
    }
    return done;
}

static bool regroup_splits(const struct family_tally *tally, const struct regrouping *way,
                           struct family_tally *out)
{
    struct family_part *const room = calloc(tally->n_parts + 1, sizeof *room);
    bool done = room != NULL;
    for (size_t i = 0; i < tally->n_splits && done; i++) {
        const struct split_family *const split = &tally->splits[i];
        size_t n = 0;
        for (size_t k = 0;
             k < split->n_parts && (way->wanted == NULL || way->wanted(way->study, &split->of));
             k++) {
            const struct family_part *const part = &tally->parts[split->first_part + k];
            if (way->leave_out == NULL || !way->leave_out[part->cohort]) {
                room[n] = *part;
                room[n++].cohort = way->group_of[part->cohort];
            }
        }
        done = way->add(out, &split->of, room, n);
    }
    free(room);
    return done;
}

static bool regroup(const struct family_tally *tally, struct regrouping way,
                    struct family_tally *out)
{
    bool done;
    *out = (struct family_tally){0};
    done = find_runs(tally, &way) && regroup_cells(tally, &way, out) &&
           regroup_splits(tally, &way, out) && family_tally_sort(out);
    free(way.runs);
    if (!done) {
        family_tally_free(out);
    }
    return done;
}

bool family_tally_coarsen(const struct family_tally *tally, const uint32_t group_of[],
                          struct family_tally *out)
{
    return regroup(tally, (struct regrouping){.group_of = group_of, .add = add_apart}, out);
}

bool family_tally_renumber(const struct family_tally *tally, const uint32_t number_of[],
                           const bool leave_out[], const struct study *study,
                           family_sum_test *wanted, struct family_tally *out)
{
    return regroup(tally,
                   (struct regrouping){.group_of = number_of,
                                       .leave_out = leave_out,
                                       .study = study,
                                       .wanted = wanted,
                                       .add = family_tally_add_split},
                   out);
}

bool family_tally_merge(struct family_tally *into, const struct family_tally *from)
{
    bool done = true;
    for (size_t i = 0; i < from->n_cells && done; i++) {
        done = family_tally_add(into, &from->cells[i]);
    }
    for (size_t i = 0; i < from->n_splits && done; i++) {
        const struct split_family *const split = &from->splits[i];
        /* its parts are in order, and of different cohorts: they are not changed */
        done = family_tally_add_split(into, &split->of, from->parts + split->first_part,
                                      split->n_parts);
    }
    return done;
}

/* --- looking up --- */

size_t family_tally_run(const struct family_tally *tally, uint32_t cohort,
                        const struct family_sum *of, const struct family_cell **cells)
{
    const struct family_cell wanted = {.of = *of, .cohort = cohort};
    size_t low = 0, high = tally->n_cells, n = 0;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (run_compare(&tally->cells[middle], &wanted) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    while (low + n < tally->n_cells && run_compare(&tally->cells[low + n], &wanted) == 0) {
        n++;
    }
    *cells = n > 0 ? &tally->cells[low] : NULL;
    return n;
}

size_t family_tally_find(const struct family_tally *tally, uint32_t cohort,
                         const struct family_sum *of, struct family_count out[])
{
    const struct family_cell *cells;
    const size_t n = family_tally_run(tally, cohort, of, &cells);
    for (size_t i = 0; i < n; i++) {
        out[i] = (struct family_count){cells[i].members, cells[i].sum, cells[i].count};
    }
    return n;
}

size_t family_tally_most(const struct family_tally *tally)
{
    size_t most = 0, first = 0;
    for (size_t i = 0; i < tally->n_cells; i++) {
        first = run_compare(&tally->cells[first], &tally->cells[i]) == 0 ? first : i;
        most = i + 1 - first > most ? i + 1 - first : most;
    }
    return most;
}

void family_tally_free(struct family_tally *tally)
{
    free(tally->cells);
    free(tally->slots);
    free(tally->splits);
    free(tally->parts);
    *tally = (struct family_tally){0};
}

/* engine/item_tally.c - a form waits with others of its cell until there are enough of them for a block, whose
   products cost little (item_products.h). */
#include "engine/item_tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"
#include "scales/wide.h"

#define NO_ROW UINT32_MAX

/* Is a scale the plain sum of its items? */
static bool is_plain_sum(const struct scale *scale)
{
    return scale->kind == SCALE_ITEMS && scale->recode == NULL && !scale->has_screen &&
           scale->n_items > 1;
}

static bool has_plain_sum(const struct instrument *instrument, size_t group)
{
    for (size_t i = 0; i < instrument->n_scales; i++) {
        if (instrument->scales[i].group == group && is_plain_sum(&instrument->scales[i])) {
            return true;
        }
    }
    return false;
}

static void begin_sheet(struct item_sheet *sheet, const struct item_group *group, size_t n_stages)
{
    *sheet = (struct item_sheet){.n_items = group->n_items,
                                 .lowest = (uint8_t)group->lowest,
                                 .most = (uint8_t)(group->highest - group->lowest),
                                 .n_stages = n_stages};
}

bool item_tally_init(struct item_tally *tally, const struct study *study)
{
    *tally = (struct item_tally){
        .study = study,
        .sheets = calloc(study->n_measures * MAX_GROUPS + 1, sizeof *tally->sheets)};
    if (tally->sheets == NULL) {
        return false;
    }
    for (size_t m = 0; m < study->n_measures; m++) {
        const struct instrument *const instrument = study->measures[m].instrument;
        for (size_t g = 0; g < instrument->n_groups; g++) {
            if (!study->measures[m].pooled && has_plain_sum(instrument, g)) {
                begin_sheet(&tally->sheets[m * MAX_GROUPS + g], &instrument->groups[g],
                            study->n_stages);
            }
        }
    }
    return true;
}

static void free_sheet(struct item_sheet *sheet)
{
    free(sheet->cells);
    free(sheet->sums);
    free(sheet->waiting);
    free(sheet->next);
    *sheet = (struct item_sheet){0};
}

void item_tally_free(struct item_tally *tally)
{
    for (size_t i = 0; tally->sheets != NULL && i < tally->study->n_measures * MAX_GROUPS; i++) {
        free_sheet(&tally->sheets[i]);
    }
    free(tally->sheets);
    *tally = (struct item_tally){0};
}

struct item_sheet *item_tally_sheet(const struct item_tally *tally, size_t measure, size_t group)
{
    struct item_sheet *const sheet = &tally->sheets[measure * MAX_GROUPS + group];
    return sheet->n_items > 0 ? sheet : NULL;
}

/* --- cells --- */

/* So many forms of a cell wait. */
#define WAITING_FORMS BLOCK_FORMS

static inline size_t waiting_size(const struct item_sheet *sheet)
{
    return WAITING_FORMS * ROW_STRIDE(sheet->n_items);
}

/* Where it says of a cell which row comes next: cohort by cohort, those without a cohort first. */
static inline size_t next_place(const struct item_sheet *sheet, uint32_t cohort, size_t stage)
{
    return (size_t)(cohort + UINT32_C(1)) * (uint32_t)(sheet->n_stages + 1) + stage;
}

/* Room up to this place, which 32 bits can say. False: no memory. */
static bool grow_next(struct item_sheet *sheet, size_t place)
{
    const size_t n = sheet->n_next;
    if (place < n) {
        return true;
    }
    if (place > UINT32_MAX ||
        !array_grow(&sheet->next, &sheet->n_next, place + 1, sizeof *sheet->next)) {
        return false;
    }
    memset(sheet->next + n, 0xff, (sheet->n_next - n) * sizeof *sheet->next); /* NO_ROW */
    return true;
}

static bool add_cell(struct item_sheet *sheet, uint32_t cohort, size_t stage)
{
    const size_t n_sums = item_sums_size(sheet->n_items), n_waiting = waiting_size(sheet);
    size_t sums_capacity = sheet->capacity * n_sums;
    size_t waiting_capacity = sheet->capacity * n_waiting;
    if (sheet->n_cells == sheet->capacity) {
        const size_t more = sheet->capacity == 0 ? 8 : 2 * sheet->capacity;
        size_t cells_capacity = sheet->capacity;
        if (!array_grow(&sheet->sums, &sums_capacity, more * n_sums, sizeof *sheet->sums) ||
            !array_grow(&sheet->waiting, &waiting_capacity, more * n_waiting, 1) ||
            !array_grow(&sheet->cells, &cells_capacity, more, sizeof *sheet->cells)) {
            return false;
        }
        sheet->capacity = more;
    }
    sheet->next[next_place(sheet, cohort, stage)] = (uint32_t)(sheet->n_cells * WAITING_FORMS);
    sheet->cells[sheet->n_cells++] = (struct item_cell){.cohort = cohort, .stage = (uint16_t)stage};
    return true;
}

/* The number of a cell; SIZE_MAX: there is none. */
static size_t find_cell(const struct item_sheet *sheet, uint32_t cohort, size_t stage)
{
    const size_t place = next_place(sheet, cohort, stage);
    const bool is_there = place < sheet->n_next && sheet->next[place] != NO_ROW;
    return is_there ? sheet->next[place] / WAITING_FORMS : SIZE_MAX;
}

/* The same, of a cell that is new if need be. False: no memory. */
static bool cell_at(struct item_sheet *sheet, uint32_t cohort, size_t stage, size_t *number)
{
    const uint32_t under = sheet->without_cohorts ? ITEM_NO_COHORT : cohort;
    *number = find_cell(sheet, under, stage);
    if (*number != SIZE_MAX) {
        return true;
    }
    if (sheet->n_cells == ITEM_CELLS_MOST && !sheet->without_cohorts) {
        return item_sheet_drop_cohorts(sheet) && cell_at(sheet, cohort, stage, number);
    }
    *number = sheet->n_cells;
    return grow_next(sheet, next_place(sheet, under, stage)) && add_cell(sheet, under, stage);
}

const struct item_cell *item_sheet_find(const struct item_sheet *sheet, uint32_t cohort,
                                        size_t stage, const uint64_t **sums)
{
    const size_t number = find_cell(sheet, cohort, stage);
    *sums = number == SIZE_MAX ? NULL : sheet->sums + number * item_sums_size(sheet->n_items);
    return number == SIZE_MAX ? NULL : &sheet->cells[number];
}

void item_sheet_total(const struct item_sheet *sheet, uint64_t *n, uint64_t sums[])
{
    const size_t n_sums = item_sums_size(sheet->n_items);
    *n = 0;
    memset(sums, 0, n_sums * sizeof *sums);
    for (size_t i = 0; i < sheet->n_cells; i++) {
        *n += sheet->cells[i].n;
        for (size_t k = 0; k < n_sums; k++) {
            sums[k] += sheet->sums[i * n_sums + k];
        }
    }
}

/* --- forms --- */

static void settle_cell(const struct item_sheet *sheet, size_t number)
{
    struct item_cell *const cell = &sheet->cells[number];
    uint32_t *const next = &sheet->next[next_place(sheet, cell->cohort, cell->stage)];
    const size_t n = sheet->n_items, n_forms = *next - number * WAITING_FORMS;
    uint64_t *const sums = sheet->sums + number * item_sums_size(n);
    uint8_t *const rows = sheet->waiting + number * waiting_size(sheet);
    item_products_function *ways[ITEM_PRODUCTS_WAYS];
    if (n_forms == 0) {
        return;
    }
    /* Forms that are not there add nothing. */
    memset(rows + n_forms * ROW_STRIDE(n), sheet->lowest,
           (WAITING_FORMS - n_forms) * ROW_STRIDE(n));
    item_products_ways(sheet->most, ways);
    ways[0](rows, n, sheet->lowest, sums);
    cell->n += n_forms;
    *next = (uint32_t)(number * WAITING_FORMS);
}

static void settle_sheet(const struct item_sheet *sheet)
{
    for (size_t i = 0; i < sheet->n_cells; i++) {
        settle_cell(sheet, i);
    }
}

void item_tally_settle(struct item_tally *tally)
{
    for (size_t i = 0; i < tally->study->n_measures * MAX_GROUPS; i++) {
        settle_sheet(&tally->sheets[i]);
    }
}

/* What is found out about forms before they are added: which are counted, and where it says which row of
   their cell comes next. */
struct found_forms {
    uint32_t places[BATCH_FORMS];
    uint16_t which[BATCH_FORMS];
    size_t n;
};

/* Returns the last place of the last cohort. Before it is known that 32 bits are enough, they may not be. */
static inline size_t find_forms(const struct item_sheet *sheet, const struct item_forms *forms,
                                struct found_forms *restrict found)
{
    const uint32_t under = sheet->without_cohorts ? ITEM_NO_COHORT : 0;
    const uint32_t n_stages = (uint32_t)sheet->n_stages;
    const uint32_t *const cohorts = forms->cohorts, *const stages = forms->stages;
    const size_t n = forms->n;
    uint32_t last = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t stage = stages[i] < n_stages ? stages[i] : n_stages;
        const uint32_t after = (cohorts[i] | under) + 1; /* none: 0 */
        found->places[i] = after * (n_stages + 1) + stage;
        last = after > last ? after : last;
    }
    found->n = 0;
    for (size_t i = 0; i < n; i++) {
        found->which[found->n] = (uint16_t)i;
        found->n += forms->counted[i] & 1;
    }
    return next_place(sheet, last - 1, n_stages);
}

FOR_WIDE static size_t find_forms_wide(const struct item_sheet *sheet,
                                       const struct item_forms *forms, struct found_forms *found)
{
    return find_forms(sheet, forms, found);
}

/* False: no memory for so many cohorts. */
static bool find_places(struct item_sheet *sheet, const struct item_forms *forms,
                        struct found_forms *found)
{
    return grow_next(sheet, has_wide() ? find_forms_wide(sheet, forms, found)
                                       : find_forms(sheet, forms, found));
}

/* Puts rows to those of their cells that wait, up to one whose cell is not there yet. Returns how many. */
static inline size_t add_rows_of(const struct item_sheet *sheet, size_t stride, const uint8_t *rows,
                                 const struct found_forms *found, size_t first)
{
    uint32_t *const next = sheet->next; /* nothing that is written can change these */
    uint8_t *const waiting = sheet->waiting;
    for (size_t k = first; k < found->n; k++) {
        const size_t i = found->which[k], place = found->places[i], row = next[place];
        if (row == NO_ROW) {
            return k;
        }
        for (size_t b = 0; b < stride; b += 16) {
            memcpy(waiting + row * stride + b, rows + i * stride + b, 16);
        }
        next[place] = (uint32_t)row + 1;
        if ((row + 1) % WAITING_FORMS == 0) {
            settle_cell(sheet, row / WAITING_FORMS);
        }
    }
    return found->n;
}

bool item_sheet_add_forms(struct item_sheet *sheet, const struct item_forms *forms)
{
    const uint8_t *const rows = (const uint8_t *)forms->answers;
    const size_t stride = ROW_STRIDE(sheet->n_items);
    struct found_forms found;
    size_t done = 0, number;
    assert(forms->n <= BATCH_FORMS);
    if (!find_places(sheet, forms, &found)) {
        return false;
    }
    while ((done = stride == 16 ? add_rows_of(sheet, 16, rows, &found, done)
                                : add_rows_of(sheet, stride, rows, &found, done)) < found.n) {
        const size_t i = found.which[done];
        const uint32_t n_stages = (uint32_t)sheet->n_stages;
        const uint32_t stage = forms->stages[i] < n_stages ? forms->stages[i] : n_stages;
        /* With a new cell, cohorts may be given up. */
        if (!cell_at(sheet, forms->cohorts[i], stage, &number) ||
            !find_places(sheet, forms, &found)) {
            return false;
        }
    }
    return true;
}

/* --- adding --- */

bool item_sheet_add_sums(struct item_sheet *sheet, uint32_t cohort, size_t stage, uint64_t n,
                         int64_t n_apart, const uint64_t sums[])
{
    const size_t n_sums = item_sums_size(sheet->n_items);
    size_t place;
    if (!cell_at(sheet, cohort, stage, &place)) {
        return false;
    }
    sheet->cells[place].n += n;
    sheet->cells[place].n_apart += n_apart;
    for (size_t i = 0; i < n_sums && sums != NULL; i++) {
        sheet->sums[place * n_sums + i] += sums[i];
    }
    return true;
}

/* Adds the cells of `from`, under the group of their cohort where groups are given. */
static bool add_sheet(struct item_sheet *into, const struct item_sheet *from,
                      const uint32_t group_of[], bool is_all)
{
    bool done = true;
    for (size_t i = 0; i < from->n_cells && done; i++) {
        const struct item_cell *const cell = &from->cells[i];
        uint32_t cohort = cell->cohort;
        if (group_of != NULL && cohort != ITEM_NO_COHORT) {
            cohort = group_of[cohort];
        } else if (group_of != NULL && is_all) {
            cohort = 0; /* All is the one group there is */
        } else if (group_of != NULL) {
            continue;
        }
        done = item_sheet_add_sums(into, cohort, cell->stage, cell->n, cell->n_apart,
                                   from->sums + i * item_sums_size(from->n_items));
    }
    return done;
}

bool item_sheet_drop_cohorts(struct item_sheet *sheet)
{
    struct item_sheet less = *sheet;
    less.without_cohorts = true;
    less.cells = NULL;
    less.sums = NULL;
    less.waiting = NULL;
    less.next = NULL;
    less.n_cells = less.capacity = less.n_next = 0;
    settle_sheet(sheet);
    if (!add_sheet(&less, sheet, NULL, false)) {
        free_sheet(&less);
        return false;
    }
    free_sheet(sheet);
    *sheet = less;
    return true;
}

static bool merge_sheet(struct item_sheet *into, const struct item_sheet *from)
{
    settle_sheet(into);
    return (!from->without_cohorts || into->without_cohorts || item_sheet_drop_cohorts(into)) &&
           add_sheet(into, from, NULL, false);
}

bool item_tally_merge(struct item_tally *into, const struct item_tally *from)
{
    bool done = true;
    assert(into->study == from->study);
    for (size_t i = 0; i < into->study->n_measures * MAX_GROUPS && done; i++) {
        done = into->sheets[i].n_items == 0 || merge_sheet(&into->sheets[i], &from->sheets[i]);
    }
    return done;
}

bool item_tally_coarsen(const struct item_tally *tally, const uint32_t group_of[], bool is_all,
                        struct item_tally *out)
{
    bool done = item_tally_init(out, tally->study);
    for (size_t i = 0; i < tally->study->n_measures * MAX_GROUPS && done; i++) {
        done = out->sheets[i].n_items == 0 ||
               add_sheet(&out->sheets[i], &tally->sheets[i], group_of, is_all);
    }
    if (!done) {
        item_tally_free(out);
    }
    return done;
}

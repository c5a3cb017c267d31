/* engine/item_tally.c - products of 8-bit answers are added up in lanes of 16 bits, sixteen answers at
   a time in plain loops that the compiler makes vector instructions of, and go into the sums of 64
   bits before a lane could overflow. */
#include "engine/item_tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"
#include "scales/wide.h"

#define SLOTS 4096u /* twice ITEM_CELLS_MOST at least, and a power of two */
#define FREE_SLOT UINT16_MAX
_Static_assert(SLOTS >= 2 * ITEM_CELLS_MOST, "half of the slots are free");

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

static bool begin_sheet(struct item_sheet *sheet, const struct item_group *group)
{
    sheet->n_items = group->n_items;
    sheet->lowest = (uint8_t)group->lowest;
    sheet->most = (uint8_t)(group->highest - group->lowest);
    sheet->slots = malloc(SLOTS * sizeof *sheet->slots);
    if (sheet->slots != NULL) {
        memset(sheet->slots, 0xff, SLOTS * sizeof *sheet->slots);
    }
    return sheet->slots != NULL;
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
            if (!study->measures[m].pooled && has_plain_sum(instrument, g) &&
                !begin_sheet(&tally->sheets[m * MAX_GROUPS + g], &instrument->groups[g])) {
                item_tally_free(tally);
                return false;
            }
        }
    }
    return true;
}

static void free_sheet(struct item_sheet *sheet)
{
    free(sheet->cells);
    free(sheet->sums);
    free(sheet->lanes);
    free(sheet->slots);
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

/* Lanes of a cell: a row for each item, of its products with all, and one of the items themselves. */
static size_t lanes_size(const struct item_sheet *sheet)
{
    return (sheet->n_items + 1) * ITEM_LANES(sheet->n_items);
}

static size_t slot_of(uint32_t cohort, size_t stage)
{
    const uint64_t key = (uint64_t)cohort << 16 | stage;
    return (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 52) % SLOTS;
}

/* The slot where a cell is, or would be. */
static size_t find_slot(const struct item_sheet *sheet, uint32_t cohort, size_t stage)
{
    size_t slot = slot_of(cohort, stage);
    while (sheet->slots[slot] != FREE_SLOT) {
        const struct item_cell *const cell = &sheet->cells[sheet->slots[slot]];
        if (cell->cohort == cohort && cell->stage == stage) {
            return slot;
        }
        slot = (slot + 1) % SLOTS;
    }
    return slot;
}

static bool add_cell(struct item_sheet *sheet, size_t slot, uint32_t cohort, size_t stage)
{
    const size_t n_sums = item_sums_size(sheet->n_items), n_lanes = lanes_size(sheet);
    size_t sums_capacity = sheet->capacity * n_sums, lanes_capacity = sheet->capacity * n_lanes;
    if (sheet->n_cells == sheet->capacity) {
        const size_t more = sheet->capacity == 0 ? 8 : 2 * sheet->capacity;
        size_t cells_capacity = sheet->capacity;
        if (!array_grow(&sheet->sums, &sums_capacity, more * n_sums, sizeof *sheet->sums) ||
            !array_grow(&sheet->lanes, &lanes_capacity, more * n_lanes, sizeof *sheet->lanes) ||
            !array_grow(&sheet->cells, &cells_capacity, more, sizeof *sheet->cells)) {
            return false;
        }
        sheet->capacity = more;
    }
    sheet->slots[slot] = (uint16_t)sheet->n_cells;
    sheet->cells[sheet->n_cells++] = (struct item_cell){.cohort = cohort, .stage = (uint16_t)stage};
    return true;
}

/* The place of a cell, which is new if need be, in *place. False: no memory. */
static bool cell_at(struct item_sheet *sheet, uint32_t cohort, size_t stage, size_t *place)
{
    size_t slot;
    cohort = sheet->without_cohorts ? ITEM_NO_COHORT : cohort;
    slot = find_slot(sheet, cohort, stage);
    if (sheet->slots[slot] == FREE_SLOT) {
        if (sheet->n_cells == ITEM_CELLS_MOST) {
            return item_sheet_drop_cohorts(sheet) && cell_at(sheet, cohort, stage, place);
        }
        if (!add_cell(sheet, slot, cohort, stage)) {
            return false;
        }
    }
    *place = sheet->slots[slot];
    return true;
}

const struct item_cell *item_sheet_find(const struct item_sheet *sheet, uint32_t cohort,
                                        size_t stage, const uint64_t **sums)
{
    const size_t place = sheet->slots[find_slot(sheet, cohort, stage)];
    *sums = place == FREE_SLOT ? NULL : sheet->sums + place * item_sums_size(sheet->n_items);
    return place == FREE_SLOT ? NULL : &sheet->cells[place];
}

/* --- forms --- */

static void settle_cell(struct item_sheet *sheet, size_t place)
{
    const size_t n = sheet->n_items, stride = ITEM_LANES(n);
    uint64_t *sum = sheet->sums + place * item_sums_size(n);
    uint16_t *const lanes = sheet->lanes + place * lanes_size(sheet);
    if (sheet->cells[place].n_pending == 0) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        *sum++ += lanes[n * stride + i];
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i; j < n; j++) {
            *sum++ += lanes[i * stride + j];
        }
    }
    memset(lanes, 0, lanes_size(sheet) * sizeof *lanes);
    sheet->cells[place].n_pending = 0;
}

static void settle_sheet(struct item_sheet *sheet)
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

/* Answers from 0 up, in lanes. False: one is not valid. */
static bool take_answers(const struct item_sheet *sheet, const answer answers[], uint16_t lanes[])
{
    bool valid = true;
    for (size_t i = 0; i < ITEM_LANES(sheet->n_items); i += 16) {
        for (size_t k = 0; k < 16; k++) {
            lanes[i + k] = (uint8_t)((uint8_t)answers[i + k] - sheet->lowest);
        }
    }
    for (size_t i = 0; i < sheet->n_items; i++) {
        valid &= lanes[i] <= sheet->most;
    }
    return valid;
}

/* The products of a form's answers, and the answers themselves, to the lanes of a cell. */
static inline void add_lanes(uint16_t *restrict lanes, const uint16_t *restrict x, size_t n_items)
{
    const size_t stride = ITEM_LANES(n_items);
    for (size_t i = 0; i < n_items; i++) {
        for (size_t b = i / 16 * 16; b < stride; b += 16) {
            for (size_t k = 0; k < 16; k++) {
                lanes[i * stride + b + k] = (uint16_t)(lanes[i * stride + b + k] + x[i] * x[b + k]);
            }
        }
    }
    for (size_t b = 0; b < stride; b += 16) {
        for (size_t k = 0; k < 16; k++) {
            lanes[n_items * stride + b + k] =
                (uint16_t)(lanes[n_items * stride + b + k] + x[b + k]);
        }
    }
}

FOR_WIDE static void add_lanes_wide(uint16_t *restrict lanes, const uint16_t *restrict x,
                                    size_t n_items)
{
    add_lanes(lanes, x, n_items);
}

bool item_sheet_add(struct item_sheet *sheet, const answer answers[], uint32_t cohort, size_t stage)
{
    const uint32_t square = (uint32_t)sheet->most * sheet->most + sheet->most + 1;
    uint16_t x[ITEM_LANES(MAX_ITEMS)];
    uint16_t *lanes;
    size_t place;
    if (!take_answers(sheet, answers, x)) {
        return true;
    }
    if (!cell_at(sheet, cohort, stage, &place)) {
        return false;
    }
    if ((sheet->cells[place].n_pending + 1U) * square > UINT16_MAX) {
        settle_cell(sheet, place);
    }
    lanes = sheet->lanes + place * lanes_size(sheet);
    if (has_wide()) {
        add_lanes_wide(lanes, x, sheet->n_items);
    } else {
        add_lanes(lanes, x, sheet->n_items);
    }
    sheet->cells[place].n++;
    sheet->cells[place].n_pending++;
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
        assert(cell->n_pending == 0);
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
    struct item_sheet less = {.n_items = sheet->n_items,
                              .lowest = sheet->lowest,
                              .most = sheet->most,
                              .without_cohorts = true,
                              .slots = malloc(SLOTS * sizeof *less.slots)};
    bool done = less.slots != NULL;
    settle_sheet(sheet);
    if (done) {
        memset(less.slots, 0xff, SLOTS * sizeof *less.slots);
        done = add_sheet(&less, sheet, NULL, false);
    }
    if (!done) {
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

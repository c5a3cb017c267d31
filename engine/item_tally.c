/* engine/item_tally.c - a form waits with others of its cell until there are enough of them to be seen
   as columns, one for each item: then the sum of the products of two items is that of two columns, in
   a plain loop that the compiler makes vector instructions of. */
#include "engine/item_tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"
#include "scales/wide.h"

#define NO_CELL UINT16_MAX
_Static_assert(ITEM_CELLS_MOST < NO_CELL, "a cell's number fits");

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
    memset(sheet->mosts, UINT8_MAX, sizeof sheet->mosts);
    memset(sheet->mosts, sheet->most, sheet->n_items);
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
    free(sheet->numbers);
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

/* So many forms of a cell wait: a multiple of what a vector holds. */
#define WAITING_FORMS ((size_t)64)
_Static_assert(WAITING_FORMS *UINT8_MAX *UINT8_MAX <= INT32_MAX, "products add up in 32 bits");

static inline size_t waiting_size(const struct item_sheet *sheet)
{
    return WAITING_FORMS * ROW_STRIDE(sheet->n_items);
}

/* Where a cell's number is: cohort by cohort, those without a cohort first. */
static inline size_t number_place(const struct item_sheet *sheet, uint32_t cohort, size_t stage)
{
    return (size_t)(cohort + UINT32_C(1)) * (sheet->n_stages + 1) + stage;
}

/* Room for the numbers up to this place. False: no memory. */
static bool grow_numbers(struct item_sheet *sheet, size_t place)
{
    const size_t n = sheet->n_numbers;
    if (!array_grow(&sheet->numbers, &sheet->n_numbers, place + 1, sizeof *sheet->numbers)) {
        return false;
    }
    memset(sheet->numbers + n, 0xff, (sheet->n_numbers - n) * sizeof *sheet->numbers); /* NO_CELL */
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
    sheet->numbers[number_place(sheet, cohort, stage)] = (uint16_t)sheet->n_cells;
    sheet->cells[sheet->n_cells++] = (struct item_cell){.cohort = cohort, .stage = (uint16_t)stage};
    return true;
}

static inline bool cell_at(struct item_sheet *sheet, uint32_t cohort, size_t stage, size_t *number);

/* A cell that is not there yet, or whose number has no room. False: no memory. */
static bool new_cell(struct item_sheet *sheet, uint32_t cohort, size_t stage, size_t *number)
{
    const size_t place = number_place(sheet, cohort, stage);
    if (sheet->n_cells == ITEM_CELLS_MOST && !sheet->without_cohorts) {
        return item_sheet_drop_cohorts(sheet) && cell_at(sheet, cohort, stage, number);
    }
    *number = sheet->n_cells;
    return (place < sheet->n_numbers || grow_numbers(sheet, place)) &&
           add_cell(sheet, cohort, stage);
}

/* The number of a cell, which is new if need be. False: no memory. */
static inline bool cell_at(struct item_sheet *sheet, uint32_t cohort, size_t stage, size_t *number)
{
    const uint32_t under = sheet->without_cohorts ? ITEM_NO_COHORT : cohort;
    const size_t place = number_place(sheet, under, stage);
    *number = place < sheet->n_numbers ? sheet->numbers[place] : NO_CELL;
    return *number != NO_CELL || new_cell(sheet, under, stage, number);
}

const struct item_cell *item_sheet_find(const struct item_sheet *sheet, uint32_t cohort,
                                        size_t stage, const uint64_t **sums)
{
    const size_t place = number_place(sheet, cohort, stage);
    const size_t number = place < sheet->n_numbers ? sheet->numbers[place] : NO_CELL;
    *sums = number == NO_CELL ? NULL : sheet->sums + number * item_sums_size(sheet->n_items);
    return number == NO_CELL ? NULL : &sheet->cells[number];
}

/* --- forms --- */

/* Adds the sums of WAITING_FORMS rows of codes from `lowest` up. */
static inline void add_rows(const uint8_t *restrict rows, size_t n_items, uint8_t lowest,
                            uint64_t *restrict sums)
{
    uint8_t codes[MAX_ITEMS][WAITING_FORMS];
    int16_t columns[MAX_ITEMS][WAITING_FORMS]; /* from 0 up */
    transpose(rows, WAITING_FORMS, n_items, codes[0]);
    for (size_t i = 0; i < n_items; i++) {
        int32_t sum = 0;
        for (size_t f = 0; f < WAITING_FORMS; f++) {
            columns[i][f] = (uint8_t)(codes[i][f] - lowest);
        }
        for (size_t f = 0; f < WAITING_FORMS; f++) {
            sum += columns[i][f];
        }
        *sums++ += (uint64_t)sum;
    }
    for (size_t i = 0; i < n_items; i++) {
        for (size_t j = i; j < n_items; j++) {
            int32_t sum = 0;
            for (size_t f = 0; f < WAITING_FORMS; f++) {
                sum += columns[i][f] * columns[j][f];
            }
            *sums++ += (uint64_t)sum;
        }
    }
}

FOR_WIDE static void add_rows_wide(const uint8_t *restrict rows, size_t n_items, uint8_t lowest,
                                   uint64_t *restrict sums)
{
    add_rows(rows, n_items, lowest, sums);
}

static void settle_cell(struct item_sheet *sheet, size_t number)
{
    const size_t n = sheet->n_items, n_forms = sheet->cells[number].n_waiting;
    uint64_t *const sums = sheet->sums + number * item_sums_size(n);
    uint8_t *const rows = sheet->waiting + number * waiting_size(sheet);
    if (n_forms == 0) {
        return;
    }
    /* Forms that are not there add nothing. */
    memset(rows + n_forms * ROW_STRIDE(n), sheet->lowest,
           (WAITING_FORMS - n_forms) * ROW_STRIDE(n));
    if (has_wide()) {
        add_rows_wide(rows, n, sheet->lowest, sums);
    } else {
        add_rows(rows, n, sheet->lowest, sums);
    }
    sheet->cells[number].n_waiting = 0;
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

/* Are all answers of a row valid? Looked at sixteen at a time. */
static inline bool is_complete(const struct item_sheet *sheet, const uint8_t *row)
{
    uint64_t words[2] = {0, 0};
    for (size_t i = 0; i < ROW_STRIDE(sheet->n_items); i += sizeof words) {
        uint8_t invalid[sizeof words];
        uint64_t more[2];
        for (size_t k = 0; k < sizeof words; k++) {
            invalid[k] = (uint8_t)(row[i + k] - sheet->lowest) > sheet->mosts[i + k];
        }
        memcpy(more, invalid, sizeof more);
        words[0] |= more[0];
        words[1] |= more[1];
    }
    return (words[0] | words[1]) == 0;
}

/* A row to those of its cell that wait. */
static inline void add_row(struct item_sheet *sheet, const uint8_t *row, size_t number)
{
    const size_t stride = ROW_STRIDE(sheet->n_items);
    struct item_cell *const cell = &sheet->cells[number];
    uint8_t *const to = sheet->waiting + (number * WAITING_FORMS + cell->n_waiting) * stride;
    for (size_t i = 0; i < stride; i += 16) {
        memcpy(to + i, row + i, 16);
    }
    cell->n++;
    cell->n_waiting++;
    if (cell->n_waiting == WAITING_FORMS) {
        settle_cell(sheet, number);
    }
}

bool item_sheet_add_forms(struct item_sheet *sheet, const struct item_forms *forms)
{
    const uint8_t *row = (const uint8_t *)forms->answers;
    for (size_t i = 0; i < forms->n; i++, row += ROW_STRIDE(sheet->n_items)) {
        const uint32_t n_stages = (uint32_t)sheet->n_stages;
        const uint32_t stage = forms->stages[i] < n_stages ? forms->stages[i] : n_stages;
        size_t number;
        if (!forms->counted[i] || !is_complete(sheet, row)) {
            continue;
        }
        if (!cell_at(sheet, forms->cohorts[i], stage, &number)) {
            return false;
        }
        add_row(sheet, row, number);
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
        assert(cell->n_waiting == 0);
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
    less.numbers = NULL;
    less.n_cells = less.capacity = less.n_numbers = 0;
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

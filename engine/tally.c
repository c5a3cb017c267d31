/* engine/tally.c - respondents are counted by writing down where, cohort by cohort, and not by
   looking for the cell: of many cohorts no table of cells stays in the processor's cache, but the
   end of one cohort's list does while a respondent is counted there some twenty times. Now and then
   a list is put in order, which makes one cell of equal ones, and packed with those before. */
#include "engine/tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/loose_cells.h"
#include "engine/memory.h"
#include "engine/study.h"

/* What a list has room for at first: a few respondents. It grows to so many, or to a quarter of what is
   packed already, where that is more. */
#define FIRST_CELLS 64
#define MOST_LOOSE 512

/* Fewer goals than this are not put in order while counting. */
#define MOST_UNSORTED_GOALS 8192

/* --- one cohort's cells in order --- */

/* Adds cells to a cohort's. */
static bool add_cells(struct tally *tally, struct cohort_cells *cohort, const struct cells *more)
{
    struct cells both = {.bytes = NULL};
    if (cohort->cells.n == 0) {
        return cells_copy(&cohort->cells, more); /* mostly all that it will ever have */
    }
    if (!cells_merge(&cohort->cells, more, &both, &tally->overflow)) {
        return false;
    }
    cells_free(&cohort->cells);
    cohort->cells = both;
    return true;
}

/* Packs a cohort's loose cells. Often they have come in order, and need only be packed. */
static bool order_cells(struct tally *tally, struct cohort_cells *cohort)
{
    const size_t n = cohort->n_loose;
    struct cells_writer writer;
    if (n == 0) {
        return true;
    }
    if (!array_grow(&tally->spare, &tally->spare_capacity, n, sizeof *tally->spare)) {
        return false;
    }
    cohort->n_loose = 0;
    cells_empty(&tally->packed);
    cells_begin(&writer, &tally->packed);
    cells_put_loose(&writer, cohort->loose, n, tally->spare, &tally->overflow);
    return cells_end(&writer) && add_cells(tally, cohort, &tally->packed);
}

/* --- counting --- */

/* Room for one more loose cell. */
static bool make_room(struct tally *tally, struct cohort_cells *cohort)
{
    const size_t most = cohort->cells.n / 4 > MOST_LOOSE ? cohort->cells.n / 4 : MOST_LOOSE;
    size_t capacity = cohort->loose_capacity;
    bool done;
    if (cohort->n_loose >= most && !order_cells(tally, cohort)) {
        return false;
    }
    if (cohort->n_loose < capacity) {
        return true;
    }
    done = array_grow(&cohort->loose, &capacity,
                      capacity < FIRST_CELLS ? FIRST_CELLS : capacity + 1, sizeof *cohort->loose);
    cohort->loose_capacity = (uint32_t)capacity;
    return done;
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
    uint32_t
        places[RECENT_CELLS]; /* among the loose cells of a cohort, which is part of the hash */
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
    if (place >= cohort->n_loose) {
        return false;
    }
    known = &cohort->loose[place];
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
        if (add_to_recent(cohort, *place, &added)) {
            return true;
        }
    }
    if (cohort->n_loose >= cohort->loose_capacity && !make_room(tally, cohort)) {
        return false;
    }
    if (place != NULL) {
        *place = cohort->n_loose;
    }
    cohort->loose[cohort->n_loose++] = added;
    return true;
}

bool tally_put(struct tally *tally, uint32_t cohort, const struct cells *cells)
{
    return cells->n == 0 ||
           (reach_cohort(tally, cohort) && add_cells(tally, &tally->cohorts[cohort], cells));
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

bool tally_sort(struct tally *tally)
{
    bool done = true;
    tally->n_cells = 0;
    for (size_t i = 0; i < tally->n_cohorts && done; i++) {
        struct cohort_cells *const cohort = &tally->cohorts[i];
        done = order_cells(tally, cohort);
        free(cohort->loose);
        cohort->loose = NULL;
        cohort->n_loose = cohort->loose_capacity = 0;
        tally->n_cells += cohort->cells.n;
    }
    free(tally->spare);
    tally->spare = NULL;
    tally->spare_capacity = 0;
    cells_free(&tally->packed);
    sort_goals(tally);
    patterns_sort(&tally->patterns);
    return done;
}

/* --- who stays written down --- */

bool tally_is_written(const struct study *study, size_t scale)
{
    const struct study_scale *const of = &study->scales[scale];
    return of->collected && of->scale->kind != SCALE_GOALS &&
           N_REASONS + of->scale->n_values <= MOST_OUTCOMES;
}

const struct written *tally_written(const struct tally *tally, uint32_t cohort, size_t scale)
{
    const struct written *written =
        cohort < tally->n_cohorts ? tally->cohorts[cohort].written : NULL;
    if (written == NULL || !tally_is_written(tally->study, scale)) {
        return NULL;
    }
    written += tally->study->scales[scale].measure;
    return written->n == 0 ? NULL : written;
}

bool tally_begin_written(struct tally *tally, const struct study *study, size_t n_cohorts)
{
    assert(tally->written == NULL);
    tally->written = calloc(n_cohorts * study->n_measures + 1, sizeof *tally->written);
    tally->n_written = tally->written == NULL ? 0 : n_cohorts * study->n_measures;
    tally->study = study;
    return tally->written != NULL;
}

bool tally_keep_written(struct tally *tally, uint32_t cohort, size_t measure,
                        struct written *written)
{
    struct written *const of_cohort = tally->written + cohort * tally->study->n_measures;
    if (written->n == 0) {
        return true;
    }
    if (!reach_cohort(tally, cohort)) {
        return false;
    }
    of_cohort[measure] = *written;
    tally->cohorts[cohort].written = of_cohort;
    *written = (struct written){.rows = NULL};
    return true;
}

/* --- tallies of tallies --- */

bool tally_merge(struct tally *into, const struct tally *from)
{
    assert(from->written == NULL);
    for (size_t i = 0; i < from->n_cohorts; i++) {
        if (!tally_put(into, (uint32_t)i, &from->cohorts[i].cells)) {
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
    return tally_sort(into) && !into->overflow;
}

bool tally_take(struct tally *into, struct tally *from)
{
    const size_t n = from->n_cohorts;
    assert(from->written == NULL && from->n_goals == 0);
    if (!tally_sort(from) || (n > 0 && !reach_cohort(into, (uint32_t)n - 1))) {
        return false;
    }
    into->overflow = into->overflow || from->overflow;
    for (size_t i = 0; i < n; i++) {
        struct cells *const cells = &into->cohorts[i].cells, *const more = &from->cohorts[i].cells;
        if (cells->n == 0) {
            cells_free(cells);
            *cells = *more;
            *more = (struct cells){.bytes = NULL};
        } else if (!tally_put(into, (uint32_t)i, more)) {
            return false;
        }
    }
    if (into->patterns.n == 0) {
        patterns_free(&into->patterns);
        into->patterns = from->patterns;
        from->patterns = (struct patterns){0};
        return true;
    }
    return patterns_merge(&into->patterns, &from->patterns, NULL);
}

/* --- looking up --- */

uint64_t tally_people(const struct tally *tally, uint32_t cohort, size_t scale)
{
    const struct written *const written = tally_written(tally, cohort, scale);
    uint64_t n = 0;
    if (written != NULL) {
        return written->n;
    }
    for (struct cell_cursor at = tally_find(tally, cohort, scale, 0, TALLY_ONE_STAGE);
         cell_next(&at);) {
        n += at.cell.count;
    }
    return n;
}

struct cell_cursor tally_find(const struct tally *tally, uint32_t cohort, size_t scale,
                              size_t stage, size_t later)
{
    const uint32_t wanted = tally_run_of(scale, stage, later);
    const struct cells none = {.bytes = NULL};
    assert(tally_written(tally, cohort, scale) == NULL);
    const struct cell_run run =
        cells_find(cohort < tally->n_cohorts ? &tally->cohorts[cohort].cells : &none, wanted);
    return run_cells(&run);
}

size_t tally_scores(struct cell_cursor cells, struct score_count out[])
{
    size_t written = 0;
    while (cell_next(&cells)) {
        const struct cell_count *const cell = &cells.cell;
        if (!tally_is_score(cell->code)) {
            continue;
        }
        if (written > 0 && out[written - 1].score == cell->code) {
            out[written - 1].count += cell->count;
        } else {
            out[written++] = (struct score_count){cell->code, cell->count};
        }
    }
    return written;
}

size_t tally_pairs(struct cell_cursor cells, struct pair_count out[])
{
    size_t written = 0;
    while (cell_next(&cells)) {
        const struct cell_count *const cell = &cells.cell;
        if (tally_is_score(cell->code) && tally_is_score(cell->later_code)) {
            out[written++] = (struct pair_count){cell->code, cell->later_code, cell->count};
        }
    }
    return written;
}

void tally_free(struct tally *tally)
{
    for (size_t i = 0; i < tally->n_cohorts; i++) {
        cells_free(&tally->cohorts[i].cells);
        free(tally->cohorts[i].loose);
    }
    for (size_t i = 0; i < tally->n_written; i++) {
        free(tally->written[i].rows);
    }
    free(tally->written);
    free(tally->cohorts);
    free(tally->goals);
    patterns_free(&tally->patterns);
    free(tally->spare);
    cells_free(&tally->packed);
    free(tally->recent);
    *tally = (struct tally){0};
}

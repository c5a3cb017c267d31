/* io/run/counted_bytes.c - see counted_bytes.h. */
#include "io/run/counted_bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define N_ITEMS(study) ((study)->n_measures * MAX_GROUPS * MAX_ITEMS)

static void put_tally(struct parcel *parcel, const struct tally *tally)
{
    parcel_put_number(parcel, tally->n_cohorts);
    for (size_t i = 0; i < tally->n_cohorts; i++) {
        const struct cells *const cells = &tally->cohorts[i].cells;
        parcel_put_number(parcel, cells->n);
        parcel_put_number(parcel, cells->n_bytes);
        parcel_put(parcel, cells->bytes, cells->n_bytes);
    }
    parcel_put_number(parcel, tally->n_goals);
    parcel_put(parcel, tally->goals, tally->n_goals * sizeof *tally->goals);
    parcel_put_number(parcel, tally->patterns.n);
    for (size_t i = 0; i < tally->patterns.n; i++) {
        const struct pattern *const pattern = &tally->patterns.list[i];
        parcel_put(parcel, pattern, sizeof *pattern);
        parcel_put(parcel, tally->patterns.terms + pattern->terms,
                   pattern_n_terms(pattern->stages) * sizeof *tally->patterns.terms);
    }
}

static void put_items(struct parcel *parcel, const struct item_tally *items)
{
    for (size_t i = 0; i < items->study->n_measures * MAX_GROUPS; i++) {
        const struct item_sheet *const sheet = &items->sheets[i];
        parcel_put_number(parcel, sheet->without_cohorts);
        parcel_put_number(parcel, sheet->n_cells);
        parcel_put(parcel, sheet->cells, sheet->n_cells * sizeof *sheet->cells);
        parcel_put(parcel, sheet->sums,
                   sheet->n_cells * item_sums_size(sheet->n_items) * sizeof *sheet->sums);
    }
}

static void put_families(struct parcel *parcel, const struct family_tally *tally)
{
    parcel_put_number(parcel, tally->n_cells);
    parcel_put(parcel, tally->cells, tally->n_cells * sizeof *tally->cells);
    /* Members of families are still on their way (kin_store.h), so that none is split yet. */
    assert(tally->n_splits == 0);
}

void counted_put(struct parcel *parcel, const struct counted *counted)
{
    const struct study *const study = counted->study;
    const struct item_checks *const checks = &counted->checks;
    parcel_put(parcel, counted->measures, study->n_measures * sizeof *counted->measures);
    parcel_put(parcel, counted->sources, counted->n_sources * sizeof *counted->sources);
    parcel_put(parcel, counted->ids, study->n_joins * sizeof *counted->ids);
    parcel_put(parcel, checks->scales, study->n_scales * sizeof *checks->scales);
    parcel_put(parcel, checks->items, N_ITEMS(study) * sizeof *checks->items);
    parcel_put(parcel, checks->ages, study->n_measures * sizeof *checks->ages);
    parcel_put(parcel, checks->ages_outside, study->n_measures * sizeof *checks->ages_outside);
    parcel_put_number(parcel, counted->unknown_informants);
    put_items(parcel, &counted->items);
    put_tally(parcel, &counted->tally);
    put_families(parcel, &counted->families);
}

/* False: a number that the sender did not explain. */
static bool renumber(uint32_t *number, const uint32_t numbers[], size_t n)
{
    const bool known = *number < n;
    *number = known ? numbers[*number] : 0;
    return known;
}

/* Whether all runs are of scales and stages that there are. */
static bool are_of_study(const struct cells *cells, const struct study *study)
{
    const unsigned char *at = cells->bytes;
    struct cell_run run;
    while (cells_next_run(cells, &at, &run)) {
        const struct cell_count of = run_cells(&run).cell;
        if (of.scale >= study->n_scales || of.stage >= study->n_stages ||
            (of.later >= study->n_stages && of.later < TALLY_DAYS)) {
            return false;
        }
    }
    return true;
}

static bool get_cells(struct parcel *parcel, const struct renumbering *numbers, uint32_t cohort,
                      const struct study *study, struct tally *tally)
{
    const bool known = renumber(&cohort, numbers->cohorts, numbers->n_cohorts);
    const uint64_t n = parcel_get_number(parcel), n_bytes = parcel_get_number(parcel);
    const size_t start = parcel->at;
    const bool there = parcel_look(parcel, (size_t)n_bytes) != NULL;
    const struct cells cells = {.bytes = there ? parcel->bytes + start : NULL,
                                .n_bytes = there ? (size_t)n_bytes : 0,
                                .n = (uint32_t)n};
    return known && there && n <= UINT32_MAX && cells_are_whole(&cells) &&
           are_of_study(&cells, study) && tally_put(tally, cohort, &cells);
}

static bool get_pattern(struct parcel *parcel, const struct renumbering *numbers,
                        struct patterns *patterns)
{
    struct pattern pattern = {0};
    int128 terms[MODEL_STAGES + MODEL_PAIRS];
    parcel_get(parcel, &pattern, sizeof pattern);
    if (parcel->failed || pattern.stages == 0 || pattern.stages >> MODEL_STAGES != 0 ||
        !renumber(&pattern.cohort, numbers->cohorts, numbers->n_cohorts)) {
        return false;
    }
    parcel_get(parcel, terms, pattern_n_terms(pattern.stages) * sizeof *terms);
    return !parcel->failed && patterns_add_sums(patterns, &pattern, terms);
}

static bool get_tally(struct parcel *parcel, const struct renumbering *numbers,
                      const struct study *study, struct tally *tally)
{
    const uint64_t n_cohorts = parcel_get_number(parcel);
    bool done = n_cohorts <= numbers->n_cohorts;
    for (uint32_t i = 0; i < n_cohorts && done; i++) {
        done = get_cells(parcel, numbers, i, study, tally);
    }
    for (uint64_t n = done ? parcel_get_number(parcel) : 0; n > 0 && done; n--) {
        struct goal_cell goal;
        parcel_get(parcel, &goal, sizeof goal);
        done = !parcel->failed && renumber(&goal.cohort, numbers->cohorts, numbers->n_cohorts) &&
               (goal.category == NO_NAME ||
                renumber(&goal.category, numbers->names, numbers->n_names)) &&
               tally_add_goal(tally, &goal, goal.count);
    }
    for (uint64_t n = done ? parcel_get_number(parcel) : 0; n > 0 && done; n--) {
        done = get_pattern(parcel, numbers, &tally->patterns);
    }
    return done && tally_sort(tally) && !parcel->failed;
}

static bool get_sheet(struct parcel *parcel, const struct renumbering *numbers,
                      struct item_sheet *sheet)
{
    const size_t n_sums = item_sums_size(sheet->n_items);
    const uint64_t without = parcel_get_number(parcel), n = parcel_get_number(parcel);
    struct item_cell *const cells = calloc(ITEM_CELLS_MOST, sizeof *cells);
    uint64_t *const sums = calloc(n_sums + 1, sizeof *sums);
    bool done = cells != NULL && sums != NULL && !parcel->failed && n <= ITEM_CELLS_MOST &&
                (n == 0 || sheet->n_items > 0) && (without == 0 || item_sheet_drop_cohorts(sheet));
    if (done) {
        parcel_get(parcel, cells, (size_t)n * sizeof *cells);
    }
    for (size_t i = 0; i < n && done; i++) {
        uint32_t cohort = cells[i].cohort;
        parcel_get(parcel, sums, n_sums * sizeof *sums);
        done =
            !parcel->failed &&
            (cohort == ITEM_NO_COHORT || renumber(&cohort, numbers->cohorts, numbers->n_cohorts)) &&
            item_sheet_add_sums(sheet, cohort, cells[i].stage, cells[i].n, cells[i].n_apart, sums);
    }
    free(cells);
    free(sums);
    return done;
}

static bool get_items(struct parcel *parcel, const struct renumbering *numbers,
                      struct item_tally *items)
{
    bool done = true;
    for (size_t i = 0; i < items->study->n_measures * MAX_GROUPS && done; i++) {
        done = get_sheet(parcel, numbers, &items->sheets[i]);
    }
    return done;
}

static bool get_families(struct parcel *parcel, const struct renumbering *numbers,
                         struct family_tally *tally)
{
    bool done = true;
    for (uint64_t n = parcel_get_number(parcel); n > 0 && done; n--) {
        struct family_cell cell;
        parcel_get(parcel, &cell, sizeof cell);
        done = !parcel->failed && renumber(&cell.cohort, numbers->cohorts, numbers->n_cohorts) &&
               (cell.of.later != FAMILY_ATTAINED + GOALS_BY_CATEGORY || cell.of.about == NO_NAME ||
                renumber(&cell.of.about, numbers->names, numbers->n_names)) &&
               family_tally_add(tally, &cell);
    }
    return done && !parcel->failed;
}

bool counted_add(struct parcel *parcel, const struct renumbering *numbers, struct counted *into)
{
    const struct study *const study = into->study;
    struct counted from;
    bool done = counted_init(&from, study, into->cohorts, into->names, into->n_sources);
    if (!done) {
        return false;
    }
    parcel_get(parcel, from.measures, study->n_measures * sizeof *from.measures);
    parcel_get(parcel, from.sources, from.n_sources * sizeof *from.sources);
    parcel_get(parcel, from.ids, study->n_joins * sizeof *from.ids);
    parcel_get(parcel, from.checks.scales, study->n_scales * sizeof *from.checks.scales);
    parcel_get(parcel, from.checks.items, N_ITEMS(study) * sizeof *from.checks.items);
    parcel_get(parcel, from.checks.ages, study->n_measures * sizeof *from.checks.ages);
    parcel_get(parcel, from.checks.ages_outside,
               study->n_measures * sizeof *from.checks.ages_outside);
    from.unknown_informants = parcel_get_number(parcel);
    done = get_items(parcel, numbers, &from.items) &&
           get_tally(parcel, numbers, study, &from.tally) &&
           get_families(parcel, numbers, &from.families) && counted_merge(into, &from);
    counted_free(&from);
    return done;
}

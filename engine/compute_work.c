/* engine/compute_work.c - what a worker has to add, and the scores and pairs of the group that it is at: from the
   tally's cells, or counted from the people who are written down. */
#include "engine/compute_work.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/stats/proportion.h"
#include "engine/written.h"

void work_add(struct work *work, enum statistic statistic, struct value value)
{
    work->key.statistic = (uint16_t)statistic;
    work->key.sub = 0;
    figures_add(work->part, &work->key, &value);
}

void work_add_sub(struct work *work, enum statistic statistic, size_t sub, uint64_t count)
{
    work->key.statistic = (uint16_t)statistic;
    work->key.sub = (uint16_t)sub;
    const struct value value = value_count((int64_t)count);
    figures_add(work->part, &work->key, &value);
}

void work_add_sub_value(struct work *work, enum statistic statistic, size_t sub, struct value value)
{
    work->key.statistic = (uint16_t)statistic;
    work->key.sub = (uint16_t)sub;
    figures_add(work->part, &work->key, &value);
}

void work_add_count(struct work *work, enum statistic statistic, uint64_t count)
{
    work_add_sub(work, statistic, 0, count);
}

const struct scale *work_scale(const struct work *work)
{
    return work->study->scales[work->key.scale].scale;
}

/* --- people who are written down --- */

/* Their runs are counted when they are asked for, and kept for a while: tables that are computed together ask for
   the same few, group after group. */
#define RUN_SLOTS ((size_t)4096)
#define MOST_RUN_BYTES ((size_t)2 * 1024 * 1024)
#define RUNS_KEPT 64                 /* of the largest, or some hundreds that are as most are */
#define MOST_CELL_BYTES ((size_t)48) /* twice a code of eight bytes, and three numbers */

struct counted_run {
    const struct written
        *of;            /* borrowed from the tally, as a name of the cohort and questionnaire */
    uint32_t run;       /* tally_run() */
    uint32_t filling;   /* of the room, when it was counted */
    struct cells cells; /* in counted_runs.bytes */
};

struct counted_runs {
    const struct study *study; /* borrowed */
    struct counted_run *slots; /* owned, RUN_SLOTS, by a hash of what they are */
    unsigned char *bytes; /* owned, n_bytes, of which n_used are cells: filled again and again */
    size_t n_bytes, n_used;
    size_t most_bytes; /* of one run */
    uint32_t filling;  /* from 1 */
    struct written_room room;
    struct patterns patterns; /* of the group and scale that were asked for last */
};

struct counted_runs *counted_runs_new(const struct study *study, size_t most)
{
    struct counted_runs *const runs = calloc(1, sizeof *runs);
    if (runs == NULL) {
        return NULL;
    }
    runs->study = study;
    runs->filling = 1;
    /* and what the writer wants to have left */
    runs->most_bytes = most == 0 ? 0 : most * MOST_CELL_BYTES + CELLS_BYTES_AHEAD;
    runs->n_bytes = runs->most_bytes * RUNS_KEPT;
    runs->n_bytes = runs->n_bytes < MOST_RUN_BYTES ? runs->n_bytes : MOST_RUN_BYTES;
    runs->n_bytes = runs->n_bytes > runs->most_bytes ? runs->n_bytes : runs->most_bytes;
    runs->slots = calloc(most == 0 ? 1 : RUN_SLOTS, sizeof *runs->slots);
    runs->bytes = malloc(runs->n_bytes + 1);
    if (runs->slots == NULL || runs->bytes == NULL ||
        (most > 0 && !written_reserve(&runs->room, study->n_stages, most))) {
        counted_runs_free(runs);
        return NULL;
    }
    return runs;
}

void counted_runs_free(struct counted_runs *runs)
{
    if (runs != NULL) {
        free(runs->slots);
        free(runs->bytes);
        written_room_free(&runs->room);
        patterns_free(&runs->patterns);
        free(runs);
    }
}

static struct counted_run *slot_of(struct counted_runs *runs, const struct written *written,
                                   uint32_t run)
{
    const uint64_t hash =
        ((uint64_t)(uintptr_t)written ^ (uint64_t)run << 40) * UINT64_C(0x9e3779b97f4a7c15);
    return &runs->slots[hash >> 52]; /* of RUN_SLOTS */
}
_Static_assert(RUN_SLOTS == 1 << 12, "twelve bits say which slot");

/* The cells of a run, counted now or not long ago. */
static struct cell_cursor counted_run(const struct work *work, const struct written *written,
                                      size_t stage, size_t later)
{
    struct counted_runs *const runs = work->counted_runs;
    const uint32_t wanted = tally_run_of(work->key.scale, stage, later);
    const struct written_scale scale = written_scale_of(work->study, work->key.scale);
    struct counted_run *const run = slot_of(runs, written, wanted);
    const unsigned char *at;
    struct cell_run found = {.bytes = NULL};
    if (run->of != written || run->run != wanted || run->filling != runs->filling) {
        if (runs->n_bytes - runs->n_used < runs->most_bytes) {
            runs->n_used = 0;
            runs->filling++;
        }
        *run = (struct counted_run){
            written,
            wanted,
            runs->filling,
            {.bytes = runs->bytes + runs->n_used, .capacity = runs->n_bytes - runs->n_used}};
        cells_begin(&runs->room.writer, &run->cells);
        written_count_run(written, &scale, stage, later, &runs->room);
        (void)cells_end(&runs->room.writer); /* there is room for it */
        runs->n_used += run->cells.n_bytes;
    }
    at = run->cells.bytes;
    (void)cells_next_run(&run->cells, &at, &found); /* nobody may have a score at every stage */
    return run_cells(&found);
}

/* Is it known of those who are written down? */
static bool is_written_run(const struct study *study, size_t stage, size_t later)
{
    return later == TALLY_ONE_STAGE || later == TALLY_ALL_STAGES ||
           (later < study->n_stages && is_counted_pair(study, stage, later));
}

/* Those of the current key who are written down, if that says what is asked for. */
static const struct written *written_for(const struct work *work, size_t stage, size_t later)
{
    const struct tally *const tally = &work->figures->comparisons[work->key.breakdown].tally;
    return is_written_run(work->study, stage, later)
               ? tally_written(tally, work->key.group, work->key.scale)
               : NULL;
}

size_t work_patterns(struct work *work)
{
    const struct tally *const tally = &work->figures->comparisons[work->key.breakdown].tally;
    const struct written *const written = tally_written(tally, work->key.group, work->key.scale);
    const struct written_scale scale = written_scale_of(work->study, work->key.scale);
    struct counted_runs *const runs = work->counted_runs;
    const struct patterns *patterns = &tally->patterns;
    const struct pattern *found;
    size_t n;
    if (written != NULL) {
        patterns_free(&runs->patterns);
        if (!written_add_patterns(written, &scale, work->key.group, &runs->room, &runs->patterns)) {
            patterns_free(&runs->patterns);
            work->part->no_memory = true;
        }
        patterns_sort(&runs->patterns);
        patterns = &runs->patterns;
    }
    found = patterns_find(patterns, work->key.group, work->key.scale, &n);
    for (size_t i = 0; i < n; i++) {
        work->patterns[i] = pattern_scores(patterns, &found[i]);
    }
    return n;
}

/* --- cells --- */

/* All tables of a scale ask for the same few runs again and again. */
static void find_runs(struct group_runs *runs, const struct cells *cells)
{
    const unsigned char *at = cells->bytes;
    runs->n = 0;
    while (cells_next_run(cells, &at, &runs->runs[runs->n])) {
        runs->n++;
    }
    runs->of = cells->bytes;
}

struct cell_cursor work_cells(const struct work *work, size_t stage, size_t later)
{
    const struct tally *const tally = &work->figures->comparisons[work->key.breakdown].tally;
    struct group_runs *const runs = work->runs;
    const uint32_t wanted = tally_run_of(work->key.scale, stage, later);
    const struct cell_run none = {.bytes = NULL};
    const struct written *const written = written_for(work, stage, later);
    const struct cell_run *found;
    size_t low = 0, high;
    if (written != NULL) {
        return counted_run(work, written, stage, later);
    }
    if (work->key.group >= tally->n_cohorts || tally->cohorts[work->key.group].cells.n == 0) {
        return run_cells(&none);
    }
    if (runs->of != tally->cohorts[work->key.group].cells.bytes) {
        find_runs(runs, &tally->cohorts[work->key.group].cells);
    }
    high = runs->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (runs->runs[middle].run < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    found = low < runs->n && runs->runs[low].run == wanted ? &runs->runs[low] : &none;
    return run_cells(found);
}

struct distribution work_distribution(const struct work *work, size_t stage, size_t later)
{
    const struct written *const written = written_for(work, stage, later);
    const struct written_scale scale = written_scale_of(work->study, work->key.scale);
    assert(later >= work->study->n_stages);
    return (struct distribution){
        work->scores,
        written != NULL
            ? written_scores(written, &scale, stage, later, &work->counted_runs->room, work->scores)
            : tally_scores(work_cells(work, stage, later), work->scores),
        work_scale(work)->units_per_point};
}

struct joint work_pairs(const struct work *work, size_t stage, size_t later)
{
    const struct written *const written = written_for(work, stage, later);
    const struct written_scale scale = written_scale_of(work->study, work->key.scale);
    return (struct joint){
        work->pairs,
        written != NULL
            ? written_pairs(written, &scale, stage, later, &work->counted_runs->room, work->pairs)
            : tally_pairs(work_cells(work, stage, later), work->pairs),
        work_scale(work)->units_per_point};
}

struct comparison_of_stages work_compare(const struct work *work, size_t stage, size_t later)
{
    const struct written *const written = written_for(work, stage, later);
    const uint32_t run = tally_run_of(work->key.scale, stage, later);
    const void *const of =
        written != NULL ? (const void *)written : (const void *)work_cells(work, stage, later).at;
    struct last_compared *const last = work->last;
    if (of == NULL || of != last->of || run != last->run) {
        const struct joint joint = work_pairs(work, stage, later);
        const int64_t units = joint.units_per_point;
        last->of = of;
        last->run = run;
        last->stages = (struct comparison_of_stages){
            .joint = joint,
            .before = {work->before, joint_before(&joint, work->before), units},
            .after = {work->after, joint_after(&joint, work->after), units},
            .changes = {work->changes, joint_change(&joint, work->changes), units}};
    }
    return last->stages;
}

void work_forget(const struct work *work)
{
    work->last->of = NULL;
}

struct stage_sums work_sums(const struct work *work, size_t stage, size_t later)
{
    const struct score_sums none = {.units_per_point = work_scale(work)->units_per_point};
    struct stage_sums sums = {none, none, none};
    struct cell_cursor at = work_cells(work, stage, later);
    while (cell_next(&at)) {
        const struct cell_count *const cell = &at.cell;
        if (tally_is_score(cell->code) && tally_is_score(cell->later_code)) {
            score_sums_add(&sums.before, cell->code, cell->count);
            score_sums_add(&sums.after, cell->later_code, cell->count);
            score_sums_add(&sums.changes, cell->later_code - cell->code, cell->count);
        }
    }
    return sums;
}

struct score_mean work_mean(const struct work *work, size_t stage, size_t later)
{
    struct score_sums sums = {.units_per_point = work_scale(work)->units_per_point};
    struct cell_cursor at = work_cells(work, stage, later);
    while (cell_next(&at)) {
        if (tally_is_score(at.cell.code)) { /* squares are not asked for */
            sums.n += at.cell.count;
            sums.sum += (int128)at.cell.code * (int128)at.cell.count;
        }
    }
    return (struct score_mean){sums.n, sums_mean(&sums)};
}

bool work_is_said(const struct work *work)
{
    const struct comparison *const comparison = &work->figures->comparisons[work->key.breakdown];
    return figures_has_unprinted(work->figures, work->key.breakdown) ||
           comparison->grouping.n_groups <= MOST_SAID_COHORTS;
}

bool work_has_pair(const struct work *work)
{
    return work->study->before != work->study->after;
}

bool work_has_bands(const struct work *work)
{
    const size_t measure = work->study->scales[work->key.scale].measure;
    return work_has_pair(work) && work_scale(work)->n_band_sets > 0 &&
           !work->study->measures[measure].pooled;
}

void work_add_percent(struct work *work, enum statistic percent, uint64_t part, uint64_t whole)
{
    const struct interval interval = proportion_wilson(part, whole);
    work_add(work, percent, value_ratio(100 * (int128)part, (int128)whole));
    work_add(work, percent + 1, value_double(100.0 * interval.low));
    work_add(work, percent + 2, value_double(100.0 * interval.high));
}

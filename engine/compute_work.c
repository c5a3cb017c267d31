/* engine/compute_work.c - the room to work in is made once, for the largest group there is, so
   that nothing is allocated for each cohort: there may be thousands. */
#include "engine/compute_work.h"

#include "engine/stats/proportion.h"

#define SHORT_RUN 8

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

static bool is_same_run(const struct cell_count *a, const struct cell_count *b)
{
    return a->scale == b->scale && a->stage == b->stage && a->later == b->later;
}

/* Where a run of cells ends that begins at `first`, of n. Most are short: only what goes on for longer is
   looked for by steps that double. */
static size_t run_end(const struct cell_count cells[], size_t n, size_t first)
{
    size_t low = first, step = 1, high;
    while (low + 1 < n && low - first < SHORT_RUN && is_same_run(&cells[low + 1], &cells[first])) {
        low++;
    }
    if (low + 1 == n || low - first < SHORT_RUN) {
        return low + 1;
    }
    while (low + step < n && is_same_run(&cells[low + step], &cells[first])) {
        low += step;
        step *= 2;
    }
    /* that at `low` is of the run, and that at `high`, if there is one, is not */
    high = low + step < n ? low + step : n;
    while (low + 1 < high) {
        const size_t middle = low + (high - low) / 2;
        if (is_same_run(&cells[middle], &cells[first])) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

/* All tables of a scale ask for the same few runs again and again. */
static void find_runs(struct group_runs *runs, const struct cohort_cells *cohort)
{
    size_t n = 0;
    for (size_t i = 0; i < cohort->n; i = run_end(cohort->cells, cohort->n, i)) {
        runs->runs[n++] = (struct cell_run){tally_run(&cohort->cells[i]), (uint32_t)i};
    }
    runs->runs[n].first = cohort->n;
    runs->n = n;
    runs->cells = cohort->cells;
}

const struct cell_count *work_cells(const struct work *work, size_t stage, size_t later, size_t *n)
{
    const struct tally *const tally = &work->figures->comparisons[work->key.breakdown].tally;
    struct group_runs *const runs = work->runs;
    const struct cell_count wanted = {
        .scale = work->key.scale, .stage = (uint8_t)stage, .later = (uint8_t)later};
    size_t low = 0, high;
    *n = 0;
    if (work->key.group >= tally->n_cohorts || tally->cohorts[work->key.group].n == 0) {
        return NULL;
    }
    if (runs->cells != tally->cohorts[work->key.group].cells) {
        find_runs(runs, &tally->cohorts[work->key.group]);
    }
    high = runs->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (runs->runs[middle].of < tally_run(&wanted)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == runs->n || runs->runs[low].of != tally_run(&wanted)) {
        return NULL;
    }
    *n = runs->runs[low + 1].first - runs->runs[low].first;
    return runs->cells + runs->runs[low].first;
}

struct distribution work_distribution(const struct work *work, size_t stage, size_t later)
{
    size_t n;
    const struct cell_count *const cells = work_cells(work, stage, later, &n);
    return (struct distribution){work->before, tally_scores(cells, n, work->before),
                                 work_scale(work)->units_per_point};
}

struct comparison_of_stages work_compare(const struct work *work, size_t stage, size_t later)
{
    size_t n;
    const struct cell_count *const cells = work_cells(work, stage, later, &n);
    const int64_t units = work_scale(work)->units_per_point;
    const struct joint joint = {work->pairs, tally_pairs(cells, n, work->pairs), units};
    return (struct comparison_of_stages){
        .joint = joint,
        .before = {work->before, joint_before(&joint, work->before), units},
        .after = {work->after, joint_after(&joint, work->after), units},
        .changes = {work->changes, joint_change(&joint, work->changes), units}};
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

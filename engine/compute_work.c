/* engine/compute_work.c - the room to work in is made once, for the largest group there is, so
   that nothing is allocated for each cohort: there may be thousands. */
#include "engine/compute_work.h"

#include "engine/stats/proportion.h"

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
    const struct cell_count wanted = {
        .scale = work->key.scale, .stage = (uint8_t)stage, .later = (uint8_t)later};
    const struct cell_run none = {.bytes = NULL};
    const struct cell_run *found;
    size_t low = 0, high;
    if (work->key.group >= tally->n_cohorts || tally->cohorts[work->key.group].cells.n == 0) {
        return run_cells(&none);
    }
    if (runs->of != tally->cohorts[work->key.group].cells.bytes) {
        find_runs(runs, &tally->cohorts[work->key.group].cells);
    }
    high = runs->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (runs->runs[middle].run < tally_run(&wanted)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    found = low < runs->n && runs->runs[low].run == tally_run(&wanted) ? &runs->runs[low] : &none;
    return run_cells(found);
}

struct distribution work_distribution(const struct work *work, size_t stage, size_t later)
{
    return (struct distribution){work->scores,
                                 tally_scores(work_cells(work, stage, later), work->scores),
                                 work_scale(work)->units_per_point};
}

struct comparison_of_stages work_compare(const struct work *work, size_t stage, size_t later)
{
    const struct cell_cursor cells = work_cells(work, stage, later);
    const int64_t units = work_scale(work)->units_per_point;
    struct joint joint = {work->pairs, 0, units};
    if (cells.at == NULL || cells.at != work->last->of) {
        joint.n_pairs = tally_pairs(cells, work->pairs);
        work->last->of = cells.at;
        work->last->stages = (struct comparison_of_stages){
            .joint = joint,
            .before = {work->before, joint_before(&joint, work->before), units},
            .after = {work->after, joint_after(&joint, work->after), units},
            .changes = {work->changes, joint_change(&joint, work->changes), units}};
    }
    return work->last->stages;
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

/* engine/compute_added_value.c - the added value score of a group: what was predicted of its children
   less what was seen. */
#include "engine/compute_work.h"

#include "engine/stats/added_value.h"
#include "engine/stats/describe.h"

/* How many have this in place of a prediction. */
static uint64_t count_of(struct cell_cursor at, tally_code reason)
{
    uint64_t count = 0;
    while (cell_next(&at)) {
        count += at.cell.later_code == reason ? at.cell.count : 0;
    }
    return count;
}

/* A number of points in units of ADDED_VALUE_SD. */
static struct value effect_size(struct value points)
{
    return points.kind == VALUE_RATIO
               ? value_ratio(points.numerator, points.denominator * ADDED_VALUE_SD)
               : value_double(points.number / ADDED_VALUE_SD);
}

void compute_added_value(struct work *work)
{
    const struct measure *const measure =
        &work->study->measures[work->study->scales[work->key.scale].measure];
    struct comparison_of_stages stages;
    struct description added;
    struct family_mean families = {0};
    struct cell_cursor cells;
    if (!measure->has_added_value ||
        work->key.scale != measure->first_scale + measure->predictors[PREDICTOR_TOTAL]) {
        return;
    }
    /* The second score of these pairs is the prediction: their change is the added value. */
    stages = work_compare(work, work->study->after, TALLY_PREDICTED);
    stages.changes.units_per_point = ADDED_VALUE_UNITS;
    added = describe_interval(&stages.changes);
    cells = work_cells(work, work->study->after, TALLY_PREDICTED);
    work->key.stage = FIGURE_STAGE_CHANGE;
    work_add_count(work, STATISTIC_N, added.n);
    work_add(work, STATISTIC_MEAN, added.mean);
    work_add(work, STATISTIC_SD, added.sd);
    work_add(work, STATISTIC_SE, added.se);
    work_add(work, STATISTIC_CI_LOW, added.ci_low);
    work_add(work, STATISTIC_CI_HIGH, added.ci_high);
    work_add(work, STATISTIC_EFFECT_SIZE, effect_size(added.mean));
    work_add(work, STATISTIC_EFFECT_SIZE_CI_LOW, effect_size(added.ci_low));
    work_add(work, STATISTIC_EFFECT_SIZE_CI_HIGH, effect_size(added.ci_high));
    if (work_has_families(work)) {
        families = added_value_by_families(work, &stages.changes);
        work_add(work, STATISTIC_EFFECT_SIZE_FAMILY_CI_LOW, effect_size(families.ci_low));
        work_add(work, STATISTIC_EFFECT_SIZE_FAMILY_CI_HIGH, effect_size(families.ci_high));
    }
    work_add_count(work, STATISTIC_EXCLUDED_NO_IMPACT, count_of(cells, ADDED_VALUE_NO_IMPACT));
    work_add_count(work, STATISTIC_EXCLUDED_NOT_IN_TIME, count_of(cells, ADDED_VALUE_NOT_IN_TIME));
    work_add_count(work, STATISTIC_NO_DATES, count_of(cells, ADDED_VALUE_NO_DATES));
    if (work_has_families(work)) {
        work_add_count(work, STATISTIC_FAMILIES, families.families);
        work_add(work, STATISTIC_SE_FAMILY, families.se);
        work_add(work, STATISTIC_DF_FAMILY, families.df);
        work_add(work, STATISTIC_CI_FAMILY_LOW, families.ci_low);
        work_add(work, STATISTIC_CI_FAMILY_HIGH, families.ci_high);
    }
}

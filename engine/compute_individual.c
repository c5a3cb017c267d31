/* engine/compute_individual.c - the figures of who changed: between bands, reliably, and into the
   usual range. */
#include "engine/compute_work.h"

#include <assert.h>
#include <math.h>

#include "engine/stats/band_change.h"

/* --- band_change --- */

/* Of the set that tables print. Scores that no band has (there are none: an instrument's bands hold
   every score) would be in no cell. */
void compute_band_change(struct work *work)
{
    uint64_t counts[BAND_CHANGE_BANDS * BAND_CHANGE_BANDS] = {0};
    const struct band_set *set;
    struct comparison_of_stages stages;
    struct band_change change;
    bool moved;
    if (!work_has_bands(work)) {
        return;
    }
    set = &work_scale(work)->band_sets[study_band_set(work->study, work->key.scale)];
    assert(set->n_bands <= BAND_CHANGE_BANDS);
    stages = work_compare(work, work->study->before, work->study->after);
    for (size_t i = 0; i < stages.joint.n_pairs; i++) {
        const struct pair_count *const pair = &stages.joint.pairs[i];
        const int from = band_of(set, pair->before), to = band_of(set, pair->after);
        if (from >= 0 && to >= 0) {
            counts[(size_t)from * set->n_bands + (size_t)to] += pair->count;
        }
    }
    change = band_change(&(struct band_table){counts, set->n_bands}, set->n_usual);
    moved = change.stuart_maxwell_df > 0;
    work->key.stage = FIGURE_STAGE_CHANGE;
    work_add_count(work, STATISTIC_RAISED_BEFORE, change.raised_before);
    work_add_count(work, STATISTIC_RAISED_AFTER, change.raised_after);
    work_add(work, STATISTIC_P_MCNEMAR, value_double(change.p_mcnemar));
    work_add(work, STATISTIC_STUART_MAXWELL_CHI2, value_double(change.stuart_maxwell_chi2));
    work_add(work, STATISTIC_STUART_MAXWELL_DF,
             moved ? value_count((int64_t)change.stuart_maxwell_df) : VALUE_NONE);
    work_add(work, STATISTIC_P_STUART_MAXWELL, value_double(change.p_stuart_maxwell));
    work_add_count(work, STATISTIC_BETTER, change.better);
    work_add_count(work, STATISTIC_SAME, change.same);
    work_add_count(work, STATISTIC_WORSE, change.worse);
    work_add_percent(work, STATISTIC_PERCENT_BETTER, change.better,
                     change.better + change.same + change.worse);
}

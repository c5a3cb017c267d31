/* engine/compute_comparison.c - the programme against the comparison group that the study declares:
   one value of a column; all other values, where recorded, are the programme. */
#include "engine/compute_between.h"

#include <assert.h>
#include <math.h>

#include "engine/counted.h"
#include "engine/stats/one_way.h"
#include "engine/stats/student.h"

static enum arm arm_of(const struct work *work, uint32_t group)
{
    return cohort_arm(work->counted,
                      work->figures->comparisons[work->key.breakdown].grouping.members[group]);
}

/* Those who improved reliably, and of how many. */
struct improved {
    uint64_t improved, n;
};

static void add_improved(struct work *work, const struct improved arms[N_ARMS])
{
    const struct improved *const a = &arms[ARM_COMPARISON], *const b = &arms[ARM_PROGRAMME];
    const struct interval apart = proportion_difference(a->improved, a->n, b->improved, b->n);
    work_add_count(work, STATISTIC_IMPROVED_PROGRAMME, b->improved);
    work_add_count(work, STATISTIC_IMPROVED_COMPARISON, a->improved);
    work_add(
        work, STATISTIC_IMPROVED_DIFFERENCE,
        value_ratio(100 * ((int128)b->improved * (int128)a->n - (int128)a->improved * (int128)b->n),
                    (int128)a->n * (int128)b->n));
    work_add(work, STATISTIC_IMPROVED_DIFFERENCE_CI_LOW, value_double(100.0 * apart.low));
    work_add(work, STATISTIC_IMPROVED_DIFFERENCE_CI_HIGH, value_double(100.0 * apart.high));
    add_family_improved(work);
}

static void add_covariance(struct work *work, const struct cohort arms[N_ARMS])
{
    const struct ancova fit = ancova(arms, N_ARMS);
    const struct adjusted apart =
        ancova_difference(&fit, &arms[ARM_COMPARISON], &arms[ARM_PROGRAMME]);
    work_add(work, STATISTIC_ANCOVA_DIFFERENCE, value_double(apart.mean));
    work_add(work, STATISTIC_ANCOVA_DIFFERENCE_SE, value_double(apart.se));
    work_add(work, STATISTIC_ANCOVA_DIFFERENCE_DF, value_double(isnan(apart.se) ? NAN : fit.df2));
    work_add(work, STATISTIC_ANCOVA_DIFFERENCE_CI_LOW, value_double(apart.ci_low));
    work_add(work, STATISTIC_ANCOVA_DIFFERENCE_CI_HIGH, value_double(apart.ci_high));
    work_add(work, STATISTIC_P_ANCOVA_DIFFERENCE,
             value_double(student_two_sided(apart.mean / apart.se, fit.df2)));
}

static void add_families(struct work *work, const struct cohort arms[N_ARMS])
{
    const struct family_sum of = change_sum(work);
    const struct family_difference apart =
        families_apart(work, &work->between->arms, ARM_COMPARISON, ARM_PROGRAMME, &of, 1,
                       work_scale(work)->units_per_point);
    assert(apart.n[ARM_COMPARISON] == arms[ARM_COMPARISON].n &&
           apart.n[ARM_PROGRAMME] == arms[ARM_PROGRAMME].n);
    (void)arms;
    work_add_count(work, STATISTIC_FAMILIES_PROGRAMME, apart.families[ARM_PROGRAMME]);
    work_add_count(work, STATISTIC_FAMILIES_COMPARISON, apart.families[ARM_COMPARISON]);
    work_add_count(work, STATISTIC_FAMILIES_IN_BOTH_ARMS, apart.in_both);
    add_families_apart(work, STATISTIC_DID_FAMILY_SE, &apart);
}

void compute_comparison(struct work *work)
{
    const struct breakdown *const by = &work->study->breakdowns[work->key.breakdown];
    struct cohort_sums sums[N_ARMS] = {{0}, {0}};
    struct improved improved[N_ARMS] = {{0, 0}, {0, 0}};
    struct cohort arms[N_ARMS];
    struct difference did;
    struct group_effect effect;
    bool has_improved = false;
    if (!is_compared(work) || by->n_columns != 1 ||
        by->columns[0] + 1 != work->study->comparison_column) {
        return;
    }
    for (uint32_t g = 0; g < n_groups(work); g++) {
        if (is_recorded(work, g)) {
            const struct cohort_sums group = sums_in(work, g);
            struct figure_key key = work->key;
            struct value count;
            key.table = FIGURES_RELIABLE_CHANGE;
            key.group = g;
            count = figures_at(work->figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_IMPROVED, 0);
            cohort_sums_merge(&sums[arm_of(work, g)], &group);
            if (count.kind == VALUE_COUNT) {
                improved[arm_of(work, g)].improved += (uint64_t)count.numerator;
                improved[arm_of(work, g)].n += group.n;
                has_improved = true;
            }
        }
    }
    for (size_t arm = 0; arm < N_ARMS; arm++) {
        arms[arm] = cohort_of(&sums[arm], work_scale(work)->units_per_point);
    }
    did = difference_welch(&arms[ARM_COMPARISON], &arms[ARM_PROGRAMME]);
    work->key.stage = FIGURE_STAGE_CHANGE;
    work_add_count(work, STATISTIC_N_PROGRAMME, arms[ARM_PROGRAMME].n);
    work_add_count(work, STATISTIC_N_COMPARISON, arms[ARM_COMPARISON].n);
    work_add(work, STATISTIC_MEAN_PROGRAMME, value_double(arms[ARM_PROGRAMME].change));
    work_add(work, STATISTIC_MEAN_COMPARISON, value_double(arms[ARM_COMPARISON].change));
    work_add(work, STATISTIC_DID, value_double(did.difference));
    work_add(work, STATISTIC_DID_SE, value_double(did.se));
    work_add(work, STATISTIC_DID_DF, value_double(did.df));
    work_add(work, STATISTIC_DID_CI_LOW, value_double(did.ci_low));
    work_add(work, STATISTIC_DID_CI_HIGH, value_double(did.ci_high));
    work_add(work, STATISTIC_P_DID, value_double(did.p));
    if (work_has_families(work)) {
        add_families(work, arms);
    }
    add_covariance(work, arms);
    effect = hedges_g(&arms[ARM_COMPARISON], &arms[ARM_PROGRAMME]);
    work_add(work, STATISTIC_HEDGES_G, value_double(effect.g));
    work_add(work, STATISTIC_HEDGES_G_CI_LOW, value_double(effect.ci_low));
    work_add(work, STATISTIC_HEDGES_G_CI_HIGH, value_double(effect.ci_high));
    if (has_improved) {
        add_improved(work, improved);
    }
}

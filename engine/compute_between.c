/* engine/compute_between.c - how the groups of a breakdown compare. People whose group is not
   recorded are in All and in no comparison: they may belong to any of the others. */
#include "engine/compute_between.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/counted.h"
#include "engine/stats/one_way.h"
#include "engine/stats/pooled.h"

/* The most places that a list of changes may need. */
static size_t most_changes(const struct work *work)
{
    const struct tally *const all = &work->figures->comparisons[0].tally;
    return all->n_cohorts > 0 ? all->cohorts[0].cells.n : 0;
}

/* The lowest score before of anyone with two scores; 0 where there is nobody. */
static int64_t origin_of(const struct work *work, size_t scale)
{
    struct cell_cursor at = tally_find(&work->figures->comparisons[0].tally, 0, scale,
                                       work->study->before, work->study->after);
    while (cell_next(&at)) {
        if (tally_is_score(at.cell.code) && tally_is_score(at.cell.later_code)) {
            return at.cell.code;
        }
    }
    return 0;
}

bool breakdown_has_years(const struct study *study, size_t breakdown)
{
    const struct breakdown *const by = &study->breakdowns[breakdown];
    return by->n_columns > 0 && by->columns[by->n_columns - 1] + 1 == study->year_column;
}

/* What years are compared by: changes from before to after, and goals attained; and arms: changes, and who
   improved reliably. A copy is made of it, so that what nobody asks for would cost. */
static bool is_change(const struct study *study, const struct family_sum *of)
{
    return of->stage == study->before && of->later == study->after;
}

static bool is_compared_by_year(const struct study *study, const struct family_sum *of)
{
    return is_change(study, of) || of->later == FAMILY_ATTAINED + GOALS_ANY;
}

static bool is_compared_by_arm(const struct study *study, const struct family_sum *of)
{
    return is_change(study, of) || of->later == FAMILY_SHARE + FAMILY_IMPROVED;
}

/* The families of both arms: those without a text in the column belong to neither. */
static bool pair_arms(const struct counted *counted, struct family_pairs *arms)
{
    const struct study *const study = counted->study;
    const size_t n = counted->cohorts->tuples.n_names;
    uint32_t *const arm_of = calloc(n + 1, sizeof *arm_of);
    bool *const leave_out = calloc(n + 1, sizeof *leave_out);
    bool done = arm_of != NULL && leave_out != NULL;
    for (uint32_t c = 0; c < n && done; c++) {
        arm_of[c] = cohort_arm(counted, c);
        leave_out[c] = cohorts_value_of(counted->cohorts, c, study->comparison_column - 1) == 0;
    }
    done = done && family_pairs_init(arms, &counted->families, arm_of, leave_out, study,
                                     is_compared_by_arm);
    free(arm_of);
    free(leave_out);
    return done;
}

/* Families between years and between arms, where the study compares them. */
static bool pair_families(struct work *work)
{
    const struct study *const study = work->study;
    struct between *const between = work->between;
    between->years = calloc(study->n_breakdowns, sizeof *between->years);
    if (between->years == NULL) {
        return false;
    }
    for (size_t b = 0; b < study->n_breakdowns; b++) {
        if (breakdown_has_years(study, b) &&
            !family_pairs_init(&between->years[b], &work->counted->families,
                               work->figures->comparisons[b].grouping.group_of, NULL, study,
                               is_compared_by_year)) {
            return false;
        }
    }
    return study->comparison_column == 0 || pair_arms(work->counted, &between->arms);
}

size_t between_most_pairs(const struct work *work)
{
    size_t most = family_pairs_most(&work->between->arms);
    for (size_t b = 0; b < work->study->n_breakdowns; b++) {
        const size_t n = family_pairs_most(&work->between->years[b]);
        most = n > most ? n : most;
    }
    return most;
}

bool between_begin(struct work *work)
{
    const struct study *const study = work->study;
    struct between *const between = calloc(1, sizeof *between);
    size_t n_groups = 1;
    work->between = between;
    if (between == NULL) {
        return false;
    }
    for (size_t b = 0; b < study->n_breakdowns; b++) {
        const size_t n = work->figures->comparisons[b].grouping.n_groups;
        n_groups = n > n_groups ? n : n_groups;
    }
    between->cohorts = calloc(n_groups, sizeof *between->cohorts);
    between->ranked = calloc(n_groups, sizeof *between->ranked);
    between->doubled_ranks = calloc(most_changes(work) + 1, sizeof *between->doubled_ranks);
    between->fits = calloc(study->n_breakdowns * (study->n_scales + 1), sizeof *between->fits);
    between->shares = calloc(n_groups, sizeof *between->shares);
    between->origins = calloc(study->n_scales + 1, sizeof *between->origins);
    if (between->cohorts == NULL || between->ranked == NULL || between->doubled_ranks == NULL ||
        between->fits == NULL || between->shares == NULL || between->origins == NULL ||
        !pair_families(work)) {
        return false;
    }
    for (size_t s = 0; s < study->n_scales; s++) {
        between->origins[s] = origin_of(work, s);
    }
    return true;
}

void between_end(struct work *work)
{
    if (work->between != NULL) {
        free(work->between->cohorts);
        free(work->between->ranked);
        free(work->between->doubled_ranks);
        free(work->between->fits);
        free(work->between->shares);
        free(work->between->origins);
        for (size_t b = 0; b < work->study->n_breakdowns && work->between->years != NULL; b++) {
            family_pairs_free(&work->between->years[b]);
        }
        free(work->between->years);
        family_pairs_free(&work->between->arms);
        free(work->between);
        work->between = NULL;
    }
}

/* --- the groups of the current breakdown --- */

size_t n_groups(const struct work *work)
{
    return work->figures->comparisons[work->key.breakdown].grouping.n_groups;
}

bool is_recorded(const struct work *work, uint32_t group)
{
    return grouping_is_recorded(&work->figures->comparisons[work->key.breakdown].grouping,
                                work->counted->cohorts,
                                &work->study->breakdowns[work->key.breakdown], group);
}

/* The pairs of one group, in `pairs`. */
static struct joint pairs_of(struct work *work, uint32_t group)
{
    struct cell_cursor cells;
    work->key.group = group;
    cells = work_cells(work, work->study->before, work->study->after);
    work->key.group = 0;
    return (struct joint){work->pairs, tally_pairs(cells, work->pairs),
                          work_scale(work)->units_per_point};
}

/* The same; nobody's where the group is not recorded. */
static struct joint joint_of(struct work *work, uint32_t group)
{
    return is_recorded(work, group)
               ? pairs_of(work, group)
               : (struct joint){work->pairs, 0, work_scale(work)->units_per_point};
}

/* How many stand in groups that are not recorded. */
static uint64_t count_not_recorded(struct work *work)
{
    uint64_t n = 0;
    for (uint32_t g = 0; g < n_groups(work); g++) {
        if (!is_recorded(work, g)) {
            const struct joint joint = pairs_of(work, g);
            for (size_t i = 0; i < joint.n_pairs; i++) {
                n += joint.pairs[i].count;
            }
        }
    }
    return n;
}

struct cohort_sums sums_in(struct work *work, uint32_t group)
{
    const struct joint joint = joint_of(work, group);
    struct cohort_sums sums = {0};
    cohort_sums_add(&sums, &joint, work->between->origins[work->key.scale]);
    return sums;
}

struct cohort cohort_in(struct work *work, uint32_t group)
{
    const struct cohort_sums sums = sums_in(work, group);
    return cohort_of(&sums, work_scale(work)->units_per_point);
}

/* All of them into `cohorts`; how many people they have. */
static uint64_t find_cohorts(struct work *work)
{
    uint64_t n = 0;
    for (uint32_t g = 0; g < n_groups(work); g++) {
        work->between->cohorts[g] = cohort_in(work, g);
        n += work->between->cohorts[g].n;
    }
    return n;
}

static struct kruskal_wallis rank_cohorts(struct work *work)
{
    struct between *const between = work->between;
    struct figure_key key = work->key;
    struct distribution changes;
    uint64_t n;
    int128 tied;
    /* The changes of All are those of every group, and perhaps some more. */
    work->key.breakdown = 0;
    changes = work_compare(work, work->study->before, work->study->after).changes;
    work->key = key;
    for (size_t i = 0; i < changes.n_scores; i++) {
        work->changes[i].count = 0;
    }
    for (uint32_t g = 0; g < n_groups(work); g++) {
        const struct joint joint = joint_of(work, g);
        count_changes(&joint, work->changes, changes.n_scores);
    }
    tied = mid_ranks(&changes, between->doubled_ranks, &n);
    for (uint32_t g = 0; g < n_groups(work); g++) {
        const struct joint joint = joint_of(work, g);
        between->ranked[g] = rank_changes(&joint, &changes, between->doubled_ranks);
    }
    return kruskal_wallis(between->ranked, n_groups(work), n, tied);
}

/* A statistic with its df: empty together. */
static void add_with(struct work *work, enum statistic statistic, double number, double test)
{
    work_add(work, statistic, value_double(isnan(test) ? NAN : number));
}

bool is_compared(const struct work *work)
{
    /* Goals of a family are not independent of one another, as these tests take people to be. */
    return work_has_pair(work) && !study_is_goal_level(work->study, work->key.scale);
}

static struct ancova *fit_of(const struct work *work)
{
    return &work->between->fits[work->key.breakdown * work->study->n_scales + work->key.scale];
}

/* --- the tables --- */

void compute_between(struct work *work)
{
    uint64_t n, not_recorded;
    struct one_way welch;
    struct kruskal_wallis kruskal;
    struct ancova fit;
    if (!is_compared(work)) {
        return;
    }
    n = find_cohorts(work);
    not_recorded = count_not_recorded(work);
    welch = one_way_welch(work->between->cohorts, n_groups(work));
    fit = ancova(work->between->cohorts, n_groups(work));
    *fit_of(work) = fit;
    kruskal = rank_cohorts(work);
    work->key.stage = FIGURE_STAGE_CHANGE;
    work_add_count(work, STATISTIC_N, n);
    work_add_count(work, STATISTIC_GROUPS, fit.cohorts);
    work_add_count(work, STATISTIC_NOT_RECORDED, not_recorded);
    work_add_count(work, STATISTIC_WELCH_GROUPS, welch.cohorts);
    work_add(work, STATISTIC_WELCH_F, value_double(welch.f));
    work_add(work, STATISTIC_WELCH_DF1, value_double(welch.df1));
    work_add(work, STATISTIC_WELCH_DF2, value_double(welch.df2));
    work_add(work, STATISTIC_P_WELCH, value_double(welch.p));
    work_add(work, STATISTIC_KRUSKAL_H, value_double(kruskal.h));
    work_add(work, STATISTIC_KRUSKAL_DF, value_double(kruskal.df));
    work_add(work, STATISTIC_P_KRUSKAL, value_double(kruskal.p));
    work_add(work, STATISTIC_ANCOVA_F, value_double(fit.f));
    add_with(work, STATISTIC_ANCOVA_DF1, fit.df1, fit.f);
    add_with(work, STATISTIC_ANCOVA_DF2, fit.df2, fit.f);
    work_add(work, STATISTIC_P_ANCOVA, value_double(fit.p));
    work_add(work, STATISTIC_SLOPE, value_double(fit.slope));
    work_add(work, STATISTIC_SLOPES_F, value_double(fit.slopes_f));
    add_with(work, STATISTIC_SLOPES_DF1, fit.slopes_df1, fit.slopes_f);
    add_with(work, STATISTIC_SLOPES_DF2, fit.slopes_df2, fit.slopes_f);
    work_add(work, STATISTIC_P_SLOPES, value_double(fit.p_slopes));
}

void compute_adjusted(struct work *work)
{
    const uint32_t group = work->key.group;
    const double origin =
        (double)work->between->origins[work->key.scale] / (double)work_scale(work)->units_per_point;
    struct cohort cohort;
    struct adjusted adjusted;
    /* All has been compared with nothing. */
    if (work->key.breakdown == 0 || !is_compared(work)) {
        return;
    }
    cohort = cohort_in(work, group);
    adjusted = ancova_adjusted(fit_of(work), &cohort);
    work->key.group = group;
    work->key.stage = FIGURE_STAGE_AFTER;
    work_add(work, STATISTIC_ADJUSTED_MEAN, value_double(adjusted.mean + origin));
    work_add(work, STATISTIC_ADJUSTED_SE, value_double(adjusted.se));
    work_add(work, STATISTIC_ADJUSTED_CI_LOW, value_double(adjusted.ci_low + origin));
    work_add(work, STATISTIC_ADJUSTED_CI_HIGH, value_double(adjusted.ci_high + origin));
}

void compute_pooled(struct work *work)
{
    const struct breakdown *const by = &work->study->breakdowns[work->key.breakdown];
    struct pooled pooled;
    /* Sites by year are not so many sites. */
    if (!is_compared(work) || by->n_columns != 1 ||
        by->columns[0] + 1 != work->study->site_column) {
        return;
    }
    (void)find_cohorts(work);
    pooled = pool_sites(work->between->cohorts, n_groups(work));
    work->key.stage = FIGURE_STAGE_CHANGE;
    work_add_count(work, STATISTIC_SITES, pooled.sites);
    work_add_count(work, STATISTIC_SITES_POOLED, pooled.pooled);
    work_add(work, STATISTIC_MEAN_OVER_PEOPLE, value_double(pooled.mean_over_people));
    work_add(work, STATISTIC_MEAN_OVER_SITES, value_double(pooled.mean_over_sites));
    work_add(work, STATISTIC_POOLED_MEAN, value_double(pooled.mean));
    work_add(work, STATISTIC_POOLED_SE, value_double(pooled.se));
    work_add(work, STATISTIC_POOLED_CI_LOW, value_double(pooled.ci_low));
    work_add(work, STATISTIC_POOLED_CI_HIGH, value_double(pooled.ci_high));
    work_add(work, STATISTIC_P_POOLED, value_double(pooled.p));
    work_add(work, STATISTIC_TAU2, value_double(pooled.tau2));
    work_add(work, STATISTIC_I2, value_double(pooled.i2));
    work_add(work, STATISTIC_PREDICTION_CI_LOW, value_double(pooled.prediction_ci_low));
    work_add(work, STATISTIC_PREDICTION_CI_HIGH, value_double(pooled.prediction_ci_high));
}

/* engine/compute_between.c - how the groups of a breakdown compare. People whose group is not
   recorded are in All and in no comparison: they may belong to any of the others. */
#include "engine/compute_between.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/counted.h"
#include "engine/stats/one_way.h"
#include "engine/stats/pooled.h"

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
    between->breakdown = study->n_breakdowns;
    between->scales = calloc(study->n_scales + 1, sizeof *between->scales);
    between->fits = calloc(study->n_breakdowns * (study->n_scales + 1), sizeof *between->fits);
    between->shares = calloc(n_groups, sizeof *between->shares);
    between->origins = calloc(study->n_scales + 1, sizeof *between->origins);
    if (between->scales == NULL || between->fits == NULL || between->shares == NULL ||
        between->origins == NULL || !pair_families(work)) {
        return false;
    }
    for (size_t s = 0; s < study->n_scales; s++) {
        between->origins[s] = origin_of(work, s);
    }
    return true;
}

/* Forgets the groups of a breakdown. */
static void forget_groups(struct work *work)
{
    struct between *const between = work->between;
    free(between->cohorts);
    free(between->ranked);
    between->cohorts = NULL;
    between->ranked = NULL;
    between->breakdown = work->study->n_breakdowns;
    for (size_t s = 0; s < work->study->n_scales && between->scales != NULL; s++) {
        free(between->scales[s].changes);
        free(between->scales[s].doubled_ranks);
        between->scales[s] = (struct ranked_changes){0};
    }
}

void between_end(struct work *work)
{
    if (work->between != NULL) {
        forget_groups(work);
        free(work->between->scales);
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
    struct joint joint;
    work->key.group = group;
    joint = work_pairs(work, work->study->before, work->study->after);
    work->key.group = 0;
    work_forget(work);
    return joint;
}

/* The same; nobody's where the group is not recorded. */
static struct joint joint_of(struct work *work, uint32_t group)
{
    return is_recorded(work, group)
               ? pairs_of(work, group)
               : (struct joint){work->pairs, 0, work_scale(work)->units_per_point};
}

struct cohort_sums sums_in(struct work *work, uint32_t group)
{
    const struct joint joint = joint_of(work, group);
    struct cohort_sums sums = {0};
    cohort_sums_add(&sums, &joint, work->between->origins[work->key.scale]);
    return sums;
}

/* Where a group of the current scale stands. */
static size_t place_of(const struct work *work, uint32_t group)
{
    return work->key.scale * n_groups(work) + group;
}

struct cohort cohort_in(struct work *work, uint32_t group)
{
    if (work->between->breakdown == work->key.breakdown) {
        work->key.group = 0;
        return work->between->cohorts[place_of(work, group)];
    }
    const struct cohort_sums sums = sums_in(work, group);
    return cohort_of(&sums, work_scale(work)->units_per_point);
}

bool is_compared(const struct work *work)
{
    /* Goals of a family are not independent of one another, as these tests take people to be. */
    return work_has_pair(work) && !study_is_goal_level(work->study, work->key.scale);
}

/* --- all groups of a breakdown --- */

/* The changes of All are those of every group: of all that are compared, when the others are taken away.
   False: no memory. */
static bool rank_all(struct work *work, struct ranked_changes *ranked)
{
    const struct figure_key key = work->key;
    struct distribution changes;
    work->key.breakdown = 0;
    work->key.group = 0;
    changes = work_compare(work, work->study->before, work->study->after).changes;
    work->key = key;
    work_forget(work); /* its counts are about to be others */
    ranked->changes = calloc(changes.n_scores + 1, sizeof *ranked->changes);
    ranked->doubled_ranks = calloc(changes.n_scores + 1, sizeof *ranked->doubled_ranks);
    ranked->n_changes = changes.n_scores;
    if (ranked->changes == NULL || ranked->doubled_ranks == NULL) {
        return false;
    }
    for (size_t i = 0; i < changes.n_scores; i++) {
        ranked->changes[i] = changes.scores[i];
        work->changes[i].count = 0;
    }
    for (uint32_t g = 0; g < n_groups(work); g++) {
        if (!is_recorded(work, g)) {
            const struct joint joint = pairs_of(work, g);
            count_changes(&joint, work->changes, changes.n_scores);
        }
    }
    for (size_t i = 0; i < changes.n_scores; i++) {
        ranked->changes[i].count -= work->changes[i].count;
        ranked->n_not_recorded += work->changes[i].count;
    }
    changes.scores = ranked->changes;
    ranked->tied = mid_ranks(&changes, ranked->doubled_ranks, &ranked->n);
    return true;
}

bool between_is_of(const struct work *work, size_t breakdown)
{
    return work->between->breakdown == breakdown;
}

bool between_compare(struct work *work, size_t breakdown)
{
    const struct figure_key key = work->key;
    const size_t n =
        work->study->n_scales * work->figures->comparisons[breakdown].grouping.n_groups;
    struct between *const between = work->between;
    bool done;
    forget_groups(work);
    between->cohorts = calloc(n + 1, sizeof *between->cohorts);
    between->ranked = calloc(n + 1, sizeof *between->ranked);
    done = between->cohorts != NULL && between->ranked != NULL;
    for (size_t i = 0; i < n && done; i++) { /* of a group without the measure: nobody's */
        between->cohorts[i] = cohort_of(&(struct cohort_sums){0}, 1);
    }
    for (size_t s = 0; s < work->study->n_scales && done; s++) {
        work->key = (struct figure_key){.breakdown = (uint16_t)breakdown, .scale = (uint16_t)s};
        done = !work->study->scales[s].collected || !is_compared(work) ||
               rank_all(work, &between->scales[s]);
    }
    work->key = key;
    return done;
}

void compare_group(struct work *work)
{
    const uint32_t group = work->key.group;
    const struct ranked_changes *const ranked = &work->between->scales[work->key.scale];
    if (is_compared(work)) {
        const struct joint joint = joint_of(work, group);
        const struct distribution changes = {ranked->changes, ranked->n_changes,
                                             joint.units_per_point};
        struct cohort_sums sums = {0};
        cohort_sums_add(&sums, &joint, work->between->origins[work->key.scale]);
        work->between->cohorts[place_of(work, group)] = cohort_of(&sums, joint.units_per_point);
        work->between->ranked[place_of(work, group)] =
            rank_changes(&joint, &changes, ranked->doubled_ranks);
    }
}

void between_compared(struct work *work, size_t breakdown, bool done)
{
    if (done) {
        work->between->breakdown = breakdown;
    } else {
        forget_groups(work);
    }
}

/* Those of the current scale. */
static const struct cohort *cohorts_of(const struct work *work)
{
    return work->between->cohorts + place_of(work, 0);
}

/* A statistic with its df: empty together. */
static void add_with(struct work *work, enum statistic statistic, double number, double test)
{
    work_add(work, statistic, value_double(isnan(test) ? NAN : number));
}

static struct ancova *fit_of(const struct work *work)
{
    return &work->between->fits[work->key.breakdown * work->study->n_scales + work->key.scale];
}

/* --- the tables --- */

void compute_between(struct work *work)
{
    const struct ranked_changes *const ranked = &work->between->scales[work->key.scale];
    struct one_way welch;
    struct kruskal_wallis kruskal;
    struct ancova fit;
    if (!is_compared(work)) {
        return;
    }
    welch = one_way_welch(cohorts_of(work), n_groups(work));
    fit = ancova(cohorts_of(work), n_groups(work));
    *fit_of(work) = fit;
    kruskal = kruskal_wallis(work->between->ranked + place_of(work, 0), n_groups(work), ranked->n,
                             ranked->tied);
    work->key.stage = FIGURE_STAGE_CHANGE;
    work_add_count(work, STATISTIC_N, ranked->n);
    work_add_count(work, STATISTIC_GROUPS, fit.cohorts);
    work_add_count(work, STATISTIC_NOT_RECORDED, ranked->n_not_recorded);
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
    pooled = pool_sites(cohorts_of(work), n_groups(work));
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

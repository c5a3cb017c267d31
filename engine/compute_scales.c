/* engine/compute_scales.c - the figures of one scale in one group: before and after, bands, and the
   stages. */
#include "engine/compute_work.h"

#include <assert.h>
#include <math.h>

#include "engine/compute.h"
#include "engine/stats/describe.h"
#include "engine/stats/effect_size.h"
#include "engine/stats/hodges_lehmann.h"
#include "engine/stats/paired.h"
#include "engine/stats/signed_rank.h"

/* --- before_after --- */

static void add_description(struct work *work, const struct description *d)
{
    work_add_count(work, STATISTIC_N, d->n);
    work_add(work, STATISTIC_MEAN, d->mean);
    work_add(work, STATISTIC_SD, d->sd);
}

static void add_quantiles(struct work *work, const struct description *d)
{
    work_add(work, STATISTIC_MEDIAN, d->median);
    work_add(work, STATISTIC_Q1, d->q1);
    work_add(work, STATISTIC_Q3, d->q3);
    work_add(work, STATISTIC_MIN, d->min);
    work_add(work, STATISTIC_MAX, d->max);
}

/* Is what no table prints of single cohorts computed, too? */
static bool has_unprinted(const struct work *work)
{
    return figures_has_unprinted(work->figures, work->key.breakdown);
}

/* Respondents, viable and each discount: sums over the same cells as every statistic. */
static void people_ledger(struct work *work, uint64_t n_pairs)
{
    uint64_t respondents = 0, by_reason[N_DISCOUNTS] = {0}, discounted = 0;
    struct cell_cursor at = work_cells(work, work->study->before, work->study->after);
    while (cell_next(&at)) {
        respondents += at.cell.count;
        by_reason[discount_of(at.cell.code, at.cell.later_code)] += at.cell.count;
    }
    for (size_t i = DISCOUNT_NONE + 1; i < N_DISCOUNTS; i++) {
        discounted += by_reason[i];
    }
    assert(respondents == by_reason[DISCOUNT_NONE] + discounted); /* the ledger of people */
    assert(by_reason[DISCOUNT_NONE] == n_pairs);
    /* and against those who were counted one by one when the tally was made */
    assert(work->key.breakdown > 0 ||
           respondents == work->counted->measures[work->key.measure].respondents);
    (void)n_pairs;
    work->key.stage = FIGURE_STAGE_NONE;
    work_add_count(work, STATISTIC_RESPONDENTS, respondents);
    work_add_count(work, STATISTIC_VIABLE, by_reason[DISCOUNT_NONE]);
    work_add_count(work, STATISTIC_DISCOUNTED, discounted);
    for (size_t i = DISCOUNT_NONE + 1; i < N_DISCOUNTS && has_unprinted(work); i++) {
        work_add_sub(work, STATISTIC_DISCOUNTED_REASON, i, by_reason[i]);
    }
}

/* A word of the study or the instrument and not of the data: there only where somebody says it. */
static void add_important_change(struct work *work)
{
    const double important = study_important_change(&work->study->scales[work->key.scale]);
    if (important > 0.0) {
        work_add(work, STATISTIC_IMPORTANT_CHANGE, value_double(important));
    }
}

static void add_ends(struct work *work, enum statistic low, struct value from, struct value to)
{
    work_add(work, low, from);
    work_add(work, (enum statistic)(low + 1), to);
}

/* A size of change and its interval, whose statistics follow each other. */
static void add_effect(struct work *work, enum statistic size, struct effect effect)
{
    work_add(work, size, effect.size);
    add_ends(work, (enum statistic)(size + 1), effect.low, effect.high);
}

/* A size corrected for small n, whose interval no table prints. */
static void add_corrected(struct work *work, enum statistic size, struct effect effect)
{
    work_add(work, size, effect.size);
    if (has_unprinted(work)) {
        add_ends(work, (enum statistic)(size + 1), effect.low, effect.high);
    }
}

static void add_effect_sizes(struct work *work, const struct effect_sizes *sizes)
{
    add_ends(work, STATISTIC_DZ_CI_LOW, sizes->dz.low, sizes->dz.high);
    if (has_unprinted(work)) {
        work_add(work, STATISTIC_DZ_NONCENTRAL, sizes->noncentral);
    }
    add_corrected(work, STATISTIC_GZ, sizes->gz);
    add_ends(work, STATISTIC_DAV_CI_LOW, sizes->dav.low, sizes->dav.high);
    add_corrected(work, STATISTIC_GAV, sizes->gav);
    add_effect(work, STATISTIC_GLASS_DELTA, sizes->delta);
    add_corrected(work, STATISTIC_G_GLASS, sizes->g_delta);
}

/* How many changes went which way, and the tests of that. */
static void add_ranks(struct work *work, const struct signed_rank *ranks, uint64_t n, bool whole)
{
    const bool any = n > 0;
    work_add(work, STATISTIC_N_UP, any ? value_count((int64_t)ranks->n_up) : VALUE_NONE);
    work_add(work, STATISTIC_N_SAME, any ? value_count((int64_t)ranks->n_same) : VALUE_NONE);
    work_add(work, STATISTIC_N_DOWN, any ? value_count((int64_t)ranks->n_down) : VALUE_NONE);
    if (whole) {
        work_add(work, STATISTIC_V, ranks->v);
    }
    work_add(work, STATISTIC_P_WILCOXON, ranks->p_wilcoxon);
    if (whole) {
        work_add(work, STATISTIC_WILCOXON_EXACT, ranks->exact);
    }
    work_add(work, STATISTIC_P_SIGN, ranks->p_sign);
}

static void add_change_statistics(struct work *work, const struct comparison_of_stages *stages,
                                  struct value sd_before, struct value sd_after)
{
    const struct paired_change paired = paired_change(&stages->joint, &stages->changes);
    const struct effect_sizes sizes = effect_sizes(&paired, sd_before, sd_after, work->known);
    const struct signed_rank ranks = signed_rank(&stages->changes, work->study->zeros, work->ranks);
    const bool up = work_scale(work)->higher_is_better, whole = has_unprinted(work);
    add_description(work, &paired.change);
    if (whole) {
        work_add(work, STATISTIC_SE, paired.change.se);
    }
    work_add(work, STATISTIC_CI_LOW, paired.change.ci_low);
    work_add(work, STATISTIC_CI_HIGH, paired.change.ci_high);
    if (whole) {
        work_add(work, STATISTIC_T, paired.t);
        work_add(work, STATISTIC_DF, paired.df);
    }
    work_add(work, STATISTIC_P_T, paired.p_t);
    add_ranks(work, &ranks, paired.change.n, whole);
    work_add(work, STATISTIC_DZ, paired.dz);
    work_add(work, STATISTIC_DAV, paired.dav);
    work_add(work, STATISTIC_RANK_BISERIAL, ranks.rank_biserial);
    if (whole) {
        work_add(work, STATISTIC_R, paired.r);
    }
    compute_family_change(work, &stages->changes);
    add_effect_sizes(work, &sizes);
    add_ends(work, STATISTIC_RANK_BISERIAL_CI_LOW, ranks.rank_biserial_low,
             ranks.rank_biserial_high);
    add_effect(
        work, STATISTIC_SUPERIORITY,
        superiority(up ? ranks.n_up : ranks.n_down, ranks.n_same, up ? ranks.n_down : ranks.n_up));
    add_effect(work, STATISTIC_HODGES_LEHMANN, hodges_lehmann(&stages->changes));
    compute_bootstrap(work, &stages->changes);
    add_important_change(work);
}

void compute_before_after(struct work *work)
{
    struct comparison_of_stages stages;
    struct description before, after, change;
    const bool quantiles =
        has_unprinted(work) && !study_is_goal_level(work->study, work->key.scale);
    if (!work_has_pair(work)) {
        return;
    }
    stages = work_compare(work, work->study->before, work->study->after);
    before = quantiles ? describe(&stages.before) : describe_interval(&stages.before);
    after = quantiles ? describe(&stages.after) : describe_interval(&stages.after);
    /* A family has as many goal levels as goals. A ledger of people would count it more than once,
       and a test would take its goals for so many independent people. */
    if (!study_is_goal_level(work->study, work->key.scale)) {
        people_ledger(work, before.n);
    }
    work->key.stage = FIGURE_STAGE_BEFORE;
    add_description(work, &before);
    if (quantiles) {
        add_quantiles(work, &before);
    }
    work->key.stage = FIGURE_STAGE_AFTER;
    add_description(work, &after);
    if (quantiles) {
        add_quantiles(work, &after);
    }
    work->key.stage = FIGURE_STAGE_CHANGE;
    if (study_is_goal_level(work->study, work->key.scale)) {
        change = describe_interval(&stages.changes);
        add_description(work, &change);
        compute_family_change(work, &stages.changes);
    } else {
        add_change_statistics(work, &stages, before.sd, after.sd);
    }
}

/* --- bands --- */

static uint64_t count_band(const struct band_set *set, size_t band,
                           const struct distribution *scores)
{
    uint64_t count = 0;
    for (size_t i = 0; i < scores->n_scores; i++) {
        if (band_of(set, scores->scores[i].score) == (int)band) {
            count += scores->scores[i].count;
        }
    }
    return count;
}

static void count_bands(struct work *work, const struct distribution *scores)
{
    const struct scale *const scale = work_scale(work);
    for (size_t s = 0; s < scale->n_band_sets; s++) {
        const bool printed = s == study_band_set(work->study, work->key.scale);
        for (size_t b = 0; (printed || has_unprinted(work)) && b < scale->band_sets[s].n_bands;
             b++) {
            work_add_sub(work, STATISTIC_BAND, BAND_SUB(s, b),
                         count_band(&scale->band_sets[s], b, scores));
        }
    }
}

void compute_bands(struct work *work)
{
    struct comparison_of_stages stages;
    if (!work_has_bands(work)) {
        return;
    }
    stages = work_compare(work, work->study->before, work->study->after);
    work->key.stage = FIGURE_STAGE_BEFORE;
    count_bands(work, &stages.before);
    work->key.stage = FIGURE_STAGE_AFTER;
    count_bands(work, &stages.after);
}

static uint64_t count_movement(const struct band_set *set, size_t from, size_t to,
                               const struct joint *joint)
{
    uint64_t count = 0;
    for (size_t i = 0; i < joint->n_pairs; i++) {
        if (band_of(set, joint->pairs[i].before) == (int)from &&
            band_of(set, joint->pairs[i].after) == (int)to) {
            count += joint->pairs[i].count;
        }
    }
    return count;
}

/* From each band of the set that tables print to each band. */
void compute_band_movement(struct work *work)
{
    const struct band_set *set;
    struct comparison_of_stages stages;
    if (!work_has_bands(work)) {
        return;
    }
    set = &work_scale(work)->band_sets[study_band_set(work->study, work->key.scale)];
    stages = work_compare(work, work->study->before, work->study->after);
    work->key.stage = FIGURE_STAGE_CHANGE;
    for (size_t from = 0; from < set->n_bands; from++) {
        for (size_t to = 0; to < set->n_bands; to++) {
            work_add_sub(work, STATISTIC_MOVEMENT, MOVEMENT_SUB(from, to),
                         count_movement(set, from, to, &stages.joint));
        }
    }
}

/* --- trajectory --- */

/* The change from the stage before. */
static void trajectory_step(struct work *work, size_t stage)
{
    const struct stage_sums sums = work_sums(work, stage - 1, stage);
    const struct paired_change change = paired_sums(&sums.changes);
    work_add_count(work, STATISTIC_STEP_N, change.change.n);
    work_add(work, STATISTIC_STEP_MEAN, change.change.mean);
    work_add(work, STATISTIC_STEP_CI_LOW, change.change.ci_low);
    work_add(work, STATISTIC_STEP_CI_HIGH, change.change.ci_high);
    work_add(work, STATISTIC_STEP_P, change.p_t);
}

/* The change since the first stage. */
static void add_change_since(struct work *work, size_t stage)
{
    const bool said = work_is_said(work);
    const struct stage_sums sums = work_sums(work, 0, stage);
    struct paired_change change;
    work_add_count(work, STATISTIC_CHANGE_N, sums.before.n);
    work_add(work, STATISTIC_CHANGE_FIRST_MEAN, sums_mean(&sums.before));
    if (!figures_has_tests(work->figures, work->key.breakdown)) {
        work_add(work, STATISTIC_CHANGE_MEAN, sums_mean(&sums.changes));
        return;
    }
    change = paired_sums(&sums.changes);
    if (said) {
        work_add(work, STATISTIC_CHANGE_THIS_MEAN, sums_mean(&sums.after));
    }
    work_add(work, STATISTIC_CHANGE_MEAN, change.change.mean);
    if (said) {
        work_add(work, STATISTIC_CHANGE_CI_LOW, change.change.ci_low);
        work_add(work, STATISTIC_CHANGE_CI_HIGH, change.change.ci_high);
    }
    work_add(work, STATISTIC_CHANGE_P, change.p_t);
}

/* What families make of the change between two stages. */
static void add_families(struct work *work, size_t stage, size_t later, enum statistic families)
{
    const struct comparison_of_stages stages = work_compare(work, stage, later);
    compute_family_pair(work, stage, later, &stages.changes, families);
}

/* `whole`: also what no table prints. */
static void trajectory_change(struct work *work, size_t stage, bool whole)
{
    if (stage == 0) {
        const unsigned last = work_has_families(work) ? STATISTIC_STEP_FAMILY_P : STATISTIC_STEP_P;
        for (unsigned s = STATISTIC_CHANGE_N; s <= last && whole; s++) {
            /* there is nothing before the first stage */
            work_add(work, (enum statistic)s, VALUE_NONE);
        }
        return;
    }
    add_change_since(work, stage);
    if (whole) {
        trajectory_step(work, stage);
    }
    if (work_has_families(work)) {
        add_families(work, 0, stage, STATISTIC_CHANGE_FAMILIES);
    }
    if (work_has_families(work) && whole) {
        add_families(work, stage - 1, stage, STATISTIC_STEP_FAMILIES);
    }
}

/* What no table prints of single cohorts. */
static void add_stage_spread(struct work *work, size_t stage, bool interval)
{
    const struct distribution scores = work_distribution(work, stage, TALLY_ONE_STAGE);
    const struct description d = describe_interval(&scores);
    work_add(work, STATISTIC_SD, d.sd);
    if (interval) {
        work_add(work, STATISTIC_CI_LOW, d.ci_low);
        work_add(work, STATISTIC_CI_HIGH, d.ci_high);
    }
}

void compute_trajectory(struct work *work)
{
    const bool whole = has_unprinted(work);
    struct mixed_model model = {.outcome = MODEL_NOT_ASKED};
    if (whole) {
        model = compute_model(work);
    }
    for (size_t stage = 0; stage < work->study->n_stages; stage++) {
        struct score_mean mean = work_mean(work, stage, TALLY_ONE_STAGE);
        const bool level = study_is_goal_level(work->study, work->key.scale);
        work->key.stage = (uint16_t)(FIGURE_STAGE_FIRST + stage);
        work_add_count(work, STATISTIC_N, mean.n);
        work_add(work, STATISTIC_MEAN, mean.mean);
        if (whole) {
            add_stage_spread(work, stage, !level);
        }
        if (level) {
            continue;
        }
        trajectory_change(work, stage, whole);
        /* A mean over those who have every stage: the plain means of two stages may differ only
           because different people are in them. */
        mean = work_mean(work, stage, TALLY_ALL_STAGES);
        work_add_count(work, STATISTIC_SAME_N, mean.n);
        work_add(work, STATISTIC_SAME_MEAN, mean.mean);
        if (whole) {
            compute_model_stage(work, &model, stage);
        }
    }
}

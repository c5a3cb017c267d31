/* engine/compute.c - one function for each table of results.csv, called for each breakdown, group and
   scale in the order of the keys. */
#include "engine/compute.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"
#include "engine/stats/describe.h"
#include "engine/stats/paired.h"
#include "engine/stats/reliable_change.h"
#include "engine/stats/signed_rank.h"
#include "scales/gas.h"

/* What the functions below share: where they are, and room to work in. */
struct work {
    const struct computed_from *from;
    const struct study *study;
    struct figures *figures;
    struct figure_key key; /* of the figure that is added next */
    struct pair_count *pairs; /* owned, as are the rest: room for the cells of any tally */
    struct score_count *before, *after, *changes;
    double *ranks;
    double *study_sd; /* for each scale: SD of all before scores of All, or NAN */
};

static void add(struct work *work, enum statistic statistic, struct value value)
{
    work->key.statistic = (uint16_t)statistic;
    work->key.sub = 0;
    figures_add(work->figures, &work->key, value);
}

static void add_sub(struct work *work, enum statistic statistic, size_t sub, uint64_t count)
{
    work->key.statistic = (uint16_t)statistic;
    work->key.sub = (uint16_t)sub;
    figures_add(work->figures, &work->key, value_count((int64_t)count));
}

static void add_count(struct work *work, enum statistic statistic, uint64_t count)
{
    add_sub(work, statistic, 0, count);
}

static const struct scale *scale_of(const struct work *work)
{
    return work->study->scales[work->key.scale].scale;
}

static const struct tally_cell *cells_of(const struct work *work, size_t stage, size_t later,
                                         size_t *n)
{
    return tally_find(&work->figures->comparisons[work->key.breakdown].tally, work->key.group,
                      work->key.scale, stage, later, n);
}

/* The scores at one stage, in `before`'s room. */
static struct distribution distribution_of(const struct work *work, size_t stage, size_t later)
{
    size_t n;
    const struct tally_cell *const cells = cells_of(work, stage, later, &n);
    return (struct distribution){work->before, tally_scores(cells, n, work->before),
                                 scale_of(work)->units_per_point};
}

/* Two stages of the same people: the pairs, and what they make of before, after and change. */
struct comparison_of_stages {
    struct joint joint;
    struct distribution before, after, changes;
};

static struct comparison_of_stages stages_compared(const struct work *work, size_t stage,
                                                   size_t later)
{
    size_t n;
    const struct tally_cell *const cells = cells_of(work, stage, later, &n);
    const int64_t units = scale_of(work)->units_per_point;
    const struct joint joint = {work->pairs, tally_pairs(cells, n, work->pairs), units};
    return (struct comparison_of_stages){
        .joint = joint,
        .before = {work->before, joint_before(&joint, work->before), units},
        .after = {work->after, joint_after(&joint, work->after), units},
        .changes = {work->changes, joint_change(&joint, work->changes), units}};
}

static bool has_pair(const struct study *study)
{
    return study->before != study->after;
}

/* --- forms --- */

static void forms(struct work *work)
{
    const struct computed_from *const from = work->from;
    const size_t n_measures = work->study->n_measures;
    uint64_t *const set_aside = calloc((n_measures + 1) * N_FORM_REASONS, sizeof *set_aside);
    if (set_aside == NULL) {
        work->figures->no_memory = true;
        return;
    }
    for (size_t i = 0; i < from->findings->n_set_aside; i++) {
        const struct set_aside *const row = &from->findings->set_aside[i];
        set_aside[row->measure * N_FORM_REASONS + row->reason]++;
    }
    for (size_t m = 0; m < n_measures + (from->unknown_informants > 0); m++) {
        const uint64_t *const reasons = set_aside + m * N_FORM_REASONS;
        const uint64_t used = m < n_measures ? from->counted->forms_used[m] : 0;
        const uint64_t rows = m < n_measures ? from->forms_read[m] : from->unknown_informants;
        uint64_t accounted = used;
        work->key = (struct figure_key){
            .table = FIGURES_FORMS, .measure = (uint16_t)m, .scale = NO_SCALE};
        add_count(work, STATISTIC_ROWS, rows);
        add_sub(work, STATISTIC_FORM, FORM_USED, used);
        for (size_t reason = FORM_USED + 1; reason < N_FORM_REASONS; reason++) {
            add_sub(work, STATISTIC_FORM, reason, reasons[reason]);
            accounted += reasons[reason];
        }
        assert(accounted == rows); /* the ledger of forms */
        (void)accounted;
    }
    free(set_aside);
}

/* --- before_after --- */

static void add_description(struct work *work, const struct description *d)
{
    add_count(work, STATISTIC_N, d->n);
    add(work, STATISTIC_MEAN, d->mean);
    add(work, STATISTIC_SD, d->sd);
}

static void add_quantiles(struct work *work, const struct description *d)
{
    add(work, STATISTIC_MEDIAN, d->median);
    add(work, STATISTIC_Q1, d->q1);
    add(work, STATISTIC_Q3, d->q3);
    add(work, STATISTIC_MIN, d->min);
    add(work, STATISTIC_MAX, d->max);
}

/* Respondents, viable and each discount: sums over the same cells as every statistic. */
static void people_ledger(struct work *work, uint64_t n_pairs)
{
    uint64_t respondents = 0, by_reason[N_DISCOUNTS] = {0}, discounted = 0;
    size_t n;
    const struct tally_cell *const cells =
        cells_of(work, work->study->before, work->study->after, &n);
    for (size_t i = 0; i < n; i++) {
        respondents += cells[i].count;
        by_reason[discount_of(cells[i].code, cells[i].later_code)] += cells[i].count;
    }
    for (size_t i = DISCOUNT_NONE + 1; i < N_DISCOUNTS; i++) {
        discounted += by_reason[i];
    }
    assert(respondents == by_reason[DISCOUNT_NONE] + discounted); /* the ledger of people */
    assert(by_reason[DISCOUNT_NONE] == n_pairs);
    (void)n_pairs;
    work->key.stage = FIGURE_STAGE_NONE;
    add_count(work, STATISTIC_RESPONDENTS, respondents);
    add_count(work, STATISTIC_VIABLE, by_reason[DISCOUNT_NONE]);
    add_count(work, STATISTIC_DISCOUNTED, discounted);
    for (size_t i = DISCOUNT_NONE + 1; i < N_DISCOUNTS; i++) {
        add_sub(work, STATISTIC_DISCOUNTED_REASON, i, by_reason[i]);
    }
}

static void add_change_statistics(struct work *work, const struct comparison_of_stages *stages)
{
    const struct paired_change paired = paired_change(&stages->joint, &stages->changes);
    const struct signed_rank ranks = signed_rank(&stages->changes, work->ranks);
    add_description(work, &paired.change);
    add(work, STATISTIC_SE, paired.change.se);
    add(work, STATISTIC_CI_LOW, paired.change.ci_low);
    add(work, STATISTIC_CI_HIGH, paired.change.ci_high);
    add(work, STATISTIC_T, paired.t);
    add(work, STATISTIC_DF, paired.df);
    add(work, STATISTIC_P_T, paired.p_t);
    add(work, STATISTIC_N_UP, paired.change.n > 0 ? value_count((int64_t)ranks.n_up) : VALUE_NONE);
    add(work, STATISTIC_N_SAME,
        paired.change.n > 0 ? value_count((int64_t)ranks.n_same) : VALUE_NONE);
    add(work, STATISTIC_N_DOWN,
        paired.change.n > 0 ? value_count((int64_t)ranks.n_down) : VALUE_NONE);
    add(work, STATISTIC_V, ranks.v);
    add(work, STATISTIC_P_WILCOXON, ranks.p_wilcoxon);
    add(work, STATISTIC_WILCOXON_EXACT, ranks.exact);
    add(work, STATISTIC_P_SIGN, ranks.p_sign);
    add(work, STATISTIC_DZ, paired.dz);
    add(work, STATISTIC_DAV, paired.dav);
    add(work, STATISTIC_RANK_BISERIAL, ranks.rank_biserial);
    add(work, STATISTIC_R, paired.r);
}

static void before_after(struct work *work)
{
    struct comparison_of_stages stages;
    struct description before, after, change;
    if (!has_pair(work->study)) {
        return;
    }
    stages = stages_compared(work, work->study->before, work->study->after);
    before = describe(&stages.before);
    after = describe(&stages.after);
    if (!study_is_goal_level(work->study, work->key.scale)) {
        people_ledger(work, before.n);
    }
    work->key.stage = FIGURE_STAGE_BEFORE;
    add_description(work, &before);
    if (!study_is_goal_level(work->study, work->key.scale)) {
        add_quantiles(work, &before);
    }
    work->key.stage = FIGURE_STAGE_AFTER;
    add_description(work, &after);
    if (!study_is_goal_level(work->study, work->key.scale)) {
        add_quantiles(work, &after);
    }
    work->key.stage = FIGURE_STAGE_CHANGE;
    if (study_is_goal_level(work->study, work->key.scale)) {
        change = describe(&stages.changes);
        add_description(work, &change);
    } else {
        add_change_statistics(work, &stages);
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
    const struct scale *const scale = scale_of(work);
    for (size_t s = 0; s < scale->n_band_sets; s++) {
        for (size_t b = 0; b < scale->band_sets[s].n_bands; b++) {
            add_sub(work, STATISTIC_BAND, BAND_SUB(s, b),
                    count_band(&scale->band_sets[s], b, scores));
        }
    }
}

static bool has_bands(const struct work *work)
{
    const size_t measure = work->study->scales[work->key.scale].measure;
    return has_pair(work->study) && scale_of(work)->n_band_sets > 0 &&
           !work->study->measures[measure].pooled;
}

static void bands(struct work *work)
{
    struct comparison_of_stages stages;
    if (!has_bands(work)) {
        return;
    }
    stages = stages_compared(work, work->study->before, work->study->after);
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
static void band_movement(struct work *work)
{
    const struct study_scale *const scale = &work->study->scales[work->key.scale];
    const struct band_set *set;
    struct comparison_of_stages stages;
    if (!has_bands(work)) {
        return;
    }
    set = &scale->scale->band_sets[work->study->measures[scale->measure].band_sets
                                       [work->key.scale -
                                        work->study->measures[scale->measure].first_scale]];
    stages = stages_compared(work, work->study->before, work->study->after);
    work->key.stage = FIGURE_STAGE_CHANGE;
    for (size_t from = 0; from < set->n_bands; from++) {
        for (size_t to = 0; to < set->n_bands; to++) {
            add_sub(work, STATISTIC_MOVEMENT, MOVEMENT_SUB(from, to),
                    count_movement(set, from, to, &stages.joint));
        }
    }
}

/* --- reliable_change --- */

static void reliable(struct work *work)
{
    const struct study *const study = work->study;
    const struct scale *const scale = scale_of(work);
    const double sd = study->reliable_sd == RELIABLE_SD_STUDY ? work->study_sd[work->key.scale]
                      : study->reliable_sd == RELIABLE_SD_GIVEN ? study->given_sd
                                                                : scale->sd;
    const double reliability =
        isnan(study->given_reliability) ? scale->reliability : study->given_reliability;
    const double threshold = reliable_change_threshold(sd, reliability);
    struct comparison_of_stages stages;
    struct reliable_change result = {0};
    bool known;
    if (!has_pair(study) || study->measures[study->scales[work->key.scale].measure].pooled ||
        isnan(reliability) || (isnan(sd) && study->reliable_sd != RELIABLE_SD_STUDY)) {
        return;
    }
    stages = stages_compared(work, study->before, study->after);
    known = !isnan(threshold) && stages.joint.n_pairs > 0;
    if (known) {
        result = reliable_change(&stages.changes, threshold, scale->higher_is_better);
    }
    work->key.stage = FIGURE_STAGE_CHANGE;
    add(work, STATISTIC_THRESHOLD, value_double(threshold));
    add(work, STATISTIC_RCI_SD, value_double(sd));
    add(work, STATISTIC_RCI_RELIABILITY, value_double(reliability));
    add(work, STATISTIC_IMPROVED, known ? value_count((int64_t)result.improved) : VALUE_NONE);
    add(work, STATISTIC_UNCHANGED, known ? value_count((int64_t)result.unchanged) : VALUE_NONE);
    add(work, STATISTIC_DETERIORATED,
        known ? value_count((int64_t)result.deteriorated) : VALUE_NONE);
}

/* --- trajectory --- */

static void trajectory_change(struct work *work, size_t stage)
{
    struct comparison_of_stages stages;
    struct description first, this;
    struct paired_change change;
    if (stage == 0) {
        for (unsigned s = STATISTIC_CHANGE_N; s <= STATISTIC_STEP_P; s++) {
            add(work, (enum statistic)s, VALUE_NONE); /* there is nothing before the first stage */
        }
        return;
    }
    stages = stages_compared(work, 0, stage);
    first = describe(&stages.before);
    this = describe(&stages.after);
    change = paired_change(&stages.joint, &stages.changes);
    add_count(work, STATISTIC_CHANGE_N, first.n);
    add(work, STATISTIC_CHANGE_FIRST_MEAN, first.mean);
    add(work, STATISTIC_CHANGE_THIS_MEAN, this.mean);
    add(work, STATISTIC_CHANGE_MEAN, change.change.mean);
    add(work, STATISTIC_CHANGE_CI_LOW, change.change.ci_low);
    add(work, STATISTIC_CHANGE_CI_HIGH, change.change.ci_high);
    add(work, STATISTIC_CHANGE_P, change.p_t);
    stages = stages_compared(work, stage - 1, stage);
    change = paired_change(&stages.joint, &stages.changes);
    add_count(work, STATISTIC_STEP_N, change.change.n);
    add(work, STATISTIC_STEP_MEAN, change.change.mean);
    add(work, STATISTIC_STEP_CI_LOW, change.change.ci_low);
    add(work, STATISTIC_STEP_CI_HIGH, change.change.ci_high);
    add(work, STATISTIC_STEP_P, change.p_t);
}

static void trajectory(struct work *work)
{
    for (size_t stage = 0; stage < work->study->n_stages; stage++) {
        struct distribution scores = distribution_of(work, stage, TALLY_ONE_STAGE);
        struct description d = describe(&scores);
        work->key.stage = (uint16_t)(FIGURE_STAGE_FIRST + stage);
        add_description(work, &d);
        if (study_is_goal_level(work->study, work->key.scale)) {
            continue;
        }
        add(work, STATISTIC_CI_LOW, d.ci_low);
        add(work, STATISTIC_CI_HIGH, d.ci_high);
        trajectory_change(work, stage);
        scores = distribution_of(work, stage, TALLY_ALL_STAGES);
        d = describe(&scores);
        add_count(work, STATISTIC_SAME_N, d.n);
        add(work, STATISTIC_SAME_MEAN, d.mean);
    }
}

/* --- goals --- */

/* Does a goal belong to the dimension and member of the current key? */
static bool is_member(const struct work *work, const struct goal_cell *goal)
{
    const struct figures *const figures = work->figures;
    switch (work->key.dimension) {
    case GOALS_ANY:
        return true;
    case GOALS_BY_CATEGORY:
        return goal->category == (work->key.member < figures->n_categories
                                      ? figures->categories[work->key.member]
                                      : NO_NAME);
    default:
        return ((goal->flags >> (work->key.dimension - GOALS_BY_FLAG)) & 1) ==
               (work->key.member == 0);
    }
}

/* The goals of the current group: they stand together in the sorted tally. */
static const struct goal_cell *group_goals(const struct work *work, size_t *n)
{
    const struct tally *const tally = &work->figures->comparisons[work->key.breakdown].tally;
    size_t low = 0, high = tally->n_goals, end;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (tally->goals[middle].cohort < work->key.group) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    end = low;
    while (end < tally->n_goals && tally->goals[end].cohort == work->key.group) {
        end++;
    }
    *n = end - low;
    return tally->goals + low;
}

static void add_attainment(struct work *work, enum goal_occasion occasion)
{
    uint64_t set = 0, goals = 0, attained = 0;
    size_t n;
    const struct goal_cell *const cells = group_goals(work, &n);
    for (size_t i = 0; i < n; i++) {
        if (cells[i].occasion == occasion && is_member(work, &cells[i])) {
            set += cells[i].count;
            if (cells[i].halves != GOAL_NOT_REVIEWED) {
                goals += cells[i].count;
                attained += cells[i].halves >= 0 ? cells[i].count : 0;
            }
        }
    }
    add_count(work, STATISTIC_GOALS_SET, set);
    add_count(work, STATISTIC_GOALS, goals);
    add_count(work, STATISTIC_NOT_REVIEWED, set - goals);
    add_count(work, STATISTIC_ATTAINED, attained);
    add_count(work, STATISTIC_NOT_ATTAINED, goals - attained);
    add(work, STATISTIC_PERCENT, value_ratio((int128)100 * attained, (int128)goals));
    add(work, STATISTIC_PERCENT_OF_SET, value_ratio((int128)100 * attained, (int128)set));
}

static void attainment(struct work *work)
{
    work->key.stage = FIGURE_STAGE_LATEST;
    add_attainment(work, GOAL_LATEST);
    if (has_pair(work->study)) {
        work->key.stage = FIGURE_STAGE_AFTER;
        add_attainment(work, GOAL_AFTER);
    }
}

/* How many members a dimension has: categories with the goals that have none, or yes and no. */
static uint32_t dimension_size(const struct figures *figures, unsigned dimension)
{
    return dimension == GOALS_ANY           ? 1
           : dimension == GOALS_BY_CATEGORY ? (uint32_t)figures->n_categories + 1
                                            : 2;
}

/* Some goal of the current group is of the current member. */
static bool has_member(const struct work *work)
{
    size_t n;
    const struct goal_cell *const cells = group_goals(work, &n);
    for (size_t i = 0; i < n; i++) {
        if (is_member(work, &cells[i])) {
            return true;
        }
    }
    return work->key.dimension == GOALS_ANY;
}

/* How many goals are at each of the five levels (nine, where halves are kept). */
static void add_levels(struct work *work, const struct distribution *levels)
{
    const unsigned step = work->study->goals.keep_partial ? 1 : GAS_HALVES_PER_LEVEL;
    for (unsigned sub = 0; sub <= 4U * GAS_HALVES_PER_LEVEL; sub += step) {
        uint64_t count = 0;
        for (size_t i = 0; i < levels->n_scores; i++) {
            if (levels->scores[i].score + INT64_C(2) * GAS_HALVES_PER_LEVEL == (int64_t)sub) {
                count += levels->scores[i].count;
            }
        }
        add_sub(work, STATISTIC_LEVEL, sub, count);
    }
}

static void goal_levels(struct work *work)
{
    size_t n, n_latest = 0;
    const struct goal_cell *const cells = group_goals(work, &n);
    if (!study_is_goal_level(work->study, work->key.scale)) {
        return;
    }
    for (size_t i = 0; i < n; i++) { /* not in score order, which add_levels does not need */
        if (cells[i].occasion == GOAL_LATEST && cells[i].halves != GOAL_NOT_REVIEWED) {
            work->before[n_latest++] = (struct score_count){cells[i].halves, cells[i].count};
        }
    }
    work->key.stage = FIGURE_STAGE_LATEST;
    add_levels(work, &(struct distribution){work->before, n_latest, GAS_HALVES_PER_LEVEL});
    for (size_t stage = 0; stage < work->study->n_stages; stage++) {
        const struct distribution levels = distribution_of(work, stage, TALLY_ONE_STAGE);
        work->key.stage = (uint16_t)(FIGURE_STAGE_FIRST + stage);
        add_levels(work, &levels);
    }
}

/* --- scoring --- */

static void scoring(struct work *work)
{
    const struct scoring_audit *const audit =
        &work->from->checks->scales[work->key.scale].audit;
    if (scale_of(work)->kind == SCALE_GOALS) {
        return;
    }
    add_count(work, STATISTIC_SCORED_COMPLETE, audit->complete);
    add_count(work, STATISTIC_SCORED_PRORATED, audit->prorated);
    for (size_t i = 0; i <= MAX_ITEMS; i++) {
        if (audit->prorated_from[i] > 0) {
            add_sub(work, STATISTIC_SCORED_PRORATED_FROM, i, audit->prorated_from[i]);
        }
    }
    add_count(work, STATISTIC_NOT_SCORED, audit->unscored);
}

/* --- all --- */

typedef void compute_table(struct work *work);

/* Calls `compute` for every collected scale of one group, whose key it is given. */
static void for_scales(struct work *work, struct figure_key group, compute_table *compute)
{
    const struct study *const study = work->study;
    for (size_t s = 0; s < study->n_scales; s++) {
        group.measure = (uint16_t)study->scales[s].measure;
        group.scale = (uint16_t)s;
        if (study->scales[s].collected &&
            figures_has_measure(work->figures, group.breakdown, group.group, group.measure)) {
            work->key = group;
            compute(work);
        }
    }
}

static void for_each_scale(struct work *work, enum figure_table table, compute_table *compute)
{
    for (size_t b = 0; b < work->study->n_breakdowns; b++) {
        for (uint32_t g = 0; g < work->figures->comparisons[b].grouping.n_groups; g++) {
            for_scales(work,
                       (struct figure_key){.table = (uint16_t)table,
                                           .breakdown = (uint16_t)b,
                                           .group = g},
                       compute);
        }
    }
}

/* Attainment in each group of one breakdown, by one thing that goals are about. */
static void for_goal_groups(struct work *work, struct figure_key dimension)
{
    const struct figures *const figures = work->figures;
    const size_t b = dimension.breakdown;
    for (uint32_t g = 0; g < figures->comparisons[b].grouping.n_groups; g++) {
        for (uint32_t m = 0; m < dimension_size(figures, dimension.dimension); m++) {
            work->key = dimension;
            work->key.group = g;
            work->key.member = m;
            if (figures_has_measure(figures, b, g, dimension.measure) && has_member(work)) {
                attainment(work);
            }
        }
    }
}

/* Attainment is of goals, whatever the scale, and by what they are about. */
static void for_each_goal_group(struct work *work, size_t measure)
{
    const struct study *const study = work->study;
    for (size_t b = 0; b < study->n_breakdowns; b++) {
        for (size_t d = 0; d < GOALS_BY_FLAG + study->goals.n_flags; d++) {
            if (d != GOALS_BY_CATEGORY || study->goals.has_category) {
                for_goal_groups(work, (struct figure_key){
                                          .table = FIGURES_ATTAINMENT,
                                          .breakdown = (uint16_t)b,
                                          .dimension = (uint16_t)d,
                                          .measure = (uint16_t)measure,
                                          .scale = (uint16_t)study->measures[measure].first_scale});
            }
        }
    }
}

static void compute_all(struct work *work)
{
    const struct study *const study = work->study;
    forms(work);
    for_each_scale(work, FIGURES_BEFORE_AFTER, before_after);
    for_each_scale(work, FIGURES_BANDS, bands);
    for_each_scale(work, FIGURES_BAND_MOVEMENT, band_movement);
    for_each_scale(work, FIGURES_RELIABLE_CHANGE, reliable);
    for_each_scale(work, FIGURES_TRAJECTORY, trajectory);
    for (size_t i = 0; i < study->n_measures; i++) {
        if (study->measures[i].instrument->is_goals) {
            for_each_goal_group(work, i);
        }
    }
    for_each_scale(work, FIGURES_GOAL_LEVELS, goal_levels);
    for (size_t s = 0; s < study->n_scales; s++) {
        work->key = (struct figure_key){.table = FIGURES_SCORING,
                                        .measure = (uint16_t)study->scales[s].measure,
                                        .scale = (uint16_t)s};
        if (study->scales[s].collected) {
            scoring(work);
        }
    }
}

struct category {
    const struct names *names;
    uint32_t name;
};

static int category_compare(const void *a, const void *b)
{
    const struct category *const x = a, *const y = b;
    return natural_compare(names_text(x->names, x->name), names_text(y->names, y->name));
}

/* The categories that occur, in printing order. */
static bool list_categories(struct figures *figures, const struct tally *tally)
{
    struct category *const all = calloc(tally->n_goals + 1, sizeof *all);
    size_t n = 0;
    figures->categories = calloc(tally->n_goals + 1, sizeof *figures->categories);
    if (all == NULL || figures->categories == NULL) {
        free(all);
        return false;
    }
    for (size_t i = 0; i < tally->n_goals; i++) {
        if (tally->goals[i].category != NO_NAME) {
            all[n++] = (struct category){figures->names, tally->goals[i].category};
        }
    }
    qsort(all, n, sizeof *all, category_compare);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || all[i].name != all[i - 1].name) {
            figures->categories[figures->n_categories++] = all[i].name;
        }
    }
    free(all);
    return true;
}

static bool make_comparisons(const struct computed_from *from, struct figures *figures)
{
    figures->comparisons =
        calloc(from->study->n_breakdowns, sizeof *figures->comparisons);
    if (figures->comparisons == NULL) {
        return false;
    }
    for (size_t i = 0; i < from->study->n_breakdowns; i++) {
        struct comparison *const comparison = &figures->comparisons[i];
        if (!grouping_init(&comparison->grouping, from->cohorts, &from->study->breakdowns[i]) ||
            !tally_coarsen(&from->counted->tally, comparison->grouping.group_of,
                           &comparison->tally)) {
            return false;
        }
    }
    return list_categories(figures, &from->counted->tally);
}

static bool make_room(struct work *work)
{
    const struct tally *const tally = &work->from->counted->tally;
    const size_t n = tally->n_cells + tally->n_goals + 1;
    work->pairs = calloc(n, sizeof *work->pairs);
    work->before = calloc(n, sizeof *work->before);
    work->after = calloc(n, sizeof *work->after);
    work->changes = calloc(n, sizeof *work->changes);
    work->ranks = calloc(SIGNED_RANK_WORK, sizeof *work->ranks);
    work->study_sd = calloc(work->study->n_scales + 1, sizeof *work->study_sd);
    return work->pairs != NULL && work->before != NULL && work->after != NULL &&
           work->changes != NULL && work->ranks != NULL && work->study_sd != NULL;
}

static void find_study_sds(struct work *work)
{
    for (size_t s = 0; s < work->study->n_scales; s++) {
        work->key = (struct figure_key){.scale = (uint16_t)s};
        const struct distribution before =
            distribution_of(work, work->study->before, TALLY_ONE_STAGE);
        work->study_sd[s] = describe(&before).sd.number;
    }
}

bool compute_figures(const struct computed_from *from, struct figures *figures)
{
    struct work work = {.from = from, .study = from->study, .figures = figures};
    bool done;
    *figures = (struct figures){.study = from->study,
                                .names = from->names,
                                .unknown_informants = from->unknown_informants};
    done = make_comparisons(from, figures) && make_room(&work);
    if (done) {
        find_study_sds(&work);
        compute_all(&work);
    }
    free(work.pairs);
    free(work.before);
    free(work.after);
    free(work.changes);
    free(work.ranks);
    free(work.study_sd);
    if (!done || figures->no_memory) {
        figures_free(figures);
        return false;
    }
    return true;
}

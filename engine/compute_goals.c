/* engine/compute_goals.c - how goals ended, and how many are at each level. */
#include "engine/compute_work.h"

#include "scales/gas.h"

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
        /* Member 0 is yes and member 1 no, as the header has it. */
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
    return *n == 0 ? NULL : tally->goals + low; /* no arithmetic on no goals at all */
}

/* These take goals as independent of each other. */
static void add_share_statistics(struct work *work, uint64_t attained, uint64_t goals)
{
    const struct goal_rules *const rules = &work->study->goals;
    const struct interval interval = proportion_wilson(attained, goals);
    work_add(work, STATISTIC_WILSON_CI_LOW, value_double(100.0 * interval.low));
    work_add(work, STATISTIC_WILSON_CI_HIGH, value_double(100.0 * interval.high));
    if (rules->has_target) {
        work_add(work, STATISTIC_P_BINOMIAL,
                 value_double(proportion_binomial(attained, goals, rules->target / 100.0,
                                                  rules->target_test)));
    }
}

static void add_attainment(struct work *work, enum goal_occasion occasion)
{
    uint64_t set = 0, goals = 0, attained = 0;
    struct family_mean families;
    size_t n;
    const struct goal_cell *const cells = group_goals(work, &n);
    for (size_t i = 0; i < n; i++) {
        if (cells[i].occasion == occasion && is_member(work, &cells[i])) {
            set += cells[i].count;
            if (cells[i].halves != GOAL_NOT_REVIEWED) {
                goals += cells[i].count;
                /* Level 0 is the outcome that was expected; a partial -0.5 falls short of it. */
                attained += cells[i].halves >= 0 ? cells[i].count : 0;
            }
        }
    }
    families = attained_by_families(work, occasion, goals, attained);
    work_add_count(work, STATISTIC_FAMILIES, families.families);
    work_add_count(work, STATISTIC_GOALS_SET, set);
    work_add_count(work, STATISTIC_GOALS, goals);
    work_add_count(work, STATISTIC_NOT_REVIEWED, set - goals);
    work_add_count(work, STATISTIC_ATTAINED, attained);
    work_add_count(work, STATISTIC_NOT_ATTAINED, goals - attained);
    /* No goals at all make a ratio over 0, which is undefined and prints empty. */
    work_add(work, STATISTIC_PERCENT, value_ratio((int128)100 * attained, (int128)goals));
    work_add(work, STATISTIC_PERCENT_OF_SET, value_ratio((int128)100 * attained, (int128)set));
    work_add(work, STATISTIC_PERCENT_CI_LOW, families.ci_low);
    work_add(work, STATISTIC_PERCENT_CI_HIGH, families.ci_high);
    if (work->study->goals.has_target) {
        work_add(work, STATISTIC_P_TARGET,
                 family_p(&families, work->study->goals.target, work->study->goals.target_test));
    }
    add_share_statistics(work, attained, goals);
}

void compute_attainment(struct work *work)
{
    work->key.stage = FIGURE_STAGE_LATEST;
    add_attainment(work, GOAL_LATEST);
    if (work_has_pair(work)) {
        work->key.stage = FIGURE_STAGE_AFTER;
        add_attainment(work, GOAL_AFTER);
    }
}

/* How many members a dimension has: categories with the goals that have none, or yes and no. */
uint32_t goals_dimension_size(const struct figures *figures, unsigned dimension)
{
    return dimension == GOALS_ANY           ? 1
           : dimension == GOALS_BY_CATEGORY ? (uint32_t)figures->n_categories + 1
                                            : 2;
}

/* Some goal of the current group is of the current member. */
bool goals_has_member(const struct work *work)
{
    size_t n;
    const struct goal_cell *const cells = group_goals(work, &n);
    for (size_t i = 0; i < n; i++) {
        if (is_member(work, &cells[i])) {
            return true;
        }
    }
    /* The line of all goals is there even where no goal is; a member without goals has none. */
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
        work_add_sub(work, STATISTIC_LEVEL, sub, count);
    }
}

void compute_goal_levels(struct work *work)
{
    size_t n, n_latest = 0;
    const struct goal_cell *const cells = group_goals(work, &n);
    if (!study_is_goal_level(work->study, work->key.scale)) {
        return;
    }
    for (size_t i = 0; i < n; i++) { /* not in score order, which add_levels does not need */
        if (cells[i].occasion == GOAL_LATEST && cells[i].halves != GOAL_NOT_REVIEWED) {
            work->scores[n_latest++] = (struct score_count){cells[i].halves, cells[i].count};
        }
    }
    work->key.stage = FIGURE_STAGE_LATEST;
    add_levels(work, &(struct distribution){work->scores, n_latest, GAS_HALVES_PER_LEVEL});
    for (size_t stage = 0; stage < work->study->n_stages; stage++) {
        const struct distribution levels = work_distribution(work, stage, TALLY_ONE_STAGE);
        work->key.stage = (uint16_t)(FIGURE_STAGE_FIRST + stage);
        add_levels(work, &levels);
    }
}

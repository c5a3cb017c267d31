/* engine/compute_years.c - each year against the year before, the trend over all years, and goals
   attained at one stage and at another. What other tables have counted is taken from the figures. */
#include "engine/compute_between.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/counted.h"
#include "engine/stats/one_way.h"
#include "engine/stats/sign_test.h"

static const struct breakdown *breakdown_of(const struct work *work)
{
    return &work->study->breakdowns[work->key.breakdown];
}

static bool has_years(const struct work *work)
{
    return breakdown_has_years(work->study, work->key.breakdown);
}

static uint32_t value_in(const struct work *work, uint32_t group, size_t column)
{
    return cohorts_value_of(work->counted->cohorts,
                            work->figures->comparisons[work->key.breakdown].grouping.members[group],
                            column);
}

/* A figure of another table, of a group of the current breakdown and scale. */
static struct value figure_in(const struct work *work, enum figure_table table, uint32_t group,
                              unsigned stage, enum statistic statistic)
{
    struct figure_key key = work->key;
    key.table = (uint16_t)table;
    key.group = group;
    return figures_at(work->figures, &key, stage, statistic, 0);
}

static uint64_t count_in(const struct work *work, enum figure_table table, uint32_t group,
                         unsigned stage, enum statistic statistic)
{
    const struct value value = figure_in(work, table, group, stage, statistic);
    return value.kind == VALUE_COUNT ? (uint64_t)value.numerator : 0;
}

/* The families of the current year and of the one before, and how far their means are apart, under the
   five statistics from `se` on. */
static void add_families(struct work *work, const struct family_difference *apart,
                         enum statistic se)
{
    work_add_count(work, STATISTIC_FAMILIES_NOW, apart->families[1]);
    work_add_count(work, STATISTIC_FAMILIES_THEN, apart->families[0]);
    work_add_count(work, STATISTIC_FAMILIES_IN_BOTH, apart->in_both);
    add_families_apart(work, se, apart);
}

static void change_of_years(struct work *work, uint32_t group_before, uint32_t group)
{
    const struct cohort before = cohort_in(work, group_before), this = cohort_in(work, group);
    const struct difference difference = difference_welch(&before, &this);
    work->key.group = group;
    work->key.stage = FIGURE_STAGE_CHANGE;
    work_add_count(work, STATISTIC_N, this.n);
    work_add(work, STATISTIC_MEAN, value_double(this.change));
    work_add_count(work, STATISTIC_N_PREVIOUS, before.n);
    work_add(work, STATISTIC_MEAN_PREVIOUS, value_double(before.change));
    work_add(work, STATISTIC_DIFFERENCE, value_double(difference.difference));
    work_add(work, STATISTIC_DIFFERENCE_SE, value_double(difference.se));
    work_add(work, STATISTIC_DIFFERENCE_DF, value_double(difference.df));
    work_add(work, STATISTIC_DIFFERENCE_CI_LOW, value_double(difference.ci_low));
    work_add(work, STATISTIC_DIFFERENCE_CI_HIGH, value_double(difference.ci_high));
    work_add(work, STATISTIC_P_DIFFERENCE, value_double(difference.p));
    /* Everybody counts under one crossing of the cohort columns, and so under one year. */
    work_add_count(work, STATISTIC_PEOPLE_IN_BOTH, 0);
    if (work_has_families(work)) {
        const struct family_sum of = change_sum(work);
        const struct family_difference apart =
            families_apart(work, &work->between->years[work->key.breakdown], group_before, group,
                           &of, 1, work_scale(work)->units_per_point);
        assert(apart.n[0] == before.n && apart.n[1] == this.n);
        add_families(work, &apart, STATISTIC_DIFFERENCE_FAMILY_SE);
    }
}

/* How many families have goals: the respondents of the scales that have one value a family. */
static uint64_t families_in(const struct work *work, uint32_t group)
{
    struct figure_key key = work->key;
    struct value value;
    key.table = FIGURES_BEFORE_AFTER;
    key.group = group;
    key.scale++;
    value = figures_at(work->figures, &key, FIGURE_STAGE_NONE, STATISTIC_RESPONDENTS, 0);
    return value.kind == VALUE_COUNT ? (uint64_t)value.numerator : 0;
}

/* The share attained at the latest review, and how many goals a family has. */
static void goals_of_years(struct work *work, uint32_t before, uint32_t group)
{
    const enum figure_table table = FIGURES_ATTAINMENT;
    const unsigned stage = FIGURE_STAGE_LATEST;
    const uint64_t goals = count_in(work, table, group, stage, STATISTIC_GOALS);
    const uint64_t attained = count_in(work, table, group, stage, STATISTIC_ATTAINED);
    const uint64_t set = count_in(work, table, group, stage, STATISTIC_GOALS_SET);
    const uint64_t goals_then = count_in(work, table, before, stage, STATISTIC_GOALS);
    const uint64_t attained_then = count_in(work, table, before, stage, STATISTIC_ATTAINED);
    const uint64_t set_then = count_in(work, table, before, stage, STATISTIC_GOALS_SET);
    const uint64_t families = families_in(work, group), families_then = families_in(work, before);
    const struct interval apart = proportion_difference(attained_then, goals_then, attained, goals);
    const struct family_sum of = attained_sum(work, GOAL_LATEST);
    const struct family_difference robust = families_apart(
        work, &work->between->years[work->key.breakdown], before, group, &of, 100, 1);
    const struct rate_ratio rate =
        rate_ratio(set_then, (double)families_then, set, (double)families);
    assert(robust.n[0] == goals_then && robust.n[1] == goals);
    work->key.group = group;
    work->key.stage = (uint16_t)stage;
    work_add_count(work, STATISTIC_GOALS, goals);
    work_add(work, STATISTIC_PERCENT, value_ratio(100 * (int128)attained, (int128)goals));
    work_add_count(work, STATISTIC_GOALS_PREVIOUS, goals_then);
    work_add(work, STATISTIC_PERCENT_PREVIOUS,
             value_ratio(100 * (int128)attained_then, (int128)goals_then));
    work_add(work, STATISTIC_PERCENT_DIFFERENCE,
             value_ratio(100 * ((int128)attained * (int128)goals_then -
                                (int128)attained_then * (int128)goals),
                         (int128)goals * (int128)goals_then));
    work_add(work, STATISTIC_PERCENT_DIFFERENCE_CI_LOW, value_double(100.0 * apart.low));
    work_add(work, STATISTIC_PERCENT_DIFFERENCE_CI_HIGH, value_double(100.0 * apart.high));
    add_families(work, &robust, STATISTIC_PERCENT_DIFFERENCE_FAMILY_SE);
    work_add_count(work, STATISTIC_FAMILIES_WITH_GOALS, families);
    work_add_count(work, STATISTIC_FAMILIES_PREVIOUS, families_then);
    work_add(work, STATISTIC_GOALS_PER_FAMILY, value_ratio((int128)set, (int128)families));
    work_add(work, STATISTIC_GOALS_PER_FAMILY_PREVIOUS,
             value_ratio((int128)set_then, (int128)families_then));
    work_add(work, STATISTIC_RATE_RATIO, value_double(rate.ratio));
    work_add(work, STATISTIC_RATE_RATIO_CI_LOW, value_double(rate.ci_low));
    work_add(work, STATISTIC_RATE_RATIO_CI_HIGH, value_double(rate.ci_high));
    work_add(work, STATISTIC_P_RATE_RATIO, value_double(rate.p));
}

void compute_years(struct work *work)
{
    const uint32_t group = work->key.group;
    uint32_t before;
    if (!has_years(work) ||
        !figures_year_before(work->figures, work->counted->cohorts, work->key.breakdown, group,
                             work->key.measure, &before)) {
        return;
    }
    if (study_is_goal_level(work->study, work->key.scale)) {
        goals_of_years(work, before, group);
    } else if (is_compared(work)) {
        change_of_years(work, before, group);
    }
}

/* --- trend --- */

/* A scale without a threshold of reliable change has no share of improved. */
static bool has_shares(const struct work *work)
{
    struct figure_key all = work->key;
    all.table = FIGURES_RELIABLE_CHANGE;
    all.breakdown = 0;
    return study_is_goal_level(work->study, work->key.scale) ||
           figures_at(work->figures, &all, FIGURE_STAGE_CHANGE, STATISTIC_THRESHOLD, 0).kind !=
               VALUE_UNDEFINED;
}

/* Has the group a year, and anybody in it? */
static bool is_year(const struct work *work, uint32_t group)
{
    return is_recorded(work, group) &&
           figures_has_measure(work->figures, work->key.breakdown, group, work->key.measure);
}

/* Years that are whole numbers (up to 9 digits) stand where they say; where any is not, the years
   stand one after the other. Writes the score of each group that is a year. */
static void score_years(struct work *work)
{
    struct group_share *const shares = work->between->shares;
    const size_t column = breakdown_of(work)->columns[0];
    bool numbers = true;
    int64_t place = 0;
    for (uint32_t g = 0; g < n_groups(work); g++) {
        const char *const year =
            names_text(&work->counted->cohorts->values, value_in(work, g, column));
        const size_t n = strspn(year, "0123456789");
        numbers = numbers && (!is_year(work, g) || (n > 0 && n <= 9 && year[n] == '\0'));
    }
    for (uint32_t g = 0; g < n_groups(work); g++) {
        shares[g].score =
            numbers && is_year(work, g)
                ? strtol(names_text(&work->counted->cohorts->values, value_in(work, g, column)),
                         NULL, 10)
                : place;
        place += is_year(work, g);
    }
}

void compute_trend(struct work *work)
{
    const bool goals = study_is_goal_level(work->study, work->key.scale);
    const enum figure_table table = goals ? FIGURES_ATTAINMENT : FIGURES_RELIABLE_CHANGE;
    const unsigned stage = goals ? FIGURE_STAGE_LATEST : FIGURE_STAGE_CHANGE;
    struct group_share *const shares = work->between->shares;
    struct trend trend;
    uint64_t n_shares = 0;
    if (!has_years(work) || breakdown_of(work)->n_columns != 1 || !has_shares(work)) {
        return;
    }
    score_years(work);
    for (uint32_t g = 0; g < n_groups(work); g++) {
        const bool counts = is_year(work, g);
        shares[g].n = !counts ? 0
                      : goals ? count_in(work, table, g, stage, STATISTIC_GOALS)
                              : count_in(work, FIGURES_BEFORE_AFTER, g, stage, STATISTIC_N);
        shares[g].successes = !counts ? 0
                                      : count_in(work, table, g, stage,
                                                 goals ? STATISTIC_ATTAINED : STATISTIC_IMPROVED);
        n_shares += shares[g].n > 0;
    }
    trend = proportion_trend(shares, n_groups(work));
    work->key.stage = (uint16_t)stage;
    work_add_count(work, STATISTIC_TREND_GROUPS, n_shares);
    work_add(work, STATISTIC_TREND_Z, value_double(trend.z));
    work_add(work, STATISTIC_P_TREND, value_double(trend.p));
}

/* --- goals attained at one stage and at another --- */

/* Goals rated at both stages, by whether level 0 or better was reached. */
static void add_paired_shares(struct work *work, size_t stage, size_t later)
{
    uint64_t n = 0, both = 0, gained = 0, lost = 0;
    struct cell_cursor at = work_cells(work, stage, later);
    while (cell_next(&at)) {
        if (tally_is_score(at.cell.code) && tally_is_score(at.cell.later_code)) {
            const bool first = at.cell.code >= 0, then = at.cell.later_code >= 0;
            n += at.cell.count;
            both += first && then ? at.cell.count : 0;
            gained += !first && then ? at.cell.count : 0;
            lost += first && !then ? at.cell.count : 0;
        }
    }
    work_add_count(work, STATISTIC_N, n);
    work_add(work, STATISTIC_P_MCNEMAR, value_double(sign_test(gained, lost)));
    work_add_count(work, STATISTIC_ATTAINED_FIRST, both + lost);
    work_add_count(work, STATISTIC_ATTAINED_THEN, both + gained);
    work_add_count(work, STATISTIC_GAINED, gained);
    work_add_count(work, STATISTIC_LOST, lost);
}

void compute_paired_shares(struct work *work)
{
    if (!study_is_goal_level(work->study, work->key.scale)) {
        return;
    }
    if (work_has_pair(work)) {
        work->key.stage = FIGURE_STAGE_CHANGE;
        add_paired_shares(work, work->study->before, work->study->after);
    }
    for (size_t stage = 2; stage < work->study->n_stages; stage++) { /* the first is no review */
        work->key.stage = (uint16_t)(FIGURE_STAGE_FIRST + stage);
        add_paired_shares(work, stage - 1, stage);
    }
}

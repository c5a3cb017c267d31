/* engine/tables/years.c - each year beside the one before, the trend over all of them, and goals
   attained from one stage to the next. */
#include "engine/tables/shared.h"

static bool is_year_breakdown(const struct maker *maker, size_t breakdown)
{
    const struct breakdown *const by = &maker->study->breakdowns[breakdown];
    return by->n_columns > 0 && by->columns[by->n_columns - 1] + 1 == maker->study->year_column;
}

static struct figure_key year_key(const struct maker *maker, enum figure_table table,
                                  size_t breakdown, uint32_t group, size_t scale)
{
    struct figure_key key = scale_key(maker, table, scale);
    key.breakdown = (uint16_t)breakdown;
    key.group = group;
    return key;
}

/* "2016 to 2017": a group and the year before it. */
static struct cell_content years_cell(struct maker *maker, const struct figure_key *key)
{
    const char *const *const labels = maker->figures->comparisons[key->breakdown].grouping.labels;
    struct text text = text_of(MESSAGE_TO);
    uint32_t before = key->group;
    (void)figures_year_before(maker->figures, maker->counted->cohorts, key->breakdown, key->group,
                              key->measure, &before);
    text.arguments[0] = argument_name(labels[before]);
    text.arguments[1] = argument_name(labels[key->group]);
    return sentence_cell(maker, text);
}

/* Calls `add` for each scale and year that has figures in `stage`; says how many there are. */
typedef void add_year_row(struct maker *maker, struct table *table, const struct figure_key *key);

static size_t for_years(struct maker *maker, size_t breakdown, bool goals, struct table *table,
                        add_year_row *add)
{
    const size_t n_groups = maker->figures->comparisons[breakdown].grouping.n_groups;
    size_t n = 0;
    for (size_t s = 0; s < maker->study->n_scales; s++) {
        for (uint32_t g = 1; g < n_groups && study_is_goal_level(maker->study, s) == goals; g++) {
            const struct figure_key key = year_key(maker, FIGURES_YEARS, breakdown, g, s);
            const unsigned stage = goals ? FIGURE_STAGE_LATEST : FIGURE_STAGE_CHANGE;
            const struct value both =
                figures_at(maker->figures, &key, stage,
                           goals ? STATISTIC_PERCENT_DIFFERENCE : STATISTIC_DIFFERENCE, 0);
            if (both.kind != VALUE_UNDEFINED) {
                n++;
                if (add != NULL) {
                    add(maker, table, &key);
                }
            }
        }
    }
    return n;
}

/* Which scales of the table of changes take the members of a family as belonging together. */
static bool some_scale(const struct maker *maker, bool by_family)
{
    for (size_t s = 0; s < maker->study->n_scales; s++) {
        const struct figure_key key = scale_key(maker, FIGURES_BEFORE_AFTER, s);
        if (!study_is_goal_level(maker->study, s) && change_test(maker, s).by_family == by_family &&
            figures_at(maker->figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_N, 0).number > 0.0) {
            return true;
        }
    }
    return false;
}

static bool has_years_of(const struct maker *maker, size_t breakdown, size_t scale)
{
    const size_t n_groups = maker->figures->comparisons[breakdown].grouping.n_groups;
    bool any = false;
    for (uint32_t g = 1; g < n_groups && !study_is_goal_level(maker->study, scale); g++) {
        const struct figure_key key = year_key(maker, FIGURES_YEARS, breakdown, g, scale);
        any = any ||
              figures_at(maker->figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_DIFFERENCE, 0).kind !=
                  VALUE_UNDEFINED;
    }
    return any;
}

static void change_row(struct maker *maker, struct table *table, const struct figure_key *key)
{
    const struct figures *const f = maker->figures;
    const unsigned stage = FIGURE_STAGE_CHANGE;
    const unsigned decimals = maker->study->scales[key->scale].scale->decimals;
    const struct value then = figures_at(f, key, stage, STATISTIC_N_PREVIOUS, 0);
    const struct value now = figures_at(f, key, stage, STATISTIC_N, 0);
    const bool robust = change_test(maker, key->scale).by_family;
    struct cell_content *const row = add_row(maker, table);
    size_t i = 4;
    if (row == NULL) {
        return;
    }
    row[0] = scale_cell(maker, key->scale);
    row[1] = years_cell(maker, key);
    row[2] = cell_value(then, 0);
    row[3] = cell_value(now, 0);
    if (some_scale(maker, true)) {
        row[i++] = robust ? cell_value(figures_at(f, key, stage, STATISTIC_FAMILIES_IN_BOTH, 0), 0)
                          : cell_text(text_of(MESSAGE_NONE));
    }
    row[i++] = cell_value(figures_at(f, key, stage, STATISTIC_DIFFERENCE, 0), decimals);
    row[i++] = cell_interval(
        figures_at(f, key, stage,
                   robust ? STATISTIC_DIFFERENCE_FAMILY_CI_LOW : STATISTIC_DIFFERENCE_CI_LOW, 0),
        figures_at(f, key, stage,
                   robust ? STATISTIC_DIFFERENCE_FAMILY_CI_HIGH : STATISTIC_DIFFERENCE_CI_HIGH, 0),
        decimals);
    row[i++] = cell_p(figures_at(
        f, key, stage, robust ? STATISTIC_P_DIFFERENCE_FAMILY : STATISTIC_P_DIFFERENCE, 0));
    if (i < table->n_columns) {
        row[i] = cell_p(holm_p(maker, key, stage, TEST_YEARS));
    }
    cells_are_of(maker, table, row, table->n_columns, test_base(maker, key, stage, TEST_YEARS));
}

static void change_by_year(struct maker *maker, size_t breakdown, const char *by)
{
    struct table *const table =
        new_table(maker, breakdown, "years", stages_title(maker, MESSAGE_TITLE_YEARS, by));
    const bool robust = some_scale(maker, true);
    struct text base = text_of(MESSAGE_NOTE_YEARS);
    add_label_column(maker, table, text_of(MESSAGE_HEAD_SCALE));
    add_cohort_column(maker, table, breakdown);
    add_column(maker, table, MESSAGE_HEAD_THEN_N);
    add_column(maker, table, MESSAGE_HEAD_N);
    if (robust) {
        add_column(maker, table, MESSAGE_HEAD_IN_BOTH);
    }
    /* One column more has to fit on a page: a word that is shorter. */
    add_column(maker, table, robust ? MESSAGE_HEAD_MORE_THAN_BEFORE : MESSAGE_HEAD_DIFFERENCE_OF);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    add_column(maker, table, MESSAGE_HEAD_P);
    add_holm_column(maker, table, breakdown, TEST_YEARS, FIGURE_STAGE_CHANGE);
    few_may_be(table, robust, true);
    (void)for_years(maker, breakdown, false, table, change_row);
    base.arguments[0] = argument_name(before_name(maker));
    base.arguments[1] = argument_name(after_name(maker));
    add_note(maker, table, base);
    add_directions_note(maker, table, breakdown, has_years_of);
    if (robust) {
        add_note(maker, table, text_of(MESSAGE_NOTE_YEARS_FAMILY));
    }
    if (some_scale(maker, false)) {
        add_note(maker, table,
                 text_of(robust ? MESSAGE_NOTE_YEARS_OTHERS : MESSAGE_NOTE_YEARS_WELCH));
    }
    add_tests_note(maker, table, breakdown, TEST_YEARS, FIGURE_STAGE_CHANGE);
}

static void attained_row(struct maker *maker, struct table *table, const struct figure_key *key)
{
    const struct figures *const f = maker->figures;
    const unsigned stage = FIGURE_STAGE_LATEST;
    const struct value then = figures_at(f, key, stage, STATISTIC_GOALS_PREVIOUS, 0);
    const struct value now = figures_at(f, key, stage, STATISTIC_GOALS, 0);
    struct cell_content *const row = add_row(maker, table);
    if (row == NULL) {
        return;
    }
    row[0] = years_cell(maker, key);
    row[1] = cell_value(then, 0);
    row[2] = cell_percent(figures_at(f, key, stage, STATISTIC_PERCENT_PREVIOUS, 0), 0);
    row[3] = cell_value(now, 0);
    row[4] = cell_percent(figures_at(f, key, stage, STATISTIC_PERCENT, 0), 0);
    row[5] = cell_value(figures_at(f, key, stage, STATISTIC_FAMILIES_IN_BOTH, 0), 0);
    row[6] = cell_value(figures_at(f, key, stage, STATISTIC_PERCENT_DIFFERENCE, 0), 1);
    row[7] =
        cell_interval(figures_at(f, key, stage, STATISTIC_PERCENT_DIFFERENCE_FAMILY_CI_LOW, 0),
                      figures_at(f, key, stage, STATISTIC_PERCENT_DIFFERENCE_FAMILY_CI_HIGH, 0), 1);
    hide_few(maker, table, &row[6], 2, fewer(then, now)); /* with one share, the other */
    cells_are_of(maker, table, row, table->n_columns, fewer(then, now));
}

static void attained_by_year(struct maker *maker, size_t breakdown, const char *by)
{
    struct table *const table = new_table(maker, breakdown, "attained_by_year",
                                          stages_title(maker, MESSAGE_TITLE_GOALS_BY_YEAR, by));
    add_cohort_column(maker, table, breakdown);
    add_column(maker, table, MESSAGE_HEAD_THEN_N);
    add_column(maker, table, MESSAGE_HEAD_THEN_PERCENT);
    add_column(maker, table, MESSAGE_HEAD_N);
    add_column(maker, table, MESSAGE_HEAD_PERCENT);
    add_column(maker, table, MESSAGE_HEAD_IN_BOTH);
    add_column(maker, table, MESSAGE_HEAD_DIFFERENCE_OF);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    few_may_be(table, false, true);
    (void)for_years(maker, breakdown, true, table, attained_row);
    add_note(maker, table, text_of(MESSAGE_NOTE_GOALS_BY_YEAR));
    add_note(maker, table, text_of(MESSAGE_NOTE_GOALS_BY_YEAR_FAMILY));
}

static void set_row(struct maker *maker, struct table *table, const struct figure_key *key)
{
    const struct figures *const f = maker->figures;
    const unsigned stage = FIGURE_STAGE_LATEST;
    struct cell_content *const row = add_row(maker, table);
    if (row == NULL) {
        return;
    }
    row[0] = years_cell(maker, key);
    row[1] = cell_value(figures_at(f, key, stage, STATISTIC_GOALS_PER_FAMILY_PREVIOUS, 0), 2);
    row[2] = cell_value(figures_at(f, key, stage, STATISTIC_GOALS_PER_FAMILY, 0), 2);
    row[3] = cell_value(figures_at(f, key, stage, STATISTIC_RATE_RATIO, 0), 2);
    row[4] = cell_interval(figures_at(f, key, stage, STATISTIC_RATE_RATIO_CI_LOW, 0),
                           figures_at(f, key, stage, STATISTIC_RATE_RATIO_CI_HIGH, 0), 2);
    row[5] = cell_p(figures_at(f, key, stage, STATISTIC_P_RATE_RATIO, 0));
    if (table->n_columns > 6) {
        row[6] = cell_p(holm_p(maker, key, stage, TEST_RATE_RATIO));
    }
    cells_are_of(maker, table, row, table->n_columns,
                 fewer(figures_at(f, key, stage, STATISTIC_FAMILIES_PREVIOUS, 0),
                       figures_at(f, key, stage, STATISTIC_FAMILIES_WITH_GOALS, 0)));
}

static void set_by_year(struct maker *maker, size_t breakdown, const char *by)
{
    struct table *const table = new_table(maker, breakdown, "goals_by_year",
                                          stages_title(maker, MESSAGE_TITLE_GOALS_SET_BY_YEAR, by));
    add_cohort_column(maker, table, breakdown);
    add_column(maker, table, MESSAGE_HEAD_GOALS_PER_FAMILY_THEN);
    add_column(maker, table, MESSAGE_HEAD_GOALS_PER_FAMILY);
    add_column(maker, table, MESSAGE_HEAD_RATIO);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    add_column(maker, table, MESSAGE_HEAD_P);
    add_holm_column(maker, table, breakdown, TEST_RATE_RATIO, FIGURE_STAGE_LATEST);
    few_may_be(table, true, true);
    (void)for_years(maker, breakdown, true, table, set_row);
    add_note(maker, table, text_of(MESSAGE_NOTE_GOALS_SET));
    add_tests_note(maker, table, breakdown, TEST_RATE_RATIO, FIGURE_STAGE_LATEST);
}

/* --- trend --- */

static struct value trend_at(const struct maker *maker, size_t breakdown, size_t scale,
                             enum statistic statistic)
{
    const struct figure_key key = year_key(maker, FIGURES_TREND, breakdown, 0, scale);
    return figures_at(maker->figures, &key,
                      study_is_goal_level(maker->study, scale) ? FIGURE_STAGE_LATEST
                                                               : FIGURE_STAGE_CHANGE,
                      statistic, 0);
}

/* Of two years there is a difference, and no trend; and none of a share that is not given. */
static bool has_trend(const struct maker *maker, size_t breakdown, size_t scale)
{
    return (study_is_goal_level(maker->study, scale) || reliable_is_given(maker, scale)) &&
           trend_at(maker, breakdown, scale, STATISTIC_TREND_GROUPS).number >= 3.0;
}

/* The share that a trend is of, in one year: goals attained, or people reliably better. */
static struct value year_share(const struct maker *maker, size_t breakdown, uint32_t group,
                               size_t scale, struct value *n)
{
    const struct figures *const f = maker->figures;
    const bool goals = study_is_goal_level(maker->study, scale);
    const unsigned stage = goals ? FIGURE_STAGE_LATEST : FIGURE_STAGE_CHANGE;
    const struct figure_key people =
        year_key(maker, goals ? FIGURES_ATTAINMENT : FIGURES_BEFORE_AFTER, breakdown, group, scale);
    const struct figure_key part = year_key(
        maker, goals ? FIGURES_ATTAINMENT : FIGURES_RELIABLE_CHANGE, breakdown, group, scale);
    *n = figures_at(f, &people, stage, goals ? STATISTIC_GOALS : STATISTIC_N, 0);
    return figures_at(f, &part, stage, goals ? STATISTIC_PERCENT : STATISTIC_PERCENT_IMPROVED, 0);
}

/* The share of the first year that has any (of the last, if `last`), and of how many it is. */
static struct value end_share(const struct maker *maker, size_t breakdown, size_t scale, bool last,
                              struct value *n)
{
    const struct grouping *const grouping = &maker->figures->comparisons[breakdown].grouping;
    struct value percent = VALUE_NONE;
    *n = VALUE_NONE;
    for (uint32_t i = 0; i < grouping->n_groups && !(n->number > 0.0); i++) {
        const uint32_t g = last ? (uint32_t)grouping->n_groups - 1 - i : i;
        if (grouping_is_recorded(grouping, maker->counted->cohorts,
                                 &maker->study->breakdowns[breakdown], g)) {
            percent = year_share(maker, breakdown, g, scale, n);
        }
    }
    return percent;
}

/* The trend of a scale in a sentence, where there are enough in every year. */
static void say_trend(struct maker *maker, struct table *table, size_t breakdown, size_t scale,
                      struct value base)
{
    struct text text = text_of(MESSAGE_SAY_TREND);
    const struct value p = trend_at(maker, breakdown, scale, STATISTIC_P_TREND);
    struct value n;
    if (base.number < (double)maker->study->small_numbers.too_few || p.kind == VALUE_UNDEFINED) {
        return; /* too few; or all shares are 0 % or 100 %, of which there is no trend */
    }
    text.arguments[0] = argument_name(maker->study->scales[scale].scale->title);
    for (size_t i = 0; i < 2; i++) {
        text.arguments[1 + 2 * i] =
            argument_value(end_share(maker, breakdown, scale, i == 1, &n), 0);
        text.arguments[2 + 2 * i] = argument_value(n, 0);
    }
    text.arguments[5] =
        argument_value(trend_at(maker, breakdown, scale, STATISTIC_TREND_GROUPS), 0);
    text.arguments[6] = argument_p(p);
    add_note(maker, table, text);
}

/* n and share of the first or the last year, in two cells. */
static void put_share(const struct maker *maker, struct table *table, struct cell_content cells[2],
                      size_t breakdown, size_t scale, bool last)
{
    struct value n;
    const struct value percent = end_share(maker, breakdown, scale, last, &n);
    cells[0] = cell_value(n, 0);
    cells[1] = cell_percent(percent, 0);
    cells_are_of(maker, table, cells, 2, n);
}

static void trend(struct maker *maker, size_t breakdown, const char *by)
{
    struct table *const table =
        new_table(maker, breakdown, "trend", stages_title(maker, MESSAGE_TITLE_TREND, by));
    add_label_column(maker, table, text_of(MESSAGE_HEAD_SCALE));
    add_column(maker, table, MESSAGE_HEAD_YEARS);
    add_column(maker, table, MESSAGE_HEAD_FIRST_N);
    add_column(maker, table, MESSAGE_HEAD_FIRST_PERCENT);
    add_column(maker, table, MESSAGE_HEAD_LAST_N);
    add_column(maker, table, MESSAGE_HEAD_LAST_PERCENT);
    add_column(maker, table, MESSAGE_HEAD_Z);
    add_column(maker, table, MESSAGE_HEAD_P);
    add_holm_column(maker, table, breakdown, TEST_TREND, FIGURE_STAGE_CHANGE);
    for (size_t s = 0; s < maker->study->n_scales; s++) {
        const struct figure_key key = year_key(maker, FIGURES_TREND, breakdown, 0, s);
        struct cell_content *row;
        struct value base;
        if (!has_trend(maker, breakdown, s) || (row = add_row(maker, table)) == NULL) {
            continue;
        }
        row[0] = scale_cell(maker, s);
        row[1] = cell_value(trend_at(maker, breakdown, s, STATISTIC_TREND_GROUPS), 0);
        put_share(maker, table, &row[2], breakdown, s, false);
        put_share(maker, table, &row[4], breakdown, s, true);
        row[6] = cell_value(trend_at(maker, breakdown, s, STATISTIC_TREND_Z), 2);
        row[7] = cell_p(trend_at(maker, breakdown, s, STATISTIC_P_TREND));
        if (table->n_columns > 8) {
            row[8] = cell_p(holm_p(maker, &key,
                                   study_is_goal_level(maker->study, s) ? FIGURE_STAGE_LATEST
                                                                        : FIGURE_STAGE_CHANGE,
                                   TEST_TREND));
        }
        base = test_base(maker, &key, FIGURE_STAGE_CHANGE, TEST_TREND);
        cells_are_of(maker, table, &row[7], table->n_columns - 7, base);
        say_trend(maker, table, breakdown, s, base);
    }
    few_may_be(table, false, true);
    add_note(maker, table, text_of(MESSAGE_NOTE_TREND));
    add_note(maker, table, text_of(MESSAGE_NOTE_INDEPENDENT));
    add_tests_note(maker, table, breakdown, TEST_TREND, FIGURE_STAGE_CHANGE);
}

void years_tables(struct maker *maker)
{
    for (size_t b = 1; b < maker->study->n_breakdowns; b++) {
        const char *by;
        bool any_trend = false;
        if (!is_year_breakdown(maker, b) || (by = breakdown_name(maker, b)) == NULL) {
            continue;
        }
        if (for_years(maker, b, false, NULL, NULL) > 0) {
            change_by_year(maker, b, by);
        }
        if (for_years(maker, b, true, NULL, NULL) > 0) {
            attained_by_year(maker, b, by);
            set_by_year(maker, b, by);
        }
        for (size_t s = 0; s < maker->study->n_scales; s++) {
            any_trend = any_trend || has_trend(maker, b, s);
        }
        if (any_trend) {
            trend(maker, b, by);
        }
    }
}

/* --- goals attained from one stage to the next --- */

static void step_row(struct maker *maker, struct table *table, size_t scale, size_t stage)
{
    const struct figure_key key = scale_key(maker, FIGURES_PAIRED_SHARES, scale);
    const unsigned at = FIGURE_STAGE_FIRST + (unsigned)stage;
    const struct value n = figures_at(maker->figures, &key, at, STATISTIC_N, 0);
    struct cell_content *row;
    struct text step = text_of(MESSAGE_TO);
    if (!(n.number > 0.0) || (row = add_row(maker, table)) == NULL) {
        return;
    }
    step.arguments[0] = argument_name(maker->study->stages[stage - 1].name);
    step.arguments[1] = argument_name(maker->study->stages[stage].name);
    row[0] = sentence_cell(maker, step);
    row[1] = cell_value(n, 0);
    row[2] = cell_percent(
        share(figures_at(maker->figures, &key, at, STATISTIC_ATTAINED_FIRST, 0), n), 0);
    row[3] =
        cell_percent(share(figures_at(maker->figures, &key, at, STATISTIC_ATTAINED_THEN, 0), n), 0);
    row[4] = cell_value(figures_at(maker->figures, &key, at, STATISTIC_GAINED, 0), 0);
    row[5] = cell_value(figures_at(maker->figures, &key, at, STATISTIC_LOST, 0), 0);
    row[6] = cell_p(figures_at(maker->figures, &key, at, STATISTIC_P_MCNEMAR, 0));
    if (table->n_columns > 7) {
        row[7] = cell_p(holm_p(maker, &key, at, TEST_ATTAINED));
    }
    cells_are_of(maker, table, row, table->n_columns, n);
}

static void paired_shares(struct maker *maker, size_t scale)
{
    struct table *const table =
        new_table(maker, 0, "goals_by_step", text_of(MESSAGE_TITLE_PAIRED_SHARES));
    add_label_column(maker, table, text_of(MESSAGE_HEAD_STEP));
    add_column(maker, table, MESSAGE_HEAD_BOTH_RATED);
    add_column(maker, table, MESSAGE_HEAD_FIRST_PERCENT);
    add_column(maker, table, MESSAGE_HEAD_NEXT_PERCENT);
    add_column(maker, table, MESSAGE_HEAD_GAINED);
    add_column(maker, table, MESSAGE_HEAD_LOST);
    add_column(maker, table, MESSAGE_HEAD_P_MCNEMAR_GOALS);
    add_holm_column(maker, table, 0, TEST_ATTAINED, FIGURE_STAGE_FIRST);
    for (size_t stage = 2; stage < maker->study->n_stages; stage++) {
        step_row(maker, table, scale, stage);
    }
    add_note(maker, table, text_of(MESSAGE_NOTE_PAIRED_SHARES));
    add_note(maker, table, text_of(MESSAGE_NOTE_GOALS_INDEPENDENT));
    add_tests_note(maker, table, 0, TEST_ATTAINED, FIGURE_STAGE_FIRST);
}

void paired_shares_table(struct maker *maker)
{
    for (size_t s = 0; s < maker->study->n_scales; s++) {
        bool any = false;
        for (size_t stage = 2; stage < maker->study->n_stages; stage++) {
            const struct figure_key key = scale_key(maker, FIGURES_PAIRED_SHARES, s);
            any = any || figures_at(maker->figures, &key, FIGURE_STAGE_FIRST + (unsigned)stage,
                                    STATISTIC_N, 0)
                                 .number > 0.0;
        }
        if (any) {
            paired_shares(maker, s);
        }
    }
}

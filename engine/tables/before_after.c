/* engine/tables/before_after.c - means before and after, by cohort, and who changed. */
#include <math.h>

#include "engine/primary.h"
#include "engine/tables/shared.h"

static void add_base_note(struct maker *maker, struct table *table, size_t scale)
{
    const struct measure *const m = &maker->study->measures[maker->study->scales[scale].measure];
    struct text note = text_of(study_is_goal_level(maker->study, scale) ? MESSAGE_NOTE_BASE_GOALS
                                                                        : MESSAGE_NOTE_BASE_PAIRS);
    /* The sentence on goals names no unit of people and has its stages one argument earlier. */
    const size_t stages = study_is_goal_level(maker->study, scale) ? 0 : 1;
    /* Where a column says who the families are, those who have goals are none. */
    note.arguments[0] =
        m->instrument->is_goals &&
                maker->counted->measures[maker->study->scales[scale].measure].has_family
            ? argument_message(MESSAGE_UNIT_RESPONDENTS)
            : unit_of(maker, m);
    note.arguments[stages] = argument_name(before_name(maker));
    note.arguments[stages + 1] = argument_name(after_name(maker));
    add_note(maker, table, note);
}

static void add_gas_notes(struct maker *maker, struct table *table, size_t scale)
{
    const struct goal_rules *const rules = &maker->study->goals;
    const struct measure *const m = &maker->study->measures[maker->study->scales[scale].measure];
    struct text note = text_of(MESSAGE_NOTE_GAS_T);
    if (!m->instrument->is_goals || study_is_goal_level(maker->study, scale)) {
        return;
    }
    note.arguments[0] = argument_value(value_double(rules->rho), 2);
    note.arguments[1] =
        argument_message(rules->weighted ? MESSAGE_NOTE_GAS_WEIGHTED : MESSAGE_NOTE_GAS_UNWEIGHTED);
    note.arguments[2] = argument_message(rules->keep_partial ? MESSAGE_NOTE_GAS_PARTIAL_KEPT
                                                             : MESSAGE_NOTE_GAS_PARTIAL_RECODED);
    if (scale + 1 == m->first_scale + m->instrument->n_scales) {
        add_note(maker, table, note); /* the T-score is the last */
    }
    add_note(maker, table, text_of(MESSAGE_NOTE_GAS_COMMON));
    add_note(maker, table, text_of(MESSAGE_NOTE_GAS_BASELINE));
}

/* How many families the n people are of stands beside the test that has nothing but families, in the table
   of who changed, which is the narrower one; goals by themselves have no such table. */
static bool has_families_beside_means(const struct maker *maker, size_t scale)
{
    return change_test(maker, scale).by_family && study_is_goal_level(maker->study, scale);
}

/* Which table a row is of, and whether it has the columns that not all have. */
struct shown {
    size_t scale;
    bool more;
};

/* n, mean and SD before, mean and SD after, change, interval and p. Both
   means are of the n people with two scores, so that the change is theirs; means of all who were
   seen at a stage are in the trajectory. True where a note on rounding is needed. */
static bool means_row(struct maker *maker, struct table *table, const struct cohort_rows *rows,
                      const void *of)
{
    const struct shown *const shown = of;
    const struct figure_key of_cohort = row_key(rows, FIGURES_BEFORE_AFTER, shown->scale);
    const struct figure_key *const key = &of_cohort;
    struct figure_key of_tests = *key;
    const struct figures *const f = maker->figures;
    const unsigned decimals = maker->study->scales[key->scale].scale->decimals;
    const struct figure_place of_change = figures_place(f, key, FIGURE_STAGE_CHANGE);
    const struct figure_place of_before = figures_place(f, key, FIGURE_STAGE_BEFORE);
    const struct figure_place of_after = figures_place(f, key, FIGURE_STAGE_AFTER);
    const struct value before = figures_there(of_before, STATISTIC_MEAN, 0);
    const struct value after = figures_there(of_after, STATISTIC_MEAN, 0);
    const struct value change = figures_there(of_change, STATISTIC_MEAN, 0);
    const struct value n = figures_there(of_change, STATISTIC_N, 0);
    const struct change_test test = change_test(maker, key->scale);
    struct cell_content *const row = add_row(maker, table);
    size_t i = 0;
    if (row == NULL) {
        return false;
    }
    row[i++] = cohort_cell(maker, key);
    row[i++] = cell_value(n, 0);
    if (has_families_beside_means(maker, key->scale)) {
        row[i++] = cell_value(figures_there(of_change, STATISTIC_FAMILIES, 0), 0);
    }
    row[i++] = cell_value(before, decimals);
    row[i++] = cell_value(figures_there(of_before, STATISTIC_SD, 0), decimals);
    row[i++] = cell_value(after, decimals);
    row[i++] = cell_value(figures_there(of_after, STATISTIC_SD, 0), decimals);
    row[i++] = cell_value(change, decimals);
    row[i++] = cell_interval(figures_there(of_change, test.ci_low, 0),
                             figures_there(of_change, test.ci_high, 0), decimals);
    row[i++] = cell_p(figures_there(of_change, test.p, 0));
    if (shown->more) {
        of_tests.table = FIGURES_TESTS;
        row[i++] = cell_p(figures_at(f, &of_tests, FIGURE_STAGE_CHANGE, STATISTIC_P_HOLM, 0));
    }
    cells_are_of(maker, table, row, table->n_columns,
                 test_base(maker, key, FIGURE_STAGE_CHANGE, N_TEST_KINDS));
    return rounds_apart(before, after, change, decimals);
}

/* How many tests of a change there are under a breakdown: of All, that is breakdown 0, every scale;
   else every scale and cohort. */
static struct value n_tests(const struct maker *maker, size_t breakdown)
{
    return tests_in(maker, breakdown, N_TEST_KINDS, FIGURE_STAGE_CHANGE);
}

static void add_change_holm_note(struct maker *maker, struct table *table, size_t scale,
                                 size_t breakdown, bool has_column)
{
    const struct figure_key all = scale_key(maker, FIGURES_BEFORE_AFTER, scale);
    const struct value n = test_base(maker, &all, FIGURE_STAGE_CHANGE, N_TEST_KINDS);
    struct text note = text_of(MESSAGE_NOTE_HOLM_ALL);
    note.arguments[0] = argument_value(n_tests(maker, 0), 0);
    if (!has_column) {
        note.arguments[1] = argument_p(holm_p(maker, &all, FIGURE_STAGE_CHANGE, N_TEST_KINDS));
        if (n.number < (double)maker->study->small_numbers.too_few ||
            n_tests(maker, 0).number < 2.0) {
            return;
        }
        add_note(maker, table, note);
    } else {
        add_holm_note(maker, table, breakdown, N_TEST_KINDS, FIGURE_STAGE_CHANGE);
    }
}

/* Is a mean change of All at least so many points in the better direction? As printed: 3.00 reaches 3. */
static bool reaches(struct value mean, double points, const struct scale *scale)
{
    const struct value wanted = value_double(scale->higher_is_better ? points : -points);
    int64_t got = 0, least = 0;
    return value_rounded(&mean, scale->decimals, &got) &&
           value_rounded(&wanted, scale->decimals, &least) &&
           (scale->higher_is_better ? got >= least : got <= least);
}

static void add_important_notes(struct maker *maker, struct table *table, size_t scale)
{
    const struct study_scale *const s = &maker->study->scales[scale];
    const struct figure_key key = scale_key(maker, FIGURES_BEFORE_AFTER, scale);
    const struct value important =
        figures_at(maker->figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_IMPORTANT_CHANGE, 0);
    const struct value mean =
        figures_at(maker->figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_MEAN, 0);
    const struct value n = figures_at(maker->figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_N, 0);
    struct text note = text_of(s->declared.important > 0.0 ? MESSAGE_NOTE_IMPORTANT_STUDY
                                                           : MESSAGE_NOTE_IMPORTANT);
    if (important.kind == VALUE_UNDEFINED) {
        return;
    }
    note.arguments[0] =
        argument_value(important, important.number == floor(important.number) ? 0 : 2);
    note.arguments[1] =
        argument_name(s->scale->important_source == NULL ? "" : s->scale->important_source);
    add_note(maker, table, note);
    /* It is a line for groups: of so few, no more is said than of a percentage. */
    if (mean.kind != VALUE_UNDEFINED && n.number >= (double)maker->study->small_numbers.too_few) {
        note = text_of(reaches(mean, important.number, s->scale) ? MESSAGE_NOTE_IMPORTANT_REACHED
                                                                 : MESSAGE_NOTE_IMPORTANT_MISSED);
        note.arguments[0] = argument_value(mean, s->scale->decimals);
        add_note(maker, table, note);
    }
}

/* How the interval and p were found, and what they take for granted. */
static void add_change_note(struct maker *maker, struct table *table, size_t scale)
{
    const size_t measure = maker->study->scales[scale].measure;
    const bool by_family = change_test(maker, scale).by_family;
    const bool has_family = maker->counted->measures[measure].has_family;
    struct text note = text_of(!by_family   ? MESSAGE_NOTE_CHANGE
                               : has_family ? MESSAGE_NOTE_CHANGE_FAMILY
                                            : MESSAGE_NOTE_CHANGE_GOALS);
    note.arguments[0] = unit_of(maker, &maker->study->measures[measure]);
    add_note(maker, table, note);
    if (has_family && !by_family) {
        add_note(maker, table, text_of(MESSAGE_NOTE_FAMILY));
    }
}

static void means(struct maker *maker, size_t scale, size_t breakdown)
{
    const size_t measure = maker->study->scales[scale].measure;
    struct table *const table = new_table(maker, breakdown, stem_of(maker, "before_after", scale),
                                          title_of(maker, MESSAGE_TITLE_BEFORE_AFTER, scale));
    /* One test alone needs no adjustment, and a column of the same p would ask for a reason. With that of
       families there is no room for it. */
    const bool many = n_tests(maker, 0).number > 1.0 || n_tests(maker, breakdown).number > 1.0;
    const bool adjusted = many && !has_families_beside_means(maker, scale);
    bool apart;
    add_cohort_column(maker, table, breakdown);
    add_column(maker, table, MESSAGE_HEAD_N);
    if (has_families_beside_means(maker, scale)) {
        add_column(maker, table, MESSAGE_HEAD_FAMILIES);
    }
    add_column(maker, table, MESSAGE_HEAD_BEFORE_MEAN);
    add_column(maker, table, MESSAGE_HEAD_SD);
    add_column(maker, table, MESSAGE_HEAD_AFTER_MEAN);
    add_column(maker, table, MESSAGE_HEAD_SD);
    add_column(maker, table, MESSAGE_HEAD_CHANGE);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    add_column(maker, table, MESSAGE_HEAD_P);
    if (adjusted) {
        add_column(maker, table, MESSAGE_HEAD_P_HOLM);
    }
    apart = fill_cohorts(
        maker, table, breakdown, measure, true,
        &(struct cohort_fill){means_row, &(struct shown){scale, adjusted}, .most_rows = 1});
    few_may_be(table, change_test(maker, scale).by_family, false);
    add_base_note(maker, table, scale);
    add_scale_notes(maker, table, scale);
    add_change_note(maker, table, scale);
    add_primary_note(maker, table, scale);
    if (many) {
        add_change_holm_note(maker, table, scale, breakdown, adjusted);
    }
    add_important_notes(maker, table, scale);
    add_gas_notes(maker, table, scale);
    /* 45.4 to 46.6 printed beside a change of 1.1 looks like a mistake, and is none. */
    if (apart) {
        add_note(maker, table, text_of(MESSAGE_NOTE_ROUNDED));
    }
}

/* --- who changed --- */

static bool direction_row(struct maker *maker, struct table *table, const struct cohort_rows *rows,
                          const void *of)
{
    const struct shown *const shown = of;
    const struct figure_key of_cohort = row_key(rows, FIGURES_BEFORE_AFTER, shown->scale);
    const struct figure_key *const key = &of_cohort;
    const struct figures *const f = maker->figures;
    const struct scale *const scale = maker->study->scales[key->scale].scale;
    const bool up = scale->higher_is_better;
    const struct figure_place of_change = figures_place(f, key, FIGURE_STAGE_CHANGE);
    const struct value n = figures_there(of_change, STATISTIC_N, 0);
    const bool by_family = change_test(maker, key->scale).by_family;
    struct figure_key of_reliable = *key;
    struct cell_content *const row = add_row(maker, table);
    size_t i = 0;
    if (row == NULL) {
        return false;
    }
    of_reliable.table = FIGURES_RELIABLE_CHANGE;
    row[i++] = cohort_cell(maker, key);
    row[i++] = cell_value(n, 0);
    if (by_family) {
        row[i++] = cell_value(figures_there(of_change, STATISTIC_FAMILIES, 0), 0);
    }
    /* Better and worse, not up and down: a fall in an SDQ score is an improvement. */
    row[i++] = cell_value(figures_there(of_change, up ? STATISTIC_N_UP : STATISTIC_N_DOWN, 0), 0);
    row[i++] = cell_value(figures_there(of_change, STATISTIC_N_SAME, 0), 0);
    row[i++] = cell_value(figures_there(of_change, up ? STATISTIC_N_DOWN : STATISTIC_N_UP, 0), 0);
    /* Beside the test of the means, for scores that are far from normal. Ranks and signs of the members
       of one family are not independent of one another: then families are what is tested. */
    if (by_family) {
        row[i++] = cell_p(figures_there(of_change, STATISTIC_P_SIGN_FLIP, 0));
    } else {
        row[i++] = cell_p(figures_there(of_change, STATISTIC_P_WILCOXON, 0));
        row[i++] = cell_p(figures_there(of_change, STATISTIC_P_SIGN, 0));
    }
    if (shown->more) {
        row[i++] =
            cell_value(figures_at(f, &of_reliable, FIGURE_STAGE_CHANGE, STATISTIC_IMPROVED, 0), 0);
        row[i++] = cell_value(
            figures_at(f, &of_reliable, FIGURE_STAGE_CHANGE, STATISTIC_DETERIORATED, 0), 0);
    }
    cells_are_of(maker, table, row, table->n_columns,
                 test_base(maker, key, FIGURE_STAGE_CHANGE, N_TEST_KINDS));
    return false;
}

/* Which of the tests decides, where the study has named one of these. */
static void add_ranks_note(struct maker *maker, struct table *table, size_t scale)
{
    const enum primary_test test = primary_test(maker->study);
    const bool decides = test != PRIMARY_T && is_primary(maker->study, scale, maker->study->after);
    const bool by_family = change_test(maker, scale).by_family;
    struct text note = text_of(by_family && decides ? MESSAGE_NOTE_FLIPS_PRIMARY
                               : by_family          ? MESSAGE_NOTE_FLIPS_CHECK
                               : decides            ? MESSAGE_NOTE_RANKS_PRIMARY
                                                    : MESSAGE_NOTE_RANKS_CHECK);
    note.arguments[0] =
        argument_message(test == PRIMARY_WILCOXON ? MESSAGE_HEAD_P_WILCOXON : MESSAGE_HEAD_P_SIGN);
    add_note(maker, table, note);
}

static void direction(struct maker *maker, size_t scale, size_t breakdown)
{
    const size_t measure = maker->study->scales[scale].measure;
    /* Asked of All: one rule serves every cohort. Without it there are no columns, since a row of
       dashes would look like nobody had changed. */
    const bool reliable = reliable_is_given(maker, scale);
    const bool by_family = change_test(maker, scale).by_family;
    struct table *const table = new_table(maker, breakdown, stem_of(maker, "direction", scale),
                                          title_of(maker, MESSAGE_TITLE_DIRECTION, scale));
    struct text tests = text_of(MESSAGE_NOTE_DIRECTION);
    add_cohort_column(maker, table, breakdown);
    add_column(maker, table, MESSAGE_HEAD_N);
    if (by_family) {
        add_column(maker, table, MESSAGE_HEAD_FAMILIES);
    }
    add_column(maker, table, MESSAGE_HEAD_BETTER);
    add_column(maker, table, MESSAGE_HEAD_SAME);
    add_column(maker, table, MESSAGE_HEAD_WORSE);
    if (by_family) {
        add_column(maker, table, MESSAGE_HEAD_P_SIGN_FLIP);
    } else {
        add_column(maker, table, MESSAGE_HEAD_P_WILCOXON);
        add_column(maker, table, MESSAGE_HEAD_P_SIGN);
    }
    if (reliable) {
        add_column(maker, table, MESSAGE_HEAD_RELIABLY_BETTER);
        add_column(maker, table, MESSAGE_HEAD_RELIABLY_WORSE);
    }
    (void)fill_cohorts(
        maker, table, breakdown, measure, true,
        &(struct cohort_fill){direction_row, &(struct shown){scale, reliable}, .most_rows = 1});
    few_may_be(table, by_family, false);
    add_base_note(maker, table, scale);
    add_scale_notes(maker, table, scale);
    if (by_family) {
        tests = text_of(MESSAGE_NOTE_DIRECTION_FAMILY);
    } else {
        tests.arguments[0] = zeros_argument(maker);
    }
    add_note(maker, table, tests);
    add_ranks_note(maker, table, scale);
    add_reliable_notes(maker, table, scale);
}

void before_after_tables(struct maker *maker, size_t scale)
{
    /* A study of one stage has nobody before and after: no table rather than an empty one. */
    if (maker->study->before == maker->study->after) {
        return;
    }
    for (size_t b = first_breakdown(maker->study); b < maker->study->n_breakdowns; b++) {
        means(maker, scale, b);
        if (!study_is_goal_level(maker->study, scale)) {
            direction(maker, scale, b);
        }
    }
}

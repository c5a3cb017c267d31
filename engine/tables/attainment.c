/* engine/tables/attainment.c - goals attained against the target, by what they are about and by
   cohort (section 7.6 of the Cardiff and Vale report for 2017-18). */
#include "engine/tables/shared.h"

/* What the goals of a row are about. */
static struct text member_text(const struct maker *maker, const struct figure_key *key)
{
    const struct figures *const figures = maker->figures;
    struct text text = text_of(MESSAGE_GOALS_ALL);
    if (key->dimension == GOALS_BY_CATEGORY) {
        return key->member < figures->n_categories
                   ? text_name(names_text(figures->names, figures->categories[key->member]))
                   : text_of(MESSAGE_GOALS_NO_CATEGORY);
    }
    if (key->dimension >= GOALS_BY_FLAG) {
        text = text_of(key->member == 0 ? MESSAGE_GOALS_YES : MESSAGE_GOALS_NO);
        text.arguments[0] =
            argument_name(maker->study->goals.flags[key->dimension - GOALS_BY_FLAG]);
    }
    return text;
}

/* In the order of the headings from MESSAGE_HEAD_GOALS_SET on; the percentage comes last. */
static const enum statistic printed[] = {STATISTIC_GOALS_SET, STATISTIC_GOALS, STATISTIC_ATTAINED,
                                         STATISTIC_NOT_ATTAINED};

/* Nothing is added where no goal of this cohort is of this member. */
static void attainment_row(struct maker *maker, struct table *table, const struct figure_key *key,
                           unsigned stage)
{
    const struct value set = figures_at(maker->figures, key, stage, STATISTIC_GOALS_SET, 0);
    struct cell_content *row;
    if (set.kind == VALUE_UNDEFINED) {
        return;
    }
    row = add_row(maker, table);
    if (row == NULL) {
        return;
    }
    row[0] = cell_text(member_text(maker, key));
    row[1] = cohort_cell(maker, key);
    for (size_t i = 0; i < 4; i++) {
        row[i + 2] = cell_value(figures_at(maker->figures, key, stage, printed[i], 0), 0);
    }
    /* Of goals reviewed: one that nobody came back to is neither attained nor missed. The share of
       all goals set is percent_of_set in results.csv. */
    row[6] = cell_percent(figures_at(maker->figures, key, stage, STATISTIC_PERCENT, 0), 0);
    cells_are_of(maker, table, row, 7, figures_at(maker->figures, key, stage, STATISTIC_GOALS, 0));
    if (maker->study->goals.has_target) {
        row[7] = cell_percent(value_double(maker->study->goals.target), 0);
        cells_are_of(maker, table, &row[7], 1, VALUE_NONE); /* the study's word, not a share */
    }
}

static void attainment(struct maker *maker, size_t measure, size_t breakdown, bool latest)
{
    const struct goal_rules *const rules = &maker->study->goals;
    const unsigned stage = latest ? FIGURE_STAGE_LATEST : FIGURE_STAGE_AFTER;
    struct text title = text_of(latest ? MESSAGE_TITLE_ATTAINMENT : MESSAGE_TITLE_ATTAINMENT_AFTER);
    struct text note = text_of(latest ? MESSAGE_NOTE_ATTAINMENT : MESSAGE_NOTE_ATTAINMENT_AFTER);
    struct table *table;
    title.arguments[0] =
        latest ? argument_message(MESSAGE_LATEST) : argument_name(after_name(maker));
    table = new_table(maker, breakdown, latest ? "attainment_latest" : "attainment_after", title);
    add_label_column(maker, table, text_of(MESSAGE_HEAD_GOALS));
    add_cohort_column(maker, table, breakdown);
    for (enum message heading = MESSAGE_HEAD_GOALS_SET; heading <= MESSAGE_HEAD_PERCENT;
         heading++) {
        add_column(maker, table, heading);
    }
    if (rules->has_target) {
        add_column(maker, table, MESSAGE_HEAD_TARGET);
    }
    /* All goals, then each category and at last those without one, then yes and no of each flag. A
       goal stands in each of these parts once, so that they are not to be added up. */
    for (unsigned d = 0; d < GOALS_BY_FLAG + rules->n_flags; d++) {
        const uint32_t n_members = d == GOALS_ANY ? 1
                                   : d == GOALS_BY_CATEGORY
                                       ? (uint32_t)maker->figures->n_categories + 1
                                       : 2;
        for (uint32_t member = 0; member < n_members; member++) {
            struct cohort_rows rows = cohort_rows(maker, breakdown, measure);
            while (next_cohort(&rows)) {
                struct figure_key key =
                    row_key(&rows, FIGURES_ATTAINMENT, maker->study->measures[measure].first_scale);
                key.dimension = (uint16_t)d;
                key.member = member;
                attainment_row(maker, table, &key, stage);
            }
        }
    }
    /* The level at the first stage, where a goal is set, is no review of it. */
    note.arguments[0] = argument_name(latest ? maker->study->stages[0].name : after_name(maker));
    add_note(maker, table, note);
    if (rules->has_target) {
        note = text_of(MESSAGE_NOTE_TARGET);
        note.arguments[0] = argument_value(value_double(rules->target), 0);
        add_note(maker, table, note);
    }
}

/* --- how sure the share is --- */

/* Has some family more than one goal that was rated? */
static bool goals_by_family(const struct maker *maker, const struct figure_key *key, unsigned stage)
{
    return figures_at(maker->figures, key, stage, STATISTIC_FAMILIES, 0).number <
           figures_at(maker->figures, key, stage, STATISTIC_GOALS, 0).number;
}

static void share_row(struct maker *maker, struct table *table, const struct figure_key *key,
                      unsigned stage)
{
    const struct figures *const f = maker->figures;
    const struct value goals = figures_at(f, key, stage, STATISTIC_GOALS, 0);
    const struct value families = figures_at(f, key, stage, STATISTIC_FAMILIES, 0);
    const struct value low = figures_at(f, key, stage, STATISTIC_PERCENT_CI_LOW, 0);
    const struct value high = figures_at(f, key, stage, STATISTIC_PERCENT_CI_HIGH, 0);
    struct cell_content *const row = add_row(maker, table);
    if (row == NULL) {
        return;
    }
    row[0] = cohort_cell(maker, key);
    row[1] = cell_value(goals, 0);
    row[2] = cell_value(families, 0);
    row[3] = cell_percent(figures_at(f, key, stage, STATISTIC_PERCENT, 0), 0);
    row[4] = cell_percent_interval(within_percent(low), within_percent(high), 0);
    cells_are_of(maker, table, row, 5, goals);
    if (maker->study->goals.has_target) {
        row[5] = cell_percent(value_double(maker->study->goals.target), 0);
        row[6] = cell_p(figures_at(f, key, stage, STATISTIC_P_TARGET, 0));
        if (table->n_columns > 7) {
            row[7] = cell_p(holm_p(maker, key, stage, TEST_TARGET));
        }
        cells_are_of(maker, table, &row[5], 1, VALUE_NONE);
        cells_are_of(maker, table, &row[6], table->n_columns - 6, fewer(goals, families));
    }
}

/* Goals of one family are alike, so that a share of them is less sure than one of as many people.
   What each category has is in results.csv. */
static void share_table(struct maker *maker, size_t measure, size_t breakdown, bool latest)
{
    const unsigned stage = latest ? FIGURE_STAGE_LATEST : FIGURE_STAGE_AFTER;
    const size_t scale = maker->study->measures[measure].first_scale;
    const struct figure_key all = scale_key(maker, FIGURES_ATTAINMENT, scale);
    const bool has_target = maker->study->goals.has_target;
    struct cohort_rows rows = cohort_rows(maker, breakdown, measure);
    struct text title = text_of(MESSAGE_TITLE_SHARE);
    struct text note = text_of(MESSAGE_NOTE_SHARE_FAMILY);
    struct table *table;
    if (!goals_by_family(maker, &all, stage)) {
        return;
    }
    title.arguments[0] =
        latest ? argument_message(MESSAGE_LATEST) : argument_name(after_name(maker));
    table = new_table(maker, breakdown,
                      latest ? "attainment_latest_share" : "attainment_after_share", title);
    add_cohort_column(maker, table, breakdown);
    add_column(maker, table, MESSAGE_HEAD_REVIEWED);
    add_column(maker, table, MESSAGE_HEAD_FAMILIES);
    add_column(maker, table, MESSAGE_HEAD_PERCENT);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    if (has_target) {
        add_column(maker, table, MESSAGE_HEAD_TARGET);
        add_column(maker, table, MESSAGE_HEAD_P);
        add_holm_column(maker, table, breakdown, TEST_TARGET, stage);
    }
    while (next_cohort(&rows)) {
        const struct figure_key key = row_key(&rows, FIGURES_ATTAINMENT, scale);
        share_row(maker, table, &key, stage);
    }
    few_may_be(table, has_target, false);
    note.arguments[0] = unit_of(maker, &maker->study->measures[measure]);
    add_note(maker, table, note);
    if (has_target) {
        add_note(maker, table, text_of(MESSAGE_NOTE_SHARE_TARGET));
        if (maker->study->goals.target_test != TWO_SIDED) {
            add_note(maker, table,
                     text_of(maker->study->goals.target_test == LESS
                                 ? MESSAGE_NOTE_TARGET_LESS
                                 : MESSAGE_NOTE_TARGET_GREATER));
        }
        add_tests_note(maker, table, breakdown, TEST_TARGET, stage);
    }
}

void attainment_tables(struct maker *maker, size_t measure)
{
    for (size_t b = first_breakdown(maker->study); b < maker->study->n_breakdowns; b++) {
        attainment(maker, measure, b, true);
        share_table(maker, measure, b, true);
        /* of two stages, the latest review is the after stage */
        if (maker->study->before != maker->study->after && maker->study->n_stages > 2) {
            attainment(maker, measure, b, false);
            share_table(maker, measure, b, false);
        }
    }
}

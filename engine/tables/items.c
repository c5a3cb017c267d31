/* engine/tables/items.c - the forms themselves: one row for each scale of an instrument, all cohorts
   together. Cohort by cohort they are in results.csv. */
#include "engine/tables/shared.h"

static struct value figure_of(const struct maker *maker, enum figure_table table, size_t scale,
                              size_t stage, enum statistic statistic)
{
    const struct figure_key key = scale_key(maker, table, scale);
    return figures_at(maker->figures, &key, (unsigned)stage, statistic, 0);
}

static bool is_collected(const struct maker *maker, size_t scale)
{
    return maker->study->scales[scale].collected && !study_is_goal_level(maker->study, scale);
}

static struct value scores_at(const struct maker *maker, size_t scale, size_t stage)
{
    return figure_of(maker, FIGURES_TRAJECTORY, scale, FIGURE_STAGE_FIRST + stage, STATISTIC_N);
}

/* --- items --- */

/* Shares at the ends of the scale, in two cells. */
static void put_ends(const struct maker *maker, struct table *table, struct cell_content cells[],
                     size_t scale, size_t stage)
{
    cells[0] = cell_percent(figure_of(maker, FIGURES_ITEM_ANALYSIS, scale,
                                      FIGURE_STAGE_FIRST + stage, STATISTIC_FLOOR_PERCENT),
                            0);
    cells[1] = cell_percent(figure_of(maker, FIGURES_ITEM_ANALYSIS, scale,
                                      FIGURE_STAGE_FIRST + stage, STATISTIC_CEILING_PERCENT),
                            0);
    cells_are_of(maker, table, cells, 2, scores_at(maker, scale, stage));
}

/* The stage that a row is of: before, or none for forms whose stage their date says. */
static size_t stage_of_items(const struct maker *maker, size_t scale)
{
    const size_t before = FIGURE_STAGE_FIRST + maker->study->before;
    const struct value forms =
        figure_of(maker, FIGURES_ITEM_ANALYSIS, scale, before, STATISTIC_COMPLETE_FORMS);
    return forms.number > 0.0 ? before : FIGURE_STAGE_NONE;
}

static void items_row(struct maker *maker, struct table *table, size_t scale)
{
    const struct study *const study = maker->study;
    struct cell_content *const row = add_row(maker, table);
    const size_t stage = stage_of_items(maker, scale);
    const struct value forms =
        figure_of(maker, FIGURES_ITEM_ANALYSIS, scale, stage, STATISTIC_COMPLETE_FORMS);
    if (row == NULL) {
        return;
    }
    row[0] = cell_text(text_name(study->scales[scale].scale->title));
    row[1] = cell_value(forms, 0);
    row[2] = cell_value(figure_of(maker, FIGURES_ITEM_ANALYSIS, scale, stage, STATISTIC_ALPHA), 2);
    row[3] = cell_interval(
        figure_of(maker, FIGURES_ITEM_ANALYSIS, scale, stage, STATISTIC_ALPHA_CI_LOW),
        figure_of(maker, FIGURES_ITEM_ANALYSIS, scale, stage, STATISTIC_ALPHA_CI_HIGH), 2);
    row[4] = cell_value(figure_of(maker, FIGURES_ITEM_ANALYSIS, scale, stage, STATISTIC_OMEGA), 2);
    put_ends(maker, table, &row[5], scale, study->before);
}

/* Why a row has dashes where a run over all forms would have figures. Scales of one group of items have
   the same forms: the first that is without speaks for it. */
static void add_withheld_note(struct maker *maker, struct table *table, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const size_t scale = m->first_scale + i;
        const struct value withheld =
            figure_of(maker, FIGURES_ITEM_ANALYSIS, scale, stage_of_items(maker, scale),
                      STATISTIC_FORMS_WITHHELD);
        if (withheld.kind == VALUE_COUNT && is_collected(maker, scale)) {
            struct text note = text_of(MESSAGE_NOTE_ITEMS_WITHHELD);
            note.arguments[0] = argument_name(m->instrument->scales[i].title);
            note.arguments[1] = argument_value(withheld, 0);
            add_note(maker, table, note);
            return;
        }
    }
}

static void items_table(struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    struct table *const table = new_table(maker, 0, stem_of_measure(maker, "items", measure),
                                          title_of_measure(maker, MESSAGE_TITLE_ITEMS, measure));
    struct text note = text_of(MESSAGE_NOTE_ITEMS);
    add_label_column(maker, table, text_of(MESSAGE_HEAD_SCALE));
    add_column(maker, table, MESSAGE_HEAD_COMPLETE_FORMS);
    add_column(maker, table, MESSAGE_HEAD_ALPHA);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    add_column(maker, table, MESSAGE_HEAD_OMEGA);
    add_column(maker, table, MESSAGE_HEAD_FLOOR);
    add_column(maker, table, MESSAGE_HEAD_CEILING);
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        if (is_collected(maker, m->first_scale + i)) {
            items_row(maker, table, m->first_scale + i);
        }
    }
    note.arguments[0] = argument_name(before_name(maker));
    add_note(maker, table, note);
    add_withheld_note(maker, table, measure);
    note = text_of(MESSAGE_NOTE_ENDS);
    note.arguments[0] = argument_name(before_name(maker));
    add_note(maker, table, note);
}

/* --- goals --- */

static struct argument who(const char *name)
{
    return name == NULL ? argument_message(MESSAGE_GOALS_NOT_STATED) : argument_name(name);
}

static void goal_difficulty_table(struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    const size_t scale = m->first_scale + m->instrument->n_scales - 1;
    struct table *const table =
        new_table(maker, 0, stem_of_measure(maker, "goal_difficulty", measure),
                  title_of_measure(maker, MESSAGE_TITLE_GOAL_DIFFICULTY, measure));
    const struct figure_key key = scale_key(maker, FIGURES_ITEM_ANALYSIS, scale);
    struct text note = text_of(MESSAGE_NOTE_GOALS_WHO);
    add_label_column(maker, table, text_of(MESSAGE_HEAD_STAGE));
    add_column(maker, table, MESSAGE_HEAD_N);
    add_column(maker, table, MESSAGE_HEAD_FROM_50);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    add_column(maker, table, MESSAGE_HEAD_P);
    add_holm_column(maker, table, 0, TEST_FROM_50, FIGURE_STAGE_FIRST);
    /* Not the first stage, where a goal has the level that it was set with. */
    for (size_t stage = 1; stage < maker->study->n_stages; stage++) {
        const size_t at = FIGURE_STAGE_FIRST + stage;
        struct cell_content *const row = add_row(maker, table);
        if (row != NULL) {
            row[0] = cell_text(text_name(maker->study->stages[stage].name));
            row[1] = cell_value(scores_at(maker, scale, stage), 0);
            row[2] = cell_value(
                figure_of(maker, FIGURES_ITEM_ANALYSIS, scale, at, STATISTIC_FROM_50), 2);
            row[3] = cell_interval(
                figure_of(maker, FIGURES_ITEM_ANALYSIS, scale, at, STATISTIC_FROM_50_CI_LOW),
                figure_of(maker, FIGURES_ITEM_ANALYSIS, scale, at, STATISTIC_FROM_50_CI_HIGH), 2);
            row[4] =
                cell_p(figure_of(maker, FIGURES_ITEM_ANALYSIS, scale, at, STATISTIC_P_FROM_50));
            if (table->n_columns > 5) {
                row[5] = cell_p(holm_p(maker, &key, (unsigned)at, TEST_FROM_50));
            }
            cells_are_of(maker, table, row, table->n_columns, scores_at(maker, scale, stage));
        }
    }
    add_note(maker, table, text_of(MESSAGE_NOTE_GOAL_DIFFICULTY));
    add_tests_note(maker, table, 0, TEST_FROM_50, FIGURE_STAGE_FIRST);
    note.arguments[0] = who(maker->study->goals.chosen_by);
    note.arguments[1] = who(maker->study->goals.rated_by);
    add_note(maker, table, note);
}

void items_tables(struct maker *maker, size_t measure)
{
    if (maker->study->before == maker->study->after) {
        return;
    }
    if (maker->study->measures[measure].instrument->is_goals) {
        goal_difficulty_table(maker, measure);
    } else {
        items_table(maker, measure);
    }
}

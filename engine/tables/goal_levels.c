/* engine/tables/goal_levels.c - how many goals are at each level, stage by stage. */
#include "engine/tables/shared.h"
#include "scales/gas.h"

/* The levels that are printed, as places of STATISTIC_LEVEL: all halves only where they are
   kept. */
static unsigned level_step(const struct maker *maker)
{
    return maker->study->goals.keep_partial ? 1 : GAS_HALVES_PER_LEVEL;
}

/* From -2 to +2, the lowest level first; the number of columns is that of the headings below. */
static void level_row(struct maker *maker, struct table *table, const struct figure_key *key,
                      struct text stage_text, unsigned stage)
{
    struct cell_content *const row = add_row(maker, table);
    size_t column = 2;
    if (row == NULL) {
        return;
    }
    row[0] = cohort_cell(maker, key);
    row[1] = cell_text(stage_text);
    for (unsigned sub = 0; sub <= 4 * GAS_HALVES_PER_LEVEL; sub += level_step(maker)) {
        row[column++] = cell_value(figures_at(maker->figures, key, stage, STATISTIC_LEVEL, sub), 0);
    }
}

static void goal_levels(struct maker *maker, size_t measure, size_t breakdown)
{
    struct table *const table =
        new_table(maker, breakdown, "goal_levels", text_of(MESSAGE_TITLE_GOAL_LEVELS));
    struct cohort_rows rows = cohort_rows(maker, breakdown, measure);
    add_cohort_column(maker, table, breakdown);
    add_label_column(maker, table, text_of(MESSAGE_HEAD_STAGE));
    for (unsigned sub = 0; sub <= 4 * GAS_HALVES_PER_LEVEL; sub += level_step(maker)) {
        const int halves = (int)sub - 2 * GAS_HALVES_PER_LEVEL;
        struct text heading = text_of(MESSAGE_LEVEL_HEADING);
        heading.arguments[0] =
            argument_value(value_ratio(halves, GAS_HALVES_PER_LEVEL), halves % 2 == 0 ? 0 : 1);
        if (table != NULL && !table_add_column(table, heading, false)) {
            maker->no_memory = true;
        }
    }
    while (next_cohort(&rows)) {
        const struct figure_key key =
            row_key(&rows, FIGURES_GOAL_LEVELS, maker->study->measures[measure].first_scale);
        for (size_t stage = 0; stage < maker->study->n_stages; stage++) {
            level_row(maker, table, &key, text_name(maker->study->stages[stage].name),
                      FIGURE_STAGE_FIRST + (unsigned)stage);
        }
        /* Each goal's last review, at whichever stage it was: no sum of the rows above. */
        level_row(maker, table, &key, text_of(MESSAGE_LATEST), FIGURE_STAGE_LATEST);
    }
    /* 0 is the expected level, not the absence of one, which a reader of counts may take it for. */
    add_note(maker, table, text_of(MESSAGE_NOTE_GOAL_LEVELS));
    add_note(maker, table, text_of(MESSAGE_NOTE_HIGHER_BETTER));
}

void goal_levels_tables(struct maker *maker, size_t measure)
{
    for (size_t b = first_breakdown(maker->study); b < maker->study->n_breakdowns; b++) {
        goal_levels(maker, measure, b);
    }
}

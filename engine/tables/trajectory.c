/* engine/tables/trajectory.c - one scale over all stages: who was seen, the change since the start,
   and the same people throughout. */
#include "engine/tables/shared.h"

/* The columns behind cohort and stage; goals have the first two. The change is of pairs, and not
   the difference of the means before it: those are of whoever was seen, and people who leave move
   them. "Same" are those seen throughout. */
static const enum statistic printed[] = {
    STATISTIC_N,           STATISTIC_MEAN,   STATISTIC_CHANGE_N, STATISTIC_CHANGE_FIRST_MEAN,
    STATISTIC_CHANGE_MEAN, STATISTIC_SAME_N, STATISTIC_SAME_MEAN};

/* One cohort: a row for each stage. */
static void stage_rows(struct maker *maker, struct table *table, const struct figure_key *key)
{
    const size_t n_printed =
        study_is_goal_level(maker->study, key->scale) ? 2 : sizeof printed / sizeof printed[0];
    const unsigned decimals = maker->study->scales[key->scale].scale->decimals;
    for (size_t stage = 0; stage < maker->study->n_stages; stage++) {
        struct cell_content *const row = add_row(maker, table);
        if (row == NULL) {
            return;
        }
        row[0] = cell_text(cohort_text(maker, key));
        row[1] = cell_text(text_name(maker->study->stages[stage].name));
        for (size_t i = 0; i < n_printed; i++) {
            const bool count = printed[i] == STATISTIC_N || printed[i] == STATISTIC_CHANGE_N ||
                               printed[i] == STATISTIC_SAME_N;
            row[2 + i] = cell_value(figures_at(maker->figures, key,
                                               FIGURE_STAGE_FIRST + (unsigned)stage, printed[i], 0),
                                    count ? 0 : decimals);
        }
        cells_are_of(
            maker, table, row, table->n_columns,
            figures_at(maker->figures, key, FIGURE_STAGE_FIRST + (unsigned)stage, STATISTIC_N, 0));
    }
}

static void trajectory(struct maker *maker, size_t scale, size_t breakdown)
{
    const size_t measure = maker->study->scales[scale].measure;
    const bool level = study_is_goal_level(maker->study, scale);
    struct table *const table = new_table(maker, breakdown, stem_of(maker, "trajectory", scale),
                                          title_of(maker, MESSAGE_TITLE_TRAJECTORY, scale));
    struct cohort_rows rows = cohort_rows(maker, breakdown, measure);
    struct text note = text_of(level ? MESSAGE_NOTE_TRAJECTORY_GOALS : MESSAGE_NOTE_TRAJECTORY);
    struct text unit = text_of(MESSAGE_NOTE_UNIT);
    add_cohort_column(maker, table, breakdown);
    add_label_column(maker, table, text_of(MESSAGE_HEAD_STAGE));
    add_column(maker, table, MESSAGE_HEAD_N);
    add_column(maker, table, MESSAGE_HEAD_MEAN);
    if (!level) {
        add_column(maker, table, MESSAGE_HEAD_PAIRS);
        add_column(maker, table, MESSAGE_HEAD_START_MEAN);
        add_column(maker, table, MESSAGE_HEAD_CHANGE);
        add_column(maker, table, MESSAGE_HEAD_SAME_N);
        add_column(maker, table, MESSAGE_HEAD_SAME_MEAN);
    }
    while (next_cohort(&rows)) {
        const struct figure_key key = row_key(&rows, FIGURES_TRAJECTORY, scale);
        stage_rows(maker, table, &key);
    }
    note.arguments[0] = argument_name(maker->study->stages[0].name);
    /* Drop-out is not corrected for (docs/methods.md): the note says whom each mean is of. */
    add_note(maker, table, note);
    if (!level) {
        unit.arguments[0] = argument_name(maker->study->measures[measure].instrument->unit);
        add_note(maker, table, unit);
    }
    add_scale_notes(maker, table, scale);
    if (maker->study->primary.is_named && maker->study->primary.scale == scale &&
        maker->study->primary.stage != maker->study->after) {
        note = text_of(MESSAGE_NOTE_PRIMARY_STAGE);
        note.arguments[0] = argument_name(maker->study->stages[maker->study->primary.stage].name);
        add_note(maker, table, note);
    }
}

/* How many stages have a score of anyone. A stage that is declared and not reached yet does not
   make a trajectory. */
static size_t n_stages_seen(const struct maker *maker, size_t scale)
{
    const struct figure_key key = scale_key(maker, FIGURES_TRAJECTORY, scale);
    size_t n = 0;
    for (size_t stage = 0; stage < maker->study->n_stages; stage++) {
        n += figures_at(maker->figures, &key, FIGURE_STAGE_FIRST + (unsigned)stage, STATISTIC_N, 0)
                 .number > 0.0;
    }
    return n;
}

void trajectory_tables(struct maker *maker, size_t scale)
{
    /* two stages are the before/after table; goals have no such table of all that were rated */
    if (n_stages_seen(maker, scale) < 3 && maker->study->scales[scale].scale->kind != SCALE_GOALS) {
        return;
    }
    for (size_t b = first_breakdown(maker->study); b < maker->study->n_breakdowns; b++) {
        trajectory(maker, scale, b);
    }
}

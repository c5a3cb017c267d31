/* engine/tables/trajectory.c - one scale over all stages: who was seen, the change since the start,
   and the same people throughout. */
#include "engine/primary.h"
#include "engine/tables/shared.h"

/* The columns behind cohort and stage; goals have the first two. The change is of pairs, and not
   the difference of the means before it: those are of whoever was seen, and people who leave move
   them. "Same" are those seen throughout. */
static const enum statistic printed[] = {
    STATISTIC_N,           STATISTIC_MEAN,   STATISTIC_CHANGE_N, STATISTIC_CHANGE_FIRST_MEAN,
    STATISTIC_CHANGE_MEAN, STATISTIC_SAME_N, STATISTIC_SAME_MEAN};

enum { N_PRINTED = sizeof printed / sizeof printed[0], N_PRINTED_OF_LEVELS = 2 };

/* Is the change tested stage by stage? */
static bool is_tested(const struct maker *maker, size_t scale)
{
    return !study_is_goal_level(maker->study, scale) &&
           test_family(maker, 0, N_TEST_KINDS, FIGURE_STAGE_FIRST).n.kind != VALUE_UNDEFINED;
}

/* p and p after Holm's method, of a change since the first stage. Returns how many cells that are. */
static size_t put_tests(const struct maker *maker, struct table *table, struct cell_content cells[],
                        bool adjusted, const struct figure_key *key, unsigned stage,
                        struct figure_place place)
{
    const size_t n = adjusted ? 2 : 1;
    cells[0] = cell_p(figures_there(
        place,
        change_test(maker, key->scale).by_family ? STATISTIC_CHANGE_FAMILY_P : STATISTIC_CHANGE_P,
        0));
    if (adjusted) {
        cells[1] = cell_p(holm_p(maker, key, stage, N_TEST_KINDS));
    }
    cells_are_of(maker, table, cells, n, test_base(maker, key, stage, N_TEST_KINDS));
    return n;
}

/* Which table rows are of, and whether it has tests. */
struct shown {
    size_t scale;
    bool tested;
};

/* One cohort: a row for each stage. */
static bool stage_rows(struct maker *maker, struct table *table, const struct cohort_rows *rows,
                       const void *of)
{
    const struct shown *const shown = of;
    const struct figure_key of_cohort = row_key(rows, FIGURES_TRAJECTORY, shown->scale);
    const struct figure_key *const key = &of_cohort;
    const size_t n_printed =
        study_is_goal_level(maker->study, key->scale) ? N_PRINTED_OF_LEVELS : N_PRINTED;
    const unsigned decimals = maker->study->scales[key->scale].scale->decimals;
    const struct cell_content cohort = cohort_cell(maker, key);
    for (size_t i = 0; i < maker->study->n_stages; i++) {
        const unsigned stage = FIGURE_STAGE_FIRST + (unsigned)i;
        const struct figure_place place = figures_place(maker->figures, key, stage);
        struct cell_content *const row = add_row(maker, table);
        size_t at = 2;
        if (row == NULL) {
            return false;
        }
        row[0] = cohort;
        row[1] = cell_name(maker->study->stages[i].name);
        for (size_t p = 0; p < n_printed; p++) {
            const bool count = printed[p] == STATISTIC_N || printed[p] == STATISTIC_CHANGE_N ||
                               printed[p] == STATISTIC_SAME_N;
            row[at++] = cell_value(figures_there(place, printed[p], 0), count ? 0 : decimals);
            if (shown->tested && printed[p] == STATISTIC_CHANGE_MEAN) {
                at += put_tests(maker, table, &row[at], table->n_columns == 4 + n_printed, key,
                                stage, place);
            }
        }
        /* Cells without a share or a test: the row only has its caution from here. */
        cells_are_of(maker, table, row, 2, figures_there(place, STATISTIC_N, 0));
    }
    return false;
}

/* The change up to `after` may be primary by the test of its own table, which is the same one where `before` is
   the first stage. */
static void add_which_is_primary(struct maker *maker, struct table *table, size_t scale)
{
    const struct study *const study = maker->study;
    struct text note = text_of(MESSAGE_NOTE_TESTS_EXPLORATORY);
    if (study->primary.is_named && study->primary.scale == scale &&
        study->primary.stage != study->after) {
        note = text_of(MESSAGE_NOTE_PRIMARY_STAGE);
        note.arguments[0] = argument_name(study->stages[study->primary.stage].name);
    } else if (study->before == 0 && is_primary(study, scale, study->after)) {
        note = text_of(MESSAGE_NOTE_STAGES_PRIMARY);
        note.arguments[0] = argument_name(after_name(maker));
        note.arguments[1] = argument_name(before_name(maker));
    }
    add_note(maker, table, note);
}

static void trajectory(struct maker *maker, size_t scale, size_t breakdown)
{
    const size_t measure = maker->study->scales[scale].measure;
    const bool level = study_is_goal_level(maker->study, scale), tested = is_tested(maker, scale);
    struct table *const table = new_table(maker, breakdown, stem_of(maker, "trajectory", scale),
                                          title_of(maker, MESSAGE_TITLE_TRAJECTORY, scale));
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
        if (tested) {
            add_column(maker, table, MESSAGE_HEAD_P);
            add_holm_column(maker, table, breakdown, N_TEST_KINDS, FIGURE_STAGE_FIRST);
        }
        add_column(maker, table, MESSAGE_HEAD_SAME_N);
        add_column(maker, table, MESSAGE_HEAD_SAME_MEAN);
    }
    (void)fill_cohorts(maker, table, breakdown, measure, true,
                       &(struct cohort_fill){stage_rows, &(struct shown){scale, tested},
                                             .most_rows = maker->study->n_stages});
    note.arguments[0] = argument_name(maker->study->stages[0].name);
    /* Drop-out is not corrected for (docs/methods.md): the note says whom each mean is of. */
    add_note(maker, table, note);
    if (!level) {
        unit.arguments[0] = unit_of(maker, &maker->study->measures[measure]);
        add_note(maker, table, unit);
    }
    add_scale_notes(maker, table, scale);
    if (tested) {
        note = text_of(change_test(maker, scale).by_family ? MESSAGE_NOTE_STAGES_FAMILY
                                                           : MESSAGE_NOTE_STAGES_TESTS);
        note.arguments[0] = unit.arguments[0];
        add_note(maker, table, note);
        few_may_be(table, change_test(maker, scale).by_family, false);
        add_which_is_primary(maker, table, scale);
        add_holm_note(maker, table, breakdown, N_TEST_KINDS, FIGURE_STAGE_FIRST);
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

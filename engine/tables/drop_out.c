/* engine/tables/drop_out.c - the means had nobody left, and who left. One row for each scale (and
   stage) of an instrument: cohort by cohort they are in results.csv. */
#include <math.h>

#include "engine/tables/shared.h"

static bool has_people(const struct maker *maker, size_t scale)
{
    return maker->study->scales[scale].collected && !study_is_goal_level(maker->study, scale);
}

static struct value at_stage(const struct maker *maker, size_t scale, enum figure_table table,
                             size_t stage, enum statistic statistic)
{
    const struct figure_key key = scale_key(maker, table, scale);
    return figures_at(maker->figures, &key, FIGURE_STAGE_FIRST + (unsigned)stage, statistic, 0);
}

static struct value of_scale(const struct maker *maker, size_t scale, enum figure_table table,
                             enum statistic statistic)
{
    const struct figure_key key = scale_key(maker, table, scale);
    return figures_at(maker->figures, &key, FIGURE_STAGE_NONE, statistic, 0);
}

static void add_label(struct maker *maker, struct table *table)
{
    add_label_column(maker, table, text_of(MESSAGE_HEAD_SCALE));
}

static void add_unit(struct maker *maker, struct table *table, size_t measure)
{
    struct text unit = text_of(MESSAGE_NOTE_UNIT);
    unit.arguments[0] = unit_of(maker, &maker->study->measures[measure]);
    add_note(maker, table, unit);
}

/* --- had nobody left --- */

static bool is_seen(const struct maker *maker, size_t scale, size_t stage)
{
    return at_stage(maker, scale, FIGURES_TRAJECTORY, stage, STATISTIC_N).number > 0.0;
}

/* Does someone with a score lack one at another stage? Else the model has nothing to say that the
   pairs do not. */
static bool is_incomplete(const struct maker *maker, size_t scale)
{
    const double people = of_scale(maker, scale, FIGURES_TRAJECTORY, STATISTIC_MODEL_PEOPLE).number;
    bool incomplete = false;
    for (size_t stage = 0; stage < maker->study->n_stages; stage++) {
        incomplete =
            incomplete ||
            (is_seen(maker, scale, stage) &&
             at_stage(maker, scale, FIGURES_TRAJECTORY, stage, STATISTIC_N).number < people);
    }
    return incomplete;
}

/* The structure that was fitted. */
static enum message model_words(const struct maker *maker, size_t scale)
{
    static const enum message structures[] = {[MODEL_NONE] = MESSAGE_MODEL_NONE,
                                              [MODEL_UNSTRUCTURED] = MESSAGE_MODEL_UNSTRUCTURED,
                                              [MODEL_HETEROGENEOUS] = MESSAGE_MODEL_HETEROGENEOUS,
                                              [MODEL_COMPOUND] = MESSAGE_MODEL_COMPOUND};
    const struct value structure =
        of_scale(maker, scale, FIGURES_TRAJECTORY, STATISTIC_MODEL_STRUCTURE);
    return structures[(size_t)structure.number];
}

/* Why none was, if none was. */
static void add_refusal(struct maker *maker, struct table *table, size_t scale)
{
    static const enum message refusals[] = {[MODEL_FITTED] = MESSAGE_NONE,
                                            [MODEL_TOO_FEW_PEOPLE] = MESSAGE_NOTE_TOO_FEW_PEOPLE,
                                            [MODEL_ONE_STAGE] = MESSAGE_NOTE_ONE_STAGE,
                                            [MODEL_NO_SPREAD] = MESSAGE_NOTE_NO_SPREAD,
                                            [MODEL_NOT_ESTIMABLE] = MESSAGE_NOTE_NOT_ESTIMABLE,
                                            [MODEL_SINGULAR] = MESSAGE_NOTE_SINGULAR,
                                            [MODEL_NOT_CONVERGED] = MESSAGE_NOTE_NOT_CONVERGED,
                                            [MODEL_NOT_ASKED] = MESSAGE_NONE};
    const struct value outcome_value =
        of_scale(maker, scale, FIGURES_TRAJECTORY, STATISTIC_MODEL_OUTCOME);
    struct text note = text_of(refusals[(size_t)outcome_value.number]);
    note.arguments[0] = argument_name(maker->study->scales[scale].scale->title);
    if (note.message != MESSAGE_NONE) {
        add_note(maker, table, note);
    }
}

static void stage_row(struct maker *maker, struct table *table, size_t scale, size_t stage)
{
    const enum figure_table of = FIGURES_TRAJECTORY;
    const unsigned decimals = maker->study->scales[scale].scale->decimals;
    const struct value people = of_scale(maker, scale, of, STATISTIC_MODEL_PEOPLE);
    struct cell_content *const row = add_row(maker, table);
    if (row == NULL) {
        return;
    }
    row[0] = cell_text(text_name(maker->study->scales[scale].scale->title));
    row[1] = cell_text(text_name(maker->study->stages[stage].name));
    row[2] = cell_value(people, 0);
    row[3] = cell_value(at_stage(maker, scale, of, stage, STATISTIC_MODEL_MEAN), decimals);
    row[4] = cell_value(at_stage(maker, scale, of, stage, STATISTIC_CHANGE_MEAN), decimals);
    row[5] = cell_value(at_stage(maker, scale, of, stage, STATISTIC_MODEL_CHANGE), decimals);
    row[6] =
        cell_interval(at_stage(maker, scale, of, stage, STATISTIC_MODEL_CHANGE_CI_LOW),
                      at_stage(maker, scale, of, stage, STATISTIC_MODEL_CHANGE_CI_HIGH), decimals);
    row[7] = cell_text(text_of(model_words(maker, scale)));
    cells_are_of(maker, table, row, table->n_columns, people);
}

static void add_model_notes(struct maker *maker, struct table *table, size_t measure)
{
    const struct study *const study = maker->study;
    struct text estimated = text_of(MESSAGE_NOTE_ESTIMATED);
    struct text rule = text_of(study->model.structure == MODEL_NONE ? MESSAGE_NOTE_MODEL_RULE
                                                                    : MESSAGE_NOTE_MODEL_NAMED);
    estimated.arguments[0] = argument_name(study->stages[0].name);
    rule.arguments[0] =
        argument_message(study->model.df == MODEL_KENWARD_ROGER ? MESSAGE_MODEL_DF_KENWARD_ROGER
                                                                : MESSAGE_MODEL_DF_SATTERTHWAITE);
    add_note(maker, table, estimated);
    add_note(maker, table,
             text_of(study->measures[measure].instrument->is_goals ? MESSAGE_NOTE_ASSUMED_GOALS
                                                                   : MESSAGE_NOTE_ASSUMED));
    add_note(maker, table, rule);
    add_unit(maker, table, measure);
}

static void had_nobody_left(struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    struct table *const table =
        new_table(maker, 0, stem_of_measure(maker, "had_nobody_left", measure),
                  title_of_measure(maker, MESSAGE_TITLE_HAD_NOBODY_LEFT, measure));
    add_label(maker, table);
    add_label_column(maker, table, text_of(MESSAGE_HEAD_STAGE));
    add_column(maker, table, MESSAGE_HEAD_PEOPLE);
    add_column(maker, table, MESSAGE_HEAD_ESTIMATED_MEAN);
    add_column(maker, table, MESSAGE_HEAD_SEEN_CHANGE);
    add_column(maker, table, MESSAGE_HEAD_ESTIMATED_CHANGE);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    add_label_column(maker, table, text_of(MESSAGE_HEAD_MODEL));
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const size_t scale = m->first_scale + i;
        for (size_t stage = 1; stage < maker->study->n_stages; stage++) {
            if (has_people(maker, scale) && is_seen(maker, scale, stage)) {
                stage_row(maker, table, scale, stage);
            }
        }
    }
    add_model_notes(maker, table, measure);
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        if (has_people(maker, m->first_scale + i)) {
            add_refusal(maker, table, m->first_scale + i);
        }
    }
}

/* --- who left --- */

/* Is anyone's form not due yet? Else the report need not speak of it. */
static bool some_not_due(const struct maker *maker, size_t measure)
{
    const struct value not_due =
        at_stage(maker,
                 maker->study->measures[measure].first_scale +
                     (maker->study->measures[measure].instrument->is_goals ? 1 : 0),
                 FIGURES_DROP_OUT, maker->study->after, STATISTIC_NOT_YET_DUE);
    return not_due.number > 0.0;
}

/* How far apart two scores can be, in points. Of T with any weights: all goals at -2 against all at 2,
   10 times 4 sum(w) by at least root of rho times sum(w). */
static double length_of(const struct maker *maker, size_t scale)
{
    const struct scale *const s = maker->study->scales[scale].scale;
    const struct measure *const m = &maker->study->measures[maker->study->scales[scale].measure];
    const double levels = 4.0;
    if (s->kind != SCALE_GOALS) {
        return (double)(s->values[s->n_values - 1] - s->values[0]) / (double)s->units_per_point;
    }
    return s == &m->instrument->scales[m->instrument->n_scales - 1]
               ? 10.0 * levels / sqrt(maker->study->goals.rho)
               : levels;
}

/* Where those who left would have to be further away than the scale is long, the number would be taken
   for one that could be. results.csv has it. */
static struct cell_content tipping_cell(const struct maker *maker, size_t scale)
{
    const struct value tipping = of_scale(maker, scale, FIGURES_DROP_OUT, STATISTIC_TIPPING_POINT);
    return fabs(tipping.number) > length_of(maker, scale)
               ? cell_text(text_of(MESSAGE_BEYOND_SCALE))
               : cell_value(tipping, maker->study->scales[scale].scale->decimals);
}

/* How those who stayed and those who left began, in a sentence; nothing of one person. */
static void say_left(struct maker *maker, struct table *table, size_t scale)
{
    static const enum statistic said[] = {STATISTIC_STAYERS, STATISTIC_STAYERS_MEAN,
                                          STATISTIC_LEAVERS, STATISTIC_LEAVERS_MEAN};
    const unsigned decimals = maker->study->scales[scale].scale->decimals;
    struct text text = text_of(MESSAGE_SAY_LEFT);
    text.arguments[0] = argument_name(maker->study->scales[scale].scale->title);
    text.arguments[1] = argument_name(before_name(maker));
    for (size_t i = 0; i < 4; i++) {
        const struct value value = of_scale(maker, scale, FIGURES_DROP_OUT, said[i]);
        if (i % 2 == 0 && value.number < 2.0) {
            return;
        }
        text.arguments[2 + i] = argument_value(value, i % 2 == 0 ? 0 : decimals);
    }
    add_note(maker, table, text);
}

static void left_row(struct maker *maker, struct table *table, size_t scale, bool not_due)
{
    static const enum statistic of_people[] = {STATISTIC_STAYERS,      STATISTIC_STAYERS_MEAN,
                                               STATISTIC_STAYERS_SD,   STATISTIC_LEAVERS,
                                               STATISTIC_LEAVERS_MEAN, STATISTIC_LEAVERS_SD};
    const enum figure_table of = FIGURES_DROP_OUT;
    const size_t after = maker->study->after;
    const unsigned decimals = maker->study->scales[scale].scale->decimals;
    const struct value due = at_stage(maker, scale, of, after, STATISTIC_DUE);
    struct cell_content *const row = add_row(maker, table);
    size_t at = 0;
    if (row == NULL) {
        return;
    }
    row[at++] = cell_text(text_name(maker->study->scales[scale].scale->title));
    if (not_due) {
        row[at++] = cell_value(at_stage(maker, scale, of, after, STATISTIC_NOT_YET_DUE), 0);
    }
    row[at++] = cell_value(due, 0);
    for (size_t i = 0; i < sizeof of_people / sizeof of_people[0]; i++) {
        row[at++] = cell_value(of_scale(maker, scale, of, of_people[i]), i % 3 == 0 ? 0 : decimals);
    }
    row[at++] = cell_value(of_scale(maker, scale, of, STATISTIC_STANDARDISED_DIFFERENCE), 2);
    row[at] = tipping_cell(maker, scale);
    cells_are_of(maker, table, row, table->n_columns, due);
    say_left(maker, table, scale);
}

static void who_left(struct maker *maker, size_t measure)
{
    static const enum message heads[] = {
        MESSAGE_HEAD_DUE,       MESSAGE_HEAD_STAYED,     MESSAGE_HEAD_STAYED_MEAN,
        MESSAGE_HEAD_STAYED_SD, MESSAGE_HEAD_LEFT,       MESSAGE_HEAD_LEFT_MEAN,
        MESSAGE_HEAD_LEFT_SD,   MESSAGE_HEAD_DIFFERENCE, MESSAGE_HEAD_TIPPING_POINT};
    const struct measure *const m = &maker->study->measures[measure];
    const bool not_due = some_not_due(maker, measure);
    struct table *const table = new_table(maker, 0, stem_of_measure(maker, "who_left", measure),
                                          title_of_measure(maker, MESSAGE_TITLE_WHO_LEFT, measure));
    struct text note = text_of(MESSAGE_NOTE_WHO_LEFT),
                tipping = text_of(MESSAGE_NOTE_TIPPING_POINT);
    add_label(maker, table);
    if (not_due) {
        add_column(maker, table, MESSAGE_HEAD_NOT_YET_DUE);
    }
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        add_column(maker, table, heads[i]);
    }
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        if (has_people(maker, m->first_scale + i)) {
            left_row(maker, table, m->first_scale + i, not_due);
        }
    }
    note.arguments[0] = tipping.arguments[0] = argument_name(before_name(maker));
    note.arguments[1] = tipping.arguments[1] = argument_name(after_name(maker));
    add_note(maker, table, note);
    add_note(maker, table, tipping);
    add_unit(maker, table, measure);
}

void drop_out_tables(struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    bool incomplete = false, left = false;
    if (maker->study->before == maker->study->after) {
        return;
    }
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const size_t scale = m->first_scale + i;
        incomplete = incomplete || (has_people(maker, scale) && study_has_model(maker->study) &&
                                    !maker->study->model.off && is_incomplete(maker, scale));
        left = left || of_scale(maker, scale, FIGURES_DROP_OUT, STATISTIC_LEAVERS).number > 0.0;
    }
    if (incomplete) {
        had_nobody_left(maker, measure);
    }
    if (left) {
        who_left(maker, measure);
    }
}

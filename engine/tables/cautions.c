/* engine/tables/cautions.c - what to keep in mind of a change: how many it is of, how long it took, where
   people started, and what a second measurement alone would have brought. One row for each scale of
   an instrument, all cohorts together. */
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

static void cautions_row(struct maker *maker, struct table *table, size_t scale, bool has_usual)
{
    const enum figure_table of = FIGURES_CAUTIONS;
    const size_t none = FIGURE_STAGE_NONE;
    const struct value started = figure_of(maker, of, scale, none, STATISTIC_CAUTION_STARTED),
                       due = figure_of(maker, of, scale, none, STATISTIC_CAUTION_DUE),
                       pairs = figure_of(maker, FIGURES_BEFORE_AFTER, scale, FIGURE_STAGE_CHANGE,
                                         STATISTIC_N);
    struct cell_content *const row = add_row(maker, table);
    if (row == NULL) {
        return;
    }
    row[0] = cell_text(text_name(maker->study->scales[scale].scale->title));
    row[1] = cell_value(started, 0);
    row[2] = cell_value(due, 0);
    row[3] = cell_value(pairs, 0);
    row[4] = cell_percent(figure_of(maker, of, scale, none, STATISTIC_PERCENT_OF_STARTED), 0);
    cells_are_of(maker, table, &row[4], 1, started);
    row[5] = cell_percent(figure_of(maker, of, scale, none, STATISTIC_PERCENT_OF_DUE), 0);
    cells_are_of(maker, table, &row[5], 1, due);
    if (has_usual) {
        row[6] =
            cell_percent(figure_of(maker, of, scale, none, STATISTIC_CAUTION_PERCENT_USUAL), 0);
        cells_are_of(maker, table, &row[6], 1, pairs);
    }
}

/* Scales of one instrument have nearly the same people: the first that somebody has speaks for it. */
static void add_months_note(struct maker *maker, struct table *table, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    struct text note =
        text_of(m->instrument->is_goals ? MESSAGE_NOTE_MONTHS_GOALS : MESSAGE_NOTE_MONTHS);
    if (!study_keeps_dates(maker->study)) {
        add_note(maker, table,
                 text_of(m->instrument->is_goals ? MESSAGE_NOTE_MONTHS_GOALS_UNKNOWN
                                                 : MESSAGE_NOTE_MONTHS_UNKNOWN));
        return;
    }
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const size_t scale = m->first_scale + i, none = FIGURE_STAGE_NONE;
        const struct value n = figure_of(maker, FIGURES_CAUTIONS, scale, none, STATISTIC_MONTHS_N);
        if (n.kind == VALUE_COUNT && n.number > 0.0) {
            note.arguments[0] = argument_name(m->instrument->scales[i].title);
            note.arguments[1] = argument_value(
                figure_of(maker, FIGURES_CAUTIONS, scale, none, STATISTIC_MONTHS_MEAN), 1);
            note.arguments[2] = argument_value(
                figure_of(maker, FIGURES_CAUTIONS, scale, none, STATISTIC_MONTHS_MIN), 1);
            note.arguments[3] = argument_value(
                figure_of(maker, FIGURES_CAUTIONS, scale, none, STATISTIC_MONTHS_MAX), 1);
            note.arguments[4] = argument_value(n, 0);
            add_note(maker, table, note);
            return;
        }
    }
}

/* Is there a usual range to start in? By bands, or where a scale has none by a cut-off. */
static bool has_usual_range(const struct maker *maker, size_t scale)
{
    return figure_of(maker, FIGURES_CAUTIONS, scale, FIGURE_STAGE_NONE, STATISTIC_CAUTION_USUAL)
               .kind != VALUE_UNDEFINED;
}

static void add_usual_notes(struct maker *maker, struct table *table, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    struct text note = text_of(MESSAGE_NOTE_USUAL_START);
    bool has_bands = false;
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        has_bands = has_bands || (is_collected(maker, m->first_scale + i) &&
                                  m->instrument->scales[i].n_band_sets > 0);
    }
    note.arguments[0] = argument_name(before_name(maker));
    if (has_bands) {
        add_note(maker, table, note);
    }
    note.message = MESSAGE_NOTE_USUAL_START_CUT_OFF;
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const size_t scale = m->first_scale + i;
        if (is_collected(maker, scale) && m->instrument->scales[i].n_band_sets == 0 &&
            has_usual_range(maker, scale)) {
            note.arguments[1] = argument_name(m->instrument->scales[i].title);
            add_note(maker, table, note);
        }
    }
}

/* Scales of this instrument have published norms, and the study names none. */
static void add_no_norm_note(struct maker *maker, struct table *table, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    struct text note = text_of(MESSAGE_NOTE_NO_NORM);
    bool has_norms = false, any = false;
    for (size_t i = 0; i < m->instrument->n_scales && !m->pooled; i++) {
        struct norm norm;
        has_norms = has_norms || m->instrument->scales[i].n_norms > 0;
        any = any || study_norm(&maker->study->scales[m->first_scale + i], &norm);
    }
    note.arguments[0] = argument_name(m->instrument->name);
    if (has_norms && !any) {
        add_note(maker, table, note);
    }
}

static void cautions_table(struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    struct table *const table = new_table(maker, 0, stem_of_measure(maker, "cautions", measure),
                                          title_of_measure(maker, MESSAGE_TITLE_CAUTIONS, measure));
    struct text note = text_of(MESSAGE_NOTE_CAUTIONS);
    bool has_usual = false;
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        has_usual = has_usual || (is_collected(maker, m->first_scale + i) &&
                                  has_usual_range(maker, m->first_scale + i));
    }
    add_label_column(maker, table, text_of(MESSAGE_HEAD_SCALE));
    add_column(maker, table, MESSAGE_HEAD_STARTED);
    add_column(maker, table, MESSAGE_HEAD_DUE);
    add_column(maker, table, MESSAGE_HEAD_N);
    add_column(maker, table, MESSAGE_HEAD_OF_STARTED);
    add_column(maker, table, MESSAGE_HEAD_OF_DUE);
    if (has_usual) {
        add_column(maker, table, MESSAGE_HEAD_USUAL_START);
    }
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        if (is_collected(maker, m->first_scale + i)) {
            cautions_row(maker, table, m->first_scale + i, has_usual);
        }
    }
    note.arguments[0] = unit_of(maker, m);
    note.arguments[1] = argument_name(before_name(maker));
    note.arguments[2] = argument_name(after_name(maker));
    add_note(maker, table, note);
    add_months_note(maker, table, measure);
    if (has_usual) {
        add_usual_notes(maker, table, measure);
    }
    add_no_norm_note(maker, table, measure);
}

/* --- regression to the mean --- */

#define REGRESSION_DECIMALS 2 /* of expected changes, which may be a small part of a point */

static struct value regression_of(const struct maker *maker, size_t scale, enum statistic statistic)
{
    return figure_of(maker, FIGURES_CAUTIONS, scale, FIGURE_STAGE_NONE, statistic);
}

static bool has_regression(const struct maker *maker, size_t scale)
{
    return is_collected(maker, scale) &&
           regression_of(maker, scale, STATISTIC_REGRESSION_EXPECTED).kind != VALUE_UNDEFINED;
}

/* Whose word the figures of the norm are; not seen in their own source, they are second hand. */
static enum message hand_of(const struct norm *norm)
{
    return norm->source == NULL                  ? MESSAGE_NORM_STUDYS
           : norm->confidence == CONFIDENCE_SEEN ? MESSAGE_NORM_FIRST_HAND
                                                 : MESSAGE_NORM_SECOND_HAND;
}

static void regression_row(struct maker *maker, struct table *table, size_t scale)
{
    struct cell_content *const row = add_row(maker, table);
    struct norm norm;
    if (row == NULL) {
        return;
    }
    (void)study_norm(&maker->study->scales[scale], &norm);
    row[0] = cell_text(text_name(maker->study->scales[scale].scale->title));
    row[1] = cell_value(
        figure_of(maker, FIGURES_BEFORE_AFTER, scale, FIGURE_STAGE_CHANGE, STATISTIC_N), 0);
    row[2] = cell_value(
        figure_of(maker, FIGURES_BEFORE_AFTER, scale, FIGURE_STAGE_BEFORE, STATISTIC_MEAN),
        REGRESSION_DECIMALS);
    row[3] = cell_value(regression_of(maker, scale, STATISTIC_NORM_MEAN), REGRESSION_DECIMALS);
    row[4] = cell_value(regression_of(maker, scale, STATISTIC_NORM_R), REGRESSION_DECIMALS);
    row[5] =
        cell_value(regression_of(maker, scale, STATISTIC_REGRESSION_EXPECTED), REGRESSION_DECIMALS);
    row[6] = cell_value(
        figure_of(maker, FIGURES_BEFORE_AFTER, scale, FIGURE_STAGE_CHANGE, STATISTIC_MEAN),
        REGRESSION_DECIMALS);
    row[7] = cell_text(text_of(hand_of(&norm)));
}

/* The norm that the study names for the instrument: once for all scales that it holds for. */
static void add_named_norm_note(struct maker *maker, struct table *table,
                                const struct published_norm *norm)
{
    struct text note = text_of(norm->n > 0 ? MESSAGE_NOTE_NORM_NAMED_N : MESSAGE_NOTE_NORM_NAMED);
    note.arguments[0] = argument_name(norm->population);
    note.arguments[1] = argument_name(norm->year);
    note.arguments[2] = argument_name(norm->figures.source);
    note.arguments[3] = argument_count(norm->n);
    add_note(maker, table, note);
}

/* The norms of the other scales, one by one; of those with the study's own figures the row says so. */
static void add_norm_notes(struct maker *maker, struct table *table, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    bool said = false;
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const struct study_scale *const s = &maker->study->scales[m->first_scale + i];
        const bool is_named = s->norm != NULL && !(s->declared.functional.sd > 0.0);
        struct text note = text_of(MESSAGE_NOTE_NORM);
        struct norm norm;
        if (!has_regression(maker, m->first_scale + i) || !study_norm(s, &norm) ||
            norm.source == NULL) {
            continue;
        }
        if (!is_named) {
            note.arguments[0] = argument_name(s->scale->title);
            note.arguments[1] = norm_source(maker, &norm, s->declared.functional_from);
            add_note(maker, table, note);
        } else if (!said) {
            add_named_norm_note(maker, table, s->norm);
            said = true;
        }
    }
}

static void regression_table(struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    struct table *const table =
        new_table(maker, 0, stem_of_measure(maker, "regression_to_the_mean", measure),
                  title_of_measure(maker, MESSAGE_TITLE_REGRESSION, measure));
    struct text note = text_of(MESSAGE_NOTE_REGRESSION);
    bool second_hand = false;
    add_label_column(maker, table, text_of(MESSAGE_HEAD_SCALE));
    add_column(maker, table, MESSAGE_HEAD_N);
    add_column(maker, table, MESSAGE_HEAD_BEFORE_MEAN);
    add_column(maker, table, MESSAGE_HEAD_NORM);
    add_column(maker, table, MESSAGE_HEAD_R);
    add_column(maker, table, MESSAGE_HEAD_EXPECTED_CHANGE);
    add_column(maker, table, MESSAGE_HEAD_SEEN_CHANGE);
    add_label_column(maker, table, text_of(MESSAGE_HEAD_NORM_FROM));
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const size_t scale = m->first_scale + i;
        struct norm norm;
        if (has_regression(maker, scale)) {
            (void)study_norm(&maker->study->scales[scale], &norm);
            second_hand = second_hand || hand_of(&norm) == MESSAGE_NORM_SECOND_HAND;
            regression_row(maker, table, scale);
        }
    }
    note.arguments[0] = unit_of(maker, m);
    note.arguments[1] = argument_name(before_name(maker));
    note.arguments[2] = argument_name(after_name(maker));
    add_note(maker, table, note);
    add_norm_notes(maker, table, measure);
    if (second_hand) {
        add_note(maker, table, text_of(MESSAGE_NOTE_SECOND_HAND));
    }
}

void cautions_tables(struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    bool regression = false;
    if (maker->study->before == maker->study->after) {
        return;
    }
    cautions_table(maker, measure);
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        regression = regression || has_regression(maker, m->first_scale + i);
    }
    if (regression) {
        regression_table(maker, measure);
    }
}

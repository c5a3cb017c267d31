/* engine/tables/added_value.c - were the children better than was to be expected of them? */
#include "engine/stats/added_value.h"
#include "engine/tables/shared.h"

static void added_value_row(struct maker *maker, struct table *table, const struct figure_key *key)
{
    const struct figures *const f = maker->figures;
    const unsigned change = FIGURE_STAGE_CHANGE;
    const struct value n = figures_at(f, key, change, STATISTIC_N, 0);
    const bool robust = change_test(maker, key->scale).by_family;
    struct cell_content *const row = add_row(maker, table);
    if (row == NULL) {
        return;
    }
    row[0] = cohort_cell(maker, key);
    row[1] = cell_value(n, 0);
    row[2] = cell_value(figures_at(f, key, change, STATISTIC_MEAN, 0), 1);
    row[3] = cell_interval(
        figures_at(f, key, change, robust ? STATISTIC_CI_FAMILY_LOW : STATISTIC_CI_LOW, 0),
        figures_at(f, key, change, robust ? STATISTIC_CI_FAMILY_HIGH : STATISTIC_CI_HIGH, 0), 1);
    row[4] = cell_value(figures_at(f, key, change, STATISTIC_EFFECT_SIZE, 0), 2);
    row[5] = cell_interval(
        figures_at(f, key, change,
                   robust ? STATISTIC_EFFECT_SIZE_FAMILY_CI_LOW : STATISTIC_EFFECT_SIZE_CI_LOW, 0),
        figures_at(f, key, change,
                   robust ? STATISTIC_EFFECT_SIZE_FAMILY_CI_HIGH : STATISTIC_EFFECT_SIZE_CI_HIGH,
                   0),
        2);
    /* A mean of a few would be nearly that of each of them, and the score says nothing of one child. */
    hide_few(maker, table, row + 2, 4, n);
    row[6] = cell_value(figures_at(f, key, change, STATISTIC_EXCLUDED_NO_IMPACT, 0), 0);
    row[7] = cell_value(figures_at(f, key, change, STATISTIC_EXCLUDED_NOT_IN_TIME, 0), 0);
    cells_are_of(maker, table, row, table->n_columns, n);
}

static void add_note_of_count(struct maker *maker, struct table *table, enum message message,
                              struct value count)
{
    struct text note = text_of(message);
    note.arguments[0] = argument_value(count, 0);
    if (count.number > 0.0) {
        add_note(maker, table, note);
    }
}

static void add_notes(struct maker *maker, struct table *table, size_t scale)
{
    const struct figures *const f = maker->figures;
    const struct figure_key key = scale_key(maker, FIGURES_ADDED_VALUE, scale);
    const struct figure_key plain = scale_key(maker, FIGURES_BEFORE_AFTER, scale);
    const struct value mean = figures_at(f, &plain, FIGURE_STAGE_BEFORE, STATISTIC_MEAN, 0);
    struct text note = text_of(MESSAGE_NOTE_ADDED_VALUE);
    note.arguments[0] = argument_name(before_name(maker));
    note.arguments[1] = argument_name(after_name(maker));
    add_note(maker, table, note);
    add_note(maker, table, text_of(MESSAGE_NOTE_ADDED_VALUE_READING));
    note = text_of(MESSAGE_NOTE_ADDED_VALUE_GUARDS);
    note.arguments[0] = argument_name(before_name(maker));
    note.arguments[1] = argument_name(after_name(maker));
    note.arguments[2] = argument_count(ADDED_VALUE_FIRST_DAY);
    note.arguments[3] = argument_count(ADDED_VALUE_LAST_DAY);
    add_note(maker, table, note);
    add_note_of_count(maker, table, MESSAGE_NOTE_ADDED_VALUE_NO_DATES,
                      figures_at(f, &key, FIGURE_STAGE_CHANGE, STATISTIC_NO_DATES, 0));
    if (change_test(maker, scale).by_family) {
        add_note(maker, table, text_of(MESSAGE_NOTE_ADDED_VALUE_FAMILIES));
    }
    add_note(maker, table, text_of(MESSAGE_NOTE_ADDED_VALUE_RISK));
    if (mean.kind != VALUE_UNDEFINED && mean.number < ADDED_VALUE_LOW_RISK) {
        note = text_of(MESSAGE_NOTE_ADDED_VALUE_LOW);
        note.arguments[0] = argument_value(mean, 1);
        note.arguments[1] = argument_name(before_name(maker));
        note.arguments[2] = argument_count(ADDED_VALUE_LOW_RISK);
        add_note(maker, table, note);
    }
    add_note(maker, table, text_of(MESSAGE_NOTE_ADDED_VALUE_SOURCE));
}

/* The added value of All in a sentence, where there are enough for an interval to be printed. */
static void say_added_value(struct maker *maker, struct table *table, size_t scale)
{
    const struct figures *const f = maker->figures;
    const struct figure_key key = scale_key(maker, FIGURES_ADDED_VALUE, scale);
    const bool robust = change_test(maker, scale).by_family;
    const unsigned change = FIGURE_STAGE_CHANGE;
    const struct value n = figures_at(f, &key, change, STATISTIC_N, 0);
    const struct value low =
        figures_at(f, &key, change, robust ? STATISTIC_CI_FAMILY_LOW : STATISTIC_CI_LOW, 0);
    const struct value high =
        figures_at(f, &key, change, robust ? STATISTIC_CI_FAMILY_HIGH : STATISTIC_CI_HIGH, 0);
    struct text text =
        text_of(low.number > 0.0 || high.number < 0.0 ? MESSAGE_SAY_ADDED_VALUE
                                                      : MESSAGE_SAY_ADDED_VALUE_UNSURE);
    if (low.kind == VALUE_UNDEFINED || n.number < (double)maker->study->small_numbers.too_few) {
        return;
    }
    text.arguments[0] = argument_value(n, 0);
    text.arguments[1] =
        unit_of(maker, &maker->study->measures[maker->study->scales[scale].measure]);
    text.arguments[2] = argument_value(figures_at(f, &key, change, STATISTIC_MEAN, 0), 1);
    text.arguments[3] = argument_value(low, 1);
    text.arguments[4] = argument_value(high, 1);
    add_note(maker, table, text);
}

static void added_value(struct maker *maker, size_t scale, size_t breakdown)
{
    const size_t measure = maker->study->scales[scale].measure;
    struct table *const table =
        new_table(maker, breakdown, stem_of_measure(maker, "added_value", measure),
                  title_of_measure(maker, MESSAGE_TITLE_ADDED_VALUE, measure));
    struct cohort_rows rows = cohort_rows(maker, breakdown, measure);
    add_cohort_column(maker, table, breakdown);
    add_column(maker, table, MESSAGE_HEAD_N);
    add_column(maker, table, MESSAGE_HEAD_ADDED_VALUE);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    add_column(maker, table, MESSAGE_HEAD_EFFECT_SIZE);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    add_column(maker, table, MESSAGE_HEAD_NO_IMPACT);
    add_column(maker, table, MESSAGE_HEAD_NOT_IN_TIME);
    while (next_cohort(&rows)) {
        const struct figure_key key = row_key(&rows, FIGURES_ADDED_VALUE, scale);
        added_value_row(maker, table, &key);
    }
    say_added_value(maker, table, scale);
    add_notes(maker, table, scale);
}

void added_value_tables(struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    for (size_t b = first_breakdown(maker->study);
         b < maker->study->n_breakdowns && m->has_added_value; b++) {
        added_value(maker, m->first_scale + m->predictors[PREDICTOR_TOTAL], b);
    }
}

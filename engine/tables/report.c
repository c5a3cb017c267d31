/* engine/tables/report.c - which tables a report has, in which order, and what it says once. */
#include "engine/arms.h"
#include "engine/tables/shared.h"

static void add_report_note(struct maker *maker, enum message message)
{
    if (!report_add_note(maker->report, text_of(message))) {
        maker->no_memory = true;
    }
}

static void measure_tables(struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    /* Who counts stands before what they scored. */
    sample_log_tables(maker, measure);
    if (m->instrument->is_goals) {
        attainment_tables(maker, measure);
        goal_levels_tables(maker, measure);
    }
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const size_t scale = m->first_scale + i;
        if (maker->study->scales[scale].collected) {
            before_after_tables(maker, scale);
            bands_tables(maker, scale);
            trajectory_tables(maker, scale);
        }
    }
    effects_tables(maker, measure);
    individual_tables(maker, measure);
    drop_out_tables(maker, measure);
    added_value_tables(maker, measure);
    items_tables(maker, measure);
    cautions_tables(maker, measure);
}

static bool has_small_numbers(const struct maker *maker)
{
    for (size_t i = 0; i < maker->report->n_tables; i++) {
        if (maker->report->tables[i].has_caution) {
            return true;
        }
    }
    return false;
}

bool report_make(struct maker *maker)
{
    const struct study *const study = maker->study;
    const struct stage *const after = &study->stages[study->after];
    maker->report->title =
        study->title[0] == '\0' ? text_of(MESSAGE_REPORT_UNTITLED) : text_name(study->title);
    /* What was read and what looks odd comes first: the rest is worth what these are worth. */
    many_tests_begin(maker);
    withheld_table(maker);
    forms_table(maker);
    warnings_table(maker);
    in_words(maker);
    for (size_t i = 0; i < study->n_measures; i++) {
        measure_tables(maker, i);
    }
    between_tables(maker);
    years_tables(maker);
    paired_shares_table(maker);
    comparison_tables(maker);
    many_tests_table(maker);
    scoring_table(maker);
    report_drop_empty_tables(maker->report);
    add_small_number_notes(maker);
    /* In every report, whatever it found: a gain is as easily misread as a loss. */
    add_report_note(maker, has_comparison(maker->counted) ? MESSAGE_REPORT_CAUTION_GROUPS
                                                          : MESSAGE_REPORT_CAUTION_PROOF);
    add_report_note(maker, MESSAGE_REPORT_CAUTION_CRISIS);
    add_report_note(maker, MESSAGE_REPORT_CAUTION_STAYERS);
    if (has_small_numbers(maker)) {
        add_report_note(maker, MESSAGE_REPORT_SMALL);
    }
    if (study->before != study->after) {
        add_report_note(maker, MESSAGE_REPORT_EXPLORATORY);
    }
    /* Else a study with as_of would seem to leave out people who are not due yet. */
    if (study->as_of != NO_DATE && !after->has_window) {
        struct text note = text_of(MESSAGE_NOTE_AS_OF_UNUSED);
        note.arguments[0] = argument_name(after->name);
        maker->no_memory = maker->no_memory || !report_add_note(maker->report, note);
    }
    add_report_note(maker, MESSAGE_REPORT_FIGURES);
    return !maker->no_memory && figures_had_memory(maker->figures);
}

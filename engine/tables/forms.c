/* engine/tables/forms.c - what became of every row, how forms were scored, and what looks odd. */
#include "engine/tables/shared.h"

static const enum message form_messages[N_FORM_REASONS] = {
    [FORM_USED] = MESSAGE_FORM_USED,
    [FORM_BLANK] = MESSAGE_FORM_BLANK,
    [FORM_NO_ID] = MESSAGE_FORM_NO_ID,
    [FORM_UNKNOWN_STAGE] = MESSAGE_FORM_UNKNOWN_STAGE,
    [FORM_OUTSIDE_WINDOW] = MESSAGE_FORM_OUTSIDE_WINDOW,
    [FORM_DUPLICATE_SAME] = MESSAGE_FORM_DUPLICATE_SAME,
    [FORM_CONFLICTING] = MESSAGE_FORM_CONFLICTING,
    [FORM_TOO_FEW_ITEMS] = MESSAGE_FORM_TOO_FEW_ITEMS,
};

/* One row of the ledger: a count for each measure, and for rows of unknown informants. Of All only:
   a row without an id or a stage cannot be given to a cohort. */
static void ledger_row(struct maker *maker, struct table *table, enum message label,
                       enum statistic statistic, unsigned sub)
{
    /* A key whose measure is n_measures is of rows of unknown informants: the last column. */
    const size_t n = maker->study->n_measures + (maker->figures->unknown_informants > 0);
    struct figure_key key = {.table = FIGURES_FORMS, .scale = NO_SCALE};
    struct cell_content *const row = add_row(maker, table);
    if (row == NULL) {
        return;
    }
    row[0] = cell_text(text_of(label));
    for (size_t i = 0; i < n; i++) {
        key.measure = (uint16_t)i;
        row[i + 1] =
            cell_value(figures_at(maker->figures, &key, FIGURE_STAGE_NONE, statistic, sub), 0);
    }
}

void forms_table(struct maker *maker)
{
    const struct study *const study = maker->study;
    struct table *const table = new_table(maker, 0, "forms", text_of(MESSAGE_TITLE_FORMS));
    bool goals = false;
    add_label_column(maker, table, text_of(MESSAGE_HEAD_FORMS));
    for (size_t i = 0; i < study->n_measures && table != NULL; i++) {
        goals = goals || study->measures[i].instrument->is_goals;
        if (!table_add_column(table, text_name(study->measures[i].label), false)) {
            maker->no_memory = true;
        }
    }
    if (maker->figures->unknown_informants > 0) {
        add_column(maker, table, MESSAGE_UNKNOWN_INFORMANT);
    }
    ledger_row(maker, table, MESSAGE_FORM_ROWS, STATISTIC_ROWS, 0);
    /* Zeros too: used and set aside add up to the rows read, and a reader can check it. */
    for (unsigned i = FORM_USED; i < N_FORM_REASONS; i++) {
        ledger_row(maker, table, form_messages[i], STATISTIC_FORM, i);
    }
    add_note(maker, table, text_of(MESSAGE_NOTE_FORMS));
    if (goals) {
        add_note(maker, table, text_of(MESSAGE_NOTE_FORMS_GOALS));
    }
}

void warnings_table(struct maker *maker)
{
    struct table *table;
    /* No table at all, where an empty one would make a reader look for what is missing. */
    if (maker->n_warnings == 0) {
        return;
    }
    table = new_table(maker, 0, "warnings", text_of(MESSAGE_TITLE_WARNINGS));
    add_label_column(maker, table, text_of(MESSAGE_HEAD_WARNING));
    for (size_t i = 0; i < maker->n_warnings; i++) {
        struct cell_content *const row = add_row(maker, table);
        if (row != NULL) {
            row[0] = cell_sentence(&maker->warnings[i]);
        }
    }
    add_note(maker, table, text_of(MESSAGE_NOTE_WARNINGS));
}

/* "Total: from 12 answers", in memory of the report. NULL: no memory, noted in maker. */
static const struct text *answers_text(struct maker *maker, const char *scale, uint64_t n_answers)
{
    struct text *const text = arena_alloc(&maker->report->arena, 1, sizeof *text);
    if (text == NULL) {
        maker->no_memory = true;
        return NULL;
    }
    *text = text_of(MESSAGE_FROM_ITEMS);
    text->arguments[0] = argument_count(n_answers);
    text->arguments[1] = argument_name(scale);
    return text;
}

/* How one scale was scored, and below it how many were prorated from how many answers. */
static void scoring_rows(struct maker *maker, struct table *table, size_t scale)
{
    const struct study_scale *const s = &maker->study->scales[scale];
    const struct figure_key key = scale_key(maker, FIGURES_SCORING, scale);
    struct cell_content *row = add_row(maker, table);
    if (row == NULL) {
        return;
    }
    row[0] = cell_text(text_name(maker->study->measures[s->measure].label));
    row[1] = cell_text(text_name(s->scale->title));
    row[2] = cell_value(figures_at(maker->figures, &key, 0, STATISTIC_SCORED_COMPLETE, 0), 0);
    row[3] = cell_value(figures_at(maker->figures, &key, 0, STATISTIC_SCORED_PRORATED, 0), 0);
    row[4] = cell_value(figures_at(maker->figures, &key, 0, STATISTIC_NOT_SCORED, 0), 0);
    for (unsigned i = 0; i <= MAX_ITEMS; i++) {
        const struct value count =
            figures_at(maker->figures, &key, 0, STATISTIC_SCORED_PRORATED_FROM, i);
        const struct text *label;
        /* No such figure: the rule cannot score from so few, or nobody had so few. */
        if (count.kind == VALUE_UNDEFINED) {
            continue;
        }
        label = answers_text(maker, s->scale->title, i);
        row = add_row(maker, table);
        if (row != NULL) {
            row[0] = cell_text(text_name(maker->study->measures[s->measure].label));
            row[1] = cell_sentence(label);
            row[3] = cell_value(count, 0);
        }
    }
}

void scoring_table(struct maker *maker)
{
    const struct study *const study = maker->study;
    struct table *const table = new_table(maker, 0, "scoring", text_of(MESSAGE_TITLE_SCORING));
    add_label_column(maker, table, text_of(MESSAGE_HEAD_INSTRUMENT));
    add_label_column(maker, table, text_of(MESSAGE_HEAD_SCALE));
    add_column(maker, table, MESSAGE_HEAD_COMPLETE);
    add_column(maker, table, MESSAGE_HEAD_PRORATED);
    add_column(maker, table, MESSAGE_HEAD_NOT_SCORED);
    for (size_t i = 0; i < study->n_scales; i++) {
        /* Goals have no items that could be missing: unrated ones are left out of the score. */
        if (study->scales[i].collected && study->scales[i].scale->kind != SCALE_GOALS) {
            scoring_rows(maker, table, i);
        }
    }
    add_note(maker, table, text_of(MESSAGE_NOTE_SCORING));
    for (size_t i = 0; i < study->n_measures; i++) {
        struct text rule = text_of(MESSAGE_NOTE_SCORING_RULE);
        if (!study->measures[i].instrument->is_goals) {
            rule.arguments[0] = argument_name(study->measures[i].label);
            rule.arguments[1] = argument_name(study->measures[i].instrument->rule_text);
            add_note(maker, table, rule);
        }
    }
}

/* engine/tables/sample_log.c - who counts, by cohort, and why the others do not (Table 6-1 of the
   2014 evaluation of the Integrated Family Support Service). */
#include "engine/primary.h"
#include "engine/tables/shared.h"

static const enum message discount_messages[N_DISCOUNTS] = {
    [DISCOUNT_CONFLICTING_FORMS] = MESSAGE_DISCOUNT_CONFLICTING_FORMS,
    [DISCOUNT_NO_BEFORE_FORM] = MESSAGE_DISCOUNT_NO_BEFORE_FORM,
    [DISCOUNT_AFTER_NOT_YET_DUE] = MESSAGE_DISCOUNT_AFTER_NOT_YET_DUE,
    [DISCOUNT_NO_AFTER_FORM] = MESSAGE_DISCOUNT_NO_AFTER_FORM,
    [DISCOUNT_BEFORE_INCOMPLETE] = MESSAGE_DISCOUNT_BEFORE_INCOMPLETE,
    [DISCOUNT_AFTER_INCOMPLETE] = MESSAGE_DISCOUNT_AFTER_INCOMPLETE,
    [DISCOUNT_NOT_COMPARABLE] = MESSAGE_DISCOUNT_NOT_COMPARABLE,
    [DISCOUNT_NO_COMMON_GOAL] = MESSAGE_DISCOUNT_NO_COMMON_GOAL,
};

/* Does the ledger of people speak of this scale? Not of goals' levels, which are no one's. */
static bool has_ledger(const struct maker *maker, size_t scale)
{
    return maker->study->scales[scale].collected && !study_is_goal_level(maker->study, scale);
}

static bool sample_row(struct maker *maker, struct table *table, const struct cohort_rows *rows,
                       const void *scale)
{
    const struct figure_key key = row_key(rows, FIGURES_BEFORE_AFTER, *(const size_t *)scale);
    struct cell_content *const row = add_row(maker, table);
    if (row == NULL) {
        return false;
    }
    row[0] = cohort_cell(maker, &key);
    for (unsigned i = 0; i < 3; i++) {
        /* RESPONDENTS, VIABLE and DISCOUNTED follow one another in engine/figures.h. */
        row[i + 1] = cell_value(
            figures_at(maker->figures, &key, FIGURE_STAGE_NONE, STATISTIC_RESPONDENTS + i, 0), 0);
    }
    return false;
}

static void sample_log(struct maker *maker, size_t measure, size_t breakdown)
{
    const struct measure *const m = &maker->study->measures[measure];
    /* Scales differ in who is viable, so that one has to stand for all. */
    const size_t scale = primary_total(maker->study, measure);
    struct text title = text_of(MESSAGE_TITLE_SAMPLE), note = text_of(MESSAGE_NOTE_SAMPLE);
    struct table *table;
    title.arguments[0] = argument_name(m->label);
    table = new_table(maker, breakdown, arena_printf(&maker->report->arena, "sample_%s", m->label),
                      title);
    add_cohort_column(maker, table, breakdown);
    add_column(maker, table, MESSAGE_HEAD_RESPONDENTS);
    add_column(maker, table, MESSAGE_HEAD_VIABLE);
    add_column(maker, table, MESSAGE_HEAD_DISCOUNTED);
    (void)fill_cohorts(maker, table, breakdown, measure, true,
                       &(struct cohort_fill){sample_row, &scale, .most_rows = 1});
    note.arguments[0] = unit_of(maker, m);
    note.arguments[1] = argument_name(maker->study->scales[scale].scale->title);
    note.arguments[2] = argument_name(before_name(maker));
    note.arguments[3] = argument_name(after_name(maker));
    add_note(maker, table, note);
    if (!m->instrument->is_goals) {
        note = text_of(MESSAGE_NOTE_RULE);
        note.arguments[0] = argument_name(m->instrument->rule_text);
        add_note(maker, table, note);
    }
    /* Somebody who changed site is in one row only, or the cohorts would add up to more than
       All. */
    if (maker->counted->measures[measure].moved > 0) {
        note = text_of(MESSAGE_NOTE_MOVED);
        note.arguments[0] = argument_count(maker->counted->measures[measure].moved);
        add_note(maker, table, note);
    }
}

static struct value discounted_for(const struct maker *maker, size_t scale, unsigned reason)
{
    const struct figure_key key = scale_key(maker, FIGURES_BEFORE_AFTER, scale);
    return figures_at(maker->figures, &key, FIGURE_STAGE_NONE,
                      reason == DISCOUNT_NONE ? STATISTIC_DISCOUNTED : STATISTIC_DISCOUNTED_REASON,
                      reason);
}

/* Have two scales or more all the same numbers, as where a form is used as a whole or not at all? */
static bool has_one_ledger(const struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    size_t first = maker->study->n_scales, n = 0;
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const size_t scale = m->first_scale + i;
        if (has_ledger(maker, scale)) {
            first = n++ == 0 ? scale : first;
            for (unsigned reason = DISCOUNT_NONE; reason < N_DISCOUNTS; reason++) {
                if (discounted_for(maker, scale, reason).number !=
                    discounted_for(maker, first, reason).number) {
                    return false;
                }
            }
        }
    }
    return n > 1;
}

/* Every reason, zeros too, for each scale of the instrument. */
static void discounted(struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    struct text title = text_of(MESSAGE_TITLE_DISCOUNTED);
    struct table *table;
    bool alike;
    title.arguments[0] = argument_name(m->label);
    table =
        new_table(maker, 0, arena_printf(&maker->report->arena, "discounted_%s", m->label), title);
    add_label_column(maker, table, text_of(MESSAGE_HEAD_REASON));
    alike = has_one_ledger(maker, measure);
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        if (table != NULL && has_ledger(maker, m->first_scale + i) &&
            (!alike || table->n_columns == 1) &&
            !table_add_column(table,
                              alike ? text_of(MESSAGE_HEAD_EVERY_SCALE)
                                    : text_name(m->instrument->scales[i].title),
                              false)) {
            maker->no_memory = true;
        }
    }
    /* In the order in which reasons are tried, so that a row can be read as "and none of the
       above". DISCOUNT_NONE has the place of the sum. */
    for (unsigned reason = DISCOUNT_NONE; reason < N_DISCOUNTS; reason++) {
        struct cell_content *const row = add_row(maker, table);
        size_t column = 1;
        if (row == NULL) {
            return;
        }
        row[0] = cell_text(
            text_of(reason == DISCOUNT_NONE ? MESSAGE_HEAD_DISCOUNTED : discount_messages[reason]));
        for (size_t i = 0; i < m->instrument->n_scales; i++) {
            const size_t scale = m->first_scale + i;
            if (has_ledger(maker, scale) && column < table->n_columns) {
                row[column++] = cell_value(discounted_for(maker, scale, reason), 0);
            }
        }
    }
    add_note(maker, table, text_of(MESSAGE_NOTE_DISCOUNTED));
}

void sample_log_tables(struct maker *maker, size_t measure)
{
    if (maker->study->before == maker->study->after) {
        return;
    }
    for (size_t b = first_breakdown(maker->study); b < maker->study->n_breakdowns; b++) {
        sample_log(maker, measure, b);
    }
    discounted(maker, measure);
}

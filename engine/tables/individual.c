/* engine/tables/individual.c - how many people changed: to another band, reliably, and into the
   usual range. One row for each scale of an instrument: cohort by cohort they are in results.csv,
   and in the tables of bands and of who changed. */
#include <string.h>

#include "engine/tables/shared.h"

static bool has_bands(const struct maker *maker, size_t scale)
{
    const struct study_scale *const s = &maker->study->scales[scale];
    return s->collected && s->scale->n_band_sets > 0;
}

static struct value number_of_pairs(const struct maker *maker, size_t scale)
{
    const struct figure_key key = scale_key(maker, FIGURES_BEFORE_AFTER, scale);
    return figures_at(maker->figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_N, 0);
}

static struct value change_of(const struct maker *maker, enum figure_table table, size_t scale,
                              unsigned statistic)
{
    const struct figure_key key = scale_key(maker, table, scale);
    return figures_at(maker->figures, &key, FIGURE_STAGE_CHANGE, (enum statistic)statistic, 0);
}

/* A share in percent and, in the cell behind it, its interval: the two statistics after `percent`
   in the list. */
static void put_percent(const struct maker *maker, struct cell_content cells[],
                        enum figure_table table, size_t scale, unsigned percent)
{
    cells[0] = cell_percent(change_of(maker, table, scale, percent), 0);
    cells[1] = cell_percent_interval(change_of(maker, table, scale, percent + 1),
                                     change_of(maker, table, scale, percent + 2), 0);
}

static void add_base(struct maker *maker, struct table *table, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    struct text note = text_of(MESSAGE_NOTE_BASE_PAIRS);
    note.arguments[0] = argument_name(m->instrument->unit);
    note.arguments[1] = argument_name(before_name(maker));
    note.arguments[2] = argument_name(after_name(maker));
    add_note(maker, table, note);
}

/* --- bands --- */

static void band_change_row(struct maker *maker, struct table *table, size_t scale)
{
    const enum figure_table of = FIGURES_BAND_CHANGE;
    struct cell_content *const row = add_row(maker, table);
    if (row == NULL) {
        return;
    }
    row[0] = cell_text(text_name(maker->study->scales[scale].scale->title));
    row[1] = cell_value(number_of_pairs(maker, scale), 0);
    row[2] = cell_value(change_of(maker, of, scale, STATISTIC_BETTER), 0);
    put_percent(maker, &row[3], of, scale, STATISTIC_PERCENT_BETTER);
    row[5] = cell_value(change_of(maker, of, scale, STATISTIC_WORSE), 0);
    row[6] = cell_p(change_of(maker, of, scale, STATISTIC_P_STUART_MAXWELL));
    row[7] = cell_value(change_of(maker, of, scale, STATISTIC_RAISED_BEFORE), 0);
    row[8] = cell_value(change_of(maker, of, scale, STATISTIC_RAISED_AFTER), 0);
    row[9] = cell_p(change_of(maker, of, scale, STATISTIC_P_MCNEMAR));
    cells_are_of(maker, table, row, table->n_columns, number_of_pairs(maker, scale));
}

/* Which bands are raised, said once for scales that agree, as they nearly always do. */
static void add_raised_notes(struct maker *maker, struct table *table, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    const char *last = "";
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const size_t scale = m->first_scale + i;
        if (has_bands(maker, scale)) {
            const struct band_set *const set =
                &maker->study->scales[scale].scale->band_sets[study_band_set(maker->study, scale)];
            const char *const usual = set->bands[set->n_usual - 1].name;
            if (strcmp(usual, last) != 0) {
                struct text note = text_of(MESSAGE_NOTE_RAISED);
                note.arguments[0] = argument_name(plain_name(maker, usual));
                add_note(maker, table, note);
            }
            last = usual;
        }
    }
}

static void band_changes(struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    struct table *const table =
        new_table(maker, 0, stem_of_measure(maker, "band_change", measure),
                  title_of_measure(maker, MESSAGE_TITLE_BAND_CHANGE, measure));
    add_label_column(maker, table, text_of(MESSAGE_HEAD_SCALE));
    add_column(maker, table, MESSAGE_HEAD_N);
    add_column(maker, table, MESSAGE_HEAD_BETTER_BAND);
    add_column(maker, table, MESSAGE_HEAD_PERCENT);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    add_column(maker, table, MESSAGE_HEAD_WORSE_BAND);
    add_column(maker, table, MESSAGE_HEAD_P_SHIFT);
    add_column(maker, table, MESSAGE_HEAD_RAISED_BEFORE);
    add_column(maker, table, MESSAGE_HEAD_RAISED_AFTER);
    add_column(maker, table, MESSAGE_HEAD_P_RAISED);
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        if (has_bands(maker, m->first_scale + i)) {
            band_change_row(maker, table, m->first_scale + i);
        }
    }
    add_base(maker, table, measure);
    add_raised_notes(maker, table, measure);
    add_note(maker, table, text_of(MESSAGE_NOTE_BAND_TESTS));
}

void individual_tables(struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    bool bands = false;
    if (maker->study->before == maker->study->after || m->pooled) {
        return;
    }
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        bands = bands || has_bands(maker, m->first_scale + i);
    }
    if (bands) {
        band_changes(maker, measure);
    }
}

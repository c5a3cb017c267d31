/* engine/tables/bands.c - how many are in each band before and after, and who moved where. */
#include "engine/tables/shared.h"

static struct text band_text(struct maker *maker, const char *name)
{
    return text_name(plain_name(maker, name));
}

/* results.csv has every set; a table prints one, or a reader would have to choose. */
static const struct band_set *printed_set(const struct maker *maker, size_t scale)
{
    return &maker->study->scales[scale].scale->band_sets[study_band_set(maker->study, scale)];
}

/* Cut-offs come from different sources; a table that does not name its set cannot be compared with
   a published one. */
static void add_set_notes(struct maker *maker, struct table *table, const struct band_set *set)
{
    struct text note = text_of(MESSAGE_NOTE_BAND_SET);
    note.arguments[0] = argument_name(set->name);
    note.arguments[1] = argument_name(set->source);
    add_note(maker, table, note);
    if (set->confidence == CONFIDENCE_GENERAL || set->confidence == CONFIDENCE_UNCERTAIN) {
        add_note(maker, table, text_of(MESSAGE_NOTE_UNVERIFIED_BANDS));
    }
}

static void add_base(struct maker *maker, struct table *table, size_t scale)
{
    const struct measure *const m = &maker->study->measures[maker->study->scales[scale].measure];
    struct text note = text_of(MESSAGE_NOTE_BASE_PAIRS);
    note.arguments[0] = unit_of(maker, m);
    note.arguments[1] = argument_name(before_name(maker));
    note.arguments[2] = argument_name(after_name(maker));
    add_note(maker, table, note);
}

/* Which scale rows are of, and what its bands are called. */
struct shown {
    size_t scale;
    const struct cell_content *names; /* borrowed */
};

/* NULL: no memory. */
static const struct cell_content *band_names(struct maker *maker, const struct band_set *set)
{
    struct cell_content *const names =
        arena_alloc(&maker->report->arena, set->n_bands, sizeof *names);
    for (size_t b = 0; names != NULL && b < set->n_bands; b++) {
        names[b] = cell_text(band_text(maker, set->bands[b].name));
    }
    return names;
}

/* One cohort: a row for each band. */
static bool band_rows(struct maker *maker, struct table *table, const struct cohort_rows *rows,
                      const void *of)
{
    const struct shown *const shown = of;
    const struct figure_key of_cohort = row_key(rows, FIGURES_BANDS, shown->scale);
    const struct figure_key *const key = &of_cohort;
    const struct figure_place of_before = figures_place(maker->figures, key, FIGURE_STAGE_BEFORE);
    const struct figure_place of_after = figures_place(maker->figures, key, FIGURE_STAGE_AFTER);
    const struct cell_content cohort = cohort_cell(maker, key);
    const struct band_set *const set = printed_set(maker, key->scale);
    struct figure_key people = *key;
    struct value n;
    /* Both shares are of those with two scores: else people who left would look like a change. */
    people.table = FIGURES_BEFORE_AFTER;
    n = figures_at(maker->figures, &people, FIGURE_STAGE_BEFORE, STATISTIC_N, 0);
    for (size_t b = 0; b < set->n_bands; b++) {
        const unsigned sub = (unsigned)BAND_SUB(study_band_set(maker->study, key->scale), b);
        const struct value before = figures_there(of_before, STATISTIC_BAND, sub);
        const struct value after = figures_there(of_after, STATISTIC_BAND, sub);
        struct cell_content *const row = add_row(maker, table);
        if (row == NULL) {
            return false;
        }
        row[0] = cohort;
        row[1] = shown->names[b];
        row[2] = cell_value(before, 0);
        row[3] = cell_percent(share(before, n), 0);
        row[4] = cell_value(after, 0);
        row[5] = cell_percent(share(after, n), 0);
        cells_are_of(maker, table, row, table->n_columns, n);
    }
    return false;
}

static void bands(struct maker *maker, size_t scale, size_t breakdown)
{
    const struct band_set *const set = printed_set(maker, scale);
    const struct cell_content *const names = band_names(maker, set);
    struct table *const table = new_table(maker, breakdown, stem_of(maker, "bands", scale),
                                          title_of(maker, MESSAGE_TITLE_BANDS, scale));
    add_cohort_column(maker, table, breakdown);
    add_label_column(maker, table, text_of(MESSAGE_HEAD_BAND));
    add_column(maker, table, MESSAGE_HEAD_BEFORE_N);
    add_column(maker, table, MESSAGE_HEAD_BEFORE_PERCENT);
    add_column(maker, table, MESSAGE_HEAD_AFTER_N);
    add_column(maker, table, MESSAGE_HEAD_AFTER_PERCENT);
    maker->no_memory = maker->no_memory || names == NULL;
    (void)fill_cohorts(
        maker, table, breakdown, maker->study->scales[scale].measure, true,
        &(struct cohort_fill){band_rows, &(struct shown){scale, names}, .most_rows = set->n_bands});
    add_base(maker, table, scale);
    add_set_notes(maker, table, set);
    add_scale_notes(maker, table, scale);
}

/* How many are in each band after, and of how many people all of it is. */
static void movement_total(struct maker *maker, struct table *table, const struct band_set *set,
                           const struct figure_key *of_bands)
{
    struct cell_content *const row = add_row(maker, table);
    struct figure_key people = *of_bands;
    if (row == NULL) {
        return;
    }
    row[0] = cell_text(text_of(MESSAGE_HEAD_TOTAL));
    for (size_t to = 0; to < set->n_bands; to++) {
        row[to + 1] = cell_value(
            figures_at(maker->figures, of_bands, FIGURE_STAGE_AFTER, STATISTIC_BAND,
                       (unsigned)BAND_SUB(study_band_set(maker->study, of_bands->scale), to)),
            0);
    }
    people.table = FIGURES_BEFORE_AFTER;
    row[set->n_bands + 1] =
        cell_value(figures_at(maker->figures, &people, FIGURE_STAGE_CHANGE, STATISTIC_N, 0), 0);
}

/* Bands before by bands after, of All. The same counts can hide people who moved both ways: the
   table of bands shows the net, this one the movement. */
static void movement(struct maker *maker, size_t scale)
{
    const struct band_set *const set = printed_set(maker, scale);
    const struct figure_key key = scale_key(maker, FIGURES_BAND_MOVEMENT, scale);
    const struct figure_key of_bands = scale_key(maker, FIGURES_BANDS, scale);
    struct table *const table = new_table(maker, 0, stem_of(maker, "movement", scale),
                                          title_of(maker, MESSAGE_TITLE_MOVEMENT, scale));
    struct text note = text_of(MESSAGE_NOTE_MOVEMENT);
    add_label_column(maker, table, text_of(MESSAGE_HEAD_BAND_BEFORE));
    for (size_t b = 0; b < set->n_bands && table != NULL; b++) {
        if (!table_add_column(table, band_text(maker, set->bands[b].name), false)) {
            maker->no_memory = true;
        }
    }
    add_column(maker, table, MESSAGE_HEAD_TOTAL);
    for (size_t from = 0; from < set->n_bands; from++) {
        struct cell_content *const row = add_row(maker, table);
        if (row == NULL) {
            return;
        }
        row[0] = cell_text(band_text(maker, set->bands[from].name));
        for (size_t to = 0; to < set->n_bands; to++) {
            row[to + 1] =
                cell_value(figures_at(maker->figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_MOVEMENT,
                                      (unsigned)MOVEMENT_SUB(from, to)),
                           0);
        }
        /* The count of the table of bands, and not a sum of this row: the two tables must agree. */
        row[set->n_bands + 1] =
            cell_value(figures_at(maker->figures, &of_bands, FIGURE_STAGE_BEFORE, STATISTIC_BAND,
                                  (unsigned)BAND_SUB(study_band_set(maker->study, scale), from)),
                       0);
    }
    movement_total(maker, table, set, &of_bands);
    note.arguments[0] = argument_name(before_name(maker));
    note.arguments[1] = argument_name(after_name(maker));
    add_note(maker, table, note);
    add_base(maker, table, scale);
    add_set_notes(maker, table, set);
    add_scale_notes(maker, table, scale);
}

void bands_tables(struct maker *maker, size_t scale)
{
    const struct study_scale *const s = &maker->study->scales[scale];
    /* Versions of a form have cut-offs of their own, so that pooled ones have no bands. */
    if (maker->study->before == maker->study->after || s->scale->n_band_sets == 0 ||
        maker->study->measures[s->measure].pooled) {
        return;
    }
    for (size_t b = first_breakdown(maker->study); b < maker->study->n_breakdowns; b++) {
        bands(maker, scale, b);
    }
    movement(maker, scale);
}

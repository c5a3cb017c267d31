/* engine/tables/individual.c - how many people changed: to another band, reliably, and into the
   usual range. One row for each scale of an instrument: cohort by cohort they are in results.csv,
   and in the tables of bands and of who changed. */
#include <math.h>
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

/* A share in percent and, in the cell behind it, its interval. */
static void put_percent(const struct maker *maker, struct cell_content cells[],
                        enum figure_table table, size_t scale, enum statistic percent,
                        enum family_share share)
{
    const struct figure_key key = scale_key(maker, table, scale);
    cells[0] = cell_percent(change_of(maker, table, scale, percent), 0);
    cells[1] = share_interval(maker, &key, percent, share);
}

static void add_base(struct maker *maker, struct table *table, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    struct text note = text_of(MESSAGE_NOTE_BASE_PAIRS);
    note.arguments[0] = unit_of(maker, m);
    note.arguments[1] = argument_name(before_name(maker));
    note.arguments[2] = argument_name(after_name(maker));
    add_note(maker, table, note);
}

/* --- bands --- */

static void band_change_row(struct maker *maker, struct table *table, size_t scale)
{
    const enum figure_table of = FIGURES_BAND_CHANGE;
    const struct figure_key key = scale_key(maker, of, scale);
    struct cell_content *const row = add_row(maker, table);
    if (row == NULL) {
        return;
    }
    row[0] = cell_text(text_name(maker->study->scales[scale].scale->title));
    row[1] = cell_value(number_of_pairs(maker, scale), 0);
    row[2] = cell_value(change_of(maker, of, scale, STATISTIC_BETTER), 0);
    put_percent(maker, &row[3], of, scale, STATISTIC_PERCENT_BETTER, FAMILY_BETTER_BAND);
    row[5] = cell_value(change_of(maker, of, scale, STATISTIC_WORSE), 0);
    row[6] = cell_p(change_of(maker, of, scale, STATISTIC_P_STUART_MAXWELL));
    row[7] = cell_value(change_of(maker, of, scale, STATISTIC_RAISED_BEFORE), 0);
    row[8] = cell_value(change_of(maker, of, scale, STATISTIC_RAISED_AFTER), 0);
    row[9] =
        cell_p(change_of(maker, of, scale,
                         share_is_by_family(maker, scale, FAMILY_RAISED) ? STATISTIC_P_RAISED_FAMILY
                                                                         : STATISTIC_P_MCNEMAR));
    cells_are_of(maker, table, row, table->n_columns - 1, number_of_pairs(maker, scale));
    cells_are_of(maker, table, &row[9], 1,
                 test_base(maker, &key, FIGURE_STAGE_CHANGE, TEST_MCNEMAR));
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

/* The table has no room for two more columns. */
static void add_band_holm_note(struct maker *maker, struct table *table)
{
    const struct test_family shift =
        test_family(maker, 0, TEST_STUART_MAXWELL, FIGURE_STAGE_CHANGE);
    const struct test_family raised = test_family(maker, 0, TEST_MCNEMAR, FIGURE_STAGE_CHANGE);
    struct text note = text_of(MESSAGE_NOTE_BAND_HOLM);
    add_note(maker, table, text_of(MESSAGE_NOTE_TESTS_EXPLORATORY));
    note.arguments[0] = argument_value(shift.n, 0);
    note.arguments[1] = argument_value(raised.n, 0);
    note.arguments[2] = argument_p(shift.least);
    note.arguments[3] = argument_p(raised.least);
    if ((shift.n.number > 1.0 || raised.n.number > 1.0) &&
        (shift.least.kind != VALUE_UNDEFINED || raised.least.kind != VALUE_UNDEFINED)) {
        add_note(maker, table, note);
    }
}

/* Of some scale, the test of those in raised bands allows for families. */
static bool any_family(const struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    bool any = false;
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        any = any || (has_bands(maker, m->first_scale + i) &&
                      change_test(maker, m->first_scale + i).by_family);
    }
    return any;
}

static void band_changes(struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    size_t band_scale = 0;
    struct table *const table =
        new_table(maker, 0, stem_of_measure(maker, "band_change", measure),
                  title_of_measure(maker, MESSAGE_TITLE_BAND_CHANGE, measure));
    few_may_be(table, any_family(maker, measure), false);
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
            band_scale = i;
        }
    }
    add_base(maker, table, measure);
    add_raised_notes(maker, table, measure);
    add_share_note(maker, table, m->first_scale + band_scale, FAMILY_BETTER_BAND);
    add_note(maker, table,
             text_of(share_is_by_family(maker, m->first_scale + band_scale, FAMILY_RAISED)
                         ? MESSAGE_NOTE_BAND_TESTS_FAMILY
                         : MESSAGE_NOTE_BAND_TESTS));
    add_band_holm_note(maker, table);
}

/* --- reliable change --- */

bool reliable_is_given(const struct maker *maker, size_t scale)
{
    return change_of(maker, FIGURES_RELIABLE_CHANGE, scale, STATISTIC_IMPROVED).kind !=
           VALUE_UNDEFINED;
}

/* The scale is known to be less reliable than the study asks for. */
static bool is_too_unreliable(const struct maker *maker, size_t scale)
{
    const struct value reliability =
        change_of(maker, FIGURES_RELIABLE_CHANGE, scale, STATISTIC_RCI_RELIABILITY);
    return !maker->study->low_reliability && reliability.kind != VALUE_UNDEFINED &&
           reliability.number < RELIABLE_ENOUGH;
}

/* Hageman and Arrindell have no rule for a change that varies no more than error does. */
static bool varies_too_little(const struct maker *maker, size_t scale)
{
    const struct value reliability =
        change_of(maker, FIGURES_RELIABLE_CHANGE, scale, STATISTIC_RCI_CHANGE_RELIABILITY);
    return reliability.kind != VALUE_UNDEFINED && !(reliability.number > 0.0);
}

static enum message method_note(const struct maker *maker, size_t scale)
{
    if (maker->study->scales[scale].declared.threshold > 0.0) {
        return MESSAGE_NOTE_RELIABLE_DECLARED;
    }
    switch (maker->study->reliable_method) {
    case RELIABLE_EDWARDS_NUNNALLY:
        return MESSAGE_NOTE_RELIABLE_EDWARDS;
    case RELIABLE_GULLIKSEN_LORD_NOVICK:
        return MESSAGE_NOTE_RELIABLE_GULLIKSEN;
    case RELIABLE_HAGEMAN_ARRINDELL:
        return MESSAGE_NOTE_RELIABLE_HAGEMAN;
    case RELIABLE_JACOBSON_TRUAX:
    case N_RELIABLE_METHODS:
        break;
    }
    return MESSAGE_NOTE_RELIABLE;
}

/* Where SD and reliability come from. What the study gives comes before the instrument's own: the
   note must not cite a source for a number that is not from there. */
static void add_source_note(struct maker *maker, struct table *table, size_t scale)
{
    const struct scale *const s = maker->study->scales[scale].scale;
    struct text note = text_of(MESSAGE_NOTE_RELIABLE_SOURCE);
    if (maker->study->reliable_sd == RELIABLE_SD_GIVEN || !isnan(maker->study->given_reliability)) {
        note = text_of(MESSAGE_NOTE_RELIABLE_GIVEN);
    } else if (maker->study->reliable_sd == RELIABLE_SD_STUDY) {
        note = text_of(MESSAGE_NOTE_RELIABLE_STUDY);
        note.arguments[0] = argument_name(s->reliability_source);
    } else {
        note.arguments[0] = argument_name(s->sd_source);
        note.arguments[1] = argument_name(s->reliability_source);
    }
    add_note(maker, table, note);
}

void add_reliable_notes(struct maker *maker, struct table *table, size_t scale)
{
    const enum figure_table of = FIGURES_RELIABLE_CHANGE;
    const enum message method = method_note(maker, scale);
    const unsigned first =
        method == MESSAGE_NOTE_RELIABLE_HAGEMAN ? STATISTIC_RCI_CHANGE_RELIABILITY
        : method == MESSAGE_NOTE_RELIABLE_EDWARDS || method == MESSAGE_NOTE_RELIABLE_GULLIKSEN
            ? STATISTIC_RCI_MEAN_BEFORE
            : STATISTIC_THRESHOLD;
    struct text note = text_of(method);
    if (is_too_unreliable(maker, scale)) {
        note = text_of(MESSAGE_NOTE_RELIABLE_WITHHELD);
        note.arguments[0] =
            argument_value(change_of(maker, of, scale, STATISTIC_RCI_RELIABILITY), 2);
        note.arguments[1] = argument_value(value_double(RELIABLE_ENOUGH), 2);
        add_note(maker, table, note);
        return;
    }
    if (!reliable_is_given(maker, scale)) {
        if (varies_too_little(maker, scale)) {
            add_note(maker, table, text_of(MESSAGE_NOTE_RELIABLE_NO_RULE));
        }
        return;
    }
    note.arguments[0] = argument_value(change_of(maker, of, scale, first), 2);
    note.arguments[1] = argument_value(change_of(maker, of, scale, STATISTIC_RCI_SD), 2);
    note.arguments[2] = argument_value(change_of(maker, of, scale, STATISTIC_RCI_RELIABILITY), 2);
    add_note(maker, table, note);
    if (method != MESSAGE_NOTE_RELIABLE_DECLARED) {
        add_source_note(maker, table, scale);
    }
}

/* Not every method has a number of points that serves everybody. */
static bool has_threshold(const struct maker *maker, size_t scale)
{
    return change_of(maker, FIGURES_RELIABLE_CHANGE, scale, STATISTIC_THRESHOLD).kind !=
           VALUE_UNDEFINED;
}

static void reliable_row(struct maker *maker, struct table *table, size_t scale, bool in_points)
{
    const enum figure_table of = FIGURES_RELIABLE_CHANGE;
    struct cell_content *const row = add_row(maker, table);
    size_t at = 0;
    if (row == NULL) {
        return;
    }
    row[at++] = cell_text(text_name(maker->study->scales[scale].scale->title));
    row[at++] = cell_value(number_of_pairs(maker, scale), 0);
    if (in_points) {
        row[at++] = cell_value(change_of(maker, of, scale, STATISTIC_THRESHOLD), 2);
    }
    row[at++] = cell_value(change_of(maker, of, scale, STATISTIC_IMPROVED), 0);
    put_percent(maker, &row[at], of, scale, STATISTIC_PERCENT_IMPROVED, FAMILY_IMPROVED);
    at += 2;
    row[at++] = cell_value(change_of(maker, of, scale, STATISTIC_DETERIORATED), 0);
    put_percent(maker, &row[at], of, scale, STATISTIC_PERCENT_DETERIORATED, FAMILY_DETERIORATED);
    cells_are_of(maker, table, row, table->n_columns, number_of_pairs(maker, scale));
}

/* The scales that are not reliable enough, each with its reliability, in one sentence. */
static void add_withheld_note(struct maker *maker, struct table *table, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    struct text note = text_of(MESSAGE_NOTE_RELIABLE_WITHHELD_SCALES);
    const char *list = "";
    for (size_t i = 0; i < m->instrument->n_scales && list != NULL; i++) {
        const size_t scale = m->first_scale + i;
        if (is_too_unreliable(maker, scale)) {
            char number[40];
            const struct value value =
                change_of(maker, FIGURES_RELIABLE_CHANGE, scale, STATISTIC_RCI_RELIABILITY);
            (void)value_print(&value, 2, number, sizeof number);
            list = arena_printf(&maker->report->arena, "%s%s%s (%s)", list,
                                list[0] == '\0' ? "" : ", ",
                                maker->study->scales[scale].scale->title, number);
        }
    }
    maker->no_memory = maker->no_memory || list == NULL;
    if (list != NULL && list[0] != '\0') {
        note.arguments[0] = argument_value(value_double(RELIABLE_ENOUGH), 2);
        note.arguments[1] = argument_name(list);
        add_note(maker, table, note);
    }
}

/* Each scale with the difference of both shares: "Total 44 (25 to 60)". */
static void add_net_note(struct maker *maker, struct table *table, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    struct text note = text_of(MESSAGE_NOTE_RELIABLE_NET);
    const char *list = "";
    bool robust = false;
    for (size_t i = 0; i < m->instrument->n_scales && list != NULL; i++) {
        const size_t scale = m->first_scale + i;
        char numbers[3][40];
        bool known = true;
        if (!reliable_is_given(maker, scale) ||
            number_of_pairs(maker, scale).number < (double)maker->study->small_numbers.too_few) {
            continue;
        }
        for (unsigned k = 0; k < 3; k++) {
            const unsigned end = k > 0 && share_is_by_family(maker, scale, FAMILY_NET_IMPROVED)
                                     ? k + 2 /* behind the others' */
                                     : k;
            const struct value value = change_of(maker, FIGURES_RELIABLE_CHANGE, scale,
                                                 STATISTIC_PERCENT_NET_IMPROVED + end);
            robust = robust || end > k;
            known =
                known && value.kind != VALUE_UNDEFINED; /* no ends where all families are alike */
            (void)value_print(&value, 0, numbers[k], sizeof numbers[k]);
        }
        if (known) {
            list = arena_printf(
                &maker->report->arena, "%s%s%s %s (%s to %s)", list, list[0] == '\0' ? "" : ", ",
                maker->study->scales[scale].scale->title, numbers[0], numbers[1], numbers[2]);
        }
    }
    maker->no_memory = maker->no_memory || list == NULL;
    if (list != NULL && list[0] != '\0') {
        note.message = robust ? MESSAGE_NOTE_RELIABLE_NET_FAMILY : MESSAGE_NOTE_RELIABLE_NET;
        note.arguments[0] = argument_name(list);
        add_note(maker, table, note);
    }
}

static void reliable_changes(struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    struct table *const table =
        new_table(maker, 0, stem_of_measure(maker, "reliable_change", measure),
                  title_of_measure(maker, MESSAGE_TITLE_RELIABLE_CHANGE, measure));
    bool in_points = false;
    size_t given = 0;
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        in_points = in_points || (reliable_is_given(maker, m->first_scale + i) &&
                                  has_threshold(maker, m->first_scale + i));
    }
    add_label_column(maker, table, text_of(MESSAGE_HEAD_SCALE));
    add_column(maker, table, MESSAGE_HEAD_N);
    if (in_points) {
        add_column(maker, table, MESSAGE_HEAD_MORE_THAN);
    }
    add_column(maker, table, MESSAGE_HEAD_RELIABLY_BETTER);
    add_column(maker, table, MESSAGE_HEAD_PERCENT);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    add_column(maker, table, MESSAGE_HEAD_RELIABLY_WORSE);
    add_column(maker, table, MESSAGE_HEAD_PERCENT);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        if (reliable_is_given(maker, m->first_scale + i)) {
            reliable_row(maker, table, m->first_scale + i, in_points);
            given = i;
        }
    }
    add_base(maker, table, measure);
    add_note(maker, table, text_of(MESSAGE_NOTE_RELIABLE_CHANGE));
    add_share_note(maker, table, m->first_scale + given, FAMILY_IMPROVED);
    add_net_note(maker, table, measure);
    add_withheld_note(maker, table, measure);
}

/* --- the usual range --- */

static void usual_row(struct maker *maker, struct table *table, const struct figure_key *key)
{
    const struct figures *const f = maker->figures;
    const unsigned change = FIGURE_STAGE_CHANGE;
    struct figure_key people = *key;
    struct cell_content *const row = add_row(maker, table);
    struct value n;
    if (row == NULL) {
        return;
    }
    people.table = FIGURES_BEFORE_AFTER;
    n = figures_at(f, &people, change, STATISTIC_N, 0);
    row[0] = cohort_cell(maker, key);
    row[1] = cell_value(n, 0);
    row[2] = cell_value(figures_at(f, key, change, STATISTIC_USUAL_BEFORE, 0), 0);
    row[3] = cell_value(figures_at(f, key, change, STATISTIC_INTO_USUAL_RANGE, 0), 0);
    row[4] = cell_percent(figures_at(f, key, change, STATISTIC_PERCENT_INTO_USUAL_RANGE, 0), 0);
    row[5] =
        share_interval(maker, key, STATISTIC_PERCENT_INTO_USUAL_RANGE, FAMILY_INTO_USUAL_RANGE);
    row[6] = cell_value(figures_at(f, key, change, STATISTIC_IMPROVED, 0), 0);
    row[7] = cell_value(figures_at(f, key, change, STATISTIC_UNCHANGED, 0), 0);
    row[8] = cell_value(figures_at(f, key, change, STATISTIC_DETERIORATED, 0), 0);
    cells_are_of(maker, table, row, table->n_columns, n);
}

/* The cut-off, and the norms that it was made of. */
static void add_cut_off_notes(struct maker *maker, struct table *table, size_t scale)
{
    static const char *const letters[N_CUT_OFFS] = {"a", "b", "c"};
    const struct study_scale *const s = &maker->study->scales[scale];
    const struct norm clinical = study_clinical_norm(s), functional = study_functional_norm(s);
    const struct norm *const norms[] = {&clinical, &functional};
    const struct published_norm *const from[] = {s->declared.clinical_from,
                                                 s->declared.functional_from};
    struct text note =
        text_of(s->scale->higher_is_better ? MESSAGE_NOTE_USUAL_ABOVE : MESSAGE_NOTE_USUAL_BELOW);
    note.arguments[0] =
        argument_value(change_of(maker, FIGURES_CLINICAL_CHANGE, scale, STATISTIC_CUT_OFF), 2);
    note.arguments[1] = argument_name(letters[study_cut_off(s)]);
    add_note(maker, table, note);
    for (size_t i = 0; i < 2; i++) {
        note = text_of(i == 0 ? MESSAGE_NOTE_NORM_CLINICAL : MESSAGE_NOTE_NORM_FUNCTIONAL);
        note.arguments[0] = argument_value(value_double(norms[i]->mean), 2);
        note.arguments[1] = argument_value(value_double(norms[i]->sd), 2);
        note.arguments[2] = norm_source(maker, norms[i], from[i]);
        add_note(maker, table, note);
    }
}

static void usual_range(struct maker *maker, size_t scale, size_t breakdown)
{
    const size_t measure = maker->study->scales[scale].measure;
    struct table *const table = new_table(maker, breakdown, stem_of(maker, "usual_range", scale),
                                          title_of(maker, MESSAGE_TITLE_USUAL_RANGE, scale));
    struct cohort_rows rows = cohort_rows(maker, breakdown, measure);
    add_cohort_column(maker, table, breakdown);
    add_column(maker, table, MESSAGE_HEAD_N);
    add_column(maker, table, MESSAGE_HEAD_USUAL_BEFORE);
    add_column(maker, table, MESSAGE_HEAD_INTO_USUAL);
    add_column(maker, table, MESSAGE_HEAD_PERCENT);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    add_column(maker, table, MESSAGE_HEAD_BETTER_OTHERWISE);
    add_column(maker, table, MESSAGE_HEAD_NEITHER);
    add_column(maker, table, MESSAGE_HEAD_RELIABLY_WORSE);
    while (next_cohort(&rows)) {
        const struct figure_key key = row_key(&rows, FIGURES_CLINICAL_CHANGE, scale);
        usual_row(maker, table, &key);
    }
    add_base(maker, table, measure);
    add_cut_off_notes(maker, table, scale);
    add_note(maker, table, text_of(MESSAGE_NOTE_USUAL_RANGE));
    add_share_note(maker, table, scale, FAMILY_INTO_USUAL_RANGE);
    add_reliable_notes(maker, table, scale);
}

/* --- all of them --- */

static void usual_ranges(struct maker *maker, size_t scale)
{
    if (change_of(maker, FIGURES_CLINICAL_CHANGE, scale, STATISTIC_INTO_USUAL_RANGE).kind ==
        VALUE_UNDEFINED) {
        return;
    }
    for (size_t b = first_breakdown(maker->study); b < maker->study->n_breakdowns; b++) {
        usual_range(maker, scale, b);
    }
}

void individual_tables(struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    bool bands = false, reliable = false;
    if (maker->study->before == maker->study->after || m->pooled) {
        return;
    }
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        bands = bands || has_bands(maker, m->first_scale + i);
        reliable = reliable || reliable_is_given(maker, m->first_scale + i);
    }
    if (bands) {
        band_changes(maker, measure);
    }
    if (reliable) {
        reliable_changes(maker, measure);
    }
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        usual_ranges(maker, m->first_scale + i);
    }
}

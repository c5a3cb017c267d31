/* engine/tables/between.c - do the cohorts differ? One table for all scales, which are its rows;
   cohorts stand in their own order, never in that of their results. */
#include <string.h>

#include "engine/tables/shared.h"

static struct figure_key breakdown_key(const struct maker *maker, enum figure_table table,
                                       size_t breakdown, size_t scale)
{
    struct figure_key key = scale_key(maker, table, scale);
    key.breakdown = (uint16_t)breakdown;
    return key;
}

static struct value between_at(const struct maker *maker, size_t breakdown, size_t scale,
                               enum statistic statistic)
{
    const struct figure_key key = breakdown_key(maker, FIGURES_BETWEEN, breakdown, scale);
    return figures_at(maker->figures, &key, FIGURE_STAGE_CHANGE, statistic, 0);
}

/* Two cohorts with somebody in each, of whom one can ask whether they differ. */
static bool has_two(const struct maker *maker, size_t breakdown, size_t scale)
{
    return between_at(maker, breakdown, scale, STATISTIC_GROUPS).number >= 2.0;
}

static bool any_has_two(const struct maker *maker, size_t breakdown)
{
    for (size_t s = 0; s < maker->study->n_scales; s++) {
        if (has_two(maker, breakdown, s)) {
            return true;
        }
    }
    return false;
}

static void add_not_recorded_note(struct maker *maker, struct table *table, size_t breakdown)
{
    bool any = false;
    for (size_t s = 0; s < maker->study->n_scales; s++) {
        any = any || between_at(maker, breakdown, s, STATISTIC_NOT_RECORDED).number > 0.0;
    }
    if (any) {
        add_note(maker, table, text_of(MESSAGE_NOTE_BETWEEN_NOT_RECORDED));
    }
}

/* Columns of p; without a statistic that of the column before after Holm's method. */
static const struct {
    enum message heading;
    enum statistic statistic;
    unsigned kind;
} printed[] = {{MESSAGE_HEAD_P_WELCH, STATISTIC_P_WELCH, TEST_WELCH},
               {MESSAGE_HEAD_P_HOLM, N_STATISTICS, TEST_WELCH},
               {MESSAGE_HEAD_P_KRUSKAL, STATISTIC_P_KRUSKAL, N_TEST_KINDS},
               {MESSAGE_HEAD_P_ANCOVA, STATISTIC_P_ANCOVA, TEST_ANCOVA},
               {MESSAGE_HEAD_P_HOLM, N_STATISTICS, TEST_ANCOVA},
               {MESSAGE_HEAD_P_SLOPES, STATISTIC_P_SLOPES, N_TEST_KINDS}};

enum { N_PRINTED = sizeof printed / sizeof printed[0] };

static void between_row(struct maker *maker, struct table *table, size_t breakdown, size_t scale,
                        bool adjusted)
{
    const struct figure_key key = breakdown_key(maker, FIGURES_BETWEEN, breakdown, scale);
    const struct value n = between_at(maker, breakdown, scale, STATISTIC_N);
    struct cell_content *const row = add_row(maker, table);
    size_t at = 0;
    if (row == NULL) {
        return;
    }
    row[at++] = scale_cell(maker, scale);
    row[at++] = cell_value(n, 0);
    row[at++] = cell_value(between_at(maker, breakdown, scale, STATISTIC_GROUPS), 0);
    for (size_t i = 0; i < N_PRINTED; i++) {
        if (printed[i].statistic != N_STATISTICS) {
            row[at++] = cell_p(between_at(maker, breakdown, scale, printed[i].statistic));
        } else if (adjusted) {
            row[at++] = cell_p(holm_p(maker, &key, FIGURE_STAGE_CHANGE, printed[i].kind));
        }
    }
    cells_are_of(maker, table, row, table->n_columns,
                 test_base(maker, &key, FIGURE_STAGE_CHANGE, TEST_WELCH));
}

static void add_between_holm_note(struct maker *maker, struct table *table, size_t breakdown,
                                  bool adjusted)
{
    struct text note = text_of(MESSAGE_NOTE_BETWEEN_HOLM);
    add_note(maker, table, text_of(MESSAGE_NOTE_TESTS_EXPLORATORY));
    note.arguments[0] =
        argument_value(tests_in(maker, breakdown, TEST_WELCH, FIGURE_STAGE_CHANGE), 0);
    note.arguments[1] =
        argument_value(tests_in(maker, breakdown, TEST_ANCOVA, FIGURE_STAGE_CHANGE), 0);
    if (adjusted) {
        add_note(maker, table, note);
    }
}

static void between(struct maker *maker, size_t breakdown, const char *by)
{
    const bool adjusted =
        tests_in(maker, breakdown, TEST_WELCH, FIGURE_STAGE_CHANGE).number > 1.0 ||
        tests_in(maker, breakdown, TEST_ANCOVA, FIGURE_STAGE_CHANGE).number > 1.0;
    struct table *const table = new_table(maker, breakdown, "between_cohorts",
                                          stages_title(maker, MESSAGE_TITLE_BETWEEN, by));
    struct text base = text_of(MESSAGE_NOTE_BETWEEN_BASE);
    add_label_column(maker, table, text_of(MESSAGE_HEAD_SCALE));
    add_column(maker, table, MESSAGE_HEAD_N);
    add_column(maker, table, MESSAGE_HEAD_COHORTS);
    for (size_t i = 0; i < N_PRINTED; i++) {
        if (adjusted || printed[i].statistic != N_STATISTICS) {
            add_column(maker, table, printed[i].heading);
        }
    }
    for (size_t s = 0; s < maker->study->n_scales; s++) {
        if (has_two(maker, breakdown, s)) {
            between_row(maker, table, breakdown, s, adjusted);
        }
    }
    few_may_be(table, false, true);
    base.arguments[0] = argument_name(before_name(maker));
    base.arguments[1] = argument_name(after_name(maker));
    add_note(maker, table, base);
    add_not_recorded_note(maker, table, breakdown);
    /* How to read a p, if one is printed. */
    if (tests_in(maker, breakdown, TEST_WELCH, FIGURE_STAGE_CHANGE).kind != VALUE_UNDEFINED ||
        tests_in(maker, breakdown, TEST_ANCOVA, FIGURE_STAGE_CHANGE).kind != VALUE_UNDEFINED) {
        add_note(maker, table, text_of(MESSAGE_NOTE_BETWEEN_TESTS));
        add_note(maker, table, text_of(MESSAGE_NOTE_BETWEEN_SLOPES));
        add_note(maker, table, text_of(MESSAGE_NOTE_INDEPENDENT));
        add_between_holm_note(maker, table, breakdown, adjusted);
    }
}

/* Which scale rows are of, and its name. */
struct shown {
    size_t scale;
    struct cell_content name;
};

/* A row for each cohort of each scale, as many as have an adjusted mean. */
static bool adjusted_row(struct maker *maker, struct table *table, const struct cohort_rows *rows,
                         const void *of)
{
    const struct shown *const shown = of;
    const size_t scale = shown->scale;
    const unsigned decimals = maker->study->scales[scale].scale->decimals;
    const struct figure_key key = row_key(rows, FIGURES_ADJUSTED, scale);
    const struct figure_key plain = row_key(rows, FIGURES_BEFORE_AFTER, scale);
    const struct figure_place place = figures_place(maker->figures, &key, FIGURE_STAGE_AFTER);
    const struct value mean = figures_there(place, STATISTIC_ADJUSTED_MEAN, 0);
    const struct value n = figures_at(maker->figures, &plain, FIGURE_STAGE_CHANGE, STATISTIC_N, 0);
    struct cell_content *row;
    if (mean.kind == VALUE_UNDEFINED || (row = add_row(maker, table)) == NULL) {
        return false;
    }
    row[0] = shown->name;
    row[1] = cohort_cell(maker, &key);
    row[2] = cell_value(n, 0);
    row[3] = cell_value(figures_at(maker->figures, &plain, FIGURE_STAGE_AFTER, STATISTIC_MEAN, 0),
                        decimals);
    row[4] = cell_value(mean, decimals);
    row[5] = cell_interval(figures_there(place, STATISTIC_ADJUSTED_CI_LOW, 0),
                           figures_there(place, STATISTIC_ADJUSTED_CI_HIGH, 0), decimals);
    cells_are_of(maker, table, row, table->n_columns, n);
    return false;
}

static void adjusted(struct maker *maker, size_t breakdown, const char *by)
{
    struct table *const table = new_table(maker, breakdown, "adjusted_means",
                                          stages_title(maker, MESSAGE_TITLE_ADJUSTED, by));
    struct text note = text_of(MESSAGE_NOTE_ADJUSTED);
    add_label_column(maker, table, text_of(MESSAGE_HEAD_SCALE));
    add_cohort_column(maker, table, breakdown);
    add_column(maker, table, MESSAGE_HEAD_N);
    add_column(maker, table, MESSAGE_HEAD_AFTER_MEAN);
    add_column(maker, table, MESSAGE_HEAD_ADJUSTED);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    for (size_t s = 0; s < maker->study->n_scales; s++) {
        if (has_two(maker, breakdown, s)) {
            /* All is adjusted to nothing */
            const struct shown shown = {s, scale_cell(maker, s)};
            (void)fill_cohorts(maker, table, breakdown, maker->study->scales[s].measure, false,
                               &(struct cohort_fill){adjusted_row, &shown, .most_rows = 1});
        }
    }
    note.arguments[0] = argument_name(before_name(maker));
    note.arguments[1] = argument_name(after_name(maker));
    add_note(maker, table, note);
    add_not_recorded_note(maker, table, breakdown);
    add_note(maker, table, text_of(MESSAGE_NOTE_INTERVALS_INDEPENDENT));
}

/* --- pooled over sites --- */

static struct value pooled_at(const struct maker *maker, size_t breakdown, size_t scale,
                              enum statistic statistic)
{
    const struct figure_key key = breakdown_key(maker, FIGURES_POOLED, breakdown, scale);
    return figures_at(maker->figures, &key, FIGURE_STAGE_CHANGE, statistic, 0);
}

/* What of the pooling has something to say, over all scales. */
struct pooling {
    bool sites;    /* two sites or more */
    bool pooled;   /* pooled on some scale */
    bool unpooled; /* not on some scale */
    bool apart;    /* the two means print differently */
};

static struct pooling pooling_of(const struct maker *maker, size_t breakdown)
{
    struct pooling found = {false, false, false, false};
    for (size_t s = 0; s < maker->study->n_scales; s++) {
        if (pooled_at(maker, breakdown, s, STATISTIC_SITES).number >= 2.0) {
            const bool pooled =
                pooled_at(maker, breakdown, s, STATISTIC_POOLED_MEAN).kind != VALUE_UNDEFINED;
            found.sites = true;
            found.pooled = found.pooled || pooled;
            found.unpooled = found.unpooled || !pooled;
            found.apart = found.apart ||
                          print_apart(pooled_at(maker, breakdown, s, STATISTIC_MEAN_OVER_PEOPLE),
                                      pooled_at(maker, breakdown, s, STATISTIC_MEAN_OVER_SITES),
                                      maker->study->scales[s].scale->decimals);
        }
    }
    return found;
}

/* The names of all sites, joined: "Site 1, Site 2, Site 3". NULL: no memory. */
static const char *site_names(struct maker *maker, size_t breakdown)
{
    const struct grouping *const grouping = &maker->figures->comparisons[breakdown].grouping;
    struct arena *const arena = &maker->report->arena;
    size_t length = 1;
    char *names, *end;
    for (size_t g = 0; g < grouping->n_groups; g++) {
        length += strlen(grouping->labels[g]) + 2;
    }
    names = end = arena_alloc(arena, length, 1);
    for (uint32_t g = 0; names != NULL && g < grouping->n_groups; g++) {
        if (grouping_is_recorded(grouping, maker->counted->cohorts,
                                 &maker->study->breakdowns[breakdown], g)) {
            const size_t n = strlen(grouping->labels[g]);
            memcpy(end, ", ", end > names ? 2 : 0);
            end += end > names ? 2 : 0;
            memcpy(end, grouping->labels[g], n);
            end += n;
        }
    }
    maker->no_memory = maker->no_memory || names == NULL;
    return names;
}

static void means_row(struct maker *maker, struct table *table, size_t breakdown, size_t scale,
                      bool apart)
{
    const unsigned decimals = maker->study->scales[scale].scale->decimals;
    struct cell_content *const row = add_row(maker, table);
    if (row == NULL) {
        return;
    }
    row[0] = scale_cell(maker, scale);
    row[1] = cell_value(pooled_at(maker, breakdown, scale, STATISTIC_SITES), 0);
    row[2] = cell_value(between_at(maker, breakdown, scale, STATISTIC_N), 0);
    row[3] = cell_value(pooled_at(maker, breakdown, scale, STATISTIC_MEAN_OVER_PEOPLE), decimals);
    if (apart) {
        row[4] =
            cell_value(pooled_at(maker, breakdown, scale, STATISTIC_MEAN_OVER_SITES), decimals);
    }
}

static void site_means(struct maker *maker, size_t breakdown, const char *by,
                       const struct pooling *has)
{
    struct table *const table = new_table(maker, breakdown, "site_means",
                                          stages_title(maker, MESSAGE_TITLE_SITE_MEANS, by));
    struct text not_pooled = text_of(MESSAGE_NOTE_NOT_POOLED);
    add_label_column(maker, table, text_of(MESSAGE_HEAD_SCALE));
    add_column(maker, table, MESSAGE_HEAD_SITES);
    add_column(maker, table, MESSAGE_HEAD_N);
    add_column(maker, table, MESSAGE_HEAD_MEAN_OVER_PEOPLE);
    if (has->apart) {
        add_column(maker, table, MESSAGE_HEAD_MEAN_OVER_SITES);
    }
    for (size_t s = 0; s < maker->study->n_scales; s++) {
        if (pooled_at(maker, breakdown, s, STATISTIC_SITES).number >= 2.0) {
            means_row(maker, table, breakdown, s, has->apart);
        }
    }
    add_note(maker, table,
             text_of(has->apart ? MESSAGE_NOTE_MEANS_APART : MESSAGE_NOTE_MEANS_ALIKE));
    if (has->unpooled) {
        const char *const names = site_names(maker, breakdown);
        not_pooled.arguments[0] = argument_name(names == NULL ? "" : names);
        add_note(maker, table, not_pooled);
    }
    add_not_recorded_note(maker, table, breakdown);
}

static void pooled_row(struct maker *maker, struct table *table, size_t breakdown, size_t scale)
{
    const unsigned decimals = maker->study->scales[scale].scale->decimals;
    struct cell_content *const row = add_row(maker, table);
    if (row == NULL) {
        return;
    }
    row[0] = scale_cell(maker, scale);
    row[1] = cell_value(pooled_at(maker, breakdown, scale, STATISTIC_SITES), 0);
    row[2] = cell_value(pooled_at(maker, breakdown, scale, STATISTIC_SITES_POOLED), 0);
    row[3] = cell_value(pooled_at(maker, breakdown, scale, STATISTIC_POOLED_MEAN), decimals);
    row[4] = cell_interval(pooled_at(maker, breakdown, scale, STATISTIC_POOLED_CI_LOW),
                           pooled_at(maker, breakdown, scale, STATISTIC_POOLED_CI_HIGH), decimals);
    row[5] = cell_value(pooled_at(maker, breakdown, scale, STATISTIC_I2), 0);
    row[6] =
        cell_interval(pooled_at(maker, breakdown, scale, STATISTIC_PREDICTION_CI_LOW),
                      pooled_at(maker, breakdown, scale, STATISTIC_PREDICTION_CI_HIGH), decimals);
}

static void pooled(struct maker *maker, size_t breakdown, const char *by)
{
    struct table *const table =
        new_table(maker, breakdown, "pooled", stages_title(maker, MESSAGE_TITLE_POOLED, by));
    add_label_column(maker, table, text_of(MESSAGE_HEAD_SCALE));
    add_column(maker, table, MESSAGE_HEAD_SITES);
    add_column(maker, table, MESSAGE_HEAD_SITES_POOLED);
    add_column(maker, table, MESSAGE_HEAD_POOLED_MEAN);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    add_column(maker, table, MESSAGE_HEAD_I2);
    add_column(maker, table, MESSAGE_HEAD_PREDICTION);
    for (size_t s = 0; s < maker->study->n_scales; s++) {
        if (pooled_at(maker, breakdown, s, STATISTIC_POOLED_MEAN).kind != VALUE_UNDEFINED) {
            pooled_row(maker, table, breakdown, s);
        }
    }
    add_note(maker, table, text_of(MESSAGE_NOTE_POOLING));
    add_not_recorded_note(maker, table, breakdown);
}

void between_tables(struct maker *maker)
{
    if (maker->study->before == maker->study->after) {
        return;
    }
    for (size_t b = 1; b < maker->study->n_breakdowns; b++) {
        const struct pooling pooling = pooling_of(maker, b);
        const char *const by = breakdown_name(maker, b);
        if (by != NULL && any_has_two(maker, b) && !is_comparison(maker->study, b)) {
            between(maker, b, by);
            adjusted(maker, b, by);
        }
        if (by != NULL && pooling.sites) {
            site_means(maker, b, by, &pooling);
            if (pooling.pooled) {
                pooled(maker, b, by);
            }
        }
    }
}

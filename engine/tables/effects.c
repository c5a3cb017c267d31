/* engine/tables/effects.c - how large the changes are, of all scales of an instrument in one table:
   beside each other they can be compared, which scores of different scales cannot. */
#include "engine/tables/shared.h"

/* One value a goal is no change of a person. */
static bool has_effects(const struct maker *maker, size_t scale)
{
    return maker->study->scales[scale].collected && !study_is_goal_level(maker->study, scale);
}

static size_t count_scales(const struct maker *maker, size_t measure)
{
    const struct measure *const m = &maker->study->measures[measure];
    size_t n = 0;
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        n += has_effects(maker, m->first_scale + i);
    }
    return n;
}

/* --- one row --- */

/* Where a row is filled: cells are put one after the other. */
struct filling {
    const struct maker *maker;
    const struct figure_key *key;
    struct figure_place change; /* the figures of the change */
    struct cell_content *cell;  /* the next */
};

static struct value change_figure(const struct filling *filling, enum statistic statistic)
{
    return figures_there(filling->change, statistic, 0);
}

static const struct scale *scale_of(const struct filling *filling)
{
    return filling->maker->study->scales[filling->key->scale].scale;
}

static void put(struct filling *filling, struct cell_content content)
{
    *filling->cell++ = content;
}

/* Figures have the sign of the scale. Printed, more is better. */
static struct value opposite(struct value value)
{
    switch (value.kind) {
    case VALUE_COUNT:
    case VALUE_RATIO:
        return value_ratio(-value.numerator, value.denominator);
    case VALUE_ROOT:
    case VALUE_DOUBLE:
        return value_double(-value.number);
    case VALUE_UNDEFINED:
        break;
    }
    return VALUE_NONE;
}

static void put_turned(struct filling *filling, enum statistic size)
{
    const struct value value = change_figure(filling, size);
    put(filling, cell_value(scale_of(filling)->higher_is_better ? value : opposite(value), 2));
}

/* Two statistics that follow each other are the ends; turned round they change places. */
static void put_turned_interval(struct filling *filling, enum statistic low)
{
    const struct value from = change_figure(filling, low);
    const struct value to = change_figure(filling, (enum statistic)(low + 1));
    put(filling, scale_of(filling)->higher_is_better
                     ? cell_interval(from, to, 2)
                     : cell_interval(opposite(to), opposite(from), 2));
}

static void put_interval(struct filling *filling, enum statistic low, unsigned decimals)
{
    put(filling, cell_interval(change_figure(filling, low),
                               change_figure(filling, (enum statistic)(low + 1)), decimals));
}

/* Improved or worsened: the mean change in a word. */
static void put_direction(struct filling *filling)
{
    const struct value mean = change_figure(filling, STATISTIC_MEAN);
    const bool up = mean.number > 0.0;
    if (mean.kind == VALUE_UNDEFINED) {
        put(filling, cell_value(VALUE_NONE, 0));
    } else if (mean.number == 0.0) {
        put(filling, cell_text(text_of(MESSAGE_UNCHANGED)));
    } else {
        put(filling,
            cell_text(text_of(up == scale_of(filling)->higher_is_better ? MESSAGE_IMPROVED
                                                                        : MESSAGE_WORSENED)));
    }
}

static void fill_sizes(struct filling *filling)
{
    put_turned(filling, STATISTIC_DZ);
    put_turned_interval(filling, STATISTIC_DZ_CI_LOW);
    put_turned(filling, STATISTIC_DAV);
    put_turned_interval(filling, STATISTIC_DAV_CI_LOW);
}

static void fill_corrected(struct filling *filling)
{
    put_turned(filling, STATISTIC_GLASS_DELTA);
    put_turned_interval(filling, STATISTIC_GLASS_DELTA_CI_LOW);
    put_turned(filling, STATISTIC_GZ);
    put_turned(filling, STATISTIC_GAV);
    put_turned(filling, STATISTIC_G_GLASS);
}

/* A probability as a percentage. */
static struct value percent(struct value value)
{
    return value.kind == VALUE_RATIO ? value_ratio(100 * value.numerator, value.denominator)
                                     : value_double(100.0 * value.number);
}

static void fill_typical(struct filling *filling)
{
    const unsigned decimals = scale_of(filling)->decimals;
    put_direction(filling);
    put(filling, cell_value(change_figure(filling, STATISTIC_HODGES_LEHMANN), decimals));
    put_interval(filling, STATISTIC_HODGES_LEHMANN_CI_LOW, decimals);
}

static void fill_ranks(struct filling *filling)
{
    put_turned(filling, STATISTIC_RANK_BISERIAL);
    put_turned_interval(filling, STATISTIC_RANK_BISERIAL_CI_LOW);
    put(filling, cell_percent(percent(change_figure(filling, STATISTIC_SUPERIORITY)), 0));
    put(filling,
        cell_percent_interval(percent(change_figure(filling, STATISTIC_SUPERIORITY_CI_LOW)),
                              percent(change_figure(filling, STATISTIC_SUPERIORITY_CI_HIGH)), 0));
}

/* --- the tables --- */

/* Headings of the columns behind n, what fills them, and the notes. */
struct kind {
    enum message title;
    const char *stem;
    enum message heads[10];
    size_t n_heads;
    void (*fill)(struct filling *filling);
    enum message notes[4];
    size_t n_notes;
};

static const struct kind sizes = {
    .title = MESSAGE_TITLE_EFFECTS,
    .stem = "effect_sizes",
    .heads = {MESSAGE_HEAD_DZ, MESSAGE_HEAD_INTERVAL, MESSAGE_HEAD_DAV, MESSAGE_HEAD_INTERVAL},
    .n_heads = 4,
    .fill = fill_sizes,
    .notes = {MESSAGE_NOTE_EFFECT_SIGN, MESSAGE_NOTE_EFFECT_SIZES, MESSAGE_NOTE_EFFECT_INTERVALS},
    .n_notes = 3};

static const struct kind corrected = {
    .title = MESSAGE_TITLE_EFFECTS_CORRECTED,
    .stem = "effect_sizes_corrected",
    .heads = {MESSAGE_HEAD_DELTA, MESSAGE_HEAD_INTERVAL, MESSAGE_HEAD_GZ, MESSAGE_HEAD_GAV,
              MESSAGE_HEAD_G_DELTA},
    .n_heads = 5,
    .fill = fill_corrected,
    .notes = {MESSAGE_NOTE_EFFECT_SIGN, MESSAGE_NOTE_EFFECT_CORRECTED},
    .n_notes = 2};

static const struct kind typical = {
    .title = MESSAGE_TITLE_TYPICAL,
    .stem = "typical_change",
    .heads = {MESSAGE_HEAD_DIRECTION, MESSAGE_HEAD_TYPICAL, MESSAGE_HEAD_INTERVAL},
    .n_heads = 3,
    .fill = fill_typical,
    .notes = {MESSAGE_NOTE_TYPICAL},
    .n_notes = 1};

static const struct kind ranks = {.title = MESSAGE_TITLE_EFFECT_RANKS,
                                  .stem = "effect_ranks",
                                  .heads = {MESSAGE_HEAD_RANK_BISERIAL, MESSAGE_HEAD_INTERVAL,
                                            MESSAGE_HEAD_SUPERIORITY, MESSAGE_HEAD_INTERVAL},
                                  .n_heads = 4,
                                  .fill = fill_ranks,
                                  .notes = {MESSAGE_NOTE_RANK_BISERIAL, MESSAGE_NOTE_SUPERIORITY},
                                  .n_notes = 2};

/* Beside the middle of the changes, which also takes no shape for granted, their mean. */
static bool has_bootstrap(const struct maker *maker, const struct kind *kind)
{
    return kind == &typical && maker->study->bootstrap.replicates > 0;
}

/* Which table a row is of. */
struct shown {
    const struct kind *kind;
    size_t scale;
    bool has_scales, has_cohorts;
};

/* The labels of a row are its scale, where there are several, and its cohort, where there are any. */
static bool effect_row(struct maker *maker, struct table *table, const struct cohort_rows *rows,
                       const void *of)
{
    const struct shown *const shown = of;
    const struct figure_key key = row_key(rows, FIGURES_BEFORE_AFTER, shown->scale);
    struct cell_content *const row = add_row(maker, table);
    struct filling filling = {maker, &key, figures_place(maker->figures, &key, FIGURE_STAGE_CHANGE),
                              row};
    const struct value n = change_figure(&filling, STATISTIC_N);
    if (row == NULL) {
        return false;
    }
    if (shown->has_scales) {
        put(&filling, cell_name(scale_of(&filling)->title));
    }
    if (shown->has_cohorts) {
        put(&filling, cohort_cell(maker, &key));
    }
    put(&filling, cell_value(n, 0));
    shown->kind->fill(&filling);
    if (has_bootstrap(maker, shown->kind)) {
        const unsigned decimals = scale_of(&filling)->decimals;
        put(&filling, cell_value(change_figure(&filling, STATISTIC_MEAN), decimals));
        put_interval(&filling, STATISTIC_BOOT_CI_LOW, decimals);
    }
    cells_are_of(maker, table, row, table->n_columns, n);
    return false;
}

static void scale_rows(struct maker *maker, struct table *table, const struct kind *kind,
                       size_t scale, size_t breakdown)
{
    const size_t measure = maker->study->scales[scale].measure;
    const bool has_scales = count_scales(maker, measure) > 1;
    const struct shown shown = {kind, scale, has_scales, breakdown > 0 || !has_scales};
    (void)fill_cohorts(maker, table, breakdown, measure, true,
                       &(struct cohort_fill){effect_row, &shown, .most_rows = 1});
}

static void add_columns(struct maker *maker, struct table *table, const struct kind *kind,
                        size_t measure, size_t breakdown)
{
    const bool has_scales = count_scales(maker, measure) > 1;
    if (has_scales) {
        add_label_column(maker, table, text_of(MESSAGE_HEAD_SCALE));
    }
    if (breakdown > 0 || !has_scales) {
        add_cohort_column(maker, table, breakdown);
    }
    add_column(maker, table, MESSAGE_HEAD_N);
    for (size_t i = 0; i < kind->n_heads; i++) {
        add_column(maker, table, kind->heads[i]);
    }
    if (has_bootstrap(maker, kind)) {
        add_column(maker, table, MESSAGE_HEAD_MEAN_CHANGE);
        add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    }
}

static void add_notes(struct maker *maker, struct table *table, const struct kind *kind)
{
    for (size_t i = 0; i < kind->n_notes; i++) {
        struct text note = text_of(kind->notes[i]);
        note.arguments[0] = zeros_argument(maker); /* for the one that asks */
        add_note(maker, table, note);
    }
    if (has_bootstrap(maker, kind)) {
        struct text note = text_of(MESSAGE_NOTE_BOOTSTRAP);
        note.arguments[0] = argument_count(maker->study->bootstrap.replicates);
        note.arguments[1] = argument_count(maker->study->bootstrap.seed);
        add_note(maker, table, note);
    }
}

static void effects(struct maker *maker, const struct kind *kind, size_t measure, size_t breakdown)
{
    const struct measure *const m = &maker->study->measures[measure];
    struct text title = text_of(kind->title), base = text_of(MESSAGE_NOTE_BASE_PAIRS);
    struct table *table;
    bool families = false;
    title.arguments[0] = argument_name(m->label);
    table = new_table(maker, breakdown, stem_of_measure(maker, kind->stem, measure), title);
    add_columns(maker, table, kind, measure, breakdown);
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        if (has_effects(maker, m->first_scale + i)) {
            scale_rows(maker, table, kind, m->first_scale + i, breakdown);
            families = families || change_test(maker, m->first_scale + i).by_family;
        }
    }
    base.arguments[0] = unit_of(maker, m);
    base.arguments[1] = argument_name(before_name(maker));
    base.arguments[2] = argument_name(after_name(maker));
    add_note(maker, table, base);
    add_notes(maker, table, kind);
    if (families) {
        add_note(maker, table, text_of(MESSAGE_NOTE_INTERVALS_INDEPENDENT));
    }
}

void effects_tables(struct maker *maker, size_t measure)
{
    if (maker->study->before == maker->study->after || count_scales(maker, measure) == 0) {
        return;
    }
    for (size_t b = first_breakdown(maker->study); b < maker->study->n_breakdowns; b++) {
        effects(maker, &sizes, measure, b);
        effects(maker, &corrected, measure, b);
        effects(maker, &typical, measure, b);
        effects(maker, &ranks, measure, b);
    }
}

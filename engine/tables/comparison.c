/* engine/tables/comparison.c - the programme beside the comparison group that the study declares. */
#include "engine/arms.h"
#include "engine/tables/shared.h"

static struct figure_key comparison_key(const struct maker *maker, size_t breakdown, size_t scale)
{
    struct figure_key key = scale_key(maker, FIGURES_COMPARISON, scale);
    key.breakdown = (uint16_t)breakdown;
    return key;
}

static struct value at(const struct maker *maker, const struct figure_key *key,
                       enum statistic statistic)
{
    return figures_at(maker->figures, key, FIGURE_STAGE_CHANGE, statistic, 0);
}

/* The fewer of both arms. */
static struct value base_of(const struct maker *maker, const struct figure_key *key)
{
    const struct value a = at(maker, key, STATISTIC_N_PROGRAMME);
    const struct value b = at(maker, key, STATISTIC_N_COMPARISON);
    return a.number < b.number ? a : b;
}

static bool has_any(const struct maker *maker, size_t breakdown, size_t scale)
{
    const struct figure_key key = comparison_key(maker, breakdown, scale);
    return at(maker, &key, STATISTIC_N_PROGRAMME).number > 0.0 ||
           at(maker, &key, STATISTIC_N_COMPARISON).number > 0.0;
}

static struct text title_for(const struct maker *maker, enum message message)
{
    struct text title = text_of(message);
    title.arguments[0] = argument_name(before_name(maker));
    title.arguments[1] = argument_name(after_name(maker));
    return title;
}

/* Some scale's difference takes the members of a family as belonging together. */
static bool any_family(const struct maker *maker, size_t breakdown)
{
    bool any = false;
    for (size_t s = 0; s < maker->study->n_scales; s++) {
        any = any || (has_any(maker, breakdown, s) && change_test(maker, s).by_family);
    }
    return any;
}

static void changes(struct maker *maker, size_t breakdown)
{
    struct table *const table =
        new_table(maker, 0, "comparison_group", title_for(maker, MESSAGE_TITLE_COMPARISON));
    const bool families = any_family(maker, breakdown);
    struct text note = text_of(MESSAGE_NOTE_COMPARISON);
    add_label_column(maker, table, text_of(MESSAGE_HEAD_SCALE));
    add_column(maker, table, MESSAGE_HEAD_N_PROGRAMME);
    add_column(maker, table, MESSAGE_HEAD_CHANGE_PROGRAMME);
    add_column(maker, table, MESSAGE_HEAD_N_COMPARISON);
    add_column(maker, table, MESSAGE_HEAD_CHANGE_COMPARISON);
    if (families) {
        add_column(maker, table, MESSAGE_HEAD_IN_BOTH);
    }
    for (size_t s = 0; s < maker->study->n_scales; s++) {
        const struct figure_key key = comparison_key(maker, breakdown, s);
        const unsigned decimals = maker->study->scales[s].scale->decimals;
        struct cell_content *row;
        if (!has_any(maker, breakdown, s) || (row = add_row(maker, table)) == NULL) {
            continue;
        }
        row[0] = scale_cell(maker, s);
        row[1] = cell_value(at(maker, &key, STATISTIC_N_PROGRAMME), 0);
        row[2] = cell_value(at(maker, &key, STATISTIC_MEAN_PROGRAMME), decimals);
        row[3] = cell_value(at(maker, &key, STATISTIC_N_COMPARISON), 0);
        row[4] = cell_value(at(maker, &key, STATISTIC_MEAN_COMPARISON), decimals);
        if (families) {
            row[5] = change_test(maker, s).by_family
                         ? cell_value(at(maker, &key, STATISTIC_FAMILIES_IN_BOTH_ARMS), 0)
                         : cell_text(text_of(MESSAGE_NONE));
        }
        cells_are_of(maker, table, row, table->n_columns, base_of(maker, &key));
    }
    few_may_be(table, false, true);
    note.arguments[0] = argument_name(maker->study->comparison_value);
    note.arguments[1] =
        argument_name(maker->study->cohort_columns[maker->study->comparison_column - 1]);
    add_note(maker, table, note);
    add_directions_note(maker, table, breakdown, has_any);
    if (families) {
        add_note(maker, table, text_of(MESSAGE_NOTE_COMPARISON_FAMILIES));
    }
}

/* One way to say how much more the programme has. */
struct method {
    enum message name;
    enum statistic difference, low, high;
    enum statistic p; /* N_STATISTICS: it has none */
    unsigned kind;    /* of its test */
};

static const struct method methods[] = {
    {MESSAGE_DIFFERENCE_IN_DIFFERENCES, STATISTIC_DID, STATISTIC_DID_CI_LOW, STATISTIC_DID_CI_HIGH,
     STATISTIC_P_DID, TEST_COMPARISON},
    {MESSAGE_DIFFERENCE_ADJUSTED, STATISTIC_ANCOVA_DIFFERENCE, STATISTIC_ANCOVA_DIFFERENCE_CI_LOW,
     STATISTIC_ANCOVA_DIFFERENCE_CI_HIGH, STATISTIC_P_ANCOVA_DIFFERENCE, TEST_COMPARISON_ANCOVA},
    {MESSAGE_DIFFERENCE_HEDGES_G, STATISTIC_HEDGES_G, STATISTIC_HEDGES_G_CI_LOW,
     STATISTIC_HEDGES_G_CI_HIGH, N_STATISTICS, N_TEST_KINDS},
    {MESSAGE_DIFFERENCE_IMPROVED, STATISTIC_IMPROVED_DIFFERENCE,
     STATISTIC_IMPROVED_DIFFERENCE_CI_LOW, STATISTIC_IMPROVED_DIFFERENCE_CI_HIGH, N_STATISTICS,
     N_TEST_KINDS}};

/* The first and the last, where members of one family belong together. */
static const struct method mean_by_family = {
    MESSAGE_DIFFERENCE_IN_DIFFERENCES, STATISTIC_DID,          STATISTIC_DID_FAMILY_CI_LOW,
    STATISTIC_DID_FAMILY_CI_HIGH,      STATISTIC_P_DID_FAMILY, TEST_COMPARISON};
static const struct method share_by_family = {MESSAGE_DIFFERENCE_IMPROVED,
                                              STATISTIC_IMPROVED_DIFFERENCE,
                                              STATISTIC_IMPROVED_DIFFERENCE_FAMILY_CI_LOW,
                                              STATISTIC_IMPROVED_DIFFERENCE_FAMILY_CI_HIGH,
                                              N_STATISTICS,
                                              N_TEST_KINDS};

static const struct method *method_of(const struct maker *maker, size_t scale, size_t i)
{
    const bool robust = change_test(maker, scale).by_family;
    return robust && methods[i].difference == STATISTIC_DID ? &mean_by_family
           : robust && methods[i].difference == STATISTIC_IMPROVED_DIFFERENCE &&
                   share_is_by_family(maker, scale, FAMILY_IMPROVED)
               ? &share_by_family
               : &methods[i];
}

/* How a method's difference prints: in points of the scale; or as an effect size, whose sign says
   better or worse; or in percentage points. */
static void difference_cells(const struct maker *maker, const struct figure_key *key,
                             const struct method *method, struct cell_content cells[2])
{
    const struct scale *const scale = maker->study->scales[key->scale].scale;
    struct value difference = at(maker, key, method->difference);
    struct value low = at(maker, key, method->low), high = at(maker, key, method->high);
    if (method->difference == STATISTIC_IMPROVED_DIFFERENCE) {
        cells[0] = cell_percent(difference, 0);
        cells[1] = cell_percent_interval(low, high, 0);
        return;
    }
    if (method->difference == STATISTIC_HEDGES_G && !scale->higher_is_better) {
        const struct value turned = low;
        difference = value_double(-difference.number);
        low = value_double(-high.number);
        high = value_double(-turned.number);
    }
    cells[0] =
        cell_value(difference, method->difference == STATISTIC_HEDGES_G ? 2 : scale->decimals);
    cells[1] =
        cell_interval(low, high, method->difference == STATISTIC_HEDGES_G ? 2 : scale->decimals);
}

/* Nothing is added where a scale has no such difference: no threshold, no share. */
static void method_row(struct maker *maker, struct table *table, const struct figure_key *key,
                       const struct method *method)
{
    struct cell_content *row;
    if (at(maker, key, method->difference).kind == VALUE_UNDEFINED ||
        (row = add_row(maker, table)) == NULL) {
        return;
    }
    row[0] = scale_cell(maker, key->scale);
    row[1] = cell_text(text_of(method->name));
    difference_cells(maker, key, method, &row[2]);
    if (method->p != N_STATISTICS) {
        row[4] = cell_p(at(maker, key, method->p));
        if (table->n_columns > 5) {
            row[5] = cell_p(holm_p(maker, key, FIGURE_STAGE_CHANGE, method->kind));
        }
    }
    cells_are_of(maker, table, row, table->n_columns,
                 method->p != N_STATISTICS
                     ? test_base(maker, key, FIGURE_STAGE_CHANGE, method->kind)
                     : base_of(maker, key));
}

/* A difference of means is there wherever another one is. */
static bool any_difference(const struct maker *maker, size_t breakdown)
{
    for (size_t s = 0; s < maker->study->n_scales; s++) {
        const struct figure_key key = comparison_key(maker, breakdown, s);
        if (at(maker, &key, STATISTIC_DID).kind != VALUE_UNDEFINED) {
            return true;
        }
    }
    return false;
}

static void tests(struct maker *maker, size_t breakdown)
{
    struct table *const table = new_table(maker, 0, "comparison_group_tests",
                                          title_for(maker, MESSAGE_TITLE_COMPARISON_TESTS));
    struct text note = text_of(MESSAGE_NOTE_COMPARISON_TESTS), holm;
    add_label_column(maker, table, text_of(MESSAGE_HEAD_SCALE));
    add_label_column(maker, table, text_of(MESSAGE_HEAD_METHOD));
    add_column(maker, table, MESSAGE_HEAD_DIFFERENCE_OF);
    add_column(maker, table, MESSAGE_HEAD_INTERVAL);
    add_column(maker, table, MESSAGE_HEAD_P);
    add_holm_column(maker, table, breakdown, TEST_COMPARISON, FIGURE_STAGE_CHANGE);
    for (size_t s = 0; s < maker->study->n_scales; s++) {
        const struct figure_key key = comparison_key(maker, breakdown, s);
        for (size_t i = 0; i < sizeof methods / sizeof methods[0] && has_any(maker, breakdown, s);
             i++) {
            method_row(maker, table, &key, method_of(maker, s, i));
        }
    }
    few_may_be(table, any_family(maker, breakdown), true);
    note.arguments[0] = argument_name(before_name(maker));
    note.arguments[1] = argument_name(after_name(maker));
    add_note(maker, table, note);
    add_directions_note(maker, table, breakdown, has_any);
    add_note(maker, table,
             text_of(any_family(maker, breakdown) ? MESSAGE_NOTE_COMPARISON_ROBUST
                                                  : MESSAGE_NOTE_INDEPENDENT));
    add_note(maker, table, text_of(MESSAGE_NOTE_TESTS_EXPLORATORY));
    if (tests_in(maker, breakdown, TEST_COMPARISON, FIGURE_STAGE_CHANGE).number > 1.0) {
        holm = text_of(MESSAGE_NOTE_COMPARISON_HOLM);
        holm.arguments[0] =
            argument_value(tests_in(maker, breakdown, TEST_COMPARISON, FIGURE_STAGE_CHANGE), 0);
        holm.arguments[1] = argument_value(
            tests_in(maker, breakdown, TEST_COMPARISON_ANCOVA, FIGURE_STAGE_CHANGE), 0);
        add_note(maker, table, holm);
    }
}

void comparison_tables(struct maker *maker)
{
    if (!has_comparison(maker->counted)) {
        return; /* there is a warning */
    }
    for (size_t b = 1; b < maker->study->n_breakdowns; b++) {
        if (is_comparison(maker->study, b) && maker->study->before != maker->study->after) {
            changes(maker, b);
            if (any_difference(maker, b)) {
                tests(maker, b);
            }
        }
    }
}

/* engine/tables/many_tests.c - how many tests of each kind a report makes: with enough of them, some
   are below .05 by chance alone. */
#include "engine/tables/shared.h"

/* A kind of test: where its adjusted p and the size of its family are. */
struct kind {
    enum message name;
    enum figure_table table;
    enum statistic p, n;
    unsigned sub;
};

static const struct kind kinds[] = {
    {MESSAGE_KIND_CHANGE, FIGURES_TESTS, STATISTIC_P_HOLM, STATISTIC_HOLM_TESTS, 0},
    {MESSAGE_KIND_SHIFT, FIGURES_TESTS, STATISTIC_P_HOLM_OF, STATISTIC_HOLM_TESTS_OF,
     TEST_STUART_MAXWELL},
    {MESSAGE_KIND_RAISED, FIGURES_TESTS, STATISTIC_P_HOLM_OF, STATISTIC_HOLM_TESTS_OF,
     TEST_MCNEMAR},
    {MESSAGE_KIND_WELCH, FIGURES_TESTS_BETWEEN, STATISTIC_P_HOLM_OF, STATISTIC_HOLM_TESTS_OF,
     TEST_WELCH},
    {MESSAGE_KIND_ANCOVA, FIGURES_TESTS_BETWEEN, STATISTIC_P_HOLM_OF, STATISTIC_HOLM_TESTS_OF,
     TEST_ANCOVA},
};

/* Only the means are printed cohort by cohort, so that only they have a family of cohorts here. */
static bool is_printed(const struct kind *kind, size_t breakdown)
{
    return kind->table == FIGURES_TESTS_BETWEEN ? breakdown > 0
                                                : breakdown == 0 || kind->p == STATISTIC_P_HOLM;
}

/* The smallest p_holm of a family; *n is the family's size, 0 or undefined where there is none. */
static struct value smallest(const struct maker *maker, const struct kind *kind, size_t breakdown,
                             struct value *n)
{
    const size_t n_groups = kind->table == FIGURES_TESTS_BETWEEN
                                ? 1
                                : maker->figures->comparisons[breakdown].grouping.n_groups;
    struct value least = {.kind = VALUE_UNDEFINED};
    *n = least;
    for (uint32_t group = 0; group < n_groups; group++) {
        for (size_t s = 0; s < maker->study->n_scales; s++) {
            struct figure_key key = scale_key(maker, kind->table, s);
            struct value p, size;
            key.breakdown = (uint16_t)breakdown;
            key.group = group;
            p = figures_at(maker->figures, &key, FIGURE_STAGE_CHANGE, kind->p, kind->sub);
            size = figures_at(maker->figures, &key, FIGURE_STAGE_CHANGE, kind->n, kind->sub);
            *n = size.kind != VALUE_UNDEFINED ? size : *n;
            if (p.kind != VALUE_UNDEFINED &&
                (least.kind == VALUE_UNDEFINED || p.number < least.number)) {
                least = p;
            }
        }
    }
    return least;
}

static void many_tests_row(struct maker *maker, struct table *table, const struct kind *kind,
                           size_t breakdown)
{
    struct value n;
    const struct value p = smallest(maker, kind, breakdown, &n);
    struct cell_content *row;
    const char *by;
    /* One test alone is not many. */
    if (n.kind == VALUE_UNDEFINED || n.number < 2.0 || (row = add_row(maker, table)) == NULL) {
        return;
    }
    by = breakdown == 0 ? NULL : breakdown_name(maker, breakdown);
    row[0] = cell_text(text_of(kind->name));
    row[1] = cell_text(by == NULL ? text_of(MESSAGE_ALL) : text_name(by));
    row[2] = cell_value(n, 0);
    row[3] = cell_p(p);
    cells_are_of(maker, table, row, table->n_columns, (struct value){.kind = VALUE_UNDEFINED});
}

void many_tests_table(struct maker *maker)
{
    struct table *table;
    if (maker->study->before == maker->study->after) {
        return;
    }
    table = new_table(maker, 0, "many_tests", text_of(MESSAGE_TITLE_MANY_TESTS));
    add_label_column(maker, table, text_of(MESSAGE_HEAD_TEST));
    add_label_column(maker, table, text_of(MESSAGE_HEAD_OF));
    add_column(maker, table, MESSAGE_HEAD_TESTS);
    add_column(maker, table, MESSAGE_HEAD_SMALLEST_P);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (size_t b = 0; b < maker->study->n_breakdowns; b++) {
            if (is_printed(&kinds[i], b)) {
                many_tests_row(maker, table, &kinds[i], b);
            }
        }
    }
    add_note(maker, table, text_of(MESSAGE_NOTE_MANY_TESTS));
}

/* engine/tables/many_tests.c - how many tests of each kind a report makes: with enough of them, some
   are below .05 by chance alone. */
#include "engine/tables/shared.h"

/* Tests of a whole breakdown, not of each of its cohorts. */
static bool is_whole(unsigned kind)
{
    return kind >= TEST_WELCH && kind < N_TEST_KINDS;
}

/* Stages of one class are those of one family: the change from before to after with the latest
   review; what stands at `after` beside it; and all stages that have names. */
enum stage_class { CLASS_CHANGE, CLASS_AFTER, CLASS_STAGES, N_STAGE_CLASSES };

static enum stage_class class_of(unsigned stage)
{
    return stage >= FIGURE_STAGE_FIRST ? CLASS_STAGES
                                       : (stage == FIGURE_STAGE_AFTER ? CLASS_AFTER : CLASS_CHANGE);
}

/* The tests under a breakdown: of all goals, whose parts are asked for elsewhere. */
static const struct figure_section *section_of(const struct maker *maker, size_t breakdown,
                                               bool whole)
{
    return figures_section(maker->figures, whole ? FIGURES_TESTS_BETWEEN : FIGURES_TESTS,
                           breakdown);
}

/* The kind of test that a figure is of, N_TEST_KINDS of a mean change; `of` is what it says of it. */
static unsigned kind_of(const struct figure *figure, enum statistic *of)
{
    const bool is_named = figure->key.statistic == STATISTIC_P_HOLM_OF ||
                          figure->key.statistic == STATISTIC_HOLM_TESTS_OF;
    *of = figure->key.statistic == STATISTIC_P_HOLM_OF       ? STATISTIC_P_HOLM
          : figure->key.statistic == STATISTIC_HOLM_TESTS_OF ? STATISTIC_HOLM_TESTS
                                                             : figure->key.statistic;
    return is_named ? figure->key.sub : N_TEST_KINDS;
}

struct value holm_p(const struct maker *maker, const struct figure_key *key, unsigned stage,
                    unsigned kind)
{
    struct figure_key of_tests = *key;
    of_tests.table = is_whole(kind) ? FIGURES_TESTS_BETWEEN : FIGURES_TESTS;
    return kind == N_TEST_KINDS
               ? figures_at(maker->figures, &of_tests, stage, STATISTIC_P_HOLM, 0)
               : figures_at(maker->figures, &of_tests, stage, STATISTIC_P_HOLM_OF, kind);
}

/* --- of how many a test is -------------------------------------------------------------------- */

static struct value in_table(const struct maker *maker, const struct figure_key *key,
                             enum figure_table table, unsigned stage, enum statistic statistic)
{
    struct figure_key of = *key;
    of.table = (uint16_t)table;
    return figures_at(maker->figures, &of, stage, statistic, 0);
}

/* The fewer of two groups, and of their families where the test allows for these. */
static struct value of_both(const struct maker *maker, const struct figure_key *key,
                            enum figure_table table, const enum statistic counts[2],
                            const enum statistic families[2])
{
    const unsigned change = FIGURE_STAGE_CHANGE;
    const struct value n = fewer(in_table(maker, key, table, change, counts[0]),
                                 in_table(maker, key, table, change, counts[1]));
    return change_test(maker, key->scale).by_family
               ? fewer(n, fewer(in_table(maker, key, table, change, families[0]),
                                in_table(maker, key, table, change, families[1])))
               : n;
}

static struct value of_change(const struct maker *maker, const struct figure_key *key)
{
    const unsigned change = FIGURE_STAGE_CHANGE;
    const struct value n = in_table(maker, key, FIGURES_BEFORE_AFTER, change, STATISTIC_N);
    return change_test(maker, key->scale).by_family
               ? fewer(n, in_table(maker, key, FIGURES_BEFORE_AFTER, change, STATISTIC_FAMILIES))
               : n;
}

static struct value of_stage(const struct maker *maker, const struct figure_key *key,
                             unsigned stage)
{
    const struct value n = in_table(maker, key, FIGURES_TRAJECTORY, stage, STATISTIC_CHANGE_N);
    return change_test(maker, key->scale).by_family
               ? fewer(n,
                       in_table(maker, key, FIGURES_TRAJECTORY, stage, STATISTIC_CHANGE_FAMILIES))
               : n;
}

/* The smallest of all groups of a breakdown that have anybody, or any goal, to compare: the rule for two
   is that for more. Below what is too few it is no matter how small they are. */
static struct value of_groups(const struct maker *maker, const struct figure_key *key)
{
    const bool goals = study_is_goal_level(maker->study, key->scale);
    const struct grouping *const grouping = &maker->figures->comparisons[key->breakdown].grouping;
    struct figure_key of = *key;
    struct value least = value_count(0);
    for (of.group = 0; of.group < grouping->n_groups; of.group++) {
        const struct value n =
            goals ? in_table(maker, &of, FIGURES_ATTAINMENT, FIGURE_STAGE_LATEST, STATISTIC_GOALS)
                  : in_table(maker, &of, FIGURES_BEFORE_AFTER, FIGURE_STAGE_CHANGE, STATISTIC_N);
        if (n.kind == VALUE_COUNT && n.number > 0.0 &&
            grouping_is_recorded(grouping, maker->counted->cohorts,
                                 &maker->study->breakdowns[key->breakdown], of.group)) {
            least = least.number > 0.0 ? fewer(least, n) : n;
            if (least.number < (double)maker->study->small_numbers.too_few) {
                break;
            }
        }
    }
    return least;
}

struct value test_base(const struct maker *maker, const struct figure_key *key, unsigned stage,
                       unsigned kind)
{
    static const enum statistic years[] = {STATISTIC_N, STATISTIC_N_PREVIOUS};
    static const enum statistic year_families[] = {STATISTIC_FAMILIES_NOW, STATISTIC_FAMILIES_THEN};
    static const enum statistic arms[] = {STATISTIC_N_PROGRAMME, STATISTIC_N_COMPARISON};
    static const enum statistic arm_families[] = {STATISTIC_FAMILIES_PROGRAMME,
                                                  STATISTIC_FAMILIES_COMPARISON};
    switch (kind) {
    case N_TEST_KINDS:
        return stage == FIGURE_STAGE_CHANGE ? of_change(maker, key) : of_stage(maker, key, stage);
    case TEST_MCNEMAR:
        return of_change(maker, key);
    case TEST_STUART_MAXWELL:
        return in_table(maker, key, FIGURES_BEFORE_AFTER, stage, STATISTIC_N);
    case TEST_MODEL:
        return in_table(maker, key, FIGURES_TRAJECTORY, FIGURE_STAGE_NONE, STATISTIC_MODEL_PEOPLE);
    case TEST_YEARS:
        return of_both(maker, key, FIGURES_YEARS, years, year_families);
    case TEST_RATE_RATIO:
        return fewer(in_table(maker, key, FIGURES_YEARS, stage, STATISTIC_FAMILIES_PREVIOUS),
                     in_table(maker, key, FIGURES_YEARS, stage, STATISTIC_FAMILIES_WITH_GOALS));
    case TEST_ATTAINED:
        return in_table(maker, key, FIGURES_PAIRED_SHARES, stage, STATISTIC_N);
    case TEST_TARGET:
        return fewer(in_table(maker, key, FIGURES_ATTAINMENT, stage, STATISTIC_GOALS),
                     in_table(maker, key, FIGURES_ATTAINMENT, stage, STATISTIC_FAMILIES));
    case TEST_FROM_50:
        return in_table(maker, key, FIGURES_TRAJECTORY, stage, STATISTIC_N);
    case TEST_COMPARISON:
    case TEST_COMPARISON_ANCOVA:
        return of_both(maker, key, FIGURES_COMPARISON, arms, arm_families);
    default:
        return of_groups(maker, key);
    }
}

/* --- adjusted p and their families ------------------------------------------------------------ */

/* All families under one breakdown, in one walk through their tests. */
struct test_families {
    bool known;
    struct test_family of[N_TEST_KINDS + 1][N_STAGE_CLASSES];
};

static void add_block(const struct maker *maker, const struct figure_part *part,
                      const struct figure_block *block, struct test_families *families)
{
    const struct figure_key key = figures_block_key(part, block);
    for (size_t i = 0; i < figures_block_size(part, block); i++) {
        const struct figure figure = figures_in_block(part, block, &key, i);
        enum statistic of;
        const unsigned kind = kind_of(&figure, &of);
        struct test_family *const family = &families->of[kind][class_of(figure.key.stage)];
        if (of == STATISTIC_HOLM_TESTS) {
            family->n = figure.value;
        } else if (of == STATISTIC_P_HOLM && figure.value.kind != VALUE_UNDEFINED &&
                   !(family->least.number <= figure.value.number) &&
                   test_base(maker, &figure.key, figure.key.stage, kind).number >=
                       (double)maker->study->small_numbers.too_few) {
            family->least = figure.value;
        }
    }
}

static void add_section(const struct maker *maker, size_t breakdown, bool whole,
                        struct test_families *families)
{
    const struct figure_section *const section = section_of(maker, breakdown, whole);
    for (size_t p = 0; p < section->n_parts && !section->no_memory; p++) {
        for (size_t b = 0; b < section->parts[p].n_blocks; b++) {
            add_block(maker, &section->parts[p], &section->parts[p].blocks[b], families);
        }
    }
}

static void find_families(const struct maker *maker, size_t breakdown,
                          struct test_families *families)
{
    for (size_t kind = 0; kind <= N_TEST_KINDS; kind++) {
        for (size_t class = 0; class < N_STAGE_CLASSES; class ++) {
            families->of[kind][class] = (struct test_family){VALUE_NONE, VALUE_NONE};
        }
    }
    add_section(maker, breakdown, false, families);
    add_section(maker, breakdown, true, families);
}

void many_tests_begin(struct maker *maker)
{
    maker->tests =
        arena_alloc(&maker->report->arena, maker->study->n_breakdowns, sizeof *maker->tests);
    maker->no_memory = maker->no_memory || maker->tests == NULL;
    for (size_t b = 0; maker->tests != NULL && b < maker->study->n_breakdowns; b++) {
        maker->tests[b].known = false;
    }
}

struct test_family test_family(const struct maker *maker, size_t breakdown, unsigned kind,
                               unsigned stage)
{
    struct test_families *const families = maker->tests == NULL ? NULL : &maker->tests[breakdown];
    if (families == NULL) {
        return (struct test_family){VALUE_NONE, VALUE_NONE};
    }
    if (!families->known) {
        find_families(maker, breakdown, families);
        families->known = true;
    }
    return families->of[kind][class_of(stage)];
}

struct value tests_in(const struct maker *maker, size_t breakdown, unsigned kind, unsigned stage)
{
    const struct test_family family = test_family(maker, breakdown, kind, stage);
    return family.least.kind == VALUE_UNDEFINED ? VALUE_NONE : family.n;
}

/* Is a kind tested in All? Years are compared with years. */
static bool is_of_all(unsigned kind)
{
    return !is_whole(kind) && kind != TEST_YEARS && kind != TEST_RATE_RATIO;
}

void add_holm_column(struct maker *maker, struct table *table, size_t breakdown, unsigned kind,
                     unsigned stage)
{
    if (tests_in(maker, breakdown, kind, stage).number > 1.0 ||
        (is_of_all(kind) && tests_in(maker, 0, kind, stage).number > 1.0)) {
        add_column(maker, table, MESSAGE_HEAD_P_HOLM);
    }
}

void add_holm_note(struct maker *maker, struct table *table, size_t breakdown, unsigned kind,
                   unsigned stage)
{
    const struct value all = is_of_all(kind) ? tests_in(maker, 0, kind, stage) : VALUE_NONE;
    const struct value by = breakdown > 0 ? tests_in(maker, breakdown, kind, stage) : VALUE_NONE;
    struct text note = text_of(MESSAGE_NOTE_TESTS_HOLM);
    if (by.kind != VALUE_UNDEFINED && all.kind != VALUE_UNDEFINED) {
        const char *const name = breakdown_name(maker, breakdown);
        note = text_of(MESSAGE_NOTE_TESTS_HOLM_BY);
        note.arguments[1] = argument_value(by, 0);
        note.arguments[2] = argument_name(name == NULL ? "" : name);
    }
    note.arguments[0] = argument_value(all.kind != VALUE_UNDEFINED ? all : by, 0);
    if (all.number > 1.0 || by.number > 1.0) {
        add_note(maker, table, note);
    }
}

void add_tests_note(struct maker *maker, struct table *table, size_t breakdown, unsigned kind,
                    unsigned stage)
{
    add_note(maker, table, text_of(MESSAGE_NOTE_TESTS_EXPLORATORY));
    add_holm_note(maker, table, breakdown, kind, stage);
}

/* --- the table -------------------------------------------------------------------------------- */

/* The kinds that are printed, where they have anything to say. */
struct printed_kind {
    enum message name;
    unsigned kind, stage;
};

static const struct printed_kind printed_kinds[] = {
    {MESSAGE_KIND_CHANGE, N_TEST_KINDS, FIGURE_STAGE_CHANGE},
    {MESSAGE_KIND_STAGES, N_TEST_KINDS, FIGURE_STAGE_FIRST},
    {MESSAGE_KIND_SHIFT, TEST_STUART_MAXWELL, FIGURE_STAGE_CHANGE},
    {MESSAGE_KIND_RAISED, TEST_MCNEMAR, FIGURE_STAGE_CHANGE},
    {MESSAGE_KIND_MODEL, TEST_MODEL, FIGURE_STAGE_FIRST},
    {MESSAGE_KIND_TARGET, TEST_TARGET, FIGURE_STAGE_LATEST},
    {MESSAGE_KIND_TARGET_AFTER, TEST_TARGET, FIGURE_STAGE_AFTER},
    {MESSAGE_KIND_ATTAINED, TEST_ATTAINED, FIGURE_STAGE_FIRST},
    {MESSAGE_KIND_FROM_50, TEST_FROM_50, FIGURE_STAGE_FIRST},
    {MESSAGE_KIND_WELCH, TEST_WELCH, FIGURE_STAGE_CHANGE},
    {MESSAGE_KIND_ANCOVA, TEST_ANCOVA, FIGURE_STAGE_CHANGE},
    {MESSAGE_KIND_YEARS, TEST_YEARS, FIGURE_STAGE_CHANGE},
    {MESSAGE_KIND_RATE_RATIO, TEST_RATE_RATIO, FIGURE_STAGE_LATEST},
    {MESSAGE_KIND_TREND, TEST_TREND, FIGURE_STAGE_CHANGE},
    {MESSAGE_KIND_COMPARISON, TEST_COMPARISON, FIGURE_STAGE_CHANGE},
    {MESSAGE_KIND_COMPARISON_ANCOVA, TEST_COMPARISON_ANCOVA, FIGURE_STAGE_CHANGE},
};

/* The arms have tables of their own, and are not compared as cohorts. */
static bool is_printed(const struct maker *maker, const struct printed_kind *kind, size_t breakdown)
{
    if ((kind->kind == TEST_WELCH || kind->kind == TEST_ANCOVA) &&
        is_comparison(maker->study, breakdown)) {
        return false;
    }
    if (kind->stage == FIGURE_STAGE_AFTER && maker->study->n_stages == 2) {
        return false; /* the latest review once more */
    }
    return breakdown == 0 ? is_of_all(kind->kind) : !test_is_of_all_alone(kind->kind);
}

static void many_tests_row(struct maker *maker, struct table *table, enum message name,
                           struct test_family family, size_t breakdown)
{
    struct cell_content *row;
    const char *by;
    /* One test alone is not many, and of none that is printed there is nothing to say. */
    if (!(family.n.number > 1.0) || family.least.kind == VALUE_UNDEFINED ||
        (row = add_row(maker, table)) == NULL) {
        return;
    }
    by = breakdown == 0 ? NULL : breakdown_name(maker, breakdown);
    row[0] = cell_text(text_of(name));
    row[1] = cell_text(by == NULL ? text_of(MESSAGE_ALL) : text_name(by));
    row[2] = cell_value(family.n, 0);
    row[3] = cell_p(family.least);
    cells_are_of(maker, table, row, table->n_columns, VALUE_NONE);
}

static void add_columns(struct maker *maker, struct table *table)
{
    add_label_column(maker, table, text_of(MESSAGE_HEAD_TEST));
    add_label_column(maker, table, text_of(MESSAGE_HEAD_OF));
    add_column(maker, table, MESSAGE_HEAD_TESTS);
    add_column(maker, table, MESSAGE_HEAD_SMALLEST_P);
}

void many_tests_table(struct maker *maker)
{
    struct table *table;
    const size_t n = maker->study->n_breakdowns;
    if (maker->study->before == maker->study->after) {
        return;
    }
    table = new_table(maker, 0, "many_tests", text_of(MESSAGE_TITLE_MANY_TESTS));
    add_columns(maker, table);
    for (size_t i = 0; i < sizeof printed_kinds / sizeof printed_kinds[0]; i++) {
        const struct printed_kind *const kind = &printed_kinds[i];
        for (size_t b = 0; b < n; b++) {
            if (is_printed(maker, kind, b)) {
                many_tests_row(maker, table, kind->name,
                               test_family(maker, b, kind->kind, kind->stage), b);
            }
        }
    }
    add_note(maker, table, text_of(MESSAGE_NOTE_MANY_TESTS));
}

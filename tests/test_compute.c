/* Hand-made tallies, and which statistics chapter 5 of the design leaves empty. Numbers: worked by
   hand; t and p of one degree of freedom from the arctangent, p = 1 - (2/pi) atan t. */
#include "tests/check.h"

#include <string.h>
#include "engine/compute.h"
#include "tests/toy.h"

static const struct measure measures[] = {{.label = "toy", .instrument = &toy}};
static struct study_scale scales[1]; /* filled by setup */
static const struct stage stages[] = {{.name = "start"}, {.name = "end"}};
static const struct stage three[] = {{.name = "start"}, {.name = "mid"}, {.name = "end"}};
static const char *const columns[] = {"site"};
static const struct breakdown breakdowns[] = {{{0}, 0}, {{0}, 1}};

#define COMMON(list)                                                                    \
    .title = "", .measures = measures, .n_measures = 1, .n_joins = 1, .scales = scales, \
    .n_scales = 1, .stages = (list), .n_stages = COUNT(list), .breakdowns = breakdowns, \
    .cohort_columns = columns, .as_of = NO_DATE, .given_reliability = NAN

static struct study all_only = {COMMON(stages), .after = 1, .n_breakdowns = 1};
static struct study by_site = {COMMON(stages), .after = 1, .n_breakdowns = 2,
                               .n_cohort_columns = 1};
static struct study of_three = {COMMON(three), .after = 2, .n_breakdowns = 1};
static struct study no_pair = {COMMON(stages), .n_breakdowns = 1};

static int fill_scales(void **state)
{
    (void)state;
    scales[0] = (struct study_scale){.scale = &toy.scales[0], .collected = true};
    return 0;
}

/* --- a tally made by hand --------------------------------------------------------------------- */

struct people {
    uint32_t cohort;
    tally_code before, after;
    uint64_t count;
};

struct world {
    struct cohorts cohorts;
    struct names names;
    struct counted counted;
    struct figures figures;
};

static void count_cell(struct world *world, uint32_t cohort, uint16_t stage, uint16_t later,
                       tally_code code, tally_code later_code)
{
    const struct tally_cell cell = {
        .cohort = cohort, .stage = stage, .later = later, .code = code, .later_code = later_code};
    assert_true(tally_add(&world->counted.tally, &cell, 1));
}

/* One respondent, as engine/count.c would count them at two stages. */
static void count_person(struct world *world, const struct people *person)
{
    const bool both = tally_is_score(person->before) && tally_is_score(person->after);
    count_cell(world, person->cohort, 0, TALLY_ONE_STAGE, person->before, 0);
    count_cell(world, person->cohort, 1, TALLY_ONE_STAGE, person->after, 0);
    count_cell(world, person->cohort, 0, 1, person->before, person->after);
    if (both) {
        count_cell(world, person->cohort, 0, TALLY_ALL_STAGES, person->before, 0);
        count_cell(world, person->cohort, 1, TALLY_ALL_STAGES, person->after, 0);
    }
    if (tally_is_score(person->before) || tally_is_score(person->after)) {
        const int64_t scores[] = {
            both || tally_is_score(person->before) ? person->before : person->after, person->after};
        assert_true(patterns_add(&world->counted.tally.patterns, person->cohort, 0,
                                 (unsigned)tally_is_score(person->before) +
                                     2u * (unsigned)tally_is_score(person->after),
                                 scores));
    }
    for (int i = 0; i < 2; i++) {
        world->counted.measures[0].forms[FORM_USED] +=
            tally_is_score(i == 0 ? person->before : person->after);
    }
    world->counted.measures[0].respondents++;
}

static void world_init(struct world *world, const struct study *study, const char *const sites[],
                       size_t n_sites)
{
    *world = (struct world){0};
    assert_true(cohorts_init(&world->cohorts, study->n_cohort_columns));
    assert_true(counted_init(&world->counted, study, &world->cohorts, &world->names, 0));
    for (size_t i = 0; i < n_sites; i++) {
        uint32_t value = 0, cohort;
        if (study->n_cohort_columns > 0) {
            assert_true(cohorts_value(&world->cohorts, sites[i], strlen(sites[i]), &value));
        }
        assert_true(cohorts_add(&world->cohorts, &value, &cohort));
        assert_int_equal(cohort, i);
    }
}

static void world_compute(struct world *world)
{
    struct measure_counts *const counts = &world->counted.measures[0];
    assert_true(tally_sort(&world->counted.tally));
    for (size_t i = 0; i < N_FORM_REASONS; i++) {
        counts->forms_read += counts->forms[i];
    }
    assert_true(compute_figures(&world->counted, &crew_of_one, &world->figures));
}

static void world_free(struct world *world)
{
    figures_free(&world->figures);
    counted_free(&world->counted);
    cohorts_free(&world->cohorts);
    names_free(&world->names);
}

/* --- which statistics of a change are there --------------------------------------------------- */

/* Statistics in the order of the contract. */
static const enum statistic of_change[] = {STATISTIC_N,
                                           STATISTIC_MEAN,
                                           STATISTIC_SD,
                                           STATISTIC_SE,
                                           STATISTIC_CI_LOW,
                                           STATISTIC_CI_HIGH,
                                           STATISTIC_T,
                                           STATISTIC_DF,
                                           STATISTIC_P_T,
                                           STATISTIC_N_UP,
                                           STATISTIC_N_SAME,
                                           STATISTIC_N_DOWN,
                                           STATISTIC_V,
                                           STATISTIC_P_WILCOXON,
                                           STATISTIC_WILCOXON_EXACT,
                                           STATISTIC_P_SIGN,
                                           STATISTIC_DZ,
                                           STATISTIC_DAV,
                                           STATISTIC_RANK_BISERIAL,
                                           STATISTIC_R};
#define N_CHANGE COUNT(of_change)
static const enum statistic of_stage[] = {STATISTIC_N,      STATISTIC_MEAN, STATISTIC_SD,
                                          STATISTIC_MEDIAN, STATISTIC_Q1,   STATISTIC_Q3,
                                          STATISTIC_MIN,    STATISTIC_MAX};
#define N_STAGE COUNT(of_stage)
#define MOST 4

#define U NAN /* undefined */
#define LOST TALLY_REASON(REASON_NO_FORM)

static const struct {
    const char *name;
    struct people people[MOST];
    /* n mean sd se, ci_low ci_high t df, p_t n_up n_same n_down, v p_wilcoxon exact p_sign,
       dz dav rank_biserial r */
    double change[N_CHANGE];
    /* n mean sd median q1 q3 min max */
    double before[N_STAGE], after[N_STAGE];
} cases[] = {
    {"nobody",
     {{0}},
     {0, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U},
     {0, U, U, U, U, U, U, U},
     {0, U, U, U, U, U, U, U}},
    {"n = 0: all lost",
     {{0, 3, LOST, 4}},
     {0, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U, U},
     {0, U, U, U, U, U, U, U},
     {0, U, U, U, U, U, U, U}},
    {"n = 1",
     {{0, 2, 5, 1}},
     {1, 3, U, U, U, U, U, 0, U, 1, 0, 0, 1, 1, 1, 1, U, U, 1, U},
     {1, 2, U, 2, 2, 2, 2, 2},
     {1, 5, U, 5, 5, 5, 5, 5}},
    {"n = 1, no change",
     {{0, 2, 2, 1}},
     {1, 0, U, U, U, U, U, 0, U, 0, 1, 0, 0, U, 1, U, U, U, U, U},
     {1, 2, U, 2, 2, 2, 2, 2},
     {1, 2, U, 2, 2, 2, 2, 2}},
    {"n = 2: 1 to 2, 2 to 5",
     {{0, 1, 2, 1}, {0, 2, 5, 1}},
     {2,
      2,
      1.4142135623730951,
      1,
      -10.706204736174705,
      14.706204736174705,
      2,
      1,
      0.29516723530086655,
      2,
      0,
      0,
      3,
      0.5,
      1,
      0.5,
      1.4142135623730951,
      1.2649110640673518,
      1,
      1},
     {2, 1.5, 0.70710678118654757, 1.5, 1.25, 1.75, 1, 2},
     {2, 3.5, 2.1213203435596424, 3.5, 2.75, 4.25, 2, 5}},
    {"n = 2: one up, one down as much",
     {{0, 1, 3, 1}, {0, 3, 1, 1}},
     {2,
      0,
      2.8284271247461903,
      2,
      -25.41240947234941,
      25.41240947234941,
      0,
      1,
      1,
      1,
      0,
      1,
      1.5,
      1,
      1,
      1,
      0,
      0,
      0,
      -1},
     {2, 2, 1.4142135623730951, 2, 1.5, 2.5, 1, 3},
     {2, 2, 1.4142135623730951, 2, 1.5, 2.5, 1, 3}},
    {"all differences equal",
     {{0, 1, 3, 1}, {0, 2, 4, 1}, {0, 3, 5, 1}},
     {3, 2, 0, 0, U, U, U, 2, U, 3, 0, 0, 6, 0.25, 1, 0.25, U, 2, 1, 1},
     {3, 2, 1, 2, 1.5, 2.5, 1, 3},
     {3, 4, 1, 4, 3.5, 4.5, 3, 5}},
    {"all differences equal, all before equal",
     {{0, 1, 3, 3}},
     {3, 2, 0, 0, U, U, U, 2, U, 3, 0, 0, 6, 0.25, 1, 0.25, U, U, 1, U},
     {3, 1, 0, 1, 1, 1, 1, 1},
     {3, 3, 0, 3, 3, 3, 3, 3}},
    {"all zero",
     {{0, 1, 1, 1}, {0, 2, 2, 1}, {0, 3, 3, 1}},
     {3, 0, 0, 0, U, U, U, 2, U, 0, 3, 0, 0, U, 1, U, U, 0, U, 1},
     {3, 2, 1, 2, 1.5, 2.5, 1, 3},
     {3, 2, 1, 2, 1.5, 2.5, 1, 3}},
    {"all before equal",
     {{0, 2, 2, 1}, {0, 2, 3, 1}, {0, 2, 4, 1}},
     /* changes 0, 1, 2: t = sqrt 3; of 2 df, p = 1 - t / sqrt(2 + t^2) and t(0.975) =
        0.95 sqrt(2 / (1 - 0.95^2)) */
     {3,
      1,
      1,
      0.57735026918962573,
      -1.4841377117503312,
      3.4841377117503312,
      1.7320508075688772,
      2,
      0.22540333075851659,
      2,
      1,
      0,
      3,
      0.5,
      1,
      0.5,
      1,
      1.4142135623730951,
      1,
      U},
     {3, 2, 0, 2, 2, 2, 2, 2},
     {3, 3, 1, 3, 2.5, 3.5, 2, 4}},
    {"others do not count",
     {{0, 2, 5, 1}, {0, LOST, 1, 2}, {0, 6, TALLY_REASON(REASON_INCOMPLETE), 3}, {0, 0, LOST, 1}},
     {1, 3, U, U, U, U, U, 0, U, 1, 0, 0, 1, 1, 1, 1, U, U, 1, U},
     {1, 2, U, 2, 2, 2, 2, 2},
     {1, 5, U, 5, 5, 5, 5, 5}},
};

static void check_row(const char *name, const struct world *world, unsigned stage,
                      const enum statistic statistics[], const double expected[], size_t n)
{
    const struct figure_key key = {.table = FIGURES_BEFORE_AFTER};
    for (size_t i = 0; i < n; i++) {
        const struct value got = figures_at(&world->figures, &key, stage, statistics[i], 0);
        if ((got.kind == VALUE_UNDEFINED) != isnan(expected[i]) ||
            !close_to(got.number, expected[i], 1e-12)) {
            fail_msg("%s, stage %u, %s: expected %.17g, got %.17g", name, stage,
                     statistic_name(statistics[i]), expected[i], got.number);
        }
    }
}

/* The figures of a part from its n-th on; false: there are not so many, and *n is less by as many as
   there are. */
static bool find_nth(const struct figure_part *part, size_t *n, struct figure *figure)
{
    for (size_t i = 0; i < part->n_blocks; i++) {
        const struct figure_block *const block = &part->blocks[i];
        if (*n < figures_block_size(part, block)) {
            const struct figure_key key = figures_block_key(part, block);
            *figure = figures_in_block(part, block, &key, *n);
            return true;
        }
        *n -= figures_block_size(part, block);
    }
    return false;
}

/* The figures one after the other, as results.csv has them. False: there are not so many. */
static bool nth_figure(const struct figures *figures, size_t n, struct figure *figure)
{
    for (unsigned table = 0; table < N_FIGURE_TABLES; table++) {
        for (size_t b = 0; b < figures->study->n_breakdowns; b++) {
            const struct figure_section *const section = figures_section(figures, table, b);
            for (size_t i = 0; i < section->n_dimensions * section->n_parts; i++) {
                if (find_nth(&section->parts[i], &n, figure)) {
                    return true;
                }
            }
        }
    }
    return false;
}

/* Exactly the statistics of the contract stand at a stage, in its order, whatever they are worth.
   */
static void check_listed(const struct world *world, unsigned stage,
                         const enum statistic statistics[], size_t n)
{
    size_t found = 0;
    struct figure figure;
    for (size_t i = 0; nth_figure(&world->figures, i, &figure); i++) {
        const struct figure_key *const key = &figure.key;
        /* sizes of effect and their intervals come behind these */
        if (key->table == FIGURES_BEFORE_AFTER && key->stage == stage &&
            key->statistic <= STATISTIC_R) {
            assert_true(found < n);
            assert_int_equal(key->statistic, statistics[found++]);
        }
    }
    assert_int_equal(found, n);
}

static void test_undefined(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct world world;
        world_init(&world, &all_only, NULL, 0);
        if (cases[i].people[0].count > 0) { /* else there is no cohort either */
            const uint32_t none = 0;
            uint32_t cohort;
            assert_true(cohorts_add(&world.cohorts, &none, &cohort));
        }
        for (size_t k = 0; k < MOST; k++) {
            for (uint64_t m = 0; m < cases[i].people[k].count; m++) {
                count_person(&world, &cases[i].people[k]);
            }
        }
        world_compute(&world);
        check_row(cases[i].name, &world, FIGURE_STAGE_CHANGE, of_change, cases[i].change, N_CHANGE);
        check_row(cases[i].name, &world, FIGURE_STAGE_BEFORE, of_stage, cases[i].before, N_STAGE);
        check_row(cases[i].name, &world, FIGURE_STAGE_AFTER, of_stage, cases[i].after, N_STAGE);
        check_listed(&world, FIGURE_STAGE_CHANGE, of_change, N_CHANGE);
        check_listed(&world, FIGURE_STAGE_BEFORE, of_stage, N_STAGE);
        world_free(&world);
    }
}

/* --- the ledgers ------------------------------------------------------------------------------ */

static const struct {
    tally_code before, after;
    uint64_t count;
    enum discount discount;
} ledger[] = {
    {TALLY_REASON(REASON_CONFLICTING), 1, 1, DISCOUNT_CONFLICTING_FORMS},
    {TALLY_REASON(REASON_NO_FORM), 1, 2, DISCOUNT_NO_BEFORE_FORM},
    {1, TALLY_REASON(REASON_NOT_DUE), 3, DISCOUNT_AFTER_NOT_YET_DUE},
    {1, TALLY_REASON(REASON_NO_FORM), 4, DISCOUNT_NO_AFTER_FORM},
    {TALLY_REASON(REASON_INCOMPLETE), 1, 5, DISCOUNT_BEFORE_INCOMPLETE},
    {1, TALLY_REASON(REASON_INCOMPLETE), 6, DISCOUNT_AFTER_INCOMPLETE},
    {TALLY_REASON(REASON_OTHER_VERSION), 1, 7, DISCOUNT_NOT_COMPARABLE},
    {1, TALLY_REASON(REASON_NO_COMMON_GOAL), 8, DISCOUNT_NO_COMMON_GOAL},
    {1, 2, 9, DISCOUNT_NONE},
    {2, 1, 1, DISCOUNT_NONE},
};

static int64_t count_at(const struct world *world, unsigned breakdown, uint32_t group,
                        enum statistic statistic, unsigned sub)
{
    const struct figure_key key = {
        .table = FIGURES_BEFORE_AFTER, .breakdown = (uint16_t)breakdown, .group = group};
    const struct value value = figures_at(&world->figures, &key, FIGURE_STAGE_NONE, statistic, sub);
    return value.kind == VALUE_COUNT ? (int64_t)value.numerator : -1;
}

static void test_people_ledger(void **state)
{
    (void)state;
    static const char *const sites[] = {"South", "North", "All"};
    struct world world;
    world_init(&world, &by_site, sites, 3);
    for (size_t i = 0; i < COUNT(ledger); i++) {
        for (uint64_t k = 0; k < ledger[i].count; k++) {
            /* row 0 in All, the other even rows in North, odd ones in South */
            const struct people person = {i == 0 ? 2 : (uint32_t)((i + 1) % 2), ledger[i].before,
                                          ledger[i].after, 1};
            count_person(&world, &person);
        }
    }
    world_compute(&world);
    assert_int_equal(count_at(&world, 0, 0, STATISTIC_RESPONDENTS, 0), 46);
    assert_int_equal(count_at(&world, 0, 0, STATISTIC_VIABLE, 0), 10);
    assert_int_equal(count_at(&world, 0, 0, STATISTIC_DISCOUNTED, 0), 36);
    for (size_t i = 0; i < COUNT(ledger) - 2; i++) {
        assert_int_equal(count_at(&world, 0, 0, STATISTIC_DISCOUNTED_REASON, ledger[i].discount),
                         i + 1);
    }
    /* groups print as All, North, South; rows 2, 4, 6, 8 are North's: 3 + 5 + 7 + 9 people */
    assert_string_equal(world.figures.comparisons[1].grouping.labels[0], "All");
    assert_string_equal(world.figures.comparisons[1].grouping.labels[1], "North");
    assert_int_equal(count_at(&world, 1, 0, STATISTIC_RESPONDENTS, 0), 1);
    assert_int_equal(count_at(&world, 1, 0, STATISTIC_VIABLE, 0), 0);
    assert_int_equal(
        count_at(&world, 1, 0, STATISTIC_DISCOUNTED_REASON, DISCOUNT_CONFLICTING_FORMS), 1);
    assert_int_equal(count_at(&world, 1, 0, STATISTIC_DISCOUNTED_REASON, DISCOUNT_NO_AFTER_FORM),
                     0); /* zeros too */
    assert_int_equal(count_at(&world, 1, 1, STATISTIC_RESPONDENTS, 0), 24);
    assert_int_equal(count_at(&world, 1, 1, STATISTIC_VIABLE, 0), 9);
    assert_int_equal(count_at(&world, 1, 2, STATISTIC_RESPONDENTS, 0), 21);
    assert_int_equal(count_at(&world, 1, 2, STATISTIC_VIABLE, 0), 1);
    world_free(&world);
}

static void test_forms_ledger(void **state)
{
    (void)state;
    static const char *const sites[] = {"x"};
    static const unsigned n_of[N_FORM_REASONS] = {
        [FORM_BLANK] = 1,          [FORM_NO_ID] = 2,          [FORM_UNKNOWN_STAGE] = 3,
        [FORM_OUTSIDE_WINDOW] = 4, [FORM_DUPLICATE_SAME] = 5, [FORM_CONFLICTING] = 6,
        [FORM_TOO_FEW_ITEMS] = 0};
    static const char *const names[N_FORM_REASONS] = {
        "used",           "blank",          "no_id",       "unknown_stage",
        "outside_window", "duplicate_same", "conflicting", "too_few_items"};
    const struct people person = {0, 1, 2, 1};
    const struct figure_key key = {.table = FIGURES_FORMS, .scale = NO_SCALE};
    struct world world;
    struct figure figure;
    size_t line = 0;
    world_init(&world, &all_only, sites, 1);
    count_person(&world, &person);
    for (unsigned reason = 1; reason < N_FORM_REASONS; reason++) {
        world.counted.measures[0].forms[reason] += n_of[reason];
    }
    world_compute(&world);
    assert_int_equal(
        figures_at(&world.figures, &key, FIGURE_STAGE_NONE, STATISTIC_ROWS, 0).numerator, 23);
    for (unsigned reason = 0; reason < N_FORM_REASONS; reason++) {
        const struct value value =
            figures_at(&world.figures, &key, FIGURE_STAGE_NONE, STATISTIC_FORM, reason);
        assert_int_equal(value.kind, VALUE_COUNT);
        assert_int_equal(value.numerator, reason == FORM_USED ? 2 : n_of[reason]);
        assert_string_equal(form_reason_name(reason), names[reason]);
    }
    while (nth_figure(&world.figures, line, &figure) && figure.key.table == FIGURES_FORMS) {
        line++;
    }
    assert_int_equal(line, 1 + N_FORM_REASONS);
    world_free(&world);
}

/* --- many tests ------------------------------------------------------------------------------- */

#define N_SITES 6

/* Holm's p by its definition, from the p of each site; and its size. */
static double holm_of(const double p[N_SITES], size_t of, size_t *n)
{
    double highest = 0.0;
    *n = 0;
    for (size_t i = 0; i < N_SITES; i++) {
        *n += isnan(p[i]) ? 0 : 1;
    }
    for (size_t i = 0; i < N_SITES; i++) {
        size_t n_less = 0; /* of p[i]: how many tests come before it */
        for (size_t k = 0; k < N_SITES; k++) {
            n_less += p[k] < p[i];
        }
        if (p[i] <= p[of]) {
            highest = fmax(highest, (double)(*n - n_less) * p[i]);
        }
    }
    return isnan(p[of]) ? NAN : fmin(1.0, highest);
}

/* Site 5 has one person and no test; All is a family of its own, whose one test is primary. */
static void test_many_tests(void **state)
{
    (void)state;
    static const char *const sites[] = {"a", "b", "c", "d", "e", "f"};
    struct world world;
    double p[N_SITES];
    struct figure_key key = {.table = FIGURES_TESTS};
    world_init(&world, &by_site, sites, N_SITES);
    for (uint32_t i = 0; i < 60; i++) {
        const uint32_t site = i % N_SITES;
        const struct people person = {site, N_REASONS + i % 3,
                                      N_REASONS + (i * 7 + i / 6) % (3 + site), 1};
        if (site < 5 || i == 5) {
            count_person(&world, &person);
        }
    }
    world_compute(&world);
    assert_true(
        close_to(figures_at(&world.figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_PRIMARY, 0).number,
                 1.0, 0.0));
    assert_true(close_to(
        figures_at(&world.figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_HOLM_TESTS, 0).number, 1.0,
        0.0));
    key.breakdown = 1;
    for (uint32_t i = 0; i < N_SITES; i++) {
        key.group = i;
        key.table = FIGURES_BEFORE_AFTER;
        p[i] = figures_at(&world.figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_P_T, 0).number;
    }
    assert_true(isnan(p[5]));
    key.table = FIGURES_TESTS;
    for (uint32_t i = 0; i < N_SITES; i++) {
        size_t n;
        const double expected = holm_of(p, i, &n);
        key.group = i;
        assert_int_equal(n, 5);
        assert_true(close_to(
            figures_at(&world.figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_P_HOLM, 0).number,
            expected, 1e-15));
        assert_true(close_to(
            figures_at(&world.figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_HOLM_TESTS, 0).number,
            5.0, 0.0));
        assert_true(close_to(
            figures_at(&world.figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_PRIMARY, 0).number, 0.0,
            0.0));
    }
    world_free(&world);
}

/* --- drop-out --------------------------------------------------------------------------------- */

static double drop_out(const struct world *world, unsigned stage, enum statistic statistic)
{
    const struct figure_key key = {.table = FIGURES_DROP_OUT};
    return figures_at(&world->figures, &key, stage, statistic, 0).number;
}

/* Twelve stay, five leave, three are not due yet, two give a form that has no score, and one has no
   form at the start. The model's numbers: tests/reference/reml.R (its fisher(), cr2() and cr2_df()); mean
   and SD by R. */
static void test_drop_out(void **state)
{
    (void)state;
    static const int64_t before[] = {0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5};
    static const int64_t after[] = {1, 3, 2, 3, 4, 2, 5, 4, 6, 5, 6, 6};
    static const struct people others[] = {{0, 0, LOST, 1},
                                           {0, 1, LOST, 1},
                                           {0, 1, LOST, 1},
                                           {0, 2, LOST, 1},
                                           {0, 3, LOST, 1},
                                           {0, 2, TALLY_REASON(REASON_NOT_DUE), 1},
                                           {0, 4, TALLY_REASON(REASON_NOT_DUE), 1},
                                           {0, 1, TALLY_REASON(REASON_NOT_DUE), 1},
                                           {0, 3, TALLY_REASON(REASON_INCOMPLETE), 1},
                                           {0, 2, TALLY_REASON(REASON_CONFLICTING), 1},
                                           {0, LOST, 5, 1}};
    static const struct {
        unsigned stage;
        enum statistic statistic;
        double expected;
    } expected[] = {{FIGURE_STAGE_NONE, STATISTIC_STAYERS, 12},
                    {FIGURE_STAGE_NONE, STATISTIC_STAYERS_MEAN, 2.5},
                    {FIGURE_STAGE_NONE, STATISTIC_STAYERS_SD, 1.4459976109624424},
                    {FIGURE_STAGE_NONE, STATISTIC_LEAVERS, 5},
                    {FIGURE_STAGE_NONE, STATISTIC_LEAVERS_MEAN, 1.4},
                    {FIGURE_STAGE_NONE, STATISTIC_LEAVERS_SD, 1.1401754250991381},
                    {FIGURE_STAGE_NONE, STATISTIC_STANDARDISED_DIFFERENCE, 0.84479164428396836},
                    {FIGURE_STAGE_NONE, STATISTIC_TIPPING_POINT, 4.31365635236},
                    {FIGURE_STAGE_FIRST, STATISTIC_STARTED, 23},
                    {FIGURE_STAGE_FIRST, STATISTIC_NOT_RECEIVED, 1},
                    {FIGURE_STAGE_FIRST, STATISTIC_SCOREABLE, 22},
                    {FIGURE_STAGE_FIRST, STATISTIC_PAIRED, NAN},
                    {FIGURE_STAGE_FIRST + 1, STATISTIC_STARTED, 23},
                    {FIGURE_STAGE_FIRST + 1, STATISTIC_NOT_YET_DUE, 3},
                    {FIGURE_STAGE_FIRST + 1, STATISTIC_DUE, 20},
                    {FIGURE_STAGE_FIRST + 1, STATISTIC_NOT_RECEIVED, 5},
                    {FIGURE_STAGE_FIRST + 1, STATISTIC_RECEIVED, 15},
                    {FIGURE_STAGE_FIRST + 1, STATISTIC_NOT_SCOREABLE, 2},
                    {FIGURE_STAGE_FIRST + 1, STATISTIC_SCOREABLE, 13},
                    {FIGURE_STAGE_FIRST + 1, STATISTIC_NOT_PAIRED, 1},
                    {FIGURE_STAGE_FIRST + 1, STATISTIC_PAIRED, 12}};
    static const struct {
        unsigned stage;
        enum statistic statistic;
        double expected;
    } model[] = {{FIGURE_STAGE_NONE, STATISTIC_MODEL_PEOPLE, 23},
                 {FIGURE_STAGE_NONE, STATISTIC_MODEL_REPEATED, 12},
                 {FIGURE_STAGE_NONE, STATISTIC_MODEL_OUTCOME, MODEL_FITTED},
                 {FIGURE_STAGE_NONE, STATISTIC_MODEL_STRUCTURE, MODEL_HETEROGENEOUS},
                 {FIGURE_STAGE_NONE, STATISTIC_MODEL_REML_LOGLIK, -53.5220743065},
                 {FIGURE_STAGE_FIRST, STATISTIC_MODEL_MEAN, 2.27002079127},
                 {FIGURE_STAGE_FIRST, STATISTIC_MODEL_CHANGE, NAN},
                 {FIGURE_STAGE_FIRST + 1, STATISTIC_MODEL_MEAN, 3.69956417154},
                 {FIGURE_STAGE_FIRST + 1, STATISTIC_MODEL_CHANGE, 1.42954338028},
                 {FIGURE_STAGE_FIRST + 1, STATISTIC_MODEL_CHANGE_SE, 0.22458334915},
                 {FIGURE_STAGE_FIRST + 1, STATISTIC_MODEL_CHANGE_DF, 11.4805370226},
                 {FIGURE_STAGE_FIRST + 1, STATISTIC_MODEL_CHANGE_CI_LOW, 0.937751380947}};
    const struct figure_key key = {.table = FIGURES_TRAJECTORY};
    struct world world;
    world_init(&world, &all_only, NULL, 1);
    for (size_t i = 0; i < COUNT(before); i++) {
        count_person(&world, &(struct people){0, before[i], after[i], 1});
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        count_person(&world, &others[i]);
    }
    world_compute(&world);
    for (size_t i = 0; i < COUNT(expected); i++) {
        const double got = drop_out(&world, expected[i].stage, expected[i].statistic);
        if (!close_to(got, expected[i].expected, 1e-10)) {
            fail_msg("%s: expected %.17g, got %.17g", statistic_name(expected[i].statistic),
                     expected[i].expected, got);
        }
    }
    for (size_t i = 0; i < COUNT(model); i++) {
        const double got =
            figures_at(&world.figures, &key, model[i].stage, model[i].statistic, 0).number;
        if (!close_to(got, model[i].expected, 1e-10)) {
            fail_msg("%s: expected %.17g, got %.17g", statistic_name(model[i].statistic),
                     model[i].expected, got);
        }
    }
    world_free(&world);
}

/* --- the list as a whole ---------------------------------------------------------------------- */

static void test_key_order(void **state)
{
    (void)state;
    static const char *const sites[] = {"10", "9", ""};
    static const unsigned tables[] = {
        FIGURES_FORMS,       FIGURES_BEFORE_AFTER,    FIGURES_BANDS,         FIGURES_BAND_MOVEMENT,
        FIGURES_BAND_CHANGE, FIGURES_RELIABLE_CHANGE, FIGURES_TRAJECTORY,    FIGURES_BETWEEN,
        FIGURES_ADJUSTED,    FIGURES_SCORING,         FIGURES_ITEM_ANALYSIS, FIGURES_CAUTIONS,
        FIGURES_TESTS,       FIGURES_TESTS_BETWEEN,   FIGURES_DROP_OUT};
    struct world world;
    struct figure figure, last = {.key = {0}};
    size_t table = 0;
    world_init(&world, &by_site, sites, 3);
    for (uint32_t i = 0; i < 12; i++) {
        const struct people person = {i % 3, i % 7, (i * 5 + 3) % 7, 1};
        count_person(&world, &person);
    }
    world_compute(&world);
    for (size_t i = 0; nth_figure(&world.figures, i, &figure); i++) {
        if (i > 0) {
            assert_true(figure_key_compare(&last.key, &figure.key) < 0);
            assert_true(figure_key_compare(&figure.key, &last.key) > 0);
            table += figure.key.table != last.key.table;
        }
        assert_true(table < COUNT(tables));
        assert_int_equal(figure.key.table, tables[table]);
        const struct value again = figures_get(&world.figures, &figure.key);
        assert_int_equal(again.kind, figure.value.kind);
        assert_true(close_to(again.number, figure.value.number, 0.0));
        last = figure;
    }
    assert_int_equal(table + 1, COUNT(tables));
    const struct figure_key none = {.table = FIGURES_ATTAINMENT};
    assert_int_equal(figures_get(&world.figures, &none).kind, VALUE_UNDEFINED);
    assert_int_equal(world.figures.comparisons[1].grouping.n_groups, 3);
    assert_string_equal(world.figures.comparisons[1].grouping.labels[0], "9");
    assert_string_equal(world.figures.comparisons[1].grouping.labels[2], "Not recorded");
    world_free(&world);
}

/* Sub-keys in the order of the fields. */
static void test_key_fields(void **state)
{
    (void)state;
    static const struct figure_key ascending[] = {{0},
                                                  {.sub = 1},
                                                  {.statistic = 1},
                                                  {.stage = 1},
                                                  {.scale = 1},
                                                  {.measure = 1},
                                                  {.member = 1},
                                                  {.group = 1},
                                                  {.dimension = 1},
                                                  {.breakdown = 1},
                                                  {.table = 1}};
    for (size_t i = 0; i < COUNT(ascending); i++) {
        for (size_t j = 0; j < COUNT(ascending); j++) {
            const int order = figure_key_compare(&ascending[i], &ascending[j]);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
}

/* --- bands, reliable change, trajectory ------------------------------------------------------- */

static struct value figure_of(const struct world *world, enum figure_table table, unsigned stage,
                              enum statistic statistic, unsigned sub)
{
    const struct figure_key key = {.table = (uint16_t)table};
    return figures_at(&world->figures, &key, stage, statistic, sub);
}

/* toy: high 4..6, middle 2..3, low 0..1; SD 2 and reliability 0.75 make the threshold
   1.96 sqrt(2) 2 sqrt(0.25) = 2.771858582251266. */
static void test_bands_and_reliable_change(void **state)
{
    (void)state;
    static const char *const sites[] = {"x"};
    static const struct people people[] = {{0, 0, 6, 1}, {0, 1, 3, 2}, {0, 2, 2, 1},
                                           {0, 6, 3, 1}, {0, 4, 3, 1}, {0, 5, LOST, 3}};
    static const int before[] = {2, 1, 3}, after[] = {1, 5, 0};
    static const int moved[3][3] = {{0, 2, 0}, {0, 1, 0}, {1, 2, 0}};
    struct world world;
    world_init(&world, &all_only, sites, 1);
    for (size_t i = 0; i < COUNT(people); i++) {
        for (uint64_t k = 0; k < people[i].count; k++) {
            count_person(&world, &people[i]);
        }
    }
    world_compute(&world);
    for (unsigned b = 0; b < 3; b++) {
        assert_int_equal(
            figure_of(&world, FIGURES_BANDS, FIGURE_STAGE_BEFORE, STATISTIC_BAND, BAND_SUB(0, b))
                .numerator,
            before[b]);
        assert_int_equal(
            figure_of(&world, FIGURES_BANDS, FIGURE_STAGE_AFTER, STATISTIC_BAND, BAND_SUB(0, b))
                .numerator,
            after[b]);
        for (unsigned to = 0; to < 3; to++) {
            const struct value value = figure_of(&world, FIGURES_BAND_MOVEMENT, FIGURE_STAGE_CHANGE,
                                                 STATISTIC_MOVEMENT, MOVEMENT_SUB(b, to));
            assert_int_equal(value.kind, VALUE_COUNT);
            assert_int_equal(value.numerator, moved[b][to]);
        }
    }
    /* by R, from the nine counts; "high" is the usual band */
    static const struct {
        enum statistic statistic;
        double expected;
    } moves[] = {{STATISTIC_RAISED_BEFORE, 4},
                 {STATISTIC_RAISED_AFTER, 5},
                 {STATISTIC_P_MCNEMAR, 1},
                 {STATISTIC_STUART_MAXWELL_CHI2, 4.5},
                 {STATISTIC_STUART_MAXWELL_DF, 2},
                 {STATISTIC_P_STUART_MAXWELL, 0.10539922456186433},
                 {STATISTIC_BETTER, 3},
                 {STATISTIC_SAME, 1},
                 {STATISTIC_WORSE, 2},
                 {STATISTIC_PERCENT_BETTER, 50},
                 {STATISTIC_PERCENT_BETTER_CI_LOW, 18.761630648265058},
                 {STATISTIC_PERCENT_BETTER_CI_HIGH, 81.238369351734946}};
    for (size_t i = 0; i < COUNT(moves); i++) {
        const struct value got =
            figure_of(&world, FIGURES_BAND_CHANGE, FIGURE_STAGE_CHANGE, moves[i].statistic, 0);
        if (!close_to(got.number, moves[i].expected, 1e-14)) {
            fail_msg("%s: got %.17g", statistic_name(moves[i].statistic), got.number);
        }
    }
    const unsigned change = FIGURE_STAGE_CHANGE;
    assert_true(
        close_to(figure_of(&world, FIGURES_RELIABLE_CHANGE, change, STATISTIC_THRESHOLD, 0).number,
                 2.771858582251266, 1e-14));
    assert_int_equal(
        figure_of(&world, FIGURES_RELIABLE_CHANGE, change, STATISTIC_IMPROVED, 0).numerator, 1);
    assert_int_equal(
        figure_of(&world, FIGURES_RELIABLE_CHANGE, change, STATISTIC_UNCHANGED, 0).numerator, 4);
    assert_int_equal(
        figure_of(&world, FIGURES_RELIABLE_CHANGE, change, STATISTIC_DETERIORATED, 0).numerator, 1);
    world_free(&world);
}

/* Three stages, two people: 1 2 4 and 3 - 2, and one with only the middle. */
static void test_trajectory(void **state)
{
    (void)state;
    static const char *const sites[] = {"x"};
    static const tally_code codes[3][3] = {{1, 2, 4}, {3, LOST, 2}, {LOST, 5, LOST}};
    static const struct {
        enum statistic statistic;
        double at[3];
    } expected[] = {
        {STATISTIC_N, {2, 2, 2}},
        {STATISTIC_MEAN, {2, 3.5, 3}},
        {STATISTIC_SD, {1.4142135623730951, 2.1213203435596424, 1.4142135623730951}},
        {STATISTIC_CI_LOW, {-10.706204736174705, -15.559307104262057, -9.706204736174705}},
        {STATISTIC_CHANGE_N, {U, 1, 2}},
        {STATISTIC_CHANGE_FIRST_MEAN, {U, 1, 2}},
        {STATISTIC_CHANGE_THIS_MEAN, {U, 2, 3}},
        {STATISTIC_CHANGE_MEAN, {U, 1, 1}},
        {STATISTIC_CHANGE_CI_LOW, {U, U, -24.41240947234941}},
        {STATISTIC_CHANGE_P, {U, U, 0.70483276469913347}}, /* t = 1/2: 1 - 2/pi atan(1/2) */
        {STATISTIC_STEP_N, {U, 1, 1}},
        {STATISTIC_STEP_MEAN, {U, 1, 2}},
        {STATISTIC_STEP_CI_LOW, {U, U, U}},
        {STATISTIC_STEP_P, {U, U, U}},
        {STATISTIC_SAME_N, {1, 1, 1}},
        {STATISTIC_SAME_MEAN, {1, 2, 4}},
    };
    struct world world;
    world_init(&world, &of_three, sites, 1);
    for (size_t i = 0; i < 3; i++) {
        world.counted.measures[0].respondents++;
        bool everywhere = true;
        for (uint16_t s = 0; s < 3; s++) {
            everywhere = everywhere && tally_is_score(codes[i][s]);
            world.counted.measures[0].forms[FORM_USED] += tally_is_score(codes[i][s]);
            count_cell(&world, 0, s, TALLY_ONE_STAGE, codes[i][s], 0);
            for (uint16_t later = (uint16_t)(s + 1); later < 3; later++) {
                count_cell(&world, 0, s, later, codes[i][s], codes[i][later]);
            }
        }
        for (uint16_t s = 0; s < 3 && everywhere; s++) {
            count_cell(&world, 0, s, TALLY_ALL_STAGES, codes[i][s], 0);
        }
    }
    world_compute(&world);
    for (size_t i = 0; i < COUNT(expected); i++) {
        for (unsigned s = 0; s < 3; s++) {
            const struct value got = figure_of(&world, FIGURES_TRAJECTORY, FIGURE_STAGE_FIRST + s,
                                               expected[i].statistic, 0);
            if (!close_to(got.number, expected[i].at[s], 1e-12)) {
                fail_msg("stage %u, %s: expected %.17g, got %.17g", s,
                         statistic_name(expected[i].statistic), expected[i].at[s], got.number);
            }
        }
    }
    world_free(&world);
}

/* One stage is no pair: nothing is compared, and the trajectory is there. */
static void test_no_pair(void **state)
{
    (void)state;
    static const char *const sites[] = {"x"};
    const struct people person = {0, 1, 2, 1};
    struct world world;
    struct figure figure;
    world_init(&world, &no_pair, sites, 1);
    count_person(&world, &person);
    world_compute(&world);
    for (size_t i = 0; nth_figure(&world.figures, i, &figure); i++) {
        const unsigned table = figure.key.table;
        assert_true(table == FIGURES_FORMS || table == FIGURES_TRAJECTORY ||
                    table == FIGURES_SCORING || table == FIGURES_ITEM_ANALYSIS);
    }
    world_free(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_undefined),    cmocka_unit_test(test_people_ledger),
        cmocka_unit_test(test_forms_ledger), cmocka_unit_test(test_many_tests),
        cmocka_unit_test(test_drop_out),     cmocka_unit_test(test_key_order),
        cmocka_unit_test(test_key_fields),   cmocka_unit_test(test_bands_and_reliable_change),
        cmocka_unit_test(test_trajectory),   cmocka_unit_test(test_no_pair),
    };
    return cmocka_run_group_tests(tests, fill_scales, NULL);
}

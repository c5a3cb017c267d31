/* engine/compute_tests.c - which test is primary, and what the others are worth for being many.

   A family of tests is all tests of one kind that stand in one table of results.csv under one
   breakdown: of `before_after` every scale and cohort, of `trajectory` every scale, cohort and
   stage, and so on. A rank or sign test checks the test of the mean, and is not a further test. */
#include "engine/compute.h"

#include <math.h>
#include <stdlib.h>

#include "engine/compute_between.h"
#include "engine/primary.h"
#include "engine/stats/holm.h"

/* The test of a mean change, which has `p_holm` without a name behind it; the kinds that have one
   are those of enum test_kind. */
#define MEAN_CHANGE N_TEST_KINDS
enum { N_FAMILIES = 2 * (MEAN_CHANGE + 1) };

/* Where a test of one scale stands. Every group has one of each. */
struct place {
    size_t scale;
    unsigned stage; /* of the figure */
    unsigned kind;
};

/* The tests under one breakdown and dimension. A row is a group, or of goals what a part of them is
   about in a group. */
struct tests {
    size_t breakdown, dimension, n_members;
    bool has_unprinted;   /* figures_has_unprinted() */
    bool has_tests;       /* figures_has_tests() */
    struct place *places; /* owned, n_places, by scale, stage and kind */
    size_t n_places;
    size_t n_rows;          /* groups x members */
    double *p;              /* owned, [row][place]: first p, then p_holm */
    struct holm_test *room; /* owned: the largest family, as holm_adjust() wants it */
    size_t sizes[N_FAMILIES];
};

/* Where the tests of each kind stand, and the p that takes the place of the first where some family has
   more than one member: what tables print. Between cohorts: see below. */
struct test_figure {
    enum figure_table table;
    enum statistic p, by_family;
};

static const struct test_figure kinds[TEST_WELCH] = {
    [TEST_STUART_MAXWELL] = {FIGURES_BAND_CHANGE, STATISTIC_P_STUART_MAXWELL,
                             STATISTIC_P_STUART_MAXWELL},
    [TEST_MCNEMAR] = {FIGURES_BAND_CHANGE, STATISTIC_P_MCNEMAR, STATISTIC_P_RAISED_FAMILY},
    [TEST_MODEL] = {FIGURES_TRAJECTORY, STATISTIC_MODEL_CHANGE_P, STATISTIC_MODEL_CHANGE_P},
    [TEST_YEARS] = {FIGURES_YEARS, STATISTIC_P_DIFFERENCE, STATISTIC_P_DIFFERENCE_FAMILY},
    [TEST_RATE_RATIO] = {FIGURES_YEARS, STATISTIC_P_RATE_RATIO, STATISTIC_P_RATE_RATIO},
    [TEST_ATTAINED] = {FIGURES_PAIRED_SHARES, STATISTIC_P_MCNEMAR, STATISTIC_P_MCNEMAR},
    [TEST_TARGET] = {FIGURES_ATTAINMENT, STATISTIC_P_TARGET, STATISTIC_P_TARGET},
    [TEST_FROM_50] = {FIGURES_ITEM_ANALYSIS, STATISTIC_P_FROM_50, STATISTIC_P_FROM_50},
};

/* May a scale have such a test there? */
static bool stands_at(const struct tests *tests, const struct study *study, struct place place)
{
    const bool goals = study_is_goal_level(study, place.scale);
    const bool has_pair = study->before != study->after;
    if (!tests->has_tests || (tests->dimension != GOALS_ANY && place.kind != TEST_TARGET) ||
        (!tests->has_unprinted && test_is_of_all_alone(place.kind))) {
        return false;
    }
    switch (place.kind) {
    case MEAN_CHANGE:
        /* Of two stages, the trajectory is before and after once more. */
        return place.stage == FIGURE_STAGE_CHANGE
                   ? has_pair
                   : place.stage > FIGURE_STAGE_FIRST && study->n_stages > 2;
    case TEST_STUART_MAXWELL:
    case TEST_MCNEMAR:
        return place.stage == FIGURE_STAGE_CHANGE && has_pair &&
               study->scales[place.scale].scale->n_band_sets > 0;
    case TEST_MODEL:
        return place.stage > FIGURE_STAGE_FIRST && !goals && study_has_model(study) &&
               !study->model.off;
    case TEST_YEARS:
        return place.stage == FIGURE_STAGE_CHANGE && !goals &&
               breakdown_has_years(study, tests->breakdown);
    case TEST_RATE_RATIO:
        return place.stage == FIGURE_STAGE_LATEST && goals &&
               breakdown_has_years(study, tests->breakdown);
    case TEST_ATTAINED: /* the first stage is no review */
        return goals && (place.stage == FIGURE_STAGE_CHANGE ? has_pair
                                                            : place.stage > FIGURE_STAGE_FIRST + 1);
    case TEST_TARGET:
        return goals && study->goals.has_target &&
               (place.stage == FIGURE_STAGE_LATEST || place.stage == FIGURE_STAGE_AFTER);
    case TEST_FROM_50: /* at the first stage a goal has the level that it was set with */
        return place.stage > FIGURE_STAGE_FIRST && !goals &&
               study->scales[place.scale].scale->kind == SCALE_GOALS;
    default:
        return false;
    }
}

/* Stages make one family, but for those that have a table of their own: the change of a mean beside
   its trajectory, goals attained before and after beside review by review, and at `after` beside
   the latest review. */
static size_t family_of(struct place place)
{
    const bool second = place.kind == TEST_TARGET ? place.stage == FIGURE_STAGE_AFTER
                                                  : place.stage >= FIGURE_STAGE_FIRST;
    return 2 * (size_t)place.kind + second;
}

static struct figure_key test_key(const struct work *work, enum figure_table table,
                                  size_t breakdown, size_t group, size_t scale)
{
    return (struct figure_key){.table = (uint16_t)table,
                               .breakdown = (uint16_t)breakdown,
                               .group = (uint32_t)group,
                               .measure = (uint16_t)work->study->scales[scale].measure,
                               .scale = (uint16_t)scale};
}

static struct figure_key row_key(const struct work *work, const struct tests *tests, size_t row,
                                 enum figure_table table, size_t scale)
{
    struct figure_key key = test_key(work, table, tests->breakdown, row / tests->n_members, scale);
    key.dimension = (uint16_t)tests->dimension;
    key.member = (uint32_t)(row % tests->n_members);
    return key;
}

static double p_at(const struct work *work, struct figure_key key, unsigned stage,
                   enum statistic statistic)
{
    return figures_at(work->figures, &key, stage, statistic, 0).number;
}

/* The p of a mean change: the one that tables print. */
static double p_of_mean(const struct work *work, struct figure_key key, unsigned stage)
{
    if (stage != FIGURE_STAGE_CHANGE) {
        key.table = FIGURES_TRAJECTORY;
        return p_at(work, key, stage,
                    figures_are_by_family(work->figures, key.scale) ? STATISTIC_CHANGE_FAMILY_P
                                                                    : STATISTIC_CHANGE_P);
    }
    key.table = FIGURES_BEFORE_AFTER;
    return p_at(work, key, stage,
                figures_are_by_family(work->figures, key.scale) ? STATISTIC_P_FAMILY
                                                                : STATISTIC_P_T);
}

/* The p of one place. */
static double p_of(const struct work *work, const struct tests *tests, size_t row,
                   struct place place)
{
    struct figure_key key = row_key(work, tests, row, FIGURES_BEFORE_AFTER, place.scale);
    if (place.kind == MEAN_CHANGE) {
        return p_of_mean(work, key, place.stage);
    }
    key.table = (uint16_t)kinds[place.kind].table;
    return p_at(work, key, place.stage,
                figures_are_by_family(work->figures, key.scale) ? kinds[place.kind].by_family
                                                                : kinds[place.kind].p);
}

/* The places of all scales, at most `room` (none where that is 0). Returns how many there are. */
static size_t list_places(const struct tests *tests, const struct study *study,
                          struct place places[], size_t room)
{
    size_t n = 0;
    for (size_t scale = 0; scale < study->n_scales; scale++) {
        for (unsigned stage = FIGURE_STAGE_LATEST; stage < FIGURE_STAGE_FIRST + study->n_stages;
             stage++) {
            for (unsigned kind = 0; kind <= MEAN_CHANGE; kind++) {
                const struct place place = {scale, stage, kind};
                if (study->scales[scale].collected && stands_at(tests, study, place)) {
                    if (n < room) {
                        places[n] = place;
                    }
                    n++;
                }
            }
        }
    }
    return n;
}

/* Adjusts one family; returns how many tests it has. */
static size_t adjust(struct tests *tests, size_t family)
{
    size_t n = 0;
    for (size_t i = 0; i < tests->n_places; i++) {
        for (size_t row = 0; row < tests->n_rows && family_of(tests->places[i]) == family; row++) {
            const size_t at = row * tests->n_places + i;
            if (!isnan(tests->p[at])) {
                tests->room[n++] = (struct holm_test){tests->p[at], at};
            }
        }
    }
    (void)holm_adjust(tests->room, n);
    for (size_t i = 0; i < n; i++) {
        tests->p[tests->room[i].place] = tests->room[i].p;
    }
    return n;
}

/* Room for the largest family. */
static bool make_room(struct tests *tests)
{
    size_t sizes[N_FAMILIES] = {0}, largest = 0;
    for (size_t at = 0; at < tests->n_rows * tests->n_places; at++) {
        const size_t family = family_of(tests->places[at % tests->n_places]);
        sizes[family] += isnan(tests->p[at]) ? 0 : 1;
        largest = sizes[family] > largest ? sizes[family] : largest;
    }
    tests->room = calloc(largest + 1, sizeof *tests->room);
    return tests->room != NULL;
}

/* Is there a test of this scale in this group? */
static bool has_tests(const struct work *work, const struct tests *tests, size_t row, size_t scale)
{
    return figures_has_measure(work->figures, tests->breakdown, (uint32_t)(row / tests->n_members),
                               work->study->scales[scale].measure);
}

/* The p of all places of a row. */
static void find_row(const struct work *work, struct tests *tests, size_t row)
{
    bool has = false;
    for (size_t i = 0; i < tests->n_places; i++) {
        const size_t scale = tests->places[i].scale;
        has =
            i > 0 && scale == tests->places[i - 1].scale ? has : has_tests(work, tests, row, scale);
        tests->p[row * tests->n_places + i] = has ? p_of(work, tests, row, tests->places[i]) : NAN;
    }
}

/* Rows that one worker looks at, at a time. */
#define ROWS_AT_ONCE ((size_t)1024)

struct finding_tests {
    const struct work *work;
    struct tests *tests;
};

static void find_rows(void *finding_, size_t task, size_t worker)
{
    const struct finding_tests *const finding = finding_;
    const size_t first = task * ROWS_AT_ONCE, n = finding->tests->n_rows;
    const size_t end = n - first < ROWS_AT_ONCE ? n : first + ROWS_AT_ONCE;
    (void)worker;
    for (size_t row = first; row < end; row++) {
        find_row(finding->work, finding->tests, row);
    }
}

/* Asks once for what is found out when it is first asked for, which several cannot at the same time. */
static void ask_once(const struct work *work, const struct tests *tests)
{
    for (size_t i = 0; i < tests->n_places; i++) {
        const struct place place = tests->places[i];
        const unsigned table = place.kind != MEAN_CHANGE            ? kinds[place.kind].table
                               : place.stage == FIGURE_STAGE_CHANGE ? FIGURES_BEFORE_AFTER
                                                                    : FIGURES_TRAJECTORY;
        (void)figures_section(work->figures, table, tests->breakdown);
        (void)figures_are_by_family(work->figures, place.scale);
    }
}

static bool find_tests(const struct work *work, struct tests *tests)
{
    struct finding_tests finding = {work, tests};
    tests->n_places = list_places(tests, work->study, NULL, 0);
    tests->n_rows =
        work->figures->comparisons[tests->breakdown].grouping.n_groups * tests->n_members;
    tests->places = calloc(tests->n_places + 1, sizeof *tests->places);
    tests->p = calloc(tests->n_rows * tests->n_places + 1, sizeof *tests->p);
    if (tests->places == NULL || tests->p == NULL) {
        return false;
    }
    (void)list_places(tests, work->study, tests->places, tests->n_places);
    ask_once(work, tests);
    work->crew->run(work->crew, (tests->n_rows + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE, find_rows,
                    &finding);
    return make_room(tests);
}

/* The kinds with a name of n places at one stage. Of bands there is a figure whether or not there is a p, since
   every scale with bands has them. */
static void add_kinds(struct work *work, const struct tests *tests, const double p[], size_t first,
                      size_t n)
{
    for (int of_sizes = 0; of_sizes < 2; of_sizes++) {
        for (size_t i = first; i < first + n; i++) {
            const struct place place = tests->places[i];
            if (place.kind == MEAN_CHANGE ||
                (isnan(p[i]) && place.kind != TEST_STUART_MAXWELL && place.kind != TEST_MCNEMAR)) {
                continue;
            }
            if (of_sizes == 1) {
                work_add_sub(work, STATISTIC_HOLM_TESTS_OF, place.kind,
                             tests->sizes[family_of(place)]);
            } else {
                work_add_sub_value(work, STATISTIC_P_HOLM_OF, place.kind, value_double(p[i]));
            }
        }
    }
}

/* The n places of one scale and stage, from the first one on. */
static void add_stage(struct work *work, const struct tests *tests, const double p[], size_t first,
                      size_t n)
{
    const struct study *const study = work->study;
    const struct place last = tests->places[first + n - 1]; /* the mean change, if there is one */
    const bool of_change = last.stage == FIGURE_STAGE_CHANGE;
    const size_t tested = of_change ? study->after : last.stage - FIGURE_STAGE_FIRST;
    /* The change from before to after is tested in before_after, and is primary there. */
    const bool primary = last.kind == MEAN_CHANGE && tests->breakdown == 0 &&
                         is_primary(study, last.scale, tested) &&
                         of_change == (tested == study->after);
    work->key.stage = (uint16_t)last.stage;
    /* A stage between that nobody, or one alone, has a form of has no test to speak of. */
    if (last.kind == MEAN_CHANGE && (of_change || primary || !isnan(p[first + n - 1]))) {
        work_add_count(work, STATISTIC_PRIMARY, primary);
        work_add(work, STATISTIC_P_HOLM, value_double(p[first + n - 1]));
        work_add_count(work, STATISTIC_HOLM_TESTS, tests->sizes[family_of(last)]);
    }
    add_kinds(work, tests, p, first, n);
}

static void add_row(struct work *work, const struct tests *tests, size_t row)
{
    const double *const p = &tests->p[row * tests->n_places];
    bool has = false;
    size_t n;
    for (size_t first = 0; first < tests->n_places; first += n) {
        const struct place place = tests->places[first];
        n = 1;
        while (first + n < tests->n_places && tests->places[first + n].scale == place.scale &&
               tests->places[first + n].stage == place.stage) {
            n++;
        }
        has = first > 0 && place.scale == tests->places[first - 1].scale
                  ? has
                  : has_tests(work, tests, row, place.scale);
        if (has) {
            work->key = row_key(work, tests, row, FIGURES_TESTS, place.scale);
            add_stage(work, tests, p, first, n);
        }
    }
}

static bool adjust_all(const struct work *work, size_t breakdown, size_t dimension,
                       struct tests *tests)
{
    tests->breakdown = breakdown;
    tests->dimension = dimension;
    tests->has_unprinted = figures_has_unprinted(work->figures, breakdown);
    tests->has_tests = figures_has_tests(work->figures, breakdown);
    tests->n_members =
        dimension == GOALS_ANY ? 1 : goals_dimension_size(work->figures, (unsigned)dimension);
    if (!find_tests(work, tests)) {
        return false;
    }
    for (size_t family = 0; family < N_FAMILIES; family++) {
        tests->sizes[family] = adjust(tests, family);
    }
    return true;
}

bool tests_begin(struct work *work)
{
    const size_t breakdown = work->key.breakdown;
    work->n_tests = tests_n_dimensions(work->study);
    work->tests = calloc(work->n_tests, sizeof *work->tests);
    for (size_t d = 0; d < work->n_tests && work->tests != NULL; d++) {
        if (!adjust_all(work, breakdown, d, &work->tests[d])) {
            return false;
        }
    }
    return work->tests != NULL;
}

void compute_tests(struct work *work)
{
    const struct tests *const tests = &work->tests[work->key.dimension];
    add_row(work, tests, work->key.group * tests->n_members + work->key.member);
}

void tests_end(struct work *work)
{
    for (size_t d = 0; d < work->n_tests && work->tests != NULL; d++) {
        free(work->tests[d].places);
        free(work->tests[d].p);
        free(work->tests[d].room);
    }
    free(work->tests);
    work->tests = NULL;
}

size_t tests_n_dimensions(const struct study *study)
{
    return study->goals.has_target ? GOALS_BY_FLAG + study->goals.n_flags : 1;
}

/* --- between cohorts: one test a scale -------------------------------------------------------- */

enum { N_BETWEEN = N_TEST_KINDS - TEST_WELCH };

static const struct test_figure between_kinds[N_BETWEEN] = {
    [TEST_WELCH - TEST_WELCH] = {FIGURES_BETWEEN, STATISTIC_P_WELCH, STATISTIC_P_WELCH},
    [TEST_ANCOVA - TEST_WELCH] = {FIGURES_BETWEEN, STATISTIC_P_ANCOVA, STATISTIC_P_ANCOVA},
    [TEST_POOLED - TEST_WELCH] = {FIGURES_POOLED, STATISTIC_P_POOLED, STATISTIC_P_POOLED},
    [TEST_TREND - TEST_WELCH] = {FIGURES_TREND, STATISTIC_P_TREND, STATISTIC_P_TREND},
    [TEST_COMPARISON - TEST_WELCH] = {FIGURES_COMPARISON, STATISTIC_P_DID, STATISTIC_P_DID_FAMILY},
    [TEST_COMPARISON_ANCOVA - TEST_WELCH] = {FIGURES_COMPARISON, STATISTIC_P_ANCOVA_DIFFERENCE,
                                             STATISTIC_P_ANCOVA_DIFFERENCE},
};

/* Shares of goals are those of the latest review. */
static unsigned stage_between(const struct study *study, size_t scale)
{
    return study_is_goal_level(study, scale) ? FIGURE_STAGE_LATEST : FIGURE_STAGE_CHANGE;
}

/* Puts the p_holm of one kind of test into p[scale][kind] and returns the size of the family. */
static size_t adjust_between(const struct work *work, size_t breakdown, size_t kind,
                             struct holm_test room[], double p[])
{
    size_t m;
    for (size_t s = 0; s < work->study->n_scales; s++) {
        const struct figure_key key = test_key(work, between_kinds[kind].table, breakdown, 0, s);
        room[s] = (struct holm_test){p_at(work, key, stage_between(work->study, s),
                                          figures_are_by_family(work->figures, key.scale)
                                              ? between_kinds[kind].by_family
                                              : between_kinds[kind].p),
                                     s};
        p[s * N_BETWEEN + kind] = NAN;
    }
    m = holm_adjust(room, work->study->n_scales);
    for (size_t i = 0; i < m; i++) {
        p[room[i].place * N_BETWEEN + kind] = room[i].p;
    }
    return m;
}

/* The tests of one scale: where cohorts are compared, the first two have a figure whether or not
   there is a p. */
static void add_between(struct work *work, size_t breakdown, size_t scale, const double p[],
                        const size_t sizes[])
{
    bool has[N_BETWEEN], compared;
    work->key = test_key(work, FIGURES_BETWEEN, breakdown, 0, scale);
    compared =
        figures_at(work->figures, &work->key, FIGURE_STAGE_CHANGE, STATISTIC_GROUPS, 0).kind !=
        VALUE_UNDEFINED;
    work->key.table = FIGURES_TESTS_BETWEEN;
    work->key.stage = (uint16_t)stage_between(work->study, scale);
    for (size_t kind = 0; kind < N_BETWEEN; kind++) {
        has[kind] = !isnan(p[kind]) || (compared && kind <= TEST_ANCOVA - TEST_WELCH);
        if (has[kind]) {
            work_add_sub_value(work, STATISTIC_P_HOLM_OF, TEST_WELCH + kind, value_double(p[kind]));
        }
    }
    for (size_t kind = 0; kind < N_BETWEEN; kind++) {
        if (has[kind]) {
            work_add_sub(work, STATISTIC_HOLM_TESTS_OF, TEST_WELCH + kind, sizes[kind]);
        }
    }
}

void compute_tests_between(struct work *work)
{
    const size_t n_scales = work->study->n_scales, breakdown = work->key.breakdown;
    struct holm_test *const room = calloc(n_scales + 1, sizeof *room);
    double *const p = calloc(n_scales * N_BETWEEN + 1, sizeof *p);
    size_t sizes[N_BETWEEN];
    work->part->no_memory = room == NULL || p == NULL;
    for (size_t kind = 0; kind < N_BETWEEN && !work->part->no_memory; kind++) {
        sizes[kind] = adjust_between(work, breakdown, kind, room, p);
    }
    for (size_t s = 0; s < n_scales && !work->part->no_memory; s++) {
        add_between(work, breakdown, s, &p[s * N_BETWEEN], sizes);
    }
    free(room);
    free(p);
}

/* engine/compute_tests.c - which test is primary, and what the others are worth for being many.

   A family of tests is all tests of one kind that stand in one table of results.csv under one
   breakdown: of `before_after` every scale and cohort, of `trajectory` every scale, cohort and
   stage, and so on. A rank or sign test checks the test of the mean, and is not a further test. */
#include "engine/compute.h"

#include <math.h>
#include <stdlib.h>

#include "engine/compute_work.h"
#include "engine/primary.h"
#include "engine/stats/holm.h"

/* Each scale of each group has a row of places: that of the change from before to after, that of
   every stage (of the first, from which nothing has changed, it is the change's), and one for each
   further kind of test of people. Places of one family have one number. */
enum { FAMILY_CHANGE, FAMILY_STAGES, FAMILY_KINDS };

/* The tests under one breakdown. */
struct tests {
    size_t n_places;                         /* in a row */
    size_t n;                                /* rows x n_places */
    struct holm_test *room;                  /* owned: one family, as holm_adjust() wants it */
    double *p;                               /* owned: first p, then p_holm */
    size_t sizes[FAMILY_KINDS + TEST_WELCH]; /* of each family */
};

static size_t family_of(size_t place, size_t n_stages)
{
    return place == 0         ? FAMILY_CHANGE
           : place < n_stages ? FAMILY_STAGES
                              : FAMILY_KINDS + (place - n_stages);
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

static double p_at(const struct work *work, struct figure_key key, unsigned stage,
                   enum statistic statistic)
{
    return figures_at(work->figures, &key, stage, statistic, 0).number;
}

/* The p of one place. */
static double p_of(const struct work *work, size_t breakdown, size_t group, size_t scale,
                   size_t place)
{
    static const enum statistic kinds[TEST_WELCH] = {
        [TEST_STUART_MAXWELL] = STATISTIC_P_STUART_MAXWELL, [TEST_MCNEMAR] = STATISTIC_P_MCNEMAR};
    const size_t n_stages = work->study->n_stages;
    const struct figure_key key = test_key(work,
                                           place == 0         ? FIGURES_BEFORE_AFTER
                                           : place < n_stages ? FIGURES_TRAJECTORY
                                                              : FIGURES_BAND_CHANGE,
                                           breakdown, group, scale);
    switch (family_of(place, n_stages)) {
    case FAMILY_CHANGE:
        /* the one that tables print */
        return p_at(work, key, FIGURE_STAGE_CHANGE,
                    work->counted->measures[key.measure].has_family ||
                            study_is_goal_level(work->study, scale)
                        ? STATISTIC_P_FAMILY
                        : STATISTIC_P_T);
    case FAMILY_STAGES:
        return p_at(work, key, FIGURE_STAGE_FIRST + (unsigned)place, STATISTIC_CHANGE_P);
    default:
        return p_at(work, key, FIGURE_STAGE_CHANGE, kinds[place - n_stages]);
    }
}

static void adjust(struct tests *tests, size_t family, size_t n_stages)
{
    size_t n = 0;
    for (size_t i = 0; i < tests->n; i++) {
        if (family_of(i % tests->n_places, n_stages) == family) {
            tests->room[n++] = (struct holm_test){tests->p[i], i};
        }
    }
    tests->sizes[family] = holm_adjust(tests->room, n);
    for (size_t i = 0; i < tests->sizes[family]; i++) {
        tests->p[tests->room[i].place] = tests->room[i].p;
    }
}

static void add_kinds(struct work *work, const double p[], const size_t sizes[], size_t first,
                      size_t end)
{
    for (size_t kind = first; kind < end; kind++) {
        work_add_sub_value(work, STATISTIC_P_HOLM_OF, kind, value_double(p[kind - first]));
    }
    for (size_t kind = first; kind < end; kind++) {
        work_add_sub(work, STATISTIC_HOLM_TESTS_OF, kind, sizes[kind - first]);
    }
}

static void add_tests(struct work *work, const struct tests *tests, size_t breakdown, size_t group,
                      size_t scale)
{
    const struct study *const study = work->study;
    const double *const p = &tests->p[(group * study->n_scales + scale) * tests->n_places];
    /* Of two stages, the trajectory is before and after once more. */
    const size_t end = study->n_stages > 2 ? study->n_stages : 1;
    work->key = test_key(work, FIGURES_TESTS, breakdown, group, scale);
    for (size_t stage = work_has_pair(work) ? 0 : 1; stage < end; stage++) {
        const size_t tested = stage == 0 ? study->after : stage;
        /* The change from before to after is tested in before_after, and is primary there. */
        const bool primary = breakdown == 0 && is_primary(study, scale, tested) &&
                             (stage == 0) == (tested == study->after);
        /* A stage between that nobody, or one alone, has a form of has no test to speak of. */
        if (stage > 0 && isnan(p[stage]) && !primary) {
            continue;
        }
        work->key.stage = stage == 0 ? FIGURE_STAGE_CHANGE : (uint16_t)(FIGURE_STAGE_FIRST + stage);
        work_add_count(work, STATISTIC_PRIMARY, primary);
        work_add(work, STATISTIC_P_HOLM, value_double(p[stage]));
        work_add_count(work, STATISTIC_HOLM_TESTS,
                       tests->sizes[stage == 0 ? FAMILY_CHANGE : FAMILY_STAGES]);
        if (stage == 0 && study->scales[scale].scale->n_band_sets > 0) {
            add_kinds(work, &p[study->n_stages], &tests->sizes[FAMILY_KINDS], 0, TEST_WELCH);
        }
    }
}

/* Is there a test of this scale in this group? */
static bool has_tests(const struct work *work, size_t breakdown, size_t group, size_t scale)
{
    return work->study->scales[scale].collected &&
           figures_has_measure(work->figures, breakdown, (uint32_t)group,
                               work->study->scales[scale].measure);
}

static void tests_of_breakdown(struct work *work, struct tests *tests, size_t breakdown)
{
    const size_t n_scales = work->study->n_scales, n_stages = work->study->n_stages;
    const size_t n_groups = work->figures->comparisons[breakdown].grouping.n_groups;
    for (size_t i = 0; i < tests->n; i++) {
        const size_t row = i / tests->n_places, place = i % tests->n_places;
        tests->p[i] = has_tests(work, breakdown, row / n_scales, row % n_scales)
                          ? p_of(work, breakdown, row / n_scales, row % n_scales, place)
                          : NAN;
    }
    for (size_t family = 0; family < FAMILY_KINDS + TEST_WELCH; family++) {
        adjust(tests, family, n_stages);
    }
    for (size_t group = 0; group < n_groups; group++) {
        for (size_t scale = 0; scale < n_scales; scale++) {
            if (has_tests(work, breakdown, group, scale)) {
                add_tests(work, tests, breakdown, group, scale);
            }
        }
    }
}

void compute_tests(struct work *work)
{
    const struct study *const study = work->study;
    for (size_t b = 0; b < study->n_breakdowns; b++) {
        struct tests tests = {.n_places = study->n_stages + TEST_WELCH};
        tests.n =
            work->figures->comparisons[b].grouping.n_groups * study->n_scales * tests.n_places;
        tests.room = calloc(tests.n + 1, sizeof *tests.room);
        tests.p = calloc(tests.n + 1, sizeof *tests.p);
        if (tests.room != NULL && tests.p != NULL) {
            tests_of_breakdown(work, &tests, b);
        } else {
            work->figures->no_memory = true;
        }
        free(tests.room);
        free(tests.p);
    }
}

/* --- between cohorts: one test a scale -------------------------------------------------------- */

/* Puts the p_holm of one kind of test into p[scale][kind] and returns the size of the family. */
static size_t adjust_between(const struct work *work, size_t breakdown, enum statistic statistic,
                             struct holm_test room[], double p[], size_t kind)
{
    enum { N_KINDS = N_TEST_KINDS - TEST_WELCH };
    size_t m;
    for (size_t s = 0; s < work->study->n_scales; s++) {
        room[s] = (struct holm_test){p_at(work, test_key(work, FIGURES_BETWEEN, breakdown, 0, s),
                                          FIGURE_STAGE_CHANGE, statistic),
                                     s};
        p[s * N_KINDS + kind] = NAN;
    }
    m = holm_adjust(room, work->study->n_scales);
    for (size_t i = 0; i < m; i++) {
        p[room[i].place * N_KINDS + kind] = room[i].p;
    }
    return m;
}

void compute_tests_between(struct work *work)
{
    enum { N_KINDS = N_TEST_KINDS - TEST_WELCH };
    static const enum statistic statistics[N_KINDS] = {STATISTIC_P_WELCH, STATISTIC_P_ANCOVA};
    const size_t n_scales = work->study->n_scales;
    struct holm_test *const room = calloc(n_scales + 1, sizeof *room);
    double *const p = calloc(n_scales * N_KINDS + 1, sizeof *p);
    work->figures->no_memory = work->figures->no_memory || room == NULL || p == NULL;
    for (size_t b = 1; b < work->study->n_breakdowns && !work->figures->no_memory; b++) {
        size_t sizes[N_KINDS];
        for (size_t kind = 0; kind < N_KINDS; kind++) {
            sizes[kind] = adjust_between(work, b, statistics[kind], room, p, kind);
        }
        for (size_t s = 0; s < n_scales; s++) {
            work->key = test_key(work, FIGURES_BETWEEN, b, 0, s);
            if (figures_at(work->figures, &work->key, FIGURE_STAGE_CHANGE, STATISTIC_GROUPS, 0)
                    .kind != VALUE_UNDEFINED) {
                work->key.table = FIGURES_TESTS_BETWEEN;
                work->key.stage = FIGURE_STAGE_CHANGE;
                add_kinds(work, &p[s * N_KINDS], sizes, TEST_WELCH, N_TEST_KINDS);
            }
        }
    }
    free(room);
    free(p);
}

/* engine/compute_tests.c - which test is primary, and what the others are worth for being many.

   A family of tests is all tests of one kind that stand in one table of results.csv under one
   breakdown: of `before_after` every scale and cohort, of `trajectory` every scale, cohort and
   stage. The tests of the change of a mean are adjusted: a rank or sign test of the same change
   checks that one, and is not a further test. */
#include "engine/compute.h"

#include <math.h>
#include <stdlib.h>

#include "engine/compute_work.h"
#include "engine/primary.h"
#include "engine/stats/holm.h"

/* The tests of one breakdown, in the order of their keys: `before_after` has one for each group and
   scale, `trajectory` one for each stage as well. Both in one array of [group][scale][stage], where
   the place of stage 0, from which nothing has changed, is that of before and after. */
struct families {
    struct holm_test *tests; /* owned: one family, as holm_adjust() wants it */
    double *p;               /* owned, n: first the p of each test, then its p_holm */
    size_t n;
    size_t n_before_after, n_trajectory; /* sizes of the two families */
};

static struct figure_key test_key(const struct work *work, enum figure_table table,
                                  size_t breakdown, size_t group, size_t scale)
{
    return (struct figure_key){.table = (uint16_t)table,
                               .breakdown = (uint16_t)breakdown,
                               .group = (uint32_t)group,
                               .measure = (uint16_t)work->study->scales[scale].measure,
                               .scale = (uint16_t)scale};
}

/* The p that tables print of the change of a mean. */
static double mean_p(const struct work *work, size_t breakdown, size_t group, size_t scale,
                     size_t stage)
{
    struct figure_key key = test_key(work, FIGURES_BEFORE_AFTER, breakdown, group, scale);
    if (stage == 0) {
        return figures_at(work->figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_P_T, 0).number;
    }
    key.table = FIGURES_TRAJECTORY;
    return figures_at(work->figures, &key, FIGURE_STAGE_FIRST + (unsigned)stage, STATISTIC_CHANGE_P,
                      0)
        .number;
}

/* Adjusts the tests at the places where `stage` is 0, or where it is not. Returns how many. */
static size_t adjust(struct families *families, size_t n_stages, bool of_stages)
{
    size_t n = 0, m;
    for (size_t i = 0; i < families->n; i++) {
        if ((i % n_stages > 0) == of_stages) {
            families->tests[n++] = (struct holm_test){families->p[i], i};
        }
    }
    m = holm_adjust(families->tests, n);
    for (size_t i = 0; i < m; i++) {
        families->p[families->tests[i].place] = families->tests[i].p;
    }
    return m;
}

static void add_tests(struct work *work, const struct families *families, size_t breakdown,
                      size_t group, size_t scale)
{
    const struct study *const study = work->study;
    const double *const p = &families->p[(group * study->n_scales + scale) * study->n_stages];
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
                       stage == 0 ? families->n_before_after : families->n_trajectory);
    }
}

/* Is there a test of this scale in this group? */
static bool has_tests(const struct work *work, size_t breakdown, size_t group, size_t scale)
{
    return work->study->scales[scale].collected && !study_is_goal_level(work->study, scale) &&
           figures_has_measure(work->figures, breakdown, (uint32_t)group,
                               work->study->scales[scale].measure);
}

static bool tests_of_breakdown(struct work *work, size_t breakdown)
{
    const struct study *const study = work->study;
    const size_t n_groups = work->figures->comparisons[breakdown].grouping.n_groups;
    struct families families = {.n = n_groups * study->n_scales * study->n_stages};
    families.tests = calloc(families.n + 1, sizeof *families.tests);
    families.p = calloc(families.n + 1, sizeof *families.p);
    if (families.tests == NULL || families.p == NULL) {
        free(families.tests);
        free(families.p);
        return false;
    }
    for (size_t i = 0; i < families.n; i++) {
        const size_t stage = i % study->n_stages, scale = i / study->n_stages % study->n_scales;
        const size_t group = i / study->n_stages / study->n_scales;
        families.p[i] = has_tests(work, breakdown, group, scale)
                            ? mean_p(work, breakdown, group, scale, stage)
                            : NAN;
    }
    families.n_before_after = adjust(&families, study->n_stages, false);
    families.n_trajectory = adjust(&families, study->n_stages, true);
    for (size_t group = 0; group < n_groups; group++) {
        for (size_t scale = 0; scale < study->n_scales; scale++) {
            if (has_tests(work, breakdown, group, scale)) {
                add_tests(work, &families, breakdown, group, scale);
            }
        }
    }
    free(families.tests);
    free(families.p);
    return true;
}

void compute_tests(struct work *work)
{
    for (size_t b = 0; b < work->study->n_breakdowns; b++) {
        if (!tests_of_breakdown(work, b)) {
            work->figures->no_memory = true;
            return;
        }
    }
}

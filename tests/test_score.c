/* Expected values: every row of the test vectors in tests/reference, under the default rule and
   under each named option, and a few worked by hand. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "io/read/instrument.h"
#include "scales/score.h"
#include "tests/vectors.h"

#define PRINTED 0.00005000001 /* half of the last of four decimals */

/* One form scored by one instrument under one rule. */
struct form {
    struct arena arena;
    const struct instrument *instrument;
    answer answers[MAX_GROUPS][MAX_ITEMS];
    struct scored scored[MAX_SCALES];
};

static void form_open(struct form *form, const char *name, const char *rule)
{
    const struct instrument_shelf shelf = {0};
    memset(form, 0, sizeof *form);
    const struct fault fault = instrument_load(&shelf, name, rule, &form->arena, &form->instrument);
    if (fault.code != FAULT_NONE) {
        fail_msg("%s:%zu:%zu: %s", fault.file, fault.row, fault.column, fault.detail);
    }
}

static void form_close(struct form *form)
{
    arena_free(&form->arena);
}

/* Answers of a group from columns "i1", "i2", ... or, with `names`, from the columns named. */
static void fill(struct form *form, size_t group, const struct vectors *v, size_t row,
                 const char *prefix, const char *const names[])
{
    for (size_t i = 0; i < form->instrument->groups[group].n_items; i++) {
        char column[32];
        snprintf(column, sizeof column, "%s%zu", prefix, i + 1);
        const double value = vector_number(v, row, names != NULL ? names[i] : column);
        form->answers[group][i] = isnan(value) ? ANSWER_MISSING : (answer)value;
    }
}

static void score(struct form *form)
{
    struct answers answers = {{NULL}};
    for (size_t g = 0; g < form->instrument->n_groups; g++) {
        answers.groups[g] = form->answers[g];
    }
    instrument_score(form->instrument, &answers, form->scored);
}

static size_t scale_named(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->instrument->n_scales; i++) {
        if (strcmp(form->instrument->scales[i].name, name) == 0) {
            return i;
        }
    }
    fail_msg("no scale %s", name);
    return 0;
}

static double points(const struct form *form, size_t index)
{
    const struct scale *const scale = &form->instrument->scales[index];
    const outcome o = form->scored[index].outcome;
    if (!is_scored(o)) {
        assert_int_equal(o, REASON_INCOMPLETE);
        return NAN;
    }
    return (double)outcome_score(scale->values, o) / (double)scale->units_per_point;
}

static void expect_score(const struct form *form, const char *scale, const struct vectors *v,
                         size_t row, const char *column)
{
    const double expected = vector_number(v, row, column),
                 got = points(form, scale_named(form, scale));
    if (!(isnan(expected) ? isnan(got) : fabs(got - expected) <= PRINTED)) {
        fail_msg("%s, rule %s, %s against %s: expected %.4f, got %.6f", vector_cell(v, row, "id"),
                 form->instrument->rule, scale, column, expected, got);
    }
}

/* The name of the band of a scale's score, "" without one. */
static const char *band_name(const struct form *form, const char *scale_name, const char *set)
{
    const size_t index = scale_named(form, scale_name);
    const struct scale *const scale = &form->instrument->scales[index];
    for (size_t i = 0; i < scale->n_band_sets && is_scored(form->scored[index].outcome); i++) {
        if (strcmp(scale->band_sets[i].name, set) == 0) {
            const int band = band_of(&scale->band_sets[i],
                                     outcome_score(scale->values, form->scored[index].outcome));
            assert_true(band >= 0);
            return scale->band_sets[i].bands[band].name;
        }
    }
    return "";
}

static void expect_band(const struct form *form, const char *scale, const char *set,
                        const struct vectors *v, size_t row, const char *column)
{
    const char *const expected = vector_cell(v, row, column), *const got =
                                                                  band_name(form, scale, set);
    if (strcmp(expected, got) != 0) {
        fail_msg("%s, %s of %s: expected \"%s\", got \"%s\"", vector_cell(v, row, "id"), set, scale,
                 expected, got);
    }
}

static void test_wemwbs(void **state)
{
    (void)state;
    struct vectors v;
    struct form strict, published;
    vectors_open(&v, "test_vectors_wemwbs.csv");
    form_open(&strict, "wemwbs", NULL);
    form_open(&published, "wemwbs", "published");
    assert_int_equal(v.n_rows, 18);
    for (size_t row = 0; row < v.n_rows; row++) {
        fill(&strict, 0, &v, row, "i", NULL);
        fill(&published, 0, &v, row, "i", NULL);
        score(&strict);
        score(&published);
        expect_score(&strict, "total", &v, row, "total_strict");
        expect_score(&published, "total", &v, row, "total");
        expect_band(&published, "total", "benchmark_cesd", &v, row, "band_benchmark_cesd");
        expect_band(&published, "total", "statistical_15pct", &v, row, "band_statistical_15pct");
        assert_int_equal(14 - published.scored[0].n_answered, vector_number(&v, row, "n_missing"));
        assert_int_equal(published.scored[0].prorated, vector_number(&v, row, "prorated"));
    }
    form_close(&strict);
    form_close(&published);
    vectors_close(&v);
}

static void test_swemwbs(void **state)
{
    (void)state;
    struct vectors v;
    struct form strict, one_missing;
    vectors_open(&v, "test_vectors_swemwbs.csv");
    form_open(&strict, "swemwbs", NULL);
    form_open(&one_missing, "SWEMWBS", "one_missing");
    assert_int_equal(v.n_rows, 14);
    for (size_t row = 0; row < v.n_rows; row++) {
        fill(&strict, 0, &v, row, "s", NULL);
        fill(&one_missing, 0, &v, row, "s", NULL);
        score(&strict);
        score(&one_missing);
        expect_score(&strict, "raw", &v, row, "raw");
        expect_score(&strict, "metric", &v, row, "metric");
        expect_score(&one_missing, "raw", &v, row, "option_prorate1_raw");
        expect_score(&one_missing, "metric", &v, row, "option_prorate1_metric");
        /* the band of a raw score is that of the metric score it stands for */
        expect_band(&strict, "metric", "statistical_1sd", &v, row, "band_statistical_1sd");
        expect_band(&strict, "raw", "statistical_1sd", &v, row, "band_statistical_1sd");
        expect_band(&strict, "metric", "benchmark_phq_gad", &v, row, "band_benchmark_phq_gad");
        expect_band(&strict, "raw", "benchmark_phq_gad", &v, row, "band_benchmark_phq_gad");
        assert_int_equal(7 - strict.scored[0].n_answered, vector_number(&v, row, "n_missing"));
    }
    form_close(&strict);
    form_close(&one_missing);
    vectors_close(&v);
}

/* The whole conversion table, every raw score by a form that gives it. */
static void test_swemwbs_table(void **state)
{
    (void)state;
    struct vectors v;
    struct form form;
    vectors_open(&v, "swemwbs_metric.csv");
    form_open(&form, "swemwbs", NULL);
    assert_int_equal(v.n_rows, 29);
    for (size_t row = 0; row < v.n_rows; row++) {
        const int raw = (int)vector_number(&v, row, "raw");
        for (int i = 0; i < 7; i++) {
            form.answers[0][i] = (answer)(raw / 7 + (i < raw % 7 ? 1 : 0));
        }
        score(&form);
        assert_true(close_to(points(&form, 0), raw, 0.0));
        assert_true(close_to(points(&form, 1), vector_number(&v, row, "metric"), 1e-12));
    }
    form_close(&form);
    vectors_close(&v);
}

/* --- SDQ ------------------------------------------------------------------------------------ */

static const char *const sdq_columns[] = {
    "consid",  "restles", "somatic", "shares",  "tantrum", "loner",   "obeys",
    "worries", "caring",  "fidgety", "friend",  "fights",  "unhappy", "popular",
    "distrac", "clingy",  "kind",    "lies",    "bullied", "helpout", "reflect",
    "steals",  "oldbest", "afraid",  "attends",
};
static const char *const impact_columns[] = {"ebddiff", "distres", "imphome",
                                             "impfrie", "impclas", "impleis"};
static const char *const teacher_impact_columns[] = {"ebddiff", "distres", "impfrie", "impclas"};

static const struct {
    const char *scale, *column;
} sdq_scales[] = {
    {"emotional", "emotional"},
    {"conduct", "conduct"},
    {"hyperactivity", "hyperactivity"},
    {"peer", "peer"},
    {"prosocial", "prosocial"},
    {"total", "total"},
    {"externalising", "external"},
    {"internalising", "internal"},
    {"impact", "impact"},
};
static const char *const banded[] = {"emotional", "conduct", "hyperactivity", "peer",
                                     "prosocial", "total",   "impact"};

static void sdq_form(struct form *form, const struct vectors *v, size_t row, const char *rule)
{
    const char *const informant = vector_cell(v, row, "informant");
    const bool is_small = strcmp(vector_cell(v, row, "version"), "2-4") == 0;
    char name[40];
    snprintf(name, sizeof name, "sdq-%s%s", informant, is_small ? "-2-4" : "");
    form_open(form, name, rule);
    fill(form, 0, v, row, "", sdq_columns);
    fill(form, 1, v, row, "",
         strcmp(informant, "teacher") == 0 ? teacher_impact_columns : impact_columns);
    score(form);
}

static void check_sdq_row(const struct vectors *v, size_t row)
{
    struct form form;
    int n_prorated = 0;
    sdq_form(&form, v, row, "published");
    for (size_t i = 0; i < COUNT(sdq_scales); i++) {
        expect_score(&form, sdq_scales[i].scale, v, row, sdq_scales[i].column);
    }
    for (size_t i = 0; i < COUNT(banded); i++) {
        char three[40], four[40];
        snprintf(three, sizeof three, "band3_%s", banded[i]);
        snprintf(four, sizeof four, "band4_%s", banded[i]);
        expect_band(&form, banded[i], "three", v, row, three);
        expect_band(&form, banded[i], "four", v, row, four);
    }
    for (size_t i = 0; i < 5; i++) {
        n_prorated += form.scored[i].prorated ? 1 : 0;
    }
    assert_int_equal(n_prorated, vector_number(v, row, "n_subscales_prorated"));
    form_close(&form);
}

static void test_sdq(void **state)
{
    (void)state;
    struct vectors v;
    vectors_open(&v, "test_vectors_sdq.csv");
    assert_int_equal(v.n_rows, 28);
    for (size_t row = 0; row < v.n_rows; row++) {
        struct form form;
        check_sdq_row(&v, row);
        sdq_form(&form, &v, row, "half_even");
        expect_score(&form, "total", &v, row, "opt_total_half_even");
        form_close(&form);
        sdq_form(&form, &v, row, "three_of_four");
        expect_score(&form, "total", &v, row, "opt_total_min3");
        form_close(&form);
        sdq_form(&form, &v, row, "impact_strict");
        expect_score(&form, "impact", &v, row, "opt_impact_strict");
        form_close(&form);
    }
    vectors_close(&v);
}

/* Under "discount" a scale needs its whole item group. The vectors say what each row's complete
   scores are: those of the published rule where nothing of the group is missing, and the strict
   impact. */
static void test_sdq_complete_forms(void **state)
{
    (void)state;
    struct vectors v;
    vectors_open(&v, "test_vectors_sdq.csv");
    for (size_t row = 0; row < v.n_rows; row++) {
        struct form form;
        bool complete = true;
        sdq_form(&form, &v, row, "discount");
        for (size_t i = 0; i < COUNT(sdq_columns); i++) {
            complete = complete && form.answers[0][i] >= 0 && form.answers[0][i] <= 2;
        }
        for (size_t i = 0; i < COUNT(sdq_scales) - 1; i++) {
            if (complete) {
                expect_score(&form, sdq_scales[i].scale, &v, row, sdq_scales[i].column);
            } else {
                assert_int_equal(form.scored[i].outcome, REASON_INCOMPLETE);
            }
        }
        expect_score(&form, "impact", &v, row, "opt_impact_strict");
        form_close(&form);
    }
    vectors_close(&v);
}

/* A group that the study does not collect leaves its scales without a form. */
static void test_group_not_collected(void **state)
{
    (void)state;
    struct form form;
    form_open(&form, "sdq-parent", NULL);
    const struct answers main_only = {{form.answers[0]}}; /* every item 0: vector D04 */
    instrument_score(form.instrument, &main_only, form.scored);
    assert_true(close_to(points(&form, scale_named(&form, "total")), 10.0, 0.0));
    assert_int_equal(form.scored[scale_named(&form, "impact")].outcome, REASON_NO_FORM);
    assert_int_equal(answers_count(form.instrument, &main_only), 25);
    const struct answers impact_only = {{NULL, form.answers[1]}};
    instrument_score(form.instrument, &impact_only, form.scored);
    assert_int_equal(form.scored[scale_named(&form, "total")].outcome, REASON_NO_FORM);
    assert_true(close_to(points(&form, scale_named(&form, "impact")), 0.0, 0.0));
    form_close(&form);
}

static const char *const score15_scales[] = {"total", "strengths", "difficulties", "communication"};

static void test_score15(void **state)
{
    (void)state;
    struct vectors v;
    struct form strict, published;
    vectors_open(&v, "test_vectors_score15.csv");
    form_open(&strict, "score15", NULL);
    form_open(&published, "Score_15", "published");
    assert_int_equal(v.n_rows, 12);
    for (size_t row = 0; row < v.n_rows; row++) {
        fill(&strict, 0, &v, row, "q", NULL);
        fill(&published, 0, &v, row, "q", NULL);
        score(&strict);
        score(&published);
        expect_score(&strict, "total", &v, row, "total_strict");
        for (size_t i = 0; i < COUNT(score15_scales); i++) {
            expect_score(&published, score15_scales[i], &v, row, score15_scales[i]);
            if (isnan(points(&strict, 0))) {
                assert_true(isnan(points(&strict, i)));
            } else {
                expect_score(&strict, score15_scales[i], &v, row, score15_scales[i]);
            }
        }
        const double mean = points(&published, 0) / 15.0,
                     expected = vector_number(&v, row, "mean_item");
        assert_true(isnan(expected) ? isnan(mean) : fabs(mean - expected) <= PRINTED);
        assert_int_equal(15 - published.scored[0].n_answered, vector_number(&v, row, "n_missing"));
    }
    form_close(&strict);
    form_close(&published);
    vectors_close(&v);
}

/* --- units and values ----------------------------------------------------------------------- */

/* Units by hand: lcm of k / gcd(n, k) over the numbers k of answers that are enough. Numbers of
   values of prorated sums: the distinct n s / k, listed with Python's fractions. */
static const struct {
    const char *instrument, *rule, *scale;
    int64_t units;
    size_t n_values;
    int64_t lowest, highest;
} value_cases[] = {
    {"wemwbs", "discount", "total", 1, 57, 14, 70},
    {"wemwbs", "published", "total", 858, 185, 14 * 858, 70 * 858},
    {"swemwbs", "discount", "raw", 1, 29, 7, 35},
    {"swemwbs", "discount", "metric", 100, 29, 700, 3500},
    {"swemwbs", "one_missing", "metric", 100, 29, 700, 3500},
    {"sdq-parent", "published", "emotional", 1, 11, 0, 10},
    {"sdq-parent", "half_even", "conduct", 1, 11, 0, 10},
    {"sdq-parent", "published", "total", 1, 41, 0, 40},
    {"sdq-parent", "three_of_four", "total", 1, 41, 0, 40},
    {"sdq-parent", "published", "externalising", 1, 21, 0, 20},
    {"sdq-parent", "published", "impact", 1, 11, 0, 10},
    {"sdq-teacher", "discount", "impact", 1, 7, 0, 6},
    {"score-15", "discount", "total", 1, 61, 15, 75},
    {"score-15", "published", "strengths", 4, 21 + 12, 20, 100},
    {"score-15", "published", "total", 364, 193, 15 * 364, 75 * 364},
};

static void test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(value_cases); i++) {
        struct form form;
        form_open(&form, value_cases[i].instrument, value_cases[i].rule);
        const struct scale *const scale =
            &form.instrument->scales[scale_named(&form, value_cases[i].scale)];
        assert_int_equal(scale->units_per_point, value_cases[i].units);
        assert_int_equal(scale->values[0], value_cases[i].lowest);
        assert_int_equal(scale->values[scale->n_values - 1], value_cases[i].highest);
        assert_int_equal(scale->n_values, value_cases[i].n_values);
        for (size_t k = 0; k < scale->n_values; k++) {
            assert_true(k == 0 || scale->values[k] > scale->values[k - 1]);
            assert_int_equal(outcome_of_score(scale->values, scale->n_values, scale->values[k]),
                             N_REASONS + k);
        }
        form_close(&form);
    }
}

/* A list may be asked for with too little room. */
static void test_values_capacity(void **state)
{
    (void)state;
    struct form form;
    int64_t few[4] = {0, 0, 0, -7};
    form_open(&form, "wemwbs", "published");
    assert_int_equal(scale_values(form.instrument, 0, few, 3), 185);
    assert_int_equal(few[0], 14 * 858);
    assert_int_equal(few[3], -7);
    form_close(&form);
}

/* A score between two steps is rounded half up before it is banded; below 0 too. */
static const struct {
    int64_t step, score;
    int expected;
} band_cases[] = {
    {1, 4, 1},    {1, 5, 0},     {1, 11, -1}, {1, -4, -1}, {10, 44, 1},  {10, 45, 0},
    {10, 104, 0}, {10, 105, -1}, {10, -5, 1}, {10, -6, 1}, {10, -35, 1}, {10, -36, -1},
};

static void test_band_of(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(band_cases); i++) {
        const int64_t step = band_cases[i].step;
        const struct band bands[] = {{"high", 5 * step, 10 * step}, {"low", -3 * step, 4 * step}};
        const struct band_set set = {.bands = bands, .n_bands = 2, .step = step};
        if (band_of(&set, band_cases[i].score) != band_cases[i].expected) {
            fail_msg("case %zu", i);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wemwbs),
        cmocka_unit_test(test_swemwbs),
        cmocka_unit_test(test_swemwbs_table),
        cmocka_unit_test(test_sdq),
        cmocka_unit_test(test_sdq_complete_forms),
        cmocka_unit_test(test_group_not_collected),
        cmocka_unit_test(test_score15),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_values_capacity),
        cmocka_unit_test(test_band_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

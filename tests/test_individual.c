/* Expected values: tests/reference/individual.csv (R 4.2.2, by individual.R), and vectors of ten people
   by six methods and of Jacobson & Truax's worked example (test_vectors_rci_*.csv). */
#include "tests/check.h"

#include <stdio.h>
#include <string.h>

#include "engine/stats/clinical_change.h"
#include "engine/stats/describe.h"
#include "engine/stats/reliable_change.h"
#include "tests/cases.h"
#include "tests/vectors.h"

static const char *const method_columns[N_RELIABLE_METHODS] = {[RELIABLE_JACOBSON_TRUAX] = "jt",
                                                               [RELIABLE_EDWARDS_NUNNALLY] = "en",
                                                               [RELIABLE_GULLIKSEN_LORD_NOVICK] =
                                                                   "gln",
                                                               [RELIABLE_HAGEMAN_ARRINDELL] = "ha"};

/* The column PREFIX.NAME of a row. */
static double of(const struct vectors *values, size_t row, const char *prefix, const char *name)
{
    char column[60];
    snprintf(column, sizeof column, "%s.%s", prefix, name);
    return vector_number(values, row, column);
}

static void check_method(const struct vectors *values, size_t row, const struct joint *joint,
                         enum reliable_method method, const struct reliable_constants *constants,
                         bool higher)
{
    const char *const name = vector_cell(values, row, "case");
    const char *const columns = method_columns[method];
    const struct reliable_rule rule = reliable_rule(method, constants, higher);
    const struct reliable_change got =
        isnan(rule.limit) ? (struct reliable_change){0} : reliable_change(joint, &rule);
    const double improved = of(values, row, columns, "improved");
    assert_true(isnan(rule.limit) == isnan(improved));
    if (!isnan(improved)) {
        expect_close(name, columns, (double)got.improved, improved, 0.0);
        expect_close(name, columns, (double)got.unchanged, of(values, row, columns, "unchanged"),
                     0.0);
        expect_close(name, columns, (double)got.deteriorated,
                     of(values, row, columns, "deteriorated"), 0.0);
    }
}

static void check_clinical(const struct vectors *values, size_t row, const struct joint *joint,
                           const struct reliable_rule *rule)
{
    static const char *const cuts[N_CUT_OFFS] = {"cut_a", "cut_b", "cut_c"};
    static const char *const counts[N_CUT_OFFS] = {"in_a", "in_b", "in_c"};
    const char *const name = vector_cell(values, row, "case");
    const struct norm clinical = {.mean = of(values, row, "clinical", "mean"),
                                  .sd = of(values, row, "clinical", "sd")};
    const struct norm functional = {.mean = of(values, row, "functional", "mean"),
                                    .sd = of(values, row, "functional", "sd")};
    for (unsigned c = 0; c < N_CUT_OFFS; c++) {
        const double cut =
            cut_off_at((enum cut_off)c, &clinical, &functional, rule->higher_is_better);
        const struct clinical_change got = clinical_change(joint, rule, cut);
        const struct {
            const char *name;
            uint64_t got;
        } classes[] = {{"into", got.into_usual_range},     {"improved", got.improved},
                       {"unchanged", got.unchanged},       {"deteriorated", got.deteriorated},
                       {"usual_before", got.usual_before}, {"usual_after", got.usual_after}};
        expect_close(name, cuts[c], cut, vector_number(values, row, cuts[c]), 4e-16);
        for (size_t i = 0; i < COUNT(classes); i++) {
            expect_close(name, classes[i].name, (double)classes[i].got,
                         of(values, row, counts[c], classes[i].name), 0.0);
        }
    }
}

static void test_against_r(void **state)
{
    struct cases cases;
    struct vectors values;
    (void)state;
    cases_open(&cases);
    vectors_open(&values, "individual.csv");
    assert_int_equal(2 * cases.n_cases, values.n_rows);
    for (size_t row = 0; row < values.n_rows; row++) {
        const struct joint *const joint = &cases.joints[row / 2];
        const bool higher = row % 2 == 0;
        struct distribution scores = case_distribution(&cases, row / 2, joint_before);
        struct reliable_constants constants = {.sd = 8.71, .reliability = 0.83};
        struct reliable_rule rule;
        assert_string_equal(cases.names[row / 2], vector_cell(&values, row, "case"));
        assert_int_equal(higher, (int)vector_number(&values, row, "higher"));
        constants.mean_before = describe(&scores).mean.number;
        scores = case_distribution(&cases, row / 2, joint_after);
        constants.mean_after = describe(&scores).mean.number;
        scores = case_distribution(&cases, row / 2, joint_change);
        constants.sd_change = describe(&scores).sd.number;
        expect_close(cases.names[row / 2], "r_dd", reliable_change_reliability(&constants),
                     vector_number(&values, row, "r_dd"), 1e-11);
        for (unsigned m = 0; m < N_RELIABLE_METHODS; m++) {
            check_method(&values, row, joint, (enum reliable_method)m, &constants, higher);
        }
        rule = reliable_rule(RELIABLE_JACOBSON_TRUAX, &constants, higher);
        check_clinical(&values, row, joint, &rule);
    }
    vectors_close(&values);
    cases_close(&cases);
}

/* The index of a person: what is measured against the limit, in units of the critical value. */
static double index_of(const struct reliable_rule *rule, double before, double after,
                       double critical)
{
    const double measured =
        rule->weight * (after - before) + rule->pull * (before - rule->mean) + rule->shift;
    return measured / (rule->limit / critical);
}

/* Ten made-up people whose scores should fall. Printed to 6 decimals, as are their constants. */
static void test_methods(void **state)
{
    static const struct {
        const char *name;
        enum reliable_method method;
        double critical;
    } methods[] = {{"JT", RELIABLE_JACOBSON_TRUAX, 1.96},
                   {"GLN", RELIABLE_GULLIKSEN_LORD_NOVICK, 1.96},
                   {"EN", RELIABLE_EDWARDS_NUNNALLY, 1.96},
                   {"HA", RELIABLE_HAGEMAN_ARRINDELL, 1.65}};
    struct vectors values;
    struct pair_count pairs[10];
    struct score_count scores[10];
    const struct joint joint = {pairs, 10, 1};
    struct reliable_constants constants = {.reliability = 0.85};
    struct distribution distribution = {scores, 10, 1};
    (void)state;
    vectors_open(&values, "test_vectors_rci_methods.csv");
    assert_int_equal(values.n_rows, 10);
    for (size_t i = 0; i < 10; i++) {
        pairs[i] = (struct pair_count){(int64_t)vector_number(&values, i, "pre"),
                                       (int64_t)vector_number(&values, i, "post"), 1};
    }
    distribution.n_scores = joint_before(&joint, scores);
    constants.mean_before = describe(&distribution).mean.number;
    constants.sd = describe(&distribution).sd.number;
    distribution.n_scores = joint_after(&joint, scores);
    constants.mean_after = describe(&distribution).mean.number;
    distribution.n_scores = joint_change(&joint, scores);
    constants.sd_change = describe(&distribution).sd.number;
    for (size_t m = 0; m < COUNT(methods); m++) {
        const struct reliable_rule rule = reliable_rule(methods[m].method, &constants, false);
        for (size_t i = 0; i < 10; i++) {
            static const char *const classes[] = {"deteriorated", "unchanged", "improved"};
            char column[20];
            const double got = index_of(&rule, (double)pairs[i].before, (double)pairs[i].after,
                                        methods[m].critical);
            snprintf(column, sizeof column, "%s_class", methods[m].name);
            if (!(fabs(got - vector_number(&values, i, methods[m].name)) <= 5.1e-7)) {
                fail_msg("%s, row %zu: got %.17g", methods[m].name, i + 2, got);
            }
            assert_string_equal(
                classes[1 + reliable_direction(&rule, pairs[i].before, pairs[i].after, 1)],
                vector_cell(&values, i, column));
        }
    }
    vectors_close(&values);
}

/* Jacobson & Truax's example and other instruments; scores in tenths of a point. */
static void test_classes(void **state)
{
    struct vectors values;
    (void)state;
    vectors_open(&values, "test_vectors_rci_single.csv");
    for (size_t i = 0; i < values.n_rows; i++) {
        static const char *const cuts[N_CUT_OFFS] = {"cut_a", "cut_b", "cut_c"};
        const char *const name = vector_cell(&values, i, "id");
        const bool higher = vector_number(&values, i, "direction") > 0.0;
        const struct norm clinical = {.mean = vector_number(&values, i, "m_clinical"),
                                      .sd = vector_number(&values, i, "sd_clinical")};
        const struct norm functional = {.mean = vector_number(&values, i, "m_functional"),
                                        .sd = vector_number(&values, i, "sd_functional")};
        const struct reliable_constants constants = {.sd = vector_number(&values, i, "sd"),
                                                     .reliability =
                                                         vector_number(&values, i, "reliability")};
        const struct reliable_rule rule =
            reliable_rule(RELIABLE_JACOBSON_TRUAX, &constants, higher);
        const struct pair_count pair = {llround(10.0 * vector_number(&values, i, "pre")),
                                        llround(10.0 * vector_number(&values, i, "post")), 1};
        const struct joint joint = {&pair, 1, 10};
        const enum cut_off used = (enum cut_off)(vector_cell(&values, i, "cut_used")[0] - 'a');
        const struct clinical_change got =
            clinical_change(&joint, &rule, cut_off_at(used, &clinical, &functional, higher));
        const char *const class_of = got.into_usual_range > 0 ? "recovered"
                                     : got.improved > 0       ? "improved"
                                     : got.unchanged > 0      ? "unchanged"
                                                              : "deteriorated";
        for (unsigned c = 0; c < N_CUT_OFFS; c++) {
            /* printed to 4 decimals */
            assert_true(fabs(cut_off_at((enum cut_off)c, &clinical, &functional, higher) -
                             vector_number(&values, i, cuts[c])) <= 5.01e-5);
        }
        /* its column rci95_points has 1.959964 where the paper, and pellter, have 1.96 */
        assert_true(fabs(rule.limit / 1.96 - vector_number(&values, i, "s_diff")) <= 5.01e-5);
        expect_close(name, "usual before", (double)got.usual_before,
                     1.0 - vector_number(&values, i, "pre_clinical"), 0.0);
        expect_close(name, "usual after", (double)got.usual_after,
                     vector_number(&values, i, "post_functional"), 0.0);
        assert_string_equal(class_of, vector_cell(&values, i, "class"));
    }
    vectors_close(&values);
}

/* What the data cannot say; and a score at the cut-off is on neither side of it. By hand. */
static void test_edges(void **state)
{
    const struct norm none = {.mean = 10.0}, some = {.mean = 10.0, .sd = 2.0};
    const struct pair_count pairs[] = {
        {8, 12, 1}, {8, 10, 2}, {10, 14, 4}, {12, 8, 8}, {10, 10, 16}};
    const struct joint joint = {pairs, COUNT(pairs), 1};
    const struct reliable_rule rule = reliable_rule_points(1.0, true);
    const struct clinical_change got = clinical_change(&joint, &rule, 10.0);
    struct reliable_constants constants = {.sd = 2.0, .reliability = 0.5, .mean_before = NAN};
    (void)state;
    assert_int_equal(got.into_usual_range, 1);
    assert_int_equal(got.improved, 6);
    assert_int_equal(got.unchanged, 16);
    assert_int_equal(got.deteriorated, 8);
    assert_int_equal(got.usual_before, 8);
    assert_int_equal(got.usual_after, 5);
    assert_true(isnan(cut_off_at(CUT_OFF_A, &none, &some, true)));
    assert_true(isnan(cut_off_at(CUT_OFF_B, &some, &none, true)));
    assert_true(isnan(cut_off_at(CUT_OFF_C, &some, &none, true)));
    assert_true(isnan(cut_off_at(CUT_OFF_C, &none, &some, true)));
    assert_true(isnan(cut_off_at(CUT_OFF_C, &none, &none, true)));
    expect_close("a", "down", cut_off_at(CUT_OFF_A, &some, &none, false), 6.0, 0.0);
    assert_true(isnan(reliable_rule(RELIABLE_EDWARDS_NUNNALLY, &constants, true).limit));
    assert_true(isnan(reliable_rule(RELIABLE_GULLIKSEN_LORD_NOVICK, &constants, true).limit));
    constants = (struct reliable_constants){.sd = 2.0, .reliability = 0.5, .sd_change = 0.0};
    assert_true(isnan(reliable_rule(RELIABLE_HAGEMAN_ARRINDELL, &constants, true).limit));
    /* 2 se^2 is 4: the change varies just as much as error does, and less */
    constants.sd_change = 2.0;
    assert_true(isnan(reliable_rule(RELIABLE_HAGEMAN_ARRINDELL, &constants, true).limit));
    constants.sd_change = 1.0;
    expect_close("r_dd", "", reliable_change_reliability(&constants), -3.0, 1e-15);
    assert_true(isnan(reliable_rule(RELIABLE_HAGEMAN_ARRINDELL, &constants, true).limit));
    constants.sd = NAN;
    for (unsigned m = 0; m < N_RELIABLE_METHODS; m++) {
        assert_true(isnan(reliable_rule((enum reliable_method)m, &constants, true).limit));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_r),
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

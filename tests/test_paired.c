/* Expected values: tests/reference/statistics.csv (R 4.2.2, by statistics.R), and a few by hand. */
#include "tests/check.h"

#include "engine/stats/paired.h"
#include "tests/cases.h"
#include "tests/random.h"
#include "tests/vectors.h"

/* A p by its logarithm; 0 is right where no double could hold it. */
static void expect_p(const char *name, double got, double log_p)
{
    if (log_p < -745.0) {
        expect_close(name, "p_t", got, 0.0, 1e-300);
    } else {
        expect_close(name, "log_p_t", log(got), log_p, 1e-12);
    }
}

/* The test by itself is the test of the whole. */
static void check_test(const struct distribution *changes, const struct paired_change *whole)
{
    const struct paired_change test = paired_test(changes);
    const struct value *const got[] = {
        &test.change.mean, &test.change.se, &test.change.ci_low, &test.change.ci_high,
        &test.t,           &test.df,        &test.p_t,           &test.dz};
    const struct value *const expected[] = {
        &whole->change.mean, &whole->change.se, &whole->change.ci_low, &whole->change.ci_high,
        &whole->t,           &whole->df,        &whole->p_t,           &whole->dz};
    for (size_t i = 0; i < COUNT(got); i++) {
        assert_int_equal(got[i]->kind, expected[i]->kind);
        assert_true(close_to(got[i]->number, expected[i]->number, 0.0));
    }
    assert_true(test.change.n == whole->change.n);
    assert_int_equal(test.r.kind, VALUE_UNDEFINED);
}

static void test_against_r(void **state)
{
    struct cases cases;
    struct vectors values;
    (void)state;
    cases_open(&cases);
    vectors_open(&values, "statistics.csv");
    assert_int_equal(cases.n_cases, values.n_rows);
    for (size_t i = 0; i < cases.n_cases; i++) {
        const struct distribution changes = case_distribution(&cases, i, joint_change);
        const struct paired_change got = paired_change(&cases.joints[i], &changes);
        check_test(&changes, &got);
        const struct {
            const char *name;
            double got;
        } columns[] = {{"change.n", (double)got.change.n},
                       {"change.mean", got.change.mean.number},
                       {"change.sd", got.change.sd.number},
                       {"t", got.t.number},
                       {"df", got.df.number},
                       {"dz", got.dz.number},
                       {"dav", got.dav.number},
                       {"r", got.r.number}};
        assert_string_equal(cases.names[i], vector_cell(&values, i, "case"));
        for (size_t c = 0; c < COUNT(columns); c++) {
            expect_close(cases.names[i], columns[c].name, columns[c].got,
                         vector_number(&values, i, columns[c].name), 1e-12);
        }
        expect_p(cases.names[i], got.p_t.number, vector_number(&values, i, "log_p_t"));
    }
    vectors_close(&values);
    cases_close(&cases);
}

/* Chapter 5 of the design: what is empty. By hand. */
static const struct {
    const char *name;
    struct pair_count pairs[4];
    size_t n_pairs;
    double t, df, p_t, dz, dav, r;
} edges[] = {
    {"nobody", {{0, 0, 0}}, 0, NAN, NAN, NAN, NAN, NAN, NAN},
    {"one", {{3, 5, 1}}, 1, NAN, 0.0, NAN, NAN, NAN, NAN},
    {"one, no change", {{3, 3, 1}}, 1, NAN, 0.0, NAN, NAN, NAN, NAN},
    {"all the same pair", {{3, 5, 7}}, 1, NAN, 6.0, NAN, NAN, NAN, NAN},
    {"two, change equally", {{3, 5, 1}, {4, 6, 1}}, 2, NAN, 1.0, NAN, NAN, 2.8284271247461903, 1.0},
    {"two, no change", {{3, 3, 1}, {4, 4, 1}}, 2, NAN, 1.0, NAN, NAN, 0.0, 1.0},
    {"before alike", {{3, 3, 1}, {3, 5, 1}}, 2, 1.0, 1.0, 0.5, 0.7071067811865475, 1.0, NAN},
    {"after alike", {{3, 5, 1}, {5, 5, 1}}, 2, 1.0, 1.0, 0.5, 0.7071067811865475, 1.0, NAN},
    {"there and back", {{3, 5, 1}, {5, 3, 1}}, 2, 0.0, 1.0, 1.0, 0.0, 0.0, -1.0},
    {"no relation", {{0, 0, 1}, {0, 2, 1}, {2, 0, 1}, {2, 2, 1}}, 4, 0.0, 3.0, 1.0, 0.0, 0.0, 0.0},
};

static void test_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(edges); i++) {
        const struct joint joint = {edges[i].pairs, edges[i].n_pairs, 1};
        struct score_count scores[4];
        const struct distribution changes = {scores, joint_change(&joint, scores), 1};
        const struct paired_change got = paired_change(&joint, &changes);
        check_test(&changes, &got);
        expect_close(edges[i].name, "t", got.t.number, edges[i].t, 1e-15);
        expect_close(edges[i].name, "df", got.df.number, edges[i].df, 0.0);
        expect_close(edges[i].name, "p_t", got.p_t.number, edges[i].p_t, 1e-15);
        expect_close(edges[i].name, "dz", got.dz.number, edges[i].dz, 1e-15);
        expect_close(edges[i].name, "dav", got.dav.number, edges[i].dav, 2e-16);
        expect_close(edges[i].name, "r", got.r.number, edges[i].r, 0.0);
    }
}

/* Equal changes of scores that differ in their last unit: exact, where a tolerance or a double would
   take them for alike or for different. A perfect correlation is just 1 whatever its size. */
static void test_exact(void **state)
{
    const struct pair_count alike[] = {{300000000001, 400000000002, 5},
                                       {300000000003, 400000000004, 7},
                                       {999999999999, 1100000000000, 1}};
    const struct pair_count unlike[] = {{300000000001, 400000000002, 5},
                                        {300000000003, 400000000004, 7},
                                        {999999999999, 1100000000001, 1}};
    const struct pair_count line[] = {
        {200000000001, 500000000012, 5}, {300000000003, 200000000006, 7}, {366666666671, 2, 1}};
    const struct pair_count curve[] = {{300000000001, 400000000002, 5},
                                       {500000000003, 400000000004, 7},
                                       {999999999999, 1100000000001, 1}};
    struct score_count scores[3];
    const struct joint joints[] = {{alike, COUNT(alike), 10000000000},
                                   {unlike, COUNT(unlike), 10000000000},
                                   {line, COUNT(line), 10000000000},
                                   {curve, COUNT(curve), 10000000000}};
    struct distribution changes = {scores, joint_change(&joints[0], scores), 10000000000};
    struct paired_change got = paired_change(&joints[0], &changes);
    (void)state;
    assert_int_equal(got.t.kind, VALUE_UNDEFINED);
    expect_close("alike", "sd", got.change.sd.number, 0.0, 0.0);
    expect_close("alike", "r", got.r.number, 1.0, 0.0);
    changes.n_scores = joint_change(&joints[1], scores);
    got = paired_change(&joints[1], &changes);
    /* sd = 1e-10 sqrt(1/13), so t = 13 (100000000001 + 1/13) */
    expect_close("unlike", "t", got.t.number, 1300000000014.0, 4e-16);
    /* after = 1100000000015 - 3 before */
    changes.n_scores = joint_change(&joints[2], scores);
    expect_close("line", "r", paired_change(&joints[2], &changes).r.number, -1.0, 0.0);
    /* 50-digit decimal arithmetic (Python) */
    changes.n_scores = joint_change(&joints[3], scores);
    expect_close("curve", "r", paired_change(&joints[3], &changes).r.number, 0.8539125638290415,
                 4e-16);
}

/* The distributions of a joint: sorted, equal scores together. By hand. */
static void test_distributions(void **state)
{
    const struct pair_count pairs[] = {{1, 9, 2}, {1, 10, 3}, {2, 0, 4}, {2, 10, 5}, {4, 12, 6}};
    const struct joint joint = {pairs, COUNT(pairs), 1};
    const struct score_count before[] = {{1, 5}, {2, 9}, {4, 6}};
    const struct score_count after[] = {{0, 4}, {9, 2}, {10, 8}, {12, 6}};
    const struct score_count change[] = {{-2, 4}, {8, 13}, {9, 3}};
    const struct {
        size_t (*of)(const struct joint *, struct score_count[]);
        const struct score_count *expected;
        size_t n;
    } cases[] = {{joint_before, before, COUNT(before)},
                 {joint_after, after, COUNT(after)},
                 {joint_change, change, COUNT(change)}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct score_count got[COUNT(pairs)];
        assert_int_equal(cases[i].of(&joint, got), cases[i].n);
        for (size_t j = 0; j < cases[i].n; j++) {
            assert_int_equal(got[j].score, cases[i].expected[j].score);
            assert_int_equal(got[j].count, cases[i].expected[j].count);
        }
    }
}

/* Changes of many pairs, of every width: each score that occurs once, in order, with as many as were
   given. */
static void test_many_changes(void **state)
{
    (void)state;
    enum { N = 3000 };
    static struct pair_count pairs[N];
    static struct score_count out[N];
    uint64_t random = 11;
    for (unsigned bits = 1; bits < 42; bits++) {
        const struct joint joint = {pairs, N, 1};
        int64_t sum = 0, sum_out = 0;
        uint64_t n = 0, n_out = 0;
        size_t n_scores;
        for (size_t i = 0; i < N; i++) {
            const int64_t width = INT64_C(1) << bits;
            const int64_t change = (int64_t)(draw(&random) % (uint64_t)width) - width / 3;
            pairs[i] = (struct pair_count){7, 7 + change, 1 + draw_below(&random, 5)};
            n += pairs[i].count;
            sum += change * (int64_t)pairs[i].count;
        }
        n_scores = joint_change(&joint, out);
        for (size_t i = 0; i < n_scores; i++) {
            assert_true(i == 0 || out[i - 1].score < out[i].score);
            n_out += out[i].count;
            sum_out += out[i].score * (int64_t)out[i].count;
        }
        assert_int_equal(n_out, n);
        assert_int_equal(sum_out, sum);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_r),     cmocka_unit_test(test_edges),
        cmocka_unit_test(test_exact),         cmocka_unit_test(test_many_changes),
        cmocka_unit_test(test_distributions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

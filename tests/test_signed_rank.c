/* Expected values: tests/reference/statistics.csv (R 4.2.2, by statistics.R), and a few by hand. */
#include "tests/check.h"

#include "engine/stats/signed_rank.h"
#include "tests/cases.h"
#include "tests/vectors.h"

static double work[SIGNED_RANK_WORK];

static void expect_p_sign(const char *name, double got, double log_p)
{
    if (log_p < -745.0) {
        expect_close(name, "p_sign", got, 0.0, 1e-300);
    } else {
        expect_close(name, "log_p_sign", isnan(log_p) ? got : log(got), log_p, 1e-12);
    }
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
        const struct signed_rank got = signed_rank(&changes, ZEROS_DROPPED, work);
        const struct {
            const char *name;
            double got;
        } columns[] = {{"n_up", (double)got.n_up},
                       {"n_same", (double)got.n_same},
                       {"n_down", (double)got.n_down},
                       {"v", got.v.number},
                       {"p_wilcoxon", got.p_wilcoxon.number},
                       {"wilcoxon_exact", got.exact.number},
                       {"rank_biserial", got.rank_biserial.number}};
        assert_string_equal(cases.names[i], vector_cell(&values, i, "case"));
        for (size_t c = 0; c < COUNT(columns); c++) {
            expect_close(cases.names[i], columns[c].name, columns[c].got,
                         vector_number(&values, i, columns[c].name), 1e-12);
        }
        expect_p_sign(cases.names[i], got.p_sign.number, vector_number(&values, i, "log_p_sign"));
    }
    vectors_close(&values);
    cases_close(&cases);
}

/* By hand, counting sign patterns; the p of many from 40-digit arithmetic (Python, mpmath):
   erfc for the normal ones, whole binomial coefficients for the sign tests. */
static const struct {
    const char *name;
    struct score_count scores[6];
    size_t n_scores;
    double v, p_wilcoxon, exact, p_sign, rank_biserial;
} edges[] = {
    {"nobody", {{0, 0}}, 0, NAN, NAN, NAN, NAN, NAN},
    {"no change", {{0, 7}}, 1, 0.0, NAN, 1.0, NAN, NAN},
    {"one up", {{4, 1}}, 1, 1.0, 1.0, 1.0, 1.0, 1.0},
    {"one down", {{-4, 1}, {0, 1}}, 2, 0.0, 1.0, 1.0, 1.0, -1.0},
    {"two up", {{1, 1}, {4, 1}}, 2, 3.0, 0.5, 1.0, 0.5, 1.0},
    {"two up equally", {{3, 2}}, 1, 3.0, 0.5, 1.0, 0.5, 1.0},
    {"tied, opposite", {{-3, 1}, {3, 1}}, 2, 1.5, 1.0, 1.0, 1.0, 0.0},
    /* ranks 1.5 1.5 3: V >= 4.5 in 3 of the 8 patterns */
    {"one down, tied", {{-2, 1}, {2, 1}, {5, 1}}, 3, 4.5, 0.75, 1.0, 1.0, 0.5},
    /* ranks 2 2 2 4: V = 10 once, 8 three times, ... V <= 2: 0 once, 2 three times */
    {"three tied", {{-9, 1}, {-4, 2}, {4, 1}}, 3, 2.0, 0.5, 1.0, 0.625, -0.6},
    {"200 up equally", {{5, 200}}, 1, 20100.0, 0x1p-199, 1.0, 0x1p-199, 1.0},
    {"201 up equally", {{5, 201}}, 1, 20301.0, 1.2762424745962965e-45, 0.0, 0x1p-200, 1.0},
    {"halfway", {{-5, 150}, {5, 150}}, 2, 22575.0, 1.0, 0.0, 1.0, 0.0},
    {"as even as can be",
     {{-5, 500}, {5, 501}},
     2,
     251001.0,
     0.9748357909579808,
     0.0,
     1.0,
     0.000999000999000999},
    {"30 in 200",
     {{-3, 30}, {3, 170}},
     2,
     17085.0,
     6.173135356213868e-25,
     1.0,
     6.173135356213868e-25,
     0.7},
    {"hundred million",
     {{-3, 49900000}, {3, 50100000}},
     2,
     2505000025050000.0,
     5.507248237433305e-89,
     0.0,
     5.517565485933042e-89,
     0.002},
    {"a rare few",
     {{-3, 5}, {3, 1020}},
     2,
     523260.0,
     1.4030780379328953e-220,
     0.0,
     5.219263391037319e-296,
     0.99024390243902438},
};

static void test_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(edges); i++) {
        const struct distribution changes = {edges[i].scores, edges[i].n_scores, 1};
        const struct signed_rank got = signed_rank(&changes, ZEROS_DROPPED, work);
        expect_close(edges[i].name, "v", got.v.number, edges[i].v, 0.0);
        expect_close(edges[i].name, "p_wilcoxon", got.p_wilcoxon.number, edges[i].p_wilcoxon,
                     1e-12);
        expect_close(edges[i].name, "exact", got.exact.number, edges[i].exact, 0.0);
        expect_close(edges[i].name, "p_sign", got.p_sign.number, edges[i].p_sign,
                     edges[i].p_sign == 1.0 ? 0.0 : 1e-12);
        expect_close(edges[i].name, "rank_biserial", got.rank_biserial.number,
                     edges[i].rank_biserial, 0.0);
    }
}

/* The exact p against all 2^m sign patterns, for sizes of change with and without ties. */
static double counted_out(const uint64_t doubled_ranks[], unsigned m, uint64_t doubled_v)
{
    uint64_t below = 0, above = 0;
    for (uint64_t pattern = 0; pattern < (uint64_t)1 << m; pattern++) {
        uint64_t sum = 0;
        for (unsigned i = 0; i < m; i++) {
            sum += (pattern >> i & 1) != 0 ? doubled_ranks[i] : 0;
        }
        below += sum <= doubled_v;
        above += sum >= doubled_v;
    }
    return fmin(1.0, 2.0 * (double)(below < above ? below : above) / (double)((uint64_t)1 << m));
}

enum { M = 9 };

/* Groups of equal size, by their lengths, and the doubled mid-ranks that gives; by hand. */
struct shape {
    unsigned lengths[M];
    uint64_t doubled_ranks[M];
};

static const struct shape shapes[] = {
    {{1, 1, 1, 1, 1, 1, 1, 1, 1}, {2, 4, 6, 8, 10, 12, 14, 16, 18}},
    {{2, 3, 1, 3}, {3, 3, 8, 8, 8, 12, 16, 16, 16}},
    {{4, 5}, {5, 5, 5, 5, 14, 14, 14, 14, 14}},
    {{9}, {10, 10, 10, 10, 10, 10, 10, 10, 10}},
};

/* The changes of M people with these signs: the i-th smallest is positive where bit i is set.
   Returns how many scores that makes. */
static size_t signed_changes(const struct shape *shape, unsigned signs,
                             struct score_count scores[2 * M])
{
    uint64_t counts[2 * M + 1] = {0}; /* by change, from -M to M */
    size_t n_scores = 0;
    unsigned group = 0, end = shape->lengths[0];
    for (unsigned i = 0; i < M; i++) {
        if (i == end) {
            end += shape->lengths[++group];
        }
        counts[(signs >> i & 1) != 0 ? M + 1 + group : M - 1 - group]++;
    }
    for (unsigned i = 0; i <= 2 * M; i++) {
        if (counts[i] > 0) {
            scores[n_scores++] = (struct score_count){(int64_t)i - M, counts[i]};
        }
    }
    return n_scores;
}

/* T-scores are rounded to 1e-10: four changes of 5.25 and one of 3, each off by up to a unit, have the
   ranks 3.5 (four times) and 1, so that V is 1 + 3 x 3.5. In whole points one unit is a difference:
   sizes 2, 3, 4, 5 have ranks of their own. */
static void test_rounded_scores(void **state)
{
    const int64_t unit = INT64_C(10000000000), size = 525 * unit / 100;
    const struct score_count rounded[] = {
        {-size, 1}, {3 * unit, 1}, {size - 1, 1}, {size, 1}, {size + 1, 1}};
    const struct score_count whole[] = {{-3, 1}, {2, 1}, {4, 1}, {5, 1}};
    const struct distribution t_scores = {rounded, COUNT(rounded), unit},
                              points = {whole, COUNT(whole), 1};
    const struct signed_rank of_t = signed_rank(&t_scores, ZEROS_DROPPED, work);
    (void)state;
    assert_true(of_t.v.number == 1.0 + 3 * 3.5);
    assert_int_equal(of_t.n_up, 4);
    assert_int_equal(of_t.n_down, 1);
    assert_true(signed_rank(&points, ZEROS_DROPPED, work).v.number == 1.0 + 3.0 + 4.0);
}

static void test_every_pattern(void **state)
{
    (void)state;
    for (size_t shape = 0; shape < COUNT(shapes); shape++) {
        for (unsigned signs = 0; signs < 1U << M; signs++) {
            struct score_count scores[2 * M];
            const struct distribution changes = {scores,
                                                 signed_changes(&shapes[shape], signs, scores), 1};
            const struct signed_rank got = signed_rank(&changes, ZEROS_DROPPED, work);
            uint64_t doubled_v = 0;
            for (unsigned i = 0; i < M; i++) {
                doubled_v += (signs >> i & 1) != 0 ? shapes[shape].doubled_ranks[i] : 0;
            }
            expect_close("pattern", "v", got.v.number, (double)doubled_v / 2.0, 0.0);
            expect_close("pattern", "p", got.p_wilcoxon.number,
                         counted_out(shapes[shape].doubled_ranks, M, doubled_v), 0.0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_r),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_rounded_scores),
        cmocka_unit_test(test_every_pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Expected cells counted by hand. */
#include "tests/check.h"

#include <string.h>
#include "engine/tally.h"

#define R(name) TALLY_REASON(REASON_##name)
#define ONE TALLY_ONE_STAGE

static void count_times(struct tally *tally, const struct tally_cell *cell)
{
    for (uint64_t i = 0; i < cell->count; i++) {
        assert_true(tally_count(tally, cell));
    }
}

static void check_cells(const char *name, const struct tally_cell *got, size_t n_got,
                        const struct tally_cell *expected, size_t n)
{
    if (n_got != n) {
        fail_msg("%s: expected %zu cells, got %zu", name, n, n_got);
    }
    for (size_t i = 0; i < n; i++) {
        const struct tally_cell *const g = &got[i], *const e = &expected[i];
        if (g->cohort != e->cohort || g->scale != e->scale || g->stage != e->stage ||
            g->later != e->later || g->code != e->code || g->later_code != e->later_code ||
            g->count != e->count) {
            fail_msg("%s: cell %zu: cohort %u, scale %u, stages %u %u, codes %lld %lld, count %llu",
                     name, i, g->cohort, g->scale, g->stage, g->later, (long long)g->code,
                     (long long)g->later_code, (unsigned long long)g->count);
        }
    }
}

/* In sorted order: cohort, scale, stage, later stage, code, later code; reasons before all scores.
   */
static const struct tally_cell sorted[] = {
    {0, 0, 0, 1, R(NO_FORM), 3, 1},
    {0, 0, 0, 1, R(INCOMPLETE), R(CONFLICTING), 2},
    {0, 0, 0, 1, -5, R(NO_FORM), 1},
    {0, 0, 0, 1, -5, -6, 3},
    {0, 0, 0, 1, -5, 7, 1},
    {0, 0, 0, 1, 0, 0, 4},
    {0, 0, 0, 2, 0, 0, 1},
    {0, 0, 0, ONE, R(NO_FORM), 0, 1},
    {0, 0, 0, ONE, -5, 0, 5},
    {0, 0, 0, ONE, 0, 0, 2},
    {0, 0, 0, TALLY_ALL_STAGES, -5, 0, 1},
    {0, 0, 1, 2, 9, 9, 1},
    {0, 1, 0, 1, 2, 2, 1},
    {0, 2, 0, 1, 1, 1, 1},
    {1, 0, 0, 1, R(NO_FORM), 3, 2},
    {1, 0, 0, 1, 0, 0, 1},
    {2, 0, 0, ONE, -5, 0, 7},
    {70000, 0, 0, 1, INT64_MAX, INT64_MIN + N_REASONS, 1},
};

static void test_count_and_sort(void **state)
{
    (void)state;
    struct tally tally = {0};
    for (size_t i = COUNT(sorted); i-- > 0;) {
        count_times(&tally, &sorted[i]);
    }
    tally_sort(&tally);
    check_cells("backwards", tally.cells, tally.n_cells, sorted, COUNT(sorted));
    tally_sort(&tally); /* nothing to do */
    check_cells("again", tally.cells, tally.n_cells, sorted, COUNT(sorted));
    count_times(&tally, &sorted[3]); /* counting goes on after sorting */
    tally_sort(&tally);
    assert_int_equal(tally.n_cells, COUNT(sorted));
    assert_int_equal(tally.cells[3].count, 6);
    tally_free(&tally);
    tally_free(&tally);
    tally_sort(&tally);
    assert_int_equal(tally.n_cells, 0);
}

/* So many cells that every array grows: code i is counted i % 3 + 1 times, interleaved. */
static void test_growth(void **state)
{
    (void)state;
    struct tally tally = {0};
    const int64_t n = 20000;
    for (int64_t round = 0; round < 3; round++) {
        for (int64_t i = 0; i < n; i++) {
            const struct tally_cell cell = {.later = 1, .code = i * 7919 % n, .later_code = 5};
            if (cell.code % 3 >= round) {
                assert_true(tally_count(&tally, &cell));
            }
        }
    }
    tally_sort(&tally);
    assert_int_equal(tally.n_cells, n);
    for (int64_t i = 0; i < n; i++) {
        assert_int_equal(tally.cells[i].code, i);
        assert_int_equal(tally.cells[i].count, i % 3 + 1);
    }
    tally_free(&tally);
}

static const struct {
    uint32_t cohort;
    size_t scale, stage, later, first, n; /* in `sorted` */
} found[] = {
    {0, 0, 0, 1, 0, 6},      {0, 0, 0, 2, 6, 1},
    {0, 0, 0, ONE, 7, 3},    {0, 0, 0, TALLY_ALL_STAGES, 10, 1},
    {0, 0, 1, 2, 11, 1},     {0, 0, 1, 1, 11, 0},
    {0, 1, 0, 1, 12, 1},     {0, 2, 0, 1, 13, 1},
    {0, 2, 0, 0, 13, 0},     {0, 3, 0, 1, 14, 0},
    {1, 0, 0, 1, 14, 2},     {1, 0, 0, ONE, 16, 0},
    {2, 0, 0, ONE, 16, 1},   {70000, 0, 0, 1, 17, 1},
    {70001, 0, 0, 1, 18, 0},
};

static void test_find(void **state)
{
    (void)state;
    struct tally tally = {0};
    size_t n = 99;
    tally_find(&tally, 0, 0, 0, 1, &n);
    assert_int_equal(n, 0);
    for (size_t i = 0; i < COUNT(sorted); i++) {
        count_times(&tally, &sorted[i]);
    }
    tally_sort(&tally);
    for (size_t i = 0; i < COUNT(found); i++) {
        const struct tally_cell *const cells =
            tally_find(&tally, found[i].cohort, found[i].scale, found[i].stage, found[i].later, &n);
        if (n != found[i].n || (n > 0 && cells != tally.cells + found[i].first)) {
            fail_msg("row %zu: %zu cells", i, n);
        }
    }
    tally_free(&tally);
}

/* The first six cells of `sorted`, as scores and as pairs. */
static void test_scores_and_pairs(void **state)
{
    (void)state;
    struct score_count scores[6];
    struct pair_count pairs[6];
    assert_int_equal(tally_scores(sorted, 6, scores), 2);
    assert_int_equal(scores[0].score, -5);
    assert_int_equal(scores[0].count, 5); /* also where the later one is none */
    assert_int_equal(scores[1].score, 0);
    assert_int_equal(scores[1].count, 4);
    assert_int_equal(tally_pairs(sorted, 6, pairs), 3);
    assert_true(pairs[0].before == -5 && pairs[0].after == -6 && pairs[0].count == 3);
    assert_true(pairs[1].before == -5 && pairs[1].after == 7 && pairs[1].count == 1);
    assert_true(pairs[2].before == 0 && pairs[2].after == 0 && pairs[2].count == 4);
    assert_int_equal(tally_scores(sorted, 2, scores), 0);
    assert_int_equal(tally_pairs(sorted, 3, pairs), 0);
    assert_int_equal(tally_scores(sorted, 0, scores), 0);
    assert_int_equal(tally_scores(&sorted[17], 1, scores), 1); /* the largest score */
    assert_int_equal(tally_pairs(&sorted[17], 1, pairs), 1);   /* and the lowest */
}

/* Every reason is below every score, and comes back as it was. */
static void test_codes(void **state)
{
    (void)state;
    for (unsigned reason = 0; reason < N_REASONS; reason++) {
        const tally_code code = TALLY_REASON(reason);
        assert_false(tally_is_score(code));
        assert_int_equal(tally_reason(code), reason);
    }
    assert_true(tally_is_score(TALLY_REASON(N_REASONS)));
    assert_true(tally_is_score(INT64_MAX));
}

static const struct tally_cell fine[] = {
    {0, 0, 0, 1, 1, 2, 3}, {1, 0, 0, 1, 1, 2, 4}, {2, 0, 0, 1, 1, 2, 5},
    {2, 0, 0, 1, 1, 3, 1}, {2, 1, 0, 1, 1, 2, 1}, {3, 0, 0, 1, 0, 2, 2},
};
static const struct goal_cell fine_goals[] = {
    {0, 5, 1, GOAL_LATEST, -2, 2},
    {0, 5, 1, GOAL_AFTER, -2, 1},
    {1, 5, 1, GOAL_LATEST, -2, 3},
    {1, UINT32_MAX, 1, GOAL_LATEST, -2, 1},
    {2, 5, 0, GOAL_LATEST, GOAL_NOT_REVIEWED, 1},
    {2, 5, 1, GOAL_LATEST, 4, 1},
};

/* Merging cohorts adds their counts: into two groups, and into All. */
static const struct {
    const char *name;
    uint32_t group_of[4];
    struct tally_cell cells[COUNT(fine)];
    size_t n_cells;
    struct goal_cell goals[COUNT(fine_goals)];
    size_t n_goals;
} merges[] = {
    {"two groups, the other way round",
     {1, 0, 1, 0},
     {{0, 0, 0, 1, 0, 2, 2},
      {0, 0, 0, 1, 1, 2, 4},
      {1, 0, 0, 1, 1, 2, 8},
      {1, 0, 0, 1, 1, 3, 1},
      {1, 1, 0, 1, 1, 2, 1}},
     5,
     {{0, 5, 1, GOAL_LATEST, -2, 3},
      {0, UINT32_MAX, 1, GOAL_LATEST, -2, 1},
      {1, 5, 0, GOAL_LATEST, GOAL_NOT_REVIEWED, 1},
      {1, 5, 1, GOAL_LATEST, -2, 2},
      {1, 5, 1, GOAL_LATEST, 4, 1},
      {1, 5, 1, GOAL_AFTER, -2, 1}},
     6},
    {"All",
     {0, 0, 0, 0},
     {{0, 0, 0, 1, 0, 2, 2}, {0, 0, 0, 1, 1, 2, 12}, {0, 0, 0, 1, 1, 3, 1}, {0, 1, 0, 1, 1, 2, 1}},
     4,
     {{0, 5, 0, GOAL_LATEST, GOAL_NOT_REVIEWED, 1},
      {0, 5, 1, GOAL_LATEST, -2, 5},
      {0, 5, 1, GOAL_LATEST, 4, 1},
      {0, 5, 1, GOAL_AFTER, -2, 1},
      {0, UINT32_MAX, 1, GOAL_LATEST, -2, 1}},
     5},
    {"each by itself",
     {0, 1, 2, 3},
     {{0, 0, 0, 1, 1, 2, 3},
      {1, 0, 0, 1, 1, 2, 4},
      {2, 0, 0, 1, 1, 2, 5},
      {2, 0, 0, 1, 1, 3, 1},
      {2, 1, 0, 1, 1, 2, 1},
      {3, 0, 0, 1, 0, 2, 2}},
     6,
     {{0, 5, 1, GOAL_LATEST, -2, 2},
      {0, 5, 1, GOAL_AFTER, -2, 1},
      {1, 5, 1, GOAL_LATEST, -2, 3},
      {1, UINT32_MAX, 1, GOAL_LATEST, -2, 1},
      {2, 5, 0, GOAL_LATEST, GOAL_NOT_REVIEWED, 1},
      {2, 5, 1, GOAL_LATEST, 4, 1}},
     6},
};

static void check_goals(const char *name, const struct tally *tally,
                        const struct goal_cell *expected, size_t n)
{
    if (tally->n_goals != n) {
        fail_msg("%s: expected %zu goals, got %zu", name, n, tally->n_goals);
    }
    for (size_t i = 0; i < n; i++) {
        const struct goal_cell *const g = &tally->goals[i], *const e = &expected[i];
        if (g->cohort != e->cohort || g->category != e->category || g->flags != e->flags ||
            g->occasion != e->occasion || g->halves != e->halves || g->count != e->count) {
            fail_msg("%s: goal %zu: cohort %u, occasion %u, halves %d, count %llu", name, i,
                     g->cohort, g->occasion, g->halves, (unsigned long long)g->count);
        }
    }
}

static void test_coarsen(void **state)
{
    (void)state;
    struct tally tally = {0}, out;
    for (size_t i = 0; i < COUNT(fine); i++) {
        count_times(&tally, &fine[i]);
    }
    for (size_t i = COUNT(fine_goals); i-- > 0;) {
        for (uint64_t k = 0; k < fine_goals[i].count; k++) {
            assert_true(tally_count_goal(&tally, &fine_goals[i]));
        }
    }
    tally_sort(&tally);
    for (size_t i = 0; i < COUNT(merges); i++) {
        assert_true(tally_coarsen(&tally, merges[i].group_of, &out));
        check_cells(merges[i].name, out.cells, out.n_cells, merges[i].cells, merges[i].n_cells);
        check_goals(merges[i].name, &out, merges[i].goals, merges[i].n_goals);
        tally_free(&out);
    }
    tally_free(&tally);
    assert_true(tally_coarsen(&tally, merges[0].group_of, &out)); /* of nobody */
    assert_int_equal(out.n_cells, 0);
    assert_int_equal(out.n_goals, 0);
    tally_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count_and_sort), cmocka_unit_test(test_growth),
        cmocka_unit_test(test_find),           cmocka_unit_test(test_scores_and_pairs),
        cmocka_unit_test(test_codes),          cmocka_unit_test(test_coarsen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Expected cells counted by hand. */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>
#include "engine/tally_coarsen.h"

#define R(name) TALLY_REASON(REASON_##name)
#define ONE TALLY_ONE_STAGE

/* A cell of a cohort and how many are in it. */
struct counted_cell {
    uint32_t cohort;
    uint16_t scale, stage, later;
    tally_code code, later_code;
    uint32_t count;
};

static void count_times(struct tally *tally, const struct counted_cell *c)
{
    const struct tally_cell cell = {c->cohort, c->scale, c->stage,
                                    c->later,  c->code,  c->later_code};
    for (uint32_t i = 0; i < c->count; i++) {
        assert_true(tally_add(tally, &cell, 1));
    }
}

static struct cell_count without_cohort(const struct counted_cell *c)
{
    return (struct cell_count){.scale = c->scale,
                               .stage = (uint8_t)c->stage,
                               .later = (uint8_t)c->later,
                               .count = c->count,
                               .code = c->code,
                               .later_code = c->later_code};
}

/* The cells of a cohort, the caller's to free, and one more room. */
static struct cell_count *cells_of(const struct tally *tally, uint32_t cohort, size_t *n)
{
    const struct cells *const cells = &tally->cohorts[cohort].cells;
    struct cell_count *const out = calloc(cells->n + (size_t)1, sizeof *out);
    const unsigned char *next = cells->bytes;
    struct cell_run run;
    assert_non_null(out);
    *n = 0;
    while (cells_next_run(cells, &next, &run)) {
        struct cell_cursor at = run_cells(&run);
        while (cell_next(&at)) {
            assert_true(*n < cells->n);
            out[(*n)++] = at.cell;
        }
    }
    assert_int_equal(*n, cells->n);
    return out;
}

/* One of them. */
static struct cell_count cell_at(const struct tally *tally, uint32_t cohort, size_t i)
{
    size_t n;
    struct cell_count *const cells = cells_of(tally, cohort, &n);
    const struct cell_count cell = cells[i];
    assert_true(i < n);
    free(cells);
    return cell;
}

/* All cells of a sorted tally, cohort after cohort. */
static void check_cells(const char *name, const struct tally *tally,
                        const struct counted_cell *expected, size_t n)
{
    size_t at = 0;
    for (uint32_t cohort = 0; cohort < tally->n_cohorts; cohort++) {
        size_t n_got;
        struct cell_count *const got = cells_of(tally, cohort, &n_got);
        for (size_t i = 0; i < n_got; i++, at++) {
            const struct cell_count *const g = &got[i];
            const struct counted_cell *const e = &expected[at];
            if (at >= n || cohort != e->cohort || g->scale != e->scale || g->stage != e->stage ||
                g->later != e->later || g->code != e->code || g->later_code != e->later_code ||
                g->count != e->count) {
                fail_msg("%s: cell %zu: cohort %u, scale %u, stages %u %u, codes %lld %lld, "
                         "count %u",
                         name, at, cohort, g->scale, g->stage, g->later, (long long)g->code,
                         (long long)g->later_code, g->count);
            }
        }
        free(got);
    }
    if (at != n || tally->n_cells != n) {
        fail_msg("%s: expected %zu cells, got %zu, said to be %zu", name, n, at, tally->n_cells);
    }
}

/* In sorted order: cohort, scale, stage, later stage, code, later code; reasons before all scores.
   */
static const struct counted_cell sorted[] = {
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
    assert_true(tally_sort(&tally));
    check_cells("backwards", &tally, sorted, COUNT(sorted));
    assert_true(tally_sort(&tally)); /* nothing to do */
    check_cells("again", &tally, sorted, COUNT(sorted));
    count_times(&tally, &sorted[3]); /* counting goes on after sorting */
    assert_true(tally_sort(&tally));
    assert_int_equal(tally.n_cells, COUNT(sorted));
    assert_int_equal(cell_at(&tally, 0, 3).count, 6);
    tally_free(&tally);
    tally_free(&tally);
    assert_true(tally_sort(&tally));
    assert_int_equal(tally.n_cells, 0);
}

/* So many cells that every array grows: code i is counted i % 3 + 1 times, interleaved. */
static void test_growth(void **state)
{
    (void)state;
    struct tally tally = {0};
    const int64_t n = 20000;
    struct cell_count *cells;
    size_t n_cells;
    for (int64_t round = 0; round < 3; round++) {
        for (int64_t i = 0; i < n; i++) {
            const struct tally_cell cell = {.later = 1, .code = i * 7919 % n, .later_code = 5};
            if (cell.code % 3 >= round) {
                assert_true(tally_add(&tally, &cell, 1));
            }
        }
    }
    assert_true(tally_sort(&tally));
    assert_int_equal(tally.n_cells, n);
    cells = cells_of(&tally, 0, &n_cells);
    for (int64_t i = 0; i < n; i++) {
        assert_int_equal(cells[i].code, i);
        assert_int_equal(cells[i].count, i % 3 + 1);
    }
    free(cells);
    tally_free(&tally);
}

/* The next of a row of numbers without a pattern: Vigna's splitmix64. */
static uint64_t mixed(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* A reason, a small or negative score, or any number at all. */
static tally_code any_code(uint64_t *state)
{
    const uint64_t kind = mixed(state) % 8;
    return kind == 0   ? TALLY_REASON(mixed(state) % N_REASONS)
           : kind == 1 ? (tally_code)mixed(state)
                       : (tally_code)(mixed(state) % 700) - 300;
}

/* Cells that differ in any byte of what they are sorted by: each stands before the next, and all
   are counted. */
static void test_any_cells(void **state)
{
    (void)state;
    struct tally tally = {0};
    uint64_t from = 1, sum = 0;
    const uint32_t n = 60000;
    for (uint32_t i = 0; i < n; i++) {
        const struct tally_cell cell = {.cohort = (uint32_t)(mixed(&from) % 3),
                                        .scale = (uint16_t)(mixed(&from) % 3 * 300),
                                        .stage = (uint16_t)(mixed(&from) % 2),
                                        .later = mixed(&from) % 2 == 0 ? 7 : ONE,
                                        .code = any_code(&from),
                                        .later_code = any_code(&from)};
        assert_true(tally_add(&tally, &cell, 1));
    }
    assert_true(tally_sort(&tally));
    for (uint32_t c = 0; c < 3; c++) {
        size_t n_cells;
        struct cell_count *const cells = cells_of(&tally, c, &n_cells);
        for (uint32_t i = 0; i < n_cells; i++) {
            const struct cell_count *const a = &cells[i], *const b = a + 1;
            sum += a->count;
            if (i + 1 < n_cells &&
                (a->scale > b->scale ||
                 (a->scale == b->scale &&
                  (a->stage > b->stage ||
                   (a->stage == b->stage &&
                    (a->later > b->later ||
                     (a->later == b->later &&
                      (a->code > b->code ||
                       (a->code == b->code && a->later_code >= b->later_code))))))))) {
                fail_msg("cohort %u: cells %u and %u are not in order", c, i, i + 1);
            }
        }
        free(cells);
    }
    assert_int_equal(sum, n);
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
    struct cell_cursor at = tally_find(&tally, 0, 0, 0, 1);
    assert_false(cell_next(&at));
    for (size_t i = 0; i < COUNT(sorted); i++) {
        count_times(&tally, &sorted[i]);
    }
    assert_true(tally_sort(&tally));
    for (size_t i = 0; i < COUNT(found); i++) {
        size_t n = 0;
        at = tally_find(&tally, found[i].cohort, found[i].scale, found[i].stage, found[i].later);
        for (; cell_next(&at); n++) {
            const struct cell_count cell =
                without_cohort(&sorted[(found[i].first + n) % COUNT(sorted)]);
            assert_memory_equal(&at.cell, &cell, sizeof cell);
        }
        if (n != found[i].n) {
            fail_msg("row %zu: %zu cells", i, n);
        }
    }
    tally_free(&tally);
}

/* Cells of `sorted`, as scores and as pairs. */
static void test_scores_and_pairs(void **state)
{
    (void)state;
    struct score_count scores[6];
    struct pair_count pairs[6];
    struct tally tally = {0};
    for (size_t i = 0; i < COUNT(sorted); i++) {
        count_times(&tally, &sorted[i]);
    }
    assert_true(tally_sort(&tally));
    assert_int_equal(tally_scores(tally_find(&tally, 0, 0, 0, 1), scores), 2);
    assert_int_equal(scores[0].score, -5);
    assert_int_equal(scores[0].count, 5); /* also where the later one is none */
    assert_int_equal(scores[1].score, 0);
    assert_int_equal(scores[1].count, 4);
    assert_int_equal(tally_pairs(tally_find(&tally, 0, 0, 0, 1), pairs), 3);
    assert_true(pairs[0].before == -5 && pairs[0].after == -6 && pairs[0].count == 3);
    assert_true(pairs[1].before == -5 && pairs[1].after == 7 && pairs[1].count == 1);
    assert_true(pairs[2].before == 0 && pairs[2].after == 0 && pairs[2].count == 4);
    assert_int_equal(tally_scores(tally_find(&tally, 0, 0, 3, 1), scores), 0); /* no cells */
    assert_int_equal(tally_pairs(tally_find(&tally, 0, 0, 3, 1), pairs), 0);
    /* the largest score and the lowest */
    assert_int_equal(tally_scores(tally_find(&tally, 70000, 0, 0, 1), scores), 1);
    assert_int_equal(tally_pairs(tally_find(&tally, 70000, 0, 0, 1), pairs), 1);
    assert_true(pairs[0].before == INT64_MAX && pairs[0].after == INT64_MIN + N_REASONS);
    tally_free(&tally);
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

static const struct counted_cell fine[] = {
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
    struct counted_cell cells[COUNT(fine)];
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
            assert_true(tally_add_goal(&tally, &fine_goals[i], 1));
        }
    }
    assert_true(tally_sort(&tally));
    for (size_t i = 0; i < COUNT(merges); i++) {
        assert_true(tally_coarsen(&tally, merges[i].group_of, &crew_of_one, &out));
        check_cells(merges[i].name, &out, merges[i].cells, merges[i].n_cells);
        check_goals(merges[i].name, &out, merges[i].goals, merges[i].n_goals);
        tally_free(&out);
    }
    tally_free(&tally);
    assert_true(tally_coarsen(&tally, merges[0].group_of, &crew_of_one, &out)); /* of nobody */
    assert_int_equal(out.n_cells, 0);
    assert_int_equal(out.n_goals, 0);
    tally_free(&out);
}

/* A code of one kind: near others, among thousands, from end to end, or always the same. */
static tally_code code_of_kind(size_t kind, uint64_t *from)
{
    static const int64_t spans[] = {60, 5000, 20000, 1};
    const uint64_t drawn = mixed(from);
    return kind == COUNT(spans) ? any_code(from)
           : drawn % 9 == 0     ? TALLY_REASON(drawn / 9 % N_REASONS)
                                : (tally_code)(drawn / 9 % (uint64_t)spans[kind]) - 10;
}

/* Whatever their codes, the cells of groups are those that would have been counted for the groups. */
static void test_coarsen_any(void **state)
{
    (void)state;
    static const uint32_t group_of[] = {1, 0, 1, 3, 1, 0, 1};
    struct tally fine_tally = {0}, counted = {0}, out;
    uint64_t from = 5;
    for (size_t i = 0; i < 40000; i++) {
        const uint64_t drawn = mixed(&from);
        struct tally_cell cell = {.cohort = (uint32_t)(drawn % COUNT(group_of)),
                                  .scale = (uint16_t)(drawn / 7 % 2),
                                  .stage = (uint16_t)(drawn / 14 % 5),
                                  .later = drawn / 70 % 2 == 0 ? 7 : ONE};
        cell.code = code_of_kind(cell.stage, &from);
        cell.later_code = code_of_kind(((size_t)cell.stage + cell.scale) % 5, &from);
        assert_true(tally_add(&fine_tally, &cell, 1 + (uint32_t)(drawn / 140 % 3)));
        cell.cohort = group_of[cell.cohort];
        assert_true(tally_add(&counted, &cell, 1 + (uint32_t)(drawn / 140 % 3)));
    }
    assert_true(tally_sort(&fine_tally));
    assert_true(tally_sort(&counted));
    assert_true(tally_coarsen(&fine_tally, group_of, &crew_of_one, &out));
    assert_int_equal(out.n_cells, counted.n_cells);
    assert_int_equal(out.n_cohorts, counted.n_cohorts);
    for (size_t c = 0; c < out.n_cohorts; c++) {
        const struct cells *const x = &out.cohorts[c].cells, *const y = &counted.cohorts[c].cells;
        assert_int_equal(x->n, y->n);
        assert_int_equal(x->n_bytes, y->n_bytes);
        if (x->n > 0) {
            assert_memory_equal(x->bytes, y->bytes, x->n_bytes);
        }
    }
    tally_free(&out);
    tally_free(&fine_tally);
    tally_free(&counted);
}

/* The cells of `sorted` dealt out to two tallies, some to both, come together again, from either
   side and from none. */
static void test_merge(void **state)
{
    (void)state;
    struct tally parts[2] = {{0}, {0}}, none = {0};
    const struct goal_cell goal = {3, 5, 1, GOAL_LATEST, -2, 0},
                           other = {2, 5, 1, GOAL_AFTER, 4, 0};
    for (uint32_t i = 0; i < COUNT(sorted); i++) {
        struct counted_cell part = sorted[i];
        part.count = sorted[i].count / 2;
        count_times(&parts[i % 2], &part);
        part.count = sorted[i].count - sorted[i].count / 2;
        count_times(&parts[i % 3 == 0], &part);
    }
    assert_true(tally_add_goal(&parts[0], &goal, 1) && tally_add_goal(&parts[1], &goal, 1) &&
                tally_add_goal(&parts[1], &other, 1));
    assert_true(tally_sort(&parts[0]));
    assert_true(tally_sort(&parts[1]));
    assert_true(tally_merge(&parts[0], &none));
    assert_true(tally_merge(&none, &parts[1])); /* a copy: merging borrows nothing */
    assert_true(tally_merge(&parts[0], &parts[1]));
    tally_free(&parts[1]);
    check_cells("merged", &parts[0], sorted, COUNT(sorted));
    assert_int_equal(parts[0].n_goals, 2);
    assert_true(parts[0].goals[0].cohort == 2 && parts[0].goals[0].count == 1);
    assert_true(parts[0].goals[1].cohort == 3 && parts[0].goals[1].count == 2);
    assert_true(none.n_cells > 0 && none.n_cells < COUNT(sorted));
    assert_int_equal(none.n_goals, 2);
    tally_free(&parts[0]);
    tally_free(&none);
}

/* Added to itself a tally doubles; 32 times is more than a count can hold, and said so. */
static void test_too_many(void **state)
{
    (void)state;
    const uint32_t group_of[] = {0, 0};
    const struct tally_cell other = {.cohort = 1, .later = 1, .code = 1, .later_code = 2};
    struct tally tally = {0}, copy, all;
    count_times(&tally, &fine[0]);
    assert_true(tally_sort(&tally));
    for (unsigned i = 0; i < 30; i++) { /* 3 2^30 */
        copy = (struct tally){0};
        assert_true(tally_merge(&copy, &tally) && tally_merge(&tally, &copy));
        tally_free(&copy);
    }
    assert_int_equal(cell_at(&tally, 0, 0).count, UINT32_C(3) << 30);
    assert_true(tally_add(&tally, &other, UINT32_MAX - (UINT32_C(3) << 30)));
    assert_true(tally_sort(&tally));
    assert_true(tally_coarsen(&tally, group_of, &crew_of_one, &all));
    assert_int_equal(cell_at(&all, 0, 0).count, UINT32_MAX);
    tally_free(&all);
    assert_true(tally_add(&tally, &other, 1) && tally_sort(&tally));
    assert_false(tally_coarsen(&tally, group_of, &crew_of_one, &all));
    assert_int_equal(all.n_cohorts, 0);
    copy = (struct tally){0};
    assert_true(tally_merge(&copy, &tally));
    assert_false(tally_merge(&tally, &copy));
    tally_free(&copy);
    tally_free(&tally);
}

/* Several at a time are as many ones, of cells and of goals. */
static void test_add_several(void **state)
{
    (void)state;
    struct tally tally = {0};
    for (size_t i = 0; i < COUNT(sorted); i++) {
        const struct counted_cell *const c = &sorted[i];
        const struct tally_cell cell = {c->cohort, c->scale, c->stage,
                                        c->later,  c->code,  c->later_code};
        assert_true(tally_add(&tally, &cell, c->count));
    }
    for (size_t i = 0; i < COUNT(fine_goals); i++) {
        assert_true(tally_add_goal(&tally, &fine_goals[i], fine_goals[i].count));
    }
    assert_true(tally_sort(&tally));
    check_cells("several", &tally, sorted, COUNT(sorted));
    check_goals("several", &tally, fine_goals, COUNT(fine_goals));
    tally_free(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count_and_sort), cmocka_unit_test(test_growth),
        cmocka_unit_test(test_find),           cmocka_unit_test(test_scores_and_pairs),
        cmocka_unit_test(test_codes),          cmocka_unit_test(test_coarsen),
        cmocka_unit_test(test_any_cells),      cmocka_unit_test(test_merge),
        cmocka_unit_test(test_too_many),       cmocka_unit_test(test_add_several),
        cmocka_unit_test(test_coarsen_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What a goal_counter makes of what it was told, against a list of what was told. */
#include "tests/check.h"

#include "engine/goal_counter.h"
#include "engine/names.h"
#include "tests/toy.h"

static const struct stage five[] = {
    {.name = "a"}, {.name = "b"}, {.name = "c"}, {.name = "d"}, {.name = "e"}};
static struct study study_of(size_t n_stages)
{
    return (struct study){.scales = toy_scales,
                          .n_scales = N_TOY_SCALES,
                          .stages = five,
                          .n_stages = n_stages,
                          .before = 0,
                          .after = n_stages - 1};
}

#define SCALE(scale) ((size_t)TOY_LEVEL + (scale))

static uint64_t count_of(const struct tally *tally, uint32_t cohort, size_t scale, size_t stage,
                         size_t later, tally_code code, tally_code later_code)
{
    uint64_t count = 0;
    struct cell_cursor at = tally_find(tally, cohort, scale, stage, later);
    while (cell_next(&at)) {
        count += at.cell.code == code && at.cell.later_code == later_code ? at.cell.count : 0;
    }
    return count;
}

static void add_stages(struct goal_counter *counter, const uint32_t numbers[], bool everywhere)
{
    for (size_t i = 0; i < counter->keys.study->n_stages; i += 2) {
        assert_true(goal_counter_stages(counter, GOALS_T_SCORE, i, numbers, everywhere, false));
    }
}

/* Stages are written down two by two; of five, one is left over. Reasons are no scores. */
static void test_stages(void **state)
{
    (void)state;
    const struct study study = study_of(5);
    struct goal_counter *const counter = goal_counter_new(&study);
    struct tally tally = {0};
    struct family_tally families = {0};
    uint32_t number[2], again;
    assert_non_null(counter);
    assert_true(goal_counter_begin(counter, 3, TOY_LEVEL, &tally, &families));
    assert_false(goal_counter_known(counter, 77, &again));
    assert_true(goal_counter_learn(counter, 77, -500, &number[0]));
    assert_true(goal_counter_learn(counter, 78, INT64_C(1) << 40, &number[1]));
    assert_true(goal_counter_known(counter, 77, &again));
    assert_int_equal(again, number[0]);
    const uint32_t everywhere[] = {number[0], number[1], number[0], number[0], number[1]};
    const uint32_t partly[] = {number[0], REASON_NO_FORM, number[0], number[1], REASON_CONFLICTING};
    add_stages(counter, everywhere, true);
    add_stages(counter, partly, false);
    add_stages(counter, partly, false);
    assert_true(goal_counter_pair(counter, GOALS_FAMILY_LEVEL, 0, 4, number[1], REASON_NO_FORM));
    assert_true(goal_counter_finish(counter, &tally, &families));
    assert_true(tally_sort(&tally));
    for (size_t i = 0; i < 5; i++) {
        const tally_code all = goal_counter_code(counter, 0); /* any: reasons stay known */
        assert_false(tally_is_score(all));
        const tally_code code = everywhere[i] == number[0] ? -500 : INT64_C(1) << 40;
        const tally_code other = partly[i] == number[0]   ? -500
                                 : partly[i] == number[1] ? INT64_C(1) << 40
                                                          : TALLY_REASON(partly[i]);
        assert_int_equal(count_of(&tally, 3, SCALE(GOALS_T_SCORE), i, TALLY_ALL_STAGES, code, 0),
                         1);
        assert_int_equal(count_of(&tally, 3, SCALE(GOALS_T_SCORE), i, TALLY_ONE_STAGE, code, 0),
                         code == other ? 3 : 1);
        assert_int_equal(count_of(&tally, 3, SCALE(GOALS_T_SCORE), i, TALLY_ONE_STAGE, other, 0),
                         code == other ? 3 : 2);
    }
    assert_int_equal(count_of(&tally, 3, SCALE(GOALS_FAMILY_LEVEL), 0, 4, INT64_C(1) << 40,
                              TALLY_REASON(REASON_NO_FORM)),
                     1);
    tally_free(&tally);
    family_tally_free(&families);
    goal_counter_free(counter);
}

/* Of two stages side by side, what is compared by the same scores is not told again; and what the mixed model
   needs is known. */
static void test_two_stages(void **state)
{
    (void)state;
    const struct study study = study_of(2);
    struct goal_counter *const counter = goal_counter_new(&study);
    struct tally tally = {0};
    struct family_tally families = {0};
    const struct pattern *patterns;
    uint32_t two[2], partly[2] = {0, REASON_NO_FORM};
    size_t n;
    assert_non_null(counter);
    assert_true(goal_counter_begin(counter, 1, TOY_LEVEL, &tally, &families));
    assert_true(goal_counter_learn(counter, 0, -3, &two[0]));
    assert_true(goal_counter_learn(counter, 7, 5, &two[1]));
    assert_true(goal_counter_learn(counter, 8, -3, &partly[0]));
    assert_int_equal(partly[0], two[0]);
    assert_true(goal_counter_stages(counter, GOALS_T_SCORE, 0, two, true, true));
    assert_true(goal_counter_stages(counter, GOALS_T_SCORE, 0, two, true, false));
    assert_true(goal_counter_pair(counter, GOALS_T_SCORE, 0, 1, two[1], two[1]));
    assert_true(goal_counter_stages(counter, GOALS_T_SCORE, 0, partly, false, true));
    assert_true(goal_counter_finish(counter, &tally, &families));
    assert_true(tally_sort(&tally));
    assert_int_equal(count_of(&tally, 1, SCALE(GOALS_T_SCORE), 0, 1, -3, 5), 1);
    assert_int_equal(count_of(&tally, 1, SCALE(GOALS_T_SCORE), 0, 1, 5, 5), 1);
    assert_int_equal(
        count_of(&tally, 1, SCALE(GOALS_T_SCORE), 0, 1, -3, TALLY_REASON(REASON_NO_FORM)), 1);
    assert_int_equal(count_of(&tally, 1, SCALE(GOALS_T_SCORE), 0, TALLY_ONE_STAGE, -3, 0), 3);
    assert_int_equal(count_of(&tally, 1, SCALE(GOALS_T_SCORE), 1, TALLY_ALL_STAGES, 5, 0), 2);
    patterns = patterns_find(&tally.patterns, 1, SCALE(GOALS_T_SCORE), &n);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < 2; i++) { /* sums, then products: aa, ba, bb */
        static const int64_t one[] = {-3, 9}, both[] = {-6, 10, 18, -30, 50};
        const bool is_one = patterns[i].stages == 1;
        assert_int_equal(patterns[i].n, is_one ? 1 : 2);
        for (size_t k = 0; k < (is_one ? COUNT(one) : COUNT(both)); k++) {
            assert_int_equal((int64_t)tally.patterns.terms[patterns[i].terms + k],
                             is_one ? one[k] : both[k]);
        }
    }
    tally_free(&tally);
    family_tally_free(&families);
    goal_counter_free(counter);
}

/* Levels are gathered until another cohort begins; before with after is one pair, whatever lies between. */
static void test_levels(void **state)
{
    (void)state;
    const struct study study = study_of(3);
    struct goal_counter *const counter = goal_counter_new(&study);
    struct tally tally = {0};
    struct family_tally families = {0};
    const uint32_t cohorts[] = {1, 0, 1};
    assert_non_null(counter);
    for (size_t i = 0; i < COUNT(cohorts); i++) {
        assert_true(goal_counter_begin(counter, cohorts[i], TOY_LEVEL, &tally, &families));
        goal_counter_level(counter, 2, 0, 1);
        goal_counter_level(counter, 2, 8, 1);
        goal_counter_levels(counter, 0, 2, 0, 8, 1);
        goal_counter_levels(counter, 1, 2, 7, 3, 1);
        assert_true(goal_counter_ending(
            counter, NO_NAME, 5, goal_counter_ending_key((const uint32_t[]){3, NO_GOAL_LEVEL})));
    }
    assert_true(goal_counter_finish(counter, &tally, &families));
    assert_true(tally_sort(&tally));
    for (uint32_t cohort = 0; cohort < 2; cohort++) {
        assert_int_equal(count_of(&tally, cohort, SCALE(0), 2, TALLY_ONE_STAGE, -4, 0), cohort + 1);
        assert_int_equal(count_of(&tally, cohort, SCALE(0), 2, TALLY_ONE_STAGE, 4, 0), cohort + 1);
        assert_int_equal(count_of(&tally, cohort, SCALE(0), 0, 2, -4, 4), cohort + 1);
        assert_int_equal(count_of(&tally, cohort, SCALE(0), 1, 2, 3, -1), cohort + 1);
        assert_int_equal(tally.goals[2 * cohort].halves, -1);
        assert_int_equal(tally.goals[2 * cohort + 1].halves, GOAL_NOT_REVIEWED);
        for (size_t i = 0; i < N_GOAL_OCCASIONS; i++) {
            const struct goal_cell *const cell = &tally.goals[2 * cohort + i];
            assert_int_equal(cell->cohort, cohort);
            assert_int_equal(cell->category, NO_NAME);
            assert_int_equal(cell->flags, 5);
            assert_int_equal(cell->occasion, i);
            assert_int_equal(cell->count, cohort + 1);
        }
    }
    assert_int_equal(tally.n_goals, 4);
    tally_free(&tally);
    family_tally_free(&families);
    goal_counter_free(counter);
}

/* Shares and changes of few goals, and of so many that they are counted at once. */
static void test_sums(void **state)
{
    (void)state;
    static const uint64_t n[] = {1, 63, 64, 100000, UINT64_C(1) << 33};
    const struct study study = study_of(3);
    for (size_t i = 0; i < COUNT(n); i++) {
        struct goal_counter *const counter = goal_counter_new(&study);
        struct tally tally = {0};
        struct family_tally families = {0};
        const struct family_sum of = {
            .scale = TOY_LEVEL, .later = FAMILY_ATTAINED + GOALS_BY_CATEGORY, .about = NO_NAME};
        const struct goal_share share = {.of = of, .n = {n[i], 0}, .attained = {n[i] - 1, 0}};
        assert_non_null(counter);
        for (int k = 0; k < 2; k++) {
            assert_true(goal_counter_begin(counter, 7, TOY_LEVEL, &tally, &families));
            assert_true(goal_counter_share(counter, &share, &families));
            assert_true(goal_counter_change(counter, n[i], -8 * (int64_t)n[i], &families));
        }
        assert_true(goal_counter_finish(counter, &tally, &families));
        assert_true(family_tally_sort(&families));
        assert_int_equal(families.n_cells, 2);
        for (size_t k = 0; k < 2; k++) {
            const struct family_cell *const cell = &families.cells[k];
            const bool is_share = cell->of.later == of.later;
            assert_int_equal(cell->cohort, 7);
            assert_int_equal(cell->count, 2);
            assert_int_equal(cell->members, n[i]);
            assert_int_equal(cell->of.about, is_share ? NO_NAME : 0);
            assert_int_equal(cell->of.stage, 0);
            assert_int_equal(cell->of.later, is_share ? of.later : 2);
            assert_int_equal(cell->sum, is_share ? (int64_t)n[i] - 1 : -8 * (int64_t)n[i]);
        }
        family_tally_free(&families);
        tally_free(&tally);
        goal_counter_free(counter);
    }
}

/* Many numbers and many cohorts: what takes too much room is counted meanwhile, and nothing is lost. */
static void test_room(void **state)
{
    (void)state;
    enum { N = 200000, COHORTS = 400 };
    const struct study study = study_of(2);
    struct goal_counter *const counter = goal_counter_new(&study);
    struct tally tally = {0};
    struct family_tally families = {0};
    uint64_t n_one = 0;
    assert_non_null(counter);
    for (uint32_t i = 0; i < N; i++) {
        uint32_t number;
        assert_true(goal_counter_begin(counter, i * 7 % COHORTS, TOY_LEVEL, &tally, &families));
        if (!goal_counter_known(counter, i % 5000 + 1, &number)) {
            assert_true(goal_counter_learn(counter, i % 5000 + 1, i % 5000, &number));
        }
        add_stages(counter, (const uint32_t[]){number, REASON_NO_FORM}, false);
    }
    assert_true(goal_counter_finish(counter, &tally, &families));
    assert_true(tally_sort(&tally));
    for (uint32_t cohort = 0; cohort < COHORTS; cohort++) {
        struct cell_cursor at =
            tally_find(&tally, cohort, SCALE(GOALS_T_SCORE), 0, TALLY_ONE_STAGE);
        while (cell_next(&at)) {
            assert_int_equal((uint32_t)at.cell.code * 7 % 200, cohort % 200);
            n_one += at.cell.count;
        }
        assert_int_equal(count_of(&tally, cohort, SCALE(GOALS_T_SCORE), 1, TALLY_ONE_STAGE,
                                  TALLY_REASON(REASON_NO_FORM), 0),
                         N / COHORTS);
    }
    assert_int_equal(n_one, N);
    tally_free(&tally);
    goal_counter_free(counter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stages), cmocka_unit_test(test_two_stages),
        cmocka_unit_test(test_levels), cmocka_unit_test(test_sums),
        cmocka_unit_test(test_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Families and their goals. Expected codes and discounts worked out by hand from chapter 5 of the
   design. T-scores: the formula of scales/gas.h in 40-digit decimal arithmetic (Python's decimal),
   rounded to 10 decimals. */
#include "tests/check.h"

#include "scales/gas.h"
#include "tests/join_world.h"

static const struct stage three[] = {{.name = "start"}, {.name = "mid"}, {.name = "end"}};
static const struct study plain = {.title = "",
                                   .measures = toy_measures,
                                   .n_measures = N_TOY_MEASURES,
                                   .n_joins = 2,
                                   .scales = toy_scales,
                                   .n_scales = N_TOY_SCALES,
                                   .stages = three,
                                   .n_stages = COUNT(three),
                                   .before = 0,
                                   .after = 2,
                                   .as_of = NO_DATE,
                                   .goals = {.rho = 0.3}};

#define MOST 6
/* as the payload has them: + 1, and 0 for none */
#define NW 0
#define W(weight) ((uint32_t)(weight)*GAS_WEIGHT_UNITS + 1)
#define L(levels) ((levels)*GAS_HALVES_PER_LEVEL) /* in halves */

/* A rating: which goal (a digit), when, the level in halves, the weight. */
struct rated {
    char goal;
    uint32_t stage;
    int32_t halves;
    uint32_t weight;
};

/* 1/GAS_T_UNITS of a point */
#define T_2_1 INT64_C(686052101884) /* levels 2, 1, equal weights: 68.605210188381 */
#define EXACT_T(points) ((points)*GAS_T_UNITS)

/* Expected of before with after: the reason's letters, or "ok" and the two T-scores and mean levels
   (in halves of a level times the number of goals, so that they are whole). */
static const struct {
    const char *name;
    struct rated ratings[MOST];
    bool weighted;
    const char *family, *t; /* codes of before and after: 's' a score, else as code_letter */
    int64_t t_before, t_after;
    int64_t mean_before, mean_after; /* in 1/GAS_MEAN_UNITS of a level */
} families[] = {
    {"one goal: its weight does not matter",
     {{'1', 0, L(-1), W(3)}, {'1', 2, L(1), W(3)}},
     true,
     "ss",
     "ss",
     EXACT_T(40),
     EXACT_T(60),
     -GAS_MEAN_UNITS,
     GAS_MEAN_UNITS},
    {"goal 2 lost, goal 3 added: only goal 1 is common",
     {{'1', 0, L(-1), NW}, {'2', 0, L(-2), NW}, {'1', 2, L(0), NW}, {'3', 2, L(2), NW}},
     false,
     "ss",
     "ss",
     EXACT_T(40),
     EXACT_T(50),
     -GAS_MEAN_UNITS,
     0},
    {"no goal in common", {{'1', 0, L(-1), NW}, {'2', 2, L(0), NW}}, false, "gg", "gg", 0, 0, 0, 0},
    {"the weights of the first stage on both sides",
     {{'1', 0, L(-1), W(3)}, {'2', 0, L(0), W(1)}, {'1', 2, L(1), W(1)}, {'2', 2, L(-1), W(3)}},
     true,
     "ss",
     "ss",
     INT64_C(412666623539), /* 41.266662353906 */
     INT64_C(558222250974), /* 55.822225097396 */
     -GAS_MEAN_UNITS / 2,
     0},
    {"weights that the study does not read",
     {{'1', 0, L(-1), W(3)}, {'2', 0, L(0), W(1)}, {'1', 2, L(1), W(1)}, {'2', 2, L(-1), W(3)}},
     false,
     "ss",
     "ss",
     INT64_C(437982632705), /* 43.798263270540 */
     EXACT_T(50),
     -GAS_MEAN_UNITS / 2,
     0},
    {"all weights zero: equal ones",
     {{'1', 0, L(-1), W(0)}, {'2', 0, L(0), W(0)}, {'1', 2, L(2), W(0)}, {'2', 2, L(1), W(0)}},
     true,
     "ss",
     "ss",
     INT64_C(437982632705),
     T_2_1,
     -GAS_MEAN_UNITS / 2,
     3 * (GAS_MEAN_UNITS / 2)},
    {"a weight of 0 beside another: that goal does not count for T",
     {{'1', 0, L(-1), W(2)}, {'2', 0, L(0), W(0)}, {'1', 2, L(1), W(2)}, {'2', 2, L(-2), W(0)}},
     true,
     "ss",
     "ss",
     EXACT_T(40),
     EXACT_T(60),
     -GAS_MEAN_UNITS / 2,
     -GAS_MEAN_UNITS / 2},
    {"a weight that only the later stage gives",
     {{'1', 0, L(-1), NW}, {'2', 0, L(0), W(1)}, {'1', 2, L(1), W(3)}, {'2', 2, L(-1), W(1)}},
     true,
     "ss",
     "ss",
     INT64_C(412666623539),
     INT64_C(558222250974),
     -GAS_MEAN_UNITS / 2,
     0},
    {"a weight that no stage gives",
     {{'1', 0, L(-1), NW}, {'2', 0, L(0), W(1)}, {'1', 2, L(1), NW}, {'2', 2, L(-1), W(1)}},
     true,
     "ss",
     "ii",
     0,
     0,
     -GAS_MEAN_UNITS / 2,
     0},
    {"without a rating after",
     {{'1', 0, L(-1), NW}, {'1', 1, L(0), NW}},
     false,
     "sn",
     "sn",
     EXACT_T(40),
     0,
     -GAS_MEAN_UNITS,
     0},
    {"without a rating before",
     {{'1', 2, L(-1), NW}},
     false,
     "ns",
     "ns",
     0,
     EXACT_T(40),
     0,
     -GAS_MEAN_UNITS},
    {"one goal in conflict after, the other is rated",
     {{'1', 0, L(-2), NW},
      {'2', 0, L(-1), NW},
      {'1', 2, L(0), NW},
      {'1', 2, L(1), NW},
      {'2', 2, L(1), NW}},
     false,
     "ss",
     "ss",
     EXACT_T(40),
     EXACT_T(60),
     -GAS_MEAN_UNITS,
     GAS_MEAN_UNITS},
    {"the only goal in conflict after",
     {{'1', 0, L(-1), NW}, {'1', 2, L(0), NW}, {'1', 2, L(1), NW}},
     false,
     "sc",
     "sc",
     EXACT_T(40),
     0,
     -GAS_MEAN_UNITS,
     0},
    {"one in conflict, the other not in common: the conflict is the first reason",
     {{'1', 0, L(-1), NW}, {'1', 2, L(0), NW}, {'1', 2, L(1), NW}, {'2', 2, L(0), NW}},
     false,
     "gc",
     "gc",
     0,
     0,
     0,
     0},
    {"one in conflict before, nothing after",
     {{'1', 0, L(-1), NW}, {'1', 0, L(1), NW}, {'2', 0, L(0), NW}},
     false,
     "cn",
     "cn",
     0,
     0,
     0,
     0},
    {"partly achieved, kept: half a level",
     {{'1', 0, L(-1), NW}, {'1', 2, -1, NW}},
     false,
     "ss",
     "ss",
     EXACT_T(40),
     EXACT_T(45),
     -GAS_MEAN_UNITS,
     -GAS_MEAN_UNITS / 2},
};

static void add_rating(struct join_world *world, const struct rated *rated, uint64_t row)
{
    const uint32_t codes[GOAL_PAYLOAD] = {(uint32_t)(rated->halves + L(2)), rated->weight};
    const struct form form = {.measure = TOY_GOALS,
                              .place = PLACE(0, row),
                              .stage = rated->stage,
                              .date = NO_DATE,
                              .cohort = world_site(world, "", 0),
                              .goal = world_name(world, (const char[]){rated->goal, '\0'}),
                              .category = NO_NAME};
    world_add(world, "f", &form, codes);
}

static void check_side(const char *name, const char *what, char expected, int64_t score,
                       tally_code got)
{
    if (expected == 's' ? got != score : tally_is_score(got) || code_letter(got) != expected) {
        fail_msg("%s, %s: expected %c %lld, got %lld", name, what, expected, (long long)score,
                 (long long)got);
    }
}

static void test_families(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(families); i++) {
        struct study study = plain;
        struct join_world world;
        struct cell_count cell;
        study.goals.weighted = families[i].weighted;
        world_init(&world, &study, true);
        for (size_t k = 0; k < MOST && families[i].ratings[k].goal != '\0'; k++) {
            add_rating(&world, &families[i].ratings[k], k + 2);
        }
        world_count(&world, 0);
        cell = world_cell(&world, TOY_FAMILY_LEVEL, 0, 2);
        assert_int_equal(cell.count, 1);
        check_side(families[i].name, "level before", families[i].family[0], families[i].mean_before,
                   cell.code);
        check_side(families[i].name, "level after", families[i].family[1], families[i].mean_after,
                   cell.later_code);
        cell = world_cell(&world, TOY_T, 0, 2);
        assert_int_equal(cell.count, 1);
        check_side(families[i].name, "T before", families[i].t[0], families[i].t_before, cell.code);
        check_side(families[i].name, "T after", families[i].t[1], families[i].t_after,
                   cell.later_code);
        assert_int_equal(world.counted.measures[TOY_GOALS].respondents, 1);
        world_free(&world);
    }
}

/* At a stage all goals rated there count, with that stage's own weights. */
static void test_family_at_a_stage(void **state)
{
    (void)state;
    static const struct rated ratings[] = {{'1', 0, L(-1), W(3)},
                                           {'2', 0, L(0), W(1)},
                                           {'3', 0, L(-2), W(2)},
                                           {'1', 2, L(1), W(1)},
                                           {'2', 2, L(-1), W(3)}};
    struct study study = plain;
    struct join_world world;
    study.goals.weighted = true;
    world_init(&world, &study, true);
    for (size_t i = 0; i < COUNT(ratings); i++) {
        add_rating(&world, &ratings[i], i + 2);
    }
    world_count(&world, 0);
    assert_int_equal(world_cell(&world, TOY_T, 0, TALLY_ONE_STAGE).code,
                     INT64_C(345771572766)); /* 34.57715727662689 */
    assert_int_equal(world_cell(&world, TOY_T, 2, TALLY_ONE_STAGE).code,
                     INT64_C(441777749026)); /* 44.17777490260418 */
    assert_int_equal(world_cell(&world, TOY_FAMILY_LEVEL, 0, TALLY_ONE_STAGE).code,
                     -GAS_MEAN_UNITS);
    assert_int_equal(code_letter(world_cell(&world, TOY_T, 1, TALLY_ONE_STAGE).code), 'n');
    assert_int_equal(world.counted.measures[TOY_GOALS].forms[FORM_USED], 5);
    world_free(&world);
}

/* One goal's ratings; levels in halves, and '-' for GOAL_NOT_REVIEWED. */
static const struct {
    const char *name;
    struct rated ratings[4];
    int16_t latest, after;
    bool paired; /* before with after is counted on the scale of levels */
    unsigned used;
} endings[] = {
    {"never again", {{'1', 0, L(-1), NW}}, GOAL_NOT_REVIEWED, GOAL_NOT_REVIEWED, false, 1},
    {"in between only",
     {{'1', 0, L(-1), NW}, {'1', 1, L(1), NW}},
     L(1),
     GOAL_NOT_REVIEWED,
     false,
     2},
    {"at the end", {{'1', 0, L(-1), NW}, {'1', 2, L(2), NW}}, L(2), L(2), true, 2},
    {"the last counts",
     {{'1', 0, L(-1), NW}, {'1', 1, L(2), NW}, {'1', 2, L(-2), NW}},
     L(-2),
     L(-2),
     true,
     3},
    {"fed backwards",
     {{'1', 2, L(-2), NW}, {'1', 1, L(2), NW}, {'1', 0, L(-1), NW}},
     L(-2),
     L(-2),
     true,
     3},
    {"no rating before", {{'1', 2, L(0), NW}}, L(0), L(0), false, 1},
    {"in conflict at the end",
     {{'1', 0, L(-1), NW}, {'1', 1, L(1), NW}, {'1', 2, L(0), NW}, {'1', 2, L(2), NW}},
     L(1),
     GOAL_NOT_REVIEWED,
     false,
     2},
};

static void test_endings(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(endings); i++) {
        struct join_world world;
        const struct goal_cell *cell;
        world_init(&world, &plain, true);
        for (size_t k = 0; k < 4 && endings[i].ratings[k].goal != '\0'; k++) {
            add_rating(&world, &endings[i].ratings[k], k + 2);
        }
        world_count(&world, 0);
        cell = world.counted.tally.goals;
        if (world.counted.tally.n_goals != 2 || cell[0].occasion != GOAL_LATEST ||
            cell[0].halves != endings[i].latest || cell[1].occasion != GOAL_AFTER ||
            cell[1].halves != endings[i].after || cell[0].count != 1 || cell[1].count != 1) {
            fail_msg("%s: %zu cells, latest %d, after %d", endings[i].name,
                     world.counted.tally.n_goals, cell[0].halves, cell[1].halves);
        }
        assert_int_equal(world_cell(&world, TOY_LEVEL, 0, 2).count != 0, endings[i].paired);
        assert_int_equal(world.counted.measures[TOY_GOALS].forms[FORM_USED], endings[i].used);
        assert_int_equal(world_discount(&world, TOY_LEVEL), '\0'); /* goals are no respondents */
        world_free(&world);
    }
}

/* More goals than the first room for ratings holds, and a second family with fewer. */
static void test_many_goals(void **state)
{
    (void)state;
    struct join_world world;
    world_init(&world, &plain, true);
    for (int goal = 0; goal < 40; goal++) {
        for (uint32_t stage = 0; stage < 3; stage += 2) {
            const struct rated rated = {(char)('0' + goal), stage, L(stage == 0 ? -1 : 1), NW};
            add_rating(&world, &rated, 2);
        }
    }
    world_count(&world, 0);
    assert_int_equal(world_cell(&world, TOY_FAMILY_LEVEL, 0, 2).later_code, GAS_MEAN_UNITS);
    assert_int_equal(world.counted.tally.n_goals, 2);
    assert_int_equal(world.counted.tally.goals[0].count, 40);
    world_free(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_family_at_a_stage),
        cmocka_unit_test(test_endings),
        cmocka_unit_test(test_many_goals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

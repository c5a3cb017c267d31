/* Which sums of items a tally hands on. Expected values: the rule of items_sent.h and of
   docs/tally-file.md, worked by hand: never sums of fewer than `least` forms, nor any that would be left
   over of two that are sent. */
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include "engine/items_sent.h"

#define LEAST 10
#define N_STAGES 2
#define N_COHORTS 5

static const uint8_t places[] = {0, 1}, not_reversed[] = {0, 0};
static const struct item_group group = {.name = "items", .n_items = 2, .lowest = 0, .highest = 3};
static const struct scale scale = {
    .name = "total", .kind = SCALE_ITEMS, .items = places, .reversed = not_reversed, .n_items = 2};
static const struct instrument instrument = {
    .name = "pair", .groups = &group, .n_groups = 1, .scales = &scale, .n_scales = 1};
static const struct measure measures[] = {{.label = "pair", .instrument = &instrument}};
static const struct study_scale scales[] = {{.scale = &scale, .collected = true}};
static const struct stage stages[] = {{.name = "start"}, {.name = "end"}};
static const char *const columns[] = {"site"};
static const struct study study = {.stages = stages,
                                   .n_stages = N_STAGES,
                                   .after = 1,
                                   .measures = measures,
                                   .n_measures = 1,
                                   .n_joins = 1,
                                   .scales = scales,
                                   .n_scales = 1,
                                   .cohort_columns = columns,
                                   .n_cohort_columns = 1};

struct world {
    struct cohorts cohorts;
    struct names names;
    struct counted counted;
    struct withheld withheld;
};

/* Cohorts 0 .. N_COHORTS - 1, called e, d, c, b, a: the later number prints first. */
static void open_world(struct world *world)
{
    assert_true(cohorts_init(&world->cohorts, 1));
    for (uint32_t i = 0; i < N_COHORTS; i++) {
        const char name[] = {(char)('e' - (int)i), '\0'};
        uint32_t value, cohort;
        assert_true(cohorts_value(&world->cohorts, name, 1, &value));
        assert_true(cohorts_add(&world->cohorts, &value, &cohort));
        assert_int_equal(cohort, i);
    }
    assert_true(counted_init(&world->counted, &study, &world->cohorts, &world->names, 0));
    assert_true(withheld_find(&world->counted, 0, &world->withheld));
}

static void close_world(struct world *world)
{
    withheld_free(&world->withheld);
    counted_free(&world->counted);
    names_free(&world->names);
    cohorts_free(&world->cohorts);
}

static void add(struct world *world, uint32_t cohort, size_t stage, uint64_t n)
{
    const uint64_t sums[] = {n, n, n, n, n};
    assert_int_equal(item_sums_size(2), COUNT(sums));
    assert_true(item_sheet_add_sums(&world->counted.items.sheets[0], cohort, stage, n, 0, sums));
}

/* Someone of a cohort is counted: with a threshold, cohorts of nobody are hidden. */
static void count_somebody(struct world *world, uint32_t cohort)
{
    const struct tally_cell cell = {
        .cohort = cohort, .later = TALLY_ONE_STAGE, .code = 0, .later_code = 0};
    assert_true(tally_add(&world->counted.tally, &cell, 1));
}

/* What becomes of each cohort of a stage, a letter each in the order of their numbers (s sent, a apart,
   h hidden, - no forms), and of those apart: "12 sent", "3 kept". */
static void check(const struct world *world, uint64_t threshold, size_t stage, const char *cohorts,
                  const char *rest_words, uint64_t n_sent)
{
    const struct item_sheet *const sheet = &world->counted.items.sheets[0];
    struct items_sent sent;
    struct items_rest rest;
    char got[N_COHORTS + 1] = "", got_rest[40];
    assert_true(items_sent_find(&world->counted, &world->withheld,
                                threshold > LEAST ? threshold : LEAST, threshold, &sent));
    for (uint32_t i = 0; i < N_COHORTS; i++) {
        const uint64_t *sums;
        const struct item_cell *const cell = item_sheet_find(sheet, i, stage, &sums);
        got[i] = cell == NULL ? '-' : "has"[items_sent_cell(&sent, 0, cell)];
    }
    rest = items_sent_rest(&sent, 0, stage);
    snprintf(got_rest, sizeof got_rest, "%d %s", (int)rest.n, rest.sent ? "sent" : "kept");
    assert_string_equal(got, cohorts);
    assert_string_equal(got_rest, rest_words);
    assert_int_equal(sent.n_sent[0], n_sent);
    items_sent_free(&sent);
    items_sent_free(&sent); /* freeing an empty one is fine */
}

static void test_enough(void **state)
{
    struct world world = {0};
    (void)state;
    open_world(&world);
    check(&world, 0, 0, "-----", "0 kept", 0);
    add(&world, 0, 0, 10);
    add(&world, 1, 0, 250);
    check(&world, 0, 0, "ss---", "0 kept", 260);
    check(&world, 0, 1, "-----", "0 kept", 260);
    close_world(&world);
}

/* Those of several small cohorts together are enough, or not. */
static void test_rest(void **state)
{
    struct world world = {0};
    (void)state;
    open_world(&world);
    add(&world, 0, 0, 9);
    add(&world, 1, 0, 1);
    add(&world, 2, 0, 30);
    check(&world, 0, 0, "aas--", "10 sent", 40);
    add(&world, 0, 1, 4); /* all of a stage: nothing goes with them */
    add(&world, 1, 1, 5);
    check(&world, 0, 1, "aa---", "9 kept", 40);
    add(&world, 3, 2, 12); /* without a stage */
    check(&world, 0, 2, "---s-", "0 kept", 52);
    /* of whom a tally told only how many */
    assert_true(item_sheet_add_sums(&world.counted.items.sheets[0], 4, 0, 0, 5, NULL));
    check(&world, 0, 0, "aas-h", "10 sent", 52);
    close_world(&world);
}

/* Too few apart: less the cohorts that are sent, the sums of all would be theirs. The smallest of the
   others goes with them, of two the one that prints later. */
static void test_one_goes_with_them(void **state)
{
    struct world world = {0};
    (void)state;
    open_world(&world);
    add(&world, 0, 0, 3);
    add(&world, 1, 0, 40);
    add(&world, 2, 0, 11);
    add(&world, 3, 0, 11);
    check(&world, 0, 0, "asas-", "14 sent", 65);
    add(&world, 4, 0, 10); /* smaller than both */
    check(&world, 0, 0, "asssa", "13 sent", 75);
    close_world(&world);
}

/* A threshold above the least number: more are apart, and who is not counted at all is hidden. */
static void test_threshold(void **state)
{
    struct world world = {0};
    (void)state;
    open_world(&world);
    add(&world, 0, 0, 19);
    add(&world, 1, 0, 20);
    add(&world, 2, 0, 25);
    add(&world, 4, 0, 90); /* a cohort of nobody: forms without an id */
    for (uint32_t i = 0; i < 3; i++) {
        count_somebody(&world, i);
    }
    assert_true(tally_sort(&world.counted.tally));
    check(&world, 0, 0, "sss-s", "0 kept", 154);
    check(&world, 20, 0, "aas-h", "39 sent", 64);
    world.withheld.cohorts[2] = true; /* as withheld_find() would have it */
    world.withheld.n_cohorts = 1;
    check(&world, 20, 0, "aah-h", "39 sent", 39);
    close_world(&world);
}

/* Cohorts given up: a stage stands for all of them, is sent if it is of enough, and of nothing where
   some cohort is withheld. */
static void test_without_cohorts(void **state)
{
    struct world world = {0};
    const struct item_cell *cell;
    const uint64_t *sums;
    struct items_sent sent;
    (void)state;
    open_world(&world);
    add(&world, 0, 0, 6);
    add(&world, 1, 0, 6);
    add(&world, 1, 1, 6);
    assert_true(item_sheet_drop_cohorts(&world.counted.items.sheets[0]));
    for (int withheld = 0; withheld < 2; withheld++) {
        world.withheld.n_cohorts = (size_t)withheld;
        assert_true(items_sent_find(&world.counted, &world.withheld, LEAST, 0, &sent));
        cell = item_sheet_find(&world.counted.items.sheets[0], ITEM_NO_COHORT, 0, &sums);
        assert_non_null(cell);
        assert_int_equal(items_sent_cell(&sent, 0, cell), withheld ? ITEMS_HIDDEN : ITEMS_SENT);
        cell = item_sheet_find(&world.counted.items.sheets[0], ITEM_NO_COHORT, 1, &sums);
        assert_non_null(cell);
        assert_int_equal(items_sent_cell(&sent, 0, cell), withheld ? ITEMS_HIDDEN : ITEMS_APART);
        assert_false(items_sent_rest(&sent, 0, 1).sent);
        assert_int_equal(sent.n_sent[0], withheld ? 0 : 12);
        items_sent_free(&sent);
    }
    close_world(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enough),
        cmocka_unit_test(test_rest),
        cmocka_unit_test(test_one_goes_with_them),
        cmocka_unit_test(test_threshold),
        cmocka_unit_test(test_without_cohorts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

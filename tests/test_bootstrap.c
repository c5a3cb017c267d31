/* Expected values: tests/reference/bootstrap.csv (R's boot.ci, by bootstrap.R), within what chance does to an
   end, and the interval of the t test, which is the same for very many. */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>
#include "engine/stats/bootstrap.h"
#include "engine/stats/describe.h"
#include "tests/cases.h"
#include "tests/vectors.h"

#define REPLICATES 40000

struct world {
    struct cases cases;
    double *room;
    gsl_rng *random;
};

static void world_open(struct world *world)
{
    cases_open(&world->cases);
    world->room = calloc(REPLICATES, sizeof *world->room);
    world->random = gsl_rng_alloc(gsl_rng_mt19937);
    assert_true(world->room != NULL && world->random != NULL);
}

static void world_close(struct world *world)
{
    cases_close(&world->cases);
    free(world->room);
    gsl_rng_free(world->random);
}

static size_t case_index(const struct cases *cases, const char *name)
{
    for (size_t i = 0; i < cases->n_cases; i++) {
        if (strcmp(cases->names[i], name) == 0) {
            return i;
        }
    }
    fail_msg("there is no case %s", name);
    return 0;
}

static struct interval draw(struct world *world, const struct distribution *changes,
                            size_t replicates, uint32_t seed)
{
    gsl_rng_set(world->random, seed);
    return bootstrap_mean(changes, replicates, world->random, world->room);
}

static void expect_end(const char *name, const char *end, double got, double expected, double sd)
{
    /* of few people there are few means: an end may come to lie on the next one */
    if (isnan(expected)) {
        assert_true(isnan(got)); /* R took an extreme for it */
    } else if (!(fabs(got - expected) <= 5.0 * sd + 1e-9)) {
        fail_msg("%s: %s: expected %g within %g, got %g", name, end, expected, 5.0 * sd, got);
    }
}

/* Far enough from symmetric for the acceleration to show. */
static const struct score_count skewed[] = {{0, 12}, {1, 2}, {2, 1},  {3, 1},
                                            {5, 1},  {9, 1}, {14, 1}, {30, 1}};

static void test_against_r(void **state)
{
    struct world world;
    struct vectors values;
    (void)state;
    world_open(&world);
    vectors_open(&values, "bootstrap.csv");
    for (size_t i = 0; i < values.n_rows; i++) {
        const char *const name = vector_cell(&values, i, "case");
        const struct distribution changes =
            strcmp(name, "skewed") == 0
                ? (struct distribution){skewed, COUNT(skewed), 1}
                : case_distribution(&world.cases, case_index(&world.cases, name), joint_change);
        const struct interval got = draw(&world, &changes, REPLICATES, 7);
        expect_end(name, "low", got.low, vector_number(&values, i, "low"),
                   vector_number(&values, i, "sd_low"));
        expect_end(name, "high", got.high, vector_number(&values, i, "high"),
                   vector_number(&values, i, "sd_high"));
    }
    vectors_close(&values);
    world_close(&world);
}

/* A million people: as the t test's, but for chance, 1 / root(2000) of a standard error or so. */
static void test_many(void **state)
{
    struct world world;
    (void)state;
    world_open(&world);
    const struct distribution changes =
        case_distribution(&world.cases, case_index(&world.cases, "n 1000000"), joint_change);
    const struct description all = describe(&changes);
    const struct interval got = draw(&world, &changes, 2000, 1);
    assert_true(fabs(got.low - all.ci_low.number) < 0.2 * all.se.number);
    assert_true(fabs(got.high - all.ci_high.number) < 0.2 * all.se.number);
    world_close(&world);
}

/* The state of the generator decides, and nothing else does. */
static void test_seed(void **state)
{
    struct world world;
    const struct score_count scores[] = {{-3, 4}, {0, 11}, {1, 9}, {4, 12}, {11, 3}};
    const struct distribution changes = {scores, COUNT(scores), 1};
    struct interval first, other;
    (void)state;
    world_open(&world);
    first = draw(&world, &changes, 2000, 1);
    other = draw(&world, &changes, 2000, 2);
    assert_true(first.low < 2.1 && first.high > 2.1);
    assert_true(first.low != other.low || first.high != other.high);
    other = draw(&world, &changes, 2000, 1);
    assert_true(close_to(other.low, first.low, 0.0) && close_to(other.high, first.high, 0.0));
    world_close(&world);
}

static void test_undefined(void **state)
{
    struct world world;
    const struct score_count scores[] = {{3, 1}, {5, UINT64_C(2147483647)}};
    const struct distribution nobody = {scores, 0, 1}, one = {scores, 1, 1},
                              too_many = {scores, 2, 1};
    (void)state;
    world_open(&world);
    assert_true(isnan(draw(&world, &nobody, 1000, 1).low));
    assert_true(isnan(draw(&world, &one, 1000, 1).high));
    assert_true(isnan(draw(&world, &too_many, 1000, 1).low));
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_r),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_seed),
        cmocka_unit_test(test_undefined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

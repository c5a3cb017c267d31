/* Expected values: tests/reference (printed to 4 decimals), and the formula worked by hand. */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>
#include "scales/gas.h"
#include "tests/vectors.h"

#define RHO 0.3
#define MOST_GOALS 16
#define PRINTED 0.00005000001 /* half of the last of four decimals */

/* Splits "9|4|1" and ",0|1|" into numbers; an empty one is NAN. */
static size_t split(const char *text, double out[MOST_GOALS])
{
    size_t n = 0;
    for (;;) {
        const size_t length = strcspn(text, "|");
        assert_true(n < MOST_GOALS);
        out[n++] = length == 0 ? NAN : strtod(text, NULL);
        if (text[length] == '\0') {
            return n;
        }
        text += length + 1;
    }
}

/* The goals rated at both stages, as the vectors ask. */
struct pair {
    struct goal_rating baseline[MOST_GOALS], followup[MOST_GOALS], kept[MOST_GOALS];
    size_t n;
};

static struct pair pair_of(const struct vectors *v, size_t row)
{
    double weight[MOST_GOALS], before[MOST_GOALS], after[MOST_GOALS];
    struct pair pair = {.n = 0};
    const size_t n = split(vector_cell(v, row, "weights"), weight);
    assert_int_equal(split(vector_cell(v, row, "baseline"), before), n);
    assert_int_equal(split(vector_cell(v, row, "followup"), after), n);
    for (size_t i = 0; i < n; i++) {
        if (isnan(before[i]) || isnan(after[i])) {
            continue;
        }
        const int64_t w = (int64_t)(weight[i] * GAS_WEIGHT_UNITS);
        const int32_t halves = (int32_t)(after[i] * GAS_HALVES_PER_LEVEL);
        pair.baseline[pair.n] = (struct goal_rating){
            .halves = (int32_t)(before[i] * GAS_HALVES_PER_LEVEL), .weight = w};
        pair.kept[pair.n] = (struct goal_rating){.halves = halves, .weight = w};
        /* "partly achieved" is recoded to -1 for analysis */
        pair.followup[pair.n] =
            (struct goal_rating){.halves = halves == -1 ? -2 : halves, .weight = w};
        pair.n++;
    }
    return pair;
}

static int64_t sum_of(const struct goal_rating ratings[], size_t n)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += ratings[i].halves;
    }
    return sum;
}

static void expect(const struct vectors *v, size_t row, const char *column, int64_t got,
                   int64_t units)
{
    const double expected = vector_number(v, row, column), value = (double)got / (double)units;
    if (!(fabs(value - expected) <= PRINTED)) {
        fail_msg("%s %s: expected %.4f, got %.10f", vector_cell(v, row, "id"), column, expected,
                 value);
    }
}

static void test_vectors(void **state)
{
    (void)state;
    struct vectors v;
    vectors_open(&v, "test_vectors_gas.csv");
    assert_int_equal(v.n_rows, 16);
    for (size_t row = 0; row < v.n_rows; row++) {
        const struct pair pair = pair_of(&v, row);
        int achieved = 0;
        assert_int_equal(pair.n, vector_number(&v, row, "n_goals_used"));
        if (pair.n == 0) {
            assert_true(isnan(vector_number(&v, row, "T_baseline")));
            continue;
        }
        const int64_t before = gas_t_score(pair.baseline, pair.n, RHO),
                      after = gas_t_score(pair.followup, pair.n, RHO);
        expect(&v, row, "T_baseline", before, GAS_T_UNITS);
        expect(&v, row, "T_followup", after, GAS_T_UNITS);
        expect(&v, row, "T_change", after - before, GAS_T_UNITS);
        expect(&v, row, "mean_goal_score", gas_mean_level(sum_of(pair.followup, pair.n), pair.n),
               GAS_MEAN_UNITS);
        expect(&v, row, "opt_T_followup_keep_half", gas_t_score(pair.kept, pair.n, RHO),
               GAS_T_UNITS);
        for (size_t i = 0; i < pair.n; i++) {
            achieved += pair.followup[i].halves >= 0 ? 1 : 0;
        }
        assert_int_equal(achieved, vector_number(&v, row, "n_achieved"));
        assert_true(fabs(100.0 * achieved / (double)pair.n -
                         vector_number(&v, row, "pct_achieved")) <= PRINTED);
    }
    vectors_close(&v);
}

/* Every n and sum of the published table of unweighted goals. */
static void test_unweighted(void **state)
{
    (void)state;
    struct vectors v;
    vectors_open(&v, "gas_unweighted_conversion.csv");
    for (size_t row = 0; row < v.n_rows; row++) {
        struct goal_rating ratings[MOST_GOALS] = {{0}};
        const size_t n = (size_t)vector_number(&v, row, "n_goals");
        int sum = (int)vector_number(&v, row, "sum_of_scores");
        for (size_t i = 0; i < n; i++) {
            const int level = sum > 2 ? 2 : sum < -2 ? -2 : sum;
            ratings[i] = (struct goal_rating){.halves = 2 * level, .weight = GAS_WEIGHT_UNITS};
            sum -= level;
        }
        const double expected = vector_number(&v, row, "T");
        const double got = (double)gas_t_score(ratings, n, RHO) / (double)GAS_T_UNITS;
        if (!(fabs(got - expected) <= PRINTED)) {
            fail_msg("row %zu: expected %.4f, got %.10f", row + 2, expected, got);
        }
    }
    vectors_close(&v);
}

/* By hand: T of 2.385 x 2 - 0.75 + 1.2, style.md's 40-digit value 65.723765339115853. */
static void test_digits(void **state)
{
    (void)state;
    const struct goal_rating mixed[] = {{4, 23850}, {-2, 7500}, {2, 12000}};
    const struct goal_rating moved[] = {{2, 12000}, {4, 23850}, {-2, 7500}};
    const struct goal_rating doubled[] = {{4, 47700}, {-2, 15000}, {2, 24000}};
    assert_int_equal(gas_t_score(mixed, 3, RHO), INT64_C(657237653391));
    assert_int_equal(gas_t_score(moved, 3, RHO), gas_t_score(mixed, 3, RHO));
    assert_int_equal(gas_t_score(doubled, 3, RHO), gas_t_score(mixed, 3, RHO));
}

/* Squares of the largest weights do not fit into 64 bits when summed: with n equal weights the
   result must be that of weights of 1. One odd weight keeps them from being reduced. */
static void test_largest_weights(void **state)
{
    (void)state;
    struct goal_rating large[100], small[100];
    for (size_t i = 0; i < COUNT(large); i++) {
        large[i] = (struct goal_rating){.halves = i % 2 == 0 ? 4 : 2, .weight = GAS_MAX_WEIGHT};
        small[i] = (struct goal_rating){.halves = large[i].halves, .weight = 1};
    }
    large[0].weight = GAS_MAX_WEIGHT - 1;
    const double difference =
        (double)(gas_t_score(large, COUNT(large), RHO) - gas_t_score(small, COUNT(small), RHO));
    assert_true(fabs(difference) <= 1e-6 * (double)GAS_T_UNITS);
}

static const struct {
    const char *name;
    int32_t halves[3];
    size_t n;
    int64_t expected; /* GAS_MEAN_UNITS is 2 lcm(1..28): worked by hand */
} means[] = {
    {"one", {4}, 1, 2 * GAS_MEAN_UNITS},
    {"half", {-1}, 1, -GAS_MEAN_UNITS / 2},
    {"a third, below 0", {-1, -1, 0}, 3, -GAS_MEAN_UNITS / 3},
    {"cancels", {-4, 4, 0}, 3, 0},
};

static void test_mean_level(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(means); i++) {
        int64_t sum = 0;
        for (size_t k = 0; k < means[i].n; k++) {
            sum += means[i].halves[k];
        }
        if (gas_mean_level(sum, means[i].n) != means[i].expected) {
            fail_msg("%s", means[i].name);
        }
    }
}

/* 29 does not divide the units: 80313433200 / 29 = 2769428731.03..., and twice that ...462.07. */
static void test_mean_of_many(void **state)
{
    (void)state;
    assert_int_equal(gas_mean_level(1, 29), INT64_C(2769428731));
    assert_int_equal(gas_mean_level(-2, 29), -INT64_C(5538857462));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),    cmocka_unit_test(test_unweighted),
        cmocka_unit_test(test_digits),     cmocka_unit_test(test_largest_weights),
        cmocka_unit_test(test_mean_level), cmocka_unit_test(test_mean_of_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

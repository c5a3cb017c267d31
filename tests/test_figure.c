/* Expected values: by hand from the rule, half away from zero on the exact number; those of roots
   from whole squares. */
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include "engine/figure.h"
#include "engine/whole.h"

#define E18 ((int128)1000000000000000000)
#define E36 (E18 * E18)
#define E37 (10 * E36)

static struct value made(enum value_kind kind, int128 numerator, int128 denominator, double number)
{
    switch (kind) {
    case VALUE_COUNT:
        return value_count((int64_t)numerator);
    case VALUE_RATIO:
        return value_ratio(numerator, denominator);
    case VALUE_ROOT:
        return value_root(numerator, denominator);
    case VALUE_DOUBLE:
        return value_double(number);
    case VALUE_UNDEFINED:
        break;
    }
    return VALUE_NONE;
}

static const struct {
    enum value_kind kind;
    unsigned decimals;
    int128 numerator, denominator;
    double number;
    const char *printed;
} prints[] = {
    {VALUE_UNDEFINED, 2, 0, 0, 0.0, ""},
    {VALUE_COUNT, 0, 0, 0, 0.0, "0"},
    {VALUE_COUNT, 2, 0, 0, 0.0, "0.00"},
    {VALUE_COUNT, 0, -1234, 0, 0.0, "-1234"},
    {VALUE_COUNT, 9, INT64_MAX, 0, 0.0, "9223372036854775807.000000000"},
    {VALUE_COUNT, 0, -INT64_MAX - (int128)1, 0, 0.0, "-9223372036854775808"},
    /* ties go away from zero, whichever side of them a double lies */
    {VALUE_RATIO, 2, 361, 8, 0.0, "45.13"},
    {VALUE_RATIO, 2, -361, 8, 0.0, "-45.13"},
    {VALUE_RATIO, 2, 1005, 1000, 0.0, "1.01"},
    {VALUE_RATIO, 0, 1, 2, 0.0, "1"},
    {VALUE_RATIO, 0, -1, 2, 0.0, "-1"},
    {VALUE_RATIO, 0, 5, 2, 0.0, "3"},
    {VALUE_RATIO, 1, 1, 20, 0.0, "0.1"},
    {VALUE_RATIO, 2, 2675, -1000, 0.0, "-2.68"},
    /* just below and just above a tie, closer than a double can tell */
    {VALUE_RATIO, 0, 5 * E18 - 1, 10 * E18, 0.0, "0"},
    {VALUE_RATIO, 0, 5 * E18, 10 * E18, 0.0, "1"},
    {VALUE_RATIO, 2, 45 * E36 - 1, E36, 0.0, "45.00"},
    {VALUE_RATIO, 2, 45045 * (E36 / 1000) - 1, E36, 0.0, "45.04"},
    {VALUE_RATIO, 2, 45045 * (E36 / 1000), E36, 0.0, "45.05"},
    /* no minus sign before a zero */
    {VALUE_RATIO, 2, -1, 201, 0.0, "0.00"},
    {VALUE_RATIO, 2, -1, 200, 0.0, "-0.01"},
    {VALUE_RATIO, 1, 0, -7, 0.0, "0.0"},
    {VALUE_DOUBLE, 2, 0, 0, -0.0, "0.00"},
    {VALUE_DOUBLE, 2, 0, 0, -0.004, "0.00"},
    {VALUE_DOUBLE, 9, 0, 0, -1e-300, "0.000000000"},
    /* beyond 128 bits on the way */
    {VALUE_RATIO, 9, 16 * E37 + 7, 16 * E37 + 8, 0.0, "1.000000000"},
    {VALUE_RATIO, 9, 16 * E37, 15 * E37 + 1, 0.0, "1.066666667"},
    {VALUE_RATIO, 0, 16 * E37, 3, 0.0, "53333333333333333333333333333333333333"},
    {VALUE_RATIO, 2, 0, 0, 0.0, ""},
    {VALUE_RATIO, 2, 7, 0, 0.0, ""},
    /* roots: 1.5^2 = 9/4, 2.345^2 = 5.499025 */
    {VALUE_ROOT, 9, 2, 1, 0.0, "1.414213562"},
    {VALUE_ROOT, 0, 9, 4, 0.0, "2"},
    {VALUE_ROOT, 0, 9 * E18 - 1, 4 * E18, 0.0, "1"},
    {VALUE_ROOT, 2, 5499025, 1000000, 0.0, "2.35"},
    {VALUE_ROOT, 2, 5499025 * E18 - 1, 1000000 * E18, 0.0, "2.34"},
    {VALUE_ROOT, 2, 5499025 * (E37 / 10000000), 1000000 * (E37 / 10000000), 0.0, "2.35"},
    {VALUE_ROOT, 2, 5499025 * (E37 / 10000000) - 1, 1000000 * (E37 / 10000000), 0.0, "2.34"},
    {VALUE_ROOT, 9, 1, 4 * E18, 0.0, "0.000000001"},
    {VALUE_ROOT, 9, 1, 4 * E18 + 1, 0.0, "0.000000000"},
    {VALUE_ROOT, 2, 0, 5, 0.0, "0.00"},
    {VALUE_ROOT, 2, -1, 5, 0.0, ""},
    {VALUE_ROOT, 2, 1, 0, 0.0, ""},
    {VALUE_ROOT, 0, 8 * E37, 1, 0.0, "8944271909999158786"},
    /* a double is the number that its bits say: 1.005 is a little below, 2.675 too, 0.125 is it */
    {VALUE_DOUBLE, 2, 0, 0, 0.125, "0.13"},
    {VALUE_DOUBLE, 2, 0, 0, -0.125, "-0.13"},
    {VALUE_DOUBLE, 2, 0, 0, 1.005, "1.00"},
    {VALUE_DOUBLE, 2, 0, 0, 2.675, "2.67"},
    {VALUE_DOUBLE, 0, 0, 0, 0.49999999999999994, "0"},
    {VALUE_DOUBLE, 9, 0, 0, 0x1p62, "4611686018427387904.000000000"},
    {VALUE_DOUBLE, 0, 0, 0, 99999999999999991611392.0, "99999999999999991611392"},
    {VALUE_DOUBLE, 2, 0, 0, NAN, ""},
};

static void test_print(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(prints); i++) {
        const struct value value =
            made(prints[i].kind, prints[i].numerator, prints[i].denominator, prints[i].number);
        char got[64];
        const size_t length = value_print(&value, prints[i].decimals, got, sizeof got);
        if (strcmp(got, prints[i].printed) != 0 || length != strlen(prints[i].printed)) {
            fail_msg("row %zu: expected \"%s\", got \"%s\" (%zu)", i, prints[i].printed, got,
                     length);
        }
    }
}

static void test_rounded(void **state)
{
    const struct value ratio = value_ratio(-361, 8), large = value_ratio(16 * E37, 3);
    const struct value none = VALUE_NONE, infinite = value_double(INFINITY);
    const struct value most = value_count(INT64_MAX);
    int64_t got = 77;
    (void)state;
    assert_false(value_rounded(&none, 2, &got));
    assert_false(value_rounded(&large, 0, &got));
    assert_false(value_rounded(&infinite, 0, &got));
    assert_false(value_rounded(&most, 1, &got));
    assert_int_equal(got, 77);
    assert_true(value_rounded(&most, 0, &got));
    assert_true(got == INT64_MAX);
    assert_true(value_rounded(&ratio, 2, &got));
    assert_int_equal(got, -4513);
}

/* The room that value_print asks for, and less of it. */
static void test_room(void **state)
{
    const struct value large = value_double(-9.9999999999e19);
    const struct value small = value_ratio(12345, 100);
    char got[41];
    (void)state;
    got[40] = '#';
    assert_int_equal(value_print(&large, 9, got, 40), 31);
    assert_int_equal(got[40], '#');
    got[3] = '#';
    assert_int_equal(value_print(&small, 2, got, 3), 6);
    assert_string_equal(got, "12");
    assert_int_equal(got[3], '#');
}

static void test_lowest_terms(void **state)
{
    const struct value ratio = value_ratio(84, -36), root = value_root(-72, -32);
    (void)state;
    assert_true(ratio.numerator == -7 && ratio.denominator == 3);
    assert_true(ratio.number == -7.0 / 3.0);
    assert_true(root.numerator == 9 && root.denominator == 4);
    assert_true(root.number == 1.5);
}

/* What was made short is the same again, to the bit; what needs more than 64 bits, 32 for each of two
   numbers, is not made short. */
static void test_short(void **state)
{
    const int128 wide = (int128)INT64_MAX + 1, half = (int128)INT32_MAX + 1;
    const struct value values[] = {VALUE_NONE,
                                   value_count(0),
                                   value_count(INT64_MIN),
                                   value_count(1234567),
                                   value_ratio(-361, 8),
                                   value_ratio(0, 5),
                                   value_ratio(INT32_MAX, 3),
                                   value_ratio(INT32_MIN, INT32_MAX),
                                   value_root(1234577, 99),
                                   value_double(-0.0),
                                   value_double(1e300),
                                   value_double(0.1)};
    const struct value wides[] = {
        value_ratio(wide, 1), value_ratio(-wide - 1, 1), value_ratio(3, wide), value_root(wide, 3),
        value_ratio(half, 3), value_ratio(-half - 1, 2), value_ratio(3, half), value_root(half, 3)};
    int64_t term;
    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        assert_true(value_shorten(&values[i], &term));
        const struct value got = value_of_term(values[i].kind, term);
        assert_int_equal(got.kind, values[i].kind);
        assert_true(got.numerator == values[i].numerator);
        assert_true(got.denominator == values[i].denominator);
        assert_memory_equal(&got.number, &values[i].number, sizeof got.number);
    }
    for (size_t i = 0; i < COUNT(wides); i++) {
        assert_false(value_shorten(&wides[i], &term));
    }
}

/* Printing what is rounded already, beside rounding and printing at once. */
static void test_rounded_print(void **state)
{
    static const struct {
        int64_t rounded;
        unsigned decimals;
        const char *printed;
    } rows[] = {{0, 0, "0"},
                {0, 2, "0.00"},
                {-4513, 2, "-45.13"},
                {7, 3, "0.007"},
                {-7, 1, "-0.7"},
                {120, 0, "120"},
                {INT64_MIN, 9, "-9223372036.854775808"},
                {INT64_MAX, 0, "9223372036854775807"}};
    char got[40];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const size_t n = rounded_print(rows[i].rounded, rows[i].decimals, got, sizeof got);
        assert_string_equal(got, rows[i].printed);
        assert_int_equal(n, strlen(got));
    }
}

/* The double of a value is the nearest one. Expected: Python, fractions and mpmath. */
static const struct {
    int128 over, under;
    double ratio, root;
} nearest[] = {
    {1, 3, 0.3333333333333333, 0.5773502691896257},
    {2, 1, 2.0, 1.4142135623730951},
    {9007199254740993, 1, 9007199254740992.0, 94906265.62425156},
    {9007199254740993 * E18 + 1, E18, 9007199254740994.0, 94906265.62425156},
    {9007199254740993, 2, 4503599627370496.0, 67108864.0},
    {7 * E37, 3 * E18, 2.333333333333333e+19, 4830458915.39648},
    {E18, 7 * E37, 1.4285714285714285e-20, 1.1952286093343937e-10},
    {E37 + 1, E37, 1.0, 1.0},
    {16 * E37 - 1, 16 * E37, 1.0, 1.0},
    {1, 17 * E37, 5.882352941176471e-39, 7.669649888473704e-20},
    {17 * E37, 1, 1.7e+38, 1.3038404810405298e+19},
    {9 * E37, 16 * E36, 5.625, 2.3717082451262845},
    {2356064425258417222 * E18 + 796031015877463608, 3306906422018949274, 7.124678247834968e+17,
     844078091.6381475},
    {7761568686074522603 * E18 + 611094350337506721, 6013930923205721642, 1.2905982435091264e+18,
     1136045000.6531987},
    {7750843388603982576 * E18 + 287138165725057909, 7156954537061977052, 1.0829806656541659e+18,
     1040663569.8698047},
    {478261842605716054 * E18 + 428648555649634551, 1446698121926109756, 3.3058855566147155e+17,
     574968308.3974903},
    {8009995536676743331 * E18 + 117568478591052137, 3511871918638589353, 2.2808336187220332e+18,
     1510242900.5699823},
};

static void test_nearest(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(nearest); i++) {
        const double ratio = value_ratio(nearest[i].over, nearest[i].under).number;
        const double root = value_root(nearest[i].over, nearest[i].under).number;
        if (ratio != nearest[i].ratio || root != nearest[i].root) {
            fail_msg("row %zu: expected %.17g and %.17g, got %.17g and %.17g", i, nearest[i].ratio,
                     nearest[i].root, ratio, root);
        }
    }
}

static void test_whole_root(void **state)
{
    const uint64_t roots[] = {
        1,          2,          3,          94906265,         94906266,       94906267,
        3037000499, 4294967295, 4294967296, 9007199254740993, UINT64_MAX - 1, UINT64_MAX};
    (void)state;
    assert_int_equal(whole_root(0), 0);
    for (size_t i = 0; i < COUNT(roots); i++) {
        const uint128 square = (uint128)roots[i] * roots[i];
        assert_true(whole_root(square) == roots[i]);
        assert_true(whole_root(square - 1) == roots[i] - 1);
        assert_true(whole_root(square + 2 * (uint128)roots[i]) == roots[i]);
    }
    assert_true(whole_root((uint128)-1) == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_print),   cmocka_unit_test(test_rounded),
        cmocka_unit_test(test_room),    cmocka_unit_test(test_lowest_terms),
        cmocka_unit_test(test_short),   cmocka_unit_test(test_rounded_print),
        cmocka_unit_test(test_nearest), cmocka_unit_test(test_whole_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

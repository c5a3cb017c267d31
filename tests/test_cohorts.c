/* Expected orders and labels written by hand from engine/cohorts.h. */
#include "tests/check.h"

#include <string.h>
#include "engine/cohorts.h"

#define E_ACUTE "\xc3\xa9"

/* In printing order: runs of digits by value, all else by bytes. */
static const char *const in_order[] = {
    "",
    " x",
    "\"q",
    "-1",
    "-2",
    "0",
    "2",
    "9",
    "9a",
    "10",
    "10 and over",
    "18446744073709551615",
    "18446744073709551616",
    "100000000000000000000000000000000",
    ":",
    "A2",
    "A10",
    "A10b",
    "All",
    "Area 9",
    "Area 9 b",
    "Area 10",
    "Areas",
    "a",
    "a1b2",
    "a1b10",
    "a01c",
    "a2",
    "site 2.9",
    "site 2.10",
    E_ACUTE "1",
    "\xff",
};

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

static void test_natural_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(in_order); i++) {
        for (size_t j = 0; j < COUNT(in_order); j++) {
            const int got = sign(natural_compare(in_order[i], in_order[j]));
            if (got != (i > j) - (i < j)) {
                fail_msg("\"%s\" and \"%s\": %d", in_order[i], in_order[j], got);
            }
        }
    }
}

/* The same value written otherwise: next to each other, but never the same. */
static const char *const padded[][3] = {
    {"1", "01", "001"}, {"x 7", "x 07", "x 007"}, {"0", "00", "000"}, {"1a1", "01a1", "1a01"}};

static void test_leading_zeros(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(padded); i++) {
        for (size_t a = 0; a < 3; a++) {
            for (size_t b = 0; b < 3; b++) {
                const int order = sign(natural_compare(padded[i][a], padded[i][b]));
                assert_int_equal(order, -sign(natural_compare(padded[i][b], padded[i][a])));
                assert_true((order == 0) == (a == b));
            }
        }
    }
    assert_true(natural_compare("01", "2") < 0);
    assert_true(natural_compare("002", "1") > 0);
    assert_true(natural_compare("x 07", "x 7 b") < 0);
}

/* --- groupings -------------------------------------------------------------------------------- */

#define MOST 12

/* Cohorts as they are met, and the groups that a breakdown must make of them. */
static const struct {
    const char *name;
    size_t n_columns;
    const char *values[MOST][3];
    size_t n_cohorts;
    struct breakdown breakdown;
    const char *labels[MOST];
    uint32_t group_of[MOST];
} groupings[] = {
    {"All", 1, {{"b"}, {"a"}}, 2, {{0}, 0}, {"All"}, {0, 0}},
    {"All of a study without cohort columns", 0, {{0}}, 1, {{0}, 0}, {"All"}, {0}},
    {"All of nobody", 0, {{0}}, 0, {{0}, 0}, {"All"}, {0}},
    {"All of nobody, with a column", 1, {{0}}, 0, {{0}, 0}, {"All"}, {0}},
    {"a column of nobody", 1, {{0}}, 0, {{0}, 1}, {0}, {0}},
    {"one column",
     1,
     {{"10"}, {"9"}, {""}, {"b / c"}, {"All"}, {"\"q"}},
     6,
     {{0}, 1},
     {"\"q", "9", "10", "All", "b / c", "Not recorded"},
     {2, 1, 5, 4, 3, 0}},
    {"not recorded is last, after z and \xff",
     1,
     {{"Not recorded"}, {"z"}, {"\xff"}, {"Not"}},
     4,
     {{0}, 1},
     {"Not", "z", "\xff", "Not recorded"},
     {3, 1, 2, 0}},
    {"one of two columns",
     2,
     {{"N", "2013"}, {"S", "2012"}, {"N", "2012"}, {"", "2012"}},
     4,
     {{0}, 1},
     {"N", "S", "Not recorded"},
     {0, 1, 0, 2}},
    {"the other",
     2,
     {{"N", "2013"}, {"S", "2012"}, {"N", "2012"}, {"S", ""}},
     4,
     {{1}, 1},
     {"2012", "2013", "Not recorded"},
     {1, 0, 0, 2}},
    {"crossed",
     2,
     {{"N", "2013"}, {"S", "2012"}, {"N", "2012"}, {"S", ""}, {"", "2012"}},
     5,
     {{0, 1}, 2},
     {"N / 2012", "N / 2013", "S / 2012", "S / Not recorded", "Not recorded / 2012"},
     {1, 2, 0, 3, 4}},
    {"crossed the other way",
     2,
     {{"N", "2013"}, {"S", "2012"}, {"N", "2012"}, {"S", ""}, {"", "2012"}},
     5,
     {{1, 0}, 2},
     {"2012 / N", "2012 / S", "2012 / Not recorded", "2013 / N", "Not recorded / S"},
     {3, 1, 0, 4, 2}},
    {"two of three columns",
     3,
     {{"x", "N", "2"}, {"y", "N", "10"}, {"z", "N", "2"}},
     3,
     {{1, 2}, 2},
     {"N / 2", "N / 10"},
     {0, 1, 0}},
    {"separators and quotes in a crossing",
     2,
     {{"East / West", "1"}, {"All", "All"}, {"\"q\"", "1"}, {"a\"b", "1"}},
     4,
     {{0, 1}, 2},
     {"\"\"\"q\"\"\" / 1", "All / All", "\"East / West\" / 1", "a\"b / 1"},
     {2, 1, 0, 3}},
};

static void add_cohort(struct cohorts *cohorts, const char *const values[], uint32_t expected)
{
    uint32_t numbers[3] = {0}, cohort;
    for (size_t i = 0; i < cohorts->n_columns; i++) {
        assert_true(cohorts_value(cohorts, values[i], strlen(values[i]), &numbers[i]));
    }
    assert_true(cohorts_add(cohorts, numbers, &cohort));
    assert_int_equal(cohort, expected);
    for (size_t i = 0; i < cohorts->n_columns; i++) {
        assert_int_equal(cohorts_value_of(cohorts, cohort, i), numbers[i]);
    }
}

static void test_groupings(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(groupings); i++) {
        struct cohorts cohorts;
        struct grouping grouping;
        size_t n_labels = 0;
        assert_true(cohorts_init(&cohorts, groupings[i].n_columns));
        for (size_t k = 0; k < groupings[i].n_cohorts; k++) {
            add_cohort(&cohorts, groupings[i].values[k], (uint32_t)k);
        }
        assert_true(grouping_init(&grouping, &cohorts, &groupings[i].breakdown));
        while (n_labels < MOST && groupings[i].labels[n_labels] != NULL) {
            n_labels++;
        }
        if (grouping.n_groups != n_labels) {
            fail_msg("%s: expected %zu groups, got %zu", groupings[i].name, n_labels,
                     grouping.n_groups);
        }
        for (size_t k = 0; k < n_labels; k++) {
            if (strcmp(grouping.labels[k], groupings[i].labels[k]) != 0) {
                fail_msg("%s, group %zu: %s", groupings[i].name, k, grouping.labels[k]);
            }
        }
        for (size_t k = 0; k < groupings[i].n_cohorts; k++) {
            if (grouping.group_of[k] != groupings[i].group_of[k]) {
                fail_msg("%s, cohort %zu: in group %u", groupings[i].name, k, grouping.group_of[k]);
            }
        }
        grouping_free(&grouping);
        grouping_free(&grouping);
        cohorts_free(&cohorts);
    }
}

/* [[area], [year], [area, year]]: the order of the cohorts is that of the finest crossing, and each
   breakdown is made of the same cohorts. */
static void test_three_breakdowns(void **state)
{
    (void)state;
    static const char *const values[][3] = {
        {"S", "2012"}, {"N", "2013"}, {"N", ""}, {"N", "2012"}, {"", "2013"}};
    static const struct breakdown breakdowns[] = {{{0}, 1}, {{1}, 1}, {{0, 1}, 2}};
    static const uint32_t expected[][5] = {{1, 0, 0, 0, 2}, {0, 1, 2, 0, 1}, {3, 1, 2, 0, 4}};
    static const uint32_t sorted[] = {3, 1, 2, 0, 4}; /* cohorts as cohorts_compare has them */
    struct cohorts cohorts;
    assert_true(cohorts_init(&cohorts, 2));
    for (size_t i = 0; i < COUNT(values); i++) {
        add_cohort(&cohorts, values[i], (uint32_t)i);
    }
    add_cohort(&cohorts, values[1], 1); /* met again: the same cohort */
    for (size_t i = 0; i < COUNT(sorted); i++) {
        for (size_t j = 0; j < COUNT(sorted); j++) {
            assert_int_equal(sign(cohorts_compare(&cohorts, sorted[i], sorted[j])),
                             (i > j) - (i < j));
        }
    }
    for (size_t b = 0; b < COUNT(breakdowns); b++) {
        struct grouping grouping;
        assert_true(grouping_init(&grouping, &cohorts, &breakdowns[b]));
        assert_memory_equal(grouping.group_of, expected[b], sizeof expected[b]);
        grouping_free(&grouping);
    }
    cohorts_free(&cohorts);
}

/* An empty cell and one that says "Not recorded" are the same cohort. */
static void test_not_recorded(void **state)
{
    (void)state;
    struct cohorts cohorts;
    uint32_t empty, written, other;
    assert_true(cohorts_init(&cohorts, 1));
    assert_true(cohorts_value(&cohorts, "not recorded", 12, &other));
    assert_true(cohorts_value(&cohorts, "", 0, &empty));
    assert_true(cohorts_value(&cohorts, "Not recorded", 12, &written));
    assert_int_equal(empty, 0);
    assert_int_equal(written, 0);
    assert_true(other != 0);
    cohorts_free(&cohorts);
}

/* --- labels that try to collide --------------------------------------------------------------- */

static const struct {
    const char *text, *label;
} crossing_values[] = {
    {"North", "North"},
    {"All", "All"},
    {"Not recorded", "Not recorded"},
    {"a/b", "a/b"},
    {"a /b", "a /b"},
    {"a\"b\"", "a\"b\""},
    {"East / West", "\"East / West\""},
    {"/", "\"/\""},
    {"/ b", "\"/ b\""},
    {"a /", "\"a /\""},
    {"/b", "/b"},
    {"\"", "\"\"\"\""},
    {"\"a\"", "\"\"\"a\"\"\""},
    {"a \"b\" / c", "\"a \"\"b\"\" / c\""},
};

static void test_crossing_value(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(crossing_values); i++) {
        assert_string_equal(crossing_value(&arena, crossing_values[i].text),
                            crossing_values[i].label);
    }
    arena_free(&arena);
}

/* Every one of these is another crossing, so no two may share a label, and none may be "All". */
static const char *const colliding[][3] = {
    {"a", "b"},         {"a / b", "c"}, {"a", "b / c"},     {"\"a / b\"", "c"}, {"\"a", "b\" / c"},
    {"\"a", "b\""},     {"a /", "b"},   {"a", "/ b"},       {"a", "/"},         {"/", "b"},
    {"a /", "/ b"},     {"/", "/"},     {"/ /", "/"},       {"/", "/ /"},       {"a / ", "b"},
    {"a", " / b"},      {"All", "All"}, {"\"All\"", "All"}, {"a\"", "b"},       {"a", "\"b"},
    {"\"", "\""},       {"\"\"", "\""}, {"\" / \"", "\""},  {"a", "\" / \"b"},  {"a\" / \"b", "c"},
    {"a", "b\" / \"c"}, {"", "a"},      {"a", ""},
};

static void test_no_shared_labels(void **state)
{
    (void)state;
    const struct breakdown both = {{0, 1}, 2};
    struct cohorts cohorts;
    struct grouping grouping;
    assert_true(cohorts_init(&cohorts, 2));
    for (size_t i = 0; i < COUNT(colliding); i++) {
        add_cohort(&cohorts, colliding[i], (uint32_t)i);
    }
    assert_true(grouping_init(&grouping, &cohorts, &both));
    assert_int_equal(grouping.n_groups, COUNT(colliding));
    for (size_t i = 0; i < grouping.n_groups; i++) {
        assert_string_not_equal(grouping.labels[i], "All");
        for (size_t j = 0; j < i; j++) {
            if (strcmp(grouping.labels[i], grouping.labels[j]) == 0) {
                fail_msg("two crossings are called %s", grouping.labels[i]);
            }
        }
    }
    grouping_free(&grouping);
    cohorts_free(&cohorts);
}

/* Three columns: a value that is only a slash can pass for a separator. */
static void test_no_shared_labels_of_three(void **state)
{
    (void)state;
    static const char *const values[] = {"a", "/", "a /", "/ a", "/ /", "a / a", "\"a"};
    const struct breakdown all = {{0, 1, 2}, 3};
    const size_t n = COUNT(values);
    struct cohorts cohorts;
    struct grouping grouping;
    assert_true(cohorts_init(&cohorts, 3));
    for (uint32_t i = 0; i < n * n * n; i++) {
        const char *const tuple[] = {values[i % n], values[i / n % n], values[i / n / n]};
        add_cohort(&cohorts, tuple, i);
    }
    assert_true(grouping_init(&grouping, &cohorts, &all));
    assert_int_equal(grouping.n_groups, n * n * n);
    for (size_t i = 0; i < grouping.n_groups; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(grouping.labels[i], grouping.labels[j]) == 0) {
                fail_msg("two crossings are called %s", grouping.labels[i]);
            }
        }
    }
    grouping_free(&grouping);
    cohorts_free(&cohorts);
}

/* Groups stand in the order of their names, whichever came first: also where these begin alike, and where runs of
   digits are longer than a byte can say. */
static void test_groups_in_order(void **state)
{
    (void)state;
    const struct breakdown all = {{0}, 1};
    const size_t n = COUNT(in_order) - 1; /* an empty one is not recorded */
    char long_runs[3][310];
    struct cohorts cohorts;
    struct grouping grouping;
    assert_true(cohorts_init(&cohorts, 1));
    for (size_t i = n; i > 0; i--) {
        add_cohort(&cohorts, &in_order[i], (uint32_t)(n - i));
    }
    for (size_t i = 0; i < 3; i++) { /* 300, 256 and 255 digits, the longest the least otherwise */
        const size_t digits = i == 0 ? 300 : 257 - i;
        memset(long_runs[i], '7' + (int)i, digits);
        long_runs[i][digits] = '\0';
        add_cohort(&cohorts, &(const char *){long_runs[i]}, (uint32_t)(n + i));
    }
    assert_true(grouping_init(&grouping, &cohorts, &all));
    assert_int_equal(grouping.n_groups, n + 3);
    for (size_t i = 0; i < grouping.n_groups; i++) {
        /* the long ones are the largest numbers, behind the last of these */
        const size_t last = 13;
        const char *const expected = i < last       ? in_order[i + 1]
                                     : i < last + 3 ? long_runs[2 - (i - last)]
                                                    : in_order[i - 2];
        assert_string_equal(grouping.labels[i], expected);
    }
    grouping_free(&grouping);
    cohorts_free(&cohorts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_natural_order),
        cmocka_unit_test(test_leading_zeros),
        cmocka_unit_test(test_groupings),
        cmocka_unit_test(test_three_breakdowns),
        cmocka_unit_test(test_groups_in_order),
        cmocka_unit_test(test_not_recorded),
        cmocka_unit_test(test_crossing_value),
        cmocka_unit_test(test_no_shared_labels),
        cmocka_unit_test(test_no_shared_labels_of_three),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

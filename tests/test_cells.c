/* tests/test_cells.c - what cells and column patterns mean. */
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include "engine/memory.h"
#include "io/read/cells.h"

/* clang-format off */
static const struct {
    const char *text;
    bool missing;
} missing_cases[] = {
    {"", true},      {"NA", true},    {"na", true},     {"N/A", true},  {"n/a", true},
    {"#N/A", true},  {"#n/a", true},  {"NULL", true},   {"Null", true}, {"NaN", true},
    {"nan", true},   {".", true},     {"..", false},    {"0", false},   {"-9", false},
    {"N", false},    {"NAN ", false}, {"NAs", false},   {"none", false}, {"#N/A!", false},
    {"nul", false},  {"-", false},    {"nullx", false}, {"/", false},
};
/* clang-format on */

static void test_text_is_missing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(missing_cases); i++) {
        if (text_is_missing(missing_cases[i].text) != missing_cases[i].missing) {
            fail_msg("\"%s\": expected %d", missing_cases[i].text, missing_cases[i].missing);
        }
    }
}

#define NOT_A_NUMBER INT64_C(-777)

/* Expected values by hand. */
static const struct {
    const char *text;
    unsigned decimals;
    int64_t expected; /* NOT_A_NUMBER: false, and the number is left alone */
} decimal_cases[] = {
    {"4", 0, 4},
    {"4.0", 0, 4},
    {"4,0", 0, 4},
    {"+4", 0, 4},
    {"4.", 0, 4},
    {"004", 0, 4},
    {"4.000000000000000000000000000000", 0, 4},
    {"-3", 0, -3},
    {"\xE2\x88\x92\x33", 0, -3}, /* U+2212, 3 */
    {"-0", 0, 0},
    {"-0.00", 2, 0},
    {"0", 9, 0},
    {"2.385", 4, 23850},
    {"2,385", 4, 23850},
    {"-2.385", 3, -2385},
    {".75", 4, 7500},
    {"-,75", 2, -75},
    {"1.2500", 2, 125},
    {"1.2501", 2, NOT_A_NUMBER},
    {"2.5", 0, NOT_A_NUMBER},
    {"9223372036854775807", 0, INT64_MAX},
    {"9223372036854775808", 0, NOT_A_NUMBER},
    {"-9223372036854775808", 0, INT64_MIN},
    {"-9223372036854775809", 0, NOT_A_NUMBER},
    {"922337203685477.5807", 4, INT64_MAX},
    {"922337203685477.5808", 4, NOT_A_NUMBER},
    {"922337203685478", 4, NOT_A_NUMBER},
    {"99999999999999999999", 0, NOT_A_NUMBER},
    {"0000000000000000000000000000017", 0, 17},
    {"0", 30, 0},
    {"1", 19, NOT_A_NUMBER},
    {"1", 18, INT64_C(1000000000000000000)},
    {"", 0, NOT_A_NUMBER},
    {".", 0, NOT_A_NUMBER},
    {",", 2, NOT_A_NUMBER},
    {"-", 0, NOT_A_NUMBER},
    {"+", 0, NOT_A_NUMBER},
    {"+-4", 0, NOT_A_NUMBER},
    {"--4", 0, NOT_A_NUMBER},
    {"4-", 0, NOT_A_NUMBER},
    {"4x", 0, NOT_A_NUMBER},
    {"x", 0, NOT_A_NUMBER},
    {" 4", 0, NOT_A_NUMBER},
    {"4 ", 0, NOT_A_NUMBER},
    {"4e0", 0, NOT_A_NUMBER},
    {"0x4", 0, NOT_A_NUMBER},
    {"1.2.3", 4, NOT_A_NUMBER},
    {"1,234.5", 4, NOT_A_NUMBER},
    {"1 000", 0, NOT_A_NUMBER},
    {"nan", 0, NOT_A_NUMBER},
    {"inf", 0, NOT_A_NUMBER},
    {"\xE2\x88", 0, NOT_A_NUMBER},
    {"\xD9\xA4", 0, NOT_A_NUMBER}, /* an Arabic-Indic 4 */
};

static void test_text_decimal(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(decimal_cases); i++) {
        int64_t got = NOT_A_NUMBER;
        const bool read = text_decimal(decimal_cases[i].text, decimal_cases[i].decimals, &got);
        if (got != decimal_cases[i].expected ||
            read != (decimal_cases[i].expected != NOT_A_NUMBER)) {
            fail_msg("\"%s\" to %u decimals: expected %lld, got %d, %lld", decimal_cases[i].text,
                     decimal_cases[i].decimals, (long long)decimal_cases[i].expected, read,
                     (long long)got);
        }
    }
}

static const struct {
    const char *a, *b;
    bool alike;
} alike_cases[] = {
    {"", "", true},
    {"start", "Start", true},
    {"END OF PHASE 1", "end of phase 1", true},
    {"end  of\tphase\n1", "end of phase 1", true},
    {"end\xC2\xA0of phase 1", "end of phase 1", true},
    {" end of phase 1", "end of phase 1  ", true},
    {"end of phase 1", "end of phase 1\xC2\xA0", true},
    {"sdq-parent", "SDQ_Parent", true},
    {"-", "_", true},
    {" ", "", true},
    {"\xC3\xA9", "\xC3\xA9", true},
    {"\xC3\xA9", "\xC3\x89", false}, /* only ASCII letters have a case here */
    {"start", "star", false},
    {"star", "start", false},
    {"", "a", false},
    {"a b", "ab", false},
    {"ab", "a b", false},
    {"a-b", "a b", false},
    {"a--b", "a-b", false},
    {"a b", "a  c", false},
    {"@", "`", false}, /* next to A and a */
    {"[", "{", false}, /* next to Z and z */
    {"T1", "T2", false},
};

static void test_text_alike(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(alike_cases); i++) {
        const char *const a = alike_cases[i].a;
        const char *const b = alike_cases[i].b;
        if (text_alike(a, b) != alike_cases[i].alike || text_alike(b, a) != alike_cases[i].alike) {
            fail_msg("\"%s\" and \"%s\": expected %d", a, b, alike_cases[i].alike);
        }
    }
}

#define NOT_A_DATE INT64_C(-999999999)

/* Expected values: Python, (datetime.date(y, m, d) - datetime.date(1970, 1, 1)).days; the year 0 by
   hand: 366 days before 0001-01-01. */
static const struct {
    const char *text;
    bool day_first;
    int64_t expected;
} date_cases[] = {
    {"1970-01-01", false, 0},
    {"1969-12-31", false, -1},
    {"2018-03-31", false, 17621},
    {"2018-03-31", true, 17621},
    {"2000-02-29", false, 11016},
    {"2016-02-29", false, 16860},
    {"2016-03-01", false, 16861},
    {"2016-12-31", false, 17166},
    {"1900-02-28", false, -25509},
    {"1900-03-01", false, -25508},
    {"2100-02-28", false, 47540},
    {"2100-03-01", false, 47541},
    {"9999-12-31", false, 2932896},
    {"0001-01-01", false, -719162},
    {"0000-01-01", false, -719528},
    {"0000-02-29", false, -719469},
    {"2017-11-05T09:30", false, 17475},
    {"2017-11-05 09:30:59", false, 17475},
    {"2017-11-05 9:30", false, 17475},
    {"2017-11-05T23:59:60.123Z", false, 17475},
    {"2017-11-05T00:00:00+01:00", false, 17475},
    {"2017-11-05T00:00:00-0130", false, 17475},
    {"2017-11-05T00:00+01", false, 17475},
    {"31/3/2018", true, 17621},
    {"31/03/2018", true, 17621},
    {"31-03-2018", true, 17621},
    {"31.3.2018", true, 17621},
    {"1/2/2018", true, 17563},
    {"29/02/2016", true, 16860},
    {"31/03/2018", false, NOT_A_DATE},
    {"2015-02-29", false, NOT_A_DATE},
    {"1900-02-29", false, NOT_A_DATE},
    {"2100-02-29", false, NOT_A_DATE},
    {"29/02/2015", true, NOT_A_DATE},
    {"2018-04-31", false, NOT_A_DATE},
    {"2018-06-31", false, NOT_A_DATE},
    {"2018-09-31", false, NOT_A_DATE},
    {"2018-11-31", false, NOT_A_DATE},
    {"2018-01-32", false, NOT_A_DATE},
    {"2018-13-01", false, NOT_A_DATE},
    {"2018-00-10", false, NOT_A_DATE},
    {"2018-01-00", false, NOT_A_DATE},
    {"0000-00-00", false, NOT_A_DATE},
    {"3/31/2018", true, NOT_A_DATE},
    {"31/3/18", true, NOT_A_DATE},
    {"31/3-2018", true, NOT_A_DATE},
    {"31 3 2018", true, NOT_A_DATE},
    {"31/3/2018 09:30", true, NOT_A_DATE},
    {"131/3/2018", true, NOT_A_DATE},
    {"2018-3-31", false, NOT_A_DATE},
    {"2018/03/31", true, NOT_A_DATE},
    {"18-03-31", false, NOT_A_DATE},
    {"20180331", false, NOT_A_DATE},
    {"2018-03", false, NOT_A_DATE},
    {"2018-03-31x", false, NOT_A_DATE},
    {"2018-03-31 ", false, NOT_A_DATE},
    {"2018-03-31T", false, NOT_A_DATE},
    {"2018-03-31T24:00", false, NOT_A_DATE},
    {"2018-03-31T12:60", false, NOT_A_DATE},
    {"2018-03-31T12:30:61", false, NOT_A_DATE},
    {"2018-03-31T12:30:", false, NOT_A_DATE},
    {"2018-03-31T12:30:15.", false, NOT_A_DATE},
    {"2018-03-31T12", false, NOT_A_DATE},
    {"2018-03-31 noon", false, NOT_A_DATE},
    {"2018-03-31T12:30+", false, NOT_A_DATE},
    {"2018-03-31T12:30+24:00", false, NOT_A_DATE},
    {"2018-03-31T12:30+01:60", false, NOT_A_DATE},
    {"2018-03-31T12:30+01:", false, NOT_A_DATE},
    {"2018-03-31T12:30Zx", false, NOT_A_DATE},
    {"-2018-03-31", false, NOT_A_DATE},
    {"43190", true, NOT_A_DATE},
    {"", true, NOT_A_DATE},
};

static void test_text_date(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(date_cases); i++) {
        int64_t got = NOT_A_DATE;
        const bool read = text_date(date_cases[i].text, date_cases[i].day_first, &got);
        if (got != date_cases[i].expected || read != (date_cases[i].expected != NOT_A_DATE)) {
            fail_msg("\"%s\", day_first %d: expected %lld, got %d, %lld", date_cases[i].text,
                     date_cases[i].day_first, (long long)date_cases[i].expected, read,
                     (long long)got);
        }
    }
}

/* Every day from 0000-01-01 to 2400-12-31 is one more than the day before it. */
static void test_every_day(void **state)
{
    int64_t expected = -719528;

    (void)state;
    for (int i = 0; i < 2401 * 12 * 31; i++) {
        const int year = i / (12 * 31), month = i / 31 % 12 + 1, day = i % 31 + 1;
        int64_t got = 0;
        char text[40];
        (void)snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
        if (!text_date(text, false, &got)) {
            continue;
        }
        if (got != expected) {
            fail_msg("%s: expected %lld, got %lld", text, (long long)expected, (long long)got);
        }
        expected++;
    }
    assert_int_equal(expected, 157420); /* Python: 2401-01-01 */
}

#define BAD_PATTERN 0

static const struct {
    const char *pattern;
    size_t n;
    const char *first, *last; /* or, of a bad pattern, a word of why */
} pattern_cases[] = {
    {"wemwbs_{01..14}", 14, "wemwbs_01", "wemwbs_14"},
    {"T1_Q{1..25}", 25, "T1_Q1", "T1_Q25"},
    {"{8..11}x", 4, "8x", "11x"},
    {"q{08..11}", 4, "q08", "q11"},
    {"q{98..101}", 4, "q98", "q101"},
    {"q{001..2}", 2, "q001", "q002"},
    {"q{0..5}", 6, "q0", "q5"},
    {"q{7..7}", 1, "q7", "q7"},
    {"q{1..1000}", 1000, "q1", "q1000"},
    {"q{999999990..999999999}", 10, "q999999990", "q999999999"},
    {"a{1,3,5}", 3, "a1", "a5"},
    {"a{ 1 ,3, 5 }b", 3, "a1b", "a5b"},
    {"{pre,post}_score", 2, "pre_score", "post_score"},
    {"goal", 1, "goal", "goal"},
    {"100% sure {1,2}%s", 2, "100% sure 1%s", "100% sure 2%s"},
    {"\xC3\xA9{1..2}", 2, "\xC3\xA9\x31", "\xC3\xA9\x32"},
    {"", BAD_PATTERN, "empty", NULL},
    {"q{1..14", BAD_PATTERN, "opening brace", NULL},
    {"q{", BAD_PATTERN, "opening brace", NULL},
    {"q1..14}", BAD_PATTERN, "closing brace", NULL},
    {"q}1..14{", BAD_PATTERN, "closing brace", NULL},
    {"q{1..2}{3..4}", BAD_PATTERN, "one pair", NULL},
    {"q{{1..2}}", BAD_PATTERN, "one pair", NULL},
    {"q{{1..2}", BAD_PATTERN, "one pair", NULL},
    {"q{1..2}}", BAD_PATTERN, "one pair", NULL},
    {"q{}", BAD_PATTERN, "neither", NULL},
    {"q{5}", BAD_PATTERN, "neither", NULL},
    {"q{1-14}", BAD_PATTERN, "neither", NULL},
    {"q{1.14}", BAD_PATTERN, "neither", NULL},
    {"q{1...14}", BAD_PATTERN, "neither", NULL},
    {"q{..14}", BAD_PATTERN, "neither", NULL},
    {"q{1..}", BAD_PATTERN, "neither", NULL},
    {"q{a..e}", BAD_PATTERN, "neither", NULL},
    {"q{-1..4}", BAD_PATTERN, "neither", NULL},
    {"q{1..14..2}", BAD_PATTERN, "neither", NULL},
    {"q{1..9999999999}", BAD_PATTERN, "neither", NULL},
    {"q{14..1}", BAD_PATTERN, "downwards", NULL},
    {"q{1..1001}", BAD_PATTERN, "1,000", NULL},
    {"q{1..999999999}", BAD_PATTERN, "1,000", NULL},
    {"a{1,,3}", BAD_PATTERN, "empty entry", NULL},
    {"a{,}", BAD_PATTERN, "empty entry", NULL},
    {"a{1,2,}", BAD_PATTERN, "empty entry", NULL},
    {"a{ ,1}", BAD_PATTERN, "empty entry", NULL},
    {"a{1..3,7}", BAD_PATTERN, "range in it", NULL},
};

static void test_pattern_expand(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pattern_cases); i++) {
        const char *const pattern = pattern_cases[i].pattern;
        struct arena arena = {0};
        const char *const *names = NULL;
        const char *why = NULL;
        size_t n = 99;
        const bool read = pattern_expand(pattern, &arena, &names, &n, &why);
        if (read != (pattern_cases[i].n != BAD_PATTERN) || n != pattern_cases[i].n) {
            fail_msg("\"%s\": expected %zu names, got %d, %zu", pattern, pattern_cases[i].n, read,
                     n);
        }
        if (!read && (names != NULL || strstr(why, pattern_cases[i].first) == NULL)) {
            fail_msg("\"%s\": expected a word on \"%s\", got \"%s\"", pattern,
                     pattern_cases[i].first, why);
        }
        if (read && (why != NULL || strcmp(names[0], pattern_cases[i].first) != 0 ||
                     strcmp(names[n - 1], pattern_cases[i].last) != 0)) {
            fail_msg("\"%s\": got %s ... %s", pattern, names[0], names[n - 1]);
        }
        arena_free(&arena);
    }
}

/* A list of `n` entries, and one more comma-separated name than is allowed. */
static void test_long_patterns(void **state)
{
    static const struct {
        size_t n_entries, n_prefix, expected;
    } cases[] = {{1000, 1, 1000}, {1001, 1, 0}, {2, 9000, 2}, {2, 10000, 0}};
    char pattern[20000];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena arena = {0};
        const char *const *names;
        const char *why;
        size_t n, place = cases[i].n_prefix;
        memset(pattern, 'q', place);
        for (size_t k = 0; k < cases[i].n_entries; k++) {
            pattern[place++] = k == 0 ? '{' : ',';
            pattern[place++] = 'x';
        }
        memcpy(pattern + place, "}", 2);
        assert_int_equal(pattern_expand(pattern, &arena, &names, &n, &why), cases[i].expected > 0);
        assert_int_equal(n, cases[i].expected);
        assert_true(n == 0 || strlen(names[n - 1]) == cases[i].n_prefix + 1);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_missing), cmocka_unit_test(test_text_decimal),
        cmocka_unit_test(test_text_alike),      cmocka_unit_test(test_text_date),
        cmocka_unit_test(test_every_day),       cmocka_unit_test(test_pattern_expand),
        cmocka_unit_test(test_long_patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

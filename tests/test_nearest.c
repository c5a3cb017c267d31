/* Expected values by hand. */
#include "tests/check.h"

#include <string.h>
#include "io/nearest.h"

static const char *const words[] = {"participant", "family", "stage", "stages", "instrument",
                                    "items",       "goal",   "by",    "layout"};

/* A third of the word's letters may change: at least 1, at most 4. */
static const struct {
    const char *word, *expected;
} cases[] = {
    {"stage", "stage"},
    {"STAGE", "stage"},
    {"stge", "stage"},   /* one letter left out */
    {"staage", "stage"}, /* one too many; "stages" is as near and comes later */
    {"itmes", "items"},  /* neighbours swapped: one edit */
    {"itmse", NULL},     /* two edits, but a third of five letters is one */
    {"famyly", "family"},
    {"fmaiyl", "family"}, /* two swaps, and a third of six letters is two */
    {"fmaiyx", NULL},
    {"partcpant", "participant"}, /* two */
    {"prtcipnat", "participant"}, /* a, i and a swap: three of nine letters */
    {"instrmnt", "instrument"},   /* two of eight */
    {"ix", NULL},
    {"b", "by"},
    {"y", "by"},
    {"", NULL},
    {"zzzzzzzzzzzzzzzzzz", NULL},
    {"participantparticipant", NULL},   /* more than 4 */
    {"participant_row", "participant"}, /* 4 of 15 */
    {"participant_rows", NULL},         /* 5 of 16 */
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *const got = nearest_word(cases[i].word, words, COUNT(words));
        const bool same = got == NULL || cases[i].expected == NULL
                              ? got == cases[i].expected
                              : strcmp(got, cases[i].expected) == 0;
        if (!same) {
            fail_msg("%s: expected %s, got %s", cases[i].word,
                     cases[i].expected == NULL ? "none" : cases[i].expected,
                     got == NULL ? "none" : got);
        }
    }
}

/* Of equals the first, whatever their order. */
static void test_ties(void **state)
{
    (void)state;
    const char *const forwards[] = {"cat", "cot"}, *const backwards[] = {"cot", "cat"};
    assert_string_equal(nearest_word("cut", forwards, 2), "cat");
    assert_string_equal(nearest_word("cut", backwards, 2), "cot");
    assert_null(nearest_word("cut", forwards, 0));
    const char *const letters[] = {"V", "S"};
    assert_null(nearest_word("X", letters, 2));
    assert_string_equal(nearest_word("s", letters, 2), "S");
}

/* Words far longer than any table of edits. */
static void test_long_words(void **state)
{
    (void)state;
    char known[3000], asked[3000];
    memset(known, 'q', sizeof known);
    known[sizeof known - 1] = '\0';
    memcpy(asked, known, sizeof asked);
    asked[17] = 'x';
    asked[1500] = 'x';
    asked[2990] = '\0'; /* 9 letters fewer: too many */
    const char *const list[] = {known};
    assert_null(nearest_word(asked, list, 1));
    asked[2990] = 'q';
    asked[2997] = '\0'; /* two replaced, two left out: 4 edits */
    assert_ptr_equal(nearest_word(asked, list, 1), known);
    asked[2000] = 'x';
    assert_null(nearest_word(asked, list, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_long_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Every message has a sentence, and sentences are filled as io/words.h says. */
#include "tests/check.h"
#include <stdio.h>
#include <string.h>
#include "io/words.h"

#define MESSAGE_TEXT(name) #name,
static const char *const names[] = {PELLTER_MESSAGES(MESSAGE_TEXT)};

/* With all arguments given and none of them 1, nothing of a slot may be left over. */
static void test_every_message_has_a_sentence(void **state)
{
    struct arena arena = {.blocks = NULL};
    (void)state;
    for (size_t i = 0; i < N_MESSAGES; i++) {
        struct text text = text_of((enum message)i);
        for (size_t k = 0; k < TEXT_ARGUMENTS; k++) {
            text.arguments[k] = argument_count(7);
        }
        const char *const words = words_of(&arena, &text);
        assert_non_null(words);
        if ((*words == '\0') != (i == MESSAGE_NONE)) {
            fail_msg("MESSAGE_%s has no sentence", names[i]);
        }
        if (strpbrk(words, "{|}") != NULL) {
            fail_msg("MESSAGE_%s: a slot is left: %s", names[i], words);
        }
    }
    arena_free(&arena);
}

static void check(const char *name, const char *sentence,
                  const struct argument arguments[TEXT_ARGUMENTS], const char *expected)
{
    struct arena arena = {.blocks = NULL};
    const char *const got = words_filled(&arena, sentence, arguments);
    if (got == NULL || strcmp(got, expected) != 0) {
        fail_msg("%s: expected \"%s\", got \"%s\"", name, expected, got == NULL ? "NULL" : got);
    }
    arena_free(&arena);
}

static void test_slots(void **state)
{
    const struct argument a[TEXT_ARGUMENTS] = {
        argument_name("Aberdare {1}"),
        argument_value(value_ratio(-361, 8), 2),
        argument_value(value_ratio(1, 0), 2),
        argument_message(MESSAGE_NONE),
    };
    const struct {
        const char *name, *sentence, *expected;
    } cases[] = {
        {"nothing to fill", "No forms.", "No forms."},
        {"empty", "", ""},
        {"a name is not read again", "{0}", "Aberdare {1}"},
        {"a value, rounded half away", "mean {1}!", "mean -45.13!"},
        {"an undefined value", "mean {2}.", "mean -."},
        {"an empty word", "<{3}>", "<>"},
        {"any order, more than once", "{1}{0}{1}", "-45.13Aberdare {1}-45.13"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        check(cases[i].name, cases[i].sentence, a, cases[i].expected);
    }
}

static void test_plurals(void **state)
{
    const struct {
        const char *name, *expected;
        struct argument argument;
    } cases[] = {
        {"0", "0 people were left out", argument_count(0)},
        {"1", "1 person was left out", argument_count(1)},
        {"2", "2 people were left out", argument_count(2)},
        {"beyond int64", "18446744073709551615 people were left out", argument_count(UINT64_MAX)},
        {"3/3", "1 person was left out", argument_value(value_ratio(3, 3), 0)},
        {"nearly 1", "0.99 people were left out", argument_value(value_ratio(99, 100), 2)},
        {"the root of 1", "1 person was left out", argument_value(value_root(4, 4), 0)},
        {"a double", "1.0 person was left out", argument_value(value_double(1.0), 1)},
        {"undefined", "- people were left out", argument_value(value_double(NAN), 0)},
        {"minus 1", "-1 people were left out", argument_value(value_count(-1), 0)},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct argument a[TEXT_ARGUMENTS] = {{0}, cases[i].argument};
        check(cases[i].name, "{1} {1|person was|people were} left out", a, cases[i].expected);
    }
    const struct argument one[TEXT_ARGUMENTS] = {argument_count(1)};
    check("an empty form", "{0} form{0||s}", one, "1 form");
}

static void test_name(void **state)
{
    struct arena arena = {.blocks = NULL};
    const struct text none = text_of(MESSAGE_NONE), name = text_name("Site \xC5\xB4");
    (void)state;
    assert_string_equal(words_of(&arena, &none), "");
    assert_string_equal(words_of(&arena, &name), "Site \xC5\xB4");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_message_has_a_sentence),
        cmocka_unit_test(test_slots),
        cmocka_unit_test(test_plurals),
        cmocka_unit_test(test_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Expected values by hand: texts are numbered 0, 1, 2, ... as they are first met. */
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include "engine/names.h"

/* Added in this order; `number` is what each must get. Lengths count every byte. */
static const struct {
    const char *text;
    size_t length;
    uint32_t number;
} added[] = {
    {"a", 1, 0},       {"", 0, 1},     {"a", 1, 0},    {"a\0b", 3, 2}, {"a\0c", 3, 3},
    {"a\0", 2, 4},     {"\0", 1, 5},   {"\0\0", 2, 6}, {"A", 1, 7},    {"a ", 2, 8},
    {"a\0b", 3, 2},    {"\0", 1, 5},   {"", 0, 1},     {"\xff", 1, 9}, {"M\xc3\xb4n", 4, 10},
    {"M\xf4n", 3, 11}, {"abc", 2, 12}, {"abc", 3, 13}, {"ab", 2, 12},
};

static void test_bytes(void **state)
{
    (void)state;
    struct names names = {0};
    assert_int_equal(names_find(&names, "a", 1), NO_NAME);
    for (size_t i = 0; i < COUNT(added); i++) {
        uint32_t number = NO_NAME;
        assert_true(names_add(&names, added[i].text, added[i].length, &number));
        if (number != added[i].number) {
            fail_msg("text %zu: expected %u, got %u", i, added[i].number, number);
        }
    }
    assert_int_equal(names.n_names, 14);
    for (size_t i = 0; i < COUNT(added); i++) {
        const char *const text = names_text(&names, added[i].number);
        assert_int_equal(names_find(&names, added[i].text, added[i].length), added[i].number);
        assert_int_equal(names_length(&names, added[i].number), added[i].length);
        assert_memory_equal(text, added[i].text, added[i].length);
        assert_int_equal(text[added[i].length], '\0');
    }
    assert_int_equal(names_find(&names, "b", 1), NO_NAME);
    assert_int_equal(names_find(&names, "a\0d", 3), NO_NAME);
    assert_int_equal(names_find(&names, "\0\0\0", 3), NO_NAME);
    names_free(&names);
    names_free(&names); /* an empty one is fine */
    assert_int_equal(names_find(&names, "a", 1), NO_NAME);
}

#define MANY 100000u

static size_t nth(uint32_t i, char *out, size_t size)
{
    /* texts of many lengths that begin alike, as ids do */
    return (size_t)snprintf(out, size, "P-%0*u", (int)(i % 17), i);
}

/* Texts stay where they were when the arrays grow. */
static void test_many(void **state)
{
    (void)state;
    struct names names = {0};
    char text[40];
    const char *first;
    uint32_t number;
    for (uint32_t i = 0; i < MANY; i++) {
        const size_t length = nth(i, text, sizeof text);
        assert_true(names_add(&names, text, length, &number));
        if (number != i) {
            fail_msg("%s: expected %u, got %u", text, i, number);
        }
        if (i == 0) {
            first = names_text(&names, 0);
        }
    }
    assert_int_equal(names.n_names, MANY);
    assert_ptr_equal(names_text(&names, 0), first);
    for (uint32_t i = MANY; i-- > 0;) { /* again, and the other way round */
        const size_t length = nth(i, text, sizeof text);
        assert_true(names_add(&names, text, length, &number));
        if (number != i || names_find(&names, text, length) != i ||
            names_length(&names, i) != length || strcmp(names_text(&names, i), text) != 0) {
            fail_msg("%s: expected %u, got %u", text, i, number);
        }
    }
    assert_int_equal(names.n_names, MANY);
    assert_int_equal(names_find(&names, "P-100000x", 9), NO_NAME);
    names_free(&names);
}

/* The caller's bytes may change afterwards. */
static void test_copies(void **state)
{
    (void)state;
    struct names names = {0};
    char text[] = "North";
    uint32_t number;
    assert_true(names_add(&names, text, 5, &number));
    text[0] = 'S';
    assert_string_equal(names_text(&names, number), "North");
    assert_int_equal(names_find(&names, text, 5), NO_NAME);
    names_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Keys of cells as they stand in a text, and what is remembered of them. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "io/run/memo.h"

/* The key of a text that has other bytes behind it, which must make no difference. */
static bool key_of(const char *text, size_t length, char behind, struct memo_key *key)
{
    char room[64];
    memset(room, behind, sizeof room);
    memcpy(room + 3, text, length); /* at an odd address */
    return memo_key(room + 3, length, key);
}

static bool same(struct memo_key a, struct memo_key b)
{
    return a.words[0] == b.words[0] && a.words[1] == b.words[1];
}

static void test_keys(void **state)
{
    (void)state;
    static const char text[] = "end of phase 1 \xc3\xa9 and more";
    for (size_t length = 0; length <= MEMO_LONGEST; length++) {
        struct memo_key key, again;
        char bytes[MEMO_LONGEST] = "", other[MEMO_LONGEST];
        assert_true(key_of(text, length, ';', &key));
        assert_true(key_of(text, length, '\xff', &again));
        assert_true(same(key, again));
        memcpy(bytes, text, length);
        assert_memory_equal(key.words, bytes, sizeof bytes); /* padded with zeros */
        for (size_t i = 0; i < length; i++) {
            memcpy(other, bytes, sizeof other);
            other[i] = (char)(other[i] ^ 1);
            assert_true(key_of(other, length, ';', &again));
            assert_false(same(key, again));
        }
        if (length > 0) {
            assert_true(key_of(text, length - 1, ';', &again));
            assert_false(same(key, again));
        }
    }
    struct memo_key key;
    assert_false(key_of(text, MEMO_LONGEST + 1, ';', &key));
    assert_false(key_of(text, sizeof text - 1, ';', &key));
}

static void test_remembers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } known[] = {{"", -1},
                 {"start", 0},
                 {"end", INT64_MAX},
                 {"2018-03-31", 17621},
                 {"end of phase one", INT64_MIN}};
    struct memo memo = {0};
    struct memo_key key;
    assert_true(key_of("start", 5, ',', &key));
    assert_null(memo_find(&memo, &key)); /* of an empty one */
    for (size_t i = 0; i < COUNT(known); i++) {
        assert_true(key_of(known[i].text, strlen(known[i].text), ',', &key));
        assert_null(memo_find(&memo, &key));
        memo_put(&memo, &key, known[i].value);
    }
    for (size_t i = 0; i < COUNT(known); i++) {
        assert_true(key_of(known[i].text, strlen(known[i].text), ';', &key));
        assert_non_null(memo_find(&memo, &key));
        assert_int_equal(*memo_find(&memo, &key), known[i].value);
        memo_put(&memo, &key, 5); /* the last counts */
        assert_int_equal(*memo_find(&memo, &key), 5);
    }
    assert_int_equal(memo.n_used, COUNT(known));
    assert_true(key_of("middle", 6, ';', &key));
    assert_null(memo_find(&memo, &key));
    memo_free(&memo);
    memo_free(&memo);
    assert_null(memo_find(&memo, &key));
}

/* More texts than it wants to know: what it says is right, and it stops to grow. */
static void test_many(void **state)
{
    (void)state;
    enum { N = 300000 };
    struct memo memo = {0};
    size_t n_known = 0, n_entries;
    for (int64_t i = 0; i < N; i++) {
        char text[40];
        struct memo_key key;
        const int n = snprintf(text, sizeof text, "%lld", (long long)i);
        assert_true(memo_key(text, (size_t)n, &key));
        assert_null(memo_find(&memo, &key));
        memo_put(&memo, &key, -i);
    }
    n_entries = memo.n_entries;
    for (int64_t i = 0; i < N; i++) {
        char text[40];
        struct memo_key key;
        const int n = snprintf(text, sizeof text, "%lld", (long long)i);
        assert_true(memo_key(text, (size_t)n, &key));
        const int64_t *const value = memo_find(&memo, &key);
        if (value != NULL) {
            assert_int_equal(*value, -i);
            n_known++;
        }
    }
    assert_int_equal(memo.n_used, n_known);
    assert_true(n_known > 50000 && n_known < N);
    assert_true(2 * n_known <= n_entries);
    memo_free(&memo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_remembers),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

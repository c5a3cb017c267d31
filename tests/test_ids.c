/* Ids of every length, and which of them a person would take for the same. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine/ids.h"
#include "tests/random.h"

#define LONGEST 40
static const char text[] = "K\xc3\xa9r\xc5\xb5yn-0123456789.abcdefghijklmnopqrstuvwxyz";

/* A copy of its own, so that no two ids share their bytes by accident. */
static struct id copied(const char *bytes, size_t length, char room[LONGEST + 1])
{
    memcpy(room, bytes, length);
    return id_of(room, length);
}

static void test_round_trip(void **state)
{
    (void)state;
    for (size_t length = 1; length <= LONGEST; length++) {
        char room[LONGEST + 1];
        const struct id id = copied(text, length, room);
        size_t n;
        const char *const bytes = id_text(&id, &n);
        assert_int_equal(id_is_long(id), length > ID_INLINE);
        assert_int_equal(n, length);
        assert_memory_equal(bytes, text, length);
        if (length <= ID_INLINE) { /* stands in the id itself */
            memset(room, 'x', sizeof room);
            assert_memory_equal(id_text(&id, &n), text, length);
        } else {
            assert_ptr_equal(bytes, room);
        }
    }
}

/* Equal to a copy, and to nothing with a byte more, a byte less or another byte. */
static void test_equal(void **state)
{
    (void)state;
    for (size_t length = 1; length < LONGEST; length++) {
        char one[LONGEST + 1], two[LONGEST + 1];
        const struct id id = copied(text, length, one);
        assert_true(id_equal(id, copied(text, length, two)));
        assert_int_equal(id_hash(id), id_hash(copied(text, length, two)));
        assert_false(id_equal(id, copied(text, length + 1, two)));
        assert_false(id_equal(copied(text, length + 1, two), id));
        for (size_t i = 0; i < length; i++) {
            copied(text, length, two);
            two[i] = two[i] == '7' ? '8' : '7';
            if (id_equal(id, id_of(two, length)) || id_equal(id_of(two, length), id)) {
                fail_msg("%zu bytes, another byte %zu", length, i);
            }
        }
    }
}

/* A 16th byte that is no letter does not make an id long. */
static void test_sixteenth_byte(void **state)
{
    (void)state;
    static const char *const ids[] = {"abcdefghijklmn\xc3\xbf", "abcdefghijklm\xef\xbf\xbf",
                                      "abcdefghijkl\xf4\x8f\xbf\xbf"};
    for (size_t i = 0; i < COUNT(ids); i++) {
        const struct id id = id_of(ids[i], 16);
        size_t n;
        assert_false(id_is_long(id));
        assert_memory_equal(id_text(&id, &n), ids[i], 16);
        assert_int_equal(n, 16);
    }
}

/* --- ids that are alike ----------------------------------------------------------------------- */

static const struct {
    const char *a, *b;
    bool similar;
} pairs[] = {
    {"17", "17", true},
    {"17", "17.0", true},
    {"17", "017", true},
    {"17", "00017.0", true},
    {"17", "017.00", false},
    {"17", "17.", false},
    {"17", "170", false},
    {"17", "1.7", false},
    {"a17", "A17", true},
    {"0a17", "A17.0", true},
    {"0", "00", true},
    {"0", "0.0", true},
    {"0", "000000000000000000000000.0", true},
    {"0", "10", false},
    {".0", "0", false},
    {"0.0", ".0", false},
    {"x.0", "x", true},
    {"abcdef", "ABCDEF.0", true}, /* full stops at every place of both words */
    {"abcdefgh", "abcdefgh.0", true},
    {"abcdefghij", "ABCDEFGHIJ.0", true},
    {"abcdefghijklmn", "abcdefghijklmn.0", true},
    {"abcdefghijklmno", "abcdefghijklmno.0", true},
    {"1.0.0", "1.0", false},
    {"1.0.0", "01.0.0", true},
    {"17", "00000000000000000017", true},
    {"17", "0000000000000017.0", true},
    {"abcdefghijklmnop", "ABCDEFGHIJKLMNOP.0", true},
    {"abcdefghijklmnop", "0ABCDEFGHIJKLMNOP", true},
    {"abcdefghijklmnopq", "Abcdefghijklmnopq", true},
    {"abcdefghijklmnopq", "abcdefghijklmnopr", false},
    {"a longer id of many words", "A LONGER ID OF MANY WORDS.0", true},
    {"@", "`", false},
    {"[", "{", false},
    {"a b",
     "a\x01"
     "b",
     false},
    {"\xc3\xa9", "\xc3\x89", false}, /* only the capitals of ASCII are looked through */
};

static void test_similar(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        const struct id a = id_of(pairs[i].a, strlen(pairs[i].a)),
                        b = id_of(pairs[i].b, strlen(pairs[i].b));
        if (id_similar(a, b) != pairs[i].similar || id_similar(b, a) != pairs[i].similar) {
            fail_msg("\"%s\" and \"%s\"", pairs[i].a, pairs[i].b);
        }
        if (pairs[i].similar && id_hash(a) != id_hash(b)) {
            fail_msg("\"%s\" and \"%s\" are alike, their hashes are not", pairs[i].a, pairs[i].b);
        }
    }
}

/* What a person would read, as a text. */
static void read_plainly(const char *id, char *out)
{
    const size_t length = strlen(id);
    size_t n = length > 2 && strcmp(id + length - 2, ".0") == 0 ? length - 2 : length, at = 0;
    while (at + 1 < n && id[at] == '0') {
        at++;
    }
    for (; at < n; at++) {
        *out++ = id[at] >= 'A' && id[at] <= 'Z' ? (char)(id[at] + 32) : id[at];
    }
    *out = '\0';
}

/* Of few letters, so that many are alike. */
static void draw_id(uint64_t *random, char *out)
{
    static const char letters[] = "0000.0aA1bB";
    static const char *const ends[] = {"", "", ".0", "0", "abcdefghijklmn", "ABCDEFGHIJKLMN.0"};
    const char *const end = ends[draw_below(random, COUNT(ends))];
    const size_t n = 1 + draw_below(random, 5);
    for (size_t i = 0; i < n; i++) {
        *out++ = letters[draw_below(random, sizeof letters - 1)];
    }
    memcpy(out, end, strlen(end) + 1);
}

static void test_similar_at_random(void **state)
{
    (void)state;
    uint64_t random = 1;
    size_t n_similar = 0;
    for (size_t i = 0; i < 300000; i++) {
        char a[LONGEST], b[LONGEST], plain_a[LONGEST], plain_b[LONGEST];
        draw_id(&random, a);
        draw_id(&random, b);
        read_plainly(a, plain_a);
        read_plainly(b, plain_b);
        const struct id id_a = id_of(a, strlen(a)), id_b = id_of(b, strlen(b));
        const bool similar = strcmp(plain_a, plain_b) == 0;
        if (id_similar(id_a, id_b) != similar || (similar && id_hash(id_a) != id_hash(id_b))) {
            fail_msg("\"%s\" and \"%s\": %s", a, b, similar ? "alike" : "not alike");
        }
        assert_int_equal(id_equal(id_a, id_b), strcmp(a, b) == 0);
        n_similar += similar;
    }
    assert_true(n_similar > 3000);
}

/* --- hashes ----------------------------------------------------------------------------------- */

static int hash_compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Numbered ids, short and long: no two have one hash, and the highest bits, which choose a
   partition, and the lowest, which choose a slot, share them out evenly. */
static void test_hashes_are_spread(void **state)
{
    (void)state;
    static const char *const heads[] = {"", "P", "site 12/child ", "a-long-beginning-of-an-id-"};
    enum { N = 50000, PARTS = 64 };
    uint64_t *const hashes = calloc(N, sizeof *hashes);
    assert_non_null(hashes);
    for (size_t h = 0; h < COUNT(heads); h++) {
        size_t high[PARTS] = {0}, low[PARTS] = {0};
        for (size_t i = 0; i < N; i++) {
            char room[LONGEST];
            const int n = snprintf(room, sizeof room, "%s%zu", heads[h], i + 1);
            hashes[i] = id_hash(id_of(room, (size_t)n));
            high[hashes[i] >> 58]++;
            low[hashes[i] % PARTS]++;
        }
        qsort(hashes, N, sizeof *hashes, hash_compare);
        for (size_t i = 1; i < N; i++) {
            assert_true(hashes[i] != hashes[i - 1]);
        }
        for (size_t i = 0; i < PARTS; i++) { /* 781 are expected, with an SD of 28 */
            if (high[i] < 600 || high[i] > 960 || low[i] < 600 || low[i] > 960) {
                fail_msg("\"%s...\": %zu and %zu of %d in part %zu", heads[h], high[i], low[i], N,
                         i);
            }
        }
    }
    free(hashes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_sixteenth_byte),    cmocka_unit_test(test_similar),
        cmocka_unit_test(test_similar_at_random), cmocka_unit_test(test_hashes_are_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

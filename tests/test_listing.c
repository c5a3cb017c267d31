/* Lines in any order come out in one, with ids of their own. */
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include "engine/listing.h"
#include "tests/random.h"

#define LONG_ID "a participant with an id of many words"

/* In order: by place, forms before respondents, then stage, subject, reason. */
static const struct {
    uint64_t place;
    const char *id;
    uint8_t kind, stage;
    uint16_t subject;
    uint8_t reason;
} sorted[] = {
    {PLACE(0, 2), "7", LISTED_FORM, 0, 9, 9},
    {PLACE(0, 2), "7", LISTED_FORM, 1, 0, 1},
    {PLACE(0, 2), "7", LISTED_FORM, 1, 0, 2},
    {PLACE(0, 2), "7", LISTED_FORM, 1, 1, 0},
    {PLACE(0, 2), "7", LISTED_FORM, LISTED_NO_STAGE, 0, 0},
    {PLACE(0, 2), "7", LISTED_RESPONDENT, 0, 0, 0},
    {PLACE(0, 2), "7", LISTED_RESPONDENT, LISTED_NO_STAGE, 0, 3},
    {PLACE(0, 2), "7", LISTED_RESPONDENT, LISTED_NO_STAGE, 3, 1},
    {PLACE(0, 33554431), LONG_ID, LISTED_FORM, 0, 0, 0},
    {PLACE(1, 1), "", LISTED_FORM, 0, LISTED_NO_MEASURE, 0},
    {PLACE(300, 5), LONG_ID " and another", LISTED_RESPONDENT, 0, 0, 0},
    {PLACE(70000, 1), "0123456789abcdef", LISTED_FORM, 0, 0, 0},
};

static void add_line(struct listing *listing, size_t i)
{
    char id[80];
    struct listed line = {.place = sorted[i].place,
                          .subject = sorted[i].subject,
                          .kind = sorted[i].kind,
                          .stage = sorted[i].stage,
                          .reason = sorted[i].reason};
    strcpy(id, sorted[i].id);
    if (id[0] != '\0') {
        line.id = id_of(id, strlen(id));
    }
    assert_true(listing_add(listing, &line));
    memset(id, 'x', sizeof id);
}

static void check_line(const struct listed *line, size_t i)
{
    size_t n;
    const char *const id = id_text(&line->id, &n);
    if (line->place != sorted[i].place || line->kind != sorted[i].kind ||
        line->stage != sorted[i].stage || line->subject != sorted[i].subject ||
        line->reason != sorted[i].reason || n != strlen(sorted[i].id) ||
        memcmp(id, sorted[i].id, n) != 0) {
        fail_msg("line %zu: place %llu, kind %u, stage %u, subject %u, reason %u, id %.*s", i,
                 (unsigned long long)line->place, line->kind, line->stage, line->subject,
                 line->reason, (int)n, id);
    }
}

static void test_order(void **state)
{
    (void)state;
    uint64_t random = 7;
    for (size_t times = 0; times < 200; times++) {
        struct listing listing = {0};
        size_t order[COUNT(sorted)];
        draw_order(&random, order, COUNT(order));
        for (size_t i = 0; i < COUNT(order); i++) {
            add_line(&listing, order[i]);
        }
        listing_sort(&listing);
        assert_int_equal(listing.n, COUNT(sorted));
        for (size_t i = 0; i < COUNT(sorted); i++) {
            check_line(&listing.lines[i], i);
        }
        listing_free(&listing);
    }
}

static void test_places(void **state)
{
    (void)state;
    static const struct {
        uint64_t piece;
        uint32_t row;
    } places[] = {{0, 1}, {0, 33554431}, {1, 0}, {5, 77}, {UINT64_C(1) << 38, 1}};
    for (size_t i = 0; i < COUNT(places); i++) {
        const uint64_t place = PLACE(places[i].piece, places[i].row);
        assert_int_equal(PLACE_PIECE(place), places[i].piece);
        assert_int_equal(PLACE_ROW(place), places[i].row);
        if (i > 0) {
            assert_true(place > PLACE(places[i - 1].piece, places[i - 1].row));
        }
    }
}

static void test_empty_and_many(void **state)
{
    (void)state;
    struct listing listing = {0};
    listing_sort(&listing);
    assert_int_equal(listing.n, 0);
    for (uint64_t i = 0; i < 20000; i++) {
        char id[40];
        struct listed line = {.place = i * 7919 % 20000};
        snprintf(id, sizeof id, "participant number %llu", (unsigned long long)line.place);
        line.id = id_of(id, strlen(id));
        assert_true(listing_add(&listing, &line));
    }
    listing_sort(&listing);
    for (uint64_t i = 0; i < 20000; i++) {
        char id[40];
        snprintf(id, sizeof id, "participant number %llu", (unsigned long long)i);
        assert_int_equal(listing.lines[i].place, i);
        assert_true(id_equal(listing.lines[i].id, id_of(id, strlen(id))));
    }
    listing_free(&listing);
    listing_free(&listing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_empty_and_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Rows of files from rows of pieces, counted by hand. */
#include "tests/check.h"

#include "engine/listing.h"
#include "io/run/pieces.h"

/* The pieces of three files; the second is one piece, and one piece has no line end. */
static const struct {
    size_t source;
    uint32_t n_lines;
    uint64_t before;
} list[] = {{0, 10, 0}, {0, 0, 10}, {0, 7, 10}, {1, 1000000, 0}, {3, 5, 0}, {3, 6, 5}, {3, 1, 11}};

static const struct {
    uint64_t piece;
    uint32_t row;
    uint64_t expected;
} rows[] = {
    {0, 1, 1}, {0, 10, 10}, {1, 1, 11}, {2, 1, 11}, {2, 7, 17}, {3, 1, 1}, {3, 33554431, 33554431},
    {4, 2, 2}, {5, 1, 6},   {6, 1, 12}};

static void check_rows(const struct pieces *pieces)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (rows[i].piece < pieces->n) {
            assert_int_equal(pieces_row(pieces, PLACE(rows[i].piece, rows[i].row)),
                             rows[i].expected);
        }
    }
}

/* Read in order by one thread, rows are known at once. */
static void test_in_order(void **state)
{
    (void)state;
    struct pieces pieces = {0};
    pieces_count(&pieces);
    for (size_t i = 0; i < COUNT(list); i++) {
        assert_true(pieces_add(&pieces, list[i].source));
        assert_int_equal(pieces.n, i + 1);
        assert_int_equal(pieces.list[i].source, list[i].source);
        check_rows(&pieces);
        pieces.list[i].n_lines = list[i].n_lines;
    }
    pieces_count(&pieces);
    check_rows(&pieces);
    pieces_free(&pieces);
    pieces_free(&pieces);
}

/* Read in any order, they are known once all were counted. */
static void test_counted_later(void **state)
{
    (void)state;
    struct pieces pieces = {0};
    for (size_t i = 0; i < COUNT(list); i++) {
        assert_true(pieces_add(&pieces, list[i].source));
    }
    for (size_t i = COUNT(list); i-- > 0;) {
        pieces.list[i].n_lines = list[i].n_lines;
    }
    for (int times = 0; times < 2; times++) {
        pieces_count(&pieces);
        for (size_t i = 0; i < COUNT(list); i++) {
            assert_int_equal(pieces.list[i].lines_before, list[i].before);
        }
        check_rows(&pieces);
    }
    pieces_free(&pieces);
}

/* A file of more lines than 32 bits can number. */
static void test_many_lines(void **state)
{
    (void)state;
    struct pieces pieces = {0};
    for (size_t i = 0; i < 500; i++) {
        assert_true(pieces_add(&pieces, 0));
        pieces.list[i].n_lines = 33000000;
    }
    pieces_count(&pieces);
    assert_int_equal(pieces_row(&pieces, PLACE(499, 3)), UINT64_C(33000000) * 499 + 3);
    pieces_free(&pieces);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_order),
        cmocka_unit_test(test_counted_later),
        cmocka_unit_test(test_many_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

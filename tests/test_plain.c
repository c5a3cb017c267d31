/* Cells that are known as they stand: what is said to be a date is one, what is said to be an id is its
   bytes, and little else is turned away. */
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include "io/run/plain.h"
#include "tests/random.h"

/* A text with what may be looked at behind it: more digits, which belong to it no more. */
struct cell_room {
    char text[64];
};

static struct span cell_in(struct cell_room *room, const char *text)
{
    const size_t n = strlen(text);
    memset(room->text, '1', sizeof room->text);
    memcpy(room->text, text, n);
    return (struct span){room->text, n};
}

static int days_of(int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month < 1 || month > 12 ? 0 : days[month - 1];
}

static void test_dates(void **state)
{
    (void)state;
    struct cell_room room;
    for (int month = 0; month < 100; month++) {
        for (int day = 0; day < 100; day++) {
            char text[16];
            snprintf(text, sizeof text, "2014-%02d-%02d", month, day);
            assert_int_equal(is_plain_date(cell_in(&room, text)),
                             day >= 1 && day <= days_of(month));
        }
    }
}

static void test_no_dates(void **state)
{
    (void)state;
    static const char date[] = "2014-07-09";
    struct cell_room room;
    assert_true(is_plain_date(cell_in(&room, date)));
    assert_false(is_plain_date(cell_in(&room, "2014-07-0")));
    assert_false(is_plain_date(cell_in(&room, "2014-07-091")));
    assert_false(is_plain_date(cell_in(&room, "")));
    for (size_t i = 0; i < sizeof date - 1; i++) {
        for (int byte = 0; byte < 256; byte++) {
            char text[sizeof date];
            memcpy(text, date, sizeof date);
            if (byte >= '0' && byte <= '9') {
                continue;
            }
            text[i] = (char)byte;
            /* one byte that is no digit is right only where a dash stood */
            if (byte != 0) {
                assert_int_equal(is_plain_date(cell_in(&room, text)), byte == date[i]);
            }
        }
    }
}

static void test_ids(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 20; n++) {
        for (size_t at = 0; at < n; at++) {
            for (int byte = 1; byte < 256; byte++) {
                struct cell_room room;
                char text[24] = "";
                struct id id, expected = {{0, 0}};
                bool plain;
                memset(text, 'P', n);
                text[at] = (char)byte;
                plain = read_short_id(cell_in(&room, text), &id);
                /* DEL may be taken either way; nothing else may. */
                if (byte != 0x7f) {
                    assert_int_equal(plain, n <= 16 && byte > ' ' && byte < 0x7f);
                }
                if (plain) {
                    memcpy(expected.words, text, n);
                    assert_memory_equal(&id, &expected, sizeof id);
                }
            }
        }
    }
}

/* Cells of two columns, one behind the other, in so many rows. */
#define N_ROWS 61
struct column {
    char text[N_ROWS * 24 + 64];
    const char *starts[2 * STARTS_ROWS];
};

static void draw_column(struct column *column, const char *const cells[], size_t n_cells,
                        uint32_t one_in, uint64_t *random)
{
    char *to = column->text;
    memset(column->text, '1', sizeof column->text);
    for (size_t r = 0; r < N_ROWS; r++) {
        const char *const cell = draw_below(random, one_in) > 0
                                     ? cells[0]
                                     : cells[draw_below(random, (uint32_t)n_cells)];
        column->starts[r] = to;
        memcpy(to, cell, strlen(cell));
        to += strlen(cell) + 1;
        column->starts[r + STARTS_ROWS] = to;
        if (draw_below(random, 4 * one_in) == 0) {
            /* a row that breaks off before this cell */
            column->starts[r + STARTS_ROWS] = column->starts[r];
        }
    }
}

/* Many at once are what they are one by one. */
static void test_many(void **state)
{
    (void)state;
    static const char *const dates[] = {
        "2014-07-09", "",           "2014-02-28", "2014-02-29", "2014-12-31",  "2014-04-31",
        "2014-00-01", "2014-13-01", "2014-16-01", "2014-19-09", "2014-01-00",  "2014-01-32",
        "2014-1-01",  "2014/01/01", "20140-1-01", "2014-07-0x", "2014-07-091", "999-99-999"};
    static const char *const ids[] = {
        "P0001",      "P00000000000016",   "P0000000000000017", "NULL",  "",
        "P0 01",      "P0001\x7f",         "P\303\2511",        "12345", "#N/A",
        "abcdefghij", "P00000000000000018"};
    uint64_t random = 5;
    for (size_t round = 0; round < 2000; round++) {
        struct column column;
        struct id got[N_ROWS], id;
        const size_t from = draw_below(&random, N_ROWS),
                     n = from + draw_below(&random, (uint32_t)(N_ROWS - from));
        size_t r = from;
        draw_column(&column, dates, COUNT(dates), 1 + draw_below(&random, 40), &random);
        for (; r < n; r++) {
            const struct span raw = start_cell(column.starts, r);
            if (raw.length != 0 && !is_plain_date(raw)) {
                break;
            }
        }
        assert_int_equal(plain_dates(column.starts, from, n), r);
        draw_column(&column, ids, COUNT(ids), 1 + draw_below(&random, 40), &random);
        r = plain_ids(column.starts, from, n, 4, got);
        for (size_t i = from; i < n; i++) {
            const struct span raw = start_cell(column.starts, i);
            const bool plain = raw.length > 4 && read_short_id(raw, &id);
            if (i == r) {
                assert_false(plain);
                break;
            }
            assert_true(plain);
            assert_memory_equal(&got[i], &id, sizeof id);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_no_dates),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

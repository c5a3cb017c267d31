/* Cells that are known as they stand: what is said to be a date is one, what is said to be an id is its
   bytes, and little else is turned away. */
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include "io/run/plain.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_no_dates),
        cmocka_unit_test(test_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

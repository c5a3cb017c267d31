/* Every number as the C library prints it. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "io/write/number.h"

static void check_number(double number, unsigned digits)
{
    char got[NUMBER_ROOM], expected[64];
    const size_t n = number_print(number, digits, got);
    snprintf(expected, sizeof expected, "%.*g", (int)digits, number);
    if (strcmp(got, expected) != 0 || n != strlen(expected)) {
        fail_msg("%a with %u digits: expected %s, got %s (%zu)", number, digits, expected, got, n);
    }
}

static void check_all_digits(double number)
{
    for (unsigned digits = 1; digits <= 17; digits++) {
        check_number(number, digits);
        check_number(-number, digits);
    }
}

static void test_edges(void **state)
{
    static const double numbers[] = {0.0,
                                     1.0,
                                     0.1,
                                     0.5,
                                     2.5,
                                     3.5,
                                     0.125,
                                     9.5,
                                     99.5,
                                     0.3,
                                     9.9999999999999982,
                                     0.99999999999999989,
                                     1e-4,
                                     9.9999999999999991e-05,
                                     1e-5,
                                     1e-300,
                                     5e-324,
                                     4294967295.0,
                                     4294967296.0,
                                     9007199254740991.0,
                                     9007199254740992.0,
                                     1e16,
                                     1e17,
                                     1.7976931348623157e308,
                                     INFINITY};
    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        check_all_digits(numbers[i]);
        check_all_digits(nextafter(numbers[i], 0.0));
        check_all_digits(nextafter(numbers[i], INFINITY));
    }
    for (int power = -30; power <= 30; power++) {
        const double number =
            strtod((char[]){'1', 'e', power < 0 ? '-' : '+', (char)('0' + abs(power) / 10),
                            (char)('0' + abs(power) % 10), '\0'},
                   NULL);
        check_all_digits(number);
        check_all_digits(nextafter(number, 0.0));
    }
}

/* Numbers of all sizes that a report may have, without a pattern: Vigna's splitmix64. */
static void test_many(void **state)
{
    uint64_t from = 7;
    (void)state;
    for (unsigned i = 0; i < 100000; i++) {
        uint64_t x = from += UINT64_C(0x9e3779b97f4a7c15);
        x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
        x ^= x >> 31;
        const double number = ldexp((double)(x >> 11), (int)(i % 80) - 100);
        check_number(number, 17);
        check_number(-number, 12);
        check_number((double)(x % 100000) / 1000.0, 17); /* few decimals, and halves of the last */
        check_number((double)(x % 100000) / 1024.0, 1 + i % 12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

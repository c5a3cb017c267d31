/* tests/check.h - what every test program uses. */
#ifndef PELLTER_TESTS_CHECK_H
#define PELLTER_TESTS_CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Within `tolerance` relative to `expected` (absolute where that is 0). NAN equals NAN only; asking
   `<=` and not `>` keeps a NAN from passing against a number. */
static inline bool close_to(double got, double expected, double tolerance)
{
    if (isnan(expected) || isnan(got)) {
        return isnan(expected) && isnan(got);
    }
    if (isinf(expected)) {
        return got == expected; /* the one place where equality of doubles is meant */
    }
    return fabs(got - expected) <= tolerance * (expected == 0.0 ? 1.0 : fabs(expected));
}

/* The value of a column of a case is close to what was expected of it. */
static inline void expect_close(const char *name, const char *column, double got, double expected,
                                double tolerance)
{
    if (!close_to(got, expected, tolerance)) {
        fail_msg("%s: %s: expected %.17g, got %.17g", name, column, expected, got);
    }
}

#endif

/* scales/divisor.h - what keeps fractions of whole numbers in lowest terms. */
#ifndef PELLTER_SCALES_DIVISOR_H
#define PELLTER_SCALES_DIVISOR_H

#include <stdint.h>

/* The greatest common divisor of two numbers that are not negative; that of 0 and b is b. */
static inline int64_t greatest_common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

#endif

/* io/write/number.c - a double is a whole number of at most 53 bits, times a power of two. Times a
   power of ten, up to 10^22, that whole number still fits 128 bits, so that the digits and what is
   left behind them are found exactly, by a shift. */
#include "io/write/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "engine/whole.h"

#define MOST_POWER 22

/* The `digits` first digits of a number > 0 as a whole number, rounded as printf() does, halves to
   even; the first of them counts *power powers of ten. False: not by this way. */
static bool first_digits(double number, unsigned digits, uint64_t *out, int *power)
{
    int exponent;
    const uint64_t bits = (uint64_t)ldexp(frexp(number, &exponent), 53);
    const int shift = 53 - exponent; /* number = bits / 2^shift */
    uint128 product, rest, half;
    uint64_t found;
    /* 0.30103 is a little more than the logarithm of 2: at most one too many, or one too few */
    *power = (int)floor((exponent - 1) * 0.30103);
    for (int tries = 0; tries < 3; tries++) {
        const int tens = (int)digits - 1 - *power;
        if (shift <= 0 || shift > 127 || tens < 0 || tens > MOST_POWER) {
            return false;
        }
        product = (uint128)bits * ten_to[tens > 17 ? 17 : tens] * ten_to[tens > 17 ? tens - 17 : 0];
        /* below 10^18, as *power is wrong by one at most */
        found = (uint64_t)(product >> shift);
        if (found >= ten_to[digits]) {
            (*power)++;
        } else if (found < ten_to[digits - 1]) {
            (*power)--;
        } else {
            rest = product & (((uint128)1 << shift) - 1);
            half = (uint128)1 << (shift - 1);
            found += rest > half || (rest == half && found % 2 == 1);
            *power += found == ten_to[digits];
            *out = found == ten_to[digits] ? ten_to[digits - 1] : found;
            return true;
        }
    }
    return false;
}

/* Most numbers are counts. */
static size_t print_whole(uint32_t number, char out[NUMBER_ROOM])
{
    char text[10];
    size_t n = 0;
    do {
        text[n++] = (char)('0' + (int)(number % 10));
        number /= 10;
    } while (number > 0);
    for (size_t i = 0; i < n; i++) {
        out[i] = text[n - 1 - i];
    }
    out[n] = '\0';
    return n;
}

size_t number_print(double number, unsigned digits, char out[NUMBER_ROOM])
{
    char text[18], *at = out;
    uint64_t found;
    int power;
    unsigned n = digits;
    size_t whole;
    if (digits >= 10 && !signbit(number) && number <= UINT32_MAX &&
        number == (double)(uint32_t)number) {
        return print_whole((uint32_t)number, out);
    }
    if (number == 0.0 || !isfinite(number) || !first_digits(fabs(number), digits, &found, &power) ||
        power < -4 || power >= (int)digits) {
        return (size_t)snprintf(out, NUMBER_ROOM, "%.*g", (int)digits, number);
    }
    for (unsigned i = digits; i-- > 0; found /= 10) {
        text[i] = (char)('0' + (int)(found % 10));
    }
    while (n > 1 &&
           text[n - 1] == '0') { /* zeros at the end go, unless they stand before the point */
        n--;
    }
    if (number < 0.0) {
        *at++ = '-';
    }
    if (power < 0) {
        memcpy(at, "0.000", 5);
        at += 1 - power;
        whole = 0;
    } else {
        whole = (size_t)power + 1;
        memcpy(at, text, whole);
        at += whole;
        if (n > whole) {
            *at++ = '.';
        }
    }
    if (n > whole) {
        memcpy(at, text + whole, n - whole);
        at += n - whole;
    }
    *at = '\0';
    return (size_t)(at - out);
}

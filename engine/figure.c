/* engine/figure.c - rounding is done in whole numbers. printf() would round the double instead
   (0.125 to 0.12, since halves go to even; 1.005, which is a little less as a double, to 1.00) and
   take its decimal point from the locale. */
#include "engine/figure.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include "engine/whole.h"

#define MAX_DECIMALS 9
#define INT128_MAX ((uint128)-1 >> 1)

static const uint64_t ten_to[MAX_DECIMALS + 1] = {1,      10,      100,      1000,      10000,
                                                  100000, 1000000, 10000000, 100000000, 1000000000};

static uint128 magnitude(int128 number)
{
    /* Negated after the cast: the least int128 has no opposite, but a magnitude. */
    return number < 0 ? -(uint128)number : (uint128)number;
}

struct value value_count(int64_t count)
{
    return (struct value){
        .kind = VALUE_COUNT, .number = (double)count, .numerator = count, .denominator = 1};
}

/* |numerator / denominator| in lowest terms and with what sign. False where there is no such ratio,
   or where it is out of range: the least int128 has no opposite. */
static bool reduce(int128 numerator, int128 denominator, bool *negative, uint128 *over,
                   uint128 *under)
{
    uint128 divisor;
    if (denominator == 0) {
        return false;
    }
    *negative = numerator != 0 && (numerator < 0) != (denominator < 0);
    *over = magnitude(numerator);
    *under = magnitude(denominator);
    divisor = whole_gcd(*over, *under);
    *over /= divisor;
    *under /= divisor;
    return *over <= INT128_MAX && *under <= INT128_MAX;
}

struct value value_ratio(int128 numerator, int128 denominator)
{
    bool negative;
    uint128 over, under;
    double number;
    if (!reduce(numerator, denominator, &negative, &over, &under)) {
        return VALUE_NONE;
    }
    number = whole_ratio(over, under);
    return (struct value){.kind = VALUE_RATIO,
                          .number = negative ? -number : number,
                          .numerator = negative ? -(int128)over : (int128)over,
                          .denominator = (int128)under};
}

struct value value_root(int128 numerator, int128 denominator)
{
    bool negative;
    uint128 over, under;
    if (!reduce(numerator, denominator, &negative, &over, &under) || negative) {
        return VALUE_NONE;
    }
    return (struct value){.kind = VALUE_ROOT,
                          .number = whole_ratio_root(over, under),
                          .numerator = (int128)over,
                          .denominator = (int128)under};
}

struct value value_double(double number)
{
    if (isnan(number)) {
        return VALUE_NONE;
    }
    return (struct value){.kind = VALUE_DOUBLE, .number = number};
}

/* A number >= 0 as the ratio of whole numbers that it is. False where it is too large for that;
   what is too small (below 2^-73) becomes 0. */
static bool double_ratio(double number, uint128 *over, uint128 *under)
{
    int exponent;
    if (!(number < 0x1p127)) {
        return false;
    }
    /* The 53 bits of a double, moved before its point, are a whole number. Shifted back by an
       exponent of at most 127 - 53 it stays below 2^127. */
    *over = (uint128)ldexp(frexp(number, &exponent), 53);
    *under = 1;
    exponent -= 53;
    if (exponent >= 0) {
        *over <<= exponent;
    } else if (exponent >= -126) {
        /* whole_mul_div() takes divisors below 2^127. */
        *under <<= -exponent;
    } else {
        *over = 0;
    }
    return true;
}

/* |value| 10^decimals, rounded half up: with y the number itself, floor(y + 1/2) is
   floor((floor(2y) + 1) / 2), and floor(2 sqrt(z)) is floor(sqrt(floor(4z))). */
static bool rounded_magnitude(const struct value *value, unsigned decimals, uint128 *out)
{
    const uint64_t scale = ten_to[decimals];
    uint128 over = 0, under = 1, doubled;
    switch (value->kind) {
    case VALUE_COUNT:
    case VALUE_RATIO:
    case VALUE_ROOT:
        over = magnitude(value->numerator);
        under = (uint128)value->denominator;
        break;
    case VALUE_DOUBLE:
        if (!double_ratio(fabs(value->number), &over, &under)) {
            return false;
        }
        break;
    case VALUE_UNDEFINED:
        return false;
    }
    if (value->kind == VALUE_ROOT) {
        /* 4 (10^9)^2 is below 2^62. */
        if (!whole_mul_div(over, 4 * scale * scale, under, &doubled)) {
            return false;
        }
        doubled = whole_root(doubled);
    } else if (!whole_mul_div(over, 2 * scale, under, &doubled)) {
        return false;
    }
    *out = doubled / 2 + doubled % 2;
    return true;
}

static bool is_negative(const struct value *value)
{
    return value->number < 0.0;
}

bool value_rounded(const struct value *value, unsigned decimals, int64_t *out)
{
    uint128 rounded;
    assert(decimals <= MAX_DECIMALS);
    if (!rounded_magnitude(value, decimals, &rounded) || rounded > INT64_MAX) {
        return false;
    }
    *out = is_negative(value) ? -(int64_t)rounded : (int64_t)rounded;
    return true;
}

size_t value_print(const struct value *value, unsigned decimals, char *out, size_t size)
{
    char text[64];
    char *at = text + sizeof text - 1;
    bool negative;
    uint128 rounded;
    unsigned n_digits = 0;
    int length;
    assert(decimals <= MAX_DECIMALS);
    *at = '\0';
    if (rounded_magnitude(value, decimals, &rounded)) {
        negative = is_negative(value) && rounded != 0;
        /* One digit more than decimals at least, so that a zero stands before the point. 128 bits
           have 39 digits at most: all fits in `text`. */
        while (rounded != 0 || n_digits <= decimals) {
            *--at = (char)('0' + (int)(rounded % 10));
            rounded /= 10;
            n_digits++;
            if (n_digits == decimals) {
                *--at = '.';
            }
        }
        if (negative) {
            *--at = '-';
        }
        length = snprintf(out, size, "%s", at);
    } else if (value->kind == VALUE_UNDEFINED) {
        length = snprintf(out, size, "%s", "");
    } else { /* beyond 128 bits */
        length = snprintf(out, size, "%.*f", (int)decimals, value->number);
    }
    return length < 0 ? 0 : (size_t)length;
}

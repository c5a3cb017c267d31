/* engine/figure.c - rounding is done in whole numbers. printf() would round the double instead
   (0.125 to 0.12, since halves go to even; 1.005, which is a little less as a double, to 1.00) and
   take its decimal point from the locale. */
#include "engine/figure.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "engine/whole.h"

#define MAX_DECIMALS 9
#define INT128_MAX ((uint128)-1 >> 1)

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
    if (divisor != 1) {
        *over = whole_divide(*over, divisor);
        *under = whole_divide(*under, divisor);
    }
    return *over <= INT128_MAX && *under <= INT128_MAX;
}

/* Nearly all ratios have terms of 32 bits, lowest already here, of which the quotient of two doubles is the
   nearest. */
static struct value of_small(int64_t over, int64_t under)
{
    return (struct value){.kind = VALUE_RATIO,
                          .number = (double)over / (double)under,
                          .numerator = over,
                          .denominator = under};
}

/* The ratio or root of terms that are lowest already. */
static struct value of_lowest(enum value_kind kind, int128 numerator, int128 denominator)
{
    const uint128 over = magnitude(numerator), under = (uint128)denominator;
    const double number =
        kind == VALUE_ROOT ? whole_ratio_root(over, under) : whole_ratio(over, under);
    return (struct value){.kind = kind,
                          .number = numerator < 0 ? -number : number,
                          .numerator = numerator,
                          .denominator = denominator};
}

static struct value small_ratio(int64_t numerator, int64_t denominator)
{
    const int64_t divisor = (int64_t)whole_gcd((uint64_t)(numerator < 0 ? -numerator : numerator),
                                               (uint64_t)denominator);
    return of_small(numerator / divisor, denominator / divisor);
}

struct value value_ratio(int128 numerator, int128 denominator)
{
    bool negative;
    uint128 over, under;
    if (denominator > 0 && denominator == (int32_t)denominator && numerator == (int32_t)numerator) {
        return small_ratio((int64_t)numerator, (int64_t)denominator);
    }
    if (!reduce(numerator, denominator, &negative, &over, &under)) {
        return VALUE_NONE;
    }
    return of_lowest(VALUE_RATIO, negative ? -(int128)over : (int128)over, (int128)under);
}

struct value value_root(int128 numerator, int128 denominator)
{
    bool negative;
    uint128 over, under;
    if (!reduce(numerator, denominator, &negative, &over, &under) || negative) {
        return VALUE_NONE;
    }
    return of_lowest(VALUE_ROOT, (int128)over, (int128)under);
}

struct value value_double(double number)
{
    if (isnan(number)) {
        return VALUE_NONE;
    }
    return (struct value){.kind = VALUE_DOUBLE, .number = number};
}

struct value value_of_term(enum value_kind kind, int64_t term)
{
    double number;
    switch (kind) {
    case VALUE_COUNT:
        return value_count(term);
    case VALUE_RATIO: /* the denominator is the lower half, and > 0 */
        return of_small(term >> 32, term & INT32_MAX);
    case VALUE_ROOT:
        return of_lowest(kind, term >> 32, term & INT32_MAX);
    case VALUE_DOUBLE:
        memcpy(&number, &term, sizeof number);
        return value_double(number);
    case VALUE_UNDEFINED:
        break;
    }
    return VALUE_NONE;
}

/* floor(number factor) of a number >= 0 and a factor below 2^32. False where it is too large for 128 bits;
   what is too small (below 2^-73) counts as 0. */
static bool double_times(double number, uint64_t factor, uint128 *out)
{
    uint64_t bits;
    int exponent;
    if (!(number < 0x1p127)) {
        return false;
    }
    /* The 53 bits of a double, moved before its point, are a whole number; below 2^-1022 they are fewer, which
       does not matter. */
    memcpy(&bits, &number, sizeof bits);
    exponent = (int)(bits >> 52) - 1075;
    bits = (bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)1 << 52;
    if (exponent < 0) {
        *out = exponent >= -126 ? (uint128)bits * factor >> -exponent : 0;
        return true;
    }
    /* Shifted back by an exponent of at most 127 - 53 it stays below 2^127. */
    return whole_mul_div((uint128)bits << exponent, factor, 1, out);
}

/* |value| 10^decimals, rounded half up: with y the number itself, floor(y + 1/2) is
   floor((floor(2y) + 1) / 2), and floor(2 sqrt(z)) is floor(sqrt(floor(4z))). */
static bool rounded_magnitude(const struct value *value, unsigned decimals, uint128 *out)
{
    const uint64_t scale = ten_to[decimals];
    uint128 doubled = 0;
    bool fits = false;
    switch (value->kind) {
    case VALUE_COUNT:
    case VALUE_RATIO:
        fits = whole_mul_div(magnitude(value->numerator), 2 * scale, (uint128)value->denominator,
                             &doubled);
        break;
    case VALUE_ROOT: /* 4 (10^9)^2 is below 2^62 */
        fits = whole_mul_div(magnitude(value->numerator), 4 * scale * scale,
                             (uint128)value->denominator, &doubled);
        doubled = fits ? whole_root(doubled) : 0;
        break;
    case VALUE_DOUBLE:
        fits = double_times(fabs(value->number), 2 * scale, &doubled);
        break;
    case VALUE_UNDEFINED:
        break;
    }
    *out = doubled / 2 + doubled % 2;
    return fits;
}

static bool is_negative(const struct value *value)
{
    return value->number < 0.0;
}

/* Most numbers are counts, and ratios of terms of 32 bits. False: not this one. */
static bool round_small(const struct value *value, unsigned decimals, int64_t *out)
{
    const int64_t over = (int64_t)value->numerator, under = (int64_t)value->denominator;
    int64_t doubled;
    if (over != value->numerator || over == INT64_MIN) {
        return false;
    }
    if (value->kind == VALUE_COUNT && decimals == 0) {
        *out = over;
        return true;
    }
    if (under != value->denominator ||
        __builtin_mul_overflow(over, (int64_t)(2 * ten_to[decimals]), &doubled)) {
        return false;
    }
    doubled /= under; /* towards 0, as is half of it when one more is added on that side */
    *out = (doubled + (doubled > 0) - (doubled < 0)) / 2;
    return true;
}

bool value_rounded(const struct value *value, unsigned decimals, int64_t *out)
{
    uint128 rounded;
    assert(decimals <= MAX_DECIMALS);
    if ((value->kind == VALUE_COUNT || value->kind == VALUE_RATIO) &&
        round_small(value, decimals, out)) {
        return true;
    }
    if (!rounded_magnitude(value, decimals, &rounded) || rounded > INT64_MAX) {
        return false;
    }
    *out = is_negative(value) ? -(int64_t)rounded : (int64_t)rounded;
    return true;
}

/* Puts the digits of a number in front of `end`, with a point before the last `decimals`, and at
   least one digit more than these, so that a zero stands before the point. */
static char *put_digits(char *end, uint128 number, unsigned decimals)
{
    uint64_t low;
    unsigned n_digits = 0;
    for (; number > UINT64_MAX; number /= 10) {
        *--end = (char)('0' + (int)(number % 10));
        n_digits++;
        if (n_digits == decimals) {
            *--end = '.';
        }
    }
    for (low = (uint64_t)number; low != 0 || n_digits <= decimals; low /= 10) {
        *--end = (char)('0' + (int)(low % 10));
        n_digits++;
        if (n_digits == decimals) {
            *--end = '.';
        }
    }
    return end;
}

/* Copies a text as snprintf() does. */
static size_t copy_text(const char *text, size_t length, char *out, size_t size)
{
    if (size > 0) {
        const size_t n = length < size ? length : size - 1;
        memcpy(out, text, n);
        out[n] = '\0';
    }
    return length;
}

/* 128 bits have 39 digits at most: all fits in the text. */
static size_t print_magnitude(uint128 rounded, bool negative, unsigned decimals, char *out,
                              size_t size)
{
    char text[64];
    char *const end = text + sizeof text;
    char *at = put_digits(end, rounded, decimals);
    if (negative && rounded != 0) {
        *--at = '-';
    }
    return copy_text(at, (size_t)(end - at), out, size);
}

char *rounded_put(int64_t rounded, unsigned decimals, char *end)
{
    uint64_t rest = rounded < 0 ? -(uint64_t)rounded : (uint64_t)rounded;
    assert(decimals <= MAX_DECIMALS);
    for (unsigned i = 0; i < decimals; i++, rest /= 10) {
        *--end = (char)('0' + (int)(rest % 10));
    }
    if (decimals > 0) {
        *--end = '.';
    }
    do {
        *--end = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest != 0);
    if (rounded < 0) {
        *--end = '-';
    }
    return end;
}

size_t rounded_print(int64_t rounded, unsigned decimals, char *out, size_t size)
{
    char text[24];
    char *const end = text + sizeof text, *const at = rounded_put(rounded, decimals, end);
    return copy_text(at, (size_t)(end - at), out, size);
}

size_t value_print(const struct value *value, unsigned decimals, char *out, size_t size)
{
    uint128 rounded;
    int length;
    assert(decimals <= MAX_DECIMALS);
    if (rounded_magnitude(value, decimals, &rounded)) {
        return print_magnitude(rounded, is_negative(value), decimals, out, size);
    }
    if (value->kind == VALUE_UNDEFINED) {
        return copy_text("", 0, out, size);
    }
    length = snprintf(out, size, "%.*f", (int)decimals, value->number); /* beyond 128 bits */
    return length < 0 ? 0 : (size_t)length;
}

#include "engine/whole.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

uint128 whole_gcd(uint128 a, uint128 b)
{
    uint64_t x, y;
    while (a > UINT64_MAX || b > UINT64_MAX) {
        if (b == 0) {
            return a;
        }
        const uint128 rest = a % b;
        a = b;
        b = rest;
    }
    /* Most numbers are small, and the processor divides 64 bits itself. */
    for (x = (uint64_t)a, y = (uint64_t)b; y != 0;) {
        const uint64_t rest = x % y;
        x = y;
        y = rest;
    }
    return x;
}

static unsigned bit_length(uint128 a)
{
    const uint64_t high = (uint64_t)(a >> 64), low = (uint64_t)a;
    if (high != 0) {
        return 128 - (unsigned)__builtin_clzll(high);
    }
    return low == 0 ? 0 : 64 - (unsigned)__builtin_clzll(low);
}

/* floor(rest factor / divisor) for rest < divisor, by doubling and adding; below `factor`, so it
   fits. Sums of two numbers below 2^127 fit too. */
static uint128 mul_div_small(uint128 rest, uint64_t factor, uint128 divisor)
{
    uint128 quotient = 0, left = 0;
    for (unsigned bit = bit_length(factor); bit-- > 0;) {
        left *= 2;
        quotient = 2 * quotient + (left >= divisor);
        left -= left >= divisor ? divisor : 0;
        if ((factor >> bit & 1) != 0) {
            left += rest;
            quotient += left >= divisor;
            left -= left >= divisor ? divisor : 0;
        }
    }
    return quotient;
}

bool whole_mul_div(uint128 a, uint64_t factor, uint128 divisor, uint128 *out)
{
    uint128 product, quotient;
    assert(divisor > 0 && divisor >> 127 == 0);
    if (!__builtin_mul_overflow(a, (uint128)factor, &product)) {
        *out = product / divisor;
        return true;
    }
    /* a = (a / divisor) divisor + rest: the two parts are multiplied apart. The second stays
       below `factor`, so that only a result that is too large overflows. */
    if (__builtin_mul_overflow(a / divisor, (uint128)factor, &quotient) ||
        __builtin_add_overflow(quotient, mul_div_small(a % divisor, factor, divisor), &quotient)) {
        return false;
    }
    *out = quotient;
    return true;
}

uint64_t whole_root(uint128 a)
{
    const double start = sqrt((double)a);
    /* The root of a number next to 2^128 may round up to 2^64, which is no uint64_t. */
    uint128 root = start < 0x1p64 ? (uint128)start : UINT64_MAX;
    if (root == 0) {
        return 0;
    }
    root = (root + a / root) / 2; /* one Newton step brings 53 right bits to within 1 */
    if (root > UINT64_MAX) {
        root = UINT64_MAX;
    }
    /* No square overflows: neither root nor, where it is squared, root + 1 is above 2^64 - 1. */
    while (root * root > a) {
        root--;
    }
    while (root < UINT64_MAX && (root + 1) * (root + 1) <= a) {
        root++;
    }
    return (uint64_t)root;
}

/* The leading bits of a / b: a / b = (returned + something in [0, 1)) / 2^*shift with at least
   `bits` (below 120) of them; *exact says that the something is 0. */
static uint128 leading_bits(uint128 a, uint128 b, unsigned bits, unsigned *shift, bool *exact)
{
    uint128 quotient = a / b, rest = a % b;
    const unsigned room = 128 - bit_length(b);
    *shift = 0;
    /* rest < b, so it can be moved up by all bits that b leaves free, at least one as b < 2^127;
       the new digits of the quotient are then those of rest / b. Ends for a > 0 only. */
    while (bit_length(quotient) < bits) {
        const unsigned wanted = bits - bit_length(quotient);
        const unsigned step = wanted < room ? wanted : room;
        rest <<= step;
        quotient = (quotient << step) + rest / b;
        rest %= b;
        *shift += step;
    }
    if (*shift % 2 == 1) { /* a root halves the shift */
        rest *= 2;
        quotient = 2 * quotient + (rest >= b);
        rest -= rest >= b ? b : 0;
        *shift += 1;
    }
    *exact = rest == 0;
    return quotient;
}

double whole_ratio(uint128 a, uint128 b)
{
    const uint128 exact_below = (uint128)1 << 53;
    unsigned shift;
    bool exact;
    uint128 bits;
    assert(b > 0 && b >> 127 == 0);
    if (a == 0) {
        return 0.0; /* has no leading bits to count on */
    }
    /* Both are doubles as they stand, and one division rounds once. */
    if (a < exact_below && b < exact_below) {
        return (double)a / (double)b;
    }
    /* two bits more than a double holds, the last of them set when anything is left, make the
       conversion round as if it saw all bits */
    bits = leading_bits(a, b, 55, &shift, &exact);
    return ldexp((double)(bits | !exact), -(int)shift);
}

double whole_ratio_root(uint128 a, uint128 b)
{
    unsigned shift;
    bool exact;
    uint128 bits, root;
    assert(b > 0 && b >> 127 == 0);
    if (a == 0) {
        return 0.0;
    }
    bits = leading_bits(a, b, 108, &shift, &exact);
    /* 108 bits under an even power of two have a root of 54, which with one bit for "and more"
       below are the two beyond a double's 53 that rounding needs. */
    root = whole_root(bits);
    exact = exact && root * root == bits;
    return ldexp((double)(2 * root + !exact), -(int)(shift / 2) - 1);
}

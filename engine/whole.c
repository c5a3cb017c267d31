#include "engine/whole.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

const uint64_t ten_to[N_POWERS_OF_TEN] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000),
};

/* Stein's: by shifts and differences, since a division takes longer than ten of these. */
static uint64_t gcd_64(uint64_t a, uint64_t b)
{
    if (a == 0 || b == 0) {
        return a | b;
    }
    if (a == 1 || b == 1) {
        return 1;
    }
    const int twos = __builtin_ctzll(a | b);
    a >>= __builtin_ctzll(a);
    while (b != 0) {
        b >>= __builtin_ctzll(b);
        const uint64_t less = a < b ? a : b;
        b = (a < b ? b : a) - less;
        a = less;
    }
    return a << twos;
}

uint128 whole_gcd(uint128 a, uint128 b)
{
    while (a > UINT64_MAX || b > UINT64_MAX) {
        if (b == 0) {
            return a;
        }
        const uint128 rest = a % b;
        a = b;
        b = rest;
    }
    return gcd_64((uint64_t)a, (uint64_t)b); /* most numbers are small */
}

uint128 whole_divide(uint128 a, uint128 b)
{
    if (b == 1) {
        return a;
    }
    /* the processor divides 64 bits itself */
    return a <= UINT64_MAX && b <= UINT64_MAX ? (uint64_t)a / (uint64_t)b : a / b;
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
    uint64_t small;
    assert(divisor > 0 && divisor >> 127 == 0);
    if (a <= UINT64_MAX && divisor <= UINT64_MAX &&
        !__builtin_mul_overflow((uint64_t)a, factor, &small)) {
        *out = small / (uint64_t)divisor;
        return true;
    }
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

/* Of a number below 2^52, whose root as a double is no further off than its last whole digit. */
static uint64_t small_root(uint64_t a)
{
    uint64_t root = (uint64_t)sqrt((double)a);
    root -= root * root > a;
    return root + ((root + 1) * (root + 1) <= a);
}

uint64_t whole_root(uint128 a)
{
    if (a >> 52 == 0) {
        return small_root((uint64_t)a);
    }
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
        return (double)(uint64_t)a / (double)(uint64_t)b;
    }
    /* two bits more than a double holds, the last of them set when anything is left, make the
       conversion round as if it saw all bits */
    bits = leading_bits(a, b, 55, &shift, &exact);
    return ldexp((double)(bits | !exact), -(int)shift);
}

/* Does `root`, which is not 0, round sqrt(a / b)? It does if a / b is between the squares of the middles
   towards its neighbours, or its own square:

       root = m 2^(e - 53):  (2 m - 1)^2 b < a 2^(108 - 2 e) < (2 m + 1)^2 b

   False where it does not, and where 128 bits or the distance of the neighbours do not allow to say. */
static bool is_nearest_root(double root, uint64_t a, uint64_t b)
{
    int e;
    const uint128 twice = 2 * (uint128)ldexp(frexp(root, &e), 53);
    const int shift = 108 - 2 * e;
    uint128 square;
    if (b >> 20 != 0 || shift < 0 || shift + (int)bit_length(a) > 128) {
        return false;
    }
    square = (uint128)a << shift;
    if (twice * twice * b == square) {
        return true;
    }
    return twice > (uint128)1 << 53 && (twice - 1) * (twice - 1) * b < square &&
           square < (twice + 1) * (twice + 1) * b;
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
    if (a <= UINT64_MAX && b <= UINT64_MAX) {
        const double nearly = sqrt((double)(uint64_t)a / (double)(uint64_t)b);
        if (is_nearest_root(nearly, (uint64_t)a, (uint64_t)b)) {
            return nearly;
        }
    }
    bits = leading_bits(a, b, 108, &shift, &exact);
    /* 108 bits under an even power of two have a root of 54, which with one bit for "and more"
       below are the two beyond a double's 53 that rounding needs. */
    root = whole_root(bits);
    exact = exact && root * root == bits;
    return ldexp((double)(2 * root + !exact), -(int)(shift / 2) - 1);
}

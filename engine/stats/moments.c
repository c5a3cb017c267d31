#include "engine/stats/moments.h"

#include <assert.h>
#include <math.h>
#include "engine/whole.h"

struct whole_mean whole_mean(int128 sum, int64_t origin, uint64_t n)
{
    const int64_t small = (int64_t)sum;
    assert(n > 0);
    if (small == sum && n <= INT64_MAX) { /* the processor divides 64 bits itself */
        return (struct whole_mean){.whole = origin + small / (int64_t)n,
                                   .rest = small % (int64_t)n};
    }
    /* Division goes towards 0, so that `rest` has the sign of the sum and |rest| < n. */
    return (struct whole_mean){.whole = origin + (int64_t)(sum / (int128)n),
                               .rest = (int64_t)(sum % (int128)n)};
}

struct spread spread_from(int128 products, struct whole_mean x, struct whole_mean y, uint64_t n)
{
    const int128 rests = (int128)x.rest * y.rest;
    struct spread spread = {.exact = true};
    if (__builtin_mul_overflow(products, (int128)n, &spread.whole) ||
        __builtin_sub_overflow(spread.whole, rests, &spread.whole)) {
        /* over 2^127, while |rests| < n^2 < 2^68 */
        spread.exact = false;
        spread.whole = 0;
        spread.number = (double)products * (double)n;
    } else {
        spread.number = (double)spread.whole;
    }
    return spread;
}

struct spread spread_add(struct spread a, struct spread b)
{
    struct spread sum = {.exact = a.exact && b.exact, .number = a.number + b.number};
    if (sum.exact && __builtin_add_overflow(a.whole, b.whole, &sum.whole)) {
        sum.exact = false;
    }
    if (sum.exact) {
        sum.number = (double)sum.whole;
    }
    return sum;
}

/* Nearly always all of it has 64 bits: then it is one ratio, to be put in lowest terms once. */
static bool small_root(const struct spread *spread, const uint64_t divisors[], size_t n_divisors,
                       struct value *root)
{
    int64_t under = 1;
    bool small = spread->exact && spread->whole <= INT64_MAX;
    for (size_t i = 0; i < n_divisors && small; i++) {
        small = divisors[i] <= INT64_MAX &&
                !__builtin_mul_overflow(under, (int64_t)divisors[i], &under);
    }
    if (small) {
        *root = value_root(spread->whole, under);
    }
    return small;
}

struct value spread_root(const struct spread *spread, const uint64_t divisors[], size_t n_divisors)
{
    struct value root;
    uint128 over, under = 1;
    bool exact = spread->exact;
    /* Kept up beside the exact quotient, for when that overflows half way. */
    double number = spread->number;
    assert(!spread->exact || spread->whole >= 0);
    if (small_root(spread, divisors, n_divisors, &root)) {
        return root;
    }
    over = (uint128)spread->whole;
    for (size_t i = 0; i < n_divisors; i++) {
        /* Cancelled one by one before multiplying: the product of all divisors may not fit. */
        const uint128 common = whole_gcd(over, divisors[i]);
        number /= (double)divisors[i];
        if (exact) {
            over = whole_divide(over, common);
            exact = !__builtin_mul_overflow(under, divisors[i] / common, &under);
        }
    }
    if (exact && under >> 127 == 0) {
        return value_root((int128)over, (int128)under);
    }
    return value_double(sqrt(number));
}

/* Takes out what two numbers have in common. */
static void cancel(uint128 *a, uint128 *b)
{
    const uint128 common = whole_gcd(*a, *b);
    *a = whole_divide(*a, common);
    *b = whole_divide(*b, common);
}

double spread_correlation(const struct spread *xy, const struct spread *xx, const struct spread *yy)
{
    double r;
    assert(xx->number > 0.0 && yy->number > 0.0);
    if (xy->exact && xx->exact && yy->exact) {
        uint128 a = (uint128)(xy->whole < 0 ? -xy->whole : xy->whole), b = a;
        uint128 c = (uint128)xx->whole, d = (uint128)yy->whole, under;
        cancel(&a, &c);
        cancel(&b, &d);
        if (!__builtin_mul_overflow(c, d, &under) && under >> 127 == 0) { /* a b <= c d */
            return copysign(whole_ratio_root(a * b, under), xy->number);
        }
    }
    /* Rounding may pass 1 by a bit, and no correlation does. */
    r = xy->number / (sqrt(xx->number) * sqrt(yy->number));
    return fmin(1.0, fmax(-1.0, r));
}

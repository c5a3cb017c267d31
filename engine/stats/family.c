#include "engine/stats/family.h"

#include <assert.h>
#include <math.h>
#include "engine/stats/moments.h"
#include "engine/stats/student.h"
#include "engine/whole.h"

/* --- the mean --- */

/* Of all members: their sum in units, and the mean as a whole number and a rest. */
struct totals {
    uint64_t n, families;
    uint64_t largest; /* members of the largest family */
    int128 sum;
    bool one_size; /* every family has as many members */
};

static struct totals totals_of(const struct family_list *families)
{
    struct totals totals = {.one_size = true};
    for (size_t i = 0; i < families->n_counts; i++) {
        const struct family_count *const c = &families->counts[i];
        assert(c->members > 0 && c->count > 0);
        totals.n += c->members * c->count;
        totals.families += c->count;
        totals.largest = c->members > totals.largest ? c->members : totals.largest;
        totals.sum += (int128)c->sum * (int128)c->count;
        totals.one_size = totals.one_size && c->members == families->counts[0].members;
    }
    return totals;
}

/* A sum of numbers that are not negative, with what rounding lost of it. */
struct running_sum {
    double sum, lost;
};

static void run_on(struct running_sum *running, double number)
{
    const double sum = running->sum + number;
    running->lost +=
        running->sum >= number ? (running->sum - sum) + number : (number - sum) + running->sum;
    running->sum = sum;
}

static double run_total(const struct running_sum *running)
{
    return running->sum + running->lost;
}

/* Sums over families of e^2, in square units, e being exact until it is squared. */
struct residuals {
    double corrected; /* of e^2 / (1 - m/n) */
    double between;   /* of e^2 / m: the sum of squares between families */
    bool any;         /* some e is not 0 */
};

static struct residuals residuals_of(const struct family_list *families,
                                     const struct totals *totals)
{
    const struct whole_mean mean = whole_mean(totals->sum, 0, totals->n);
    struct running_sum corrected = {0}, between = {0};
    struct residuals residuals = {.any = false};
    for (size_t i = 0; i < families->n_counts; i++) {
        const struct family_count *const c = &families->counts[i];
        const int128 m = (int128)c->members, n = (int128)totals->n;
        /* n e = n (S - m whole) - m rest; a family has a few members, so that nothing overflows */
        const int128 times_n = n * (c->sum - m * mean.whole) - m * mean.rest;
        const double e = (double)times_n / (double)n;
        const double squares = e * e * (double)c->count;
        residuals.any = residuals.any || times_n != 0;
        run_on(&corrected, squares * ((double)n / (double)(n - m)));
        run_on(&between, squares / (double)m);
    }
    residuals.corrected = run_total(&corrected);
    residuals.between = run_total(&between);
    return residuals;
}

/* Satterthwaite's df. tr(G) is 1 / n; with a = m / (n - m),

       1 / df = n^2 tr(G^2) = (sum of a)^2 - sum of a^2 - 1
                            = sum of (m^2 (n - 2m) / (n - m)^2) / n + (sum of (m a))^2 / n^2

   rounding  the second has positive terms only, and is used unless a family has more than half of all
             members; then the first is 1/4 at least, as a sum over pairs of families that loses
             nothing but the 1 */
static double satterthwaite_df(const struct family_list *families, const struct totals *totals)
{
    const double n = (double)totals->n;
    double sum_a = 0.0, sum_aa = 0.0, sum_ma = 0.0, first = 0.0, largest = 0.0;
    for (size_t i = 0; i < families->n_counts; i++) {
        const double m = (double)families->counts[i].members, rest = n - m;
        const double count = (double)families->counts[i].count;
        first += count * (m / rest) * (m / rest) * (n - 2.0 * m);
        sum_ma += count * m * (m / rest);
        if (families->counts[i].members == totals->largest) {
            largest = m / rest; /* where it has more than half, there is one of it */
        } else {
            sum_a += count * (m / rest);
            sum_aa += count * (m / rest) * (m / rest);
        }
    }
    if (totals->largest > totals->n / 2) {
        return 1.0 / (2.0 * largest * sum_a + (sum_a * sum_a - sum_aa) - 1.0);
    }
    return 1.0 / (first / n + sum_ma * sum_ma / (n * n));
}

static struct value icc_of(const struct family_list *families, const struct totals *totals,
                           double between, const struct distribution *members)
{
    const double n = (double)totals->n, n_families = (double)totals->families;
    double sum_mm = 0.0, n0, within, msb, msw;
    int128 sum = 0, squares = 0;
    struct whole_mean mean;
    struct spread spread;
    if (totals->n == totals->families) {
        return VALUE_NONE;
    }
    mean = whole_mean(totals->sum, 0, totals->n);
    for (size_t i = 0; i < members->n_scores; i++) {
        const int128 off = members->scores[i].score - mean.whole;
        squares += off * off * (int128)members->scores[i].count;
        sum += (int128)members->scores[i].score * (int128)members->scores[i].count;
    }
    assert(sum == totals->sum);
    (void)sum;
    spread = spread_from(squares, mean, mean, totals->n);
    for (size_t i = 0; i < families->n_counts; i++) {
        const double m = (double)families->counts[i].members;
        sum_mm += m * m * (double)families->counts[i].count;
    }
    n0 = (n - sum_mm / n) / (n_families - 1.0);
    within = fmax(0.0, spread.number / n - between); /* 0 but for rounding where all are alike */
    msb = between / (n_families - 1.0);
    msw = within / (n - n_families);
    return spread.number > 0.0 ? value_double((msb - msw) / (msb + (n0 - 1.0) * msw)) : VALUE_NONE;
}

struct family_mean family_mean(const struct family_list *families,
                               const struct distribution *members)
{
    const struct totals totals = totals_of(families);
    const double unit = (double)families->units_per_point;
    struct family_mean result = {
        .n = totals.n,
        .families = totals.families,
        .mean = value_ratio(totals.sum, (int128)totals.n * families->units_per_point),
        .se = VALUE_NONE,
        .df = VALUE_NONE,
        .ci_low = VALUE_NONE,
        .ci_high = VALUE_NONE,
        .p = VALUE_NONE,
        .icc = VALUE_NONE};
    struct residuals residuals;
    uint64_t n = 0;
    double df, se;
    for (size_t i = 0; i < members->n_scores; i++) {
        n += members->scores[i].count;
    }
    assert(n == totals.n); /* every member is in one family */
    (void)n;
    if (totals.families < 2) {
        return result;
    }
    residuals = residuals_of(families, &totals);
    df = totals.one_size ? (double)(totals.families - 1) : satterthwaite_df(families, &totals);
    df = fmax(1.0, df); /* never less, but for rounding */
    se = residuals.any ? sqrt(residuals.corrected) / (double)totals.n / unit : 0.0;
    result.se = value_double(se);
    result.df = value_double(df);
    result.icc = icc_of(families, &totals, residuals.between, members);
    if (residuals.any) {
        const double half = student_quantile_975(df) * se;
        result.ci_low = value_double(result.mean.number - half);
        result.ci_high = value_double(result.mean.number + half);
        result.p = family_p(&result, 0.0, TWO_SIDED);
    }
    return result;
}

struct value family_p(const struct family_mean *mean, double hypothesis,
                      enum alternative alternative)
{
    double t, p;
    if (mean->ci_low.kind == VALUE_UNDEFINED) {
        return VALUE_NONE;
    }
    t = (mean->mean.number - hypothesis) / mean->se.number;
    p = student_two_sided(t, mean->df.number);
    if (alternative != TWO_SIDED) {
        p = (t < 0.0) == (alternative == LESS) ? p / 2.0 : 1.0 - p / 2.0;
    }
    return value_double(p);
}

/* --- the signs --- */

static uint64_t size_of(int64_t sum)
{
    return sum < 0 ? (uint64_t)-sum : (uint64_t)sum;
}

/* What the sums other than 0 are, in all. */
struct signs {
    uint64_t k;
    uint64_t divisor;           /* the greatest common one; 0 at k = 0 */
    uint128 positive, negative; /* sums of their sizes, in units */
    double squares;
    uint64_t members;
};

static struct signs signs_of(const struct family_list *families)
{
    struct signs signs = {.k = 0};
    for (size_t i = 0; i < families->n_counts; i++) {
        const struct family_count *const c = &families->counts[i];
        const uint64_t size = size_of(c->sum);
        signs.members += c->members * c->count;
        if (size > 0) {
            signs.k += c->count;
            signs.divisor = (uint64_t)whole_gcd(signs.divisor, size);
            *(c->sum > 0 ? &signs.positive : &signs.negative) += (uint128)size * c->count;
            signs.squares += (double)size * (double)size * (double)c->count;
        }
    }
    return signs;
}

/* How many of the 2^k ways to choose among the sizes add up to `limit` steps at most, by shifting:
   ways[s] counts those that make s. */
static double ways_by_steps(const struct family_list *families, uint64_t divisor, size_t limit,
                            double ways[])
{
    size_t reached = 0;
    double total = 0.0;
    for (size_t s = 0; s <= limit; s++) {
        ways[s] = s == 0 ? 1.0 : 0.0;
    }
    for (size_t i = 0; i < families->n_counts; i++) {
        const uint64_t step = size_of(families->counts[i].sum) / divisor;
        /* A size beyond the limit is in none of these ways. */
        for (uint64_t k = 0; k < families->counts[i].count && step > 0 && step <= limit; k++) {
            reached = reached + step < limit ? reached + (size_t)step : limit;
            for (size_t s = reached; s >= step; s--) {
                ways[s] += ways[s - step];
            }
        }
    }
    for (size_t s = 0; s <= limit; s++) {
        total += ways[s];
    }
    return total;
}

/* The n sorted sums in `sums`, and each of them with `size` more, sorted; 2n of them. From the end, so
   that nothing is overwritten that is still wanted. */
static size_t with_and_without(double sums[], size_t n, double size)
{
    size_t plain = n, more = n;
    for (size_t to = 2 * n; more > 0; to--) {
        if (plain > 0 && sums[plain - 1] > sums[more - 1] + size) {
            sums[to - 1] = sums[--plain];
        } else {
            sums[to - 1] = sums[--more] + size;
        }
    }
    return 2 * n;
}

/* The same for a few families and any sizes: all sums of one half of them against all of the other
   half. */
static double ways_by_halves(const struct family_list *families, double limit, double work[])
{
    double *const halves[2] = {work, work + ((size_t)1 << (SIGN_FLIP_ALL / 2))};
    size_t n[2] = {1, 1}, turn = 0, low = 0;
    double total = 0.0;
    halves[0][0] = halves[1][0] = 0.0;
    for (size_t i = 0; i < families->n_counts; i++) {
        const uint64_t size = size_of(families->counts[i].sum);
        for (uint64_t k = 0; k < families->counts[i].count && size > 0; k++) {
            n[turn] = with_and_without(halves[turn], n[turn], (double)size);
            turn = 1 - turn;
        }
    }
    for (size_t high = n[1]; high > 0; high--) {
        while (low < n[0] && halves[0][low] + halves[1][high - 1] <= limit) {
            low++;
        }
        total += (double)low;
    }
    return total;
}

struct sign_flip sign_flip(const struct family_list *families, int64_t slack, double work[])
{
    const struct signs signs = signs_of(families);
    struct sign_flip result = {.p = VALUE_NONE, .exact = VALUE_NONE};
    /* |T| >= |observed| where the positive or the negative sizes add up to no more than the lesser of
       the two does: by symmetry twice the one. */
    const uint128 lesser = signs.positive < signs.negative ? signs.positive : signs.negative;
    const uint128 limit = lesser + (uint128)slack / 2 * signs.members;
    const double observed = (double)(signs.positive - lesser) + (double)(signs.negative - lesser);
    double ways = NAN;
    _Static_assert(SIGN_FLIP_WORK >= (size_t)2 << (SIGN_FLIP_ALL / 2), "room for both halves");
    if (families->n_counts > 0) {
        result.exact = value_count(1);
    }
    if (signs.k == 0) {
        return result;
    }
    if (signs.k <= SIGN_FLIP_FAMILIES && limit / signs.divisor <= SIGN_FLIP_STEPS) {
        ways = ways_by_steps(families, signs.divisor, (size_t)(limit / signs.divisor), work);
    } else if (signs.k <= SIGN_FLIP_ALL && signs.positive + signs.negative < (uint128)1 << 53) {
        ways = ways_by_halves(families, (double)limit, work);
    }
    if (!isnan(ways)) {
        result.p = value_double(fmin(1.0, ldexp(ways, 1 - (int)signs.k)));
    } else {
        result.exact = value_count(0);
        result.p = value_double(erfc(observed / sqrt(2.0 * signs.squares)));
    }
    return result;
}

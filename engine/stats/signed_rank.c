#include "engine/stats/signed_rank.h"

#include <assert.h>
#include <math.h>
#include "engine/stats/sign_test.h"
#include "engine/whole.h"

/* A run of changes of equal size: how many go up and down. */
struct tie {
    uint64_t up, down;
};

/* Steps through the sizes of change in ascending order, from 0 outwards on both sides. */
struct ties {
    const struct distribution *changes;
    size_t below; /* scores[0 .. below-1] are negative changes not yet met */
    size_t above; /* scores[above ..] positive ones */
};

static struct ties ties_start(const struct distribution *changes)
{
    struct ties ties = {.changes = changes};
    while (ties.below < changes->n_scores && changes->scores[ties.below].score < 0) {
        ties.below++;
    }
    ties.above = ties.below;
    if (ties.above < changes->n_scores && changes->scores[ties.above].score == 0) {
        ties.above++;
    }
    return ties;
}

static bool ties_next(struct ties *ties, struct tie *out)
{
    const struct score_count *const scores = ties->changes->scores;
    const size_t n = ties->changes->n_scores;
    const int64_t up = ties->above < n ? scores[ties->above].score : INT64_MAX;
    const int64_t down = ties->below > 0 ? -scores[ties->below - 1].score : INT64_MAX;
    const bool any = ties->above < n || ties->below > 0;
    const int64_t last = (up < down ? up : down) + (any ? distribution_slack(ties->changes) : 0);
    *out = (struct tie){0, 0};
    while (ties->above < n && scores[ties->above].score <= last) {
        out->up += scores[ties->above++].count;
    }
    while (ties->below > 0 && -scores[ties->below - 1].score <= last) {
        out->down += scores[--ties->below].count;
    }
    return any;
}

/* What the ranks come to. Doubled, mid-ranks are whole numbers. */
struct rank_sums {
    uint64_t n_up, n_same, n_down;
    uint64_t ranked_zeros; /* they stand below all others, and do not count themselves */
    int128 doubled_v;      /* 2v */
    int128 tied;           /* sum of t^3 - t over runs of t equal sizes */
};

static struct rank_sums rank_sums(const struct distribution *changes, enum zeros zeros)
{
    struct rank_sums sums = {0};
    struct ties ties = ties_start(changes);
    struct tie tie;
    if (ties.above > ties.below) {
        sums.n_same = changes->scores[ties.below].count;
    }
    sums.ranked_zeros = zeros == ZEROS_RANKED ? sums.n_same : 0;
    while (ties_next(&ties, &tie)) {
        const int128 t = (int128)tie.up + (int128)tie.down;
        const int128 before = (int128)sums.ranked_zeros + (int128)sums.n_up + (int128)sums.n_down;
        /* t equal sizes after `before` smaller ones share the mid-rank before + (t + 1) / 2. */
        const int128 doubled_rank = 2 * before + t + 1;
        sums.doubled_v += doubled_rank * (int128)tie.up;
        sums.tied += t * t * t - t;
        sums.n_up += tie.up;
        sums.n_down += tie.down;
    }
    return sums;
}

/* Sums of powers of the ranks that count, as if there were no ties, times what makes them whole. */
struct rank_powers {
    int128 doubled_sum;     /* 2 sum of r */
    int128 sixfold_squares; /* 6 sum of r^2 */
};

static struct rank_powers rank_powers(const struct rank_sums *sums)
{
    const int128 z = (int128)sums->ranked_zeros;
    const int128 last = z + (int128)sums->n_up + (int128)sums->n_down;
    return (struct rank_powers){last * (last + 1) - z * (z + 1),
                                last * (last + 1) * (2 * last + 1) - z * (z + 1) * (2 * z + 1)};
}

/* In fours, which compilers turn into vectors at -O2 already. */
static void add(double *restrict to, const double *restrict from, size_t n)
{
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        to[i] += from[i];
        to[i + 1] += from[i + 1];
        to[i + 2] += from[i + 2];
        to[i + 3] += from[i + 3];
    }
    for (; i < n; i++) {
        to[i] += from[i];
    }
}

/* Lets one more rank count or not: ways[s] += ways[s - rank] for all s <= last, from the top down.
   Blocks no longer than `rank` never read what they write. */
static void shift_in(double ways[], size_t rank, size_t last)
{
    size_t end = last + 1;
    while (end > rank) {
        const size_t length = end - rank < rank ? end - rank : rank;
        add(ways + end - length, ways + end - length - rank, length);
        end -= length;
    }
}

/* Two-sided p of the signed-rank sum with the m ranks at hand, the last no more than SIGNED_RANK_EXACT, ties and all:
   ways[s] becomes the number of the 2^m sign patterns whose positive doubled ranks sum to s. The
   distribution is symmetric, so the smaller tail is the lower one of the smaller rank sum.

   rounding  2^200 fits a double, and all terms are positive: at most m roundings of 2^-53
   source    Streitberg & Roehmel (1986), Statistical Software Newsletter 12(1):10-17, the shift
             algorithm; conditional on the ties as in Pratt & Gibbons (1981), Concepts of
             Nonparametric Theory, ch. 3, doi:10.1007/978-1-4612-5931-2 */
static double exact_p(const struct distribution *changes, const struct rank_sums *sums,
                      double ways[])
{
    const size_t m = (size_t)(sums->n_up + sums->n_down);
    const size_t zeros = (size_t)sums->ranked_zeros;
    const size_t total = (size_t)rank_powers(sums).doubled_sum, v = (size_t)sums->doubled_v;
    size_t limit = v < total - v ? v : total - v;
    size_t reached = 0, before = zeros, divisor = 0;
    struct ties ties = ties_start(changes);
    struct tie tie;
    double tail = 0.0;
    while (ties_next(&ties, &tie)) { /* without ties all doubled ranks are even: half the work */
        const size_t t = (size_t)(tie.up + tie.down);
        divisor = (size_t)whole_gcd(divisor, 2 * before + t + 1);
        before += t;
    }
    assert(divisor > 0); /* m > 0 */
    limit /= divisor;
    for (size_t s = 0; s <= limit; s++) {
        ways[s] = s == 0 ? 1.0 : 0.0;
    }
    ties = ties_start(changes);
    for (before = zeros; ties_next(&ties, &tie);) {
        const size_t t = (size_t)(tie.up + tie.down);
        const size_t rank = (2 * before + t + 1) / divisor;
        for (size_t i = 0; i < t; i++) {
            reached = reached + rank < limit ? reached + rank : limit;
            shift_in(ways, rank, reached);
        }
        before += t;
    }
    for (size_t s = 0; s <= limit; s++) {
        tail += ways[s];
    }
    return fmin(1.0, ldexp(tail, 1 - (int)m));
}

/* Two-sided p of the signed-rank sum v by the normal distribution:

       z = (|v - sum(r) / 2| - 1/2) / sqrt(sum(r^2) / 4 - sum(t^3 - t) / 48)

   over the ranks r that count: 1..m where zeros are dropped, z+1..z+m where z zeros are ranked.
   rounding  both are exact up to the last division; erfc keeps the digits of a small p
   source    as R's wilcox.test(paired, exact = FALSE, correct = TRUE): Lehmann (1975),
             Nonparametrics, app. 1; Hollander & Wolfe (1999), Nonparametric Statistical Methods, ch. 3;
             with ranked zeros Cureton (1967), J Am Stat Assoc 62(319):1068-1069,
             doi:10.1080/01621459.1967.10500917 */
static double normal_p(const struct rank_sums *sums)
{
    const struct rank_powers powers = rank_powers(sums);
    const int128 off = 2 * sums->doubled_v - powers.doubled_sum; /* 4 (v - mean) */
    const int128 distance = (off < 0 ? -off : off) - 2;
    const int128 variance = 2 * powers.sixfold_squares - sums->tied; /* 48 times it */
    /* The continuity correction reaches the mean: nothing is less extreme. */
    if (distance <= 0) {
        return 1.0;
    }
    return erfc((double)distance / 4.0 / sqrt((double)variance / 24.0));
}

/* The 95% interval of the rank-biserial correlation, on the scale of Fisher's z:

       tanh(atanh(r) -+ 1.96 sqrt(sum(r^2)) / sum(r))   over the ranks r that count

   None where it is just -1 or 1, whose z is infinite.
   source    as R's effectsize::rank_biserial(change): the error is that of v when nothing changes */
static void set_rank_biserial(struct signed_rank *result, const struct rank_sums *sums)
{
    const struct rank_powers powers = rank_powers(sums);
    const int128 over = 2 * sums->doubled_v - powers.doubled_sum;
    const double half = 1.95996398454005423552 * sqrt((double)powers.sixfold_squares / 6.0) /
                        ((double)powers.doubled_sum / 2.0);
    result->rank_biserial = value_ratio(over, powers.doubled_sum);
    if (over != powers.doubled_sum && over != -powers.doubled_sum) {
        const double z = atanh(result->rank_biserial.number);
        result->rank_biserial_low = value_double(tanh(z - half));
        result->rank_biserial_high = value_double(tanh(z + half));
    }
}

struct signed_rank signed_rank(const struct distribution *changes, enum zeros zeros, double work[])
{
    struct signed_rank result = {.v = VALUE_NONE,
                                 .p_wilcoxon = VALUE_NONE,
                                 .exact = VALUE_NONE,
                                 .p_sign = VALUE_NONE,
                                 .rank_biserial = VALUE_NONE,
                                 .rank_biserial_low = VALUE_NONE,
                                 .rank_biserial_high = VALUE_NONE};
    const struct rank_sums sums = rank_sums(changes, zeros);
    const uint64_t m = sums.n_up + sums.n_down;
    const bool exact = m + sums.ranked_zeros <= SIGNED_RANK_EXACT;
    result.n_up = sums.n_up;
    result.n_same = sums.n_same;
    result.n_down = sums.n_down;
    if (m + sums.n_same > 0) {
        result.v = value_ratio(sums.doubled_v, 2);
        result.exact = value_count(exact);
    }
    if (m > 0) {
        result.p_wilcoxon = value_double(exact ? exact_p(changes, &sums, work) : normal_p(&sums));
        result.p_sign = value_double(sign_test(sums.n_up, sums.n_down));
        set_rank_biserial(&result, &sums);
    }
    return result;
}

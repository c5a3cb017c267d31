#include "engine/stats/holm.h"

#include <math.h>
#include <stdlib.h>

/* Equal p values get equal p_holm, in whatever order they stand; by place all the same, so that the
   order is the same for every qsort(). */
static int test_compare(const void *a, const void *b)
{
    const struct holm_test *const x = a, *const y = b;
    if (x->p < y->p || x->p > y->p) {
        return x->p < y->p ? -1 : 1;
    }
    return x->place < y->place ? -1 : x->place > y->place;
}

static size_t count_below(const struct holm_test tests[], size_t m, double limit)
{
    size_t n = 0;
    for (size_t i = 0; i < m; i++) {
        n += tests[i].p < limit;
    }
    return n;
}

/* Puts first those below the limit; returns how many. */
static size_t part(struct holm_test tests[], size_t m, double limit)
{
    size_t n = 0;
    for (size_t i = 0; i < m; i++) {
        if (tests[i].p < limit) {
            const struct holm_test test = tests[i];
            tests[i] = tests[n];
            tests[n++] = test;
        }
    }
    return n;
}

/* Puts first those whose p_holm may be below 1, and returns how many. From the first on that has
   (m - i) p(i) >= 1, all are 1, and need not be sorted: of thousands of tests that is nearly every one. */
static size_t part_small(struct holm_test tests[], size_t m)
{
    double limit = 2.0 / (double)m;
    while (limit < 1.0 && (double)(m - count_below(tests, m, limit)) * limit < 1.0) {
        limit *= 2.0;
    }
    return limit < 1.0 ? part(tests, m, limit) : m;
}

size_t holm_adjust(struct holm_test tests[], size_t n)
{
    const size_t m = part(tests, n, INFINITY); /* NAN is not below */
    const size_t small = m > 0 ? part_small(tests, m) : 0;
    double highest = 0.0;
    if (small > 0) {
        qsort(tests, small, sizeof tests[0], test_compare);
    }
    for (size_t i = 0; i < small; i++) {
        highest = fmax(highest, (double)(m - i) * tests[i].p);
        tests[i].p = fmin(1.0, highest);
    }
    for (size_t i = small; i < m; i++) {
        tests[i].p = 1.0;
    }
    return m;
}

#include "engine/stats/holm.h"

#include <math.h>
#include <stdlib.h>

/* Equal p values get equal p_holm, in whatever order they stand; by place all the same, so that the
   result is the same for every qsort(). */
static int test_compare(const void *a, const void *b)
{
    const struct holm_test *const x = a, *const y = b;
    if (x->p < y->p || x->p > y->p) {
        return x->p < y->p ? -1 : 1;
    }
    return x->place < y->place ? -1 : x->place > y->place;
}

size_t holm_adjust(struct holm_test tests[], size_t n)
{
    size_t m = 0;
    double highest = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(tests[i].p)) {
            const struct holm_test test = tests[i];
            tests[i] = tests[m];
            tests[m++] = test;
        }
    }
    if (m > 0) {
        qsort(tests, m, sizeof tests[0], test_compare);
    }
    for (size_t i = 0; i < m; i++) {
        highest = fmax(highest, (double)(m - i) * tests[i].p);
        tests[i].p = fmin(1.0, highest);
    }
    return m;
}

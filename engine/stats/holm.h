/* engine/stats/holm.h - p values of several tests, each made larger for being one of many. */
#ifndef PELLTER_ENGINE_STATS_HOLM_H
#define PELLTER_ENGINE_STATS_HOLM_H

#include <stddef.h>

struct holm_test {
    double p;     /* 0..1; NAN: not a test, and not counted as one */
    size_t place; /* the caller's: which test this is */
};

/* Holm's step-down method: of m tests, p(1) <= ... <= p(m),

       p_holm(i) = min(1, max over j <= i of (m - j + 1) p(j))

   so that whoever calls "found" what has p_holm <= .05 is wrong anywhere with probability .05 at
   most, whether or not the tests depend on each other.

   tests    in any order; on return the m that have a p come first, in any order, and `p` is
            p_holm. What stands behind them are those that have none.
   returns  m
   source   Holm (1979), Scandinavian Journal of Statistics 6(2):65-70, www.jstor.org/stable/4615733
   R        p.adjust(p, method = "holm"), to the last bit */
size_t holm_adjust(struct holm_test tests[], size_t n);

#endif

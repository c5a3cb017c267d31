/* engine/stats/proportion.h - a share of people, and how far it may be off. */
#ifndef PELLTER_ENGINE_STATS_PROPORTION_H
#define PELLTER_ENGINE_STATS_PROPORTION_H

#include <stdint.h>
#include "engine/stats/interval.h"

/* Wilson's 95% interval of a proportion (0..1), without continuity correction: both roots p of

       (successes / n - p)^2 = z^2 p (1 - p) / n,   z = 1.959964...

   successes <= n; no interval at n = 0. Just 0 at the low end of none, just 1 at the high end of all.
   rounding  no difference is taken, so that the ends of small shares keep their digits
   source    Wilson (1927), J Am Stat Assoc 22(158):209-212, doi:10.1080/01621459.1927.10502953;
             as R's prop.test(successes, n, correct = FALSE)$conf.int */
struct interval proportion_wilson(uint64_t successes, uint64_t n);

#endif

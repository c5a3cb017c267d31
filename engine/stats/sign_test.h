/* engine/stats/sign_test.h - does one of two ways occur more often than the other? */
#ifndef PELLTER_ENGINE_STATS_SIGN_TEST_H
#define PELLTER_ENGINE_STATS_SIGN_TEST_H

#include <stdint.h>

/* Two-sided exact p that `up` of up + down = m differences go one way: min(1, 2 P(X <= the fewer))
   for X binomial(m, 1/2), right to 1e-13 relative down to 1e-300. NAN at m = 0. Of those who crossed
   a line one way and those who crossed it the other, it is McNemar's exact test (1947,
   Psychometrika 12(2):153-157, doi:10.1007/BF02295996). As R's binom.test(up, up + down)$p.value. */
double sign_test(uint64_t up, uint64_t down);

#endif

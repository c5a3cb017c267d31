/* engine/stats/hodges_lehmann.h - the middle of a change, without assuming its shape. */
#ifndef PELLTER_ENGINE_STATS_HODGES_LEHMANN_H
#define PELLTER_ENGINE_STATS_HODGES_LEHMANN_H

#include "engine/stats/counts.h"
#include "engine/stats/effect_size.h"

/* Fewer people have no 95% interval: even the extremes would miss more often than that. */
#define HODGES_LEHMANN_LEAST 6

/* The median of the n (n + 1) / 2 Walsh averages (x_i + x_j) / 2, i <= j, of changes, zeros and all, in
   points: an exact ratio; undefined at n = 0. Its interval are the averages that stand q-th from both
   ends, q = signed_rank_quantile(n), at least 95% whatever the shape of a symmetric distribution and
   more where changes are tied; undefined at n < HODGES_LEHMANN_LEAST and where all changes are
   equal.

   No average is made: those up to a bound are counted in one walk over k sizes of change, and the
   bound is bisected, in k log(range of the scores in units) steps.
   source    Hodges & Lehmann (1963), Ann Math Stat 34(2):598-611, doi:10.1214/aoms/1177704172;
             interval: Bauer (1972), J Am Stat Assoc 67(339):687-690,
             doi:10.1080/01621459.1972.10481279, as R's wilcox.test(conf.int = TRUE, exact = TRUE) */
struct effect hodges_lehmann(const struct distribution *changes);

/* The smallest q with P(V <= q) >= 0.025 for V the signed-rank sum of n > 0 untied changes, as R's
   qsignrank(0.025, n): from the Edgeworth series to the sixth cumulant, which gives just R's number
   for every n from 1 to 1,000 (a test compares them), and is the better the larger n.
   source    of the series: Hall (1992), The Bootstrap and Edgeworth Expansion, ch. 2,
             doi:10.1007/978-1-4612-4384-7 */
double signed_rank_quantile(double n);

#endif

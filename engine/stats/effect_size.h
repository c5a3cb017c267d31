/* engine/stats/effect_size.h - how large a change is, in standard deviations and in chances. */
#ifndef PELLTER_ENGINE_STATS_EFFECT_SIZE_H
#define PELLTER_ENGINE_STATS_EFFECT_SIZE_H

#include "engine/figure.h"
#include "engine/stats/noncentral_t.h"
#include "engine/stats/paired.h"

/* A size and its 95% interval, each undefined where the data cannot say it. */
struct effect {
    struct value size, low, high;
};

/* Mean change / SD, in the scale's own direction: positive is up, not "better".

       dz     SD of the change
       dav    root of the mean of the variances before and after
       delta  SD before (Glass)
       g...   the same times hedges_factor(n - 1), ends and all

   dz's interval: noncentral t, ends / sqrt(n), where |dz| sqrt(n) < EFFECT_NONCENTRAL; beyond that
   dz -+ 1.96 sqrt(1/n + dz^2 / (2n)). The others' are dz's, times the SD of the change / the SD that
   the size is in: Algina & Keselman (2003), Educ Psychol Meas 63(4):537-553,
   doi:10.1177/0013164403256358, which takes that ratio as known.

   A size is undefined at n < 2 and where its SD is 0, an interval also where dz is (the SD of the
   change is 0). g is undefined at n = 2, too, where no factor exists.
   source    dz, dav: paired.h; delta: Glass, McGaw & Smith (1981), Meta-Analysis in Social Research;
             of changes Becker (1988), Br J Math Stat Psychol 41(2):257-278,
             doi:10.1111/j.2044-8317.1988.tb00901.x; noncentral t for dz: Steiger & Fouladi (1997) in
             Harlow et al., What If There Were No Significance Tests?, ch. 9 */
struct effect_sizes {
    struct effect dz, gz, dav, gav, delta, g_delta;
    struct value noncentral; /* 1 or 0: which of the two intervals; undefined with dz */
};

#define EFFECT_NONCENTRAL 37.0

/* Of a change and the SD before and after of the same people; `known` as for
   noncentral_t_interval_known(). */
struct effect_sizes effect_sizes(const struct paired_change *paired, struct value sd_before,
                                 struct value sd_after, struct known_intervals *known);

/* The probability of superiority: that someone is better after than before, plus half of that they
   are the same, (better + same / 2) / n. An exact ratio; undefined at n = 0. 0.5 is no change.

   It is (1 + delta) / 2 with delta the difference of two paired proportions, better and worse, and
   so is its interval: proportion_paired_difference().

   source    Grissom & Kim (2012), Effect Sizes for Research, ch. 6 (PS of dependent groups);
             Bonett & Price (2012), J Educ Behav Stat 37(4):479-488, doi:10.3102/1076998611411915 */
struct effect superiority(uint64_t better, uint64_t same, uint64_t worse);

#endif

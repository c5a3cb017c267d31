/* engine/stats/family.h - the mean of what belongs to members of families: children, respondents or
   goals of one family are not independent of one another, so families are what varies. */
#ifndef PELLTER_ENGINE_STATS_FAMILY_H
#define PELLTER_ENGINE_STATS_FAMILY_H

#include "engine/figure.h"
#include "engine/stats/counts.h"
#include "engine/stats/proportion.h"

/* So many families of `members` (at least 1) whose scores, or changes, add up to `sum` units. */
struct family_count {
    uint64_t members;
    int64_t sum;
    uint64_t count;
};

/* By ascending (members, sum). Sums stay below 2^62, members in total below 2^34. */
struct family_list {
    const struct family_count *counts; /* borrowed */
    size_t n_counts;
    int64_t units_per_point;
};

/* In points. With n members in all, d their mean, and of each family m members whose sum is S:

       e  = S - m d
       se = sqrt(sum of e^2 / (1 - m/n)) / n
       df = tr(G)^2 / tr(G^2),  G = diag(m w^2) - (w m)(w m)' / n,  w = 1 / (n sqrt(1 - m/n))
       t  = d / se,  interval d -+ t(0.975, df) se

   This is CR2, the "bias-reduced linearization", with Satterthwaite's df, for a mean and the working
   model of independent members; families of one member each make it the paired t test.

   icc is the ANOVA estimator (MSB - MSW) / (MSB + (n0 - 1) MSW), with MSB and MSW the mean squares
   between and within families and n0 = (n - sum(m^2) / n) / (families - 1). It may be negative.

   undefined  everything but n, families and mean for fewer than two families (one that has every
              member leaves 1 - m/n = 0); the interval and p where se is 0 (in every family the mean
              is the same); icc where no family has two members, or all members have the same score
   source     Bell & McCaffrey (2002), Survey Methodology 28(2):169-181; Pustejovsky & Tipton (2018),
              Journal of Business & Economic Statistics 36(4):672-683,
              doi:10.1080/07350015.2016.1247004; as clubSandwich's coef_test() for lm(d ~ 1).
              icc: Donner (1986), International Statistical Review 54(1):67-82,
              doi:10.2307/1403259 */
struct family_mean {
    uint64_t n, families;
    struct value mean;
    struct value se, df, ci_low, ci_high;
    struct value p; /* two-sided, of a mean of 0 */
    struct value icc;
};

/* `members` is the distribution of the members' own scores: the same people, one by one. */
struct family_mean family_mean(const struct family_list *families,
                               const struct distribution *members);

/* Two-sided p of a mean of `hypothesis` points. Undefined with the interval. */
struct value family_p(const struct family_mean *mean, double hypothesis,
                      enum alternative alternative);

/* The test of a mean of 0 that knows only that a family's sum might as well have had the other
   sign: p = P(|T| >= |observed T|), T the sum of all families' sums, over all 2^k patterns of signs of
   the k sums other than 0.

   exact      1 where they are counted out in full: for k up to SIGN_FLIP_FAMILIES if the sums can be
              told apart by up to SIGN_FLIP_STEPS steps (half of what is lost to one side, in units of
              the sums' greatest common divisor), and for k up to SIGN_FLIP_ALL in any case; else 0
              and the normal distribution, z = T / sqrt(sum of squared sums), uncorrected
   undefined  p at k = 0; exact without any family
   source     Fisher (1935), The Design of Experiments, section 21; the shift algorithm of Streitberg
              & Roehmel (1986), Statistical Software Newsletter 12(1):10-17 */
#define SIGN_FLIP_FAMILIES 200
#define SIGN_FLIP_STEPS 40000
#define SIGN_FLIP_ALL 28
#define SIGN_FLIP_WORK (SIGN_FLIP_STEPS + 1)

struct sign_flip {
    struct value p, exact;
};

/* `work` has room for SIGN_FLIP_WORK doubles; what it holds does not matter. `slack`: sums that far
   apart for each member are the same (distribution_slack()). */
struct sign_flip sign_flip(const struct family_list *families, int64_t slack, double work[]);

#endif

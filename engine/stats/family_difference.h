/* engine/stats/family_difference.h - the mean of what belongs to members of families, in two groups: a
   family may have members in both, and is then one of what varies, not two. */
#ifndef PELLTER_ENGINE_STATS_FAMILY_DIFFERENCE_H
#define PELLTER_ENGINE_STATS_FAMILY_DIFFERENCE_H

#include "engine/figure.h"

/* So many families with members[k] in group k, 0 or 1, whose scores, or changes, add up to sum[k]
   units. Someone is in one of the two. */
struct family_pair {
    uint64_t members[2];
    int64_t sum[2];
    uint64_t count;
};

/* Each in any order, and perhaps more than once. Sums stay below 2^62, members in total below 2^34. */
struct family_pair_list {
    const struct family_pair *pairs; /* borrowed */
    size_t n_pairs;
    int64_t units_per_point;
};

/* The mean of group 1 less that of group 0, in points. Group k has n_k members of mean d_k; of each
   family it has m_k members whose sum is S_k, a part r_k = m_k / n_k of the group:

       e_k = S_k - m_k d_k
       se  = sqrt(sum over families of (e_1 / (n_1 sqrt(1 - r_1)) - e_0 / (n_0 sqrt(1 - r_0)))^2)
       df  = (1/n_0 + 1/n_1)^2 / (b_00 / n_0^2 + 2 b_01 / (n_0 n_1) + b_11 / n_1^2)
       b_kl = sum of r_k r_l + 2 sum over pairs of families of t_kl t'_kl,
       t_kl = r_k r_l / sqrt((1 - r_k)(1 - r_l))
       t   = difference / se,  interval difference -+ t(0.975, df) se

   This is CR2, the "bias-reduced linearization", with Satterthwaite's df, for the regression on the two
   groups and the working model of independent members. A member's residual does not rest on the
   other group, so that I - H is a block for each group and its root is known: nothing is to be
   inverted. Where every family has one member it is HC2, whose se is that of Welch's t test; df then
   takes both groups to vary alike, as the working model says.

   rounding   e is exact until it is divided; every term of df is >= 0
   undefined  the difference where a group has nobody; the rest where a group has fewer than two families
              (one that has everybody leaves 1 - r = 0); the interval and p where se is 0
   source     Bell & McCaffrey (2002), Survey Methodology 28(2):169-181; Pustejovsky & Tipton (2018),
              Journal of Business & Economic Statistics 36(4):672-683,
              doi:10.1080/07350015.2016.1247004; as clubSandwich's coef_test() for lm(d ~ group) */
struct family_difference {
    uint64_t n[2], families[2];
    uint64_t in_both; /* families with members in both groups */
    struct value difference, se, df, ci_low, ci_high;
    struct value p; /* two-sided, of a difference of 0 */
};
struct family_difference family_difference(const struct family_pair_list *families);

#endif

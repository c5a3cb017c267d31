/* engine/stats/item_analysis.h - how well the items of a scale go together, from the sums and
   cross-products of complete forms: no form is seen, so a million cost what two cost. */
#ifndef PELLTER_ENGINE_STATS_ITEM_ANALYSIS_H
#define PELLTER_ENGINE_STATS_ITEM_ANALYSIS_H

#include "engine/figure.h"

/* Of n forms that answer all k items: items are whole points from 0 to 255, keyed as the scale adds
   them (a reversed item turned round). n is below 2^34 and k at most 128, so that all below stays
   within 128 bits. */
struct item_products {
    uint64_t n;
    size_t n_items;           /* k */
    const uint64_t *sums;     /* k */
    const uint64_t *products; /* k x k: sum of item i times item j */
};

/* Where an item has no variance it counts among the k all the same: it adds nothing to either sum of
   variances.

   alpha     Cronbach's: k / (k - 1) (1 - sum of item variances / variance of the total). Undefined for
             k < 2, n < 2, or a total without variance.
             source  Cronbach (1951), Psychometrika 16:297-334, doi:10.1007/BF02310555
   alpha_ci  95%, 1 - (1 - alpha) F(0.975 and 0.025; n - 1, (n - 1)(k - 1)). Undefined also where alpha
             is 1. Assumes normal items of equal covariance.
             source  Feldt (1965), Psychometrika 30:357-370, doi:10.1007/BF02289499
   omega     omega total of the sum of raw items: one factor by unweighted least squares on their
             covariances, that is with loadings l that minimise the sum over i < j of
             (c_ij - l_i l_j)^2, and u_i = c_ii - l_i^2:  (sum l)^2 / ((sum l)^2 + sum u).
             Undefined where fewer than three items vary, where the loadings are not determined or
             not found, and where `heywood` is not 0.
             source  McDonald (1999), Test Theory, ch. 6; the fit: Harman & Jones (1966), Psychometrika
             31:351-368, doi:10.1007/BF02289468
   heywood   items whose fitted u_i is below 0 (a variance that cannot be). Undefined where no loadings
             were found. */
struct item_analysis {
    struct value alpha; /* exact ratio */
    struct value alpha_ci_low, alpha_ci_high;
    struct value omega;
    struct value heywood;
};

/* Room for k items, in doubles. */
#define ITEM_ANALYSIS_ROOM(k) (2 * (k) * (k) + 4 * (k))

struct item_analysis item_analysis(const struct item_products *items, double room[]);

/* For each item the correlation with the sum of the other items, to rest[k]. Undefined for k < 2,
   n < 2, and where the item or the others do not vary. */
void item_rest(const struct item_products *items, struct value rest[]);

#endif

/* engine/stats/signed_rank.h - the tests that use the direction and rank of change only. */
#ifndef PELLTER_ENGINE_STATS_SIGNED_RANK_H
#define PELLTER_ENGINE_STATS_SIGNED_RANK_H

#include "engine/figure.h"
#include "engine/stats/counts.h"

/* What becomes of changes of 0: dropped before ranks are given (Wilcoxon), or given the lowest ranks,
   which then do not count: Pratt (1959), J Am Stat Assoc 54(287):655-667,
   doi:10.1080/01621459.1959.10501526. */
enum zeros { ZEROS_DROPPED, ZEROS_RANKED };

/* Up to this highest rank the null distribution is counted out in full. */
#define SIGNED_RANK_EXACT 200
/* Doubles of room that signed_rank() needs: one for each attainable sum of doubled ranks. */
#define SIGNED_RANK_WORK (SIGNED_RANK_EXACT * (SIGNED_RANK_EXACT + 1) + 1)

/* The ranks that count are those of the m changes other than 0: 1..m, or z+1..z+m after z ranked
   zeros. */
struct signed_rank {
    uint64_t n_up, n_same, n_down; /* m = n_up + n_down */
    struct value v;             /* sum of mid-ranks of |change| over positive changes, sizes within
                                   distribution_slack() tied; 0 at m = 0; undefined at n = 0; exact ratio */
    struct value p_wilcoxon;    /* min(1, 2 min(P(V <= v), P(V >= v))): over all 2^m sign patterns
                                   where no rank is beyond SIGNED_RANK_EXACT, else normal with tie and continuity
                                   correction as R's wilcox.test; undefined at m = 0 */
    struct value exact;         /* 1 or 0: which of the two; undefined at n = 0 */
    struct value p_sign;        /* two-sided exact binomial(m, 1/2); undefined at m = 0 */
    struct value rank_biserial; /* 2v / sum of the ranks that count - 1; exact ratio; undefined at
                                   m = 0 */
    struct value rank_biserial_low,
        rank_biserial_high; /* 95%; undefined where it is -1 or 1, too */
};

/* `work` has room for SIGNED_RANK_WORK doubles; what it holds does not matter. */
struct signed_rank signed_rank(const struct distribution *changes, enum zeros zeros, double work[]);

#endif

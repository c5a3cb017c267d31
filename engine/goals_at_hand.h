/* engine/goals_at_hand.h - what is known of the goals of one respondent, and what those that are rated at a
   stage add up to: all that a mean level and a T-score rest on. */
#ifndef PELLTER_ENGINE_GOALS_AT_HAND_H
#define PELLTER_ENGINE_GOALS_AT_HAND_H

#include "engine/goal_counter.h"
#include "engine/join.h"
#include "engine/memory.h"

/* Sums over ratings, in numbers that say several things, of which no sum reaches the next as long as there are
   not too many. `levels` is how many they are and, of all that is above the lowest level, the halves;
   `weights` of at most MOST_WEIGHED ratings the sums of weights, of their squares, and of weights times
   those halves. Bit d - 1 of the divisors says that d divides all weights: none does, not even 1, where
   some weight is no whole number or too large, or is not given; then sums of weights mean nothing. */
struct goal_sums {
    uint64_t levels, weights, divisors;
};
#define GOAL_SUMS_NONE ((struct goal_sums){.divisors = UINT64_MAX})
#define SUM_N_SHIFT 32
#define MOST_WEIGHED ((uint64_t)1 << 10)
#define LARGEST_WEIGHT 64
#define SUM_WW_SHIFT 19
#define SUM_W_SHIFT 41
#define SUMS_BITS 57
_Static_assert(GAS_N_HALVES - 1 == 8 && LARGEST_WEIGHT == 64 && SUM_WW_SHIFT == 10 + 6 + 3 &&
                   SUM_W_SHIFT == SUM_WW_SHIFT + 10 + 12 && SUMS_BITS == SUM_W_SHIFT + 10 + 6,
               "no sum reaches the next");

static inline void goal_sums_add(struct goal_sums *sums, const struct goal_sums *more)
{
    sums->levels += more->levels;
    sums->weights += more->weights;
    sums->divisors &= more->divisors;
}
static inline uint64_t goal_sums_n(const struct goal_sums *sums)
{
    return sums->levels >> SUM_N_SHIFT;
}
static inline int64_t goal_sums_halves(const struct goal_sums *sums)
{
    return (int64_t)(sums->levels & UINT32_MAX) -
           2 * GAS_HALVES_PER_LEVEL * (int64_t)goal_sums_n(sums);
}

/* A rating by itself. */
struct rating {
    struct goal_sums sums;
    uint32_t weight; /* its number in the join */
    uint8_t level;   /* in halves above the lowest */
};

/* A rating stands here as in the join, so that 0 is none, whose sums are 0. Those that most are have been made
   into ratings. */
#define N_READY 256

/* What goals give to their family, of those that are part of the same (`of`: family_of_goal(), of the first
   occasion): of each occasion how many were rated, and, below 2^32, how many of these were attained. */
struct own_share {
    struct family_sum of;
    uint64_t sums[N_GOAL_OCCASIONS];
};
#define SHARE_N_SHIFT 32

/* What the ratings of one goal say. Few goals differ in that: of those that came last it is remembered, by
   what the join keeps of it, and they are only counted until another cohort begins. */
struct goal_kind {
    uint64_t key;                     /* 0: not to be found again */
    uint64_t n;                       /* how many such goals wait to be counted */
    uint64_t rated, conflicts;        /* bit i: at stage i */
    uint64_t ending;                  /* the key of its levels at each occasion, or NO_GOAL_LEVEL */
    uint64_t share[N_GOAL_OCCASIONS]; /* what it is of a share */
    uint32_t n_ratings;
    int32_t change; /* in halves, where it is rated before and after: */
    bool has_change, one_weight, is_listed;
};
#define KIND_BITS 9
#define N_KINDS ((size_t)1 << KIND_BITS)

/* Start with {0}. */
struct goals_at_hand {
    const struct join *join; /* borrowed: whose weights those that are ready have; NULL: none are */
    bool weighted;
    size_t n, n_stages;
    const unsigned char **series; /* owned, n: their series, borrowed from the join */
    uint32_t *codes;              /* owned, as soon as they are known: [goal][stage] */
    bool codes_known;
    struct goal_sums own[MAX_STAGES]; /* of the goals that are rated at a stage */
    uint64_t some, all;               /* bit i: some goal is rated at stage i, or all are */
    uint64_t conflicts;       /* bit i: at stage i some goal has several forms that differ */
    bool one_weight;          /* no goal has different weights at different stages */
    bool weights_settled;     /* goals_settle_weights() has been there, or need not */
    uint64_t n_changed;       /* goals that are rated before and after ... */
    int64_t change;           /* ... and what their changes add up to, in halves */
    struct own_share *shares; /* owned, n_shares: of what they give to their family */
    size_t n_shares, shares_scale;
    struct family_sum of_category; /* what a share of a category is of, but for the category */
    struct goal_rating *ratings;   /* owned: room */
    size_t series_capacity, codes_capacity, shares_capacity, ratings_capacity;
    struct goal_kind *kinds; /* owned: N_KINDS by a hash, and one that is not to be found again */
    uint32_t *kind_codes;    /* owned: [kind][stage], as are */
    struct goal_sums *kind_sums;
    size_t measure;   /* of which they are */
    uint16_t *listed; /* owned, n_listed: kinds of which some wait */
    size_t n_listed;
    uint32_t cohort; /* of those */
    struct rating ready[N_READY];
};
void goals_at_hand_free(struct goals_at_hand *goals);

/* From here on they are the goals of another respondent, of this join; there is none yet. False: no memory. */
bool goals_at_hand_begin(struct goals_at_hand *goals, const struct study *study,
                         const struct join *join);

/* A code as a rating; `room` is for one that is not ready. */
const struct rating *goals_make_rating(const struct goals_at_hand *goals, uint32_t code,
                                       struct rating *room);
static inline const struct rating *goals_rating(const struct goals_at_hand *goals, uint32_t code,
                                                struct rating *room)
{
    return code < N_READY ? &goals->ready[code] : goals_make_rating(goals, code, room);
}

/* Takes a goal of this kind, whose sums are given, among them. False: no memory. */
static inline bool goals_take(struct goals_at_hand *goals, const unsigned char *series,
                              const struct goal_kind *kind, const struct goal_sums sums[])
{
    const size_t n_stages = goals->n_stages;
    if (goals->n == goals->series_capacity &&
        !array_grow(&goals->series, &goals->series_capacity, goals->n + 1, sizeof *goals->series)) {
        return false;
    }
    goals->series[goals->n++] = series;
    for (size_t stage = 0; stage < n_stages; stage++) {
        goal_sums_add(&goals->own[stage], &sums[stage]);
    }
    goals->some |= kind->rated;
    goals->all &= kind->rated;
    goals->conflicts |= kind->conflicts;
    goals->weights_settled = goals->weights_settled & kind->one_weight;
    goals->n_changed += kind->has_change;
    goals->change += kind->change;
    return true;
}

/* Finds the codes of all goals, which few respondents need and what follows does. False: no memory. */
bool goals_know_codes(struct goals_at_hand *goals);

/* All goals are known: where a stage gives no weight, that of the first stage that does holds. False: no memory. */
bool goals_settle_weights(struct goals_at_hand *goals);

/* Of the goals that are rated at two stages, at the first of them, with the weights of the earlier: a change
   of weights alone is no change in goals. */
struct goal_sums goals_common_sums(const struct goals_at_hand *goals, size_t stage, size_t other);

/* How many those are, and whether that is so of all or of none, for which codes need not be known. */
static inline bool goals_are_alike(const struct goals_at_hand *goals, size_t stage, size_t other)
{
    return ((goals->some ^ goals->all) >> stage & 1) == 0 &&
           ((goals->some ^ goals->all) >> other & 1) == 0;
}
size_t goals_in_common(const struct goals_at_hand *goals, size_t stage, size_t other);

/* Their T-score, whatever their weights are, or a reason where some goal has none; there is one at least.
   False: no memory. */
bool goals_t_score(struct goals_at_hand *goals, size_t stage, size_t other, double rho,
                   tally_code *code);

#endif

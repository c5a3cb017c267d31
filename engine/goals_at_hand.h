/* engine/goals_at_hand.h - what is known of the goals of one respondent, and what those that are rated at a
   stage add up to: all that a mean level and a T-score rest on. */
#ifndef PELLTER_ENGINE_GOALS_AT_HAND_H
#define PELLTER_ENGINE_GOALS_AT_HAND_H

#include "engine/goal_counter.h"
#include "engine/join.h"

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
#define BITS_OF_GOALS 64

/* What the ratings of one goal say. Few goals differ in that: of those that came last it is remembered, by
   what the join keeps of it, and they are only counted until another cohort begins. */
struct goal_kind {
    uint64_t key;              /* 0: not to be found again */
    uint64_t n;                /* how many such goals wait to be counted */
    uint64_t rated, conflicts; /* bit i: at stage i */
    uint32_t n_ratings;
    uint32_t ending[N_GOAL_OCCASIONS]; /* levels, or NO_GOAL_LEVEL */
    int32_t change;                    /* in halves, where it is rated before and after: */
    bool has_change, one_weight, is_listed;
};
#define KIND_BITS 9
#define N_KINDS ((size_t)1 << KIND_BITS)

/* Start with {0}. */
struct goals_at_hand {
    const struct join *join; /* borrowed: whose weights those that are ready have; NULL: none are */
    bool weighted;
    size_t n, n_stages;
    uint32_t *codes;                  /* owned, n: [goal][stage], and room for one more goal */
    struct goal_sums own[MAX_STAGES]; /* of the goals that are rated at a stage */
    uint64_t
        rated[MAX_STAGES]; /* which: bit i is the i-th; the last bit is for all that come after */
    uint64_t conflicts;    /* bit i: at stage i some goal has several forms that differ */
    bool one_weight;       /* no goal has different weights at different stages */
    bool weights_settled;  /* goals_settle_weights() has been there, or need not */
    uint64_t n_changed;    /* goals that are rated before and after ... */
    int64_t change;        /* ... and what their changes add up to, in halves */
    struct goal_share *shares; /* owned, n_shares: what they give to their family */
    size_t n_shares, shares_scale;
    struct family_sum of_category; /* what a share of a category is of, but for the category */
    struct goal_rating *ratings;   /* owned: room */
    size_t codes_capacity, shares_capacity, ratings_capacity;
    struct goal_kind *kinds; /* owned: N_KINDS by a hash, and one that is not to be found again */
    uint32_t *kind_codes;    /* owned: [kind][stage] */
    uint16_t *listed;        /* owned, n_listed: kinds of which some wait */
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

/* Room for the codes of one goal more. False: no memory. */
bool goals_make_room(struct goals_at_hand *goals);

/* All goals are known: where a stage gives no weight, that of the first stage that does holds. */
void goals_settle_weights(struct goals_at_hand *goals);

/* Of the goals that are rated at two stages, at the first of them, with the weights of the earlier: a change
   of weights alone is no change in goals. */
struct goal_sums goals_common_sums(const struct goals_at_hand *goals, size_t stage, size_t other);

/* How many those are. */
size_t goals_in_common(const struct goals_at_hand *goals, size_t stage, size_t other);

/* Their T-score, whatever their weights are, or a reason where some goal has none; there is one at least.
   False: no memory. */
bool goals_t_score(struct goals_at_hand *goals, size_t stage, size_t other, double rho,
                   tally_code *code);

#endif

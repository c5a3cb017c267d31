/* engine/goals_at_hand.h - what is known of the goals of one respondent, and what those that are rated at a
   stage add up to: all that a mean level and a T-score rest on. */
#ifndef PELLTER_ENGINE_GOALS_AT_HAND_H
#define PELLTER_ENGINE_GOALS_AT_HAND_H

#include "engine/goal_counter.h"
#include "engine/join.h"

/* Sums over ratings, modulo 2^32 (levels are negative, too): how many they are, and of levels in halves and
   of weights. Those that are odd have a weight that is no whole number or too large, or none: then sums of
   weights mean nothing. Bit d - 1 of the divisors says that d divides all weights. */
enum { SUM_N, SUM_HALVES, SUM_W, SUM_WH, SUM_WW, SUM_ODD, N_GOAL_SUMS = 8 };
struct goal_sums {
    uint32_t of[N_GOAL_SUMS];
    uint64_t divisors[2];
};
#define GOAL_SUMS_NONE ((struct goal_sums){.divisors = {UINT64_MAX, UINT64_MAX}})

static inline void goal_sums_add(struct goal_sums *sums, const struct goal_sums *more)
{
    struct goal_sums both = *sums; /* which is neither of them, as far as the compiler can tell */
    for (size_t i = 0; i < N_GOAL_SUMS; i++) {
        both.of[i] += more->of[i];
    }
    both.divisors[0] &= more->divisors[0];
    both.divisors[1] &= more->divisors[1];
    *sums = both;
}

/* A rating by itself. */
struct rating {
    struct goal_sums sums;
    uint32_t weight; /* its number in the join */
    uint8_t level;   /* in halves above the lowest */
};

/* A rating stands here as its code in the join + 1, so that 0 is none. Those that most are have been made
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
    size_t n_shares;
    struct goal_rating *ratings; /* owned: room */
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

/* A code that is not 0 as a rating; `room` is for one that is not ready. */
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

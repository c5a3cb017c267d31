/* engine/goal_counter.h - counts what families' goals come to faster than cells can be looked up. What is
   known of one goal, or of one family on a scale, is a number of 64 bits, and how often it occurred is kept
   by cohort in a hash table of these; cells are made of them at the end, each of which says several things. */
#ifndef PELLTER_ENGINE_GOAL_COUNTER_H
#define PELLTER_ENGINE_GOAL_COUNTER_H

#include "engine/family_tally.h"
#include "engine/study.h"
#include "engine/tally.h"

struct goal_counter;

/* NULL: no memory. `study` must outlive it. */
struct goal_counter *goal_counter_new(const struct study *study);
void goal_counter_free(struct goal_counter *counter); /* NULL is fine */

/* What is counted next is of this cohort and of the scales from `first_scale` on (of one goals instrument).
   What takes too much room goes into `tally` and `families`. False: no memory, as below. */
bool goal_counter_begin(struct goal_counter *counter, uint32_t cohort, size_t first_scale,
                        struct tally *tally, struct family_tally *families);

/* A family's score on a scale stands as a number in what is counted: a reason is its own. Of sums that
   were met before, goal_counter_known() knows it; goal_counter_learn() gives one to a code. `sums` is
   not zero and the same for the same code only; it stays known as long as nothing begins. */
bool goal_counter_known(const struct goal_counter *counter, uint64_t sums, uint32_t *number);
bool goal_counter_learn(struct goal_counter *counter, uint64_t sums, tally_code code,
                        uint32_t *number);
tally_code goal_counter_code(const struct goal_counter *counter, uint32_t number);

/* The scales of a goals instrument, in their order. */
enum goals_scale { GOALS_LEVEL, GOALS_FAMILY_LEVEL, GOALS_T_SCORE, N_GOALS_SCALES };

/* A goal's level at a stage; and at a review and the one before, or before and after. In halves. */
void goal_counter_level(struct goal_counter *counter, size_t stage, int32_t halves);
void goal_counter_levels(struct goal_counter *counter, size_t stage, size_t later, int32_t halves,
                         int32_t later_halves);

/* How a goal ended, in halves or GOAL_NOT_REVIEWED: [occasion]. */
bool goal_counter_ending(struct goal_counter *counter, uint32_t category, uint32_t flags,
                         const int16_t halves[N_GOAL_OCCASIONS]);

/* A family's scores at all stages, as numbers; and at two that are compared. */
bool goal_counter_stages(struct goal_counter *counter, enum goals_scale scale,
                         const uint32_t numbers[]);
bool goal_counter_pair(struct goal_counter *counter, enum goals_scale scale, size_t stage,
                       size_t later, uint32_t number, uint32_t later_number);

/* What some of a family's goals come to: how many were rated, and attained, at each occasion, of those
   that are part of the same (family_of_goal(); `of` is that of the first occasion). */
struct goal_share {
    struct family_sum of;
    uint64_t n[N_GOAL_OCCASIONS], attained[N_GOAL_OCCASIONS];
};

/* Of a respondent that is a family by itself: a share; and what the changes of n goals from before to
   after add up to, in halves. What is too much for a number goes into `families`. */
bool goal_counter_share(struct goal_counter *counter, const struct goal_share *share,
                        struct family_tally *families);
bool goal_counter_change(struct goal_counter *counter, uint64_t n, int64_t sum,
                         struct family_tally *families);

/* Adds all that was counted to `tally` and `families`, and starts anew. */
bool goal_counter_finish(struct goal_counter *counter, struct tally *tally,
                         struct family_tally *families);

#endif

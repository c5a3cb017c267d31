/* engine/goal_counter.h - counts what families' goals come to faster than cells can be looked up. What is
   known of one goal, or of one family on a scale, is a number of 64 bits, and how often it occurred is kept
   by cohort in a hash table of these; cells are made of them at the end, each of which says several things.
   The table is far from the processor: what occurs again and again is counted near it until something else
   wants its place, and what goes into the table waits until there is enough to be asked for at once. */
#ifndef PELLTER_ENGINE_GOAL_COUNTER_H
#define PELLTER_ENGINE_GOAL_COUNTER_H

#include "engine/goal_cells.h"

#define RECENT_KEY_BITS 9
#define MOST_WAITING_KEYS ((size_t)64)

/* Start with goal_counter_new(). What stands in it is for the functions below. */
struct goal_counter {
    struct goal_keys keys;
    uint32_t cohort;       /* of what is counted now; NO_COHORT: none */
    struct key_table sums; /* numbers by sums, and by codes */
    size_t n_entries;      /* of all cohorts, when the last began */
    uint64_t *levels;      /* owned, of the cohort: [stage][level] */
    uint64_t
        *changes; /* owned: [later stage, at the next review; 0: before with after][level][level] */
    /* Of the cohort, not in its table yet: by a hash, and on their way there. */
    struct key_entry recent[1 << RECENT_KEY_BITS];
    struct key_entry waiting[MOST_WAITING_KEYS];
    size_t n_waiting;
};
#define NO_COHORT UINT32_MAX

/* NULL: no memory. `study` must outlive it. */
struct goal_counter *goal_counter_new(const struct study *study);
void goal_counter_free(struct goal_counter *counter); /* NULL is fine */

/* What is counted next is of this cohort and of the scales from `first_scale` on (of one goals instrument).
   Where the cohort or the scales are others than before, what takes too much room goes into `tally` and
   `families`. False: no memory, as below. */
bool goal_counter_begin(struct goal_counter *counter, uint32_t cohort, size_t first_scale,
                        struct tally *tally, struct family_tally *families);

/* A family's score on a scale stands as a number in what is counted: a reason is its own. Of sums that
   were met before, goal_counter_known() knows it; goal_counter_learn() gives one to a code, and remembers
   the sums. They are the same for the same code only, and below GOAL_SUMS_END; of 0 nothing is remembered.
   Numbers hold as long as nothing begins. */
#define GOAL_SUMS_END (UINT64_C(3) << 62)
static inline bool goal_counter_known(const struct goal_counter *counter, uint64_t sums,
                                      uint32_t *number)
{
    const struct key_entry *entry;
    if (sums == 0 || counter->sums.n == 0) {
        return false;
    }
    entry = key_table_look(&counter->sums, sums);
    *number = (uint32_t)entry->value;
    return entry->key != 0;
}
bool goal_counter_learn(struct goal_counter *counter, uint64_t sums, tally_code code,
                        uint32_t *number);
static inline tally_code goal_counter_code(const struct goal_counter *counter, uint32_t number)
{
    return counter->keys.codes[number];
}

/* The level of n goals at a stage; and at a review and the one before, or before and after. */
static inline void goal_counter_level(struct goal_counter *counter, size_t stage, uint32_t level,
                                      uint64_t n)
{
    counter->levels[stage * N_GOAL_LEVELS + level] += n;
}
static inline void goal_counter_levels(struct goal_counter *counter, size_t stage, size_t later,
                                       uint32_t level, uint32_t later_level, uint64_t n)
{
    const bool is_pair =
        stage == counter->keys.study->before && later == counter->keys.study->after;
    counter
        ->changes[((is_pair ? 0 : later) * N_GOAL_LEVELS + level) * N_GOAL_LEVELS + later_level] +=
        n;
}

/* Counts a key of the cohort: one of very many; or one of those that occur again and again. False: no memory, as
   below. */
bool goal_counter_pour(struct goal_counter *counter);
static inline bool goal_counter_wait(struct goal_counter *counter, uint64_t key, uint64_t count)
{
    counter->waiting[counter->n_waiting++] = (struct key_entry){key, count};
    return counter->n_waiting < MOST_WAITING_KEYS || goal_counter_pour(counter);
}
static inline bool goal_counter_again(struct goal_counter *counter, uint64_t key)
{
    struct key_entry *const recent = &counter->recent[key_hash(key) >> (64 - RECENT_KEY_BITS)];
    const struct key_entry before = *recent;
    if (before.key == key) {
        recent->value++;
        return true;
    }
    *recent = (struct key_entry){key, 1};
    return before.key == 0 || goal_counter_wait(counter, before.key, before.value);
}

/* How a goal ended: its level at each occasion, or NO_GOAL_LEVEL; of which goal_counter_ending_key() is what
   goals that ended so have in common. */
static inline uint64_t goal_counter_ending_key(const uint32_t levels[N_GOAL_OCCASIONS])
{
    uint64_t key = 0;
    for (size_t i = 0; i < N_GOAL_OCCASIONS; i++) {
        key = key << LEVEL_BITS | levels[i];
    }
    return (uint64_t)KEY_ENDING << KEY_KIND_SHIFT | key;
}
static inline bool goal_counter_ending(struct goal_counter *counter, uint32_t category,
                                       uint32_t flags, uint64_t ending_key)
{
    const uint64_t goal = (uint64_t)category << MAX_FLAGS | flags;
    return goal_counter_again(counter, ending_key | goal << N_GOAL_OCCASIONS * LEVEL_BITS);
}

/* A family's scores, as numbers: at two that are compared; and at stage i, which is even, and i + 1 (where
   there is one), of a family that has scores everywhere or not. Nearly always these are what the two are
   compared by: `compared` says so, and they are not counted as a pair. */
static inline bool goal_counter_pair(struct goal_counter *counter, enum goals_scale scale,
                                     size_t stage, size_t later, uint32_t number,
                                     uint32_t later_number)
{
    return goal_counter_wait(counter, key_of_scale(scale, stage, later, number, later_number), 1);
}
static inline bool goal_counter_stages(struct goal_counter *counter, enum goals_scale scale,
                                       size_t stage, const uint32_t numbers[], bool everywhere,
                                       bool compared)
{
    const bool is_last = stage + 1 == counter->keys.study->n_stages;
    return goal_counter_pair(counter, scale, stage,
                             (size_t)LATER_BESIDE + (everywhere ? BESIDE_EVERYWHERE : 0) +
                                 (compared ? BESIDE_COMPARED : 0),
                             numbers[stage], is_last ? REASON_NO_FORM : numbers[stage + 1]);
}

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

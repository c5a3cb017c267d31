/* engine/goal_keys.h - the numbers of 64 bits by which a goal_counter counts. They are made so that what
   nearly always occurs together is one: a family's own scores at two stages, a goal's level at its last
   review and at the end. */
#ifndef PELLTER_ENGINE_GOAL_KEYS_H
#define PELLTER_ENGINE_GOAL_KEYS_H

#include "engine/key_table.h"
#include "engine/study.h"
#include "engine/tally.h"
#include "scales/gas.h"

/* The scales of a goals instrument, in their order. */
enum goals_scale { GOALS_LEVEL, GOALS_FAMILY_LEVEL, GOALS_T_SCORE, N_GOALS_SCALES };

/* A goal's level, in halves above the lowest. */
#define N_GOAL_LEVELS ((size_t)GAS_N_HALVES)
#define NO_GOAL_LEVEL GAS_N_HALVES

/* How often what keys say occurred, and what their numbers are. */
struct goal_keys {
    const struct study *study; /* borrowed */
    size_t first_scale;
    struct key_table *cohorts; /* owned, n_cohorts */
    size_t n_cohorts;
    tally_code *codes; /* owned, n_codes: by number, each once */
    size_t n_codes, codes_capacity;
};

/* What a key says, in its upper three bits; never 0. */
enum { KEY_LEVEL = 1, KEY_ENDING, KEY_SCALE, KEY_SHARES, KEY_CHANGE };
#define KEY_KIND_SHIFT 61

/* Bits of one key, from the lowest. */
static inline uint64_t key_take(uint64_t *key, unsigned bits)
{
    const uint64_t low = *key & ((UINT64_C(1) << bits) - 1);
    *key >>= bits;
    return low;
}

/* A level, or none. */
#define LEVEL_BITS 4
_Static_assert(NO_GOAL_LEVEL < 1 << LEVEL_BITS, "a level fits");

/* Of a scale: a stage, a later one or these, and two numbers. At two stages side by side, or at the last, they say what a
   family has at each, whether that is so of those with a score everywhere, and whether it is what the two
   are compared by. */
#define STAGE_BITS 6
#define LATER_BITS 7
#define NUMBER_BITS 21
enum { LATER_ONE_STAGE = MAX_STAGES, LATER_ALL_STAGES, LATER_BESIDE };
enum { BESIDE_EVERYWHERE = 1, BESIDE_COMPARED = 2 }; /* added to LATER_BESIDE */
_Static_assert(MAX_STAGES <= 1 << STAGE_BITS &&
                   LATER_BESIDE + BESIDE_EVERYWHERE + BESIDE_COMPARED < 1 << LATER_BITS &&
                   N_GOALS_SCALES <= 4 &&
                   2 + STAGE_BITS + LATER_BITS + 2 * NUMBER_BITS <= KEY_KIND_SHIFT,
               "a scale fits");

static inline uint64_t key_of_scale(enum goals_scale scale, size_t stage, size_t later,
                                    uint64_t number, uint64_t later_number)
{
    uint64_t key = KEY_SCALE;
    key = key << (KEY_KIND_SHIFT - 2 - STAGE_BITS - LATER_BITS - 2 * NUMBER_BITS);
    key = key << 2 | scale;
    key = key << STAGE_BITS | stage;
    key = key << LATER_BITS | later;
    key = key << NUMBER_BITS | number;
    return key << NUMBER_BITS | later_number;
}

static inline uint64_t key_of_level(size_t stage, size_t later, size_t level, size_t later_level)
{
    uint64_t key = KEY_LEVEL;
    key = key << (KEY_KIND_SHIFT - STAGE_BITS - LATER_BITS - 2 * LEVEL_BITS);
    key = key << STAGE_BITS | stage;
    key = key << LATER_BITS | later;
    key = key << LEVEL_BITS | level;
    return key << LEVEL_BITS | later_level;
}

/* Shares: of at most so many goals at each occasion. */
#define SHARE_BITS 6
#define DIMENSION_BITS 5
_Static_assert(GOALS_BY_FLAG + MAX_FLAGS <= 1 << DIMENSION_BITS &&
                   32 + DIMENSION_BITS + 2 * N_GOAL_OCCASIONS * SHARE_BITS <= KEY_KIND_SHIFT,
               "a share fits");
#define CHANGE_BITS 24
_Static_assert(2 * CHANGE_BITS <= KEY_KIND_SHIFT, "a change fits, and how often there is one");

#endif

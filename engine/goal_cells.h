/* engine/goal_cells.h - cells of the tally, and of families, of what a goal_counter counted. */
#ifndef PELLTER_ENGINE_GOAL_CELLS_H
#define PELLTER_ENGINE_GOAL_CELLS_H

#include "engine/family_tally.h"
#include "engine/goal_keys.h"

/* What some of a family's goals come to: how many were rated, and attained, at each occasion, of those
   that are part of the same (family_of_goal(); `of` is that of the first occasion). */
struct goal_share {
    struct family_sum of;
    uint64_t n[N_GOAL_OCCASIONS], attained[N_GOAL_OCCASIONS];
};

/* Adds `count` families of a cohort that have such a share; or n goals whose changes from before to after
   add up to so many halves. False: no memory. */
bool goal_share_add(const struct goal_share *share, uint32_t cohort, uint64_t count,
                    struct family_tally *families);
bool goal_change_add(const struct goal_keys *keys, uint32_t cohort, uint64_t n, int64_t sum,
                     uint64_t count, struct family_tally *families);

/* Makes cells of all keys, of which there are none then. False: no memory. */
bool goal_cells_make(struct goal_keys *keys, struct tally *tally, struct family_tally *families);

#endif

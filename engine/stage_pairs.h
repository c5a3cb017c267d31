/* engine/stage_pairs.h - which two stages of a study are compared. */
#ifndef PELLTER_ENGINE_STAGE_PAIRS_H
#define PELLTER_ENGINE_STAGE_PAIRS_H

#include "engine/study.h"

/* Does any statistic compare these two stages? The first with each later one, each with the next,
   and before with after. */
static inline bool is_counted_pair(const struct study *study, size_t stage, size_t later)
{
    return stage < later &&
           (stage == 0 || later == stage + 1 || (stage == study->before && later == study->after));
}

/* All of them, by stage and later stage. Returns how many. */
struct stage_pair {
    uint8_t stage, later;
};
#define MOST_PAIRS ((size_t)2 * MAX_STAGES)
size_t counted_pairs(const struct study *study, struct stage_pair pairs[MOST_PAIRS]);

#endif

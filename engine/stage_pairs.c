#include "engine/stage_pairs.h"

size_t counted_pairs(const struct study *study, struct stage_pair pairs[MOST_PAIRS])
{
    size_t n = 0;
    for (size_t stage = 0; stage < study->n_stages; stage++) {
        for (size_t later = stage + 1; later < study->n_stages; later++) {
            if (is_counted_pair(study, stage, later)) {
                pairs[n++] = (struct stage_pair){(uint8_t)stage, (uint8_t)later};
            }
        }
    }
    return n;
}

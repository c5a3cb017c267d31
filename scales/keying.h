/* scales/keying.h - an answer as its scale counts it, from 0 up, without a branch: a loop over a
   column of answers becomes vector instructions, 16 or more answers at a time. */
#ifndef PELLTER_SCALES_KEYING_H
#define PELLTER_SCALES_KEYING_H

#include "scales/instrument.h"

/* All in bytes modulo 256: (answer ^ turn) + base is answer - lowest, or highest - answer of a
   reversed item, whose ~answer is -answer - 1. Either way exactly the codes of the group's range
   give 0 .. most, and any other, ANSWER_MISSING too, gives more. */
struct keying {
    uint8_t turn, base, most;
};

static inline struct keying keying_of(const struct item_group *group, bool reversed)
{
    return (struct keying){.turn = reversed ? UINT8_MAX : 0,
                           .base = (uint8_t)(reversed ? group->highest + 1 : -group->lowest),
                           .most = (uint8_t)(group->highest - group->lowest)};
}

/* Above keying.most where the answer is not valid. */
static inline uint8_t keyed_offset(struct keying keying, answer a)
{
    return (uint8_t)(((uint8_t)a ^ keying.turn) + keying.base);
}

#endif

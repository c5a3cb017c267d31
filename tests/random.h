/* tests/random.h - the same pseudo-random numbers in every run. */
#ifndef PELLTER_TESTS_RANDOM_H
#define PELLTER_TESTS_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* splitmix64, by Vigna; `state` is any number to start with. */
static inline uint64_t draw(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* One of the numbers below n. */
static inline uint32_t draw_below(uint64_t *state, uint32_t n)
{
    return (uint32_t)(draw(state) >> 33) % n;
}

/* Puts 0 ... n - 1 into a random order. */
static inline void draw_order(uint64_t *state, size_t order[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const size_t other = draw_below(state, (uint32_t)i + 1);
        order[i] = order[other];
        order[other] = i;
    }
}

#endif

/* data-samples/random.h - pseudo-random numbers that are the same on every machine: whole numbers
   only, no floating point anywhere. For samples, not for statistics. */
#ifndef PELLTER_DATA_SAMPLES_RANDOM_H
#define PELLTER_DATA_SAMPLES_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SplitMix64. Any seed is a good one. */
struct random {
    uint64_t state;
};

/* All 64 bits. Source: Steele, Lea & Flood (2014), Fast splittable pseudorandom number generators,
   OOPSLA, doi:10.1145/2660193.2660195; constants as in Vigna's public-domain splitmix64.c. */
uint64_t random_bits(struct random *random);

/* Uniform over 0 .. n - 1, without bias; n >= 1. */
int random_below(struct random *random, int n);

/* True in `percent` of 100 cases. */
bool random_chance(struct random *random, int percent);

/* Nearly normal with mean 0 and sd 1000: the sum of twelve uniform whole numbers. */
int random_normal(struct random *random);

/* Puts the n whole numbers in `list` into random order. */
void random_shuffle(struct random *random, int list[], int n);

/* a / b rounded to the nearest whole number, halves away from zero; b > 0. */
int divide_rounded(int a, int b);

/* `value`, or the end of lowest..highest that it lies beyond. */
int clamp(int value, int lowest, int highest);

#endif

#include "data-samples/random.h"
#include <assert.h>

uint64_t random_bits(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

int random_below(struct random *random, int n)
{
    assert(n >= 1);
    const uint64_t range = (uint64_t)n;
    /* the lowest 2^64 mod n values are drawn again, so that every remainder is as likely */
    const uint64_t refused = (UINT64_MAX - range + 1) % range;
    uint64_t bits = random_bits(random);
    while (bits < refused) {
        bits = random_bits(random);
    }
    return (int)(bits % range);
}

bool random_chance(struct random *random, int percent)
{
    return random_below(random, 100) < percent;
}

int random_normal(struct random *random)
{
    int sum = -6000; /* twelve means of 500; the variance of each is 1000^2 / 12 */
    for (int i = 0; i < 12; i++) {
        sum += random_below(random, 1001);
    }
    return sum;
}

void random_shuffle(struct random *random, int list[], int n)
{
    for (int i = n - 1; i > 0; i--) {
        const int j = random_below(random, i + 1);
        const int kept = list[i];
        list[i] = list[j];
        list[j] = kept;
    }
}

int divide_rounded(int a, int b)
{
    assert(b > 0);
    return a >= 0 ? (a + b / 2) / b : -((-a + b / 2) / b);
}

int clamp(int value, int lowest, int highest)
{
    return value < lowest ? lowest : value > highest ? highest : value;
}

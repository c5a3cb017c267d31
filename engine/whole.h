/* engine/whole.h - exact arithmetic on whole numbers of up to 128 bits. Pure: nothing is allocated,
   nothing overflows unsaid. */
#ifndef PELLTER_ENGINE_WHOLE_H
#define PELLTER_ENGINE_WHOLE_H

#include <stdbool.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 uint128;

/* The powers of ten that 64 bits hold. */
#define N_POWERS_OF_TEN 20
extern const uint64_t ten_to[N_POWERS_OF_TEN];

/* The greatest common divisor; that of 0 and b is b. */
uint128 whole_gcd(uint128 a, uint128 b);

/* floor(a / b), b > 0. */
uint128 whole_divide(uint128 a, uint128 b);

/* floor(a factor / divisor) without loss on the way; 0 < divisor < 2^127. False, and *out left
   alone, where the result does not fit. */
bool whole_mul_div(uint128 a, uint64_t factor, uint128 divisor, uint128 *out);

/* floor(sqrt(a)). */
uint64_t whole_root(uint128 a);

/* The double nearest to a / b, and to sqrt(a / b); ties to even; 0 < b < 2^127. */
double whole_ratio(uint128 a, uint128 b);
double whole_ratio_root(uint128 a, uint128 b);

#endif

/* scales/wide.h - loops over columns compiled twice: for every processor, and for those with AVX2, whose
   vectors are twice as wide (and that count and find bits by one instruction). A function marked
   FOR_WIDE has all that it calls compiled into it, and may be called only where has_wide() says so;
   HAS_WIDE is defined where there are such functions. Of whole numbers both give the same. */
#ifndef PELLTER_SCALES_WIDE_H
#define PELLTER_SCALES_WIDE_H

#include <stdbool.h>

/* A function of which each caller has one of its own, made for the arguments that it fixes. */
#define INTO_CALLER inline __attribute__((always_inline))

#if defined(__x86_64__) && !defined(PELLTER_PORTABLE) /* a test defines it */
#define HAS_WIDE
#define FOR_WIDE __attribute__((target("avx2,bmi,bmi2,popcnt"), flatten))
static inline bool has_wide(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}
#else
#define FOR_WIDE
static inline bool has_wide(void)
{
    return false;
}
#endif

#endif

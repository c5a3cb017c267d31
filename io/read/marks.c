/* io/read/marks.c - see marks.h. */
#include "io/read/marks.h"

size_t markers(struct marker out[MARKERS_MAX])
{
    size_t n = 0;

#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("popcnt")) {
        out[n++] = (struct marker){"AVX-512BW", marks_avx512};
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("popcnt")) {
        out[n++] = (struct marker){"AVX2", marks_avx2};
    }
#endif
    out[n++] = (struct marker){"portable", marks_portable};
    return n;
}

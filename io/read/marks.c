/* io/read/marks.c - see marks.h. */
#include "io/read/marks.h"

void bit_positions_fill(uint32_t table[256][8])
{
    for (unsigned byte = 0; byte < 256; byte++) {
        size_t n = 0;
        for (uint32_t bit = 0; bit < 8; bit++) {
            if ((byte >> bit & 1) != 0) {
                table[byte][n++] = bit;
            }
        }
        while (n < 8) {
            table[byte][n++] = 0;
        }
    }
}

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

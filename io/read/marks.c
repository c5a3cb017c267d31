/* io/read/marks.c - see marks.h. */
#include "io/read/marks.h"

#include "io/read/marks_block.h"

static uint64_t parity_of_bits_below(uint64_t bits)
{
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    return bits ^ bits << 32;
}

struct block_ends block_quoted_ends(struct marks *marks, const struct block *block, uint32_t place)
{
    const uint64_t inside = parity_of_bits_below(block->quotes) ^ marks->inside;
    /* a LF right behind a CR ends nothing; both stand on one side of a quote */
    const uint64_t lf = block->lf & ~(block->cr << 1 | marks->after_cr);
    const uint64_t lines = (lf | block->cr) & ~inside;

    marks->inside = 0 - (inside >> (BLOCK - 1));
    marks->after_cr = block->cr >> (BLOCK - 1);
    for (uint64_t odd = block->others & ~block->cr; odd != 0; odd &= odd - 1) {
        marks->odd[marks->n_odd++] = place + (uint32_t)__builtin_ctzll(odd);
    }
    return (struct block_ends){.cells = (block->separators & ~inside) | lines, .lines = lines};
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

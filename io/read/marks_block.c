/* io/read/marks_block.c - see marks_block.h. */
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

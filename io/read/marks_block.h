/* io/read/marks_block.h - what the implementations of marks.h have in common: 64 bytes of text are
   a block, and what is found in it are masks, whose bit i stands for byte i.

   Quotes: a byte is inside quotes when the number of quotes up to it is odd. Doubled quotes inside
   a cell change nothing about that, for there is no byte between the two. The exclusive-or of a bit
   with all bits below it says whether their number is odd; six shifts make it for all bits at once,
   each doubling how far down a bit has looked. */
#ifndef PELLTER_IO_READ_MARKS_BLOCK_H
#define PELLTER_IO_READ_MARKS_BLOCK_H

#include <stddef.h>
#include <stdint.h>
#include "io/read/marks.h"

#define BLOCK MARKS_BYTES

/* gcc -O2 unrolls no loop by itself */
#if defined(__clang__)
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 8")
#endif

/* Into functions compiled for a particular processor only what is inlined is compiled for it. */
#define INLINED static inline __attribute__((always_inline))

/* Most blocks have no `others`: these are CR, quotes and NULs. */
struct block {
    uint64_t separators, lf, others;
    uint64_t cr, quotes; /* to be filled where there are others */
};

/* What remains when quotes and CR LF have had their say. */
struct block_ends {
    uint64_t cells, lines; /* `cells` has the bits of `lines`, too */
};

/* The bits below the first `n`, at most 64. */
INLINED uint64_t bits_below(size_t n)
{
    return n < BLOCK ? ((uint64_t)1 << n) - 1 : UINT64_MAX;
}

/* The last block of a text ends before its 64th byte. */
INLINED struct block block_cut(struct block block, size_t n)
{
    const uint64_t kept = bits_below(n);

    block.separators &= kept;
    block.lf &= kept;
    block.others &= kept;
    block.cr &= kept;
    block.quotes &= kept;
    return block;
}

/* Marks the quotes and NULs of the block that begins at `place`, and tells where cells end in it: where
   there are any, or quotes or a CR before it matter. */
struct block_ends block_odd_ends(struct marks *marks, const struct block *block, uint32_t place);

/* The same of any block. */
INLINED struct block_ends block_ends(struct marks *marks, const struct block *block, uint32_t place)
{
    return __builtin_expect((block->others | marks->inside | marks->after_cr) != 0, 0)
               ? block_odd_ends(marks, block, place)
               : (struct block_ends){.cells = block->separators | block->lf, .lines = block->lf};
}

#endif

/* io/read/marks_block.h - what the implementations of marks.h have in common: 64 bytes of text are
   a block, and what is found in it are masks, whose bit i stands for byte i.

   Quotes: a byte is inside quotes when the number of quotes up to it is odd. Doubled quotes inside
   a cell change nothing about that, for there is no byte between the two. The exclusive-or of a bit
   with all bits below it says whether their number is odd; six shifts make it for all bits at once,
   each doubling how far down a bit has looked. */
#ifndef PELLTER_IO_READ_MARKS_BLOCK_H
#define PELLTER_IO_READ_MARKS_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
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

/* What is in a block that has `others` (CR, quotes and NULs), or is behind quotes or a CR that matter: few
   have. */
struct block {
    uint64_t separators, lf, cr, quotes, others;
};

/* What remains when quotes and CR LF have had their say. */
struct block_ends {
    uint64_t cells, lines; /* `cells` has the bits of `lines`, too */
};

/* Does what stands before a block matter in it? */
INLINED bool marks_go_on(const struct marks *marks)
{
    return (marks->inside | marks->after_cr) != 0;
}

/* Marks the quotes and NULs of the block that begins at `place`, and tells where cells end in it. */
struct block_ends block_quoted_ends(struct marks *marks, const struct block *block, uint32_t place);

/* The same of one that may have no more than CRs. */
INLINED struct block_ends block_odd_ends(struct marks *marks, const struct block *block,
                                         uint32_t place)
{
    /* a LF right behind a CR ends nothing */
    const uint64_t lines = (block->lf & ~(block->cr << 1 | marks->after_cr)) | block->cr;

    if (((block->others & ~block->cr) | marks->inside) != 0) {
        return block_quoted_ends(marks, block, place);
    }
    marks->after_cr = block->cr >> (BLOCK - 1);
    return (struct block_ends){.cells = block->separators | lines, .lines = lines};
}

/* The last block of a text ends before its 64th byte: the same with blanks behind it. */
INLINED void block_of_rest(char block[BLOCK], const char *text, size_t n)
{
    memset(block, ' ', BLOCK);
    memcpy(block, text, n);
}

#endif

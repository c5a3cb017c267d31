/* io/read/marks_portable.c - marks.h for every processor: eight bytes at a time, as the bytes of
   one 64-bit number.

   A byte below 80 (hexadecimal) has its top bit clear. Adding 7F to such a byte sets the top bit
   unless the byte is 0, and never carries into the byte above; so after an exclusive-or with eight
   copies of a character, the top bits that stay clear are where the character is. Likewise adding
   80 - k sets the top bit unless the byte is below k. Or-ing the text itself back in takes out the
   bytes from 80 on. */
#include "io/read/marks.h"

#include <string.h>
#include "io/read/marks_block.h"

#define EIGHT(byte) (0x0101010101010101U * (uint64_t)(unsigned char)(byte))
#define TOP_BITS EIGHT(0x80)
#define LOW_BITS EIGHT(0x7F)

/* All control characters that matter are below this one. */
#define CONTROLS 0x0E

/* The top bits of the eight bytes, as one byte: the factor moves bit 8 i to bit 56 + i. */
INLINED uint64_t gather_top_bits(uint64_t word)
{
    return ((word & TOP_BITS) >> 7) * 0x0102040810204080U >> 56;
}

INLINED uint64_t load_word(const char *text)
{
    uint64_t word;

    memcpy(&word, text, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

INLINED uint32_t count_bits(uint64_t bits)
{
    return (uint32_t)__builtin_popcountll(bits);
}

/* Separators have their own mask. All else is rare: it is found as one kind, and sorted one by one.
   */
INLINED struct block block_of(const char *text, uint64_t separators)
{
    struct block block = {0};
    uint64_t rare = 0; /* control characters and quotes */

    UNROLLED for (unsigned i = 0; i < BLOCK; i += 8)
    {
        const uint64_t word = load_word(text + i);
        const uint64_t low = word & LOW_BITS;
        const uint64_t no_separator = ((low ^ separators) + LOW_BITS) | word;
        const uint64_t no_quote = (low ^ EIGHT('"')) + LOW_BITS;
        const uint64_t no_control = low + EIGHT(0x80 - CONTROLS);
        block.separators |= gather_top_bits(~no_separator) << i;
        rare |= gather_top_bits(~((no_quote & no_control) | word)) << i;
    }
    for (rare &= ~block.separators; rare != 0; rare &= rare - 1) {
        const uint64_t bit = rare & (0 - rare);
        const char byte = text[__builtin_ctzll(rare)];
        block.lf |= byte == '\n' ? bit : 0;
        block.cr |= byte == '\r' ? bit : 0;
        block.quotes |= byte == '"' ? bit : 0;
        block.others |= byte == '\r' || byte == '"' || byte == '\0' ? bit : 0;
    }
    return block;
}

static void portable_mark(struct marks *m, const char *text, uint64_t separators, uint32_t place)
{
    const struct block block = block_of(text, separators);
    const struct block_ends ends =
        block.others != 0 || marks_go_on(m)
            ? block_odd_ends(m, &block, place)
            : (struct block_ends){.cells = block.separators | block.lf, .lines = block.lf};

    m->ends[place / BLOCK] = ends.cells;
    for (uint64_t lines = ends.lines; lines != 0; lines &= lines - 1) {
        const uint64_t up_to_it = lines ^ (lines - 1);
        m->lines[m->n_lines++] = (struct line_mark){place + (uint32_t)__builtin_ctzll(lines),
                                                    m->n_ends + count_bits(ends.cells & up_to_it)};
    }
    m->n_ends += count_bits(ends.cells);
}

void marks_portable(struct marks *marks, const char *text, size_t from, size_t to, char separator)
{
    size_t i = from;

    for (; to - i >= BLOCK; i += BLOCK) {
        portable_mark(marks, text + i, EIGHT(separator), (uint32_t)i);
    }
    if (i < to) {
        char rest[BLOCK];
        block_of_rest(rest, text + i, to - i);
        portable_mark(marks, rest, EIGHT(separator), (uint32_t)i);
    }
}

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

/* How many bits are set in the bytes of the word: byte i of the result counts bytes 0 to i. */
INLINED uint64_t counts_up_to_byte(uint64_t word)
{
    word -= word >> 1 & EIGHT(0x55);
    word = (word & EIGHT(0x33)) + (word >> 2 & EIGHT(0x33));
    return ((word + (word >> 4)) & EIGHT(0x0F)) * EIGHT(1);
}

/* Four of the numbers, plus `first`: two at a time, as halves of one 64-bit number. */
INLINED void write_four(uint32_t *out, const uint32_t *positions, uint64_t first)
{
    uint64_t two[2];

    memcpy(two, positions, sizeof two);
    two[0] += first << 32 | first;
    two[1] += first << 32 | first;
    memcpy(out, two, sizeof two);
}

/* Writes where the bits of a mask are, whose first bit stands for byte `place` of the text; returns
   how many. For each byte four numbers are written, of which the first few count, and the next ones
   are written over the others: a branch for each bit would take longer. */
INLINED size_t write_cells(uint32_t *out, uint64_t bits, uint32_t place, const uint32_t (*table)[8])
{
    const uint64_t counts = counts_up_to_byte(bits);
    size_t n = 0;

    UNROLLED for (unsigned k = 0; k < BLOCK; k += 8)
    {
        const uint32_t *const positions = table[bits >> k & 0xFF];
        const size_t n_after = counts >> k & 0xFF;
        write_four(out + n, positions, place + k);
        if (n_after > n + 4) {
            write_four(out + n + 4, positions + 4, place + k);
        }
        n = n_after;
    }
    return n;
}

/* The same where there is seldom more than one. */
INLINED size_t write_lines(uint32_t *out, uint64_t bits, uint32_t place)
{
    size_t n = 0;

    for (; bits != 0; bits &= bits - 1) {
        out[n++] = place + (uint32_t)__builtin_ctzll(bits);
    }
    return n;
}

void marks_portable(struct marks *marks, const char *text, size_t from, size_t to, char separator)
{
    struct marks m = *marks;
    const uint64_t separators = EIGHT(separator);

    for (size_t i = from; i < to; i += BLOCK) {
        struct block block = block_of(text + i, separators);
        struct block_ends ends;
        if (to - i < BLOCK) {
            block = block_cut(block, to - i);
        }
        ends = block_ends(&m, &block, (uint32_t)i);
        m.n_ends += write_cells(m.ends + m.n_ends, ends.cells, (uint32_t)i, m.bit_positions);
        m.n_line_ends += write_lines(m.line_ends + m.n_line_ends, ends.lines, (uint32_t)i);
    }
    *marks = m;
}

/* io/read/marks.c - see marks.h. Here is the implementation that needs no particular processor:
   eight bytes at a time, as the bytes of one 64-bit number.

   A byte below 80 (hexadecimal) has its top bit clear. Adding 7F to such a byte sets the top bit
   unless the byte is 0, and never carries into the byte above; so after an exclusive-or with eight
   copies of a character, the top bits that stay clear are where the character is. Likewise adding
   80 - k sets the top bit unless the byte is below k. Or-ing the text itself back in takes out the
   bytes from 80 on. */
#include "io/read/marks.h"

#include <string.h>
#include "io/read/marks_block.h"

#define BIT(k, bit) ((k) >> (bit)&1)
#define N_BELOW_1(k) BIT(k, 0)
#define N_BELOW_2(k) (BIT(k, 0) + BIT(k, 1))
#define N_BELOW_3(k) (N_BELOW_2(k) + BIT(k, 2))
#define N_BELOW_4(k) (N_BELOW_3(k) + BIT(k, 3))
#define N_BELOW_5(k) (N_BELOW_4(k) + BIT(k, 4))
#define N_BELOW_6(k) (N_BELOW_5(k) + BIT(k, 5))
#define N_BELOW_7(k) (N_BELOW_6(k) + BIT(k, 6))
#define PLACED(k, bit) ((uint64_t)(BIT(k, bit) * (bit)) << 8 * N_BELOW_##bit(k))
#define ENTRY(k)                                                                               \
    (PLACED(k, 1) | PLACED(k, 2) | PLACED(k, 3) | PLACED(k, 4) | PLACED(k, 5) | PLACED(k, 6) | \
     PLACED(k, 7))
#define ENTRIES_4(k) ENTRY(k), ENTRY((k) + 1), ENTRY((k) + 2), ENTRY((k) + 3)
#define ENTRIES_16(k) ENTRIES_4(k), ENTRIES_4((k) + 4), ENTRIES_4((k) + 8), ENTRIES_4((k) + 12)
#define ENTRIES_64(k) \
    ENTRIES_16(k), ENTRIES_16((k) + 16), ENTRIES_16((k) + 32), ENTRIES_16((k) + 48)

const uint64_t bit_positions[256] = {ENTRIES_64(0U), ENTRIES_64(64U), ENTRIES_64(128U),
                                     ENTRIES_64(192U)};

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

/* Separators have their own mask. All else is rare: it is found as one kind, and sorted one by one. */
INLINED struct block block_of(const char *text, uint64_t separators)
{
    struct block block = {0};
    uint64_t rare = 0; /* control characters and quotes */

    UNROLLED for (unsigned i = 0; i < BLOCK; i += 8) {
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

INLINED uint32_t known_bit(uint64_t known, unsigned i)
{
    return (uint32_t)(known >> 8 * i) & 7;
}

/* Writes where the bits of a mask are, whose first bit stands for byte `place` of the text; returns
   how many. For each byte four numbers are written, of which the first few count, and the next ones
   are written over the others: a branch for each bit would take longer. */
INLINED size_t write_cells(uint32_t *out, uint64_t bits, uint32_t place)
{
    const uint64_t counts = counts_up_to_byte(bits);
    size_t n = 0;

    UNROLLED for (unsigned k = 0; k < BLOCK; k += 8) {
        const uint64_t known = bit_positions[bits >> k & 0xFF];
        const size_t n_after = counts >> k & 0xFF;
        UNROLLED for (unsigned i = 0; i < 4; i++) {
            out[n + i] = place + k + known_bit(known, i);
        }
        for (unsigned i = 4; i < n_after - n; i++) {
            out[n + i] = place + k + known_bit(known, i);
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
        m.n_ends += write_cells(m.ends + m.n_ends, ends.cells, (uint32_t)i);
        m.n_line_ends += write_lines(m.line_ends + m.n_line_ends, ends.lines, (uint32_t)i);
    }
    *marks = m;
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

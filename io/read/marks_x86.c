/* io/read/marks_x86.c - marks.h for processors with AVX2 and with AVX-512BW: a comparison of 32 or
   64 bytes with a character gives its mask at once. Compiled for these processors function by
   function, so that the program runs on every other one, too.

   Masks become positions without a branch: eight or sixteen numbers are written, of which the first
   few count, and the next ones are written over the others. AVX2: a table knows the positions of
   the bits of each byte. AVX-512: of the numbers 0 to 15, those whose bit is set are moved
   together. */
#include "io/read/marks.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include "io/read/marks_block.h"

/* Text that is in the second cache takes longer to come than a block takes to be marked. */
#define AHEAD 512

#define FOR_AVX2 __attribute__((target("avx2,bmi,popcnt")))
#define FOR_AVX512 __attribute__((target("avx512f,avx512bw,bmi,popcnt")))

/* By its last four bits: the byte of NUL, quote and CR that has these; or none that is ASCII. */
#define OTHERS '\0', -1, '"', -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, '\r', -1, -1

/* A processor's functions must be inlined into its own kind. */
#define INLINED_AVX2 FOR_AVX2 INLINED
#define INLINED_AVX512 FOR_AVX512 INLINED

/* Writes where the bits of a mask are, whose first bit stands for byte `place` of the text; returns
   how many. */
INLINED_AVX2 size_t write_cells(uint32_t *out, uint64_t bits, uint32_t place,
                                const uint32_t (*table)[8])
{
    const uint32_t *const first = out;
    const __m256i eight = _mm256_set1_epi32(8);
    __m256i places = _mm256_set1_epi32((int)place);

    UNROLLED for (unsigned k = 0; k < BLOCK; k += 8)
    {
        const unsigned byte = (unsigned)(bits >> k) & 0xFF;
        const __m256i positions = _mm256_loadu_si256((const __m256i *)(const void *)table[byte]);
        _mm256_storeu_si256((__m256i *)(void *)out, _mm256_add_epi32(places, positions));
        out += _mm_popcnt_u32(byte);
        places = _mm256_add_epi32(places, eight);
    }
    return (size_t)(out - first);
}

/* The same where there is seldom more than one or two. */
INLINED_AVX2 size_t write_lines(uint32_t *out, uint64_t bits, uint32_t place)
{
    const size_t n = (size_t)_mm_popcnt_u64(bits);

    for (size_t k = 0; k < 2; k++) {
        out[k] = place + (uint32_t)_tzcnt_u64(bits);
        bits = _blsr_u64(bits);
    }
    for (size_t k = 2; k < n; k++) {
        out[k] = place + (uint32_t)_tzcnt_u64(bits);
        bits = _blsr_u64(bits);
    }
    return n;
}

INLINED_AVX2 uint64_t avx2_equal(__m256i low, __m256i high, char byte)
{
    const __m256i bytes = _mm256_set1_epi8(byte);
    const uint32_t low_bits = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, bytes));
    const uint32_t high_bits = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, bytes));

    return low_bits | (uint64_t)high_bits << 32;
}

/* CR, quotes and NULs differ in their last four bits: a shuffle puts in the place of each byte the
   one of the three that it could be (0 for bytes from 80 on, which is none of these). */
INLINED_AVX2 uint64_t avx2_others(__m256i low, __m256i high)
{
    const __m256i known = _mm256_setr_epi8(OTHERS, OTHERS);
    const uint32_t low_bits =
        (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, _mm256_shuffle_epi8(known, low)));
    const uint32_t high_bits =
        (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, _mm256_shuffle_epi8(known, high)));

    return low_bits | (uint64_t)high_bits << 32;
}

INLINED_AVX2 struct block avx2_block(const char *text, char separator)
{
    const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)text);
    const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(text + 32));
    struct block block = {.separators = avx2_equal(low, high, separator),
                          .lf = avx2_equal(low, high, '\n'),
                          .others = avx2_others(low, high)};

    if (block.others != 0) {
        block.cr = avx2_equal(low, high, '\r');
        block.quotes = avx2_equal(low, high, '"');
    }
    return block;
}

INLINED_AVX2 void avx2_mark(struct marks *m, const struct block *block, uint32_t place)
{
    const struct block_ends ends = block_ends(m, block, place);

    m->n_ends += write_cells(m->ends + m->n_ends, ends.cells, place, m->bit_positions);
    m->n_line_ends += write_lines(m->line_ends + m->n_line_ends, ends.lines, place);
}

FOR_AVX2 void marks_avx2(struct marks *marks, const char *text, size_t from, size_t to,
                         char separator)
{
    struct marks m = *marks;
    size_t i = from;

    for (; to - i >= BLOCK; i += BLOCK) {
        const struct block block = avx2_block(text + i, separator);
        __builtin_prefetch(text + i + AHEAD);
        avx2_mark(&m, &block, (uint32_t)i);
    }
    if (i < to) {
        const struct block block = block_cut(avx2_block(text + i, separator), to - i);
        avx2_mark(&m, &block, (uint32_t)i);
    }
    *marks = m;
}

INLINED_AVX512 size_t write_cells_512(uint32_t *out, uint64_t bits, uint32_t place)
{
    const uint32_t *const first = out;
    const __m512i sixteen = _mm512_set1_epi32(16);
    __m512i places =
        _mm512_add_epi32(_mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
                         _mm512_set1_epi32((int)place));

    UNROLLED for (unsigned k = 0; k < BLOCK; k += 16)
    {
        const unsigned some = (unsigned)(bits >> k) & 0xFFFF;
        /* compressing straight into memory is many times slower on some processors */
        _mm512_storeu_si512(out, _mm512_maskz_compress_epi32((__mmask16)some, places));
        out += _mm_popcnt_u32(some);
        places = _mm512_add_epi32(places, sixteen);
    }
    return (size_t)(out - first);
}

INLINED_AVX512 struct block avx512_block(const char *text, char separator)
{
    const __m512i bytes = _mm512_loadu_si512(text);
    const __m512i known = _mm512_broadcast_i32x4(_mm_setr_epi8(OTHERS));
    struct block block = {.separators = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(separator)),
                          .lf = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n')),
                          .others =
                              _mm512_cmpeq_epi8_mask(bytes, _mm512_shuffle_epi8(known, bytes))};

    if (block.others != 0) {
        block.cr = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\r'));
        block.quotes = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"'));
    }
    return block;
}

INLINED_AVX512 void avx512_mark(struct marks *m, const struct block *block, uint32_t place)
{
    const struct block_ends ends = block_ends(m, block, place);

    m->n_ends += write_cells_512(m->ends + m->n_ends, ends.cells, place);
    m->n_line_ends += write_lines(m->line_ends + m->n_line_ends, ends.lines, place);
}

FOR_AVX512 void marks_avx512(struct marks *marks, const char *text, size_t from, size_t to,
                             char separator)
{
    struct marks m = *marks;
    size_t i = from;

    for (; to - i >= BLOCK; i += BLOCK) {
        const struct block block = avx512_block(text + i, separator);
        __builtin_prefetch(text + i + AHEAD);
        avx512_mark(&m, &block, (uint32_t)i);
    }
    if (i < to) {
        const struct block block = block_cut(avx512_block(text + i, separator), to - i);
        avx512_mark(&m, &block, (uint32_t)i);
    }
    *marks = m;
}

#else
extern int marks_x86_is_empty; /* ISO C wants a declaration in every file */
#endif

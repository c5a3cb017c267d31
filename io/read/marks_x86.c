/* io/read/marks_x86.c - marks.h for processors with AVX2 and with AVX-512BW: a comparison of 32 or
   64 bytes with a character gives its mask at once. Compiled for these processors function by
   function, so that the program runs on every other one, too.

   Only line ends become positions; the first is written whether there is one or not. */
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

/* What is written of every block, apart from what few blocks need. */
struct written {
    uint64_t *ends;
    struct line_mark *line; /* behind the last one */
    uint32_t n_ends;
};

INLINED struct written written_begin(const struct marks *marks, size_t from)
{
    return (struct written){marks->ends + from / BLOCK, marks->lines + marks->n_lines,
                            marks->n_ends};
}

INLINED void written_end(const struct written *w, struct marks *marks)
{
    marks->n_lines = (size_t)(w->line - marks->lines);
    marks->n_ends = w->n_ends;
}

/* The line end that is the lowest bit of `lines`. */
INLINED_AVX2 struct line_mark line_mark(const struct written *w, uint64_t cells, uint64_t lines,
                                        uint32_t place)
{
    return (struct line_mark){place + (uint32_t)_tzcnt_u64(lines),
                              w->n_ends + (uint32_t)_mm_popcnt_u64(cells & _blsmsk_u64(lines))};
}

/* Writes the marks of a block, which seldom has more than one line end. */
INLINED_AVX2 void write_marks(struct written *w, struct block_ends ends, uint32_t place)
{
    const size_t n = (size_t)_mm_popcnt_u64(ends.lines);
    uint64_t left = ends.lines;

    *w->ends++ = ends.cells;
    w->line[0] = line_mark(w, ends.cells, left, place);
    for (size_t k = 1; k < n; k++) {
        left = _blsr_u64(left);
        w->line[k] = line_mark(w, ends.cells, left, place);
    }
    w->line += n;
    w->n_ends += (uint32_t)_mm_popcnt_u64(ends.cells);
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

FOR_AVX2 void marks_avx2(struct marks *marks, const char *text, size_t from, size_t to,
                         char separator)
{
    struct written w = written_begin(marks, from);
    size_t i = from;

    for (; to - i >= BLOCK; i += BLOCK) {
        const struct block block = avx2_block(text + i, separator);
        __builtin_prefetch(text + i + AHEAD);
        write_marks(&w, block_ends(marks, &block, (uint32_t)i), (uint32_t)i);
    }
    if (i < to) {
        const struct block block = block_cut(avx2_block(text + i, separator), to - i);
        write_marks(&w, block_ends(marks, &block, (uint32_t)i), (uint32_t)i);
    }
    written_end(&w, marks);
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

FOR_AVX512 void marks_avx512(struct marks *marks, const char *text, size_t from, size_t to,
                             char separator)
{
    struct written w = written_begin(marks, from);
    size_t i = from;

    for (; to - i >= BLOCK; i += BLOCK) {
        const struct block block = avx512_block(text + i, separator);
        __builtin_prefetch(text + i + AHEAD);
        write_marks(&w, block_ends(marks, &block, (uint32_t)i), (uint32_t)i);
    }
    if (i < to) {
        const struct block block = block_cut(avx512_block(text + i, separator), to - i);
        write_marks(&w, block_ends(marks, &block, (uint32_t)i), (uint32_t)i);
    }
    written_end(&w, marks);
}

#else
extern int marks_x86_is_empty; /* ISO C wants a declaration in every file */
#endif

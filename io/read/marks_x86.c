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

/* 64 bytes of text. */
struct avx2_bytes {
    __m256i low, high;
};

INLINED_AVX2 uint64_t avx2_mask(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
                                                     << 32;
}

INLINED_AVX2 uint64_t avx2_equal(struct avx2_bytes bytes, char byte)
{
    const __m256i wanted = _mm256_set1_epi8(byte);

    return avx2_mask(_mm256_cmpeq_epi8(bytes.low, wanted), _mm256_cmpeq_epi8(bytes.high, wanted));
}

/* CR, quotes and NULs differ in their last four bits: a shuffle puts in the place of each byte the one of
   the three that it could be (0 for bytes from 80 on, which is none of these). */
INLINED_AVX2 struct avx2_bytes avx2_others(struct avx2_bytes bytes)
{
    const __m256i known = _mm256_setr_epi8(OTHERS, OTHERS);

    return (struct avx2_bytes){
        _mm256_cmpeq_epi8(bytes.low, _mm256_shuffle_epi8(known, bytes.low)),
        _mm256_cmpeq_epi8(bytes.high, _mm256_shuffle_epi8(known, bytes.high))};
}

INLINED_AVX2 struct avx2_bytes avx2_load(const char *text)
{
    return (struct avx2_bytes){
        _mm256_loadu_si256((const __m256i *)(const void *)text),
        _mm256_loadu_si256((const __m256i *)(const void *)(text + BLOCK / 2))};
}

/* Out of the way of blocks that have none of these. */
FOR_AVX2 static __attribute__((noinline)) struct block_ends avx2_odd_ends(struct marks *marks,
                                                                          const char *text,
                                                                          char separator,
                                                                          uint32_t place)
{
    const struct avx2_bytes bytes = avx2_load(text), others = avx2_others(bytes);
    const struct block block = {.separators = avx2_equal(bytes, separator),
                                .lf = avx2_equal(bytes, '\n'),
                                .cr = avx2_equal(bytes, '\r'),
                                .quotes = avx2_equal(bytes, '"'),
                                .others = avx2_mask(others.low, others.high)};

    return block_odd_ends(marks, &block, place);
}

/* Marks blocks as long as they have neither CR nor quote nor NUL; returns where the first begins that has. What
   the blocks are compared with stays in registers: nothing is called. */
INLINED_AVX2 size_t avx2_plain(struct written *w, const char *text, size_t i, size_t to,
                               char separator)
{
    for (; to - i >= BLOCK; i += BLOCK) {
        const struct avx2_bytes bytes = avx2_load(text + i), others = avx2_others(bytes);
        const __m256i any = _mm256_or_si256(others.low, others.high);
        const uint64_t lf = avx2_equal(bytes, '\n');

        if (!_mm256_testz_si256(any, any)) {
            break;
        }
        __builtin_prefetch(text + i + AHEAD);
        write_marks(w, (struct block_ends){.cells = avx2_equal(bytes, separator) | lf, .lines = lf},
                    (uint32_t)i);
    }
    return i;
}

FOR_AVX2 void marks_avx2(struct marks *marks, const char *text, size_t from, size_t to,
                         char separator)
{
    struct written w = written_begin(marks, from);
    size_t i = from;

    for (;;) {
        i = marks_go_on(marks) ? i : avx2_plain(&w, text, i, to, separator);
        if (to - i < BLOCK) {
            break;
        }
        write_marks(&w, avx2_odd_ends(marks, text + i, separator, (uint32_t)i), (uint32_t)i);
        i += BLOCK;
    }
    if (i < to) {
        char rest[BLOCK];
        block_of_rest(rest, text + i, to - i);
        write_marks(&w, avx2_odd_ends(marks, rest, separator, (uint32_t)i), (uint32_t)i);
    }
    written_end(&w, marks);
}

INLINED_AVX512 uint64_t avx512_others(__m512i bytes)
{
    const __m512i known = _mm512_broadcast_i32x4(_mm_setr_epi8(OTHERS));

    return _mm512_cmpeq_epi8_mask(bytes, _mm512_shuffle_epi8(known, bytes));
}

FOR_AVX512 static __attribute__((noinline)) struct block_ends avx512_odd_ends(struct marks *marks,
                                                                              const char *text,
                                                                              char separator,
                                                                              uint32_t place)
{
    const __m512i bytes = _mm512_loadu_si512(text);
    const struct block block = {.separators =
                                    _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(separator)),
                                .lf = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n')),
                                .cr = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\r')),
                                .quotes = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"')),
                                .others = avx512_others(bytes)};

    return block_odd_ends(marks, &block, place);
}

/* As avx2_plain(). */
INLINED_AVX512 size_t avx512_plain(struct written *w, const char *text, size_t i, size_t to,
                                   char separator)
{
    for (; to - i >= BLOCK; i += BLOCK) {
        const __m512i bytes = _mm512_loadu_si512(text + i);
        const uint64_t lf = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n'));
        const uint64_t separators = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(separator));

        if (avx512_others(bytes) != 0) {
            break;
        }
        __builtin_prefetch(text + i + AHEAD);
        write_marks(w, (struct block_ends){.cells = separators | lf, .lines = lf}, (uint32_t)i);
    }
    return i;
}

FOR_AVX512 void marks_avx512(struct marks *marks, const char *text, size_t from, size_t to,
                             char separator)
{
    struct written w = written_begin(marks, from);
    size_t i = from;

    for (;;) {
        i = marks_go_on(marks) ? i : avx512_plain(&w, text, i, to, separator);
        if (to - i < BLOCK) {
            break;
        }
        write_marks(&w, avx512_odd_ends(marks, text + i, separator, (uint32_t)i), (uint32_t)i);
        i += BLOCK;
    }
    if (i < to) {
        char rest[BLOCK];
        block_of_rest(rest, text + i, to - i);
        write_marks(&w, avx512_odd_ends(marks, rest, separator, (uint32_t)i), (uint32_t)i);
    }
    written_end(&w, marks);
}

#else
extern int marks_x86_is_empty; /* ISO C wants a declaration in every file */
#endif

/* io/run/items.c - where cells end says which of them are empty, and that no other is longer than one
   character. With AVX2 (scales/wide.h) sixteen characters become answers at once; elsewhere one by
   one. */
#include "io/run/items.h"

#include "scales/wide.h"

#if defined(HAS_WIDE)
#include <immintrin.h>
#endif

struct digit_range digit_range_of(const struct item_group *group)
{
    const int first = group->lowest > 0 ? group->lowest : 0;
    const int last = group->highest < 9 ? group->highest : 9;
    return (struct digit_range){.first = first, .span = last - first};
}

void set_bits_fill(struct set_bits *bits)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        size_t n = 0;
        for (uint8_t bit = 0; bit < 8; bit++) {
            bits->places[byte][n] = bit;
            n += byte >> bit & 1;
        }
    }
}

/* The n cells of one row, of which the first begins at `start`. */
static bool read_one_by_one(const struct digit_range *range, const struct raw_row *row,
                            size_t start, size_t n, answer out[])
{
    const unsigned first = (unsigned)range->first, span = (unsigned)range->span;
    unsigned odd = 0;
    /* Without a branch: which cells are empty cannot be foreseen. */
    for (size_t i = 0; i < n; i++) {
        const size_t end = cell_end(row->ends, start), length = end - start;
        const unsigned digit = (unsigned)(unsigned char)row->text[start] - '0';
        const unsigned plain = (unsigned)(length == 1) & (unsigned)(digit - first <= span);
        const unsigned mask = 0 - plain;
        out[i] = (answer)(uint8_t)((digit & mask) | ((unsigned)(uint8_t)ANSWER_MISSING & ~mask));
        odd |= (plain ^ 1) & (unsigned)(length > 0);
        start = end + 1;
    }
    return odd == 0;
}

static size_t read_any(const struct digit_range *range, const struct raw_row rows[],
                       const char *const starts[], size_t n_rows, size_t column, size_t n,
                       answer out[], uint8_t others[])
{
    size_t n_others = 0;
    for (size_t r = 0; r < n_rows; r++) {
        const struct raw_row *const row = &rows[r];
        if (column + n > row->n_cells ||
            !read_one_by_one(range, row, (size_t)(starts[r] - row->text), n,
                             out + r * ROW_STRIDE(n))) {
            others[n_others++] = (uint8_t)r;
        }
    }
    return n_others;
}

#if defined(HAS_WIDE)
/* What sixteen cells are compared with, or the n last ones of a row; twice, for two rows. */
struct sixteen {
    __m256i lowest, span, first; /* `first` is the answer of the lowest digit */
    __m256i wanted;              /* bytes of ones: there is a cell */
};

FOR_WIDE static inline struct sixteen sixteen_of(const struct digit_range *range, size_t n)
{
    const __m256i places = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    return (struct sixteen){.lowest = _mm256_set1_epi8((char)('0' + range->first)),
                            .span = _mm256_set1_epi8((char)range->span),
                            .first = _mm256_set1_epi8((char)range->first),
                            .wanted = _mm256_cmpgt_epi8(_mm256_set1_epi8((char)n), places)};
}

/* Single characters of two rows: they stand in the even bytes. Bytes of ones: no digit within the range. */
FOR_WIDE static inline __m256i read_two(const struct sixteen *like, const char *const text[],
                                        size_t place, answer *first, answer *second)
{
    const __m256i even = _mm256_set1_epi16(0xff);
    const __m256i a = _mm256_and_si256(
        _mm256_loadu_si256((const __m256i *)(const void *)(text[0] + place)), even);
    const __m256i b = _mm256_and_si256(
        _mm256_loadu_si256((const __m256i *)(const void *)(text[1] + place)), even);
    const __m256i digits = _mm256_permute4x64_epi64(_mm256_packus_epi16(a, b), 0xd8);
    const __m256i above = _mm256_sub_epi8(digits, like->lowest);
    const __m256i fits = _mm256_cmpeq_epi8(_mm256_min_epu8(above, like->span), above);
    _mm256_storeu2_m128i((__m128i_u *)(void *)second, (__m128i_u *)(void *)first,
                         _mm256_add_epi8(above, like->first));
    return _mm256_andnot_si256(fits, like->wanted);
}

/* A set bit becomes a byte of ones, of the lowest 32. */
FOR_WIDE static inline __m256i bytes_of_bits(uint64_t bits)
{
    const __m256i byte = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2,
                                          2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
    const __m256i bit = _mm256_set1_epi64x((long long)0x8040201008040201);
    const __m256i spread = _mm256_shuffle_epi8(_mm256_set1_epi32((int)(uint32_t)bits), byte);
    return _mm256_cmpeq_epi8(_mm256_and_si256(spread, bit), bit);
}

/* Of 32 bytes the first sixteen whose bit is set, one behind the other; what is behind these means
   nothing. */
FOR_WIDE static inline void pack_bytes(const struct set_bits *bits, __m256i bytes, uint64_t wanted,
                                       answer *out)
{
    __m128i *const behind = (__m128i *)(void *)(out + 16);
    const __m128i kept = _mm_loadu_si128(behind);
    unsigned char all[32];
    _mm256_storeu_si256((__m256i *)(void *)all, bytes);
    for (size_t i = 0; i < sizeof all; i += 8, wanted >>= 8) {
        const __m128i eight = _mm_loadl_epi64((const __m128i *)(const void *)(all + i));
        const __m128i places =
            _mm_loadl_epi64((const __m128i *)(const void *)bits->places[wanted & 0xff]);
        _mm_storel_epi64((__m128i *)(void *)out, _mm_shuffle_epi8(eight, places));
        out += _mm_popcnt_u32((unsigned)(wanted & 0xff));
    }
    _mm_storeu_si128(behind, kept);
}

/* n <= 16 cells, of which any may be empty: all characters become answers, and each cell takes the one where
   it begins. True: empty cells, and digits within the range. */
FOR_WIDE static inline bool read_gaps(const struct sixteen *like, const struct set_bits *bits,
                                      uint64_t ends, const char *text, size_t n, answer *out)
{
    const uint64_t begins = ends << 1 | 1;
    const __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)text);
    const __m256i above = _mm256_sub_epi8(bytes, like->lowest);
    const __m256i empty = bytes_of_bits(ends);
    const __m256i fits = _mm256_cmpeq_epi8(_mm256_min_epu8(above, like->span), above);
    const uint32_t good = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(fits, empty));
    /* a cell's second character, or a first one that is no answer */
    const uint64_t odd = ~ends & ~(begins & good);
    pack_bytes(bits,
               _mm256_blendv_epi8(_mm256_add_epi8(above, like->first),
                                  _mm256_set1_epi8(ANSWER_MISSING), empty),
               begins, out);
    return (size_t)_mm_popcnt_u64(ends & (_blsmsk_u64(odd) >> 1)) >= n;
}

/* The cells of a row of which some are empty, or of a long one. */
FOR_WIDE static bool read_row(const struct sixteen *first, const struct sixteen *last,
                              const struct set_bits *bits, const struct raw_row *row,
                              const char *text, size_t n, answer out[])
{
    for (; n > 16; n -= 16, out += 16) {
        const uint64_t ends = ends_from(row->ends, (size_t)(text - row->text));
        if (!read_gaps(first, bits, ends, text, 16, out)) {
            return false;
        }
        text += _tzcnt_u64(_pdep_u64((uint64_t)1 << 15, ends)) + 1; /* behind the sixteenth end */
    }
    return read_gaps(last, bits, ends_from(row->ends, (size_t)(text - row->text)), text, n, out);
}

/* Four rows of up to 32 cells that end behind[]: bits, those that have one digit in each cell. Such a row takes
   two bytes a cell and has digits in all even ones; and only such a row: of cells of another length, the first that
   has an even number of characters would have its separator there. */
FOR_WIDE static INTO_CALLER unsigned read_four(const struct sixteen *first,
                                               const struct sixteen *last,
                                               const char *const starts[],
                                               const char *const behind[], size_t n, answer out[])
{
    const size_t stride = ROW_STRIDE(n), at = stride - 16;
    const __m256i length =
        _mm256_sub_epi64(_mm256_loadu_si256((const __m256i *)(const void *)behind),
                         _mm256_loadu_si256((const __m256i *)(const void *)starts));
    const __m256i whole = _mm256_cmpeq_epi64(length, _mm256_set1_epi64x((long long)(2 * n)));
    __m256i a = read_two(last, starts, 2 * at, out + at, out + stride + at);
    __m256i b = read_two(last, starts + 2, 2 * at, out + 2 * stride + at, out + 3 * stride + at);
    if (n > 16) {
        a = _mm256_or_si256(a, read_two(first, starts, 0, out, out + stride));
        b = _mm256_or_si256(b, read_two(first, starts + 2, 0, out + 2 * stride, out + 3 * stride));
    }
    a = _mm256_and_si256(a, _mm256_permute4x64_epi64(whole, 0x50));
    b = _mm256_and_si256(b, _mm256_permute4x64_epi64(whole, 0xfa));
    a = _mm256_or_si256(a, b);
    /* a row in which there is something else is rare: all four are looked at again */
    return _mm256_testz_si256(a, a) ? (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(whole)) : 0;
}

/* Lists the rows that are not known to have one digit in each cell; without a branch on what nobody can foresee:
   which rows have an empty one. */
FOR_WIDE static INTO_CALLER size_t read_full(const struct sixteen *first,
                                             const struct sixteen *last, const char *const starts[],
                                             const char *const behind[], size_t n_rows, size_t n,
                                             answer out[], uint8_t gaps[])
{
    const size_t n_fours = n_rows / 4;
    size_t n_gaps = 0;
    for (size_t i = 0; i < n_fours; i++) {
        const unsigned full =
            read_four(first, last, starts + 4 * i, behind + 4 * i, n, out + 4 * i * ROW_STRIDE(n));
        for (unsigned k = 0; k < 4; k++) {
            gaps[n_gaps] = (uint8_t)(4 * i + k);
            n_gaps += (full >> k & 1) ^ 1;
        }
    }
    for (size_t r = 4 * n_fours; r < n_rows; r++) {
        gaps[n_gaps++] = (uint8_t)r;
    }
    return n_gaps;
}

/* Where rows of at most SEEN_AT_ONCE cells end, as far as these are of one character each. */
#define SEEN_AT_ONCE 28
FOR_WIDE static inline void find_behind(const struct raw_row rows[], const char *const starts[],
                                        size_t n_rows, size_t column, size_t n,
                                        const char *behind[])
{
    const uint64_t looked_at = ((uint64_t)1 << 2 * n) - 1;
    const uint64_t ends = UINT64_C(0xAAAAAAAAAAAAAAAA) & looked_at;
    for (size_t r = 0; r < n_rows; r++) {
        const uint64_t got = ends_from(rows[r].ends, (size_t)(starts[r] - rows[r].text));
        const bool whole = (got & looked_at) == ends && column + n <= rows[r].n_cells;
        behind[r] = starts[r] + (whole ? 2 * n : 0);
    }
}

FOR_WIDE static size_t read_wide(const struct digit_range *range, const struct set_bits *bits,
                                 const struct raw_row rows[], const char *const starts[],
                                 const char *const behind[], size_t n_rows, size_t column, size_t n,
                                 answer out[], uint8_t others[])
{
    const size_t stride = ROW_STRIDE(n);
    const struct sixteen first = sixteen_of(range, 16), last = sixteen_of(range, (n - 1) % 16 + 1);
    const char *seen[STARTS_ROWS];
    uint8_t gaps[STARTS_ROWS];
    size_t n_gaps = 0, n_others = 0;
    if (behind == NULL && n <= SEEN_AT_ONCE) {
        find_behind(rows, starts, n_rows, column, n, seen);
        behind = seen;
    }
    if (behind != NULL && n <= 32) {
        n_gaps = n <= 16 ? read_full(&first, &last, starts, behind, n_rows, n, out, gaps)
                         : read_full(&first, &last, starts, behind, n_rows, n, out, gaps);
    } else {
        for (; n_gaps < n_rows; n_gaps++) {
            gaps[n_gaps] = (uint8_t)n_gaps;
        }
    }
    for (size_t i = 0; i < n_gaps; i++) {
        const size_t r = gaps[i];
        others[n_others] = (uint8_t)r;
        n_others += column + n > rows[r].n_cells ||
                    !read_row(&first, &last, bits, &rows[r], starts[r], n, out + r * stride);
    }
    return n_others;
}
#else
static size_t read_wide(const struct digit_range *range, const struct set_bits *bits,
                        const struct raw_row rows[], const char *const starts[],
                        const char *const behind[], size_t n_rows, size_t column, size_t n,
                        answer out[], uint8_t others[])
{
    (void)bits;
    (void)behind;
    return read_any(range, rows, starts, n_rows, column, n, out, others);
}
#endif

size_t items_read(const struct digit_range *range, const struct set_bits *bits,
                  const struct raw_row rows[], const char *const starts[],
                  const char *const behind[], size_t n_rows, size_t column, size_t n, answer out[],
                  uint8_t others[])
{
    if (range->span < 0) { /* no digit is an answer */
        for (size_t r = 0; r < n_rows; r++) {
            others[r] = (uint8_t)r;
        }
        return n_rows;
    }
    return has_wide() ? read_wide(range, bits, rows, starts, behind, n_rows, column, n, out, others)
                      : read_any(range, rows, starts, n_rows, column, n, out, others);
}

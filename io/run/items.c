/* io/run/items.c - with SSE2, which every x86-64 has, sixteen answers are checked and packed at once,
   where none is missing; with AVX2 (scales/wide.h) those with gaps as well. Elsewhere the same is done
   one by one. */
#include "io/run/items.h"

#include "scales/wide.h"

#if defined(HAS_WIDE)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

struct digit_range digit_range_of(const struct item_group *group, char separator)
{
    const int first = group->lowest > 0 ? group->lowest : 0;
    const int last = group->highest < 9 ? group->highest : 9;
    return (struct digit_range){.first = first, .span = last - first, .separator = separator};
}

#if defined(__SSE2__)
/* Are n <= 16 cells from `text` on single digits within the range, with separators between them? Then
   their answers. Digits stand in the even bytes, separators in the odd ones. */
static inline bool read_sixteen(const struct digit_range *range, const char *text, size_t n,
                                answer *out)
{
    const __m128i low_bytes = _mm_set1_epi16(0xff);
    const __m128i a = _mm_loadu_si128((const __m128i *)(const void *)text);
    const __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(text + 16));
    const __m128i digits =
        _mm_packus_epi16(_mm_and_si128(a, low_bytes), _mm_and_si128(b, low_bytes));
    const __m128i between = _mm_packus_epi16(_mm_srli_epi16(a, 8), _mm_srli_epi16(b, 8));
    const __m128i above = _mm_sub_epi8(digits, _mm_set1_epi8((char)('0' + range->first)));
    const __m128i fits =
        _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8((char)range->span)), above);
    const __m128i parted = _mm_cmpeq_epi8(between, _mm_set1_epi8(range->separator));
    const unsigned wanted = (1u << n) - 1;
    /* What ends the last cell is not looked at: it may be the end of the row. */
    _mm_storeu_si128((__m128i *)(void *)out, _mm_sub_epi8(digits, _mm_set1_epi8('0')));
    return ((unsigned)_mm_movemask_epi8(fits) & wanted) == wanted &&
           ((unsigned)_mm_movemask_epi8(parted) & wanted >> 1) == wanted >> 1;
}

static inline bool read_all_digits(const struct digit_range *range, const char *text, size_t n,
                                   answer *out)
{
    for (; n > 16; n -= 16, text += 32, out += 16) {
        if (text[31] != range->separator || !read_sixteen(range, text, 16, out)) {
            return false;
        }
    }
    return read_sixteen(range, text, n, out);
}
#else
static inline bool read_all_digits(const struct digit_range *range, const char *text, size_t n,
                                   answer *out)
{
    (void)range, (void)text, (void)n, (void)out;
    return false;
}
#endif

/* The n cells of one row: the first begins at text[start], cell i ends at text[ends[i]]. */
static bool read_one_by_one(const struct digit_range *range, const char *text, uint32_t start,
                            const uint32_t ends[], size_t n, answer out[])
{
    const unsigned first = (unsigned)range->first, span = (unsigned)range->span;
    unsigned odd = 0;
    /* Without a branch: which cells are empty cannot be foreseen. */
    for (size_t i = 0; i < n; i++) {
        const uint32_t length = ends[i] - start;
        const unsigned digit = (unsigned)(unsigned char)text[start] - '0';
        const unsigned plain = (unsigned)(length == 1) & (unsigned)(digit - first <= span);
        const unsigned mask = 0 - plain;
        out[i] = (answer)(uint8_t)((digit & mask) | ((unsigned)(uint8_t)ANSWER_MISSING & ~mask));
        odd |= (plain ^ 1) & (unsigned)(length > 0);
        start = ends[i] + 1;
    }
    return odd == 0;
}

#if defined(HAS_WIDE)
/* Where 8 cells end, or (from one end before) end the cells before them; of the first n only. */
FOR_WIDE static inline __m256i load_ends(const uint32_t ends[], size_t n)
{
    const __m256i numbers = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i some = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), numbers);
    return _mm256_maskload_epi32((const int *)(const void *)ends, some);
}

/* Sixteen numbers as bytes; those above 255 as 255. */
FOR_WIDE static inline __m128i as_bytes(__m256i a, __m256i b)
{
    const __m128i low = _mm_packs_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
    const __m128i high = _mm_packs_epi32(_mm256_castsi256_si128(b), _mm256_extracti128_si256(b, 1));
    return _mm_packus_epi16(low, high);
}

/* n <= 16 cells, of which any may be empty: the first character of each is fetched from the 32 bytes in
   which they all are, if none is longer than one. There is an end before ends[0]. */
FOR_WIDE static inline bool read_sixteen_wide(const struct digit_range *range, const char *text,
                                              const uint32_t ends[], size_t n, answer *out)
{
    const size_t n_first = n < 8 ? n : 8, n_last = n - n_first;
    /* cppcheck-suppress negativeIndex */
    const uint32_t start = ends[-1] + 1;
    const __m256i one = _mm256_set1_epi32(1), from = _mm256_set1_epi32((int)start - 1);
    const __m256i before_a = load_ends(ends - 1, n_first), before_b = load_ends(ends + 7, n_last);
    const __m256i ends_a = load_ends(ends, n_first), ends_b = load_ends(ends + 8, n_last);
    const __m128i places =
        as_bytes(_mm256_sub_epi32(before_a, from), _mm256_sub_epi32(before_b, from));
    const __m128i lengths = as_bytes(_mm256_sub_epi32(_mm256_sub_epi32(ends_a, before_a), one),
                                     _mm256_sub_epi32(_mm256_sub_epi32(ends_b, before_b), one));
    const __m128i low = _mm_loadu_si128((const __m128i *)(const void *)(text + start));
    const __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(text + start + 16));
    /* A place with its highest bit set gives 0. */
    const __m128i digits =
        _mm_or_si128(_mm_shuffle_epi8(low, _mm_adds_epu8(places, _mm_set1_epi8(0x70))),
                     _mm_shuffle_epi8(high, _mm_sub_epi8(places, _mm_set1_epi8(16))));
    const __m128i above = _mm_sub_epi8(digits, _mm_set1_epi8((char)('0' + range->first)));
    const __m128i fits =
        _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8((char)range->span)), above);
    const __m128i plain = _mm_and_si128(fits, _mm_cmpeq_epi8(lengths, _mm_set1_epi8(1)));
    const __m128i empty = _mm_cmpeq_epi8(lengths, _mm_setzero_si128());
    const unsigned wanted = (1u << n) - 1;
    _mm_storeu_si128((__m128i *)(void *)out,
                     _mm_blendv_epi8(_mm_set1_epi8(ANSWER_MISSING),
                                     _mm_sub_epi8(digits, _mm_set1_epi8('0')), plain));
    return ends[n - 1] - start <= 32 &&
           ((unsigned)_mm_movemask_epi8(_mm_or_si128(plain, empty)) & wanted) == wanted;
}

/* What sixteen cells are compared with, or the n last ones of a row. */
struct sixteen {
    __m256i lowest, span;
    unsigned wanted; /* the bytes that are looked at: the digits, and what stands between them */
};

FOR_WIDE static inline struct sixteen sixteen_of(const struct digit_range *range, size_t n,
                                                 bool is_last)
{
    const unsigned digits = (1u << n) - 1; /* what ends the last one may be the end of the row */
    return (struct sixteen){
        .lowest = _mm256_setr_m128i(_mm_set1_epi8((char)('0' + range->first)),
                                    _mm_set1_epi8(range->separator)),
        .span = _mm256_setr_m128i(_mm_set1_epi8((char)range->span), _mm_setzero_si128()),
        .wanted = digits | (is_last ? digits >> 1 : digits) << 16};
}

/* The same of cells that are single digits, all of them, which most rows have: digits stand in the even
   bytes and separators in the odd ones. */
FOR_WIDE static inline bool read_digits_wide(const struct sixteen *like, const char *text,
                                             answer *out)
{
    const __m256i words = _mm256_loadu_si256((const __m256i *)(const void *)text);
    /* The digits into the first half, the separators into the second. */
    const __m256i bytes = _mm256_permute4x64_epi64(
        _mm256_packus_epi16(_mm256_and_si256(words, _mm256_set1_epi16(0xff)),
                            _mm256_srli_epi16(words, 8)),
        0xd8);
    const __m256i above = _mm256_sub_epi8(bytes, like->lowest);
    const unsigned fits = (unsigned)_mm256_movemask_epi8(
        _mm256_cmpeq_epi8(_mm256_min_epu8(above, like->span), above));
    _mm_storeu_si128((__m128i *)(void *)out,
                     _mm_sub_epi8(_mm256_castsi256_si128(bytes), _mm_set1_epi8('0')));
    return (~fits & like->wanted) == 0;
}

/* One row's n cells, which have gaps. */
FOR_WIDE static inline bool read_gaps_wide(const struct digit_range *range,
                                           const struct raw_row *row, size_t column, size_t n,
                                           answer out[])
{
    for (size_t k = 0; k < n; k += 16) {
        if (!read_sixteen_wide(range, row->text, row->ends + column + k, n - k < 16 ? n - k : 16,
                               out + k)) {
            return false;
        }
    }
    return true;
}

FOR_WIDE static size_t read_wide(const struct digit_range *range, const struct raw_row rows[],
                                 size_t n_rows, size_t column, size_t n, answer out[])
{
    const struct digit_range fixed = *range; /* a copy that nothing written to `out` can change */
    const size_t n_first = (n - 1) / 16 * 16;
    const struct sixteen first = sixteen_of(&fixed, 16, false),
                         last = sixteen_of(&fixed, n - n_first, true);
    for (size_t i = 0; i < n_rows; i++, out += ROW_STRIDE(n)) {
        const struct raw_row *const row = &rows[i];
        const uint32_t *const ends = row->ends + column;
        const char *text;
        bool plain;
        if (column + n > row->n_cells) {
            return i;
        }
        text = row->text + ends[-1] + 1;
        plain = ends[n - 1] - ends[-1] == 2 * n;
        for (size_t k = 0; k < n_first && plain; k += 16) {
            plain = read_digits_wide(&first, text + 2 * k, out + k);
        }
        if (!(plain && read_digits_wide(&last, text + 2 * n_first, out + n_first)) &&
            !read_gaps_wide(&fixed, row, column, n, out)) {
            return i;
        }
    }
    return n_rows;
}
#else
static size_t read_wide(const struct digit_range *range, const struct raw_row rows[], size_t n_rows,
                        size_t column, size_t n, answer out[])
{
    (void)range, (void)rows, (void)n_rows, (void)column, (void)n, (void)out;
    return 0;
}
#endif

static size_t read_any(const struct digit_range *range, const struct raw_row rows[], size_t n_rows,
                       size_t column, size_t n, answer out[])
{
    for (size_t i = 0; i < n_rows; i++, out += ROW_STRIDE(n)) {
        const struct raw_row *const row = &rows[i];
        const uint32_t *const ends = row->ends + column;
        uint32_t start;
        if (column + n > row->n_cells) {
            return i;
        }
        start = column == 0 ? row->start : ends[-1] + 1;
        /* With this length the cells are single characters if all separators are where they should
           be. */
        if (!(ends[n - 1] - start == 2 * n - 1 &&
              read_all_digits(range, row->text + start, n, out)) &&
            !read_one_by_one(range, row->text, start, ends, n, out)) {
            return i;
        }
    }
    return n_rows;
}

size_t items_read(const struct digit_range *range, const struct raw_row rows[], size_t n_rows,
                  size_t column, size_t n, answer out[])
{
    if (range->span < 0) { /* no digit is an answer */
        return 0;
    }
    return column > 0 && has_wide() ? read_wide(range, rows, n_rows, column, n, out)
                                    : read_any(range, rows, n_rows, column, n, out);
}

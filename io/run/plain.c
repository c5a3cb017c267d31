/* io/run/plain.c - see plain.h. */
#include "io/run/plain.h"

#include "scales/wide.h"

#if defined(HAS_WIDE)
#include <immintrin.h>

/* What is known of two texts as dates: bytes of ones where each has what a date has there, and of each, as
   32-bit numbers, month and day behind its first one. */
struct two_dates {
    __m256i like, numbers;
};

FOR_WIDE static inline struct two_dates two_dates_of(const char *first, const char *second)
{
    const __m256i lowest = _mm256_broadcastsi128_si256(
        _mm_setr_epi8('0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 0, 0, 0, 0, 0, 0));
    const __m256i span = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(9, 9, 9, 9, 0, 1, 9, 0, 3, 9, -1, -1, -1, -1, -1, -1));
    const __m256i tens = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 0, 0, 0, 0, 10, 1, 0, 10, 1, 0, 0, 0, 0, 0, 0));
    const __m256i above =
        _mm256_sub_epi8(_mm256_loadu2_m128i((const __m128i_u *)(const void *)second,
                                            (const __m128i_u *)(const void *)first),
                        lowest);
    return (struct two_dates){
        _mm256_cmpeq_epi8(_mm256_min_epu8(above, span), above),
        _mm256_madd_epi16(_mm256_maddubs_epi16(above, tens), _mm256_set1_epi16(1))};
}

/* Are four cells plainly dates (as is_plain_date() says)? */
FOR_WIDE static inline bool are_plain_dates(const char *const starts[], size_t r)
{
    /* by month: its days; 112 more lead a number above 15 out of the table */
    const __m256i n_days = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0));
    const __m256i out_of_table = _mm256_set1_epi64x((long long)UINT64_C(0xffffffffff70ffff));
    const __m256i lengths = _mm256_sub_epi64(
        _mm256_loadu_si256((const __m256i *)(const void *)(starts + r + STARTS_ROWS)),
        _mm256_loadu_si256((const __m256i *)(const void *)(starts + r)));
    const struct two_dates a = two_dates_of(starts[r], starts[r + 1]);
    const struct two_dates b = two_dates_of(starts[r + 2], starts[r + 3]);
    /* of each date four numbers of 16 bits: month and day are the second and third */
    const __m256i numbers = _mm256_packs_epi32(a.numbers, b.numbers);
    const __m256i days =
        _mm256_slli_epi64(_mm256_shuffle_epi8(n_days, _mm256_adds_epu8(numbers, out_of_table)), 16);
    const __m256i left = _mm256_subs_epu16(days, _mm256_sub_epi16(numbers, _mm256_set1_epi16(1)));
    const __m256i is_day = _mm256_cmpgt_epi64(
        _mm256_and_si256(left, _mm256_set1_epi64x((long long)UINT64_C(0xffff00000000))),
        _mm256_setzero_si256());
    const __m256i good = _mm256_and_si256(
        _mm256_and_si256(a.like, b.like),
        _mm256_and_si256(is_day, _mm256_cmpeq_epi64(lengths, _mm256_set1_epi64x(10 + 1))));
    return _mm256_movemask_epi8(good) == -1;
}

FOR_WIDE static size_t plain_dates_wide(const char *const starts[], size_t r, size_t n)
{
    while (n - r >= 4 && are_plain_dates(starts, r)) {
        r += 4;
    }
    return r;
}

/* The words of two texts of which so many bytes are theirs (twice each), and whether some of these is not
   printable: bytes of ones. */
FOR_WIDE static inline __m256i two_ids(const char *first, const char *second, __m256i lengths,
                                       struct id ids[])
{
    const __m256i places = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    const __m256i length =
        _mm256_shuffle_epi8(lengths, _mm256_setzero_si256()); /* of the text, in all its bytes */
    const __m256i theirs = _mm256_cmpgt_epi8(length, places);
    const __m256i bytes = _mm256_loadu2_m128i((const __m128i_u *)(const void *)second,
                                              (const __m128i_u *)(const void *)first);
    _mm256_storeu_si256((__m256i *)(void *)ids, _mm256_and_si256(bytes, theirs));
    return _mm256_andnot_si256(_mm256_cmpgt_epi8(bytes, _mm256_set1_epi8(' ')), theirs);
}

/* Are four cells short plain ids, longer than `longest_missing`? */
FOR_WIDE static inline bool are_plain_ids(const char *const starts[], size_t r,
                                          size_t longest_missing, struct id ids[])
{
    const __m256i length = _mm256_sub_epi64(
        _mm256_loadu_si256((const __m256i *)(const void *)(starts + r + STARTS_ROWS)),
        _mm256_loadu_si256((const __m256i *)(const void *)(starts + r))); /* and one */
    const __m256i lengths = _mm256_sub_epi64(length, _mm256_set1_epi64x(1));
    const __m256i too_short =
        _mm256_cmpgt_epi64(_mm256_set1_epi64x((long long)longest_missing + 2), length);
    const __m256i too_long = _mm256_cmpgt_epi64(length, _mm256_set1_epi64x(MEMO_LONGEST + 1));
    const __m256i odd = _mm256_or_si256(
        two_ids(starts[r], starts[r + 1], _mm256_permute4x64_epi64(lengths, 0x50), ids + r),
        two_ids(starts[r + 2], starts[r + 3], _mm256_permute4x64_epi64(lengths, 0xfa),
                ids + r + 2));
    const __m256i others = _mm256_or_si256(_mm256_or_si256(too_short, too_long), odd);
    return _mm256_testz_si256(others, others);
}

FOR_WIDE static size_t plain_ids_wide(const char *const starts[], size_t r, size_t n,
                                      size_t longest_missing, struct id ids[])
{
    while (n - r >= 4 && are_plain_ids(starts, r, longest_missing, ids)) {
        r += 4;
    }
    return r;
}
#else
static size_t plain_dates_wide(const char *const starts[], size_t r, size_t n)
{
    (void)starts;
    (void)n;
    return r;
}

static size_t plain_ids_wide(const char *const starts[], size_t r, size_t n, size_t longest_missing,
                             struct id ids[])
{
    (void)starts;
    (void)n;
    (void)longest_missing;
    (void)ids;
    return r;
}
#endif

size_t plain_ids(const char *const starts[], size_t r, size_t n, size_t longest_missing,
                 struct id ids[])
{
    while (r < n) {
        const size_t next = has_wide() ? plain_ids_wide(starts, r, n, longest_missing, ids) : r;
        const size_t end = n - next < 4 ? n : next + 4;
        for (r = next; r < end; r++) {
            const struct span raw = start_cell(starts, r);
            if (raw.length <= longest_missing || !read_short_id(raw, &ids[r])) {
                return r;
            }
        }
    }
    return r;
}

size_t plain_dates(const char *const starts[], size_t r, size_t n)
{
    while (r < n) {
        const size_t next = has_wide() ? plain_dates_wide(starts, r, n) : r;
        const size_t end = n - next < 4 ? n : next + 4;
        for (r = next; r < end; r++) {
            const struct span raw = start_cell(starts, r);
            if (!is_plain_date(raw) && raw.length != 0) {
                return r;
            }
        }
    }
    return r;
}

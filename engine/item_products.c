/* engine/item_products.c - see item_products.h. */
#include "engine/item_products.h"

#include <string.h>

#include "scales/transpose.h"
#include "scales/wide.h"

#if defined(HAS_WIDE)
#include <immintrin.h>
#endif

_Static_assert(BLOCK_FORMS *UINT8_MAX *UINT8_MAX <= INT32_MAX, "products add up in 32 bits");

/* Codes as columns, one for each item: then the sum of the products of two items is that of two columns, in
   a plain loop that the compiler makes vector instructions of. */
static void add_any(const uint8_t *restrict rows, size_t n_items, uint8_t lowest,
                    uint64_t *restrict sums)
{
    uint8_t codes[MAX_ITEMS][BLOCK_FORMS];
    int16_t columns[MAX_ITEMS][BLOCK_FORMS]; /* from 0 up */
    transpose_by_sixteen(rows, BLOCK_FORMS, n_items, n_items, codes[0]);
    for (size_t i = 0; i < n_items; i++) {
        int32_t sum = 0;
        for (size_t f = 0; f < BLOCK_FORMS; f++) {
            columns[i][f] = (uint8_t)(codes[i][f] - lowest);
        }
        for (size_t f = 0; f < BLOCK_FORMS; f++) {
            sum += columns[i][f];
        }
        *sums++ += (uint64_t)sum;
    }
    for (size_t i = 0; i < n_items; i++) {
        for (size_t j = i; j < n_items; j++) {
            int32_t sum = 0;
            for (size_t f = 0; f < BLOCK_FORMS; f++) {
                sum += columns[i][f] * columns[j][f];
            }
            *sums++ += (uint64_t)sum;
        }
    }
}

#if defined(HAS_WIDE)
/* Four products of such codes fit 16 bits, and a code a signed byte. */
#define SMALL_CODE 90
_Static_assert(4 * SMALL_CODE * SMALL_CODE <= INT16_MAX, "products add up in 16 bits");
_Static_assert(BLOCK_FORMS == 2 * sizeof(__m256i), "two vectors are a column");

/* The products of a column with another, summed to 8 numbers. */
FOR_WIDE static inline __m256i products(const __m256i column[2], const uint8_t *other)
{
    const __m256i *const with = (const __m256i *)(const void *)other;
    const __m256i low = _mm256_maddubs_epi16(column[0], _mm256_load_si256(&with[0]));
    const __m256i high = _mm256_maddubs_epi16(column[1], _mm256_load_si256(&with[1]));
    return _mm256_madd_epi16(_mm256_add_epi16(low, high), _mm256_set1_epi16(1));
}

/* The sums of the products of a column with each of four others. */
FOR_WIDE static inline __m128i four_sums(const __m256i column[2], const uint8_t *others)
{
    const __m256i two =
        _mm256_hadd_epi32(products(column, others), products(column, others + BLOCK_FORMS));
    const __m256i more = _mm256_hadd_epi32(products(column, others + 2 * BLOCK_FORMS),
                                           products(column, others + 3 * BLOCK_FORMS));
    const __m256i four = _mm256_hadd_epi32(two, more);
    return _mm_add_epi32(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
}

/* The same where codes are small. Before the items stands a column of ones, so that the
   sums of items are products, too; behind them some of zeros, for columns are taken by fours. */
FOR_WIDE static void add_small(const uint8_t *restrict rows, size_t n_items, uint8_t lowest,
                               uint64_t *restrict sums)
{
    _Alignas(32) uint8_t columns[(1 + ROW_STRIDE(MAX_ITEMS) + 3) * BLOCK_FORMS];
    uint8_t *const codes = columns + BLOCK_FORMS;
    uint32_t found[ITEM_SUMS_MOST + 3];
    size_t n = 0;
    memset(columns, 1, BLOCK_FORMS);
    transpose_wide(rows, BLOCK_FORMS, n_items, ROW_STRIDE(n_items), codes);
    for (size_t k = 0; k < n_items * BLOCK_FORMS; k++) {
        codes[k] = (uint8_t)(codes[k] - lowest);
    }
    for (size_t k = 0; k < 3 * BLOCK_FORMS; k += sizeof(__m256i)) {
        _mm256_store_si256((__m256i *)(void *)(codes + n_items * BLOCK_FORMS + k),
                           _mm256_setzero_si256());
    }
    for (size_t i = 0; i <= n_items; i++) {
        const size_t first = i == 0 ? 1 : i;
        const __m256i *const at = (const __m256i *)(const void *)(columns + i * BLOCK_FORMS);
        const __m256i column[2] = {_mm256_load_si256(&at[0]), _mm256_load_si256(&at[1])};
        for (size_t j = first; j <= n_items; j += 4) {
            _mm_storeu_si128((__m128i *)(void *)&found[n + j - first],
                             four_sums(column, columns + j * BLOCK_FORMS));
        }
        n += n_items + 1 - first;
    }
    for (size_t k = 0; k < n; k++) {
        /* cppcheck-suppress uninitvar ; filled four at a time */
        sums[k] += found[k];
    }
}

/* Bytes that are multiplied and added up by fours, into numbers of 32 bits, in one instruction. */
#define FOR_DOTS __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,bmi,bmi2,popcnt")))
static bool has_dots(void)
{
    return has_wide() && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vnni");
}

#define FOURS (BLOCK_FORMS / 4)
#define AT_ONCE ((size_t)16) /* items */

/* Sixteen items of each four forms: of an item the codes, from 0 up, of the four side by side. Behind the
   last item is what the rows have there. */
FOR_DOTS static void lay_fours(const uint8_t *rows, size_t stride, uint8_t lowest,
                               __m512i fours[FOURS])
{
    const __m512i turn_words =
        _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m512i turn_bytes =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    const __m512i low = _mm512_set1_epi8((char)lowest);
    for (size_t q = 0; q < FOURS; q++, rows += 4 * stride) {
        __m512i x = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)(const void *)rows));
        x = _mm512_inserti32x4(x, _mm_loadu_si128((const __m128i *)(const void *)(rows + stride)),
                               1);
        x = _mm512_inserti32x4(
            x, _mm_loadu_si128((const __m128i *)(const void *)(rows + 2 * stride)), 2);
        x = _mm512_inserti32x4(
            x, _mm_loadu_si128((const __m128i *)(const void *)(rows + 3 * stride)), 3);
        x = _mm512_permutexvar_epi32(turn_words, _mm512_sub_epi8(x, low));
        fours[q] = _mm512_shuffle_epi8(x, turn_bytes);
    }
}

/* Adds sixteen numbers to sums, those in `meant`. */
FOR_DOTS static inline void add_numbers(__m512i numbers, uint32_t meant, uint64_t *sums)
{
    const __m512i low = _mm512_cvtepu32_epi64(_mm512_castsi512_si256(numbers));
    const __m512i high = _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(numbers, 1));
    const __mmask8 first = (__mmask8)meant, second = (__mmask8)(meant >> 8);
    _mm512_mask_storeu_epi64(sums, first,
                             _mm512_add_epi64(low, _mm512_maskz_loadu_epi64(first, sums)));
    _mm512_mask_storeu_epi64(sums + 8, second,
                             _mm512_add_epi64(high, _mm512_maskz_loadu_epi64(second, sums + 8)));
}

/* The sums over all forms of the products of sixteen items with another, whose codes are `stride` bytes apart,
   four at a time. */
FOR_DOTS static inline __m512i dots(const __m512i items[FOURS], const uint8_t *other, size_t stride)
{
    __m512i even = _mm512_setzero_si512(), odd = _mm512_setzero_si512();
#pragma GCC unroll 8
    for (size_t q = 0; q < FOURS; q += 2) {
        int a, b;
        memcpy(&a, other + q * stride, sizeof a);
        memcpy(&b, other + (q + 1) * stride, sizeof b);
        even = _mm512_dpbusd_epi32(even, items[q], _mm512_set1_epi32(a));
        odd = _mm512_dpbusd_epi32(odd, items[q + 1], _mm512_set1_epi32(b));
    }
    return _mm512_add_epi32(even, odd);
}

/* The same as add_small(). */
FOR_DOTS static void add_dots(const uint8_t *restrict rows, size_t n_items, uint8_t lowest,
                              uint64_t *restrict sums)
{
    static const uint8_t ones[4] = {1, 1, 1, 1};
    __m512i fours[MAX_ITEMS / AT_ONCE][FOURS];
    for (size_t first = 0; first < n_items; first += AT_ONCE) {
        lay_fours(rows + first, ROW_STRIDE(n_items), lowest, fours[first / AT_ONCE]);
    }
    for (size_t first = 0; first < n_items; first += AT_ONCE) {
        const size_t end = first + AT_ONCE < n_items ? first + AT_ONCE : n_items;
        const uint32_t there = (UINT32_C(1) << (end - first)) - 1;
        __m512i items[FOURS];
#pragma GCC unroll 16
        for (size_t q = 0; q < FOURS; q++) {
            items[q] = fours[first / AT_ONCE][q];
        }
        add_numbers(dots(items, ones, 0), there, sums + first);
        for (size_t i = 0; i < end; i++) {
            const uint8_t *const other = (const uint8_t *)fours[i / AT_ONCE] + i % AT_ONCE * 4;
            const uint32_t behind = i > first ? UINT32_MAX << (i - first) : UINT32_MAX;
            add_numbers(dots(items, other, sizeof(__m512i)), there & behind,
                        sums + item_product_place(n_items, i, i) - i + first);
        }
    }
}
#endif

size_t item_products_ways(uint8_t most, item_products_function *ways[ITEM_PRODUCTS_WAYS])
{
    size_t n = 0;
#if defined(HAS_WIDE)
    if (most <= SMALL_CODE && has_dots()) {
        ways[n++] = add_dots;
    }
    if (most <= SMALL_CODE && has_wide()) {
        ways[n++] = add_small;
    }
#else
    (void)most;
#endif
    ways[n++] = add_any;
    return n;
}

/* scales/transpose.h - rows of answers, form by form, become columns, item by item: sixteen by sixteen
   where there is SSE2, which every x86-64 has, and thirty-two by sixteen with AVX2. */
#ifndef PELLTER_SCALES_TRANSPOSE_H
#define PELLTER_SCALES_TRANSPOSE_H

#include <stddef.h>
#include <stdint.h>

#include "scales/wide.h"

#if defined(HAS_WIDE)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Bytes of a row of n answers: what is behind them is there, and means nothing. */
#define ROW_STRIDE(n) (((n) + 15) / 16 * 16)

#if defined(__SSE2__)
/* Sixteen rows of sixteen bytes: each of four rounds puts the bytes (then pairs, fours, eights) of two
   rows that belong side by side there. */
static inline void transpose_sixteen(const uint8_t *rows, size_t row_stride, size_t n_columns,
                                     uint8_t *columns, size_t column_stride)
{
    __m128i x[16], y[16];
    for (size_t i = 0; i < 16; i++) {
        x[i] = _mm_loadu_si128((const __m128i *)(const void *)(rows + i * row_stride));
    }
    for (size_t round = 0; round < 4; round++) {
        for (size_t i = 0; i < 8; i++) {
            y[2 * i] = _mm_unpacklo_epi8(x[i], x[i + 8]);
            y[2 * i + 1] = _mm_unpackhi_epi8(x[i], x[i + 8]);
        }
        for (size_t i = 0; i < 16; i++) {
            x[i] = y[i];
        }
    }
    for (size_t i = 0; i < n_columns; i++) {
        _mm_storeu_si128((__m128i *)(void *)(columns + i * column_stride), x[i]);
    }
}
#else
static inline void transpose_sixteen(const uint8_t *rows, size_t row_stride, size_t n_columns,
                                     uint8_t *columns, size_t column_stride)
{
    for (size_t i = 0; i < n_columns; i++) {
        for (size_t k = 0; k < 16; k++) {
            columns[i * column_stride + k] = rows[k * row_stride + i];
        }
    }
}
#endif

static inline void transpose_by_sixteen(const uint8_t *rows, size_t n_rows, size_t n,
                                        size_t n_columns, uint8_t *columns)
{
    const size_t stride = ROW_STRIDE(n);
    for (size_t row = 0; row < n_rows; row += 16) {
        for (size_t i = 0; i < n_columns; i += 16) {
            transpose_sixteen(rows + row * stride + i, stride,
                              n_columns - i < 16 ? n_columns - i : 16, columns + i * n_rows + row,
                              n_rows);
        }
    }
}

#if defined(HAS_WIDE)
/* Thirty-two rows of sixteen bytes: the same in each half of a vector, of which one has the first
   sixteen rows and the other the rest. */
FOR_WIDE static inline void transpose_thirty_two(const uint8_t *rows, size_t row_stride,
                                                 size_t n_columns, uint8_t *columns,
                                                 size_t column_stride)
{
    __m256i x[16], y[16];
    for (size_t i = 0; i < 16; i++) {
        const __m128i *const first = (const __m128i *)(const void *)(rows + i * row_stride);
        const __m128i *const second = (const __m128i *)(const void *)(rows + (i + 16) * row_stride);
        x[i] = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(first)),
                                       _mm_loadu_si128(second), 1);
    }
    for (size_t round = 0; round < 4; round++) {
        for (size_t i = 0; i < 8; i++) {
            y[2 * i] = _mm256_unpacklo_epi8(x[i], x[i + 8]);
            y[2 * i + 1] = _mm256_unpackhi_epi8(x[i], x[i + 8]);
        }
        for (size_t i = 0; i < 16; i++) {
            x[i] = y[i];
        }
    }
    for (size_t i = 0; i < n_columns; i++) {
        _mm256_storeu_si256((__m256i *)(void *)(columns + i * column_stride), x[i]);
    }
}

FOR_WIDE static inline void transpose_wide(const uint8_t *rows, size_t n_rows, size_t n,
                                           size_t n_columns, uint8_t *columns)
{
    const size_t stride = ROW_STRIDE(n);
    const size_t n_whole = n_columns / 16 * 16;
    for (size_t row = 0; row < n_rows; row += 32) {
        const uint8_t *const from = rows + row * stride;
        uint8_t *const to = columns + row;
        for (size_t i = 0; i < n_whole; i += 16) {
            transpose_thirty_two(from + i, stride, 16, to + i * n_rows, n_rows);
        }
        if (n_whole < n_columns) {
            transpose_thirty_two(from + n_whole, stride, n_columns - n_whole, to + n_whole * n_rows,
                                 n_rows);
        }
    }
}
#else
static inline void transpose_wide(const uint8_t *rows, size_t n_rows, size_t n, size_t n_columns,
                                  uint8_t *columns)
{
    transpose_by_sixteen(rows, n_rows, n, n_columns, columns);
}
#endif

/* n_rows (a multiple of 32) rows of n answers, ROW_STRIDE(n) bytes each, as n columns of n_rows. */
static inline void transpose(const uint8_t *rows, size_t n_rows, size_t n, uint8_t *columns)
{
    if (has_wide()) {
        transpose_wide(rows, n_rows, n, n, columns);
    } else {
        transpose_by_sixteen(rows, n_rows, n, n, columns);
    }
}

#endif

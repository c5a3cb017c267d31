/* scales/transpose.h - rows of answers, form by form, become columns, item by item: sixteen by sixteen
   where there is SSE2, which every x86-64 has. */
#ifndef PELLTER_SCALES_TRANSPOSE_H
#define PELLTER_SCALES_TRANSPOSE_H

#include <stddef.h>
#include <stdint.h>

#if defined(__SSE2__)
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

/* n_rows (a multiple of 16) rows of n answers, ROW_STRIDE(n) bytes each, as n columns of n_rows. */
static inline void transpose(const uint8_t *rows, size_t n_rows, size_t n, uint8_t *columns)
{
    const size_t stride = ROW_STRIDE(n);
    for (size_t row = 0; row < n_rows; row += 16) {
        for (size_t i = 0; i < n; i += 16) {
            transpose_sixteen(rows + row * stride + i, stride, n - i < 16 ? n - i : 16,
                              columns + i * n_rows + row, n_rows);
        }
    }
}

/* The same where there is room for ROW_STRIDE(n) columns: those behind the n mean nothing. */
static inline void transpose_all(const uint8_t *rows, size_t n_rows, size_t n, uint8_t *columns)
{
    const size_t stride = ROW_STRIDE(n);
    for (size_t row = 0; row < n_rows; row += 16) {
        for (size_t i = 0; i < stride; i += 16) {
            transpose_sixteen(rows + row * stride + i, stride, 16, columns + i * n_rows + row,
                              n_rows);
        }
    }
}

#endif

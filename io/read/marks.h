/* io/read/marks.h - where the bytes stand in a text that CSV is about: separators, line ends,
   double quotes and NULs. Internal to rows.h.

   There are up to three implementations of one function, which must not differ: one for every
   computer, one for processors with AVX2, one for those with AVX-512BW. */
#ifndef PELLTER_IO_READ_MARKS_H
#define PELLTER_IO_READ_MARKS_H

#include <stddef.h>
#include <stdint.h>

/* Marks are written several at a time: room that an array must have behind its last one. */
#define MARKS_SLACK 64

/* table[k][i]: which bit is the i-th that is set in k; 0 where there are fewer. */
void bit_positions_fill(uint32_t table[256][8]);

/* Positions in a text, ascending. */
struct marks {
    uint32_t *ends; /* not owned: n_ends ends of cells: separators and line ends outside quotes */
    uint32_t *line_ends; /* not owned: n_line_ends of these that are line ends; of CR LF the CR */
    uint32_t *odd;       /* not owned: n_odd double quotes and NULs, wherever they stand */
    size_t n_ends, n_line_ends, n_odd;
    uint64_t inside;                    /* all bits: an odd number of quotes so far; else 0 */
    uint64_t after_cr;                  /* 1: the last byte so far is a CR; else 0 */
    const uint32_t (*bit_positions)[8]; /* not owned: as bit_positions_fill() makes it */
};

/* Adds the marks of text[from, to), which follows what has been marked. 64 bytes behind `to` may be
   read. More may follow only where to - from is a multiple of 64. */
typedef void marks_function(struct marks *marks, const char *text, size_t from, size_t to,
                            char separator);

struct marker {
    const char *name;
    marks_function *find;
};

/* The implementations that this processor can run, the fastest first; returns how many. */
#define MARKERS_MAX 3
size_t markers(struct marker out[MARKERS_MAX]);

marks_function marks_portable;
#if defined(__x86_64__)
marks_function marks_avx2;
marks_function marks_avx512;
#endif

/* For tests and measurements: the implementation that a reader is to use; before rows_begin(). */
struct rows;
void rows_use_marker(struct rows *rows, const struct marker *marker);

#endif

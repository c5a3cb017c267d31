/* io/read/marks.h - where the bytes stand in a text that CSV is about: separators, line ends,
   double quotes and NULs. There are many separators, and few of them are ever asked for: they are
   bits. Internal to rows.h.

   There are up to three implementations of one function, which must not differ: one for every
   computer, one for processors with AVX2, one for those with AVX-512BW. */
#ifndef PELLTER_IO_READ_MARKS_H
#define PELLTER_IO_READ_MARKS_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of text that one word of marks stands for. */
#define MARKS_BYTES 64

/* A line end may be written that is none: room that their array must have behind its last one. */
#define MARKS_SLACK 1

struct line_mark {
    uint32_t end;    /* where the line end stands; of CR LF the CR */
    uint32_t n_ends; /* how many cells have ended there, since marking began */
};

struct marks {
    uint64_t *ends; /* not owned: bit i % 64 of ends[i / 64] is set where a cell ends at byte i: at
                                separators and line ends outside quotes */
    struct line_mark *lines; /* not owned: n_lines of these that are line ends, ascending */
    uint32_t *odd; /* not owned: n_odd double quotes and NULs, wherever they stand, ascending */
    size_t n_lines, n_odd;
    uint32_t n_ends;   /* cells that have ended */
    uint64_t inside;   /* all bits: an odd number of quotes so far; else 0 */
    uint64_t after_cr; /* 1: the last byte so far is a CR; else 0 */
};

/* Adds the marks of text[from, to), which follows what has been marked. `from` is a multiple of 64. All
   bits of the last word are written. */
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

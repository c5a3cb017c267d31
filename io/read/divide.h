/* io/read/divide.h - where a file may be cut, so that several processes each read a part of it. A
   cut stands behind a line end outside quotes; whether a place is within quotes is known from the
   number of quotes before it, which the processes count a part each. */
#ifndef PELLTER_IO_READ_DIVIDE_H
#define PELLTER_IO_READ_DIVIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/fault.h"

/* What is known of a file. */
struct divisible {
    bool is;       /* a regular file, neither packed nor UTF-16 */
    uint64_t size; /* of a regular file; else 0 */
    size_t mark;   /* bytes of the byte order mark at its beginning */
};
MUST_CHECK struct fault divisible(const char *path, struct divisible *out);

/* Are the quotes in the bytes first <= i < end odd in number? */
MUST_CHECK struct fault quotes_between(const char *path, uint64_t first, uint64_t end, bool *odd);

/* The first cut behind byte `at`, or `end` where there is none before; `quoted`: the quotes before
   that byte are odd in number. */
MUST_CHECK struct fault cut_behind(const char *path, uint64_t at, bool quoted, uint64_t end,
                                   uint64_t *cut);

/* The length of the first `lines` lines of a text, a line break in quotes being none. */
size_t lines_length(const char *text, size_t n, size_t lines);

#endif

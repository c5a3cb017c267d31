/* io/write/lines.h - text that is put together piece by piece before the stream is asked to take
   it: a large report is made of millions of pieces. */
#ifndef PELLTER_IO_WRITE_LINES_H
#define PELLTER_IO_WRITE_LINES_H

#include <stddef.h>
#include <stdio.h>

/* Start with lines_begin(). A write that fails is remembered by the stream. */
struct lines {
    FILE *out; /* borrowed */
    size_t n;
    char bytes[8192]; /* n of them wait to be written */
};

void lines_begin(struct lines *lines, FILE *out);

void lines_put(struct lines *lines, const char *bytes, size_t n);
void lines_text(struct lines *lines, const char *text);
void lines_repeat(struct lines *lines, char byte, size_t n);

/* Hands what waits to the stream. */
void lines_end(struct lines *lines);

#endif

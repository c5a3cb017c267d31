/* io/write/wrap.h - UTF-8 text in lines of a given width, as a terminal shows it.

   Widths are columns of a fixed-width font. wcwidth() would need a locale, which we never set; a
   few ranges do: combining and invisible characters take no column, Chinese, Japanese and Korean
   characters and pictograms take two, all others one. */
#ifndef PELLTER_IO_WRITE_WRAP_H
#define PELLTER_IO_WRITE_WRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "io/write/lines.h"

/* One character at the start of a string that is not empty. Control characters, those that change
   the direction of writing, and bytes that are not UTF-8 have the code U+FFFD. */
struct character {
    uint32_t code;
    size_t bytes; /* 1..4, of the string */
    size_t columns;
};

#define CHARACTER_REPLACED 0xFFFDu

struct character character_at(const char *text);

/* Columns of a whole string. */
size_t columns_of(const char *text);

/* Columns of the longest run without a space. */
size_t columns_of_longest_word(const char *text);

/* A piece of a string. */
struct line {
    const char *start; /* borrowed from the string */
    size_t bytes, columns;
};

/* Takes the next line of at most `width` (1 or more) columns from *rest, which moves on; false when
   nothing is left. Lines break at spaces, which are dropped there and at the end, and inside a word
   that is longer than a line. A single character wider than the line is a line of its own. */
bool line_take(const char **rest, size_t width, struct line *line);

size_t count_lines(const char *text, size_t width);

/* Whether a text is of printable ASCII characters alone and does not end in a space: up to a width
   of `bytes` it is one line, and written as it is. */
bool is_plain(const char *text, size_t bytes);

/* Writes the line, U+FFFD in place of what has that code. */
void line_put(struct lines *lines, const struct line *line);
void line_write(FILE *out, const struct line *line);

#endif

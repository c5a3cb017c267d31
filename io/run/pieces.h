/* io/run/pieces.h - which rows the pieces of the files held. Threads read pieces in any order, and know
   a row only by its number within its piece; which row of the file that is, is known once the lines
   of every piece before it were counted. */
#ifndef PELLTER_IO_RUN_PIECES_H
#define PELLTER_IO_RUN_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Start with {0}. */
struct pieces {
    struct piece *list; /* owned, n: in the order of files and of pieces in them */
    size_t n, capacity;
};
struct piece {
    uint32_t source;
    uint32_t n_lines;
    bool ends_line;        /* its last byte is a line end */
    uint64_t lines_before; /* in its file: pieces_count() */
};

/* A piece more; its number is pieces->n before the call. False: no memory. */
bool pieces_add(struct pieces *pieces, size_t source);

/* Counts the lines before each piece of its file. (One thread that reads all pieces in order may ask
   for rows before that: pieces_add() counts as far as it can.) */
void pieces_count(struct pieces *pieces);

/* The row of its file at a place (listing.h), as a spreadsheet shows it. */
uint64_t pieces_row(const struct pieces *pieces, uint64_t place);

void pieces_free(struct pieces *pieces);

#endif

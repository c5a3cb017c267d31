/* io/run/pieces.h - which rows the pieces of the files held. Threads read pieces in any order, and know
   a row only by its number within its piece; which row of the file that is, is known once the lines
   of every piece before it were counted. */
#ifndef PELLTER_IO_RUN_PIECES_H
#define PELLTER_IO_RUN_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How pieces are numbered where several processes (ranks.h) read parts of each file: source, rank
   and number in its part stand side by side in the bits of a number, so that numbers ascend with
   files and rows over all ranks. All 0: one process, which numbers 0, 1, 2, ... */
struct piece_numbers {
    unsigned source_shift, rank_shift;
    uint64_t rank;
};
/* False: so many files and ranks leave no bits for pieces. */
bool piece_numbers_of(size_t n_sources, size_t n_ranks, size_t rank, struct piece_numbers *numbers);

/* Start with {0}. */
struct pieces {
    struct piece *list; /* owned, n: in the order of files and of pieces in them */
    size_t n, capacity;
    struct piece_numbers numbers;
};
struct piece {
    uint64_t number;
    uint32_t source;
    uint32_t n_lines;
    bool ends_line;        /* its last byte is a line end */
    uint64_t lines_before; /* in its file: pieces_count() */
};

/* The number that a next piece of this source will have. */
uint64_t pieces_next(const struct pieces *pieces, size_t source);

/* A piece more; its place in the list is pieces->n before the call. False: no memory. */
bool pieces_add(struct pieces *pieces, size_t source);

/* Adds those of another rank; pieces_count() puts them in order. False: no memory. */
bool pieces_merge(struct pieces *pieces, const struct piece *others, size_t n);

/* The piece of a number, or NULL. */
const struct piece *pieces_find(const struct pieces *pieces, uint64_t number);

/* Counts the lines before each piece of its file. (One thread that reads all pieces in order may ask
   for rows before that: pieces_add() counts as far as it can.) */
void pieces_count(struct pieces *pieces);

/* The row of its file at a place (listing.h) in one of the pieces, as a spreadsheet shows it. */
uint64_t pieces_row(const struct pieces *pieces, uint64_t place);

void pieces_free(struct pieces *pieces);

#endif

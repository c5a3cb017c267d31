/* io/run/pieces.c - see pieces.h. */
#include "io/run/pieces.h"

#include <stdlib.h>

#include "engine/listing.h"
#include "engine/memory.h"

/* The piece's part of a place. */
#define NUMBER_BITS (64 - PLACE_ROW_BITS)
/* Pieces of one part, at least: 16 GiB of text. */
#define LEAST_BITS 16

static unsigned bits_for(size_t n)
{
    unsigned bits = 0;
    while (((size_t)1 << bits) < n) {
        bits++;
    }
    return bits;
}

bool piece_numbers_of(size_t n_sources, size_t n_ranks, size_t rank, struct piece_numbers *numbers)
{
    const unsigned source_bits = bits_for(n_sources), rank_bits = bits_for(n_ranks);
    *numbers = (struct piece_numbers){0};
    if (source_bits + rank_bits + LEAST_BITS > NUMBER_BITS) {
        return false;
    }
    numbers->source_shift = NUMBER_BITS - source_bits;
    numbers->rank_shift = numbers->source_shift - rank_bits;
    numbers->rank = rank;
    return true;
}

uint64_t pieces_next(const struct pieces *pieces, size_t source)
{
    const struct piece_numbers *const numbers = &pieces->numbers;
    const struct piece *const last = pieces->n == 0 ? NULL : &pieces->list[pieces->n - 1];
    if (numbers->source_shift == 0) {
        return pieces->n;
    }
    return last != NULL && last->source == source
               ? last->number + 1
               : (uint64_t)source << numbers->source_shift | numbers->rank << numbers->rank_shift;
}

bool pieces_add(struct pieces *pieces, size_t source)
{
    const uint64_t number = pieces_next(pieces, source);
    if (!array_grow(&pieces->list, &pieces->capacity, pieces->n + 1, sizeof *pieces->list)) {
        return false;
    }
    pieces->list[pieces->n] = (struct piece){.number = number, .source = (uint32_t)source};
    if (pieces->n > 0 && pieces->list[pieces->n - 1].source == source) {
        const struct piece *const before = &pieces->list[pieces->n - 1];
        pieces->list[pieces->n].lines_before = before->lines_before + before->n_lines;
    }
    pieces->n++;
    return true;
}

static int piece_compare(const void *a, const void *b)
{
    const struct piece *const x = a, *const y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

void pieces_count(struct pieces *pieces)
{
    uint64_t lines = 0;
    if (pieces->n > 1 && pieces->numbers.source_shift > 0) { /* those of several ranks */
        qsort(pieces->list, pieces->n, sizeof *pieces->list, piece_compare);
    }
    for (size_t i = 0; i < pieces->n; i++) {
        if (i > 0 && pieces->list[i].source != pieces->list[i - 1].source) {
            lines = 0;
        }
        pieces->list[i].lines_before = lines;
        lines += pieces->list[i].n_lines;
    }
}

bool pieces_merge(struct pieces *pieces, const struct piece *others, size_t n)
{
    if (!array_grow(&pieces->list, &pieces->capacity, pieces->n + n, sizeof *pieces->list)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        pieces->list[pieces->n++] = others[i];
    }
    return true;
}

const struct piece *pieces_find(const struct pieces *pieces, uint64_t number)
{
    const struct piece wanted = {.number = number};
    if (number < pieces->n && pieces->list[number].number == number) {
        return &pieces->list[number];
    }
    return pieces->n == 0 ? NULL
                          : bsearch(&wanted, pieces->list, pieces->n, sizeof wanted, piece_compare);
}

uint64_t pieces_row(const struct pieces *pieces, uint64_t place)
{
    return pieces_find(pieces, PLACE_PIECE(place))->lines_before + PLACE_ROW(place);
}

void pieces_free(struct pieces *pieces)
{
    free(pieces->list);
    *pieces = (struct pieces){0};
}

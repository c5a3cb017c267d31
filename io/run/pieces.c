/* io/run/pieces.c - see pieces.h. */
#include "io/run/pieces.h"

#include <stdlib.h>

#include "engine/listing.h"
#include "engine/memory.h"

bool pieces_add(struct pieces *pieces, size_t source)
{
    if (!array_grow(&pieces->list, &pieces->capacity, pieces->n + 1, sizeof *pieces->list)) {
        return false;
    }
    pieces->list[pieces->n] = (struct piece){.source = (uint32_t)source};
    if (pieces->n > 0 && pieces->list[pieces->n - 1].source == source) {
        const struct piece *const before = &pieces->list[pieces->n - 1];
        pieces->list[pieces->n].lines_before = before->lines_before + before->n_lines;
    }
    pieces->n++;
    return true;
}

void pieces_count(struct pieces *pieces)
{
    uint64_t lines = 0;
    for (size_t i = 0; i < pieces->n; i++) {
        if (i > 0 && pieces->list[i].source != pieces->list[i - 1].source) {
            lines = 0;
        }
        pieces->list[i].lines_before = lines;
        lines += pieces->list[i].n_lines;
    }
}

uint64_t pieces_row(const struct pieces *pieces, uint64_t place)
{
    return pieces->list[PLACE_PIECE(place)].lines_before + PLACE_ROW(place);
}

void pieces_free(struct pieces *pieces)
{
    free(pieces->list);
    *pieces = (struct pieces){0};
}

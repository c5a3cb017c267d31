/* engine/loose_cells.h - cells that came in any order. */
#ifndef PELLTER_ENGINE_LOOSE_CELLS_H
#define PELLTER_ENGINE_LOOSE_CELLS_H

#include "engine/packed_cells.h"

/* Puts n cells in order and writes them, one of those that are the same; *overflow becomes true where their
   counts come to 2^32 or more. `spare` is room for n more. */
void cells_put_loose(struct cells_writer *writer, struct cell_count cells[], size_t n,
                     struct cell_count spare[], bool *overflow);

#endif

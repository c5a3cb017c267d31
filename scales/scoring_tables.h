/* scales/scoring_tables.h - what a scale's column of bytes is looked up in (forms.h). */
#ifndef PELLTER_SCALES_SCORING_TABLES_H
#define PELLTER_SCALES_SCORING_TABLES_H

#include <stddef.h>
#include <stdint.h>
#include "scales/instrument.h"

/* So many entries are looked at together: as many are behind the last. */
#define ENTRIES_AT_ONCE ((size_t)16)

struct scale_table {
    /* Of items: [n_answered * width + sum above the lowest possible]; of a conversion: [outcome of
       the scale that is converted]. */
    const uint8_t *outcomes;
    size_t width;
    size_t fewest; /* of items: from fewer answers there is no score */
};

struct scoring_tables {
    struct scale_table scales[MAX_SCALES];
};

/* What scoring looks up instead of computing it anew: for each scale of items, the outcome of every
   number of answers and every sum; for each conversion, that of every score. The caller gives the
   memory, which scoring_tables_size() tells, aligned as malloc() aligns, and keeps it as long as
   the tables are used; 0 where some scale has more outcomes, or higher sums, than a byte holds: then
   there is nothing to build. The tables are of this instrument under this rule, and only read: threads
   may share them. The instrument's units and values must be all that scale_units() and scale_values()
   say. */
size_t scoring_tables_size(const struct instrument *instrument);
const struct scoring_tables *scoring_tables_build(const struct instrument *instrument,
                                                  void *memory);

#endif

/* scales/scoring_tables.h - what a scale's column of bytes is looked up in (forms.c). Nobody else includes
   this. */
#ifndef PELLTER_SCALES_SCORING_TABLES_H
#define PELLTER_SCALES_SCORING_TABLES_H

#include "scales/forms.h"

/* So many entries are looked at together: as many are behind the last. */
#define TOGETHER ((size_t)16)

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

#endif

/* engine/member_row.h - what a member of a family has on the scales of a measure, as bytes: its cohort
   (uint32_t), and then, stage by stage, the outcome of each scale, in 1, 2 or 4 bytes. */
#ifndef PELLTER_ENGINE_MEMBER_ROW_H
#define PELLTER_ENGINE_MEMBER_ROW_H

#include "engine/form.h"
#include "engine/study.h"

/* Families of up to so many members are counted in columns; others are few. */
#define FAMILY_FEW ((size_t)4)

struct member_row {
    size_t code_bytes, n_scales, n_bytes;
};
#define ROW_CODES sizeof(uint32_t)

/* How they are of a measure, which is none of goals. */
static inline struct member_row member_row_of(const struct study *study, size_t measure)
{
    const struct instrument *const instrument = study->measures[measure].instrument;
    struct member_row row = {.code_bytes = code_bytes_of(instrument),
                             .n_scales = instrument->n_scales};
    row.n_bytes = ROW_CODES + study->n_stages * row.n_scales * row.code_bytes;
    return row;
}

static inline uint32_t row_cohort(const unsigned char *row)
{
    uint32_t cohort;
    __builtin_memcpy(&cohort, row, sizeof cohort);
    return cohort;
}

#endif

/* engine/written.h - respondents of one cohort on one questionnaire as they are written down, one after the
   other, to be counted when there are several: a cohort of a few is then a few bytes, and its cells come
   out in order. */
#ifndef PELLTER_ENGINE_WRITTEN_H
#define PELLTER_ENGINE_WRITTEN_H

#include "engine/stage_pairs.h"
#include "engine/tally.h"

/* So many of them are laid out at a time, stage by stage: what is made of them stays near the processor. */
#define WRITTEN_AT_ONCE ((size_t)1024)

struct run_matrix;

/* Room to count in, for one study at a time. Start with {0}. */
struct written_room {
    uint8_t (*columns)[WRITTEN_AT_ONCE]; /* owned: [byte of a row], n_laid_out outcomes */
    size_t n_laid_out, columns_capacity;
    int16_t *
        units; /* owned: scores, stage by stage, side by side of those who have them at the same stages */
    size_t units_capacity;
    struct run_matrix *matrix; /* owned, as are all: written.c; NULL until needed */
    uint16_t *keys;
    size_t keys_capacity;
    uint8_t *complete; /* those with a score at every stage */
    size_t complete_capacity;
    uint16_t *places;
    size_t places_capacity;
    struct cells cells; /* of one cohort */
    struct cells_writer writer;
};
void written_room_free(struct written_room *room);

/* Begins to write cells of a cohort, of which there are none then. */
void written_begin(struct written_room *room);

/* What is counted of a scale. */
struct written_scale {
    const struct study *study;
    const struct stage_pair *pairs; /* n_pairs, ascending: those of stages that are compared */
    size_t n_pairs, index;          /* of the scale in study.scales */
    size_t in_row, n_scales;        /* its place among the scales of the questionnaire, and these */
};

/* The same of a scale of a study, without pairs. */
struct written_scale written_scale_of(const struct study *study, size_t scale);

/* The column of a stage. */
static inline const uint8_t *written_column(const struct written_scale *scale,
                                            const struct written_room *room, size_t stage)
{
    return room->columns[stage * scale->n_scales + scale->in_row];
}

/* Adds with room->writer, which is begun, those of all who are written down: the outcome at each stage by
   itself, the pairs, and, of those with a score at every stage, each stage; and to `patterns` what pairs say
   of it. False: no memory. */
bool written_count(const struct written *written, const struct written_scale *scale,
                   uint32_t cohort, struct written_room *room, struct patterns *patterns);

/* Makes room for what follows, of so many people at most. False: no memory. */
bool written_reserve(struct written_room *room, size_t n_stages, size_t most);

/* Adds one run of all who are written down with room->writer, which is begun: of a stage, and of a later one
   that it is compared with, or of what a tally has in its place (TALLY_ONE_STAGE ...). */
void written_count_run(const struct written *written, const struct written_scale *scale,
                       size_t stage, size_t later, struct written_room *room);

/* The distribution of scores at a stage (`later` as a tally has it), or the pairs of scores at two, written to `out`,
   as tally_scores() and tally_pairs() have them of cells. Return how many were written. */
size_t written_scores(const struct written *written, const struct written_scale *scale,
                      size_t stage, size_t later, struct written_room *room,
                      struct score_count out[]);
size_t written_pairs(const struct written *written, const struct written_scale *scale, size_t stage,
                     size_t later, struct written_room *room, struct pair_count out[]);

/* Adds what the mixed model needs of all who are written down, where the study has one. False: no memory. */
bool written_add_patterns(const struct written *written, const struct written_scale *scale,
                          uint32_t cohort, struct written_room *room, struct patterns *patterns);

/* Lays out those from the first-th on, as many as go at a time, with all that is in their rows of so many bytes.
   There is room for as many keys and places, too, then. False: no memory. */
bool written_lay_out(const struct written *written, size_t row_bytes, size_t first,
                     struct written_room *room);

/* Adds what the mixed model needs of those who are laid out, where the study has one and pairs do not say it
   already. False: no memory. */
bool written_count_patterns(const struct written_scale *scale, uint32_t cohort,
                            struct written_room *room, struct patterns *patterns);

#endif

/* engine/pair_counts.h - the insides of a pair_counter: what counts respondents (pair_counter.c), and what makes
   cells of the counts (pair_cells.c). Internal to these. */
#ifndef PELLTER_ENGINE_PAIR_COUNTS_H
#define PELLTER_ENGINE_PAIR_COUNTS_H

#include "engine/stage_pairs.h"
#include "engine/written.h"

/* A scale: of how many outcomes, and which of the cells of its questionnaire are its matrices. */
struct counted_scale {
    size_t n_outcomes, first_cell, n_cells;
    bool is_written; /* outcomes are bytes, and somebody collects them */
};

/* A questionnaire: its scales, and what a row takes, and all matrices of a cohort; no cells: nobody is written
   down. */
struct counted_measure {
    size_t first_scale, n_scales, row_bytes, n_cells;
};

/* Of a cohort, on a questionnaire. */
struct counts {
    struct written written;
    uint16_t *
        cells; /* owned, or NULL: of each scale a matrix [outcome][later outcome] for each pair, then a
                        list [stage][outcome] of those with a score everywhere */
    uint32_t n_added; /* to each cell at most, since all had less than half */
    bool is_spilled;  /* there was no room for all of them: some are in the tally */
};

struct pair_counter {
    const struct study *study; /* borrowed */
    struct stage_pair pairs[MOST_PAIRS];
    size_t n_pairs;
    struct counted_scale *scales;     /* owned */
    struct counted_measure *measures; /* owned */
    struct counts *counts; /* owned, n_counts, of which those behind the last whole cohort are of
                              nobody: [cohort][measure] */
    size_t n_counts;
    size_t room, all_room; /* bytes left, and where there is nobody */
    struct written_room to_count;
};

void counts_free(struct counts *counts);

/* The i-th scale of a questionnaire. */
struct written_scale counts_scale(const struct pair_counter *counter,
                                  const struct counted_measure *measure, size_t i);

/* Counts what the mixed model needs of those who are written down, and all else in matrices if there are any.
   False: no memory. */
bool counts_add_columns(struct pair_counter *counter, uint32_t cohort,
                        const struct counted_measure *measure, const struct written *written,
                        struct counts *counts, struct tally *tally);

/* Adds the matrices of `from`, or none where that is NULL; every cell has less than half then. False: no
   memory. */
bool counts_add_matrices(const struct pair_counter *counter, uint32_t cohort,
                         const struct counted_measure *measure, struct counts *into,
                         const uint16_t from[], struct tally *tally);

/* Writes the cells of those who are written down: see written_count(). */
bool counts_put_written(struct pair_counter *counter, uint32_t cohort,
                        const struct counted_measure *measure, const struct counts *counts,
                        struct tally *tally);

#endif

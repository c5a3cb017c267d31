/* engine/pair_counter.h - counts pairs of questionnaire scores faster than cells can be looked up: people
   are written down, each once for all scales of a questionnaire, and counted when there are several; those of
   a large cohort in matrices, one for each scale and pair of stages, as long as there is room for them. */
#ifndef PELLTER_ENGINE_PAIR_COUNTER_H
#define PELLTER_ENGINE_PAIR_COUNTER_H

#include "engine/crew.h"
#include "engine/stage_pairs.h"
#include "engine/tally.h"

struct pair_counter;

/* A counter with about `room` bytes for lists and matrices. NULL: no memory. `study` must outlive it. */
struct pair_counter *pair_counter_new(const struct study *study, size_t room);
void pair_counter_free(struct pair_counter *counter);

/* Counts one respondent of a cohort on a questionnaire, whose scales, as far as they are collected, have these
   outcomes: [scale of the measure][stage]. Of each scale the outcome at each stage by itself, the counted pairs,
   and, of those with a score at every stage, each stage; and what the mixed model needs. Where there is no room
   to write down more, or no more in a cell of a matrix, what there is goes into `tally`. False: no memory. */
bool pair_counter_add(struct pair_counter *counter, uint32_t cohort, size_t measure,
                      outcome outcomes[][MAX_STAGES], struct tally *tally);

/* The same where the caller writes the outcomes down: in *row, a byte for each, stage by stage, as in a join's
   payloads, before anything else is asked of the counter. It is NULL where that cannot be, and
   pair_counter_add() has to do. */
bool pair_counter_write(struct pair_counter *counter, uint32_t cohort, size_t measure,
                        struct tally *tally, uint8_t **row);

/* The same of n respondents whose outcomes are bytes already: a row of each, like those, and its cohort. */
bool pair_counter_add_rows(struct pair_counter *counter, size_t measure, const uint32_t cohorts[],
                           const uint8_t *const rows[], size_t n, struct tally *tally);

/* The same of respondents of one cohort who are written down already. */
bool pair_counter_add_written(struct pair_counter *counter, uint32_t cohort, size_t measure,
                              const struct written *written, struct tally *tally);

/* Adds to `tally` all that n counters, at least 1, of one study have counted, and starts anew. What is of
   different cohorts is done by a crew. `keep`: people of a cohort that has no matrices stay written down
   in the tally, and are counted by whoever asks. False: no memory. */
bool pair_counters_finish(struct pair_counter *const counters[], size_t n, const struct crew *crew,
                          bool keep, struct tally *tally);

/* The same of one counter, all in cells. */
bool pair_counter_finish(struct pair_counter *counter, struct tally *tally);

#endif

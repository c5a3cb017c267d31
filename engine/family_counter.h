/* engine/family_counter.h - counts what the scores of a family's members give to it (family_given.h) faster
   than cells can be looked up: families of few members in tables by what they add up to, one for each
   scale of a cohort, as long as there is room for them. */
#ifndef PELLTER_ENGINE_FAMILY_COUNTER_H
#define PELLTER_ENGINE_FAMILY_COUNTER_H

#include "engine/family_given.h"
#include "engine/member_row.h"

struct family_counter;

/* A counter with about `room` bytes for tables. NULL: no memory. `study` must outlive it. */
struct family_counter *family_counter_new(const struct study *study, size_t room);
void family_counter_free(struct family_counter *counter);

/* Counts families of n > 0 members each, those of one behind those of another: rows of a measure, of all
   who have a score at two stages or more. What is no small family of one cohort, and what there is no
   table for, goes into `tally`. False: no memory. */
bool family_counter_add(struct family_counter *counter, size_t measure,
                        const unsigned char *const rows[], size_t n_families, size_t n,
                        struct family_tally *tally);

/* Counts somebody who is a family alone; of the row, what stands behind the cohort. False: no memory. */
bool family_counter_add_alone(struct family_counter *counter, size_t measure, uint32_t cohort,
                              const unsigned char codes[], struct family_tally *tally);

/* Adds all that was counted to `tally`, in the order of its cells, and starts anew. False: no memory. */
bool family_counter_finish(struct family_counter *counter, struct family_tally *tally);

/* Adds what `from`, of the same study, has counted, which is then empty. False: no memory. */
bool family_counter_merge(struct family_counter *into, struct family_counter *from,
                          struct family_tally *tally);

/* How the shares of a scale are judged: share_rules_of(). */
const struct share_rules *family_counter_rules(const struct family_counter *counter, size_t scale);

#endif

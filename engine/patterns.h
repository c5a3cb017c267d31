/* engine/patterns.h - sums for the mixed model: for each cohort, scale and set of stages at which
   respondents have scores, how many they are, the sums of their scores and of products of two
   stages, in whole units. Sums are exact and add, so that the order of respondents cannot show.
   The sums of one respondent are that person's scores. */
#ifndef PELLTER_ENGINE_PATTERNS_H
#define PELLTER_ENGINE_PATTERNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/packed_cells.h"
#include "engine/stats/repeated.h"

struct pattern {
    uint32_t cohort;
    uint16_t scale, stages; /* bit s: stage s */
    uint64_t n;
    size_t terms; /* place in patterns.terms: sums, then products, as in struct score_pattern */
};

/* Start with {0}. */
struct patterns {
    struct pattern *list; /* owned, n: each once */
    size_t n, capacity;
    int128 *terms; /* n_terms; owned where there is a capacity, else borrowed */
    size_t n_terms, terms_capacity;
    uint32_t *slots; /* owned, n_slots or NULL: where to find one; of what is to be found in order,
                        none are needed */
    size_t n_slots;
};

/* How many sums and products a set of stages has. */
size_t pattern_n_stages(unsigned stages);
size_t pattern_n_terms(unsigned stages);

/* Counts one respondent; `scores` in units, one for each bit of `stages`, which is not 0 and below
   2^MODEL_STAGES. False: no memory. */
bool patterns_add(struct patterns *patterns, uint32_t cohort, size_t scale, unsigned stages,
                  const int64_t scores[]);
/* The same of `n` respondents with scores at the same stages, those of one behind those of another. */
bool patterns_add_people(struct patterns *patterns, uint32_t cohort, size_t scale, unsigned stages,
                         size_t n, const int64_t scores[]);

/* The same of `n` with these at the first two stages: scores, or reasons. */
bool patterns_add_pair(struct patterns *patterns, uint32_t cohort, size_t scale, tally_code first,
                       tally_code second, uint64_t n);

/* Adds sums of n respondents. False: no memory. */
bool patterns_add_sums(struct patterns *patterns, const struct pattern *pattern,
                       const int128 terms[]);

/* Adds those of `from`, whose cohorts have the numbers group_of[cohort], or the same ones where that
   is NULL. False: no memory. */
bool patterns_merge(struct patterns *into, const struct patterns *from, const uint32_t group_of[]);

/* Those of coarser cohorts, in order: cohort c becomes group_of[c]. The caller frees *out, and before
   `patterns`, from which it borrows all sums where no two patterns become one. False: no memory; *out is
   then empty. */
bool patterns_coarsen(const struct patterns *patterns, const uint32_t group_of[],
                      struct patterns *out);

/* Puts them in order: by cohort, scale and stages. */
void patterns_sort(struct patterns *patterns);

/* Of one cohort and scale, sorted: the first, and how many; NULL where there are none. */
const struct pattern *patterns_find(const struct patterns *patterns, uint32_t cohort, size_t scale,
                                    size_t *n);

/* As the model takes it; holds until the next is added. */
struct score_pattern pattern_scores(const struct patterns *patterns, const struct pattern *pattern);

void patterns_free(struct patterns *patterns);

#endif

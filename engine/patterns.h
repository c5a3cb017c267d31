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

/* What respondents with scores at either of the first two stages, or at both, add up to: by these stages, as in
   pattern.stages. Start with {0}. */
struct pair_sums {
    uint64_t n[4];
    int128 terms[4][5]; /* as in struct score_pattern, of as many as the stages have */
};

/* `n` respondents with these: scores, or reasons, which are no sums. */
static inline void pair_sums_add(struct pair_sums *sums, tally_code first, tally_code second,
                                 uint64_t n)
{
    const unsigned stages = (unsigned)tally_is_score(first) | (unsigned)tally_is_score(second) << 1;
    int128 *const terms = sums->terms[stages];
    const int64_t x = stages == 2 ? second : first, y = second;
    const int128 mx = (int128)n * x, my = (int128)n * y;
    sums->n[stages] += n;
    terms[0] += mx;
    if (stages == 3) {
        terms[1] += my;
        terms[2] += mx * x;
        terms[3] += mx * y;
        terms[4] += my * y;
    } else if (stages != 0) {
        terms[1] += mx * x;
    }
}
bool patterns_add_pair_sums(struct patterns *patterns, uint32_t cohort, size_t scale,
                            const struct pair_sums *sums);

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

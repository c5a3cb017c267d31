/* tests/cases.h - the cases of tests/reference/statistics_data.csv: what statistics.R gave to R. */
#ifndef PELLTER_TESTS_CASES_H
#define PELLTER_TESTS_CASES_H

#include <stddef.h>
#include "engine/stats/counts.h"

#define MOST_CASES 64
#define MOST_PAIRS 8192

struct cases {
    struct pair_count *pairs;   /* owned: of all cases, one after the other */
    struct score_count *scores; /* owned: room for one distribution of any case */
    size_t n_cases;
    char names[MOST_CASES][40];
    struct joint joints[MOST_CASES];
};

/* Reads REFERENCE_DIR/statistics_data.csv; fails the test when it cannot. */
void cases_open(struct cases *cases);
void cases_close(struct cases *cases);

/* A distribution of one case, good until the next is asked for. `of` is joint_before, ... */
struct distribution case_distribution(struct cases *cases, size_t index,
                                      size_t (*of)(const struct joint *, struct score_count[]));

#endif

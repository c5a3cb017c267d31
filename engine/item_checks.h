/* engine/item_checks.h - what the answers themselves tell: how many scores were prorated, and signs
   of likely mistakes. Warnings never change an answer. */
#ifndef PELLTER_ENGINE_ITEM_CHECKS_H
#define PELLTER_ENGINE_ITEM_CHECKS_H

#include "engine/study.h"
#include "engine/warnings.h"
#include "scales/score.h"

/* Fewer forms than this give no warning: with few forms a code may well never occur. */
#define CHECKED_FORMS 30

/* How the forms of one scale were scored, as they were read. */
struct scoring_audit {
    uint64_t complete;                     /* from every item */
    uint64_t prorated;                     /* from fewer, in all ... */
    uint64_t prorated_from[MAX_ITEMS + 1]; /* ... and by how many were answered */
    uint64_t unscored;                     /* too few answered, the form not blank */
};

/* One item over all forms. */
struct item_sums {
    uint64_t n, n_lowest, n_highest;   /* valid answers; those with the lowest and highest code */
    uint64_t n_one_below, n_one_above; /* codes just outside the range */
    int64_t sum, sum_square,
        sum_product; /* on complete scales: as keyed, and times the scale sum */
};

struct scale_sums {
    struct scoring_audit audit;
    int64_t n, sum, sum_square; /* complete answers to the scale's items, and their sums */
};

struct item_checks {
    const struct study *study;     /* borrowed */
    struct scale_sums *scales;     /* owned, study->n_scales */
    struct item_sums *items;       /* owned: [measure][group][item] */
    uint64_t *ages, *ages_outside; /* owned, study->n_measures */
};

/* False: no memory. */
bool item_checks_init(struct item_checks *checks, const struct study *study);
void item_checks_free(struct item_checks *checks);

/* Takes in one form that is not blank. `answers` may hold codes outside the range. */
void item_checks_add(struct item_checks *checks, size_t measure, const struct answers *answers,
                     const struct scored scored[]);
void item_checks_add_age(struct item_checks *checks, size_t measure, int64_t age);

/* Adds what the answers show, in study order. */
void item_checks_warn(struct warnings *warnings, const struct item_checks *checks);

#endif

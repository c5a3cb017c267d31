/* engine/item_checks.h - what the answers themselves tell: how many scores were prorated, and signs
   of likely mistakes. Warnings never change an answer. */
#ifndef PELLTER_ENGINE_ITEM_CHECKS_H
#define PELLTER_ENGINE_ITEM_CHECKS_H

#include "engine/item_tally.h"
#include "engine/study.h"
#include "engine/warnings.h"
#include "scales/forms.h"

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
    bool *owns_items;              /* owned, study->n_scales: which compare items with their sum */
};

/* False: no memory. */
bool item_checks_init(struct item_checks *checks, const struct study *study);
void item_checks_free(struct item_checks *checks);

static inline struct item_sums *item_at(const struct item_checks *checks, size_t measure,
                                        size_t group, size_t item)
{
    return &checks->items[(measure * MAX_GROUPS + group) * MAX_ITEMS + item];
}

/* By group: all bits for each form, of BATCH_FORMS, that goes into the item tally's sheet of the group, else 0; NULL: none does. */
struct item_counted {
    const uint8_t *forms[MAX_GROUPS];
};

/* Takes in the n <= BATCH_FORMS forms that forms_score() made `scored` of; those that are blank
   (n_valid 0) are left out. `answers` may hold codes outside the range. The columns are those of
   the measure's own instrument: where versions are pooled and this form is of another one with
   fewer items, the rest of the columns must be there too. As for forms_score(), every column has
   BATCH_FORMS readable bytes. Of the forms that are `counted` (NULL: none) by the item tally the sums
   over complete scales are not taken here: item_checks_add_products() does that. */
void item_checks_add_forms(struct item_checks *checks, size_t measure,
                           const struct answer_columns *answers,
                           const struct scored_columns *scored, const struct item_counted *counted,
                           size_t n);

/* Adds the sums over complete scales of the forms that were counted by the tally, which is settled and
   has counted nothing else: once, when all forms are in. */
void item_checks_add_products(struct item_checks *checks, const struct item_tally *tally);

/* The ages, in years, of BATCH_FORMS forms; below 0: none. Blank forms (n_valid 0) are left out. Whether
   any other has the age `bad`, which stands for one that cannot be read. */
bool item_checks_add_ages(struct item_checks *checks, size_t measure,
                          const int16_t ages[BATCH_FORMS], const uint8_t n_valid[BATCH_FORMS],
                          int16_t bad);

/* Adds all that `from`, of the same study, has taken in: so threads' results meet. The sums are
   whole numbers: in which order they meet makes no difference. */
void item_checks_merge(struct item_checks *into, const struct item_checks *from);

/* Adds what the answers show, in study order. */
void item_checks_warn(struct warnings *warnings, const struct item_checks *checks);

#endif

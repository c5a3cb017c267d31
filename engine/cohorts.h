/* engine/cohorts.h - who is compared with whom: the crossings of cohort columns that occur, and the
   coarser groups that a breakdown makes of them. */
#ifndef PELLTER_ENGINE_COHORTS_H
#define PELLTER_ENGINE_COHORTS_H

#include "engine/names.h"
#include "engine/study.h"

/* What an empty cohort cell is called; a cell that says so itself means the same. */
#define COHORT_NOT_RECORDED "Not recorded"

/* Values joined in the order of study.cohort_columns. Start with cohorts_init. */
struct cohorts {
    size_t n_columns;
    struct names values; /* every value of every column; number 0 is COHORT_NOT_RECORDED */
    struct names tuples; /* the bytes of n_columns value numbers: a cohort is a tuple's number */
};

bool cohorts_init(struct cohorts *cohorts, size_t n_columns);
void cohorts_free(struct cohorts *cohorts);

/* The number of a value ("" is COHORT_NOT_RECORDED). False: no memory. */
bool cohorts_value(struct cohorts *cohorts, const char *text, size_t length, uint32_t *value);

/* The number of the cohort with these n_columns values. False: no memory. */
bool cohorts_add(struct cohorts *cohorts, const uint32_t values[], uint32_t *cohort);

/* The value of `column` in a cohort. */
uint32_t cohorts_value_of(const struct cohorts *cohorts, uint32_t cohort, size_t column);

/* < 0, 0, > 0: the order in which cohorts print. Column by column; runs of digits by value, all
   else by bytes; COHORT_NOT_RECORDED last. A total order that does not depend on the input's
   order. */
int cohorts_compare(const struct cohorts *cohorts, uint32_t a, uint32_t b);
int natural_compare(const char *a, const char *b);

/* A value as it stands in a crossing's label: in quotes (doubled inside) where it starts with a
   quote or where, between two separators, a slash of its own could be taken for one (" / " inside,
   "/ " at the start, " /" at the end, "/" alone), so that two crossings never share a label. NULL:
   no memory. */
const char *crossing_value(struct arena *arena, const char *text);

/* The groups of one breakdown, in printing order. */
struct grouping {
    uint32_t *group_of;  /* owned: for each cohort, its group */
    const char **labels; /* owned, texts by `arena`: "All" for no column, the value for one, values
                            as crossing_value() has them joined with " / " for several */
    uint32_t *members;   /* owned: for each group, some cohort of it; none where no cohort is */
    size_t n_groups;
    struct arena arena;
};

/* False: no memory, and *grouping is empty. */
bool grouping_init(struct grouping *grouping, const struct cohorts *cohorts,
                   const struct breakdown *breakdown);
void grouping_free(struct grouping *grouping);

/* Nobody in this group lacks a value of the breakdown's columns. */
bool grouping_is_recorded(const struct grouping *grouping, const struct cohorts *cohorts,
                          const struct breakdown *breakdown, uint32_t group);

#endif

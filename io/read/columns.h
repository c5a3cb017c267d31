/* io/read/columns.h - where in the rows of one file the columns of its source stand. */
#ifndef PELLTER_IO_READ_COLUMNS_H
#define PELLTER_IO_READ_COLUMNS_H

#include "io/read/delimited.h"
#include "io/read/plan.h"

#define NO_COLUMN SIZE_MAX

/* A place in the row, or a text that is the same for all rows, or neither. */
struct place {
    size_t index;         /* 0-based; NO_COLUMN: none */
    const char *constant; /* NULL: none */
};

struct columns {
    size_t n_columns; /* of the header row */
    struct place informant, participant, family, stage, age, goal, weight, category;
    struct place flags[MAX_FLAGS];
    struct place *cohorts; /* n_cohort_columns */
    struct place *dates;   /* as in the source */
    size_t **items;        /* [group x n_stages + stage]: n_items places in form order, or NULL */
    struct arena arena;    /* owned */
};

/* Finds the columns of `source` in its header row. A column that the study file names and the file
   does not have, one that stands twice, and a needed default that is not there are faults, at the
   study file's line where it names it. On a fault *columns is empty. */
MUST_CHECK struct fault columns_find(const struct plan *plan, const struct source *source,
                                     const struct row *header, struct columns *columns);
/* A first row of one cell is a title, or was read with the wrong separator: a fault. */
MUST_CHECK struct fault check_header(const char *name, const struct row *header);

/* Does a column name families that are not the respondents themselves? */
static inline bool columns_have_family(const struct columns *columns)
{
    return columns->family.index != NO_COLUMN &&
           columns->family.index != columns->participant.index;
}

void columns_free(struct columns *columns);

#endif

/* io/run/meanings.h - what the text of a cell means in its column. */
#ifndef PELLTER_IO_RUN_MEANINGS_H
#define PELLTER_IO_RUN_MEANINGS_H

#include "io/run/worker.h"

/* What a cell may mean beside a value. */
#define CELL_MISSING INT64_MIN
#define CELL_BAD (INT64_MIN + 1)

struct meaning_context {
    const struct plan *plan;
    const struct source *source;
    struct shared *shared;
};

/* Sets `value`, or CELL_MISSING, or CELL_BAD where the column cannot hold such a text. False: no
   memory. */
typedef bool meaning(const struct meaning_context *of, const struct cell *cell, int64_t *value);

meaning stage_meaning;     /* place in study.stages */
meaning date_meaning;      /* days since 1970-01-01 */
meaning age_meaning;       /* years */
meaning informant_meaning; /* place in source.informants */
meaning
    cohort_meaning;   /* the number of a value; where one column makes the cohort, of the cohort */
meaning name_meaning; /* of a goal or a category: a name's number */
meaning weight_meaning; /* of a goal, in units */
meaning level_meaning;  /* of a goal, in halves */
meaning flag_meaning;   /* 1 or 0 */
meaning answer_meaning; /* the code, whether an item can take it or not */

/* Is this one of the texts that mean "not answered"? */
bool is_missing(const struct source *source, const struct cell *cell);

#endif

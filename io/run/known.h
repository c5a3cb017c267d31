/* io/run/known.h - columns whose texts come again and again: what each means is found out once (memo.h). */
#ifndef PELLTER_IO_RUN_KNOWN_H
#define PELLTER_IO_RUN_KNOWN_H

#include "io/read/columns.h"
#include "io/read/starts.h"
#include "io/run/meanings.h"
#include "io/run/memo.h"

/* The rows at hand, and what it takes to say what their cells mean. All borrowed. */
struct known_rows {
    const struct meaning_context *context;
    struct text_room *room;
    const struct raw_row *rows;
    size_t n;
    const struct starts *starts; /* of the cells of these rows */
};

struct known {
    const struct place *place; /* borrowed from the columns */
    meaning *of;
    struct memo memo;
    bool is_fixed; /* no column: the same for every row */
    int64_t fixed;
};

/* Start with {.of = ...} where the column is given each time. The functions return false where there is no
   memory. */
bool known_begin(struct known *known, const struct place *place, meaning *of,
                 const struct meaning_context *context);
void known_free(struct known *known);

/* What each row's cell means: in the column that it began with, or in `column`. */
bool known_values(struct known *known, const struct known_rows *rows, int64_t values[]);
bool known_column(struct known *known, size_t column, const struct known_rows *rows,
                  int64_t values[]);

/* What a cell means. */
bool known_value(struct known *known, const struct known_rows *rows, struct span raw,
                 int64_t *value);

#endif

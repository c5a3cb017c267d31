/* io/read/starts.h - where the cells of some columns begin, in many rows at once: of the columns that a
   study reads, and no others. */
#ifndef PELLTER_IO_READ_STARTS_H
#define PELLTER_IO_READ_STARTS_H

#include "io/read/rows.h"

/* So many rows at a time. */
#define STARTS_ROWS 128

/* Start with {0}; starts_free(). */
struct starts {
    uint32_t *columns; /* owned: n_columns, ascending, once starts_find() may be called */
    size_t n_columns, columns_capacity;
    const char **
        places; /* owned: of each column in turn, and one more, STARTS_ROWS, where its cells begin */
};

/* A column of which it is wanted where its cells begin; or where they begin and end. Behind the last column a next
   one would begin. False: no memory. */
bool starts_want(struct starts *starts, size_t column);
bool starts_want_cells(struct starts *starts, size_t column);

/* Ends the list of columns. False: no memory. */
bool starts_ready(struct starts *starts);

void starts_free(struct starts *starts);

/* Finds the beginnings in n <= STARTS_ROWS rows, which lasts as long as the rows. Returns how many rows have
   not n_cells cells, which are enough for all columns wanted, and lists them in `others`, ascending. */
size_t starts_find(const struct starts *starts, const struct raw_row rows[], size_t n,
                   size_t n_cells, uint8_t others[]);

/* Those of a column that is wanted: of each row in turn. Of a row that has not this cell it is where the row
   begins, or behind its end, if the cells before are all there. */
const char *const *starts_of(const struct starts *starts, size_t column);

/* The cell of row r, of a column whose cells are wanted. Of one that a row has not the length is above that of
   any cell. */
static inline struct span start_cell(const char *const starts[], size_t r)
{
    return (struct span){starts[r], (size_t)(starts[r + STARTS_ROWS] - starts[r]) - 1};
}

#endif

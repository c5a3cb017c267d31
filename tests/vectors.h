/* tests/vectors.h - the test vectors of tests/reference: small CSV files with a header row, read
   whole. Quoted cells may hold commas, but no line breaks. */
#ifndef PELLTER_TESTS_VECTORS_H
#define PELLTER_TESTS_VECTORS_H

#include <stddef.h>

#define VECTOR_COLUMNS 80
#define VECTOR_ROWS 400

struct vectors {
    char *bytes; /* owned: what all cells point into */
    const char *header[VECTOR_COLUMNS];
    size_t n_columns, n_rows;
    const char *cells[VECTOR_ROWS][VECTOR_COLUMNS];
};

/* Reads REFERENCE_DIR/name; fails the test when it cannot. */
void vectors_open(struct vectors *vectors, const char *name);
void vectors_close(struct vectors *vectors);

/* A cell by its column's name, "" when it is empty; fails the test when there is no such column. */
const char *vector_cell(const struct vectors *vectors, size_t row, const char *column);

/* A cell as a number; NAN when it is empty. */
double vector_number(const struct vectors *vectors, size_t row, const char *column);

#endif

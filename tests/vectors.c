#include "tests/vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/check.h"

#define MOST_BYTES ((size_t)64 * 1024)

/* Ends the cell at `from` and returns where the next one begins; *last is its row's end. */
static char *end_cell(char *from, const char **cell, bool *last)
{
    char *end = from;
    *cell = from;
    if (*from == '"') {
        *cell = from + 1;
        end = strchr(from + 1, '"');
        assert_non_null(end);
        *end++ = '\0';
    } else {
        end += strcspn(from, ",\r\n");
    }
    *last = *end != ',';
    while (*end == '\r') {
        *end++ = '\0';
    }
    *end = '\0';
    return end + 1;
}

void vectors_open(struct vectors *vectors, const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", REFERENCE_DIR, name);
    FILE *const file = fopen(path, "rb");
    if (file == NULL) {
        fail_msg("cannot open %s", path);
    }
    memset(vectors, 0, sizeof *vectors);
    vectors->bytes = calloc(MOST_BYTES, 1);
    assert_non_null(vectors->bytes);
    const size_t n = fread(vectors->bytes, 1, MOST_BYTES - 2, file);
    assert_true(n > 0 && n < MOST_BYTES - 2);
    fclose(file);
    char *at = vectors->bytes, *const end = at + n;
    for (size_t row = 0; at < end; row++) {
        const char **const cells = row == 0 ? vectors->header : vectors->cells[row - 1];
        bool last = false;
        size_t column = 0;
        assert_true(row <= VECTOR_ROWS);
        while (!last) {
            assert_true(column < VECTOR_COLUMNS);
            at = end_cell(at, &cells[column++], &last);
        }
        vectors->n_columns = row == 0 ? column : vectors->n_columns;
        assert_int_equal(column, vectors->n_columns);
        vectors->n_rows = row;
    }
}

void vectors_close(struct vectors *vectors)
{
    free(vectors->bytes);
    vectors->bytes = NULL;
}

const char *vector_cell(const struct vectors *vectors, size_t row, const char *column)
{
    for (size_t i = 0; i < vectors->n_columns; i++) {
        if (strcmp(vectors->header[i], column) == 0) {
            return vectors->cells[row][i];
        }
    }
    fail_msg("no column %s", column);
    return "";
}

double vector_number(const struct vectors *vectors, size_t row, const char *column)
{
    const char *const cell = vector_cell(vectors, row, column);
    char *end;
    if (cell[0] == '\0') {
        return NAN;
    }
    const double value = strtod(cell, &end);
    if (*end != '\0') {
        fail_msg("row %zu: %s is not a number: %s", row + 2, column, cell);
    }
    return value;
}

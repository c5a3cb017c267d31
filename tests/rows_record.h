/* tests/rows_record.h - all that a reader of rows says of a text, as one string to be compared: for
   test_rows and fuzz_rows. */
#ifndef PELLTER_TESTS_ROWS_RECORD_H
#define PELLTER_TESTS_ROWS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include "engine/fault.h"
#include "io/read/rows.h"

struct record {
    char *text; /* owned; "" before anything has been added */
    size_t n, capacity;
    struct fault fault;
    size_t n_lines;
    size_t after;       /* rows up to this number are left out, and numbers count from behind it */
    const char *broken; /* what is against rows.h */
};

/* How a text is read. */
struct how {
    size_t reader;   /* 0: the record lane; then the implementations of marks.h */
    size_t capacity; /* rows asked for at a time */
    char padding;    /* the byte behind the text; then come all kinds */
};

/* The readers that this processor can run; at most 4. */
size_t n_readers(void);
struct rows *reader_new(size_t reader, char separator);

/* Reads a copy of the n bytes whose padding is exactly TEXT_PADDING bytes. Frees what *record had.
   */
void record_rows(struct rows *rows, const struct how *how, const char *bytes, size_t n,
                 struct record *record);

/* The same by delimited_parse(), whose fault "no rows" becomes none. */
void record_delimited(const char *bytes, size_t n, char separator, struct record *record);

bool same_fault(const struct fault *a, const struct fault *b);
void record_free(struct record *record);

#endif

/* tests/fuzz/fuzz_rows.c - whatever the bytes, delimited_parse(), the record lane and each quick
   implementation give the same rows, lines and faults. The first byte says how to read the others:
   the separator, how many rows at a time, what stands behind the text, and how much text to put
   before it, so that blocks and windows begin anywhere. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/rows_record.h"

/* assert() would go with NDEBUG */
#define REQUIRE(condition)                                                                \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                      \
        }                                                                                 \
    } while (0)

static void check_same(const struct record *expected, const struct record *got)
{
    REQUIRE(got->broken == NULL);
    REQUIRE(same_fault(&expected->fault, &got->fault));
    REQUIRE(expected->n == got->n);
    REQUIRE(memcmp(expected->text, got->text, got->n) == 0);
}

/* delimited_parse() takes these for the marks of a file (UTF-16, UTF-8, gzip, Zstandard), rows.h never sees
   them. */
static bool has_mark(const char *text, size_t n)
{
    return (n >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0)) ||
           (n >= 2 && memcmp(text, "\x1F\x8B", 2) == 0) ||
           (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) ||
           (n >= 4 && memcmp(text, "\x28\xB5\x2F\xFD", 4) == 0);
}

/* Readers are used again and again: nothing of a text may be left for the next. By separator. */
static struct rows *readers[3][4];

static void check_text(const char *text, size_t n, unsigned kind, struct how how)
{
    const char separator = ",;\t"[kind];
    struct record expected = {0}, got = {0};

    for (how.reader = 0; how.reader < n_readers(); how.reader++) {
        struct rows **const rows = &readers[kind][how.reader];
        *rows = *rows == NULL ? reader_new(how.reader, separator) : *rows;
        REQUIRE(*rows != NULL);
        record_rows(*rows, &how, text, n, how.reader == 0 ? &expected : &got);
        if (how.reader > 0) {
            check_same(&expected, &got);
            REQUIRE(expected.n_lines == got.n_lines);
        }
    }
    if (!has_mark(text, n)) {
        record_delimited(text, n, separator, &got);
        check_same(&got, &expected);
    }
    record_free(&expected);
    record_free(&got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t before[] = {0, 0, 60, 16384 - 10};
    static const size_t capacities[] = {1, 2, 7, 1000};
    const unsigned first = size > 0 ? data[0] : 0;
    const size_t n_before = before[first >> 2 & 3], n = size > 0 ? size - 1 : 0;
    const struct how how = {.capacity = capacities[first >> 4 & 3],
                            .padding = "\n\",\r"[first >> 6]};
    char *const text = malloc(n_before + n + 1);

    REQUIRE(text != NULL);
    memset(text, 'x', n_before);
    if (n > 0) {
        memcpy(text + n_before, data + 1, n);
    }
    check_text(text, n_before + n, (first & 3) % 3, how);
    free(text);
    return 0;
}

/* tests/fuzz/fuzz_delimited.c - a CSV file of any bytes gives the same rows and the same fault
   whether it comes whole or byte by byte, and every row is as delimited.h promises. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine/memory.h"
#include "io/read/bytes.h"
#include "io/read/delimited.h"

/* assert() would go with NDEBUG */
#define REQUIRE(condition)                                                                \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                      \
        }                                                                                 \
    } while (0)

/* The rows, one after the other: number, number of cells, and each cell's length and text. */
struct record {
    char *bytes; /* owned */
    size_t n, capacity;
    size_t last_number;
};

static void record_add(struct record *record, const void *bytes, size_t n)
{
    REQUIRE(array_grow((void **)&record->bytes, &record->capacity, record->n + n, 1));
    memcpy(record->bytes + record->n, bytes, n);
    record->n += n;
}

/* Is this as delimited.h says of a cell? */
static bool is_cell(const char *text, size_t n)
{
    bool trimmed = white_space_at(text, n) == 0;

    for (size_t k = 1; k <= 3 && k <= n; k++) {
        trimmed = trimmed && white_space_at(text + n - k, k) != k;
    }
    return trimmed && strlen(text) == n && utf8_valid(text, n);
}

static struct fault take(void *context, const struct row *row)
{
    struct record *record = context;

    REQUIRE(row->number > record->last_number);
    REQUIRE(row->n_cells > 0);
    record->last_number = row->number;
    record_add(record, &row->number, sizeof row->number);
    record_add(record, &row->n_cells, sizeof row->n_cells);
    for (size_t i = 0; i < row->n_cells; i++) {
        const char *const text = row->cells[i].text;
        const size_t n = row->cells[i].length;
        REQUIRE(is_cell(text, n));
        record_add(record, &n, sizeof n);
        record_add(record, text, n);
    }
    return FAULT_FREE;
}

static void check_fault(const struct fault *fault, const struct record *record)
{
    REQUIRE(fault->code == FAULT_NONE || fault->code == FAULT_SYNTAX ||
            fault->code == FAULT_CONTENT);
    REQUIRE((fault->code == FAULT_NONE) == (fault->detail[0] == '\0'));
    REQUIRE(fault->code != FAULT_NONE || record->n > 0);
    REQUIRE(fault->code != FAULT_CONTENT || record->n == 0);
    REQUIRE(fault->code != FAULT_SYNTAX || (fault->row > record->last_number && fault->column > 0));
}

static bool same(const struct fault *a, const struct fault *b)
{
    return a->code == b->code && a->row == b->row && a->column == b->column &&
           strcmp(a->file, b->file) == 0 && strcmp(a->detail, b->detail) == 0;
}

static void check_separator(const char *bytes, size_t n, char separator)
{
    struct record whole = {0};
    const struct fault expected = delimited_parse("fuzz.csv", bytes, n, 0, separator, take, &whole);

    check_fault(&expected, &whole);
    for (size_t chunk = 1; chunk <= 3; chunk += 2) {
        struct record parts = {0};
        const struct fault fault =
            delimited_parse("fuzz.csv", bytes, n, chunk, separator, take, &parts);
        REQUIRE(same(&fault, &expected));
        REQUIRE(parts.n == whole.n);
        REQUIRE(whole.n == 0 || memcmp(parts.bytes, whole.bytes, whole.n) == 0);
        free(parts.bytes);
    }
    free(whole.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char separators[] = {'\0', ',', ';', '\t'};

    for (size_t i = 0; i < sizeof separators; i++) {
        check_separator((const char *)data, size, separators[i]);
    }
    return 0;
}

/* tests/rows_record.c - see rows_record.h. */
#include "tests/rows_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine/memory.h"
#include "io/read/delimited.h"
#include "io/read/marks.h"

#define CAPACITY_MAX 1024

static void record_add(struct record *record, const char *text, size_t n)
{
    if (!array_grow(&record->text, &record->capacity, record->n + n + 1, 1)) {
        abort();
    }
    memcpy(record->text + record->n, text, n);
    record->n += n;
    record->text[record->n] = '\0';
}

void record_free(struct record *record)
{
    free(record->text);
    *record = (struct record){.after = record->after};
}

static void record_begin(struct record *record)
{
    record_free(record);
    record_add(record, "", 0);
}

static void add_number(struct record *record, size_t number)
{
    char digits[40];

    record_add(record, digits, (size_t)snprintf(digits, sizeof digits, "%zu", number));
}

static void add_cell(struct record *record, const struct cell *cell)
{
    if (strlen(cell->text) != cell->length) {
        record->broken = "a cell's length is not that of its text";
    }
    record_add(record, "[", 1);
    record_add(record, cell->text, cell->length);
    record_add(record, "]", 1);
}

size_t n_readers(void)
{
    struct marker known[MARKERS_MAX];

    return 1 + markers(known);
}

struct rows *reader_new(size_t reader, char separator)
{
    struct marker known[MARKERS_MAX];
    struct rows *const rows =
        rows_new(separator, reader == 0 ? RECORD_LANE : QUICK_AND_RECORD_LANE);

    if (rows != NULL && reader > 0) {
        (void)markers(known);
        rows_use_marker(rows, &known[reader - 1]);
    }
    return rows;
}

static void add_row(struct record *record, const struct raw_row *row, struct text_room *room)
{
    struct cell cell;
    size_t end = row->start - (size_t)1;

    if (row->number <= record->after) {
        return;
    }
    add_number(record, row->number - record->after);
    for (size_t i = 0; i < row->n_cells; i++) {
        const size_t start = end + 1;
        struct span raw;
        end = cell_end(row->ends, start);
        if (!text_decode(row->text + start, end - start, room, &cell)) {
            abort();
        }
        add_cell(record, &cell);
        if (i % 64 < 8) { /* it counts its way through the row */
            raw = raw_cell(row, i);
            if (raw.text != row->text + start || raw.length != end - start) {
                record->broken = "not the cell that was asked for";
            }
        }
    }
    if (!raw_cell_text(row, row->n_cells, room, &cell) || cell.length != 0 ||
        cell.text[0] != '\0') {
        record->broken = "a cell behind the last one";
    }
    record_add(record, "\n", 1);
    /* the bytes that may be read, for a sanitizer to see */
    for (size_t i = 0; i < TEXT_PADDING; i++) {
        const volatile char *const text = row->text;
        (void)text[end + i];
    }
    (void)*(const volatile uint64_t *)(row->ends + end / 64 + 1);
}

void record_rows(struct rows *rows, const struct how *how, const char *bytes, size_t n,
                 struct record *record)
{
    struct raw_row batch[CAPACITY_MAX];
    struct text_room room = {0};
    char *const text = malloc(n + TEXT_PADDING);
    size_t n_rows;

    if (text == NULL || how->capacity > CAPACITY_MAX) {
        abort();
    }
    record_begin(record);
    if (n > 0) {
        memcpy(text, bytes, n);
    }
    for (size_t i = 0; i < TEXT_PADDING; i++) {
        text[n + i] = i == 0 ? how->padding : "x,\"\n\r;\t"[i % 7];
    }
    rows_begin(rows, "x.csv", text, n);
    do {
        record->fault = rows_next(rows, batch, how->capacity, &n_rows);
        for (size_t i = 0; i < n_rows; i++) {
            add_row(record, &batch[i], &room);
        }
        if (n_rows > how->capacity || (n_rows > 0 && rows_lines(rows) < batch[n_rows - 1].number)) {
            record->broken = "too many rows, or too few lines";
        }
    } while (n_rows > 0 && record->fault.code == FAULT_NONE);
    record->n_lines = rows_lines(rows);
    free(room.bytes);
    free(text);
}

static struct fault take(void *context, const struct row *row)
{
    struct record *const record = context;

    add_number(record, row->number);
    for (size_t i = 0; i < row->n_cells; i++) {
        add_cell(record, &row->cells[i]);
    }
    record_add(record, "\n", 1);
    return FAULT_FREE;
}

void record_delimited(const char *bytes, size_t n, char separator, struct record *record)
{
    record_begin(record);
    record->fault = delimited_parse("x.csv", bytes, n, 0, separator, take, record);
    if (record->fault.code == FAULT_CONTENT) {
        record->fault = FAULT_FREE;
    }
}

bool same_fault(const struct fault *a, const struct fault *b)
{
    return a->code == b->code && a->row == b->row && a->column == b->column &&
           strcmp(a->file, b->file) == 0 && strcmp(a->detail, b->detail) == 0;
}

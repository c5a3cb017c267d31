/* io/read/delimited.c - see delimited.h. */
#include "io/read/delimited.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"

#define ROWS_AT_ONCE 256

bool row_decode(const struct raw_row *raw, struct decoded_row *out)
{
    struct text_room room = {0};
    size_t start = raw->start, end;
    bool done = array_grow(&out->cells, &out->cells_capacity, raw->n_cells, sizeof *out->cells);
    arena_free(&out->texts);
    for (size_t i = 0; i < raw->n_cells && done; i++, start = end + 1) {
        struct cell cell;
        end = cell_end(raw->ends, start);
        done = text_decode(raw->text + start, end - start, &room, &cell);
        if (done) {
            out->cells[i] =
                (struct cell){arena_copy(&out->texts, cell.text, cell.length), cell.length};
            done = out->cells[i].text != NULL;
        }
    }
    out->row = (struct row){.number = raw->number, .cells = out->cells, .n_cells = raw->n_cells};
    free(room.bytes);
    return done;
}

void row_free(struct decoded_row *row)
{
    arena_free(&row->texts);
    free(row->cells);
    *row = (struct decoded_row){0};
}

/* A file while it is read. */
struct reading {
    const char *name;
    struct chunks *chunks;
    char separator;
    header_handler *header;
    rows_handler *rows;
    void *context;
    struct chunk chunk;  /* owned */
    struct rows *reader; /* owned; NULL until the separator is known */
    bool has_header;
    uint64_t n_lines; /* of the pieces before */
    bool ends_line;   /* the last of them ends with a line end; true of no piece */
};

static struct fault take_header(struct reading *r, const struct raw_row *raw)
{
    struct decoded_row decoded = {0};
    struct fault fault = fault_memory();
    if (row_decode(raw, &decoded)) {
        decoded.row.number += r->n_lines;
        fault = r->header(r->context, &decoded.row);
    }
    r->has_header = true;
    row_free(&decoded);
    /* cppcheck-suppress returnDanglingLifetime ; a fault has its text in itself */
    return fault;
}

/* Faults of the reader know rows by their number in the piece. */
static struct fault in_file(const struct reading *r, struct fault fault)
{
    fault.row += fault.code == FAULT_NONE || fault.row == 0 ? 0 : (size_t)r->n_lines;
    return fault;
}

static struct fault read_piece(struct reading *r)
{
    struct raw_row raw[ROWS_AT_ONCE];
    struct fault fault = FAULT_FREE, found;
    size_t n;
    rows_begin(r->reader, r->name, r->chunk.text, r->chunk.n);
    do {
        size_t first = 0;
        found = rows_next(r->reader, raw, ROWS_AT_ONCE, &n);
        if (n > 0 && !r->has_header) {
            fault = take_header(r, &raw[0]);
            first = 1;
        }
        if (fault.code == FAULT_NONE && n > first) {
            fault = r->rows(r->context, raw + first, n - first, r->n_lines);
        }
    } while (n > 0 && fault.code == FAULT_NONE && found.code == FAULT_NONE);
    if (fault.code == FAULT_NONE) {
        fault = in_file(r, found);
    }
    r->n_lines += rows_lines(r->reader);
    return fault;
}

/* The piece with the header row tells the separator: nearly always the first, but a file may begin
   with very many blank lines. */
static struct fault take_piece(struct reading *r)
{
    if (!r->has_header) {
        const char separator =
            r->separator == '\0' ? separator_of(r->chunk.text, r->chunk.n) : r->separator;
        rows_free(r->reader);
        r->reader = rows_new(separator, QUICK_AND_RECORD_LANE);
    }
    return r->reader == NULL ? fault_memory() : read_piece(r);
}

/* A fault of the file itself stands behind the text that could be read. */
static struct fault behind_text(const struct reading *r, struct fault fault)
{
    if (fault.code == FAULT_SYNTAX && fault.row == 0) {
        fault.row = (size_t)r->n_lines + (r->ends_line ? 1 : 0);
    }
    return fault;
}

/* Reads all of the file, and closes it. */
static struct fault delimited_run(struct reading *r)
{
    struct fault fault;
    assert(r->separator == '\0' || strchr(",;\t", r->separator) != NULL);
    do {
        fault = behind_text(r, chunks_next(r->chunks, &r->chunk));
        if (fault.code == FAULT_NONE && r->chunk.n > 0) {
            r->ends_line = strchr("\r\n", r->chunk.text[r->chunk.n - 1]) != NULL;
            fault = take_piece(r);
        }
    } while (fault.code == FAULT_NONE && r->chunk.n > 0);
    if (fault.code == FAULT_NONE && !r->has_header) {
        fault = fault_at(FAULT_CONTENT, r->name, 0, 0, "%s; expected a row of column names",
                         r->reader != NULL ? "blank lines only" : "an empty file");
    }
    rows_free(r->reader);
    chunk_free(&r->chunk);
    chunks_close(r->chunks);
    return fault;
}

struct fault delimited_read(const char *path, char separator, header_handler *header,
                            rows_handler *rows, void *context)
{
    struct reading r = {
        .name = path, .separator = separator, .header = header, .rows = rows, .context = context};
    const struct fault fault = chunks_open(path, 0, &r.chunks);
    return fault.code != FAULT_NONE ? fault : delimited_run(&r);
}

/* --- for tests --- */

struct decoding {
    row_handler *take;
    void *context;
    struct decoded_row row;
};

static struct fault decode_header(void *context, const struct row *header)
{
    const struct decoding *const d = context;
    return d->take(d->context, header);
}

static struct fault decode_rows(void *context, const struct raw_row rows[], size_t n,
                                uint64_t lines_before)
{
    struct decoding *const d = context;
    struct fault fault = FAULT_FREE;
    for (size_t i = 0; i < n && fault.code == FAULT_NONE; i++) {
        if (!row_decode(&rows[i], &d->row)) {
            return fault_memory();
        }
        d->row.row.number += lines_before;
        fault = d->take(d->context, &d->row.row);
    }
    return fault;
}

struct fault delimited_parse(const char *name, const char *bytes, size_t n, size_t chunk,
                             char separator, row_handler *take, void *context)
{
    struct decoding decoding = {.take = take, .context = context};
    struct reading r = {.name = name,
                        .separator = separator,
                        .header = decode_header,
                        .rows = decode_rows,
                        .context = &decoding,
                        .ends_line = true};
    struct fault fault = chunks_open_memory(name, bytes, n, chunk, chunk, &r.chunks);
    if (fault.code == FAULT_NONE) {
        fault = delimited_run(&r);
    }
    row_free(&decoding.row);
    return fault;
}

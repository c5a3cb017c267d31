/* io/read/delimited.c - see delimited.h. libcsv knows the quoting rules; what is added here is
   where rows end, what a cell's bytes mean, which separator it is, and limits. */
#include "io/read/delimited.h"

#include <assert.h>
#include <csv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "engine/memory.h"
#include "io/read/bytes.h"

#define MIB ((size_t)1024 * 1024)
#define CELL_MAX MIB
#define CELLS_MAX ((size_t)65536)
#define ROW_MAX (16 * MIB)
#define HEADER_MAX MIB /* a header row longer than this is judged by its beginning */

/* What libcsv holds of a cell may be longer than the cell by a closing quote and by white space. By
   stopping at one and the same byte, the fault does not depend on how the file arrived. */
#define HELD_MAX (CELL_MAX + 2)

#define N_SEPARATORS 3
static const char separators[N_SEPARATORS] = {',', ';', '\t'}; /* the first wins a tie */

/* The beginning of the file, held back until its header row has told the separator. */
struct header {
    char *text; /* owned */
    size_t n, capacity;
    size_t counts[N_SEPARATORS];
    bool quoted, blank; /* inside quotes; nothing in this line so far */
};

struct reading {
    const char *name;
    row_handler *take;
    void *context;
    struct csv_parser parser;
    struct fault fault; /* the first one; nothing is done after it */
    struct header header;
    size_t n_lines; /* that have ended, the blank ones too */
    size_t n_taken; /* rows that `take` was given */
    bool after_cr;  /* the last byte was a CR that ended a row: a LF belongs to it */
    bool any_text;  /* libcsv has seen at least a byte */
    /* the row that is being read */
    struct cell *cells; /* owned; without their texts until the row has ended */
    size_t n_cells, cells_capacity;
    char *text; /* owned: the cells one after the other, each with its NUL */
    size_t n_text, text_capacity;
    char *decoded; /* owned: one cell that was in Windows-1252 */
    size_t decoded_capacity;
};

/* A fault at the cell that is being read. */
#define READING_FAULT(r, code, ...) \
    fault_at((code), (r)->name, (r)->n_lines + 1, (r)->n_cells + 1, __VA_ARGS__)

static struct fault cell_too_long(const struct reading *r, bool quoted)
{
    return READING_FAULT(r, FAULT_SYNTAX, "a cell longer than 1 MiB; expected at most that%s",
                         quoted ? " (is its closing double quote missing?)" : "");
}

/* Cuts white space off both ends. */
static void text_trim(const char **text, size_t *n)
{
    size_t length;

    while ((length = white_space_at(*text, *n)) > 0) {
        *text += length;
        *n -= length;
    }
    for (size_t i = 1; i <= 3 && i <= *n;) {
        if (white_space_at(*text + *n - i, i) == i) {
            *n -= i;
            i = 1;
        } else {
            i++;
        }
    }
}

/* Puts a cell behind the others of its row. False when there is no memory. */
static bool cell_append(struct reading *r, const char *text, size_t n)
{
    if (!utf8_valid(text, n)) {
        if (!array_grow(&r->decoded, &r->decoded_capacity, 3 * n, 1)) {
            return false;
        }
        n = windows_1252_to_utf8(text, n, r->decoded);
        text = r->decoded;
    }
    text_trim(&text, &n);
    if (!array_grow(&r->text, &r->text_capacity, r->n_text + n + 1, 1) ||
        !array_grow(&r->cells, &r->cells_capacity, r->n_cells + 1, sizeof *r->cells)) {
        return false;
    }
    memcpy(r->text + r->n_text, text, n);
    r->text[r->n_text + n] = '\0';
    r->n_text += n + 1;
    r->cells[r->n_cells] = (struct cell){.length = n};
    r->n_cells++;
    return true;
}

/* libcsv found the end of a cell. */
static void take_cell(void *text, size_t n, void *context)
{
    struct reading *r = context;

    if (r->fault.code != FAULT_NONE) {
        return;
    }
    if (r->n_cells == CELLS_MAX) {
        r->fault = READING_FAULT(r, FAULT_SYNTAX,
                                 "a row with more than 65,536 cells; expected at most that "
                                 "(is it another kind of file?)");
    } else if (n > CELL_MAX) {
        r->fault = cell_too_long(r, false);
    } else if (r->n_text + n > ROW_MAX) {
        r->fault =
            READING_FAULT(r, FAULT_SYNTAX, "a row longer than 16 MiB; expected at most that");
    } else if (!cell_append(r, text, n)) {
        r->fault = fault_memory();
    }
}

/* libcsv found the end of a row: the byte `end`, or -1 for the end of the file. */
static void take_row(int end, void *context)
{
    struct reading *r = context;
    const char *text = r->text;

    if (r->fault.code != FAULT_NONE) {
        return;
    }
    r->after_cr = end == '\r';
    r->n_lines++;
    if (r->n_cells > 0) { /* else a blank line */
        const struct row row = {.number = r->n_lines, .cells = r->cells, .n_cells = r->n_cells};
        for (size_t i = 0; i < r->n_cells; i++) {
            r->cells[i].text = text;
            text += r->cells[i].length + 1;
        }
        r->n_taken++;
        r->fault = r->take(r->context, &row);
    }
    r->n_cells = 0;
    r->n_text = 0;
}

/* What libcsv stopped at. */
static struct fault parser_fault(const struct reading *r, bool at_end)
{
    /* csv_error() takes its parser without const */
    if (r->parser.status != CSV_EPARSE) {
        return fault_memory();
    }
    if (at_end) {
        return READING_FAULT(r, FAULT_SYNTAX,
                             "a cell that begins with a double quote and has no closing one before "
                             "the end of the file; expected a quote at both ends");
    }
    if (r->parser.quoted) {
        return READING_FAULT(r, FAULT_SYNTAX,
                             "more text behind the closing double quote of a cell; expected the "
                             "next cell or the end of the row (a quote inside a quoted cell is "
                             "written twice)");
    }
    return READING_FAULT(r, FAULT_SYNTAX,
                         "a double quote inside a cell that does not begin with one; expected the "
                         "whole cell in quotes, and quotes inside it written twice");
}

/* Gives text to libcsv in pieces that end behind each CR, so that a LF right behind a CR that ended
   a row can be left out. (libcsv would report it as a row of its own; but then a CR and a LF with
   spaces between them, which are two rows, could not be told from it.) */
static void reading_feed(struct reading *r, const char *text, size_t n)
{
    while (n > 0 && r->fault.code == FAULT_NONE) {
        const bool pair = r->after_cr && text[0] == '\n';
        const size_t room = HELD_MAX - r->parser.entry_pos;
        size_t piece = n < room ? n : room;
        const char *cr = memchr(text, '\r', piece);

        r->any_text = true;
        r->after_cr = false;
        if (pair) {
            piece = 1;
        } else {
            piece = cr != NULL ? (size_t)(cr - text) + 1 : piece;
            if (csv_parse(&r->parser, text, piece, take_cell, take_row, r) != piece &&
                r->fault.code == FAULT_NONE) {
                r->fault = parser_fault(r, false);
            }
            if (r->parser.entry_pos >= HELD_MAX && r->fault.code == FAULT_NONE) {
                r->fault = cell_too_long(r, r->parser.quoted != 0);
            }
        }
        text += piece;
        n -= piece;
    }
}

/* Does the header row end with this byte? Blank lines before it do not count. Quotes are counted
   through: in a file that libcsv accepts they come in pairs, whichever separator it is. */
static bool header_scan(struct header *h, char byte)
{
    if (byte == '"') {
        h->quoted = !h->quoted;
    }
    if (!h->quoted && (byte == '\n' || byte == '\r')) {
        if (!h->blank) {
            return true;
        }
        memset(h->counts, 0, sizeof h->counts); /* of the tabs in a blank line */
        return false;
    }
    h->blank = h->blank && (byte == ' ' || byte == '\t');
    for (size_t i = 0; i < N_SEPARATORS; i++) {
        h->counts[i] += !h->quoted && byte == separators[i];
    }
    return false;
}

/* Sets the separator and gives libcsv what was held back. */
static void header_end(struct reading *r)
{
    struct header *h = &r->header;
    size_t most = 0;

    for (size_t i = 1; i < N_SEPARATORS; i++) {
        if (h->counts[i] > h->counts[most]) {
            most = i;
        }
    }
    csv_set_delim(&r->parser, (unsigned char)separators[most]);
    reading_feed(r, h->text, h->n);
}

/* Holds text back until the separator is known: then true. */
static bool header_take(struct reading *r, const char *text, size_t n)
{
    struct header *h = &r->header;
    size_t place = h->n;
    bool known = false;

    if (!array_grow(&h->text, &h->capacity, h->n + n, 1)) {
        r->fault = fault_memory();
        return true;
    }
    memcpy(h->text + h->n, text, n);
    h->n += n;
    while (!known && place < h->n) {
        known = header_scan(h, h->text[place]) || place + 1 == HEADER_MAX;
        place++;
    }
    if (known) {
        header_end(r);
    }
    return known;
}

/* Takes the text before a NUL; the NUL is the fault. */
static struct fault reading_take(struct reading *r, const char *text, size_t n,
                                 bool *separator_known)
{
    const char *const nul = memchr(text, '\0', n);

    n = nul != NULL ? (size_t)(nul - text) : n;
    if (*separator_known) {
        reading_feed(r, text, n);
    } else if (n > 0) {
        *separator_known = header_take(r, text, n);
    }
    return nul == NULL ? FAULT_FREE
                       : fault_at(FAULT_SYNTAX, r->name, 0, 0,
                                  "a binary file (NUL byte), such as an Excel workbook; expected "
                                  "text (in Excel: save as \"CSV UTF-8\")");
}

/* Reads to the end, or to the first fault, into `buffer`, `room` bytes at a time. */
static void reading_run(struct reading *r, struct bytes *bytes, char *buffer, size_t room,
                        bool separator_known)
{
    struct fault found;
    size_t n;

    while ((found = bytes_read(bytes, buffer, room, &n)).code == FAULT_NONE && n > 0) {
        found = reading_take(r, buffer, n, &separator_known);
        if (r->fault.code != FAULT_NONE) {
            return;
        }
        if (found.code != FAULT_NONE) {
            break;
        }
    }
    if (!separator_known) {
        header_end(r);
    }
    if (r->fault.code == FAULT_NONE && found.code != FAULT_NONE) {
        r->fault = found;
        if (found.code == FAULT_SYNTAX) {
            r->fault.row = r->n_lines + 1;
            r->fault.column = r->n_cells + 1;
        }
    }
}

/* Ends the last row where the file does not, and looks whether there was any. */
static void reading_end(struct reading *r)
{
    if (csv_fini(&r->parser, take_cell, take_row, r) != 0) {
        r->fault = parser_fault(r, true);
    } else if (r->fault.code == FAULT_NONE && r->n_taken == 0) {
        r->fault = fault_at(FAULT_CONTENT, r->name, 0, 0, "%s; expected a row of column names",
                            r->any_text ? "blank lines only" : "an empty file");
    }
}

/* Reads all of `bytes`, `chunk` bytes at a time, and closes it. */
static struct fault delimited_run(const char *name, struct bytes *bytes, size_t chunk,
                                  char separator, row_handler *take, void *context)
{
    struct reading r = {.name = name, .take = take, .context = context, .header = {.blank = true}};
    char *const buffer = malloc(chunk);

    assert(separator == '\0' || memchr(separators, separator, sizeof separators) != NULL);
    csv_init(&r.parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL | CSV_REPALL_NL);
    csv_set_blk_size(&r.parser, 4096);        /* its default, 128, is slow for long cells */
    csv_set_realloc_func(&r.parser, realloc); /* ours, so that a test can make it fail */
    if (separator != '\0') {
        csv_set_delim(&r.parser, (unsigned char)separator);
    }
    if (buffer == NULL) {
        r.fault = fault_memory();
    } else {
        reading_run(&r, bytes, buffer, chunk, separator != '\0');
    }
    if (r.fault.code == FAULT_NONE) {
        reading_end(&r);
    }
    csv_free(&r.parser);
    free(r.header.text);
    free(r.cells);
    free(r.text);
    free(r.decoded);
    free(buffer);
    bytes_close(bytes);
    return r.fault;
}

struct fault delimited_read(const char *path, char separator, row_handler *take, void *context)
{
    struct bytes bytes;
    struct stat status;
    struct fault fault;

    /* Without a study file the data are read twice: once to recognise them, once to score them. */
    if (strcmp(path, STANDARD_INPUT) == 0 ||
        (stat(path, &status) == 0 && S_ISFIFO(status.st_mode))) {
        return fault_at(FAULT_OPEN, path, 0, 0,
                        "a pipe, which cannot be read twice; expected a file");
    }
    fault = bytes_open(path, &bytes);
    return fault.code != FAULT_NONE
               ? fault
               : delimited_run(path, &bytes, BYTES_CHUNK, separator, take, context);
}

struct fault delimited_parse(const char *name, const char *bytes, size_t n, size_t chunk,
                             char separator, row_handler *take, void *context)
{
    struct bytes source;

    bytes_open_memory(name, bytes, n, chunk, &source);
    return delimited_run(name, &source, chunk == 0 || chunk > BYTES_CHUNK ? BYTES_CHUNK : chunk,
                         separator, take, context);
}

/* io/read/records.c - see records.h. libcsv knows the quoting rules; what is added here is where
   rows end, what a cell's bytes mean, and limits. */
#include "io/read/records.h"

#include <stdlib.h>
#include <string.h>
#include "engine/memory.h"
#include "io/read/bytes.h"

#define MIB ((size_t)1024 * 1024)
#define CELL_MAX MIB
#define ROW_MAX (16 * MIB)

/* What libcsv holds of a cell may be longer than the cell by a closing quote and by white space. By
   stopping at one and the same byte, the fault does not depend on how the file arrived. */
#define HELD_MAX (CELL_MAX + 2)

bool side_room(struct side *side, size_t n)
{
    const size_t n_text = side->n_text + n + 1 + TEXT_PADDING;

    return array_grow(&side->text, &side->text_capacity, n_text, 1) &&
           array_grow(&side->ends, &side->ends_capacity, n_text / 64 + 2, sizeof *side->ends) &&
           array_grow(&side->rows, &side->rows_capacity, side->n_rows + 1, sizeof *side->rows);
}

void side_end(struct side *side, size_t place)
{
    side->ends[place / 64] |= (uint64_t)1 << place % 64;
}

void side_forget(struct side *side, size_t place, size_t behind)
{
    const size_t first = place / 64;

    if (place < behind) {
        side->ends[first] &= ((uint64_t)1 << place % 64) - 1;
        memset(side->ends + first + 1, 0, ((behind - 1) / 64 - first) * sizeof *side->ends);
    }
}

void side_clear(struct side *side)
{
    side_forget(side, 0, side->n_text);
    side->n_text = 0;
    side->n_rows = 0;
}

/* A fault at the cell that is being read. */
#define RECORDS_FAULT(r, code, ...) \
    fault_at((code), (r)->name, (r)->n_lines + 1, (r)->n_cells + 1, __VA_ARGS__)

static struct fault cell_too_long(const struct records *r, bool quoted)
{
    return RECORDS_FAULT(r, FAULT_SYNTAX, "a cell longer than 1 MiB; expected at most that%s",
                         quoted ? " (is its closing double quote missing?)" : "");
}

/* Puts a cell behind the others of its row. False when there is no memory. */
static bool cell_append(struct records *r, const char *bytes, size_t n)
{
    struct side *const side = &r->side;
    struct cell cell;
    char *text;

    if (!side_room(side, n)) {
        return false;
    }
    text = side->text + side->n_text;
    memcpy(text, bytes, n);
    if (!text_decode(text, n, &r->room, &cell)) {
        return false;
    }
    r->n_decoded += cell.length + 1;
    side->n_text += n;
    side_end(side, side->n_text);
    side->text[side->n_text++] = '\n'; /* no part of a number, as no separator is */
    r->n_cells++;
    return true;
}

/* libcsv found the end of a cell. */
static void take_cell(void *text, size_t n, void *context)
{
    struct records *r = context;

    if (r->fault.code != FAULT_NONE) {
        return;
    }
    if (r->n_cells == CELLS_MAX) {
        r->fault = RECORDS_FAULT(r, FAULT_SYNTAX,
                                 "a row with more than 65,536 cells; expected at most that "
                                 "(is it another kind of file?)");
    } else if (n > CELL_MAX) {
        r->fault = cell_too_long(r, false);
    } else if (r->n_decoded + n > ROW_MAX) {
        r->fault =
            RECORDS_FAULT(r, FAULT_SYNTAX, "a row longer than 16 MiB; expected at most that");
    } else if (!cell_append(r, text, n)) {
        r->fault = fault_memory();
    }
}

/* libcsv found the end of a row: the byte `end`, or -1 for the end of the text. */
static void take_row(int end, void *context)
{
    struct records *r = context;

    if (r->fault.code == FAULT_NONE) {
        r->n_lines++;
        r->ended = true;
        r->after_cr = end == '\r';
    }
}

/* What libcsv stopped at. */
static struct fault parser_fault(const struct records *r, bool at_end)
{
    /* csv_error() takes its parser without const */
    if (r->parser.status != CSV_EPARSE) {
        return fault_memory();
    }
    if (at_end) {
        return RECORDS_FAULT(r, FAULT_SYNTAX,
                             "a cell that begins with a double quote and has no closing one before "
                             "the end of the file; expected a quote at both ends");
    }
    if (r->parser.quoted) {
        return RECORDS_FAULT(r, FAULT_SYNTAX,
                             "more text behind the closing double quote of a cell; expected the "
                             "next cell or the end of the row (a quote inside a quoted cell is "
                             "written twice)");
    }
    return RECORDS_FAULT(r, FAULT_SYNTAX,
                         "a double quote inside a cell that does not begin with one; expected the "
                         "whole cell in quotes, and quotes inside it written twice");
}

/* How much of the text may be given to libcsv at once: up to and with a line end, which may end the
   record; up to a NUL; and not more than a cell may still hold. */
static size_t portion(const struct records *r, const char *text, size_t n)
{
    const size_t room = HELD_MAX - r->parser.entry_pos;
    size_t i = 0;

    n = n < room ? n : room;
    while (i < n && text[i] != '\0') {
        const char byte = text[i++];
        if (byte == '\n' || byte == '\r') {
            break;
        }
    }
    return i;
}

/* Gives a portion to libcsv. */
static void records_feed(struct records *r, const char *text, size_t n)
{
    if (n == 0) {
        r->fault = RECORDS_FAULT(r, FAULT_SYNTAX,
                                 "a binary file (NUL byte), such as an Excel workbook; expected "
                                 "text (in Excel: save as \"CSV UTF-8\")");
        return;
    }
    if (csv_parse(&r->parser, text, n, take_cell, take_row, r) != n &&
        r->fault.code == FAULT_NONE) {
        r->fault = parser_fault(r, false);
    }
    if (r->parser.entry_pos >= HELD_MAX && r->fault.code == FAULT_NONE) {
        r->fault = cell_too_long(r, r->parser.quoted != 0);
    }
}

bool records_read(struct records *r, const char *text, size_t n, size_t n_lines, size_t *place)
{
    size_t i = *place;

    r->n_lines = n_lines;
    r->n_cells = 0;
    r->n_decoded = 0;
    r->from = r->side.n_text;
    r->ended = false;
    while (i < n && !r->ended && r->fault.code == FAULT_NONE) {
        const size_t n_portion = portion(r, text + i, n - i);
        records_feed(r, text + i, n_portion);
        i += n_portion;
    }
    if (r->fault.code == FAULT_NONE && !r->ended &&
        csv_fini(&r->parser, take_cell, take_row, r) != 0) {
        r->fault = parser_fault(r, true);
    }
    /* CR LF is one line end. libcsv never sees its LF: it would report a blank line, which could
       not be told from that of a CR and a LF with spaces between them. */
    *place = i + (r->ended && r->after_cr && i < n && text[i] == '\n');
    return r->fault.code == FAULT_NONE;
}

void records_init(struct records *r, char separator)
{
    *r = (struct records){.name = ""};
    /* without REPALL_NL libcsv skips blank lines and row numbers drift */
    csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL | CSV_REPALL_NL);
    csv_set_blk_size(&r->parser, 4096);        /* its default, 128, is slow for long cells */
    csv_set_realloc_func(&r->parser, realloc); /* ours, so that a test can make it fail */
    csv_set_delim(&r->parser, (unsigned char)separator);
}

void records_begin(struct records *r, const char *name)
{
    r->name = name;
    if (r->fault.code != FAULT_NONE) {
        const unsigned char separator = csv_get_delim(&r->parser);
        records_free(r);
        records_init(r, (char)separator);
        r->name = name;
    }
}

void records_free(struct records *r)
{
    csv_free(&r->parser);
    free(r->side.text);
    free(r->side.ends);
    free(r->side.rows);
    free(r->room.bytes);
}

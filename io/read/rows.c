/* io/read/rows.c - see rows.h. A piece is marked (marks.h) a window at a time, so that text and
   marks are still in the processor's nearest cache when rows are made of them. A row of the quick
   lane is nothing but a place among the marks: finding it costs the same however many cells it has.

   The marks are right up to the first fault, for up to there quotes come in pairs; and there
   reading ends. So a record that libcsv has read ends where the marks say, and the quick lane can
   go on. */
#include "io/read/rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "io/read/marks.h"
#include "io/read/records.h"

#define MIB ((size_t)1024 * 1024)
#define HEADER_MAX MIB /* a header row longer than this is judged by its beginning */

#define N_SEPARATORS 3
static const char separators[N_SEPARATORS] = {',', ';', '\t'}; /* the first wins a tie */

#define WINDOW ((size_t)16 * 1024)

/* Only a record of so many bytes can break a limit: it takes 65,536 separators to make too many
   cells, and far more bytes to make a cell or a row too long. libcsv shall judge it. */
#define LONG_RECORD CELLS_MAX

_Static_assert(WINDOW <= LONG_RECORD,
               "a record that begins in a window and ends there is not long");

/* A record that is still without its end, and a window. */
#define MARKS_MAX (LONG_RECORD + WINDOW + MARKS_SLACK)

/* The next record. */
struct next {
    size_t start;
    size_t n_lines;            /* line ends before it */
    size_t end, line_end, odd; /* its first marks, as indices */
};

struct rows {
    char separator;
    enum lanes lanes;
    marks_function *find;
    struct records records;
    struct marks marks; /* its arrays are owned here */
    uint32_t bit_positions[256][8];
    /* the piece */
    const char *text; /* borrowed */
    size_t n;
    size_t n_marked; /* bytes whose marks have been found */
    struct next next;
    size_t n_columns; /* cells of the row before it */
};

struct rows *rows_new(char separator, enum lanes lanes)
{
    struct marker known[MARKERS_MAX];
    struct rows *const rows = calloc(1, sizeof *rows);

    assert(memchr(separators, separator, sizeof separators) != NULL);
    if (rows == NULL) {
        return NULL;
    }
    rows->separator = separator;
    rows->lanes = lanes;
    (void)markers(known);
    rows->find = known[0].find;
    rows->n_columns = 1;
    bit_positions_fill(rows->bit_positions);
    records_init(&rows->records, separator);
    rows->marks.ends = malloc(MARKS_MAX * sizeof *rows->marks.ends);
    rows->marks.line_ends = malloc(MARKS_MAX * sizeof *rows->marks.line_ends);
    rows->marks.odd = malloc(MARKS_MAX * sizeof *rows->marks.odd);
    if (rows->marks.ends == NULL || rows->marks.line_ends == NULL || rows->marks.odd == NULL) {
        rows_free(rows);
        return NULL;
    }
    return rows;
}

void rows_use_marker(struct rows *rows, const struct marker *marker)
{
    rows->find = marker->find;
}

void rows_free(struct rows *rows)
{
    if (rows != NULL) {
        records_free(&rows->records);
        free(rows->marks.ends);
        free(rows->marks.line_ends);
        free(rows->marks.odd);
        free(rows);
    }
}

/* Forgets all marks; text is to be marked from `place` on. */
static void marks_restart(struct rows *rows, size_t place)
{
    struct marks *const m = &rows->marks;

    *m = (struct marks){.ends = m->ends,
                        .line_ends = m->line_ends,
                        .odd = m->odd,
                        .bit_positions = (const uint32_t(*)[8])rows->bit_positions};
    m->odd[0] = UINT32_MAX;
    rows->next.end = 0;
    rows->next.line_end = 0;
    rows->next.odd = 0;
    rows->n_marked = place;
}

void rows_begin(struct rows *rows, const char *name, const char *text, size_t n)
{
    assert(n < (size_t)1 << 31);
    records_begin(&rows->records, name);
    rows->text = text;
    rows->n = n;
    rows->next = (struct next){0};
    marks_restart(rows, 0);
}

uint32_t rows_lines(const struct rows *rows)
{
    return (uint32_t)rows->next.n_lines;
}

/* Where the line behind this line end begins. It may be behind the end of the text. */
static size_t line_behind(const char *text, size_t line_end)
{
    return line_end + 1 + (text[line_end] == '\r' && text[line_end + 1] == '\n');
}

/* Moves what is left of `positions` to their front; returns how many these are. */
static size_t positions_keep(uint32_t *positions, size_t n, size_t *first)
{
    n -= *first;
    memmove(positions, positions + *first, n * sizeof *positions);
    *first = 0;
    return n;
}

/* Marks one more window. The record that has no end yet keeps its marks; the end of the text is a
   line end where there is none. */
static void marks_more(struct rows *rows)
{
    struct marks *const m = &rows->marks;
    const size_t left = rows->n - rows->n_marked;
    const size_t to = rows->n_marked + (left < WINDOW ? left : WINDOW);
    size_t line = rows->next.start;

    m->n_ends = positions_keep(m->ends, m->n_ends, &rows->next.end);
    m->n_line_ends = positions_keep(m->line_ends, m->n_line_ends, &rows->next.line_end);
    m->n_odd = positions_keep(m->odd, m->n_odd, &rows->next.odd);
    rows->find(m, rows->text, rows->n_marked, to, rows->separator);
    rows->n_marked = to;
    if (m->n_line_ends > 0) {
        line = line_behind(rows->text, m->line_ends[m->n_line_ends - 1]);
    }
    if (to == rows->n && line < to) {
        m->ends[m->n_ends++] = (uint32_t)to;
        m->line_ends[m->n_line_ends++] = (uint32_t)to;
    }
    m->odd[m->n_odd] = UINT32_MAX; /* there is always a next one */
}

/* How many of the ends from `ends` to `behind` are those of the record that ends at line_end: mostly
   as many as of the row before it, n. */
static inline size_t count_cells(const uint32_t *ends, const uint32_t *behind, size_t n,
                                 size_t line_end)
{
    if ((size_t)(behind - ends) >= n && ends[n - 1] == line_end) {
        return n;
    }
    for (n = 1; ends[n - 1] != line_end; n++) {
    }
    return n;
}

/* Goes on to the record behind the next one. */
static void next_pass(struct rows *rows, size_t n_cells, size_t line_end)
{
    rows->next.start = line_behind(rows->text, line_end);
    rows->next.end += n_cells;
    rows->next.line_end++;
}

/* Takes rows as long as there is nothing to them: marked to their end, neither long nor odd, and
   not to be suspected of being a blank line. Returns how many. Most have as many cells as the row
   before them. What is read again and again is copied first: no row that is written can change it. */
static size_t take_plain(struct rows *rows, struct raw_row out[], size_t capacity)
{
    const struct marks *const m = &rows->marks;
    const struct next next = rows->next;
    const char *const text = rows->text;
    const uint32_t *const line_ends = m->line_ends + next.line_end;
    const uint32_t *const first = m->ends + next.end, *const behind = m->ends + m->n_ends;
    const uint32_t *ends = first;
    const size_t n_lines = m->n_line_ends - next.line_end;
    const size_t most = n_lines < capacity ? n_lines : capacity;
    const uint32_t odd = m->odd[next.odd];
    size_t start = next.start, n_cells = rows->n_columns, n;

    /* Of the rows only the first may begin in a window before. */
    if (most == 0 || line_ends[0] - start >= LONG_RECORD) {
        return 0;
    }
    for (n = 0; n < most && line_ends[n] < odd; n++) {
        const uint32_t line_end = line_ends[n];
        n_cells = count_cells(ends, behind, n_cells, line_end);
        if (n_cells == 1 && (unsigned char)text[start] <= ' ') {
            break;
        }
        out[n] = (struct raw_row){.text = text,
                                  .ends = ends,
                                  .start = (uint32_t)start,
                                  .n_cells = (uint32_t)n_cells,
                                  .number = (uint32_t)(next.n_lines + n + 1)};
        start = line_behind(text, line_end);
        ends += n_cells;
    }
    rows->next.start = start;
    rows->next.n_lines += n;
    rows->next.end += (size_t)(ends - first);
    rows->next.line_end += n;
    rows->n_columns = n_cells;
    return n;
}

/* Adds the row that was put into the side last, from side->text[start] on. Its pointers are set
   when the side moves no more. */
static void add_row_in_side(struct rows *rows, size_t start, size_t n_cells, struct raw_row out[],
                            size_t *n)
{
    struct side *const side = &rows->records.side;

    side->rows[side->n_rows++] = (uint32_t)*n;
    out[(*n)++] = (struct raw_row){.start = (uint32_t)start,
                                   .n_cells = (uint32_t)n_cells,
                                   .number = (uint32_t)rows->next.n_lines};
}

static void settle_rows_in_side(const struct side *side, struct raw_row out[])
{
    const uint32_t *ends = side->ends;

    for (size_t i = 0; i < side->n_rows; i++) {
        struct raw_row *const row = &out[side->rows[i]];
        row->text = side->text;
        row->ends = ends;
        ends += row->n_cells;
    }
}

/* Puts the marks behind a record that libcsv has read. */
static void marks_skip(struct rows *rows, size_t place)
{
    const struct marks *const m = &rows->marks;

    if (place >= rows->n_marked) {
        marks_restart(rows, place);
        return;
    }
    while (rows->next.line_end < m->n_line_ends && m->line_ends[rows->next.line_end] < place) {
        rows->next.line_end++;
    }
    while (rows->next.end < m->n_ends && m->ends[rows->next.end] < place) {
        rows->next.end++;
    }
    while (m->odd[rows->next.odd] < place) {
        rows->next.odd++;
    }
}

/* The next record by libcsv, which may be a blank line. False: there is a fault. */
static bool take_record(struct rows *rows, struct raw_row out[], size_t *n)
{
    struct records *const r = &rows->records;

    if (!records_read(r, rows->text, rows->n, rows->next.n_lines, &rows->next.start)) {
        return false;
    }
    rows->next.n_lines = r->n_lines;
    if (r->n_cells > 0) {
        add_row_in_side(rows, r->from, r->n_cells, out, n);
    }
    marks_skip(rows, rows->next.start);
    return true;
}

/* A row on its way into the side, where its text up to `from` is already, but for some bytes. */
struct unquoting {
    const char *text;
    char *to; /* where text[from] goes */
    size_t from;
    size_t n_left_out;
};

static void copy_up_to(struct unquoting *u, size_t place)
{
    const size_t n = place - u->from;

    memcpy(u->to, u->text + u->from, n);
    u->to += n;
    u->from = place;
}

static void leave_out(struct unquoting *u, size_t place)
{
    copy_up_to(u, place);
    u->from++;
    u->n_left_out++;
}

/* Leaves out the quotes of the cell text[start, end), whose quotes and NULs begin at *odd: those
   around it, and one of each two inside. Returns the first quote or NUL behind the cell, or NULL if
   the cell is of a kind that is left to libcsv. */
static const uint32_t *cell_unquote(struct unquoting *u, size_t start, size_t end,
                                    const uint32_t *odd)
{
    const char *const text = u->text;

    if (*odd != start || text[start] != '"') {
        return NULL;
    }
    leave_out(u, start);
    for (odd++; *odd < end && text[*odd] == '"'; odd += 2) {
        if (*odd == end - 1) {
            leave_out(u, end - 1);
            return odd + 1;
        }
        if (odd[1] != odd[0] + 1 || text[odd[1]] != '"') {
            return NULL;
        }
        leave_out(u, odd[1]);
    }
    return NULL;
}

/* Puts the next record, which has quotes, into the side, where there is room for it. False, with
   nothing done, if it is to be left to libcsv. */
static bool record_unquote(struct rows *rows, size_t n_cells, size_t line_end)
{
    struct side *const side = &rows->records.side;
    const uint32_t *const ends = rows->marks.ends + rows->next.end;
    const uint32_t *odd = rows->marks.odd + rows->next.odd;
    uint32_t *const side_ends = side->ends + side->n_ends;
    struct unquoting u = {rows->text, side->text + side->n_text, rows->next.start, 0};
    size_t start = rows->next.start;

    for (size_t i = 0; i < n_cells; i++) {
        const size_t end = ends[i];
        if (*odd < end) {
            odd = cell_unquote(&u, start, end, odd);
            if (odd == NULL) {
                return false;
            }
        }
        side_ends[i] = (uint32_t)(side->n_text + end - rows->next.start - u.n_left_out);
        start = end + 1;
    }
    copy_up_to(&u, line_end);
    side->n_text = side_ends[n_cells - 1] + (size_t)1;
    side->n_ends += n_cells;
    rows->next.odd = (size_t)(odd - rows->marks.odd);
    return true;
}

/* The next record, which has quotes or a NUL. False: there is a fault. */
static bool take_odd(struct rows *rows, size_t n_cells, size_t line_end, struct raw_row out[],
                     size_t *n)
{
    struct side *const side = &rows->records.side;
    const size_t row = side->n_text;

    if (!side_room(side, line_end - rows->next.start, n_cells)) {
        rows->records.fault = fault_memory();
        return false;
    }
    if (!record_unquote(rows, n_cells, line_end)) {
        return take_record(rows, out, n);
    }
    rows->next.n_lines++;
    add_row_in_side(rows, row, n_cells, out, n);
    next_pass(rows, n_cells, line_end);
    return true;
}

static bool is_blank(const char *text, size_t n)
{
    size_t i = 0;

    while (i < n && (text[i] == ' ' || text[i] == '\t')) {
        i++;
    }
    return i == n;
}

/* The next record, which take_plain() did not want. False: there is a fault. */
static bool take_other(struct rows *rows, struct raw_row out[], size_t *n)
{
    const size_t line_end = rows->marks.line_ends[rows->next.line_end];
    const uint32_t *const ends = rows->marks.ends + rows->next.end;
    const size_t n_cells =
        count_cells(ends, rows->marks.ends + rows->marks.n_ends, rows->n_columns, line_end);

    if (line_end - rows->next.start >= LONG_RECORD) {
        return take_record(rows, out, n);
    }
    if (rows->marks.odd[rows->next.odd] < line_end) {
        return take_odd(rows, n_cells, line_end, out, n);
    }
    if (n_cells == 1 && is_blank(rows->text + rows->next.start, line_end - rows->next.start)) {
        rows->next.n_lines += line_end < rows->n; /* the end of the text ends no blank line */
    } else {
        rows->next.n_lines++;
        out[(*n)++] = (struct raw_row){.text = rows->text,
                                       .ends = ends,
                                       .start = (uint32_t)rows->next.start,
                                       .n_cells = (uint32_t)n_cells,
                                       .number = (uint32_t)rows->next.n_lines};
    }
    next_pass(rows, n_cells, line_end);
    return true;
}

/* Rows of one window at most, for their ends are among its marks; 0 at the end. False: there is a
   fault. */
static bool take_quick(struct rows *rows, struct raw_row out[], size_t capacity, size_t *n)
{
    bool good = true;

    while (good && *n < capacity && rows->next.start < rows->n) {
        *n += take_plain(rows, out + *n, capacity - *n);
        if (rows->next.line_end < rows->marks.n_line_ends) {
            good = *n == capacity || take_other(rows, out, n);
        } else if (*n > 0) {
            break;
        } else if (rows->next.start + LONG_RECORD <= rows->n_marked) {
            good = take_record(rows, out, n);
        } else {
            marks_more(rows);
        }
    }
    return good;
}

struct fault rows_next(struct rows *rows, struct raw_row out[], size_t capacity, size_t *n)
{
    struct side *const side = &rows->records.side;
    bool good = rows->records.fault.code == FAULT_NONE;

    *n = 0;
    side->n_text = 0;
    side->n_ends = 0;
    side->n_rows = 0;
    if (rows->lanes == QUICK_AND_RECORD_LANE) {
        good = good && take_quick(rows, out, capacity, n);
    }
    while (rows->lanes == RECORD_LANE && good && *n < capacity && rows->next.start < rows->n) {
        good = take_record(rows, out, n);
    }
    settle_rows_in_side(side, out);
    return good ? FAULT_FREE : rows->records.fault;
}

bool raw_cell_text(const struct raw_row *row, size_t index, struct text_room *room,
                   struct cell *out)
{
    size_t start;

    if (index >= row->n_cells) {
        *out = (struct cell){.text = "", .length = 0};
        return true;
    }
    start = index == 0 ? row->start : row->ends[index - 1] + (size_t)1;
    return text_decode(row->text + start, row->ends[index] - start, room, out);
}

/* The beginning of a file, up to the end of its header row. */
struct header {
    size_t counts[N_SEPARATORS];
    bool quoted, blank; /* inside quotes; nothing in this line so far */
};

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

char separator_of(const char *text, size_t n)
{
    struct header h = {.blank = true};
    size_t most = 0, place = 0;

    while (place < n && place < HEADER_MAX && !header_scan(&h, text[place])) {
        place++;
    }
    for (size_t i = 1; i < N_SEPARATORS; i++) {
        if (h.counts[i] > h.counts[most]) {
            most = i;
        }
    }
    return separators[most];
}

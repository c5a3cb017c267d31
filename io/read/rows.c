/* io/read/rows.c - see rows.h. A piece is marked (marks.h) a window at a time, so that text and
   marks are still in the processor's nearest cache when rows are made of them. A row of the quick
   lane is nothing but a place in the text: finding it costs the same however many cells it has.

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

/* A record that is still without its end, what stands before it in the word of its beginning, and a
   window. */
#define MARKED_MAX (LONG_RECORD + MARKS_BYTES + WINDOW)
#define WORDS_MAX (MARKED_MAX / MARKS_BYTES + 2)

/* The next record. */
struct next {
    size_t start;
    size_t n_lines;   /* line ends before it */
    uint32_t n_ends;  /* as in struct line_mark, before it */
    size_t line, odd; /* its first marks, as indices */
};

struct rows {
    char separator;
    enum lanes lanes;
    marks_function *find;
    struct records records;
    struct marks marks; /* its arrays are owned here */
    /* what is left of the piece from the first place on that has a mark */
    const char *text; /* borrowed */
    size_t n;
    size_t n_marked; /* bytes whose marks have been found */
    struct next next;
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
    records_init(&rows->records, separator);
    rows->marks.ends = calloc(WORDS_MAX, sizeof *rows->marks.ends);
    rows->marks.lines = malloc((WINDOW + 1 + MARKS_SLACK) * sizeof *rows->marks.lines);
    rows->marks.odd = malloc((MARKED_MAX + 1) * sizeof *rows->marks.odd);
    if (rows->marks.ends == NULL || rows->marks.lines == NULL || rows->marks.odd == NULL) {
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
        free(rows->marks.lines);
        free(rows->marks.odd);
        free(rows);
    }
}

/* Forgets all marks; text is to be marked from `place` on. */
static void marks_restart(struct rows *rows, size_t place)
{
    struct marks *const m = &rows->marks;

    *m = (struct marks){.ends = m->ends, .lines = m->lines, .odd = m->odd};
    m->odd[0] = UINT32_MAX;
    rows->text += place;
    rows->n -= place;
    rows->next = (struct next){.n_lines = rows->next.n_lines};
    rows->n_marked = 0;
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

/* Forgets the text before the word of marks in which the next record begins: no line ends behind it. */
static void marks_drop(struct rows *rows)
{
    struct marks *const m = &rows->marks;
    const size_t n_words = rows->next.start / MARKS_BYTES, n = n_words * MARKS_BYTES;
    const size_t n_marked = (rows->n_marked + MARKS_BYTES - 1) / MARKS_BYTES;

    memmove(m->ends, m->ends + n_words, (n_marked - n_words) * sizeof *m->ends);
    m->n_odd -= rows->next.odd;
    for (size_t i = 0; i < m->n_odd; i++) {
        m->odd[i] = m->odd[rows->next.odd + i] - (uint32_t)n;
    }
    m->n_lines = 0;
    rows->text += n;
    rows->n -= n;
    rows->n_marked -= n;
    rows->next.start -= n;
    rows->next.line = 0;
    rows->next.odd = 0;
}

/* Marks one more window. The record that has no end yet keeps its marks; the end of the text is a
   line end where there is none. */
static void marks_more(struct rows *rows)
{
    struct marks *const m = &rows->marks;
    size_t line, to;

    marks_drop(rows);
    line = rows->next.start;
    to = rows->n - rows->n_marked < WINDOW ? rows->n : rows->n_marked + WINDOW;
    rows->find(m, rows->text, rows->n_marked, to, rows->separator);
    rows->n_marked = to;
    if (m->n_lines > 0) {
        line = line_behind(rows->text, m->lines[m->n_lines - 1].end);
    }
    if (to == rows->n && line < to) {
        uint64_t *const word = &m->ends[to / MARKS_BYTES];
        *word = (to % MARKS_BYTES == 0 ? 0 : *word) | (uint64_t)1 << to % MARKS_BYTES;
        m->lines[m->n_lines++] = (struct line_mark){(uint32_t)to, ++m->n_ends};
    }
    m->odd[m->n_odd] = UINT32_MAX; /* there is always a next one */
}

/* Goes on to the record behind the next one. */
static void next_pass(struct rows *rows, struct line_mark line)
{
    rows->next.start = line_behind(rows->text, line.end);
    rows->next.n_ends = line.n_ends;
    rows->next.line++;
}

/* gcc -O3 would put the numbers of a row together in a vector, one by one, to write them at once */
#if defined(__clang__)
#define NUMBER_BY_NUMBER
#else
#define NUMBER_BY_NUMBER __attribute__((optimize("no-tree-slp-vectorize")))
#endif

/* Takes rows as long as there is nothing to them: marked to their end, neither long nor odd, and
   not to be suspected of being a blank line. Returns how many. What is read again and again is copied
   first: no row that is written can change it. */
NUMBER_BY_NUMBER static size_t take_plain(struct rows *rows, struct raw_row out[], size_t capacity)
{
    const struct marks *const m = &rows->marks;
    const struct next next = rows->next;
    const char *const text = rows->text;
    const uint64_t *const ends = m->ends;
    const struct line_mark *const lines = m->lines + next.line;
    const size_t n_lines = m->n_lines - next.line;
    const size_t most = n_lines < capacity ? n_lines : capacity;
    const uint32_t odd = m->odd[next.odd], number = (uint32_t)next.n_lines + 1;
    uint32_t n_ends = next.n_ends;
    size_t start = next.start, n;

    /* Of the rows only the first may begin in a window before. */
    if (most == 0 || lines[0].end - start >= LONG_RECORD) {
        return 0;
    }
    for (n = 0; n < most && lines[n].end < odd; n++) {
        const struct line_mark line = lines[n];
        const uint32_t n_cells = line.n_ends - n_ends;
        if (n_cells == 1 && (unsigned char)text[start] <= ' ') {
            break;
        }
        out[n] = (struct raw_row){.text = text,
                                  .ends = ends,
                                  .start = (uint32_t)start,
                                  .end = line.end,
                                  .n_cells = n_cells,
                                  .number = number + (uint32_t)n};
        start = line_behind(text, line.end);
        n_ends = line.n_ends;
    }
    rows->next.start = start;
    rows->next.n_lines += n;
    rows->next.n_ends = n_ends;
    rows->next.line += n;
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
                                   .end = (uint32_t)side->n_text - 1,
                                   .n_cells = (uint32_t)n_cells,
                                   .number = (uint32_t)rows->next.n_lines};
}

static void settle_rows_in_side(const struct side *side, struct raw_row out[])
{
    for (size_t i = 0; i < side->n_rows; i++) {
        out[side->rows[i]].text = side->text;
        out[side->rows[i]].ends = side->ends;
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
    while (rows->next.line < m->n_lines && m->lines[rows->next.line].end < place) {
        rows->next.n_ends = m->lines[rows->next.line++].n_ends;
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
static bool record_unquote(struct rows *rows, size_t line_end)
{
    struct side *const side = &rows->records.side;
    const uint64_t *const ends = rows->marks.ends;
    const uint32_t *odd = rows->marks.odd + rows->next.odd;
    const size_t first = rows->next.start, to = side->n_text;
    struct unquoting u = {rows->text, side->text + to, first, 0};

    for (size_t start = first, end; start <= line_end; start = end + 1) {
        end = cell_end(ends, start);
        if (*odd < end) {
            odd = cell_unquote(&u, start, end, odd);
            if (odd == NULL) {
                side_forget(side, to, to + line_end - first);
                return false;
            }
        }
        side_end(side, to + end - first - u.n_left_out);
    }
    copy_up_to(&u, line_end);
    side->n_text = to + line_end - first - u.n_left_out + 1;
    rows->next.odd = (size_t)(odd - rows->marks.odd);
    return true;
}

/* The next record, which has quotes or a NUL. False: there is a fault. */
static bool take_odd(struct rows *rows, size_t n_cells, struct line_mark line, struct raw_row out[],
                     size_t *n)
{
    struct side *const side = &rows->records.side;
    const size_t row = side->n_text;

    if (!side_room(side, line.end - rows->next.start)) {
        rows->records.fault = fault_memory();
        return false;
    }
    if (!record_unquote(rows, line.end)) {
        return take_record(rows, out, n);
    }
    rows->next.n_lines++;
    add_row_in_side(rows, row, n_cells, out, n);
    next_pass(rows, line);
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
    const struct line_mark line = rows->marks.lines[rows->next.line];
    const size_t start = rows->next.start, n_cells = line.n_ends - rows->next.n_ends;

    if (line.end - start >= LONG_RECORD) {
        return take_record(rows, out, n);
    }
    if (rows->marks.odd[rows->next.odd] < line.end) {
        return take_odd(rows, n_cells, line, out, n);
    }
    if (n_cells == 1 && is_blank(rows->text + start, line.end - start)) {
        rows->next.n_lines += line.end < rows->n; /* the end of the text ends no blank line */
    } else {
        rows->next.n_lines++;
        out[(*n)++] = (struct raw_row){.text = rows->text,
                                       .ends = rows->marks.ends,
                                       .start = (uint32_t)start,
                                       .end = line.end,
                                       .n_cells = (uint32_t)n_cells,
                                       .number = (uint32_t)rows->next.n_lines};
    }
    next_pass(rows, line);
    return true;
}

/* Rows of one window at most, for their marks move when another is marked; 0 at the end. False: there is a
   fault. */
static bool take_quick(struct rows *rows, struct raw_row out[], size_t capacity, size_t *n)
{
    bool good = true;

    while (good && *n < capacity && rows->next.start < rows->n) {
        *n += take_plain(rows, out + *n, capacity - *n);
        if (rows->next.line < rows->marks.n_lines) {
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
    side_clear(side);
    if (rows->lanes == QUICK_AND_RECORD_LANE) {
        good = good && take_quick(rows, out, capacity, n);
    }
    while (rows->lanes == RECORD_LANE && good && *n < capacity && rows->next.start < rows->n) {
        good = take_record(rows, out, n);
    }
    settle_rows_in_side(side, out);
    return good ? FAULT_FREE : rows->records.fault;
}

struct span raw_cell(const struct raw_row *row, size_t index)
{
    size_t word = row->start / 64, start = row->start;
    uint64_t bits = ends_of_word(row->ends, start);

    if (index >= row->n_cells) {
        return raw_no_cell(row);
    }
    if (index > 0) {
        start = ends_pass(row->ends, &word, &bits, index) + 1;
    }
    return (struct span){row->text + start, cell_end(row->ends, start) - start};
}

bool raw_cell_text(const struct raw_row *row, size_t index, struct text_room *room,
                   struct cell *out)
{
    const struct span raw = raw_cell(row, index);

    if (index >= row->n_cells) {
        *out = (struct cell){.text = "", .length = 0};
        return true;
    }
    return text_decode(raw.text, raw.length, room, out);
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

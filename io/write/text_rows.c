#include "io/write/text_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/write/printed.h"
#include "io/write/wrap.h"

#define LABEL_WORD 13 /* nor is one that breaks words up to this length */
#define ROWS_AT_ONCE ((size_t)512)
#define PIECES_AT_ONCE ((size_t)32)

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

void write_boxes(struct lines *lines, struct box *boxes, size_t n)
{
    bool more = true;
    while (more) {
        size_t blanks = 0; /* written only when something follows: no line ends in blanks */
        more = false;
        for (size_t i = 0; i < n; i++) {
            struct box *const box = &boxes[i];
            struct line line = {.bytes = 0};
            if (box->delay > 0) {
                box->delay--;
            } else {
                (void)line_take(&box->rest, box->width, &line); /* an empty line is fine */
            }
            /* Only a character wider than its box can exceed it: then there is no room, not a huge
               one. */
            const size_t room = box->width - smaller(line.columns, box->width);
            blanks += i == 0 ? 0 : TEXT_GAP;
            blanks += box->is_left ? 0 : room;
            if (line.bytes > 0) {
                lines_repeat(lines, ' ', blanks);
                line_put(lines, &line);
                blanks = 0;
            }
            blanks += box->is_left ? room : 0;
            more = more || box->delay > 0 || *box->rest != '\0';
        }
        lines_put(lines, "\n", 1);
    }
}

/* --- measured --- */

struct measuring {
    const struct table *table;
    size_t *
        found; /* of each piece, n_columns widths and as many least ones; widths are 0 without memory */
};

/* Columns of a cell that has to be printed to be measured, at least 1; 0: no memory. */
static size_t measure_words(struct arena *arena, const struct cell_content *cell, bool is_label,
                            size_t *least)
{
    char room[PRINTED_ROOM];
    const char *const words = printed_cell(arena, room, cell, PRINTED_UNDEFINED);
    size_t columns;
    if (words == NULL) {
        return 0;
    }
    columns = strlen(words);
    columns = is_plain(words, columns) ? columns : columns_of(words);
    if (is_label && columns > LABEL_LEAST) {
        *least = larger(*least,
                        smaller(larger(columns_of_longest_word(words), LABEL_LEAST), LABEL_WORD));
    }
    if (cell->kind == CELL_TEXT) { /* a broken number reads as two */
        columns = smaller(columns, is_label ? TEXT_PAGE : TEXT_WORD_MOST);
    }
    return larger(columns, 1);
}

/* Does a cell that is no number look like the one above it, as the label of a cohort of several rows does? */
static bool looks_alike(const struct cell_content *a, const struct cell_content *b)
{
    return a->kind == b->kind && a->number == b->number && a->number != CELL_HUGE &&
           a->message == b->message && a->name == b->name && a->text == b->text;
}

static bool measure_row(struct arena *arena, const struct table *table, size_t row, size_t widths[],
                        size_t least[])
{
    const struct cell_content *const cells = &table->cells[row * table->n_columns];
    for (size_t i = 0; i < table->n_columns; i++) {
        const bool is_label = table->columns[i].is_label;
        size_t columns = is_label ? 0 : printed_columns(&cells[i]);
        if (columns == 0 && widths[i] > 0 && looks_alike(&cells[i], &cells[i] - table->n_columns)) {
            continue;
        }
        if (columns == 0) {
            columns = measure_words(arena, &cells[i], is_label, &least[i]);
        }
        if (columns == 0) {
            return false;
        }
        widths[i] = larger(widths[i], columns);
    }
    return true;
}

static void measure_piece(void *job, size_t task, size_t worker)
{
    const struct measuring *const measuring = job;
    const struct table *const table = measuring->table;
    size_t *const widths = measuring->found + task * 2 * table->n_columns;
    const size_t end = smaller(table->n_rows, (task + 1) * ROWS_AT_ONCE);
    struct arena arena = {.blocks = NULL};
    bool done = true;
    (void)worker;
    for (size_t row = task * ROWS_AT_ONCE; row < end && done; row++) {
        done = measure_row(&arena, table, row, widths, widths + table->n_columns);
    }
    if (!done) {
        memset(widths, 0, table->n_columns * sizeof *widths);
    }
    arena_free(&arena);
}

bool measure_rows(const struct crew *crew, const struct table *table, size_t widths[],
                  size_t least[])
{
    const size_t n = table->n_columns, n_pieces = (table->n_rows + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE;
    struct measuring measuring = {table, calloc(n_pieces * 2 * n + 1, sizeof(size_t))};
    bool done = measuring.found != NULL;
    for (size_t i = 0; i < n; i++) {
        widths[i] = 1;
        least[i] = LABEL_LEAST;
    }
    if (done) {
        crew->run(crew, n_pieces, measure_piece, &measuring);
    }
    for (size_t piece = 0; piece < n_pieces && done; piece++) {
        const size_t *const found = measuring.found + piece * 2 * n;
        for (size_t i = 0; i < n; i++) {
            done = done && found[i] > 0;
            widths[i] = larger(widths[i], found[i]);
            least[i] = larger(least[i], found[n + i]);
        }
    }
    free(measuring.found);
    return done;
}

/* --- written --- */

/* What some rows look like. */
struct piece {
    char *bytes; /* owned, n */
    size_t n, capacity;
    bool no_memory;
};

struct row_writing {
    const struct shown_columns *shown;
    size_t first; /* row of the first piece */
    size_t width; /* of a line, and its end */
    struct piece pieces[PIECES_AT_ONCE];
};

/* The words of a column that stood in its last row: those of the next are often the same. */
struct known_words {
    const char *words; /* borrowed, or NULL */
    size_t bytes;
    bool plain;
};

/* Room to print a row in. */
struct row_room {
    struct box *boxes; /* owned, as is the rest: of each column that is shown */
    size_t *bytes;     /* how long its text is, where the row is plain */
    struct known_words *known;
    char *rooms; /* n of PRINTED_ROOM */
    struct arena arena;
};

static void free_room(struct row_room *room)
{
    free(room->boxes);
    free(room->bytes);
    free(room->known);
    free(room->rooms);
    arena_free(&room->arena);
}

static bool make_room(struct row_room *room, size_t n)
{
    *room = (struct row_room){.boxes = calloc(n + 1, sizeof *room->boxes),
                              .bytes = calloc(n + 1, sizeof *room->bytes),
                              .known = calloc(n + 1, sizeof *room->known),
                              .rooms = calloc(n + 1, PRINTED_ROOM)};
    return room->boxes != NULL && room->bytes != NULL && room->known != NULL && room->rooms != NULL;
}

/* Makes the boxes of a row. Is it plain: are all of one line, and written as they are, as in nearly all
   rows? False and *no_memory: that could not be said. */
static bool fill_boxes(const struct shown_columns *shown, size_t row, struct row_room *room,
                       bool *no_memory)
{
    const struct table *const table = shown->table;
    bool plain = true;
    for (size_t i = 0; i < shown->n; i++) {
        const size_t column = shown->columns[i], width = shown->widths[column];
        const struct cell_content *const cell = &table->cells[row * table->n_columns + column];
        char *const printed = room->rooms + i * PRINTED_ROOM;
        struct known_words *const known = &room->known[i];
        const char *words = printed;
        size_t bytes = printed_number(cell, printed, &words);
        if (bytes == 0) {
            words = printed_cell(&room->arena, printed, cell, PRINTED_UNDEFINED);
            if (words == NULL) {
                *no_memory = true;
                return false;
            }
            if (words == printed || words != known->words) {
                *known = (struct known_words){.words = words, .bytes = strlen(words)};
                known->plain = is_plain(words, known->bytes);
            }
            bytes = known->bytes;
            plain = plain && known->plain;
        }
        plain = plain && bytes <= width;
        room->bytes[i] = bytes;
        room->boxes[i] =
            (struct box){.rest = words, .width = width, .is_left = table->columns[column].is_label};
    }
    return plain;
}

static bool is_tall(const struct box boxes[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (count_lines(boxes[i].rest, boxes[i].width) > 1) {
            return true;
        }
    }
    return false;
}

static bool reach(struct piece *piece, size_t n)
{
    return array_grow(&piece->bytes, &piece->capacity, piece->n + n, 1);
}

/* What write_boxes() does with a plain row. */
static void put_plain_row(struct piece *piece, const struct row_room *room, size_t n, size_t width)
{
    char *at = piece->bytes + piece->n, *end = at;
    memset(at, ' ', width);
    for (size_t i = 0; i < n; i++) {
        const struct box *const box = &room->boxes[i];
        const size_t bytes = room->bytes[i], blanks = box->width - bytes;
        memcpy(at + (box->is_left ? 0 : blanks), box->rest, bytes);
        end = bytes == 0 ? end : at + (box->is_left ? bytes : box->width);
        at += box->width + TEXT_GAP;
    }
    *end++ = '\n';
    piece->n = (size_t)(end - piece->bytes);
}

static bool put_wrapped_row(struct piece *piece, struct box boxes[], size_t n)
{
    char *text = NULL;
    size_t bytes = 0;
    struct lines lines;
    FILE *const out = open_memstream(&text, &bytes);
    bool done = out != NULL;
    if (done) {
        lines_begin(&lines, out);
        write_boxes(&lines, boxes, n);
        lines_end(&lines);
        done = fclose(out) == 0 && reach(piece, bytes);
    }
    if (done) {
        memcpy(piece->bytes + piece->n, text, bytes);
        piece->n += bytes;
    }
    free(text);
    return done;
}

/* False: no memory. */
static bool put_rows(const struct row_writing *writing, struct row_room *room, size_t first,
                     size_t end, struct piece *piece)
{
    const struct shown_columns *const shown = writing->shown;
    bool no_memory = false, was_tall = false;
    if (first > 0 && !fill_boxes(shown, first - 1, room, &no_memory)) {
        was_tall = !no_memory && is_tall(room->boxes, shown->n);
    }
    for (size_t row = first; row < end && !no_memory; row++) {
        const bool plain = fill_boxes(shown, row, room, &no_memory);
        const bool tall = !plain && !no_memory && is_tall(room->boxes, shown->n);
        if (no_memory || !reach(piece, writing->width + 1)) {
            return false;
        }
        if (row > 0 && (tall || was_tall)) {
            piece->bytes[piece->n++] = '\n';
        }
        if (plain) {
            put_plain_row(piece, room, shown->n, writing->width);
        } else if (!put_wrapped_row(piece, room->boxes, shown->n)) {
            return false;
        }
        was_tall = tall;
    }
    return !no_memory;
}

static void write_piece(void *job, size_t task, size_t worker)
{
    struct row_writing *const writing = job;
    struct piece *const piece = &writing->pieces[task];
    const size_t first = writing->first + task * ROWS_AT_ONCE;
    const size_t end = smaller(writing->shown->table->n_rows, first + ROWS_AT_ONCE);
    struct row_room room;
    (void)worker;
    piece->n = 0;
    piece->no_memory =
        !make_room(&room, writing->shown->n) || !put_rows(writing, &room, first, end, piece);
    free_room(&room);
}

bool write_rows(struct lines *lines, const struct crew *crew, const struct shown_columns *shown)
{
    const size_t n_rows = shown->table->n_rows;
    struct row_writing writing = {.shown = shown};
    bool done = true;
    for (size_t i = 0; i < shown->n; i++) {
        writing.width += shown->widths[shown->columns[i]] + TEXT_GAP;
    }
    for (; writing.first < n_rows && done; writing.first += PIECES_AT_ONCE * ROWS_AT_ONCE) {
        const size_t left = (n_rows - writing.first + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE;
        const size_t n = smaller(left, PIECES_AT_ONCE);
        crew->run(crew, n, write_piece, &writing);
        for (size_t i = 0; i < n && done; i++) {
            done = !writing.pieces[i].no_memory;
            if (done) {
                lines_put(lines, writing.pieces[i].bytes, writing.pieces[i].n);
            }
        }
    }
    for (size_t i = 0; i < PIECES_AT_ONCE; i++) {
        free(writing.pieces[i].bytes);
    }
    return done;
}

#include "io/write/text_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/write/printed.h"
#include "io/write/wrap.h"

#define LABEL_WORD 13 /* nor is one that breaks words up to this length */
#define ROWS_AT_ONCE ((size_t)512)
#define PIECES_AT_ONCE ((size_t)64)

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

/* Does a cell that is no number look like another, as the label of a cohort of several rows like that above it? */
static bool looks_alike(const struct cell_content *a, const struct cell_content *b)
{
    if (a->kind != b->kind || a->number != b->number) {
        return false;
    }
    return a->kind == CELL_TEXT
               ? a->message == b->message && a->name == b->name && a->text == b->text
               : a->number == CELL_UNDEFINED || a->number == CELL_TOO_FEW;
}

/* Numbers of one kind that are no wider than the column is found to be. */
struct range {
    uint8_t kind, decimals; /* CELL_EMPTY: none */
    int64_t least, greatest;
};

/* What is found out of some rows. */
struct found {
    size_t *widths, *least; /* borrowed, n_columns */
    struct range *ranges;   /* owned */
    struct arena arena;
};

static bool is_within(const struct range *range, const struct cell_content *cell)
{
    return cell->number == CELL_ROUNDED && cell->kind == range->kind &&
           cell->decimals == range->decimals && cell->low >= range->least &&
           cell->low <= range->greatest;
}

/* Numbers between two that fit are no wider. */
static void widen(struct range *range, const struct cell_content *cell)
{
    if (cell->kind != CELL_VALUE && cell->kind != CELL_PERCENT) {
        return;
    }
    if (cell->kind != range->kind || cell->decimals != range->decimals) {
        *range = (struct range){cell->kind, cell->decimals, cell->low, cell->low};
    }
    range->least = cell->low < range->least ? cell->low : range->least;
    range->greatest = cell->low > range->greatest ? cell->low : range->greatest;
}

/* False: no memory. */
static bool measure_cell(const struct table *table, const struct cell_content *cell, size_t i,
                         struct found *found)
{
    const bool is_label = table->columns[i].is_label;
    size_t columns = is_label ? 0 : printed_columns(cell);
    if (columns > 0 && cell->number == CELL_ROUNDED) {
        widen(&found->ranges[i], cell);
    }
    if (columns == 0) {
        columns = measure_words(&found->arena, cell, is_label, &found->least[i]);
    }
    found->widths[i] = larger(found->widths[i], columns);
    return columns > 0;
}

static bool measure_row(const struct table *table, size_t row, bool is_first, struct found *found)
{
    const struct cell_content *const cells = &table->cells[row * table->n_columns];
    for (size_t i = 0; i < table->n_columns; i++) {
        if (!is_within(&found->ranges[i], &cells[i]) &&
            (is_first || !looks_alike(&cells[i], &cells[i] - table->n_columns)) &&
            !measure_cell(table, &cells[i], i, found)) {
            return false;
        }
    }
    return true;
}

static void measure_piece(void *job, size_t task, size_t worker)
{
    const struct measuring *const measuring = job;
    const struct table *const table = measuring->table;
    size_t *const widths = measuring->found + task * 2 * table->n_columns;
    const size_t first = task * ROWS_AT_ONCE, end = smaller(table->n_rows, first + ROWS_AT_ONCE);
    struct found found = {.widths = widths,
                          .least = widths + table->n_columns,
                          .ranges = calloc(table->n_columns + 1, sizeof *found.ranges)};
    bool done = found.ranges != NULL;
    (void)worker;
    for (size_t row = first; row < end && done; row++) {
        done = measure_row(table, row, row == first, &found);
    }
    if (!done) {
        memset(widths, 0, table->n_columns * sizeof *widths);
    }
    free(found.ranges);
    arena_free(&found.arena);
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

/* What some rows look like, from BEFORE_PIECE on. */
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

/* The words of a column's last cell that was no number: those of the next are often the same. */
struct known_words {
    const struct cell_content *cell; /* borrowed, as are the words; NULL: nothing is known yet */
    const char *words;
    size_t bytes;
    bool plain;
};

/* Room to print a row in. */
struct row_room {
    struct box *boxes; /* owned, as is the rest: of each column that is shown */
    struct known_words *known;
    char *rooms; /* n of PRINTED_ROOM */
    struct arena arena;
    bool no_memory;
};

static void free_room(struct row_room *room)
{
    free(room->boxes);
    free(room->known);
    free(room->rooms);
    arena_free(&room->arena);
}

static void make_room(struct row_room *room, size_t n)
{
    *room = (struct row_room){.boxes = calloc(n + 1, sizeof *room->boxes),
                              .known = calloc(n + 1, sizeof *room->known),
                              .rooms = calloc(n + 1, PRINTED_ROOM)};
    room->no_memory = room->boxes == NULL || room->known == NULL || room->rooms == NULL;
}

static const struct cell_content *cell_of(const struct shown_columns *shown, size_t row, size_t i)
{
    return &shown->table->cells[row * shown->table->n_columns + shown->columns[i]];
}

/* What the i-th column that is shown says in a cell that is no number. */
static const struct known_words *words_in(struct row_room *room, size_t i,
                                          const struct cell_content *cell)
{
    struct known_words *const known = &room->known[i];
    if (known->cell == NULL || !looks_alike(known->cell, cell)) {
        known->words =
            printed_cell(&room->arena, room->rooms + i * PRINTED_ROOM, cell, PRINTED_UNDEFINED);
        room->no_memory = room->no_memory || known->words == NULL;
        known->cell = known->words == NULL ? NULL : cell;
        known->bytes = known->words == NULL ? 0 : strlen(known->words);
        known->plain = known->words != NULL && is_plain(known->words, known->bytes);
    }
    return known;
}

/* Makes the boxes of a row. */
static void fill_boxes(const struct shown_columns *shown, size_t row, struct row_room *room)
{
    for (size_t i = 0; i < shown->n && !room->no_memory; i++) {
        const size_t column = shown->columns[i];
        const char *const words = printed_cell(&room->arena, room->rooms + i * PRINTED_ROOM,
                                               cell_of(shown, row, i), PRINTED_UNDEFINED);
        room->known[i].cell = NULL; /* its room has been used */
        room->no_memory = words == NULL;
        room->boxes[i] = (struct box){.rest = words,
                                      .width = shown->widths[column],
                                      .is_left = shown->table->columns[column].is_label};
    }
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

/* Pieces begin behind so many bytes: a number that is wider than its column, which is found out when it
   is there, may reach beyond the first column (of the first row: in all rows the first column is a label). */
#define BEFORE_PIECE ((size_t)PRINTED_ROOM)

static bool reach(struct piece *piece, size_t n)
{
    return array_grow(&piece->bytes, &piece->capacity, piece->n + n, 1);
}

/* Puts a cell where it stands, from `at` on; how far it reaches, or NULL: it is not plain, or wider than its
   column. */
static char *put_plain_cell(struct row_room *room, size_t i, const struct cell_content *cell,
                            char *at, size_t width, bool is_left)
{
    const struct known_words *words;
    if (cell->number == CELL_ROUNDED) {
        const char *const start = is_left ? NULL : printed_before(cell, at + width);
        return start != NULL && start >= at ? at + width : NULL;
    }
    words = words_in(room, i, cell);
    if (!words->plain || words->bytes > width) {
        return NULL;
    }
    memcpy(at + (is_left ? 0 : width - words->bytes), words->words, words->bytes);
    return words->bytes == 0 ? at : at + (is_left ? words->bytes : width);
}

/* What write_boxes() does with a row that is plain, as nearly all are: each cell is of one line, and written as
   it is. False: it is not. For the room of a line there is room. */
static bool put_plain_row(const struct shown_columns *shown, size_t row, size_t width,
                          struct row_room *room, struct piece *piece)
{
    char *at = piece->bytes + piece->n, *end = at;
    memset(at, ' ', width);
    for (size_t i = 0; i < shown->n; i++) {
        const size_t column = shown->columns[i], columns = shown->widths[column];
        char *const reached = put_plain_cell(room, i, cell_of(shown, row, i), at, columns,
                                             shown->table->columns[column].is_label);
        if (reached == NULL) {
            return false;
        }
        end = reached == at ? end : reached;
        at += columns + TEXT_GAP;
    }
    *end++ = '\n';
    piece->n = (size_t)(end - piece->bytes);
    return true;
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

/* Does a row that is not plain have several lines? */
static bool is_tall_row(const struct shown_columns *shown, size_t row, struct row_room *room)
{
    fill_boxes(shown, row, room);
    return !room->no_memory && is_tall(room->boxes, shown->n);
}

static bool put_row(const struct row_writing *writing, struct row_room *room, size_t row,
                    bool *was_tall, struct piece *piece)
{
    const struct shown_columns *const shown = writing->shown;
    bool tall;
    if (!reach(piece, writing->width + 2)) {
        return false;
    }
    if (*was_tall) {
        piece->bytes[piece->n++] = '\n';
    }
    if (put_plain_row(shown, row, writing->width, room, piece)) {
        *was_tall = false;
        return true;
    }
    tall = is_tall_row(shown, row, room);
    if (tall && !*was_tall && row > 0) {
        piece->bytes[piece->n++] = '\n';
    }
    *was_tall = tall;
    return !room->no_memory && put_wrapped_row(piece, room->boxes, shown->n);
}

/* The row before a piece says whether there is an empty line between. False: no memory. */
static bool put_rows(const struct row_writing *writing, struct row_room *room, size_t first,
                     size_t end, struct piece *piece)
{
    bool was_tall = false, done = reach(piece, (end - first) * (writing->width + 2));
    if (done && first > 0 &&
        !put_plain_row(writing->shown, first - 1, writing->width, room, piece)) {
        was_tall = is_tall_row(writing->shown, first - 1, room);
    }
    piece->n = BEFORE_PIECE;
    for (size_t row = first; row < end && done; row++) {
        done = !room->no_memory && put_row(writing, room, row, &was_tall, piece);
    }
    return done && !room->no_memory;
}

static void write_piece(void *job, size_t task, size_t worker)
{
    struct row_writing *const writing = job;
    struct piece *const piece = &writing->pieces[task];
    const size_t first = writing->first + task * ROWS_AT_ONCE;
    const size_t end = smaller(writing->shown->table->n_rows, first + ROWS_AT_ONCE);
    struct row_room room;
    (void)worker;
    piece->n = BEFORE_PIECE;
    make_room(&room, writing->shown->n);
    piece->no_memory = room.no_memory || !put_rows(writing, &room, first, end, piece);
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
                lines_put(lines, writing.pieces[i].bytes + BEFORE_PIECE,
                          writing.pieces[i].n - BEFORE_PIECE);
            }
        }
    }
    for (size_t i = 0; i < PIECES_AT_ONCE; i++) {
        free(writing.pieces[i].bytes);
    }
    return done;
}

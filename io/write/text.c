#include "io/write/write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "io/words.h"
#include "io/write/lines.h"
#include "io/write/printed.h"
#include "io/write/wrap.h"

#define PAGE 80
#define GAP 2           /* between columns */
#define LABEL_LEAST 8   /* a label column narrower than this is not readable */
#define LABEL_WORD 13   /* nor is one that breaks words up to this length */
#define WORD_MOST 20    /* words in headings and number columns break beyond this */
#define HEADING_LINES 3 /* a heading wider than its numbers wraps to as many lines */
#define INDENT 2        /* of a note's second and later lines */

/* A piece of text in its place on the page; several side by side make a row. */
struct box {
    const char *rest; /* borrowed: what is still to be written */
    size_t width;     /* columns */
    size_t delay;     /* lines that stay empty above */
    bool is_left;     /* aligned to the left, else to the right */
};

struct layout {
    const struct table *table;
    struct arena *arena; /* borrowed: of this table */
    struct printed printed;
    size_t *natural;   /* n_columns: the width at which nothing needs to wrap more */
    size_t *least;     /* n_columns: how narrow a label may become */
    size_t *widths;    /* n_columns: as used in the block being written */
    struct box *boxes; /* n_columns */
    char *rooms;       /* n_columns of PRINTED_ROOM: the numbers of the row being written */
};

/* A range of number columns that fits on a page; label columns are in every block. */
struct block {
    size_t from, to; /* columns from <= c < to */
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- paragraphs ---- */

/* Lines of at most a page, the later ones indented; the width of the longest. */
static size_t write_wrapped(struct lines *lines, const char *text, size_t indent)
{
    struct line line;
    size_t longest = 0, margin = 0;
    while (line_take(&text, PAGE - margin, &line)) {
        lines_repeat(lines, ' ', margin);
        line_put(lines, &line);
        lines_put(lines, "\n", 1);
        longest = larger(longest, margin + line.columns);
        margin = indent;
    }
    return longest;
}

static void write_title(struct lines *lines, const char *title, char underline)
{
    const size_t columns = write_wrapped(lines, title, 0);
    if (columns > 0) {
        lines_repeat(lines, underline, columns);
        lines_text(lines, "\n\n");
    }
}

/* ---- rows ---- */

/* Writes the boxes side by side, line by line until all are empty. */
static void write_boxes(struct lines *lines, struct box *boxes, size_t n)
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
            blanks += i == 0 ? 0 : GAP;
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

static bool in_block(const struct layout *layout, size_t column, struct block block)
{
    return layout->table->columns[column].is_label || (column >= block.from && column < block.to);
}

/* Where the columns end that share the heading of `column`. Headings are compared as words: columns
   that look alike are meant to share. */
static size_t span_end(const struct layout *layout, size_t column)
{
    const struct column *const columns = layout->table->columns;
    const char *const heading = layout->printed.headings[column];
    size_t end = column + 1;
    if (columns[column].is_label || *heading == '\0') {
        return end;
    }
    while (end < layout->table->n_columns && !columns[end].is_label &&
           strcmp(layout->printed.headings[end], heading) == 0) {
        end++;
    }
    return end;
}

static size_t span_width(const size_t *widths, size_t from, size_t to)
{
    size_t width = (to - from - 1) * GAP;
    for (size_t i = from; i < to; i++) {
        width += widths[i];
    }
    return width;
}

/* Headings, standing on a rule that shows which columns share one. */
static void write_headings(struct lines *lines, struct layout *layout, struct block block)
{
    size_t n = 0, most_lines = 0, end;
    for (size_t i = 0; i < layout->table->n_columns; i = end) {
        end = span_end(layout, i);
        if (in_block(layout, i, block)) {
            const size_t width = span_width(layout->widths, i, end);
            const size_t n_lines = count_lines(layout->printed.headings[i], width);
            layout->boxes[n++] = (struct box){.rest = layout->printed.headings[i],
                                              .width = width,
                                              .delay = n_lines,
                                              .is_left = layout->table->columns[i].is_label};
            most_lines = larger(most_lines, n_lines);
        }
    }
    if (most_lines == 0) {
        return;
    }
    /* Until here delay held the lines of each heading: the tallest was not known. */
    for (size_t i = 0; i < n; i++) {
        layout->boxes[i].delay = most_lines - layout->boxes[i].delay;
    }
    write_boxes(lines, layout->boxes, n);
    for (size_t i = 0; i < n; i++) {
        lines_repeat(lines, ' ', i == 0 ? 0 : GAP);
        lines_repeat(lines, '-', layout->boxes[i].width);
    }
    lines_put(lines, "\n", 1);
}

/* Whether all boxes are of one line, and written as they are: nearly all rows. */
static bool is_plain_row(const struct box *boxes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const size_t bytes = strlen(boxes[i].rest);
        if (bytes > boxes[i].width || !is_plain(boxes[i].rest, bytes)) {
            return false;
        }
    }
    return true;
}

/* What write_boxes() does with such a row. */
static void write_plain_row(struct lines *lines, const struct box *boxes, size_t n)
{
    size_t blanks = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t bytes = strlen(boxes[i].rest), room = boxes[i].width - bytes;
        blanks += i == 0 ? 0 : GAP;
        blanks += boxes[i].is_left ? 0 : room;
        if (bytes > 0) {
            lines_repeat(lines, ' ', blanks);
            lines_put(lines, boxes[i].rest, bytes);
            blanks = 0;
        }
        blanks += boxes[i].is_left ? room : 0;
    }
    lines_put(lines, "\n", 1);
}

/* Makes the boxes of a row and says how many. False: no memory. */
static bool fill_boxes(struct layout *layout, struct block block, size_t row, size_t *n)
{
    const struct table *const table = layout->table;
    *n = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        const char *words;
        if (!in_block(layout, i, block)) {
            continue;
        }
        words = printed_cell(layout->arena, layout->rooms + i * PRINTED_ROOM,
                             &table->cells[row * table->n_columns + i], PRINTED_UNDEFINED);
        if (words == NULL) {
            return false;
        }
        layout->boxes[(*n)++] = (struct box){
            .rest = words, .width = layout->widths[i], .is_left = table->columns[i].is_label};
    }
    return true;
}

/* A row of several lines has an empty line above and below, or its second line could be taken for
   a row. False: no memory. */
static bool write_rows(struct lines *lines, struct layout *layout, struct block block)
{
    bool was_tall = false;
    for (size_t row = 0; row < layout->table->n_rows; row++) {
        bool is_plain_one, is_tall = false;
        size_t n;
        if (!fill_boxes(layout, block, row, &n)) {
            return false;
        }
        is_plain_one = is_plain_row(layout->boxes, n);
        for (size_t i = 0; i < n && !is_plain_one; i++) {
            is_tall = is_tall || count_lines(layout->boxes[i].rest, layout->boxes[i].width) > 1;
        }
        if (row > 0 && (is_tall || was_tall)) {
            lines_put(lines, "\n", 1);
        }
        if (is_plain_one) {
            write_plain_row(lines, layout->boxes, n);
        } else {
            write_boxes(lines, layout->boxes, n);
        }
        was_tall = is_tall;
    }
    return true;
}

/* ---- widths ---- */

/* The least width at which a heading has few lines and breaks no word of ordinary length. */
static size_t heading_width(const char *heading)
{
    size_t width = smaller(larger(columns_of_longest_word(heading), 1), WORD_MOST);
    while (width < WORD_MOST && count_lines(heading, width) > HEADING_LINES) {
        width++;
    }
    return width;
}

/* 0: no memory. */
static size_t cells_width(struct layout *layout, size_t column)
{
    const struct table *const table = layout->table;
    char room[PRINTED_ROOM];
    size_t width = 1;
    for (size_t row = 0; row < table->n_rows; row++) {
        const struct cell_content *const cell = &table->cells[row * table->n_columns + column];
        const bool is_label = table->columns[column].is_label;
        size_t columns = is_label ? 0 : printed_columns(cell);
        if (columns == 0) {
            const char *const words = printed_cell(layout->arena, room, cell, PRINTED_UNDEFINED);
            if (words == NULL) {
                return 0;
            }
            columns = strlen(words);
            columns = is_plain(words, columns) ? columns : columns_of(words);
            if (is_label && columns > LABEL_LEAST) {
                layout->least[column] = larger(
                    layout->least[column],
                    smaller(larger(columns_of_longest_word(words), LABEL_LEAST), LABEL_WORD));
            }
        }
        if (cell->kind == CELL_TEXT) { /* a broken number reads as two */
            columns = smaller(columns, is_label ? PAGE : WORD_MOST);
        }
        width = larger(width, columns);
    }
    return width;
}

/* False: no memory. */
static bool find_natural_widths(struct layout *layout)
{
    const struct table *const table = layout->table;
    size_t end;
    for (size_t i = 0; i < table->n_columns; i++) {
        layout->least[i] = LABEL_LEAST;
    }
    for (size_t i = 0; i < table->n_columns; i = end) {
        end = span_end(layout, i);
        for (size_t k = i; k < end; k++) {
            layout->natural[k] = cells_width(layout, k);
            if (layout->natural[k] == 0) {
                return false;
            }
        }
        const char *const heading = layout->printed.headings[i];
        const size_t needed = table->columns[i].is_label ? smaller(columns_of(heading), PAGE)
                                                         : heading_width(heading);
        const size_t width = span_width(layout->natural, i, end);
        layout->natural[end - 1] += larger(needed, width) - width;
    }
    return true;
}

/* The columns from `from` on that fit on a page when labels are at their narrowest; at least one
   heading's, so that every block gets on. */
static struct block next_block(const struct layout *layout, size_t from)
{
    const struct table *const table = layout->table;
    /* Columns under one heading stay in one block: apart, half of them would lose its meaning. */
    struct block block = {.from = from, .to = from};
    size_t used = 0, end;
    bool has_numbers = false;
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->columns[i].is_label) {
            used += smaller(layout->natural[i], layout->least[i]) + GAP;
        }
    }
    for (size_t i = from; i < table->n_columns; i = end) {
        end = span_end(layout, i);
        if (!table->columns[i].is_label) {
            used += span_width(layout->natural, i, end) + GAP;
            if (has_numbers && used - GAP > PAGE) {
                break;
            }
            has_numbers = true;
        }
        block.to = end;
    }
    return block;
}

/* Narrows the widest label, column by column, until the block fits or no label can give more. */
static void fit_labels(struct layout *layout, struct block block)
{
    const struct table *const table = layout->table;
    size_t used = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        layout->widths[i] = layout->natural[i];
        if (in_block(layout, i, block)) {
            used += layout->widths[i] + (used == 0 ? 0 : GAP);
        }
    }
    while (used > PAGE) {
        size_t *widest = NULL;
        for (size_t i = 0; i < table->n_columns; i++) {
            if (table->columns[i].is_label && layout->widths[i] > layout->least[i] &&
                (widest == NULL || layout->widths[i] > *widest)) {
                widest = &layout->widths[i];
            }
        }
        /* Wider than the page, then: a number that is cut would be a wrong one. */
        if (widest == NULL) {
            return;
        }
        (*widest)--;
        used--;
    }
}

/* ---- tables ---- */

/* `arena` holds the strings of this table. False: no memory. */
static bool write_table(struct lines *lines, struct arena *arena, const struct table *table)
{
    struct layout layout = {.table = table, .arena = arena};
    layout.natural = arena_alloc(arena, table->n_columns + 1, sizeof *layout.natural);
    layout.least = arena_alloc(arena, table->n_columns + 1, sizeof *layout.least);
    layout.widths = arena_alloc(arena, table->n_columns + 1, sizeof *layout.widths);
    layout.boxes = arena_alloc(arena, table->n_columns + 1, sizeof *layout.boxes);
    layout.rooms = arena_alloc(arena, table->n_columns + 1, PRINTED_ROOM);
    if (layout.natural == NULL || layout.least == NULL || layout.widths == NULL ||
        layout.boxes == NULL || layout.rooms == NULL ||
        !printed_table(arena, table, &layout.printed) || !find_natural_widths(&layout)) {
        return false;
    }
    struct block block = {.to = 0};
    /* A table without columns still has its title and notes: once through in any case. */
    do {
        const char *title = layout.printed.title;
        block = next_block(&layout, block.to);
        if (block.from > 0) {
            lines_put(lines, "\n", 1);
            struct text continued = text_of(MESSAGE_CONTINUED);
            continued.arguments[0] = argument_name(title);
            title = words_of(arena, &continued);
            if (title == NULL) {
                return false;
            }
        }
        write_title(lines, title, '-');
        if (table->n_columns > 0) {
            fit_labels(&layout, block);
            write_headings(lines, &layout, block);
            if (!write_rows(lines, &layout, block)) {
                return false;
            }
        }
    } while (block.to < table->n_columns);
    for (size_t i = 0; i < table->n_notes; i++) {
        /* Below a table notes stand close; sentences without a table are paragraphs. */
        lines_text(lines, (i == 0) == (table->n_columns > 0) ? "\n" : "");
        (void)write_wrapped(lines, layout.printed.notes[i], INDENT);
    }
    return true;
}

struct fault write_text(FILE *out, const char *name, const struct report *report)
{
    struct arena arena = {.blocks = NULL};
    struct fault fault = FAULT_FREE;
    struct lines lines;
    const char *words = words_of(&arena, &report->title);
    bool has_memory = words != NULL;
    lines_begin(&lines, out);
    errno = 0;
    if (has_memory) {
        write_title(&lines, words, '=');
    }
    for (size_t i = 0; has_memory && i < report->n_tables; i++) {
        lines_text(&lines, i == 0 ? "" : "\n\n");
        has_memory = write_table(&lines, &arena, &report->tables[i]);
        /* The strings of a table go before those of the next are made. */
        arena_free(&arena);
    }
    for (size_t i = 0; has_memory && i < report->n_notes; i++) {
        words = words_of(&arena, &report->notes[i]);
        has_memory = words != NULL;
        if (has_memory) {
            lines_text(&lines, i == 0 && report->n_tables > 0 ? "\n\n" : "");
            (void)write_wrapped(&lines, words, INDENT);
        }
    }
    lines_end(&lines);
    fault = has_memory ? printed_flush(out, name) : fault_memory();
    arena_free(&arena);
    return fault;
}

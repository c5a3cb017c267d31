#include "io/write/write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "io/words.h"
#include "io/write/lines.h"
#include "io/write/printed.h"
#include "io/write/text_rows.h"
#include "io/write/wrap.h"

#define PAGE TEXT_PAGE
#define GAP TEXT_GAP
#define WORD_MOST TEXT_WORD_MOST
#define HEADING_LINES 3 /* a heading wider than its numbers wraps to as many lines */
#define INDENT 2        /* of a note's second and later lines */

struct layout {
    const struct table *table;
    struct printed printed;
    size_t *natural;   /* n_columns: the width at which nothing needs to wrap more */
    size_t *least;     /* n_columns: how narrow a label may become */
    size_t *widths;    /* n_columns: as used in the block being written */
    size_t *shown;     /* n_columns: which are in that block */
    struct box *boxes; /* n_columns */
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

static bool write_block(struct lines *lines, const struct crew *crew, const struct layout *layout,
                        struct block block)
{
    struct shown_columns shown = {layout->table, layout->shown, layout->widths, 0};
    for (size_t i = 0; i < layout->table->n_columns; i++) {
        if (in_block(layout, i, block)) {
            layout->shown[shown.n++] = i;
        }
    }
    return write_rows(lines, crew, &shown);
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

/* False: no memory. */
static bool find_natural_widths(struct layout *layout, const struct crew *crew)
{
    const struct table *const table = layout->table;
    size_t end;
    if (!measure_rows(crew, table, layout->natural, layout->least)) {
        return false;
    }
    for (size_t i = 0; i < table->n_columns; i = end) {
        end = span_end(layout, i);
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
static bool write_table(struct lines *lines, const struct crew *crew, struct arena *arena,
                        const struct table *table)
{
    struct layout layout = {.table = table};
    layout.natural = arena_alloc(arena, table->n_columns + 1, sizeof *layout.natural);
    layout.least = arena_alloc(arena, table->n_columns + 1, sizeof *layout.least);
    layout.widths = arena_alloc(arena, table->n_columns + 1, sizeof *layout.widths);
    layout.boxes = arena_alloc(arena, table->n_columns + 1, sizeof *layout.boxes);
    layout.shown = arena_alloc(arena, table->n_columns + 1, sizeof *layout.shown);
    if (layout.natural == NULL || layout.least == NULL || layout.widths == NULL ||
        layout.boxes == NULL || layout.shown == NULL ||
        !printed_table(arena, table, &layout.printed) || !find_natural_widths(&layout, crew)) {
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
            if (!write_block(lines, crew, &layout, block)) {
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

struct fault write_text(FILE *out, const char *name, const struct report *report,
                        const struct crew *crew)
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
        has_memory = write_table(&lines, crew, &arena, &report->tables[i]);
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

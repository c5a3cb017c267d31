#include "io/write/write.h"

#include <errno.h>
#include <string.h>
#include "io/words.h"
#include "io/write/lines.h"
#include "io/write/printed.h"
#include "io/write/wrap.h"

/* What means something anywhere in a line: to CommonMark, to GitHub's tables, to HTML, and $ to the
   formulas of some viewers. */
#define ALWAYS "\\`*_{}[]<>#|~&$"

/* The length of what would start a list or a rule at the beginning of a line, up to and without the
   character that has to be escaped; SIZE_MAX: nothing would. Of the markers at the start of a line
   only those that ALWAYS does not escape are looked for; "1." becomes "1\.", since a backslash
   before a digit would be shown. */
static size_t before_marker(const char *text)
{
    const size_t digits = strspn(text, "0123456789");
    if (digits > 0) {
        return text[digits] == '.' || text[digits] == ')' ? digits : SIZE_MAX;
    }
    return *text != '\0' && strchr("+-", *text) != NULL ? 0 : SIZE_MAX;
}

/* The place in an address (https://, www.) without which GitHub does not make it a link. */
static bool starts_link(const char *text, size_t at)
{
    return (text[at] == ':' && strncmp(text + at + 1, "//", 2) == 0) ||
           (text[at] == '.' && at >= 3 && strncmp(text + at - 3, "www", 3) == 0);
}

/* Text that is shown as it is, on one line. Spaces in front go: four would make it code. */
static void put_escaped(struct lines *lines, const char *text)
{
    while (*text == ' ' || *text == '\n' || *text == '\r') {
        text++;
    }
    const size_t marker = before_marker(text);
    for (size_t at = 0; text[at] != '\0';) {
        const struct character character = character_at(text + at);
        const char byte = text[at];
        if (byte == '\n' || byte == '\r') {
            lines_put(lines, " ", 1);
        } else if (character.code == CHARACTER_REPLACED) {
            lines_text(lines, "\xEF\xBF\xBD");
        } else {
            if (at == marker || strchr(ALWAYS, byte) != NULL || starts_link(text, at)) {
                lines_put(lines, "\\", 1);
            }
            lines_put(lines, text + at, character.bytes);
        }
        at += byte == '\r' && text[at + 1] == '\n' ? 2 : character.bytes;
    }
}

static void put_title(struct lines *lines, const char *level, const char *title)
{
    if (*title != '\0') {
        lines_text(lines, level);
        lines_put(lines, " ", 1);
        put_escaped(lines, title);
        lines_put(lines, "\n\n", 2);
    }
}

static void put_note(struct lines *lines, const char *note)
{
    lines_put(lines, "- ", 2);
    put_escaped(lines, note);
    lines_put(lines, "\n", 1);
}

/* Numbers need no escape: nothing that they are made of acts inside a cell. False: no memory. */
static bool put_rows(struct lines *lines, struct arena *arena, const struct table *table)
{
    char room[PRINTED_ROOM];
    for (size_t i = 0; i < table->n_rows * table->n_columns; i++) {
        const char *const words = printed_cell(arena, room, &table->cells[i], PRINTED_UNDEFINED);
        if (words == NULL) {
            return false;
        }
        lines_text(lines, i % table->n_columns == 0 ? "| " : " ");
        if (table->cells[i].kind == CELL_TEXT) {
            put_escaped(lines, words);
        } else {
            lines_text(lines, words);
        }
        lines_text(lines, (i + 1) % table->n_columns == 0 ? " |\n" : " |");
    }
    return true;
}

/* False: no memory. */
static bool put_table(struct lines *lines, struct arena *arena, const struct table *table)
{
    struct printed printed;
    if (!printed_table(arena, table, &printed)) {
        return false;
    }
    put_title(lines, "##", printed.title);
    for (size_t i = 0; i < table->n_columns; i++) {
        lines_text(lines, i == 0 ? "| " : " ");
        put_escaped(lines, printed.headings[i]);
        lines_put(lines, " |", 2);
    }
    lines_text(lines, table->n_columns > 0 ? "\n|" : "");
    /* GitHub takes the lines for a table only with this row, which also aligns the columns. */
    for (size_t i = 0; i < table->n_columns; i++) {
        lines_text(lines, table->columns[i].is_label ? " :--- |" : " ---: |");
    }
    lines_text(lines, table->n_columns > 0 ? "\n" : "");
    if (!put_rows(lines, arena, table)) {
        return false;
    }
    for (size_t i = 0; i < table->n_notes; i++) {
        lines_text(lines, i == 0 && table->n_columns > 0 ? "\n" : "");
        put_note(lines, printed.notes[i]);
    }
    return true;
}

struct fault write_markdown(FILE *out, const char *name, const struct report *report)
{
    struct arena arena = {.blocks = NULL};
    struct fault fault = FAULT_FREE;
    struct lines lines;
    const char *words = words_of(&arena, &report->title);
    bool has_memory = words != NULL;
    lines_begin(&lines, out);
    errno = 0;
    if (has_memory) {
        put_title(&lines, "#", words);
    }
    for (size_t i = 0; has_memory && i < report->n_tables; i++) {
        lines_text(&lines, i == 0 ? "" : "\n");
        has_memory = put_table(&lines, &arena, &report->tables[i]);
        /* The strings of a table go before those of the next are made. */
        arena_free(&arena);
    }
    for (size_t i = 0; has_memory && i < report->n_notes; i++) {
        words = words_of(&arena, &report->notes[i]);
        has_memory = words != NULL;
        if (has_memory) {
            lines_text(&lines, i == 0 && report->n_tables > 0 ? "\n" : "");
            put_note(&lines, words);
        }
    }
    lines_end(&lines);
    fault = has_memory ? printed_flush(out, name) : fault_memory();
    arena_free(&arena);
    return fault;
}

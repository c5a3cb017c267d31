#include "io/write/write.h"

#include <errno.h>
#include <string.h>
#include "io/words.h"
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
static void write_escaped(FILE *out, const char *text)
{
    while (*text == ' ' || *text == '\n' || *text == '\r') {
        text++;
    }
    const size_t marker = before_marker(text);
    for (size_t at = 0; text[at] != '\0';) {
        const struct character character = character_at(text + at);
        const char byte = text[at];
        if (byte == '\n' || byte == '\r') {
            fputc(' ', out);
        } else if (character.code == CHARACTER_REPLACED) {
            fputs("\xEF\xBF\xBD", out);
        } else {
            if (at == marker || strchr(ALWAYS, byte) != NULL || starts_link(text, at)) {
                fputc('\\', out);
            }
            fwrite(text + at, 1, character.bytes, out);
        }
        at += byte == '\r' && text[at + 1] == '\n' ? 2 : character.bytes;
    }
}

static void write_title(FILE *out, const char *level, const char *title)
{
    if (*title != '\0') {
        fprintf(out, "%s ", level);
        write_escaped(out, title);
        fputs("\n\n", out);
    }
}

static void write_note(FILE *out, const char *note)
{
    fputs("- ", out);
    write_escaped(out, note);
    fputc('\n', out);
}

/* Numbers need no escape: nothing that they are made of acts inside a cell. */
static void write_table(FILE *out, const struct table *table, const struct printed *printed)
{
    write_title(out, "##", printed->title);
    for (size_t i = 0; i < table->n_columns; i++) {
        fputs(i == 0 ? "| " : " ", out);
        write_escaped(out, printed->headings[i]);
        fputs(" |", out);
    }
    fputs(table->n_columns > 0 ? "\n|" : "", out);
    /* GitHub takes the lines for a table only with this row, which also aligns the columns. */
    for (size_t i = 0; i < table->n_columns; i++) {
        fputs(table->columns[i].is_label ? " :--- |" : " ---: |", out);
    }
    fputs(table->n_columns > 0 ? "\n" : "", out);
    for (size_t i = 0; i < table->n_rows * table->n_columns; i++) {
        fputs(i % table->n_columns == 0 ? "| " : " ", out);
        if (table->cells[i].kind == CELL_TEXT) {
            write_escaped(out, printed->cells[i]);
        } else {
            fputs(printed->cells[i], out);
        }
        fputs((i + 1) % table->n_columns == 0 ? " |\n" : " |", out);
    }
    for (size_t i = 0; i < table->n_notes; i++) {
        fputs(i == 0 && table->n_columns > 0 ? "\n" : "", out);
        write_note(out, printed->notes[i]);
    }
}

struct fault write_markdown(FILE *out, const char *name, const struct report *report)
{
    struct arena arena = {.blocks = NULL};
    struct fault fault = FAULT_FREE;
    const char *words = words_of(&arena, &report->title);
    bool has_memory = words != NULL;
    errno = 0;
    if (has_memory) {
        write_title(out, "#", words);
    }
    for (size_t i = 0; has_memory && i < report->n_tables; i++) {
        struct printed printed;
        has_memory = printed_table(&arena, &report->tables[i], PRINTED_UNDEFINED, &printed);
        if (has_memory) {
            fputs(i == 0 ? "" : "\n", out);
            write_table(out, &report->tables[i], &printed);
        }
        /* The strings of a table go before those of the next are made: a large report has millions
           of cells. */
        arena_free(&arena);
    }
    for (size_t i = 0; has_memory && i < report->n_notes; i++) {
        words = words_of(&arena, &report->notes[i]);
        has_memory = words != NULL;
        if (has_memory) {
            fputs(i == 0 && report->n_tables > 0 ? "\n" : "", out);
            write_note(out, words);
        }
    }
    fault = has_memory ? printed_flush(out, name) : fault_memory();
    arena_free(&arena);
    return fault;
}

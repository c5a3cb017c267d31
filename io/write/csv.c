#include "io/write/write.h"

#include <errno.h>
#include <string.h>
#include "io/words.h"
#include "io/write/lines.h"
#include "io/write/printed.h"

static bool needs_quotes(const char *text, size_t n)
{
    /* some readers, libcsv among them, drop blanks at the ends of a field without quotes */
    bool needs = n > 0 && (strchr(" \t", text[0]) != NULL || strchr(" \t", text[n - 1]) != NULL);
    for (size_t i = 0; i < n && !needs; i++) {
        needs = text[i] == ',' || text[i] == '"' || text[i] == '\r' || text[i] == '\n';
    }
    return needs;
}

size_t csv_quoted(const char *text, char out[])
{
    const size_t length = strlen(text);
    char *end = out;
    if (!needs_quotes(text, length)) {
        memcpy(out, text, length);
        return length;
    }
    *end++ = '"';
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            *end++ = '"';
        }
        *end++ = *text;
    }
    *end++ = '"';
    return (size_t)(end - out);
}

void csv_put(struct lines *lines, const char *field, size_t n)
{
    const char *const end = field + n;
    if (!needs_quotes(field, n)) {
        lines_put(lines, field, n);
        return;
    }
    lines_put(lines, "\"", 1);
    for (const char *quote; (quote = memchr(field, '"', (size_t)(end - field))) != NULL;
         field = quote + 1) {
        lines_put(lines, field, (size_t)(quote + 1 - field));
        lines_put(lines, "\"", 1);
    }
    lines_put(lines, field, (size_t)(end - field));
    lines_put(lines, "\"", 1);
}

void write_csv_field(FILE *out, const char *text)
{
    struct lines lines;
    lines_begin(&lines, out);
    csv_put(&lines, text, strlen(text));
    lines_end(&lines);
}

/* [+-] digits [. digits] [e [+-] digits], with a digit on either side of the point. Not strtod():
   to it nan and inf are numbers, to a spreadsheet -nan is a formula. */
static bool is_number(const char *text)
{
    const char *const digits = "0123456789";
    text += *text == '+' || *text == '-' ? 1 : 0;
    size_t n = strspn(text, digits);
    text += n;
    if (*text == '.') {
        const size_t decimals = strspn(text + 1, digits);
        text += 1 + decimals;
        n += decimals;
    }
    if (n > 0 && (*text == 'e' || *text == 'E')) {
        text += text[1] == '+' || text[1] == '-' ? 2 : 1;
        n = strspn(text, digits);
        text += n;
    }
    return n > 0 && *text == '\0';
}

/* A name from the study that starts with = would run as a formula in the spreadsheet that opens the
   file; an apostrophe makes it text. False: no memory. */
static bool put_words(struct lines *lines, struct arena *arena, const char *words)
{
    const bool is_formula =
        *words != '\0' && strchr("=+-@\t\r", *words) != NULL && !is_number(words);
    const char *const guarded = is_formula ? arena_printf(arena, "'%s", words) : words;
    if (guarded != NULL) {
        csv_put(lines, guarded, strlen(guarded));
    }
    return guarded != NULL;
}

static bool put_cell(struct lines *lines, struct arena *arena, const struct cell_content *cell)
{
    char room[PRINTED_ROOM];
    /* Undefined is an empty field: a dash would turn a column of numbers into text. */
    const char *const words = printed_cell(arena, room, cell, "");
    if (words == NULL) {
        return false;
    }
    /* Numbers are ours and are never guarded: -1.20 has to stay a number. */
    if (cell->kind == CELL_TEXT) {
        return put_words(lines, arena, words);
    }
    csv_put(lines, words, strlen(words));
    return true;
}

struct fault write_csv(FILE *out, const char *name, const struct table *table)
{
    struct arena arena = {.blocks = NULL};
    struct fault fault = FAULT_FREE;
    struct lines lines;
    const size_t width = table->n_columns;
    bool has_memory = true;
    lines_begin(&lines, out);
    errno = 0;
    for (size_t i = 0; has_memory && i < width; i++) {
        const char *const heading = words_of(&arena, &table->columns[i].heading);
        has_memory = heading != NULL && put_words(&lines, &arena, heading);
        lines_put(&lines, i + 1 == width ? "\n" : ",", 1);
    }
    for (size_t i = 0; has_memory && i < table->n_rows * width; i++) {
        has_memory = put_cell(&lines, &arena, &table->cells[i]);
        lines_put(&lines, (i + 1) % width == 0 ? "\n" : ",", 1);
    }
    lines_end(&lines);
    fault = has_memory ? printed_flush(out, name) : fault_memory();
    arena_free(&arena);
    return fault;
}

#include "io/write/write.h"

#include <errno.h>
#include <string.h>
#include "io/write/printed.h"

void write_csv_field(FILE *out, const char *text)
{
    const size_t length = strlen(text);
    /* some readers, libcsv among them, drop blanks at the ends of a field without quotes */
    const bool has_outer_blank =
        length > 0 && (strchr(" \t", text[0]) != NULL || strchr(" \t", text[length - 1]) != NULL);
    if (!has_outer_blank && strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            fputc('"', out);
        }
        fputc(*text, out);
    }
    fputc('"', out);
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

/* False: no memory. A name from the study that starts with = would run as a formula in the
   spreadsheet that opens the file; the apostrophe makes it text. */
static bool write_words(FILE *out, struct arena *arena, const char *words)
{
    const bool is_formula =
        *words != '\0' && strchr("=+-@\t\r", *words) != NULL && !is_number(words);
    const char *const guarded = is_formula ? arena_printf(arena, "'%s", words) : words;
    if (guarded != NULL) {
        write_csv_field(out, guarded);
    }
    return guarded != NULL;
}

struct fault write_csv(FILE *out, const char *name, const struct table *table)
{
    struct arena arena = {.blocks = NULL};
    struct fault fault = FAULT_FREE;
    struct printed printed;
    const size_t width = table->n_columns;
    /* Undefined is an empty field: a dash would turn a column of numbers into text. */
    bool has_memory = printed_table(&arena, table, "", &printed);
    errno = 0;
    for (size_t i = 0; has_memory && i < width; i++) {
        has_memory = write_words(out, &arena, printed.headings[i]);
        fputc(i + 1 == width ? '\n' : ',', out);
    }
    for (size_t i = 0; has_memory && i < table->n_rows * width; i++) {
        /* Numbers are ours and are never guarded: -1.20 has to stay a number. */
        if (table->cells[i].kind == CELL_TEXT) {
            has_memory = write_words(out, &arena, printed.cells[i]);
        } else {
            write_csv_field(out, printed.cells[i]);
        }
        fputc((i + 1) % width == 0 ? '\n' : ',', out);
    }
    fault = has_memory ? printed_flush(out, name) : fault_memory();
    arena_free(&arena);
    return fault;
}

/* io/write/tally_writing.c - one line at a time goes through a buffer, so that the checksum sees the
   bytes that the file gets. */
#include "io/write/tally_writing.h"

#include <inttypes.h>
#include <string.h>

#include "engine/memory.h"

/* What a spreadsheet would run, and what a reader would take off, at the start of a text. */
#define AWKWARD_STARTS "=+-@| \t\r\n"

static void put_bytes(struct tally_writing *w, const char *bytes, size_t n)
{
    if (!array_grow(&w->line, &w->line_capacity, w->n_line + n, 1)) {
        w->no_memory = true;
        return;
    }
    memcpy(w->line + w->n_line, bytes, n);
    w->n_line += n;
}

void tally_put_words(struct tally_writing *w, const char *text)
{
    put_bytes(w, text, strlen(text));
}

/* White space that takes several bytes (U+00A0, U+FEFF) is taken off a cell as well. */
static bool is_awkward(const char *text)
{
    const size_t n = strlen(text);
    const unsigned char last = n > 0 ? (unsigned char)text[n - 1] : 'x';
    const unsigned char before_last = n > 1 ? (unsigned char)text[n - 2] : 'x';
    return n > 0 && (strchr(AWKWARD_STARTS, text[0]) != NULL || last <= ' ' ||
                     strncmp(text, "\xc2\xa0", 2) == 0 || strncmp(text, "\xef\xbb\xbf", 3) == 0 ||
                     (before_last == 0xc2 && last == 0xa0) ||
                     (before_last == 0xbb && last == 0xbf) || (unsigned char)text[0] < ' ');
}

/* A cell with a separator before it. */
void tally_put_text(struct tally_writing *w, const char *text)
{
    const bool quoted = strpbrk(text, ",\"\r\n") != NULL, barred = is_awkward(text);
    tally_put_words(w, quoted ? ",\"" : ",");
    tally_put_words(w, barred ? "|" : "");
    while (*text != '\0') {
        const size_t plain = strcspn(text, "\"");
        put_bytes(w, text, plain);
        text += plain;
        if (*text == '"') {
            tally_put_words(w, "\"\"");
            text++;
        }
    }
    tally_put_words(w, barred ? "|" : "");
    tally_put_words(w, quoted ? "\"" : "");
}

void tally_put_whole(struct tally_writing *w, int64_t number)
{
    char text[24];
    snprintf(text, sizeof text, ",%" PRId64, number);
    tally_put_words(w, text);
}

void tally_put_count(struct tally_writing *w, uint64_t count)
{
    char text[24];
    snprintf(text, sizeof text, ",%" PRIu64, count);
    tally_put_words(w, text);
}

void tally_begin(struct tally_writing *w, enum tally_kind kind)
{
    tally_put_words(w, tally_kind_names[kind]);
}

void tally_end(struct tally_writing *w)
{
    tally_put_words(w, "\n");
    if (!w->no_memory) {
        SHA256Update(&w->checksum, (const uint8_t *)w->line, w->n_line);
        fwrite(w->line, 1, w->n_line, w->out);
    }
    w->n_line = 0;
}

void tally_comment(struct tally_writing *w, const char *text)
{
    tally_put_words(w, "# ");
    tally_put_words(w, text);
    tally_end(w);
}

void tally_comment_cells(struct tally_writing *w, const char *kind, const char *columns)
{
    tally_put_words(w, "# ");
    tally_put_words(w, kind);
    for (size_t i = 0; i < w->study->n_cohort_columns; i++) {
        tally_put_text(w, w->study->cohort_columns[i]);
    }
    tally_put_words(w, columns);
    tally_end(w);
}

void tally_put_cohort(struct tally_writing *w, uint32_t number)
{
    const struct cohorts *const cohorts = w->counted->cohorts;
    for (size_t i = 0; i < w->study->n_cohort_columns; i++) {
        tally_put_text(
            w, names_text(&cohorts->values, cohorts_value_of(cohorts, w->cohort_of[number], i)));
    }
}

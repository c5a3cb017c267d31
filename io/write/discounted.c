/* io/write/discounted.c - the two ledgers in one list, by file and row, so that someone with the
   spreadsheet open can go through it from top to bottom. There may be as many lines as people, so
   that lines are put together here and not field by field in the stream. */
#include <string.h>

#include "engine/count.h"
#include "io/write/records.h"
#include "io/write/write.h"

/* Bytes on their way to the stream. */
struct pending_text {
    FILE *out;
    char bytes[1 << 16];
    size_t n;
};

static void flush(struct pending_text *text)
{
    fwrite(text->bytes, 1, text->n, text->out);
    text->n = 0;
}

static void add(struct pending_text *text, const char *bytes, size_t n)
{
    if (n > sizeof text->bytes - text->n) {
        flush(text);
    }
    if (n > sizeof text->bytes) {
        fwrite(bytes, 1, n, text->out);
        return;
    }
    memcpy(text->bytes + text->n, bytes, n);
    text->n += n;
}

static void add_plain(struct pending_text *text, const char *word)
{
    add(text, word, strlen(word));
}

static void add_number(struct pending_text *text, uint64_t number)
{
    char digits[20];
    size_t n = sizeof digits;
    do {
        digits[--n] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    add(text, digits + n, sizeof digits - n);
}

/* A field, in quotes where CSV asks for them. */
static void add_field(struct pending_text *text, const char *field, size_t n)
{
    /* Some readers, libcsv among them, drop blanks at the ends of a field without quotes. */
    bool plain = n == 0 || (field[0] != ' ' && field[0] != '\t' && field[n - 1] != ' ' &&
                            field[n - 1] != '\t');
    for (size_t i = 0; i < n; i++) {
        plain = plain && field[i] != ',' && field[i] != '"' && field[i] != '\n' && field[i] != '\r';
    }
    if (plain) {
        add(text, field, n);
        return;
    }
    add(text, "\"", 1);
    for (size_t i = 0; i < n; i++) {
        add(text, field + i, 1);
        if (field[i] == '"') {
            add(text, "\"", 1);
        }
    }
    add(text, "\"", 1);
}

static void add_text(struct pending_text *text, const char *field)
{
    add_field(text, field, strlen(field));
}

/* The stage, instrument, scale and reason of a line. */
static void add_what(struct pending_text *text, const struct study *study,
                     const struct listed *line)
{
    const char *stage = "", *instrument = "unknown", *scale = "", *reason = "unknown_informant";
    if (line->kind == LISTED_RESPONDENT) {
        const struct study_scale *const s = &study->scales[line->subject];
        instrument = study->measures[s->measure].label;
        scale = s->scale->name;
        reason = discount_name(line->reason);
    } else if (line->subject != LISTED_NO_MEASURE) {
        instrument = study->measures[line->subject].label;
        reason = form_reason_name(line->reason);
    }
    if (line->stage != LISTED_NO_STAGE) {
        stage = study->stages[line->stage].name;
    }
    add_text(text, stage);
    add(text, ",", 1);
    add_text(text, instrument);
    add(text, ",", 1);
    add_text(text, scale);
    add(text, ",", 1);
    add_plain(text, reason);
    add(text, "\n", 1);
}

static void add_line(struct pending_text *text, const struct listed_rows *rows,
                     const struct listed *line)
{
    const char *file;
    uint64_t row;
    size_t n_id;
    const char *const id = id_text(&line->id, &n_id);
    rows->locate(rows->context, line->place, &file, &row);
    add_text(text, file);
    add(text, ",", 1);
    add_number(text, row);
    add(text, ",", 1);
    add_field(text, id, n_id);
    add(text, ",", 1);
    add_what(text, rows->study, line);
}

struct fault write_discounted(FILE *out, const struct listed_rows *rows)
{
    struct pending_text text = {.out = out};
    add_plain(&text, "file,row,participant,stage,instrument,scale,reason\n");
    for (size_t i = 0; i < rows->listing->n && !ferror(out); i++) {
        add_line(&text, rows, &rows->listing->lines[i]);
    }
    flush(&text);
    return ferror(out) ? fault_at(FAULT_WRITE, "discounted.csv", 0, 0, "could not be written whole")
                       : FAULT_FREE;
}

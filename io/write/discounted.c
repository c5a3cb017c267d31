/* io/write/discounted.c - the two ledgers in one list, by file and row, so that someone with the
   spreadsheet open can go through it from top to bottom. */
#include <string.h>

#include "engine/discount.h"
#include "io/write/lines.h"
#include "io/write/number.h"
#include "io/write/records.h"
#include "io/write/write.h"

static void put_field(struct lines *lines, const char *text)
{
    csv_put(lines, text, strlen(text));
}

/* The stage, instrument, scale and reason of a line. */
static void put_what(struct lines *lines, const struct study *study, const struct listed *line)
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
    put_field(lines, stage);
    lines_text(lines, ",");
    put_field(lines, instrument);
    lines_text(lines, ",");
    put_field(lines, scale);
    lines_text(lines, ",");
    put_field(lines, reason);
    lines_text(lines, "\n");
}

static void put_line(struct lines *lines, const struct listed_rows *rows, const struct listed *line)
{
    char digits[NUMBER_ROOM];
    const char *file;
    uint64_t row;
    size_t n_id;
    const char *const id = id_text(&line->id, &n_id);
    rows->locate(rows->context, line->place, &file, &row);
    put_field(lines, file);
    lines_text(lines, ",");
    lines_put(lines, digits, number_print((double)row, 17, digits));
    lines_text(lines, ",");
    csv_put(lines, id, n_id);
    lines_text(lines, ",");
    put_what(lines, rows->study, line);
}

struct fault write_discounted(FILE *out, const struct listed_rows *rows)
{
    struct fault fault = FAULT_FREE;
    const struct listed *line;
    struct lines lines;
    lines_begin(&lines, out);
    lines_text(&lines, "file,row,participant,stage,instrument,scale,reason\n");
    while (!ferror(out) && (line = rows->next(rows->lines, &fault)) != NULL) {
        put_line(&lines, rows, line);
    }
    lines_end(&lines);
    return fault.code != FAULT_NONE ? fault
           : ferror(out)
               ? fault_at(FAULT_WRITE, "discounted.csv", 0, 0, "could not be written whole")
               : FAULT_FREE;
}

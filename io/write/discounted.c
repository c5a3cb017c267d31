/* io/write/discounted.c - the two ledgers in one list, by file and row, so that someone with the
   spreadsheet open can go through it from top to bottom. */
#include "io/write/records.h"

#include <stdlib.h>
#include <string.h>

#include "io/write/write.h"

/* A line to be: a form that was set aside, or a respondent who was discounted. */
struct line {
    struct location location;
    const struct set_aside *form; /* one of these two */
    const struct discounted *person;
};

/* Ties are broken by what a line is about: qsort() is not stable, and the same input has to give
   the same bytes on every machine. */
static int line_compare(const void *a, const void *b)
{
    const struct line *const x = a, *const y = b;
    const int order = location_compare(x->location, y->location);
    if (order != 0) {
        return order;
    }
    if ((x->form == NULL) != (y->form == NULL)) {
        return x->form != NULL ? -1 : 1;
    }
    if (x->form != NULL) {
        return x->form->stage < y->form->stage ? -1 : x->form->stage > y->form->stage;
    }
    return x->person->scale < y->person->scale ? -1 : x->person->scale > y->person->scale;
}

/* The participant, or nothing where the row has no id. */
static const char *participant_of(const struct respondents *respondents, const struct line *line)
{
    const struct study *const study = respondents->study;
    if (line->person != NULL) {
        return names_text(&respondents->joins[line->person->join].ids, line->person->respondent);
    }
    /* Ids are numbered within a join, and a row of an unknown informant belongs to none. */
    if (line->form->respondent == NO_NAME || line->form->measure >= study->n_measures) {
        return "";
    }
    return names_text(&respondents->joins[study->measures[line->form->measure].join].ids,
                      line->form->respondent);
}

static void write_line(FILE *out, const struct source_names *sources,
                       const struct respondents *respondents, const struct line *line)
{
    const struct study *const study = respondents->study;
    const char *stage = "", *instrument = "unknown", *scale = "", *reason;
    if (line->form != NULL) {
        stage = line->form->stage < study->n_stages ? study->stages[line->form->stage].name : "";
        if (line->form->measure < study->n_measures) {
            instrument = study->measures[line->form->measure].label;
        }
        reason = line->form->measure < study->n_measures ? form_reason_name(line->form->reason)
                                                         : "unknown_informant";
    } else {
        const struct study_scale *const s = &study->scales[line->person->scale];
        instrument = study->measures[s->measure].label;
        scale = s->scale->name;
        reason = discount_name(line->person->discount);
    }
    write_csv_field(out,
                    line->location.file < sources->n ? sources->names[line->location.file] : "");
    fprintf(out, ",%llu,", (unsigned long long)line->location.row);
    write_csv_field(out, participant_of(respondents, line));
    putc(',', out);
    write_csv_field(out, stage);
    putc(',', out);
    write_csv_field(out, instrument);
    fprintf(out, ",%s,%s\n", scale, reason);
}

struct fault write_discounted(FILE *out, const struct source_names *sources,
                              const struct respondents *respondents, const struct counted *counted)
{
    const struct findings *const findings = respondents->findings;
    const size_t n = findings->n_set_aside + counted->n_discounted;
    /* One more, since calloc() of nothing may give NULL, which is no lack of memory. */
    struct line *const lines = calloc(n + 1, sizeof *lines);
    if (lines == NULL) {
        return fault_memory();
    }
    for (size_t i = 0; i < findings->n_set_aside; i++) {
        lines[i] = (struct line){findings->set_aside[i].location, &findings->set_aside[i], NULL};
    }
    for (size_t i = 0; i < counted->n_discounted; i++) {
        lines[findings->n_set_aside + i] =
            (struct line){counted->discounted[i].location, NULL, &counted->discounted[i]};
    }
    qsort(lines, n, sizeof *lines, line_compare);
    fputs("file,row,participant,stage,instrument,scale,reason\n", out);
    for (size_t i = 0; i < n && !ferror(out); i++) {
        write_line(out, sources, respondents, &lines[i]);
    }
    free(lines);
    return ferror(out) ? fault_at(FAULT_WRITE, "discounted.csv", 0, 0, "could not be written whole")
                       : FAULT_FREE;
}

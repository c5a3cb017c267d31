/* engine/findings.h - what was odd in the data but did not stop the work: rows set aside, with the
   reason, and cells that could not be used. Counted in full and listed. */
#ifndef PELLTER_ENGINE_FINDINGS_H
#define PELLTER_ENGINE_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/study.h"

/* Where a form was read. */
struct location {
    uint32_t file; /* place in the list of files that were read */
    uint64_t row;  /* as a spreadsheet shows it */
};

/* < 0, 0, > 0: by file, then by row. */
int location_compare(struct location a, struct location b);

/* Why a row that was read is not a form that is used: the lines of the ledger of forms. */
enum form_reason {
    FORM_USED,
    FORM_BLANK,
    FORM_NO_ID,
    FORM_UNKNOWN_STAGE,
    FORM_OUTSIDE_WINDOW,
    FORM_DUPLICATE_SAME,
    FORM_CONFLICTING,
    FORM_TOO_FEW_ITEMS,
    N_FORM_REASONS
};

/* A form that was set aside. */
struct set_aside {
    struct location location;
    uint32_t respondent; /* in its join, or NO_NAME */
    uint32_t series;     /* in its join, or NO_NAME: for forms that met another at a stage */
    uint32_t measure;    /* place in study.measures */
    uint32_t stage;      /* place in study.stages, or NO_STAGE */
    enum form_reason reason;
};

enum finding_kind {
    FINDING_OUT_OF_RANGE, /* an answer that the item cannot take; counted as missing */
    FINDING_BAD_DATE,     /* a date that is none; counted as missing */
    FINDING_BAD_WEIGHT,   /* a weight that is none; counted as missing */
    FINDING_BAD_FLAG,     /* neither yes nor no; counted as no */
    FINDING_BAD_AGE,      /* an age that is none; counted as missing */
    FINDING_SHORT_ROW,    /* fewer cells than the header row; the rest count as empty */
    FINDING_LONG_ROW,     /* more cells than the header row; the rest is ignored */
    FINDING_UNKNOWN_INFORMANT,
    N_FINDING_KINDS
};

/* One odd cell. */
struct finding {
    enum finding_kind kind;
    struct location location;
    uint32_t column;   /* 1-based */
    const char *value; /* the cell's text, kept only where the user asked for values; else NULL */
};

/* Start with {0}. */
struct findings {
    struct set_aside *set_aside; /* owned, n_set_aside, in the order in which they were met */
    size_t n_set_aside, set_aside_capacity;
    struct finding *cells; /* owned, n_cells */
    size_t n_cells, cells_capacity;
};

/* False: no memory. */
bool findings_add_form(struct findings *findings, const struct set_aside *form);
bool findings_add_cell(struct findings *findings, const struct finding *finding);
void findings_free(struct findings *findings);

#endif

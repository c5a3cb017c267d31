/* engine/findings.h - what was odd in the data but did not stop the work: rows set aside, with the
   reason, and cells that could not be used. Counted in full (counted.h); listed where someone will
   read it (listing.h). */
#ifndef PELLTER_ENGINE_FINDINGS_H
#define PELLTER_ENGINE_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/memory.h"
#include "engine/study.h"

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

/* One odd cell, for who wants to see each. */
struct finding {
    uint64_t place;    /* listing.h */
    uint32_t column;   /* 1-based */
    uint8_t kind;      /* enum finding_kind */
    const char *value; /* the cell's text, kept only where the user asked for values; else NULL */
};

/* Start with {0}; findings_free(). */
struct findings {
    struct finding *cells; /* owned, n_cells, in no order */
    size_t n_cells, cells_capacity;
    struct arena texts; /* of values */
};

/* Adds a copy of a finding, its value included. False: no memory. */
bool findings_add(struct findings *findings, const struct finding *finding);
/* By place, then column, then kind. */
void findings_sort(struct findings *findings);
void findings_free(struct findings *findings);

#endif

/* scales/forms.h - many forms of one instrument scored at once, column by column: the same results
   as instrument_score() gives form by form, many times as fast. */
#ifndef PELLTER_SCALES_FORMS_H
#define PELLTER_SCALES_FORMS_H

#include "scales/score.h"
#include "scales/scoring_tables.h"

#define BATCH_FORMS 512

/* The answers of n <= BATCH_FORMS forms: answers[group][item * BATCH_FORMS + form], in form order
   of the items; a group that is not collected is NULL, for all forms of the batch. Every column has
   room for BATCH_FORMS answers, also where fewer are meant: what stands behind them is read, may be
   any bytes, and makes no difference. */
struct answer_columns {
    answer *answers[MAX_GROUPS];
};

/* The results, for each scale of the instrument and each form. */
struct scored_columns {
    bool is_narrow; /* where there are tables: all outcomes fit a byte */
    union {         /* the outcomes: scored_outcome() */
        uint8_t narrow[MAX_SCALES][BATCH_FORMS];
        outcome wide[MAX_SCALES][BATCH_FORMS];
    };
    uint8_t n_answered[MAX_SCALES][BATCH_FORMS];
    uint8_t prorated[MAX_SCALES][BATCH_FORMS]; /* 0 or 1 */
    uint8_t complete[MAX_GROUPS][BATCH_FORMS]; /* all bits where every item of a group has a valid
                                                  code, else 0 */
    uint8_t n_valid[BATCH_FORMS]; /* items answered with a valid code over all groups present, at
                                     most 255: 0 makes the form blank */
};

static inline outcome scored_outcome(const struct scored_columns *scored, size_t scale, size_t form)
{
    return scored->is_narrow ? scored->narrow[scale][form] : scored->wide[scale][form];
}

/* Scores n <= BATCH_FORMS forms. `tables` may be NULL, which costs time and changes no result. What
   is behind the n forms comes out as blank forms with REASON_NO_FORM. */
void forms_score(const struct instrument *instrument, const struct scoring_tables *tables,
                 const struct answer_columns *answers, size_t n, struct scored_columns *out);

#endif

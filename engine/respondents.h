/* engine/respondents.h - the join: forms of one respondent are brought together, stage by stage.

   A join holds the respondents of one instrument (and of its other versions, so that a child who
   outgrew one can be told from a child who left). What one respondent has of one version, or of
   one goal, is a series: a place for each stage. */
#ifndef PELLTER_ENGINE_RESPONDENTS_H
#define PELLTER_ENGINE_RESPONDENTS_H

#include "engine/cohorts.h"
#include "engine/findings.h"
#include "engine/names.h"
#include "engine/study.h"

/* What a form says, as far as the join has to know: 0-based codes that two forms of one respondent
   and stage are compared by. For questionnaires the outcome of each scale; for goals the level in
   halves above -2 and the weight (GOAL_NO_WEIGHT: none given). */
#define MAX_PAYLOAD MAX_SCALES
enum { GOAL_PAYLOAD_LEVEL, GOAL_PAYLOAD_WEIGHT, GOAL_PAYLOAD };
#define GOAL_NO_WEIGHT UINT32_MAX

/* One form (or one rating of one goal) that is not blank and has an id. */
struct form {
    uint32_t measure;
    struct location location;
    uint32_t respondent; /* from respondents_id() */
    uint32_t cohort;
    uint32_t stage;    /* NO_STAGE: to be placed by its date */
    bool may_start;    /* unplaced forms of this source: the earliest is the first stage */
    int64_t date;      /* days, or NO_DATE */
    uint32_t goal;     /* respondents_name(); NO_NAME for questionnaires */
    uint32_t category; /* respondents_name(); NO_NAME: none */
    uint32_t flags;    /* bit i: study.goals.flags[i] is yes */
    const uint32_t *payload;
};

enum slot_state { SLOT_EMPTY, SLOT_FORM, SLOT_CONFLICT };

/* One series at one stage. */
struct slot {
    enum slot_state state;
    struct location location; /* of the form that is used, or of the first that conflicts */
    int64_t date;
};

struct series {
    uint32_t respondent;
    uint32_t measure;
    uint32_t goal;     /* NO_NAME for questionnaires */
    uint32_t category; /* of the earliest stage that gives one */
    uint32_t category_stage;
    uint32_t flags;
    uint32_t next; /* the respondent's next series, or NO_NAME */
};

struct respondent {
    uint32_t first_series; /* NO_NAME: only rows that were set aside */
    uint32_t cohort;       /* by study.cohort_from */
    uint32_t cohort_rank;  /* of the stage the cohort was read from; lower is better */
    bool moved;            /* forms differ on a cohort column */
};

struct join {
    size_t n_payload;
    struct names ids;
    struct respondent *respondents; /* owned, ids.n_names */
    size_t respondents_capacity;
    struct names goals; /* a goals join: the bytes of (respondent, goal), in the order of series */
    struct series *series; /* owned, n_series */
    size_t n_series, series_capacity;
    struct slot *slots; /* owned, n_series x n_stages */
    size_t slots_capacity;
    uint32_t *payloads; /* owned, n_series x n_stages x n_payload */
    size_t payloads_capacity;
    struct pending *pending; /* owned: forms that wait for respondents_resolve() */
    size_t n_pending, pending_capacity;
    uint32_t *pending_payloads; /* owned, n_pending x n_payload */
    size_t pending_payloads_capacity;
};

struct respondents {
    const struct study *study;     /* borrowed */
    const struct cohorts *cohorts; /* borrowed */
    struct join *joins;            /* owned, study->n_joins */
    struct names names;            /* goals and their categories */
    struct findings *findings;     /* borrowed: where set-aside forms are listed */
    bool by_date;                  /* some stage has a window, or duplicates go by date */
};

/* False: no memory. `findings` and the rest must outlive *respondents. */
bool respondents_init(struct respondents *respondents, const struct study *study,
                      const struct cohorts *cohorts, struct findings *findings);

/* The number of an id in the join of `measure`. False: no memory. */
bool respondents_id(struct respondents *respondents, uint32_t measure, const char *id,
                    size_t length, uint32_t *respondent);

/* The number of a goal's name or of a category. False: no memory. */
bool respondents_name(struct respondents *respondents, const char *text, size_t length,
                      uint32_t *name);

/* Takes a form in. Where dates decide, it waits; else it goes to its place at once: a second form
   there is set aside if its payload is the same, and if not, all forms of that place are. */
bool respondents_add(struct respondents *respondents, const struct form *form);

/* Puts the waiting forms in their places and settles which of the forms set aside are conflicting.
   Once, after the last form; the result does not depend on the order in which forms came. */
bool respondents_resolve(struct respondents *respondents);

/* The place of a series at a stage, and its payload (n_payload codes). */
const struct slot *join_slot(const struct respondents *respondents, const struct join *join,
                             uint32_t series, size_t stage);
const uint32_t *join_payload(const struct respondents *respondents, const struct join *join,
                             uint32_t series, size_t stage);

/* The date of a respondent's form at a stage (the earliest, where series differ), or NO_DATE. */
int64_t respondent_date(const struct respondents *respondents, const struct join *join,
                        uint32_t respondent, size_t stage);

void respondents_free(struct respondents *respondents);

#endif

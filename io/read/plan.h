/* io/read/plan.h - a study file, read: what is to be computed, and which columns of which files say
   it. */
#ifndef PELLTER_IO_READ_PLAN_H
#define PELLTER_IO_READ_PLAN_H

#include "engine/study.h"
#include "io/read/document.h"
#include "io/read/instrument.h"

/* A column that the study file names, or would name by default. */
struct column_name {
    const char *text;    /* NULL: not wanted */
    size_t line, column; /* in the study file; 0: a default, which need not exist unless it must */
};

/* The columns of one item group at one stage, in form order. */
struct item_columns {
    const struct column_name *names; /* n */
    size_t n;
};

/* Whose forms a source holds: one instrument, or one for each text of an informant column. */
struct informant {
    const char *value; /* NULL: every row */
    const struct instrument *instrument;
    size_t measure; /* place in study.measures */
};

struct worded_answer {
    const char *text;
    int64_t code;
};

/* A column that a file lacks because it is the same for all its rows. */
struct constant {
    const char *column, *value;
};

struct source {
    const char *path;   /* as opened */
    const char *name;   /* as the study file or the command line gives it: what messages call it */
    size_t row, column; /* of that name in the study file */
    char separator;     /* 0: find out */
    bool wide;          /* one row a respondent; else one row a form */
    struct column_name informant;
    const struct informant *informants; /* n_informants */
    size_t n_informants;
    struct column_name participant, family, stage, age;
    struct column_name *dates; /* n_stages for a wide source, else 1 */
    bool day_first;            /* dates may be day/month/year */
    struct item_columns
        *items; /* [group][stage] with n_stages of them; a long source uses stage 0 */
    struct column_name goal, weight, category;
    struct column_name flags[MAX_FLAGS]; /* by place in study.goals.flags; text NULL: not here */
    struct column_name *cohorts;         /* n_cohort_columns */
    const struct constant *constants;    /* n_constants */
    size_t n_constants;
    const struct worded_answer *answers; /* n_answers */
    size_t n_answers;
    bool numbers_too;           /* no worded answer is a number, so plain codes are read as well */
    const char *const *missing; /* n_missing texts beside the usual ones */
    size_t n_missing;
};

/* Texts in a stage column that mean a stage: its name and its other values. */
struct stage_value {
    const char *text;
    size_t stage;
};

struct plan {
    struct study study;
    const char *name;             /* of the study file, for faults that point into it */
    const struct source *sources; /* n_sources */
    size_t n_sources;
    const struct stage_value *stage_values; /* n_stage_values */
    size_t n_stage_values;
    struct arena arena; /* owns all of it */
};

/* What the command line adds. */
struct plan_options {
    const char *const
        *breakdowns; /* n_breakdowns of --by: columns joined with ","; they replace the
                                      study's own */
    size_t n_breakdowns;
    struct instrument_shelf shelf;
};

/* Reads a study file. On success the caller frees *plan with plan_free(); on a fault *plan is
   empty. Every path in it is relative to the folder of the study file. */
MUST_CHECK struct fault plan_read(const char *path, const struct plan_options *options,
                                  struct plan *plan);

/* The same from bytes; `name` is what faults call it, `folder` is put before relative paths ("" for
   none). */
MUST_CHECK struct fault plan_parse(const char *name, const char *folder, const char *bytes,
                                   size_t n, const struct plan_options *options, struct plan *plan);

void plan_free(struct plan *plan);

/* The stage that a text means, or NO_STAGE. */
uint32_t plan_stage(const struct plan *plan, const char *text);

#endif

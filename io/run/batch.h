/* io/run/batch.h - forms of one instrument, gathered as columns until there are enough to be scored at
   once; then sent to the join, or set aside for the first reason that holds. */
#ifndef PELLTER_IO_RUN_BATCH_H
#define PELLTER_IO_RUN_BATCH_H

#include "io/run/worker.h"
#include "io/run/items.h"
#include "scales/forms.h"
#include "scales/gas.h"

#define AGE_NONE (-1)
#define AGE_BAD (-2)

/* What only ratings of goals have. */
struct goal_columns {
    uint32_t goals[BATCH_FORMS], categories[BATCH_FORMS]; /* names' numbers, or NO_NAME */
    uint32_t codes[GOAL_PAYLOAD][BATCH_FORMS];            /* of their payloads */
    uint16_t flags[BATCH_FORMS];
    bool rated[BATCH_FORMS]; /* there is a level */
};

/* The level of one that is rated, in halves: payloads are not negative, so that they count from the lowest. */
static inline int32_t goal_halves(const struct goal_columns *goals, size_t index)
{
    return (int32_t)goals->codes[GOAL_PAYLOAD_LEVEL][index] - 2 * GAS_HALVES_PER_LEVEL;
}

/* Texts of a form, for who wants to see them; owned by the batch. */
struct form_texts {
    const char *stage, *goal, *age; /* of an age that is none */
};

struct batch {
    const struct instrument *instrument; /* the version that this source holds */
    const struct source *source;
    size_t measure;
    struct item_run *runs; /* owned, n_runs: the items that are collected */
    size_t n_runs, runs_capacity;
    struct digit_range ranges[MAX_GROUPS];
    answer *rows[MAX_GROUPS];            /* owned: the answers form by form (items.h) */
    uint32_t age_column;                 /* 1-based */
    const struct scoring_tables *tables; /* in tables_memory, or NULL */
    void *tables_memory;                 /* owned */
    bool has_ages;
    bool may_start; /* of forms without a stage: the earliest is the first */
    /* What is known of each form beside its answers. */
    size_t n;
    struct id ids[BATCH_FORMS]; /* zeros: none */
    uint64_t places[BATCH_FORMS];
    int64_t dates[BATCH_FORMS]; /* days, or NO_DATE */
    uint32_t cohorts[BATCH_FORMS];
    uint32_t stages[BATCH_FORMS]; /* or NO_STAGE */
    bool unknown_stages[BATCH_FORMS];
    struct family_id *families;    /* owned, BATCH_FORMS; NULL: the source names none */
    int16_t ages[BATCH_FORMS];     /* years, or AGE_... */
    struct goal_columns *goals;    /* owned; NULL: a questionnaire */
    struct form_texts *form_texts; /* owned, BATCH_FORMS; NULL: nobody wants them */
    struct answer_columns answers; /* owned: a group that the source has not is NULL */
    char *texts;                   /* owned: long ids of these forms */
    size_t n_texts, texts_capacity;
    struct arena arena; /* what a watcher may see */
};

/* For the forms of one informant in a source, and in a wide source of one stage. NULL: no memory. */
struct batch *batch_new(const struct shared *shared, const struct source *source,
                        const struct informant *informant, const struct columns *columns,
                        size_t stage);
void batch_free(struct batch *batch);

/* An id of more than ID_INLINE bytes that lasts as long as the batch's forms. False where there is no
   room for it before the batch is sent (or, of an empty batch, no memory). */
bool batch_long_id(struct batch *batch, const char *text, size_t length, struct id *id);

/* Scores and sends all forms. `scored` is room to work in. False: see worker->fault. */
bool batch_send(struct batch *batch, struct worker *worker, struct scored_columns *scored);

#endif

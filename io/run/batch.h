/* io/run/batch.h - forms of one instrument, gathered as columns until there are enough to be scored at
   once; then sent to the join, or set aside for the first reason that holds. */
#ifndef PELLTER_IO_RUN_BATCH_H
#define PELLTER_IO_RUN_BATCH_H

#include "io/run/worker.h"
#include "io/run/items.h"
#include "scales/forms.h"

/* What is known of a gathered form beside its answers. */
struct gathered {
    struct form form; /* without payload; an id of zeros: none */
    int64_t age;      /* years, or AGE_NONE, or AGE_BAD */
    bool unknown_stage;
    const char *stage_text; /* owned by the batch; kept for a watcher only */
    const char *goal_text;  /* likewise */
    bool has_goal;          /* goals: the goal has a name */
    int32_t halves;         /* goals: the level in halves */
    bool rated;             /* goals: there is a level */
    uint32_t weight;        /* goals: in units + 1; 0: none */
    const char *age_value;  /* of an age that is none, where values are kept */
};
#define AGE_NONE (-1)
#define AGE_BAD (-2)

struct batch {
    const struct informant *informant;
    const struct instrument *instrument; /* the version that this source holds */
    const struct source *source;
    size_t measure;
    uint32_t
        *item_columns[MAX_GROUPS]; /* owned: for each item in form order; NULL: not collected */
    bool in_a_row[MAX_GROUPS];     /* the items' columns stand side by side */
    struct digit_range ranges[MAX_GROUPS];
    answer *rows[MAX_GROUPS];            /* owned: the answers form by form (items.h) */
    uint32_t age_column;                 /* 1-based */
    const struct scoring_tables *tables; /* in tables_memory, or NULL */
    void *tables_memory;                 /* owned */
    size_t n;
    struct gathered forms[BATCH_FORMS];
    struct answer_columns answers; /* owned: a group that the source has not is NULL */
    char *texts;                   /* owned: long ids of these forms */
    size_t n_texts, texts_capacity;
    struct arena arena; /* what a watcher may see */
};

/* For the forms of one informant in a source, and in a wide source of one stage. NULL: no memory. */
struct batch *batch_new(const struct shared *shared, const struct source *source,
                        const struct informant *informant, const struct columns *columns,
                        size_t stage, char separator);
void batch_free(struct batch *batch);

/* An id of more than ID_INLINE bytes that lasts as long as the batch's forms. False where there is no
   room for it before the batch is sent (or, of an empty batch, no memory). */
bool batch_long_id(struct batch *batch, const char *text, size_t length, struct id *id);

/* Scores and sends all forms. `scored` is room to work in. False: see worker->fault. */
bool batch_send(struct batch *batch, struct worker *worker, struct scored_columns *scored);

#endif

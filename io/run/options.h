/* io/run/options.h - what a caller may ask of a run, and see of it while it goes on. */
#ifndef PELLTER_IO_RUN_OPTIONS_H
#define PELLTER_IO_RUN_OPTIONS_H

#include <signal.h>
#include "io/read/plan.h"
#include "scales/score.h"

struct ranks; /* ranks.h */

/* One form as it was read and scored, for whoever watches. */
struct scored_form {
    const struct source *source;
    uint64_t row;            /* as a spreadsheet shows it */
    const char *participant; /* "" = none */
    const char *stage;       /* the stage's name, or the cell's text where it is none of them */
    const struct measure *measure;
    const struct instrument *instrument;
    const struct scored *scored; /* for each scale of the instrument */
    bool blank;
    const char *goal; /* "" for questionnaires */
    int32_t halves;   /* of goals: the level in halves */
};
typedef struct fault form_watcher(void *context, const struct scored_form *form);

/* Told now and then how far reading is: bytes of all sources, as stored. `total` 0: not known. */
typedef void progress_watcher(void *context, uint64_t bytes, uint64_t total);

/* All may be left at 0. */
struct run_options {
    bool list;        /* forms set aside and discounted respondents are listed */
    bool list_cells;  /* odd cells are listed ... */
    bool keep_values; /* ... with their text */
    bool cells;       /* all that is counted is wanted as cells (engine/tally.h) */
    form_watcher
        *watch;    /* sees every form, in the order of the rows; reading is then one thread's */
    void *context; /* the watcher's */
    progress_watcher *progress; /* called by one thread at a time */
    void *progress_context;
    const volatile sig_atomic_t *interrupted; /* a flag that stops the work when it is set */
    size_t threads;                           /* 0: as many as there are processors */
    size_t memory;       /* bytes that all of it may take, nearly; 0: no bound */
    size_t chunk_bytes;  /* 0: CHUNK_BYTES (chunks.h) */
    struct ranks *ranks; /* the processes that do the work together; NULL: this one alone */
};

#endif

/* io/run.h - from sources to figures: read, score, join, count, compute. */
#ifndef PELLTER_IO_RUN_H
#define PELLTER_IO_RUN_H

#include <signal.h>
#include "engine/compute.h"
#include "engine/join_checks.h"
#include "engine/listing.h"
#include "io/read/plan.h"
#include "scales/score.h"

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
    bool list;           /* forms set aside and discounted respondents are listed */
    bool list_cells;     /* odd cells are listed ... */
    bool keep_values;    /* ... with their text */
    form_watcher
        *watch;    /* sees every form, in the order of the rows; reading is then one thread's */
    void *context; /* the watcher's */
    progress_watcher *progress; /* called by one thread at a time */
    void *progress_context;
    const volatile sig_atomic_t *interrupted; /* a flag that stops the work when it is set */
    size_t threads;                           /* 0: as many as there are processors */
    size_t memory;      /* bytes that all of it may take, nearly; 0: no bound */
    size_t chunk_bytes; /* 0: CHUNK_BYTES (chunks.h) */
};

/* A row of a source. */
struct location {
    size_t source;
    uint64_t row; /* as a spreadsheet shows it */
};

/* A study that has been read. All insides are owned; run_free(). Start with {0}. */
struct run {
    const struct plan *plan; /* borrowed */
    struct cohorts cohorts;
    struct names names; /* goals and their categories */
    struct counted counted;
    struct figures figures;
    struct listing listing;   /* sorted by place */
    struct findings findings; /* sorted by place, then column */
    struct pieces *pieces;    /* which rows the pieces of the files held */
};

/* Reads every source of the plan, joins the forms and counts. On a fault *run is empty. `plan` must
   outlive *run. */
MUST_CHECK struct fault run_count(const struct plan *plan, const struct run_options *options,
                                  struct run *run);
/* Computes the figures of what was counted. */
MUST_CHECK struct fault run_compute(struct run *run);
/* Both. */
MUST_CHECK struct fault run_study(const struct plan *plan, const struct run_options *options,
                                  struct run *run);

/* Where a place is. */
struct location run_location(const struct run *run, uint64_t place);

/* Adds every sign of likely mistakes, of the answers and of the join. */
void run_warn(const struct run *run, struct warnings *warnings);

void run_free(struct run *run);

#endif

/* io/run.h - from sources to figures: read, score, join, count, compute. */
#ifndef PELLTER_IO_RUN_H
#define PELLTER_IO_RUN_H

#include <signal.h>
#include "engine/compute.h"
#include "engine/join_checks.h"
#include "engine/respondents.h"
#include "io/read/plan.h"

/* One form as it was read and scored, for whoever watches. */
struct scored_form {
    const struct source *source;
    uint64_t row;
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

struct run_options {
    bool keep_values;    /* findings keep the text of the cells they are about */
    form_watcher *watch; /* NULL: nobody */
    void *context;
    const volatile sig_atomic_t
        *interrupted; /* NULL, or a flag that stops the work when it is set */
};

/* A study that has been read. All insides are owned; run_free(). */
struct run {
    const struct plan *plan; /* borrowed */
    struct cohorts cohorts;
    struct findings findings;
    struct respondents respondents;
    struct item_checks checks;
    struct counted counted;
    struct figures figures;
    uint64_t *forms_read; /* for each measure */
    uint64_t *rows_read;  /* for each source: data rows */
    bool *has_family;     /* for each measure: families are named, and are not the respondents */
    uint64_t unknown_informants;
    struct arena arena; /* texts that findings keep */
};

/* Reads every source of the plan and joins the forms; counts; computes. On a fault *run is empty.
   Start with {0}. `plan` must outlive *run. */
MUST_CHECK struct fault run_study(const struct plan *plan, const struct run_options *options,
                                  struct run *run);
/* Adds every sign of likely mistakes, of the answers and of the join. */
void run_warn(const struct run *run, struct warnings *warnings);

void run_free(struct run *run);

#endif

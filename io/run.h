/* io/run.h - from sources to figures: read, score, join, count, compute. */
#ifndef PELLTER_IO_RUN_H
#define PELLTER_IO_RUN_H

#include "engine/compute.h"
#include "engine/join_checks.h"
#include "engine/listing.h"
#include "io/run/listed.h"
#include "io/run/options.h"

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
    struct crew crew; /* those who compute figures */
    struct figures figures;
    struct listing listing; /* sorted by place; under a bound of memory, the last lines only ... */
    struct listed_runs *more_listed; /* ... and here the others, or NULL */
    struct findings findings;        /* sorted by place, then column */
    struct pieces *pieces;           /* which rows the pieces of the files held */
};

/* Reads every source of the plan, joins the forms and counts. On a fault *run is empty. `plan` must
   outlive *run. Of several ranks each gets the same fault, or none; then rank 0 has counted what
   all have, and figures are its matter alone. */
MUST_CHECK struct fault run_count(const struct plan *plan, const struct run_options *options,
                                  struct run *run);
/* Makes ready to compute the figures of what was counted, each when it is asked for. *run must then stay
   where it is. */
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

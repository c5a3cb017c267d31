/* io/run/worker.h - one thread's share of a run: it reads pieces of files, scores their forms, sends
   them to the join, and counts. What workers share is const or has a lock; what they find they keep
   apart until it is merged. */
#ifndef PELLTER_IO_RUN_WORKER_H
#define PELLTER_IO_RUN_WORKER_H

#include <pthread.h>
#include "io/read/columns.h"
#include "io/read/rows.h"
#include "io/run/kin_store.h"
#include "io/run/listed.h"
#include "io/run/options.h"
#include "io/run/partitions.h"
#include "io/run/pieces.h"

/* What all workers use. */
struct shared {
    const struct plan *plan;           /* borrowed */
    const struct run_options *options; /* borrowed */
    struct join_rules rules;           /* owned */
    struct partitions *partitions;     /* owned */
    const struct pieces *pieces;       /* borrowed from the run */
    struct spill *kin_spill;           /* owned: for members of families */
    pthread_mutex_t names_lock;        /* of the two below, which only grow */
    struct cohorts *cohorts;           /* borrowed from the run */
    struct names *names;               /* borrowed from the run: goals and their categories */
    struct listed_runs *listed;        /* borrowed from the run; NULL: memory is not bounded */
};

/* One worker. worker_new(), worker_free(). */
struct worker {
    struct shared *shared;
    struct counted counted;
    struct listing listing;
    struct findings findings;
    struct mail *mail;
    struct pair_counter *pairs;
    struct family_counter *families;
    struct kin_store kin;
    /* Why it stopped, and at which piece. A fault is too large a value to be handed up from each part
       of each row: what works for a worker returns false, and has put the reason here. */
    struct fault fault;
    uint64_t fault_piece;
};

/* Sets the fault; false. */
bool worker_stop(struct worker *worker, struct fault fault);

/* Lists a form that is set aside as it is read, where anybody will see it. */
bool worker_list(struct worker *worker, const struct listed *line);

/* Counts an odd cell of a source and, where findings are listed, lists it. */
bool worker_finding(struct worker *worker, size_t source, const struct finding *finding);

struct worker *worker_new(struct shared *shared);
void worker_free(struct worker *worker);

#endif

/* io/run/worker.c - see worker.h. */
#include "io/run/worker.h"

#include <stdlib.h>

/* Room for matrices of pairs, for each worker: some two hundred cohorts of WEMWBS with six stages; and
   where memory is limited. */
#define PAIR_BYTES ((size_t)16 * 1024 * 1024)
#define FEW_PAIR_BYTES ((size_t)6 * 1024 * 1024)
/* And of families, which are counted when the forms are no longer needed. */
#define FAMILY_BYTES ((size_t)12 * 1024 * 1024)
#define FEW_FAMILY_BYTES ((size_t)3 * 1024 * 1024)

struct worker *worker_new(struct shared *shared)
{
    struct worker *const worker = calloc(1, sizeof *worker);
    if (worker == NULL) {
        return NULL;
    }
    worker->shared = shared;
    if (shared->listed != NULL) {
        listed_runs_relieve(shared->listed, &worker->listing);
    }
    worker->mail = mail_new(shared->partitions);
    worker->pairs = pair_counter_new(&shared->plan->study,
                                     shared->options->memory == 0 ? PAIR_BYTES : FEW_PAIR_BYTES);
    worker->families = family_counter_new(
        &shared->plan->study, shared->options->memory == 0 ? FAMILY_BYTES : FEW_FAMILY_BYTES);
    if (!kin_store_init(&worker->kin, &shared->plan->study, shared->kin_spill) ||
        worker->mail == NULL || worker->pairs == NULL || worker->families == NULL ||
        !counted_init(&worker->counted, &shared->plan->study, shared->cohorts, shared->names,
                      shared->plan->n_sources)) {
        worker_free(worker);
        return NULL;
    }
    return worker;
}

void worker_free(struct worker *worker)
{
    if (worker != NULL) {
        mail_free(worker->mail);
        pair_counter_free(worker->pairs);
        family_counter_free(worker->families);
        kin_store_free(&worker->kin);
        counted_free(&worker->counted);
        listing_free(&worker->listing);
        findings_free(&worker->findings);
        free(worker);
    }
}

bool worker_stop(struct worker *worker, struct fault fault)
{
    worker->fault = fault;
    return false;
}

bool worker_list(struct worker *worker, const struct listed *line)
{
    return !worker->shared->options->list || listing_add(&worker->listing, line) ||
           worker_stop(worker, listed_fault(worker->shared->listed));
}

bool worker_finding(struct worker *worker, size_t source, const struct finding *finding)
{
    worker->counted.sources[source].cells[finding->kind]++;
    return !worker->shared->options->list_cells || findings_add(&worker->findings, finding) ||
           worker_stop(worker, fault_memory());
}

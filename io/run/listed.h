/* io/run/listed.h - the lines of discounted.csv in their order, however many there are. Where memory
   is bounded, what a worker has listed so far is put in order and goes to a temporary file as one run;
   reading merges the runs. */
#ifndef PELLTER_IO_RUN_LISTED_H
#define PELLTER_IO_RUN_LISTED_H

#include "engine/fault.h"
#include "engine/listing.h"

/* So many lines stay in memory: 1 MiB and their long ids. */
#define LISTED_IN_MEMORY 32768

/* Shared by threads. NULL: no memory. */
struct listed_runs;
struct listed_runs *listed_runs_new(void);
void listed_runs_free(struct listed_runs *runs);

/* From now on lines of `listing` become a run when there are LISTED_IN_MEMORY. */
void listed_runs_relieve(struct listed_runs *runs, struct listing *listing);

/* Why a line could not be added to a listing: the first fault in writing runs, else there is no memory.
   `runs` may be NULL. */
struct fault listed_fault(struct listed_runs *runs);

/* Goes through the lines of all runs and of a sorted listing, in order. Both are borrowed, and `runs` may
   be NULL. NULL: no memory. */
struct listed_reader;
struct listed_reader *listed_reader_new(const struct listed_runs *runs,
                                        const struct listing *listing);
void listed_reader_free(struct listed_reader *reader);

/* The next line, or NULL after the last one and where the file cannot be read (*fault). It holds until
   the next call. */
const struct listed *listed_next(struct listed_reader *reader, struct fault *fault);

#endif

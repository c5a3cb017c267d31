/* io/run/exchange.h - forms on their way between the ranks of a run, while all of them read. Each
   rank numbers cohorts, goals and categories as it meets them; a parcel brings along the texts that
   its receiver has not had yet, who keeps for every sender what the sender's numbers are here. */
#ifndef PELLTER_IO_RUN_EXCHANGE_H
#define PELLTER_IO_RUN_EXCHANGE_H

#include "io/run/counted_bytes.h"
#include "io/run/partitions.h"
#include "io/run/ranks.h"
#include "io/run/worker.h"

struct exchange;

/* Opens it and makes it the forwarding of shared->partitions. Everything must outlive it. NULL: no
   memory. */
struct exchange *exchange_new(struct ranks *ranks, struct shared *shared);
void exchange_free(struct exchange *exchange);

/* Posts what is ready and takes in what has arrived: forms into the parts, by `mail`. For the
   thread that opened it, often. False: no memory, or mail_fault(). */
bool exchange_turn(struct exchange *exchange, struct mail *mail);

/* From now on forms are thrown away: the run has failed. Any thread. */
void exchange_stop(struct exchange *exchange);

/* Sends the rest, as a rank's mail ends; `report` (taken over) goes to rank 0 as its last. Then
   waits until all others have ended theirs. */
MUST_CHECK struct fault exchange_finish(struct exchange *exchange, struct mail *mail,
                                        struct parcel *report);

/* Of rank 0, after that: the report of each rank, where it stands behind its kind. */
struct parcel *exchange_report(struct exchange *exchange, size_t rank);

/* A parcel with the texts that rank 0 has not had yet, to be continued and then sent. */
void exchange_begin_result(struct exchange *exchange, struct parcel *result);
MUST_CHECK struct fault exchange_send_result(struct exchange *exchange, struct parcel *result);
/* Of rank 0: the next result of another rank, with what its numbers are; the caller frees it. */
MUST_CHECK struct fault exchange_next_result(struct exchange *exchange, struct parcel *result,
                                             struct renumbering *numbers);

#endif

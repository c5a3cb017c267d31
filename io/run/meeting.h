/* io/run/meeting.h - where the ranks of a run meet: before they read, when all have read, and when
   all have counted. Rank 0 is the one that speaks: it alone has the results, and words faults. */
#ifndef PELLTER_IO_RUN_MEETING_H
#define PELLTER_IO_RUN_MEETING_H

#include "io/run/exchange.h"
#include "io/run/files.h"
#include "io/run/kin_store.h"

/* What all ranks know before they read. */
struct division {
    struct file_part *parts; /* owned: this rank's, of each source */
    uint64_t bytes;          /* of all sources; those whose length is not known count as 256 MiB */
    struct piece_numbers numbers;
};

/* Divides the sources among the ranks; a fault where they are not of one mind about study and
   files. *division is to be freed in any case. */
MUST_CHECK struct fault meeting_divide(struct ranks *ranks, const struct plan *plan, bool list,
                                       struct division *division);
void division_free(struct division *division);

/* How reading ended. */
struct reading_end {
    struct fault fault; /* the first in the files; rows as in its piece */
    uint64_t at;        /* the number of the piece at which it was found */
    uint64_t *rows;     /* owned: data rows of each source */
};

/* When this rank has read: waits for the mail of the others. On rank 0 *end and *pieces are then of
   all ranks. */
MUST_CHECK struct fault meeting_read(struct exchange *exchange, struct ranks *ranks,
                                     struct mail *mail, size_t n_sources, struct reading_end *end,
                                     struct pieces *pieces);

/* What a rank found. All borrowed. */
struct results {
    struct counted *counted;
    struct listing *listing;
    struct listed_runs *more_listed; /* or NULL */
    struct findings *findings;
    struct kin_store *const *kin; /* n_kin: of the workers */
    size_t n_kin;
};

/* When all have read: of which measures (n) some rank has a source with families. */
MUST_CHECK struct fault meeting_families(struct ranks *ranks, bool has_family[], size_t n);

/* When this rank has counted, or has a fault: rank 0 gets the results of all into its own; whether
   all is well, every rank gets. */
MUST_CHECK struct fault meeting_counted(struct exchange *exchange, struct ranks *ranks,
                                        const struct fault *mine, const struct results *results);

#endif

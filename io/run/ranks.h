/* io/run/ranks.h - the processes of one run, perhaps on several machines: what pellter asks of MPI,
   and nothing else of it. The module pellter_mpi.so (mpi.c) gives the functions; it is loaded when
   --mpi asks for it, so that no other run pays for MPI. */
#ifndef PELLTER_IO_RUN_RANKS_H
#define PELLTER_IO_RUN_RANKS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include "engine/fault.h"

/* A parcel from one rank to another may not be longer. */
#define PARCEL_MOST ((size_t)1 << 30)

/* All calls are made by the thread that opened it. Whatever waits stops when `interrupted` is set.
   */
struct ranks {
    size_t rank, n;
    const volatile sig_atomic_t *interrupted; /* borrowed */
    bool out_of_step; /* this one cannot go on meeting the others: there was no memory to do so */

    /* Begins to send n <= PARCEL_MOST bytes, malloc()ed, which it takes over and frees. Parcels
       from one rank to another arrive in the order in which they were posted. False: no memory. */
    bool (*post)(struct ranks *ranks, size_t to, unsigned char *bytes, size_t n);
    /* A parcel that has arrived, malloc()ed, which the caller frees; NULL: there is none now.
       False: no memory. Sending goes on meanwhile. */
    bool (*take)(struct ranks *ranks, size_t *from, unsigned char **bytes, size_t *n);
    /* Bytes that were posted and are not out of our hands yet. */
    size_t (*on_the_way)(struct ranks *ranks);
    /* Every rank gives n bytes and gets those of all, rank by rank. False: interrupted. */
    bool (*share)(struct ranks *ranks, const void *mine, size_t n, void *all);
    /* Waits a moment. */
    void (*pause)(void);
    /* The end; `well`: every rank comes here. */
    void (*end)(struct ranks *ranks, bool well);

    void *state;  /* of the module */
    void *module; /* of ranks.c */
};

/* What the module exports. False: no memory. */
typedef bool ranks_begin_function(struct ranks *ranks);
bool pellter_ranks_begin(struct ranks *ranks);

/* Loads the module and joins the other processes that mpirun started; without mpirun it is the only
   one. On success the caller calls ranks_close(). */
MUST_CHECK struct fault ranks_open(const volatile sig_atomic_t *interrupted, struct ranks *ranks);

/* Ends it. Every rank gives its exit status and gets that of rank 0. */
int ranks_close(struct ranks *ranks, int status);

/* Was it interrupted? */
bool ranks_stopped(const struct ranks *ranks);
struct fault ranks_interrupted(void);

/* Do all ranks agree that nothing is wrong? Each gives its fault; each gets that of the lowest rank
   which has one. */
MUST_CHECK struct fault ranks_agree(struct ranks *ranks, const struct fault *mine);

#endif

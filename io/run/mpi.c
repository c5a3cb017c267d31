/* io/run/mpi.c - the module pellter_mpi.so: ranks.h in terms of MPI. Nothing here blocks within MPI
   but a receive of what has begun to arrive: waiting is asking again and again with pauses, so that
   a signal is noticed, and so that a rank whose peer has died can be ended. */
#include <mpi.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "io/run/ranks.h"

struct posted {
    MPI_Request request;
    unsigned char *bytes; /* owned */
    size_t n;
};

struct state {
    MPI_Comm parcels;      /* apart from what is shared */
    struct posted *posted; /* owned, n_posted */
    size_t n_posted, capacity;
    size_t bytes; /* of all posted */
};

static void pause_shortly(void)
{
    const struct timespec moment = {.tv_nsec = 100 * 1000};
    (void)nanosleep(&moment, NULL);
}

static size_t on_the_way(struct ranks *ranks)
{
    struct state *const state = ranks->state;
    for (size_t i = 0; i < state->n_posted;) {
        struct posted *const posted = &state->posted[i];
        int done = 0;
        MPI_Test(&posted->request, &done, MPI_STATUS_IGNORE);
        if (done) {
            state->bytes -= posted->n;
            free(posted->bytes);
            *posted = state->posted[--state->n_posted];
        } else {
            i++;
        }
    }
    return state->bytes;
}

static bool post(struct ranks *ranks, size_t to, unsigned char *bytes, size_t n)
{
    struct state *const state = ranks->state;
    if (state->n_posted == state->capacity) {
        const size_t capacity = 2 * state->capacity + 16;
        struct posted *const grown = realloc(state->posted, capacity * sizeof *grown);
        if (grown == NULL) {
            free(bytes);
            return false;
        }
        state->posted = grown;
        state->capacity = capacity;
    }
    struct posted *const posted = &state->posted[state->n_posted++];
    *posted = (struct posted){.bytes = bytes, .n = n};
    state->bytes += n;
    MPI_Isend(bytes, (int)n, MPI_BYTE, (int)to, 0, state->parcels, &posted->request);
    return true;
}

static bool take(struct ranks *ranks, size_t *from, unsigned char **bytes, size_t *n)
{
    const struct state *const state = ranks->state;
    MPI_Status status;
    MPI_Message message;
    int any = 0, length = 0;
    *bytes = NULL;
    (void)on_the_way(ranks);
    MPI_Improbe(MPI_ANY_SOURCE, 0, state->parcels, &any, &message, &status);
    if (!any) {
        return true;
    }
    MPI_Get_count(&status, MPI_BYTE, &length);
    *from = (size_t)status.MPI_SOURCE;
    *n = (size_t)length;
    *bytes = malloc(*n + 1);
    if (*bytes == NULL) {
        return false;
    }
    MPI_Mrecv(*bytes, length, MPI_BYTE, &message, MPI_STATUS_IGNORE);
    return true;
}

static bool share(struct ranks *ranks, const void *mine, size_t n, void *all)
{
    MPI_Request request;
    int done = 0;
    if (*ranks->interrupted != 0) {
        return false;
    }
    MPI_Iallgather(mine, (int)n, MPI_BYTE, all, (int)n, MPI_BYTE, MPI_COMM_WORLD, &request);
    while (MPI_Test(&request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && !done) {
        if (*ranks->interrupted != 0) {
            return false; /* the request stays: nothing more is done with MPI */
        }
        pause_shortly();
    }
    return true;
}

static void end(struct ranks *ranks, bool well)
{
    struct state *const state = ranks->state;
    if (well) {
        MPI_Comm_free(&state->parcels);
        MPI_Finalize();
        free(state->posted);
        free(state);
    } /* else nobody answers: leaving without a farewell makes mpirun end the others */
    ranks->state = NULL;
}

bool pellter_ranks_begin(struct ranks *ranks)
{
    struct state *const state = calloc(1, sizeof *state);
    sigset_t all, before;
    int provided, rank, n;
    if (state == NULL) {
        return false;
    }
    /* MPI's own threads take no signals: one has to break into what the main thread waits for. */
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &n);
    MPI_Comm_dup(MPI_COMM_WORLD, &state->parcels);
    ranks->rank = (size_t)rank;
    ranks->n = (size_t)n;
    ranks->post = post;
    ranks->take = take;
    ranks->on_the_way = on_the_way;
    ranks->share = share;
    ranks->pause = pause_shortly;
    ranks->end = end;
    ranks->state = state;
    return true;
}

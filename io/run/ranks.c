/* io/run/ranks.c - finds and loads the module, and the few things that ranks do together which need
   no knowledge of MPI. */
#include "io/run/ranks.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODULE "pellter_mpi.so"
#define LINGER 5000 /* pauses: half a second at least */

/* Beside the program, as in the build folder, or where it is installed. */
static void *load(char *why, size_t room)
{
    char path[4096];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof MODULE - 1);
    const char *message;
    void *module = NULL;
    why[0] = '\0';
    if (n > 0) {
        path[n] = '\0';
        char *const slash = strrchr(path, '/');
        strcpy(slash == NULL ? path : slash + 1, MODULE);
        if (access(path, R_OK) != 0) {
            strcpy(path, PELLTER_LIBDIR "/" MODULE);
        }
    } else {
        strcpy(path, PELLTER_LIBDIR "/" MODULE);
    }
    if (access(path, R_OK) == 0) {
        /* Global: MPI loads parts of its own that look for its names. */
        module = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
        message = module == NULL ? dlerror() : NULL;
        snprintf(why, room, "%s", message == NULL ? "" : message);
    }
    return module;
}

struct fault ranks_open(const volatile sig_atomic_t *interrupted, struct ranks *ranks)
{
    ranks_begin_function *begin;
    char why[256];
    void *const module = load(why, sizeof why), *symbol;
    *ranks = (struct ranks){.interrupted = interrupted, .module = module};
    symbol = module == NULL ? NULL : dlsym(module, "pellter_ranks_begin");
    if (symbol == NULL && why[0] != '\0') {
        return fault_at(FAULT_USAGE, NULL, 0, 0, "--mpi: MPI cannot be loaded: %s", why);
    }
    if (symbol == NULL) {
        return fault_at(FAULT_USAGE, NULL, 0, 0,
                        "--mpi: this pellter was built without MPI, or " MODULE
                        " is not beside it");
    }
    memcpy(&begin, &symbol, sizeof begin); /* as POSIX wants it */
    return begin(ranks) ? FAULT_FREE : fault_memory();
}

int ranks_close(struct ranks *ranks, int status)
{
    int *const all = calloc(ranks->n, sizeof *all);
    const bool well =
        all != NULL && !ranks->out_of_step && ranks->share(ranks, &status, sizeof status, all);
    if (well) {
        status = all[0];
    }
    free(all);
    /* mpirun kills all that are left when the first one leaves. That has to be rank 0, which may
       have something to clear away. */
    for (size_t i = 0; i < LINGER && ranks_stopped(ranks) && ranks->rank > 0; i++) {
        ranks->pause();
    }
    ranks->end(ranks, well); /* the module stays: MPI has threads of its own in it */
    return status;
}

bool ranks_stopped(const struct ranks *ranks)
{
    return ranks->interrupted != NULL && *ranks->interrupted != 0;
}

struct fault ranks_interrupted(void)
{
    return fault_at(FAULT_INTERRUPTED, NULL, 0, 0, "stopped; nothing was written");
}

/* What only one of several machines may have met says which. */
static struct fault with_rank(struct fault fault, size_t rank)
{
    return rank > 0 && (fault.code == FAULT_OPEN || fault.code == FAULT_WRITE ||
                        fault.code == FAULT_MEMORY)
               ? fault_at(fault.code, fault.file, fault.row, fault.column, "%s (rank %zu)",
                          fault.detail, rank)
               : fault;
}

struct fault ranks_agree(struct ranks *ranks, const struct fault *mine)
{
    struct fault *const all = calloc(ranks->n, sizeof *all), fault = FAULT_FREE;
    size_t i = 0;
    if (all == NULL || ranks->out_of_step) {
        ranks->out_of_step = true; /* the others wait, and mpirun ends them */
        free(all);
        return mine->code != FAULT_NONE ? *mine : fault_memory();
    }
    if (!ranks->share(ranks, mine, sizeof *mine, all)) {
        fault = ranks_interrupted();
    } else {
        while (i < ranks->n && all[i].code == FAULT_NONE) {
            i++;
        }
        fault = i == ranks->n ? FAULT_FREE : with_rank(all[i], i);
    }
    free(all);
    return fault;
}

/* engine/crew.h - how work is done that several could do at once. The engine knows no threads: who
   calls it may have some. */
#ifndef PELLTER_ENGINE_CREW_H
#define PELLTER_ENGINE_CREW_H

#include <stddef.h>

/* One task of a job, done by a worker: no two do the same task, and a worker does one at a time. */
typedef void crew_task(void *job, size_t task, size_t worker);

struct crew {
    /* Does tasks 0 .. n - 1, in any order, by n_workers workers at most, and returns when all are
       done. */
    void (*run)(const struct crew *crew, size_t n, crew_task *task, void *job);
    size_t n_workers; /* at least 1 */
};

/* One worker, who does all. */
extern const struct crew crew_of_one;

#endif

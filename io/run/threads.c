#include "io/run/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

size_t threads_wanted(size_t n)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    n = n > 0 ? n : processors < 1 ? 1 : (size_t)processors;
    return n < MOST_THREADS ? n : MOST_THREADS;
}

/* --- as many as can be had --- */

struct started {
    threads_hand *hand;
    void *job;
    size_t i;
    pthread_t thread;
    bool is_there;
};

static void *thread_main(void *started_)
{
    const struct started *const started = started_;
    started->hand(started->job, started->i);
    return NULL;
}

void threads_run(size_t n, threads_hand *hand, void *job, threads_hand *missing)
{
    struct started threads[MOST_THREADS];
    for (size_t i = 1; i < n; i++) {
        threads[i] = (struct started){.hand = hand, .job = job, .i = i};
        threads[i].is_there =
            pthread_create(&threads[i].thread, NULL, thread_main, &threads[i]) == 0;
        if (!threads[i].is_there && missing != NULL) {
            missing(job, i);
        }
    }
    hand(job, 0);
    for (size_t i = 1; i < n; i++) {
        if (threads[i].is_there) {
            (void)pthread_join(threads[i].thread, NULL);
        }
    }
}

/* --- a crew --- */

struct shared_job {
    crew_task *task;
    void *job;
    size_t n;
    atomic_size_t next; /* task that nobody has taken */
};

static void take_tasks(void *shared_, size_t worker)
{
    struct shared_job *const shared = shared_;
    for (size_t i = atomic_fetch_add(&shared->next, 1); i < shared->n;
         i = atomic_fetch_add(&shared->next, 1)) {
        shared->task(shared->job, i, worker);
    }
}

static void run(const struct crew *crew, size_t n, crew_task *task, void *job)
{
    struct shared_job shared = {.task = task, .job = job, .n = n};
    atomic_init(&shared.next, 0);
    threads_run(crew->n_workers < n ? crew->n_workers : n, take_tasks, &shared, NULL);
}

struct crew crew_of_threads(size_t n)
{
    return (struct crew){.run = run, .n_workers = n};
}

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

struct shared_job {
    crew_task *task;
    void *job;
    size_t n;
    atomic_size_t next; /* task that nobody has taken */
};

struct hand {
    struct shared_job *shared;
    size_t worker;
    pthread_t thread;
    bool started;
};

static void take_tasks(struct shared_job *shared, size_t worker)
{
    for (size_t i = atomic_fetch_add(&shared->next, 1); i < shared->n;
         i = atomic_fetch_add(&shared->next, 1)) {
        shared->task(shared->job, i, worker);
    }
}

static void *thread_main(void *hand_)
{
    struct hand *const hand = hand_;
    take_tasks(hand->shared, hand->worker);
    return NULL;
}

static void run(const struct crew *crew, size_t n, crew_task *task, void *job)
{
    struct hand hands[MOST_THREADS];
    struct shared_job shared = {.task = task, .job = job, .n = n};
    const size_t n_hands = crew->n_workers < n ? crew->n_workers : n;
    atomic_init(&shared.next, 0);
    for (size_t i = 1; i < n_hands; i++) {
        hands[i] = (struct hand){.shared = &shared, .worker = i};
        hands[i].started = pthread_create(&hands[i].thread, NULL, thread_main, &hands[i]) == 0;
    }
    take_tasks(&shared, 0);
    for (size_t i = 1; i < n_hands; i++) {
        if (hands[i].started) {
            (void)pthread_join(hands[i].thread, NULL);
        }
    }
}

struct crew crew_of_threads(size_t n)
{
    return (struct crew){.run = run, .n_workers = n};
}

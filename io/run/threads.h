/* io/run/threads.h - several threads for one job, and a crew (engine/crew.h) of them. */
#ifndef PELLTER_IO_RUN_THREADS_H
#define PELLTER_IO_RUN_THREADS_H

#include "engine/crew.h"

#define MOST_THREADS ((size_t)256)

/* How many threads are meant by a number of them, where 0 is one for each processor. */
size_t threads_wanted(size_t n);

/* Calls hand(job, i) for i = 0 .. n - 1 (n up to MOST_THREADS), 0 in the thread that calls and each other
   in one of its own, and returns when all have. Where no further thread can be had, nobody is i, which
   missing(job, i) is told before any other waits (NULL: need not be told). */
typedef void threads_hand(void *job, size_t i);
void threads_run(size_t n, threads_hand *hand, void *job, threads_hand *missing);

/* n threads, 1 to MOST_THREADS, that live as long as a job: the caller's is the first of them. Where no
   further thread can be had, those there are do the work. */
struct crew crew_of_threads(size_t n);

#endif

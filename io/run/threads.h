/* io/run/threads.h - a crew (engine/crew.h) of threads. */
#ifndef PELLTER_IO_RUN_THREADS_H
#define PELLTER_IO_RUN_THREADS_H

#include "engine/crew.h"

#define MOST_THREADS ((size_t)256)

/* How many threads are meant by a number of them, where 0 is one for each processor. */
size_t threads_wanted(size_t n);

/* n threads, 1 to MOST_THREADS, that live as long as a job: the caller's is the first of them. Where no
   further thread can be had, those there are do the work. */
struct crew crew_of_threads(size_t n);

#endif

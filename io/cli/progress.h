/* io/cli/progress.h - a line on standard error that says how far reading is: on a terminal, and only
   where it takes longer than two seconds. */
#ifndef PELLTER_IO_CLI_PROGRESS_H
#define PELLTER_IO_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

struct progress {
    FILE *out; /* NULL: nothing is shown */
    struct timespec start, shown;
    size_t width; /* of the line that stands there now */
};

/* To `err` if it is a terminal and `quiet` is false. */
void progress_start(struct progress *progress, FILE *err, bool quiet);

/* A progress_watcher (run.h) whose context is the progress. */
void progress_show(void *context, uint64_t bytes, uint64_t total);

/* Takes the line away. */
void progress_end(struct progress *progress);

/* "182 of 300 MB, 250 MB a second, 1 s left": what a line says after so many seconds. `total` 0: not
   known. */
void progress_print(char *line, size_t size, uint64_t bytes, uint64_t total, double seconds);

#endif

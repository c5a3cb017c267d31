/* io/cli/progress.c - see progress.h. */
#include "io/cli/progress.h"

#include <unistd.h>

#define QUIET_SECONDS 2.0 /* shorter work needs no line */
#define STEP_SECONDS 0.2

static double seconds_since(const struct timespec *then, const struct timespec *now)
{
    return (double)(now->tv_sec - then->tv_sec) + (double)(now->tv_nsec - then->tv_nsec) * 1e-9;
}

void progress_start(struct progress *progress, FILE *err, bool quiet)
{
    *progress = (struct progress){.out = !quiet && isatty(fileno(err)) ? err : NULL};
    (void)clock_gettime(CLOCK_MONOTONIC, &progress->start);
    progress->shown = progress->start;
}

void progress_print(char *line, size_t size, uint64_t bytes, uint64_t total, double seconds)
{
    const double rate = seconds > 0.0 ? (double)bytes / seconds : 0.0;
    const double megabyte = 1e6;
    if (total == 0 || rate <= 0.0 || bytes > total) {
        (void)snprintf(line, size, "%.0f MB read, %.0f MB a second", (double)bytes / megabyte,
                       rate / megabyte);
        return;
    }
    (void)snprintf(line, size, "%.0f of %.0f MB read, %.0f MB a second, %.0f s left",
                   (double)bytes / megabyte, (double)total / megabyte, rate / megabyte,
                   (double)(total - bytes) / rate);
}

void progress_show(void *context, uint64_t bytes, uint64_t total)
{
    struct progress *const progress = context;
    struct timespec now;
    char line[120];
    int width;
    if (progress->out == NULL || clock_gettime(CLOCK_MONOTONIC, &now) != 0 ||
        seconds_since(&progress->start, &now) < QUIET_SECONDS ||
        seconds_since(&progress->shown, &now) < STEP_SECONDS) {
        return;
    }
    progress_print(line, sizeof line, bytes, total, seconds_since(&progress->start, &now));
    /* Padded to the width of the line before, of which nothing must be left. */
    width = fprintf(progress->out, "\r%-*s", (int)progress->width, line);
    progress->width = width > 1 ? (size_t)width - 1 : progress->width;
    (void)fflush(progress->out);
    progress->shown = now;
}

void progress_end(struct progress *progress)
{
    if (progress->out != NULL && progress->width > 0) {
        fprintf(progress->out, "\r%*s\r", (int)progress->width, "");
        (void)fflush(progress->out);
    }
    progress->width = 0;
}

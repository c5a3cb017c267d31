/* bench/measure.c - runs a command several times and prints the median of wall time and the peak
   memory, by the operating system's own account of each run.

   usage: measure RUNS COMMAND [ARGUMENT ...]     the command's output goes to /dev/null */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_RUNS 100

static int double_compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void run_child(char *const command[])
{
    const int null = open("/dev/null", O_WRONLY);
    if (null >= 0) {
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
    }
    execvp(command[0], command);
    _exit(127);
}

/* One run: seconds, or a negative number where it failed. */
static double run_once(char *const command[], long *peak_kib)
{
    struct rusage usage;
    const double start = now();
    const pid_t child = fork();
    int status;
    if (child == 0) {
        run_child(command);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status) > 1) {
        return -1.0;
    }
    *peak_kib = usage.ru_maxrss > *peak_kib ? usage.ru_maxrss : *peak_kib;
    return now() - start;
}

int main(int argc, char *argv[])
{
    const long runs = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    double seconds[MAX_RUNS];
    long peak_kib = 0;
    if (runs < 1 || runs > MAX_RUNS) {
        fputs("usage: measure RUNS COMMAND [ARGUMENT ...]\n", stderr);
        return 2;
    }
    for (long i = 0; i < runs; i++) {
        seconds[i] = run_once(argv + 2, &peak_kib);
        if (seconds[i] < 0.0) {
            fprintf(stderr, "measure: %s failed\n", argv[2]);
            return 1;
        }
    }
    qsort(seconds, (size_t)runs, sizeof seconds[0], double_compare);
    printf("%.3f s median of %ld, %.3f to %.3f; peak %.1f MiB\n", seconds[runs / 2], runs,
           seconds[0], seconds[runs - 1], (double)peak_kib / 1024.0);
    return 0;
}

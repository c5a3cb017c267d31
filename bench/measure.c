/* bench/measure.c - runs a command several times, or two commands in turn (A B A B ...), and prints
   the medians of wall and processor time, the peak memory and the median of the paired ratios B/A,
   as one JSON object on one line. All by the operating system's own account of each run. The
   program is small on purpose: a child's peak begins at its parent's size.

   usage: measure [-n RUNS] [-w WARM-UPS] [-o FILE] COMMAND [ARGUMENT ...] [--vs COMMAND ...]
   What the commands print goes to FILE, and to FILE.err; without -o to /dev/null. Exit status 1
   when a command failed. */
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_RUNS 100

/* What the runs of one command took. */
struct runs {
    char **command;                       /* borrowed from argv; ends in NULL */
    double wall[MAX_RUNS], cpu[MAX_RUNS]; /* seconds */
    long peak_kib;                        /* the largest of all */
};

struct spread {
    double low, median, high;
};

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static struct spread spread_of(const double list[], long n)
{
    double sorted[MAX_RUNS];
    memcpy(sorted, list, (size_t)n * sizeof sorted[0]);
    qsort(sorted, (size_t)n, sizeof sorted[0], compare_doubles);
    return (struct spread){sorted[0], (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0, sorted[n - 1]};
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

static void redirect(const char *path, const char *ending, int stream)
{
    char name[4096];
    snprintf(name, sizeof name, "%s%s", path, ending);
    const int file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file >= 0) {
        dup2(file, stream);
    }
}

static void run_child(char *const command[], const char *output)
{
    redirect(output == NULL ? "/dev/null" : output, "", STDOUT_FILENO);
    redirect(output == NULL ? "/dev/null" : output, output == NULL ? "" : ".err", STDERR_FILENO);
    execvp(command[0], command);
    _exit(127);
}

/* One run, kept as the index-th; false: it failed. */
static bool run_once(struct runs *runs, long index, const char *output)
{
    struct rusage usage;
    const double start = now();
    const pid_t child = fork();
    int status;
    if (child == 0) {
        run_child(runs->command, output);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 0) {
        fprintf(stderr, "measure: %s failed\n", runs->command[0]);
        return false;
    }
    runs->wall[index] = now() - start;
    runs->cpu[index] = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    runs->peak_kib = usage.ru_maxrss > runs->peak_kib ? usage.ru_maxrss : runs->peak_kib;
    return true;
}

static void print_runs(const char *name, const struct runs *runs, long n)
{
    const struct spread wall = spread_of(runs->wall, n);
    printf(",\"%s_wall\":%.6f,\"%s_wall_min\":%.6f,\"%s_wall_max\":%.6f,\"%s_cpu\":%.6f,"
           "\"%s_peak_kib\":%ld",
           name, wall.median, name, wall.low, name, wall.high, name, spread_of(runs->cpu, n).median,
           name, runs->peak_kib);
}

static void print_ratio(const struct runs *a, const struct runs *b, long n)
{
    double ratios[MAX_RUNS] = {0.0};
    for (long i = 0; i < n; i++) {
        ratios[i] = b->wall[i] / a->wall[i];
    }
    const struct spread ratio = spread_of(ratios, n);
    printf(",\"ratio\":%.5f,\"ratio_min\":%.5f,\"ratio_max\":%.5f", ratio.median, ratio.low,
           ratio.high);
}

/* Warm-ups come first, and are written over. */
static bool run_all(struct runs *a, struct runs *b, long n, long warm_ups, const char *output)
{
    for (long i = -warm_ups; i < n; i++) {
        const long index = i < 0 ? 0 : i;
        if (!run_once(a, index, output) || (b->command != NULL && !run_once(b, index, output))) {
            return false;
        }
    }
    return true;
}

/* Cuts the words at "--vs": what follows is the other command, or NULL. */
static char **other_command(char **words)
{
    for (; *words != NULL; words++) {
        if (strcmp(*words, "--vs") == 0) {
            *words = NULL;
            return words[1] == NULL ? NULL : words + 1;
        }
    }
    return NULL;
}

int main(int argc, char *argv[])
{
    struct runs a = {.command = NULL}, b = {.command = NULL};
    const char *output = NULL;
    long n = 5, warm_ups = 1;
    for (int letter; (letter = getopt(argc, argv, "+n:w:o:")) != -1;) {
        switch (letter) {
        case 'n':
            n = strtol(optarg, NULL, 10);
            break;
        case 'w':
            warm_ups = strtol(optarg, NULL, 10);
            break;
        case 'o':
            output = optarg;
            break;
        default:
            n = 0;
        }
    }
    if (optind >= argc || n < 1 || n > MAX_RUNS || warm_ups < 0) {
        fputs("usage: measure [-n RUNS] [-w WARM-UPS] [-o FILE] COMMAND ... [--vs COMMAND ...]\n",
              stderr);
        return 2;
    }
    a.command = argv + optind;
    b.command = other_command(a.command);
    if (!run_all(&a, &b, n, warm_ups, output)) {
        return 1;
    }
    printf("{\"runs\":%ld", n);
    print_runs("a", &a, n);
    if (b.command != NULL) {
        print_runs("b", &b, n);
        print_ratio(&a, &b, n);
    }
    puts("}");
    return 0;
}

/* io/cli/command.h - what a command is, and what it is given. */
#ifndef PELLTER_IO_CLI_COMMAND_H
#define PELLTER_IO_CLI_COMMAND_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include "engine/fault.h"

/* Exit statuses. */
enum { STATUS_DONE, STATUS_FINDINGS, STATUS_FAILED };

/* Options by bit, as a command takes them. */
enum {
    OPTION_OUTPUT = 1 << 0,
    OPTION_FORMAT = 1 << 1,
    OPTION_BY = 1 << 2,
    OPTION_SCALE = 1 << 3,
    OPTION_SHOW_VALUES = 1 << 4,
    OPTION_QUIET = 1 << 9,
    OPTION_HELP = 1 << 5,
    OPTION_VERSION = 1 << 6,
    OPTION_THREADS = 1 << 7,
    OPTION_MEMORY = 1 << 8,
    OPTION_THRESHOLD = 1 << 10,
    OPTION_STDIN = 1 << 11,
    OPTION_MPI = 1 << 12
};

/* What --format names. */
enum { FORMAT_TEXT = 1 << 0, FORMAT_MARKDOWN = 1 << 1, FORMAT_CSV = 1 << 2 };

#define MAX_OPTION_VALUES 64

/* A command line, parsed. All texts are borrowed from argv. */
struct options {
    const char *output;                        /* NULL: none */
    unsigned formats;                          /* 0: the command's default */
    const char *breakdowns[MAX_OPTION_VALUES]; /* n_breakdowns */
    size_t n_breakdowns;
    const char *scales[MAX_OPTION_VALUES]; /* n_scales files */
    size_t n_scales;
    size_t threads;     /* 0: as the program sees fit */
    size_t memory;      /* bytes; 0: no bound */
    unsigned threshold; /* 0: none */
    bool show_values, quiet, from_stdin, mpi, help, version;
    const char *const *arguments; /* n_arguments; owned by options_parse's caller */
    size_t n_arguments;
};

/* The world as a command may touch it. */
struct session {
    FILE *out, *err;
    const volatile sig_atomic_t *interrupted;
};

/* Does the work and sets *status to one of the statuses above; a fault is STATUS_FAILED whatever
   *status says. */
typedef struct fault command_function(const struct options *options, const struct session *session,
                                      int *status);

struct command {
    const char *name;
    const char *arguments; /* as the usage line has them */
    const char *summary;   /* one line */
    const char *example;   /* a command line to try, and below it what it does */
    unsigned options;      /* bits of those it takes, beside help */
    size_t min_arguments, max_arguments;
    command_function *run;
};

command_function command_report, command_score, command_check, command_scales, command_init,
    command_tally, command_merge;

extern const struct command commands[];
extern const size_t n_commands;

/* A text to a terminal: control characters, which a file name or a study could bring along, are
   shown as U+FFFD. */
void print_plain(FILE *out, const char *text);

/* A fault as one line. command_line_run() does it, but for a command that has to be heard before it
   returns. */
void print_fault(FILE *err, const struct fault *fault);

/* The whole program but for main(): parses, runs, words a fault. Returns the exit status. */
int command_line_run(size_t n_words, const char *const words[], const struct session *session);

#endif

/* io/cli/commands.c - the one table of commands, help, and the place where a fault becomes a
   line. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/cli/command.h"
#include "io/cli/options.h"
#include "io/nearest.h"
#include "io/write/wrap.h"

#ifndef PELLTER_VERSION
#error "the build says which version this is"
#endif

const struct command commands[] = {
    {"report", "STUDY.yaml|DATA.csv...", "the tables of an evaluation report",
     "  pellter report study.yaml -o report\n"
     "      reads the study, writes report/report.txt, report.md, tables/, internal/\n"
     "  pellter report wemwbs.csv --by site\n"
     "      prints the tables of a file whose columns speak for themselves\n"
     "  mpirun -n 8 pellter report --mpi study.yaml -o report\n"
     "      does the same with eight processes, on one machine or several\n",
     OPTION_OUTPUT | OPTION_FORMAT | OPTION_BY | OPTION_SCALE | OPTION_THREADS | OPTION_MEMORY |
         OPTION_QUIET | OPTION_MPI,
     1, SIZE_MAX, command_report},
    {"score", "STUDY.yaml|DATA.csv...",
     "every form with its scores, bands and how each was scored, as CSV",
     "  pellter score wemwbs.csv > scores.csv\n"
     "      one line for each form and scale; it holds identifiers\n",
     OPTION_SCALE | OPTION_THREADS | OPTION_MEMORY | OPTION_QUIET, 1, SIZE_MAX, command_score},
    {"check", "STUDY.yaml|DATA.csv...", "what is wrong with the data; writes no results",
     "  pellter check study.yaml\n"
     "      lists cells and rows that cannot be used; exit status 1 if there are any\n",
     OPTION_SCALE | OPTION_SHOW_VALUES | OPTION_THREADS | OPTION_MEMORY | OPTION_QUIET, 1, SIZE_MAX,
     command_check},
    {"scales", "[NAME]", "the instruments, their rules, sources and how sure we are of them",
     "  pellter scales sdq-parent\n"
     "      shows its scales, bands and missing-items rules, and what is unverified\n",
     OPTION_SCALE, 0, 1, command_scales},
    {"init", "DATA.csv...", "writes a first STUDY.yaml from the columns it recognises",
     "  pellter init wemwbs.csv sdq.csv -o study.yaml\n"
     "      makes a study file to read through and edit\n",
     OPTION_OUTPUT | OPTION_SCALE, 1, SIZE_MAX, command_init},
    {"tally", "STUDY.yaml|DATA.csv...", "the counts only, to send or to merge",
     "  pellter tally study.yaml -o north.csv --threshold 10\n"
     "      writes how many have which scores; no identifier, no answer, no cohort of under 10\n"
     "  pellter tally study.yaml --stdin < shard.csv > shard.tally\n"
     "      the same of rows from standard input: docs/scale.md\n",
     OPTION_OUTPUT | OPTION_BY | OPTION_SCALE | OPTION_THRESHOLD | OPTION_STDIN, 1, SIZE_MAX,
     command_tally},
    {"merge", "TALLY...", "the report of tallies, as of all their forms together",
     "  pellter merge north.csv south.csv -o report\n"
     "      writes the report that one run over both sites' forms would give\n",
     OPTION_OUTPUT | OPTION_FORMAT | OPTION_SCALE, 1, SIZE_MAX, command_merge},
};
const size_t n_commands = sizeof commands / sizeof commands[0];

static void print_options(FILE *out, unsigned taken)
{
    fputs("\nOptions:\n", out);
    for (size_t i = 0; i < n_option_entries; i++) {
        const struct option_entry *const entry = &option_entries[i];
        if ((entry->bit & taken) == 0) {
            continue;
        }
        fprintf(out, "  %c%c%c --%s%s%s\n", entry->letter == '\0' ? ' ' : '-',
                entry->letter == '\0' ? ' ' : entry->letter, entry->letter == '\0' ? ' ' : ',',
                entry->name, entry->argument == NULL ? "" : " ",
                entry->argument == NULL ? "" : entry->argument);
        fprintf(out, "          %s\n", entry->help);
    }
}

/* The example comes first: most who ask for help want a line to copy. */
static void print_command_help(FILE *out, const struct command *command)
{
    fprintf(out, "Example:\n%s\nUsage: pellter %s %s [OPTION]...\n\npellter %s: %s.\n",
            command->example, command->name, command->arguments, command->name, command->summary);
    print_options(out, command->options | OPTION_HELP);
}

static void print_help(FILE *out)
{
    fputs(
        "Example:\n"
        "  pellter report data-samples/ifss-2014/study.yaml\n"
        "      prints the outcome tables of a small synthetic evaluation\n\n"
        "Usage: pellter COMMAND ...\n\n"
        "pellter measures distance travelled: it scores questionnaires and goals, compares before\n"
        "with after, and writes the tables of an evaluation report.\n\nCommands:\n",
        out);
    for (size_t i = 0; i < n_commands; i++) {
        fprintf(out, "  %-7s %s\n", commands[i].name, commands[i].summary);
    }
    fputs("\nOptions:\n"
          "  -h, --help     print this help; pellter COMMAND --help tells of one command\n"
          "      --version  print the version and the licence\n\n"
          "Exit status: 0 done; 1 done, with findings (check); 2 could not be done.\n",
          out);
}

static void print_version(FILE *out)
{
    fputs(
        "pellter " PELLTER_VERSION "\n"
        "Licence GPL-3.0-or-later: GNU GPL version 3 or later <https://gnu.org/licenses/gpl.html>\n"
        "There is no warranty, to the extent permitted by law.\n",
        out);
}

void print_plain(FILE *out, const char *text)
{
    line_write(out, &(struct line){.start = text, .bytes = strlen(text)});
}

/* file:row:column: what was found, what was expected */
void print_fault(FILE *err, const struct fault *fault)
{
    print_plain(err, fault->file[0] == '\0' ? "pellter" : fault->file);
    if (fault->row > 0) {
        fprintf(err, ":%zu", fault->row);
    }
    if (fault->column > 0) {
        fprintf(err, ":%zu", fault->column);
    }
    fputs(": ", err);
    print_plain(err, fault->detail);
    putc('\n', err);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < n_commands; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

/* A near word is named and not run: the guess may be wrong. */
static struct fault unknown_command(const char *name)
{
    const char *names[sizeof commands / sizeof commands[0]];
    const char *near;
    for (size_t i = 0; i < n_commands; i++) {
        names[i] = commands[i].name;
    }
    near = nearest_word(name, names, n_commands);
    return near != NULL ? fault_at(FAULT_USAGE, NULL, 0, 0,
                                   "unknown command \"%s\"; did you mean \"%s\"?", name, near)
                        : fault_at(FAULT_USAGE, NULL, 0, 0,
                                   "unknown command \"%s\"; see pellter --help", name);
}

/* `words` are those of the whole line, the command's name first. */
static struct fault run_command(const struct command *command, size_t n_words,
                                const char *const words[], const struct session *session,
                                struct options *options, int *status)
{
    /* So NULL can only mean that there is no memory. */
    assert(n_words > 0);
    const char **const arguments = calloc(n_words, sizeof *arguments);
    struct fault fault = arguments == NULL
                             ? fault_memory()
                             : options_parse(command, n_words - 1, words + 1, arguments, options);
    if (fault.code == FAULT_NONE && options->help) {
        print_command_help(session->out, command);
    } else if (fault.code == FAULT_NONE) {
        fault = command->run(options, session, status);
    }
    free(arguments);
    return fault;
}

int command_line_run(size_t n_words, const char *const words[], const struct session *session)
{
    const char *const first = n_words > 0 ? words[0] : "--help";
    const struct command *const command = find_command(first);
    struct options options = {0};
    struct fault fault = FAULT_FREE;
    int status = STATUS_DONE;
    if (command != NULL) {
        fault = run_command(command, n_words, words, session, &options, &status);
    } else if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 ||
               strcmp(first, "help") == 0) {
        print_help(session->out);
    } else if (strcmp(first, "--version") == 0) {
        print_version(session->out);
    } else {
        fault = unknown_command(first);
    }
    /* The stream is buffered: a full disk may show only here, and status 0 would call a table that
       was cut short whole. */
    if (fault.code == FAULT_NONE && (fflush(session->out) != 0 || ferror(session->out))) {
        fault = fault_at(FAULT_WRITE, NULL, 0, 0,
                         "the output could not be written whole (is the disk full?)");
    }
    if (fault.code != FAULT_NONE) {
        print_fault(session->err, &fault);
        return STATUS_FAILED;
    }
    /* Help that nobody asked for is no success: a script may have lost its arguments. */
    return n_words == 0 ? STATUS_FAILED : status;
}

/* io/cli/options.c - getopt_long takes abbreviations for options, which cannot be switched off; a
   script that relies on one would break with the next option, so the few lines stand here. */
#include "io/cli/options.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "io/nearest.h"

const struct option_entry option_entries[] = {
    {OPTION_OUTPUT, 'o', "output", "DIR",
     "write into the directory DIR (init, tally: into the file), whole or not at all"},
    {OPTION_FORMAT, '\0', "format", "LIST",
     "text, markdown, csv, joined with commas (default: text; with -o all)"},
    {OPTION_BY, '\0', "by", "COLUMN,...",
     "break down by these columns, crossed with each other; again for another\n"
     "          breakdown; instead of the study's cohorts"},
    {OPTION_SCALE, '\0', "scale", "FILE", "read an instrument of your own from FILE"},
    {OPTION_SHOW_VALUES, '\0', "show-values", NULL,
     "show the text of cells that could not be used: it may identify people"},
    {OPTION_THREADS, '\0', "threads", "N",
     "work with N threads, 1 to 256 (default: one for each processor); it changes\n"
     "          nothing but the time"},
    {OPTION_MEMORY, '\0', "memory", "SIZE",
     "take about SIZE of memory, such as 64M (the least) or 2G; what does not fit\n"
     "          goes to a temporary file in TMPDIR, which nobody else can open"},
    {OPTION_QUIET, 'q', "quiet", NULL, "show no progress on a terminal"},
    {OPTION_THRESHOLD, '\0', "threshold", "N",
     "withhold cohorts with fewer than N respondents of an instrument, whole"},
    {OPTION_STDIN, '\0', "stdin", NULL,
     "read the rows of the study's only source from standard input"},
    {OPTION_MPI, '\0', "mpi", NULL,
     "share the work with the other processes that mpirun started; --threads\n"
     "          (then 1 by default) and --memory hold for each of them"},
    {OPTION_HELP, 'h', "help", NULL, "print this help"},
    {OPTION_VERSION, '\0', "version", NULL, "print the version and the licence"},
};
const size_t n_option_entries = sizeof option_entries / sizeof option_entries[0];

/* In the order of the bits FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_CSV. */
static const char *const format_names[] = {"text", "markdown", "csv"};
#define N_FORMATS (sizeof format_names / sizeof format_names[0])

static struct fault usage(const char *what, const char *word, const char *near)
{
    return near == NULL ? fault_at(FAULT_USAGE, NULL, 0, 0, "%s \"%s\"", what, word)
                        : fault_at(FAULT_USAGE, NULL, 0, 0, "%s \"%s\"; did you mean \"%s\"?", what,
                                   word, near);
}

/* The entry of "--name" or "-x"; NULL: none that this command takes. */
static const struct option_entry *find_option(unsigned taken, const char *name, size_t length,
                                              bool is_long)
{
    for (size_t i = 0; i < n_option_entries; i++) {
        const struct option_entry *const entry = &option_entries[i];
        const bool same =
            is_long ? strlen(entry->name) == length && strncmp(entry->name, name, length) == 0
                    : entry->letter != '\0' && entry->letter == name[0];
        if (same && (entry->bit & taken) != 0) {
            return entry;
        }
    }
    return NULL;
}

/* Does this word begin an option that the command takes? Only what the command takes: any other
   word with a dash may be a file name. */
static bool is_option(unsigned taken, const char *word)
{
    const bool is_long = word[0] == '-' && word[1] == '-';
    const char *const name = word + (is_long ? 2 : 1);
    return word[0] == '-' && name[0] != '\0' &&
           find_option(taken, name, is_long ? strcspn(name, "=") : 1, is_long) != NULL;
}

/* The nearest to the first `length` letters of a word. */
static const char *nearest_to(const char *word, size_t length, const char *const words[], size_t n)
{
    char part[40]; /* anything longer is like none of ours */
    if (length >= sizeof part) {
        return NULL;
    }
    memcpy(part, word, length);
    part[length] = '\0';
    return nearest_word(part, words, n);
}

/* Only long names have a near one: of a single letter every other is as near. */
static struct fault unknown_option(unsigned taken, const char *word)
{
    const char *names[sizeof option_entries / sizeof option_entries[0]];
    size_t n = 0;
    for (size_t i = 0; i < n_option_entries; i++) {
        if ((option_entries[i].bit & taken) != 0) {
            names[n++] = option_entries[i].name;
        }
    }
    return usage("unknown option", word,
                 strncmp(word, "--", 2) == 0
                     ? nearest_to(word + 2, strcspn(word + 2, "="), names, n)
                     : NULL);
}

static struct fault parse_formats(const char *list, unsigned *formats)
{
    while (true) {
        const size_t length = strcspn(list, ",");
        size_t i = 0;
        while (i < N_FORMATS &&
               (strlen(format_names[i]) != length || strncmp(list, format_names[i], length) != 0)) {
            i++;
        }
        if (i == N_FORMATS) {
            return usage("expected formats among text, markdown and csv; found", list,
                         nearest_to(list, length, format_names, N_FORMATS));
        }
        *formats |= 1U << i;
        if (list[length] == '\0') {
            return FAULT_FREE;
        }
        list += length + 1;
    }
}

#define MOST_THREADS 256
#define MIB ((size_t)1024 * 1024)
#define LEAST_MEMORY (64 * MIB)

/* The whole number that a text begins with, of at most 6 digits, and what stands behind it. Without
   digits, or with more: 0, and `*end` is the text. */
static size_t leading_number(const char *text, const char **end)
{
    const size_t n_digits = strspn(text, "0123456789");
    size_t number = 0;
    *end = text;
    for (size_t i = 0; n_digits <= 6 && i < n_digits; i++) {
        number = 10 * number + (size_t)(text[i] - '0');
        *end = text + i + 1;
    }
    return number;
}

static struct fault parse_threads(const char *text, size_t *threads)
{
    const char *end;
    const size_t n = leading_number(text, &end);
    if (*threads != 0) {
        return fault_at(FAULT_USAGE, NULL, 0, 0, "found --threads twice, expected it once");
    }
    if (*end != '\0' || n < 1 || n > MOST_THREADS) {
        return usage("expected a number of threads from 1 to 256; found", text, NULL);
    }
    *threads = n;
    return FAULT_FREE;
}

static struct fault parse_memory(const char *text, size_t *memory)
{
    const char *end;
    const size_t n = leading_number(text, &end);
    const size_t unit = strcmp(end, "M") == 0 ? MIB : strcmp(end, "G") == 0 ? 1024 * MIB : 0;
    if (*memory != 0) {
        return fault_at(FAULT_USAGE, NULL, 0, 0, "found --memory twice, expected it once");
    }
    if (unit == 0 || n > SIZE_MAX / unit || n * unit < LEAST_MEMORY) {
        return usage("expected a size such as 64M or 2G, and at least 64M; found", text, NULL);
    }
    *memory = n * unit;
    return FAULT_FREE;
}

#define MOST_THRESHOLD 1000000u

/* A threshold of 1 would withhold nothing, which is what no threshold does. */
static struct fault parse_threshold(const char *text, unsigned *threshold)
{
    const size_t n = strlen(text);
    *threshold = 0;
    for (size_t i = 0; i < n && n < 8; i++) {
        if (text[i] < '0' || text[i] > '9') {
            *threshold = 0;
            break;
        }
        *threshold = *threshold * 10 + (unsigned)(text[i] - '0');
    }
    return *threshold >= 2 && *threshold <= MOST_THRESHOLD
               ? FAULT_FREE
               : usage("expected a whole number from 2 to 1000000 after --threshold; found", text,
                       NULL);
}

/* Notes one option with its value (NULL where it takes none). */
static struct fault take_option(const struct option_entry *entry, const char *value,
                                struct options *options)
{
    assert(value != NULL || entry->argument == NULL);
    switch (entry->bit) {
    case OPTION_OUTPUT:
        if (options->output != NULL) {
            return fault_at(FAULT_USAGE, NULL, 0, 0, "found --output twice, expected it once");
        }
        options->output = value;
        break;
    case OPTION_FORMAT:
        assert(value != NULL);
        return parse_formats(value, &options->formats);
    case OPTION_BY:
        if (options->n_breakdowns == MAX_OPTION_VALUES) {
            return fault_at(FAULT_USAGE, NULL, 0, 0, "found --by too often");
        }
        options->breakdowns[options->n_breakdowns++] = value;
        break;
    case OPTION_SCALE:
        if (options->n_scales == MAX_OPTION_VALUES) {
            return fault_at(FAULT_USAGE, NULL, 0, 0, "found --scale too often");
        }
        options->scales[options->n_scales++] = value;
        break;
    case OPTION_SHOW_VALUES:
        options->show_values = true;
        break;
    case OPTION_THREADS:
        assert(value != NULL);
        return parse_threads(value, &options->threads);
    case OPTION_MEMORY:
        assert(value != NULL);
        return parse_memory(value, &options->memory);
    case OPTION_QUIET:
        options->quiet = true;
        break;
    case OPTION_THRESHOLD:
        assert(value != NULL);
        return parse_threshold(value, &options->threshold);
    case OPTION_STDIN:
        options->from_stdin = true;
        break;
    case OPTION_MPI:
        options->mpi = true;
        break;
    case OPTION_HELP:
        options->help = true;
        break;
    default:
        options->version = true;
        break;
    }
    return FAULT_FREE;
}

/* Parses words[*i], which is an option, and moves *i on where the next word is its value. */
static struct fault parse_option(unsigned taken, size_t n_words, const char *const words[],
                                 size_t *i, struct options *options)
{
    const char *const word = words[*i];
    const bool is_long = word[1] == '-';
    const char *const name = word + (is_long ? 2 : 1);
    const size_t length = is_long ? strcspn(name, "=") : 1;
    const struct option_entry *const entry = find_option(taken, name, length, is_long);
    const char *value = name[length] == '\0' ? NULL : name + length + (is_long ? 1 : 0);
    if (entry == NULL) {
        return unknown_option(taken, word);
    }
    if (entry->argument == NULL && value != NULL) {
        return usage("this option takes no value:", word, NULL);
    }
    if (entry->argument != NULL && value == NULL) {
        if (*i + 1 == n_words) {
            return fault_at(FAULT_USAGE, NULL, 0, 0, "--%s needs a value: %s", entry->name,
                            entry->argument);
        }
        value = words[++*i];
        if (is_option(taken, value)) { /* "-o --by site": the value was forgotten */
            value = "";
        }
    }
    /* --by "" comes from a script whose variable was empty: not the same as no --by. */
    if (value != NULL && value[0] == '\0') {
        return fault_at(FAULT_USAGE, NULL, 0, 0, "--%s needs a value: %s", entry->name,
                        entry->argument);
    }
    return take_option(entry, value, options);
}

struct fault options_parse(const struct command *command, size_t n_words, const char *const words[],
                           const char *arguments[], struct options *options)
{
    struct fault fault = FAULT_FREE;
    bool only_arguments = false;
    *options = (struct options){.arguments = arguments};
    for (size_t i = 0; i < n_words && fault.code == FAULT_NONE; i++) {
        if (!only_arguments && strcmp(words[i], "--") == 0) {
            only_arguments = true;
        } else if (!only_arguments && words[i][0] == '-' && words[i][1] != '\0') {
            fault = parse_option(command->options | OPTION_HELP, n_words, words, &i, options);
        } else {
            arguments[options->n_arguments++] = words[i];
        }
    }
    /* --help answers however many arguments there are. */
    if (fault.code != FAULT_NONE || options->help) {
        return fault;
    }
    if (options->n_arguments < command->min_arguments) {
        return fault_at(FAULT_USAGE, NULL, 0, 0, "pellter %s needs %s; see pellter %s --help",
                        command->name, command->arguments, command->name);
    }
    if (options->n_arguments > command->max_arguments) {
        return usage("found more words than expected, at", arguments[command->max_arguments], NULL);
    }
    return FAULT_FREE;
}

/* io/cli/options.h - the one table of options: parsing, help and man page follow it. */
#ifndef PELLTER_IO_CLI_OPTIONS_H
#define PELLTER_IO_CLI_OPTIONS_H

#include "io/cli/command.h"

struct option_entry {
    unsigned bit;
    char letter;          /* '\0': none */
    const char *name;     /* without the dashes */
    const char *argument; /* NULL: takes none */
    const char *help;
};
extern const struct option_entry option_entries[];
extern const size_t n_option_entries;

/* Parses the words behind the command's name: options anywhere, "--" ends them, "--name=value" and
   "--name value", "-o value" and "-ovalue". No abbreviations: an unknown word names the nearest.
   The other words go to `arguments`, which has room for n_words. */
MUST_CHECK struct fault options_parse(const struct command *command, size_t n_words,
                                      const char *const words[], const char *arguments[],
                                      struct options *options);

#endif

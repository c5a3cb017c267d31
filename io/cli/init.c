/* io/cli/init.c - pellter init: a first study file. */
#include "io/cli/load.h"
#include "io/read/recognise.h"
#include "io/write/output.h"

struct fault command_init(const struct options *options, const struct session *session,
                          int *status)
{
    const struct instrument_shelf shelf = {options->scales, options->n_scales};
    struct arena arena = {0};
    struct output output = {0};
    const char *study_file = "";
    FILE *out = session->out;
    struct fault fault =
        recognise(options->arguments, options->n_arguments, &shelf, &arena, &study_file);
    *status = STATUS_DONE;
    if (fault.code == FAULT_NONE && options->output != NULL) {
        fault = output_begin_file(&output, options->output, &out);
    }
    if (fault.code == FAULT_NONE) {
        fputs(study_file, out);
        if (options->output != NULL) {
            fault = output_commit_file(&output, out);
        }
    }
    output_abandon(&output);
    arena_free(&arena);
    return fault;
}

/* io/cli/init.c - pellter init: a first study file. */
#include <string.h>

#include "io/cli/load.h"
#include "io/read/recognise.h"
#include "io/write/output.h"

struct fault command_init(const struct options *options, const struct session *session, int *status)
{
    const struct instrument_shelf shelf = {options->scales, options->n_scales};
    struct arena arena = {0};
    struct output output = {0};
    const char *study_file = "";
    const char *const slash = options->output == NULL ? NULL : strrchr(options->output, '/');
    const char *folder = "";
    FILE *out = session->out;
    struct fault fault = check_words(options);
    *status = STATUS_DONE;
    for (size_t i = 0; i < options->n_arguments && fault.code == FAULT_NONE; i++) {
        if (is_study_file(options->arguments[i])) {
            fault = fault_at(FAULT_USAGE, options->arguments[i], 0, 0,
                             "found a study file, expected data files to make one from");
        }
    }
    /* A study file names its data from where it lies itself, not from where pellter was called. */
    if (fault.code == FAULT_NONE && slash != NULL) {
        folder = arena_copy(&arena, options->output, (size_t)(slash - options->output) + 1);
        fault = folder == NULL ? fault_memory() : FAULT_FREE;
    }
    if (fault.code == FAULT_NONE) {
        fault = recognise(options->arguments, options->n_arguments, folder, &shelf, &arena,
                          &study_file);
    }
    /* Opened last: a file that is not recognised leaves no empty study file behind. */
    if (fault.code == FAULT_NONE && options->output != NULL) {
        fault = output_begin_file(&output, options->output, &out);
    }
    if (fault.code == FAULT_NONE) {
        fputs(study_file, out);
        if (options->output != NULL) {
            fault = output_commit_file(&output, out);
        }
    }
    /* After the commit this only frees. */
    output_abandon(&output);
    arena_free(&arena);
    return fault;
}

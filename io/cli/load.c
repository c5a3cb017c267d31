/* io/cli/load.c - data files without a study file go the same way as those with one: a study file
   is made for them, the one that `pellter init` writes, and read. So there is one way to read a
   study. */
#include "io/cli/load.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "io/read/bytes.h"
#include "io/read/recognise.h"

bool is_study_file(const char *path)
{
    const char *const dot = strrchr(path, '.');
    return dot != NULL && (strcasecmp(dot, ".yaml") == 0 || strcasecmp(dot, ".yml") == 0);
}

struct fault check_words(const struct options *options)
{
    const struct instrument_shelf shelf = {options->scales, options->n_scales};
    struct arena arena = {0};
    const char *const *names;
    size_t n;
    struct fault fault = FAULT_FREE;
    for (size_t i = 0; i < options->n_arguments; i++) {
        /* manifest.json lists the files read, and JSON has no other encoding. */
        if (!utf8_valid(options->arguments[i], strlen(options->arguments[i]))) {
            return fault_at(FAULT_USAGE, options->arguments[i], 0, 0,
                            "the name of this file is not UTF-8; give the file another name");
        }
    }
    if (options->n_scales > 0) { /* read every one, also where the study names another */
        fault = instrument_names(&shelf, &arena, &names, &n);
    }
    arena_free(&arena);
    return fault;
}

/* Without a study file data are read once for their columns and once for their answers. */
static struct fault check_files(const struct options *options)
{
    for (size_t i = 0; i < options->n_arguments; i++) {
        const char *const path = options->arguments[i];
        struct stat status;
        if (strcmp(path, "-") == 0 || (stat(path, &status) == 0 && S_ISFIFO(status.st_mode))) {
            return fault_at(FAULT_OPEN, path, 0, 0,
                            "a pipe, which cannot be read twice; expected a file, or a study file "
                            "that says what the pipe holds");
        }
    }
    return FAULT_FREE;
}

/* A data file that is not there is most often a slip in the study file: where that names it is said. What
   else may be wrong with a file is found when it is read. */
static struct fault check_sources(const char *study_file, const struct plan *plan)
{
    for (size_t i = 0; i < plan->n_sources; i++) {
        const struct source *const source = &plan->sources[i];
        struct stat status;
        if (strcmp(source->path, "-") != 0 && stat(source->path, &status) != 0) {
            const int error = errno;
            return fault_at(FAULT_OPEN, study_file, source->row, source->column,
                            "the file \"%s\" cannot be read: %s", source->name, strerror(error));
        }
    }
    return FAULT_FREE;
}

static struct fault load_study(const char *path, const struct plan_options *options,
                               bool from_stdin, struct plan *plan)
{
    struct fault fault = plan_read(path, options, plan);
    if (fault.code == FAULT_NONE && !from_stdin) {
        fault = check_sources(path, plan);
        if (fault.code != FAULT_NONE) {
            plan_free(plan);
        }
    }
    return fault;
}

struct fault load_plan(const struct options *options, struct plan *plan)
{
    const struct plan_options plan_options = {.breakdowns = options->breakdowns,
                                              .n_breakdowns = options->n_breakdowns,
                                              .shelf = {options->scales, options->n_scales}};
    struct arena arena = {0};
    const char *study_file = NULL;
    struct fault fault = check_words(options);
    /* Empty from the start, so that plan_free() is right after every fault. */
    *plan = (struct plan){0};
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    /* A study names its own data; what stands beside it on the line would have no place in it. */
    for (size_t i = 0; i < options->n_arguments; i++) {
        if (is_study_file(options->arguments[i])) {
            return options->n_arguments == 1
                       ? load_study(options->arguments[0], &plan_options, options->from_stdin, plan)
                       : fault_at(FAULT_USAGE, NULL, 0, 0,
                                  "found a study file among other files, expected one study file, "
                                  "or data files only");
        }
    }
    fault = check_files(options);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    fault = recognise(options->arguments, options->n_arguments, "", &plan_options.shelf, &arena,
                      &study_file);
    if (fault.code == FAULT_NONE) {
        fault = plan_parse(options->arguments[0], "", study_file, strlen(study_file), &plan_options,
                           plan);
    }
    arena_free(&arena);
    return fault;
}

/* io/cli/tally.c - pellter tally: what was counted, to send or to merge. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/cli/load.h"
#include "io/read/description.h"
#include "io/read/stored.h"
#include "io/run.h"
#include "io/write/output.h"
#include "io/write/tally_file.h"

/* --stdin: the rows come from a program that hands them out; the study says what they are. */
static struct fault read_stdin(const struct options *options, struct plan *plan)
{
    struct source *source;
    if (!is_study_file(options->arguments[0])) {
        return fault_at(FAULT_USAGE, NULL, 0, 0,
                        "found --stdin without a study file, expected one that says what the rows "
                        "are: standard input cannot be read twice");
    }
    if (plan->n_sources != 1) {
        return fault_at(FAULT_USAGE, plan->name, 0, 0,
                        "found %zu sources, expected one, which --stdin reads from standard input",
                        plan->n_sources);
    }
    /* Messages go on calling it by the name of the study, so that they are the same for all shards.
       */
    source = arena_alloc(&plan->arena, 1, sizeof *source);
    if (source == NULL) {
        return fault_memory();
    }
    *source = plan->sources[0];
    source->path = STANDARD_INPUT;
    plan->sources = source;
    return FAULT_FREE;
}

static struct fault write_counts(const struct options *options, const struct run *run, FILE *out,
                                 const char *name)
{
    const struct plan *const plan = run->plan;
    struct arena arena = {0};
    const char **const sources = arena_alloc(&arena, plan->n_sources, sizeof *sources);
    const char *const description = plan_describe(plan, &arena);
    struct fault fault = fault_memory();
    if (sources != NULL && description != NULL) {
        const struct tally_head head = {.version = PELLTER_VERSION,
                                        .description = description,
                                        .sources = sources,
                                        .threshold = options->threshold};
        for (size_t i = 0; i < plan->n_sources; i++) {
            sources[i] = plan->sources[i].name;
        }
        fault = write_tally(out, name, &run->counted, &head);
    }
    arena_free(&arena);
    return fault;
}

static struct fault write_file(const struct options *options, const struct run *run)
{
    struct output output = {0};
    FILE *out = NULL;
    struct fault fault = output_begin_file(&output, options->output, &out);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    /* Small cells are personal data: the file is for nobody else of this machine. A disk that knows
       no such rights has the file without them. */
    (void)fchmod(fileno(out), S_IRUSR | S_IWUSR);
    fault = write_counts(options, run, out, options->output);
    if (fault.code == FAULT_NONE) {
        fault = output_commit_file(&output, out);
    } else {
        (void)fclose(out); /* the fault before it is the one to tell */
    }
    output_abandon(&output);
    return fault;
}

struct fault command_tally(const struct options *options, const struct session *session,
                           int *status)
{
    struct plan plan;
    struct run run = {0};
    const struct run_options run_options = {.cells = true, .interrupted = session->interrupted};
    struct fault fault = load_plan(options, &plan);
    *status = STATUS_DONE;
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    if (options->from_stdin) {
        fault = read_stdin(options, &plan);
    }
    if (fault.code == FAULT_NONE) {
        fault = run_count(&plan, &run_options, &run);
    }
    if (fault.code == FAULT_NONE) {
        fault = options->output != NULL
                    ? write_file(options, &run)
                    : write_counts(options, &run, session->out, "standard output");
    }
    run_free(&run);
    plan_free(&plan);
    return fault;
}

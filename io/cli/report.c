/* io/cli/report.c - pellter report */
#include <stdlib.h>
#include <string.h>

#include "engine/tables/tables.h"
#include "io/cli/deliver.h"
#include "io/cli/load.h"
#include "io/cli/progress.h"
#include "io/run.h"

/* Names and not paths: the list may be passed on to whoever holds the spreadsheets. */
static void locate(const void *context, uint64_t place, const char **file, uint64_t *row)
{
    const struct run *const run = context;
    const struct location location = run_location(run, place);
    *file = run->plan->sources[location.source].name;
    *row = location.row;
}

/* A study file and every file that it names, once each: a file that is read twice for two
   instruments is listed once. `inputs` has room for every source and one more. */
static size_t list_inputs(const struct options *options, const struct plan *plan,
                          struct manifest_input inputs[])
{
    size_t n = 0;
    if (is_study_file(options->arguments[0])) {
        inputs[n++] =
            (struct manifest_input){.path = options->arguments[0], .name = options->arguments[0]};
    }
    for (size_t i = 0; i < plan->n_sources; i++) {
        size_t j = 0;
        while (j < n && strcmp(inputs[j].path, plan->sources[i].path) != 0) {
            j++;
        }
        if (j == n) {
            inputs[n++] = (struct manifest_input){.path = plan->sources[i].path,
                                                  .name = plan->sources[i].name};
        }
    }
    return n;
}

static struct fault deliver_run(const struct options *options, const struct session *session,
                                const struct run *run, const struct report *report)
{
    const struct plan *const plan = run->plan;
    const struct listed_rows listed = {
        .study = &plan->study, .listing = &run->listing, .locate = locate, .context = run};
    struct manifest_input *const inputs = calloc(plan->n_sources + 1, sizeof *inputs);
    struct delivery delivery = {.options = options,
                                .session = session,
                                .report = report,
                                .figures = &run->figures,
                                .listed = &listed,
                                .manifest = {.title = plan->study.title, .inputs = inputs}};
    struct fault fault;
    if (inputs == NULL) {
        return fault_memory();
    }
    delivery.manifest.n_inputs = list_inputs(options, plan, inputs);
    fault = deliver(&delivery);
    free(inputs);
    return fault;
}

struct fault command_report(const struct options *options, const struct session *session,
                            int *status)
{
    struct plan plan;
    struct run run = {0};
    struct report report = {0};
    struct warnings warnings = {.arena = &report.arena};
    struct maker maker = {.report = &report};
    struct progress progress;
    const struct run_options run_options = {.list = options->output != NULL,
                                            .threads = options->threads,
                                            .memory = options->memory,
                                            .progress = progress_show,
                                            .progress_context = &progress,
                                            .interrupted = session->interrupted};
    struct fault fault = load_plan(options, &plan);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    *status = STATUS_DONE;
    progress_start(&progress, session->err, options->quiet);
    fault = run_study(&plan, &run_options, &run);
    progress_end(&progress);
    if (fault.code == FAULT_NONE) {
        maker.figures = &run.figures;
        maker.study = &plan.study;
        maker.counted = &run.counted;
        run_warn(&run, &warnings);
        maker.warnings = warnings.texts;
        maker.n_warnings = warnings.n;
        fault = warnings.no_memory ? fault_memory() : FAULT_FREE;
    }
    /* Arranged whole before anything is printed: without memory for all there is no part. */
    if (fault.code == FAULT_NONE && !report_make(&maker)) {
        fault = fault_memory();
    }
    if (fault.code == FAULT_NONE) {
        if (options->output != NULL) {
            print_warnings(session, &report.arena, warnings.texts, warnings.n);
        }
        fault = deliver_run(options, session, &run, &report);
    }
    /* The report borrows from the run and the run from the plan: freed in this order. */
    report_free(&report);
    run_free(&run);
    plan_free(&plan);
    return fault;
}

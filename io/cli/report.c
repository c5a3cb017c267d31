/* io/cli/report.c - pellter report */
#include <stdlib.h>
#include <string.h>

#include "engine/tables/tables.h"
#include "io/cli/deliver.h"
#include "io/cli/load.h"
#include "io/cli/progress.h"
#include "io/run.h"
#include "io/run/ranks.h"

/* Names and not paths: the list may be passed on to whoever holds the spreadsheets. */
static void locate(const void *context, uint64_t place, const char **file, uint64_t *row)
{
    const struct run *const run = context;
    const struct location location = run_location(run, place);
    *file = run->plan->sources[location.source].name;
    *row = location.row;
}

static const struct listed *next_listed(void *lines, struct fault *fault)
{
    return listed_next(lines, fault);
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
    struct listed_reader *const lines = listed_reader_new(run->more_listed, &run->listing);
    const struct listed_rows listed = {.study = &plan->study,
                                       .next = next_listed,
                                       .lines = lines,
                                       .locate = locate,
                                       .context = run};
    struct manifest_input *const inputs = calloc(plan->n_sources + 1, sizeof *inputs);
    struct delivery delivery = {.options = options,
                                .session = session,
                                .report = report,
                                .figures = &run->figures,
                                .crew = &run->crew,
                                .listed = &listed,
                                .manifest = {.title = plan->study.title, .inputs = inputs}};
    struct fault fault;
    fault = fault_memory();
    if (inputs != NULL && lines != NULL) {
        delivery.manifest.n_inputs = list_inputs(options, plan, inputs);
        fault = deliver(&delivery);
    }
    listed_reader_free(lines);
    free(inputs);
    return fault;
}

/* No form counts: the report is of nobody, which a glance at its many tables may miss. */
static bool nothing_used(const struct counted *counted)
{
    uint64_t used = 0;
    for (size_t i = 0; i < counted->study->n_measures; i++) {
        used += counted->measures[i].forms[FORM_USED];
    }
    return used == 0;
}

/* The report of a run that went well, to the terminal or into a directory. */
static struct fault deliver_report(const struct options *options, const struct session *session,
                                   const struct run *run)
{
    struct report report = {0};
    struct warnings warnings = {.arena = &report.arena};
    struct maker maker = {.report = &report,
                          .crew = &run->crew,
                          .figures = &run->figures,
                          .study = &run->plan->study,
                          .counted = &run->counted};
    struct fault fault;
    run_warn(run, &warnings);
    maker.warnings = warnings.texts;
    maker.n_warnings = warnings.n;
    fault = warnings.no_memory ? fault_memory() : FAULT_FREE;
    /* Arranged whole before anything is printed: without memory for all there is no part. */
    if (fault.code == FAULT_NONE && !report_make(&maker)) {
        fault = fault_memory();
    }
    if (fault.code == FAULT_NONE) {
        if (options->output != NULL || nothing_used(&run->counted)) {
            print_warnings(session, &report.arena, warnings.texts, warnings.n);
        }
        fault = deliver_run(options, session, run, &report);
    }
    report_free(&report); /* it borrows from the run, and the run from the plan */
    return fault;
}

static struct fault report(const struct options *options, const struct session *session,
                           struct ranks *ranks)
{
    struct plan plan;
    struct run run = {0};
    struct progress progress;
    const struct run_options run_options = {.list = options->output != NULL,
                                            .threads = options->threads,
                                            .memory = options->memory,
                                            .progress = progress_show,
                                            .progress_context = &progress,
                                            .interrupted = session->interrupted,
                                            .ranks = ranks};
    struct fault fault = load_plan(options, &plan);
    if (ranks != NULL) {
        fault = ranks_agree(ranks, &fault);
    }
    if (fault.code == FAULT_NONE) {
        progress_start(&progress, session->err, options->quiet || ranks != NULL);
        fault = run_study(&plan, &run_options, &run);
        progress_end(&progress);
    }
    if (fault.code == FAULT_NONE && (ranks == NULL || ranks->rank == 0)) {
        run.figures.printed_only = options->output == NULL;
        fault = deliver_report(options, session, &run);
    }
    run_free(&run);
    plan_free(&plan);
    return fault;
}

/* The first rank speaks for all, the others are silent; all end with its status. */
static struct fault report_together(const struct options *options, const struct session *session,
                                    int *status)
{
    struct ranks ranks;
    struct fault fault = ranks_open(session->interrupted, &ranks);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    fault = report(options, session, &ranks);
    if (fault.code == FAULT_NONE && fflush(session->out) != 0) {
        fault = fault_at(FAULT_WRITE, NULL, 0, 0,
                         "the output could not be written whole (is the disk full?)");
    }
    /* Now: when the others leave with a status, mpirun ends whoever is still there. */
    if (fault.code != FAULT_NONE && ranks.rank == 0) {
        print_fault(session->err, &fault);
    }
    *status = ranks_close(&ranks, fault.code == FAULT_NONE ? STATUS_DONE : STATUS_FAILED);
    return FAULT_FREE;
}

struct fault command_report(const struct options *options, const struct session *session,
                            int *status)
{
    *status = STATUS_DONE;
    return options->mpi ? report_together(options, session, status)
                        : report(options, session, NULL);
}

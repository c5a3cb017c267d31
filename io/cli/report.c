/* io/cli/report.c - pellter report */
#include <stdlib.h>
#include <string.h>

#include "engine/tables/tables.h"
#include "io/cli/load.h"
#include "io/cli/progress.h"
#include "io/run.h"
#include "io/words.h"
#include "io/write/output.h"
#include "io/write/records.h"
#include "io/write/write.h"

#define ALL_FORMATS (FORMAT_TEXT | FORMAT_MARKDOWN | FORMAT_CSV)

/* What one report is made of while it is written. */
struct writing {
    const struct options *options;
    const struct session *session;
    const struct plan *plan;
    const struct run *run;
    const struct report *report;
    struct output output;
    const char **written; /* owned: what the manifest lists, room for n_tables + 8 */
    size_t n_written;
    struct arena arena;
};

/* All tables to a stream, each under its name. */
static struct fault write_all_csv(FILE *out, const struct report *report)
{
    struct fault fault = FAULT_FREE;
    for (size_t i = 0; i < report->n_tables && fault.code == FAULT_NONE; i++) {
        fprintf(out, "%s%s\n", i > 0 ? "\n" : "", report->tables[i].name);
        fault = write_csv(out, "standard output", &report->tables[i]);
    }
    return fault;
}

/* Two formats one after the other would be readable as neither. */
static struct fault print_report(const struct options *options, const struct session *session,
                                 const struct report *report)
{
    switch (options->formats) {
    case 0:
    case FORMAT_TEXT:
        return write_text(session->out, "standard output", report);
    case FORMAT_MARKDOWN:
        return write_markdown(session->out, "standard output", report);
    case FORMAT_CSV:
        return write_all_csv(session->out, report);
    default:
        return fault_at(FAULT_USAGE, NULL, 0, 0,
                        "found several formats, expected one, or a directory to write them into "
                        "(-o DIR)");
    }
}

/* --- into a directory --- */

typedef struct fault write_function(FILE *out, const struct writing *writing, size_t index);

static struct fault write_report_text(FILE *out, const struct writing *writing, size_t index)
{
    (void)index;
    return write_text(out, "report.txt", writing->report);
}

static struct fault write_report_markdown(FILE *out, const struct writing *writing, size_t index)
{
    (void)index;
    return write_markdown(out, "report.md", writing->report);
}

static struct fault write_one_table(FILE *out, const struct writing *writing, size_t index)
{
    return write_csv(out, writing->report->tables[index].name, &writing->report->tables[index]);
}

static struct fault write_all_results(FILE *out, const struct writing *writing, size_t index)
{
    (void)index;
    return write_results(out, &writing->run->figures);
}

/* Names and not paths: the list may be passed on to whoever holds the spreadsheets. */
static void locate(const void *context, uint64_t place, const char **file, uint64_t *row)
{
    const struct run *const run = context;
    const struct location location = run_location(run, place);
    *file = run->plan->sources[location.source].name;
    *row = location.row;
}

static struct fault write_all_discounted(FILE *out, const struct writing *writing, size_t index)
{
    const struct listed_rows rows = {.study = &writing->plan->study,
                                     .listing = &writing->run->listing,
                                     .locate = locate,
                                     .context = writing->run};
    (void)index;
    return write_discounted(out, &rows);
}

/* A study file and every file that it names, once each. */
static struct fault write_whole_manifest(FILE *out, const struct writing *writing, size_t index)
{
    const struct plan *const plan = writing->plan;
    /* One block for both lists: room for every source and the study file, twice. A file that is
       read twice for two instruments is listed once. */
    const char **const paths = calloc(2 * plan->n_sources + 2, sizeof *paths);
    const char **const names = paths == NULL ? NULL : paths + plan->n_sources + 1;
    size_t n = 0;
    struct fault fault = FAULT_FREE;
    (void)index;
    if (paths == NULL) {
        return fault_memory();
    }
    if (is_study_file(writing->options->arguments[0])) {
        names[n] = paths[n] = writing->options->arguments[0];
        n++;
    }
    for (size_t i = 0; i < plan->n_sources; i++) {
        size_t j = 0;
        while (j < n && strcmp(paths[j], plan->sources[i].path) != 0) {
            j++;
        }
        if (j == n) {
            paths[n] = plan->sources[i].path;
            names[n++] = plan->sources[i].name;
        }
    }
    fault = write_manifest(out, &(struct manifest){PELLTER_VERSION, plan->study.title, paths, names,
                                                   n, writing->written, writing->n_written});
    free(paths);
    return fault;
}

/* A fault in writing names the folder that was asked for, not the hidden one beside it. */
static struct fault write_file(struct writing *writing, const char *name, write_function *write,
                               size_t index)
{
    FILE *out = NULL;
    struct fault fault = output_open(&writing->output, name, &out), closed;
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    fault = write(out, writing, index);
    if (fault.code == FAULT_WRITE && fault.row == 0 && strcmp(fault.file, "manifest.json") != 0) {
        fault = fault_at(FAULT_WRITE, writing->options->output, 0, 0, "%s in it %s", name,
                         fault.detail);
    }
    closed = output_close(out, name);
    /* Noted after it was written: the manifest comes last, and does not list itself. */
    writing->written[writing->n_written++] = name;
    /* Asked after every file, as a report may have thousands; nothing is in its place yet. */
    if (fault.code == FAULT_NONE && *writing->session->interrupted != 0) {
        return fault_at(FAULT_INTERRUPTED, NULL, 0, 0, "stopped; nothing was written");
    }
    return fault.code != FAULT_NONE ? fault : closed;
}

static struct fault write_tables(struct writing *writing)
{
    struct fault fault = output_folder(&writing->output, "tables");
    for (size_t i = 0; i < writing->report->n_tables && fault.code == FAULT_NONE; i++) {
        const char *const name =
            arena_printf(&writing->arena, "tables/%s.csv", writing->report->tables[i].name);
        fault = name == NULL ? fault_memory() : write_file(writing, name, write_one_table, i);
    }
    return fault;
}

static struct fault write_directory(struct writing *writing)
{
    /* The formats choose what people read; internal/ and the manifest are written with any. */
    const unsigned formats =
        writing->options->formats == 0 ? ALL_FORMATS : writing->options->formats;
    struct fault fault = output_begin(&writing->output, writing->options->output);
    if (fault.code == FAULT_NONE && (formats & FORMAT_TEXT) != 0) {
        fault = write_file(writing, "report.txt", write_report_text, 0);
    }
    if (fault.code == FAULT_NONE && (formats & FORMAT_MARKDOWN) != 0) {
        fault = write_file(writing, "report.md", write_report_markdown, 0);
    }
    if (fault.code == FAULT_NONE && (formats & FORMAT_CSV) != 0) {
        fault = write_tables(writing);
    }
    if (fault.code == FAULT_NONE) {
        fault = output_folder(&writing->output, "internal");
    }
    if (fault.code == FAULT_NONE) {
        fault = write_file(writing, "internal/results.csv", write_all_results, 0);
    }
    if (fault.code == FAULT_NONE) {
        fault = write_file(writing, "internal/discounted.csv", write_all_discounted, 0);
    }
    if (fault.code == FAULT_NONE) {
        fault = write_file(writing, "manifest.json", write_whole_manifest, 0);
    }
    /* Until this line the folder that was asked for is as it was. */
    return fault.code == FAULT_NONE ? output_commit(&writing->output) : fault;
}

static struct fault make_directory(struct writing *writing)
{
    struct fault fault;
    writing->written = calloc(writing->report->n_tables + 8, sizeof *writing->written);
    if (writing->written == NULL) {
        return fault_memory();
    }
    fault = write_directory(writing);
    /* After a fault this removes what was written; after the commit it only frees. */
    output_abandon(&writing->output);
    free(writing->written);
    arena_free(&writing->arena);
    return fault;
}

/* Warnings are in the report, but who writes it into a directory should see them now. */
static void print_warnings(const struct session *session, struct arena *arena,
                           const struct text *warnings, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *const words = words_of(arena, &warnings[i]);
        fputs("warning: ", session->err);
        print_plain(session->err, words == NULL ? "" : words);
        putc('\n', session->err);
    }
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
    if (fault.code == FAULT_NONE && options->output == NULL) {
        fault = print_report(options, session, &report);
    } else if (fault.code == FAULT_NONE) {
        struct writing writing = {
            .options = options, .session = session, .plan = &plan, .run = &run, .report = &report};
        print_warnings(session, &report.arena, warnings.texts, warnings.n);
        fault = make_directory(&writing);
    }
    /* The report borrows from the run and the run from the plan: freed in this order. */
    report_free(&report);
    run_free(&run);
    plan_free(&plan);
    return fault;
}

/* io/cli/deliver.c - a finished report goes to the terminal or into a directory, whether it was
   computed from forms or from tallies. */
#include "io/cli/deliver.h"

#include <stdlib.h>
#include <string.h>

#include "io/words.h"
#include "io/write/output.h"
#include "io/write/write.h"

#define ALL_FORMATS (FORMAT_TEXT | FORMAT_MARKDOWN | FORMAT_CSV)

/* What one report is made of while it is written. */
struct writing {
    const struct delivery *delivery;
    const struct options *options;
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
        if (report->tables[i].n_columns == 0) {
            continue; /* sentences only */
        }
        fprintf(out, "%s%s\n", i > 0 ? "\n" : "", report->tables[i].name);
        fault = write_csv(out, "standard output", &report->tables[i]);
    }
    return fault;
}

/* Two formats one after the other would be readable as neither. */
static struct fault print_report(const struct options *options, const struct session *session,
                                 const struct report *report, const struct crew *crew)
{
    switch (options->formats) {
    case 0:
    case FORMAT_TEXT:
        return write_text(session->out, "standard output", report, crew);
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
    return write_text(out, "report.txt", writing->report, writing->delivery->crew);
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
    return write_results(out, writing->delivery->figures, writing->delivery->crew);
}

static struct fault write_all_discounted(FILE *out, const struct writing *writing, size_t index)
{
    (void)index;
    return write_discounted(out, writing->delivery->listed);
}

static struct fault write_whole_manifest(FILE *out, const struct writing *writing, size_t index)
{
    struct manifest manifest = writing->delivery->manifest;
    (void)index;
    manifest.version = PELLTER_VERSION;
    manifest.outputs = writing->written;
    manifest.n_outputs = writing->n_written;
    return write_manifest(out, &manifest);
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
    if (fault.code == FAULT_NONE && *writing->delivery->session->interrupted != 0) {
        return fault_at(FAULT_INTERRUPTED, NULL, 0, 0, "stopped; nothing was written");
    }
    return fault.code != FAULT_NONE ? fault : closed;
}

static struct fault write_tables(struct writing *writing)
{
    struct fault fault = output_folder(&writing->output, "tables");
    for (size_t i = 0; i < writing->report->n_tables && fault.code == FAULT_NONE; i++) {
        if (writing->report->tables[i].n_columns == 0) {
            continue; /* sentences only */
        }
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
    if (fault.code == FAULT_NONE && writing->delivery->listed != NULL) {
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

struct fault deliver(const struct delivery *delivery)
{
    struct writing writing = {
        .delivery = delivery, .options = delivery->options, .report = delivery->report};
    return delivery->options->output == NULL ? print_report(delivery->options, delivery->session,
                                                            delivery->report, delivery->crew)
                                             : make_directory(&writing);
}

void print_warnings(const struct session *session, struct arena *arena, const struct text *warnings,
                    size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *const words = words_of(arena, &warnings[i]);
        fputs("warning: ", session->err);
        print_plain(session->err, words == NULL ? "" : words);
        putc('\n', session->err);
    }
}

/* io/cli/merge.c - pellter merge: the report of tallies. */
#include <stdlib.h>
#include <string.h>

#include "engine/compute.h"
#include "engine/join_checks.h"
#include "engine/tables/tables.h"
#include "io/cli/deliver.h"
#include "io/read/stored.h"
#include "io/read/tally_file.h"
#include "io/run/threads.h"
#include "io/words.h"

/* Sentences are the report's, and live in its arena. */
struct merging {
    const struct options *options;
    const struct session *session;
    struct tallies tallies;
    struct crew crew;
    struct figures figures;
    struct report report;
    struct warnings warnings;
    struct warnings missing; /* what tallies withhold: the report is then not pooled */
    const char **sentences;  /* owned: those, and what else is left out, for the manifest */
    size_t n_sentences;
};

/* --- what is left out --- */

/* "wemwbs 3, gas 2"; NULL: no memory. */
static const char *list_respondents(struct merging *m, const struct tally_file *file)
{
    const struct study *const study = &m->tallies.plan.study;
    const char *list = "";
    for (size_t i = 0; i < study->n_measures && list != NULL; i++) {
        if (file->respondents[i] > 0) {
            list = arena_printf(&m->report.arena, "%s%s%s %llu", list, list[0] == '\0' ? "" : ", ",
                                study->measures[i].label, (unsigned long long)file->respondents[i]);
        }
    }
    return list;
}

static bool find_missing(struct merging *m)
{
    for (size_t i = 0; i < m->tallies.n_files; i++) {
        const struct tally_file *const file = &m->tallies.files[i];
        struct text text = text_of(MESSAGE_WITHHELD);
        const char *const list = file->withheld > 0 ? list_respondents(m, file) : "";
        if (list == NULL) {
            return false;
        }
        text.arguments[0] = argument_name(file->name);
        text.arguments[1] = argument_count(file->withheld);
        text.arguments[2] = argument_count(file->threshold);
        text.arguments[3] = argument_name(list);
        if (file->withheld > 0) {
            warnings_add(&m->missing, text);
        }
    }
    return !m->missing.no_memory;
}

static bool add_sentence(struct merging *m, const char *sentence)
{
    if (sentence != NULL) {
        m->sentences[m->n_sentences++] = sentence;
    }
    return sentence != NULL;
}

/* Cohorts that are withheld, and instruments of which a tally has too few forms to hand on the sums
   of their items, so that warnings about answers do not know of them. */
static bool list_sentences(struct merging *m)
{
    const struct study *const study = &m->tallies.plan.study;
    const size_t most = m->missing.n + m->tallies.n_files * study->n_measures;
    bool done;
    m->sentences = calloc(most + 1, sizeof *m->sentences);
    done = m->sentences != NULL;
    for (size_t i = 0; i < m->missing.n && done; i++) {
        done = add_sentence(m, words_of(&m->report.arena, &m->missing.texts[i]));
    }
    for (size_t i = 0; i < m->tallies.n_files && done; i++) {
        const struct tally_file *const file = &m->tallies.files[i];
        for (size_t k = 0; k < study->n_measures && done; k++) {
            if (file->unchecked[k]) {
                done = add_sentence(m, arena_printf(&m->report.arena,
                                                    "%s leaves out sums of items of %s: warnings "
                                                    "about answers do not cover it.",
                                                    file->name, study->measures[k].label));
            }
        }
    }
    return done;
}

static void print_line(FILE *err, const char *start, const char *text, const char *end)
{
    fputs(start, err);
    print_plain(err, text);
    fputs(end, err);
}

/* What whoever reads the report has to know beside it: in it, it would not be the pooled report's
   bytes. */
static void print_statement(const struct merging *m)
{
    FILE *const err = m->session->err;
    const struct tally_file *const files = m->tallies.files;
    if (m->tallies.n_files > 1) {
        fprintf(err, "merge: %zu tallies. It is assumed that nobody has forms in two of them.\n",
                m->tallies.n_files);
    }
    for (size_t i = 0; i < m->n_sentences; i++) {
        print_line(err, i < m->missing.n ? "not pooled: " : "note: ", m->sentences[i], "\n");
    }
    for (size_t i = 1; i < m->tallies.n_files; i++) {
        if (strcmp(files[i].title, files[0].title) != 0) {
            print_line(err, "note: the report has the title of ", files[0].name, ", not that of ");
            print_line(err, "", files[i].name, "\n");
        }
    }
}

/* --- the report --- */

static struct fault make_report(struct merging *m)
{
    struct tallies *const tallies = &m->tallies;
    struct maker maker = {.report = &m->report,
                          .crew = &m->crew,
                          .figures = &m->figures,
                          .study = &tallies->plan.study,
                          .counted = &tallies->counted};
    m->crew = crew_of_threads(threads_wanted(m->options->threads));
    if (!compute_figures(&tallies->counted, &m->crew, &m->figures)) {
        return fault_memory();
    }
    m->figures.printed_only = m->options->output == NULL;
    item_checks_warn(&m->warnings, &tallies->counted.checks);
    join_checks_warn(&m->warnings, &tallies->counted, tallies->sources);
    if (m->warnings.no_memory || !find_missing(m) || !list_sentences(m)) {
        return fault_memory();
    }
    maker.warnings = m->warnings.texts;
    maker.n_warnings = m->warnings.n;
    maker.missing = m->missing.texts;
    maker.n_missing = m->missing.n;
    return report_make(&maker) ? FAULT_FREE : fault_memory();
}

static struct fault deliver_merge(struct merging *m)
{
    const struct tallies *const tallies = &m->tallies;
    const struct manifest_merge merge = {
        .pooled = m->missing.n == 0, .missing = m->sentences, .n_missing = m->n_sentences};
    struct manifest_input *const inputs = calloc(tallies->n_files, sizeof *inputs);
    const struct delivery delivery = {.options = m->options,
                                      .session = m->session,
                                      .report = &m->report,
                                      .figures = &m->figures,
                                      .crew = &m->crew,
                                      .manifest = {.title = tallies->plan.study.title,
                                                   .inputs = inputs,
                                                   .n_inputs = tallies->n_files,
                                                   .merge = &merge}};
    struct fault fault;
    if (inputs == NULL) {
        return fault_memory();
    }
    for (size_t i = 0; i < tallies->n_files; i++) {
        const struct tally_file *const file = &tallies->files[i];
        const bool is_stdin = strcmp(file->path, STANDARD_INPUT) == 0;
        inputs[i] = (struct manifest_input){.path = file->path, .name = file->name};
        if (is_stdin) { /* it cannot be read again */
            inputs[i].checksum = file->file_checksum;
            inputs[i].n_bytes = file->n_bytes;
        }
    }
    print_statement(m);
    if (m->options->output != NULL) {
        print_warnings(m->session, &m->report.arena, m->warnings.texts, m->warnings.n);
    }
    fault = deliver(&delivery);
    free(inputs);
    return fault;
}

struct fault command_merge(const struct options *options, const struct session *session,
                           int *status)
{
    const struct instrument_shelf shelf = {options->scales, options->n_scales};
    struct merging m = {.options = options, .session = session};
    struct fault fault = tallies_read(options->arguments, options->n_arguments, &shelf, &m.tallies);
    *status = STATUS_DONE;
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    m.warnings.arena = m.missing.arena = &m.report.arena;
    fault = make_report(&m);
    if (fault.code == FAULT_NONE) {
        fault = deliver_merge(&m);
    }
    /* The report borrows from the figures, and they from the tallies. */
    report_free(&m.report);
    free(m.sentences);
    if (m.figures.study != NULL) {
        figures_free(&m.figures);
    }
    tallies_free(&m.tallies);
    return fault;
}

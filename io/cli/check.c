/* io/cli/check.c - pellter check: every cell and row that cannot be used, and signs of likely
   mistakes. */
#include <stdlib.h>
#include <string.h>

#include "io/cli/load.h"
#include "io/cli/progress.h"
#include "io/run.h"
#include "io/words.h"

static const char *const cell_sentences[N_FINDING_KINDS] = {
    [FINDING_OUT_OF_RANGE] = "found an answer that this item cannot take, counted as missing",
    [FINDING_BAD_DATE] = "found no date such as 2018-03-31 (31/03/2018 needs dates: day first)",
    [FINDING_BAD_WEIGHT] = "found no weight (0 to 100000, 4 decimals), counted as missing",
    [FINDING_BAD_FLAG] = "found neither yes nor no, counted as no",
    [FINDING_BAD_AGE] = "found no age in years, expected a whole number, counted as missing",
    [FINDING_SHORT_ROW] = "found fewer cells than the header row has, the rest counted as empty",
    [FINDING_LONG_ROW] = "found more cells than the header row has, the rest ignored",
    [FINDING_UNKNOWN_INFORMANT] = "found an informant that the study does not name, row set aside",
};

static const char *const form_sentences[N_FORM_REASONS] = {
    [FORM_USED] = "",
    [FORM_BLANK] = "", /* a form that was not returned is no fault of the data */
    [FORM_NO_ID] = "found no id, form set aside",
    [FORM_UNKNOWN_STAGE] = "found no stage that the study names, form set aside",
    [FORM_OUTSIDE_WINDOW] = "found a date in no stage's window, form set aside",
    [FORM_DUPLICATE_SAME] = "found a second form with the same scores for this stage, counted once",
    [FORM_CONFLICTING] = "found forms with different scores for one stage, all set aside",
    [FORM_TOO_FEW_ITEMS] = "found too few items answered for any score",
};

/* A line to be: either a cell or a form. */
struct line {
    uint64_t place;
    uint32_t column;
    const char *sentence;
    const char *value;                 /* NULL: not to be shown */
    const struct instrument *short_of; /* NULL, or that of a form with too few answers */
};

/* A line on a whole form has column 0 and so stands before those on its cells. */
static int line_compare(const void *a, const void *b)
{
    const struct line *const x = a, *const y = b;
    if (x->place != y->place) {
        return x->place < y->place ? -1 : 1;
    }
    return x->column < y->column ? -1 : x->column > y->column;
}

static size_t list_lines(const struct run *run, struct line lines[])
{
    size_t n = 0;
    for (size_t i = 0; i < run->findings.n_cells; i++) {
        const struct finding *const cell = &run->findings.cells[i];
        lines[n++] =
            (struct line){cell->place, cell->column, cell_sentences[cell->kind], cell->value, NULL};
    }
    for (size_t i = 0; i < run->listing.n; i++) {
        const struct listed *const form = &run->listing.lines[i];
        if (form->kind == LISTED_FORM && form_sentences[form->reason][0] != '\0') {
            const struct instrument *const short_of =
                form->reason == FORM_TOO_FEW_ITEMS
                    ? run->plan->study.measures[form->subject].instrument
                    : NULL;
            lines[n++] =
                (struct line){form->place, 0, form_sentences[form->reason], NULL, short_of};
        }
    }
    return n;
}

/* By which rule, and whether the study may name one that allows for missing items. */
static void print_rule(FILE *out, const struct instrument *instrument)
{
    fprintf(out, " under \"incomplete: %s\"", instrument->rule);
    for (size_t i = 0; i < instrument->n_rules; i++) {
        if (strcmp(instrument->rule, "discount") == 0 &&
            strcmp(instrument->rules[i], "published") == 0) {
            fputs("; \"incomplete: published\" scores forms with few items missing", out);
        }
    }
}

static void print_line(FILE *out, const struct run *run, const struct line *line)
{
    const struct location location = run_location(run, line->place);
    print_plain(out, run->plan->sources[location.source].name);
    fprintf(out, ":%llu:", (unsigned long long)location.row);
    if (line->column > 0) {
        fprintf(out, "%u:", (unsigned)line->column);
    }
    fprintf(out, " %s", line->sentence);
    if (line->short_of != NULL) {
        print_rule(out, line->short_of);
    }
    if (line->value != NULL) {
        fputs(": \"", out);
        print_plain(out, line->value);
        putc('"', out);
    }
    putc('\n', out);
}

/* Prints everything and says how much there was. */
static struct fault print_findings(const struct session *session, const struct plan *plan,
                                   const struct run *run, size_t *n_found)
{
    /* One more, since calloc() of nothing may give NULL, which is no lack of memory. */
    struct line *const lines = calloc(run->findings.n_cells + run->listing.n + 1, sizeof *lines);
    struct arena arena = {0};
    struct warnings warnings = {.arena = &arena};
    size_t n = 0;
    run_warn(run, &warnings);
    if (lines == NULL || warnings.no_memory) {
        free(lines);
        arena_free(&arena);
        return fault_memory();
    }
    n = list_lines(run, lines);
    qsort(lines, n, sizeof *lines, line_compare);
    for (size_t i = 0; i < n; i++) {
        print_line(session->out, run, &lines[i]);
    }
    for (size_t i = 0; i < warnings.n; i++) {
        const char *const words = words_of(&arena, &warnings.texts[i]);
        fputs("warning: ", session->out);
        print_plain(session->out, words == NULL ? "" : words);
        putc('\n', session->out);
    }
    for (size_t i = 0; i < plan->n_sources; i++) {
        print_plain(session->out, plan->sources[i].name);
        fprintf(session->out, ": %llu rows read\n",
                (unsigned long long)run->counted.sources[i].rows);
    }
    fprintf(session->out, n == 1 ? "%zu finding" : "%zu findings", n);
    fprintf(session->out, warnings.n == 1 ? ", %zu warning\n" : ", %zu warnings\n", warnings.n);
    /* Warnings count: exit status 0 is to mean that there is nothing to look at. */
    *n_found = n + warnings.n;
    free(lines);
    arena_free(&arena);
    return FAULT_FREE;
}

struct fault command_check(const struct options *options, const struct session *session,
                           int *status)
{
    struct plan plan;
    struct run run = {0};
    /* A wrong cell may hold a name: its text is not even kept unless it was asked for. */
    struct progress progress;
    const struct run_options run_options = {.list = true,
                                            .list_cells = true,
                                            .keep_values = options->show_values,
                                            .threads = options->threads,
                                            .memory = options->memory,
                                            .progress = progress_show,
                                            .progress_context = &progress,
                                            .interrupted = session->interrupted};
    size_t n_found = 0;
    struct fault fault = load_plan(options, &plan);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    progress_start(&progress, session->err, options->quiet);
    fault = run_study(&plan, &run_options, &run);
    progress_end(&progress);
    if (fault.code == FAULT_NONE) {
        fault = print_findings(session, &plan, &run, &n_found);
    }
    /* Of no weight after a fault, which is STATUS_FAILED whatever stands here. */
    *status = n_found > 0 ? STATUS_FINDINGS : STATUS_DONE;
    run_free(&run);
    plan_free(&plan);
    return fault;
}

/* io/cli/score.c - pellter score: each form as it is read, so that any score can be traced. */
#include "engine/study.h"
#include "io/cli/load.h"
#include "io/cli/progress.h"
#include "io/run.h"
#include "io/write/write.h"
#include "scales/gas.h"

/* A score as a number: whole points as such, else as many decimals as the unit needs to be told. */
static void write_score(FILE *out, const struct scale *scale, int64_t units)
{
    const struct value value = value_ratio(units, scale->units_per_point);
    fprintf(out, "%.10g", value.number);
}

static void write_start(FILE *out, const struct scored_form *form)
{
    write_csv_field(out, form->source->name);
    fprintf(out, ",%llu,", (unsigned long long)form->row);
    write_csv_field(out, form->participant);
    putc(',', out);
    write_csv_field(out, form->stage);
    putc(',', out);
    write_csv_field(out, form->instrument->name);
    putc(',', out);
    write_csv_field(out, form->goal);
    putc(',', out);
}

/* "not collected" is a group of items that the study does not have, such as SDQ impact; whoever
   looks for missing answers need not look there. */
static const char *how_scored(const struct scored_form *form, const struct scored *scored)
{
    if (form->blank) {
        return "blank";
    }
    if (!is_scored(scored->outcome)) {
        return scored->outcome == REASON_INCOMPLETE ? "too few items" : "not collected";
    }
    return scored->prorated ? "prorated" : "complete";
}

static void write_scale(FILE *out, const struct scored_form *form, size_t index)
{
    const struct scale *const scale = &form->instrument->scales[index];
    const struct scored *const scored = &form->scored[index];
    write_start(out, form);
    fprintf(out, "%s,", scale->name);
    if (is_scored(scored->outcome) && !form->blank) {
        const int64_t units = outcome_score(scale->values, scored->outcome);
        const struct band_set *const set =
            scale->n_band_sets > 0 ? &scale->band_sets[form->measure->band_sets[index]] : NULL;
        const int band = set == NULL ? -1 : band_of(set, units);
        write_score(out, scale, units);
        fprintf(out, ",%s,%s,", band < 0 ? "" : set->name, band < 0 ? "" : set->bands[band].name);
    } else {
        fputs(",,,", out);
    }
    fprintf(out, "%u,%s\n", (unsigned)scored->n_answered, how_scored(form, scored));
}

/* Forms are written as read, before they are joined: duplicates and conflicts are still there, and
   internal/discounted.csv of a report says which rows were set aside. */
static struct fault write_form(void *context, const struct scored_form *form)
{
    FILE *const out = context;
    if (form->instrument->is_goals) {
        write_start(out, form);
        if (form->blank) {
            fputs("level,,,,0,blank\n", out);
        } else {
            fprintf(out, "level,%g,,,1,complete\n", form->halves / (double)GAS_HALVES_PER_LEVEL);
        }
    }
    for (size_t i = 0; !form->instrument->is_goals && i < form->instrument->n_scales; i++) {
        write_scale(out, form, i);
    }
    return ferror(out) ? fault_at(FAULT_WRITE, NULL, 0, 0,
                                  "the output could not be written whole (is the disk full?)")
                       : FAULT_FREE;
}

/* Copies the scores, which were kept back until every file was read: a fault on the way leaves no
   list that looks whole. */
static struct fault print_scores(FILE *scores, FILE *out)
{
    char bytes[16 * 1024];
    size_t n;
    rewind(scores);
    while ((n = fread(bytes, 1, sizeof bytes, scores)) > 0) {
        if (fwrite(bytes, 1, n, out) != n) {
            break;
        }
    }
    return ferror(scores) || ferror(out)
               ? fault_at(FAULT_WRITE, NULL, 0, 0,
                          "the output could not be written whole (is the disk full?)")
               : FAULT_FREE;
}

struct fault command_score(const struct options *options, const struct session *session,
                           int *status)
{
    struct plan plan;
    struct run run = {0};
    FILE *const scores = tmpfile(); /* has no name: it holds ids */
    struct progress progress;
    const struct run_options run_options = {.watch = write_form,
                                            .context = scores,
                                            .threads = options->threads,
                                            .memory = options->memory,
                                            .progress = progress_show,
                                            .progress_context = &progress,
                                            .interrupted = session->interrupted};
    struct fault fault;
    if (scores == NULL) {
        return fault_at(FAULT_OPEN, NULL, 0, 0, "there is no room for a temporary file");
    }
    *status = STATUS_DONE;
    fputs("file,row,participant,stage,instrument,goal,scale,score,band_set,band,answered,how\n",
          scores);
    fault = load_plan(options, &plan);
    if (fault.code == FAULT_NONE) {
        progress_start(&progress, session->err, options->quiet);
        fault = run_study(&plan, &run_options, &run);
        progress_end(&progress);
    }
    if (fault.code == FAULT_NONE) {
        fault = print_scores(scores, session->out);
    }
    run_free(&run);
    plan_free(&plan);
    fclose(scores);
    return fault;
}

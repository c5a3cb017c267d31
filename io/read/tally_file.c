/* io/read/tally_file.c - see tally_file.h. Every file is added to the same counts as it is read:
   cohorts, categories and sources are known by their names, so that it does not matter how a file,
   or a run, numbers them. */
#include "io/read/tally_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/family_ledger.h"
#include "engine/stage_pairs.h"
#include "io/read/stored.h"
#include "io/read/tally_cells.h"
#include "io/read/tally_families.h"
#include "io/read/tally_lines.h"

static struct fault take_row(void *context, const struct row *row)
{
    struct tally_reading *const r = context;
    return tally_line(r, row) ? FAULT_FREE : r->fault;
}

/* --- what must hold of a whole file --- */

static struct fault file_fault(const struct tally_reading *r, const char *what, const char *name)
{
    return fault_at(FAULT_CONTENT, r->file->name, 0, 0, "found %s of \"%s\"", what, name);
}

/* Cells of one scale: at each stage, and in each pair of stages, all respondents are there. (Sums
   are of all files so far; they held before this one.) */
static struct fault check_scale(const struct tally_reading *r, size_t scale)
{
    const struct study *const study = &r->into->plan.study;
    const struct measure *const measure = &study->measures[study->scales[scale].measure];
    const uint64_t *const totals = r->into->totals;
    const uint64_t n = r->into->counted.measures[study->scales[scale].measure].respondents;
    for (size_t stage = 0; stage < study->n_stages; stage++) {
        if (totals[tally_total_place(study, scale, stage, TALLY_ONE_STAGE)] != n ||
            totals[tally_total_place(study, scale, stage, TALLY_ALL_STAGES)] > n) {
            return file_fault(r, "cells that are not those of all respondents", measure->label);
        }
        if (study_has_model(study) &&
            totals[tally_total_place(study, scale, stage, TALLY_TOTAL_PATTERNS)] !=
                totals[tally_total_place(study, scale, stage, TALLY_TOTAL_SCORED)]) {
            return file_fault(r, "patterns that are not those of all scores", measure->label);
        }
        for (size_t later = stage + 1; later < study->n_stages; later++) {
            if (is_counted_pair(study, stage, later) &&
                totals[tally_total_place(study, scale, stage, later)] != n) {
                return file_fault(r, "pairs that are not those of all respondents", measure->label);
            }
        }
    }
    if (totals[tally_total_place(study, scale, study->after, TALLY_DAYS)] > n) {
        return file_fault(r, "days between the forms of more than all respondents", measure->label);
    }
    if (study->measures[study->scales[scale].measure].has_added_value &&
        totals[tally_total_place(study, scale, study->after, TALLY_PREDICTED)] > n) {
        return file_fault(r, "added values of more than all respondents", measure->label);
    }
    return FAULT_FREE;
}

/* Days are known of goals that were rated before and after, at most. */
static struct fault check_goal_days(const struct tally_reading *r, size_t scale)
{
    const struct study *const study = &r->into->plan.study;
    const uint64_t *const totals = r->into->totals;
    return totals[tally_total_place(study, scale, study->after, TALLY_DAYS)] >
                   totals[tally_total_place(study, scale, study->before, study->after)]
               ? file_fault(r, "days between the ratings of more than all goals",
                            study->measures[study->scales[scale].measure].label)
               : FAULT_FREE;
}

static struct fault check_whole(struct tally_reading *r)
{
    const struct study *const study = &r->into->plan.study;
    struct fault fault = FAULT_FREE;
    if (!r->has_study) {
        return fault_at(FAULT_CONTENT, r->file->name, 0, 0,
                        "found a tally without any count, expected its measures and cells");
    }
    for (size_t m = 0; m < study->n_measures; m++) {
        if (!r->has_measure[m]) {
            return file_fault(r, "no line \"measure\"", study->measures[m].label);
        }
    }
    for (size_t s = 0; s < study->n_scales && fault.code == FAULT_NONE; s++) {
        if (!r->has_scoring[s]) {
            return file_fault(r, "no line \"scoring\"", study->scales[s].scale->name);
        }
        if (study->scales[s].collected) {
            fault = study_is_goal_level(study, s) ? check_goal_days(r, s) : check_scale(r, s);
        }
    }
    return fault;
}

/* --- files --- */

static struct fault add_file(struct tallies *tallies, const char *path,
                             const struct tally_text *text, struct tally_file **file)
{
    const char *const name = strcmp(path, STANDARD_INPUT) == 0 ? STANDARD_INPUT_NAME : path;
    for (size_t i = 0; i < tallies->n_files; i++) {
        if (strcmp(tallies->files[i].checksum, text->checksum) == 0) {
            return fault_at(FAULT_CONTENT, name, 0, 0,
                            "found the same tally as %s, expected one of other people",
                            tallies->files[i].name);
        }
    }
    if (!array_grow(&tallies->files, &tallies->files_capacity, tallies->n_files + 1,
                    sizeof *tallies->files)) {
        return fault_memory();
    }
    *file = &tallies->files[tallies->n_files++];
    **file = (struct tally_file){.path = path, .name = name, .n_bytes = text->n_file};
    memcpy((*file)->checksum, text->checksum, sizeof text->checksum);
    memcpy((*file)->file_checksum, text->file_checksum, sizeof text->file_checksum);
    return FAULT_FREE;
}

struct fault tallies_add(struct tallies *tallies, const char *path, const struct tally_text *text,
                         const struct instrument_shelf *shelf)
{
    struct tally_reading r = {
        .into = tallies, .shelf = shelf, .first_source = tallies->counted.n_sources};
    struct fault fault = add_file(tallies, path, text, &r.file);
    if (r.file != NULL) { /* no fault so far */
        fault = delimited_parse(r.file->name, text->bytes, text->n, 0, ',', take_row, &r);
    }
    if (r.file != NULL && fault.code == FAULT_NONE && !families_end(&r)) {
        fault = r.fault;
    }
    if (r.file != NULL && fault.code == FAULT_NONE) {
        fault = check_whole(&r);
    }
    free(r.sources);
    free(r.description);
    free(r.has_measure);
    free(r.has_scoring);
    free(r.has_family);
    free(r.share_rules);
    free(r.parts);
    return fault;
}

struct fault tallies_finish(struct tallies *tallies)
{
    bool no_memory = false;
    if (!tally_sort(&tallies->counted.tally) || !family_tally_sort(&tallies->counted.families)) {
        return fault_memory();
    }
    families_forget_unused(&tallies->counted);
    if (families_agree(&tallies->counted, &no_memory)) {
        return FAULT_FREE;
    }
    return no_memory
               ? fault_memory()
               : fault_at(FAULT_CONTENT, tallies->files[tallies->n_files - 1].name, 0, 0,
                          "found families, here or in a tally before, that are not those of the "
                          "scores counted");
}

struct fault tallies_read(const char *const paths[], size_t n, const struct instrument_shelf *shelf,
                          struct tallies *tallies)
{
    struct fault fault = FAULT_FREE;
    *tallies = (struct tallies){0};
    for (size_t i = 0; i < n && fault.code == FAULT_NONE; i++) {
        struct tally_text text = {0};
        fault = tally_text_read(paths[i], &text);
        if (fault.code == FAULT_NONE) {
            fault = tallies_add(tallies, paths[i], &text, shelf);
        }
        tally_text_free(&text);
    }
    if (fault.code == FAULT_NONE) {
        fault = tallies_finish(tallies);
    }
    if (fault.code != FAULT_NONE) {
        tallies_free(tallies);
    }
    return fault;
}

void tallies_free(struct tallies *tallies)
{
    if (tallies->counted.study != NULL) {
        counted_free(&tallies->counted);
    }
    cohorts_free(&tallies->cohorts);
    names_free(&tallies->names);
    free(tallies->sources);
    free(tallies->files);
    free(tallies->totals);
    plan_free(&tallies->plan);
    arena_free(&tallies->arena);
    *tallies = (struct tallies){0};
}

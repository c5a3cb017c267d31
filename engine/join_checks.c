/* engine/join_checks.c - ids are compared by a hash of what is left of them without capitals, leading
   zeros and a final ".0": eight bytes a respondent, and no text is kept. */
#include "engine/join_checks.h"

#include <stdlib.h>
#include <string.h>

/* What stands in the id column of a row that sums up the others. */
static const char *const summary_words[] = {
    "Total",  "Totals", "Mean",   "Average", "Sum",     "SD",      "Count",
    "Median", "total",  "totals", "mean",    "average", "sum",     "sd",
    "count",  "median", "TOTAL",  "MEAN",    "SUM",     "AVERAGE", "Grand Total"};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int hash_compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* FNV-1a of an id as a person would read it. */
static uint64_t id_hash(const char *id, size_t length)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    size_t first = 0;
    /* Spreadsheets make 17.0 of 17 and 17 of 017. The last digit stays, so that 0 is not the empty
       text. */
    if (length > 2 && strcmp(id + length - 2, ".0") == 0) {
        length -= 2;
    }
    while (first + 1 < length && id[first] == '0') {
        first++;
    }
    for (size_t i = first; i < length; i++) {
        hash = (hash ^ (unsigned char)lower(id[i])) * UINT64_C(1099511628211);
    }
    return hash;
}

static void warn_of_ids(struct warnings *warnings, const struct join *join, const char *label)
{
    const size_t n = join->ids.n_names;
    uint64_t *const hashes = calloc(n + 1, sizeof *hashes);
    uint64_t similar = 0;
    if (hashes == NULL) {
        warnings->no_memory = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        hashes[i] =
            id_hash(names_text(&join->ids, (uint32_t)i), names_length(&join->ids, (uint32_t)i));
    }
    qsort(hashes, n, sizeof *hashes, hash_compare);
    for (size_t i = 1; i < n; i++) {
        /* All ids of a join differ as texts. That two of n share a hash by chance has a probability
           of some n^2 / 2^65: below 1 in 10^7 for a million. */
        similar += hashes[i] == hashes[i - 1];
    }
    free(hashes);
    if (similar > 0) {
        struct text text = text_of(MESSAGE_WARNING_SIMILAR_IDS);
        text.arguments[0] = argument_count(similar);
        text.arguments[1] = argument_name(label);
        warnings_add(warnings, text);
    }
}

static void warn_of_summary_rows(struct warnings *warnings, const struct join *join,
                                 const char *label)
{
    for (size_t i = 0; i < sizeof summary_words / sizeof summary_words[0]; i++) {
        const char *const word = summary_words[i];
        /* Ids are found by their exact bytes only, which is why the list spells one word in several
           ways. */
        const uint32_t id = names_find(&join->ids, word, strlen(word));
        if (id != NO_NAME && join->respondents[id].first_series != NO_NAME) {
            struct text text = text_of(MESSAGE_WARNING_SUMMARY_ROW);
            text.arguments[0] = argument_name(label);
            text.arguments[1] = argument_name(word);
            warnings_add(warnings, text);
        }
    }
}

/* --- cohorts --- */

/* Compared without capitals and blanks. */
static int alike_compare(const char *a, const char *b)
{
    while (*a != '\0' || *b != '\0') {
        while (*a == ' ') {
            a++;
        }
        while (*b == ' ') {
            b++;
        }
        if (lower(*a) != lower(*b)) {
            return (unsigned char)lower(*a) < (unsigned char)lower(*b) ? -1 : 1;
        }
        /* Equal so far: if one has ended here, so has the other. */
        if (*a != '\0') {
            a++;
            b++;
        }
    }
    return 0;
}

/* Values that are alike become neighbours; among them bytes decide, so that the sentence does not
   depend on the order of the rows. */
static int value_compare(const void *a, const void *b)
{
    const char *const x = *(const char *const *)a, *const y = *(const char *const *)b;
    const int order = alike_compare(x, y);
    return order != 0 ? order : strcmp(x, y);
}

static void warn_of_cohorts(struct warnings *warnings, const struct cohorts *cohorts)
{
    const size_t n = cohorts->values.n_names;
    const char **const values = calloc(n + 1, sizeof *values);
    if (values == NULL) {
        warnings->no_memory = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        values[i] = names_text(&cohorts->values, (uint32_t)i);
    }
    qsort(values, n, sizeof *values, value_compare);
    for (size_t i = 1; i < n; i++) {
        if (alike_compare(values[i - 1], values[i]) == 0) {
            struct text text = text_of(MESSAGE_WARNING_SIMILAR_COHORTS);
            text.arguments[0] = argument_name(values[i - 1]);
            text.arguments[1] = argument_name(values[i]);
            warnings_add(warnings, text);
        }
    }
    free(values);
}

/* --- cells --- */

/* Warns of each file with cells of a kind, however few: they point to a wrong setting. */
static void warn_of_cells(struct warnings *warnings, const struct findings *findings,
                          enum finding_kind kind, enum message message, const char *const files[],
                          size_t n_files)
{
    uint64_t *const counts = calloc(n_files + 1, sizeof *counts);
    if (counts == NULL) {
        warnings->no_memory = true;
        return;
    }
    for (size_t i = 0; i < findings->n_cells; i++) {
        counts[findings->cells[i].location.file] += findings->cells[i].kind == kind;
    }
    for (size_t i = 0; i < n_files; i++) {
        if (counts[i] > 0) {
            struct text text = text_of(message);
            text.arguments[0] = argument_count(counts[i]);
            text.arguments[1] = argument_name(files[i]);
            warnings_add(warnings, text);
        }
    }
    free(counts);
}

static bool has_windows(const struct study *study)
{
    for (size_t i = 0; i < study->n_stages; i++) {
        if (study->stages[i].has_window) {
            return true;
        }
    }
    return false;
}

static void warn_of_stages(struct warnings *warnings, const struct findings *findings)
{
    uint64_t unknown = 0;
    for (size_t i = 0; i < findings->n_set_aside; i++) {
        unknown += findings->set_aside[i].reason == FORM_UNKNOWN_STAGE;
    }
    if (unknown > 0) {
        struct text text = text_of(MESSAGE_WARNING_UNKNOWN_STAGE);
        text.arguments[0] = argument_count(unknown);
        warnings_add(warnings, text);
    }
}

/* A measure with respondents of whom nobody has both forms. */
static void warn_of_nobody(struct warnings *warnings, const struct study *study,
                           const struct counted *counted, size_t measure)
{
    size_t discounted = 0;
    const size_t last =
        study->measures[measure].first_scale + study->measures[measure].instrument->n_scales - 1;
    for (size_t i = 0; i < counted->n_discounted; i++) {
        discounted += counted->discounted[i].scale == last &&
                      (counted->discounted[i].discount == DISCOUNT_NO_BEFORE_FORM ||
                       counted->discounted[i].discount == DISCOUNT_NO_AFTER_FORM);
    }
    /* With one stage nobody can be viable and nothing is wrong; one respondent says little. */
    if (study->before != study->after && discounted > 1 &&
        discounted == counted->respondents[measure]) {
        struct text text = text_of(MESSAGE_WARNING_NOBODY_VIABLE);
        text.arguments[0] = argument_name(study->measures[measure].label);
        text.arguments[1] = argument_name(study->stages[study->before].name);
        text.arguments[2] = argument_name(study->stages[study->after].name);
        warnings_add(warnings, text);
    }
}

void join_checks_warn(struct warnings *warnings, const struct respondents *respondents,
                      const struct counted *counted, const char *const files[], size_t n_files)
{
    const struct study *const study = respondents->study;
    const struct findings *const findings = respondents->findings;
    for (size_t i = 0; i < study->n_measures; i++) {
        const size_t join = study->measures[i].join;
        bool is_first = true;
        for (size_t j = 0; j < i; j++) {
            is_first = is_first && study->measures[j].join != join;
        }
        if (is_first) {
            warn_of_ids(warnings, &respondents->joins[join], study->measures[i].label);
            warn_of_summary_rows(warnings, &respondents->joins[join], study->measures[i].label);
        }
        warn_of_nobody(warnings, study, counted, i);
    }
    warn_of_cohorts(warnings, respondents->cohorts);
    warn_of_cells(warnings, findings, FINDING_OUT_OF_RANGE, MESSAGE_WARNING_UNREADABLE, files,
                  n_files);
    if (has_windows(study)) {
        warn_of_cells(warnings, findings, FINDING_BAD_DATE, MESSAGE_WARNING_DATES, files, n_files);
    }
    warn_of_stages(warnings, findings);
}

/* engine/join_checks.c - see join_checks.h. */
#include "engine/join_checks.h"

#include <stdlib.h>
#include <string.h>

#include "engine/written.h"
#include "engine/arms.h"
#include "engine/discount.h"
#include "engine/id_checks.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void warn_of_ids(struct warnings *warnings, const struct counted *counted, size_t join,
                        const char *label)
{
    const struct id_counts *const ids = &counted->ids[join];
    const char *word;
    if (ids->similar > 0) {
        struct text text = text_of(MESSAGE_WARNING_SIMILAR_IDS);
        text.arguments[0] = argument_count(ids->similar);
        text.arguments[1] = argument_name(label);
        warnings_add(warnings, text);
    }
    for (size_t i = 0; (word = summary_word(i)) != NULL; i++) {
        if ((ids->summary_words >> i & 1u) != 0) {
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

/* More values than this are not a column of arms, and are not listed. */
#define MOST_VALUES 20

/* The first values of the comparison group's column, each in quotes, in the order of cohorts. NULL: no
   memory. */
static const char *values_found(struct arena *arena, const struct counted *counted)
{
    const size_t column = counted->study->comparison_column - 1;
    const struct cohorts *const cohorts = counted->cohorts;
    const uint32_t n = (uint32_t)cohorts->tuples.n_names;
    const char *last = NULL, *list = "";
    bool more = true;
    for (size_t i = 0; i <= MOST_VALUES && more && list != NULL; i++) {
        const char *next = NULL;
        for (uint32_t c = 0; c < n; c++) {
            const uint32_t number = cohorts_value_of(cohorts, c, column);
            const char *const value = names_text(&cohorts->values, number);
            if (number != 0 && /* COHORT_NOT_RECORDED */
                (last == NULL || natural_compare(value, last) > 0) &&
                (next == NULL || natural_compare(value, next) < 0)) {
                next = value;
            }
        }
        more = next != NULL;
        if (more && i == MOST_VALUES) {
            list = arena_printf(arena, "%s, ...", list);
        } else if (more) {
            list = arena_printf(arena, "%s%s\"%s\"", list, last == NULL ? "" : ", ", next);
        }
        last = next;
    }
    return list;
}

/* A slip in the name of the comparison group would make everybody the programme. */
static void warn_of_arms(struct warnings *warnings, const struct counted *counted)
{
    const struct study *const study = counted->study;
    const bool comparison = has_arm(counted, ARM_COMPARISON);
    struct text text =
        text_of(comparison ? MESSAGE_WARNING_NO_PROGRAMME : MESSAGE_WARNING_NO_COMPARISON);
    const char *found;
    if (study->comparison_column == 0 || has_comparison(counted)) {
        return;
    }
    found = values_found(warnings->arena, counted);
    if (found == NULL) {
        warnings->no_memory = true;
        return;
    }
    text.arguments[0] = argument_name(study->comparison_value);
    text.arguments[1] = argument_name(study->cohort_columns[study->comparison_column - 1]);
    text.arguments[2] = argument_name(found[0] == '\0' ? "nothing" : found);
    warnings_add(warnings, text);
}

/* --- cells --- */

/* Warns of each file with cells of a kind, however few: they point to a wrong setting. */
static void warn_of_cells(struct warnings *warnings, const struct counted *counted,
                          enum finding_kind kind, enum message message, const char *const files[])
{
    for (size_t i = 0; i < counted->n_sources; i++) {
        if (counted->sources[i].cells[kind] > 0) {
            struct text text = text_of(message);
            text.arguments[0] = argument_count(counted->sources[i].cells[kind]);
            text.arguments[1] = argument_name(files[i]);
            warnings_add(warnings, text);
        }
    }
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

/* "start, 12 months"; "" without memory, which is noted. */
static const char *stage_names(struct warnings *warnings, const struct study *study)
{
    const char *names = "";
    for (size_t i = 0; i < study->n_stages && names != NULL; i++) {
        names = arena_printf(warnings->arena, "%s%s%s", names, i == 0 ? "" : ", ",
                             study->stages[i].name);
    }
    warnings->no_memory = warnings->no_memory || names == NULL;
    return names == NULL ? "" : names;
}

static void warn_of_stages(struct warnings *warnings, const struct counted *counted)
{
    uint64_t unknown = 0;
    for (size_t i = 0; i < counted->study->n_measures; i++) {
        unknown += counted->measures[i].forms[FORM_UNKNOWN_STAGE];
    }
    if (unknown > 0) {
        struct text text = text_of(MESSAGE_WARNING_UNKNOWN_STAGE);
        text.arguments[0] = argument_count(unknown);
        text.arguments[1] = argument_name(stage_names(warnings, counted->study));
        warnings_add(warnings, text);
    }
}

/* Is someone without a form before, or after? Codes are those of a pair of stages. */
static bool lacks_form(tally_code code, tally_code later_code)
{
    const enum discount discount = discount_of(code, later_code);
    return discount == DISCOUNT_NO_BEFORE_FORM || discount == DISCOUNT_NO_AFTER_FORM;
}

/* Has nobody of those who are written down both forms? */
static bool nobody_written_has_both(const struct study *study, const struct written *written,
                                    size_t scale)
{
    const struct written_scale in = written_scale_of(study, scale);
    const struct scale *const of = study->scales[scale].scale;
    const uint8_t *row = written->rows + in.in_row;
    bool nobody = true;
    for (size_t i = 0; i < written->n && nobody; i++, row += in.n_scales * study->n_stages) {
        nobody = lacks_form(tally_code_of(of, row[study->before * in.n_scales]),
                            tally_code_of(of, row[study->after * in.n_scales]));
    }
    return nobody;
}

/* Has nobody of a cohort both forms? Adds up how many these are. */
static bool has_no_pair(const struct counted *counted, uint32_t cohort, size_t scale,
                        uint64_t *discounted)
{
    const struct study *const study = counted->study;
    const struct written *const written = tally_written(&counted->tally, cohort, scale);
    struct cell_cursor at;
    if (written != NULL) {
        *discounted += written->n;
        return nobody_written_has_both(study, written, scale);
    }
    at = tally_find(&counted->tally, cohort, scale, study->before, study->after);
    while (cell_next(&at)) {
        if (!lacks_form(at.cell.code, at.cell.later_code)) {
            return false;
        }
        *discounted += at.cell.count;
    }
    return true;
}

/* A measure with respondents of whom nobody has both forms. Of most the first cohort shows that it is none. */
static void warn_of_nobody(struct warnings *warnings, const struct counted *counted, size_t measure)
{
    const struct study *const study = counted->study;
    const size_t last =
        study->measures[measure].first_scale + study->measures[measure].instrument->n_scales - 1;
    uint64_t discounted = 0;
    bool nobody = true;
    for (uint32_t cohort = 0; cohort < counted->tally.n_cohorts && nobody; cohort++) {
        nobody = has_no_pair(counted, cohort, last, &discounted);
    }
    /* With one stage nobody can be viable and nothing is wrong; one respondent says little. */
    if (study->before != study->after && nobody && discounted > 1 &&
        discounted == counted->measures[measure].respondents) {
        struct text text = text_of(MESSAGE_WARNING_NOBODY_VIABLE);
        text.arguments[0] = argument_name(study->measures[measure].label);
        text.arguments[1] = argument_name(study->stages[study->before].name);
        text.arguments[2] = argument_name(study->stages[study->after].name);
        warnings_add(warnings, text);
    }
}

void join_checks_warn(struct warnings *warnings, const struct counted *counted,
                      const char *const files[])
{
    const struct study *const study = counted->study;
    for (size_t i = 0; i < study->n_measures; i++) {
        const size_t join = study->measures[i].join;
        bool is_first = true;
        for (size_t j = 0; j < i; j++) {
            is_first = is_first && study->measures[j].join != join;
        }
        if (is_first) {
            warn_of_ids(warnings, counted, join, study->measures[i].label);
        }
        warn_of_nobody(warnings, counted, i);
    }
    warn_of_cohorts(warnings, counted->cohorts);
    warn_of_arms(warnings, counted);
    warn_of_cells(warnings, counted, FINDING_OUT_OF_RANGE, MESSAGE_WARNING_UNREADABLE, files);
    if (has_windows(study)) {
        warn_of_cells(warnings, counted, FINDING_BAD_DATE, MESSAGE_WARNING_DATES, files);
    }
    warn_of_stages(warnings, counted);
}

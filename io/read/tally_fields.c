/* io/read/tally_fields.c - see tally_fields.h. */
#include "io/read/tally_fields.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "io/tally_format.h"

/* Sums stay so far from 2^63 that what item_checks.c multiplies stays below 2^127. */
#define MOST_SUM INT64_C(100000000000000000)

bool tally_fault(struct tally_reading *r, size_t cell, const char *format, ...)
{
    char detail[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    r->fault = fault_at(FAULT_CONTENT, r->file->name, r->row->number, cell + 1, "%s", detail);
    return false;
}

bool tally_no_memory(struct tally_reading *r)
{
    r->fault = fault_memory();
    return false;
}

bool tally_field_is(const struct tally_reading *r, size_t cell, const char *text)
{
    return strcmp(r->row->cells[cell].text, text) == 0;
}

/* Digits without a zero before them and, where `lowest` is below 0, a minus sign. */
bool tally_field_whole(struct tally_reading *r, size_t cell, int64_t lowest, int64_t highest,
                       int64_t *out)
{
    const char *const text = r->row->cells[cell].text;
    const char *const digits = text + (text[0] == '-' && lowest < 0);
    const size_t n = strspn(digits, "0123456789");
    int64_t number = 0;
    if (n > 0 && n < 19 && digits[n] == '\0' && (digits[0] != '0' || (n == 1 && digits == text))) {
        for (size_t i = 0; i < n; i++) {
            number = 10 * number + (digits[i] - '0');
        }
        number = digits == text ? number : -number;
        if (number >= lowest && number <= highest) {
            *out = number;
            return true;
        }
    }
    return tally_fault(r, cell,
                       "found no such number, expected a whole one from %" PRId64 " to %" PRId64,
                       lowest, highest);
}

/* Adds a count to one of which there are TALLY_MOST at the most, whatever the number of files. */
bool tally_field_add_count(struct tally_reading *r, size_t cell, uint64_t *into)
{
    int64_t count = 0;
    if (!tally_field_whole(r, cell, 0, TALLY_MOST, &count)) {
        return false;
    }
    if (*into + (uint64_t)count > (uint64_t)TALLY_MOST) {
        return tally_fault(r, cell, "found more in all tallies together than can be counted");
    }
    *into += (uint64_t)count;
    return true;
}

bool tally_field_add_sum(struct tally_reading *r, size_t cell, int64_t *into)
{
    int64_t sum = 0;
    if (!tally_field_whole(r, cell, -MOST_SUM, MOST_SUM, &sum)) {
        return false;
    }
    if (*into + sum > MOST_SUM || *into + sum < -MOST_SUM) {
        return tally_fault(r, cell, "found larger sums in all tallies than can be added");
    }
    *into += sum;
    return true;
}

/* A text as it was, without the bars. */
bool tally_field_text(struct tally_reading *r, size_t cell, struct cell *out)
{
    *out = r->row->cells[cell];
    if (out->text[0] == TALLY_BAR) {
        if (out->length < 2 || out->text[out->length - 1] != TALLY_BAR) {
            return tally_fault(r, cell, "found one bar, expected one at each end of the text");
        }
        out->text++;
        out->length -= 2;
    }
    return true;
}

/* The same, copied. */
const char *tally_field_copy(struct tally_reading *r, size_t cell)
{
    struct cell text;
    const char *copy;
    if (!tally_field_text(r, cell, &text)) {
        return NULL;
    }
    copy = arena_copy(&r->into->arena, text.text, text.length);
    if (copy == NULL) {
        (void)tally_no_memory(r);
    }
    return copy;
}

bool tally_text_is(const struct cell *text, const char *name)
{
    return strlen(name) == text->length && memcmp(name, text->text, text->length) == 0;
}

bool tally_field_measure(struct tally_reading *r, size_t cell, size_t *measure)
{
    const struct study *const study = &r->into->plan.study;
    struct cell text;
    if (!tally_field_text(r, cell, &text)) {
        return false;
    }
    *measure = r->last_measure;
    if (*measure >= study->n_measures || !tally_text_is(&text, study->measures[*measure].label)) {
        *measure = 0;
        while (*measure < study->n_measures &&
               !tally_text_is(&text, study->measures[*measure].label)) {
            (*measure)++;
        }
    }
    r->last_measure = *measure;
    return *measure < study->n_measures ||
           tally_fault(r, cell, "found no instrument of the study, expected one");
}

/* An instrument and its scale, in two cells. */
bool tally_field_scale(struct tally_reading *r, size_t cell, size_t *scale)
{
    const struct study *const study = &r->into->plan.study;
    size_t measure = 0, i = 0, n;
    struct cell text;
    if (!tally_field_measure(r, cell, &measure) || !tally_field_text(r, cell + 1, &text)) {
        return false;
    }
    n = study->measures[measure].instrument->n_scales;
    while (i < n && !tally_text_is(&text, study->measures[measure].instrument->scales[i].name)) {
        i++;
    }
    *scale = study->measures[measure].first_scale + i;
    return i < n || tally_fault(r, cell + 1, "found no scale of the instrument, expected one");
}

bool tally_field_stage(struct tally_reading *r, size_t cell, size_t *stage)
{
    const struct study *const study = &r->into->plan.study;
    struct cell text;
    if (!tally_field_text(r, cell, &text)) {
        return false;
    }
    for (*stage = 0; *stage < study->n_stages; (*stage)++) {
        if (tally_text_is(&text, study->stages[*stage].name)) {
            return true;
        }
    }
    return tally_fault(r, cell, "found no stage of the study, expected one");
}

/* One of n words. */
bool tally_field_word(struct tally_reading *r, size_t cell, const char *const words[], size_t n,
                      size_t *word)
{
    for (*word = 0; *word < n; (*word)++) {
        if (tally_field_is(r, cell, words[*word])) {
            return true;
        }
    }
    return tally_fault(r, cell, "found another word, expected one such as \"%s\"", words[0]);
}

bool tally_field_cohort(struct tally_reading *r, size_t cell, uint32_t *cohort)
{
    struct cohorts *const cohorts = &r->into->cohorts;
    uint32_t values[MAX_COHORT_COLUMNS];
    for (size_t i = 0; i < cohorts->n_columns; i++) {
        struct cell text;
        if (!tally_field_text(r, cell + i, &text)) {
            return false;
        }
        if (text.length == 0) {
            return tally_fault(r, cell + i, "found an empty cell, expected a cohort's value");
        }
        if (!cohorts_value(cohorts, text.text, text.length, &values[i])) {
            return tally_no_memory(r);
        }
    }
    return cohorts_add(cohorts, values, cohort) || tally_no_memory(r);
}

/* io/read/instrument_digest.c - the instrument as it was built and not its file: the values that a
   rule can give are the program's own work, and another program may make others of the same file.
   */
#include "io/read/instrument_digest.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void put_bytes(FILE *out, const char *name, const uint8_t bytes[], size_t n)
{
    fprintf(out, " %s", name);
    for (size_t i = 0; i < n && bytes != NULL; i++) {
        fprintf(out, ",%u", (unsigned)bytes[i]);
    }
}

static void put_wholes(FILE *out, const char *name, const int64_t numbers[], size_t n)
{
    fprintf(out, " %s", name);
    for (size_t i = 0; i < n; i++) {
        fprintf(out, ",%" PRId64, numbers[i]);
    }
}

static void put_number(FILE *out, const char *name, double number)
{
    /* The sign of a NAN is printed by some systems only. */
    fprintf(out, isnan(number) ? " %s unknown" : " %s %.17g", name, number);
}

static void put_norm(FILE *out, const char *name, const struct norm *norm)
{
    if (norm->sd > 0.0) {
        put_number(out, name, norm->mean);
        put_number(out, "with sd", norm->sd);
    }
}

static void put_bands(FILE *out, const struct scale *scale)
{
    for (size_t i = 0; i < scale->n_band_sets; i++) {
        const struct band_set *const set = &scale->band_sets[i];
        fprintf(out, "\nbands %s step %" PRId64, set->name, set->step);
        /* Most sets have one usual band, and said so before there was a word for it. */
        if (set->n_usual != 1) {
            fprintf(out, " usual %zu", set->n_usual);
        }
        for (size_t b = 0; b < set->n_bands; b++) {
            fprintf(out, "; %s %" PRId64 " %" PRId64, set->bands[b].name, set->bands[b].lowest,
                    set->bands[b].highest);
        }
    }
}

static void put_scale(FILE *out, const struct instrument *instrument, const struct scale *scale)
{
    fprintf(out, "\nscale %s kind %d better %d units %" PRId64, scale->name, (int)scale->kind,
            scale->higher_is_better, scale->units_per_point);
    if (scale->kind == SCALE_ITEMS) {
        const struct item_group *const group = &instrument->groups[scale->group];
        fprintf(out, " group %zu answered %zu rounding %d screen %d %zu %d blank %d", scale->group,
                scale->min_answered, (int)scale->rounding, scale->has_screen,
                scale->has_screen ? scale->screen_item : 0,
                scale->has_screen ? scale->screen_answer : 0, scale->blank_is_zero);
        put_bytes(out, "items", scale->items, scale->n_items);
        put_bytes(out, "reversed", scale->reversed, scale->n_items);
        put_bytes(out, "recode", scale->recode, (size_t)(group->highest - group->lowest) + 1);
    }
    fprintf(out, " parts needed %zu", scale->min_parts);
    put_bytes(out, "parts", scale->parts, scale->n_parts);
    put_wholes(out, "conversion", scale->conversion, scale->n_conversion);
    fprintf(out, " from %" PRId64, scale->n_conversion > 0 ? scale->conversion_lowest : 0);
    put_wholes(out, "values", scale->values, scale->n_values);
    put_number(out, "reliability", scale->reliability);
    put_number(out, "sd", scale->sd);
    /* Few scales have these; the others' digests are as they were before there were any. */
    put_norm(out, "clinical", &scale->clinical);
    put_norm(out, "functional", &scale->functional);
    if (scale->important_change > 0.0) {
        put_number(out, "important", scale->important_change);
    }
    put_bands(out, scale);
}

static void put_instrument(FILE *out, const struct instrument *instrument)
{
    fprintf(out, "%s versions %s ages %u %u goals %d rule %s whole groups %d", instrument->name,
            instrument->versions == NULL ? "" : instrument->versions, instrument->age_lowest,
            instrument->age_highest, instrument->is_goals, instrument->rule,
            instrument->complete_groups_only);
    for (size_t i = 0; i < instrument->n_groups; i++) {
        const struct item_group *const group = &instrument->groups[i];
        fprintf(out, "\ngroup %s items %zu codes %d %d", group->name, group->n_items, group->lowest,
                group->highest);
    }
    for (size_t i = 0; i < instrument->n_scales; i++) {
        put_scale(out, instrument, &instrument->scales[i]);
    }
    putc('\n', out);
}

bool instrument_digest(const struct instrument *instrument,
                       char digest[SHA256_DIGEST_STRING_LENGTH])
{
    char *text = NULL;
    size_t n = 0;
    FILE *const out = open_memstream(&text, &n);
    bool done = out != NULL;
    if (done) {
        put_instrument(out, instrument);
        done = !ferror(out);
        done = fclose(out) == 0 && done;
    }
    if (done) {
        SHA256Data((const uint8_t *)text, n, digest);
    }
    free(text);
    return done;
}

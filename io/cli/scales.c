/* io/cli/scales.c - pellter scales: what each instrument's rules are, and how sure we are of
   them. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "io/cli/load.h"
#include "io/read/instrument.h"

/* G and U both say "unverified", the word that a reader of a report meets in its notes. */
static const char *confidence_words(enum confidence confidence)
{
    switch (confidence) {
    case CONFIDENCE_SEEN:
        return "seen in its source";
    case CONFIDENCE_SECONDARY:
        return "seen at second hand";
    case CONFIDENCE_COMPUTED:
        return "computed from stated numbers";
    case CONFIDENCE_GENERAL:
        return "unverified: general knowledge, the source was not seen";
    case CONFIDENCE_UNCERTAIN:
        break;
    }
    return "unverified: uncertain, disputed, or a convention of this project";
}

static double points(const struct scale *scale, int64_t units)
{
    return (double)units / (double)scale->units_per_point;
}

static void print_items(FILE *out, const struct instrument *instrument, const struct scale *scale)
{
    fprintf(out, "    sum of %s ", instrument->groups[scale->group].name);
    for (size_t i = 0; i < scale->n_items; i++) {
        /* Counted from 1, as items are numbered on the form. */
        fprintf(out, "%s%u%s", i > 0 ? ", " : "", scale->items[i] + 1U,
                scale->reversed[i] != 0 ? " (reversed)" : "");
    }
    putc('\n', out);
    if (scale->has_screen) {
        /* SDQ impact: without difficulties there is no impact. */
        fprintf(out, "    0 whatever else is filled in where item %zu is %d\n",
                scale->screen_item + 1, (int)scale->screen_answer);
    }
}

static void print_parts(FILE *out, const struct instrument *instrument, const struct scale *scale)
{
    fputs(scale->kind == SCALE_CONVERSION ? "    from a table, by " : "    sum of ", out);
    for (size_t i = 0; i < scale->n_parts; i++) {
        fprintf(out, "%s%s", i > 0 ? " + " : "", instrument->scales[scale->parts[i]].name);
    }
    putc('\n', out);
}

/* Bands with their own confidence: a key may be sure where its cut-offs are not. */
static void print_bands(FILE *out, const struct scale *scale)
{
    for (size_t i = 0; i < scale->n_band_sets; i++) {
        const struct band_set *const set = &scale->band_sets[i];
        fprintf(out, "    bands \"%s\"%s:", set->name,
                i == scale->default_band_set ? " (printed)" : "");
        for (size_t j = 0; j < set->n_bands; j++) {
            fprintf(out, "%s %s %g-%g", j > 0 ? "," : "", set->bands[j].name,
                    points(scale, set->bands[j].lowest), points(scale, set->bands[j].highest));
        }
        fprintf(out, "\n        %s\n", confidence_words(set->confidence));
    }
}

static void print_norm(FILE *out, const char *name, const struct norm *norm)
{
    if (norm->sd > 0.0) {
        fprintf(out, "    %s: mean %g, SD %g: %s\n        %s\n", name, norm->mean, norm->sd,
                norm->source, confidence_words(norm->confidence));
    }
}

static void print_published_norm(FILE *out, const struct published_norm *norm)
{
    fprintf(out, "    norm %s: mean %g", norm->name, norm->figures.mean);
    if (norm->figures.sd > 0.0) {
        fprintf(out, ", SD %g", norm->figures.sd);
    }
    fprintf(out, "; %s, %s", norm->population, norm->year);
    if (norm->n > 0) {
        fprintf(out, ", n = %" PRIu64, norm->n);
    }
    fprintf(out, ": %s\n        %s\n", norm->figures.source,
            confidence_words(norm->figures.confidence));
}

/* What reliable change rests on; a scale that lacks either has none unless the study gives it. */
static void print_reliability(FILE *out, const struct scale *scale)
{
    if (!isnan(scale->reliability)) {
        fprintf(out, "    reliability %g: %s\n        %s\n", scale->reliability,
                scale->reliability_source, confidence_words(scale->reliability_confidence));
    }
    if (!isnan(scale->sd)) {
        fprintf(out, "    SD %g: %s\n        %s\n", scale->sd, scale->sd_source,
                confidence_words(scale->sd_confidence));
    }
    print_norm(out, "clinical norm", &scale->clinical);
    print_norm(out, "functional norm", &scale->functional);
    for (size_t i = 0; i < scale->n_norms; i++) {
        print_published_norm(out, &scale->norms[i]);
    }
    if (scale->important_change > 0.0) {
        fprintf(out, "    important change of a mean %g: %s\n        %s\n", scale->important_change,
                scale->important_source, confidence_words(scale->important_confidence));
    }
}

static void print_scale(FILE *out, const struct instrument *instrument, const struct scale *scale)
{
    fprintf(out, "\n  %s: %s; %s is better\n", scale->name, scale->title,
            scale->higher_is_better ? "higher" : "lower");
    if (scale->kind == SCALE_ITEMS) {
        print_items(out, instrument, scale);
    } else if (scale->kind != SCALE_GOALS) {
        print_parts(out, instrument, scale);
    }
    if (scale->n_values > 0) {
        fprintf(out, "    from %g to %g\n", points(scale, scale->values[0]),
                points(scale, scale->values[scale->n_values - 1]));
    }
    if (scale->source != NULL) {
        fprintf(out, "    key: %s\n        %s\n", scale->source,
                confidence_words(scale->confidence));
    }
    print_bands(out, scale);
    print_reliability(out, scale);
}

/* Every rule for missing items, the default first. */
static struct fault print_rules(FILE *out, const struct instrument_shelf *shelf,
                                const struct instrument *instrument, struct arena *arena)
{
    fputs("\n  Missing-items rules (incomplete: NAME), the default first:\n", out);
    for (size_t i = 0; i < instrument->n_rules; i++) {
        /* An instrument is loaded with one rule; its texts are known only of the one chosen. */
        const struct instrument *with_rule;
        const struct fault fault =
            instrument_load(shelf, instrument->name, instrument->rules[i], arena, &with_rule);
        if (fault.code != FAULT_NONE) {
            return fault;
        }
        fprintf(out, "    %s: %s\n        %s\n", with_rule->rule, with_rule->rule_text,
                confidence_words(with_rule->rule_confidence));
    }
    return FAULT_FREE;
}

static struct fault print_instrument(FILE *out, const struct instrument_shelf *shelf,
                                     const char *name, struct arena *arena)
{
    const struct instrument *instrument;
    struct fault fault = instrument_load(shelf, name, NULL, arena, &instrument);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    fprintf(out, "%s: %s\n", instrument->name, instrument->title);
    for (size_t i = 0; i < instrument->n_groups && !instrument->is_goals; i++) {
        const struct item_group *const group = &instrument->groups[i];
        fprintf(out, "  %s: %zu, each %d to %d%s\n", group->name, group->n_items,
                (int)group->lowest, (int)group->highest,
                group->n_long > 0 ? " (also taken from a longer form)" : "");
    }
    if (instrument->age_highest > 0) {
        /* 120 stands for "and over" (scales/instrument.h). */
        fprintf(out, instrument->age_highest < 120 ? "  ages: %u to %u\n" : "  ages: %u and over\n",
                instrument->age_lowest, instrument->age_highest);
    }
    fprintf(out, "  licence: %s\n", instrument->licence);
    for (size_t i = 0; i < instrument->n_scales; i++) {
        print_scale(out, instrument, &instrument->scales[i]);
    }
    return instrument->is_goals ? FAULT_FREE : print_rules(out, shelf, instrument, arena);
}

static struct fault print_list(FILE *out, const struct instrument_shelf *shelf, struct arena *arena)
{
    const char *const *names;
    size_t n;
    struct fault fault = instrument_names(shelf, arena, &names, &n);
    for (size_t i = 0; i < n && fault.code == FAULT_NONE; i++) {
        const struct instrument *instrument;
        fault = instrument_load(shelf, names[i], NULL, arena, &instrument);
        if (fault.code == FAULT_NONE) {
            fprintf(out, "%-16s %s\n", instrument->name, instrument->title);
        }
    }
    if (fault.code == FAULT_NONE) {
        fputs("\npellter scales NAME shows one with its rules and sources.\n", out);
    }
    return fault;
}

struct fault command_scales(const struct options *options, const struct session *session,
                            int *status)
{
    const struct instrument_shelf shelf = {options->scales, options->n_scales};
    struct arena arena = {0};
    struct fault fault = check_words(options);
    *status = STATUS_DONE;
    if (fault.code == FAULT_NONE) {
        fault = options->n_arguments == 0
                    ? print_list(session->out, &shelf, &arena)
                    : print_instrument(session->out, &shelf, options->arguments[0], &arena);
    }
    arena_free(&arena);
    return fault;
}

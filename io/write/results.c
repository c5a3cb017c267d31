/* io/write/results.c - names are made from keys here and nowhere before: the engine counts tables,
   stages and statistics by number. */
#include "io/write/records.h"

#include <assert.h>
#include <string.h>

#include "engine/memory.h"
#include "io/write/write.h"
#include "scales/gas.h"

/* The cohort columns of a breakdown joined with ","; a name that holds one stands in quotes. The
   list is quoted so that it can be split, and then as a CSV field, so that the line can. */
static void write_by(FILE *out, struct arena *arena, const struct figures *figures,
                     const struct figure_key *key)
{
    const struct study *const study = figures->study;
    const struct breakdown *const by = &study->breakdowns[key->breakdown];
    const char *text = "";
    for (size_t i = 0; i <= by->n_columns && text != NULL; i++) {
        const char *name;
        if (i < by->n_columns) {
            name = study->cohort_columns[by->columns[i]];
        } else if (key->dimension == GOALS_ANY) {
            break;
        } else {
            name = key->dimension == GOALS_BY_CATEGORY
                       ? "category"
                       : study->goals.flags[key->dimension - GOALS_BY_FLAG];
        }
        text = arena_printf(arena, strpbrk(name, ",\"") != NULL ? "%s%s\"%s\"" : "%s%s%s", text,
                            i > 0 ? "," : "", name);
    }
    write_csv_field(out, text == NULL ? "" : text);
}

/* What the goals of a figure are about. */
static const char *member_label(const struct figures *figures, const struct figure_key *key)
{
    if (key->dimension == GOALS_BY_CATEGORY) {
        return key->member < figures->n_categories
                   ? names_text(figures->names, figures->categories[key->member])
                   : COHORT_NOT_RECORDED;
    }
    return key->member == 0 ? "yes" : "no";
}

static void write_cohort(FILE *out, struct arena *arena, const struct figures *figures,
                         const struct figure_key *key)
{
    const char *const label = figures->comparisons[key->breakdown].grouping.labels[key->group];
    const size_t n_columns = figures->study->breakdowns[key->breakdown].n_columns;
    const char *member, *group;
    if (key->dimension == GOALS_ANY) {
        write_csv_field(out, label);
        return;
    }
    member = member_label(figures, key);
    if (n_columns == 0) {
        write_csv_field(out, member);
        return;
    }
    /* Behind a single cohort column the label has not been quoted yet; that of a crossing has. */
    member = crossing_value(arena, member);
    group = n_columns == 1 ? crossing_value(arena, label) : label;
    write_csv_field(
        out, member == NULL || group == NULL ? "" : arena_printf(arena, "%s / %s", group, member));
}

static const char *stage_label(const struct study *study, unsigned stage)
{
    switch (stage) {
    case FIGURE_STAGE_NONE:
        return "";
    case FIGURE_STAGE_LATEST:
        return "latest";
    case FIGURE_STAGE_BEFORE:
        return "before";
    case FIGURE_STAGE_AFTER:
        return "after";
    case FIGURE_STAGE_CHANGE:
        return "change";
    default:
        return study->stages[stage - FIGURE_STAGE_FIRST].name;
    }
}

/* The statistic's name, with what `sub` adds to it. The 64s undo BAND_SUB and MOVEMENT_SUB of
   engine/figures.h; movement is counted for the printed set alone. */
static void write_statistic(FILE *out, const struct figures *figures, const struct figure_key *key)
{
    const struct scale *const scale =
        key->scale == NO_SCALE ? NULL : figures->study->scales[key->scale].scale;
    const struct band_set *set;
    int halves;
    fputs(statistic_name(key->statistic), out);
    switch (key->statistic) {
    case STATISTIC_FORM:
        fputs(form_reason_name(key->sub), out);
        break;
    case STATISTIC_DISCOUNTED_REASON:
        fputs(discount_name(key->sub), out);
        break;
    case STATISTIC_BAND:
        assert(scale != NULL);
        set = &scale->band_sets[key->sub / 64];
        fprintf(out, "%s.%s", set->name, set->bands[key->sub % 64].name);
        break;
    case STATISTIC_MOVEMENT:
        assert(scale != NULL);
        set = &scale->band_sets[study_band_set(figures->study, key->scale)];
        fprintf(out, "%s.%s.to.%s", set->name, set->bands[key->sub / 64].name,
                set->bands[key->sub % 64].name);
        break;
    case STATISTIC_LEVEL:
        halves = (int)key->sub - 2 * GAS_HALVES_PER_LEVEL;
        fprintf(out, halves % 2 == 0 ? "%.0f" : "%.1f", halves / (double)GAS_HALVES_PER_LEVEL);
        break;
    case STATISTIC_SCORED_PRORATED_FROM:
        fprintf(out, "%d", (int)key->sub);
        break;
    default:
        break;
    }
}

/* Significant digits: 12 for what rests on a distribution's tail, 17 for the rest. 17 digits give
   back every double exactly. */
static int digits_of(unsigned statistic)
{
    const char *const name = statistic_name(statistic);
    const size_t n = strlen(name);
    const bool is_p = strncmp(name, "p_", 2) == 0 || (n > 2 && strcmp(name + n - 2, "_p") == 0);
    return is_p || strstr(name, "ci_") != NULL ? 12 : 17;
}

/* An undefined value is an empty field, which read.csv() takes for NA: a 0 would go into a mean.
   The sign of a zero is dropped. */
static void write_value(FILE *out, const struct figure *figure)
{
    const double number = figure->value.number == 0.0 ? 0.0 : figure->value.number;
    if (figure->value.kind != VALUE_UNDEFINED) {
        fprintf(out, "%.*g", digits_of(figure->key.statistic), number);
    }
}

static void write_figure(FILE *out, struct arena *arena, const struct figures *figures,
                         const struct figure *figure)
{
    const struct study *const study = figures->study;
    const struct figure_key *const key = &figure->key;
    fprintf(out, "%s,", figure_table_name(key->table));
    write_by(out, arena, figures, key);
    putc(',', out);
    write_cohort(out, arena, figures, key);
    putc(',', out);
    write_csv_field(out, key->measure < study->n_measures ? study->measures[key->measure].label
                                                          : "unknown");
    putc(',', out);
    write_csv_field(out, key->scale == NO_SCALE ? "" : study->scales[key->scale].scale->name);
    putc(',', out);
    write_csv_field(out, stage_label(study, key->stage));
    putc(',', out);
    write_statistic(out, figures, key);
    putc(',', out);
    write_value(out, figure);
    putc('\n', out);
}

struct fault write_results(FILE *out, const struct figures *figures)
{
    fputs("table,by,cohort,instrument,scale,stage,statistic,value\n", out);
    for (size_t i = 0; i < figures->n_figures && !ferror(out); i++) {
        /* Freed figure by figure: there may be millions, and each needs only its own names. */
        struct arena arena = {0};
        write_figure(out, &arena, figures, &figures->figures[i]);
        arena_free(&arena);
    }
    return ferror(out) ? fault_at(FAULT_WRITE, "results.csv", 0, 0, "could not be written whole")
                       : FAULT_FREE;
}

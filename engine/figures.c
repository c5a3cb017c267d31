/* engine/figures.c - figures are added in the order of their keys, so that the list is sorted as it
   is made: a table finds a figure by halving, and results.csv is written from the first to the
   last. */
#include "engine/figures.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "engine/memory.h"

#define ORDER(field)                         \
    if (a->field != b->field) {              \
        return a->field < b->field ? -1 : 1; \
    }

/* The order of the lines is the order of results.csv, and the order in which compute.c has to nest
   its loops. */
int figure_key_compare(const struct figure_key *a, const struct figure_key *b)
{
    ORDER(table)
    ORDER(breakdown)
    ORDER(dimension)
    ORDER(group)
    ORDER(member)
    ORDER(measure)
    ORDER(scale)
    ORDER(stage)
    ORDER(statistic)
    ORDER(sub)
    return 0;
}

#undef ORDER

void figures_add(struct figures *figures, const struct figure_key *key, struct value value)
{
    if (!array_grow(&figures->figures, &figures->figures_capacity, figures->n_figures + 1,
                    sizeof *figures->figures)) {
        /* Remembered instead of returned: hundreds of calls go unchecked and compute_figures() asks
           once. */
        figures->no_memory = true;
        return;
    }
    assert(figures->n_figures == 0 ||
           figure_key_compare(&figures->figures[figures->n_figures - 1].key, key) < 0);
    figures->figures[figures->n_figures++] = (struct figure){*key, value};
}

struct value figures_get(const struct figures *figures, const struct figure_key *key)
{
    size_t low = 0, high = figures->n_figures;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = figure_key_compare(&figures->figures[middle].key, key);
        if (order == 0) {
            return figures->figures[middle].value;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return VALUE_NONE;
}

struct value figures_at(const struct figures *figures, const struct figure_key *key, unsigned stage,
                        enum statistic statistic, unsigned sub)
{
    struct figure_key wanted = *key;
    wanted.stage = (uint16_t)stage;
    wanted.statistic = (uint16_t)statistic;
    wanted.sub = (uint16_t)sub;
    return figures_get(figures, &wanted);
}

bool figures_has_measure(const struct figures *figures, size_t breakdown, uint32_t group,
                         size_t measure)
{
    const struct study *const study = figures->study;
    const struct tally *const tally = &figures->comparisons[breakdown].tally;
    const size_t first = study->measures[measure].first_scale;
    if (study->breakdowns[breakdown].n_columns == 0) {
        return true; /* All is always there */
    }
    for (size_t i = 0; i < study->measures[measure].instrument->n_scales; i++) {
        size_t n;
        /* Whoever counts on a scale has a cell at every stage, a reason if not a score, so that the
           first stage tells. A goal's own level has only scores, but its family has such scales
           too. */
        tally_find(tally, group, first + i, 0, TALLY_ONE_STAGE, &n);
        if (n > 0) {
            return true;
        }
    }
    return false;
}

static const char *const table_names[N_FIGURE_TABLES] = {
    [FIGURES_FORMS] = "forms",
    [FIGURES_BEFORE_AFTER] = "before_after",
    [FIGURES_BANDS] = "bands",
    [FIGURES_BAND_MOVEMENT] = "band_movement",
    [FIGURES_RELIABLE_CHANGE] = "reliable_change",
    [FIGURES_TRAJECTORY] = "trajectory",
    [FIGURES_ATTAINMENT] = "attainment",
    [FIGURES_GOAL_LEVELS] = "goal_levels",
    [FIGURES_SCORING] = "scoring",
};

const char *figure_table_name(unsigned table)
{
    return table_names[table];
}

#define PELLTER_STATISTIC_TEXT(name, text) text,
static const char *const statistic_names[N_STATISTICS] = {
    PELLTER_STATISTICS(PELLTER_STATISTIC_TEXT)};
#undef PELLTER_STATISTIC_TEXT

const char *statistic_name(unsigned statistic)
{
    return statistic_names[statistic];
}

static const char *const form_reason_names[N_FORM_REASONS] = {
    [FORM_USED] = "used",
    [FORM_BLANK] = "blank",
    [FORM_NO_ID] = "no_id",
    [FORM_UNKNOWN_STAGE] = "unknown_stage",
    [FORM_OUTSIDE_WINDOW] = "outside_window",
    [FORM_DUPLICATE_SAME] = "duplicate_same",
    [FORM_CONFLICTING] = "conflicting",
    [FORM_TOO_FEW_ITEMS] = "too_few_items",
};

const char *form_reason_name(unsigned reason)
{
    return form_reason_names[reason];
}

static const char *const discount_names[N_DISCOUNTS] = {
    [DISCOUNT_NONE] = "none",
    [DISCOUNT_CONFLICTING_FORMS] = "conflicting_forms",
    [DISCOUNT_NO_BEFORE_FORM] = "no_before_form",
    [DISCOUNT_AFTER_NOT_YET_DUE] = "after_not_yet_due",
    [DISCOUNT_NO_AFTER_FORM] = "no_after_form",
    [DISCOUNT_BEFORE_INCOMPLETE] = "before_incomplete",
    [DISCOUNT_AFTER_INCOMPLETE] = "after_incomplete",
    [DISCOUNT_NOT_COMPARABLE] = "not_comparable",
    [DISCOUNT_NO_COMMON_GOAL] = "no_common_goal",
};

const char *discount_name(unsigned discount)
{
    return discount_names[discount];
}

void figures_free(struct figures *figures)
{
    for (size_t i = 0; figures->comparisons != NULL && i < figures->study->n_breakdowns; i++) {
        grouping_free(&figures->comparisons[i].grouping);
        tally_free(&figures->comparisons[i].tally);
    }
    free(figures->comparisons);
    free(figures->figures);
    free(figures->categories);
    *figures = (struct figures){0};
}

/* engine/counted.c - see counted.h. */
#include "engine/counted.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/goal_counter.h"

bool counted_init(struct counted *counted, const struct study *study, const struct cohorts *cohorts,
                  const struct names *names, size_t n_sources)
{
    *counted = (struct counted){
        .study = study,
        .cohorts = cohorts,
        .names = names,
        .n_sources = n_sources,
        /* One more each, since calloc() of nothing may give NULL, which is no lack of memory. */
        .measures = calloc(study->n_measures + 1, sizeof *counted->measures),
        .sources = calloc(n_sources + 1, sizeof *counted->sources),
        .ids = calloc(study->n_joins + 1, sizeof *counted->ids),
    };
    if (counted->measures == NULL || counted->sources == NULL || counted->ids == NULL ||
        !item_checks_init(&counted->checks, study) || !item_tally_init(&counted->items, study)) {
        counted_free(counted);
        return false;
    }
    return true;
}

void counted_free(struct counted *counted)
{
    tally_free(&counted->tally);
    family_tally_free(&counted->families);
    free(counted->measures);
    free(counted->sources);
    free(counted->ids);
    item_checks_free(&counted->checks);
    item_tally_free(&counted->items);
    goal_counter_free(counted->goals);
    *counted = (struct counted){0};
}

bool counted_settle(struct counted *counted)
{
    const bool done = counted->goals == NULL ||
                      goal_counter_finish(counted->goals, &counted->tally, &counted->families);
    goal_counter_free(counted->goals);
    counted->goals = NULL;
    item_tally_settle(&counted->items);
    item_checks_add_products(&counted->checks, &counted->items);
    return tally_sort(&counted->tally) && done;
}

static void merge_measure(struct measure_counts *into, const struct measure_counts *from)
{
    into->forms_read += from->forms_read;
    for (size_t i = 0; i < N_FORM_REASONS; i++) {
        into->forms[i] += from->forms[i];
    }
    into->respondents += from->respondents;
    into->moved += from->moved;
    into->has_family = into->has_family || from->has_family;
}

static void merge_source(struct source_counts *into, const struct source_counts *from)
{
    into->rows += from->rows;
    for (size_t i = 0; i < N_FINDING_KINDS; i++) {
        into->cells[i] += from->cells[i];
    }
}

bool counted_merge(struct counted *into, const struct counted *from)
{
    assert(from->goals == NULL);
    for (size_t i = 0; i < into->study->n_measures; i++) {
        merge_measure(&into->measures[i], &from->measures[i]);
    }
    for (size_t i = 0; i < into->n_sources; i++) {
        merge_source(&into->sources[i], &from->sources[i]);
    }
    for (size_t i = 0; i < into->study->n_joins; i++) {
        into->ids[i].similar += from->ids[i].similar;
        into->ids[i].summary_words |= from->ids[i].summary_words;
    }
    into->unknown_informants += from->unknown_informants;
    item_checks_merge(&into->checks, &from->checks);
    return item_tally_merge(&into->items, &from->items) &&
           tally_merge(&into->tally, &from->tally) &&
           family_tally_merge(&into->families, &from->families);
}

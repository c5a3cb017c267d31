/* engine/tables/fill_cohorts.c - the rows of a table's cohorts: there may be hundreds of thousands, so that
   all workers fill them, each in a stretch of the room that is made for all of them beforehand. */
#include <stdlib.h>

#include "engine/tables/shared.h"

/* Groups that one worker fills at a time. */
#define GROUPS_AT_ONCE ((size_t)64)

struct cohort_rows cohort_rows(const struct maker *maker, size_t breakdown, size_t measure)
{
    return (struct cohort_rows){
        .maker = maker,
        .breakdown = breakdown,
        .measure = measure,
        .end_group = (uint32_t)maker->figures->comparisons[breakdown].grouping.n_groups};
}

bool next_cohort(struct cohort_rows *rows)
{
    const struct figures *const figures = rows->maker->figures;
    if (!rows->started) {
        rows->started = true;
        return true; /* All: breakdown 0, group 0 */
    }
    rows->key.breakdown = (uint16_t)rows->breakdown;
    /* A cohort in which nothing of this measure was counted has no row: a row of zeros would say
       that it was asked. */
    while (rows->breakdown > 0 && rows->next_group < rows->end_group) {
        rows->key.group = rows->next_group++;
        if (figures_has_measure(figures, rows->breakdown, rows->key.group, rows->measure)) {
            return true;
        }
    }
    return false;
}

/* What some groups have. */
struct table_part {
    struct maker maker;   /* but for what is its own: */
    struct report report; /* what its texts are in, */
    struct table table;   /* and its rows */
    bool says;
};

struct filling_cohorts {
    struct cohort_rows rows; /* of the breakdown and measure, from the first group on */
    const struct cohort_fill *fill;
    struct table_part *parts; /* owned */
};

static void fill_part(void *job, size_t task, size_t worker)
{
    struct filling_cohorts *const filling = job;
    struct table_part *const part = &filling->parts[task];
    struct cohort_rows rows = filling->rows;
    (void)worker;
    rows.next_group += (uint32_t)(task * GROUPS_AT_ONCE);
    if (rows.end_group - rows.next_group > GROUPS_AT_ONCE) {
        rows.end_group = rows.next_group + (uint32_t)GROUPS_AT_ONCE;
    }
    while (next_cohort(&rows)) {
        part->says =
            filling->fill->fill(&part->maker, &part->table, &rows, filling->fill->context) ||
            part->says;
    }
}

/* Brings what a part has to the rest. */
static bool end_part(struct maker *maker, struct table *table, struct table_part *part)
{
    const struct table *const from = &part->table;
    maker->no_memory = maker->no_memory || part->maker.no_memory;
    table_take(table, from);
    table->has_too_few = table->has_too_few || from->has_too_few;
    table->has_caution = table->has_caution || from->has_caution;
    table->has_nobody = table->has_nobody || from->has_nobody;
    arena_take(&maker->report->arena, &part->report.arena);
    return part->says;
}

/* Fills the groups from the next of `rows` on. */
static bool fill_parts(struct maker *maker, struct table *table, const struct cohort_rows *rows,
                       const struct cohort_fill *fill)
{
    const size_t n_groups = rows->end_group - rows->next_group;
    const size_t n = (n_groups + GROUPS_AT_ONCE - 1) / GROUPS_AT_ONCE;
    const size_t n_rows = GROUPS_AT_ONCE * fill->most_rows;
    struct filling_cohorts filling = {*rows, fill, calloc(n + 1, sizeof *filling.parts)};
    bool says = false;
    if (filling.parts == NULL || !table_reserve(table, n * n_rows)) {
        maker->no_memory = true;
        free(filling.parts);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct table_part *const part = &filling.parts[i];
        *part = (struct table_part){.maker = *maker};
        part->maker.report = &part->report;
        part->table = table_stretch(table, i * n_rows, n_rows);
    }
    maker->crew->run(maker->crew, n, fill_part, &filling);
    for (size_t i = 0; i < n; i++) {
        says = end_part(maker, table, &filling.parts[i]) || says;
    }
    free(filling.parts);
    return says;
}

/* One by one until nothing is left that is found out when it is asked for: with the first group. */
bool fill_cohorts(struct maker *maker, struct table *table, size_t breakdown, size_t measure,
                  bool with_all, const struct cohort_fill *fill)
{
    struct cohort_rows rows = cohort_rows(maker, breakdown, measure);
    bool says = false;
    if (table == NULL || maker->no_memory ||
        !table_reserve(table, (rows.end_group + GROUPS_AT_ONCE) * fill->most_rows)) {
        maker->no_memory = true;
        return false;
    }
    while (next_cohort(&rows)) {
        if (rows.key.breakdown > 0 || with_all) {
            says = fill->fill(maker, table, &rows, fill->context) || says;
        }
        if (rows.key.breakdown > 0 && maker->crew != NULL && maker->crew->n_workers > 1) {
            return fill_parts(maker, table, &rows, fill) || says;
        }
    }
    return says;
}

/* io/read/roles.c - a column that has a role is one of the study's cohort columns. Under --by, which
   replaces these, a role whose column is not there is nobody's. */
#include "io/read/roles.h"

#include <string.h>

#include "io/read/cells.h"

static const char *const comparison_keys[] = {"column", "value"};

static size_t column_called(const struct study *study, const char *name)
{
    for (size_t i = 0; i < study->n_cohort_columns; i++) {
        if (text_alike(study->cohort_columns[i], name)) {
            return i + 1;
        }
    }
    return 0;
}

size_t default_site_column(const struct study *study)
{
    const size_t site = column_called(study, "site");
    return site > 0 ? site : column_called(study, "area");
}

size_t default_year_column(const struct study *study)
{
    return column_called(study, "year");
}

/* The place + 1 of the column that a key names; left alone where --by has done away with it. */
static struct fault take_column(const struct plan_build *build, const struct node *node,
                                size_t *column)
{
    const struct study *const study = &build->plan->study;
    const char *name;
    size_t place;
    struct fault fault = node_text(build->document, node, &name);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    for (place = 0; place < study->n_cohort_columns; place++) {
        if (strcmp(study->cohort_columns[place], name) == 0) {
            *column = place + 1;
            return FAULT_FREE;
        }
    }
    if (build->options->n_breakdowns > 0) {
        return FAULT_FREE;
    }
    if (study->n_cohort_columns == 0) {
        return node_fault(build->document, node,
                          "found \"%s\", expected a column of \"cohorts\", of which there is none",
                          name);
    }
    return node_word(build->document, node, study->cohort_columns, study->n_cohort_columns, &place);
}

/* The comparison group's column makes a breakdown of its own, unless the study has that. */
static struct fault add_breakdown_by(struct plan_build *build, size_t column)
{
    struct study *const study = &build->plan->study;
    struct breakdown *const all =
        arena_alloc(&build->plan->arena, study->n_breakdowns + 1, sizeof *all);
    if (all == NULL) {
        return fault_memory();
    }
    for (size_t i = 0; i < study->n_breakdowns; i++) {
        all[i] = study->breakdowns[i];
        if (all[i].n_columns == 1 && all[i].columns[0] == column) {
            return FAULT_FREE;
        }
    }
    all[study->n_breakdowns] = (struct breakdown){{column}, 1};
    study->breakdowns = all;
    study->n_breakdowns++;
    return FAULT_FREE;
}

/* comparison_group: {column: arm, value: control} */
static struct fault read_comparison(struct plan_build *build, const struct node *node)
{
    struct study *const study = &build->plan->study;
    const struct node *column, *value;
    const char *name;
    size_t place = 0;
    struct fault fault = node->kind == NODE_MAP
                             ? node_check_keys(build->document, node, comparison_keys, 2)
                             : node_fault(build->document, node,
                                          "expected a column and the text in it that means the "
                                          "comparison group: {column: ..., value: ...}");
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    column = node_get(node, "column");
    value = node_get(node, "value");
    if (column == NULL || value == NULL) {
        return node_fault(build->document, node, "expected both \"column\" and \"value\"");
    }
    fault = node_text(build->document, column, &name);
    if (fault.code == FAULT_NONE) {
        fault = cohort_column(build, column, name, &place);
    }
    if (fault.code == FAULT_NONE) {
        fault = plan_text(build, value, &study->comparison_value);
    }
    if (fault.code == FAULT_NONE) {
        fault = add_breakdown_by(build, place);
        study->comparison_column = place + 1;
    }
    return fault;
}

struct fault read_roles(struct plan_build *build, const struct node *root)
{
    struct study *const study = &build->plan->study;
    const struct node *const site = node_get(root, "site");
    const struct node *const year = node_get(root, "year");
    const struct node *const comparison = node_get(root, "comparison_group");
    /* First, as it may add a column. */
    struct fault fault = comparison == NULL ? FAULT_FREE : read_comparison(build, comparison);
    study->site_column = default_site_column(study);
    study->year_column = default_year_column(study);
    if (fault.code == FAULT_NONE && site != NULL) {
        fault = take_column(build, site, &study->site_column);
    }
    if (fault.code == FAULT_NONE && year != NULL) {
        fault = take_column(build, year, &study->year_column);
    }
    if (fault.code == FAULT_NONE && site != NULL && year != NULL && study->site_column > 0 &&
        study->site_column == study->year_column) {
        fault = node_fault(build->document, year, "one column cannot be both site and year");
    }
    return fault;
}

/* io/read/study_norms.c - the published norms that a study names: figures and sources are the instrument
   file's, the choice of population and year is the study's. */
#include <stdio.h>
#include <string.h>

#include "io/nearest.h"
#include "io/read/plan_build.h"

static const struct published_norm *find_norm(const struct scale *scale, const char *name)
{
    for (size_t i = 0; i < scale->n_norms; i++) {
        if (strcmp(scale->norms[i].name, name) == 0) {
            return &scale->norms[i];
        }
    }
    return NULL;
}

/* Is the norm i of scale s the first of its name? Scales share most names. */
static bool is_first(const struct scale *scales, size_t s, size_t i)
{
    for (size_t earlier = 0; earlier < s; earlier++) {
        if (find_norm(&scales[earlier], scales[s].norms[i].name) != NULL) {
            return false;
        }
    }
    return true;
}

static struct fault unknown_norm(const struct plan_build *build, const struct node *node,
                                 const char *whose, const struct scale *scales, size_t n_scales)
{
    char list[300] = "";
    const char *words[100] = {NULL}, *near; /* of more, the first */
    size_t used = 0, n_words = 0;
    for (size_t s = 0; s < n_scales; s++) {
        for (size_t i = 0; i < scales[s].n_norms; i++) {
            if (n_words < sizeof words / sizeof words[0]) {
                words[n_words++] = scales[s].norms[i].name;
            }
            /* a list that does not fit is cut */
            if (used < sizeof list && is_first(scales, s, i)) {
                const int length = snprintf(list + used, sizeof list - used, "%s%s",
                                            used == 0 ? "" : ", ", scales[s].norms[i].name);
                used += length > 0 ? (size_t)length : 0;
            }
        }
    }
    near = node->kind == NODE_TEXT ? nearest_word(node->text, words, n_words) : NULL;
    if (near != NULL) {
        return node_fault(build->document, node, "not a norm of \"%s\"; did you mean \"%s\"?",
                          whose, near);
    }
    return used == 0 ? node_fault(build->document, node,
                                  "no published norm of \"%s\" is known here; \"clinical_change\" "
                                  "takes one of your own",
                                  whose)
                     : node_fault(build->document, node,
                                  "not a norm of \"%s\"; expected one of: %s", whose, list);
}

struct fault norm_named(const struct plan_build *build, const struct node *node,
                        const struct scale *scale, const struct published_norm **norm)
{
    *norm = node->kind == NODE_TEXT ? find_norm(scale, node->text) : NULL;
    if (*norm == NULL) {
        return unknown_norm(build, node, scale->name, scale, 1);
    }
    return (*norm)->figures.sd > 0.0
               ? FAULT_FREE
               : node_fault(build->document, node,
                            "the SD of this norm is not known, which a cut-off is made of");
}

/* One norm for all scales of an instrument that have figures of it. */
static struct fault read_norm_of(struct plan_build *build, const struct node *key,
                                 const struct node *node, const char *const labels[])
{
    const struct study *const study = &build->plan->study;
    const struct measure *measure;
    size_t place = 0;
    bool any = false;
    struct fault fault = node_word(build->document, key, labels, study->n_measures, &place);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    measure = &study->measures[place];
    if (measure->pooled) {
        return node_fault(build->document, key,
                          "\"%s\" compares forms of different versions, which have no norm in "
                          "common",
                          measure->label);
    }
    for (size_t i = 0; i < measure->instrument->n_scales && node->kind == NODE_TEXT; i++) {
        struct study_scale *const scale = &build->scales[measure->first_scale + i];
        scale->norm = find_norm(scale->scale, node->text);
        any = any || scale->norm != NULL;
    }
    return any ? FAULT_FREE
               : unknown_norm(build, node, measure->label, measure->instrument->scales,
                              measure->instrument->n_scales);
}

struct fault norms_read(struct plan_build *build, const struct node *node)
{
    const struct study *const study = &build->plan->study;
    const char **const labels = arena_alloc(&build->plan->arena, study->n_measures, sizeof *labels);
    struct fault fault = FAULT_FREE;
    if (labels == NULL) {
        return fault_memory();
    }
    for (size_t i = 0; i < study->n_measures; i++) {
        labels[i] = study->measures[i].label;
    }
    if (node->kind != NODE_MAP) {
        return node_fault(build->document, node,
                          "expected instruments, each with the name of a norm: {wemwbs: "
                          "england-2011}");
    }
    for (size_t i = 0; i < node->n_children && fault.code == FAULT_NONE; i++) {
        fault = read_norm_of(build, &node->keys[i], &node->children[i], labels);
    }
    return fault;
}

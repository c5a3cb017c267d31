/* io/read/plan_build.h - what study.c and source.c share while a plan is made. */
#ifndef PELLTER_IO_READ_PLAN_BUILD_H
#define PELLTER_IO_READ_PLAN_BUILD_H

#include "io/read/plan.h"

/* A plan in the making. Arrays are arena memory with room for what the document can hold. */
struct plan_build {
    const struct document *document;
    const struct plan_options *options;
    const char *folder;
    struct plan *plan;
    struct stage *stages;
    const char **cohort_columns;
    struct stage_value *stage_values;
    struct measure *measures;
    size_t measures_capacity;
    const char **measure_rules; /* by measure: the rule its first source chose */
    struct study_scale *scales;
    struct source *sources;
    const char *const *missing; /* the study's own, for every source */
    size_t n_missing;
    bool across_versions;
};

/* Reads one entry of `sources`, adding the measures that it names. */
MUST_CHECK struct fault source_read(struct plan_build *build, const struct node *node,
                                    struct source *source);

/* A list of texts, or one text, into arena memory. */
MUST_CHECK struct fault texts_read(const struct plan_build *build, const struct node *node,
                                   const char *const **out, size_t *n);

#endif

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
    bool has_goals, has_rho, has_partial, has_target_test; /* some source so far says so */
    const char **measure_bands; /* by measure: the band set that some source chose */
};

/* The text of `node`, not empty, and a list of texts (or one), in the plan's own memory: the
   document is freed before the plan. */
MUST_CHECK struct fault plan_text(const struct plan_build *build, const struct node *node,
                                  const char **out);
MUST_CHECK struct fault plan_texts(const struct plan_build *build, const struct node *node,
                                   const char *const **out, size_t *n);

/* The stage that a node names; it is a fault where it names none. */
MUST_CHECK struct fault plan_stage_named(const struct plan_build *build, const struct node *node,
                                         size_t *stage);

/* primary: {instrument: wemwbs, scale: total, stage: 12 months, test: t}, when stages and sources
   are known. */
MUST_CHECK struct fault primary_read(const struct plan_build *build, const struct node *node);

/* The place of a cohort column of this name, which is added where it is new. */
MUST_CHECK struct fault cohort_column(struct plan_build *build, const struct node *node,
                                      const char *name, size_t *column);

/* The scale that the keys `instrument` and `scale` of a map name: where there is one instrument it
   need not be named, nor the scale where its total is meant (engine/primary.h). */
MUST_CHECK struct fault plan_scale_named(const struct plan_build *build, const struct node *map,
                                         size_t *scale);

/* The keys reliable_change, important_change and clinical_change; instruments are known. */
MUST_CHECK struct fault change_read(struct plan_build *build, const struct node *root);

/* norms: {wemwbs: england-2011}; instruments are known. */
MUST_CHECK struct fault norms_read(struct plan_build *build, const struct node *node);

/* The published norm of a scale that a node names, which must have an SD. Where it names none, the
   fault lists those there are. */
MUST_CHECK struct fault norm_named(const struct plan_build *build, const struct node *node,
                                   const struct scale *scale, const struct published_norm **norm);

/* One source in the making. */
struct source_build {
    struct plan_build *build;
    const struct document *document;
    const struct node *node;
    struct source *source;
    struct informant *informants;
    bool is_goals;
};

/* Reads one entry of `sources`, adding the measures that it names. */
MUST_CHECK struct fault source_read(struct plan_build *build, const struct node *node,
                                    struct source *source);

/* The columns of respondents, stages, dates, constants and cohorts; of items; of goals. */
MUST_CHECK struct fault source_columns(const struct source_build *b);
MUST_CHECK struct fault source_items(const struct source_build *b);
MUST_CHECK struct fault source_goals(const struct source_build *b);

#endif

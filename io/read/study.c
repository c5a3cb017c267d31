/* io/read/study.c - the keys of a study file, except those of a source (source.c). */
#include "io/read/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/stats/added_value.h"
#include "io/read/cells.h"
#include "io/read/plan_build.h"
#include "io/read/roles.h"
#include "io/read/study_words.h"

static const char *const study_keys[] = {"title",
                                         "stages",
                                         "before",
                                         "after",
                                         "as_of",
                                         "cohorts",
                                         "cohort_from",
                                         "missing",
                                         "duplicates",
                                         "across_versions",
                                         "sources",
                                         "reliable_change",
                                         "small_numbers",
                                         "primary",
                                         "mixed_model",
                                         "site",
                                         "year",
                                         "comparison_group",
                                         "paired",
                                         "important_change",
                                         "clinical_change",
                                         "added_value",
                                         "months",
                                         "norms"};
static const char *const model_keys[] = {"df", "structure"};
static const char *const stage_keys[] = {"name", "values", "window", "after", "pick"};
static const char *const pick_words[] = {"nearest", "first", "last"};
static const char *const duplicate_words[] = {"discount", "first", "last"};
static const char *const paired_keys[] = {"zeros", "bootstrap", "seed"};
static const char *const zeros_words[] = {"drop", "pratt"};
static const char *const small_keys[] = {"too_few_below", "caution_below"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- stages --- */

static struct fault add_stage_value(struct plan_build *build, const struct node *node,
                                    const char *text, size_t stage)
{
    struct plan *const plan = build->plan;
    const uint32_t known = plan_stage(plan, text);
    if (known != NO_STAGE && known != stage) {
        return node_fault(build->document, node, "\"%s\" already means the stage \"%s\"", text,
                          build->stages[known].name);
    }
    build->stage_values[plan->n_stage_values++] = (struct stage_value){text, stage};
    return FAULT_FREE;
}

/* window: [330, 420], after: STAGE, pick: nearest */
static struct fault read_window(struct plan_build *build, const struct node *node, size_t index)
{
    struct stage *const stage = &build->stages[index];
    const struct node *const window = node_get(node, "window");
    const struct node *const after = node_get(node, "after");
    const struct node *const pick = node_get(node, "pick");
    struct fault fault;
    size_t word;
    if (window == NULL) {
        const struct node *const orphan = after != NULL ? after : pick;
        return orphan == NULL
                   ? FAULT_FREE
                   : node_fault(build->document, orphan,
                                "this stage has no window, which \"after\" and \"pick\" go with");
    }
    if (window->kind != NODE_LIST || window->n_children != 2) {
        return node_fault(build->document, window, "expected two numbers of days: [330, 420]");
    }
    /* A hundred years either way: any sensible window, and sums of days that stay small. */
    fault =
        node_integer(build->document, &window->children[0], -36600, 36600, &stage->window_first);
    if (fault.code == FAULT_NONE) {
        fault =
            node_integer(build->document, &window->children[1], -36600, 36600, &stage->window_last);
    }
    if (fault.code == FAULT_NONE && stage->window_first > stage->window_last) {
        fault = node_fault(build->document, window, "the first day comes after the last");
    }
    if (fault.code == FAULT_NONE && after != NULL) {
        const uint32_t anchor =
            after->kind == NODE_TEXT ? plan_stage(build->plan, after->text) : NO_STAGE;
        /* An unknown stage becomes this one itself, which is refused below. */
        stage->anchor = anchor == NO_STAGE ? index : anchor;
    }
    if (fault.code == FAULT_NONE && pick != NULL) {
        fault = node_word(build->document, pick, pick_words, COUNT(pick_words), &word);
        stage->pick = fault.code == FAULT_NONE ? (enum pick)(PICK_NEAREST + word) : PICK_NONE;
    }
    /* Without "after" the anchor is stage 0. Since every anchor stands earlier, no two windows can
       wait for each other. */
    if (fault.code == FAULT_NONE && stage->anchor >= index) {
        fault = node_fault(build->document, after != NULL ? after : window,
                           "a window is counted from a stage that stands before it in the list");
    }
    stage->has_window = true;
    return fault;
}

static struct fault check_overlap(const struct plan_build *build, const struct node *node,
                                  size_t index)
{
    const struct stage *const stage = &build->stages[index];
    for (size_t i = 0; i < index && stage->has_window; i++) {
        const struct stage *const other = &build->stages[i];
        /* Windows with different anchors lie apart or not by the dates of each respondent. */
        if (other->has_window && other->anchor == stage->anchor &&
            other->window_first <= stage->window_last &&
            stage->window_first <= other->window_last) {
            return node_fault(build->document, node, "its window overlaps that of \"%s\"",
                              other->name);
        }
    }
    return FAULT_FREE;
}

static struct fault read_stage(struct plan_build *build, const struct node *node, size_t index)
{
    struct stage *const stage = &build->stages[index];
    const struct node *const name = node->kind == NODE_MAP ? node_get(node, "name") : node;
    const struct node *const values = node->kind == NODE_MAP ? node_get(node, "values") : NULL;
    const char *const *texts = NULL;
    size_t n = 0;
    struct fault fault = FAULT_FREE;
    if (node->kind == NODE_MAP) {
        fault = node_check_keys(build->document, node, stage_keys, COUNT(stage_keys));
    }
    if (fault.code == FAULT_NONE && name == NULL) {
        fault = node_fault(build->document, node, "a stage needs a name");
    }
    if (fault.code == FAULT_NONE) {
        fault = plan_text(build, name, &stage->name);
    }
    if (fault.code == FAULT_NONE && plan_stage(build->plan, stage->name) != NO_STAGE) {
        fault =
            node_fault(build->document, name, "the stage \"%s\" stands here twice", stage->name);
    }
    if (fault.code == FAULT_NONE) {
        /* Before the window, so that a window after its own stage is known for what it is. */
        fault = add_stage_value(build, name, stage->name, index);
        build->plan->study.n_stages = index + 1;
    }
    if (fault.code == FAULT_NONE && values != NULL) {
        fault = plan_texts(build, values, &texts, &n);
    }
    for (size_t i = 0; i < n && fault.code == FAULT_NONE; i++) {
        fault = add_stage_value(build, values, texts[i], index);
    }
    if (fault.code == FAULT_NONE && node->kind == NODE_MAP) {
        fault = read_window(build, node, index);
    }
    return fault.code == FAULT_NONE ? check_overlap(build, node, index) : fault;
}

/* An upper bound on the names below a node. The tree is at most 32 levels deep, so is this. */
static size_t count_texts(const struct node *node)
{
    size_t n = 1;
    for (size_t i = 0; i < node->n_children; i++) {
        n += count_texts(&node->children[i]);
    }
    return n;
}

static struct fault read_stages(struct plan_build *build, const struct node *root)
{
    const struct node *const stages = node_get(root, "stages");
    const struct node *const before = node_get(root, "before");
    const struct node *const after = node_get(root, "after");
    struct study *const study = &build->plan->study;
    struct fault fault = FAULT_FREE;
    if (stages == NULL || stages->kind != NODE_LIST || stages->n_children == 0) {
        return node_fault(build->document, stages == NULL ? root : stages,
                          "expected \"stages\": a list of the stages in order");
    }
    if (stages->n_children > MAX_STAGES) {
        return node_fault(build->document, stages, "found %zu stages, expected at most %d",
                          stages->n_children, MAX_STAGES);
    }
    build->stages = arena_alloc(&build->plan->arena, stages->n_children, sizeof *build->stages);
    build->stage_values =
        arena_alloc(&build->plan->arena, count_texts(stages), sizeof *build->stage_values);
    if (build->stages == NULL || build->stage_values == NULL) {
        return fault_memory();
    }
    study->stages = build->stages;
    build->plan->stage_values = build->stage_values;
    for (size_t i = 0; i < stages->n_children && fault.code == FAULT_NONE; i++) {
        fault = read_stage(build, &stages->children[i], i);
    }
    /* Unless the study says otherwise, the change is that from the first stage to the last. */
    study->before = 0;
    study->after = study->n_stages > 0 ? study->n_stages - 1 : 0;
    if (fault.code == FAULT_NONE && before != NULL) {
        fault = plan_stage_named(build, before, &study->before);
    }
    if (fault.code == FAULT_NONE && after != NULL) {
        fault = plan_stage_named(build, after, &study->after);
    }
    /* With one stage there is no change to compute, and nothing to put in order. */
    if (fault.code == FAULT_NONE && study->n_stages > 1 && study->after <= study->before) {
        fault = node_fault(build->document, after != NULL ? after : before,
                           "the stage \"%s\" does not come after \"%s\"",
                           build->stages[study->after].name, build->stages[study->before].name);
    }
    return fault;
}

/* --- cohorts --- */

struct fault cohort_column(struct plan_build *build, const struct node *node, const char *name,
                           size_t *column)
{
    struct study *const study = &build->plan->study;
    const char **const columns = build->cohort_columns;
    for (*column = 0; *column < study->n_cohort_columns; (*column)++) {
        if (strcmp(columns[*column], name) == 0) {
            return FAULT_FREE;
        }
    }
    if (*column == MAX_COHORT_COLUMNS) {
        return node_fault(build->document, node, "found more than %d cohort columns",
                          MAX_COHORT_COLUMNS);
    }
    columns[*column] = arena_copy(&build->plan->arena, name, strlen(name));
    study->n_cohort_columns++;
    return columns[*column] == NULL ? fault_memory() : FAULT_FREE;
}

/* Adds a column to a breakdown, in which it must not stand already. */
static struct fault add_to_breakdown(struct plan_build *build, const struct node *node,
                                     const char *name, struct breakdown *breakdown)
{
    size_t column = 0;
    struct fault fault = cohort_column(build, node, name, &column);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    for (size_t i = 0; i < breakdown->n_columns; i++) {
        if (breakdown->columns[i] == column) {
            return node_fault(build->document, node, "the cohort column \"%s\" stands here twice",
                              name);
        }
    }
    breakdown->columns[breakdown->n_columns++] = column;
    return FAULT_FREE;
}

static struct fault read_breakdown(struct plan_build *build, const struct node *node,
                                   struct breakdown *breakdown)
{
    const char *const *names;
    size_t n;
    struct fault fault = plan_texts(build, node, &names, &n);
    for (size_t i = 0; i < n && fault.code == FAULT_NONE; i++) {
        fault = names[i][0] == '\0' ? node_fault(build->document, node, "a column name is empty")
                                    : add_to_breakdown(build, node, names[i], breakdown);
    }
    return fault;
}

/* --by a,b */
static struct fault split_breakdown(struct plan_build *build, const char *by,
                                    struct breakdown *breakdown)
{
    struct fault fault = FAULT_FREE;
    while (fault.code == FAULT_NONE) {
        const size_t length = strcspn(by, ",");
        const char *const name = arena_copy(&build->plan->arena, by, length);
        if (name == NULL) {
            return fault_memory();
        }
        if (length == 0) {
            return fault_at(FAULT_USAGE, NULL, 0, 0,
                            "--by expects column names joined with commas");
        }
        fault = add_to_breakdown(build, &build->document->root, name, breakdown);
        if (fault.code == FAULT_CONTENT) { /* the study file is not to blame */
            /* A variable of its own: the new text is made from the old one. */
            const struct fault blamed = fault_at(FAULT_USAGE, NULL, 0, 0, "--by: %s", fault.detail);
            fault = blamed;
        }
        if (by[length] == '\0') {
            break;
        }
        by += length + 1;
    }
    return fault;
}

/* Breakdown i has the same columns as an earlier one, the first of which is All. */
static bool repeats(const struct breakdown breakdowns[], size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (breakdowns[j].n_columns == breakdowns[i].n_columns &&
            memcmp(breakdowns[j].columns, breakdowns[i].columns,
                   breakdowns[i].n_columns * sizeof breakdowns[i].columns[0]) == 0) {
            return true;
        }
    }
    return false;
}

/* cohorts: [site], [area, year] (their crossing), or [[area], [year]] (two breakdowns) */
static struct fault read_cohorts(struct plan_build *build, const struct node *root)
{
    struct study *const study = &build->plan->study;
    const struct node *const cohorts = node_get(root, "cohorts");
    const bool nested = cohorts != NULL && cohorts->kind == NODE_LIST && cohorts->n_children > 0 &&
                        cohorts->children[0].kind == NODE_LIST;
    const size_t n = build->options->n_breakdowns > 0 ? build->options->n_breakdowns
                     : cohorts == NULL                ? 0
                     : nested                         ? cohorts->n_children
                     : cohorts->kind == NODE_LIST && cohorts->n_children == 0 ? 0
                                                                              : 1;
    struct breakdown *const breakdowns =
        arena_alloc(&build->plan->arena, n + 1, sizeof *breakdowns);
    const char **const columns =
        arena_alloc(&build->plan->arena, MAX_COHORT_COLUMNS, sizeof *columns);
    struct fault fault = FAULT_FREE;
    if (breakdowns == NULL || columns == NULL) {
        return fault_memory();
    }
    /* The command line replaces the study's breakdowns; columns are collected from whichever is
       used. */
    study->cohort_columns = build->cohort_columns = columns;
    study->breakdowns = breakdowns; /* the first stays without columns: All */
    study->n_breakdowns = n + 1;
    for (size_t i = 0; i < n && fault.code == FAULT_NONE; i++) {
        fault = build->options->n_breakdowns > 0
                    ? split_breakdown(build, build->options->breakdowns[i], &breakdowns[i + 1])
                    : read_breakdown(build, nested ? &cohorts->children[i] : cohorts,
                                     &breakdowns[i + 1]);
        if (fault.code == FAULT_NONE && repeats(breakdowns, i + 1)) {
            fault = build->options->n_breakdowns > 0
                        ? fault_at(FAULT_USAGE, NULL, 0, 0, "found --by %s twice, expected it once",
                                   build->options->breakdowns[i])
                        : node_fault(build->document, nested ? &cohorts->children[i] : cohorts,
                                     breakdowns[i + 1].n_columns == 0
                                         ? "found a breakdown without columns, expected some"
                                         : "this breakdown stands here twice");
        }
    }
    return fault;
}

/* --- the rest --- */

/* One of the limits below which numbers are small; 0: there is none. */
static struct fault read_limit(struct plan_build *build, const struct node *node, uint64_t *limit)
{
    int64_t number = 0;
    struct fault fault = FAULT_FREE;
    if (node != NULL) {
        fault = node_integer(build->document, node, 0, 1000000, &number);
        *limit = (uint64_t)number;
    }
    return fault;
}

static struct fault read_small_numbers(struct plan_build *build, const struct node *node)
{
    struct small_numbers *const small = &build->plan->study.small_numbers;
    struct fault fault = node_check_keys(build->document, node, small_keys, COUNT(small_keys));
    if (fault.code == FAULT_NONE) {
        fault = read_limit(build, node_get(node, "too_few_below"), &small->too_few);
    }
    return fault.code == FAULT_NONE
               ? read_limit(build, node_get(node, "caution_below"), &small->caution)
               : fault;
}

/* mixed_model: {df: ..., structure: ...}, or no */
static struct fault read_model(struct plan_build *build, const struct node *node)
{
    struct model_rules *const model = &build->plan->study.model;
    const struct node *const df = node->kind == NODE_TEXT ? NULL : node_get(node, "df");
    const struct node *const structure =
        node->kind == NODE_TEXT ? NULL : node_get(node, "structure");
    struct fault fault = FAULT_FREE;
    size_t word = 0;
    if (node->kind == NODE_TEXT) {
        bool wanted = true;
        fault = node_yes_no(build->document, node, &wanted);
        model->off = !wanted;
        return fault;
    }
    fault = node_check_keys(build->document, node, model_keys, COUNT(model_keys));
    if (fault.code == FAULT_NONE && df != NULL) {
        fault = node_word(build->document, df, model_df_words, COUNT(model_df_words), &word);
        model->df = (enum model_errors)word;
    }
    if (fault.code == FAULT_NONE && structure != NULL) {
        fault = node_word(build->document, structure, model_structure_words,
                          COUNT(model_structure_words), &word);
        model->structure = (enum model_structure)word;
    }
    return fault;
}

/* paired: {zeros: pratt, bootstrap: 2000, seed: 7} */
static struct fault read_paired(struct plan_build *build, const struct node *node)
{
    struct study *const study = &build->plan->study;
    struct fault fault = node_check_keys(build->document, node, paired_keys, COUNT(paired_keys));
    const struct node *zeros, *replicates, *seed;
    int64_t number = 0;
    size_t word = 0;
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    zeros = node_get(node, "zeros");
    replicates = node_get(node, "bootstrap");
    seed = node_get(node, "seed");
    if (zeros != NULL) {
        fault = node_word(build->document, zeros, zeros_words, COUNT(zeros_words), &word);
        study->zeros = word == 0 ? ZEROS_DROPPED : ZEROS_RANKED;
    }
    if (fault.code == FAULT_NONE && replicates != NULL) {
        /* fewer leave the ends to chance, more cost minutes */
        fault = node_integer(build->document, replicates, 1000, 1000000, &number);
        study->bootstrap.replicates = (size_t)number;
    }
    if (fault.code == FAULT_NONE && seed != NULL) {
        fault = node_integer(build->document, seed, 0, UINT32_MAX, &number);
        study->bootstrap.seed = (uint32_t)number;
    }
    return fault;
}

/* The keys that are one word, a date or a yes/no each. */
static struct fault read_rules(struct plan_build *build, const struct node *root)
{
    struct study *const study = &build->plan->study;
    const struct node *const as_of = node_get(root, "as_of");
    const struct node *const from = node_get(root, "cohort_from");
    const struct node *const duplicates = node_get(root, "duplicates");
    const struct node *const across = node_get(root, "across_versions");
    const struct node *const missing = node_get(root, "missing");
    const struct node *const small = node_get(root, "small_numbers");
    const struct node *const model = node_get(root, "mixed_model");
    const struct node *const paired = node_get(root, "paired");
    struct fault fault = FAULT_FREE;
    size_t word = 0;
    /* Day-first dates are for data files only: a study file has one way to write a date. */
    if (as_of != NULL &&
        (as_of->kind != NODE_TEXT || !text_date(as_of->text, false, &study->as_of))) {
        return node_fault(build->document, as_of, "expected a date: 2018-03-31");
    }
    if (from != NULL) {
        fault =
            node_word(build->document, from, cohort_from_words, COUNT(cohort_from_words), &word);
        study->cohort_from = (enum cohort_from)word;
    }
    if (fault.code == FAULT_NONE && duplicates != NULL) {
        fault =
            node_word(build->document, duplicates, duplicate_words, COUNT(duplicate_words), &word);
        study->duplicates = word == 0 ? PICK_NONE : word == 1 ? PICK_FIRST : PICK_LAST;
    }
    if (fault.code == FAULT_NONE && across != NULL) {
        fault = node_yes_no(build->document, across, &build->across_versions);
    }
    if (fault.code == FAULT_NONE && missing != NULL) {
        fault = plan_texts(build, missing, &build->missing, &build->n_missing);
    }
    if (fault.code == FAULT_NONE && small != NULL) {
        fault = read_small_numbers(build, small);
    }
    if (fault.code == FAULT_NONE && model != NULL) {
        fault = read_model(build, model);
    }
    if (fault.code == FAULT_NONE && paired != NULL) {
        fault = read_paired(build, paired);
    }
    return fault;
}

/* Room for what the sources may name: each instrument once, two for each source at the least. */
static struct fault make_room(struct plan_build *build, const struct node *sources)
{
    const size_t n = count_texts(sources);
    struct arena *const arena = &build->plan->arena;
    build->measures_capacity = n;
    build->measures = arena_alloc(arena, n, sizeof *build->measures);
    build->measure_rules = arena_alloc(arena, n, sizeof *build->measure_rules);
    build->measure_bands = arena_alloc(arena, n, sizeof *build->measure_bands);
    build->scales = arena_alloc(arena, n * MAX_SCALES, sizeof *build->scales);
    build->sources = arena_alloc(arena, sources->n_children, sizeof *build->sources);
    if (build->measures == NULL || build->measure_rules == NULL || build->measure_bands == NULL ||
        build->scales == NULL || build->sources == NULL) {
        return fault_memory();
    }
    build->plan->study.measures = build->measures;
    build->plan->study.scales = build->scales;
    build->plan->sources = build->sources;
    return FAULT_FREE;
}

/* A scale is collected where some source has its items, or those of all its parts. */
static void mark_collected(struct plan_build *build)
{
    struct study *const study = &build->plan->study;
    for (size_t i = 0; i < study->n_scales; i++) {
        struct study_scale *const scale = &build->scales[i];
        const struct measure *const measure = &study->measures[scale->measure];
        scale->collected =
            scale->scale->kind == SCALE_GOALS ||
            (scale->scale->kind == SCALE_ITEMS && measure->has_group[scale->scale->group]);
        if (scale->scale->n_parts > 0) {
            scale->collected = true;
            for (size_t j = 0; j < scale->scale->n_parts; j++) {
                scale->collected =
                    scale->collected &&
                    build->scales[measure->first_scale + scale->scale->parts[j]].collected;
            }
        }
    }
}

/* Versions of one instrument share a join. */
static void number_joins(struct plan_build *build)
{
    struct study *const study = &build->plan->study;
    for (size_t i = 0; i < study->n_measures; i++) {
        const char *const versions = build->measures[i].instrument->versions;
        size_t j = 0;
        while (j < i && (versions == NULL || build->measures[j].instrument->versions == NULL ||
                         strcmp(versions, build->measures[j].instrument->versions) != 0)) {
            j++;
        }
        build->measures[i].join = j < i ? build->measures[j].join : study->n_joins++;
    }
}

/* Finds the scales of an added value score; false: this measure cannot have one. */
static bool find_predictors(const struct study_scale scales[], struct measure *measure)
{
    static const char *const names[N_PREDICTORS] = {[PREDICTOR_TOTAL] = ADDED_VALUE_TOTAL,
                                                    [PREDICTOR_IMPACT] = ADDED_VALUE_IMPACT,
                                                    [PREDICTOR_EMOTIONAL] = ADDED_VALUE_EMOTIONAL};
    const struct instrument *const instrument = measure->instrument;
    /* The form for younger children was not part of what the formula was made from. */
    bool found = !measure->pooled && strcmp(instrument->name, ADDED_VALUE_INSTRUMENT) == 0;
    for (size_t i = 0; i < N_PREDICTORS && found; i++) {
        size_t scale = 0;
        while (scale < instrument->n_scales &&
               strcmp(instrument->scales[scale].name, names[i]) != 0) {
            scale++;
        }
        found = scale < instrument->n_scales && scales[measure->first_scale + scale].collected &&
                instrument->scales[scale].units_per_point == 1;
        measure->predictors[i] = (uint8_t)scale;
    }
    return found;
}

/* added_value: yes, when sources are known */
static struct fault read_added_value(struct plan_build *build, const struct node *node)
{
    struct study *const study = &build->plan->study;
    bool wanted = false;
    struct fault fault = node_yes_no(build->document, node, &wanted);
    if (fault.code != FAULT_NONE || !wanted) {
        return fault;
    }
    for (size_t i = 0; i < study->n_measures && study->before != study->after; i++) {
        build->measures[i].has_added_value = find_predictors(build->scales, &build->measures[i]);
        study->added_value = study->added_value || build->measures[i].has_added_value;
    }
    return study->added_value
               ? FAULT_FREE
               : node_fault(build->document, node,
                            "an added value score needs two stages and a source of \"%s\" with "
                            "its items and \"impact\", in whole points and not pooled",
                            ADDED_VALUE_INSTRUMENT);
}

static struct fault read_sources(struct plan_build *build, const struct node *root)
{
    const struct node *const sources = node_get(root, "sources");
    struct fault fault;
    if (sources == NULL || sources->kind != NODE_LIST || sources->n_children == 0) {
        return node_fault(build->document, sources == NULL ? root : sources,
                          "expected \"sources\": a list of the files to read");
    }
    fault = make_room(build, sources);
    for (size_t i = 0; i < sources->n_children && fault.code == FAULT_NONE; i++) {
        fault = source_read(build, &sources->children[i], &build->sources[i]);
        build->plan->n_sources = i + 1;
    }
    /* After the last source, since each may add an item group to a measure of an earlier one. */
    if (fault.code == FAULT_NONE) {
        mark_collected(build);
        number_joins(build);
    }
    return fault;
}

static struct fault read_study(struct plan_build *build)
{
    const struct node *const root = &build->document->root;
    const struct node *title, *primary, *added_value;
    struct study *const study = &build->plan->study;
    struct fault fault = node_check_keys(build->document, root, study_keys, COUNT(study_keys));
    /* Zeros would mean something here: a day in 1970, a reliability of none. */
    study->as_of = NO_DATE;
    study->given_reliability = NAN;
    study->goals.rho = 0.3;
    study->bootstrap.seed = BOOTSTRAP_SEED;
    study->small_numbers = (struct small_numbers){SMALL_NUMBERS_TOO_FEW, SMALL_NUMBERS_CAUTION};
    study->title = "";
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    title = node_get(root, "title");
    if (title != NULL) {
        fault = plan_text(build, title, &study->title);
    }
    /* Sources come last: they name stages and cohort columns, and take over the missing texts. */
    if (fault.code == FAULT_NONE) {
        fault = read_stages(build, root);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_cohorts(build, root);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_roles(build, root);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_rules(build, root);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_sources(build, root);
    }
    if (fault.code == FAULT_NONE) {
        fault = change_read(build, root);
    }
    if (fault.code == FAULT_NONE && node_get(root, "norms") != NULL) {
        fault = norms_read(build, node_get(root, "norms"));
    }
    added_value = node_get(root, "added_value");
    if (fault.code == FAULT_NONE && added_value != NULL) {
        fault = read_added_value(build, added_value);
    }
    if (fault.code == FAULT_NONE && node_get(root, "months") != NULL) {
        fault = node_yes_no(build->document, node_get(root, "months"), &study->months);
    }
    primary = node_get(root, "primary");
    return fault.code == FAULT_NONE && primary != NULL ? primary_read(build, primary) : fault;
}

static struct fault build_plan(const struct document *document, const char *folder,
                               const struct plan_options *options, struct plan *plan)
{
    struct plan_build build = {
        .document = document, .options = options, .folder = folder, .plan = plan};
    struct fault fault = read_study(&build);
    if (fault.code == FAULT_NONE) {
        /* The caller frees the document, and faults in data files still point into the study
           file. */
        plan->name = arena_copy(&plan->arena, document->name, strlen(document->name));
        fault = plan->name == NULL ? fault_memory() : FAULT_FREE;
    }
    if (fault.code != FAULT_NONE) {
        plan_free(plan);
    }
    return fault;
}

struct fault plan_parse(const char *name, const char *folder, const char *bytes, size_t n,
                        const struct plan_options *options, struct plan *plan)
{
    struct document document;
    struct fault fault = document_parse(name, bytes, n, &document);
    *plan = (struct plan){0};
    if (fault.code == FAULT_NONE) {
        fault = build_plan(&document, folder, options, plan);
        document_free(&document);
    }
    return fault;
}

struct fault plan_read(const char *path, const struct plan_options *options, struct plan *plan)
{
    struct document document;
    const char *const slash = strrchr(path, '/');
    struct fault fault = document_read(path, &document);
    *plan = (struct plan){0};
    if (fault.code == FAULT_NONE) {
        /* Lies in the plan's own arena, and keeps its slash, to be put right before a file name. */
        const char *const folder =
            slash == NULL ? "" : arena_copy(&plan->arena, path, (size_t)(slash - path) + 1);
        fault = folder == NULL ? fault_memory() : build_plan(&document, folder, options, plan);
        document_free(&document);
    }
    return fault;
}

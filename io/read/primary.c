/* io/read/primary.c - the result that a study names as the one it stands or falls by. */
#include "engine/primary.h"

#include <string.h>

#include "io/read/plan_build.h"
#include "io/read/study_words.h"

static const char *const primary_keys[] = {"instrument", "scale", "stage", "test"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct fault read_measure(const struct plan_build *build, const struct node *map,
                                 size_t *measure)
{
    const struct study *const study = &build->plan->study;
    const struct node *const node = node_get(map, "instrument");
    const char **labels;
    *measure = 0;
    if (node == NULL) {
        return study->n_measures == 1
                   ? FAULT_FREE
                   : node_fault(build->document, map,
                                "expected \"instrument\": the study has %zu of them",
                                study->n_measures);
    }
    labels = arena_alloc(&build->plan->arena, study->n_measures, sizeof *labels);
    if (labels == NULL) {
        return fault_memory();
    }
    for (size_t i = 0; i < study->n_measures; i++) {
        labels[i] = study->measures[i].label;
    }
    return node_word(build->document, node, labels, study->n_measures, measure);
}

static struct fault read_scale(const struct plan_build *build, const struct node *map,
                               size_t measure, size_t *scale)
{
    const struct study *const study = &build->plan->study;
    const struct measure *const m = &study->measures[measure];
    const struct node *const node = node_get(map, "scale");
    const char *names[MAX_SCALES];
    size_t found = 0;
    struct fault fault;
    *scale = primary_total(study, measure);
    if (node == NULL) {
        return *scale < study->n_scales
                   ? FAULT_FREE
                   : node_fault(build->document, map, "no scale of \"%s\" is collected", m->label);
    }
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        names[i] = m->instrument->scales[i].name;
    }
    fault = node_word(build->document, node, names, m->instrument->n_scales, &found);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    *scale = m->first_scale + found;
    if (!study->scales[*scale].collected) {
        return node_fault(build->document, node, "no source has the items of \"%s\"", names[found]);
    }
    if (study_is_goal_level(study, *scale)) {
        return node_fault(build->document, node,
                          "\"%s\" has a value for each goal and no test; expected a scale with one "
                          "for each family",
                          names[found]);
    }
    return FAULT_FREE;
}

struct fault plan_scale_named(const struct plan_build *build, const struct node *map, size_t *scale)
{
    size_t measure = 0;
    const struct fault fault = read_measure(build, map, &measure);
    return fault.code == FAULT_NONE ? read_scale(build, map, measure, scale) : fault;
}

/* `after`, or a later stage than the first, from which its change is counted. */
static struct fault read_stage(const struct plan_build *build, const struct node *map,
                               size_t *stage)
{
    const struct study *const study = &build->plan->study;
    const struct node *const node = node_get(map, "stage");
    struct fault fault = FAULT_FREE;
    *stage = study->after;
    if (node != NULL) {
        fault = plan_stage_named(build, node, stage);
    }
    if (fault.code == FAULT_NONE && (study->n_stages == 1 || *stage == 0)) {
        return node_fault(build->document, node == NULL ? map : node,
                          "there is no change up to the stage \"%s\", which is the first",
                          study->stages[*stage].name);
    }
    return fault;
}

struct fault primary_read(const struct plan_build *build, const struct node *node)
{
    struct primary *const primary = &build->plan->study.primary;
    const struct node *test;
    size_t word = PRIMARY_T;
    struct fault fault = node_check_keys(build->document, node, primary_keys, COUNT(primary_keys));
    primary->is_named = true;
    if (fault.code == FAULT_NONE) {
        fault = plan_scale_named(build, node, &primary->scale);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_stage(build, node, &primary->stage);
    }
    test = fault.code == FAULT_NONE ? node_get(node, "test") : NULL;
    if (test != NULL) {
        fault =
            node_word(build->document, test, primary_test_words, COUNT(primary_test_words), &word);
        primary->test = (enum primary_test)word;
    }
    if (fault.code == FAULT_NONE && word != PRIMARY_T &&
        primary->stage != build->plan->study.after) {
        return node_fault(build->document, test,
                          "the test \"%s\" is made of the stage \"%s\" only; of others expected t",
                          primary_test_words[word],
                          build->plan->study.stages[build->plan->study.after].name);
    }
    return fault;
}

/* io/read/study_change.c - what a study says of change: when a person's is reliable, when a group's
   matters, and where the usual range begins. */
#include "io/read/plan_build.h"
#include "io/read/study_words.h"

#include <math.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LEAST_POINTS 1e-9
#define MOST_POINTS 1e9

static const char *const reliable_keys[] = {"sd", "reliability", "method", "low_reliability",
                                            "threshold"};
static const char *const points_keys[] = {"instrument", "scale", "points"};
static const char *const clinical_keys[] = {"instrument", "scale", "clinical", "functional",
                                            "cut_off"};
static const char *const norm_keys[] = {"mean", "sd"};
static const char *const cut_off_words[] = {"a", "b", "c"}; /* by enum cut_off */

/* A key that holds one entry, or a list of them, each about one scale. */
typedef struct fault read_entry(struct plan_build *build, const struct node *node);

static struct fault read_entries(struct plan_build *build, const struct node *node,
                                 read_entry *entry)
{
    struct fault fault = FAULT_FREE;
    if (node->kind != NODE_LIST) {
        return entry(build, node);
    }
    for (size_t i = 0; i < node->n_children && fault.code == FAULT_NONE; i++) {
        fault = entry(build, &node->children[i]);
    }
    return fault;
}

static struct fault twice(const struct plan_build *build, const struct node *node, size_t scale)
{
    return node_fault(build->document, node, "the scale \"%s\" stands here twice",
                      build->plan->study.scales[scale].scale->name);
}

/* Versions that are pooled have no bands and no reliable change, so nothing can be declared of it. */
static struct fault refuse_pooled(const struct plan_build *build, const struct node *node,
                                  size_t scale)
{
    const struct study *const study = &build->plan->study;
    const struct measure *const measure = &study->measures[study->scales[scale].measure];
    return measure->pooled ? node_fault(build->document, node,
                                        "\"%s\" compares forms of different versions, which have "
                                        "no reliable change",
                                        measure->label)
                           : FAULT_FREE;
}

/* {instrument, scale, points} */
static struct fault read_points(struct plan_build *build, const struct node *node, size_t *scale,
                                double *points)
{
    struct fault fault = node_check_keys(build->document, node, points_keys, COUNT(points_keys));
    if (fault.code == FAULT_NONE) {
        fault = plan_scale_named(build, node, scale);
    }
    if (fault.code == FAULT_NONE && node_get(node, "points") == NULL) {
        fault = node_fault(build->document, node, "expected \"points\": a number");
    }
    if (fault.code == FAULT_NONE) {
        fault = node_number(build->document, node_get(node, "points"), LEAST_POINTS, MOST_POINTS,
                            points);
    }
    return fault;
}

static struct fault set_threshold(struct plan_build *build, const struct node *node, size_t scale,
                                  double points)
{
    struct declared_change *const declared = &build->scales[scale].declared;
    if (declared->threshold > 0.0) {
        return twice(build, node, scale);
    }
    declared->threshold = points;
    return refuse_pooled(build, node, scale);
}

static struct fault threshold_entry(struct plan_build *build, const struct node *node)
{
    size_t scale = 0;
    double points = 0.0;
    struct fault fault = read_points(build, node, &scale, &points);
    return fault.code == FAULT_NONE ? set_threshold(build, node, scale, points) : fault;
}

/* A number by itself is meant of the total of the one instrument there is. */
static struct fault read_threshold(struct plan_build *build, const struct node *node)
{
    const struct node nothing_named = {
        .kind = NODE_MAP, .line = node->line, .column = node->column};
    double points = 0.0;
    size_t scale = 0;
    struct fault fault;
    if (node->kind != NODE_TEXT) {
        return read_entries(build, node, threshold_entry);
    }
    fault = node_number(build->document, node, LEAST_POINTS, MOST_POINTS, &points);
    if (fault.code == FAULT_NONE) {
        fault = plan_scale_named(build, &nothing_named, &scale);
    }
    return fault.code == FAULT_NONE ? set_threshold(build, node, scale, points) : fault;
}

static struct fault read_sd(struct plan_build *build, const struct node *sd)
{
    struct study *const study = &build->plan->study;
    if (sd->kind == NODE_TEXT && strcmp(sd->text, "study") == 0) {
        study->reliable_sd = RELIABLE_SD_STUDY;
    } else if (sd->kind != NODE_TEXT || strcmp(sd->text, "instrument") != 0) {
        study->reliable_sd = RELIABLE_SD_GIVEN;
        return node_number(build->document, sd, LEAST_POINTS, MOST_POINTS, &study->given_sd);
    }
    return FAULT_FREE;
}

static struct fault read_reliable_change(struct plan_build *build, const struct node *node)
{
    struct study *const study = &build->plan->study;
    const struct node *value;
    size_t word = 0;
    struct fault fault =
        node_check_keys(build->document, node, reliable_keys, COUNT(reliable_keys));
    if (fault.code == FAULT_NONE && (value = node_get(node, "sd")) != NULL) {
        fault = read_sd(build, value);
    }
    if (fault.code == FAULT_NONE && (value = node_get(node, "reliability")) != NULL) {
        fault = node_number(build->document, value, 0.0, 1.0, &study->given_reliability);
    }
    if (fault.code == FAULT_NONE && (value = node_get(node, "method")) != NULL) {
        fault = node_word(build->document, value, reliable_method_words, N_RELIABLE_METHODS, &word);
        study->reliable_method = (enum reliable_method)word;
    }
    if (fault.code == FAULT_NONE && (value = node_get(node, "low_reliability")) != NULL) {
        fault = node_yes_no(build->document, value, &study->low_reliability);
    }
    if (fault.code == FAULT_NONE && (value = node_get(node, "threshold")) != NULL) {
        fault = read_threshold(build, value);
    }
    return fault;
}

static struct fault important_entry(struct plan_build *build, const struct node *node)
{
    size_t scale = 0;
    double points = 0.0;
    struct fault fault = read_points(build, node, &scale, &points);
    if (fault.code == FAULT_NONE && build->scales[scale].declared.important > 0.0) {
        return twice(build, node, scale);
    }
    if (fault.code == FAULT_NONE) {
        build->scales[scale].declared.important = points;
    }
    return fault;
}

/* {mean, sd}, or the name of a published norm of the scale */
static struct fault read_norm(const struct plan_build *build, const struct node *node,
                              const struct scale *scale, struct norm *norm,
                              const struct published_norm **from)
{
    struct fault fault = FAULT_FREE;
    if (node == NULL) {
        return FAULT_FREE;
    }
    if (node->kind == NODE_TEXT) {
        fault = norm_named(build, node, scale, from);
        if (fault.code == FAULT_NONE) {
            *norm = (*from)->figures;
        }
        return fault;
    }
    fault = node_check_keys(build->document, node, norm_keys, COUNT(norm_keys));
    if (fault.code == FAULT_NONE &&
        (node_get(node, "mean") == NULL || node_get(node, "sd") == NULL)) {
        fault = node_fault(build->document, node, "expected {mean: ..., sd: ...}");
    }
    if (fault.code == FAULT_NONE) {
        fault = node_number(build->document, node_get(node, "mean"), -MOST_POINTS, MOST_POINTS,
                            &norm->mean);
    }
    return fault.code == FAULT_NONE ? node_number(build->document, node_get(node, "sd"),
                                                  LEAST_POINTS, MOST_POINTS, &norm->sd)
                                    : fault;
}

/* The cut-off that is asked for can be computed, and lies between people who are in need of help
   and people who are not. */
static struct fault check_norms(const struct plan_build *build, const struct node *node,
                                size_t scale)
{
    const struct study_scale *const s = &build->scales[scale];
    const struct norm clinical = study_clinical_norm(s), functional = study_functional_norm(s);
    const bool both = clinical.sd > 0.0 && functional.sd > 0.0;
    const struct node *const cut_off = node_get(node, "cut_off");
    if (!(clinical.sd > 0.0) && !(functional.sd > 0.0)) {
        return node_fault(build->document, node,
                          "expected \"clinical\" and \"functional\", each {mean: ..., sd: ...}");
    }
    if (both && (functional.mean > clinical.mean) != s->scale->higher_is_better) {
        return node_fault(build->document, node,
                          "the functional mean is not better than the clinical one: %s is better",
                          s->scale->higher_is_better ? "higher" : "lower");
    }
    if (isnan(cut_off_at(study_cut_off(s), &clinical, &functional, s->scale->higher_is_better))) {
        return node_fault(build->document, cut_off == NULL ? node : cut_off,
                          "this cut-off needs the norm that is not given");
    }
    return FAULT_FREE;
}

static struct fault clinical_entry(struct plan_build *build, const struct node *node)
{
    struct declared_change *declared;
    const struct node *cut_off;
    size_t scale = 0, word = 0;
    struct fault fault =
        node_check_keys(build->document, node, clinical_keys, COUNT(clinical_keys));
    if (fault.code == FAULT_NONE) {
        fault = plan_scale_named(build, node, &scale);
    }
    if (fault.code == FAULT_NONE) {
        fault = refuse_pooled(build, node, scale);
    }
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    declared = &build->scales[scale].declared;
    if (declared->clinical.sd > 0.0 || declared->functional.sd > 0.0 || declared->has_cut_off) {
        return twice(build, node, scale);
    }
    fault = read_norm(build, node_get(node, "clinical"), build->scales[scale].scale,
                      &declared->clinical, &declared->clinical_from);
    if (fault.code == FAULT_NONE) {
        fault = read_norm(build, node_get(node, "functional"), build->scales[scale].scale,
                          &declared->functional, &declared->functional_from);
    }
    cut_off = node_get(node, "cut_off");
    if (fault.code == FAULT_NONE && cut_off != NULL) {
        fault = node_word(build->document, cut_off, cut_off_words, N_CUT_OFFS, &word);
        declared->has_cut_off = true;
        declared->cut_off = (enum cut_off)word;
    }
    return fault.code == FAULT_NONE ? check_norms(build, node, scale) : fault;
}

struct fault change_read(struct plan_build *build, const struct node *root)
{
    const struct node *const reliable = node_get(root, "reliable_change");
    const struct node *const important = node_get(root, "important_change");
    const struct node *const clinical = node_get(root, "clinical_change");
    struct fault fault = FAULT_FREE;
    if (reliable != NULL) {
        fault = read_reliable_change(build, reliable);
    }
    if (fault.code == FAULT_NONE && important != NULL) {
        fault = read_entries(build, important, important_entry);
    }
    if (fault.code == FAULT_NONE && clinical != NULL) {
        fault = read_entries(build, clinical, clinical_entry);
    }
    return fault;
}

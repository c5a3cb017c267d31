/* io/read/source.c - one entry of `sources`: a file, its instruments and its columns. */
#include "io/read/plan_build.h"

#include <assert.h>
#include <string.h>

#include "io/nearest.h"
#include "io/read/cells.h"

/* The keys of every source; the instrument's further item groups ("impact") come beside them. */
static const char *const source_keys[] = {
    "file",   "instrument",  "layout",  "separator", "participant", "family",    "stage",
    "date",   "dates",       "age",     "items",     "answers",     "missing",   "incomplete",
    "bands",  "constants",   "goal",    "level",     "weight",      "category",  "flags",
    "target", "target_test", "partial", "rho",       "cohorts",     "chosen_by", "rated_by"};
#define N_SOURCE_KEYS (sizeof source_keys / sizeof source_keys[0])
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Keys that only goals have, and keys that goals do not have. */
static const char *const goal_keys[] = {"goal",  "level",     "weight",      "category",
                                        "flags", "target",    "target_test", "partial",
                                        "rho",   "chosen_by", "rated_by"};
static const char *const form_keys[] = {"items", "answers", "incomplete", "bands"};
static const char *const layout_words[] = {"long", "wide"};
static const char *const instrument_keys[] = {"column", "values"};

/* --- file and instruments --- */

static struct fault read_file(const struct source_build *b)
{
    const struct node *const node = node_get(b->node, "file");
    struct fault fault;
    if (node == NULL) {
        return node_fault(b->document, b->node, "a source needs a \"file\"");
    }
    fault = plan_text(b->build, node, &b->source->name);
    b->source->row = node->line;
    b->source->column = node->column;
    if (fault.code == FAULT_NONE) {
        b->source->path =
            b->source->name[0] == '/'
                ? b->source->name
                : arena_printf(&b->build->plan->arena, "%s%s", b->build->folder, b->source->name);
        fault = b->source->path == NULL ? fault_memory() : FAULT_FREE;
    }
    return fault;
}

/* Whether a measure stands for this instrument: the same one, or under across_versions another
   version of it. */
static bool stands_for(const struct source_build *b, const struct measure *measure,
                       const struct instrument *instrument)
{
    return strcmp(measure->instrument->name, instrument->name) == 0 ||
           (b->build->across_versions && instrument->versions != NULL &&
            measure->instrument->versions != NULL &&
            strcmp(instrument->versions, measure->instrument->versions) == 0);
}

static struct fault add_measure(const struct source_build *b, const struct node *node,
                                const struct instrument *instrument)
{
    struct study *const study = &b->build->plan->study;
    for (size_t i = 0; i < study->n_measures; i++) { /* versions share a join, scale by scale */
        const struct instrument *const other = study->measures[i].instrument;
        if (instrument->versions != NULL && other->versions != NULL &&
            strcmp(instrument->versions, other->versions) == 0 &&
            (instrument->n_scales != other->n_scales || instrument->is_goals != other->is_goals)) {
            return node_fault(b->document, node,
                              "\"%s\" and \"%s\" are versions of one instrument, but do not have "
                              "the same scales",
                              other->name, instrument->name);
        }
    }
    /* There is room: make_room() counted every node of the sources, and each name is one. */
    struct measure *const measure = &b->build->measures[study->n_measures];
    *measure = (struct measure){
        .label = instrument->name, .instrument = instrument, .first_scale = study->n_scales};
    b->build->measure_rules[study->n_measures] = instrument->rule;
    for (size_t i = 0; i < instrument->n_scales; i++) {
        measure->band_sets[i] = instrument->scales[i].default_band_set;
        b->build->scales[study->n_scales++] =
            (struct study_scale){.scale = &instrument->scales[i], .measure = study->n_measures};
    }
    study->n_measures++;
    return FAULT_FREE;
}

/* Pooled versions are one measure: their scales must come in the same units. */
static struct fault pool_versions(const struct source_build *b, const struct node *node,
                                  struct measure *measure, const struct instrument *instrument)
{
    const struct instrument *const first = measure->instrument;
    bool same = first->n_scales == instrument->n_scales;
    for (size_t i = 0; same && i < first->n_scales; i++) {
        same = strcmp(first->scales[i].name, instrument->scales[i].name) == 0 &&
               first->scales[i].units_per_point == instrument->scales[i].units_per_point &&
               first->scales[i].n_values == instrument->scales[i].n_values &&
               memcmp(first->scales[i].values, instrument->scales[i].values,
                      first->scales[i].n_values * sizeof *first->scales[i].values) == 0;
    }
    if (!same) {
        return node_fault(b->document, node, "\"%s\" and \"%s\" do not have the same scales",
                          first->name, instrument->name);
    }
    measure->pooled = true;
    measure->label = arena_printf(&b->build->plan->arena, "%s-all-versions", first->versions);
    return measure->label == NULL ? fault_memory() : FAULT_FREE;
}

static struct fault add_informant(struct source_build *b, const struct node *node,
                                  const char *value)
{
    const struct node *const incomplete = node_get(b->node, "incomplete");
    struct plan_build *const build = b->build;
    struct study *const study = &build->plan->study;
    struct informant *const informant = &b->informants[b->source->n_informants];
    const char *rule = NULL, *name;
    size_t m = 0;
    struct fault fault = plan_text(b->build, node, &name);
    if (fault.code == FAULT_NONE && incomplete != NULL) {
        fault = plan_text(b->build, incomplete, &rule);
    }
    if (fault.code == FAULT_NONE) {
        fault = instrument_load(&build->options->shelf, name, rule, &build->plan->arena,
                                &informant->instrument);
    }
    /* Name and rule fail alike: loading once more without the rule tells which word to point at. A
       fault with a row is about the instrument's own file and stays as it is. */
    if (fault.code != FAULT_NONE) {
        const struct instrument *known;
        const bool is_rule =
            rule != NULL &&
            instrument_load(&build->options->shelf, name, NULL, &build->plan->arena, &known).code ==
                FAULT_NONE;
        return fault.code != FAULT_CONTENT || fault.row > 0
                   ? fault
                   : node_fault(b->document, is_rule ? incomplete : node, "%s", fault.detail);
    }
    while (m < study->n_measures && !stands_for(b, &study->measures[m], informant->instrument)) {
        m++;
    }
    if (m == study->n_measures) {
        fault = add_measure(b, node, informant->instrument);
    } else if (strcmp(build->measure_rules[m], informant->instrument->rule) != 0) {
        /* One measure, one rule: scores under two rules differ by more than the respondents do. */
        fault = node_fault(b->document, node,
                           "another source reads \"%s\" with incomplete: %s, this one with %s",
                           name, build->measure_rules[m], informant->instrument->rule);
    } else if (strcmp(study->measures[m].instrument->name, informant->instrument->name) != 0) {
        fault = pool_versions(b, node, &build->measures[m], informant->instrument);
    }
    informant->value = value;
    informant->measure = m;
    b->source->n_informants++;
    return fault;
}

/* The keys are checked when the instrument has told its groups; so a slip in this one is looked for
   here. */
static struct fault no_instrument(const struct source_build *b)
{
    const char *const wanted[] = {"instrument"};
    for (size_t i = 0; i < b->node->n_children; i++) {
        const struct node *const key = &b->node->keys[i];
        if (nearest_word(key->text, wanted, 1) != NULL) {
            return node_fault(b->document, key,
                              "the key \"%s\" is not known here; did you mean \"instrument\"?",
                              key->text);
        }
    }
    return node_fault(b->document, b->node, "a source needs an \"instrument\"");
}

/* instrument: NAME, or {column: informant, values: {P: sdq-parent, T: sdq-teacher}} */
static struct fault read_instrument(struct source_build *b)
{
    const struct node *const node = node_get(b->node, "instrument");
    const struct node *values;
    struct fault fault = FAULT_FREE;
    if (node == NULL) {
        return no_instrument(b);
    }
    values = node->kind == NODE_MAP ? node_get(node, "values") : NULL;
    b->informants = arena_alloc(&b->build->plan->arena, values == NULL ? 1 : values->n_children + 1,
                                sizeof *b->informants);
    b->source->informants = b->informants;
    if (b->informants == NULL) {
        return fault_memory();
    }
    if (node->kind == NODE_TEXT) {
        return add_informant(b, node, NULL);
    }
    fault = node_check_keys(b->document, node, instrument_keys, COUNT(instrument_keys));
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    if (node_get(node, "column") == NULL || values == NULL || values->kind != NODE_MAP ||
        values->n_children == 0) {
        return node_fault(b->document, node,
                          "expected the instrument's name, or {column: NAME, values: {P: "
                          "sdq-parent, ...}}");
    }
    b->source->informant.line = node->line;
    b->source->informant.column = node->column;
    fault = plan_text(b->build, node_get(node, "column"), &b->source->informant.text);
    for (size_t i = 0; i < values->n_children && fault.code == FAULT_NONE; i++) {
        const char *value = NULL;
        fault = plan_text(b->build, &values->keys[i], &value);
        if (fault.code == FAULT_NONE) {
            fault = add_informant(b, &values->children[i], value);
        }
    }
    return fault;
}

/* Keys that this source may not have, and the groups that its instrument has. */
static struct fault check_keys(const struct source_build *b)
{
    const struct instrument *const instrument = b->informants[0].instrument;
    const char *keys[N_SOURCE_KEYS + MAX_GROUPS];
    const char *const *const others = b->is_goals ? form_keys : goal_keys;
    const size_t n_others = b->is_goals ? COUNT(form_keys) : COUNT(goal_keys);
    size_t n = 0;
    for (size_t i = 0; i < N_SOURCE_KEYS; i++) {
        keys[n++] = source_keys[i];
    }
    /* Group 0, "items", is among source_keys. */
    for (size_t i = 1; i < instrument->n_groups; i++) {
        keys[n++] = instrument->groups[i].name;
    }
    for (size_t i = 0; i < n_others; i++) {
        const struct node *const node = node_get(b->node, others[i]);
        if (node != NULL) {
            return node_fault(b->document, node, "\"%s\" does not go with the instrument \"%s\"",
                              others[i], instrument->name);
        }
    }
    return node_check_keys(b->document, b->node, keys, n);
}

/* --- answers --- */

static struct fault read_answers(const struct source_build *b)
{
    const struct node *const node = node_get(b->node, "answers");
    struct worded_answer *answers;
    struct fault fault = FAULT_FREE;
    b->source->numbers_too = true;
    if (node == NULL) {
        return FAULT_FREE;
    }
    if (node->kind != NODE_MAP || node->n_children == 0) {
        return node_fault(b->document, node,
                          "expected answers and their codes: {Not true: 0, ...}");
    }
    answers = arena_alloc(&b->build->plan->arena, node->n_children, sizeof *answers);
    if (answers == NULL) {
        return fault_memory();
    }
    for (size_t i = 0; i < node->n_children && fault.code == FAULT_NONE; i++) {
        int64_t number;
        fault = plan_text(b->build, &node->keys[i], &answers[i].text);
        if (fault.code == FAULT_NONE) {
            /* A study that says {"1": 0} counts from 1: a plain 2 beside it would be read one too
               high. */
            fault = node_integer(b->document, &node->children[i], -100, 100, &answers[i].code);
            b->source->numbers_too =
                b->source->numbers_too && !text_decimal(answers[i].text, 0, &number);
        }
    }
    b->source->answers = answers;
    b->source->n_answers = node->n_children;
    return fault;
}

/* The study's missing texts and the source's own. */
static struct fault read_missing(const struct source_build *b)
{
    const struct node *const node = node_get(b->node, "missing");
    const char *const *own = NULL;
    const char **all;
    size_t n_own = 0;
    struct fault fault = FAULT_FREE;
    if (node != NULL) {
        fault = plan_texts(b->build, node, &own, &n_own);
    }
    all = arena_alloc(&b->build->plan->arena, b->build->n_missing + n_own + 1, sizeof *all);
    if (fault.code != FAULT_NONE || all == NULL) {
        return fault.code != FAULT_NONE ? fault : fault_memory();
    }
    for (size_t i = 0; i < b->build->n_missing; i++) {
        all[i] = b->build->missing[i];
    }
    for (size_t i = 0; i < n_own; i++) {
        all[b->build->n_missing + i] = own[i];
    }
    b->source->missing = all;
    b->source->n_missing = b->build->n_missing + n_own;
    return FAULT_FREE;
}

/* bands: NAME chooses the set that tables print, on every scale that has it. */
static bool choose_bands(struct measure *measure, const char *name)
{
    bool found = false;
    for (size_t s = 0; s < measure->instrument->n_scales; s++) {
        const struct scale *const scale = &measure->instrument->scales[s];
        for (size_t set = 0; set < scale->n_band_sets; set++) {
            if (text_alike(scale->band_sets[set].name, name)) {
                measure->band_sets[s] = set;
                found = true;
            }
        }
    }
    return found;
}

static struct fault read_bands(const struct source_build *b)
{
    const struct node *const node = node_get(b->node, "bands");
    const char *name;
    struct fault fault;
    if (node == NULL) {
        return FAULT_FREE;
    }
    fault = plan_text(b->build, node, &name);
    for (size_t i = 0; i < b->source->n_informants && fault.code == FAULT_NONE; i++) {
        const size_t index = b->informants[i].measure;
        struct measure *const measure = &b->build->measures[index];
        const char *const chosen = b->build->measure_bands[index];
        /* A table prints one set of bands for each measure, whatever file its forms came from. */
        if (chosen != NULL && !text_alike(chosen, name)) {
            return node_fault(b->document, node, "another source prints the bands \"%s\" of \"%s\"",
                              chosen, measure->instrument->name);
        }
        b->build->measure_bands[index] = name;
        if (!choose_bands(measure, name)) {
            fault = node_fault(b->document, node,
                               "\"%s\" has no band set \"%s\": see pellter "
                               "scales %s",
                               measure->instrument->name, name, measure->instrument->name);
        }
    }
    return fault;
}

/* --- all --- */

static struct fault read_form(const struct source_build *b)
{
    const struct node *const layout = node_get(b->node, "layout");
    const struct node *const separator = node_get(b->node, "separator");
    struct fault fault = FAULT_FREE;
    size_t word = 0;
    if (layout != NULL) {
        fault = node_word(b->document, layout, layout_words, COUNT(layout_words), &word);
        b->source->wide = word == 1;
    }
    if (fault.code == FAULT_NONE && separator != NULL) {
        const char *text = separator->kind == NODE_TEXT ? separator->text : "";
        text = strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0 ? "\t" : text;
        /* strchr() would find the NUL of an empty text, too, so that is asked first. */
        if (text[0] == '\0' || text[1] != '\0' || strchr(",;\t", text[0]) == NULL) {
            fault = node_fault(b->document, separator, "expected a separator: \",\", \";\" or tab");
        }
        b->source->separator = text[0];
    }
    return fault;
}

struct fault source_read(struct plan_build *build, const struct node *node, struct source *source)
{
    struct source_build b = {
        .build = build, .document = build->document, .node = node, .source = source};
    struct fault fault = node->kind == NODE_MAP ? FAULT_FREE
                                                : node_fault(b.document, node,
                                                             "expected a source: {file: ..., "
                                                             "instrument: ...}");
    if (fault.code == FAULT_NONE) {
        fault = read_instrument(&b);
    }
    if (fault.code == FAULT_NONE) {
        assert(b.informants != NULL); /* read_instrument found at least one */
        b.is_goals = b.informants[0].instrument->is_goals;
        if (b.is_goals && source->informant.text != NULL) {
            return node_fault(b.document, node, "goals have no informant column");
        }
        /* Only now: the item groups of the instrument are keys as well. */
        fault = check_keys(&b);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_file(&b);
    }
    if (fault.code == FAULT_NONE) {
        /* Before the columns: in a wide layout they are named stage by stage. */
        fault = read_form(&b);
    }
    if (fault.code == FAULT_NONE) {
        fault = source_columns(&b);
    }
    if (fault.code == FAULT_NONE) {
        fault = b.is_goals ? source_goals(&b) : source_items(&b);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_answers(&b);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_missing(&b);
    }
    return fault.code == FAULT_NONE && !b.is_goals ? read_bands(&b) : fault;
}

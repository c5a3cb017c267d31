/* io/read/source.c - one entry of `sources`: a file, its instruments and its columns. */
#include "io/read/plan_build.h"

#include <assert.h>
#include <string.h>

#include "io/nearest.h"
#include "io/read/cells.h"

/* The keys of every source; the instrument's further item groups ("impact") come beside them. */
static const char *const source_keys[] = {
    "file",     "instrument", "layout", "separator", "participant", "family",     "stage",
    "date",     "dates",      "age",    "items",     "answers",     "missing",    "incomplete",
    "bands",    "constants",  "goal",   "level",     "weight",      "category",   "flags",
    "target",   "partial",    "rho",    "cohorts"};
#define N_SOURCE_KEYS (sizeof source_keys / sizeof source_keys[0])
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Keys that only goals have, and keys that goals do not have. */
static const char *const goal_keys[] = {"goal",  "level",  "weight",  "category",
                                        "flags", "target", "partial", "rho"};
static const char *const form_keys[] = {"items", "answers", "incomplete", "bands"};
static const char *const layout_words[] = {"long", "wide"};
static const char *const partial_words[] = {"recode", "keep"};
static const char *const dates_words[] = {"iso", "day first"};
static const char *const instrument_keys[] = {"column", "values"};

/* One source in the making. */
struct source_build {
    struct plan_build *build;
    const struct document *document;
    const struct node *node;
    struct source *source;
    struct informant *informants;
    bool is_goals;
};

static struct fault text_at(const struct source_build *b, const struct node *node,
                            const char **out)
{
    struct fault fault = node_text(b->document, node, out);
    if (fault.code == FAULT_NONE) {
        *out = arena_copy(&b->build->plan->arena, *out, strlen(*out));
        fault = *out == NULL ? fault_memory() : FAULT_FREE;
    }
    return fault;
}

/* The column under `key`, or `otherwise` (NULL: none) as a default. */
static struct fault column_at(const struct source_build *b, const char *key, const char *otherwise,
                              struct column_name *column)
{
    const struct node *const node = node_get(b->node, key);
    *column = (struct column_name){.text = otherwise};
    if (node == NULL) {
        return FAULT_FREE;
    }
    column->line = node->line;
    column->column = node->column;
    return text_at(b, node, &column->text);
}

/* --- file and instruments --- */

static struct fault read_file(const struct source_build *b)
{
    const struct node *const node = node_get(b->node, "file");
    struct fault fault;
    if (node == NULL) {
        return node_fault(b->document, b->node, "a source needs a \"file\"");
    }
    fault = text_at(b, node, &b->source->name);
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

static struct fault add_measure(const struct source_build *b, const struct instrument *instrument)
{
    struct study *const study = &b->build->plan->study;
    struct measure *const measure = &b->build->measures[study->n_measures];
    *measure = (struct measure){.label = instrument->name,
                                .instrument = instrument,
                                .first_scale = study->n_scales};
    b->build->measure_rules[study->n_measures] = instrument->rule;
    for (size_t i = 0; i < instrument->n_scales; i++) {
        measure->band_sets[i] = instrument->scales[i].default_band_set;
        b->build->scales[study->n_scales++] = (struct study_scale){
            .scale = &instrument->scales[i], .measure = study->n_measures};
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
    struct fault fault = text_at(b, node, &name);
    if (fault.code == FAULT_NONE && incomplete != NULL) {
        fault = text_at(b, incomplete, &rule);
    }
    if (fault.code == FAULT_NONE) {
        fault = instrument_load(&build->options->shelf, name, rule, &build->plan->arena,
                                &informant->instrument);
    }
    if (fault.code != FAULT_NONE) {
        return fault.code != FAULT_CONTENT || fault.row > 0
                   ? fault
                   : node_fault(b->document, node, "%s", fault.detail);
    }
    while (m < study->n_measures && !stands_for(b, &study->measures[m], informant->instrument)) {
        m++;
    }
    if (m == study->n_measures) {
        fault = add_measure(b, informant->instrument);
    } else if (strcmp(build->measure_rules[m], informant->instrument->rule) != 0) {
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

/* instrument: NAME, or {column: informant, values: {P: sdq-parent, T: sdq-teacher}} */
static struct fault read_instrument(struct source_build *b)
{
    const struct node *const node = node_get(b->node, "instrument");
    const struct node *values;
    struct fault fault = FAULT_FREE;
    if (node == NULL) {
        return node_fault(b->document, b->node, "a source needs an \"instrument\"");
    }
    values = node->kind == NODE_MAP ? node_get(node, "values") : NULL;
    b->informants = arena_alloc(&b->build->plan->arena,
                                values == NULL ? 1 : values->n_children + 1, sizeof *b->informants);
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
    fault = text_at(b, node_get(node, "column"), &b->source->informant.text);
    for (size_t i = 0; i < values->n_children && fault.code == FAULT_NONE; i++) {
        const char *value = NULL;
        fault = text_at(b, &values->keys[i], &value);
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

/* --- columns of items --- */

/* Names from a pattern or a list, into `out`. */
static struct fault read_pattern(const struct source_build *b, const struct node *node,
                                 struct item_columns *out)
{
    struct arena *const arena = &b->build->plan->arena;
    const size_t n_nodes = node->kind == NODE_LIST ? node->n_children : 1;
    struct column_name *names = NULL;
    size_t n = 0;
    for (size_t i = 0; i < n_nodes; i++) {
        const struct node *const item = node->kind == NODE_LIST ? &node->children[i] : node;
        const char *const *expanded;
        const char *text, *why;
        size_t n_expanded;
        struct column_name *grown;
        struct fault fault = node_text(b->document, item, &text);
        if (fault.code != FAULT_NONE) {
            return fault;
        }
        if (!pattern_expand(text, arena, &expanded, &n_expanded, &why)) {
            return node_fault(b->document, item, "%s", why);
        }
        grown = arena_alloc(arena, n + n_expanded, sizeof *grown);
        if (grown == NULL || n + n_expanded > 1000) {
            return grown == NULL ? fault_memory()
                                 : node_fault(b->document, item, "found over 1,000 columns");
        }
        if (n > 0) {
            memcpy(grown, names, n * sizeof *grown);
        }
        names = grown;
        for (size_t j = 0; j < n_expanded; j++) {
            names[n++] = (struct column_name){expanded[j], item->line, item->column};
        }
    }
    *out = (struct item_columns){names, n};
    return FAULT_FREE;
}

/* Calls for each stage of a wide source: {start: PATTERN, 12 months: PATTERN}. */
static struct fault read_by_stage(const struct source_build *b, const struct node *node,
                                  struct item_columns columns[])
{
    struct fault fault = FAULT_FREE;
    if (node->kind != NODE_MAP) {
        return node_fault(b->document, node,
                          "in a wide layout, expected the columns of each stage: {start: ..., 12 "
                          "months: ...}");
    }
    for (size_t i = 0; i < node->n_children && fault.code == FAULT_NONE; i++) {
        const uint32_t stage = plan_stage(b->build->plan, node->keys[i].text);
        if (stage == NO_STAGE) {
            return node_fault(b->document, &node->keys[i], "\"%s\" is not one of the stages",
                              node->keys[i].text);
        }
        fault = read_pattern(b, &node->children[i], &columns[stage]);
    }
    return fault;
}

static struct fault check_item_count(const struct source_build *b, const struct node *node,
                                     size_t group, size_t n)
{
    for (size_t i = 0; i < b->source->n_informants; i++) {
        const struct instrument *const instrument = b->informants[i].instrument;
        const struct item_group *const g = &instrument->groups[group];
        if (n != g->n_items && (g->n_long == 0 || n != g->n_long)) {
            return node_fault(b->document, node,
                              "found %zu columns, but \"%s\" has %zu in \"%s\"", n,
                              instrument->name, g->n_items, g->name);
        }
        b->build->measures[b->informants[i].measure].has_group[group] = true;
    }
    return FAULT_FREE;
}

/* The columns of one item group; where the file has none, they are left out. */
static struct fault read_group(const struct source_build *b, size_t group,
                               struct item_columns columns[])
{
    const char *const name = b->informants[0].instrument->groups[group].name;
    const struct node *const node = node_get(b->node, name);
    const size_t n_stages = b->build->plan->study.n_stages;
    struct fault fault = FAULT_FREE;
    if (node == NULL) {
        return group > 0 ? FAULT_FREE
                         : node_fault(b->document, b->node,
                                      "a source needs \"items\": the columns of the answers");
    }
    fault = b->source->wide ? read_by_stage(b, node, columns) : read_pattern(b, node, columns);
    for (size_t i = 0; i < n_stages && fault.code == FAULT_NONE; i++) {
        if (columns[i].n > 0) {
            fault = check_item_count(b, node, group, columns[i].n);
        }
    }
    return fault;
}

static struct fault read_items(const struct source_build *b)
{
    const size_t n_stages = b->build->plan->study.n_stages;
    const size_t n_groups = b->informants[0].instrument->n_groups;
    struct fault fault = FAULT_FREE;
    b->source->items =
        arena_alloc(&b->build->plan->arena, MAX_GROUPS * n_stages, sizeof *b->source->items);
    if (b->source->items == NULL) {
        return fault_memory();
    }
    for (size_t i = 1; i < b->source->n_informants; i++) {
        if (b->informants[i].instrument->n_groups != n_groups) {
            return node_fault(b->document, b->node,
                              "instruments with different item groups need sources of their own");
        }
    }
    for (size_t group = 0; group < n_groups && fault.code == FAULT_NONE; group++) {
        fault = read_group(b, group, b->source->items + group * n_stages);
    }
    return fault;
}

/* The level of a goal is read as an item: one column, or in a wide layout one for each stage. */
static struct fault read_level(const struct source_build *b)
{
    const struct node *const node = node_get(b->node, "level");
    const size_t n_stages = b->build->plan->study.n_stages;
    struct column_name *level;
    struct fault fault = FAULT_FREE;
    b->source->items =
        arena_alloc(&b->build->plan->arena, MAX_GROUPS * n_stages, sizeof *b->source->items);
    level = arena_alloc(&b->build->plan->arena, 1, sizeof *level);
    if (b->source->items == NULL || level == NULL) {
        return fault_memory();
    }
    b->build->measures[b->informants[0].measure].has_group[0] = true;
    if (b->source->wide) {
        fault = node == NULL ? node_fault(b->document, b->node,
                                          "in a wide layout, \"level\" names a column a stage")
                             : read_by_stage(b, node, b->source->items);
        for (size_t i = 0; i < n_stages && fault.code == FAULT_NONE; i++) {
            if (b->source->items[i].n > 1) {
                fault = node_fault(b->document, node, "found several columns for one stage");
            }
        }
        return fault;
    }
    fault = column_at(b, "level", "level", level);
    b->source->items[0] = (struct item_columns){level, 1};
    return fault;
}

/* --- the other columns --- */

static struct fault read_dates(const struct source_build *b)
{
    const struct node *const node = node_get(b->node, "date");
    const struct node *const format = node_get(b->node, "dates");
    const size_t n_stages = b->build->plan->study.n_stages;
    struct fault fault = FAULT_FREE;
    size_t word = 0;
    b->source->dates = arena_alloc(&b->build->plan->arena, n_stages, sizeof *b->source->dates);
    if (b->source->dates == NULL) {
        return fault_memory();
    }
    if (format != NULL) {
        fault = node_word(b->document, format, dates_words, COUNT(dates_words), &word);
        b->source->day_first = word == 1;
    }
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    if (!b->source->wide) {
        return column_at(b, "date", "date", &b->source->dates[0]);
    }
    if (node != NULL) {
        struct item_columns columns[MAX_STAGES] = {{0}};
        fault = read_by_stage(b, node, columns);
        for (size_t i = 0; i < n_stages && fault.code == FAULT_NONE; i++) {
            if (columns[i].n > 0) {
                b->source->dates[i] = columns[i].names[0];
            }
        }
    }
    return fault;
}

static struct fault read_constants(const struct source_build *b)
{
    const struct node *const node = node_get(b->node, "constants");
    struct constant *constants;
    struct fault fault = FAULT_FREE;
    if (node == NULL) {
        return FAULT_FREE;
    }
    if (node->kind != NODE_MAP) {
        return node_fault(b->document, node, "expected columns and their values: {site: Site 1}");
    }
    constants = arena_alloc(&b->build->plan->arena, node->n_children + 1, sizeof *constants);
    if (constants == NULL) {
        return fault_memory();
    }
    for (size_t i = 0; i < node->n_children && fault.code == FAULT_NONE; i++) {
        fault = text_at(b, &node->keys[i], &constants[i].column);
        if (fault.code == FAULT_NONE) {
            fault = text_at(b, &node->children[i], &constants[i].value);
        }
    }
    b->source->constants = constants;
    b->source->n_constants = node->n_children;
    return fault;
}

/* cohorts: {site: Centre} where a file calls a cohort column otherwise. */
static struct fault read_cohort_columns(const struct source_build *b)
{
    const struct study *const study = &b->build->plan->study;
    const struct node *const node = node_get(b->node, "cohorts");
    struct fault fault = FAULT_FREE;
    b->source->cohorts = arena_alloc(&b->build->plan->arena, study->n_cohort_columns + 1,
                                     sizeof *b->source->cohorts);
    if (b->source->cohorts == NULL) {
        return fault_memory();
    }
    for (size_t i = 0; i < study->n_cohort_columns; i++) {
        b->source->cohorts[i].text = study->cohort_columns[i];
    }
    if (node != NULL) {
        fault = node_check_keys(b->document, node, study->cohort_columns, study->n_cohort_columns);
    }
    for (size_t i = 0; node != NULL && i < study->n_cohort_columns && fault.code == FAULT_NONE;
         i++) {
        const struct node *const name = node_get(node, study->cohort_columns[i]);
        if (name != NULL) {
            b->source->cohorts[i].line = name->line;
            b->source->cohorts[i].column = name->column;
            fault = text_at(b, name, &b->source->cohorts[i].text);
        }
    }
    return fault;
}

static struct fault read_columns(const struct source_build *b)
{
    struct source *const source = b->source;
    struct fault fault = column_at(b, "participant", "participant", &source->participant);
    if (fault.code == FAULT_NONE) {
        fault = column_at(b, "family", "family", &source->family);
    }
    if (fault.code == FAULT_NONE) {
        fault = column_at(b, "age", "age", &source->age);
    }
    if (fault.code == FAULT_NONE && !source->wide) {
        fault = column_at(b, "stage", "stage", &source->stage);
    } else if (fault.code == FAULT_NONE && node_get(b->node, "stage") != NULL) {
        fault = node_fault(b->document, node_get(b->node, "stage"),
                           "a wide layout has a column for each stage, not a stage column");
    }
    if (fault.code == FAULT_NONE) {
        fault = read_dates(b);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_constants(b);
    }
    return fault.code == FAULT_NONE ? read_cohort_columns(b) : fault;
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
        fault = text_at(b, &node->keys[i], &answers[i].text);
        if (fault.code == FAULT_NONE) {
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
        fault = texts_read(b->build, node, &own, &n_own);
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
    fault = text_at(b, node, &name);
    for (size_t i = 0; i < b->source->n_informants && fault.code == FAULT_NONE; i++) {
        struct measure *const measure = &b->build->measures[b->informants[i].measure];
        if (!choose_bands(measure, name)) {
            fault = node_fault(b->document, node, "\"%s\" has no band set \"%s\": see pellter "
                               "scales %s", measure->instrument->name, name,
                               measure->instrument->name);
        }
    }
    return fault;
}

/* --- goals --- */

static struct fault read_flags(const struct source_build *b)
{
    const struct node *const node = node_get(b->node, "flags");
    struct goal_rules *const rules = &b->build->plan->study.goals;
    const char *const *names = NULL;
    size_t n = 0;
    struct fault fault = FAULT_FREE;
    if (node != NULL) {
        fault = texts_read(b->build, node, &names, &n);
    }
    for (size_t i = 0; i < n && fault.code == FAULT_NONE; i++) {
        size_t flag = 0;
        while (flag < rules->n_flags && strcmp(rules->flags[flag], names[i]) != 0) {
            flag++;
        }
        if (flag == MAX_FLAGS) {
            return node_fault(b->document, node, "found more than %d flags", MAX_FLAGS);
        }
        rules->flags[flag] = names[i];
        rules->n_flags = flag == rules->n_flags ? flag + 1 : rules->n_flags;
        b->source->flags[flag] = (struct column_name){names[i], node->line, node->column};
    }
    return fault;
}

static struct fault read_goal_rules(const struct source_build *b)
{
    const struct node *const target = node_get(b->node, "target");
    const struct node *const rho = node_get(b->node, "rho");
    const struct node *const partial = node_get(b->node, "partial");
    struct goal_rules *const rules = &b->build->plan->study.goals;
    size_t word = 0;
    struct fault fault = FAULT_FREE;
    if (target != NULL) {
        fault = node_number(b->document, target, 0.0, 100.0, &rules->target);
        rules->has_target = true;
    }
    if (fault.code == FAULT_NONE && rho != NULL) {
        fault = node_number(b->document, rho, 0.0, 1.0, &rules->rho);
    }
    if (fault.code == FAULT_NONE && partial != NULL) {
        fault = node_word(b->document, partial, partial_words, COUNT(partial_words), &word);
        rules->keep_partial = word == 1;
    }
    return fault;
}

static struct fault read_goals(const struct source_build *b)
{
    struct goal_rules *const rules = &b->build->plan->study.goals;
    struct fault fault = column_at(b, "goal", "goal", &b->source->goal);
    if (fault.code == FAULT_NONE) {
        fault = column_at(b, "weight", NULL, &b->source->weight);
        rules->weighted = rules->weighted || b->source->weight.text != NULL;
    }
    if (fault.code == FAULT_NONE) {
        fault = column_at(b, "category", NULL, &b->source->category);
        rules->has_category = rules->has_category || b->source->category.text != NULL;
    }
    if (fault.code == FAULT_NONE) {
        fault = read_flags(b);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_goal_rules(b);
    }
    return fault.code == FAULT_NONE ? read_level(b) : fault;
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
        if (text[0] == '\0' || text[1] != '\0' || strchr(",;\t", text[0]) == NULL) {
            fault = node_fault(b->document, separator,
                               "expected a separator: \",\", \";\" or tab");
        }
        b->source->separator = text[0];
    }
    return fault;
}

struct fault source_read(struct plan_build *build, const struct node *node, struct source *source)
{
    struct source_build b = {
        .build = build, .document = build->document, .node = node, .source = source};
    struct fault fault = node->kind == NODE_MAP
                             ? FAULT_FREE
                             : node_fault(b.document, node, "expected a source: {file: ..., "
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
        fault = check_keys(&b);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_file(&b);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_form(&b);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_columns(&b);
    }
    if (fault.code == FAULT_NONE) {
        fault = b.is_goals ? read_goals(&b) : read_items(&b);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_answers(&b);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_missing(&b);
    }
    return fault.code == FAULT_NONE && !b.is_goals ? read_bands(&b) : fault;
}

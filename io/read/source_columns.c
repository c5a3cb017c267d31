/* io/read/source_columns.c - which columns of a source hold what. */
#include <string.h>

#include "io/read/cells.h"
#include "io/read/plan_build.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const target_test_words[] = {
    [TWO_SIDED] = "two-sided", [LESS] = "less", [GREATER] = "greater"};
static const char *const partial_words[] = {"recode", "keep"};
static const char *const dates_words[] = {"iso", "day first"};

/* The column under `key`, or `otherwise` (NULL: none) as a default. */
static struct fault column_at(const struct source_build *b, const char *key, const char *otherwise,
                              struct column_name *column)
{
    const struct node *const node = node_get(b->node, key);
    /* Line 0 marks a default: a file without that column is not at fault by itself. */
    *column = (struct column_name){.text = otherwise};
    if (node == NULL) {
        return FAULT_FREE;
    }
    column->line = node->line;
    column->column = node->column;
    return plan_text(b->build, node, &column->text);
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
        /* An arena cannot grow a piece: the names move, and the limit bounds what is left
           behind. */
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
    if (n == 0) {
        return node_fault(b->document, node, "found an empty list, expected columns");
    }
    *out = (struct item_columns){names, n};
    return FAULT_FREE;
}

/* Calls for each stage of a wide source: {start: PATTERN, 12 months: PATTERN}. */
static struct fault read_by_stage(const struct source_build *b, const struct node *node,
                                  struct item_columns columns[])
{
    struct fault fault = FAULT_FREE;
    if (node->kind != NODE_MAP || node->n_children == 0) {
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
        /* No key stands twice, but two texts may mean one stage: its name and one of its values. */
        if (columns[stage].n > 0) {
            return node_fault(b->document, &node->keys[i], "the stage \"%s\" stands here twice",
                              b->build->stages[stage].name);
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
        /* The rows are read later by this number alone: it says whether the file holds the longer
           form. */
        if (n != g->n_items && (g->n_long == 0 || n != g->n_long)) {
            return node_fault(b->document, node, "found %zu columns, but \"%s\" has %zu in \"%s\"",
                              n, instrument->name, g->n_items, g->name);
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
        /* Its scales then count as not collected, and are not printed as missing. */
        return group > 0 ? FAULT_FREE
                         : node_fault(b->document, b->node,
                                      "a source needs \"items\": the columns of the answers");
    }
    fault = b->source->wide ? read_by_stage(b, node, columns) : read_pattern(b, node, columns);
    /* A long source has filled stage 0 only. */
    for (size_t i = 0; i < n_stages && fault.code == FAULT_NONE; i++) {
        if (columns[i].n > 0) {
            fault = check_item_count(b, node, group, columns[i].n);
        }
    }
    return fault;
}

struct fault source_items(const struct source_build *b)
{
    const size_t n_stages = b->build->plan->study.n_stages;
    const size_t n_groups = b->informants[0].instrument->n_groups;
    struct fault fault = FAULT_FREE;
    b->source->items =
        arena_alloc(&b->build->plan->arena, MAX_GROUPS * n_stages, sizeof *b->source->items);
    if (b->source->items == NULL) {
        return fault_memory();
    }
    /* All informants share the columns, which are found by the group names of the first. */
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
    /* Zeroed: a stage without a date keeps the text NULL, which asks for no column. */
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
            if (columns[i].n > 1) {
                return node_fault(b->document, node, "found several columns for one stage");
            }
            if (columns[i].n == 1) {
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
        fault = plan_text(b->build, &node->keys[i], &constants[i].column);
        if (fault.code == FAULT_NONE) {
            fault = plan_text(b->build, &node->children[i], &constants[i].value);
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
        /* The study's cohorts are read before its sources, so all are known here. */
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
            fault = plan_text(b->build, name, &b->source->cohorts[i].text);
        }
    }
    return fault;
}

struct fault source_columns(const struct source_build *b)
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

/* --- goals --- */

static struct fault read_flags(const struct source_build *b)
{
    const struct node *const node = node_get(b->node, "flags");
    struct goal_rules *const rules = &b->build->plan->study.goals;
    const char *const *names = NULL;
    size_t n = 0;
    struct fault fault = FAULT_FREE;
    if (node != NULL) {
        fault = plan_texts(b->build, node, &names, &n);
    }
    for (size_t i = 0; i < n && fault.code == FAULT_NONE; i++) {
        size_t flag = 0;
        while (flag < rules->n_flags && strcmp(rules->flags[flag], names[i]) != 0) {
            flag++;
        }
        if (flag == MAX_FLAGS) {
            return node_fault(b->document, node, "found more than %d flags", MAX_FLAGS);
        }
        /* A flag has one bit throughout the study, whatever place each source lists it in. */
        rules->flags[flag] = names[i];
        rules->n_flags = flag == rules->n_flags ? flag + 1 : rules->n_flags;
        b->source->flags[flag] = (struct column_name){names[i], node->line, node->column};
    }
    return fault;
}

/* A rule of goals holds for the whole study: a second source may repeat it, not change it. */
static struct fault same_rule(const struct source_build *b, const char *key, bool changed)
{
    return changed ? node_fault(b->document, node_get(b->node, key),
                                "another source of goals has another \"%s\"", key)
                   : FAULT_FREE;
}

/* Who did something with goals, in the study's own words. */
static struct fault read_who(const struct source_build *b, const char *key, const char **who)
{
    const struct node *const node = node_get(b->node, key);
    const char *const earlier = *who;
    struct fault fault = FAULT_FREE;
    if (node != NULL) {
        fault = plan_text(b->build, node, who);
    }
    return fault.code == FAULT_NONE && node != NULL && earlier != NULL
               ? same_rule(b, key, strcmp(*who, earlier) != 0)
               : fault;
}

static struct fault read_goal_rules(const struct source_build *b)
{
    const struct node *const target = node_get(b->node, "target");
    const struct node *const test = node_get(b->node, "target_test");
    const struct node *const rho = node_get(b->node, "rho");
    const struct node *const partial = node_get(b->node, "partial");
    struct goal_rules *const rules = &b->build->plan->study.goals;
    /* What a source leaves out stays as an earlier one has set it. */
    struct goal_rules wanted = *rules;
    size_t word = 0;
    struct fault fault = FAULT_FREE;
    if (target != NULL) {
        fault = node_number(b->document, target, 0.0, 100.0, &wanted.target);
        if (fault.code == FAULT_NONE) {
            fault = same_rule(b, "target", rules->has_target && wanted.target != rules->target);
        }
        wanted.has_target = true;
    }
    if (fault.code == FAULT_NONE && test != NULL && !wanted.has_target) {
        fault = node_fault(b->document, test, "there is no \"target\" to test against");
    }
    if (fault.code == FAULT_NONE && test != NULL) {
        fault = node_word(b->document, test, target_test_words, COUNT(target_test_words), &word);
        wanted.target_test = (enum alternative)word;
        if (fault.code == FAULT_NONE) {
            fault =
                same_rule(b, "target_test",
                          b->build->has_target_test && wanted.target_test != rules->target_test);
        }
        b->build->has_target_test = true;
    }
    if (fault.code == FAULT_NONE && rho != NULL) {
        fault = node_number(b->document, rho, 0.0, 1.0, &wanted.rho);
        if (fault.code == FAULT_NONE) {
            /* rho has its default from the start, so that only has_rho knows of an earlier
               source. */
            fault = same_rule(b, "rho", b->build->has_rho && wanted.rho != rules->rho);
        }
        b->build->has_rho = true;
    }
    if (fault.code == FAULT_NONE && partial != NULL) {
        fault = node_word(b->document, partial, partial_words, COUNT(partial_words), &word);
        wanted.keep_partial = word == 1;
        if (fault.code == FAULT_NONE) {
            fault = same_rule(b, "partial",
                              b->build->has_partial && wanted.keep_partial != rules->keep_partial);
        }
        b->build->has_partial = true;
    }
    if (fault.code == FAULT_NONE) {
        fault = read_who(b, "chosen_by", &wanted.chosen_by);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_who(b, "rated_by", &wanted.rated_by);
    }
    *rules = wanted;
    return fault;
}

struct fault source_goals(const struct source_build *b)
{
    struct goal_rules *const rules = &b->build->plan->study.goals;
    struct fault fault = column_at(b, "goal", "goal", &b->source->goal);
    if (fault.code == FAULT_NONE) {
        /* With weights in one file only, T scores of the two would not be comparable. */
        const bool weighted = node_get(b->node, "weight") != NULL;
        fault = b->build->has_goals && weighted != rules->weighted
                    ? node_fault(b->document, b->node,
                                 "another source of goals %s weights, and this one %s",
                                 weighted ? "has no" : "has", weighted ? "has" : "has none")
                    : column_at(b, "weight", NULL, &b->source->weight);
        rules->weighted = weighted;
        b->build->has_goals = true;
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

/* io/read/plan_build.c - what study.c and source.c both stand on. */
#include "io/read/plan_build.h"

#include <string.h>

#include "io/read/cells.h"

struct fault plan_text(const struct plan_build *build, const struct node *node, const char **out)
{
    struct fault fault = node_text(build->document, node, out);
    if (fault.code == FAULT_NONE) {
        *out = arena_copy(&build->plan->arena, *out, strlen(*out));
        fault = *out == NULL ? fault_memory() : FAULT_FREE;
    }
    return fault;
}

/* Unlike plan_text(), this takes empty texts: whoever has no use for one refuses it. */
struct fault plan_texts(const struct plan_build *build, const struct node *node,
                        const char *const **out, size_t *n)
{
    const size_t count = node->kind == NODE_LIST ? node->n_children : 1;
    const char **const texts = arena_alloc(&build->plan->arena, count + 1, sizeof *texts);
    struct fault fault = FAULT_FREE;
    if (texts == NULL) {
        return fault_memory();
    }
    for (size_t i = 0; i < count && fault.code == FAULT_NONE; i++) {
        const struct node *const item = node->kind == NODE_LIST ? &node->children[i] : node;
        if (item->kind != NODE_TEXT) {
            fault = node_fault(build->document, item, "found a list or a mapping, expected a text");
        } else {
            texts[i] = arena_copy(&build->plan->arena, item->text, strlen(item->text));
            fault = texts[i] == NULL ? fault_memory() : FAULT_FREE;
        }
    }
    *out = texts;
    *n = count;
    return fault;
}

void plan_free(struct plan *plan)
{
    arena_free(&plan->arena);
    *plan = (struct plan){0};
}

/* The first match is the only one: a study file in which a text means two stages was refused. */
uint32_t plan_stage(const struct plan *plan, const char *text)
{
    for (size_t i = 0; i < plan->n_stage_values; i++) {
        if (text_alike(plan->stage_values[i].text, text)) {
            return (uint32_t)plan->stage_values[i].stage;
        }
    }
    return NO_STAGE;
}

struct fault plan_stage_named(const struct plan_build *build, const struct node *node,
                              size_t *stage)
{
    const char *text, *names[MAX_STAGES];
    uint32_t known;
    struct fault fault = node_text(build->document, node, &text);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    known = plan_stage(build->plan, text);
    if (known != NO_STAGE) {
        *stage = known;
        return FAULT_FREE;
    }
    for (size_t i = 0; i < build->plan->study.n_stages; i++) {
        names[i] = build->stages[i].name;
    }
    /* For its fault, which names the nearest stage: plan_stage() has found no match. */
    return node_word(build->document, node, names, build->plan->study.n_stages, stage);
}

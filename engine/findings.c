/* engine/findings.c - see findings.h. */
#include "engine/findings.h"

#include <stdlib.h>
#include <string.h>

bool findings_add(struct findings *findings, const struct finding *finding)
{
    struct finding copy = *finding;
    if (copy.value != NULL) {
        copy.value = arena_copy(&findings->texts, copy.value, strlen(copy.value));
        if (copy.value == NULL) {
            return false;
        }
    }
    if (!array_grow(&findings->cells, &findings->cells_capacity, findings->n_cells + 1,
                    sizeof *findings->cells)) {
        return false;
    }
    findings->cells[findings->n_cells++] = copy;
    return true;
}

static int finding_compare(const void *a, const void *b)
{
    const struct finding *const x = a, *const y = b;
    if (x->place != y->place) {
        return x->place < y->place ? -1 : 1;
    }
    if (x->column != y->column) {
        return x->column < y->column ? -1 : 1;
    }
    return x->kind < y->kind ? -1 : x->kind > y->kind;
}

void findings_sort(struct findings *findings)
{
    if (findings->n_cells > 0) {
        qsort(findings->cells, findings->n_cells, sizeof *findings->cells, finding_compare);
    }
}

void findings_free(struct findings *findings)
{
    free(findings->cells);
    arena_free(&findings->texts);
    *findings = (struct findings){0};
}

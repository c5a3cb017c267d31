/* engine/findings.c - lists that only grow; what they hold is sorted by whoever prints it. */
#include "engine/findings.h"

#include <stdlib.h>

#include "engine/memory.h"

int location_compare(struct location a, struct location b)
{
    if (a.file != b.file) {
        return a.file < b.file ? -1 : 1;
    }
    return a.row < b.row ? -1 : a.row > b.row;
}

bool findings_add_form(struct findings *findings, const struct set_aside *form)
{
    if (!array_grow(&findings->set_aside, &findings->set_aside_capacity, findings->n_set_aside + 1,
                    sizeof *findings->set_aside)) {
        return false;
    }
    findings->set_aside[findings->n_set_aside++] = *form;
    return true;
}

bool findings_add_cell(struct findings *findings, const struct finding *finding)
{
    if (!array_grow(&findings->cells, &findings->cells_capacity, findings->n_cells + 1,
                    sizeof *findings->cells)) {
        return false;
    }
    findings->cells[findings->n_cells++] = *finding;
    return true;
}

void findings_free(struct findings *findings)
{
    free(findings->set_aside);
    free(findings->cells);
    *findings = (struct findings){0};
}

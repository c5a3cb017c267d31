#include "engine/tally_coarsen.h"

#include <stdlib.h>
#include "engine/memory.h"
#include "engine/tally_sum.h"

/* The cells of the cohorts that are one group. Those of a single cohort are borrowed. */
static bool coarsen_group(const struct tally *tally, const uint32_t cohorts[], size_t n,
                          uint32_t group, const struct cells *lists[], struct tally *out)
{
    struct cells *to;
    size_t n_lists = 0;
    for (size_t i = 0; i < n; i++) {
        const struct cells *const from = &tally->cohorts[cohorts[i]].cells;
        if (from->n > 0) {
            lists[n_lists++] = from;
        }
    }
    if (n_lists == 0) {
        return true;
    }
    if (!array_grow(&out->cohorts, &out->cohorts_capacity, (size_t)group + 1,
                    sizeof *out->cohorts)) {
        return false;
    }
    out->n_cohorts = (size_t)group + 1; /* groups come in ascending order */
    to = &out->cohorts[group].cells;
    if (n_lists == 1) {
        *to = *lists[0];
        to->capacity = 0;
        return true;
    }
    return tally_sum(lists, n_lists, to, &out->overflow);
}

/* Lists the cohorts in the order of their groups: those of group g from firsts[g] up to firsts[g + 1]. */
static void list_by_group(const uint32_t group_of[], size_t n, size_t n_groups, uint32_t firsts[],
                          uint32_t cohorts[])
{
    for (size_t i = 0; i < n; i++) {
        firsts[group_of[i]]++;
    }
    for (size_t g = 0, sum = 0; g <= n_groups; g++) {
        sum += firsts[g];
        firsts[g] = (uint32_t)sum;
    }
    for (size_t i = n; i-- > 0;) {
        cohorts[--firsts[group_of[i]]] = (uint32_t)i;
    }
}

static bool coarsen_cells(const struct tally *tally, const uint32_t group_of[], struct tally *out)
{
    const size_t n = tally->n_cohorts;
    size_t n_groups = 0;
    uint32_t *firsts, *cohorts;
    const struct cells **lists;
    bool done;
    for (size_t i = 0; i < n; i++) {
        n_groups = group_of[i] < n_groups ? n_groups : (size_t)group_of[i] + 1;
    }
    firsts = calloc(n_groups + 1, sizeof *firsts);
    cohorts = calloc(n + 1, sizeof *cohorts);
    lists = calloc(n + 1, sizeof *lists);
    done = firsts != NULL && cohorts != NULL && lists != NULL;
    if (done) {
        list_by_group(group_of, n, n_groups, firsts, cohorts);
    }
    for (size_t g = 0; g < n_groups && done; g++) {
        done = coarsen_group(tally, cohorts + firsts[g], firsts[g + 1] - firsts[g], (uint32_t)g,
                             lists, out);
    }
    free(firsts);
    free(cohorts);
    free(lists);
    return done;
}

bool tally_coarsen(const struct tally *tally, const uint32_t group_of[], struct tally *out)
{
    bool done;
    *out = (struct tally){0};
    done = coarsen_cells(tally, group_of, out);
    for (size_t i = 0; i < tally->n_goals && done; i++) {
        struct goal_cell goal = tally->goals[i];
        goal.cohort = group_of[goal.cohort];
        done = tally_add_goal(out, &goal, goal.count);
    }
    done = done && patterns_coarsen(&tally->patterns, group_of, &out->patterns);
    if (!done || !tally_sort(out) || out->overflow) {
        tally_free(out);
        return false;
    }
    return true;
}

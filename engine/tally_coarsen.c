/* engine/tally_coarsen.c - cells of a group's cohorts are added up; who is written down in several cohorts is counted
   as if they had been of one, and what that gives is added, too. */
#include "engine/tally_coarsen.h"

#include <stdlib.h>
#include "engine/memory.h"
#include "engine/pair_counter.h"
#include "engine/study.h"
#include "engine/tally_sum.h"

/* Bytes for lists and matrices of each who is at work. */
#define ROOM ((size_t)4 * 1024 * 1024)
/* Cohorts whose people are counted in one go; and so few people that one does it all. */
#define COHORTS_AT_ONCE 32
#define FEW_PEOPLE 4096

/* Which cohorts are a group: those of group g are cohorts[firsts[g]] up to cohorts[firsts[g + 1]]. */
struct groups {
    const struct tally *tally;
    const uint32_t *group_of;
    uint32_t *firsts, *cohorts; /* owned */
    size_t n_groups, n_cohorts;
};

static bool groups_init(struct groups *groups, const struct tally *tally, const uint32_t group_of[])
{
    const size_t n = tally->n_cohorts;
    *groups = (struct groups){.tally = tally, .group_of = group_of, .n_cohorts = n};
    for (size_t i = 0; i < n; i++) {
        groups->n_groups =
            group_of[i] < groups->n_groups ? groups->n_groups : (size_t)group_of[i] + 1;
    }
    groups->firsts = calloc(groups->n_groups + 1, sizeof *groups->firsts);
    groups->cohorts = calloc(n + 1, sizeof *groups->cohorts);
    if (groups->firsts == NULL || groups->cohorts == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        groups->firsts[group_of[i]]++;
    }
    for (size_t g = 0, sum = 0; g <= groups->n_groups; g++) {
        sum += groups->firsts[g];
        groups->firsts[g] = (uint32_t)sum;
    }
    for (size_t i = n; i-- > 0;) {
        groups->cohorts[--groups->firsts[group_of[i]]] = (uint32_t)i;
    }
    return true;
}

static void groups_free(struct groups *groups)
{
    free(groups->firsts);
    free(groups->cohorts);
}

/* The only cohort of a group under which anybody is counted. NULL: there are several, or none; or all groups
   are this one. */
static const struct cohort_cells *only_cohort(const struct groups *groups, size_t group)
{
    const struct tally *const tally = groups->tally;
    const struct cohort_cells *only = NULL;
    for (size_t i = groups->firsts[group]; i < groups->firsts[group + 1]; i++) {
        const uint32_t cohort = groups->cohorts[i];
        if (tally_has(tally, cohort)) {
            if (only != NULL) {
                return NULL;
            }
            only = &tally->cohorts[cohort];
        }
    }
    return groups->n_groups > 1 ? only : NULL;
}

/* --- who is written down --- */

/* Cohorts whose people are counted for their groups. */
struct counting {
    const struct groups *groups;
    uint32_t *cohorts; /* owned, n: in the order of the groups; as are the rest */
    size_t n;
    struct pair_counter **counters; /* of each who is at work */
    struct tally *parts;            /* what these had no room for */
    bool *failed;                   /* who had no memory */
};

static void count_some(void *counting_, size_t task, size_t worker)
{
    const struct counting *const counting = counting_;
    const struct groups *const groups = counting->groups;
    const size_t first = task * COHORTS_AT_ONCE;
    bool done = !counting->failed[worker];
    for (size_t i = first; i < first + COHORTS_AT_ONCE && i < counting->n && done; i++) {
        const uint32_t cohort = counting->cohorts[i];
        const struct written *const written = groups->tally->cohorts[cohort].written;
        for (size_t m = 0; m < groups->tally->study->n_measures && done; m++) {
            done = pair_counter_add_written(counting->counters[worker], groups->group_of[cohort], m,
                                            &written[m], &counting->parts[worker]);
        }
    }
    counting->failed[worker] = !done;
}

/* Lists whose people are to be counted; returns how many these are on the questionnaire that has the most. */
static uint64_t list_cohorts(struct counting *counting)
{
    const struct groups *const groups = counting->groups;
    const struct tally *const tally = groups->tally;
    uint64_t n_people = 0;
    for (size_t g = 0; g < groups->n_groups; g++) {
        if (only_cohort(groups, g) != NULL) {
            continue;
        }
        for (size_t i = groups->firsts[g]; i < groups->firsts[g + 1]; i++) {
            const uint32_t cohort = groups->cohorts[i];
            uint64_t most = 0;
            if (tally->cohorts[cohort].written == NULL) {
                continue;
            }
            for (size_t m = 0; m < tally->study->n_measures; m++) {
                const uint64_t n = tally->cohorts[cohort].written[m].n;
                most = n > most ? n : most;
            }
            n_people += most;
            counting->cohorts[counting->n++] = cohort;
        }
    }
    return n_people;
}

static bool counting_begin(struct counting *counting, size_t n_workers)
{
    bool done;
    counting->counters = calloc(n_workers, sizeof(struct pair_counter *));
    counting->parts = calloc(n_workers, sizeof *counting->parts);
    counting->failed = calloc(n_workers, sizeof *counting->failed);
    done = counting->counters != NULL && counting->parts != NULL && counting->failed != NULL;
    for (size_t i = 0; i < n_workers && done; i++) {
        counting->counters[i] = pair_counter_new(counting->groups->tally->study, ROOM);
        done = counting->counters[i] != NULL;
    }
    return done;
}

static void counting_end(struct counting *counting, size_t n_workers)
{
    for (size_t i = 0; i < n_workers; i++) {
        if (counting->counters != NULL) {
            pair_counter_free(counting->counters[i]);
        }
        if (counting->parts != NULL) {
            tally_free(&counting->parts[i]);
        }
    }
    free(counting->counters);
    free(counting->parts);
    free(counting->failed);
}

static bool count_all(struct counting *counting, const struct crew *crew, struct tally *counted)
{
    const size_t n_workers = crew->n_workers;
    bool done = counting_begin(counting, n_workers);
    if (done) {
        crew->run(crew, (counting->n + COHORTS_AT_ONCE - 1) / COHORTS_AT_ONCE, count_some,
                  counting);
        done = pair_counters_finish(counting->counters, n_workers, crew, false, counted);
    }
    for (size_t i = 0; i < n_workers && done; i++) {
        done = !counting->failed[i] && tally_take(counted, &counting->parts[i]);
    }
    counting_end(counting, n_workers);
    return done && tally_sort(counted) && !counted->overflow;
}

/* Counts those who are written down in cohorts of which several are a group: *counted, which was {0}, is of groups.
   False: no memory, or too many. */
static bool count_written(const struct groups *groups, const struct crew *crew,
                          struct tally *counted)
{
    struct counting counting = {.groups = groups,
                                .cohorts = calloc(groups->n_cohorts + 1, sizeof *counting.cohorts)};
    bool done = counting.cohorts != NULL;
    if (done) {
        const uint64_t n_people = list_cohorts(&counting);
        done = counting.n == 0 ||
               count_all(&counting, n_people < FEW_PEOPLE ? &crew_of_one : crew, counted);
    }
    free(counting.cohorts);
    return done;
}

/* --- cells --- */

/* The cells of the cohorts that are one group, and what was counted of it. */
static bool coarsen_group(const struct groups *groups, size_t group, struct tally *counted,
                          const struct cells *lists[], struct tally *out)
{
    const struct tally *const tally = groups->tally;
    const struct cohort_cells *const only = only_cohort(groups, group);
    struct cells *const more = group < counted->n_cohorts ? &counted->cohorts[group].cells : NULL;
    struct cohort_cells *to;
    size_t n_lists = 0;
    for (size_t i = groups->firsts[group]; i < groups->firsts[group + 1]; i++) {
        const struct cells *const from = &tally->cohorts[groups->cohorts[i]].cells;
        if (from->n > 0) {
            lists[n_lists++] = from;
        }
    }
    if (n_lists == 0 && only == NULL && (more == NULL || more->n == 0)) {
        return true;
    }
    if (!array_grow(&out->cohorts, &out->cohorts_capacity, group + 1, sizeof *out->cohorts)) {
        return false;
    }
    out->n_cohorts = group + 1; /* groups come in ascending order */
    to = &out->cohorts[group];
    if (only != NULL) { /* borrowed */
        to->written = only->written;
    }
    if (more != NULL && more->n > 0) {
        lists[n_lists++] = more;
    }
    if (n_lists == 1 && lists[0] == more) {
        to->cells = *more;
        *more = (struct cells){.bytes = NULL};
        return true;
    }
    if (n_lists == 1) {
        to->cells = *lists[0];
        to->cells.capacity = 0;
        return true;
    }
    return n_lists == 0 || tally_sum(lists, n_lists, &to->cells, &out->overflow);
}

static bool coarsen_cells(const struct groups *groups, struct tally *counted, struct tally *out)
{
    const struct cells **const lists = calloc(groups->n_cohorts + 2, sizeof *lists);
    bool done = lists != NULL;
    for (size_t g = 0; g < groups->n_groups && done; g++) {
        done = coarsen_group(groups, g, counted, lists, out);
    }
    free(lists);
    return done;
}

/* --- all of it --- */

static bool coarsen_patterns(const struct tally *tally, const uint32_t group_of[],
                             struct tally *counted, struct patterns *out)
{
    if (counted->patterns.n == 0) {
        return patterns_coarsen(&tally->patterns, group_of, out);
    }
    *out = counted->patterns;
    counted->patterns = (struct patterns){0};
    return patterns_merge(out, &tally->patterns, group_of);
}

static bool coarsen_goals(const struct tally *tally, const uint32_t group_of[], struct tally *out)
{
    bool done = true;
    for (size_t i = 0; i < tally->n_goals && done; i++) {
        struct goal_cell goal = tally->goals[i];
        goal.cohort = group_of[goal.cohort];
        done = tally_add_goal(out, &goal, goal.count);
    }
    return done;
}

bool tally_coarsen(const struct tally *tally, const uint32_t group_of[], const struct crew *crew,
                   struct tally *out)
{
    struct groups groups;
    struct tally counted = {0};
    bool done;
    *out = (struct tally){.study = tally->study};
    done = groups_init(&groups, tally, group_of) && count_written(&groups, crew, &counted) &&
           coarsen_cells(&groups, &counted, out) && coarsen_goals(tally, group_of, out) &&
           coarsen_patterns(tally, group_of, &counted, &out->patterns);
    groups_free(&groups);
    tally_free(&counted);
    if (!done || !tally_sort(out) || out->overflow) {
        tally_free(out);
        return false;
    }
    return true;
}

/* engine/comparisons.c - see comparisons.h. */
#include "engine/comparisons.h"

#include <stdlib.h>

#include "engine/tally_coarsen.h"

struct category {
    const struct names *names;
    uint32_t name;
};

static int category_compare(const void *a, const void *b)
{
    const struct category *const x = a, *const y = b;
    return natural_compare(names_text(x->names, x->name), names_text(y->names, y->name));
}

/* The categories that occur, in printing order. */
static bool list_categories(struct figures *figures, const struct tally *tally)
{
    struct category *const all = calloc(tally->n_goals + 1, sizeof *all);
    size_t n = 0;
    figures->categories = calloc(tally->n_goals + 1, sizeof *figures->categories);
    if (all == NULL || figures->categories == NULL) {
        free(all);
        return false;
    }
    for (size_t i = 0; i < tally->n_goals; i++) {
        if (tally->goals[i].category != NO_NAME) {
            all[n++] = (struct category){figures->names, tally->goals[i].category};
        }
    }
    /* natural_compare() is 0 for equal texts only, so that the same names become neighbours. */
    qsort(all, n, sizeof *all, category_compare);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || all[i].name != all[i - 1].name) {
            figures->categories[figures->n_categories++] = all[i].name;
        }
    }
    free(all);
    return true;
}

/* Whoever counts on a scale has a cell at every stage, a reason if not a score, so that the first stage
   tells, and how many there are (of goals: something else). A goal's own level has only scores, but its family
   has such scales too. */
static bool has_measure(const struct study *study, const struct tally *tally, uint32_t group,
                        size_t measure, uint64_t *people)
{
    const size_t first = study->measures[measure].first_scale;
    *people = 0;
    for (size_t i = 0; i < study->measures[measure].instrument->n_scales && *people == 0; i++) {
        *people = tally_people(tally, group, first + i);
    }
    return *people > 0;
}

/* Groups that one worker looks at, at a time. */
#define GROUPS_AT_ONCE ((size_t)1024)

struct finding_measures {
    const struct study *study;
    struct comparison *comparison;
    bool is_all;
    uint64_t *most; /* owned, of each task: people that a group has */
};

static void find_some_measures(void *finding_, size_t task, size_t worker)
{
    const struct finding_measures *const finding = finding_;
    struct comparison *const comparison = finding->comparison;
    const size_t n_groups = comparison->grouping.n_groups, n = finding->study->n_measures;
    const size_t first = task * GROUPS_AT_ONCE;
    const size_t end = n_groups - first < GROUPS_AT_ONCE ? n_groups : first + GROUPS_AT_ONCE;
    (void)worker;
    for (size_t i = first * n; i < end * n; i++) {
        const bool goals = finding->study->measures[i % n].instrument->is_goals;
        uint64_t people;
        const bool has =
            has_measure(finding->study, &comparison->tally, (uint32_t)(i / n), i % n, &people);
        people = goals ? UINT64_MAX : people;
        comparison->has_measure[i] = finding->is_all || has;
        finding->most[task] = people > finding->most[task] ? people : finding->most[task];
    }
}

/* Asked for in every table: found once. All is always there. */
static bool find_measures(const struct study *study, const struct crew *crew, bool is_all,
                          struct comparison *comparison)
{
    const size_t n_groups = comparison->grouping.n_groups;
    const size_t n_tasks = (n_groups + GROUPS_AT_ONCE - 1) / GROUPS_AT_ONCE;
    struct finding_measures finding = {study, comparison, is_all,
                                       calloc(n_tasks + 1, sizeof *finding.most)};
    const bool done = finding.most != NULL &&
                      (comparison->has_measure = calloc(n_groups * study->n_measures + 1,
                                                        sizeof *comparison->has_measure)) != NULL;
    if (done) {
        crew->run(crew, n_tasks, find_some_measures, &finding);
    }
    for (size_t i = 0; i < n_tasks && done; i++) {
        comparison->most_people =
            finding.most[i] > comparison->most_people ? finding.most[i] : comparison->most_people;
    }
    free(finding.most);
    return done;
}

bool comparisons_make(const struct counted *counted, const struct crew *crew,
                      struct figures *figures)
{
    figures->comparisons = calloc(counted->study->n_breakdowns, sizeof *figures->comparisons);
    if (figures->comparisons == NULL) {
        return false;
    }
    for (size_t i = 0; i < counted->study->n_breakdowns; i++) {
        struct comparison *const comparison = &figures->comparisons[i];
        if (!grouping_init(&comparison->grouping, counted->cohorts,
                           &counted->study->breakdowns[i]) ||
            !tally_coarsen(&counted->tally, comparison->grouping.group_of, crew,
                           &comparison->tally) ||
            !item_tally_coarsen(&counted->items, comparison->grouping.group_of,
                                counted->study->breakdowns[i].n_columns == 0, &comparison->items) ||
            !family_tally_coarsen(&counted->families, comparison->grouping.group_of,
                                  &comparison->families) ||
            !find_measures(counted->study, crew, counted->study->breakdowns[i].n_columns == 0,
                           comparison)) {
            return false;
        }
    }
    return list_categories(figures, &counted->tally);
}

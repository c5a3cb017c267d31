#include "engine/family_ledger.h"

#include <stdlib.h>

#include "engine/family_given.h"
#include "engine/figure.h"
#include "engine/memory.h"

/* Members and their sum, of one cohort. */
struct entry {
    struct family_sum of;
    uint32_t cohort;
    int128 members, sum;
};

/* Start with {0}. */
struct ledger {
    struct entry *entries; /* owned, n */
    size_t n, capacity;
    bool no_memory;
};

static int entry_compare(const void *a, const void *b)
{
    const struct entry *const x = a, *const y = b;
    if (x->cohort != y->cohort) {
        return x->cohort < y->cohort ? -1 : 1;
    }
    return family_sum_compare(&x->of, &y->of);
}

static void enter(struct ledger *ledger, const struct entry *entry)
{
    /* Cells come in order: most belong to the entry before. */
    if (ledger->n > 0 && entry_compare(&ledger->entries[ledger->n - 1], entry) == 0) {
        ledger->entries[ledger->n - 1].members += entry->members;
        ledger->entries[ledger->n - 1].sum += entry->sum;
    } else if (array_grow(&ledger->entries, &ledger->capacity, ledger->n + 1,
                          sizeof *ledger->entries)) {
        ledger->entries[ledger->n++] = *entry;
    } else {
        ledger->no_memory = true;
    }
}

static void close_ledger(struct ledger *ledger)
{
    size_t n = 0;
    if (ledger->n == 0) {
        return;
    }
    qsort(ledger->entries, ledger->n, sizeof *ledger->entries, entry_compare);
    for (size_t i = 1; i < ledger->n; i++) {
        if (entry_compare(&ledger->entries[n], &ledger->entries[i]) == 0) {
            ledger->entries[n].members += ledger->entries[i].members;
            ledger->entries[n].sum += ledger->entries[i].sum;
        } else {
            ledger->entries[++n] = ledger->entries[i];
        }
    }
    ledger->n = n + 1;
}

/* --- what the cells say --- */

/* Goals of a respondent belong together whether or not a file names families. */
static bool is_wanted(const struct counted *counted, size_t scale)
{
    const struct study *const study = counted->study;
    return study_is_goal_level(study, scale) ||
           counted->measures[study->scales[scale].measure].has_family;
}

/* What the respondents of a cell give to their families: the i-th of it. False: there is none. */
static bool given_by(const struct study *study, const struct share_rules rules[],
                     const struct cell_count *cell, size_t i, struct family_given *out)
{
    struct family_given given[MOST_FAMILY_GIVEN];
    size_t n = 0;
    if (!tally_is_score(cell->code) || !tally_is_score(cell->later_code)) {
        return false;
    }
    if (cell->later == TALLY_PREDICTED) {
        given[n++] =
            family_given_added_value(cell->scale, cell->stage, cell->code, cell->later_code);
    } else if (cell->later < study->n_stages) {
        n = family_given_by(study, cell->scale, &rules[cell->scale], cell->stage, cell->later,
                            cell->code, cell->later_code, given);
    }
    *out = i < n ? given[i] : (struct family_given){.sum = 0};
    return i < n;
}

/* The i-th thing that the cells of a run give. */
static void enter_run(struct ledger *ledger, const struct counted *counted,
                      const struct share_rules rules[], uint32_t cohort, size_t i,
                      const struct cell_run *run)
{
    struct cell_cursor at = run_cells(run);
    while (is_wanted(counted, at.cell.scale) && cell_next(&at)) {
        struct family_given given;
        if (given_by(counted->study, rules, &at.cell, i, &given)) {
            enter(ledger, &(struct entry){.of = given.of,
                                          .cohort = cohort,
                                          .members = at.cell.count,
                                          .sum = (int128)given.sum * at.cell.count});
        }
    }
}

/* Of one cohort: one thing that is added up after the other, so that neighbours go together. */
static void enter_cohort(struct ledger *ledger, const struct counted *counted,
                         const struct share_rules rules[], uint32_t cohort)
{
    const struct cells *const cells = &counted->tally.cohorts[cohort].cells;
    for (size_t i = 0; i < MOST_FAMILY_GIVEN; i++) {
        const unsigned char *next = cells->bytes;
        struct cell_run run;
        while (cells_next_run(cells, &next, &run)) {
            enter_run(ledger, counted, rules, cohort, i, &run);
        }
    }
}

static void enter_goal(struct ledger *ledger, const struct study *study, size_t scale,
                       const struct goal_cell *goal)
{
    for (size_t d = GOALS_ANY; d < GOALS_BY_FLAG + study->goals.n_flags; d++) {
        struct entry entry = {.cohort = goal->cohort,
                              .members = (int128)goal->count,
                              .sum = goal->halves >= 0 ? (int128)goal->count : 0};
        if (family_of_goal(study, scale, (enum goal_occasion)goal->occasion, d, goal->category,
                           goal->flags, &entry.of) &&
            goal->halves != GOAL_NOT_REVIEWED) {
            enter(ledger, &entry);
        }
    }
}

/* The first scale of goals, which stands for all of them; n_scales: there are none. */
static size_t goals_scale(const struct study *study)
{
    size_t scale = 0;
    while (scale < study->n_scales && !study_is_goal_level(study, scale)) {
        scale++;
    }
    return scale;
}

static void enter_cells(struct ledger *ledger, const struct counted *counted)
{
    const struct tally *const tally = &counted->tally;
    const size_t goals = goals_scale(counted->study);
    struct share_rules *const rules = share_rules_new(counted->study);
    ledger->no_memory = rules == NULL;
    for (uint32_t cohort = 0; cohort < tally->n_cohorts && rules != NULL; cohort++) {
        enter_cohort(ledger, counted, rules, cohort);
    }
    free(rules);
    for (size_t i = 0; i < tally->n_goals && goals < counted->study->n_scales; i++) {
        enter_goal(ledger, counted->study, goals, &tally->goals[i]);
    }
}

/* --- what the families say --- */

static void enter_families(struct ledger *ledger, const struct counted *counted)
{
    const struct family_tally *const tally = &counted->families;
    for (size_t i = 0; i < tally->n_cells; i++) {
        const struct family_cell *const cell = &tally->cells[i];
        if (is_wanted(counted, cell->of.scale)) {
            enter(ledger, &(struct entry){.of = cell->of,
                                          .cohort = cell->cohort,
                                          .members = (int128)cell->members * (int128)cell->count,
                                          .sum = (int128)cell->sum * (int128)cell->count});
        }
    }
    for (size_t i = 0; i < tally->n_splits; i++) {
        const struct split_family *const split = &tally->splits[i];
        for (size_t k = 0; k < split->n_parts && is_wanted(counted, split->of.scale); k++) {
            const struct family_part *const part = &tally->parts[split->first_part + k];
            enter(ledger, &(struct entry){.of = split->of,
                                          .cohort = part->cohort,
                                          .members = (int128)part->members,
                                          .sum = part->sum});
        }
    }
}

bool families_agree(const struct counted *counted, bool *no_memory)
{
    struct ledger cells = {0}, families = {0};
    bool agree;
    enter_cells(&cells, counted);
    enter_families(&families, counted);
    close_ledger(&cells);
    close_ledger(&families);
    *no_memory = cells.no_memory || families.no_memory;
    agree = !*no_memory && cells.n == families.n;
    for (size_t i = 0; i < cells.n && agree; i++) {
        agree = entry_compare(&cells.entries[i], &families.entries[i]) == 0 &&
                cells.entries[i].members == families.entries[i].members &&
                cells.entries[i].sum == families.entries[i].sum;
    }
    free(cells.entries);
    free(families.entries);
    return agree;
}

void families_forget_unused(struct counted *counted)
{
    struct family_tally *const tally = &counted->families;
    size_t n = 0;
    for (size_t i = 0; i < tally->n_cells; i++) {
        if (is_wanted(counted, tally->cells[i].of.scale)) {
            tally->cells[n++] = tally->cells[i];
        }
    }
    tally->n_cells = n;
}

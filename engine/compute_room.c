/* engine/compute_room.c - the room to work in is made once, for the largest group there is, so that nothing is
   allocated for each cohort: there may be thousands. */
#include "engine/compute_work.h"

#include <stdlib.h>

#include "engine/family_pairs.h"
#include "engine/family_tally.h"
#include "engine/stats/signed_rank.h"

/* The most cells that one run of a group has, and runs that it has. All has those of every other. */
static size_t most_cells(const struct work *work, size_t *n_runs)
{
    const struct tally *const all = &work->figures->comparisons[0].tally;
    const unsigned char *at = all->n_cohorts > 0 ? all->cohorts[0].cells.bytes : NULL;
    struct cell_run run;
    size_t most = 0;
    *n_runs = 0;
    while (all->n_cohorts > 0 && cells_next_run(&all->cohorts[0].cells, &at, &run)) {
        most = run.n > most ? run.n : most;
        (*n_runs)++;
    }
    return most;
}

/* The most people of a group who are written down on a scale. */
static size_t most_written(const struct work *work)
{
    const size_t n_scales = work->study->n_scales;
    size_t most = 0;
    for (size_t b = 0; b < work->study->n_breakdowns; b++) {
        const struct tally *const tally = &work->figures->comparisons[b].tally;
        for (size_t i = 0; i < tally->n_cohorts * n_scales; i++) {
            const struct written *const written =
                tally_written(tally, (uint32_t)(i / n_scales), i % n_scales);
            most = written != NULL && written->n > most ? written->n : most;
        }
    }
    return most;
}

static size_t most_families(const struct work *work)
{
    size_t most = 0;
    for (size_t b = 0; b < work->study->n_breakdowns; b++) {
        const size_t n = family_tally_most(&work->figures->comparisons[b].families);
        most = n > most ? n : most;
    }
    return most;
}

/* The most patterns that one scale of a group has: not more than there are people, or sets of stages. */
static size_t most_patterns(const struct work *work, size_t n_written)
{
    const size_t n_sets = study_has_model(work->study) ? (size_t)1 << work->study->n_stages : 0;
    size_t most = n_written < n_sets ? n_written : n_sets;
    for (size_t b = 0; b < work->study->n_breakdowns; b++) {
        const struct patterns *const patterns = &work->figures->comparisons[b].tally.patterns;
        size_t first = 0;
        for (size_t i = 0; i < patterns->n; i++) {
            const struct pattern *const p = &patterns->list[i], *const q = &patterns->list[first];
            first = p->cohort == q->cohort && p->scale == q->scale ? first : i;
            most = i - first + 1 > most ? i - first + 1 : most;
        }
    }
    return most;
}

static bool make_model_room(struct work *work, size_t n_written)
{
    const size_t n = most_patterns(work, n_written);
    if (!study_has_model(work->study) || work->study->model.off) {
        return true;
    }
    work->patterns = calloc(n + 1, sizeof *work->patterns);
    work->model_room = model_room_new(work->study->n_stages, n);
    return work->patterns != NULL && work->model_room != NULL;
}

/* Room of a worker's own: all that it was given belongs to another. */
bool work_make_room(struct work *work)
{
    /* compute_goal_levels() puts goals where scores stand. */
    size_t n_runs;
    const size_t n = most_cells(work, &n_runs) + work->counted->tally.n_goals + 1;
    const size_t n_written = most_written(work);
    work->runs = calloc(1, sizeof *work->runs);
    if (work->runs != NULL) {
        work->runs->runs = calloc(n_runs + 1, sizeof *work->runs->runs);
    }
    work->counted_runs = counted_runs_new(work->study, n_written);
    work->last = calloc(1, sizeof *work->last);
    work->pairs = calloc(n, sizeof *work->pairs);
    work->scores = calloc(n, sizeof *work->scores);
    work->before = calloc(n, sizeof *work->before);
    work->after = calloc(n, sizeof *work->after);
    work->changes = calloc(n, sizeof *work->changes);
    work->ranks = calloc(SIGNED_RANK_WORK, sizeof *work->ranks);
    work->known = known_intervals_new();
    work->replicates = NULL;
    work->random = NULL;
    if (work->study->bootstrap.replicates > 0) {
        work->replicates = calloc(work->study->bootstrap.replicates, sizeof *work->replicates);
        work->random = gsl_rng_alloc(gsl_rng_mt19937);
    }
    work->families = calloc(most_families(work) + 1, sizeof *work->families);
    work->items = malloc(sizeof *work->items);
    work->family_pairs = calloc(between_most_pairs(work) + 1, sizeof *work->family_pairs);
    work->patterns = NULL;
    work->model_room = NULL;
    return work->runs != NULL && work->runs->runs != NULL && work->counted_runs != NULL &&
           work->last != NULL && work->pairs != NULL && work->scores != NULL &&
           work->before != NULL && work->after != NULL && work->changes != NULL &&
           work->ranks != NULL && work->known != NULL && work->items != NULL &&
           work->families != NULL && work->family_pairs != NULL &&
           (work->study->bootstrap.replicates == 0 ||
            (work->replicates != NULL && work->random != NULL)) &&
           make_model_room(work, n_written);
}

void work_free_room(struct work *work)
{
    if (work->runs != NULL) {
        free(work->runs->runs);
    }
    free(work->runs);
    free(work->last);
    counted_runs_free(work->counted_runs);
    free(work->pairs);
    free(work->scores);
    free(work->before);
    free(work->after);
    free(work->changes);
    free(work->ranks);
    free(work->known);
    free(work->replicates);
    gsl_rng_free(work->random);
    free(work->families);
    free(work->family_pairs);
    free(work->items);
    free(work->patterns);
    model_room_free(work->model_room);
}

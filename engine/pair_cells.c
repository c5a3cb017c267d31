/* engine/pair_cells.c - what pair_counters have counted becomes a tally, cohort by cohort: these are independent of
   each other. */
#include "engine/pair_counter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"
#include "engine/pair_counts.h"

/* --- matrices into cells --- */

static void put_cell(struct cells_writer *writer, const struct cell_count *at, tally_code code,
                     tally_code later_code, uint32_t count)
{
    if (count > 0) {
        struct cell_count cell = *at;
        cell.code = code;
        cell.later_code = later_code;
        cell.count = count;
        cells_put(writer, &cell);
    }
}

/* A stage by itself, from the matrix of a pair that it is in: as its rows or as its columns. */
static void put_margin(const struct cell_count *at, const struct scale *scale,
                       const uint16_t matrix[], size_t n, bool of_rows, struct cells_writer *writer)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t count = 0; /* of at most MOST_OUTCOMES cells */
        for (size_t k = 0; k < n; k++) {
            count += of_rows ? matrix[i * n + k] : matrix[k * n + i];
        }
        put_cell(writer, at, tally_code_of(scale, (outcome)i), 0, count);
    }
}

static void put_matrix(const struct cell_count *at, const struct scale *scale,
                       const uint16_t matrix[], size_t n, struct cells_writer *writer)
{
    for (size_t i = 0; i < n * n; i++) {
        if (matrix[i] > 0) {
            put_cell(writer, at, tally_code_of(scale, (outcome)(i / n)),
                     tally_code_of(scale, (outcome)(i % n)), matrix[i]);
        }
    }
}

/* A stage by itself: a margin of the first stage with it, or of the first with the second. */
static void put_stage(const struct pair_counter *counter, struct cell_count *at,
                      const struct scale *scale, const uint16_t cells[], size_t n,
                      struct cells_writer *writer)
{
    /* The pairs of the first stage come first, one for each later stage. */
    const size_t pair = at->stage == 0 ? 0 : at->stage - (size_t)1;
    assert(counter->pairs[pair].stage == 0 &&
           counter->pairs[pair].later == (at->stage == 0 ? 1 : at->stage));
    (void)counter;
    at->later = TALLY_ONE_STAGE;
    put_margin(at, scale, cells + pair * n * n, n, at->stage == 0, writer);
}

/* Matrices of a scale, in the order of a tally's cells, so that there is nothing to sort. */
static void put_scale(const struct pair_counter *counter, size_t scale_index,
                      const uint16_t cells[], struct cells_writer *writer)
{
    const struct scale *const scale = counter->study->scales[scale_index].scale;
    const size_t n = counter->scales[scale_index].n_outcomes;
    const uint16_t *const everywhere = cells + counter->n_pairs * n * n;
    struct cell_count at = {.scale = (uint16_t)scale_index};
    for (size_t stage = 0, i = 0; stage < counter->study->n_stages; stage++) {
        at.stage = (uint8_t)stage;
        for (; i < counter->n_pairs && counter->pairs[i].stage == stage; i++) {
            at.later = (uint8_t)counter->pairs[i].later;
            put_matrix(&at, scale, cells + i * n * n, n, writer);
        }
        put_stage(counter, &at, scale, cells, n, writer);
        at.later = TALLY_ALL_STAGES;
        for (size_t k = 0; k < n; k++) {
            put_cell(writer, &at, tally_code_of(scale, (outcome)k), 0, everywhere[stage * n + k]);
        }
    }
}

/* What the mixed model needs, from the matrix of the only pair of stages. */
static bool add_pairs(const struct pair_counter *counter, uint32_t cohort, size_t scale_index,
                      const uint16_t cells[], struct patterns *patterns)
{
    const struct scale *const scale = counter->study->scales[scale_index].scale;
    const size_t n = counter->scales[scale_index].n_outcomes;
    bool done = true;
    for (size_t i = 0; i < n * n && done; i++) {
        done = cells[i] == 0 || patterns_add_pair(patterns, cohort, scale_index,
                                                  tally_code_of(scale, (outcome)(i / n)),
                                                  tally_code_of(scale, (outcome)(i % n)), cells[i]);
    }
    return done;
}

/* Writes all that is counted of a cohort on a questionnaire. */
static bool put_counts(struct pair_counter *own, uint32_t cohort,
                       const struct counted_measure *measure, struct counts *counts,
                       struct tally *tally)
{
    bool done = counts_add_columns(own, cohort, measure, &counts->written, counts, tally);
    if (done && counts->cells == NULL) {
        return counts_put_written(own, cohort, measure, counts, tally);
    }
    for (size_t i = 0; i < measure->n_scales && done; i++) {
        const size_t scale = measure->first_scale + i;
        const uint16_t *const cells = counts->cells + own->scales[scale].first_cell;
        if (own->scales[scale].is_written) {
            put_scale(own, scale, cells, &own->to_count.writer);
            done = !study_pairs_say_all(own->study) ||
                   add_pairs(own, cohort, scale, cells, &tally->patterns);
        }
    }
    return done;
}

/* --- several counters --- */

/* The work of pair_counters_finish(). What one of those at work needs is a counter of nobody. */
struct finishing {
    struct pair_counter *const *counters; /* n, borrowed */
    size_t n, n_measures, n_cohorts;
    struct pair_counter **own; /* owned, as are all: of each who is at work */
    struct tally *parts;       /* what each has finished */
    bool *failed;              /* who had no memory */
    uint32_t *cohorts;         /* n_left: whom not all are kept of */
    size_t n_left;
};

static struct counts *counts_of(const struct finishing *finishing, size_t counter, size_t cohort,
                                size_t measure)
{
    const struct pair_counter *const from = finishing->counters[counter];
    const size_t place = cohort * finishing->n_measures + measure;
    return place < from->n_counts ? &from->counts[place] : NULL;
}

/* Adds people to others, who are written down, too. */
static bool append_written(struct written *into, const struct written *from, size_t row_bytes)
{
    const size_t n = (size_t)into->n + from->n;
    if (from->n == 0) {
        return true;
    }
    if (n > into->capacity) {
        uint8_t *const more = n > UINT32_MAX ? NULL : realloc(into->rows, n * row_bytes);
        if (more == NULL) {
            return false;
        }
        into->rows = more;
        into->capacity = (uint32_t)n;
    }
    memcpy(into->rows + into->n * row_bytes, from->rows, from->n * row_bytes);
    into->n = (uint32_t)n;
    return true;
}

static bool add_counts(struct pair_counter *own, uint32_t cohort,
                       const struct counted_measure *measure, struct counts *into,
                       struct counts *from, struct tally *tally)
{
    if (into->cells == NULL && into->written.n == 0) { /* with whatever it has */
        const struct counts empty = *into;
        *into = *from;
        *from = empty;
        return true;
    }
    if (into->cells == NULL) {
        into->cells = from->cells;
        into->n_added = from->n_added;
        from->cells = NULL;
    }
    return (from->cells == NULL ||
            counts_add_matrices(own, cohort, measure, into, from->cells, tally)) &&
           (into->cells == NULL
                ? append_written(&into->written, &from->written, measure->row_bytes)
                : counts_add_columns(own, cohort, measure, &from->written, into, tally));
}

/* All that counters have of a cohort on a questionnaire, which have nothing of it then. */
static bool collect(const struct finishing *finishing, struct pair_counter *own, uint32_t cohort,
                    size_t measure, struct counts *all, struct tally *tally)
{
    bool done = true;
    *all = (struct counts){.cells = NULL};
    for (size_t i = 0; i < finishing->n; i++) {
        struct counts *const from = counts_of(finishing, i, cohort, measure);
        if (from != NULL) {
            done = done && add_counts(own, cohort, &own->measures[measure], all, from, tally);
            counts_free(from);
        }
    }
    return done;
}

static void finish_cohort(void *finishing_, size_t task, size_t worker)
{
    struct finishing *const finishing = finishing_;
    const uint32_t cohort = finishing->cohorts[task];
    struct pair_counter *const own = finishing->own[worker];
    struct tally *const tally = &finishing->parts[worker];
    struct written_room *const room = &own->to_count;
    bool done = !finishing->failed[worker];
    written_begin(room);
    for (size_t m = 0; m < finishing->n_measures && done; m++) {
        struct counts all;
        done = collect(finishing, own, cohort, m, &all, tally) &&
               put_counts(own, cohort, &own->measures[m], &all, tally);
        counts_free(&all);
    }
    done = cells_end(&room->writer) && done && tally_put(tally, cohort, &room->cells);
    finishing->failed[worker] = !done;
}

/* --- who stays written down --- */

static bool is_only_written(const struct finishing *finishing, size_t cohort, size_t measure)
{
    bool only = true;
    for (size_t i = 0; i < finishing->n; i++) {
        const struct counts *const counts = counts_of(finishing, i, cohort, measure);
        only = only && (counts == NULL || (counts->cells == NULL && !counts->is_spilled));
    }
    return only;
}

/* Gives the tally those of a cohort who have been written down and nothing else. */
static bool keep_written(const struct finishing *finishing, uint32_t cohort, struct tally *tally)
{
    struct pair_counter *const any = finishing->counters[0];
    bool done = true;
    for (size_t m = 0; m < finishing->n_measures && done; m++) {
        struct counts all;
        if (is_only_written(finishing, cohort, m)) {
            done = collect(finishing, any, cohort, m, &all, tally) &&
                   tally_keep_written(tally, cohort, m, &all.written);
            counts_free(&all);
        }
    }
    return done;
}

static bool has_counts(const struct finishing *finishing, size_t cohort)
{
    bool has = false;
    for (size_t i = 0; i < finishing->n; i++) {
        for (size_t m = 0; m < finishing->n_measures; m++) {
            const struct counts *const counts = counts_of(finishing, i, cohort, m);
            has = has || (counts != NULL && (counts->cells != NULL || counts->written.n > 0));
        }
    }
    return has;
}

/* --- all of it --- */

static bool begin(struct finishing *finishing, size_t n_workers)
{
    bool done;
    for (size_t i = 0; i < finishing->n; i++) {
        const size_t n = finishing->counters[i]->n_counts / finishing->n_measures;
        finishing->n_cohorts = n > finishing->n_cohorts ? n : finishing->n_cohorts;
    }
    finishing->cohorts = calloc(finishing->n_cohorts + 1, sizeof *finishing->cohorts);
    finishing->own = calloc(n_workers, sizeof(struct pair_counter *));
    finishing->parts = calloc(n_workers, sizeof *finishing->parts);
    finishing->failed = calloc(n_workers, sizeof *finishing->failed);
    done = finishing->cohorts != NULL && finishing->own != NULL && finishing->parts != NULL &&
           finishing->failed != NULL;
    for (size_t i = 0; i < n_workers && done; i++) {
        finishing->own[i] = pair_counter_new(finishing->counters[0]->study, 0);
        done = finishing->own[i] != NULL;
    }
    return done;
}

static bool end(struct finishing *finishing, size_t n_workers, bool done, struct tally *tally)
{
    for (size_t i = 0; i < n_workers; i++) {
        if (finishing->own != NULL) {
            pair_counter_free(finishing->own[i]);
        }
        if (finishing->parts != NULL) {
            done = done && !finishing->failed[i] && tally_take(tally, &finishing->parts[i]);
            tally_free(&finishing->parts[i]);
        }
    }
    free(finishing->own);
    free(finishing->parts);
    free(finishing->failed);
    free(finishing->cohorts);
    for (size_t i = 0; i < finishing->n; i++) {
        struct pair_counter *const counter = finishing->counters[i];
        for (size_t k = 0; k < counter->n_counts; k++) {
            counts_free(&counter->counts[k]);
        }
        counter->room = counter->all_room;
    }
    return done;
}

bool pair_counters_finish(struct pair_counter *const counters[], size_t n, const struct crew *crew,
                          bool keep, struct tally *tally)
{
    struct finishing finishing = {
        .counters = counters, .n = n, .n_measures = counters[0]->study->n_measures};
    const size_t n_workers = crew->n_workers;
    bool done = finishing.n_measures == 0 ||
                (begin(&finishing, n_workers) &&
                 (!keep || tally_begin_written(tally, counters[0]->study, finishing.n_cohorts)));
    for (uint32_t cohort = 0; cohort < finishing.n_cohorts && done; cohort++) {
        done = !keep || keep_written(&finishing, cohort, tally);
        if (has_counts(&finishing, cohort)) {
            finishing.cohorts[finishing.n_left++] = cohort;
        }
    }
    crew = finishing.n_left > 1 ? crew : &crew_of_one;
    if (done && finishing.n_left > 0) {
        crew->run(crew, finishing.n_left, finish_cohort, &finishing);
    }
    return end(&finishing, n_workers, done, tally);
}

bool pair_counter_finish(struct pair_counter *counter, struct tally *tally)
{
    return pair_counters_finish(&counter, 1, &crew_of_one, false, tally);
}

/* engine/pair_counter.c - a respondent adds to one cell of each pair's matrix, and nothing is looked
   up. Stages by themselves need no counting: they are margins of the matrices, since everyone is in
   each of them, with a score or with a reason.

   Matrices are large and most of what is in them is small, so that their cells have 16 bits: what one
   has too much is carried into the tally. */
#include "engine/pair_counter.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/cohort_room.h"
#include "engine/memory.h"

/* A matrix larger than this pays less than looking its few cells up. */
#define MOST_OUTCOMES 256

/* A scale: of how many outcomes, and where it stands among the cells of a cohort, or NO_OFFSET. */
struct counted_scale {
    size_t n_outcomes, offset;
};
#define NO_OFFSET SIZE_MAX

struct pair_counter {
    const struct study *study; /* borrowed */
    struct stage_pair pairs[MOST_PAIRS];
    size_t n_pairs;
    /* Of one cohort: for each scale a matrix [outcome][later outcome] for each pair, then a list
       [stage][outcome] of those with a score everywhere. */
    struct counted_scale *scales; /* owned */
    struct cohort_room cohorts;   /* uint16_t */
};
#define CARRIED ((uint32_t)UINT16_MAX + 1)

size_t counted_pairs(const struct study *study, struct stage_pair pairs[MOST_PAIRS])
{
    size_t n = 0;
    for (size_t stage = 0; stage < study->n_stages; stage++) {
        for (size_t later = stage + 1; later < study->n_stages; later++) {
            if (is_counted_pair(study, stage, later)) {
                pairs[n++] = (struct stage_pair){(uint8_t)stage, (uint8_t)later};
            }
        }
    }
    return n;
}

struct pair_counter *pair_counter_new(const struct study *study, size_t room)
{
    struct pair_counter *const counter = calloc(1, sizeof *counter);
    size_t n_cells = 0; /* of one cohort */
    if (counter == NULL) {
        return NULL;
    }
    counter->study = study;
    counter->cohorts.room = room;
    counter->n_pairs = counted_pairs(study, counter->pairs);
    counter->scales = calloc(study->n_scales + 1, sizeof *counter->scales);
    if (counter->scales == NULL) {
        pair_counter_free(counter);
        return NULL;
    }
    for (size_t i = 0; i < study->n_scales; i++) {
        const size_t n = N_REASONS + study->scales[i].scale->n_values;
        counter->scales[i] = (struct counted_scale){.n_outcomes = n, .offset = NO_OFFSET};
        /* With one stage there is no pair whose margin could be that stage. */
        if (study->scales[i].scale->kind != SCALE_GOALS && study->scales[i].collected &&
            n <= MOST_OUTCOMES && study->n_stages > 1) {
            counter->scales[i].offset = n_cells;
            n_cells += n * n * counter->n_pairs + n * study->n_stages;
        }
    }
    counter->cohorts.bytes = n_cells * sizeof(uint16_t);
    return counter;
}

void pair_counter_free(struct pair_counter *counter)
{
    if (counter == NULL) {
        return;
    }
    cohort_room_free(&counter->cohorts);
    free(counter->scales);
    free(counter);
}

static tally_code code_of(const struct scale *scale, outcome o)
{
    return is_scored(o) ? outcome_score(scale->values, o) : TALLY_REASON(o);
}

static bool add_cell(struct tally *tally, const struct tally_cell *at, tally_code code,
                     tally_code later_code, uint32_t count)
{
    struct tally_cell cell = *at;
    cell.code = code;
    cell.later_code = later_code;
    return count == 0 || tally_add(tally, &cell, count);
}

static bool scored_everywhere(const struct study *study, const outcome outcomes[])
{
    bool everywhere = true;
    for (size_t i = 0; i < study->n_stages; i++) {
        everywhere = everywhere && is_scored(outcomes[i]);
    }
    return everywhere;
}

/* One respondent, cell by cell. */
static bool add_to_tally(const struct pair_counter *counter, uint32_t cohort, size_t scale_index,
                         const outcome outcomes[], struct tally *tally)
{
    const struct study *const study = counter->study;
    const struct scale *const scale = study->scales[scale_index].scale;
    const bool everywhere = scored_everywhere(study, outcomes);
    struct tally_cell at = {.cohort = cohort, .scale = (uint16_t)scale_index};
    for (size_t i = 0; i < study->n_stages; i++) {
        const tally_code code = code_of(scale, outcomes[i]);
        at.stage = (uint16_t)i;
        at.later = TALLY_ONE_STAGE;
        if (!add_cell(tally, &at, code, 0, 1)) {
            return false;
        }
        at.later = TALLY_ALL_STAGES;
        if (!add_cell(tally, &at, code, 0, everywhere)) {
            return false;
        }
    }
    for (size_t i = 0; i < counter->n_pairs; i++) {
        at.stage = (uint16_t)counter->pairs[i].stage;
        at.later = (uint16_t)counter->pairs[i].later;
        if (!add_cell(tally, &at, code_of(scale, outcomes[at.stage]),
                      code_of(scale, outcomes[at.later]), 1)) {
            return false;
        }
    }
    return true;
}

/* A cell of a scale's that begins at 0 again: what it had goes into the tally, there and where it is
   part of a margin (add_stage()). */
static bool carry(const struct pair_counter *counter, uint32_t cohort, size_t scale_index,
                  size_t place, struct tally *tally)
{
    const struct scale *const scale = counter->study->scales[scale_index].scale;
    const size_t n = counter->scales[scale_index].n_outcomes, pair = place / (n * n);
    const tally_code code = code_of(scale, (outcome)(place / n % n));
    const tally_code later_code = code_of(scale, (outcome)(place % n));
    struct tally_cell at = {.cohort = cohort, .scale = (uint16_t)scale_index};
    if (pair >= counter->n_pairs) {
        at.stage = (uint16_t)((place - counter->n_pairs * n * n) / n);
        at.later = TALLY_ALL_STAGES;
        return add_cell(tally, &at, code_of(scale, (outcome)(place % n)), 0, CARRIED);
    }
    at.stage = counter->pairs[pair].stage;
    at.later = counter->pairs[pair].later;
    if (!add_cell(tally, &at, code, later_code, CARRIED)) {
        return false;
    }
    at.later = TALLY_ONE_STAGE;
    if (pair == 0 && !add_cell(tally, &at, code, 0, CARRIED)) {
        return false;
    }
    at.stage = counter->pairs[pair].later;
    return counter->pairs[pair].stage != 0 || add_cell(tally, &at, later_code, 0, CARRIED);
}

/* Carries what has come to 0 of the cells that one respondent was added to. */
static bool carry_one(const struct pair_counter *counter, uint32_t cohort, size_t scale,
                      const uint16_t cells[], const outcome outcomes[], bool everywhere,
                      struct tally *tally)
{
    const size_t n = counter->scales[scale].n_outcomes;
    bool done = true;
    for (size_t i = 0; i < counter->n_pairs && done; i++) {
        const size_t place =
            i * n * n + outcomes[counter->pairs[i].stage] * n + outcomes[counter->pairs[i].later];
        done = cells[place] != 0 || carry(counter, cohort, scale, place, tally);
    }
    for (size_t i = 0; i < counter->study->n_stages && done && everywhere; i++) {
        const size_t place = counter->n_pairs * n * n + i * n + outcomes[i];
        done = cells[place] != 0 || carry(counter, cohort, scale, place, tally);
    }
    return done;
}

bool pair_counter_add(struct pair_counter *counter, uint32_t cohort, size_t scale,
                      const outcome outcomes[], struct tally *tally)
{
    const struct stage_pair *const pairs = counter->pairs;
    const size_t n = counter->scales[scale].n_outcomes, n_pairs = counter->n_pairs;
    const size_t n_stages = counter->study->n_stages;
    unsigned everywhere = 1;
    bool full = false;
    uint16_t *cells, *of_scale;
    cells = counter->scales[scale].offset == NO_OFFSET
                ? NULL
                : cohort_room_cells(&counter->cohorts, cohort);
    if (cells == NULL) {
        return add_to_tally(counter, cohort, scale, outcomes, tally);
    }
    of_scale = cells += counter->scales[scale].offset;
    for (size_t i = 0; i < n_pairs; i++, cells += n * n) {
        full |= ++cells[outcomes[pairs[i].stage] * n + outcomes[pairs[i].later]] == 0;
    }
    for (size_t i = 0; i < n_stages; i++) {
        everywhere &= is_scored(outcomes[i]);
    }
    for (size_t i = 0; i < n_stages && everywhere != 0; i++) {
        full |= ++cells[i * n + outcomes[i]] == 0;
    }
    return !full || carry_one(counter, cohort, scale, of_scale, outcomes, everywhere != 0, tally);
}

/* --- into the tally --- */

/* A stage by itself, from the matrix of a pair that it is in: as its rows or as its columns. */
static bool add_margin(const struct tally_cell *at, const struct scale *scale,
                       const uint16_t matrix[], size_t n, bool of_rows, struct tally *tally)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t count = 0; /* of at most MOST_OUTCOMES cells */
        for (size_t k = 0; k < n; k++) {
            count += of_rows ? matrix[i * n + k] : matrix[k * n + i];
        }
        if (!add_cell(tally, at, code_of(scale, (outcome)i), 0, count)) {
            return false;
        }
    }
    return true;
}

static bool add_matrix(const struct tally_cell *at, const struct scale *scale,
                       const uint16_t matrix[], size_t n, struct tally *tally)
{
    for (size_t i = 0; i < n * n; i++) {
        if (matrix[i] > 0 && !add_cell(tally, at, code_of(scale, (outcome)(i / n)),
                                       code_of(scale, (outcome)(i % n)), matrix[i])) {
            return false;
        }
    }
    return true;
}

/* A stage by itself: a margin of the first stage with it, or of the first with the second. */
static bool add_stage(const struct pair_counter *counter, struct tally_cell *at,
                      const struct scale *scale, const uint16_t cells[], size_t n,
                      struct tally *tally)
{
    /* The pairs of the first stage come first, one for each later stage. */
    const size_t pair = at->stage == 0 ? 0 : at->stage - (size_t)1;
    assert(counter->pairs[pair].stage == 0 &&
           counter->pairs[pair].later == (at->stage == 0 ? 1 : at->stage));
    (void)counter;
    at->later = TALLY_ONE_STAGE;
    return add_margin(at, scale, cells + pair * n * n, n, at->stage == 0, tally);
}

/* In the order of a tally's cells, so that there is nothing to sort. */
static bool finish_scale(const struct pair_counter *counter, uint32_t cohort, size_t scale_index,
                         const uint16_t cells[], struct tally *tally)
{
    const struct scale *const scale = counter->study->scales[scale_index].scale;
    const size_t n = counter->scales[scale_index].n_outcomes;
    const uint16_t *const everywhere = cells + counter->n_pairs * n * n;
    struct tally_cell at = {.cohort = cohort, .scale = (uint16_t)scale_index};
    for (size_t stage = 0, i = 0; stage < counter->study->n_stages; stage++) {
        at.stage = (uint16_t)stage;
        for (; i < counter->n_pairs && counter->pairs[i].stage == stage; i++) {
            at.later = (uint16_t)counter->pairs[i].later;
            if (!add_matrix(&at, scale, cells + i * n * n, n, tally)) {
                return false;
            }
        }
        if (!add_stage(counter, &at, scale, cells, n, tally)) {
            return false;
        }
        at.later = TALLY_ALL_STAGES;
        for (size_t k = 0; k < n; k++) {
            if (!add_cell(tally, &at, code_of(scale, (outcome)k), 0, everywhere[stage * n + k])) {
                return false;
            }
        }
    }
    return true;
}

bool pair_counter_finish(struct pair_counter *counter, struct tally *tally)
{
    for (uint32_t cohort = 0; cohort < counter->cohorts.n_cohorts; cohort++) {
        const uint16_t *const cells = counter->cohorts.cells[cohort];
        for (size_t i = 0; cells != NULL && i < counter->study->n_scales; i++) {
            if (counter->scales[i].offset != NO_OFFSET &&
                !finish_scale(counter, cohort, i, cells + counter->scales[i].offset, tally)) {
                return false;
            }
        }
        cohort_room_drop(&counter->cohorts, cohort);
    }
    return true;
}

/* Adds the cells of a scale, which begin at `sums` and at `cells`. */
static bool merge_scale(const struct pair_counter *into, uint32_t cohort, size_t scale,
                        uint16_t sums[], const uint16_t cells[], struct tally *tally)
{
    const size_t n = into->scales[scale].n_outcomes;
    bool done = true;
    for (size_t i = 0; i < n * n * into->n_pairs + n * into->study->n_stages && done; i++) {
        sums[i] = (uint16_t)(sums[i] + cells[i]);
        done = sums[i] >= cells[i] || carry(into, cohort, scale, i, tally);
    }
    return done;
}

static bool merge_cohort(const struct pair_counter *into, uint32_t cohort, uint16_t sums[],
                         const uint16_t cells[], struct tally *tally)
{
    bool done = true;
    for (size_t i = 0; i < into->study->n_scales && done; i++) {
        const size_t offset = into->scales[i].offset;
        done = offset == NO_OFFSET ||
               merge_scale(into, cohort, i, sums + offset, cells + offset, tally);
    }
    return done;
}

bool pair_counter_merge(struct pair_counter *into, struct pair_counter *from, struct tally *tally)
{
    struct cohort_room *const to = &into->cohorts, *const of = &from->cohorts;
    if (!array_grow(&to->cells, &to->n_cohorts, of->n_cohorts, sizeof *to->cells)) {
        return false;
    }
    for (uint32_t cohort = 0; cohort < of->n_cohorts; cohort++) {
        if (to->cells[cohort] == NULL) {
            to->cells[cohort] = of->cells[cohort];
            of->cells[cohort] = NULL;
            continue;
        }
        if (of->cells[cohort] != NULL &&
            !merge_cohort(into, cohort, to->cells[cohort], of->cells[cohort], tally)) {
            return false;
        }
        cohort_room_drop(of, cohort);
    }
    return true;
}

/* engine/written.c - the few of a small cohort are sorted, run by run; many are counted in a matrix. */
#include "engine/written.h"

#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"

/* Fewer than this are sorted by moving each to its place. */
#define FEW_WRITTEN 24

void written_room_free(struct written_room *room)
{
    free(room->columns);
    free(room->units);
    free(room->matrix);
    free(room->keys);
    free(room->complete);
    free(room->order);
    free(room->scores);
    cells_free(&room->cells);
    *room = (struct written_room){0};
}

void written_begin(struct written_room *room)
{
    cells_empty(&room->cells);
    cells_begin(&room->writer, &room->cells);
}

static const struct scale *scale_of(const struct written_scale *scale)
{
    return scale->study->scales[scale->index].scale;
}

/* Some respondents' outcomes, n rows of n_stages. */
struct rows {
    const uint8_t *outcomes;
    size_t n, n_stages;
};

/* Where their cells go: one run of them. */
struct run {
    const struct scale *scale;
    struct written_room *room;
    struct cell_count of; /* but for codes and count */
    uint32_t cohort;
    struct patterns *patterns; /* borrowed; NULL: pairs do not say what the model needs */
    bool failed;               /* there was no memory */
};

/* A stage by itself has no later code. */
static void put(struct run *run, unsigned key, uint32_t count)
{
    struct cell_count cell = run->of;
    cell.count = count;
    cell.code = tally_code_of(run->scale, (outcome)(key >> 8));
    cell.later_code = run->of.later >= TALLY_ONE_STAGE
                          ? 0
                          : tally_code_of(run->scale, (outcome)(key & (MOST_OUTCOMES - 1)));
    cells_put(&run->room->writer, &cell);
    if (run->patterns != NULL && cell.later < TALLY_ONE_STAGE) {
        run->failed = !patterns_add_pair(run->patterns, run->cohort, cell.scale, cell.code,
                                         cell.later_code, count) ||
                      run->failed;
    }
}

/* The n <= FEW_WRITTEN keys of a run, each with how many have it. */
static void put_few(struct run *run, uint16_t keys[], size_t n)
{
    uint32_t count = 1;
    for (size_t i = 1; i < n; i++) {
        const uint16_t moved = keys[i];
        size_t at = i;
        for (; at > 0 && keys[at - 1] > moved; at--) {
            keys[at] = keys[at - 1];
        }
        keys[at] = moved;
    }
    for (size_t i = 1; i <= n; i++) {
        if (i < n && keys[i] == keys[i - 1]) {
            count++;
        } else {
            put(run, keys[i - 1], count);
            count = 1;
        }
    }
}

/* The same of many, with outcomes below `n_outcomes`: in rows of the matrix, of which only those that
   have anybody are looked at, and no further than to the last of them. */
static void put_many(struct run *run, const uint16_t keys[], size_t n, size_t n_outcomes)
{
    uint32_t *const matrix = run->room->matrix;
    uint32_t left[MOST_OUTCOMES] = {0};
    for (size_t i = 0; i < n; i++) {
        matrix[keys[i]]++;
        left[keys[i] >> 8]++;
    }
    for (size_t code = 0; code < n_outcomes; code++) {
        for (unsigned key = (unsigned)code << 8; left[code] > 0; key++) {
            if (matrix[key] > 0) {
                left[code] -= matrix[key];
                put(run, key, matrix[key]);
                matrix[key] = 0;
            }
        }
    }
}

/* `later` is a stage, or what a tally has in its place (TALLY_ONE_STAGE ...). */
static void count_run(struct run *run, const struct rows *rows, size_t stage, unsigned later)
{
    uint16_t *const keys = run->room->keys;
    const uint8_t *at = rows->outcomes;
    run->of.stage = (uint8_t)stage;
    run->of.later = (uint8_t)later;
    for (size_t i = 0; i < rows->n; i++, at += rows->n_stages) {
        keys[i] = (uint16_t)(at[stage] << 8 | (later >= TALLY_ONE_STAGE ? 0 : at[later]));
    }
    if (rows->n == 0) {
        return;
    }
    if (rows->n <= FEW_WRITTEN) {
        put_few(run, keys, rows->n);
    } else {
        put_many(run, keys, rows->n, N_REASONS + run->scale->n_values);
    }
}

/* Those with a score at every stage. */
static struct rows complete_rows(const struct rows *rows, uint8_t out[])
{
    struct rows complete = {out, 0, rows->n_stages};
    for (size_t i = 0; i < rows->n; i++) {
        const uint8_t *const row = rows->outcomes + i * rows->n_stages;
        bool everywhere = true;
        for (size_t stage = 0; stage < rows->n_stages; stage++) {
            everywhere = everywhere && is_scored(row[stage]);
        }
        if (everywhere) {
            memcpy(out + complete.n++ * rows->n_stages, row, rows->n_stages);
        }
    }
    return complete;
}

static bool make_room(struct written_room *room, size_t n_stages, size_t n)
{
    if (room->matrix == NULL && n > FEW_WRITTEN) {
        room->matrix = calloc((size_t)MOST_OUTCOMES * MOST_OUTCOMES, sizeof *room->matrix);
    }
    return (room->matrix != NULL || n <= FEW_WRITTEN) &&
           array_grow(&room->keys, &room->keys_capacity, n, sizeof *room->keys) &&
           array_grow(&room->complete, &room->complete_capacity, n * n_stages, 1);
}

bool written_count(const struct written *written, const struct written_scale *scale,
                   uint32_t cohort, struct written_room *room, struct patterns *patterns)
{
    const size_t n_stages = scale->study->n_stages;
    const struct rows rows = {written->outcomes, written->n, n_stages};
    struct run run = {.scale = scale_of(scale),
                      .room = room,
                      .of = {.scale = (uint16_t)scale->index},
                      .cohort = cohort,
                      .patterns = study_pairs_say_all(scale->study) ? patterns : NULL};
    struct rows complete;
    if (written->n == 0) {
        return true;
    }
    if (!make_room(room, n_stages, written->n)) {
        return false;
    }
    complete = complete_rows(&rows, room->complete);
    for (size_t stage = 0, i = 0; stage < n_stages; stage++) {
        for (; i < scale->n_pairs && scale->pairs[i].stage == stage; i++) {
            count_run(&run, &rows, stage, scale->pairs[i].later);
        }
        count_run(&run, &rows, stage, TALLY_ONE_STAGE);
        count_run(&run, &complete, stage, TALLY_ALL_STAGES);
    }
    return !run.failed;
}

/* --- laid out --- */

bool written_lay_out(const struct written *written, const struct written_scale *scale, size_t first,
                     struct written_room *room)
{
    const size_t n_stages = scale->study->n_stages, left = written->n - first;
    const uint8_t *const rows = written->outcomes + first * n_stages;
    if (!array_grow(&room->columns, &room->columns_capacity, n_stages, sizeof *room->columns) ||
        !array_grow(&room->keys, &room->keys_capacity, WRITTEN_AT_ONCE, sizeof *room->keys) ||
        !array_grow(&room->order, &room->order_capacity, WRITTEN_AT_ONCE, sizeof *room->order)) {
        return false;
    }
    room->n_laid_out = left < WRITTEN_AT_ONCE ? left : WRITTEN_AT_ONCE;
    for (size_t stage = 0; stage < n_stages; stage++) {
        const uint8_t *from = rows + stage;
        uint8_t *const to = room->columns[stage];
        for (size_t i = 0; i < room->n_laid_out; i++, from += n_stages) {
            to[i] = *from;
        }
    }
    return true;
}

/* --- for the mixed model --- */

/* Fewer people with scores at the same stages are added one by one. */
#define FEW_ALIKE 12

/* The respondents by the set of stages at which they have a score, bit i is stage i: `ends` of each set, which
   has 2^n_stages places, says where its people end in room->order. */
static void order_by_stages(struct written_room *room, size_t n_stages, uint32_t ends[])
{
    const size_t n_sets = (size_t)1 << n_stages, n = room->n_laid_out;
    uint16_t *const sets = room->keys;
    uint32_t sum = 0;
    memset(sets, 0, n * sizeof *sets);
    for (size_t stage = 0; stage < n_stages; stage++) {
        const uint8_t *const outcomes = room->columns[stage];
        for (size_t i = 0; i < n; i++) {
            sets[i] = (uint16_t)(sets[i] | (unsigned)is_scored(outcomes[i]) << stage);
        }
    }
    memset(ends, 0, n_sets * sizeof *ends);
    for (size_t i = 0; i < n; i++) {
        ends[sets[i]]++;
    }
    for (size_t set = 0; set < n_sets; set++) {
        const uint32_t count = ends[set];
        ends[set] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++) {
        room->order[ends[sets[i]]++] = (uint32_t)i;
    }
}

/* A few respondents of one set of stages, one by one. */
static bool add_few(const struct written_scale *scale, uint32_t cohort, unsigned set,
                    const uint32_t order[], size_t n, struct written_room *room,
                    struct patterns *patterns)
{
    const int64_t *const values = scale_of(scale)->values;
    int64_t *scores;
    if (!array_grow(&room->scores, &room->scores_capacity, n * scale->study->n_stages,
                    sizeof *room->scores)) {
        return false;
    }
    scores = room->scores;
    for (size_t i = 0; i < n; i++) {
        for (size_t stage = 0; stage < scale->study->n_stages; stage++) {
            if ((set >> stage & 1) != 0) {
                *scores++ = outcome_score(values, room->columns[stage][order[i]]);
            }
        }
    }
    return patterns_add_people(patterns, cohort, scale->index, set, n, room->scores);
}

/* The sum of products, n of them, of which `most` surely fit 32 bits: a loop that a compiler makes vectors of. */
static int64_t sum_products(const int16_t x[], const int16_t y[], size_t n, size_t most)
{
    int64_t sum = 0;
    for (size_t first = 0; first < n; first += most) {
        const size_t end = n - first < most ? n : first + most;
        int32_t part = 0;
        for (size_t i = first; i < end; i++) {
            part += x[i] * y[i];
        }
        sum += part;
    }
    return sum;
}

static int64_t sum_scores(const int16_t x[], size_t n)
{
    int32_t sum = 0; /* of at most WRITTEN_AT_ONCE */
    for (size_t i = 0; i < n; i++) {
        sum += x[i];
    }
    return sum;
}

/* Many, column by column; no score is further from 0 than `largest`. */
static bool add_many(const struct written_scale *scale, uint32_t cohort, unsigned set,
                     const uint32_t order[], size_t n, int64_t largest, struct written_room *room,
                     struct patterns *patterns)
{
    const struct pattern pattern = {
        .cohort = cohort, .scale = (uint16_t)scale->index, .stages = (uint16_t)set, .n = n};
    const size_t most = (size_t)(INT32_MAX / (largest * largest + 1));
    const int64_t *const values = scale_of(scale)->values;
    int128 terms[MODEL_STAGES + MODEL_PAIRS];
    size_t m = 0, n_terms;
    for (size_t stage = 0; stage < scale->study->n_stages; stage++) {
        if ((set >> stage & 1) != 0) {
            for (size_t i = 0; i < n; i++) {
                room->units[m][i] = (int16_t)outcome_score(values, room->columns[stage][order[i]]);
            }
            terms[m] = sum_scores(room->units[m], n);
            m++;
        }
    }
    n_terms = m;
    for (size_t a = 0; a < m; a++) {
        for (size_t b = 0; b <= a; b++) {
            terms[n_terms++] = sum_products(room->units[a], room->units[b], n, most);
        }
    }
    return patterns_add_sums(patterns, &pattern, terms);
}

/* How far from 0 a scale's scores are at most. */
static int64_t largest_score(const struct scale *scale)
{
    const int64_t lowest = scale->n_values == 0 ? 0 : scale->values[0];
    const int64_t highest = scale->n_values == 0 ? 0 : scale->values[scale->n_values - 1];
    return -lowest > highest ? -lowest : highest;
}

bool written_count_patterns(const struct written_scale *scale, uint32_t cohort,
                            struct written_room *room, struct patterns *patterns)
{
    const size_t n_stages = scale->study->n_stages;
    const int64_t largest = largest_score(scale_of(scale));
    uint32_t ends[1 << MODEL_STAGES];
    bool done = true;
    if (!study_has_model(scale->study) || study_pairs_say_all(scale->study)) {
        return true;
    }
    if (!array_grow(&room->units, &room->units_capacity, n_stages, sizeof *room->units)) {
        return false;
    }
    order_by_stages(room, n_stages, ends);
    for (unsigned set = 1; set < 1u << n_stages && done; set++) {
        const uint32_t *const order = room->order + ends[set - 1];
        const size_t n = ends[set] - ends[set - 1];
        if (n >= FEW_ALIKE && largest <= INT16_MAX) {
            done = add_many(scale, cohort, set, order, n, largest, room, patterns);
        } else if (n > 0) {
            done = add_few(scale, cohort, set, order, n, room, patterns);
        }
    }
    return done;
}

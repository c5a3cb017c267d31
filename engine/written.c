/* engine/written.c - run by run, respondents are counted in a matrix of two outcomes, and bits beside it say which
   cells are not 0: a few people leave most of them alone. */
#include "engine/written.h"

#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"

/* Of so many, the cells that are not 0 are found by looking at all. */
#define FEW_WRITTEN 1024

/* Words of bits, one for each cell that a matrix may have. */
#define RUN_WORDS ((size_t)MOST_OUTCOMES * MOST_OUTCOMES / 64)

/* Where a run is counted; all but n_outcomes is 0 between two runs. */
struct run_matrix {
    size_t n_outcomes;
    uint64_t used[RUN_WORDS];                       /* whether a count is not 0 */
    uint64_t used_words[RUN_WORDS / 64];            /* whether a word of these is not 0 */
    uint32_t counts[MOST_OUTCOMES * MOST_OUTCOMES]; /* [outcome][later outcome] */
};

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
static bool is_pair(const struct run *run)
{
    return run->of.later < TALLY_ONE_STAGE;
}

static void put(struct run *run, size_t first, size_t second, uint32_t count)
{
    struct cell_count cell = run->of;
    cell.count = count;
    cell.code = tally_code_of(run->scale, (outcome)first);
    cell.later_code = is_pair(run) ? tally_code_of(run->scale, (outcome)second) : 0;
    cells_put(&run->room->writer, &cell);
    if (run->patterns != NULL && is_pair(run)) {
        run->failed = !patterns_add_pair(run->patterns, run->cohort, cell.scale, cell.code,
                                         cell.later_code, count) ||
                      run->failed;
    }
}

/* --- the matrix of a run --- */

static void mark(struct run_matrix *matrix, size_t key)
{
    const size_t word = key / 64;
    matrix->used[word] |= UINT64_C(1) << key % 64;
    matrix->used_words[word / 64] |= UINT64_C(1) << word % 64;
}

/* Counts rows in a matrix of `width` columns: of the later stage, if the run has one. */
static void count_rows(const struct run *run, const struct rows *rows, size_t width,
                       struct run_matrix *matrix)
{
    const bool pair = is_pair(run), few = rows->n < FEW_WRITTEN;
    const size_t stage = run->of.stage, later = pair ? run->of.later : stage;
    const uint8_t *at = rows->outcomes;
    for (size_t i = 0; i < rows->n; i++, at += rows->n_stages) {
        const size_t key = at[stage] * width + (pair ? at[later] : 0);
        matrix->counts[key]++;
        if (few) {
            mark(matrix, key);
        }
    }
    for (size_t key = 0; !few && key < matrix->n_outcomes * width; key++) {
        if (matrix->counts[key] != 0) {
            mark(matrix, key);
        }
    }
}

/* Writes the cells that are not 0, in order, and makes them 0. */
static void put_matrix(struct run *run, size_t width, struct run_matrix *matrix)
{
    size_t row = 0, row_end = width;
    for (size_t i = 0; i < RUN_WORDS / 64; i++) {
        for (; matrix->used_words[i] != 0; matrix->used_words[i] &= matrix->used_words[i] - 1) {
            const size_t word = i * 64 + (size_t)__builtin_ctzll(matrix->used_words[i]);
            uint64_t used = matrix->used[word];
            for (; used != 0; used &= used - 1) {
                const size_t key = word * 64 + (size_t)__builtin_ctzll(used);
                for (; key >= row_end; row++) {
                    row_end += width;
                }
                put(run, row, key + width - row_end, matrix->counts[key]);
                matrix->counts[key] = 0;
            }
            matrix->used[word] = 0;
        }
    }
}

/* `later` is a stage, or what a tally has in its place (TALLY_ONE_STAGE ...). */
static void count_run(struct run *run, const struct rows *rows, size_t stage, unsigned later)
{
    struct run_matrix *const matrix = run->room->matrix;
    size_t width;
    run->of.stage = (uint8_t)stage;
    run->of.later = (uint8_t)later;
    matrix->n_outcomes = N_REASONS + run->scale->n_values;
    width = is_pair(run) ? matrix->n_outcomes : 1;
    count_rows(run, rows, width, matrix);
    put_matrix(run, width, matrix);
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
    if (room->matrix == NULL) {
        room->matrix = calloc(1, sizeof *room->matrix);
    }
    return room->matrix != NULL &&
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

/* engine/written.c - run by run, respondents are counted in a matrix of two outcomes, and bits beside it say which
   cells are not 0: a few people leave most of them alone. */
#include "engine/written.h"

#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"
#include "scales/transpose.h"

/* Of so many, the cells that are not 0 are found by looking at all. */
#define FEW_WRITTEN 1024

/* Words of bits, one for each cell that a matrix may have. */
#define RUN_WORDS ((size_t)MOST_OUTCOMES * MOST_OUTCOMES / 64)

/* Where a run is counted; all but words_end is 0 between two runs. */
struct run_matrix {
    size_t words_end;                    /* of used_words: those of the keys there may be */
    uint64_t used[RUN_WORDS];            /* whether a count is not 0 */
    uint64_t used_words[RUN_WORDS / 64]; /* whether a word of these is not 0 */
    uint32_t counts[MOST_OUTCOMES * MOST_OUTCOMES]; /* [outcome][later outcome] */
};

void written_room_free(struct written_room *room)
{
    free(room->columns);
    free(room->units);
    free(room->matrix);
    free(room->keys);
    free(room->complete);
    free(room->places);
    cells_free(&room->cells);
    *room = (struct written_room){0};
}

void written_begin(struct written_room *room)
{
    cells_empty(&room->cells);
    cells_begin(&room->writer, &room->cells);
}

struct written_scale written_scale_of(const struct study *study, size_t scale)
{
    const struct measure *const measure = &study->measures[study->scales[scale].measure];
    return (struct written_scale){.study = study,
                                  .index = scale,
                                  .in_row = scale - measure->first_scale,
                                  .n_scales = measure->instrument->n_scales};
}

static const struct scale *scale_of(const struct written_scale *scale)
{
    return scale->study->scales[scale->index].scale;
}

/* Some respondents' outcomes on a scale: so many bytes from one to the next, and from stage to stage. */
struct rows {
    const uint8_t *outcomes;
    size_t n, row_bytes, stage_bytes;
};

static struct rows rows_of(const struct written *written, const struct written_scale *scale)
{
    return (struct rows){written->rows + scale->in_row, written->n,
                         scale->study->n_stages * scale->n_scales, scale->n_scales};
}

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

/* Bits say which columns of a row are used, so that rows are whole words of them, or a stage by itself is one. */
static unsigned row_shift(const struct run *run)
{
    const size_t n = N_REASONS + run->scale->n_values;
    return !is_pair(run) ? 0 : n <= 64 ? 6 : n <= 128 ? 7 : 8;
}

static void mark(struct run_matrix *matrix, size_t key)
{
    const size_t word = key / 64;
    matrix->used[word] |= UINT64_C(1) << key % 64;
    matrix->used_words[word / 64] |= UINT64_C(1) << word % 64;
}

/* Counts rows; a key is an outcome, and behind it a later one if the run has that. */
static void count_rows(const struct run *run, const struct rows *rows, struct run_matrix *matrix)
{
    const unsigned shift = row_shift(run);
    const bool pair = is_pair(run), few = rows->n < FEW_WRITTEN;
    const size_t stage = run->of.stage, later = pair ? run->of.later : stage;
    const size_t n_keys = (N_REASONS + run->scale->n_values) << shift;
    const uint8_t *at = rows->outcomes + stage * rows->stage_bytes;
    const size_t to_later = (later - stage) * rows->stage_bytes;
    for (size_t i = 0; i < rows->n; i++, at += rows->row_bytes) {
        const size_t key = ((size_t)*at << shift) | (pair ? at[to_later] : 0u);
        matrix->counts[key]++;
        if (few) {
            mark(matrix, key);
        }
    }
    for (size_t key = 0; !few && key < n_keys; key++) {
        if (matrix->counts[key] != 0) {
            mark(matrix, key);
        }
    }
    matrix->words_end = (n_keys - 1) / (64 * 64) + 1;
}

/* The keys that are used, ascending: start with {0}. Each is used no more when it has been given out. */
struct key_walk {
    size_t i, word;
    uint64_t used; /* of the word, to come */
};

static bool next_key(struct key_walk *walk, struct run_matrix *matrix, size_t *key)
{
    while (walk->used == 0) {
        while (walk->i < matrix->words_end && matrix->used_words[walk->i] == 0) {
            walk->i++;
        }
        if (walk->i == matrix->words_end) {
            return false;
        }
        walk->word = walk->i * 64 + (size_t)__builtin_ctzll(matrix->used_words[walk->i]);
        matrix->used_words[walk->i] &= matrix->used_words[walk->i] - 1;
        walk->used = matrix->used[walk->word];
        matrix->used[walk->word] = 0;
    }
    *key = walk->word * 64 + (size_t)__builtin_ctzll(walk->used);
    walk->used &= walk->used - 1;
    return true;
}

/* How many a key has, which is then 0. */
static uint32_t take_count(struct run_matrix *matrix, size_t key)
{
    const uint32_t count = matrix->counts[key];
    matrix->counts[key] = 0;
    return count;
}

static void put_matrix(struct run *run, struct run_matrix *matrix)
{
    const unsigned shift = row_shift(run);
    struct key_walk walk = {0};
    size_t key;
    while (next_key(&walk, matrix, &key)) {
        put(run, key >> shift, key & (((size_t)1 << shift) - 1), take_count(matrix, key));
    }
}

/* `later` is a stage, or what a tally has in its place (TALLY_ONE_STAGE ...). */
static void count_run(struct run *run, const struct rows *rows, size_t stage, unsigned later)
{
    run->of.stage = (uint8_t)stage;
    run->of.later = (uint8_t)later;
    count_rows(run, rows, run->room->matrix);
    put_matrix(run, run->room->matrix);
}

/* Those with a score at every stage. */
static struct rows complete_rows(const struct rows *rows, size_t n_stages, uint8_t out[])
{
    struct rows complete = {out, 0, n_stages, 1};
    const uint8_t *row = rows->outcomes;
    for (size_t i = 0; i < rows->n; i++, row += rows->row_bytes) {
        bool everywhere = true;
        for (size_t stage = 0; stage < n_stages; stage++) {
            out[stage] = row[stage * rows->stage_bytes];
            everywhere = everywhere && is_scored(out[stage]);
        }
        out += everywhere ? n_stages : 0;
        complete.n += everywhere;
    }
    return complete;
}

bool written_reserve(struct written_room *room, size_t n_stages, size_t most)
{
    if (room->matrix == NULL) {
        room->matrix = calloc(1, sizeof *room->matrix);
    }
    return room->matrix != NULL &&
           array_grow(&room->complete, &room->complete_capacity, (most + 1) * n_stages, 1);
}

bool written_count(const struct written *written, const struct written_scale *scale,
                   uint32_t cohort, struct written_room *room, struct patterns *patterns)
{
    const size_t n_stages = scale->study->n_stages;
    const struct rows rows = rows_of(written, scale);
    struct run run = {.scale = scale_of(scale),
                      .room = room,
                      .of = {.scale = (uint16_t)scale->index},
                      .cohort = cohort,
                      .patterns = study_pairs_say_all(scale->study) ? patterns : NULL};
    struct rows complete;
    if (written->n == 0) {
        return true;
    }
    if (!written_reserve(room, n_stages, written->n)) {
        return false;
    }
    complete = complete_rows(&rows, n_stages, room->complete);
    for (size_t stage = 0, i = 0; stage < n_stages; stage++) {
        for (; i < scale->n_pairs && scale->pairs[i].stage == stage; i++) {
            count_run(&run, &rows, stage, scale->pairs[i].later);
        }
        count_run(&run, &rows, stage, TALLY_ONE_STAGE);
        count_run(&run, &complete, stage, TALLY_ALL_STAGES);
    }
    return !run.failed;
}

/* One run of all who are written down. */
static struct run begin_run(const struct written *written, const struct written_scale *scale,
                            size_t stage, size_t later, struct written_room *room,
                            struct rows *rows)
{
    *rows = rows_of(written, scale);
    if (later == TALLY_ALL_STAGES) {
        *rows = complete_rows(rows, scale->study->n_stages, room->complete);
    }
    return (struct run){
        .scale = scale_of(scale),
        .room = room,
        .of = {.scale = (uint16_t)scale->index, .stage = (uint8_t)stage, .later = (uint8_t)later}};
}

void written_count_run(const struct written *written, const struct written_scale *scale,
                       size_t stage, size_t later, struct written_room *room)
{
    struct rows rows;
    struct run run = begin_run(written, scale, stage, later, room, &rows);
    count_run(&run, &rows, stage, (unsigned)later);
}

size_t written_scores(const struct written *written, const struct written_scale *scale,
                      size_t stage, size_t later, struct written_room *room,
                      struct score_count out[])
{
    struct rows rows;
    const struct run run = begin_run(written, scale, stage, later, room, &rows);
    struct key_walk walk = {0};
    size_t n = 0, key;
    count_rows(&run, &rows, room->matrix);
    while (next_key(&walk, room->matrix, &key)) {
        const uint32_t count = take_count(room->matrix, key);
        if (is_scored((outcome)key)) {
            out[n++] = (struct score_count){outcome_score(run.scale->values, (outcome)key), count};
        }
    }
    return n;
}

size_t written_pairs(const struct written *written, const struct written_scale *scale, size_t stage,
                     size_t later, struct written_room *room, struct pair_count out[])
{
    struct rows rows;
    const struct run run = begin_run(written, scale, stage, later, room, &rows);
    const unsigned shift = row_shift(&run);
    struct key_walk walk = {0};
    size_t n = 0, key;
    count_rows(&run, &rows, room->matrix);
    while (next_key(&walk, room->matrix, &key)) {
        const outcome first = (outcome)(key >> shift);
        const outcome second = (outcome)(key & (((size_t)1 << shift) - 1));
        const uint32_t count = take_count(room->matrix, key);
        if (is_scored(first) && is_scored(second)) {
            out[n++] = (struct pair_count){outcome_score(run.scale->values, first),
                                           outcome_score(run.scale->values, second), count};
        }
    }
    return n;
}

/* --- laid out --- */

/* Rows as columns: sixteen at a time, as long as sixteen bytes of each are there. */
static void lay_out(const uint8_t *rows, size_t n, size_t row_bytes,
                    uint8_t columns[][WRITTEN_AT_ONCE])
{
    size_t row = 0;
    for (; row + 16 + (16 + row_bytes - 1) / row_bytes <= n; row += 16) {
        const uint8_t *const from = rows + row * row_bytes;
        for (size_t i = 0; i < row_bytes; i += 16) {
            transpose_sixteen(from + i, row_bytes, row_bytes - i < 16 ? row_bytes - i : 16,
                              columns[i] + row, WRITTEN_AT_ONCE);
        }
    }
    for (size_t i = 0; i < row_bytes; i++) {
        for (size_t k = row; k < n; k++) {
            columns[i][k] = rows[k * row_bytes + i];
        }
    }
}

bool written_lay_out(const struct written *written, size_t row_bytes, size_t first,
                     struct written_room *room)
{
    const size_t left = written->n - first;
    if (!array_grow(&room->columns, &room->columns_capacity, row_bytes, sizeof *room->columns) ||
        !array_grow(&room->keys, &room->keys_capacity, WRITTEN_AT_ONCE, sizeof *room->keys) ||
        !array_grow(&room->places, &room->places_capacity, WRITTEN_AT_ONCE, sizeof *room->places)) {
        return false;
    }
    room->n_laid_out = left < WRITTEN_AT_ONCE ? left : WRITTEN_AT_ONCE;
    lay_out(written->rows + first * row_bytes, room->n_laid_out, row_bytes, room->columns);
    return true;
}

/* --- for the mixed model --- */

/* Scores stand in whole vectors: those of a set of stages begin at a multiple of so many. */
#define LANES ((size_t)16)

/* So few, or scores so far from 0 that sums of products need more than 32 bits at once, are added one by one. */
#define FEW_LAID_OUT 16
#define MOST_SQUARED (INT32_MAX / (int64_t)LANES)

/* The respondents by the set of stages at which they have a score, bit i is stage i: room->places says where
   each goes, counts[set], for all 2^n_stages sets, how many have it, and starts[set] where their places begin.
   Returns how many places there are in all: at the end of each set some may be nobody's. */
static INTO_CALLER size_t order_by_stages(const struct written_scale *scale,
                                          struct written_room *room, uint32_t counts[],
                                          uint32_t starts[])
{
    const size_t n_stages = scale->study->n_stages, n_sets = (size_t)1 << n_stages;
    const size_t n = room->n_laid_out;
    uint16_t *const sets = room->keys;
    size_t sum = 0;
    memset(sets, 0, n * sizeof *sets);
    for (size_t stage = 0; stage < n_stages; stage++) {
        const uint8_t *const outcomes = written_column(scale, room, stage);
        for (size_t i = 0; i < n; i++) {
            sets[i] = (uint16_t)(sets[i] | (unsigned)is_scored(outcomes[i]) << stage);
        }
    }
    memset(counts, 0, n_sets * sizeof *counts);
    for (size_t i = 0; i < n; i++) {
        room->places[i] = (uint16_t)counts[sets[i]]++;
    }
    for (size_t set = 0; set < n_sets; set++) {
        starts[set] = (uint32_t)sum;
        sum += (counts[set] + LANES - 1) / LANES * LANES;
    }
    for (size_t i = 0; i < n; i++) {
        room->places[i] = (uint16_t)(room->places[i] + starts[sets[i]]);
    }
    return sum;
}
_Static_assert(WRITTEN_AT_ONCE *LANES <= UINT16_MAX + 1, "places are numbers of 16 bits");

/* The scores of those who are laid out, each at its place, and 0 at places of nobody. By itself it has registers
   enough. */
static __attribute__((noinline)) void place_scores(const struct written_scale *scale,
                                                   struct written_room *room, size_t n_places)
{
    const struct scale *const s = scale_of(scale);
    const uint16_t *restrict const places = room->places;
    const size_t n = room->n_laid_out;
    int16_t scores[MOST_OUTCOMES] = {0};
    memset(room->units, 0, scale->study->n_stages * n_places * sizeof *room->units);
    for (size_t i = 0; i < s->n_values; i++) {
        scores[N_REASONS + i] = (int16_t)s->values[i];
    }
    for (size_t stage = 0; stage < scale->study->n_stages; stage++) {
        const uint8_t *restrict const outcomes = written_column(scale, room, stage);
        int16_t *restrict const units = room->units + stage * n_places;
        for (size_t i = 0; i < n; i++) {
            units[places[i]] = scores[outcomes[i]];
        }
    }
}

/* The sum of products of n scores, which are whole vectors; sums of `most` surely fit 32 bits. */
static INTO_CALLER int64_t sum_products(const int16_t *restrict x, const int16_t *restrict y,
                                        size_t n, size_t most)
{
    int64_t sum = 0;
    for (size_t first = 0; first < n; first += most) {
        const size_t end = n - first < most ? n : first + most;
        int32_t part = 0;
        for (size_t i = first; i < end; i += LANES) {
            for (size_t k = 0; k < LANES; k++) {
                part += x[i + k] * y[i + k];
            }
        }
        sum += part;
    }
    return sum;
}

static INTO_CALLER int64_t sum_scores(const int16_t x[], size_t n)
{
    int32_t sum = 0; /* of at most WRITTEN_AT_ONCE */
    for (size_t i = 0; i < n; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            sum += x[i + k];
        }
    }
    return sum;
}

/* Those of one set of stages, from the first place on. */
static INTO_CALLER void add_up(const struct written_room *room, size_t n_places, unsigned set,
                               size_t first, size_t n, size_t most, int128 terms[])
{
    const int16_t *units[MODEL_STAGES];
    size_t m = 0, n_terms;
    for (size_t stage = 0; set >> stage != 0; stage++) {
        if ((set >> stage & 1) != 0) {
            units[m] = room->units + stage * n_places + first;
            terms[m] = sum_scores(units[m], n);
            m++;
        }
    }
    n_terms = m;
    for (size_t a = 0; a < m; a++) {
        for (size_t b = 0; b <= a; b++) {
            terms[n_terms++] = sum_products(units[a], units[b], n, most);
        }
    }
}

/* How far from 0 a scale's scores are at most. */
static int64_t largest_score(const struct scale *scale)
{
    const int64_t lowest = scale->n_values == 0 ? 0 : scale->values[0];
    const int64_t highest = scale->n_values == 0 ? 0 : scale->values[scale->n_values - 1];
    return -lowest > highest ? -lowest : highest;
}

/* Many, column by column. */
static INTO_CALLER bool add_many(const struct written_scale *scale, uint32_t cohort,
                                 int64_t squared, struct written_room *room,
                                 struct patterns *patterns)
{
    const size_t n_stages = scale->study->n_stages;
    const size_t most = (size_t)(INT32_MAX / (squared + 1)) / LANES * LANES;
    uint32_t counts[1 << MODEL_STAGES], starts[1 << MODEL_STAGES];
    const size_t n_places = order_by_stages(scale, room, counts, starts);
    bool done =
        array_grow(&room->units, &room->units_capacity, n_stages * n_places, sizeof *room->units);
    if (done) {
        place_scores(scale, room, n_places);
    }
    for (unsigned set = 1; set < 1u << n_stages && done; set++) {
        const struct pattern pattern = {.cohort = cohort,
                                        .scale = (uint16_t)scale->index,
                                        .stages = (uint16_t)set,
                                        .n = counts[set]};
        int128 terms[MODEL_STAGES + MODEL_PAIRS];
        if (counts[set] > 0) {
            const size_t n = (counts[set] + LANES - 1) / LANES * LANES;
            add_up(room, n_places, set, starts[set], n, most, terms);
            done = patterns_add_sums(patterns, &pattern, terms);
        }
    }
    return done;
}

#if defined(HAS_WIDE)
static FOR_WIDE bool add_many_wide(const struct written_scale *scale, uint32_t cohort,
                                   int64_t squared, struct written_room *room,
                                   struct patterns *patterns)
{
    return add_many(scale, cohort, squared, room, patterns);
}
#else
#define add_many_wide add_many
#endif

static bool add_one_by_one(const struct written_scale *scale, uint32_t cohort,
                           const struct written_room *room, struct patterns *patterns)
{
    bool done = true;
    for (size_t i = 0; i < room->n_laid_out && done; i++) {
        int64_t scores[MODEL_STAGES];
        unsigned set = 0;
        size_t m = 0;
        for (size_t stage = 0; stage < scale->study->n_stages; stage++) {
            const outcome o = written_column(scale, room, stage)[i];
            if (is_scored(o)) {
                scores[m++] = outcome_score(scale_of(scale)->values, o);
                set |= 1u << stage;
            }
        }
        done = set == 0 || patterns_add(patterns, cohort, scale->index, set, scores);
    }
    return done;
}

bool written_count_patterns(const struct written_scale *scale, uint32_t cohort,
                            struct written_room *room, struct patterns *patterns)
{
    const int64_t largest = largest_score(scale_of(scale));
    if (!study_has_model(scale->study) || study_pairs_say_all(scale->study)) {
        return true;
    }
    if (room->n_laid_out < FEW_LAID_OUT || largest > INT16_MAX ||
        largest * largest >= MOST_SQUARED) {
        return add_one_by_one(scale, cohort, room, patterns);
    }
    return has_wide() ? add_many_wide(scale, cohort, largest * largest, room, patterns)
                      : add_many(scale, cohort, largest * largest, room, patterns);
}

/* The same of the only pair of stages. */
static bool add_pairs(const struct written *written, const struct written_scale *scale,
                      uint32_t cohort, struct patterns *patterns)
{
    bool done = true;
    const struct rows rows = rows_of(written, scale);
    for (size_t i = 0; i < rows.n && done; i++) {
        const uint8_t *const row = rows.outcomes + i * rows.row_bytes;
        done = patterns_add_pair(patterns, cohort, scale->index,
                                 tally_code_of(scale_of(scale), row[0]),
                                 tally_code_of(scale_of(scale), row[rows.stage_bytes]), 1);
    }
    return done;
}

bool written_add_patterns(const struct written *written, const struct written_scale *scale,
                          uint32_t cohort, struct written_room *room, struct patterns *patterns)
{
    bool done = true;
    if (study_pairs_say_all(scale->study)) {
        return add_pairs(written, scale, cohort, patterns);
    }
    for (size_t i = 0; i < written->n && done; i += room->n_laid_out) {
        done = written_lay_out(written, scale->study->n_stages * scale->n_scales, i, room) &&
               written_count_patterns(scale, cohort, room, patterns);
    }
    return done;
}

/* engine/pair_counter.c - respondents are written down, cohort by cohort, a byte for each stage, until a
   cohort has so many that matrices take less room: then they add to one cell of each pair's matrix, and
   nothing is looked up. Stages by themselves need no matrix: they are margins of the others, since
   everyone is in each of them, with a score or with a reason.

   Matrices are large and most of what is in them is small, so that their cells have 16 bits. Before one
   could have too much, all that are more than half full give that half to the tally. */
#include "engine/pair_counter.h"

#include <stdlib.h>
#include <string.h>

#include "engine/form.h"
#include "engine/memory.h"
#include "engine/pair_counts.h"

/* People for whom there is room at first, and how many are written down before they are counted in
   matrices that are there. */
#define FIRST_WRITTEN 4
#define MOST_WRITTEN 1024

#define HALF (UINT32_C(1) << 15)
_Static_assert(WRITTEN_AT_ONCE < HALF, "there is room for those at a time");

/* What is counted of each questionnaire. */
static void plan(struct pair_counter *counter)
{
    const struct study *const study = counter->study;
    for (size_t m = 0; m < study->n_measures; m++) {
        struct counted_measure *const measure = &counter->measures[m];
        measure->first_scale = study->measures[m].first_scale;
        measure->n_scales = study->measures[m].instrument->n_scales;
        measure->row_bytes = study->n_stages * measure->n_scales;
        for (size_t i = 0; i < measure->n_scales; i++) {
            const struct study_scale *const scale = &study->scales[measure->first_scale + i];
            const size_t n = N_REASONS + scale->scale->n_values;
            const bool is_written = tally_is_written(study, measure->first_scale + i);
            const size_t n_cells = is_written ? n * n * counter->n_pairs + n * study->n_stages : 0;
            counter->scales[measure->first_scale + i] =
                (struct counted_scale){n, measure->n_cells, n_cells, is_written};
            measure->n_cells += n_cells;
        }
    }
}

struct pair_counter *pair_counter_new(const struct study *study, size_t room)
{
    struct pair_counter *const counter = calloc(1, sizeof *counter);
    if (counter == NULL) {
        return NULL;
    }
    counter->study = study;
    counter->room = counter->all_room = room;
    counter->scales = calloc(study->n_scales + 1, sizeof *counter->scales);
    counter->measures = calloc(study->n_measures + 1, sizeof *counter->measures);
    counter->n_pairs = counted_pairs(study, counter->pairs);
    if (counter->scales == NULL || counter->measures == NULL) {
        pair_counter_free(counter);
        return NULL;
    }
    plan(counter);
    return counter;
}

void counts_free(struct counts *counts)
{
    free(counts->written.rows);
    free(counts->cells);
    *counts = (struct counts){.cells = NULL};
}

void pair_counter_free(struct pair_counter *counter)
{
    if (counter == NULL) {
        return;
    }
    for (size_t i = 0; i < counter->n_counts; i++) {
        counts_free(&counter->counts[i]);
    }
    free(counter->counts);
    free(counter->scales);
    free(counter->measures);
    written_room_free(&counter->to_count);
    free(counter);
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

static bool add_pattern(const struct pair_counter *counter, uint32_t cohort, size_t scale,
                        const outcome outcomes[], struct patterns *patterns)
{
    const int64_t *const values = counter->study->scales[scale].scale->values;
    int64_t scores[MAX_STAGES];
    uint64_t stages = 0;
    size_t m = 0;
    for (size_t i = 0; i < counter->study->n_stages; i++) {
        if (is_scored(outcomes[i])) {
            scores[m++] = outcome_score(values, outcomes[i]);
            stages |= UINT64_C(1) << i;
        }
    }
    return stages == 0 || !study_has_model(counter->study) ||
           patterns_add(patterns, cohort, scale, (unsigned)stages, scores);
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
        const tally_code code = tally_code_of(scale, outcomes[i]);
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
        at.stage = counter->pairs[i].stage;
        at.later = counter->pairs[i].later;
        if (!add_cell(tally, &at, tally_code_of(scale, outcomes[at.stage]),
                      tally_code_of(scale, outcomes[at.later]), 1)) {
            return false;
        }
    }
    return add_pattern(counter, cohort, scale_index, outcomes, &tally->patterns);
}

/* What a cell of a scale's is relieved of goes into the tally, there and where it is part of a margin
   (put_stage()). */
static bool carry(const struct pair_counter *counter, uint32_t cohort, size_t scale_index,
                  size_t place, uint32_t count, struct tally *tally)
{
    const struct scale *const scale = counter->study->scales[scale_index].scale;
    const size_t n = counter->scales[scale_index].n_outcomes, pair = place / (n * n);
    const tally_code code = tally_code_of(scale, (outcome)(place / n % n));
    const tally_code later_code = tally_code_of(scale, (outcome)(place % n));
    struct tally_cell at = {.cohort = cohort, .scale = (uint16_t)scale_index};
    if (pair >= counter->n_pairs) {
        at.stage = (uint16_t)((place - counter->n_pairs * n * n) / n);
        at.later = TALLY_ALL_STAGES;
        return add_cell(tally, &at, tally_code_of(scale, (outcome)(place % n)), 0, count);
    }
    at.stage = counter->pairs[pair].stage;
    at.later = counter->pairs[pair].later;
    if (!add_cell(tally, &at, code, later_code, count) ||
        (study_pairs_say_all(counter->study) &&
         !patterns_add_pair(&tally->patterns, cohort, at.scale, code, later_code, count))) {
        return false;
    }
    at.later = TALLY_ONE_STAGE;
    if (pair == 0 && !add_cell(tally, &at, code, 0, count)) {
        return false;
    }
    at.stage = counter->pairs[pair].later;
    return counter->pairs[pair].stage != 0 || add_cell(tally, &at, later_code, 0, count);
}

/* What is left of a cell that has come to so much: less than half. */
static bool relieve(const struct pair_counter *counter, uint32_t cohort, size_t scale, size_t place,
                    uint32_t sum, uint16_t *cell, struct tally *tally)
{
    *cell = (uint16_t)(sum % HALF);
    return sum < HALF || carry(counter, cohort, scale, place, sum - sum % HALF, tally);
}

bool counts_add_matrices(const struct pair_counter *counter, uint32_t cohort,
                         const struct counted_measure *measure, struct counts *into,
                         const uint16_t from[], struct tally *tally)
{
    bool done = true;
    for (size_t i = 0; i < measure->n_scales; i++) {
        const size_t scale = measure->first_scale + i;
        const size_t first = counter->scales[scale].first_cell;
        for (size_t k = 0; k < counter->scales[scale].n_cells && done; k++) {
            uint16_t *const cell = &into->cells[first + k];
            const uint32_t sum = (uint32_t)*cell + (from == NULL ? 0u : from[first + k]);
            done = relieve(counter, cohort, scale, k, sum, cell, tally);
        }
    }
    into->n_added = 0;
    return done;
}

/* Adds 1 to a cell for each key. */
static void add_keys(uint16_t cells[], const uint16_t keys[], size_t n)
{
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        cells[keys[i]]++;
        cells[keys[i + 1]]++;
        cells[keys[i + 2]]++;
        cells[keys[i + 3]]++;
    }
    for (; i < n; i++) {
        cells[keys[i]]++;
    }
}

/* Those who are laid out, into the matrices of a scale, whose cells have room for them. */
static void add_laid_out(const struct pair_counter *counter, const struct written_scale *scale,
                         uint16_t cells[], struct written_room *room)
{
    const size_t n = counter->scales[scale->index].n_outcomes, n_people = room->n_laid_out;
    const size_t n_stages = counter->study->n_stages;
    size_t n_complete = 0;
    for (size_t p = 0; p < counter->n_pairs; p++, cells += n * n) {
        const uint8_t *const outcomes = written_column(scale, room, counter->pairs[p].stage);
        const uint8_t *const later = written_column(scale, room, counter->pairs[p].later);
        for (size_t i = 0; i < n_people; i++) {
            room->keys[i] = (uint16_t)(outcomes[i] * n + later[i]);
        }
        add_keys(cells, room->keys, n_people);
    }
    memset(room->keys, 0,
           n_people * sizeof *room->keys); /* now at how many stages somebody has a score */
    for (size_t stage = 0; stage < n_stages; stage++) {
        const uint8_t *const outcomes = written_column(scale, room, stage);
        for (size_t i = 0; i < n_people; i++) {
            room->keys[i] = (uint16_t)(room->keys[i] + is_scored(outcomes[i]));
        }
    }
    for (size_t i = 0; i < n_people; i++) {
        room->places[n_complete] = (uint16_t)i;
        n_complete += room->keys[i] == n_stages;
    }
    for (size_t stage = 0; stage < n_stages; stage++, cells += n) {
        const uint8_t *const outcomes = written_column(scale, room, stage);
        for (size_t i = 0; i < n_complete; i++) {
            cells[outcomes[room->places[i]]]++;
        }
    }
}

struct written_scale counts_scale(const struct pair_counter *counter,
                                  const struct counted_measure *measure, size_t i)
{
    return (struct written_scale){.study = counter->study,
                                  .pairs = counter->pairs,
                                  .n_pairs = counter->n_pairs,
                                  .index = measure->first_scale + i,
                                  .in_row = i,
                                  .n_scales = measure->n_scales};
}

/* Are there matrices, now that so many are to be counted? With one stage there is no pair whose margin
   could be that stage. */
static bool has_cells(struct pair_counter *counter, const struct counted_measure *measure,
                      struct counts *counts)
{
    const size_t bytes = measure->n_cells * sizeof *counts->cells;
    if (counts->cells == NULL && counter->study->n_stages > 1 && counter->room >= bytes &&
        counts->written.n * measure->row_bytes >= bytes / 2) {
        counts->cells = calloc(measure->n_cells + 1, sizeof *counts->cells);
        counter->room -= counts->cells == NULL ? 0 : bytes;
    }
    return counts->cells != NULL;
}

/* Where there are matrices, few are written down at a time. */
static void shorten(struct pair_counter *counter, const struct counted_measure *measure,
                    struct counts *counts)
{
    uint8_t *less;
    if (counts->cells == NULL || counts->written.capacity <= MOST_WRITTEN) {
        return;
    }
    less = realloc(counts->written.rows, MOST_WRITTEN * measure->row_bytes);
    if (less != NULL) {
        counter->room += (counts->written.capacity - MOST_WRITTEN) * measure->row_bytes;
        counts->written.rows = less;
        counts->written.capacity = MOST_WRITTEN;
    }
}

/* Counts of those who are laid out what the mixed model needs, and all else in matrices if there are any. */
static bool count_laid_out(struct pair_counter *counter, uint32_t cohort,
                           const struct counted_measure *measure, struct counts *counts,
                           struct tally *tally)
{
    struct written_room *const room = &counter->to_count;
    bool done = true;
    if (counts->cells != NULL && counts->n_added + room->n_laid_out >= HALF) {
        done = counts_add_matrices(counter, cohort, measure, counts, NULL, tally);
    }
    counts->n_added += counts->cells == NULL ? 0 : (uint32_t)room->n_laid_out;
    for (size_t i = 0; i < measure->n_scales && done; i++) {
        const struct written_scale scale = counts_scale(counter, measure, i);
        if (!counter->scales[scale.index].is_written) {
            continue;
        }
        done = written_count_patterns(&scale, cohort, room, &tally->patterns);
        if (counts->cells != NULL) {
            add_laid_out(counter, &scale, counts->cells + counter->scales[scale.index].first_cell,
                         room);
        }
    }
    return done;
}

bool counts_add_columns(struct pair_counter *counter, uint32_t cohort,
                        const struct counted_measure *measure, const struct written *written,
                        struct counts *counts, struct tally *tally)
{
    struct written_room *const room = &counter->to_count;
    bool done = true;
    if (counts->cells == NULL &&
        (!study_has_model(counter->study) || study_pairs_say_all(counter->study))) {
        return true;
    }
    for (size_t i = 0; i < written->n && done; i += room->n_laid_out) {
        done = written_lay_out(written, measure->row_bytes, i, room) &&
               count_laid_out(counter, cohort, measure, counts, tally);
    }
    return done;
}

bool counts_put_written(struct pair_counter *counter, uint32_t cohort,
                        const struct counted_measure *measure, const struct counts *counts,
                        struct tally *tally)
{
    bool done = true;
    for (size_t i = 0; i < measure->n_scales && done; i++) {
        const struct written_scale scale = counts_scale(counter, measure, i);
        done =
            !counter->scales[scale.index].is_written ||
            written_count(&counts->written, &scale, cohort, &counter->to_count, &tally->patterns);
    }
    return done;
}

/* Counts those who are written down, of whom there are none then: in matrices, or in the tally. */
static bool count_written(struct pair_counter *counter, uint32_t cohort,
                          const struct counted_measure *measure, struct counts *counts,
                          struct tally *tally)
{
    struct written_room *const room = &counter->to_count;
    const bool in_cells = has_cells(counter, measure, counts);
    bool done = counts_add_columns(counter, cohort, measure, &counts->written, counts, tally);
    if (!in_cells) {
        counts->is_spilled = true;
        written_begin(room);
        done = done && counts_put_written(counter, cohort, measure, counts, tally) &&
               cells_end(&room->writer) && tally_put(tally, cohort, &room->cells);
    }
    counts->written.n = 0;
    shorten(counter, measure, counts);
    return done;
}

/* Room to write down one more: if there is none, they are counted. False: there is no memory, not even for
   the first. */
static bool reach_written(struct pair_counter *counter, uint32_t cohort,
                          const struct counted_measure *measure, struct counts *counts,
                          struct tally *tally)
{
    struct written *const written = &counts->written;
    const size_t capacity = written->capacity == 0 ? FIRST_WRITTEN : 2 * (size_t)written->capacity;
    const size_t more = (capacity - written->capacity) * measure->row_bytes;
    uint8_t *rows;
    if ((counts->cells == NULL || capacity <= MOST_WRITTEN) && counter->room >= more &&
        capacity * measure->row_bytes <= measure->n_cells * sizeof *counts->cells &&
        (rows = realloc(written->rows, capacity * measure->row_bytes)) != NULL) {
        written->rows = rows;
        written->capacity = (uint32_t)capacity;
        counter->room -= more;
        return true;
    }
    return count_written(counter, cohort, measure, counts, tally);
}

bool pair_counter_write(struct pair_counter *counter, uint32_t cohort, size_t measure_index,
                        struct tally *tally, uint8_t **row)
{
    const struct counted_measure *const measure = &counter->measures[measure_index];
    const size_t n_measures = counter->study->n_measures;
    const size_t end = (cohort + (size_t)1) * n_measures;
    struct counts *counts;
    struct written *written;
    *row = NULL;
    /* array_grow() zeroes: of a cohort not seen yet nobody is written down. */
    if (end > counter->n_counts &&
        !array_grow(&counter->counts, &counter->n_counts, end, sizeof *counter->counts)) {
        return false;
    }
    counts = &counter->counts[end - n_measures + measure_index];
    written = &counts->written;
    if (written->n == written->capacity && measure->n_cells > 0 &&
        !reach_written(counter, cohort, measure, counts, tally)) {
        return false;
    }
    if (written->n < written->capacity) {
        *row = written->rows + written->n++ * measure->row_bytes;
    }
    return true;
}

/* Counts a respondent cell by cell, on the scales that could be written down or on those that could not. */
static bool add_apart(const struct pair_counter *counter, uint32_t cohort,
                      const struct counted_measure *measure, outcome outcomes[][MAX_STAGES],
                      bool written_ones, struct tally *tally)
{
    bool done = true;
    for (size_t i = 0; i < measure->n_scales && done; i++) {
        const size_t scale = measure->first_scale + i;
        if (counter->study->scales[scale].collected &&
            counter->scales[scale].is_written == written_ones) {
            done = add_to_tally(counter, cohort, scale, outcomes[i], tally);
        }
    }
    return done;
}

bool pair_counter_add(struct pair_counter *counter, uint32_t cohort, size_t measure_index,
                      outcome outcomes[][MAX_STAGES], struct tally *tally)
{
    const struct counted_measure *const measure = &counter->measures[measure_index];
    uint8_t *row;
    if (!pair_counter_write(counter, cohort, measure_index, tally, &row) ||
        (row == NULL && !add_apart(counter, cohort, measure, outcomes, true, tally))) {
        return false;
    }
    for (size_t stage = 0; stage < counter->study->n_stages && row != NULL; stage++) {
        for (size_t i = 0; i < measure->n_scales; i++) {
            *row++ = (uint8_t)outcomes[i][stage];
        }
    }
    return add_apart(counter, cohort, measure, outcomes, false, tally);
}

/* Counts a row in the tally. */
static bool add_row(const struct pair_counter *counter, uint32_t cohort,
                    const struct counted_measure *measure, const uint8_t *row, struct tally *tally)
{
    outcome outcomes[MAX_SCALES][MAX_STAGES];
    for (size_t stage = 0; stage < counter->study->n_stages; stage++) {
        for (size_t i = 0; i < measure->n_scales; i++) {
            outcomes[i][stage] = *row++;
        }
    }
    return add_apart(counter, cohort, measure, outcomes, true, tally);
}

/* Counts a row where there is no room to write it down, or some has to be made. */
static bool add_one_row(struct pair_counter *counter, uint32_t cohort, size_t measure_index,
                        const uint8_t row[], struct tally *tally)
{
    const struct counted_measure *const measure = &counter->measures[measure_index];
    uint8_t *to;
    if (!pair_counter_write(counter, cohort, measure_index, tally, &to)) {
        return false;
    }
    if (to == NULL) {
        return add_row(counter, cohort, measure, row, tally);
    }
    row_copy(row, to, measure->row_bytes);
    return true;
}

bool pair_counter_add_rows(struct pair_counter *counter, size_t measure, const uint32_t cohorts[],
                           const uint8_t *const rows[], size_t n, struct tally *tally)
{
    const size_t n_measures = counter->study->n_measures;
    const size_t row_bytes = counter->measures[measure].row_bytes;
    for (size_t i = 0; i < n; i++) {
        const size_t first = cohorts[i] * n_measures;
        struct written *const written = first + n_measures <= counter->n_counts
                                            ? &counter->counts[first + measure].written
                                            : NULL;
        if (written != NULL && written->n < written->capacity) {
            row_copy(rows[i], written->rows + written->n++ * row_bytes, row_bytes);
        } else if (!add_one_row(counter, cohorts[i], measure, rows[i], tally)) {
            return false;
        }
    }
    return true;
}

bool pair_counter_add_written(struct pair_counter *counter, uint32_t cohort, size_t measure,
                              const struct written *written, struct tally *tally)
{
    const size_t row_bytes = counter->measures[measure].row_bytes;
    const uint8_t *from = written->rows;
    bool done = true;
    for (size_t left = written->n; left > 0 && done;) {
        size_t n = 1;
        done = add_one_row(counter, cohort, measure, from, tally);
        if (done) { /* as many as there is room for now */
            struct written *const to =
                &counter->counts[cohort * counter->study->n_measures + measure].written;
            const size_t room = to->capacity - to->n;
            n = left - 1 < room ? left : room + 1;
            if (n > 1) {
                memcpy(to->rows + to->n * row_bytes, from + row_bytes, (n - 1) * row_bytes);
                to->n += (uint32_t)n - 1;
            }
        }
        left -= n;
        from += n * row_bytes;
    }
    return done;
}

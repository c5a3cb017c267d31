/* engine/family_counter.c - small families of one cohort wait in columns (family_columns.h); all others are looked
   up, sum by sum. */
#include "engine/family_counter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/family_columns.h"
#include "engine/memory.h"

/* Rows of people who are families alone, of one measure. */
struct alone {
    struct member_row row;
    unsigned char *bytes; /* owned: room for FAMILIES_AT_ONCE rows, or NULL */
    size_t n;
};

struct family_counter {
    const struct study *study; /* borrowed */
    struct share_rules *rules; /* owned: of each scale */
    struct stage_pair pairs[MOST_PAIRS];
    size_t n_pairs;
    struct scale_tables *scales; /* owned */
    struct alone *alone;         /* owned: of each measure */
    uint32_t **cells; /* owned, n_cohorts: NULL, or the cells of a cohort, n_cells of them */
    size_t n_cohorts, n_cells;
    size_t room; /* bytes for more of them */
    struct family_columns columns;
    struct family_part *parts; /* owned: of one family that is looked up */
    size_t parts_capacity;
};

/* --- cells --- */

static size_t scale_cells(const struct family_counter *counter, size_t scale)
{
    size_t n = counter->n_pairs * table_cells(counter->scales[scale].most_change);
    for (unsigned share = 0; share < N_FAMILY_SHARES; share++) {
        n += counter->rules[scale].has[share] ? table_cells(1) : 0;
    }
    return n;
}

/* What the scores of a scale with tables are. False: no memory. */
static bool plan_scores(struct scale_tables *s, const struct scale *scale)
{
    s->scores = calloc(s->n_outcomes, sizeof *s->scores);
    s->shares = calloc(s->n_outcomes * s->n_outcomes, sizeof *s->shares);
    if (s->scores == NULL || s->shares == NULL) {
        return false;
    }
    s->by_code = s->most_change == scale->n_values - 1; /* they ascend */
    for (size_t i = N_REASONS; i < s->n_outcomes; i++) {
        s->scores[i] = (uint16_t)(scale->values[i - N_REASONS] - scale->values[0]);
        memset(s->shares + i * s->n_outcomes + N_REASONS, 0xff, /* SHARES_NOT_KNOWN */
               (s->n_outcomes - N_REASONS) * sizeof *s->shares);
    }
    return true;
}

/* Makes a scale ready for its tables, if it can have them. False: no memory. */
static bool plan_scale(struct family_counter *counter, size_t index)
{
    const struct scale *const scale = counter->study->scales[index].scale;
    struct scale_tables *const s = &counter->scales[index];
    *s = (struct scale_tables){.offset = NO_OFFSET, .n_outcomes = N_REASONS + scale->n_values};
    if (counter->n_pairs == 0 || scale->kind == SCALE_GOALS ||
        !counter->study->scales[index].collected || scale->n_values == 0 ||
        scale->values[scale->n_values - 1] - scale->values[0] > (int64_t)MOST_TABLE_CELLS) {
        return true;
    }
    s->most_change = (size_t)(scale->values[scale->n_values - 1] - scale->values[0]);
    if (scale_cells(counter, index) > MOST_TABLE_CELLS) {
        return true;
    }
    s->offset = counter->n_cells;
    counter->n_cells += scale_cells(counter, index);
    return plan_scores(s, scale);
}

static void plan_columns(struct family_counter *counter)
{
    counter->columns.study = counter->study;
    counter->columns.rules = counter->rules;
    counter->columns.pairs = counter->pairs;
    counter->columns.n_pairs = counter->n_pairs;
}

struct family_counter *family_counter_new(const struct study *study, size_t room)
{
    struct family_counter *const counter = calloc(1, sizeof *counter);
    bool done;
    if (counter == NULL) {
        return NULL;
    }
    counter->study = study;
    counter->room = room;
    counter->n_pairs = counted_pairs(study, counter->pairs);
    counter->rules = share_rules_new(study);
    counter->scales = calloc(study->n_scales + 1, sizeof *counter->scales);
    counter->alone = calloc(study->n_measures + 1, sizeof *counter->alone);
    plan_columns(counter);
    done = counter->rules != NULL && counter->scales != NULL && counter->alone != NULL &&
           family_columns_init(&counter->columns);
    for (size_t i = 0; i < study->n_measures && done; i++) {
        counter->alone[i].row = member_row_of(study, i);
    }
    for (size_t i = 0; i < study->n_scales && done; i++) {
        done = plan_scale(counter, i);
    }
    if (!done) {
        family_counter_free(counter);
        return NULL;
    }
    return counter;
}

static void drop_cells(struct family_counter *counter, uint32_t cohort)
{
    counter->room +=
        counter->cells[cohort] == NULL ? 0 : counter->n_cells * sizeof **counter->cells;
    free(counter->cells[cohort]);
    counter->cells[cohort] = NULL;
}

void family_counter_free(struct family_counter *counter)
{
    if (counter == NULL) {
        return;
    }
    for (size_t i = 0; counter->scales != NULL && i < counter->study->n_scales; i++) {
        free(counter->scales[i].scores);
        free(counter->scales[i].shares);
    }
    for (size_t i = 0; counter->alone != NULL && i < counter->study->n_measures; i++) {
        free(counter->alone[i].bytes);
    }
    for (uint32_t i = 0; i < counter->n_cohorts; i++) {
        drop_cells(counter, i);
    }
    free(counter->cells);
    free(counter->alone);
    free(counter->scales);
    free(counter->rules);
    free(counter->parts);
    family_columns_free(&counter->columns);
    free(counter);
}

const struct share_rules *family_counter_rules(const struct family_counter *counter, size_t scale)
{
    return &counter->rules[scale];
}

/* Makes the cells of a cohort, zeros, if there is room for them. */
static uint32_t *make_cells(struct family_counter *counter, uint32_t cohort)
{
    const size_t bytes = counter->n_cells * sizeof **counter->cells;
    /* array_grow() zeroes: a cohort not seen yet has no cells. */
    if (bytes == 0 || counter->room < bytes ||
        !array_grow(&counter->cells, &counter->n_cohorts, (size_t)cohort + 1, sizeof(uint32_t *))) {
        return NULL;
    }
    counter->cells[cohort] = calloc(counter->n_cells, sizeof **counter->cells);
    counter->room -= counter->cells[cohort] == NULL ? 0 : bytes;
    return counter->cells[cohort];
}

/* The cells of the cohort in which all members are, or NULL. */
static inline uint32_t *cells_of(struct family_counter *counter, const unsigned char *const rows[],
                                 size_t n)
{
    const uint32_t cohort = row_cohort(rows[0]);
    for (size_t i = 1; i < n; i++) {
        if (row_cohort(rows[i]) != cohort) {
            return NULL;
        }
    }
    return cohort < counter->n_cohorts && counter->cells[cohort] != NULL
               ? counter->cells[cohort]
               : make_cells(counter, cohort);
}

/* --- looked up --- */

/* A family's rows, and where in each the outcomes of a scale stand. */
struct family_rows {
    const unsigned char *const *rows;
    size_t n, scale, first, step, code_bytes;
};

static outcome outcome_at(const struct family_rows *family, size_t member, size_t stage)
{
    return code_at(family->rows[member] + family->first + stage * family->step, family->code_bytes);
}

/* What the members who have scores at both of two stages give to their family. */
static bool add_pair(struct family_counter *counter, const struct family_rows *family,
                     struct stage_pair pair, struct family_tally *tally)
{
    const size_t scale = family->scale;
    const int64_t *const values = counter->study->scales[scale].scale->values;
    struct family_given given[MOST_FAMILY_GIVEN];
    size_t n_given = 0, n = 0;
    bool done = true;
    for (size_t i = 0; i < family->n; i++) {
        const outcome before = outcome_at(family, i, pair.stage);
        const outcome after = outcome_at(family, i, pair.later);
        if (!is_scored(before) || !is_scored(after)) {
            continue;
        }
        n_given =
            family_given_by(counter->study, scale, &counter->rules[scale], pair.stage, pair.later,
                            outcome_score(values, before), outcome_score(values, after), given);
        for (size_t k = 0; k < n_given; k++) {
            counter->parts[k * family->n + n] = (struct family_part){
                .cohort = row_cohort(family->rows[i]), .members = 1, .sum = given[k].sum};
        }
        n++;
    }
    for (size_t k = 0; k < n_given && n > 0 && done; k++) {
        done = family_tally_add_split(tally, &given[k].of, counter->parts + k * family->n, n);
    }
    return done;
}

/* One family on one scale. */
static bool look_up(struct family_counter *counter, size_t measure, size_t scale,
                    const unsigned char *const rows[], size_t n, struct family_tally *tally)
{
    const struct member_row *const row = &counter->alone[measure].row;
    const size_t in_measure = scale - counter->study->measures[measure].first_scale;
    const struct family_rows family = {.rows = rows,
                                       .n = n,
                                       .scale = scale,
                                       .first = ROW_CODES + in_measure * row->code_bytes,
                                       .step = row->n_scales * row->code_bytes,
                                       .code_bytes = row->code_bytes};
    bool done = array_grow(&counter->parts, &counter->parts_capacity, MOST_FAMILY_GIVEN * n,
                           sizeof *counter->parts);
    for (size_t i = 0; i < counter->n_pairs && done; i++) {
        done = add_pair(counter, &family, counter->pairs[i], tally);
    }
    return done;
}

/* Families one by one, on the scales of a measure that have tables, or on those that have none. */
static bool look_up_scales(struct family_counter *counter, size_t measure,
                           const unsigned char *const rows[], size_t n_families, size_t n,
                           bool with_tables, struct family_tally *tally)
{
    const size_t first = counter->study->measures[measure].first_scale;
    const size_t end = first + counter->alone[measure].row.n_scales;
    for (size_t scale = first; scale < end; scale++) {
        if (!counter->study->scales[scale].collected ||
            (counter->scales[scale].offset != NO_OFFSET) != with_tables) {
            continue;
        }
        for (size_t i = 0; i < n_families; i++) {
            if (!look_up(counter, measure, scale, rows + i * n, n, tally)) {
                return false;
            }
        }
    }
    return true;
}

/* --- added --- */

/* Counts what waits in columns. */
static void count_columns(struct family_counter *counter, size_t measure)
{
    const size_t first = counter->study->measures[measure].first_scale;
    const struct member_row *const row = &counter->alone[measure].row;
    if (counter->columns.n_families == 0) {
        return; /* and of large families there may be more members than columns */
    }
    for (size_t scale = first; scale < first + row->n_scales; scale++) {
        if (counter->scales[scale].offset != NO_OFFSET) {
            family_columns_count(&counter->columns, row, scale, &counter->scales[scale]);
        }
    }
    counter->columns.n_families = 0;
}

bool family_counter_add(struct family_counter *counter, size_t measure,
                        const unsigned char *const rows[], size_t n_families, size_t n,
                        struct family_tally *tally)
{
    struct family_columns *const columns = &counter->columns;
    columns->n = n;
    for (size_t i = 0; i < n_families; i++) {
        const unsigned char *const *const family = rows + i * n;
        uint32_t *const cells = n <= FAMILY_FEW ? cells_of(counter, family, n) : NULL;
        if (cells == NULL) {
            if (!look_up_scales(counter, measure, family, 1, n, true, tally)) {
                return false;
            }
            continue;
        }
        columns->cells[columns->n_families] = cells;
        for (size_t k = 0; k < n; k++) {
            columns->rows[columns->n_families * n + k] = family[k];
        }
        if (++columns->n_families == FAMILIES_AT_ONCE) {
            count_columns(counter, measure);
        }
    }
    count_columns(counter, measure);
    return look_up_scales(counter, measure, rows, n_families, n, false, tally);
}

/* Counts those who wait to be counted as families alone. */
static bool count_alone(struct family_counter *counter, size_t measure, struct family_tally *tally)
{
    struct alone *const alone = &counter->alone[measure];
    const unsigned char *rows[FAMILIES_AT_ONCE];
    const size_t n = alone->n;
    for (size_t i = 0; i < n; i++) {
        rows[i] = alone->bytes + i * alone->row.n_bytes;
    }
    alone->n = 0;
    return family_counter_add(counter, measure, rows, n, 1, tally);
}

bool family_counter_add_alone(struct family_counter *counter, size_t measure, uint32_t cohort,
                              const unsigned char codes[], struct family_tally *tally)
{
    struct alone *const alone = &counter->alone[measure];
    unsigned char *to;
    if (alone->bytes == NULL) {
        alone->bytes = calloc(FAMILIES_AT_ONCE, alone->row.n_bytes);
    }
    if (alone->bytes == NULL) {
        return false;
    }
    to = alone->bytes + alone->n++ * alone->row.n_bytes;
    memcpy(to, &cohort, sizeof cohort);
    memcpy(to + ROW_CODES, codes, alone->row.n_bytes - ROW_CODES);
    return alone->n < FAMILIES_AT_ONCE || count_alone(counter, measure, tally);
}

static bool count_all_alone(struct family_counter *counter, struct family_tally *tally)
{
    bool done = true;
    for (size_t i = 0; i < counter->study->n_measures && done; i++) {
        done = counter->alone[i].n == 0 || count_alone(counter, i, tally);
    }
    return done;
}

/* --- into the tally --- */

/* Where cells go: one by one to others, or, where there are none, each behind the one before. */
struct finishing {
    struct family_tally *tally;
    bool (*add)(struct family_tally *tally, const struct family_cell *cell);
};

static bool add_table(const struct family_cell *at, size_t most_change, const uint32_t cells[],
                      const struct finishing *to)
{
    struct family_cell cell = *at;
    for (size_t k = 1; k <= FAMILY_FEW; k++) {
        const uint32_t *const zero = cells + table_place(most_change, k);
        const int64_t most = (int64_t)(k * most_change);
        cell.members = k;
        for (cell.sum = -most; cell.sum <= most; cell.sum++) {
            cell.count = zero[cell.sum];
            if (cell.count > 0 && !to->add(to->tally, &cell)) {
                return false;
            }
        }
    }
    return true;
}

/* The shares, which come behind all pairs of the first of their stages. */
static bool add_shares(const struct family_counter *counter, struct family_cell *at,
                       const uint32_t cells[], const struct finishing *to)
{
    cells += counter->n_pairs * table_cells(counter->scales[at->of.scale].most_change);
    for (unsigned share = 0; share < N_FAMILY_SHARES; share++) {
        at->of.later = (uint8_t)(FAMILY_SHARE + share);
        if (!counter->rules[at->of.scale].has[share]) {
            continue;
        }
        if (!add_table(at, 1, cells, to)) {
            return false;
        }
        cells += table_cells(1);
    }
    return true;
}

static bool finish_scale(const struct family_counter *counter, uint32_t cohort, size_t scale,
                         const uint32_t cells[], const struct finishing *to)
{
    const size_t most_change = counter->scales[scale].most_change;
    struct family_cell at = {.of.scale = (uint16_t)scale, .cohort = cohort};
    bool done = true;
    for (size_t stage = 0, i = 0; stage < counter->study->n_stages && done; stage++) {
        at.of.stage = (uint8_t)stage;
        for (; i < counter->n_pairs && counter->pairs[i].stage == stage && done; i++) {
            at.of.later = counter->pairs[i].later;
            done = add_table(&at, most_change, cells + i * table_cells(most_change), to);
        }
        done = done && (stage != counter->study->before || add_shares(counter, &at, cells, to));
    }
    return done;
}

bool family_counter_finish(struct family_counter *counter, struct family_tally *tally)
{
    bool done = count_all_alone(counter, tally);
    const struct finishing to = {tally,
                                 tally->n_cells == 0 ? family_tally_append : family_tally_add};
    for (uint32_t cohort = 0; cohort < counter->n_cohorts && done; cohort++) {
        const uint32_t *const cells = counter->cells[cohort];
        for (size_t i = 0; cells != NULL && i < counter->study->n_scales && done; i++) {
            const size_t offset = counter->scales[i].offset;
            done = offset == NO_OFFSET || finish_scale(counter, cohort, i, cells + offset, &to);
        }
        drop_cells(counter, cohort);
    }
    return done;
}

bool family_counter_merge(struct family_counter *into, struct family_counter *from,
                          struct family_tally *tally)
{
    if (!count_all_alone(from, tally) ||
        !array_grow(&into->cells, &into->n_cohorts, from->n_cohorts, sizeof(uint32_t *))) {
        return false;
    }
    for (uint32_t cohort = 0; cohort < from->n_cohorts; cohort++) {
        uint32_t *const sums = into->cells[cohort], *const cells = from->cells[cohort];
        if (sums == NULL) {
            into->cells[cohort] = cells;
            from->cells[cohort] = NULL;
        }
        for (size_t i = 0; sums != NULL && cells != NULL && i < into->n_cells; i++) {
            sums[i] += cells[i];
        }
        drop_cells(from, cohort);
    }
    return true;
}

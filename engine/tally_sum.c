/* engine/tally_sum.c - cells of a run differ in two codes, and both are mostly among a few dozen: the
   scores of a scale. So they are added up in a matrix of these, many runs beside each other in one walk
   through all lists, which costs a fraction of putting the cells in order. What has more codes is only copied. */
#include "engine/tally_sum.h"

#include <stdlib.h>
#include <string.h>
#include "engine/memory.h"

/* From the least score of a run to the greatest, with the reasons: SWEMWBS in hundredths has 2,800. */
#define MOST_VALUES 8192
#define MOST_SUMS ((size_t)1 << 16)     /* of one run */
#define MOST_TOGETHER ((size_t)1 << 19) /* of the runs that are added up in one walk */
#define NO_PLACE UINT16_MAX

/* The codes of a run in one of its two places. A value is a reason, or a score less the least with the
   reasons before it. */
struct axis {
    tally_code least, greatest; /* of scores */
    size_t n_values;            /* how many values there may be; 0: too many */
    size_t n;                   /* how many have a row or a column of their own: */
    uint16_t *places; /* owned, n_values: which one, or NO_PLACE; NULL: that of its number */
    uint16_t *values; /* owned, n: whose it is; NULL likewise */
};

struct run {
    struct cell_count like; /* a cell of it: scale, stage and later */
    uint32_t of;            /* tally_run() */
    struct axis first, later;
    uint32_t *sums; /* in the room of all, [row][column]; NULL: not added up */
    size_t n_cells; /* sums above 0 */
};

struct adding {
    struct cell_list *lists; /* borrowed, n_lists */
    size_t n_lists;
    struct run *runs; /* owned, n_runs, in order */
    size_t n_runs, runs_capacity;
    uint32_t *sums; /* owned: at most MOST_TOGETHER, 0 between two walks */
};

/* --- which runs there are --- */

static inline void axis_reach(struct axis *axis, tally_code code)
{
    if (tally_is_score(code)) {
        axis->least = code < axis->least ? code : axis->least;
        axis->greatest = code > axis->greatest ? code : axis->greatest;
    }
}

/* Every value has a place. */
static void axis_begin(struct axis *axis)
{
    const uint64_t span =
        axis->least > axis->greatest ? 0 : (uint64_t)axis->greatest - (uint64_t)axis->least + 1;
    axis->n = axis->n_values = span <= MOST_VALUES - N_REASONS ? (size_t)span + N_REASONS : 0;
}

static bool add_run(struct adding *adding, size_t at, const struct cell_count *cell)
{
    static const struct axis none = {.least = INT64_MAX, .greatest = INT64_MIN};
    if (!array_grow(&adding->runs, &adding->runs_capacity, adding->n_runs + 1,
                    sizeof *adding->runs)) {
        return false;
    }
    memmove(&adding->runs[at + 1], &adding->runs[at],
            (adding->n_runs++ - at) * sizeof *adding->runs);
    adding->runs[at] =
        (struct run){.like = *cell, .of = tally_run(cell), .first = none, .later = none};
    return true;
}

/* Lists the runs of all lists, with what their scores lie between. False: no memory. */
static bool find_runs(struct adding *adding)
{
    for (size_t i = 0; i < adding->n_lists; i++) {
        size_t at = 0;
        for (const struct cell_count *cell = adding->lists[i].at; cell < adding->lists[i].end;
             cell++) {
            const uint32_t of = tally_run(cell);
            while (at < adding->n_runs && adding->runs[at].of < of) {
                at++;
            }
            if ((at == adding->n_runs || adding->runs[at].of != of) && !add_run(adding, at, cell)) {
                return false;
            }
            axis_reach(&adding->runs[at].first, cell->code);
            axis_reach(&adding->runs[at].later, cell->later_code);
        }
    }
    for (size_t at = 0; at < adding->n_runs; at++) {
        axis_begin(&adding->runs[at].first);
        axis_begin(&adding->runs[at].later);
    }
    return true;
}

/* --- rows and columns --- */

static inline size_t value_of(const struct axis *axis, tally_code code)
{
    return tally_is_score(code) ? N_REASONS + (size_t)(code - axis->least)
                                : (size_t)tally_reason(code);
}

static inline size_t place_of(const struct axis *axis, tally_code code)
{
    const size_t value = value_of(axis, code);
    return axis->places == NULL ? value : axis->places[value];
}

static tally_code code_at(const struct axis *axis, size_t place)
{
    const size_t value = axis->values == NULL ? place : axis->values[place];
    return value < N_REASONS ? TALLY_REASON(value) : axis->least + (tally_code)(value - N_REASONS);
}

static bool axis_mark(struct axis *axis)
{
    axis->n = 0;
    axis->places = malloc(axis->n_values * sizeof *axis->places);
    axis->values = malloc(axis->n_values * sizeof *axis->values);
    if (axis->places != NULL) {
        memset(axis->places, -1, axis->n_values * sizeof *axis->places);
    }
    return axis->places != NULL && axis->values != NULL;
}

static void axis_add(struct axis *axis, tally_code code)
{
    axis->places[value_of(axis, code)] = 0;
}

static void axis_number(struct axis *axis)
{
    for (size_t value = 0; value < axis->n_values; value++) {
        if (axis->places[value] != NO_PLACE) {
            axis->values[axis->n] = (uint16_t)value;
            axis->places[value] = (uint16_t)axis->n++;
        }
    }
}

/* Are two cells of one run? */
static inline bool is_in(const struct cell_count *cell, const struct cell_list *list, uint32_t of)
{
    return cell < list->end && tally_run(cell) == of;
}

/* Only the values that occur have a place. All before the run has been used up. False: no memory. */
static bool mark_codes(struct adding *adding, struct run *run)
{
    if (!axis_mark(&run->first) || !axis_mark(&run->later)) {
        return false;
    }
    for (size_t i = 0; i < adding->n_lists; i++) {
        const struct cell_list *const list = &adding->lists[i];
        for (const struct cell_count *cell = list->at; is_in(cell, list, run->of); cell++) {
            axis_add(&run->first, cell->code);
            axis_add(&run->later, cell->later_code);
        }
    }
    axis_number(&run->first);
    axis_number(&run->later);
    return true;
}

/* --- added up --- */

/* Room for the sums of all runs, or of as many as are added up together. */
static bool make_sums(struct adding *adding)
{
    size_t n = 1;
    for (size_t i = 0; i < adding->n_runs && n < MOST_TOGETHER; i++) {
        const size_t of_run = adding->runs[i].first.n * adding->runs[i].later.n;
        n += of_run == 0 || of_run > MOST_SUMS ? MOST_SUMS : of_run;
    }
    adding->sums = calloc(n < MOST_TOGETHER ? n : MOST_TOGETHER, sizeof *adding->sums);
    return adding->sums != NULL;
}

/* Gives room to the runs from `first` on that are added up together; returns where these end. */
static size_t give_room(struct adding *adding, size_t first)
{
    size_t used = 0, end = first;
    for (; end < adding->n_runs; end++) {
        struct run *const run = &adding->runs[end];
        const size_t n = run->first.n * run->later.n;
        if (n == 0 || n > MOST_SUMS || used + n > MOST_TOGETHER) {
            break;
        }
        run->sums = adding->sums + used;
        used += n;
    }
    return end;
}

/* Adds up the runs from `first` to `end`, the next in every list. */
static void add_cells(struct adding *adding, size_t first, size_t end, bool *overflow)
{
    for (size_t i = 0; i < adding->n_lists; i++) {
        struct cell_list *const list = &adding->lists[i];
        struct run *run = &adding->runs[first];
        for (; list->at < list->end && tally_run(list->at) <= adding->runs[end - 1].of;
             list->at++) {
            const struct cell_count *const cell = list->at;
            const uint32_t of = tally_run(cell);
            uint32_t *sum;
            while (run->of < of) {
                run++;
            }
            sum = &run->sums[place_of(&run->first, cell->code) * run->later.n +
                             place_of(&run->later, cell->later_code)];
            run->n_cells += *sum == 0;
            if (__builtin_add_overflow(*sum, cell->count, sum)) {
                *sum = UINT32_MAX; /* of no use, but not none */
                *overflow = true;
            }
        }
    }
}

static bool reach(struct cohort_cells *out, size_t more)
{
    size_t capacity = out->capacity;
    const bool done = out->n + more <= UINT32_MAX / 4 &&
                      array_grow(&out->cells, &capacity, out->n + more, sizeof *out->cells);
    out->capacity = done ? (uint32_t)capacity : out->capacity;
    return done;
}

/* Writes the sums down as the cells of their run, and makes them 0. */
static bool write_run(const struct run *run, struct cohort_cells *out)
{
    const struct axis *const first = &run->first, *const later = &run->later;
    struct cell_count cell = run->like;
    if (!reach(out, run->n_cells)) {
        return false;
    }
    for (size_t i = 0; i < first->n; i++) {
        uint32_t *const sums = &run->sums[i * later->n];
        for (size_t k = 0; k < later->n; k++) {
            if (sums[k] != 0) {
                cell.count = sums[k];
                cell.code = code_at(first, i);
                cell.later_code = code_at(later, k);
                out->cells[out->n++] = cell;
                sums[k] = 0;
            }
        }
    }
    return true;
}

/* The cells of a run as they are. */
static bool copy_run(struct adding *adding, uint32_t of, struct cohort_cells *out)
{
    for (size_t i = 0; i < adding->n_lists; i++) {
        struct cell_list *const list = &adding->lists[i];
        for (; is_in(list->at, list, of); list->at++) {
            if (!reach(out, 1)) {
                return false;
            }
            out->cells[out->n++] = *list->at;
        }
    }
    return true;
}

/* A run whose scores lie too far apart for each value to have a place. *in_order: were those that occur few
   enough? False: no memory. */
static bool add_wide_run(struct adding *adding, struct run *run, struct cohort_cells *out,
                         bool *in_order, bool *overflow)
{
    const size_t at = (size_t)(run - adding->runs);
    if (run->first.n > 0 && run->later.n > 0) {
        if (!mark_codes(adding, run)) {
            return false;
        }
        if (run->first.n * run->later.n <= MOST_SUMS) {
            run->sums = adding->sums;
            add_cells(adding, at, at + 1, overflow);
            return write_run(run, out);
        }
    }
    *in_order = false;
    return copy_run(adding, run->of, out);
}

static bool add_all(struct adding *adding, struct cohort_cells *out, bool *in_order, bool *overflow)
{
    bool done = true;
    for (size_t first = 0; first < adding->n_runs && done;) {
        const size_t end = give_room(adding, first);
        if (end == first) {
            done = add_wide_run(adding, &adding->runs[first++], out, in_order, overflow);
            continue;
        }
        add_cells(adding, first, end, overflow);
        for (; first < end && done; first++) {
            done = write_run(&adding->runs[first], out);
        }
    }
    return done;
}

bool tally_sum(struct cell_list lists[], size_t n, struct cohort_cells *out, bool *overflow)
{
    struct adding adding = {.lists = lists, .n_lists = n};
    bool in_order = true;
    const bool done =
        find_runs(&adding) && make_sums(&adding) && add_all(&adding, out, &in_order, overflow);
    for (size_t i = 0; i < adding.n_runs; i++) {
        free(adding.runs[i].first.places);
        free(adding.runs[i].first.values);
        free(adding.runs[i].later.places);
        free(adding.runs[i].later.values);
    }
    free(adding.runs);
    free(adding.sums);
    out->n_sorted = in_order ? out->n : 0;
    return done;
}

/* engine/tally_sum.c - cells of a run differ in two codes, and both are mostly among a few dozen: the
   scores of a scale. So they are added up in a matrix of these, many runs beside each other in one walk
   through all lists, which costs a fraction of putting the cells in order. */
#include "engine/tally_sum.h"

#include <stdlib.h>
#include <string.h>
#include "engine/loose_cells.h"
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
    uint16_t *values; /* owned, n_values, of which n are used: whose it is; NULL likewise */
};

struct run {
    uint32_t of; /* tally_run() */
    struct axis first, later;
    uint32_t *sums; /* in the room of all, [row][column]; NULL: not added up */
};

/* The runs of one list that are left. */
struct run_list {
    const struct cells *cells; /* borrowed */
    const unsigned char *at;   /* behind `next` */
    struct cell_run next;      /* the first, where there is one */
    bool has_next;
};

struct adding {
    struct run_list *lists; /* owned, n_lists */
    size_t n_lists;
    struct run *runs; /* owned, n_runs, in order */
    size_t n_runs, runs_capacity;
    uint32_t *sums; /* owned: at most MOST_TOGETHER, 0 between two walks */
};

/* --- which runs there are --- */

static inline void axis_reach(struct axis *axis, const struct code_range *range)
{
    if (range->least <= range->greatest) {
        axis->least = range->least < axis->least ? range->least : axis->least;
        axis->greatest = range->greatest > axis->greatest ? range->greatest : axis->greatest;
    }
}

/* Every value has a place. */
static void axis_begin(struct axis *axis)
{
    const uint64_t span =
        axis->least > axis->greatest ? 0 : (uint64_t)axis->greatest - (uint64_t)axis->least + 1;
    axis->n = axis->n_values = span <= MOST_VALUES - N_REASONS ? (size_t)span + N_REASONS : 0;
}

static bool add_run(struct adding *adding, size_t at, uint32_t of)
{
    static const struct axis none = {.least = INT64_MAX, .greatest = INT64_MIN};
    if (!array_grow(&adding->runs, &adding->runs_capacity, adding->n_runs + 1,
                    sizeof *adding->runs)) {
        return false;
    }
    memmove(&adding->runs[at + 1], &adding->runs[at],
            (adding->n_runs++ - at) * sizeof *adding->runs);
    adding->runs[at] = (struct run){.of = of, .first = none, .later = none};
    return true;
}

/* Lists the runs of a list, with what their scores lie between. False: no memory. */
static bool find_runs_of(struct adding *adding, const struct cells *cells)
{
    const unsigned char *next = cells->bytes;
    struct cell_run run;
    size_t at = 0;
    while (cells_next_run(cells, &next, &run)) {
        struct code_range codes, later_codes;
        while (at < adding->n_runs && adding->runs[at].of < run.run) {
            at++;
        }
        if ((at == adding->n_runs || adding->runs[at].of != run.run) &&
            !add_run(adding, at, run.run)) {
            return false;
        }
        run_ranges(&run, &codes, &later_codes);
        axis_reach(&adding->runs[at].first, &codes);
        axis_reach(&adding->runs[at].later, &later_codes);
    }
    return true;
}

static bool find_runs(struct adding *adding)
{
    bool done = true;
    for (size_t i = 0; i < adding->n_lists && done; i++) {
        done = find_runs_of(adding, adding->lists[i].cells);
    }
    for (size_t at = 0; at < adding->n_runs && done; at++) {
        axis_begin(&adding->runs[at].first);
        axis_begin(&adding->runs[at].later);
    }
    return done;
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

static inline bool is_next(const struct run_list *list, uint32_t of)
{
    return list->has_next && list->next.run == of;
}

static void take_run(struct run_list *list)
{
    list->has_next = cells_next_run(list->cells, &list->at, &list->next);
}

/* Only the values that occur have a place. All before the run has been used up. False: no memory. */
static bool mark_codes(struct adding *adding, struct run *run)
{
    if (!axis_mark(&run->first) || !axis_mark(&run->later)) {
        return false;
    }
    for (size_t i = 0; i < adding->n_lists; i++) {
        struct cell_cursor at = run_cells(&adding->lists[i].next);
        while (is_next(&adding->lists[i], run->of) && cell_next(&at)) {
            axis_add(&run->first, at.cell.code);
            axis_add(&run->later, at.cell.later_code);
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

/* Adds the cells of a list's run to the sums. */
static void add_cells(struct run *run, const struct cell_run *cells, bool *overflow)
{
    struct cell_cursor at = run_cells(cells);
    while (cell_next(&at)) {
        uint32_t *const sum = &run->sums[place_of(&run->first, at.cell.code) * run->later.n +
                                         place_of(&run->later, at.cell.later_code)];
        if (__builtin_add_overflow(*sum, at.cell.count, sum)) {
            *sum = UINT32_MAX; /* of no use, but not none */
            *overflow = true;
        }
    }
}

/* Adds up the runs from `first` to `end`, the next in every list. */
static void add_runs(struct adding *adding, size_t first, size_t end, bool *overflow)
{
    for (size_t i = 0; i < adding->n_lists; i++) {
        struct run_list *const list = &adding->lists[i];
        struct run *run = &adding->runs[first];
        for (; list->has_next && list->next.run <= adding->runs[end - 1].of; take_run(list)) {
            while (run->of < list->next.run) {
                run++;
            }
            add_cells(run, &list->next, overflow);
        }
    }
}

/* Writes the sums down as the cells of their run, and makes them 0. */
static void write_run(const struct run *run, struct cells_writer *writer)
{
    const struct axis *const first = &run->first, *const later = &run->later;
    struct cell_count cell = {.scale = (uint16_t)(run->of >> 16),
                              .stage = (uint8_t)(run->of >> 8),
                              .later = (uint8_t)run->of};
    for (size_t i = 0; i < first->n; i++) {
        uint32_t *const sums = &run->sums[i * later->n];
        for (size_t k = 0; k < later->n; k++) {
            if (sums[k] != 0) {
                cell.count = sums[k];
                cell.code = code_at(first, i);
                cell.later_code = code_at(later, k);
                cells_put(writer, &cell);
                sums[k] = 0;
            }
        }
    }
}

/* The cells of a run are put in order as if they had just been counted. False: no memory. */
static bool sort_run(struct adding *adding, uint32_t of, struct cells_writer *writer,
                     bool *overflow)
{
    struct cell_count *cells = NULL;
    size_t n = 0, capacity = 0;
    for (size_t i = 0; i < adding->n_lists; i++) {
        n += is_next(&adding->lists[i], of) ? adding->lists[i].next.n : 0;
    }
    if (!array_grow(&cells, &capacity, 2 * n, sizeof *cells)) { /* and room to sort them */
        return false;
    }
    n = 0;
    for (size_t i = 0; i < adding->n_lists; i++) {
        if (is_next(&adding->lists[i], of)) {
            for (struct cell_cursor at = run_cells(&adding->lists[i].next); cell_next(&at);) {
                cells[n++] = at.cell;
            }
            take_run(&adding->lists[i]);
        }
    }
    cells_put_loose(writer, cells, n, cells + n, overflow);
    free(cells);
    return true;
}

/* A run whose scores lie too far apart for each value to have a place. False: no memory. */
static bool add_wide_run(struct adding *adding, struct run *run, struct cells_writer *writer,
                         bool *overflow)
{
    const size_t at = (size_t)(run - adding->runs);
    if (run->first.n > 0 && run->later.n > 0) {
        if (!mark_codes(adding, run)) {
            return false;
        }
        if (run->first.n * run->later.n <= MOST_SUMS) {
            run->sums = adding->sums;
            add_runs(adding, at, at + 1, overflow);
            write_run(run, writer);
            return true;
        }
    }
    return sort_run(adding, run->of, writer, overflow);
}

static bool add_all(struct adding *adding, struct cells_writer *writer, bool *overflow)
{
    bool done = true;
    for (size_t first = 0; first < adding->n_runs && done;) {
        const size_t end = give_room(adding, first);
        if (end == first) {
            done = add_wide_run(adding, &adding->runs[first++], writer, overflow);
            continue;
        }
        add_runs(adding, first, end, overflow);
        for (; first < end; first++) {
            write_run(&adding->runs[first], writer);
        }
    }
    return done;
}

static bool adding_begin(struct adding *adding, const struct cells *const cells[], size_t n)
{
    *adding = (struct adding){.lists = calloc(n + 1, sizeof *adding->lists), .n_lists = n};
    for (size_t i = 0; i < n && adding->lists != NULL; i++) {
        adding->lists[i].cells = cells[i];
        adding->lists[i].at = cells[i]->bytes;
        take_run(&adding->lists[i]);
    }
    return adding->lists != NULL && find_runs(adding) && make_sums(adding);
}

static void adding_end(struct adding *adding)
{
    for (size_t i = 0; i < adding->n_runs; i++) {
        free(adding->runs[i].first.places);
        free(adding->runs[i].first.values);
        free(adding->runs[i].later.places);
        free(adding->runs[i].later.values);
    }
    free(adding->runs);
    free(adding->sums);
    free(adding->lists);
}

bool tally_sum(const struct cells *const cells[], size_t n, struct cells *out, bool *overflow)
{
    struct adding adding;
    struct cells_writer writer;
    bool done = adding_begin(&adding, cells, n);
    cells_begin(&writer, out);
    done = done && add_all(&adding, &writer, overflow);
    done = cells_end(&writer) && done;
    cells_cut(out);
    adding_end(&adding);
    return done;
}

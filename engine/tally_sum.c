/* engine/tally_sum.c - cells of a run differ in two codes, and both are mostly among a few dozen: the
   scores of a scale. So they are added up in a matrix of these, run by run, which costs a fraction of
   putting all of them in order. What has more codes is only copied. */
#include "engine/tally_sum.h"

#include <stdlib.h>
#include <string.h>
#include "engine/memory.h"

/* From the least score of a run to the greatest, with the reasons: SWEMWBS in hundredths has 2,800. */
#define MOST_VALUES 8192
#define MOST_SUMS ((size_t)1 << 16)

/* The codes of a run in one of its two places. */
struct axis {
    tally_code least, greatest; /* of scores */
    size_t n;                   /* codes that occur, ascending */
    tally_code codes[MOST_VALUES];
    uint16_t places[MOST_VALUES]; /* of a code among them, by code_index() */
};

struct matrix {
    struct axis first, later;
    uint32_t sums[MOST_SUMS]; /* all 0 between two runs */
};

static inline void axis_reach(struct axis *axis, tally_code code)
{
    if (tally_is_score(code)) {
        axis->least = code < axis->least ? code : axis->least;
        axis->greatest = code > axis->greatest ? code : axis->greatest;
    }
}

/* How many values there are from the least to the greatest; 0: too many. */
static size_t axis_values(const struct axis *axis)
{
    const uint64_t span =
        axis->least > axis->greatest ? 0 : (uint64_t)axis->greatest - (uint64_t)axis->least + 1;
    return span <= MOST_VALUES - N_REASONS ? (size_t)span + N_REASONS : 0;
}

static inline size_t code_index(const struct axis *axis, tally_code code)
{
    return tally_is_score(code) ? N_REASONS + (size_t)(code - axis->least)
                                : (size_t)tally_reason(code);
}

/* Numbers the codes that were marked, or all values. */
static void axis_number(struct axis *axis, size_t n_values, bool all)
{
    axis->n = 0;
    for (size_t i = 0; i < n_values; i++) {
        if (all || axis->places[i] != 0) {
            axis->codes[axis->n] =
                i < N_REASONS ? TALLY_REASON(i) : axis->least + (tally_code)(i - N_REASONS);
            axis->places[i] = (uint16_t)axis->n++;
        }
    }
}

/* A cell's scale and stages stand first, side by side: cells of one run have them in common. */
static inline uint32_t head_of(const struct cell_count *cell)
{
    uint32_t head;
    _Static_assert(offsetof(struct cell_count, count) == sizeof head, "scale, stage and later");
    memcpy(&head, cell, sizeof head);
    return head;
}

static inline bool is_in(const struct cell_count *cell, const struct cell_list *list, uint32_t head)
{
    return cell < list->end && head_of(cell) == head;
}

static void mark_codes(struct axis *first, struct axis *later, const struct cell_list lists[],
                       size_t n, uint32_t head)
{
    for (size_t i = 0; i < n; i++) {
        for (const struct cell_count *cell = lists[i].at; is_in(cell, &lists[i], head); cell++) {
            first->places[code_index(first, cell->code)] = 1;
            later->places[code_index(later, cell->later_code)] = 1;
        }
    }
}

/* Lists the codes of a run: all from the least to the greatest, or those that occur. False: they are too
   many for a matrix. */
static bool find_codes(struct matrix *matrix, const struct cell_list lists[], size_t n,
                       uint32_t head)
{
    struct axis *const first = &matrix->first, *const later = &matrix->later;
    size_t n_first, n_later;
    bool all;
    first->least = later->least = INT64_MAX;
    first->greatest = later->greatest = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        for (const struct cell_count *cell = lists[i].at; is_in(cell, &lists[i], head); cell++) {
            axis_reach(first, cell->code);
            axis_reach(later, cell->later_code);
        }
    }
    n_first = axis_values(first);
    n_later = axis_values(later);
    if (n_first == 0 || n_later == 0) {
        return false;
    }
    all = n_first * n_later <= MOST_SUMS;
    if (!all) {
        memset(first->places, 0, n_first * sizeof first->places[0]);
        memset(later->places, 0, n_later * sizeof later->places[0]);
        mark_codes(first, later, lists, n, head);
    }
    axis_number(first, n_first, all);
    axis_number(later, n_later, all);
    return first->n * later->n <= MOST_SUMS;
}

/* Adds a run's cells up; returns how many there are then. */
static size_t add_run(struct matrix *matrix, struct cell_list lists[], size_t n, uint32_t head,
                      bool *overflow)
{
    const size_t width = matrix->later.n;
    size_t n_cells = 0;
    for (size_t i = 0; i < n; i++) {
        for (; is_in(lists[i].at, &lists[i], head); lists[i].at++) {
            const struct cell_count *const cell = lists[i].at;
            const size_t row = matrix->first.places[code_index(&matrix->first, cell->code)];
            const size_t column =
                matrix->later.places[code_index(&matrix->later, cell->later_code)];
            uint32_t *const sum = &matrix->sums[row * width + column];
            n_cells += *sum == 0;
            if (__builtin_add_overflow(*sum, cell->count, sum)) {
                *sum = UINT32_MAX; /* of no use, but not none */
                *overflow = true;
            }
        }
    }
    return n_cells;
}

static bool reach(struct cohort_cells *out, size_t more)
{
    size_t capacity = out->capacity;
    const bool done = out->n + more <= UINT32_MAX / 4 &&
                      array_grow(&out->cells, &capacity, out->n + more, sizeof *out->cells);
    out->capacity = done ? (uint32_t)capacity : out->capacity;
    return done;
}

/* Writes the sums down as the cells of their run, which are like `cell`, and makes them 0. */
static void write_run(struct matrix *matrix, struct cell_count cell, struct cohort_cells *out)
{
    const struct axis *const first = &matrix->first, *const later = &matrix->later;
    for (size_t i = 0; i < first->n; i++) {
        uint32_t *const sums = &matrix->sums[i * later->n];
        for (size_t k = 0; k < later->n; k++) {
            if (sums[k] != 0) {
                cell.count = sums[k];
                cell.code = first->codes[i];
                cell.later_code = later->codes[k];
                out->cells[out->n++] = cell;
                sums[k] = 0;
            }
        }
    }
}

/* The cells of a run as they are. */
static bool copy_run(struct cell_list lists[], size_t n, uint32_t head, struct cohort_cells *out)
{
    for (size_t i = 0; i < n; i++) {
        for (; is_in(lists[i].at, &lists[i], head); lists[i].at++) {
            if (!reach(out, 1)) {
                return false;
            }
            out->cells[out->n++] = *lists[i].at;
        }
    }
    return true;
}

/* A cell of the first run that is left, or NULL. */
static const struct cell_count *next_run(const struct cell_list lists[], size_t n)
{
    const struct cell_count *least = NULL;
    for (size_t i = 0; i < n; i++) {
        if (lists[i].at < lists[i].end &&
            (least == NULL || tally_run(lists[i].at) < tally_run(least))) {
            least = lists[i].at;
        }
    }
    return least;
}

bool tally_sum(struct cell_list lists[], size_t n, struct cohort_cells *out, bool *overflow)
{
    struct matrix *const matrix = calloc(1, sizeof *matrix);
    bool done = matrix != NULL, in_order = true;
    for (const struct cell_count *cell; done && (cell = next_run(lists, n)) != NULL;) {
        const uint32_t head = head_of(cell);
        if (!find_codes(matrix, lists, n, head)) {
            in_order = false;
            done = copy_run(lists, n, head, out);
        } else if ((done = reach(out, add_run(matrix, lists, n, head, overflow)))) {
            write_run(matrix, *cell, out);
        }
    }
    out->n_sorted = in_order ? out->n : 0;
    free(matrix);
    return done;
}

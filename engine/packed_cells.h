/* engine/packed_cells.h - how many respondents of a cohort have this score at this stage (and that one at a
   later stage), in order and packed: two or three bytes a cell. A national study has millions of cells in
   hundreds of cohorts, and most of what is in them the one before has, too. */
#ifndef PELLTER_ENGINE_PACKED_CELLS_H
#define PELLTER_ENGINE_PACKED_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "scales/instrument.h"

/* A score in units of the scale, or a reason: the lowest N_REASONS numbers, which no score is. */
typedef int64_t tally_code;
#define TALLY_REASON(reason) (INT64_MIN + (int64_t)(reason))
static inline bool tally_is_score(tally_code code)
{
    return code >= INT64_MIN + (int64_t)N_REASONS;
}
static inline enum reason tally_reason(tally_code code)
{
    return (enum reason)(code - INT64_MIN);
}

/* What an outcome of a scale is counted as. */
static inline tally_code tally_code_of(const struct scale *scale, outcome o)
{
    return is_scored(o) ? outcome_score(scale->values, o) : TALLY_REASON(o);
}

/* How many are counted in one cell of a cohort: fewer than 2^32, or the tally's overflow is set. */
struct cell_count {
    uint16_t scale;
    uint8_t stage, later;
    uint32_t count;
    tally_code code, later_code;
};

/* Cells stand in runs of one scale and two stages, by this; in a run by the codes, so that its scores and
   pairs ascend. Reasons, being the least codes, stand before all scores. */
static inline uint32_t tally_run_of(size_t scale, size_t stage, size_t later)
{
    return (uint32_t)scale << 16 | (uint32_t)stage << 8 | (uint32_t)later;
}
static inline uint32_t tally_run(const struct cell_count *cell)
{
    return tally_run_of(cell->scale, cell->stage, cell->later);
}
int cell_compare(const void *a, const void *b); /* of two struct cell_count, for qsort() */

/* Cells in order, each once: a head for each run, its cells, and from which score to which they go. Start
   with {0}. */
struct cells {
    unsigned char *bytes; /* n_bytes; owned where there is a capacity, else borrowed */
    size_t n_bytes, capacity;
    uint32_t n; /* cells */
};
void cells_free(struct cells *cells);

/* Forgets them, and keeps the room. */
static inline void cells_empty(struct cells *cells)
{
    cells->n_bytes = 0;
    cells->n = 0;
}

/* Gives back the room behind the last cell. */
void cells_cut(struct cells *cells);

/* A copy of `from`, in *to, which was {0}. False: no memory. */
bool cells_copy(struct cells *to, const struct cells *from);

/* Of a and b together in *out, which was {0}: what is in both is added up, and where that makes 2^32 or
   more, *overflow becomes true. False: no memory. */
bool cells_merge(const struct cells *a, const struct cells *b, struct cells *out, bool *overflow);

/* Scores from the least to the greatest; none where that is not the greater one. */
struct code_range {
    tally_code least, greatest;
};

/* --- writing --- */

/* Writes runs behind those of `to`. Cells come in order, each once. */
struct cells_writer {
    struct cells *to; /* borrowed */
    size_t head;      /* where that of the run stands */
    size_t n_before;  /* cells before it */
    bool is_open;     /* there is a run */
    bool failed;      /* there was no memory */
    bool has_score;   /* some row before, or this one, is of a score */
    bool has_later;   /* the row has a later score */
    struct cell_count last;
    tally_code first_later; /* the first later score of the row, or of the last that had one */
    struct code_range codes, later_codes;
};
/* What it wants to have left behind the cells, so that one more surely fits. */
#define CELLS_BYTES_AHEAD ((size_t)128)
void cells_begin(struct cells_writer *writer, struct cells *to);
void cells_put(struct cells_writer *writer, const struct cell_count *cell);
bool cells_end(struct cells_writer *writer); /* false: no memory */

/* --- reading --- */

/* A run, and where the next one begins. */
struct cell_run {
    uint32_t run; /* tally_run() of its cells */
    uint32_t n;   /* cells */
    const unsigned char *bytes, *range, *end;
};

/* The run whose head stands at *at, and moves *at behind it. False: there is none. */
static inline bool cells_next_run(const struct cells *cells, const unsigned char **at,
                                  struct cell_run *run)
{
    uint32_t head[4];
    if (cells->n_bytes == 0 || *at == cells->bytes + cells->n_bytes) {
        return false;
    }
    memcpy(head, *at, sizeof head);
    run->run = head[0];
    run->n = head[1];
    run->bytes = *at + sizeof head;
    run->range = run->bytes + head[2];
    run->end = run->range + head[3];
    *at = run->end;
    return true;
}

/* The run of this number; one of no cells where there is none. */
struct cell_run cells_find(const struct cells *cells, uint32_t run);

/* Whether bytes that were not written here are cells as cells_end() leaves them: nothing else takes any others. */
bool cells_are_whole(const struct cells *cells);

/* From which score to which its cells go. */
void run_ranges(const struct cell_run *run, struct code_range *codes,
                struct code_range *later_codes);

/* Goes through the cells of a run: for (at = run_cells(&run); cell_next(&at);) with at.cell. */
struct cell_cursor {
    const unsigned char *at, *end;
    struct cell_count cell;
    bool has_score, has_later; /* as the writer has them, as is what follows */
    tally_code first_later;
};
static inline struct cell_cursor run_cells(const struct cell_run *run)
{
    return (struct cell_cursor){.at = run->bytes,
                                .end = run->range,
                                .cell = {.scale = (uint16_t)(run->run >> 16),
                                         .stage = (uint8_t)(run->run >> 8),
                                         .later = (uint8_t)run->run}};
}

/* How a code is written: a reason as it is; CODE_WHOLE and the eight bytes of a score; else, beyond, how
   far it is from one that is known: above it, or on either side (even numbers: above). */
enum { CODE_WHOLE = N_REASONS, CODE_NEAR };

static inline uint64_t cells_number(const unsigned char **at)
{
    uint64_t number = *(*at)++;
    if (number >= 0x80) {
        unsigned shift = 7;
        uint64_t byte;
        number &= 0x7f;
        do {
            byte = *(*at)++;
            number |= (byte & 0x7f) << shift;
            shift += 7;
        } while (byte >= 0x80);
    }
    return number;
}

static inline tally_code cells_whole(const unsigned char **at)
{
    tally_code code;
    memcpy(&code, *at, sizeof code);
    *at += sizeof code;
    return code;
}

static inline tally_code code_above(tally_code known, uint64_t token)
{
    return (tally_code)((uint64_t)known + (token - CODE_NEAR + 1));
}

static inline tally_code code_near(tally_code known, uint64_t token)
{
    const uint64_t far = token - CODE_NEAR;
    return (tally_code)((uint64_t)known + ((far >> 1) ^ (~(far & 1) + 1)));
}

/* The code of a new row. */
static inline void cursor_next_row(struct cell_cursor *cursor)
{
    const uint64_t token = cells_number(&cursor->at);
    struct cell_count *const cell = &cursor->cell;
    cursor->has_later = false;
    if (token < CODE_WHOLE) {
        cell->code = TALLY_REASON(token);
        return;
    }
    cell->code = token == CODE_WHOLE ? cells_whole(&cursor->at)
                 : cursor->has_score ? code_above(cell->code, token)
                                     : code_near(0, token);
    cursor->has_score = true;
}

static inline bool cell_next(struct cell_cursor *cursor)
{
    struct cell_count *const cell = &cursor->cell;
    uint64_t token;
    if (cursor->at == cursor->end) {
        return false;
    }
    token = cells_number(&cursor->at);
    if ((token & 1) != 0) {
        cursor_next_row(cursor);
    }
    token >>= 1;
    if (token >= CODE_NEAR && cursor->has_later) {
        cell->later_code = code_above(cell->later_code, token);
    } else if (token < CODE_WHOLE) {
        cell->later_code = TALLY_REASON(token);
    } else {
        cell->later_code =
            token == CODE_WHOLE ? cells_whole(&cursor->at) : code_near(cursor->first_later, token);
        cursor->first_later = cursor->has_later ? cursor->first_later : cell->later_code;
        cursor->has_later = true;
    }
    cell->count = (uint32_t)cells_number(&cursor->at);
    return true;
}

#endif

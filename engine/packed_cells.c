/* engine/packed_cells.c - a cell is a number for its later code, whose lowest bit says that a new row begins, one
   for the code of such a row, and one for the count; numbers are seven bits a byte, the lowest first, and
   all bytes but the last have their highest bit set. */
#include "engine/packed_cells.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/memory.h"

#define NUMBER_BYTES 10
/* What a cell takes at the most, with the end of the run before it and the head of its own. */
#define MOST_BYTES CELLS_BYTES_AHEAD
/* Further apart, scores are written whole: twice the distance, and a bit, must be a number. */
#define FAR (UINT64_C(1) << 60)

struct run_head {
    uint32_t run, n_cells, n_bytes, n_range_bytes; /* as cells_next_run() reads them */
};

#define ORDER(x, y)                \
    if ((x) != (y)) {              \
        return (x) < (y) ? -1 : 1; \
    }

int cell_compare(const void *a, const void *b)
{
    const struct cell_count *const x = a, *const y = b;
    ORDER(tally_run(x), tally_run(y))
    ORDER(x->code, y->code)
    ORDER(x->later_code, y->later_code)
    return 0;
}

#undef ORDER

void cells_free(struct cells *cells)
{
    if (cells->capacity > 0) {
        free(cells->bytes);
    }
    *cells = (struct cells){.bytes = NULL};
}

void cells_cut(struct cells *cells)
{
    if (cells->n_bytes > 0 && cells->capacity > cells->n_bytes) {
        unsigned char *const less = realloc(cells->bytes, cells->n_bytes);
        if (less != NULL) {
            cells->bytes = less;
            cells->capacity = cells->n_bytes;
        }
    }
}

bool cells_copy(struct cells *to, const struct cells *from)
{
    if (from->n == 0) {
        return true;
    }
    to->bytes = malloc(from->n_bytes);
    if (to->bytes == NULL) {
        return false;
    }
    memcpy(to->bytes, from->bytes, from->n_bytes);
    to->n_bytes = to->capacity = from->n_bytes;
    to->n = from->n;
    return true;
}

/* --- writing --- */

static unsigned char *put_number(unsigned char *to, uint64_t number)
{
    for (; number >= 0x80; number >>= 7) {
        *to++ = (unsigned char)(number | 0x80);
    }
    *to++ = (unsigned char)number;
    return to;
}

static unsigned char *put_range(unsigned char *to, const struct code_range *range)
{
    const uint64_t least = (uint64_t)range->least;
    const uint64_t n = range->least > range->greatest ? 0 : (uint64_t)range->greatest - least + 1;
    to = put_number(to, n);
    return n == 0 ? to : put_number(to, least << 1 ^ (~(least >> 63) + 1));
}

static void reach(struct code_range *range, tally_code code)
{
    range->least = code < range->least ? code : range->least;
    range->greatest = code > range->greatest ? code : range->greatest;
}

/* What is known of a run when its last cell is written. */
static void end_run(struct cells_writer *writer)
{
    struct cells *const to = writer->to;
    unsigned char *const end = to->bytes + to->n_bytes;
    const struct run_head head = {
        .run = tally_run(&writer->last),
        .n_cells = to->n - (uint32_t)writer->n_before,
        .n_bytes = (uint32_t)(to->n_bytes - writer->head - sizeof head),
        .n_range_bytes =
            (uint32_t)(put_range(put_range(end, &writer->codes), &writer->later_codes) - end)};
    memcpy(to->bytes + writer->head, &head, sizeof head);
    to->n_bytes += head.n_range_bytes;
}

static void begin_run(struct cells_writer *writer)
{
    static const struct code_range none = {INT64_MAX, INT64_MIN};
    writer->head = writer->to->n_bytes;
    writer->n_before = writer->to->n;
    writer->to->n_bytes += sizeof(struct run_head);
    writer->has_score = writer->has_later = false;
    writer->first_later = 0;
    writer->codes = writer->later_codes = none;
    writer->is_open = true;
}

void cells_begin(struct cells_writer *writer, struct cells *to)
{
    *writer = (struct cells_writer){.to = to};
}

static bool reach_bytes(struct cells_writer *writer)
{
    struct cells *const to = writer->to;
    if (to->capacity - to->n_bytes < MOST_BYTES &&
        (to->n == UINT32_MAX ||
         !array_grow(&to->bytes, &to->capacity, to->n_bytes + MOST_BYTES, 1))) {
        writer->failed = true;
    }
    return !writer->failed;
}

/* How a score is written that is above a known one. */
static uint64_t token_above(tally_code known, tally_code code)
{
    const uint64_t above = (uint64_t)code - (uint64_t)known;
    assert(code > known);
    return above < FAR ? above - 1 + CODE_NEAR : CODE_WHOLE;
}

static uint64_t token_near(tally_code known, tally_code code)
{
    const uint64_t above = (uint64_t)code - (uint64_t)known;
    return code >= known ? (above < FAR ? (above << 1) + CODE_NEAR : CODE_WHOLE)
                         : (0 - above < FAR ? (~above << 1 | 1) + CODE_NEAR : CODE_WHOLE);
}

static uint64_t code_token(struct cells_writer *writer, tally_code code)
{
    uint64_t token;
    if (!tally_is_score(code)) {
        return tally_reason(code);
    }
    token = writer->has_score ? token_above(writer->last.code, code) : token_near(0, code);
    writer->has_score = true;
    reach(&writer->codes, code);
    return token;
}

static uint64_t later_token(struct cells_writer *writer, tally_code code)
{
    uint64_t token;
    if (!tally_is_score(code)) {
        return tally_reason(code);
    }
    reach(&writer->later_codes, code);
    if (writer->has_later) {
        return token_above(writer->last.later_code, code);
    }
    token = token_near(writer->first_later, code);
    writer->first_later = code;
    writer->has_later = true;
    return token;
}

static unsigned char *put_whole(unsigned char *to, tally_code code)
{
    memcpy(to, &code, sizeof code);
    return to + sizeof code;
}

void cells_put(struct cells_writer *writer, const struct cell_count *cell)
{
    const bool new_run = !writer->is_open || tally_run(cell) != tally_run(&writer->last);
    const bool new_row = new_run || cell->code != writer->last.code;
    uint64_t code, later;
    unsigned char *at;
    if (!reach_bytes(writer)) {
        return;
    }
    assert(!writer->is_open || cell_compare(&writer->last, cell) < 0);
    if (new_run && writer->is_open) {
        end_run(writer);
    }
    if (new_run) {
        begin_run(writer);
    }
    writer->has_later = writer->has_later && !new_row;
    code = new_row ? code_token(writer, cell->code) : 0;
    later = later_token(writer, cell->later_code);
    at = put_number(writer->to->bytes + writer->to->n_bytes, later << 1 | new_row);
    if (new_row) {
        at = put_number(at, code);
        at = code == CODE_WHOLE ? put_whole(at, cell->code) : at;
    }
    at = later == CODE_WHOLE ? put_whole(at, cell->later_code) : at;
    at = put_number(at, cell->count);
    writer->to->n_bytes = (size_t)(at - writer->to->bytes);
    writer->to->n++;
    writer->last = *cell;
}

bool cells_end(struct cells_writer *writer)
{
    if (writer->is_open && reach_bytes(writer)) {
        end_run(writer);
    }
    writer->is_open = false;
    return !writer->failed;
}

/* --- reading --- */

struct cell_run cells_find(const struct cells *cells, uint32_t wanted)
{
    const unsigned char *at = cells->bytes;
    struct cell_run run;
    while (cells_next_run(cells, &at, &run)) {
        if (run.run == wanted) {
            return run;
        }
    }
    return (struct cell_run){.run = wanted};
}

static void take_range(const unsigned char **at, struct code_range *range)
{
    const uint64_t n = cells_number(at);
    uint64_t least;
    *range = (struct code_range){INT64_MAX, INT64_MIN};
    if (n > 0) {
        least = cells_number(at);
        least = (least >> 1) ^ (~(least & 1) + 1);
        *range = (struct code_range){(tally_code)least, (tally_code)(least + n - 1)};
    }
}

void run_ranges(const struct cell_run *run, struct code_range *codes,
                struct code_range *later_codes)
{
    const unsigned char *at = run->range;
    take_range(&at, codes);
    take_range(&at, later_codes);
}

/* --- bytes of others --- */

/* The number at *at, and moves behind it. False: there is none, or one of more than 64 bits. */
static bool look_number(const unsigned char **at, const unsigned char *end, uint64_t *number)
{
    *number = 0;
    for (unsigned shift = 0; *at < end && shift < 64; shift += 7) {
        const unsigned char byte = *(*at)++;
        *number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            return shift < 63 || byte <= 1;
        }
    }
    return false;
}

/* The bytes of a score behind its number, if they are written whole. */
static bool look_whole(const unsigned char **at, const unsigned char *end, uint64_t token)
{
    const size_t n = token == CODE_WHOLE ? sizeof(tally_code) : 0;
    const bool done = (size_t)(end - *at) >= n;
    *at += done ? n : 0;
    return done;
}

/* So many cells and no byte more. */
static bool has_cells(const unsigned char *at, const unsigned char *end, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint64_t later, code = CODE_NEAR, count;
        if (!look_number(&at, end, &later) || (i == 0 && (later & 1) == 0) ||
            ((later & 1) != 0 && !look_number(&at, end, &code)) || !look_whole(&at, end, code) ||
            !look_whole(&at, end, later >> 1) || !look_number(&at, end, &count) || count == 0 ||
            count > UINT32_MAX) {
            return false;
        }
    }
    return n > 0 && at == end;
}

static bool has_range(const unsigned char **at, const unsigned char *end)
{
    uint64_t n, least;
    return look_number(at, end, &n) && (n == 0 || look_number(at, end, &least));
}

static bool ranges_are(const struct code_range *a, const struct code_range *b)
{
    return a->least == b->least && a->greatest == b->greatest;
}

/* Whether a run that can be read is in order, and its ranges are what is in it. */
static bool is_in_order(const struct cell_run *run)
{
    struct code_range said[2], found[2] = {{INT64_MAX, INT64_MIN}, {INT64_MAX, INT64_MIN}};
    struct cell_cursor at = run_cells(run);
    struct cell_count last = {0};
    for (uint32_t i = 0; cell_next(&at); i++) {
        if (i > 0 && cell_compare(&last, &at.cell) >= 0) {
            return false;
        }
        last = at.cell;
        if (tally_is_score(last.code)) {
            reach(&found[0], last.code);
        }
        if (tally_is_score(last.later_code)) {
            reach(&found[1], last.later_code);
        }
    }
    run_ranges(run, &said[0], &said[1]);
    return ranges_are(&said[0], &found[0]) && ranges_are(&said[1], &found[1]);
}

bool cells_are_whole(const struct cells *cells)
{
    const unsigned char *at = cells->bytes, *const end = at + cells->n_bytes;
    uint64_t n = 0, last = 0;
    while (at != end) {
        const size_t left = (size_t)(end - at);
        const unsigned char *range;
        struct run_head head;
        struct cell_run run;
        if (left < sizeof head) {
            return false;
        }
        memcpy(&head, at, sizeof head);
        if ((uint64_t)head.n_bytes + head.n_range_bytes > left - sizeof head ||
            (n > 0 && head.run <= last) || !cells_next_run(cells, &at, &run)) {
            return false;
        }
        range = run.range;
        if (!has_cells(run.bytes, run.range, run.n) || !has_range(&range, run.end) ||
            !has_range(&range, run.end) || range != run.end || !is_in_order(&run)) {
            return false;
        }
        n += run.n;
        last = run.run;
    }
    return n == cells->n;
}

/* --- two lists --- */

static bool copy_run(const struct cell_run *run, const unsigned char *head, struct cells *out)
{
    const size_t n = (size_t)(run->end - head);
    if (!array_grow(&out->bytes, &out->capacity, out->n_bytes + n, 1)) {
        return false;
    }
    memcpy(out->bytes + out->n_bytes, head, n);
    out->n_bytes += n;
    out->n += run->n;
    return true;
}

/* The cells of a run that both have. */
static bool merge_run(const struct cell_run *a, const struct cell_run *b, struct cells *out,
                      bool *overflow)
{
    struct cell_cursor x = run_cells(a), y = run_cells(b);
    bool has_x = cell_next(&x), has_y = cell_next(&y);
    struct cells_writer writer;
    cells_begin(&writer, out);
    while (has_x || has_y) {
        const int order = !has_y ? -1 : !has_x ? 1 : cell_compare(&x.cell, &y.cell);
        struct cell_count cell = order <= 0 ? x.cell : y.cell;
        if (order == 0 && __builtin_add_overflow(cell.count, y.cell.count, &cell.count)) {
            cell.count = UINT32_MAX; /* of no use */
            *overflow = true;
        }
        cells_put(&writer, &cell);
        has_x = order <= 0 ? cell_next(&x) : has_x;
        has_y = order >= 0 ? cell_next(&y) : has_y;
    }
    return cells_end(&writer);
}

bool cells_merge(const struct cells *a, const struct cells *b, struct cells *out, bool *overflow)
{
    const unsigned char *at = a->bytes, *bt = b->bytes, *a_head = at, *b_head = bt;
    struct cell_run x = {0}, y = {0};
    bool has_x = cells_next_run(a, &at, &x), has_y = cells_next_run(b, &bt, &y);
    /* Together they rarely take more; writing asks for more room than it takes. */
    bool done = array_grow(&out->bytes, &out->capacity, a->n_bytes + b->n_bytes + MOST_BYTES, 1);
    while (done && (has_x || has_y)) {
        const bool take_x = has_x && (!has_y || x.run <= y.run);
        const bool take_y = has_y && (!has_x || y.run <= x.run);
        if (take_x && take_y) {
            done = merge_run(&x, &y, out, overflow);
        } else if (take_x) {
            done = copy_run(&x, a_head, out);
        } else {
            done = copy_run(&y, b_head, out);
        }
        a_head = take_x ? at : a_head;
        b_head = take_y ? bt : b_head;
        has_x = take_x ? cells_next_run(a, &at, &x) : has_x;
        has_y = take_y ? cells_next_run(b, &bt, &y) : has_y;
    }
    if (!done) {
        cells_free(out);
    }
    cells_cut(out);
    return done;
}

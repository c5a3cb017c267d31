#include "io/write/printed.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include "engine/whole.h"
#include "io/words.h"

/* One of a cell's numbers that are too large to be rounded beforehand. Returns its length. */
static size_t print_huge(const struct cell_content *cell, bool is_high, char room[PRINTED_ROOM])
{
    const struct value huge = value_double(is_high ? cell->huge_high : cell->huge_low);
    return value_print(&huge, cell->decimals, room, PRINTED_ROOM);
}

static enum message interval_message(const struct cell_content *cell)
{
    return cell->kind == CELL_INTERVAL ? MESSAGE_INTERVAL : MESSAGE_PERCENT_INTERVAL;
}

/* --- rounded numbers --- */

static char *put_text(const char *text, char *end)
{
    const size_t n = strlen(text);
    return memcpy(end - n, text, n);
}

/* A probability in the manner of journals: no zero before the point, and nothing that looks like
   exactly 0. Rounded first: .0004999 is "<.001", .0005 is ".001", .9996 is "1.000". */
static char *put_p(int64_t thousandths, char *end)
{
    assert(thousandths >= 0 && thousandths <= 1000);
    if (thousandths == 0 || thousandths == 1000) {
        return put_text(thousandths == 0 ? "<.001" : "1.000", end);
    }
    for (int i = 0; i < 3; i++, thousandths /= 10) {
        *--end = (char)('0' + (int)(thousandths % 10));
    }
    *--end = '.';
    return end;
}

/* Fills in by hand what words_of() would, since there may be as many as there are rows: two numbers in a
   sentence of a few characters, from its end on. */
static char *put_interval(const struct cell_content *cell, char *end)
{
    const char *const sentence = words_unfilled(interval_message(cell));
    for (const char *c = sentence + strlen(sentence); c > sentence;) {
        c--;
        if (*c == '}') { /* {0} or {1} */
            end = rounded_put(c[-1] == '1' ? cell->high : cell->low, cell->decimals, end);
            c -= 2;
        } else {
            *--end = *c;
        }
    }
    return end;
}

char *printed_before(const struct cell_content *cell, char *end)
{
    if (cell->number != CELL_ROUNDED) {
        return NULL;
    }
    switch ((enum cell_kind)cell->kind) {
    case CELL_VALUE:
        return rounded_put(cell->low, cell->decimals, end);
    case CELL_PERCENT:
        *--end = '%';
        return rounded_put(cell->low, cell->decimals, end);
    case CELL_INTERVAL:
    case CELL_PERCENT_INTERVAL:
        return put_interval(cell, end);
    case CELL_P:
        return put_p(cell->low, end);
    case CELL_EMPTY:
    case CELL_TEXT:
        break;
    }
    return NULL;
}

/* How many columns a number takes. */
static size_t number_columns(int64_t rounded, unsigned decimals)
{
    const uint64_t size = rounded < 0 ? -(uint64_t)rounded : (uint64_t)rounded;
    /* 1233 / 4096 is a little more than the logarithm of 2: the digits, or one less */
    const unsigned nearly = (64 - (unsigned)__builtin_clzll(size | 1)) * 1233 / 4096;
    const size_t digits = nearly + (size >= ten_to[nearly]);
    return (digits > decimals ? digits : decimals + 1) + (decimals > 0) + (rounded < 0);
}

static size_t rounded_columns(const struct cell_content *cell)
{
    switch ((enum cell_kind)cell->kind) {
    case CELL_VALUE:
        return number_columns(cell->low, cell->decimals);
    case CELL_PERCENT:
        return number_columns(cell->low, cell->decimals) + 1;
    case CELL_INTERVAL:
    case CELL_PERCENT_INTERVAL:
        return number_columns(cell->low, cell->decimals) +
               number_columns(cell->high, cell->decimals) +
               strlen(words_unfilled(interval_message(cell))) - strlen("{0}{1}");
    case CELL_P:
        return cell->low == 0 || cell->low == 1000 ? 5 : 4;
    case CELL_EMPTY:
    case CELL_TEXT:
        break;
    }
    return 0;
}

size_t printed_columns(const struct cell_content *cell)
{
    switch ((enum cell_number)cell->number) {
    case CELL_ROUNDED:
        return rounded_columns(cell);
    case CELL_UNDEFINED:
        return cell->kind == CELL_TEXT || cell->kind == CELL_EMPTY ? 0 : strlen(PRINTED_UNDEFINED);
    case CELL_TOO_FEW:
    case CELL_HUGE:
        break;
    }
    return 0;
}

/* --- any cell --- */

static const char *print_interval(struct arena *arena, const struct cell_content *cell)
{
    char low[PRINTED_ROOM], high[PRINTED_ROOM];
    struct text interval;
    interval = text_of(interval_message(cell));
    (void)print_huge(cell, false, low);
    (void)print_huge(cell, true, high);
    interval.arguments[0] = argument_name(low);
    interval.arguments[1] = argument_name(high);
    return words_of(arena, &interval);
}

static const char *print_text(struct arena *arena, const struct cell_content *cell)
{
    struct text text;
    if (cell->text != NULL) {
        return words_of(arena, cell->text);
    }
    if (cell->name == NULL) {
        return words_unfilled((enum message)cell->message);
    }
    if (cell->message == MESSAGE_NAME) {
        return cell->name;
    }
    text = text_of((enum message)cell->message);
    text.arguments[0] = argument_name(cell->name);
    return words_of(arena, &text);
}

const char *printed_cell(struct arena *arena, char room[PRINTED_ROOM],
                         const struct cell_content *cell, const char *undefined)
{
    char *start;
    size_t length;
    if (cell->kind == CELL_TEXT) {
        return print_text(arena, cell);
    }
    if (cell->kind == CELL_EMPTY) {
        /* Not undefined: a cell that has nothing to say stays blank beside the dashes. */
        return "";
    }
    if (cell->number == CELL_UNDEFINED) {
        return undefined;
    }
    if (cell->number == CELL_TOO_FEW) {
        /* Where undefined is an empty field, in columns of numbers, this is one too. */
        return *undefined == '\0' ? undefined : words_unfilled(MESSAGE_TOO_FEW);
    }
    room[PRINTED_ROOM - 1] = '\0';
    start = printed_before(cell, &room[PRINTED_ROOM - 1]);
    if (start != NULL) {
        return start;
    }
    if (cell->kind == CELL_INTERVAL || cell->kind == CELL_PERCENT_INTERVAL) {
        return print_interval(arena, cell);
    }
    length = print_huge(cell, false, room);
    if (cell->kind == CELL_PERCENT) {
        memcpy(room + length, "%", 2);
    }
    return room;
}

/* One more for each list, so that a table without rows or notes is no failure. */
static const char **strings(struct arena *arena, size_t n)
{
    return arena_alloc(arena, n + 1, sizeof(const char *));
}

/* After false *out is not to be read; what it has belongs to the arena all the same. */
bool printed_table(struct arena *arena, const struct table *table, struct printed *out)
{
    *out = (struct printed){.title = words_of(arena, &table->title),
                            .headings = strings(arena, table->n_columns),
                            .notes = strings(arena, table->n_notes)};
    bool complete = out->title != NULL && out->headings != NULL && out->notes != NULL;
    for (size_t i = 0; complete && i < table->n_columns; i++) {
        out->headings[i] = words_of(arena, &table->columns[i].heading);
        complete = out->headings[i] != NULL;
    }
    for (size_t i = 0; complete && i < table->n_notes; i++) {
        out->notes[i] = words_of(arena, &table->notes[i]);
        complete = out->notes[i] != NULL;
    }
    return complete;
}

struct fault printed_flush(FILE *out, const char *name)
{
    /* fflush() may succeed after a write that failed, whose bytes are gone: ferror() remembers. */
    const bool failed = ferror(out) != 0;
    if (fflush(out) == 0 && !failed) {
        return FAULT_FREE;
    }
    return fault_at(FAULT_WRITE, name, 0, 0, "could not be written: %s",
                    errno == 0 ? "an earlier write failed" : strerror(errno));
}

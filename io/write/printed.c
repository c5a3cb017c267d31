#include "io/write/printed.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include "io/words.h"

/* A probability in the manner of journals: no zero before the point, and nothing that looks like
   exactly 0. Rounded first: .0004999 is "<.001", .0005 is ".001", .9996 is "1.000". */
static const char *print_p(char room[PRINTED_ROOM], int64_t thousandths)
{
    assert(thousandths >= 0 && thousandths <= 1000);
    if (thousandths == 0) {
        return "<.001";
    }
    (void)rounded_print(thousandths, 3, room, PRINTED_ROOM);
    return thousandths == 1000 ? room : room + 1;
}

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

/* Fills in by hand what words_of() would, since there may be as many as there are rows: two rounded
   numbers, of 21 characters at most each, in a sentence of a few. */
static size_t print_rounded_interval(const struct cell_content *cell, char room[PRINTED_ROOM])
{
    const char *sentence = words_unfilled(interval_message(cell));
    char *at = room;
    for (; *sentence != '\0'; sentence++) {
        assert(at + 24 < room + PRINTED_ROOM);
        if (*sentence == '{') { /* {0} or {1} */
            at += rounded_print(sentence[1] == '1' ? cell->high : cell->low, cell->decimals, at,
                                (size_t)(room + PRINTED_ROOM - at));
            sentence += 2;
        } else {
            *at++ = *sentence;
        }
    }
    *at = '\0';
    return (size_t)(at - room);
}

size_t printed_number(const struct cell_content *cell, char room[PRINTED_ROOM], const char **start)
{
    size_t length = 0;
    if (cell->number != CELL_ROUNDED) {
        return 0;
    }
    *start = room;
    switch ((enum cell_kind)cell->kind) {
    case CELL_VALUE:
        return rounded_print(cell->low, cell->decimals, room, PRINTED_ROOM);
    case CELL_PERCENT:
        length = rounded_print(cell->low, cell->decimals, room, PRINTED_ROOM);
        memcpy(room + length, "%", 2);
        return length + 1;
    case CELL_INTERVAL:
    case CELL_PERCENT_INTERVAL:
        return print_rounded_interval(cell, room);
    case CELL_P:
        *start = print_p(room, cell->low);
        return strlen(*start);
    case CELL_EMPTY:
    case CELL_TEXT:
        break;
    }
    return 0;
}

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
    const char *start;
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
    if (printed_number(cell, room, &start) > 0) {
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

static size_t number_columns(int64_t rounded, unsigned decimals)
{
    size_t digits = 0;
    for (int64_t rest = rounded; rest != 0; rest /= 10) {
        digits++;
    }
    digits = digits > decimals ? digits : decimals + 1;
    return digits + (decimals > 0) + (rounded < 0);
}

size_t printed_columns(const struct cell_content *cell)
{
    if (cell->number != CELL_ROUNDED) {
        return 0;
    }
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
    case CELL_EMPTY:
    case CELL_TEXT:
    case CELL_P:
        break;
    }
    return 0;
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

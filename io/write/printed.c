#include "io/write/printed.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "io/words.h"

/* Any double with nine decimals, and its NUL. */
#define NUMBER_ROOM 330

/* A probability in the manner of journals: no zero before the point, and nothing that looks like
   exactly 0. Rounded first: .0004999 is "<.001", .0005 is ".001", .9996 is "1.000". */
static const char *print_p(struct arena *arena, const struct value *value, const char *undefined)
{
    int64_t thousandths;
    if (!value_rounded(value, 3, &thousandths)) {
        return undefined;
    }
    assert(thousandths >= 0 && thousandths <= 1000);
    if (thousandths == 0) {
        return "<.001";
    }
    return thousandths == 1000 ? "1.000" : arena_printf(arena, ".%03" PRId64, thousandths);
}

const char *printed_cell(struct arena *arena, const struct cell_content *cell,
                         const char *undefined)
{
    char low[NUMBER_ROOM], high[NUMBER_ROOM];
    struct text interval = text_of(MESSAGE_INTERVAL);
    switch (cell->kind) {
    /* Empty is not undefined: a cell that has nothing to say stays blank beside the dashes. */
    case CELL_EMPTY:
        break;
    case CELL_TEXT:
        return words_of(arena, &cell->text);
    case CELL_VALUE:
    case CELL_PERCENT:
        if (value_print(&cell->low, cell->decimals, low, sizeof low) == 0) {
            return undefined;
        }
        return arena_printf(arena, cell->kind == CELL_PERCENT ? "%s%%" : "%s", low);
    /* With one end unknown there is no interval to print. */
    case CELL_INTERVAL:
        if (value_print(&cell->low, cell->decimals, low, sizeof low) == 0 ||
            value_print(&cell->high, cell->decimals, high, sizeof high) == 0) {
            return undefined;
        }
        interval.arguments[0] = argument_name(low);
        interval.arguments[1] = argument_name(high);
        return words_of(arena, &interval);
    case CELL_P:
        return print_p(arena, &cell->low, undefined);
    }
    return "";
}

/* One more for each list, so that a table without rows or notes is no failure. */
static const char **strings(struct arena *arena, size_t n)
{
    return arena_alloc(arena, n + 1, sizeof(const char *));
}

/* After false *out is not to be read; what it has belongs to the arena all the same. */
bool printed_table(struct arena *arena, const struct table *table, const char *undefined,
                   struct printed *out)
{
    const size_t n_cells = table->n_rows * table->n_columns;
    *out = (struct printed){.title = words_of(arena, &table->title),
                            .headings = strings(arena, table->n_columns),
                            .cells = strings(arena, n_cells),
                            .notes = strings(arena, table->n_notes)};
    bool complete =
        out->title != NULL && out->headings != NULL && out->cells != NULL && out->notes != NULL;
    for (size_t i = 0; complete && i < table->n_columns; i++) {
        out->headings[i] = words_of(arena, &table->columns[i].heading);
        complete = out->headings[i] != NULL;
    }
    for (size_t i = 0; complete && i < n_cells; i++) {
        out->cells[i] = printed_cell(arena, &table->cells[i], undefined);
        complete = out->cells[i] != NULL;
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

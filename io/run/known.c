#include "io/run/known.h"

#include <string.h>

bool known_begin(struct known *known, const struct place *place, meaning *of,
                 const struct meaning_context *context)
{
    *known = (struct known){.place = place, .of = of};
    if (place->constant != NULL || place->index == NO_COLUMN) {
        const char *const text = place->constant == NULL ? "" : place->constant;
        const struct cell cell = {text, strlen(text)};
        known->is_fixed = true;
        return of(context, &cell, &known->fixed);
    }
    return true;
}

void known_free(struct known *known)
{
    memo_free(&known->memo);
}

/* A text that is met for the first time, or is too long to be remembered. */
static bool find_meaning(struct known *known, size_t column, const struct known_rows *rows,
                         size_t r, int64_t *value)
{
    const struct span raw = raw_cell(&rows->rows[r], column);
    struct memo_key key;
    struct cell cell;
    if (!raw_cell_text(&rows->rows[r], column, rows->room, &cell) ||
        !known->of(rows->context, &cell, value)) {
        return false;
    }
    if (memo_key(raw.text, raw.length, &key)) {
        memo_put(&known->memo, &key, *value);
    }
    return true;
}

/* What a cell means, where that is known; else NULL. */
static inline const int64_t *known_meaning(const struct memo *memo, struct span raw)
{
    struct memo_key key;
    return memo_key(raw.text, raw.length, &key) ? memo_find(memo, &key) : NULL;
}

bool known_value(struct known *known, size_t column, const struct known_rows *rows, size_t r,
                 int64_t *value)
{
    const int64_t *const found = known_meaning(&known->memo, raw_cell(&rows->rows[r], column));
    if (found != NULL) {
        *value = *found;
        return true;
    }
    return find_meaning(known, column, rows, r, value);
}

/* What the cells mean of row r and those behind it, as long as each text stands where it was put first,
   as nearly all do. Returns the first row that wants a closer look. The memo is a copy: for all the
   compiler knows, writing a value could change it. */
static size_t look_up(struct memo memo, const struct known_rows *rows, size_t column, size_t r,
                      int64_t values[])
{
    const struct raw_row *const list = rows->rows;
    const size_t n = memo.n_entries == 0 ? r : rows->n;
    const bool inside = column > 0 && column < rows->fewest_cells;
    for (; r < n; r++) {
        const struct span raw = raw_cell_inside(&list[r], column, inside);
        const struct memo_entry *entry;
        struct memo_key key;
        if (!memo_key(raw.text, raw.length, &key)) {
            return r;
        }
        entry = memo_first(&memo, &key);
        if (!memo_is(entry, &key) || !entry->used) {
            return r;
        }
        values[r] = entry->value;
    }
    return r;
}

bool known_column(struct known *known, size_t column, const struct known_rows *rows,
                  int64_t values[])
{
    for (size_t r = 0; (r = look_up(known->memo, rows, column, r, values)) < rows->n; r++) {
        if (!known_value(known, column, rows, r, &values[r])) {
            return false;
        }
    }
    return true;
}

bool known_values(struct known *known, const struct known_rows *rows, int64_t values[])
{
    if (!known->is_fixed) {
        return known_column(known, known->place->index, rows, values);
    }
    for (size_t r = 0; r < rows->n; r++) {
        values[r] = known->fixed;
    }
    return true;
}

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
static bool find_meaning(struct known *known, const struct known_rows *rows, struct span raw,
                         int64_t *value)
{
    struct memo_key key;
    struct cell cell;
    if (!text_decode(raw.text, raw.length, rows->room, &cell) ||
        !known->of(rows->context, &cell, value)) {
        return false;
    }
    if (memo_key(raw.text, raw.length, &key)) {
        memo_put(&known->memo, &key, *value);
    }
    return true;
}

bool known_value(struct known *known, const struct known_rows *rows, struct span raw,
                 int64_t *value)
{
    struct memo_key key;
    const int64_t *const found =
        memo_key(raw.text, raw.length, &key) ? memo_find(&known->memo, &key) : NULL;
    if (found != NULL) {
        *value = *found;
        return true;
    }
    return find_meaning(known, rows, raw, value);
}

/* What the cells mean of row r and those behind it, as long as each text is short enough (is_short: for a word;
   else for a key) and stands where it was put first, as nearly all do. Returns the first row that wants a closer
   look. The memo is a copy: for all the compiler knows, writing a value could change it. */
static INTO_CALLER size_t look_up(struct memo memo, const char *const starts[], size_t r,
                                  size_t n_rows, bool is_short, int64_t values[])
{
    const size_t n = memo.n_entries == 0 ? r : n_rows;
    for (; r < n; r++) {
        const struct span raw = start_cell(starts, r);
        const struct memo_entry *entry;
        struct memo_key key = {{0, 0}};
        if (is_short && raw.length > MEMO_SHORT) {
            return r;
        }
        if (is_short) {
            key.words[0] = memo_word(raw.text, raw.length);
        } else if (!memo_key(raw.text, raw.length, &key)) {
            return r;
        }
        entry = memo_first(&memo, &key);
        if (!memo_is(entry, &key)) {
            return r;
        }
        values[r] = entry->value;
    }
    return r;
}

/* As many rows from r on as are short, then those that are not. */
static INTO_CALLER size_t look_up_both(struct memo memo, const char *const starts[], size_t r,
                                       size_t n_rows, int64_t values[])
{
    r = look_up(memo, starts, r, n_rows, true, values);
    return look_up(memo, starts, r, n_rows, false, values);
}

FOR_WIDE static size_t look_up_wide(struct memo memo, const char *const starts[], size_t r,
                                    size_t n_rows, int64_t values[])
{
    return look_up_both(memo, starts, r, n_rows, values);
}

bool known_column(struct known *known, size_t column, const struct known_rows *rows,
                  int64_t values[])
{
    const char *const *const starts = starts_of(rows->starts, column);
    for (size_t r = 0;; r++) {
        bool is_there;
        r = has_wide() ? look_up_wide(known->memo, starts, r, rows->n, values)
                       : look_up_both(known->memo, starts, r, rows->n, values);
        if (r == rows->n) {
            return true;
        }
        is_there = column < rows->rows[r].n_cells;
        if (!known_value(known, rows,
                         is_there ? start_cell(starts, r) : raw_no_cell(&rows->rows[r]),
                         &values[r])) {
            return false;
        }
    }
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

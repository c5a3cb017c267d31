/* engine/listing.c - see listing.h. */
#include "engine/listing.h"

#include <stdlib.h>
#include <string.h>

bool listing_add(struct listing *listing, const struct listed *line)
{
    struct listed copy = *line;
    if (id_is_long(copy.id)) {
        size_t length;
        const char *const text = id_text(&copy.id, &length);
        const char *const kept = arena_copy(&listing->ids, text, length);
        if (kept == NULL) {
            return false;
        }
        copy.id = id_of(kept, length);
    }
    if (!array_grow(&listing->lines, &listing->capacity, listing->n + 1, sizeof *listing->lines)) {
        return false;
    }
    listing->lines[listing->n++] = copy;
    return true;
}

bool listing_take(struct listing *into, struct listing *from)
{
    if (into->n == 0) {
        listing_free(into);
        *into = *from;
    } else {
        if (!array_grow(&into->lines, &into->capacity, into->n + from->n, sizeof *into->lines)) {
            return false;
        }
        if (from->n > 0) {
            memcpy(into->lines + into->n, from->lines, from->n * sizeof *from->lines);
        }
        into->n += from->n;
        arena_take(&into->ids, &from->ids);
        free(from->lines);
    }
    *from = (struct listing){0};
    return true;
}

#define ORDER(field)                         \
    if (x->field != y->field) {              \
        return x->field < y->field ? -1 : 1; \
    }

/* All that a line says but the id, which is the same for all lines of a row: the order does not depend
   on who added a line first. */
static int listed_compare(const void *a, const void *b)
{
    const struct listed *const x = a, *const y = b;
    ORDER(place)
    ORDER(kind)
    ORDER(stage)
    ORDER(subject)
    ORDER(reason)
    return 0;
}

#undef ORDER

void listing_sort(struct listing *listing)
{
    if (listing->n > 0) {
        qsort(listing->lines, listing->n, sizeof *listing->lines, listed_compare);
    }
}

void listing_free(struct listing *listing)
{
    free(listing->lines);
    arena_free(&listing->ids);
    *listing = (struct listing){0};
}

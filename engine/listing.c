/* engine/listing.c - see listing.h. */
#include "engine/listing.h"

#include <stdlib.h>
#include <string.h>

bool listing_add(struct listing *listing, const struct listed *line)
{
    struct listed copy = *line;
    if (listing->relieve != NULL && listing->n >= listing->most &&
        !listing->relieve(listing, listing->context)) {
        return false;
    }
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
    if (a->field != b->field) {              \
        return a->field < b->field ? -1 : 1; \
    }

int listed_compare(const struct listed *a, const struct listed *b)
{
    ORDER(place)
    ORDER(kind)
    ORDER(stage)
    ORDER(subject)
    ORDER(reason)
    return 0;
}

#undef ORDER

/* Moves lines in the order of one byte of their places, those of the same byte as they stood. */
static void sort_by_byte(const struct listed from[], size_t n, unsigned shift, struct listed to[])
{
    size_t behind[256] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++) {
        behind[from[i].place >> shift & 0xff]++;
    }
    for (size_t byte = 0; byte < 256; byte++) {
        const size_t count = behind[byte];
        behind[byte] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++) {
        to[behind[from[i].place >> shift & 0xff]++] = from[i];
    }
}

/* Byte by byte from the least significant, leaving out those in which no two places differ. Returns
   which of the two rooms the lines are in. */
static struct listed *sort_by_place(struct listed lines[], size_t n, struct listed spare[])
{
    struct listed *from = lines, *to = spare;
    uint64_t differ = 0;
    for (size_t i = 1; i < n; i++) {
        differ |= lines[i].place ^ lines[0].place;
    }
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if ((differ >> shift & 0xff) != 0) {
            struct listed *const swapped = from;
            sort_by_byte(from, n, shift, to);
            from = to;
            to = swapped;
        }
    }
    return from;
}

/* Lines that are nearly in order: only those of one place, a few, are not. */
static void sort_within_places(struct listed lines[], size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct listed line = lines[i];
        size_t at = i;
        for (; at > 0 && listed_compare(&line, &lines[at - 1]) < 0; at--) {
            lines[at] = lines[at - 1];
        }
        lines[at] = line;
    }
}

static int compare_for_qsort(const void *a, const void *b)
{
    return listed_compare(a, b);
}

/* There may be millions, and comparing costs most of the time that a sort by comparison takes; but that one
   needs no memory that it cannot do without. */
void listing_sort(struct listing *listing)
{
    struct listed *const spare = malloc((listing->n + 1) * sizeof *spare);
    if (spare != NULL) {
        struct listed *const sorted = sort_by_place(listing->lines, listing->n, spare);
        sort_within_places(sorted, listing->n);
        if (sorted == spare && listing->n > 0) {
            memcpy(listing->lines, spare, listing->n * sizeof *spare);
        }
        free(spare);
    } else if (listing->n > 0) {
        qsort(listing->lines, listing->n, sizeof *listing->lines, compare_for_qsort);
    }
}

void listing_empty(struct listing *listing)
{
    arena_free(&listing->ids);
    listing->n = 0;
}

void listing_free(struct listing *listing)
{
    free(listing->lines);
    arena_free(&listing->ids);
    *listing = (struct listing){0};
}

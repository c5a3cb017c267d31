#include "engine/key_table.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ENTRIES ((size_t)32)

void key_table_free(struct key_table *table)
{
    free(table->entries);
    *table = (struct key_table){0};
}

static bool grow(struct key_table *table)
{
    struct key_table larger = {.n = table->n == 0 ? FIRST_ENTRIES : 2 * table->n,
                               .n_used = table->n_used};
    larger.entries = calloc(larger.n, sizeof *larger.entries);
    if (larger.entries == NULL) {
        return false;
    }
    larger.shift = 64 - (unsigned)__builtin_ctzll(larger.n);
    for (size_t i = 0; i < table->n; i++) {
        if (table->entries[i].key != 0) {
            *key_table_look(&larger, table->entries[i].key) = table->entries[i];
        }
    }
    free(table->entries);
    *table = larger;
    return true;
}

struct key_entry *key_table_enter(struct key_table *table, uint64_t key)
{
    struct key_entry *entry;
    if (8 * (table->n_used + 1) > 5 * table->n && !grow(table)) {
        return NULL;
    }
    entry = key_table_look(table, key);
    entry->key = key;
    table->n_used++;
    return entry;
}

/* --- in order --- */

/* Fewer than this are sorted by comparing: so many buckets cost more. */
#define FEW_ENTRIES ((size_t)512)
#define DIGIT_BITS 11
#define N_DIGITS ((size_t)1 << DIGIT_BITS)

static int entry_compare(const void *a, const void *b)
{
    const struct key_entry *const x = a, *const y = b;
    return (x->key > y->key) - (x->key < y->key);
}

/* Moves entries in the order of one digit, those of the same digit as they stood. */
static void sort_by_digit(const struct key_entry from[], size_t n, unsigned shift,
                          struct key_entry to[])
{
    size_t place[N_DIGITS] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++) {
        place[from[i].key >> shift & (N_DIGITS - 1)]++;
    }
    for (size_t digit = 0; digit < N_DIGITS; digit++) {
        const size_t count = place[digit];
        place[digit] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++) {
        to[place[from[i].key >> shift & (N_DIGITS - 1)]++] = from[i];
    }
}

/* Digit by digit from the least significant, leaving out those in which no two keys differ. */
void key_entries_sort(struct key_entry entries[], size_t n, struct key_entry spare[])
{
    struct key_entry *from = entries, *to = spare;
    uint64_t differ = 0;
    if (n < FEW_ENTRIES) {
        if (n > 0) { /* of none there may be no array */
            qsort(entries, n, sizeof *entries, entry_compare);
        }
        return;
    }
    for (size_t i = 1; i < n; i++) {
        differ |= entries[i].key ^ entries[0].key;
    }
    for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
        if ((differ >> shift & (N_DIGITS - 1)) != 0) {
            struct key_entry *const sorted = to;
            sort_by_digit(from, n, shift, to);
            to = from;
            from = sorted;
        }
    }
    if (from != entries) {
        memcpy(entries, from, n * sizeof *entries);
    }
}

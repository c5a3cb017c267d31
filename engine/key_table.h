/* engine/key_table.h - numbers by keys of 64 bits: how often each occurred, or what each stands for. */
#ifndef PELLTER_ENGINE_KEY_TABLE_H
#define PELLTER_ENGINE_KEY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct key_entry {
    uint64_t key; /* 0: free */
    uint64_t value;
};

/* Start with {0}. A power of two of entries, at most five eighths of them taken. */
struct key_table {
    struct key_entry *entries; /* owned */
    size_t n, n_used;
    unsigned shift; /* of a hash, down to an entry */
};
void key_table_free(struct key_table *table);

/* A hash, of which the upper bits are good. Keys differ in few bits, often the upper ones: a rotated sum brings
   these to where a product spreads them. */
static inline uint64_t key_hash(uint64_t key)
{
    return (key ^ (key << 32 | key >> 32)) * UINT64_C(0x9e3779b97f4a7c15);
}

/* Asks the memory for what key_table_look() will look at, of a table that is not empty. */
static inline void key_table_ask(const struct key_table *table, uint64_t key)
{
    __builtin_prefetch(&table->entries[key_hash(key) >> table->shift], 1);
}

/* The entry of a key, or the free one where it belongs, of a table that is not empty. */
static inline struct key_entry *key_table_look(const struct key_table *table, uint64_t key)
{
    size_t at = (size_t)(key_hash(key) >> table->shift);
    while (table->entries[at].key != key && table->entries[at].key != 0) {
        at = (at + 1) & (table->n - 1);
    }
    return &table->entries[at];
}

/* The entry of a key that has none yet; its value is 0. NULL: no memory. */
struct key_entry *key_table_enter(struct key_table *table, uint64_t key);

/* Adds to the value of a key, which is not 0. False: no memory. */
static inline bool key_table_add(struct key_table *table, uint64_t key, uint64_t value)
{
    struct key_entry *entry = table->n == 0 ? NULL : key_table_look(table, key);
    if (entry == NULL || entry->key == 0) {
        entry = key_table_enter(table, key);
        if (entry == NULL) {
            return false;
        }
    }
    entry->value += value;
    return true;
}

/* Puts n entries in the order of their keys. `spare` has room for as many. */
void key_entries_sort(struct key_entry entries[], size_t n, struct key_entry spare[]);

#endif

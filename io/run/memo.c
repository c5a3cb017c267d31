/* io/run/memo.c - see memo.h. */
#include "io/run/memo.h"

#include <stdlib.h>

const uint64_t memo_low_bytes[9] = {0,
                                    UINT64_C(0xff),
                                    UINT64_C(0xffff),
                                    UINT64_C(0xffffff),
                                    UINT64_C(0xffffffff),
                                    UINT64_C(0xffffffffff),
                                    UINT64_C(0xffffffffffff),
                                    UINT64_C(0xffffffffffffff),
                                    UINT64_MAX};

struct memo_entry {
    struct memo_key key;
    int64_t value;
    bool used;
};

#define FIRST_ENTRIES ((size_t)64)
#define MOST_ENTRIES ((size_t)1 << 17)

static size_t hash_of(const struct memo_key *key)
{
    uint64_t hash = key->words[0] * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ (hash >> 32) ^ key->words[1]) * UINT64_C(0xbf58476d1ce4e5b9);
    return (size_t)(hash ^ (hash >> 29));
}

static struct memo_entry *entry_of(struct memo_entry *entries, size_t n, const struct memo_key *key)
{
    size_t at = hash_of(key) & (n - 1);
    while (entries[at].used && (entries[at].key.words[0] != key->words[0] ||
                                entries[at].key.words[1] != key->words[1])) {
        at = (at + 1) & (n - 1);
    }
    return &entries[at];
}

const int64_t *memo_find(const struct memo *memo, const struct memo_key *key)
{
    const struct memo_entry *entry;
    if (memo->n_entries == 0) {
        return NULL;
    }
    entry = entry_of(memo->entries, memo->n_entries, key);
    return entry->used ? &entry->value : NULL;
}

/* Keeps half of the entries free. */
static bool make_room(struct memo *memo)
{
    const size_t n = memo->n_entries == 0 ? FIRST_ENTRIES : 2 * memo->n_entries;
    struct memo_entry *entries;
    if (2 * memo->n_used < memo->n_entries) {
        return true;
    }
    entries = n > MOST_ENTRIES ? NULL : calloc(n, sizeof *entries);
    if (entries == NULL) {
        return false;
    }
    for (size_t i = 0; i < memo->n_entries; i++) {
        if (memo->entries[i].used) {
            *entry_of(entries, n, &memo->entries[i].key) = memo->entries[i];
        }
    }
    free(memo->entries);
    memo->entries = entries;
    memo->n_entries = n;
    return true;
}

void memo_put(struct memo *memo, const struct memo_key *key, int64_t value)
{
    if (make_room(memo)) {
        struct memo_entry *const entry = entry_of(memo->entries, memo->n_entries, key);
        memo->n_used += !entry->used;
        *entry = (struct memo_entry){.key = *key, .value = value, .used = true};
    }
}

void memo_free(struct memo *memo)
{
    free(memo->entries);
    *memo = (struct memo){0};
}

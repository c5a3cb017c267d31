/* io/run/memo.h - what the texts of a column mean, found out once. A stage, a site, a date stand in
   millions of rows and are a few hundred texts: each is decoded, compared and looked up when it is
   first met, and known by its bytes from then on. */
#ifndef PELLTER_IO_RUN_MEMO_H
#define PELLTER_IO_RUN_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "io/read/rows.h"

/* The bytes of a cell as it stands in the file, zero-padded. */
struct memo_key {
    uint64_t words[2];
};
#define MEMO_LONGEST 16

/* Start with {0}. */
struct memo {
    struct memo_entry *entries; /* owned, n_entries: a hash table */
    size_t n_entries, n_used;
};

/* memo_low_bytes[n]: a word whose n lowest bytes are all ones. */
extern const uint64_t memo_low_bytes[9];

/* The raw cell as a key; false where it is too long for one. */
static inline bool memo_key(const char *text, size_t length, struct memo_key *key)
{
    if (length > MEMO_LONGEST) {
        return false;
    }
    /* Both words are there whatever the length: texts have room behind them (TEXT_PADDING). */
    __builtin_memcpy(key->words, text, sizeof key->words);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    key->words[0] &= memo_low_bytes[length < 8 ? length : 8];
    key->words[1] &= memo_low_bytes[length < 8 ? 0 : length - 8];
#else
    key->words[0] &= ~(length < 8 ? memo_low_bytes[8 - length] : 0);
    key->words[1] &= ~(length < 8 ? UINT64_MAX : memo_low_bytes[16 - length]);
#endif
    return true;
}

struct memo_entry {
    struct memo_key key;
    int64_t value;
    bool used;
};

/* The entry of a key, or the free one where it belongs; there is always a free one. */
static inline struct memo_entry *memo_entry(struct memo_entry *entries, size_t n,
                                            const struct memo_key *key)
{
    uint64_t hash = key->words[0] * UINT64_C(0x9e3779b97f4a7c15);
    size_t at;
    hash = (hash ^ (hash >> 32) ^ key->words[1]) * UINT64_C(0xbf58476d1ce4e5b9);
    at = (size_t)(hash ^ (hash >> 29)) & (n - 1);
    while (entries[at].used && (entries[at].key.words[0] != key->words[0] ||
                                entries[at].key.words[1] != key->words[1])) {
        at = (at + 1) & (n - 1);
    }
    return &entries[at];
}

/* The value that is known for a key, or NULL. */
static inline const int64_t *memo_find(const struct memo *memo, const struct memo_key *key)
{
    const struct memo_entry *entry;
    if (memo->n_entries == 0) {
        return NULL;
    }
    entry = memo_entry(memo->entries, memo->n_entries, key);
    return entry->used ? &entry->value : NULL;
}

/* Remembers a value. Without memory, or when it knows very many, it does not: nothing is lost but
   time. */
void memo_put(struct memo *memo, const struct memo_key *key, int64_t value);

void memo_free(struct memo *memo);

#endif

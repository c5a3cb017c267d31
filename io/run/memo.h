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
#define MEMO_FREE UINT64_MAX

/* Start with {0}. */
struct memo {
    struct memo_entry *entries; /* owned, n_entries: a hash table */
    size_t n_entries, n_used;
    unsigned shift; /* of a hash, down to an entry's number */
};

/* memo_masks[n]: the first n bytes in memory are all ones. */
extern const struct memo_key memo_masks[MEMO_LONGEST + 1] __attribute__((visibility("hidden")));

/* A cell of no more than MEMO_SHORT bytes is the first word of its key, and the second is 0. */
#define MEMO_SHORT 7
static inline uint64_t memo_word(const char *text, size_t length)
{
    uint64_t word;
    __builtin_memcpy(&word, text, sizeof word);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return word & (((uint64_t)1 << 8 * length) - 1);
#else
    return word & memo_masks[length].words[0];
#endif
}

/* The raw cell as a key; false where it is too long for one. */
static inline bool memo_key(const char *text, size_t length, struct memo_key *key)
{
    if (length > MEMO_LONGEST) {
        return false;
    }
    /* Both words are there whatever the length: texts have room behind them (TEXT_PADDING). */
    __builtin_memcpy(key->words, text, sizeof key->words);
    key->words[0] &= memo_masks[length].words[0];
    key->words[1] &= memo_masks[length].words[1];
    return true;
}

/* A free entry's key is that of no cell: none begins with eight NULs and goes on. */
struct memo_entry {
    struct memo_key key;
    int64_t value;
};

static inline bool memo_is_free(const struct memo_entry *entry)
{
    return entry->key.words[0] == 0 && entry->key.words[1] == MEMO_FREE;
}

static inline size_t memo_place(unsigned shift, const struct memo_key *key)
{
    /* Texts differ in few bytes, of either word: a product brings all of them to the top. */
    return (size_t)((key->words[0] ^ (key->words[1] << 29 | key->words[1] >> 35)) *
                        UINT64_C(0x9e3779b97f4a7c15) >>
                    shift);
}

static inline bool memo_is(const struct memo_entry *entry, const struct memo_key *key)
{
    return entry->key.words[0] == key->words[0] && entry->key.words[1] == key->words[1];
}

/* The entry where a key would stand if no other had come before it; of a memo that has entries. */
static inline const struct memo_entry *memo_first(const struct memo *memo,
                                                  const struct memo_key *key)
{
    return &memo->entries[memo_place(memo->shift, key)];
}

/* The entry of a key, or the free one where it belongs; there is always a free one. */
static inline struct memo_entry *memo_entry(const struct memo *memo, const struct memo_key *key)
{
    struct memo_entry *const entries = memo->entries;
    size_t at = memo_place(memo->shift, key);
    while (!memo_is_free(&entries[at]) && !memo_is(&entries[at], key)) {
        at = (at + 1) & (memo->n_entries - 1);
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
    entry = memo_entry(memo, key);
    return memo_is_free(entry) ? NULL : &entry->value;
}

/* Remembers a value. Without memory, or when it knows very many, it does not: nothing is lost but
   time. */
void memo_put(struct memo *memo, const struct memo_key *key, int64_t value);

void memo_free(struct memo *memo);

#endif

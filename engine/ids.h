/* engine/ids.h - who a respondent is. Ids are compared in full; one of up to 16 bytes stands in the
   table itself, a longer one is pointed to. */
#ifndef PELLTER_ENGINE_IDS_H
#define PELLTER_ENGINE_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ID_INLINE 16

/* Zero-padded bytes; or, of a longer id, a borrowed pointer to them and its length with ID_LONG in
   the last byte, which no UTF-8 text holds. */
struct id {
    uint64_t words[2];
};

/* An id from its bytes (valid UTF-8 without NUL, not empty). A longer one borrows `text`. */
struct id id_of(const char *text, size_t length);

static inline bool id_is_long(struct id id)
{
    return id.words[1] >> 56 == 0xff;
}
static inline const char *id_long_text(struct id id)
{
    return (const char *)(uintptr_t)id.words[0];
}

/* The bytes of an id, those of *id itself where it is short; not NUL-terminated. */
const char *id_text(const struct id *id, size_t *length);

bool id_equal(struct id a, struct id b);

/* A hash that is the same for ids that a person would take for the same: it does not see capitals
   (ASCII), leading zeros and a final ".0". Spreadsheets make 17.0 of 17 and 17 of 017. */
uint64_t id_hash_any(struct id id);

/* Two words folded into one by a long multiplication; the constants are odd and irregular (those of
   splitmix64). */
__extension__ typedef unsigned __int128 id_product;
static inline uint64_t id_fold(uint64_t a, uint64_t b)
{
    const id_product product =
        (id_product)(a ^ UINT64_C(0x9e3779b97f4a7c15)) * (b ^ UINT64_C(0xbf58476d1ce4e5b9));
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The same by short multiplications, of which a processor does several at once where there is a column of
   ids. */
static inline uint64_t id_mix(uint64_t a, uint64_t b)
{
    uint64_t x = a * UINT64_C(0x9e3779b97f4a7c15) + b * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 32) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 32;
}

/* Or'ed to bytes: without capitals, and alike for a few signs that no id is likely to differ in. */
#define ID_SMALL UINT64_C(0x2020202020202020)

/* 0 for the words of a short id of which the hash leaves nothing out: neither does it begin with a zero,
   nor has it a full stop where ".0" could be its end. Nearly every id is such a one; of a few others it
   may be said that they are none, which costs time only. */
static inline uint64_t id_oddness(uint64_t first, uint64_t second)
{
    static const unsigned char odd[ID_INLINE] = {'0', '.', '.', '.', '.', '.', '.', '.', '.',
                                                 '.', '.', '.', '.', '.', '.', 0xff}; /* long */
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t x, y;
    __builtin_memcpy(&x, odd, sizeof x);
    __builtin_memcpy(&y, odd + sizeof x, sizeof y);
    x ^= first;
    y ^= second;
    /* the usual test for a zero byte */
    return (((x - ones) & ~x) | ((y - ones) & ~y)) & ones << 7;
}

/* The hash of one that is not odd. */
static inline uint64_t id_hash_simple(uint64_t first, uint64_t second)
{
    return id_mix(first | ID_SMALL, second | ID_SMALL);
}

static inline uint64_t id_hash(struct id id)
{
    return id_oddness(id.words[0], id.words[1]) == 0 ? id_hash_simple(id.words[0], id.words[1])
                                                     : id_hash_any(id);
}

/* The hashes of n ids. Returns which bits the second word of any of them has. */
#define IDS_AT_ONCE 128
uint64_t ids_hash(const struct id ids[], size_t n, uint64_t hashes[]);

/* Would a person take them for the same? */
bool id_similar(struct id a, struct id b);

/* Who a family is, in as many bytes whatever its id: the id's own where there are up to 16, zero-padded;
   of a longer one a digest of 120 bits, which nobody will see two families share, and a last byte
   that no UTF-8 text holds. Families are only told apart: nobody's id is read from here. Zeros, which
   are nobody's id, stand for none. */
struct family_id {
    uint64_t words[2];
};
struct family_id family_id_of(const char *text, size_t length);

static inline bool family_is_none(struct family_id family)
{
    return (family.words[0] | family.words[1]) == 0;
}
static inline bool family_equal(struct family_id a, struct family_id b)
{
    return a.words[0] == b.words[0] && a.words[1] == b.words[1];
}

#endif

/* engine/packed.h - forms as bytes on their way to the join: words of 8 bytes each, so that the forms of a
   column are packed word by word, and what stands in a form is found without a look at others of it.

   0       the first word of its id; of a long one its length
   1       the lower half of the id's hash, by which the join finds it, and the cohort
   2 ...   the measure (16 bits), the stage, the kind (8 each), the payload and, of a goal, its flags (16)
   then    what all of a study's forms have: where places are kept its place; of a goal its name and category;
           where dates decide its date
   then    what its kind says that there is (PACKED_...), and a date where it has no stage
   then    the bytes of a long id

   Words that are put together of numbers have the lowest byte first. */
#ifndef PELLTER_ENGINE_PACKED_H
#define PELLTER_ENGINE_PACKED_H

#include "engine/form.h"

/* What a packed form has, and what it is. */
enum {
    PACKED_TWO_WORDS = 1,        /* the second word of its id, which may be 0, */
    PACKED_FAMILY = 2,           /* the first word of its family, which may be none, */
    PACKED_TWO_FAMILY_WORDS = 4, /* and the second */
    PACKED_MAY_START = 8,
    PACKED_LONG = 16, /* an id of more than 16 bytes */
    PACKED_PLAIN = 32 /* no such id, no date: as nearly all are */
};

#define PACKED_ALIKE UINT32_C(0xff00ffff) /* of the head: all but the stage */

/* A word of numbers as it is in memory, and back. */
static inline uint64_t packed_order(uint64_t word)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(word);
#else
    return word;
#endif
}
static inline uint64_t packed_word(const unsigned char *bytes, size_t at)
{
    uint64_t word;
    __builtin_memcpy(&word, bytes + at, sizeof word);
    return word;
}
static inline uint64_t packed_numbers(const unsigned char *bytes, size_t at)
{
    return packed_order(packed_word(bytes, at));
}

static inline uint32_t packed_hash(const unsigned char *bytes)
{
    return (uint32_t)packed_numbers(bytes, PACKED_HASH);
}
static inline uint32_t packed_cohort(const unsigned char *bytes)
{
    return (uint32_t)(packed_numbers(bytes, PACKED_HASH) >> 32);
}
static inline uint32_t packed_head(const unsigned char *bytes)
{
    return (uint32_t)packed_numbers(bytes, PACKED_HEAD);
}
static inline uint16_t head_measure(uint32_t head)
{
    return (uint16_t)head;
}
static inline uint8_t head_kind(uint32_t head)
{
    return (uint8_t)(head >> 24);
}
static inline uint8_t packed_stage(const unsigned char *bytes) /* LISTED_NO_STAGE: none */
{
    return bytes[PACKED_HEAD + sizeof(uint16_t)];
}

/* How many words a kind's forms have that others have not, behind those that all have. */
static inline size_t packed_more(unsigned kind)
{
    return (size_t)(kind & 1u) + (kind >> 1 & 1u) + (kind >> 2 & 1u);
}

/* Where the family of a form stands that names one. */
static inline size_t packed_family(const struct join_layout *layout, unsigned kind)
{
    return layout->packed_bytes + ((kind & PACKED_TWO_WORDS) != 0 ? PACKED_WORD : 0);
}

/* What a goal is. */
struct packed_goal {
    uint32_t goal, category;
    uint16_t flags;
};
static inline void packed_goal(const struct join_layout *layout, const unsigned char *bytes,
                               struct packed_goal *goal)
{
    const uint64_t names = packed_numbers(bytes, layout->packed_goal);
    const unsigned char *const flags = bytes + PACKED_PAYLOAD + layout->payload_bytes;
    *goal = (struct packed_goal){.goal = (uint32_t)names,
                                 .category = (uint32_t)(names >> 32),
                                 .flags = (uint16_t)(flags[0] | (unsigned)flags[1] << 8)};
}

/* The length of a packed form. */
static inline size_t packed_bytes(const struct join_rules *rules, const struct join_layout *layout,
                                  const unsigned char *bytes)
{
    const unsigned kind = head_kind(packed_head(bytes));
    size_t n = layout->packed_bytes + packed_more(kind) * PACKED_WORD;
    if (packed_stage(bytes) == LISTED_NO_STAGE && !rules->by_date) {
        n += PACKED_WORD;
    }
    if ((kind & PACKED_LONG) != 0) {
        n += packed_whole((size_t)packed_word(bytes, 0));
    }
    return n;
}

/* --- a form --- */

/* A form as bytes, without what this study's forms do not have, and back: form_unpack() returns the
   length, borrows a long id and the payload from `bytes`, and gives of the hash what the join looks
   at. There must be room for form_packed_most(). */
size_t form_packed_most(const struct form *form);
size_t form_pack(const struct join_rules *rules, const struct form *form, unsigned char *bytes);
size_t form_unpack(const struct join_rules *rules, const unsigned char *bytes, struct form *form);

/* Whether n bytes that were not packed here begin with a form of the study: nothing else takes any others. */
bool form_is_whole(const struct join_rules *rules, const unsigned char *bytes, size_t n);

/* --- forms --- */

/* Forms of one measure as columns. */
struct form_columns {
    uint16_t measure;
    bool may_start;
    const struct id *ids;             /* borrowed, as are the rest; zeros: none */
    const uint32_t *cohorts, *stages; /* NO_STAGE: to be placed by its date */
    const uint32_t *codes;            /* s of form i's payload: codes[s * stride + i] ... */
    const uint8_t *narrow;            /* ... or narrow[s * stride + i], where codes is NULL */
    size_t stride;
    const uint32_t *goals, *categories; /* of goals: as a form has them; else NULL */
    const uint16_t *flags;
    const uint64_t *places;
    const struct family_id *families; /* NULL: none is named */
    const bool *sent;                 /* whether a form is for the join at all: it has an id then */
    size_t n;
};

/* So many of them are packed at a time. */
#define PACKED_AT_ONCE ((size_t)IDS_AT_ONCE)
#define PACKED_WORDS \
    (9 +             \
     (MAX_PAYLOAD * sizeof(uint32_t) + sizeof(uint16_t)) / PACKED_WORD) /* most of a plain form */

/* Word k of form i is words[k][i]. */
struct packed_columns {
    size_t n, n_words;
    bool plain[PACKED_AT_ONCE]; /* others are not packed: what is in the columns is not them */
    uint64_t hashes[PACKED_AT_ONCE];
    uint64_t words[PACKED_WORDS][PACKED_AT_ONCE];
};

static inline uint32_t form_code(const struct form_columns *forms, size_t s, size_t i)
{
    const size_t place = s * forms->stride + i;
    return forms->codes != NULL ? forms->codes[place] : forms->narrow[place];
}

/* Packs those from the first-th on that are plain, as many as go at a time. All are of one kind then. */
void forms_pack(const struct join_rules *rules, const struct form_columns *forms, size_t first,
                struct packed_columns *packed);

#endif

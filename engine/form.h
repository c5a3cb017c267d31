/* engine/form.h - a form on its way to the join, and how a study's forms and respondents are laid out
   there and as bytes. */
#ifndef PELLTER_ENGINE_FORM_H
#define PELLTER_ENGINE_FORM_H

#include <stddef.h>
#include "engine/cohorts.h"
#include "engine/ids.h"
#include "engine/listing.h"
#include "engine/names.h"
#include "engine/study.h"

struct respondent {
    struct id id;
    uint32_t cohort;     /* by study.cohort_from */
    uint8_t cohort_rank; /* of the stage the cohort was read from; lower is better */
    bool moved;          /* forms differ on a cohort column */
    uint8_t family_rank; /* of the stage the family was read from; UINT8_MAX: no form names one */
    bool many_goals;     /* they are found by a table (join.c) */
};

/* What a form says, as far as the join has to know: codes that two forms of one respondent and
   stage are compared by. For questionnaires the outcome of each scale; for goals the level in
   halves above -2 and, where the study weighs goals, the weight + 1 (0: none given). */
#define MAX_PAYLOAD MAX_SCALES
enum { GOAL_PAYLOAD_LEVEL, GOAL_PAYLOAD_WEIGHT, GOAL_PAYLOAD };

/* One form (or one rating of one goal) that is not blank and has an id. Plain bytes: threads hand
   them on, and what does not fit in memory is written down, by form_pack(). */
struct form {
    struct id id;
    uint64_t hash; /* id_hash(id); of one that was unpacked, the lower half */
    uint64_t place;
    int64_t date; /* days, or NO_DATE */
    uint32_t cohort;
    uint32_t goal;     /* a name's number; NO_NAME for questionnaires */
    uint32_t category; /* a name's number; NO_NAME: none */
    uint32_t stage;    /* NO_STAGE: to be placed by its date */
    uint16_t measure;
    uint16_t flags; /* bit i: study.goals.flags[i] is yes */
    bool may_start; /* unplaced forms of this source: the earliest is the first stage */
    const unsigned char *payload; /* borrowed, join->payload_bytes: payload_pack() */
    struct family_id family;      /* zeros: none is named */
};

/* Forms of one measure as columns. */
struct form_columns {
    uint16_t measure;
    bool may_start;
    const struct id *ids;             /* borrowed, as are the rest; zeros: none */
    const uint32_t *cohorts, *stages; /* NO_STAGE: to be placed by its date */
    const uint32_t *codes;            /* s of form i's payload: codes[s * stride + i] */
    size_t stride;
    const uint32_t *goals, *categories; /* of goals: as a form has them; else NULL */
    const uint16_t *flags;
    const uint64_t *places;
    const struct family_id *families; /* NULL: none is named */
    const bool
        *sound; /* something is answered, the stage is one of the study's, and a goal is named where
                          it has to be */
    size_t n;
};

/* How one join's records are laid out; sizes and offsets in bytes. */
struct join_layout {
    bool is_goals;
    bool is_plain; /* its packed forms are plain, unless they have a long id or no stage */
    size_t n_payload, code_bytes, payload_bytes;
    size_t packed_bytes; /* of a packed form, those that every one has: form_packed_bytes() */
    size_t
        n_versions; /* series that every respondent has; goals: 0, as they are added one by one */
    size_t states, codes, dates, places, series_bytes; /* within a series */
    size_t stored_bytes;     /* of what a place keeps: the payload, or of goals a code for it */
    size_t respondent_bytes; /* of a respondent with the series of all versions behind it */
    /* Goals: what stands before the places of a series, which begins with the number of its goal; and how
       series stand behind a respondent, and where there are more. */
    size_t number_bytes; /* of the numbers of names */
    size_t category, category_stage, flags;
    size_t n_inline, more_bytes;
    const struct join_layout *wide; /* for more names, and more codes, than fit; NULL: all fit */
};

/* Goals: behind a respondent stands where there are more, and the first n_inline series; of those, each
   record has where still more are, and two. */
#define INLINE_GOALS (sizeof(struct respondent) + sizeof(uint32_t))
#define MORE_GOALS ((size_t)2)

/* What all partitions share. Const once built. */
struct join_rules {
    const struct study *study; /* borrowed, as are the next two */
    const struct cohorts *cohorts;
    const struct names *names;        /* of goals' categories */
    struct join_layout *joins;        /* owned, study->n_joins, and behind those the wide ones */
    uint16_t *version;                /* owned: of each measure in its join */
    uint8_t cohort_ranks[MAX_STAGES]; /* how far a form of a stage is from saying the cohort */
    bool by_date; /* some stage has a window, duplicates go by date, or an added value has to know
                     how long it was: forms wait for the last */
    size_t packed_most; /* bytes of a form without a long id */
    bool keep_places;   /* places are kept, and forms set aside are listed */
};

/* False: no memory. */
bool join_rules_init(struct join_rules *rules, const struct study *study,
                     const struct cohorts *cohorts, const struct names *names, bool keep_places);
void join_rules_free(struct join_rules *rules);

static inline const struct join_layout *layout_of(const struct join_rules *rules, uint32_t measure)
{
    return &rules->joins[rules->study->measures[measure].join];
}

/* n_payload codes as a payload of payload_bytes, low byte first whatever the machine, and one of them
   back. */
void payload_pack(const struct join_layout *layout, const uint32_t codes[], unsigned char *payload);
/* How many bytes the codes of a questionnaire take: a reason, or a place in a list of values. */
size_t code_bytes_of(const struct instrument *instrument);

static inline void code_put(unsigned char *at, uint32_t code, size_t code_bytes)
{
    at[0] = (unsigned char)code;
    if (code_bytes > 1) {
        at[1] = (unsigned char)(code >> 8);
    }
    if (code_bytes > 2) {
        at[2] = (unsigned char)(code >> 16);
        at[3] = (unsigned char)(code >> 24);
    }
}
static inline uint32_t code_at(const unsigned char *at, size_t code_bytes)
{
    return code_bytes == 1   ? at[0]
           : code_bytes == 2 ? (uint32_t)at[0] | (uint32_t)at[1] << 8
                             : (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
                                   (uint32_t)at[3] << 24;
}
static inline uint32_t payload_code(const struct join_layout *layout, const unsigned char *payload,
                                    size_t index)
{
    return code_at(payload + index * layout->code_bytes, layout->code_bytes);
}

/* Payloads are a few bytes, which a loop copies sooner than a function that has to find out how many
   they are. */
static inline void bytes_copy(const unsigned char *from, unsigned char *to, size_t n)
{
    *to = *from; /* there is one at least, and often no more */
    for (size_t i = 1; i < n; i++) {
        to[i] = from[i];
    }
}
static inline bool bytes_equal(const unsigned char *a, const unsigned char *b, size_t n)
{
    bool equal = true;
    for (size_t i = 0; i < n; i++) {
        equal = equal && a[i] == b[i];
    }
    return equal;
}

/* A form as bytes, without what this study's forms do not have, and back: form_unpack() returns the
   length, borrows a long id and the payload from `bytes`, and gives of the hash what the join looks
   at. */
static inline size_t form_packed_most(const struct join_rules *rules, const struct form *form)
{
    return rules->packed_most +
           (id_is_long(form->id) ? (size_t)(form->id.words[1] & 0xffffffff) : 0);
}
size_t form_pack(const struct join_rules *rules, const struct form *form, unsigned char *bytes);
size_t form_unpack(const struct join_rules *rules, const unsigned char *bytes, struct form *form);

/* How a packed form begins. Behind it stand the id's first word, the payload, what else all of this
   study's forms have, and the other words that this one has. */
struct packed_head {
    uint32_t hash; /* its lower half, by which the join finds the id */
    uint32_t cohort;
    uint16_t measure;
    uint8_t stage; /* LISTED_NO_STAGE: to be placed by its date */
    uint8_t kind;  /* PACKED_... */
};
static inline uint32_t packed_hash(const unsigned char *bytes)
{
    uint32_t hash;
    __builtin_memcpy(&hash, bytes, sizeof hash);
    return hash;
}
static inline uint32_t packed_cohort(const unsigned char *bytes)
{
    uint32_t cohort;
    __builtin_memcpy(&cohort, bytes + offsetof(struct packed_head, cohort), sizeof cohort);
    return cohort;
}
static inline uint16_t packed_measure(const unsigned char *bytes)
{
    uint16_t measure;
    __builtin_memcpy(&measure, bytes + offsetof(struct packed_head, measure), sizeof measure);
    return measure;
}
static inline uint8_t packed_stage(const unsigned char *bytes)
{
    return bytes[offsetof(struct packed_head, stage)];
}
static inline uint8_t packed_kind(const unsigned char *bytes)
{
    return bytes[offsetof(struct packed_head, kind)];
}
enum {
    PACKED_TWO_WORDS = 1, /* an id of 9 to 16 bytes has two words, a shorter one the first only */
    PACKED_FAMILY = 2,    /* the first word of a family, and if it is not all, ... */
    PACKED_TWO_FAMILY_WORDS = 4, /* ... the second */
    PACKED_MAY_START = 8,
    PACKED_LONG =
        16, /* a longer id has its length as the first word, and its text behind all else */
    PACKED_PLAIN =
        32 /* nothing but a head, an id, a payload, where places are kept its place, of goals
                         what they are, and maybe a family: as nearly all are */
};

#define PACKED_ID sizeof(struct packed_head)
#define PACKED_PAYLOAD (PACKED_ID + sizeof(uint64_t))
#define PACKED_GOAL_BYTES \
    (2 * sizeof(uint32_t) + sizeof(uint16_t)) /* the goal, its category, flags */

/* What a goal is, as it stands behind its payload and place. */
struct packed_goal {
    uint32_t goal, category;
    uint16_t flags;
};
static inline void packed_goal(const unsigned char *bytes, struct packed_goal *goal)
{
    __builtin_memcpy(&goal->goal, bytes, sizeof goal->goal);
    __builtin_memcpy(&goal->category, bytes + sizeof goal->goal, sizeof goal->category);
    __builtin_memcpy(&goal->flags, bytes + 2 * sizeof goal->goal, sizeof goal->flags);
}

/* The length of a packed form. */
static inline size_t form_packed_bytes(const struct join_rules *rules,
                                       const struct join_layout *layout, const unsigned char *bytes)
{
    static const uint8_t words[] = {0, 1, 1, 2, 1, 2, 2, 3}; /* bits of a kind */
    const unsigned kind = packed_kind(bytes);
    size_t n = layout->packed_bytes + words[kind & 7u] * sizeof(uint64_t);
    if (packed_stage(bytes) == LISTED_NO_STAGE && !rules->by_date) {
        n += sizeof(int64_t);
    }
    if ((kind & PACKED_LONG) != 0) {
        uint64_t length;
        __builtin_memcpy(&length, bytes + PACKED_ID, sizeof length);
        n += (size_t)length;
    }
    return n;
}

/* Where the family of a plain form stands that names one. */
static inline size_t packed_family(const struct join_layout *layout, unsigned kind)
{
    return layout->packed_bytes + ((kind & PACKED_TWO_WORDS) != 0 ? sizeof(uint64_t) : 0);
}

/* Most bytes of a plain form, with room behind it: two words are written where there may be one. */
static inline size_t packed_plain_most(const struct join_layout *layout)
{
    return layout->packed_bytes + sizeof(uint64_t) + sizeof(struct family_id);
}

/* Is a form of these columns plain, as its join's layout has to be? Then its id's hash is known, too. */
static inline bool form_is_plain(const struct form_columns *forms, size_t at, uint64_t *hash)
{
    const struct id *const id = &forms->ids[at];
    if (!forms->sound[at] || id->words[0] == 0) {
        return false;
    }
    if (id_is_simple(id)) {
        *hash = id_hash_simple(id);
        return true;
    }
    *hash = id_hash_any(*id);
    return !id_is_long(*id);
}

/* form_pack() for a plain form. There must be room for packed_plain_most(). Words that a form may lack
   are written and, where it does, written over, which asks no question that cannot be foreseen. */
static inline size_t form_pack_plain(const struct form_columns *forms,
                                     const struct join_layout *layout, bool keep_places, size_t at,
                                     uint64_t hash, unsigned char *bytes)
{
    const struct id id = forms->ids[at];
    const uint32_t half = (uint32_t)hash;
    const unsigned two_words = id.words[1] != 0;
    unsigned kind = PACKED_PLAIN | (forms->may_start ? PACKED_MAY_START : 0u) | two_words;
    unsigned char *to = bytes + PACKED_PAYLOAD;
    /* Field by field: put together first, they would make a dozen instructions more. */
    __builtin_memcpy(bytes + offsetof(struct packed_head, hash), &half, sizeof half);
    __builtin_memcpy(bytes + offsetof(struct packed_head, cohort), &forms->cohorts[at],
                     sizeof forms->cohorts[at]);
    __builtin_memcpy(bytes + offsetof(struct packed_head, measure), &forms->measure,
                     sizeof forms->measure);
    bytes[offsetof(struct packed_head, stage)] = (unsigned char)forms->stages[at];
    __builtin_memcpy(bytes + PACKED_ID, &id.words[0], sizeof id.words[0]);
    if (layout->payload_bytes == 1) {
        *to++ = (unsigned char)forms->codes[at];
    } else {
        for (size_t i = 0; i < layout->n_payload; i++, to += layout->code_bytes) {
            code_put(to, forms->codes[i * forms->stride + at], layout->code_bytes);
        }
    }
    if (keep_places) {
        __builtin_memcpy(to, &forms->places[at], sizeof forms->places[at]);
        to += sizeof forms->places[at];
    }
    if (forms->goals != NULL) {
        __builtin_memcpy(to, &forms->goals[at], sizeof(uint32_t));
        __builtin_memcpy(to + sizeof(uint32_t), &forms->categories[at], sizeof(uint32_t));
        __builtin_memcpy(to + 2 * sizeof(uint32_t), &forms->flags[at], sizeof(uint16_t));
        to += PACKED_GOAL_BYTES;
    }
    __builtin_memcpy(to, &id.words[1], sizeof id.words[1]);
    to += two_words * sizeof id.words[1];
    if (forms->families != NULL) {
        const struct family_id family = forms->families[at];
        const unsigned named = !family_is_none(family), more = family.words[1] != 0;
        __builtin_memcpy(to, &family, sizeof family);
        to += (named + more) * sizeof family.words[0];
        kind |= named * PACKED_FAMILY | more * PACKED_TWO_FAMILY_WORDS;
    }
    bytes[offsetof(struct packed_head, kind)] = (unsigned char)kind;
    return (size_t)(to - bytes);
}

#endif

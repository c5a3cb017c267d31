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
};

/* What stands before the places of a goal's series. */
struct goal_series {
    uint32_t respondent;
    uint32_t goal;
    uint32_t next;     /* the respondent's next series, or NO_NAME */
    uint32_t category; /* of the earliest stage that gives one */
    uint16_t category_stage;
    uint16_t flags;
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
    uint64_t hash; /* id_hash(id) */
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

/* Many questionnaires of one measure as columns, all of them plain (form_pack_plain()). */
struct plain_forms {
    uint16_t measure;
    bool may_start;
    const struct id *ids; /* borrowed, as are the rest */
    const uint64_t *hashes;
    const uint32_t *cohorts, *stages;
    const unsigned char *payloads;
    const uint64_t *places;
    const struct family_id *families; /* NULL: none is named */
    const uint16_t *which;            /* n: the places of those that are meant */
    size_t n;
};

/* How one join's records are laid out; sizes and offsets in bytes. */
struct join_layout {
    bool is_goals;
    bool is_plain; /* its packed forms are plain, unless they have a long id or no stage */
    size_t n_payload, code_bytes, payload_bytes;
    size_t
        n_versions; /* series that every respondent has; goals: 0, as they are added one by one */
    size_t states, codes, dates, places, series_bytes; /* within a series */
    size_t respondent_bytes; /* of a respondent with the series of all versions behind it */
};

/* What all partitions share. Const once built. */
struct join_rules {
    const struct study *study; /* borrowed, as are the next two */
    const struct cohorts *cohorts;
    const struct names *names;        /* of goals' categories */
    struct join_layout *joins;        /* owned, study->n_joins */
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

/* n_payload codes as a payload of payload_bytes, and one of them back. */
void payload_pack(const struct join_layout *layout, const uint32_t codes[], unsigned char *payload);
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
static inline void payload_copy(const struct join_layout *layout, const unsigned char *from,
                                unsigned char *to)
{
    const size_t n = layout->payload_bytes;
    if (n == 1) {
        *to = *from;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        to[i] = from[i];
    }
}
static inline bool payload_equal(const struct join_layout *layout, const unsigned char *a,
                                 const unsigned char *b)
{
    bool equal = true;
    for (size_t i = 0; i < layout->payload_bytes; i++) {
        equal = equal && a[i] == b[i];
    }
    return equal;
}

/* A form as bytes, without what this study's forms do not have, and back: form_unpack() returns the
   length, borrows a long id and the payload from `bytes`, and leaves the hash to the caller. */
static inline size_t form_packed_most(const struct join_rules *rules, const struct form *form)
{
    return rules->packed_most +
           (id_is_long(form->id) ? (size_t)(form->id.words[1] & 0xffffffff) : 0);
}
size_t form_pack(const struct join_rules *rules, const struct form *form, unsigned char *bytes);
size_t form_unpack(const struct join_rules *rules, const unsigned char *bytes, struct form *form);

/* How a packed form begins. Behind it stand the id, the payload, and what else this study's forms
   have. */
struct packed_head {
    uint32_t cohort;
    uint16_t measure;
    uint8_t stage; /* LISTED_NO_STAGE: to be placed by its date */
    uint8_t kind;  /* PACKED_... */
};
enum {
    PACKED_TWO_WORDS = 1, /* an id of 9 to 16 bytes has two words, a shorter one the first only */
    PACKED_LONG = 2,      /* a longer one has its length, and the text behind all else */
    PACKED_MAY_START = 4,
    PACKED_FAMILY =
        8, /* the first word of a family before such a text, and if it is not all, ... */
    PACKED_TWO_FAMILY_WORDS = 16 /* ... the second */
};

static inline unsigned packed_kind(struct id id, bool may_start, struct family_id family)
{
    return (may_start ? PACKED_MAY_START : 0u) |
           (id_is_long(id)     ? PACKED_LONG
            : id.words[1] == 0 ? 0u
                               : PACKED_TWO_WORDS) |
           (family_is_none(family) ? 0u
            : family.words[1] == 0 ? PACKED_FAMILY
                                   : PACKED_FAMILY | PACKED_TWO_FAMILY_WORDS);
}

/* form_pack() for a plain form: one whose record is nothing but a head, an id, a payload, where places
   are kept its place, and its family, as nearly all are. Its join's layout is plain, its id is not long,
   and it has a stage. There must be room for two words of id, and of a family. */
static inline size_t form_pack_plain(const struct join_rules *rules,
                                     const struct join_layout *layout, struct id id,
                                     uint32_t cohort, uint16_t measure, uint32_t stage,
                                     bool may_start, const unsigned char *payload, uint64_t place,
                                     struct family_id family, unsigned char *bytes)
{
    unsigned char *const start = bytes;
    const size_t n_id = sizeof id.words[0] + (id.words[1] != 0 ? sizeof id.words[1] : 0);
    /* Field by field: put together first, they would make a dozen instructions more. */
    __builtin_memcpy(bytes + offsetof(struct packed_head, cohort), &cohort, sizeof cohort);
    __builtin_memcpy(bytes + offsetof(struct packed_head, measure), &measure, sizeof measure);
    bytes[offsetof(struct packed_head, stage)] = (unsigned char)stage;
    bytes[offsetof(struct packed_head, kind)] = (unsigned char)packed_kind(id, may_start, family);
    bytes += sizeof(struct packed_head);
    /* Both words are there to be copied; what is too much is written over. */
    __builtin_memcpy(bytes, &id, sizeof id);
    bytes += n_id;
    payload_copy(layout, payload, bytes);
    bytes += layout->payload_bytes;
    if (rules->keep_places) {
        __builtin_memcpy(bytes, &place, sizeof place);
        bytes += sizeof place;
    }
    if (!family_is_none(family)) {
        __builtin_memcpy(bytes, &family, sizeof family);
        bytes += sizeof family.words[0] + (family.words[1] != 0 ? sizeof family.words[1] : 0);
    }
    return (size_t)(bytes - start);
}

#endif

/* engine/form.h - a form on its way to the join, and how a study's respondents are laid out there. */
#ifndef PELLTER_ENGINE_FORM_H
#define PELLTER_ENGINE_FORM_H

#include <stddef.h>
#include "engine/cohorts.h"
#include "engine/ids.h"
#include "engine/listing.h"
#include "engine/names.h"
#include "engine/study.h"

/* Of two forms that say a respondent's cohort or family, the one whose stage has the higher rank is
   believed (join_rules). */
struct respondent {
    uint64_t id_word;    /* the first of its id: join_id() */
    uint32_t cohort;     /* by study.cohort_from */
    uint8_t cohort_rank; /* of the stage the cohort was read from; 0: no form has found its place */
    uint8_t family_rank; /* of the stage the family was read from; 0: no form names one */
    bool moved;          /* forms differ on a cohort column */
    bool many_goals;     /* they are found by a table (join.c) */
};

/* What a form says, as far as the join has to know: codes that two forms of one respondent and
   stage are compared by. For questionnaires the outcome of each scale; for goals the level in
   halves above -2 and, where the study weighs goals, the weight + 1 (0: none given). */
#define MAX_PAYLOAD MAX_SCALES
enum { GOAL_PAYLOAD_LEVEL, GOAL_PAYLOAD_WEIGHT, GOAL_PAYLOAD };

/* One form (or one rating of one goal) that is not blank and has an id. Threads hand it on, and what does
   not fit in memory is written down, as bytes (packed.h). */
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
    const unsigned char *payload; /* borrowed, the layout's payload_bytes: payload_pack() */
    struct family_id family;      /* zeros: none is named */
};

/* How one join's records are laid out; sizes and offsets in bytes. */
struct join_layout {
    bool is_goals;
    size_t n_payload, code_bytes, payload_bytes;
    size_t packed_place, packed_goal; /* where these stand in a packed form (packed.h) ... */
    size_t packed_bytes;              /* ... and its bytes, of those that every one has */
    size_t
        n_versions; /* series that every respondent has; goals: 0, as they are added one by one */
    /* Within a series: a bit for each stage that has a form, one for each where several differ (neither of
       goals, where the code says so), and so on. */
    size_t forms, conflicts, codes, dates, places, series_bytes;
    size_t
        stored_bytes; /* of what a place keeps: the payload, or of goals a code for it (join.h) */
    size_t respondent_bytes; /* of a respondent with the series of all versions behind it */
    /* Goals: what stands before the places of a series; where series begin behind a respondent, and in a
       record of more. */
    size_t number_bytes; /* of the numbers of names */
    size_t category, category_stage, flags;
    size_t n_inline, inline_series, more_series, more_bytes;
    const struct join_layout *wide; /* for more names, and more codes, than fit; NULL: all fit */
};

/* Goals: behind a respondent stands where there are more, the numbers of its first n_inline goals, and the
   series of these; of those, each record has where still more are, and two. */
#define INLINE_GOALS (sizeof(struct respondent) + sizeof(uint32_t))
#define MOST_INLINE ((size_t)8)
#define MORE_GOALS ((size_t)2)

/* Offsets in every packed form (packed.h). */
#define PACKED_WORD sizeof(uint64_t)
#define PACKED_HASH PACKED_WORD
#define PACKED_HEAD (2 * PACKED_WORD)
#define PACKED_PAYLOAD (PACKED_HEAD + sizeof(uint32_t))
static inline size_t packed_whole(
    size_t n_bytes) /* the bytes of words that have room for so many */
{
    return (n_bytes + PACKED_WORD - 1) / PACKED_WORD * PACKED_WORD;
}

/* What all partitions share. Const once built. */
struct join_rules {
    const struct study *study; /* borrowed, as are the next two */
    const struct cohorts *cohorts;
    const struct names *names; /* of goals' categories */
    struct join_layout *joins; /* owned, study->n_joins, and behind those the wide ones */
    uint16_t *version;         /* owned: of each measure in its join */
    uint8_t
        cohort_ranks[MAX_STAGES]; /* how near a form of a stage is to saying the cohort: not 0 */
    bool by_date; /* some stage has a window, duplicates go by date, or an added value has to know
                     how long it was: forms wait for the last */
    bool keep_places; /* places are kept, and forms set aside are listed */
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
/* Rows of codes are longer, nearly always of few lengths: the first and the last of them, which may be the same. */
static inline void row_copy(const unsigned char *from, unsigned char *to, size_t n)
{
    if (n >= 2 * sizeof(uint64_t)) {
        __builtin_memcpy(to, from, n);
    } else if (n >= sizeof(uint64_t)) {
        __builtin_memcpy(to, from, sizeof(uint64_t));
        __builtin_memcpy(to + n - sizeof(uint64_t), from + n - sizeof(uint64_t), sizeof(uint64_t));
    } else if (n >= sizeof(uint32_t)) {
        __builtin_memcpy(to, from, sizeof(uint32_t));
        __builtin_memcpy(to + n - sizeof(uint32_t), from + n - sizeof(uint32_t), sizeof(uint32_t));
    } else {
        bytes_copy(from, to, n);
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

#endif

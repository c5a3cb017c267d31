/* engine/respondents.h - the join: forms of one respondent are brought together, stage by stage.

   A join holds the respondents of one instrument (and of its other versions, so that a child who
   outgrew one can be told from a child who left). What one respondent has of one version, or of
   one goal, is a series: a place for each stage.

   This is the only thing whose memory grows with people, so it is packed: a respondent is an id, a
   cohort and, for each stage, one code for each scale, as wide as the scale needs. Respondents may
   be divided among several of these (partitions, by a hash of the id), which know nothing of one
   another. */
#ifndef PELLTER_ENGINE_RESPONDENTS_H
#define PELLTER_ENGINE_RESPONDENTS_H

#include "engine/cohorts.h"
#include "engine/counted.h"
#include "engine/ids.h"
#include "engine/listing.h"
#include "engine/names.h"
#include "engine/study.h"

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
};

/* How one join's records are laid out; sizes and offsets in bytes. */
struct join_layout {
    bool is_goals;
    bool
        is_plain; /* its packed forms are a head and a payload, unless they have a long id or no stage */
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
    bool by_date; /* some stage has a window, or duplicates go by date: forms wait for the last */
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
static inline uint32_t payload_code(const struct join_layout *layout, const unsigned char *payload,
                                    size_t index)
{
    const unsigned char *const at = payload + index * layout->code_bytes;
    return layout->code_bytes == 1   ? at[0]
           : layout->code_bytes == 2 ? (uint32_t)at[0] | (uint32_t)at[1] << 8
                                     : (uint32_t)at[0] | (uint32_t)at[1] << 8 |
                                           (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Payloads are a few bytes, which a loop copies sooner than a function that has to find out how many
   they are. */
static inline void payload_copy(const struct join_layout *layout, const unsigned char *from,
                                unsigned char *to)
{
    for (size_t i = 0; i < layout->payload_bytes; i++) {
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
   length and borrows a long id and the payload from `bytes`. */
static inline size_t form_packed_most(const struct join_rules *rules, const struct form *form)
{
    return rules->packed_most +
           (id_is_long(form->id) ? (size_t)(form->id.words[1] & 0xffffffff) : 0);
}
size_t form_pack(const struct join_rules *rules, const struct form *form, unsigned char *bytes);
size_t form_unpack(const struct join_rules *rules, const unsigned char *bytes, struct form *form);

/* What is at a place: no form, one (or several that say the same), or several that differ. */
enum slot_state { SLOT_EMPTY, SLOT_FORM, SLOT_CONFLICT };

struct respondent {
    struct id id;
    uint32_t cohort;     /* by study.cohort_from */
    uint8_t cohort_rank; /* of the stage the cohort was read from; lower is better */
    bool moved;          /* forms differ on a cohort column */
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

/* Records of one size in blocks that never move. */
struct blocks {
    unsigned char **blocks; /* owned */
    size_t n_blocks, blocks_capacity;
};
#define BLOCK_RECORDS 256u

struct join {
    const struct join_layout *layout; /* borrowed from the rules */
    uint32_t *slots; /* owned: a hash table of numbers, with 8 bits of the hash on top of each */
    size_t n_slots;
    uint32_t n_respondents, n_series;
    struct blocks respondents;
    struct blocks series, first_series; /* goals; uint32_t, for each respondent */
    uint32_t *goal_slots; /* owned: goals: a hash table of series by respondent and goal */
    size_t n_goal_slots;
    struct names repeated; /* places (series, stage) with several forms that say the same ... */
    uint32_t *n_repeated;  /* ... owned: and how many more than one */
    size_t n_repeated_capacity;
    struct pending *pending; /* owned: forms that wait for respondents_resolve() */
    size_t n_pending, pending_capacity;
    unsigned char *pending_payloads; /* owned, n_pending x payload_bytes */
    size_t pending_payloads_capacity;
    uint64_t similar_ids; /* ids that a person would take for one of the others */
    struct arena long_ids;
};

/* A form that was set aside by the join, while its reason may still change. */
struct set_aside {
    uint64_t place;
    uint32_t respondent, series; /* series NO_NAME: in no window */
    uint16_t measure;
    uint8_t stage; /* LISTED_NO_STAGE: none */
    uint8_t reason;
};

/* One partition. Start with respondents_init(). */
struct respondents {
    const struct join_rules *rules; /* borrowed */
    struct join *joins;             /* owned, study->n_joins */
    uint64_t *set_aside_counts;     /* owned: [measure][reason] */
    struct set_aside *set_aside;    /* owned, n_set_aside: only where places are kept */
    size_t n_set_aside, set_aside_capacity;
};

/* False: no memory. */
bool respondents_init(struct respondents *respondents, const struct join_rules *rules);

/* Takes packed forms in: n bytes of them. Where dates decide, they wait; else each goes to its place at once: a second
   form there is set aside if its payload is the same, and if not, all forms of that place are.
   Copies what it keeps. False: no memory. */
bool respondents_add(struct respondents *respondents, const unsigned char *bytes, size_t n);

/* Puts the waiting forms in their places and settles which of the forms set aside are conflicting.
   Once, after the last form; the result does not depend on the order in which forms came. False: no
   memory. */
bool respondents_resolve(struct respondents *respondents);

/* Bytes that it holds now, nearly. */
size_t respondents_bytes(const struct respondents *respondents);

/* --- what is known, for count.c --- */

const struct respondent *join_respondent(const struct join *join, uint32_t respondent);

/* The number of an id in a join, or NO_NAME. */
uint32_t respondents_find(const struct respondents *respondents, size_t join, struct id id);

/* The series of a version that a respondent may have; whether it has a form is in its states. */
static inline uint32_t version_series(const struct join_layout *layout, uint32_t respondent,
                                      size_t version)
{
    return respondent * (uint32_t)layout->n_versions + (uint32_t)version;
}

/* A respondent's goals: the first series, or NO_NAME; and of one, its goal and what comes next. */
uint32_t first_goal(const struct join *join, uint32_t respondent);
const struct goal_series *join_goal(const struct join_layout *layout, const struct join *join,
                                    uint32_t series);

/* A series' places, as bytes that these read. */
const unsigned char *join_series(const struct join_layout *layout, const struct join *join,
                                 uint32_t series);
static inline enum slot_state series_state(const struct join_layout *layout,
                                           const unsigned char *series, size_t stage)
{
    return (enum slot_state)(series[layout->states + stage / 4] >> (stage % 4 * 2) & 3u);
}
static inline const unsigned char *series_payload(const struct join_layout *layout,
                                                  const unsigned char *series, size_t stage)
{
    return series + layout->codes + stage * layout->payload_bytes;
}
/* Of a place that is not empty: the date of its earliest form, or NO_DATE; and where the form was
   read (the first of several), where places are kept. */
int64_t series_date(const struct join_rules *rules, const struct join_layout *layout,
                    const unsigned char *series, size_t stage);
uint64_t series_place(const struct join_rules *rules, const struct join_layout *layout,
                      const unsigned char *series, size_t stage);

/* The date of a respondent's form at a stage (the earliest, where series differ), or NO_DATE. */
int64_t respondent_date(const struct respondents *respondents, size_t join, uint32_t respondent,
                        size_t stage);

void respondents_free(struct respondents *respondents);

#endif

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

#include "engine/counted.h"
#include "engine/form.h"

/* What is at a place: no form, one (or several that say the same), or several that differ. */
enum slot_state { SLOT_EMPTY, SLOT_FORM, SLOT_CONFLICT };

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
    return (enum slot_state)((unsigned)series[layout->states + stage / 4] >> (stage % 4 * 2) & 3u);
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

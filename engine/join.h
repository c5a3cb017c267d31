/* engine/join.h - what is known of the respondents of one instrument (and of its other versions, so
   that a child who outgrew one can be told from a child who left). What one respondent has of one
   version, or of one goal, is a series: a place for each stage.

   This is the only thing whose memory grows with people, so it is packed: a respondent is an id, a
   cohort and, for each stage, one code for each scale, as wide as the scale needs. Which form goes
   to which place is decided in respondents.c. */
#ifndef PELLTER_ENGINE_JOIN_H
#define PELLTER_ENGINE_JOIN_H

#include "engine/form.h"
#include "scales/gas.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* What is at a place: no form, one (or several that say the same), or several that differ. */
enum slot_state { SLOT_EMPTY, SLOT_FORM, SLOT_CONFLICT };

/* Records of one size in blocks that never move. The first of a block stands at the beginning of a
   line of the processor's cache, which is what memory gives at once: so one of 32 bytes takes no two
   of them. */
struct blocks {
    unsigned char **blocks; /* owned; each block itself, too */
    size_t n_blocks, blocks_capacity;
};
#define BLOCK_RECORDS 256u
#define BLOCK_ALIGNED ((size_t)64)

/* A hash table of the numbers of such records; a quarter of its slots at least is free. */
struct slots {
    uint32_t *numbers; /* owned */
    size_t n;          /* a power of two, or 0 */
};

#define RECENT_WEIGHTS 64

/* A form that waits until all forms of its respondent are known. */
struct pending {
    struct form form;
    uint32_t respondent, series;
    bool done;
};

/* Start with zeros and a layout. */
struct join {
    const struct join_layout *layout; /* borrowed from the rules; of goals, maybe the wide one */
    struct slots by_id;               /* respondents, with 8 bits of the hash on top of each */
    uint32_t n_respondents;
    uint32_t room; /* respondents that there are slots and records for */
    struct blocks respondents;
    struct blocks more_goals; /* n_more: of respondents with more than stand behind them */
    uint32_t n_more;
    struct names many;     /* goals (respondent, goal) of those who have very many ... */
    uint32_t *many_series; /* ... owned: and where they are */
    size_t many_capacity;
    struct names weight_numbers; /* goals: the weights that are given ... */
    uint32_t *weights;           /* ... owned, by number */
    size_t n_weights, weights_capacity;
    uint32_t recent_weights[RECENT_WEIGHTS]; /* numbers, by a hash */
    /* Words of the families, as far as some form names one, and one of more than a word. */
    struct blocks families[sizeof(struct family_id) / sizeof(uint64_t)];
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

void join_free(struct join *join);

/* Bytes that it holds now, nearly. */
size_t join_bytes(const struct join *join);

static inline void *block_record(const struct blocks *blocks, uint32_t number, size_t size)
{
    return blocks->blocks[number / BLOCK_RECORDS] + number % BLOCK_RECORDS * size;
}

/* --- respondents --- */

/* A slot: a respondent's number in 24 bits, and above it 8 bits of the hash, which tell most other
   ids without a look at them. */
#define SLOT_NUMBER UINT32_C(0xffffff)
#define SLOT_FREE UINT32_MAX

/* What of an id's hash says where it stands: the half that does not, above us, choose the partition.
   The lowest bits choose the slot, the highest are the tag. */
static inline uint32_t join_hash(struct id id)
{
    return (uint32_t)id_hash(id);
}
static inline uint32_t slot_tag(uint32_t hash)
{
    return hash & ~SLOT_NUMBER;
}

static inline struct respondent *join_respondent(const struct join *join, uint32_t respondent)
{
    return (struct respondent *)block_record(&join->respondents, respondent,
                                             join->layout->respondent_bytes);
}

/* The number of an id, or NO_NAME. */
uint32_t join_find(const struct join *join, struct id id);

/* The number of an id, which is new if need be; `hash` is join_hash(id). False: no memory. */
bool join_add(struct join *join, struct id id, uint32_t hash, uint32_t *respondent);

/* Makes room for one more respondent, where there is none: join_has_room(). False: no memory. */
bool join_make_room(struct join *join);
static inline bool join_has_room(const struct join *join)
{
    return join->n_respondents < join->room;
}

/* Where the search for an id begins. Slots are looked at four by four, so that whether an id stands in
   the first, the second, ... of its four is no question that a processor would have to guess at. */
#define SLOTS_AT_ONCE ((size_t)4)
static inline size_t first_slot(const struct slots *slots, uint64_t hash)
{
    return hash & ((slots->n - 1) & ~(SLOTS_AT_ONCE - 1));
}

/* Asks the memory for what join_look() will look at. */
static inline void join_ask(const struct join *join, uint32_t hash)
{
    __builtin_prefetch(&join->by_id.numbers[first_slot(&join->by_id, hash)]);
}

/* Of four slots, a bit for each that has this tag or is free. Those that are free come last. */
static inline unsigned look_at_slots(const uint32_t four[], uint32_t tag)
{
#if defined(__SSE2__)
    const __m128i x = _mm_load_si128((const __m128i *)(const void *)four); /* malloc() aligns */
    const __m128i tags = _mm_andnot_si128(_mm_set1_epi32((int)SLOT_NUMBER), x);
    const __m128i tagged = _mm_cmpeq_epi32(tags, _mm_set1_epi32((int)tag));
    const __m128i free = _mm_cmpeq_epi32(x, _mm_set1_epi32(-1));
    return (unsigned)_mm_movemask_ps(_mm_castsi128_ps(_mm_or_si128(tagged, free)));
#else
    unsigned seen = 0;
    for (unsigned i = 0; i < SLOTS_AT_ONCE; i++) {
        seen |= (unsigned)(((four[i] ^ tag) <= SLOT_NUMBER) | (four[i] == SLOT_FREE)) << i;
    }
    return seen;
#endif
}

/* The slot of the respondent with this hash, as far as can be told without a look at the id (it is
   another one's at times, seldom), or the free slot where a new one belongs. */
static inline uint32_t *join_look(const struct join *join, uint32_t hash)
{
    const struct slots *const slots = &join->by_id;
    size_t slot = first_slot(slots, hash);
    unsigned seen = look_at_slots(&slots->numbers[slot], slot_tag(hash));
    while (seen == 0) { /* not for ever: a quarter of the slots is free */
        slot = (slot + SLOTS_AT_ONCE) & (slots->n - 1);
        seen = look_at_slots(&slots->numbers[slot], slot_tag(hash));
    }
    return &slots->numbers[slot + (unsigned)__builtin_ctz(seen)];
}

/* A new respondent in the free slot that join_look() found, where there is room for one
   (join_make_room()). The id is not long, and there are no goals. */
static inline struct respondent *join_add_new(struct join *join, struct id id, uint32_t hash,
                                              uint32_t *slot)
{
    const uint32_t n = join->n_respondents++;
    struct respondent *const respondent = join_respondent(join, n);
    *respondent = (struct respondent){.id = id, .cohort_rank = UINT8_MAX, .family_rank = UINT8_MAX};
    *slot = slot_tag(hash) | n;
    return respondent;
}

/* The family that a form of a stage with this rank (form.h) names: of several, that of the stage which
   also says the cohort counts, and of one stage's the one with the least bytes. False: no memory. */
bool join_note_family(struct join *join, uint32_t respondent, struct family_id family,
                      uint8_t rank);

/* The same for a family of one word. */
static inline bool join_note_short_family(struct join *join, uint32_t respondent, uint64_t word,
                                          uint8_t rank)
{
    struct respondent *const r = join_respondent(join, respondent);
    const bool is_better = rank < r->family_rank;
    uint64_t *known;
    if (rank == r->family_rank || join->families[1].n_blocks > 0 ||
        respondent / BLOCK_RECORDS >= join->families[0].n_blocks) {
        return join_note_family(join, respondent, (struct family_id){{word, 0}}, rank);
    }
    /* which of two forms says the family cannot be foreseen: no branch */
    known = (uint64_t *)block_record(&join->families[0], respondent, sizeof *known);
    *known = is_better ? word : *known;
    r->family_rank = is_better ? rank : r->family_rank;
    return true;
}

/* Asks the memory for a respondent's family, if there may be one. */
static inline void join_ask_family(const struct join *join, uint32_t respondent)
{
    if (respondent / BLOCK_RECORDS < join->families[0].n_blocks) {
        __builtin_prefetch(block_record(&join->families[0], respondent, sizeof(uint64_t)), 1);
    }
}

/* A respondent's family, or none where no form names one. */
static inline struct family_id join_family(const struct join *join, uint32_t respondent)
{
    struct family_id family = {{0, 0}};
    for (size_t i = 0; i < sizeof family.words / sizeof family.words[0]; i++) {
        if (respondent / BLOCK_RECORDS < join->families[i].n_blocks) {
            family.words[i] = *(const uint64_t *)block_record(&join->families[i], respondent,
                                                              sizeof family.words[i]);
        }
    }
    return family;
}

/* --- series --- */

/* The series of a version that a respondent may have; whether it has a form is in its states. */
static inline uint32_t version_series(const struct join_layout *layout, uint32_t respondent,
                                      size_t version)
{
    return respondent * (uint32_t)layout->n_versions + (uint32_t)version;
}

/* A series' places, as bytes that the functions below read and write. The series of versions stand
   behind their respondent: who looks at one looks at the other. */
unsigned char *join_series(const struct join *join, uint32_t series);

/* A number as it is kept: + 1, so that what nobody wrote is NO_NAME. */
static inline uint32_t number_at(const struct join_layout *layout, const unsigned char *at)
{
    uint16_t narrow;
    uint32_t wide;
    if (layout->number_bytes == sizeof narrow) {
        __builtin_memcpy(&narrow, at, sizeof narrow);
        return (uint32_t)narrow - 1;
    }
    __builtin_memcpy(&wide, at, sizeof wide);
    return wide - 1;
}
static inline void number_put(const struct join_layout *layout, unsigned char *at, uint32_t number)
{
    const uint16_t narrow = (uint16_t)(number + 1);
    const uint32_t wide = number + 1;
    if (layout->number_bytes == sizeof narrow) {
        __builtin_memcpy(at, &narrow, sizeof narrow);
    } else {
        __builtin_memcpy(at, &wide, sizeof wide);
    }
}
static inline bool number_fits(const struct join_layout *layout, uint32_t number)
{
    return layout->number_bytes == sizeof(uint32_t) || number + 1 <= UINT16_MAX;
}
static inline bool code_fits(const struct join_layout *layout, uint32_t code)
{
    return layout->stored_bytes == sizeof(uint32_t) || code <= UINT8_MAX;
}

/* Series of goals are numbered by their respondent and their place behind it, or by where they stand among
   those for which there is no room there. */
#define INLINE_BITS 4
#define MORE_SERIES (UINT32_C(1) << 31)

/* One of a respondent's goals. Used as: for (g = goals_of(join, respondent); g.at != NULL; goals_next(join, &g)) */
struct goal_cursor {
    const unsigned char *at; /* the series; NULL behind the last */
    uint32_t series;         /* its number */
    size_t left;             /* places behind it in its record */
    uint32_t more;           /* the next record of series, + 1; 0: none */
};
static inline void goals_more(const struct join *join, struct goal_cursor *goals)
{
    const unsigned char *record;
    goals->at = NULL;
    if (goals->more != 0) {
        record = (const unsigned char *)block_record(&join->more_goals, goals->more - 1,
                                                     join->layout->more_bytes);
        goals->at = record + sizeof goals->more;
        goals->series = MORE_SERIES | (goals->more - 1) * (uint32_t)MORE_GOALS;
        goals->left = MORE_GOALS - 1;
        __builtin_memcpy(&goals->more, record, sizeof goals->more);
    }
}
static inline struct goal_cursor goals_of(const struct join *join, uint32_t respondent)
{
    const unsigned char *const r = (const unsigned char *)join_respondent(join, respondent);
    struct goal_cursor goals = {.at = r + INLINE_GOALS,
                                .series = respondent << INLINE_BITS,
                                .left = join->layout->n_inline - 1};
    __builtin_memcpy(&goals.more, r + sizeof(struct respondent), sizeof goals.more);
    if (number_at(join->layout, goals.at) == NO_NAME) {
        goals.at = NULL;
    }
    return goals;
}
static inline void goals_next(const struct join *join, struct goal_cursor *goals)
{
    goals->at += join->layout->series_bytes;
    goals->series++;
    if (goals->left == 0 || number_at(join->layout, goals->at) == NO_NAME) {
        goals_more(join, goals);
    } else {
        goals->left--;
    }
}

/* Which goal a series is of, and what is known of it: the category of the earliest stage that gives one,
   or NO_NAME, and the flags of all. */
struct known_goal {
    uint32_t goal, category, flags;
};
static inline struct known_goal goal_at(const struct join_layout *layout, const unsigned char *at)
{
    struct known_goal known = {.goal = number_at(layout, at), .category = NO_NAME};
    uint16_t flags;
    if (layout->category_stage > layout->category) {
        known.category = number_at(layout, at + layout->category);
    }
    if (layout->states > layout->flags) {
        __builtin_memcpy(&flags, at + layout->flags, sizeof flags);
        known.flags = flags;
    }
    return known;
}

/* The respondent's series of this goal, which is new if need be. False: no memory. */
bool join_add_goal(struct join *join, uint32_t respondent, uint32_t goal, uint32_t *series);

/* What a place keeps of a rating with this payload: a code for its level and weight, one of them for each
   pair; and back. False: no memory. */
bool join_rating_code(struct join *join, const unsigned char *payload, uint32_t *code);
static inline uint32_t rating_level(uint32_t code) /* in halves above -2 */
{
    return code % GAS_N_HALVES;
}
static inline uint32_t rating_weight(const struct join *join, uint32_t code) /* + 1; 0: none */
{
    return join->n_weights == 0 ? 0 : join->weights[code / GAS_N_HALVES];
}

/* Makes place for numbers of names and codes of ratings up to these, where the layout has none yet: all
   records may move. False: no memory. */
bool join_fit(struct join *join, uint32_t goal, uint32_t category, uint32_t code);

/* The series of a goal behind its respondent, or where it would stand there; NULL: there is no room. The goal
   has to fit. */
static inline unsigned char *inline_goal(const struct join_layout *layout,
                                         struct respondent *respondent, uint32_t goal)
{
    unsigned char *at = (unsigned char *)respondent + INLINE_GOALS;
    for (size_t i = 0; i < layout->n_inline; i++, at += layout->series_bytes) {
        const uint32_t known = number_at(layout, at);
        if (known == goal) {
            return at;
        }
        if (known == NO_NAME) {
            number_put(layout, at, goal);
            return at;
        }
    }
    return NULL;
}

/* Notes of a goal what a form of a stage says of it. A union, and below a least element: neither depends on
   the order of the forms. */
void note_goal(const struct join_rules *rules, const struct join_layout *layout, unsigned char *at,
               uint32_t category, uint32_t flags, uint32_t stage);

static inline enum slot_state series_state(const struct join_layout *layout,
                                           const unsigned char *series, size_t stage)
{
    return (enum slot_state)((unsigned)series[layout->states + stage / 4] >> (stage % 4 * 2) & 3u);
}
static inline void series_set_state(const struct join_layout *layout, unsigned char *series,
                                    size_t stage, enum slot_state state)
{
    unsigned char *const byte = &series[layout->states + stage / 4];
    *byte =
        (unsigned char)((*byte & ~(3u << (stage % 4 * 2))) | (unsigned)state << (stage % 4 * 2));
}

static inline const unsigned char *series_payload(const struct join_layout *layout,
                                                  const unsigned char *series, size_t stage)
{
    return series + layout->codes + stage * layout->stored_bytes;
}
/* What a place is to keep: of a questionnaire a payload, of a goal a code for it. False where it is not
   empty: then nothing is changed. */
static inline bool series_fill(const struct join_layout *layout, unsigned char *series,
                               size_t stage, const unsigned char *stored)
{
    unsigned char *const states = &series[layout->states + stage / 4];
    const unsigned shift = stage % 4 * 2;
    if (((unsigned)*states >> shift & 3u) != SLOT_EMPTY) {
        return false;
    }
    *states = (unsigned char)((unsigned)*states | (unsigned)SLOT_FORM << shift);
    bytes_copy(stored, series + layout->codes + stage * layout->stored_bytes, layout->stored_bytes);
    return true;
}

/* Of a place that is not empty: the date of its earliest form, or NO_DATE (always where dates do not
   decide); and where the form was read (the first of several; 0 where places are not kept). Where
   they are not kept, setting them changes nothing. */
int64_t series_date(const struct join_rules *rules, const struct join_layout *layout,
                    const unsigned char *series, size_t stage);
void series_set_date(const struct join_rules *rules, const struct join_layout *layout,
                     unsigned char *series, size_t stage, int64_t date);
uint64_t series_place(const struct join_rules *rules, const struct join_layout *layout,
                      const unsigned char *series, size_t stage);
void series_set_place(const struct join_rules *rules, const struct join_layout *layout,
                      unsigned char *series, size_t stage, uint64_t place);

/* The date of a respondent's form at a stage (the earliest, where series differ), or NO_DATE. */
int64_t join_date(const struct join_rules *rules, const struct join *join, uint32_t respondent,
                  size_t stage);

#endif

/* engine/join.h - what is known of the respondents of one instrument (and of its other versions, so
   that a child who outgrew one can be told from a child who left). What one respondent has of one
   version, or of one goal, is a series: a place for each stage.

   This is the only thing whose memory grows with people, so it is packed: a respondent is an id, a
   cohort and, for each stage, one code for each scale, as wide as the scale needs. Which form goes
   to which place is decided in respondents.c. */
#ifndef PELLTER_ENGINE_JOIN_H
#define PELLTER_ENGINE_JOIN_H

#include "engine/packed.h"
#include "scales/gas.h"

#include "scales/wide.h"

#if defined(HAS_WIDE)
#include <immintrin.h>
#elif defined(__SSE2__)
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

/* Start with join_init(). */
struct join {
    const struct join_layout *layout; /* borrowed from the rules; of goals, maybe the wide one */
    /* Which words of ids and families there are, of all respondents as soon as of one: as those of packed
       forms (packed.h). They stand in front of a respondent, the first of them next to it. */
    unsigned words;
    size_t front, record_bytes; /* of those words, and with them */
    struct slots by_id;         /* respondents, with 8 bits of the hash on top of each */
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
    struct names repeated; /* places (series, stage) with several forms that say the same ... */
    uint32_t *n_repeated;  /* ... owned: and how many more than one */
    size_t n_repeated_capacity;
    struct pending *pending; /* owned: forms that wait for respondents_resolve() */
    size_t n_pending, pending_capacity;
    unsigned char *pending_payloads; /* owned, n_pending x payload_bytes */
    size_t pending_payloads_capacity;
    uint64_t similar_ids; /* ids that a person would take for one of the others */
    struct arena long_ids;
    size_t long_id_bytes;
};

void join_init(struct join *join, const struct join_layout *layout);
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
    unsigned char *const record = block_record(&join->respondents, respondent, join->record_bytes);
    return (struct respondent *)(void *)(record + join->front);
}

/* Makes words of ids and families that there are not yet: then all records move. False: no memory. */
bool join_make_words(struct join *join, unsigned words);

/* One of the words in front of a respondent, that there has to be. */
static inline uint64_t *respondent_word(const struct join *join, struct respondent *respondent,
                                        unsigned word)
{
    return (uint64_t *)respondent - 1 - packed_more(join->words & (word - 1));
}

static inline struct id join_id(const struct join *join, uint32_t number)
{
    struct respondent *const respondent = join_respondent(join, number);
    const bool two = (join->words & PACKED_TWO_WORDS) != 0;
    return (struct id){
        {respondent->id_word, two ? *respondent_word(join, respondent, PACKED_TWO_WORDS) : 0}};
}

/* The number of an id, or NO_NAME. */
uint32_t join_find(const struct join *join, struct id id);

/* The number of an id, which is new if need be; `hash` is join_hash(id). There have to be words for it.
   False: no memory. */
bool join_add(struct join *join, struct id id, uint32_t hash, uint32_t *respondent);

/* Makes room for n more respondents. False: no memory. */
bool join_make_room(struct join *join, uint32_t n);
static inline bool join_has_room(const struct join *join, uint32_t n)
{
    return join->room - join->n_respondents >= n;
}

/* Where the search for an id begins. Slots are looked at several at once, so that whether an id stands in
   the first, the second, ... of them is no question that a processor would have to guess at. */
#define SLOTS_AT_ONCE ((size_t)8)
static inline size_t first_slot(const struct slots *slots, uint32_t hash)
{
    return hash & ((slots->n - 1) & ~(SLOTS_AT_ONCE - 1));
}

/* Asks the memory for what join_look() will look at. */
static inline void join_ask(const struct join *join, uint32_t hash)
{
    __builtin_prefetch(&join->by_id.numbers[first_slot(&join->by_id, hash)]);
}

#if defined(__SSE2__)
static inline unsigned four_slots(const uint32_t four[], __m128i tag)
{
    const __m128i x = _mm_load_si128((const __m128i *)(const void *)four);
    const __m128i tagged = _mm_cmpeq_epi32(_mm_srli_epi32(x, 24), tag);
    const __m128i is_free = _mm_cmpeq_epi32(x, _mm_set1_epi32(-1));
    return (unsigned)_mm_movemask_ps(_mm_castsi128_ps(_mm_or_si128(tagged, is_free)));
}
#endif

/* Of slots, a bit for each that has the tag of this hash or is free. Those that are free come last. */
static inline unsigned look_at_slots(const uint32_t slots[], uint32_t hash)
{
#if defined(__SSE2__)
    const __m128i tag = _mm_set1_epi32((int)(hash >> 24));
    return four_slots(slots, tag) | four_slots(slots + 4, tag) << 4;
#else
    unsigned seen = 0;
    for (unsigned i = 0; i < SLOTS_AT_ONCE; i++) {
        seen |= (unsigned)(((slots[i] ^ hash) <= SLOT_NUMBER) | (slots[i] == SLOT_FREE)) << i;
    }
    return seen;
#endif
}

#if defined(HAS_WIDE)
static inline FOR_WIDE unsigned look_at_slots_wide(const uint32_t slots[], uint32_t hash)
{
    const __m256i x = _mm256_load_si256((const __m256i *)(const void *)slots);
    const __m256i other = _mm256_srli_epi32(_mm256_xor_si256(x, _mm256_set1_epi32((int)hash)), 24);
    const __m256i tagged = _mm256_cmpeq_epi32(other, _mm256_setzero_si256());
    const __m256i is_free = _mm256_cmpeq_epi32(x, _mm256_set1_epi32(-1));
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_or_si256(tagged, is_free)));
}
#else
#define look_at_slots_wide look_at_slots
#endif

/* Of slots, a bit for each that is free. */
static inline unsigned free_slots(const uint32_t slots[])
{
#if defined(__SSE2__)
    const __m128i none = _mm_set1_epi32(-1);
    const __m128i *const x = (const __m128i *)(const void *)slots;
    const __m128i low = _mm_cmpeq_epi32(_mm_load_si128(x), none);
    const __m128i high = _mm_cmpeq_epi32(_mm_load_si128(x + 1), none);
    return (unsigned)_mm_movemask_ps(_mm_castsi128_ps(low)) |
           (unsigned)_mm_movemask_ps(_mm_castsi128_ps(high)) << 4;
#else
    unsigned seen = 0;
    for (unsigned i = 0; i < SLOTS_AT_ONCE; i++) {
        seen |= (unsigned)(slots[i] == SLOT_FREE) << i;
    }
    return seen;
#endif
}

/* The slot of the respondent with this hash, as far as can be told without a look at the id (it is
   another one's at times, seldom), or the free slot where a new one belongs. */
static INTO_CALLER uint32_t *join_look(const struct join *join, uint32_t hash, bool wide)
{
    const struct slots *const slots = &join->by_id;
    uint32_t *at = &slots->numbers[first_slot(slots, hash)];
    unsigned seen = wide ? look_at_slots_wide(at, hash) : look_at_slots(at, hash);
    while (seen == 0) { /* not for ever: a quarter of the slots is free */
        const size_t slot = (size_t)(at - slots->numbers) + SLOTS_AT_ONCE;
        at = &slots->numbers[slot & (slots->n - 1)];
        seen = wide ? look_at_slots_wide(at, hash) : look_at_slots(at, hash);
    }
    return &at[(unsigned)__builtin_ctz(seen)];
}

/* The family that a form of a stage with this rank (form.h) names: of several, that of the stage which
   also says the cohort counts, and of one stage's the one with the least bytes. There have to be words for
   it. */
void join_note_family(struct join *join, struct respondent *respondent, struct family_id family,
                      uint8_t rank);

/* The same for a family of one word, or none, where no family has more. */
static inline void join_note_short_family(struct join *join, struct respondent *respondent,
                                          uint64_t word, uint8_t rank)
{
    uint64_t *const known = respondent_word(join, respondent, PACKED_FAMILY);
    const bool is_better = (rank > respondent->family_rank) & (word != 0);
    if (rank == respondent->family_rank && word != 0) {
        join_note_family(join, respondent, (struct family_id){{word, 0}}, rank);
        return;
    }
    /* which of two forms says the family cannot be foreseen: no branch */
    *known = is_better ? word : *known;
    respondent->family_rank = is_better ? rank : respondent->family_rank;
}

/* A respondent's family, or none where no form names one. */
static inline struct family_id join_family(const struct join *join, uint32_t number)
{
    struct respondent *const respondent = join_respondent(join, number);
    struct family_id family = {{0, 0}};
    if ((join->words & PACKED_FAMILY) != 0) {
        family.words[0] = *respondent_word(join, respondent, PACKED_FAMILY);
    }
    if ((join->words & PACKED_TWO_FAMILY_WORDS) != 0) {
        family.words[1] = *respondent_word(join, respondent, PACKED_TWO_FAMILY_WORDS);
    }
    return family;
}

/* --- series --- */

/* The series of a version that a respondent may have; its bits say whether there is a form. */
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

/* A place of a goal keeps the code of its rating + 1: 0 is none, and the largest number, which no rating
   has, several ratings that differ. */
static inline uint32_t rating_conflict(size_t stored_bytes)
{
    return stored_bytes == 1 ? UINT8_MAX : UINT32_MAX;
}
static inline bool code_fits(const struct join_layout *layout, uint32_t code)
{
    return layout->stored_bytes == sizeof(uint32_t) || code + 1 < UINT8_MAX;
}

/* Series of goals are numbered by their respondent and their place behind it, or by where they stand among
   those for which there is no room there. */
#define INLINE_BITS 4
#define MORE_SERIES (UINT32_C(1) << 31)
static inline uint32_t inline_series(uint32_t respondent, size_t i)
{
    return respondent << INLINE_BITS | (uint32_t)i;
}
static inline uint32_t more_series(uint32_t more, size_t i)
{
    return MORE_SERIES | (more * (uint32_t)MORE_GOALS + (uint32_t)i);
}

/* Where the next of those stand, + 1, which a record of goals begins with; 0: there are no more. */
static inline uint32_t more_at(const void *at)
{
    uint32_t more;
    __builtin_memcpy(&more, at, sizeof more);
    return more;
}
static inline unsigned char *more_record(const struct join *join, uint32_t more)
{
    return block_record(&join->more_goals, more, join->layout->more_bytes);
}

/* One of a respondent's goals. Used as: for (g = goals_of(join, respondent); g.at != NULL; goals_next(join, &g)) */
struct goal_cursor {
    const unsigned char *at;     /* the series; NULL behind the last */
    const unsigned char *number; /* of the goal, as it is kept */
    uint32_t series;             /* its number */
    size_t left;                 /* places behind it in its record */
    uint32_t more;               /* the next record of series, + 1; 0: none */
};
static inline void goals_more(const struct join *join, struct goal_cursor *goals)
{
    goals->at = NULL;
    if (goals->more != 0) {
        const unsigned char *const record = more_record(join, goals->more - 1);
        goals->at = record + join->layout->more_series;
        goals->number = record + sizeof goals->more;
        goals->series = more_series(goals->more - 1, 0);
        goals->left = MORE_GOALS - 1;
        goals->more = more_at(record);
    }
}
static inline struct goal_cursor goals_of(const struct join *join, uint32_t respondent)
{
    const unsigned char *const r = (const unsigned char *)join_respondent(join, respondent);
    struct goal_cursor goals = {.at = r + join->layout->inline_series,
                                .number = r + INLINE_GOALS,
                                .series = inline_series(respondent, 0),
                                .left = join->layout->n_inline - 1,
                                .more = more_at(r + sizeof(struct respondent))};
    if (number_at(join->layout, goals.number) == NO_NAME) {
        goals.at = NULL;
    }
    return goals;
}
static inline void goals_next(const struct join *join, struct goal_cursor *goals)
{
    goals->at += join->layout->series_bytes;
    goals->number += join->layout->number_bytes;
    goals->series++;
    if (goals->left == 0 || number_at(join->layout, goals->number) == NO_NAME) {
        goals_more(join, goals);
    } else {
        goals->left--;
    }
}

/* Which goal it is, and what is known of it: the category of the earliest stage that gives one, or NO_NAME,
   and the flags of all. */
struct known_goal {
    uint32_t goal, category, flags;
};
static inline struct known_goal goal_at(const struct join_layout *layout,
                                        const struct goal_cursor *goal)
{
    struct known_goal known = {.goal = number_at(layout, goal->number), .category = NO_NAME};
    uint16_t flags;
    if (layout->category_stage > layout->category) {
        known.category = number_at(layout, goal->at + layout->category);
    }
    if (layout->forms > layout->flags) {
        __builtin_memcpy(&flags, goal->at + layout->flags, sizeof flags);
        known.flags = flags;
    }
    return known;
}

/* The respondent's series of this goal, which is new if need be. False: no memory. */
bool join_add_goal(struct join *join, uint32_t respondent, uint32_t goal, uint32_t *series);

/* Where a weight is remembered that was seen not long ago. */
static inline uint32_t *recent_weight(struct join *join, uint32_t weight)
{
    return &join->recent_weights[weight * UINT32_C(0x9e3779b1) >> 26]; /* of RECENT_WEIGHTS */
}
bool join_new_weight(struct join *join, uint32_t weight, uint32_t *number);

/* What stands for a rating with this payload: a code for its level and weight, one of them for each
   pair. False: no memory. */
static inline bool join_rating_code(struct join *join, const unsigned char *payload, uint32_t *code)
{
    const struct join_layout *const layout = join->layout;
    uint32_t number = 0;
    if (layout->n_payload > GOAL_PAYLOAD_WEIGHT) {
        const uint32_t weight = payload_code(layout, payload, GOAL_PAYLOAD_WEIGHT);
        number = *recent_weight(join, weight);
        if ((number >= join->n_weights || join->weights[number] != weight) &&
            !join_new_weight(join, weight, &number)) {
            return false;
        }
    }
    *code = number * GAS_N_HALVES + payload_code(layout, payload, GOAL_PAYLOAD_LEVEL);
    return true;
}
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

/* Where among the numbers behind a respondent a goal's is, or the first that is none's; n_inline: there is
   neither. Which of its goals it is cannot be foreseen: no branch. */
static inline size_t inline_place(const struct join_layout *layout, const unsigned char *numbers,
                                  uint32_t goal)
{
    size_t place = layout->n_inline;
#if defined(__SSE2__)
    if (layout->number_bytes ==
        sizeof(uint16_t)) { /* of MOST_INLINE, which are there in any record */
        const __m128i known = _mm_loadu_si128((const __m128i *)(const void *)numbers);
        const __m128i same = _mm_cmpeq_epi16(known, _mm_set1_epi16((short)(goal + 1)));
        const __m128i none = _mm_cmpeq_epi16(known, _mm_setzero_si128());
        const unsigned seen = (unsigned)_mm_movemask_epi8(_mm_or_si128(same, none));
        return (unsigned)__builtin_ctz(seen | 1u << 2 * place) / 2;
    }
#endif
    for (size_t i = place; i-- > 0;) {
        const uint32_t known = number_at(layout, numbers + i * layout->number_bytes);
        place = ((known == goal) | (known == NO_NAME)) != 0 ? i : place;
    }
    return place;
}

/* The series of a goal behind its respondent, or where it would stand there; NULL: there is no room. The goal
   has to fit. */
static inline unsigned char *inline_goal(const struct join_layout *layout,
                                         struct respondent *respondent, uint32_t goal)
{
    unsigned char *const numbers = (unsigned char *)respondent + INLINE_GOALS;
    const size_t place = inline_place(layout, numbers, goal);
    if (place == layout->n_inline) {
        return NULL;
    }
    number_put(layout, numbers + place * layout->number_bytes, goal);
    return (unsigned char *)respondent + layout->inline_series + place * layout->series_bytes;
}

/* Notes of a goal what a form of a stage says of it. A union, and below a least element: neither depends on
   the order of the forms. */
bool comes_before(const struct join_rules *rules, uint32_t category, uint32_t other);
static inline void note_goal(const struct join_rules *rules, const struct join_layout *layout,
                             unsigned char *at, uint32_t category, uint32_t flags, uint32_t stage)
{
    if (layout->forms > layout->flags) {
        uint16_t all;
        __builtin_memcpy(&all, at + layout->flags, sizeof all);
        all = (uint16_t)(all | flags);
        __builtin_memcpy(at + layout->flags, &all, sizeof all);
    }
    if (category != NO_NAME && layout->category_stage > layout->category) {
        /* The stage is kept + 1; 0, where no category is known, comes after all. */
        const uint32_t known = number_at(layout, at + layout->category);
        const uint8_t of = (uint8_t)(at[layout->category_stage] - 1);
        bool is_better = stage < of;
        if (stage == of && category != known) {
            is_better = comes_before(rules, category, known);
        }
        number_put(layout, at + layout->category, is_better ? category : known);
        at[layout->category_stage] = (unsigned char)((is_better ? stage : of) + 1);
    }
}

/* What is at a place: of a questionnaire its payload, of a goal its rating as above. */
static inline const unsigned char *series_payload(const struct join_layout *layout,
                                                  const unsigned char *series, size_t stage)
{
    return series + layout->codes + stage * layout->stored_bytes;
}
static inline uint32_t series_rating(const struct join_layout *layout, const unsigned char *series,
                                     size_t stage)
{
    return code_at(series_payload(layout, series, stage), layout->stored_bytes);
}

static inline enum slot_state rating_state(const struct join_layout *layout,
                                           const unsigned char *series, size_t stage)
{
    const uint32_t rating = series_rating(layout, series, stage);
    return rating == 0                                       ? SLOT_EMPTY
           : rating == rating_conflict(layout->stored_bytes) ? SLOT_CONFLICT
                                                             : SLOT_FORM;
}
static inline enum slot_state series_state(const struct join_layout *layout,
                                           const unsigned char *series, size_t stage)
{
    if (layout->is_goals) {
        return rating_state(layout, series, stage);
    }
    const unsigned is_form = (unsigned)series[layout->forms + stage / 8] >> stage % 8 & 1u;
    const unsigned is_conflict = (unsigned)series[layout->conflicts + stage / 8] >> stage % 8 & 1u;
    return (enum slot_state)(is_form + is_conflict);
}
_Static_assert(SLOT_EMPTY == 0 && SLOT_FORM == 1 && SLOT_CONFLICT == 2,
               "where forms differ there are any");
/* The same of all stages of a questionnaire: where there is a form, and where several differ. */
struct stage_bits {
    uint64_t forms, conflicts;
};
static inline struct stage_bits series_stages(const struct join_layout *layout,
                                              const unsigned char *series)
{
    const size_t n_bytes = layout->conflicts - layout->forms;
    struct stage_bits bits = {0, 0};
    for (size_t i = 0; i < n_bytes; i++) {
        bits.forms |= (uint64_t)series[layout->forms + i] << 8 * i;
        bits.conflicts |= (uint64_t)series[layout->conflicts + i] << 8 * i;
    }
    return bits;
}
static inline void series_set_conflict(const struct join_layout *layout, unsigned char *series,
                                       size_t stage)
{
    if (layout->is_goals) {
        code_put(series + layout->codes + stage * layout->stored_bytes,
                 rating_conflict(layout->stored_bytes), layout->stored_bytes);
        return;
    }
    unsigned char *const byte = &series[layout->conflicts + stage / 8];
    *byte = (unsigned char)(*byte | 1u << stage % 8);
}

/* What a place is to keep: of a questionnaire a payload, of a goal its rating as above. False where it is not
   empty: then nothing is changed. */
static inline bool rating_fill(const struct join_layout *layout, unsigned char *series,
                               size_t stage, uint32_t rating)
{
    unsigned char *const at = series + layout->codes + stage * layout->stored_bytes;
    if (code_at(at, layout->stored_bytes) != 0) {
        return false;
    }
    code_put(at, rating, layout->stored_bytes);
    return true;
}
static inline bool series_fill(const struct join_layout *layout, unsigned char *series,
                               size_t stage, const unsigned char *stored)
{
    if (layout->is_goals) {
        return rating_fill(layout, series, stage, code_at(stored, layout->stored_bytes));
    }
    unsigned char *const byte = &series[layout->forms + stage / 8];
    const unsigned forms = *byte, bit = 1u << stage % 8;
    if ((forms & bit) != 0) {
        return false;
    }
    *byte = (unsigned char)(forms | bit);
    row_copy(stored, series + layout->codes + stage * layout->stored_bytes, layout->stored_bytes);
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

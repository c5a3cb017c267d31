/* engine/kin.c - a member is its family and join, its cohort, how many bytes follow, and these: for
   each sum what it is of, and two numbers that are nearly always small; for each scale the stages at
   which there is a score, and which. The many sums that a scale gives would take ten times the room. */
#include "engine/kin.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"
#include "engine/names.h"

struct member_head {
    struct family_id family;
    uint32_t cohort;
    uint16_t join;
    uint16_t n_bytes;
};

/* How many bytes of a member are enough: an entry more, and they still have to fit in 16 bits. */
#define MOST_BYTES 60000
/* The longest number, of 7 bits each. */
#define NUMBER_BYTES 10
/* Of a page, unless it holds one member that is longer. With what malloc() adds, 2 KiB. */
#define PAGE_BYTES ((size_t)2048 - sizeof(struct kin_page) - 16)
/* Where a sum has its stage: not a sum. */
#define OUTCOMES 0xff
#define MEMBER_ROOM (sizeof(struct member_head) + UINT16_MAX)
_Static_assert(MAX_STAGES < OUTCOMES &&
                   MOST_BYTES + 2 * NUMBER_BYTES + 1 + MAX_STAGES * NUMBER_BYTES <= UINT16_MAX,
               "a member fits");

/* --- writing down --- */

static void begin_member(struct kin *kin, const struct member_head *head)
{
    memcpy(kin->member, head, sizeof *head);
    kin->n_member = sizeof *head;
}

bool kin_begin(struct kin *kin, struct family_id family, size_t join, uint32_t cohort)
{
    if (kin->member == NULL) {
        kin->member = malloc(MEMBER_ROOM);
    }
    if (kin->member == NULL) {
        return false;
    }
    begin_member(kin,
                 &(struct member_head){.family = family, .cohort = cohort, .join = (uint16_t)join});
    return true;
}

/* Returns what stands behind it. */
static unsigned char *put_number(unsigned char *to, uint64_t number)
{
    for (; number >= 0x80; number >>= 7) {
        *to++ = (unsigned char)(number | 0x80);
    }
    *to++ = (unsigned char)number;
    return to;
}

static uint64_t get_number(const unsigned char **from)
{
    uint64_t number = 0;
    unsigned shift = 0;
    for (; **from >= 0x80; ++*from, shift += 7) {
        number |= (uint64_t)(**from & 0x7f) << shift;
    }
    return number | (uint64_t) * (*from)++ << shift;
}

/* Room for an entry more: a member with very much is written down as two of one family. */
static bool make_room(struct kin *kin)
{
    struct member_head head;
    if (kin->n_member <= MOST_BYTES) {
        return true;
    }
    memcpy(&head, kin->member, sizeof head);
    if (!kin_end(kin)) {
        return false;
    }
    begin_member(kin, &head);
    return true;
}

bool kin_put(struct kin *kin, const struct family_sum *of, uint64_t members, int64_t sum)
{
    unsigned char *to;
    if (!make_room(kin)) {
        return false;
    }
    to = put_number(kin->member + kin->n_member, of->scale);
    *to++ = of->stage;
    *to++ = of->later;
    if (of->later >= FAMILY_ATTAINED) {
        memcpy(to, &of->about, sizeof of->about);
        to += sizeof of->about;
    }
    to = put_number(to, members);
    /* The sign goes to the lowest bit, so that small numbers stay short. */
    to = put_number(to, (uint64_t)sum << 1 ^ (sum < 0 ? UINT64_MAX : 0));
    kin->n_member = (size_t)(to - kin->member);
    return true;
}

bool kin_put_outcomes(struct kin *kin, size_t scale, uint64_t stages, const outcome outcomes[])
{
    unsigned char *to;
    if (stages == 0) {
        return true;
    }
    if (!make_room(kin)) {
        return false;
    }
    to = put_number(kin->member + kin->n_member, scale);
    *to++ = OUTCOMES;
    to = put_number(to, stages);
    for (; stages != 0; stages &= stages - 1) {
        to = put_number(to, outcomes[__builtin_ctzll(stages)] - N_REASONS);
    }
    kin->n_member = (size_t)(to - kin->member);
    return true;
}

static uint64_t family_hash(const struct member_head *head)
{
    return id_fold(head->family.words[0] ^ (uint64_t)head->join << 48, head->family.words[1]);
}

struct kin_page *kin_room(struct kin *kin, size_t bundle, size_t n)
{
    struct kin_page *page = kin->bundles[bundle];
    if (page == NULL || page->capacity - page->n < n) {
        const size_t capacity = n > PAGE_BYTES ? n : PAGE_BYTES;
        page = malloc(sizeof *page + capacity);
        if (page == NULL) {
            return NULL;
        }
        *page = (struct kin_page){.next = kin->bundles[bundle], .capacity = capacity};
        kin->bundles[bundle] = page;
        kin->n_bytes += capacity;
    }
    return page;
}

bool kin_end(struct kin *kin)
{
    struct member_head head;
    struct kin_page *page;
    if (kin->n_member == sizeof head) {
        return true; /* nothing is known of this member */
    }
    memcpy(&head, kin->member, sizeof head);
    head.n_bytes = (uint16_t)(kin->n_member - sizeof head);
    memcpy(kin->member, &head, sizeof head);
    page = kin_room(kin, (size_t)(family_hash(&head) % KIN_BUNDLES), kin->n_member);
    if (page == NULL) {
        return false;
    }
    memcpy(page->bytes + page->n, kin->member, kin->n_member);
    page->n += kin->n_member;
    return true;
}

/* --- reading --- */

struct known_sum {
    struct family_sum of;
    struct family_part part;
};

/* What one member has on a scale. */
struct known_outcomes {
    uint16_t scale;
    bool counted; /* with another member's */
    struct member_scores scores;
};

static bool has_outcomes(const unsigned char *from)
{
    (void)get_number(&from);
    return *from == OUTCOMES;
}

/* The scale and the stages of a member's next outcomes. */
static uint16_t get_stages(const unsigned char **from, uint64_t *stages)
{
    const uint16_t scale = (uint16_t)get_number(from);
    ++*from;
    *stages = get_number(from);
    return scale;
}

static void get_outcomes(const unsigned char **from, size_t n_stages, uint32_t cohort,
                         struct known_outcomes *known)
{
    known->scale = get_stages(from, &known->scores.stages);
    known->counted = false;
    known->scores.cohort = cohort;
    for (size_t i = 0; i < n_stages; i++) {
        known->scores.at[i] = (known->scores.stages >> i & 1) != 0
                                  ? N_REASONS + (outcome)get_number(from)
                                  : (outcome)REASON_NO_FORM;
    }
}

/* The next sum of a member, and where what it is about stands. */
static struct known_sum get_sum(const unsigned char **from, const unsigned char **about)
{
    struct known_sum known = {.of.scale = (uint16_t)get_number(from)};
    uint64_t folded;
    known.of.stage = *(*from)++;
    known.of.later = *(*from)++;
    *about = *from;
    if (known.of.later >= FAMILY_ATTAINED) {
        memcpy(&known.of.about, *from, sizeof known.of.about);
        *from += sizeof known.of.about;
    }
    known.part.members = get_number(from);
    folded = get_number(from);
    known.part.sum = (int64_t)(folded >> 1 ^ ((folded & 1) != 0 ? UINT64_MAX : 0));
    return known;
}

/* Do the bytes of a member end where it does? What follows a bundle is not ours. */
static bool is_whole(const unsigned char *at, size_t n)
{
    return n > 0 && at[n - 1] < 0x80;
}

static bool renumber_member(unsigned char *at, size_t n, const struct study *study,
                            const struct kin_numbers *numbers)
{
    const unsigned char *from = at;
    const unsigned char *about;
    while (is_whole(from, (size_t)(at + n - from))) {
        if (has_outcomes(from)) {
            uint64_t stages;
            if (get_stages(&from, &stages) >= study->n_scales) {
                return false;
            }
            for (; stages != 0 && from < at + n; stages &= stages - 1) {
                (void)get_number(&from);
            }
            if (stages != 0) {
                return false;
            }
            continue;
        }
        const struct known_sum known = get_sum(&from, &about);
        if (known.of.scale >= study->n_scales || from > at + n) {
            return false;
        }
        if (known.of.later == FAMILY_ATTAINED + GOALS_BY_CATEGORY && known.of.about != NO_NAME) {
            if (known.of.about >= numbers->n_names) {
                return false;
            }
            memcpy(at + (about - at), &numbers->names[known.of.about], sizeof *numbers->names);
        }
    }
    return from == at + n;
}

bool kin_renumber(unsigned char *bytes, size_t n, const struct study *study,
                  const struct kin_numbers *numbers)
{
    size_t at = 0;
    while (at < n) {
        struct member_head head;
        if (n - at < sizeof head) {
            return false;
        }
        memcpy(&head, bytes + at, sizeof head);
        at += sizeof head;
        if (head.cohort >= numbers->n_cohorts || head.join >= study->n_joins ||
            head.n_bytes > n - at || !renumber_member(bytes + at, head.n_bytes, study, numbers)) {
            return false;
        }
        head.cohort = numbers->cohorts[head.cohort];
        memcpy(bytes + at - sizeof head, &head, sizeof head);
        at += head.n_bytes;
    }
    return true;
}

/* --- meeting --- */

/* The members of a bundle: those of one family are a list. */
struct member {
    const unsigned char *at; /* its head */
    uint32_t next;           /* of the same family, or NO_NAME */
};

struct meeting {
    const struct study *study;      /* borrowed */
    struct family_counter *counter; /* borrowed, as is the tally */
    struct family_tally *tally;
    struct member *members; /* owned, n */
    size_t n;
    uint32_t *first; /* owned: a hash table of families: their members' first */
    size_t n_first;
    struct known_sum *sums; /* owned: of one family */
    size_t n_sums, sums_capacity;
    struct known_outcomes *outcomes; /* owned: of one family, as they are met */
    size_t n_outcomes, outcomes_capacity;
    const struct member_scores **together; /* owned: those on one scale */
    size_t together_capacity;
    struct family_part *parts; /* owned: of one sum */
    size_t parts_capacity;
};

static void read_head(const unsigned char *at, struct member_head *head)
{
    memcpy(head, at, sizeof *head);
}

static bool same_family(const struct member_head *a, const struct member_head *b)
{
    return a->join == b->join && family_equal(a->family, b->family);
}

static void add_member(struct meeting *meeting, const unsigned char *at)
{
    struct member_head head, other;
    size_t slot;
    read_head(at, &head);
    /* The low bits chose the bundle. */
    slot = (size_t)(family_hash(&head) >> 20) & (meeting->n_first - 1);
    while (meeting->first[slot] != NO_NAME) {
        read_head(meeting->members[meeting->first[slot]].at, &other);
        if (same_family(&head, &other)) {
            break;
        }
        slot = (slot + 1) & (meeting->n_first - 1);
    }
    meeting->members[meeting->n] = (struct member){at, meeting->first[slot]};
    meeting->first[slot] = (uint32_t)meeting->n++;
}

static size_t count_members(const struct kin_piece *piece)
{
    size_t n = 0;
    for (size_t at = 0; at < piece->n; n++) {
        struct member_head head;
        read_head(piece->bytes + at, &head);
        at += sizeof head + head.n_bytes;
    }
    return n;
}

/* Finds the families of all members. */
static bool gather(struct meeting *meeting, const struct kin_piece pieces[], size_t n_pieces)
{
    size_t n = 0;
    for (size_t i = 0; i < n_pieces; i++) {
        n += count_members(&pieces[i]);
    }
    meeting->n_first = 16;
    while (meeting->n_first < 2 * n) {
        meeting->n_first *= 2;
    }
    meeting->members = n < NO_NAME ? malloc((n + 1) * sizeof *meeting->members) : NULL;
    meeting->first = malloc(meeting->n_first * sizeof *meeting->first);
    if (meeting->members == NULL || meeting->first == NULL) {
        return false;
    }
    memset(meeting->first, 0xff, meeting->n_first * sizeof *meeting->first); /* NO_NAME */
    for (size_t i = 0; i < n_pieces; i++) {
        for (size_t at = 0; at < pieces[i].n;) {
            struct member_head head;
            read_head(pieces[i].bytes + at, &head);
            add_member(meeting, pieces[i].bytes + at);
            at += sizeof head + head.n_bytes;
        }
    }
    return true;
}

static int known_compare(const void *a, const void *b)
{
    return family_sum_compare(&((const struct known_sum *)a)->of,
                              &((const struct known_sum *)b)->of);
}

static bool add_member_entries(struct meeting *meeting, const struct member *member)
{
    struct member_head head;
    const unsigned char *from = member->at + sizeof head, *about;
    read_head(member->at, &head);
    while (from < member->at + sizeof head + head.n_bytes) {
        if (has_outcomes(from)) {
            if (meeting->n_outcomes == meeting->outcomes_capacity &&
                !array_grow(&meeting->outcomes, &meeting->outcomes_capacity,
                            meeting->n_outcomes + 1, sizeof *meeting->outcomes)) {
                return false;
            }
            get_outcomes(&from, meeting->study->n_stages, head.cohort,
                         &meeting->outcomes[meeting->n_outcomes++]);
            continue;
        }
        if (!array_grow(&meeting->sums, &meeting->sums_capacity, meeting->n_sums + 1,
                        sizeof *meeting->sums)) {
            return false;
        }
        meeting->sums[meeting->n_sums] = get_sum(&from, &about);
        meeting->sums[meeting->n_sums++].part.cohort = head.cohort;
    }
    return true;
}

/* What the outcomes of a family's members give, scale by scale. */
static bool count_outcomes(struct meeting *meeting)
{
    bool done = array_grow(&meeting->together, &meeting->together_capacity, meeting->n_outcomes,
                           sizeof(const struct member_scores *));
    for (size_t i = 0; i < meeting->n_outcomes && done; i++) {
        const uint16_t scale = meeting->outcomes[i].scale;
        size_t n = 0;
        for (size_t k = i; k < meeting->n_outcomes && !meeting->outcomes[i].counted; k++) {
            if (meeting->outcomes[k].scale == scale) {
                meeting->together[n++] = &meeting->outcomes[k].scores;
                meeting->outcomes[k].counted = k > i;
            }
        }
        done = n == 0 ||
               family_counter_add(meeting->counter, scale, meeting->together, n, meeting->tally);
    }
    return done;
}

/* Counts one family, whose members begin with this one. */
static bool count_family(struct meeting *meeting, uint32_t first)
{
    meeting->n_sums = meeting->n_outcomes = 0;
    for (uint32_t i = first; i != NO_NAME; i = meeting->members[i].next) {
        if (!add_member_entries(meeting, &meeting->members[i])) {
            return false;
        }
    }
    if (!count_outcomes(meeting)) {
        return false;
    }
    if (meeting->n_sums == 0) {
        return true;
    }
    if (!array_grow(&meeting->parts, &meeting->parts_capacity, meeting->n_sums,
                    sizeof *meeting->parts)) {
        return false;
    }
    if (meeting->members[first].next != NO_NAME && meeting->n_sums > 1) {
        qsort(meeting->sums, meeting->n_sums, sizeof *meeting->sums, known_compare);
    }
    for (size_t i = 0, n; i < meeting->n_sums; i += n) {
        for (n = 0; i + n < meeting->n_sums &&
                    known_compare(&meeting->sums[i], &meeting->sums[i + n]) == 0;
             n++) {
            meeting->parts[n] = meeting->sums[i + n].part;
        }
        if (!family_tally_add_split(meeting->tally, &meeting->sums[i].of, meeting->parts, n)) {
            return false;
        }
    }
    return true;
}

bool kin_meet(const struct kin_piece pieces[], size_t n_pieces, const struct study *study,
              struct family_counter *counter, struct family_tally *tally)
{
    struct meeting meeting = {.study = study, .counter = counter, .tally = tally};
    bool done = gather(&meeting, pieces, n_pieces);
    for (size_t i = 0; i < meeting.n_first && done; i++) {
        done = meeting.first[i] == NO_NAME || count_family(&meeting, meeting.first[i]);
    }
    free(meeting.members);
    free(meeting.first);
    free(meeting.sums);
    free(meeting.outcomes);
    free(meeting.together);
    free(meeting.parts);
    return done;
}

void kin_empty(struct kin *kin, size_t bundle)
{
    struct kin_page *page = kin->bundles[bundle];
    while (page != NULL) {
        struct kin_page *const next = page->next;
        kin->n_bytes -= page->capacity;
        free(page);
        page = next;
    }
    kin->bundles[bundle] = NULL;
}

void kin_free(struct kin *kin)
{
    for (size_t i = 0; i < KIN_BUNDLES; i++) {
        kin_empty(kin, i);
    }
    free(kin->member);
    *kin = (struct kin){0};
}

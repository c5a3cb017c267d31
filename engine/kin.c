/* engine/kin.c - a member is its family and join, its cohort, how many bytes follow, and these: for
   each sum what it is of, and two numbers that are nearly always small. */
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

/* A member with more (of very many goals) is written down as two of one family. */
#define MOST_BYTES 60000
/* The longest sum: numbers of 7 bits each, with two bytes and a name. */
#define SUM_BYTES 48

/* --- writing down --- */

static bool append(struct kin_bundle *bundle, const void *bytes, size_t n)
{
    if (!array_grow(&bundle->bytes, &bundle->capacity, bundle->n + n, 1)) {
        return false;
    }
    memcpy(bundle->bytes + bundle->n, bytes, n);
    bundle->n += n;
    return true;
}

bool kin_begin(struct kin *kin, struct family_id family, size_t join, uint32_t cohort)
{
    const struct member_head head = {.family = family, .cohort = cohort, .join = (uint16_t)join};
    kin->member.n = 0;
    return append(&kin->member, &head, sizeof head);
}

static size_t put_number(unsigned char *to, uint64_t number)
{
    size_t n = 0;
    for (; number >= 0x80; number >>= 7) {
        to[n++] = (unsigned char)(number | 0x80);
    }
    to[n++] = (unsigned char)number;
    return n;
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

bool kin_put(struct kin *kin, const struct family_sum *of, uint64_t members, int64_t sum)
{
    unsigned char bytes[SUM_BYTES];
    size_t n = put_number(bytes, of->scale);
    if (kin->member.n > MOST_BYTES) {
        struct member_head head;
        memcpy(&head, kin->member.bytes, sizeof head);
        if (!kin_end(kin) || !kin_begin(kin, head.family, head.join, head.cohort)) {
            return false;
        }
    }
    bytes[n++] = of->stage;
    bytes[n++] = of->later;
    if (of->later >= FAMILY_ATTAINED) {
        memcpy(bytes + n, &of->about, sizeof of->about);
        n += sizeof of->about;
    }
    n += put_number(bytes + n, members);
    /* The sign goes to the lowest bit, so that small numbers stay short. */
    n += put_number(bytes + n, (uint64_t)sum << 1 ^ (sum < 0 ? UINT64_MAX : 0));
    return append(&kin->member, bytes, n);
}

static uint64_t family_hash(const struct member_head *head)
{
    return id_fold(head->family.words[0] ^ (uint64_t)head->join << 48, head->family.words[1]);
}

bool kin_room(struct kin *kin, size_t bundle, size_t n)
{
    struct kin_bundle *const b = &kin->bundles[bundle];
    const size_t capacity = b->capacity;
    const bool done = array_grow(&b->bytes, &b->capacity, b->n + n, 1);
    kin->n_bytes += b->capacity - capacity;
    return done;
}

bool kin_end(struct kin *kin)
{
    struct member_head head;
    size_t bundle;
    if (kin->member.n == sizeof head) {
        return true; /* nothing is known of this member */
    }
    memcpy(&head, kin->member.bytes, sizeof head);
    head.n_bytes = (uint16_t)(kin->member.n - sizeof head);
    memcpy(kin->member.bytes, &head, sizeof head);
    bundle = (size_t)(family_hash(&head) % KIN_BUNDLES);
    return kin_room(kin, bundle, kin->member.n) &&
           append(&kin->bundles[bundle], kin->member.bytes, kin->member.n);
}

/* --- reading --- */

struct known_sum {
    struct family_sum of;
    struct family_part part;
};

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
    struct member *members; /* owned, n */
    size_t n;
    uint32_t *first; /* owned: a hash table of families: their members' first */
    size_t n_first;
    struct known_sum *sums; /* owned: of one family */
    size_t n_sums, sums_capacity;
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

static bool add_sums(struct meeting *meeting, const struct member *member)
{
    struct member_head head;
    const unsigned char *from = member->at + sizeof head, *about;
    read_head(member->at, &head);
    while (from < member->at + sizeof head + head.n_bytes) {
        if (!array_grow(&meeting->sums, &meeting->sums_capacity, meeting->n_sums + 1,
                        sizeof *meeting->sums)) {
            return false;
        }
        meeting->sums[meeting->n_sums] = get_sum(&from, &about);
        meeting->sums[meeting->n_sums++].part.cohort = head.cohort;
    }
    return true;
}

/* Counts one family, whose members begin with this one. */
static bool count_family(struct meeting *meeting, uint32_t first, struct family_tally *tally)
{
    meeting->n_sums = 0;
    for (uint32_t i = first; i != NO_NAME; i = meeting->members[i].next) {
        if (!add_sums(meeting, &meeting->members[i])) {
            return false;
        }
    }
    if (!array_grow(&meeting->parts, &meeting->parts_capacity, meeting->n_sums,
                    sizeof *meeting->parts)) {
        return false;
    }
    if (meeting->members[first].next != NO_NAME) {
        qsort(meeting->sums, meeting->n_sums, sizeof *meeting->sums, known_compare);
    }
    for (size_t i = 0, n; i < meeting->n_sums; i += n) {
        for (n = 0; i + n < meeting->n_sums &&
                    known_compare(&meeting->sums[i], &meeting->sums[i + n]) == 0;
             n++) {
            meeting->parts[n] = meeting->sums[i + n].part;
        }
        if (!family_tally_add_split(tally, &meeting->sums[i].of, meeting->parts, n)) {
            return false;
        }
    }
    return true;
}

bool kin_meet(const struct kin_piece pieces[], size_t n_pieces, struct family_tally *tally)
{
    struct meeting meeting = {.n = 0};
    bool done = gather(&meeting, pieces, n_pieces);
    for (size_t i = 0; i < meeting.n_first && done; i++) {
        done = meeting.first[i] == NO_NAME || count_family(&meeting, meeting.first[i], tally);
    }
    free(meeting.members);
    free(meeting.first);
    free(meeting.sums);
    free(meeting.parts);
    return done;
}

void kin_empty(struct kin *kin, size_t bundle)
{
    kin->n_bytes -= kin->bundles[bundle].capacity;
    free(kin->bundles[bundle].bytes);
    kin->bundles[bundle] = (struct kin_bundle){0};
}

void kin_free(struct kin *kin)
{
    for (size_t i = 0; i < KIN_BUNDLES; i++) {
        free(kin->bundles[i].bytes);
    }
    free(kin->member.bytes);
    *kin = (struct kin){0};
}

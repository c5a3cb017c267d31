#include "engine/kin_sums.h"

#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"
#include "engine/names.h"
#include "engine/tally.h"

struct head {
    uint32_t cohort, n_bytes; /* of the sums that follow */
};
#define HEAD_BYTES (sizeof(struct family_id) + sizeof(struct head))

/* The longest number, of 7 bits each, and the longest sum. */
#define NUMBER_BYTES 10
#define SUM_BYTES (3 * NUMBER_BYTES + 2 + sizeof(uint32_t))
#define MEMBER_BYTES ((size_t)16 * 1024)

struct known_sum {
    struct family_sum of;
    struct family_part part;
};

/* --- writing down --- */

bool kin_sums_begin(struct kin_sums_member *member, struct family_id family, uint32_t cohort)
{
    const struct head head = {.cohort = cohort};
    if (member->bytes == NULL) {
        member->bytes = malloc(MEMBER_BYTES);
    }
    if (member->bytes == NULL) {
        return false;
    }
    memcpy(member->bytes, &family, sizeof family);
    memcpy(member->bytes + sizeof family, &head, sizeof head);
    member->n = HEAD_BYTES;
    return true;
}

bool kin_sums_full(const struct kin_sums_member *member)
{
    return member->n + SUM_BYTES > MEMBER_BYTES;
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

void kin_sums_put(struct kin_sums_member *member, const struct family_sum *of, uint64_t members,
                  int64_t sum)
{
    unsigned char *to = put_number(member->bytes + member->n, of->scale);
    *to++ = of->stage;
    *to++ = of->later;
    if (of->later >= FAMILY_ATTAINED) {
        memcpy(to, &of->about, sizeof of->about);
        to += sizeof of->about;
    }
    to = put_number(to, members);
    /* The sign goes to the lowest bit, so that small numbers stay short. */
    to = put_number(to, (uint64_t)sum << 1 ^ (sum < 0 ? UINT64_MAX : 0));
    member->n = (size_t)(to - member->bytes);
}

bool kin_sums_end(struct kin_sums_member *member)
{
    const uint32_t n_bytes = (uint32_t)(member->n - HEAD_BYTES);
    memcpy(member->bytes + sizeof(struct family_id) + offsetof(struct head, n_bytes), &n_bytes,
           sizeof n_bytes);
    return n_bytes > 0;
}

void kin_sums_again(struct kin_sums_member *member)
{
    member->n = HEAD_BYTES;
}

/* --- reading --- */

static struct head head_at(const unsigned char *at)
{
    struct head head;
    memcpy(&head, at, sizeof head);
    return head;
}

size_t kin_sums_bytes(const unsigned char *member)
{
    return HEAD_BYTES + head_at(member + sizeof(struct family_id)).n_bytes;
}

/* A number of which no more is looked at than what there can be of one. */
static uint64_t get_number(const unsigned char **from, const unsigned char *end)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < NUMBER_BYTES && *from < end; i++) {
        const unsigned char byte = *(*from)++;
        number |= (uint64_t)(byte & 0x7f) << 7 * i;
        if (byte < 0x80) {
            break;
        }
    }
    return number;
}

/* The next sum of a member, which ends where `end` is, and where what it is about stands. Of bytes that are no
   sum anything may come, but nothing behind the end is looked at. */
static struct known_sum get_sum(const unsigned char **from, const unsigned char *end,
                                const unsigned char **about)
{
    struct known_sum known = {.of.scale = (uint16_t)get_number(from, end)};
    uint64_t folded;
    if (end - *from < 2) {
        *from = end;
        return known;
    }
    known.of.stage = *(*from)++;
    known.of.later = *(*from)++;
    *about = *from;
    if (known.of.later >= FAMILY_ATTAINED) {
        if ((size_t)(end - *from) < sizeof known.of.about) {
            *from = end;
            return known;
        }
        memcpy(&known.of.about, *from, sizeof known.of.about);
        *from += sizeof known.of.about;
    }
    known.part.members = get_number(from, end);
    folded = get_number(from, end);
    known.part.sum = (int64_t)(folded >> 1 ^ ((folded & 1) != 0 ? UINT64_MAX : 0));
    return known;
}

/* Is this something that a member of this study can give? */
static bool is_known(const struct known_sum *known, const struct study *study)
{
    const struct family_sum *const of = &known->of;
    if (of->scale >= study->n_scales || known->part.members == 0) {
        return false;
    }
    if (of->later >= FAMILY_ATTAINED) {
        return of->stage < N_GOAL_OCCASIONS &&
               of->later - (size_t)FAMILY_ATTAINED < GOALS_BY_FLAG + study->goals.n_flags;
    }
    return of->stage < study->n_stages &&
           (of->later < study->n_stages ||
            (of->later >= FAMILY_SHARE && of->later < FAMILY_SHARE + N_FAMILY_SHARES) ||
            of->later == FAMILY_ADDED_VALUE);
}

static bool renumber_member(unsigned char *at, size_t n, const struct study *study,
                            const struct kin_numbers *numbers)
{
    const unsigned char *from = at;
    while (from < at + n) {
        const unsigned char *about = NULL;
        const struct known_sum known = get_sum(&from, at + n, &about);
        if (!is_known(&known, study)) {
            return false;
        }
        if (known.of.later == FAMILY_ATTAINED + GOALS_BY_CATEGORY && known.of.about != NO_NAME) {
            if (known.of.about >= numbers->n_names) {
                return false;
            }
            memcpy(at + (about - at), &numbers->names[known.of.about], sizeof *numbers->names);
        }
    }
    return true;
}

bool kin_sums_renumber(unsigned char *bytes, size_t n, const struct study *study,
                       const struct kin_numbers *numbers)
{
    size_t at = 0;
    while (at < n) {
        struct head head;
        if (n - at < HEAD_BYTES) {
            return false;
        }
        head = head_at(bytes + at + sizeof(struct family_id));
        at += HEAD_BYTES;
        if (head.cohort >= numbers->n_cohorts || head.n_bytes > n - at ||
            !renumber_member(bytes + at, head.n_bytes, study, numbers)) {
            return false;
        }
        memcpy(bytes + at - sizeof head, &numbers->cohorts[head.cohort], sizeof *numbers->cohorts);
        at += head.n_bytes;
    }
    return true;
}

/* --- counting --- */

static int known_compare(const void *a, const void *b)
{
    return family_sum_compare(&((const struct known_sum *)a)->of,
                              &((const struct known_sum *)b)->of);
}

/* All sums of some members. Returns how many; SIZE_MAX: no memory. */
static size_t gather(struct kin_sums *sums, const unsigned char *const members[], size_t n_members)
{
    size_t n = 0;
    for (size_t i = 0; i < n_members; i++) {
        const struct head head = head_at(members[i]);
        const unsigned char *from = members[i] + sizeof head, *about;
        const unsigned char *const end = from + head.n_bytes;
        while (from < end) {
            if (!array_grow(&sums->known, &sums->known_capacity, n + 1, sizeof *sums->known)) {
                return SIZE_MAX;
            }
            sums->known[n] = get_sum(&from, end, &about);
            sums->known[n++].part.cohort = head.cohort;
        }
    }
    return n;
}

bool kin_sums_count(struct kin_sums *sums, const unsigned char *const members[], size_t n_members,
                    struct family_tally *tally)
{
    const size_t n = gather(sums, members, n_members);
    if (n == SIZE_MAX || !array_grow(&sums->parts, &sums->parts_capacity, n, sizeof *sums->parts)) {
        return false;
    }
    if (n_members > 1 && n > 1) {
        qsort(sums->known, n, sizeof *sums->known, known_compare);
    }
    for (size_t i = 0, same; i < n; i += same) {
        for (same = 0; i + same < n && known_compare(&sums->known[i], &sums->known[i + same]) == 0;
             same++) {
            sums->parts[same] = sums->known[i + same].part;
        }
        if (!family_tally_add_split(tally, &sums->known[i].of, sums->parts, same)) {
            return false;
        }
    }
    return true;
}

void kin_sums_free(struct kin_sums *sums)
{
    free(sums->known);
    free(sums->parts);
    *sums = (struct kin_sums){0};
}

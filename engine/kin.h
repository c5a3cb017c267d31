/* engine/kin.h - members of families on their way to their families. Respondents are counted part by
   part, by a hash of their own id, so that the members of a family are met far apart, by other threads
   and in other processes. What is known of one member is therefore written down as a few bytes, sorted
   into bundles by a hash of the family; and once all are counted, a bundle at a time is put together.

   What members give to a family on different measures is never added up, so that each measure has bundles
   of its own, twice: families called by one word and by two. What goals and added values come to, which is
   a list of sums (kin_sums.h), is in bundles of its own, too.

   Nothing is written down where there is no family to look for. */
#ifndef PELLTER_ENGINE_KIN_H
#define PELLTER_ENGINE_KIN_H

#include "engine/family_counter.h"
#include "engine/kin_families.h"
#include "engine/kin_sums.h"

#define KIN_BUNDLES 512

/* Whole members. */
struct kin_page {
    struct kin_page *next; /* owned */
    size_t n, capacity;    /* n: of all pages but the first, whose bytes end at the bundle's `at` */
    unsigned char bytes[];
};

struct kin_bundle {
    struct kin_page *pages; /* owned: the page in the making, and those before it */
    unsigned char *at;      /* where the next member goes; NULL: there is no page ... */
    size_t left;            /* ... and the bytes left there */
};

/* The bundles of a measure whose families have one word or two; and behind those the ones of sums. */
static inline size_t kin_n_streams(const struct study *study)
{
    return 2 * study->n_measures + 1;
}

struct kin {
    const struct study *study;   /* borrowed */
    struct member_row *rows;     /* owned: of each measure */
    struct kin_bundle **streams; /* owned: KIN_BUNDLES of each, or NULL */
    size_t n_bytes;              /* of all pages, with what is free in them */
    struct kin_sums_member member;
};

/* False: no memory. */
bool kin_init(struct kin *kin, const struct study *study);
void kin_free(struct kin *kin);

/* What a member has on the scales of a measure: `codes` as in its row (member_row.h), behind the cohort. Only
   two scores or more are worth it. False: no memory. */
bool kin_put_row(struct kin *kin, size_t measure, struct family_id family, uint32_t cohort,
                 const unsigned char codes[]);

/* What else it has, one member after the other: begin, each sum once, end. False: no memory. */
bool kin_begin(struct kin *kin, struct family_id family, uint32_t cohort);
bool kin_put(struct kin *kin, const struct family_sum *of, uint64_t members, int64_t sum);
bool kin_end(struct kin *kin);

/* The bytes of a page of a bundle. */
size_t kin_page_bytes(const struct kin_bundle *bundle, const struct kin_page *page);

/* Puts whole members into a bundle, n bytes of them. Returns where they are; NULL: no memory. */
unsigned char *kin_add(struct kin *kin, size_t stream, size_t bundle, const unsigned char bytes[],
                       size_t n);

/* Renumbers what stands in the bytes of a bundle. False: a number that is not known, or bytes that
   are no members. */
bool kin_renumber(unsigned char *bytes, size_t n, size_t stream, const struct study *study,
                  const struct kin_numbers *numbers);

/* Forgets what is in a bundle. */
void kin_empty(struct kin *kin, size_t stream, size_t bundle);

/* --- meeting --- */

struct kin_piece {
    const unsigned char *bytes; /* borrowed, n */
    size_t n;
};

/* Where families are counted, and room for that. */
struct kin_meeting {
    const struct study *study;      /* borrowed, as are the next two */
    struct family_counter *counter; /* what scores give ... */
    struct family_tally *tally;     /* ... and the rest, and what that cannot hold */
    struct kin_families families;   /* owned, as is the next */
    struct kin_sums sums;
};
void kin_meeting_free(struct kin_meeting *meeting);

/* Counts the families of a bundle, given in pieces, which are of the study and not looked at for mistakes.
   False: no memory. */
bool kin_meet(struct kin_meeting *meeting, size_t stream, const struct kin_piece pieces[],
              size_t n_pieces);

#endif

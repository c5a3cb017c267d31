/* engine/kin.h - members of families on their way to their families. Respondents are counted part by
   part, by a hash of their own id, so that the members of a family are met far apart, by other threads
   and in other processes. What is known of one member is therefore written down as a few bytes, sorted
   into bundles by a hash of the family; and once all are counted, a bundle at a time is put together.

   Nothing is written down where there is no family to look for. */
#ifndef PELLTER_ENGINE_KIN_H
#define PELLTER_ENGINE_KIN_H

#include "engine/family_counter.h"
#include "engine/ids.h"
#include "engine/study.h"

#define KIN_BUNDLES 1024

/* Whole members. */
struct kin_page {
    struct kin_page *next; /* owned */
    size_t n, capacity;
    unsigned char bytes[];
};

/* Start with {0}. */
struct kin {
    struct kin_page *bundles[KIN_BUNDLES]; /* owned: the page in the making, and those before it */
    size_t n_bytes;                        /* of all bundles, with what is free in their pages */
    unsigned char *member;                 /* owned, n_member: in the making */
    size_t n_member;
};

/* One member after the other: begin, what is known of the member (each sum and scale once), end. The
   families of two joins are not one another's. False: no memory. */
bool kin_begin(struct kin *kin, struct family_id family, size_t join, uint32_t cohort);
bool kin_put(struct kin *kin, const struct family_sum *of, uint64_t members, int64_t sum);
/* What the member has on a scale, which has scores at these stages (bit i: outcomes[i]): the sums that
   this gives (family_given_by()) are made when the family meets. */
bool kin_put_outcomes(struct kin *kin, size_t scale, uint64_t stages, const outcome outcomes[]);
bool kin_end(struct kin *kin);

/* What the sender's numbers of cohorts and names are here. */
struct kin_numbers {
    const uint32_t *cohorts, *names; /* borrowed */
    size_t n_cohorts, n_names;
};

/* Renumbers what stands in the bytes of a bundle. False: a number that is not known, or bytes that
   are no members. */
bool kin_renumber(unsigned char *bytes, size_t n, const struct study *study,
                  const struct kin_numbers *numbers);

/* Counts the families of a bundle, given in pieces: what outcomes give into `counter`, and the rest and
   what that cannot hold into `tally`. The pieces are of its study and not looked at for mistakes.
   False: no memory. */
struct kin_piece {
    const unsigned char *bytes; /* borrowed, n */
    size_t n;
};
bool kin_meet(const struct kin_piece pieces[], size_t n_pieces, const struct study *study,
              struct family_counter *counter, struct family_tally *tally);

/* Room for n more bytes in the first page of a bundle; NULL: no memory. Those that are filled are to be
   added to the page's n. */
struct kin_page *kin_room(struct kin *kin, size_t bundle, size_t n);

/* Forgets what is in a bundle. */
void kin_empty(struct kin *kin, size_t bundle);
void kin_free(struct kin *kin);

#endif

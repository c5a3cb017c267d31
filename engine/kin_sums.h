/* engine/kin_sums.h - what a member of a family gives to it by goals and added value, as bytes: the family,
   a head, and for each sum what it is of, and two numbers that are nearly always small. */
#ifndef PELLTER_ENGINE_KIN_SUMS_H
#define PELLTER_ENGINE_KIN_SUMS_H

#include "engine/family_tally.h"
#include "engine/ids.h"
#include "engine/study.h"

/* What the sender's numbers of cohorts and names are here. */
struct kin_numbers {
    const uint32_t *cohorts, *names; /* borrowed */
    size_t n_cohorts, n_names;
};

/* A member in the making. Start with {0}. */
struct kin_sums_member {
    unsigned char *bytes; /* owned, n */
    size_t n;
};
bool kin_sums_begin(struct kin_sums_member *member, struct family_id family, uint32_t cohort);
/* Is there no room for another sum? Then the member goes on as another of the same family. */
bool kin_sums_full(const struct kin_sums_member *member);
void kin_sums_put(struct kin_sums_member *member, const struct family_sum *of, uint64_t members,
                  int64_t sum);
/* Whole, and whether there is anything in it. */
bool kin_sums_end(struct kin_sums_member *member);
/* The same once more, without sums. */
void kin_sums_again(struct kin_sums_member *member);

/* The bytes of a whole member, family included. */
size_t kin_sums_bytes(const unsigned char *member);

/* kin_renumber() for a bundle of such members. */
bool kin_sums_renumber(unsigned char *bytes, size_t n, const struct study *study,
                       const struct kin_numbers *numbers);

/* Room for what the members of one family have. Start with {0}. */
struct kin_sums {
    struct known_sum *known; /* owned, as is the next */
    size_t known_capacity;
    struct family_part *parts;
    size_t parts_capacity;
};

/* Counts a family of n members, each given by what follows the words of the family. False: no memory. */
bool kin_sums_count(struct kin_sums *sums, const unsigned char *const members[], size_t n,
                    struct family_tally *tally);

void kin_sums_free(struct kin_sums *sums);

#endif

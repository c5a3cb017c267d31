/* engine/kin_families.h - which of some members belong to one family: members side by side, families by
   how many they are, so that who counts them has those of one size in columns. */
#ifndef PELLTER_ENGINE_KIN_FAMILIES_H
#define PELLTER_ENGINE_KIN_FAMILIES_H

#include "engine/ids.h"
#include "engine/member_row.h"

/* The lowest bits choose the bundle that a member waits in (kin.h). */
static inline uint64_t family_hash(struct family_id family)
{
    return id_fold(family.words[0], family.words[1]);
}

/* One of them, and where the next of its members goes. */
struct found_family {
    struct family_id family;
    uint32_t n, place;
};

/* Room to find families in. Start with {0}. */
struct kin_families {
    /* In: members, each the words of its family and what follows. */
    const unsigned char **arrived; /* owned, n_arrived; the bytes are not */
    size_t n_arrived, arrived_capacity;
    /* Out: what follows, of families of 1, 2 ... FAMILY_FEW members, and then of those with more. */
    const unsigned char **members; /* owned, n_arrived */
    size_t members_capacity;
    size_t n_few[FAMILY_FEW]; /* [n - 1]: families of n members */
    uint32_t *large;          /* owned, n_large: how many members each of those with more has */
    size_t n_large, large_capacity;
    /* In between. */
    struct found_family *found; /* owned, n_found */
    size_t n_found, found_capacity;
    uint32_t *family_of, *slots; /* owned: of each who arrived; a hash table of the found */
    size_t family_of_capacity, slots_capacity;
};

/* Room for n to arrive. False: no memory. */
bool kin_families_make_room(struct kin_families *families, size_t n);

/* Finds the families of those who have arrived, which are called by so many words (1 or 2). False: no
   memory. */
bool kin_families_find(struct kin_families *families, size_t n_words);

void kin_families_free(struct kin_families *families);

#endif

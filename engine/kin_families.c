/* engine/kin_families.c - families get numbers as they are met, which a hash table finds again; then members
   go where those before them leave room. Who is new and who is not cannot be foreseen: hence hardly
   a branch. */
#include "engine/kin_families.h"

#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"
#include "engine/names.h"
#include "scales/wide.h"

bool kin_families_make_room(struct kin_families *families, size_t n)
{
    return n < NO_NAME / 4 && array_grow(&families->arrived, &families->arrived_capacity, n,
                                         sizeof(const unsigned char *));
}

/* Room for everything else: of slots more than half stay free. */
static bool make_room(struct kin_families *families, size_t *n_slots)
{
    const size_t n = families->n_arrived;
    for (*n_slots = 16; *n_slots < 2 * n;) {
        *n_slots *= 2;
    }
    return array_grow(&families->members, &families->members_capacity, n,
                      sizeof(const unsigned char *)) &&
           array_grow(&families->found, &families->found_capacity, n + 1,
                      sizeof *families->found) &&
           array_grow(&families->family_of, &families->family_of_capacity, n,
                      sizeof *families->family_of) &&
           array_grow(&families->slots, &families->slots_capacity, *n_slots,
                      sizeof *families->slots);
}

/* Gives each its family's number. `n_words` is a constant, so that each has a loop of its own. */
static INTO_CALLER void number_families(struct kin_families *families, size_t n_slots,
                                        size_t n_words)
{
    struct found_family *const found = families->found;
    uint32_t *const slots = families->slots;
    uint32_t n_found = 0;
    memset(slots, 0xff, n_slots * sizeof *slots); /* NO_NAME */
    for (size_t i = 0; i < families->n_arrived; i++) {
        struct found_family next = {.n = 0};
        uint32_t number;
        size_t slot;
        bool is_new;
        memcpy(&next.family, families->arrived[i], n_words * sizeof next.family.words[0]);
        slot = (size_t)(family_hash(next.family) >> 20);
        found[n_found] = next; /* if it is one */
        for (;; slot++) {
            number = slots[slot & (n_slots - 1)];
            is_new = number == NO_NAME;
            number = is_new ? n_found : number;
            if (found[number].family.words[0] == next.family.words[0] &&
                (n_words == 1 || found[number].family.words[1] == next.family.words[1])) {
                break;
            }
        }
        slots[slot & (n_slots - 1)] = number;
        found[number].n++;
        families->family_of[i] = number;
        n_found += is_new;
    }
    families->n_found = n_found;
}

/* Says where the members of each family go: those of families of one size one after the other. */
static bool find_places(struct kin_families *families)
{
    size_t n_of[FAMILY_FEW + 1] = {0}, places[FAMILY_FEW + 1] = {0};
    for (size_t i = 0; i < families->n_found; i++) {
        const size_t n = families->found[i].n;
        n_of[n <= FAMILY_FEW ? n - 1 : FAMILY_FEW]++;
    }
    for (size_t n = 1; n <= FAMILY_FEW; n++) {
        families->n_few[n - 1] = n_of[n - 1];
        places[n] = places[n - 1] + n * n_of[n - 1];
    }
    families->n_large = 0;
    if (!array_grow(&families->large, &families->large_capacity, n_of[FAMILY_FEW],
                    sizeof *families->large)) {
        return false;
    }
    for (size_t i = 0; i < families->n_found; i++) {
        struct found_family *const family = &families->found[i];
        size_t *const place = &places[family->n <= FAMILY_FEW ? family->n - 1 : FAMILY_FEW];
        family->place = (uint32_t)*place;
        *place += family->n;
        if (family->n > FAMILY_FEW) {
            families->large[families->n_large++] = family->n;
        }
    }
    return true;
}

bool kin_families_find(struct kin_families *families, size_t n_words)
{
    size_t n_slots;
    if (!make_room(families, &n_slots)) {
        return false;
    }
    if (n_words == 1) {
        number_families(families, n_slots, 1);
    } else {
        number_families(families, n_slots, 2);
    }
    if (!find_places(families)) {
        return false;
    }
    for (size_t i = 0; i < families->n_arrived; i++) {
        families->members[families->found[families->family_of[i]].place++] =
            families->arrived[i] + n_words * sizeof(uint64_t);
    }
    return true;
}

void kin_families_free(struct kin_families *families)
{
    free(families->arrived);
    free(families->members);
    free(families->large);
    free(families->found);
    free(families->family_of);
    free(families->slots);
    *families = (struct kin_families){0};
}

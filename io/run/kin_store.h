/* io/run/kin_store.h - what one worker has written down of the members of families (engine/kin.h):
   in memory, and beyond what --memory allows in the temporary file. */
#ifndef PELLTER_IO_RUN_KIN_STORE_H
#define PELLTER_IO_RUN_KIN_STORE_H

#include "engine/kin.h"
#include "io/run/parcel.h"
#include "io/run/spill.h"

struct kin_store {
    struct kin kin;
    struct spill_chain
        *pages; /* owned: what of each bundle of each stream is in the temporary file; or NULL */
    struct spill *spill; /* borrowed */
};

/* False: no memory. */
bool kin_store_init(struct kin_store *store, const struct study *study, struct spill *spill);
void kin_store_free(struct kin_store *store);

/* Writes all of it to the file where it has more than `most` bytes in memory (0: never). */
MUST_CHECK struct fault kin_store_ease(struct kin_store *store, size_t most);

/* Bundles of all streams. */
size_t kin_n_bundles(const struct study *study);

/* Counts the families of a bundle, of whom any of the stores may know members (kin_meet()). */
MUST_CHECK struct fault kin_stores_meet(struct kin_store *const stores[], size_t n_stores,
                                        size_t bundle, struct kin_meeting *meeting);

/* All of several stores as bytes for another rank, and added to one there. */
MUST_CHECK struct fault kin_stores_put(struct kin_store *const stores[], size_t n_stores,
                                       struct parcel *parcel);
bool kin_store_add(struct parcel *parcel, const struct kin_numbers *numbers,
                   struct kin_store *store);

#endif

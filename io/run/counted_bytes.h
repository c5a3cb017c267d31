/* io/run/counted_bytes.h - what one rank counted, as bytes for another of the same study. */
#ifndef PELLTER_IO_RUN_COUNTED_BYTES_H
#define PELLTER_IO_RUN_COUNTED_BYTES_H

#include "engine/counted.h"
#include "io/run/parcel.h"

/* What the sender's numbers are here. */
struct renumbering {
    const uint32_t *cohorts, *names; /* borrowed */
    size_t n_cohorts, n_names;
};

void counted_put(struct parcel *parcel, const struct counted *counted);

/* Adds it to `into`, as counted_merge() does. False: no memory, or the parcel is not whole. */
bool counted_add(struct parcel *parcel, const struct renumbering *numbers, struct counted *into);

#endif

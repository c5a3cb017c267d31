/* io/write/records.h - what a report writes for machines: results.csv, discounted.csv,
   manifest.json. */
#ifndef PELLTER_IO_WRITE_RECORDS_H
#define PELLTER_IO_WRITE_RECORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "engine/crew.h"
#include "engine/fault.h"
#include "engine/figures.h"
#include "engine/listing.h"

/* results.csv: every figure, as the results contract has it. The lines of large tables are put down by the
   workers of the crew. */
MUST_CHECK struct fault write_results(FILE *out, const struct figures *figures,
                                      const struct crew *crew);

/* What discounted.csv is made of. */
struct listed_rows {
    const struct study *study;
    /* The next line, in order, which holds until the next call; NULL: no more, or *fault. */
    const struct listed *(*next)(void *lines, struct fault *fault);
    void *lines;
    /* The name of the file and the row in it of a place. */
    void (*locate)(const void *context, uint64_t place, const char **file, uint64_t *row);
    const void *context;
};

/* discounted.csv: every row that was set aside and every respondent that was discounted, with where
   it was read, in the order of files and rows. Holds identifiers. */
MUST_CHECK struct fault write_discounted(FILE *out, const struct listed_rows *rows);

/* One file that was read. */
struct manifest_input {
    const char *path;     /* as opened; read again for its size and checksum ... */
    const char *name;     /* as the user gave it */
    const char *checksum; /* ... but where this is not NULL, that of its n_bytes */
    uint64_t n_bytes;
};

/* What holds of a report that was made from tallies. */
struct manifest_merge {
    bool pooled;                /* it has everybody: no tally withholds a cohort */
    const char *const *missing; /* n_missing sentences on what some tally leaves out */
    size_t n_missing;
};

/* manifest.json: what was read, with checksums, so that a later run can be compared with this one. */
struct manifest {
    const char *version, *title;
    const struct manifest_input *inputs; /* n_inputs */
    size_t n_inputs;
    const char *const *outputs; /* n_outputs paths inside the directory */
    size_t n_outputs;
    const struct manifest_merge *merge; /* NULL: made from forms */
};
MUST_CHECK struct fault write_manifest(FILE *out, const struct manifest *manifest);

#endif

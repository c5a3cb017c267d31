/* io/write/records.h - what a report writes for machines: results.csv, discounted.csv,
   manifest.json. */
#ifndef PELLTER_IO_WRITE_RECORDS_H
#define PELLTER_IO_WRITE_RECORDS_H

#include <stdio.h>
#include "engine/fault.h"
#include "engine/figures.h"
#include "engine/listing.h"

/* results.csv: every figure, as the results contract has it. */
MUST_CHECK struct fault write_results(FILE *out, const struct figures *figures);

/* What discounted.csv is made of. */
struct listed_rows {
    const struct study *study;
    const struct listing *listing; /* sorted */
    /* The name of the file and the row in it of a place. */
    void (*locate)(const void *context, uint64_t place, const char **file, uint64_t *row);
    const void *context;
};

/* discounted.csv: every row that was set aside and every respondent that was discounted, with where
   it was read, in the order of files and rows. Holds identifiers. */
MUST_CHECK struct fault write_discounted(FILE *out, const struct listed_rows *rows);

/* manifest.json: what was read, with checksums, so that a later run can be compared with this one. */
struct manifest {
    const char *version, *title;
    const char *const *inputs; /* n_inputs paths as opened */
    const char *const *names;  /* as the user gave them */
    size_t n_inputs;
    const char *const *outputs; /* n_outputs paths inside the directory */
    size_t n_outputs;
};
MUST_CHECK struct fault write_manifest(FILE *out, const struct manifest *manifest);

#endif

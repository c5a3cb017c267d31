/* io/read/tallies.h - tallies of one study while they are read, and all together. */
#ifndef PELLTER_IO_READ_TALLIES_H
#define PELLTER_IO_READ_TALLIES_H

#include <sha256.h>
#include "engine/counted.h"
#include "io/read/plan.h"

/* What one file says beside its counts. */
struct tally_file {
    const char *path, *name; /* as given; what messages call it */
    uint64_t n_bytes;
    char file_checksum[SHA256_DIGEST_STRING_LENGTH];
    char checksum[SHA256_DIGEST_STRING_LENGTH];
    const char *title;
    uint64_t threshold, withheld; /* how many cohorts of fewer respondents it leaves out ... */
    uint64_t *respondents;        /* ... with how many respondents, for each measure */
    bool *unchecked;              /* for each measure: some sums of items are left out */
};

/* All insides are owned, by `arena` where nothing else is said. Start with {0}; tallies_free(). */
struct tallies {
    struct plan plan;        /* owned: the study, of the first file; its sources are of no file */
    const char *description; /* of the study: description.h */
    struct cohorts cohorts;  /* owned, as are the next two */
    struct names names;
    struct counted counted; /* all files together; its tally is sorted */
    const char **sources;   /* counted.n_sources names; owned */
    size_t sources_capacity, counts_capacity;
    struct tally_file *files; /* owned, n_files */
    size_t n_files, files_capacity;
    uint64_t *totals; /* owned: what cells add up to, [scale][stages] */
    uint64_t n_goals; /* what cells of goals add up to */
    uint64_t n_item_forms; /* forms that are counted with their items, of all files */
    struct arena arena;
};

#endif

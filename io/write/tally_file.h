/* io/write/tally_file.h - what was counted, as a file to send: docs/tally-file.md. */
#ifndef PELLTER_IO_WRITE_TALLY_FILE_H
#define PELLTER_IO_WRITE_TALLY_FILE_H

#include <stdio.h>
#include "engine/counted.h"
#include "engine/fault.h"

struct tally_head {
    const char *version;        /* of the program */
    const char *description;    /* of the study: io/read/description.h */
    const char *const *sources; /* counted->n_sources names */
    uint64_t threshold;         /* cohorts of fewer respondents are withheld; 0: none are */
};

/* Writes the file; the same counts give the same bytes, in whatever order cohorts were met. `name`
   is what faults call the stream. Two instruments or two stages of one name, which a reader could
   not tell apart, are a fault. */
MUST_CHECK struct fault write_tally(FILE *out, const char *name, const struct counted *counted,
                                    const struct tally_head *head);

#endif

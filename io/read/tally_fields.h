/* io/read/tally_fields.h - the cells of a tally file's line as numbers and names. */
#ifndef PELLTER_IO_READ_TALLY_FIELDS_H
#define PELLTER_IO_READ_TALLY_FIELDS_H

#include "engine/family_given.h"
#include "io/read/delimited.h"
#include "io/read/tallies.h"

/* One file in the reading. */
struct tally_reading {
    struct tallies *into;
    const struct instrument_shelf *shelf;
    struct tally_file *file;
    size_t first_source; /* sources of files before this one */
    size_t *sources;     /* owned: places of this file's sources in `into`, n_sources */
    size_t n_sources, sources_capacity;
    char digest[SHA256_DIGEST_STRING_LENGTH]; /* what the file says of its study */
    char *description;                        /* owned, n_description bytes and a NUL */
    size_t n_description, description_capacity;
    bool has_study;    /* the head is read: `into` has the file's study */
    bool *has_measure; /* owned, n_measures */
    bool *has_scoring; /* owned, n_scales */
    bool *has_family;  /* owned, n_measures: the file says that it has families of it */
    struct share_rules *share_rules; /* owned, n_scales; NULL until it is asked for */
    struct family_part *parts;       /* owned, n_parts: of the split family in the reading ... */
    size_t n_parts, parts_capacity;
    struct family_sum split_of; /* ... what they are parts of, and its number */
    uint64_t split;
    const struct row *row;
    size_t last_measure, last_scale; /* those of the line before: mostly the same */
    struct fault fault;
};

/* Functions that return a bool return false, with r->fault, where the current row has something
   else in a cell (counted from 0). */

/* A fault at a cell (0: the first) of the current row. Returns false. */
bool tally_fault(struct tally_reading *r, size_t cell, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* No memory. Returns false. */
bool tally_no_memory(struct tally_reading *r);

/* Is a cell just this text? */
bool tally_field_is(const struct tally_reading *r, size_t cell, const char *text);

/* A whole number in lowest..highest, written as we write it: no zero before it, no plus. */
bool tally_field_whole(struct tally_reading *r, size_t cell, int64_t lowest, int64_t highest,
                       int64_t *out);

/* Adds a count, or a sum, to those of other files. There is a bound to both (io/tally_format.h),
   whatever the number of files. */
bool tally_field_add_count(struct tally_reading *r, size_t cell, uint64_t *into);
bool tally_field_add_sum(struct tally_reading *r, size_t cell, int64_t *into);

/* A text as it was before it was written, not NUL-terminated, valid as long as the row; a copy of
   it that lives as long as the tallies (NULL: r->fault); and whether it is just this name. */
bool tally_field_text(struct tally_reading *r, size_t cell, struct cell *out);
const char *tally_field_copy(struct tally_reading *r, size_t cell);
bool tally_text_is(const struct cell *text, const char *name);

/* A cohort, in a cell for each of its columns from this one on. */
bool tally_field_cohort(struct tally_reading *r, size_t cell, uint32_t *cohort);

/* An instrument of the study; one and its scale, in two cells; a stage; one of n words. */
bool tally_field_measure(struct tally_reading *r, size_t cell, size_t *measure);
bool tally_field_scale(struct tally_reading *r, size_t cell, size_t *scale);
bool tally_field_stage(struct tally_reading *r, size_t cell, size_t *stage);
bool tally_field_word(struct tally_reading *r, size_t cell, const char *const words[], size_t n,
                      size_t *word);

#endif

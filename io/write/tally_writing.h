/* io/write/tally_writing.h - a tally file in the making, line by line: for the files that write it.
   Every line is of one kind, which its first cell says; a comment before the first of a kind names the
   columns. */
#ifndef PELLTER_IO_WRITE_TALLY_WRITING_H
#define PELLTER_IO_WRITE_TALLY_WRITING_H

#include <sha256.h>
#include <stdio.h>

#include "engine/counted.h"
#include "engine/items_sent.h"
#include "io/tally_format.h"

struct tally_head; /* io/write/tally_file.h */

struct tally_writing {
    FILE *out;
    SHA2_CTX checksum;
    const struct counted *counted;
    const struct study *study;
    const struct tally_head *head;
    uint64_t least_forms; /* sums of fewer are not sent */
    struct withheld withheld;
    struct items_sent items;
    struct tally tally;           /* owned: cohorts and categories are numbered as they print */
    struct family_tally families; /* owned: likewise, without cohorts that are withheld */
    uint32_t *cohort_of;          /* owned: the cohort of each such number ... */
    struct grouping finest;       /* ... and back */
    const char **categories;      /* owned: the texts of its categories */
    char *line;                   /* owned: the line in the making, n_line bytes of it */
    size_t n_line, line_capacity;
    bool no_memory;
};

/* A line is begun, given its cells, and ended. Where there is no memory, no_memory is set. A cell has a
   separator before it; words have none. */
void tally_begin(struct tally_writing *w, enum tally_kind kind);
void tally_put_words(struct tally_writing *w, const char *text);
void tally_put_text(struct tally_writing *w, const char *text);
void tally_put_whole(struct tally_writing *w, int64_t number);
void tally_put_count(struct tally_writing *w, uint64_t count);
/* The cells of a cohort, one for each of the study's columns. */
void tally_put_cohort(struct tally_writing *w, uint32_t number);
void tally_end(struct tally_writing *w);

void tally_comment(struct tally_writing *w, const char *text);
/* The columns of a kind of line that begins with a cohort. */
void tally_comment_cells(struct tally_writing *w, const char *kind, const char *columns);

/* What the items tell: how forms were scored, what each item was answered, and how items go together
   (tally_items.c). */
void tally_write_scoring(struct tally_writing *w);
void tally_write_items(struct tally_writing *w);
void tally_write_item_sums(struct tally_writing *w);

/* What families give (tally_families.c). */
void tally_write_families(struct tally_writing *w);

#endif

/* io/run/files.h - the sources of a run one after the other, as pieces that workers ask for. */
#ifndef PELLTER_IO_RUN_FILES_H
#define PELLTER_IO_RUN_FILES_H

#include "io/read/chunks.h"
#include "io/read/columns.h"
#include "io/run/options.h"
#include "io/run/pieces.h"

struct files;

/* What a source counts as whose length is not known: standard input, a pipe. */
#define UNKNOWN_BYTES ((uint64_t)256 * 1024 * 1024)

/* Bytes of all sources, as stored; `*known`, unless NULL: none of them had to be
   guessed. */
uint64_t files_bytes(const struct plan *plan, bool *known);

/* What this process reads of a source, where there are several (ranks.h). */
struct file_part {
    enum { PART_WHOLE, PART_RANGE, PART_NONE } kind;
    bool first;          /* of a range: it begins with the file */
    uint64_t begin, end; /* of a range, in bytes as stored; records begin at both. The header row is
                            left out of all but the first */
    size_t mark;         /* bytes of the byte order mark before the text */
};

/* `parts`: of each source, or NULL: everything. NULL: no memory. What is given must outlive it. */
struct files *files_new(const struct plan *plan, const struct run_options *options,
                        struct pieces *pieces, const struct file_part *parts);
void files_free(struct files *files);

/* A piece to read: whose, which, and what is known of its file. */
struct file_piece {
    struct chunk chunk; /* owned by the worker, used again and again */
    size_t source;
    size_t index;    /* its place in `pieces` */
    uint64_t piece;  /* its number there */
    bool has_header; /* its first row is the header */
    char separator;
    const struct columns *columns; /* borrowed, until files_free() */
};

/* The next piece of the current file, or the first of the next; false where there is none left, or a
   fault stops the work: then with the number of the piece at which it was found. Any thread. */
bool files_next(struct files *files, struct file_piece *piece, struct fault *fault,
                uint64_t *fault_piece);

/* Says how many lines a piece had, once it was read. */
void files_read(struct files *files, size_t index, uint32_t n_lines);

/* No further piece is given out: some worker has a fault. */
void files_stop(struct files *files);

/* Are families named in a column of their own? Of a source that was read. */
bool files_has_family(const struct files *files, size_t source);

#endif

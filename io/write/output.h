/* io/write/output.h - a directory of results that appears whole or not at all. */
#ifndef PELLTER_IO_WRITE_OUTPUT_H
#define PELLTER_IO_WRITE_OUTPUT_H

#include <stdio.h>
#include "engine/fault.h"

/* Files are written into a folder beside the wanted one, with a temporary name; output_commit()
   renames it. Start with {0}; output_abandon() is right in any state. */
struct output {
    char *path;      /* owned: the wanted directory */
    char *temporary; /* owned: where the files are until then; NULL: nothing begun */
};

/* `path` must not exist, be an empty directory, or hold an earlier report of ours (a manifest.json
   naming pellter), which output_commit() then replaces as a whole. Anything else is a fault that
   says so: nothing of the user's is ever overwritten. */
MUST_CHECK struct fault output_begin(struct output *output, const char *path);

/* A folder inside, and a file inside ("tables/x.csv") opened for writing. */
MUST_CHECK struct fault output_folder(struct output *output, const char *name);
MUST_CHECK struct fault output_open(struct output *output, const char *name, FILE **out);

/* Closes a stream and says whether every byte was taken (a full disk shows here at the latest). */
MUST_CHECK struct fault output_close(FILE *stream, const char *name);

/* Puts the finished directory in its place. On a fault nothing has changed for the user. */
MUST_CHECK struct fault output_commit(struct output *output);

/* Removes what was written and frees. After a commit: frees only. */
void output_abandon(struct output *output);

/* One file that appears whole or not at all (init -o FILE): begin gives the stream, commit renames.
   An existing file is a fault. */
MUST_CHECK struct fault output_begin_file(struct output *output, const char *path, FILE **out);
MUST_CHECK struct fault output_commit_file(struct output *output, FILE *stream);

#endif

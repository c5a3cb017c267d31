/* io/read/chunks.h - a file, or standard input, as pieces of whole records. */
#ifndef PELLTER_IO_READ_CHUNKS_H
#define PELLTER_IO_READ_CHUNKS_H

#include <stddef.h>
#include <stdint.h>
#include "engine/fault.h"

#define CHUNK_BYTES ((size_t)256 * 1024) /* fits a core's own cache */

/* A piece: `n` bytes of text that start and end between two records (the last, and one before a
   fault, may end without a line end), with TEXT_PADDING bytes (rows.h) behind them. Start with
   {0}. */
struct chunk {
    char *text; /* owned */
    size_t n, capacity;
    uint64_t ordinal; /* 0, 1, 2, ... in its file */
};
void chunk_free(struct chunk *chunk);

struct chunks; /* one open file; whoever shares it among threads locks it */

/* Opens `path` ("-": standard input): plain, gzip or Zstandard (known by their first bytes,
   whatever the name); text is made UTF-8 as bytes.h says. `chunk_bytes` is about how long pieces
   are (0: CHUNK_BYTES; tests use a few bytes): a record that is longer makes its piece longer, up
   to the 18 MiB at which every reader gives up; behind such a piece the next ones may begin and end
   anywhere. On success the caller closes with chunks_close(); on a fault *out is NULL. */
MUST_CHECK struct fault chunks_open(const char *path, size_t chunk_bytes, struct chunks **out);

/* The bytes first <= i < end of a file that can be divided (divide.h), at whose two ends records
   begin. */
MUST_CHECK struct fault chunks_open_range(const char *path, uint64_t first, uint64_t end,
                                          size_t chunk_bytes, struct chunks **out);

/* The same for bytes in memory, borrowed, which arrive `step` bytes at a time (0: at once). */
MUST_CHECK struct fault chunks_open_memory(const char *name, const char *bytes, size_t n,
                                           size_t step, size_t chunk_bytes, struct chunks **out);

/* The next piece into `chunk`, whose room is used again; n = 0 at the end. A fault in the file
   comes with n = 0 after all text before it, and again at each further call. A piece ends behind a
   line end that is provably outside quotes: in a file that libcsv accepts, quotes before it come in
   pairs. A CR LF is never cut. */
MUST_CHECK struct fault chunks_next(struct chunks *chunks, struct chunk *chunk);

/* How far it is, in bytes of the file as stored; and its length, or 0 where that is not known. */
uint64_t chunks_position(const struct chunks *chunks);
uint64_t chunks_length(const struct chunks *chunks);

void chunks_close(struct chunks *chunks);

#endif

/* io/read/tally_text.h - a tally file as text that is known to be whole. */
#ifndef PELLTER_IO_READ_TALLY_TEXT_H
#define PELLTER_IO_READ_TALLY_TEXT_H

#include <sha256.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/fault.h"

struct tally_text {
    char *bytes;                                     /* owned, n */
    size_t n;                                        /* without the last line, the checksum */
    uint64_t n_file;                                 /* with it */
    char checksum[SHA256_DIGEST_STRING_LENGTH];      /* what the last line says */
    char file_checksum[SHA256_DIGEST_STRING_LENGTH]; /* of the whole file */
};

/* Reads `path` ("-": standard input; gzip and Zstandard are unpacked) and looks at its first line
   and at its checksum, and at nothing else. Memory is bounded by the file. Faults: FAULT_CONTENT
   for a file that is no tally, of another version, changed or cut off. The caller frees *out; on a
   fault it is empty. */
MUST_CHECK struct fault tally_text_read(const char *path, struct tally_text *out);

/* The same for n bytes in memory, which are copied; for tests. */
MUST_CHECK struct fault tally_text_copy(const char *name, const char *bytes, size_t n,
                                        struct tally_text *out);

void tally_text_free(struct tally_text *text);

#endif

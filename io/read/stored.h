/* io/read/stored.h - the bytes of a file or of standard input, unpacked where they are gzip or
   Zstandard. */
#ifndef PELLTER_IO_READ_STORED_H
#define PELLTER_IO_READ_STORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/fault.h"

/* The path that stands for standard input, and what faults call that. */
#define STANDARD_INPUT "-"
#define STANDARD_INPUT_NAME "standard input"

/* A few bytes that were read ahead, to be handed out before all else. */
struct few {
    char bytes[4];
    size_t n;
};

/* Moves up to `room` of them to `buffer`; how many. */
size_t few_take(struct few *few, char *buffer, size_t room);

/* Its insides belong to stored.c. */
struct stored {
    const char *name; /* borrowed until stored_close: what faults call it */
    bool has_file;
    int file;           /* descriptor, if has_file */
    const char *memory; /* borrowed: else the n_memory bytes that are still to be read */
    size_t n_memory;
    size_t step;               /* at most so many bytes are read at a time */
    uint64_t position;         /* bytes read so far, as stored */
    uint64_t length;           /* as stored; 0: not known */
    bool bounded;              /* a part of a file: there is nothing behind `length` bytes */
    bool started;              /* it is known whether it is packed */
    bool ended;                /* there is nothing more to read */
    struct few ahead;          /* read to see whether it is packed; it is not */
    struct unpacker *unpacker; /* owned; NULL: not packed */
    struct fault fault;        /* what stopped the reading or the unpacking */
};

/* Opens `path` and leaves the reading to stored_read(). Named pipes are fine; one that nobody has
   opened for writing yet is waited for. A missing or unreadable file is FAULT_OPEN; so is a
   directory, but at the first stored_read(). The caller closes *out; on a fault it is empty. */
MUST_CHECK struct fault stored_open(const char *path, struct stored *out);

/* The bytes first <= i < end of a plain file; first > 0: they are not looked at, packed or not. */
MUST_CHECK struct fault stored_open_range(const char *path, uint64_t first, uint64_t end,
                                          struct stored *out);

/* The same for n bytes in memory, borrowed until stored_close(), which arrive `step` bytes at a time
   (0: at once). */
void stored_open_memory(const char *name, const char *memory, size_t n, size_t step,
                        struct stored *out);

/* The next 1 to `room` bytes (room > 0) into `buffer`; *n is 0 at the end. Several gzip members or
   Zstandard frames one after the other are one file. What is not packed is read straight into
   `buffer`; what is, takes 128 KiB and what the format's window takes: 32 KiB, or up to 128 MiB.

   Faults come after all the bytes before them and again at each further call: FAULT_SYNTAX for a
   packed file that is damaged, ends early or has other bytes behind it, FAULT_OPEN for one that
   cannot be read on, FAULT_MEMORY. */
MUST_CHECK struct fault stored_read(struct stored *stored, char *buffer, size_t room, size_t *n);

/* Closing an empty one is fine; standard input stays open. */
void stored_close(struct stored *stored);

#endif

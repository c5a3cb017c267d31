/* io/read/bytes.h - the bytes of a file as text in UTF-8, a chunk at a time. */
#ifndef PELLTER_IO_READ_BYTES_H
#define PELLTER_IO_READ_BYTES_H

#include <iconv.h>
#include <stdbool.h>
#include <stddef.h>
#include "engine/fault.h"

#define BYTES_CHUNK ((size_t)64 * 1024)

/* A source of text. Its insides belong to bytes.c. */
struct bytes {
    const char *name;   /* borrowed until bytes_close: what faults call it */
    int file;           /* descriptor; -1 when the bytes are in memory */
    const char *memory; /* borrowed: the n_memory bytes that are still to be read */
    size_t n_memory;
    size_t step;  /* at most so many bytes are read, and handed out, at a time */
    bool started; /* the byte order mark, if there is one, has been dealt with */
    bool ended;   /* there is nothing more to read */
    char *raw;    /* owned: n_raw bytes as they stand in the file */
    size_t n_raw;
    bool utf16;        /* converter and converted are in use */
    iconv_t converter; /* owned */
    char *converted;   /* owned */
    const char *ready; /* n_ready bytes of text to hand out, in `raw` or `converted` */
    size_t n_ready;
    struct fault pending; /* found behind the text that is ready */
};

/* Opens `path` and leaves the reading to bytes_next(). A missing or unreadable file is FAULT_OPEN;
   so is a directory, but at the first bytes_next(). On success the caller closes *out with
   bytes_close(); on a fault it is empty. */
MUST_CHECK struct fault bytes_open(const char *path, struct bytes *out);

/* The same for n bytes in memory, borrowed until bytes_close(), which arrive `step` bytes at a time
   (0: as from a file); for tests. */
MUST_CHECK struct fault bytes_open_memory(const char *name, const char *memory, size_t n,
                                          size_t step, struct bytes *out);

/* The next 1 to BYTES_CHUNK bytes of text, valid until the next call; *n is 0 at the end. A byte
   order mark is left out, UTF-16 (known by its mark) is made UTF-8, and anything else comes as it
   is: text that is not valid UTF-8 is for the caller to judge. There is no NUL in the text.

   Faults come after all the text before them and again at each further call, without a row:
   FAULT_SYNTAX for a NUL byte and for UTF-16 that is damaged or cut off, FAULT_OPEN for a file that
   cannot be read on, FAULT_MEMORY. */
MUST_CHECK struct fault bytes_next(struct bytes *bytes, const char **text, size_t *n);

/* Closing an empty one is fine. */
void bytes_close(struct bytes *bytes);

/* Is this UTF-8 to the letter: shortest forms only, no surrogates, nothing above U+10FFFF? */
bool utf8_valid(const char *text, size_t n);

/* Writes n bytes of Windows-1252 as UTF-8 and returns how many bytes that makes; `out` has room for
   3 n. The five bytes without a meaning (81, 8D, 8F, 90, 9D) become U+FFFD. */
size_t windows_1252_to_utf8(const char *bytes, size_t n, char *out);

/* The length of the white space character with which the n bytes of `text` begin, or 0: ASCII white
   space, the no-break space U+00A0, and U+FEFF, which is what becomes of a byte order mark in the
   middle of a file. */
size_t white_space_at(const char *text, size_t n);

#endif

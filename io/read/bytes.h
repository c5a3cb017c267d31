/* io/read/bytes.h - the bytes of a file as text in UTF-8. */
#ifndef PELLTER_IO_READ_BYTES_H
#define PELLTER_IO_READ_BYTES_H

#include <iconv.h>
#include <stdbool.h>
#include <stddef.h>
#include "engine/fault.h"
#include "io/read/stored.h"

#define BYTES_CHUNK ((size_t)64 * 1024) /* of UTF-16 are converted at a time */

/* A source of text. Its insides belong to bytes.c. */
struct bytes {
    struct stored stored;
    bool started;      /* the byte order mark, if there is one, has been dealt with */
    struct few ahead;  /* text that comes before what is still to be read */
    bool utf16;        /* the text is converted, from raw[raw_at, raw_end) */
    iconv_t converter; /* owned */
    char *raw;         /* owned: room for BYTES_CHUNK */
    size_t raw_at, raw_end;
};

/* Opens `path` as stored_open() does: "-" is standard input, gzip and Zstandard are unpacked. On
   success the caller closes *out with bytes_close(); on a fault it is empty. */
MUST_CHECK struct fault bytes_open(const char *path, struct bytes *out);

/* The bytes first <= i < end of a file that is not packed: behind its beginning, plain text. */
MUST_CHECK struct fault bytes_open_range(const char *path, uint64_t first, uint64_t end,
                                         struct bytes *out);

/* The same for n bytes in memory, borrowed until bytes_close(), which arrive `step` bytes at a time
   (0: at once); for tests. */
void bytes_open_memory(const char *name, const char *memory, size_t n, size_t step,
                       struct bytes *out);

/* The next 1 to `room` bytes of text (room > 0) into `buffer`; *n is 0 at the end. A byte order
   mark is left out, UTF-16 (known by its mark) is made UTF-8, and anything else comes as it is,
   straight from the file: text that is not valid UTF-8, or has NULs in it, is for the caller to
   judge.

   Faults come after all the text before them and again at each further call, without a row:
   FAULT_SYNTAX for UTF-16 that is damaged or cut off, and those of stored_read(). */
MUST_CHECK struct fault bytes_read(struct bytes *bytes, char *buffer, size_t room, size_t *n);

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

/* io/read/divide.c - see divide.h. */
#include "io/read/divide.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/read/bytes.h"

#define STEP_BYTES ((size_t)256 * 1024) /* stays in a core's own cache while it is looked at */

struct fault divisible(const char *path, struct divisible *out)
{
    struct bytes bytes;
    struct stat status;
    char first[4];
    size_t n = 0;
    struct fault fault;
    *out = (struct divisible){0};
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
        return FAULT_FREE; /* whoever reads it says what is wrong with it */
    }
    out->size = (uint64_t)status.st_size;
    fault = bytes_open(path, &bytes);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    fault = bytes_read(&bytes, first, sizeof first, &n);
    out->is = fault.code == FAULT_NONE && !bytes.utf16 && bytes.stored.unpacker == NULL;
    bytes_close(&bytes);
    if (out->is && n > 0) {
        struct stored stored;
        fault = stored_open(path, &stored);
        if (fault.code == FAULT_NONE) {
            fault = stored_read(&stored, first, sizeof first, &n);
            out->mark = n >= 3 && memcmp(first, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
            stored_close(&stored);
        }
    }
    return fault;
}

/* The compiler counts 32 or 64 at a time. */
static size_t count_quotes(const char *text, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        count += text[i] == '"';
    }
    return count;
}

struct fault quotes_between(const char *path, uint64_t first, uint64_t end, bool *odd)
{
    struct stored stored;
    char *room;
    size_t n = 1, count = 0;
    struct fault fault;
    *odd = false;
    if (first >= end) {
        return FAULT_FREE;
    }
    fault = stored_open_range(path, first, end, &stored);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    room = malloc(STEP_BYTES);
    fault = room == NULL ? fault_memory() : FAULT_FREE;
    while (fault.code == FAULT_NONE && n > 0) {
        fault = stored_read(&stored, room, STEP_BYTES, &n);
        count += count_quotes(room, n);
    }
    *odd = count % 2 != 0;
    free(room);
    stored_close(&stored);
    return fault;
}

/* What passes over a text byte by byte, and stops behind line ends. */
struct line_search {
    bool quoted;
    bool cr; /* the last byte was a CR that ends a line: a LF behind it belongs to it */
};

/* Takes a byte: 1 where a line ended with the byte before it, 2 where it ends with this one. */
static int take_byte(struct line_search *search, char byte)
{
    const bool ended = search->cr && byte != '\n';
    search->cr = false;
    if (ended) {
        search->quoted = byte == '"';
        search->cr = byte == '\r';
        return 1;
    }
    search->quoted = search->quoted != (byte == '"');
    if (search->quoted) {
        return 0;
    }
    search->cr = byte == '\r';
    return byte == '\n' ? 2 : 0;
}

struct fault cut_behind(const char *path, uint64_t at, bool quoted, uint64_t end, uint64_t *cut)
{
    struct line_search search = {.quoted = quoted};
    struct stored stored;
    char room[4096];
    size_t n = 1;
    struct fault fault;
    *cut = end;
    if (at >= end) {
        return FAULT_FREE;
    }
    fault = stored_open_range(path, at, end, &stored);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    for (uint64_t before = at; fault.code == FAULT_NONE && *cut == end && n > 0; before += n) {
        fault = stored_read(&stored, room, sizeof room, &n);
        for (size_t i = 0; i < n; i++) {
            const int ended = take_byte(&search, room[i]);
            if (ended != 0) {
                *cut = before + i + (ended == 2);
                break;
            }
        }
    }
    stored_close(&stored);
    return fault;
}

size_t lines_length(const char *text, size_t n, size_t lines)
{
    struct line_search search = {0};
    for (size_t i = 0; i < n; i++) {
        const int ended = take_byte(&search, text[i]);
        lines -= ended != 0;
        if (lines == 0) {
            return i + (ended == 2);
        }
    }
    return n;
}

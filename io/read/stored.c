/* io/read/stored.c - see stored.h. */
#include "io/read/stored.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define PACKED_BYTES ((size_t)128 * 1024)

enum packing { NOT_PACKED, GZIP, ZSTANDARD };

struct unpacker {
    enum packing packing;
    z_stream gzip;
    ZSTD_DStream *zstandard; /* owned */
    size_t wanted;           /* bytes that Zstandard asked for */
    bool filled;             /* its last call filled the buffer: it may have more to hand out */
    bool within;             /* within a gzip member or a Zstandard frame */
    bool broken;             /* stored->fault says why nothing more comes */
    size_t at, n;            /* packed[at, n) is to be unpacked */
    unsigned char packed[PACKED_BYTES];
};

size_t few_take(struct few *few, char *buffer, size_t room)
{
    const size_t n = few->n < room ? few->n : room;

    memcpy(buffer, few->bytes, n);
    few->n -= n;
    memmove(few->bytes, few->bytes + n, few->n);
    return n;
}

static struct fault open_fault(const char *name, int error)
{
    if (error == ENOMEM) {
        return fault_memory();
    }
    return fault_at(FAULT_OPEN, name, 0, 0, "cannot be read: %s", strerror(error));
}

struct fault stored_open(const char *path, struct stored *out)
{
    const bool standard = strcmp(path, STANDARD_INPUT) == 0;
    struct stat status;

    *out = (struct stored){.name = standard ? STANDARD_INPUT_NAME : path, .step = SIZE_MAX};
    /* A duplicate, so that whatever was opened can be closed. */
    out->file =
        standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC);
    if (out->file < 0) {
        const struct fault fault = open_fault(out->name, errno);
        *out = (struct stored){0};
        return fault;
    }
    out->has_file = true;
    if (fstat(out->file, &status) == 0 && S_ISREG(status.st_mode)) {
        out->length = (uint64_t)status.st_size;
    }
    return FAULT_FREE;
}

struct fault stored_open_range(const char *path, uint64_t first, uint64_t end, struct stored *out)
{
    struct fault fault = stored_open(path, out);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    if (lseek(out->file, (off_t)first, SEEK_SET) < 0) {
        fault = open_fault(path, errno);
        stored_close(out);
        return fault;
    }
    out->started = first > 0;
    out->bounded = true;
    out->length = end - first;
    return FAULT_FREE;
}

void stored_open_memory(const char *name, const char *memory, size_t n, size_t step,
                        struct stored *out)
{
    *out = (struct stored){.name = name,
                           .memory = memory,
                           .n_memory = n,
                           .step = step == 0 ? SIZE_MAX : step,
                           .length = n};
}

/* Reads once, as the bytes are stored. 0: there is nothing more, or stored->fault. */
static size_t read_once(struct stored *stored, void *buffer, size_t room)
{
    size_t n = 0;

    if (stored->ended) {
        return 0;
    }
    room = room < stored->step ? room : stored->step;
    if (stored->bounded && room > stored->length - stored->position) {
        room = (size_t)(stored->length - stored->position);
    }
    if (stored->has_file) {
        ssize_t got;
        do {
            /* A signal may break in: whoever stops on one looks at its flag between pieces, not
               here. */
            got = read(stored->file, buffer, room);
        } while (got < 0 && errno == EINTR);
        if (got < 0) {
            stored->fault = open_fault(stored->name, errno);
        } else {
            n = (size_t)got;
        }
    } else {
        n = stored->n_memory < room ? stored->n_memory : room;
        if (n > 0) {
            memcpy(buffer, stored->memory, n);
            stored->memory += n;
            stored->n_memory -= n;
        }
    }
    stored->ended = n == 0;
    stored->position += n;
    return n;
}

/* Sources: RFC 1952, section 2.3.1; RFC 8878, sections 3.1.1 and 3.1.2 (a file may begin with a
   frame to be skipped: 184D2A50 to 184D2A5F, lowest byte first). */
static enum packing packing_of(const struct few *ahead)
{
    const unsigned char *const bytes = (const unsigned char *)ahead->bytes;

    if (ahead->n >= 2 && memcmp(bytes, "\x1F\x8B", 2) == 0) {
        return GZIP;
    }
    if (ahead->n == 4 && memcmp(bytes, "\x28\xB5\x2F\xFD", 4) == 0) {
        return ZSTANDARD;
    }
    if (ahead->n == 4 && bytes[0] >> 4 == 5 && memcmp(bytes + 1, "\x2A\x4D\x18", 3) == 0) {
        return ZSTANDARD;
    }
    return NOT_PACKED;
}

/* NULL: no memory. */
static struct unpacker *unpacker_new(enum packing packing)
{
    struct unpacker *const unpacker = calloc(1, sizeof *unpacker);

    if (unpacker == NULL) {
        return NULL;
    }
    unpacker->packing = packing;
    if (packing == GZIP) {
        /* 16: with gzip's header and checksum */
        unpacker->broken = inflateInit2(&unpacker->gzip, 16 + MAX_WBITS) != Z_OK;
    } else {
        unpacker->zstandard = ZSTD_createDStream();
        unpacker->broken = unpacker->zstandard == NULL;
    }
    if (unpacker->broken) {
        free(unpacker); /* what could not be begun needs no end */
        return NULL;
    }
    return unpacker;
}

static void unpacker_free(struct unpacker *unpacker)
{
    if (unpacker != NULL) {
        (void)(unpacker->packing == GZIP ? (size_t)inflateEnd(&unpacker->gzip)
                                         : ZSTD_freeDStream(unpacker->zstandard));
        free(unpacker);
    }
}

/* Reads the first bytes and looks whether it is packed. */
static void stored_start(struct stored *stored)
{
    struct few *const ahead = &stored->ahead;
    enum packing packing;
    size_t n;

    stored->started = true;
    do {
        n = read_once(stored, ahead->bytes + ahead->n, sizeof ahead->bytes - ahead->n);
        ahead->n += n;
    } while (n > 0 && ahead->n < sizeof ahead->bytes);
    packing = packing_of(ahead);
    if (packing == NOT_PACKED) {
        return;
    }
    stored->unpacker = unpacker_new(packing);
    if (stored->unpacker == NULL) {
        stored->fault = fault_memory();
        stored->ended = true;
        ahead->n = 0;
        return;
    }
    stored->unpacker->n = few_take(ahead, (char *)stored->unpacker->packed, PACKED_BYTES);
}

/* Ends the unpacking: `fault` is what comes after what has been unpacked. */
static void unpacker_break(struct stored *stored, struct fault fault)
{
    stored->unpacker->broken = true;
    stored->fault = fault;
}

static struct fault unpack_fault(const struct stored *stored, const char *what)
{
    const char *const kind = stored->unpacker->packing == GZIP ? "gzip" : "Zstandard";

    return fault_at(FAULT_SYNTAX, stored->name, 0, 0,
                    "found a %s file that %s, expected one that can be unpacked to its end: copy "
                    "or save it again",
                    kind, what);
}

/* Unpacks once. */
static size_t gzip_unpack(struct stored *stored, char *buffer, size_t room)
{
    const size_t room_max = 1u << 30; /* zlib counts in unsigned int */
    struct unpacker *const unpacker = stored->unpacker;
    z_stream *const gzip = &unpacker->gzip;
    size_t n;
    int result;

    if (!unpacker->within) {
        (void)inflateReset(gzip); /* fails only for what was never begun */
    }
    room = room < room_max ? room : room_max;
    gzip->next_in = unpacker->packed + unpacker->at;
    gzip->avail_in = (uInt)(unpacker->n - unpacker->at);
    gzip->next_out = (Bytef *)buffer;
    gzip->avail_out = (uInt)room;
    result = inflate(gzip, Z_NO_FLUSH);
    unpacker->at = unpacker->n - gzip->avail_in;
    unpacker->within = result != Z_STREAM_END;
    n = room - gzip->avail_out;
    /* Z_BUF_ERROR: nothing to do with what there is. */
    if (result == Z_MEM_ERROR) {
        unpacker_break(stored, fault_memory());
    } else if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
        unpacker_break(stored, unpack_fault(stored, "is damaged"));
    }
    return n;
}

static struct fault zstandard_fault(const struct stored *stored, size_t result)
{
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation:
        return fault_memory();
    case ZSTD_error_frameParameter_windowTooLarge:
        return fault_at(FAULT_SYNTAX, stored->name, 0, 0,
                        "found a Zstandard file that takes more than 128 MiB to unpack, expected "
                        "one that was packed without --long and --ultra");
    default:
        return unpack_fault(stored, "is damaged");
    }
}

/* How many bytes to give to Zstandard: one step's at a time. It does not tell what it has handed
   out in a call that meets damage, so there must be nothing between the two. What it asks for is a
   block and the header of the next, which has 3 bytes. */
static size_t zstandard_portion(const struct unpacker *unpacker)
{
    if (unpacker->filled) {
        return 0;
    }
    return unpacker->wanted > 3 ? unpacker->wanted - 3 : unpacker->wanted;
}

/* Unpacks once. */
static size_t zstandard_unpack(struct stored *stored, char *buffer, size_t room)
{
    struct unpacker *const unpacker = stored->unpacker;
    const size_t n_left = unpacker->n - unpacker->at;
    ZSTD_outBuffer out = {buffer, room, 0};
    ZSTD_inBuffer in = {unpacker->packed + unpacker->at, 0, 0};
    size_t result;

    if (!unpacker->within) {
        unpacker->wanted = ZSTD_initDStream(unpacker->zstandard);
    }
    in.size = zstandard_portion(unpacker);
    in.size = in.size < n_left ? in.size : n_left;
    result = ZSTD_decompressStream(unpacker->zstandard, &out, &in);
    if (ZSTD_isError(result)) {
        unpacker_break(stored, zstandard_fault(stored, result));
        return 0;
    }
    unpacker->at += in.pos;
    unpacker->wanted = result;
    unpacker->within = result != 0;
    unpacker->filled = out.pos == room;
    return out.pos;
}

/* Unpacks until there is something, an end or a fault. */
static size_t stored_unpack(struct stored *stored, char *buffer, size_t room)
{
    struct unpacker *const unpacker = stored->unpacker;
    size_t n = 0;

    while (n == 0 && !unpacker->broken) {
        if (unpacker->at == unpacker->n) {
            unpacker->at = 0;
            unpacker->n = read_once(stored, unpacker->packed, PACKED_BYTES);
        }
        if (unpacker->n == 0 && !unpacker->within) {
            break;
        }
        n = unpacker->packing == GZIP ? gzip_unpack(stored, buffer, room)
                                      : zstandard_unpack(stored, buffer, room);
        /* Without input it may have had something left to hand out; and now it has not. */
        if (n == 0 && unpacker->n == 0 && unpacker->within) {
            unpacker_break(stored, stored->fault.code != FAULT_NONE
                                       ? stored->fault
                                       : unpack_fault(stored, "ends early"));
        }
    }
    return n;
}

struct fault stored_read(struct stored *stored, char *buffer, size_t room, size_t *n)
{
    assert(room > 0);
    if (!stored->started) {
        stored_start(stored);
    }
    if (stored->unpacker != NULL) {
        *n = stored_unpack(stored, buffer, room);
    } else if (stored->ahead.n > 0) {
        *n = few_take(&stored->ahead, buffer, room);
    } else {
        *n = read_once(stored, buffer, room);
    }
    return *n > 0 ? FAULT_FREE : stored->fault;
}

void stored_close(struct stored *stored)
{
    if (stored->has_file) {
        (void)close(stored->file); /* only ever read from: closing loses nothing */
    }
    unpacker_free(stored->unpacker);
    *stored = (struct stored){0};
}

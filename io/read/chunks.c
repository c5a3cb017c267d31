/* io/read/chunks.c - see chunks.h. What is done here, one thread does while others wait: a read
   straight into the piece, a look for quotes, and a copy of the record that was cut. */
#include "io/read/chunks.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "engine/memory.h"
#include "io/read/bytes.h"
#include "io/read/rows.h"

/* As chunks.h says: whoever reads a piece this long faults at its limits. */
#define RECORD_MAX ((size_t)18 * 1024 * 1024)

struct chunks {
    struct bytes bytes;
    size_t chunk_bytes;
    char *rest; /* owned: n_rest bytes that were read and belong to the next piece */
    size_t n_rest, rest_capacity;
    bool quoted; /* quotes read so far are odd in number */
    bool ended;  /* there is nothing more to read */
    uint64_t n_pieces;
    struct fault fault; /* what comes after the pieces */
};

void chunk_free(struct chunk *chunk)
{
    free(chunk->text);
    *chunk = (struct chunk){0};
}

static struct chunks *chunks_new(size_t chunk_bytes)
{
    struct chunks *const chunks = calloc(1, sizeof *chunks);

    if (chunks != NULL) {
        chunks->chunk_bytes = chunk_bytes == 0 ? CHUNK_BYTES : chunk_bytes;
    }
    return chunks;
}

/* The whole file, or where `end` is not 0 a part of it. */
static struct fault open_part(const char *path, uint64_t first, uint64_t end, size_t chunk_bytes,
                              struct chunks **out)
{
    struct fault fault = FAULT_FREE;

    *out = chunks_new(chunk_bytes);
    if (*out == NULL) {
        return fault_memory();
    }
    fault = end == 0 ? bytes_open(path, &(*out)->bytes)
                     : bytes_open_range(path, first, end, &(*out)->bytes);
    if (fault.code != FAULT_NONE) {
        chunks_close(*out);
        *out = NULL;
    }
    return fault;
}

struct fault chunks_open(const char *path, size_t chunk_bytes, struct chunks **out)
{
    return open_part(path, 0, 0, chunk_bytes, out);
}

struct fault chunks_open_range(const char *path, uint64_t first, uint64_t end, size_t chunk_bytes,
                               struct chunks **out)
{
    return open_part(path, first, end, chunk_bytes, out);
}

struct fault chunks_open_memory(const char *name, const char *bytes, size_t n, size_t step,
                                size_t chunk_bytes, struct chunks **out)
{
    *out = chunks_new(chunk_bytes);
    if (*out == NULL) {
        return fault_memory();
    }
    bytes_open_memory(name, bytes, n, step, &(*out)->bytes);
    return FAULT_FREE;
}

void chunks_close(struct chunks *chunks)
{
    if (chunks != NULL) {
        bytes_close(&chunks->bytes);
        free(chunks->rest);
        free(chunks);
    }
}

uint64_t chunks_position(const struct chunks *chunks)
{
    return chunks->bytes.stored.position;
}

uint64_t chunks_length(const struct chunks *chunks)
{
    return chunks->bytes.stored.length;
}

/* Eight bytes at a time: where every cell is quoted, going from quote to quote is slow. */
static bool quotes_are_odd(const char *text, size_t n)
{
    const uint64_t quotes = 0x2222222222222222, low_bits = 0x7F7F7F7F7F7F7F7F;
    const char *const end = text + n;
    uint64_t odd = 0; /* one bit set for each quote, in turn set and cleared */

    text = n == 0 ? NULL : memchr(text, '"', n);
    if (text == NULL) {
        return false;
    }
    for (; end - text >= 8; text += 8) {
        uint64_t word;
        memcpy(&word, text, sizeof word);
        word ^= quotes;
        odd ^= ~(((word & low_bits) + low_bits) | word | low_bits); /* 80 for each byte of 0 */
    }
    for (; text < end; text++) {
        odd ^= *text == '"';
    }
    return __builtin_parityll(odd) != 0;
}

/* The last place behind a line end outside quotes, not before `from`; 0: there is none. `quoted`:
   the quotes in text[0, n) are odd in number. */
static size_t last_cut(const char *text, size_t from, size_t n, bool quoted)
{
    for (size_t i = n; i > 0 && i >= from; i--) {
        const char byte = text[i - 1];
        /* behind a last CR a LF may come that belongs to it; one that is there was met before it */
        if (!quoted && (byte == '\n' || (byte == '\r' && i < n))) {
            return i;
        }
        quoted = quoted != (byte == '"');
    }
    return 0;
}

/* Reads on until the piece has `want` bytes or there are no more. */
static struct fault chunks_fill(struct chunks *chunks, struct chunk *chunk, size_t want)
{
    const size_t n_before = chunk->n;

    if (!array_grow(&chunk->text, &chunk->capacity, want + TEXT_PADDING, 1)) {
        return fault_memory();
    }
    while (chunk->n < want && !chunks->ended) {
        size_t n;
        chunks->fault = bytes_read(&chunks->bytes, chunk->text + chunk->n, want - chunk->n, &n);
        chunk->n += n;
        chunks->ended = n == 0;
    }
    chunks->quoted = chunks->quoted != quotes_are_odd(chunk->text + n_before, chunk->n - n_before);
    return FAULT_FREE;
}

/* Keeps what stands behind `cut` for the next piece. */
static struct fault chunks_cut(struct chunks *chunks, struct chunk *chunk, size_t cut)
{
    const size_t n_rest = chunk->n - cut;

    if (n_rest > 0) {
        if (!array_grow(&chunks->rest, &chunks->rest_capacity, n_rest, 1)) {
            return fault_memory();
        }
        memcpy(chunks->rest, chunk->text + cut, n_rest);
    }
    chunks->n_rest = n_rest;
    chunk->n = cut;
    return FAULT_FREE;
}

/* A piece of about chunk_bytes, or as much longer as its only record takes. */
static struct fault chunks_take(struct chunks *chunks, struct chunk *chunk)
{
    size_t want = chunks->chunk_bytes, looked_at = chunks->n_rest;
    struct fault fault = FAULT_FREE;

    want = want < chunks->n_rest ? chunks->n_rest : want;
    if (!array_grow(&chunk->text, &chunk->capacity, want + TEXT_PADDING, 1)) {
        return fault_memory();
    }
    if (chunks->n_rest > 0) {
        memcpy(chunk->text, chunks->rest, chunks->n_rest);
        chunk->n = chunks->n_rest;
        chunks->n_rest = 0;
    }
    while ((fault = chunks_fill(chunks, chunk, want)).code == FAULT_NONE && !chunks->ended) {
        const size_t cut = last_cut(chunk->text, looked_at, chunk->n, chunks->quoted);
        if (cut > 0) {
            return chunks_cut(chunks, chunk, cut);
        }
        if (chunk->n >= RECORD_MAX) {
            return FAULT_FREE;
        }
        looked_at = chunk->n;
        want = chunk->n <= RECORD_MAX / 2 ? 2 * chunk->n : RECORD_MAX;
    }
    return fault;
}

struct fault chunks_next(struct chunks *chunks, struct chunk *chunk)
{
    chunk->n = 0;
    chunk->ordinal = chunks->n_pieces;
    if (!chunks->ended) {
        const struct fault fault = chunks_take(chunks, chunk);
        if (fault.code != FAULT_NONE) {
            chunk->n = 0;
            chunks->ended = true;
            chunks->fault = fault;
        }
    }
    if (chunk->n == 0) {
        return chunks->fault;
    }
    chunks->n_pieces++;
    return FAULT_FREE;
}

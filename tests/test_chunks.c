/* tests/test_chunks.c - a file as pieces of whole records: plain, UTF-16, packed, cut off, damaged,
   through pipes, without memory. Where a piece may end is told by going through the whole text byte
   by byte; what is packed is packed by zlib and libzstd themselves. */
#define ZLIB_CONST /* its input is const */
#include "tests/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include "engine/memory.h"
#include "io/read/chunks.h"
#include "io/read/rows.h"

#define BYTES(literal) literal, sizeof(literal) - 1
#define MIB ((size_t)1024 * 1024)
#define RECORD_MAX (18 * MIB) /* chunks.h */

/* ---- what the linker puts in the place of the library's ---- */

/* The allocation that fails, counted down, and what read(2) does. Mutable, since there is no other
   way into them: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=read. */
static size_t allocations_left = SIZE_MAX;
static size_t largest_allocation;
static size_t readable = SIZE_MAX; /* bytes until read(2) fails */
static bool interrupting;          /* every other read(2) is broken into by a signal */
static bool interrupted;           /* the last one was */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the names are ld's */
void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *memory, size_t n);
void *__wrap_realloc(void *memory, size_t n);
ssize_t __real_read(int file, void *buffer, size_t n);
ssize_t __wrap_read(int file, void *buffer, size_t n);

static bool allocation_allowed(size_t n)
{
    largest_allocation = n > largest_allocation ? n : largest_allocation;
    if (allocations_left == SIZE_MAX) {
        return true;
    }
    allocations_left -= allocations_left > 0;
    return allocations_left > 0;
}

void *__wrap_malloc(size_t n)
{
    return allocation_allowed(n) ? __real_malloc(n) : NULL;
}

void *__wrap_calloc(size_t n, size_t size)
{
    return allocation_allowed(n * size) ? __real_calloc(n, size) : NULL;
}

void *__wrap_realloc(void *memory, size_t n)
{
    return allocation_allowed(n) ? __real_realloc(memory, n) : NULL;
}

ssize_t __wrap_read(int file, void *buffer, size_t n)
{
    ssize_t got;

    interrupted = interrupting && !interrupted;
    if (interrupted || readable == 0) {
        errno = interrupted ? EINTR : EIO;
        return -1;
    }
    got = __real_read(file, buffer, n < readable ? n : readable);
    readable -= got > 0 && readable != SIZE_MAX ? (size_t)got : 0;
    return got;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* ---- what is expected ---- */

struct buffer {
    char *bytes; /* owned */
    size_t n, capacity;
};

static void buffer_add(struct buffer *buffer, const char *bytes, size_t n)
{
    assert_true(array_grow(&buffer->bytes, &buffer->capacity, buffer->n + n + 1, 1));
    if (n > 0) {
        memcpy(buffer->bytes + buffer->n, bytes, n);
    }
    buffer->n += n;
}

static void buffer_free(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}

/* A text, and where a piece of it may end. */
struct expected {
    const char *name;
    const char *text;
    size_t n;
    bool *ends;        /* owned: n + 1 flags */
    size_t longest;    /* bytes from one such place to the next */
    bool cut_anywhere; /* a record in it is longer than a piece may be */
};

/* The reference: one byte after the other, from the beginning. */
static struct expected expected_of(const char *name, const char *text, size_t n)
{
    struct expected expected = {name, text, n, calloc(n + 1, sizeof(bool)), 0, false};
    bool quoted = false;
    size_t start = 0;

    assert_non_null(expected.ends);
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '"') {
            quoted = !quoted;
        } else if (!quoted && text[i] == '\n') {
            expected.ends[i + 1] = true;
        } else if (!quoted && text[i] == '\r') {
            expected.ends[i + 1] = i + 1 < n && text[i + 1] != '\n';
        }
        if (expected.ends[i + 1] || i + 1 == n) {
            expected.longest = i + 1 - start > expected.longest ? i + 1 - start : expected.longest;
            start = i + 1;
        }
    }
    return expected;
}

/* Takes all pieces and looks at each; what comes behind them. *n: how many bytes they have. */
static struct fault take_pieces(struct chunks *chunks, size_t chunk_bytes, const struct expected *e,
                                size_t *n)
{
    const size_t about = chunk_bytes == 0 ? CHUNK_BYTES : chunk_bytes;
    const size_t longest = 2 * e->longest + 2; /* twice as much is read until a record is whole */
    struct chunk chunk = {0};
    struct fault fault = FAULT_FREE;
    uint64_t ordinal = 0;
    bool within = false; /* the piece before ended within a record: a fault must follow */

    *n = 0;
    while ((fault = chunks_next(chunks, &chunk)).code == FAULT_NONE && chunk.n > 0) {
        if (chunk.n > e->n - *n || memcmp(chunk.text, e->text + *n, chunk.n) != 0) {
            fail_msg("%s, by %zu: other text in the %zu bytes from byte %zu", e->name, chunk_bytes,
                     chunk.n, *n);
        }
        if (within && !e->cut_anywhere) {
            fail_msg("%s, by %zu: a piece ends at byte %zu", e->name, chunk_bytes, *n);
        }
        *n += chunk.n;
        within = !e->ends[*n];
        if (chunk.n > longest && chunk.n > about) {
            fail_msg("%s, by %zu: a piece of %zu bytes", e->name, chunk_bytes, chunk.n);
        }
        assert_int_equal(chunk.ordinal, ordinal++);
        memset(chunk.text + chunk.n, '"', TEXT_PADDING); /* there, and of no effect */
    }
    for (int again = 0; again < 3; again++) {
        const struct fault same = chunks_next(chunks, &chunk);
        assert_int_equal(chunk.n, 0);
        assert_int_equal(same.code, fault.code);
        assert_string_equal(same.detail, fault.detail);
    }
    chunk_free(&chunk);
    return fault;
}

/* Pieces of what is stored; where there is no fault they are the whole text. */
static struct fault read_memory(const char *stored, size_t n_stored, size_t step,
                                size_t chunk_bytes, const struct expected *e, size_t *n)
{
    struct chunks *chunks = NULL;
    struct fault fault = chunks_open_memory("x.csv", stored, n_stored, step, chunk_bytes, &chunks);

    assert_int_equal(fault.code, FAULT_NONE);
    assert_int_equal(chunks_length(chunks), n_stored);
    assert_int_equal(chunks_position(chunks), 0);
    fault = take_pieces(chunks, chunk_bytes, e, n);
    if (fault.code == FAULT_NONE) {
        assert_int_equal(chunks_position(chunks), n_stored);
    }
    chunks_close(chunks);
    return fault;
}

static void check_whole(const struct fault *fault, const struct expected *e, size_t n, size_t step,
                        size_t chunk_bytes)
{
    if (fault->code != FAULT_NONE || n != e->n) {
        fail_msg("%s, step %zu, by %zu: %zu of %zu bytes, %s", e->name, step, chunk_bytes, n, e->n,
                 fault->detail);
    }
}

static const size_t steps[] = {0, 1, 2, 3, 5, 8, 13, 64};
static const size_t sizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 31, 64, 100, 0};

static void check_stored(const char *stored, size_t n_stored, const struct expected *e)
{
    for (size_t i = 0; i < COUNT(steps); i++) {
        for (size_t k = 0; k < COUNT(sizes); k++) {
            size_t n;
            const struct fault fault = read_memory(stored, n_stored, steps[i], sizes[k], e, &n);
            check_whole(&fault, e, n, steps[i], sizes[k]);
        }
    }
}

static void check_fault(const char *name, const struct fault *fault, enum fault_code code,
                        const char *file, const char *word)
{
    if (fault->code != code || strcmp(fault->file, file) != 0 || fault->row != 0 ||
        fault->column != 0 || strstr(fault->detail, word) == NULL) {
        fail_msg("%s: expected %d %s: %s, got %d %s:%zu:%zu: %s", name, code, file, word,
                 fault->code, fault->file, fault->row, fault->column, fault->detail);
    }
}

/* ---- plain text ---- */

#define BOM "\xEF\xBB\xBF"

/* clang-format off: bytes are lined up by hand */
static const struct {
    const char *name;
    const char *stored;
    size_t n_stored;
    const char *text; /* as it is read; NULL: as it is stored */
    size_t n;
} texts[] = {
    {"empty", BYTES(""), NULL, 0},
    {"one byte", BYTES("a"), NULL, 0},
    {"one line end", BYTES("\n"), NULL, 0},
    {"CR alone", BYTES("\r"), NULL, 0},
    {"CR LF alone", BYTES("\r\n"), NULL, 0},
    {"LF", BYTES("id,q1\nA,1\nBB,22\nCCC,333\nDDDD,4444\n"), NULL, 0},
    {"no line end at the end", BYTES("id,q1\nA,1\nB,2"), NULL, 0},
    {"CR LF", BYTES("id,q1\r\nA,1\r\nB,2\r\nCCCCC,3\r\n"), NULL, 0},
    {"CR", BYTES("id,q1\rA,1\rB,2\rCCCCC,3\r"), NULL, 0},
    {"CR, no line end at the end", BYTES("id,q1\rA,1\rB,2"), NULL, 0},
    {"mixed", BYTES("a\r\nb\nc\rd\r\r\ne\n\r\n\rf\r\n\n\n"), NULL, 0},
    {"blank lines", BYTES("\n\n\n\r\n\r\n\r\r\r\n\n"), NULL, 0},
    {"quotes", BYTES("\"a\",\"b\"\n\"1\",\"2\"\n\"3\",\"4\"\n"), NULL, 0},
    {"line breaks in quotes", BYTES("a,b\n\"x\ny\r\nz\rw\",2\n3,\"\n\"\n\"\r\n\"\r\n4,5\n"), NULL,
     0},
    {"only line breaks in quotes", BYTES("\"\n\r\n\r\n\n\r\r\n\n\n\n\n\""), NULL, 0},
    {"quotes in quotes", BYTES("a\n\"say \"\"x\n\"\"\"\n\"\"\"\"\n\"\"\n\"\"\"\n\"\n"), NULL, 0},
    {"a quote at the end of a piece", BYTES("ab\"\n\"c\nd\n\"\"\ne\n"), NULL, 0},
    {"a quote behind a CR", BYTES("a\r\"b\rc\"\r\"\"\r\n\"\r\n\"\r"), NULL, 0},
    {"a quote never closed", BYTES("a,b\n1,\"2\n3,4\n5,6\r\n7\r8\n"), NULL, 0},
    {"a quote never closed, later", BYTES("a\n\"b\"\n\"c\nd\ne\nf\ng\nh\n"), NULL, 0},
    {"one long record", BYTES("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"), NULL,
     0},
    {"a long record among short ones",
     BYTES("a\nb\ncccccccccccccccccccccccccccccccccccccccccccccccccc\nd\ne\n"), NULL, 0},
    {"NUL", BYTES("a\n\0\n\0\0b\n"), NULL, 0},
    {"the bytes around a quote",
     BYTES("\x21\x23\xA2\xA1\xA3\n\x22\x23\n\x21\xA2\x22\x23\n\x22\xA2\n\x22"), NULL, 0},
    {"not UTF-8", BYTES("\xE9,\x80\n\xFF\xFF\n\x1F\x8A\n"), NULL, 0},
    {"UTF-8 mark", BYTES(BOM "a,b\n1,2\n"), BYTES("a,b\n1,2\n")},
    {"UTF-8 mark alone", BYTES(BOM), BYTES("")},
    {"UTF-8 mark and a quote", BYTES(BOM "\"a\n\"\nb\n"), BYTES("\"a\n\"\nb\n")},
    {"two UTF-8 marks", BYTES(BOM BOM "a\n"), BYTES(BOM "a\n")},
    {"half a UTF-8 mark", BYTES("\xEF\xBB"), NULL, 0},
    {"a byte of a UTF-16 mark", BYTES("\xFF"), NULL, 0},
    {"nearly a UTF-8 mark", BYTES("\xEF\xBB\xBE\n"), NULL, 0},
    {"UTF-16 mark alone", BYTES("\xFF\xFE"), BYTES("")},
    {"UTF-16, little end first",
     BYTES("\xFF\xFE"
           "a\0,\0b\0\r\0\n\0\xE9\0,\0\x3D\xD8\x42\xDE\n\0\"\0\n\0\"\0\r\0\xAC\x20"),
     BYTES("a,b\r\n\xC3\xA9,\xF0\x9F\x99\x82\n\"\n\"\r\xE2\x82\xAC")},
    {"UTF-16, big end first", BYTES("\xFE\xFF\0a\0;\0b\0\r\0\n\0\xE9\0;\xD8\x3D\xDE\x42\0\n"),
     BYTES("a;b\r\n\xC3\xA9;\xF0\x9F\x99\x82\n")},
    {"UTF-16, one character", BYTES("\xFF\xFE\x3D\xD8\x42\xDE"), BYTES("\xF0\x9F\x99\x82")},
    {"the beginning of gzip", BYTES("\x1F"), NULL, 0},
    {"the beginning of Zstandard", BYTES("\x28\xB5\x2F"), NULL, 0},
    {"nearly gzip", BYTES("\x1F\x8C\n\n\n"), NULL, 0},
    {"nearly Zstandard", BYTES("\x28\xB5\x2F\xFE\n"), NULL, 0},
    {"nearly a frame to be skipped", BYTES("\x60\x2A\x4D\x18\n"), NULL, 0},
};
/* clang-format on */

static struct expected expected_text(size_t i)
{
    return texts[i].text == NULL ? expected_of(texts[i].name, texts[i].stored, texts[i].n_stored)
                                 : expected_of(texts[i].name, texts[i].text, texts[i].n);
}

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct expected expected = expected_text(i);
        check_stored(texts[i].stored, texts[i].n_stored, &expected);
        free(expected.ends);
    }
}

/* The same numbers in every run. */
static unsigned next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33);
}

static void test_random(void **state)
{
    static const char alphabet[] = "ab#,\"\"\n\n\r";
    uint64_t seed = 1;

    (void)state;
    for (size_t i = 0; i < 20000; i++) {
        char text[60];
        size_t got;
        const size_t n = next_random(&seed) % sizeof text;
        const size_t step = next_random(&seed) % 9, size = 1 + next_random(&seed) % 24;
        struct expected expected;
        struct fault fault;
        for (size_t k = 0; k < n; k++) {
            text[k] = alphabet[next_random(&seed) % (sizeof alphabet - 1)];
        }
        expected = expected_of("random", text, n);
        fault = read_memory(text, n, step, size, &expected, &got);
        check_whole(&fault, &expected, got, step, size);
        free(expected.ends);
    }
}

/* `n` bytes or a little more of rows, some of their cells quoted and with line breaks. */
static struct buffer rows_of(size_t n)
{
    struct buffer rows = {0};
    uint64_t seed = 7;

    while (rows.n < n) {
        char row[100];
        const unsigned kind = next_random(&seed) % 20;
        const int length = snprintf(row, sizeof row, "%u,%u,%s%s,%u%s", next_random(&seed),
                                    next_random(&seed), kind == 0 ? "\"a\nb\"\"\r\n\"" : "",
                                    kind == 1 ? "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x99\x82\"" : "",
                                    next_random(&seed),
                                    kind == 2  ? "\r"
                                    : kind < 9 ? "\r\n"
                                               : "\n");
        buffer_add(&rows, row, (size_t)length);
    }
    return rows;
}

static void test_long(void **state)
{
    struct buffer rows = rows_of(3 * MIB);
    struct expected expected = expected_of("long", rows.bytes, rows.n);
    const size_t chunk_bytes[] = {0, 1000, 4096, 65536, MIB, 3 * MIB, 10 * MIB};

    (void)state;
    for (size_t i = 0; i < COUNT(chunk_bytes); i++) {
        for (size_t step = 0; step < 70000; step += 16383) {
            size_t n;
            const struct fault fault =
                read_memory(rows.bytes, rows.n, step, chunk_bytes[i], &expected, &n);
            check_whole(&fault, &expected, n, step, chunk_bytes[i]);
        }
    }
    free(expected.ends);
    buffer_free(&rows);
}

/* A record that no reader takes: it comes in pieces, without ever being held as a whole. */
static void test_endless(void **state)
{
    static const char *const heads[] = {"", "a\n\"", "a\r\n\"\n", "\r"};
    const size_t n = 50 * MIB;
    char *const text = malloc(n);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < COUNT(heads); i++) {
        struct expected expected;
        struct fault fault;
        size_t got;
        memset(text, i == 1 ? '\n' : 'x', n);
        memcpy(text, heads[i], strlen(heads[i]));
        expected = expected_of("endless", text, n);
        expected.cut_anywhere = true;
        expected.longest = RECORD_MAX / 2;
        largest_allocation = 0;
        fault = read_memory(text, n, 0, 0, &expected, &got);
        check_whole(&fault, &expected, got, 0, 0);
        assert_in_range(largest_allocation, RECORD_MAX, 3 * RECORD_MAX);
        free(expected.ends);
    }
    free(text);
}

/* What every reader takes comes in one piece. */
static void test_longest_record(void **state)
{
    const size_t n = RECORD_MAX - 1;
    char *const text = malloc(n + 4);
    struct expected expected;
    struct chunks *chunks = NULL;
    struct chunk chunk = {0};

    (void)state;
    assert_non_null(text);
    memset(text, 'x', n);
    text[1] = text[n - 1] = text[n + 1] = text[n + 3] = '\n';
    expected = expected_of("longest", text, n + 4);
    assert_int_equal(chunks_open_memory("x", text, n + 4, 0, 0, &chunks).code, FAULT_NONE);
    assert_int_equal(chunks_next(chunks, &chunk).code, FAULT_NONE);
    assert_int_equal(chunk.n, 2);
    assert_int_equal(chunks_next(chunks, &chunk).code, FAULT_NONE);
    assert_in_range(chunk.n, n - 2, n + 2);
    assert_true(expected.ends[2 + chunk.n]);
    chunk_free(&chunk);
    chunks_close(chunks);
    free(expected.ends);
    free(text);
}

/* ---- packed ---- */

static void add_gzip(struct buffer *out, const char *text, size_t n)
{
    z_stream gzip = {0};
    size_t room;

    assert_int_equal(deflateInit2(&gzip, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    room = deflateBound(&gzip, n);
    assert_true(array_grow(&out->bytes, &out->capacity, out->n + room + 1, 1));
    gzip.next_in = (z_const Bytef *)text;
    gzip.avail_in = (uInt)n;
    gzip.next_out = (Bytef *)out->bytes + out->n;
    gzip.avail_out = (uInt)room;
    assert_int_equal(deflate(&gzip, Z_FINISH), Z_STREAM_END);
    out->n += room - gzip.avail_out;
    assert_int_equal(deflateEnd(&gzip), Z_OK);
}

/* With a checksum, as the program zstd writes it. */
static void add_zstandard(struct buffer *out, const char *text, size_t n)
{
    ZSTD_CCtx *const context = ZSTD_createCCtx();
    const size_t room = ZSTD_compressBound(n);
    size_t length;

    assert_non_null(context);
    (void)ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    assert_true(array_grow(&out->bytes, &out->capacity, out->n + room + 1, 1));
    length = ZSTD_compress2(context, out->bytes + out->n, room, text, n);
    assert_false(ZSTD_isError(length));
    out->n += length;
    (void)ZSTD_freeCCtx(context);
}

typedef void pack_function(struct buffer *out, const char *text, size_t n);

static const struct {
    const char *name;
    pack_function *add;
    size_t n_magic; /* so many bytes tell it */
} packings[] = {
    {"gzip", add_gzip, 2},
    {"Zstandard", add_zstandard, 4},
};

/* In members or frames of `n_each` bytes, with an empty one before, between and behind them. */
static struct buffer pack_many(size_t packing, const char *text, size_t n, size_t n_each)
{
    struct buffer out = {0};

    packings[packing].add(&out, "", 0);
    for (size_t i = 0; i < n; i += n_each) {
        packings[packing].add(&out, text + i, n - i < n_each ? n - i : n_each);
        packings[packing].add(&out, "", 0);
    }
    return out;
}

static void test_packed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct expected expected = expected_text(i);
        for (size_t p = 0; p < COUNT(packings); p++) {
            struct buffer one = {0}, many;
            packings[p].add(&one, texts[i].stored, texts[i].n_stored);
            check_stored(one.bytes, one.n, &expected);
            many = pack_many(p, texts[i].stored, texts[i].n_stored, 5);
            check_stored(many.bytes, many.n, &expected);
            buffer_free(&one);
            buffer_free(&many);
        }
        free(expected.ends);
    }
}

static void test_packed_long(void **state)
{
    struct buffer rows = rows_of(3 * MIB);
    struct expected expected = expected_of("long", rows.bytes, rows.n);
    const size_t members[] = {3 * MIB + 100, 100000, 1001};

    (void)state;
    for (size_t p = 0; p < COUNT(packings); p++) {
        for (size_t i = 0; i < COUNT(members); i++) {
            struct buffer packed = pack_many(p, rows.bytes, rows.n, members[i]);
            for (size_t size = 0; size < 300000; size += 99999) {
                size_t n;
                const struct fault fault =
                    read_memory(packed.bytes, packed.n, size / 7, size, &expected, &n);
                check_whole(&fault, &expected, n, size / 7, size);
            }
            buffer_free(&packed);
        }
    }
    free(expected.ends);
    buffer_free(&rows);
}

#define SKIPPED(first) first "\x2A\x4D\x18\x03\0\0\0abc"

/* Frames to be skipped, before, between and behind the others. RFC 8878, section 3.1.2. */
static void test_skipped(void **state)
{
    struct expected expected = expected_of("skipped", BYTES("a\nb\n")),
                    none = expected_of("", "", 0);
    struct buffer packed = {0};

    (void)state;
    buffer_add(&packed, BYTES(SKIPPED("\x50")));
    check_stored(packed.bytes, packed.n, &none);
    packed.n = 0;
    buffer_add(&packed, BYTES(SKIPPED("\x5F")));
    check_stored(packed.bytes, packed.n, &none);
    add_zstandard(&packed, BYTES("a\n"));
    buffer_add(&packed, BYTES(SKIPPED("\x5A")));
    add_zstandard(&packed, BYTES("b\n"));
    check_stored(packed.bytes, packed.n, &expected);
    buffer_add(&packed, BYTES(SKIPPED("\x5F")));
    check_stored(packed.bytes, packed.n, &expected);
    buffer_free(&packed);
    free(expected.ends);
    free(none.ends);
}

#define SAMPLE "id,site,q1\nP1,North,3\nP2,\"South\nEast\",4\r\nP3,West,5\n"
#define SAMPLE_FIRST ((size_t)20)

/* The sample in two members, the first of which takes *n_first bytes. */
static struct buffer pack_sample(size_t packing, size_t *n_first)
{
    static const char sample[] = SAMPLE;
    struct buffer packed = {0};

    packings[packing].add(&packed, sample, SAMPLE_FIRST);
    *n_first = packed.n;
    packings[packing].add(&packed, sample + SAMPLE_FIRST, sizeof sample - 1 - SAMPLE_FIRST);
    return packed;
}

static void check_cut_off(size_t packing, const struct expected *e, size_t step)
{
    const char *const name = packings[packing].name;
    size_t n_first, n;
    struct buffer packed = pack_sample(packing, &n_first);

    for (size_t cut = packings[packing].n_magic; cut < packed.n; cut++) {
        const struct fault fault = read_memory(packed.bytes, cut, step, 1 + cut % 9, e, &n);
        if (cut == n_first) { /* a whole file, as far as anyone can tell */
            assert_int_equal(fault.code, FAULT_NONE);
            assert_int_equal(n, SAMPLE_FIRST);
        } else {
            check_fault(name, &fault, FAULT_SYNTAX, "x.csv", "ends early");
            assert_non_null(strstr(fault.detail, name));
            assert_true(cut < n_first ? n <= SAMPLE_FIRST : n >= SAMPLE_FIRST);
        }
    }
    buffer_free(&packed);
}

/* A file that ends at each of its bytes: never taken for a whole one. */
static void test_cut_off(void **state)
{
    struct expected expected = expected_of("cut off", BYTES(SAMPLE));

    (void)state;
    for (size_t p = 0; p < COUNT(packings); p++) {
        for (size_t step = 0; step < 4; step++) {
            check_cut_off(p, &expected, step);
        }
    }
    free(expected.ends);
}

/* All text before the place where a long file is cut off or damaged. */
static void test_text_before_fault(void **state)
{
    struct buffer rows = rows_of(2 * MIB);
    struct expected expected = expected_of("before", rows.bytes, rows.n);

    (void)state;
    for (size_t p = 0; p < COUNT(packings); p++) {
        struct buffer packed = {0};
        struct fault fault;
        size_t n;
        packings[p].add(&packed, rows.bytes, rows.n);
        fault = read_memory(packed.bytes, packed.n - 5000, 0, 0, &expected, &n);
        check_fault(packings[p].name, &fault, FAULT_SYNTAX, "x.csv", "ends early");
        assert_in_range(n, rows.n - 300000, rows.n - 1); /* a block of Zstandard is up to 128 KiB */
        packed.bytes[packed.n - 3] ^= 0x10;              /* in the checksum, or the length */
        fault = read_memory(packed.bytes, packed.n, 0, 4 * MIB, &expected, &n);
        check_fault(packings[p].name, &fault, FAULT_SYNTAX, "x.csv", "is damaged");
        assert_int_equal(n, rows.n);
        buffer_free(&packed);
    }
    free(expected.ends);
    buffer_free(&rows);
}

/* Reads what is damaged. True: no fault, and the text is `text`. Anything but the text or a fault
   fails. */
static bool read_damaged(const struct buffer *packed, size_t at, const char *text, size_t n_text)
{
    struct buffer got = {0};
    struct chunks *chunks = NULL;
    struct chunk chunk = {0};
    struct fault fault = chunks_open_memory("x.csv", packed->bytes, packed->n, 0, 16, &chunks);

    assert_int_equal(fault.code, FAULT_NONE);
    while ((fault = chunks_next(chunks, &chunk)).code == FAULT_NONE && chunk.n > 0) {
        buffer_add(&got, chunk.text, chunk.n);
    }
    if (fault.code == FAULT_NONE && (got.n != n_text || memcmp(got.bytes, text, n_text) != 0)) {
        fail_msg("damaged at byte %zu: %zu bytes of other text, and no fault", at, got.n);
    }
    assert_true(fault.code == FAULT_NONE || fault.code == FAULT_SYNTAX);
    chunk_free(&chunk);
    chunks_close(chunks);
    buffer_free(&got);
    return fault.code == FAULT_NONE;
}

/* Each byte of a file made into each other byte. The checksums find it, except in those few bytes
   of the headers that do not matter for the text (time, system). */
static void test_damaged(void **state)
{
    (void)state;
    for (size_t p = 0; p < COUNT(packings); p++) {
        size_t n_first, n_unharmed = 0;
        struct buffer packed = pack_sample(p, &n_first);
        for (size_t at = packings[p].n_magic; at < packed.n; at++) {
            const char before = packed.bytes[at];
            for (unsigned change = 1; change < 256; change++) {
                packed.bytes[at] = (char)((unsigned char)before ^ change);
                n_unharmed += read_damaged(&packed, at, BYTES(SAMPLE));
            }
            packed.bytes[at] = before;
        }
        assert_true(read_damaged(&packed, 0, BYTES(SAMPLE)));
        assert_in_range(n_unharmed, 0, 255 * 2 * 6 + 255 * 2);
        buffer_free(&packed);
    }
}

/* Other bytes behind a packed file, and faults of the text inside it. */
static const struct {
    const char *name;
    const char *inside;
    size_t n_inside;
    const char *behind;
    size_t n_behind;
    const char *word;
    size_t n; /* bytes of text before the fault */
} bad_packed[] = {
    {"text behind", BYTES("a\nb\n"), BYTES("plain text\n"), "is damaged", 4},
    {"zeros behind", BYTES("a\nb\n"), BYTES("\0\0\0\0\0\0\0\0"), "is damaged", 4},
    {"a byte behind", BYTES("a\nb\n"), BYTES("\x1F"), "found a", 4},
    {"UTF-16 cut off", BYTES("\xFE\xFF\0a\0\n\0"), BYTES(""), "middle of a character", 2},
    {"UTF-16 damaged", BYTES("\xFE\xFF\0a\0\n\xDE\x42\0b"), BYTES(""), "half of a pair", 2},
};

static void check_bad_packed(size_t i, size_t packing, const struct expected *e)
{
    struct buffer packed = {0};

    packings[packing].add(&packed, bad_packed[i].inside, bad_packed[i].n_inside);
    buffer_add(&packed, bad_packed[i].behind, bad_packed[i].n_behind);
    for (size_t step = 0; step < 5; step++) {
        size_t n;
        const struct fault fault = read_memory(packed.bytes, packed.n, step, 1 + step, e, &n);
        check_fault(bad_packed[i].name, &fault, FAULT_SYNTAX, "x.csv", bad_packed[i].word);
        assert_int_equal(n, bad_packed[i].n);
    }
    buffer_free(&packed);
}

static void test_bad_packed(void **state)
{
    struct expected expected = expected_of("a", BYTES("a\nb\n"));

    (void)state;
    for (size_t i = 0; i < COUNT(bad_packed); i++) {
        for (size_t p = 0; p < COUNT(packings); p++) {
            check_bad_packed(i, p, &expected);
        }
    }
    free(expected.ends);
}

/* Faults of plain text come behind it as well. */
static void test_bad_utf16(void **state)
{
    struct expected expected = expected_of("a", BYTES("a\nb"));

    (void)state;
    for (size_t step = 0; step < 12; step++) {
        for (size_t size = 1; size < 12; size++) {
            size_t n;
            struct fault fault = read_memory(BYTES("\xFF\xFE"
                                                   "a\0\n\0b\0\x3D"),
                                             step, size, &expected, &n);
            check_fault("cut off", &fault, FAULT_SYNTAX, "x.csv", "middle of a character");
            assert_int_equal(n, 3);
            fault = read_memory(BYTES("\xFF\xFE"
                                      "a\0\n\0b\0\x3D\xD8"
                                      "c\0d\0"),
                                step, size, &expected, &n);
            check_fault("damaged", &fault, FAULT_SYNTAX, "x.csv", "half of a pair");
            assert_int_equal(n, 3);
        }
    }
    free(expected.ends);
}

/* A frame whose header asks for a window of 1 GiB: written by hand, RFC 8878, section 3.1.1.1. */
static void test_window(void **state)
{
    struct expected none = expected_of("window", "", 0);
    size_t n;
    const struct fault fault =
        read_memory(BYTES("\x28\xB5\x2F\xFD\0\xA0\x09\0\0a"), 0, 0, &none, &n);

    (void)state;
    check_fault("window", &fault, FAULT_SYNTAX, "x.csv", "more than 128 MiB");
    free(none.ends);
}

/* Two blocks as they are, then a header of a kind that there is not: written by hand, RFC 8878,
   section 3.1.1.2. The text of both comes before the fault. */
static void test_bad_block(void **state)
{
    struct expected expected = expected_of("block", BYTES("a,b\n1,2\n"));

    (void)state;
    for (size_t i = 0; i < COUNT(steps); i++) {
        for (size_t k = 0; k < COUNT(sizes); k++) {
            size_t n;
            const struct fault fault = read_memory(BYTES("\x28\xB5\x2F\xFD\0\x58"
                                                         "\x18\0\0a,b\x28\0\0\n1,2\n\6\0\0"),
                                                   steps[i], sizes[k], &expected, &n);
            check_fault("block", &fault, FAULT_SYNTAX, "x.csv", "is damaged");
            assert_int_equal(n, expected.n);
        }
    }
    free(expected.ends);
}

/* A small file that is very long: it is never held as a whole. */
static void test_bomb(void **state)
{
    const size_t n = 100 * MIB;
    char *const text = malloc(n);
    struct expected expected;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', n);
    expected = expected_of("bomb", text, n);
    expected.cut_anywhere = true;
    expected.longest = RECORD_MAX / 2;
    for (size_t p = 0; p < COUNT(packings); p++) {
        struct buffer packed = {0};
        struct fault fault;
        size_t got;
        packings[p].add(&packed, text, n);
        largest_allocation = 0;
        fault = read_memory(packed.bytes, packed.n, 0, 0, &expected, &got);
        check_whole(&fault, &expected, got, 0, 0);
        assert_in_range(largest_allocation, RECORD_MAX, 3 * RECORD_MAX);
        buffer_free(&packed);
    }
    free(expected.ends);
    free(text);
}

/* ---- the outside world ---- */

static void write_file(const char *path, const char *bytes, size_t n)
{
    FILE *const file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

/* Reads `path`. */
static struct fault read_path(const char *path, size_t chunk_bytes, const struct expected *e,
                              size_t n_stored, size_t *n)
{
    struct chunks *chunks = NULL;
    struct fault fault = chunks_open(path, chunk_bytes, &chunks);

    *n = 0;
    if (fault.code != FAULT_NONE) {
        assert_null(chunks);
        return fault;
    }
    assert_int_equal(chunks_length(chunks), n_stored);
    assert_int_equal(chunks_position(chunks), 0);
    fault = take_pieces(chunks, chunk_bytes, e, n);
    if (fault.code == FAULT_NONE && n_stored > 0) {
        assert_int_equal(chunks_position(chunks), n_stored);
    }
    chunks_close(chunks);
    return fault;
}

/* The stored text, whole; then with the file failing on the way, after all text before that. */
static void check_file(const char *path, const struct buffer *stored, const struct expected *e,
                       bool packed)
{
    const size_t failing[] = {0, 1, 3, 5, 1000, 300000};
    size_t n;
    struct fault fault;

    write_file(path, stored->bytes, stored->n);
    interrupting = true;
    fault = read_path(path, 0, e, stored->n, &n);
    interrupting = false;
    check_whole(&fault, e, n, 0, 0);
    for (size_t i = 0; i < COUNT(failing); i++) {
        if (packed && failing[i] > 0 && failing[i] < 4) {
            continue; /* too few bytes to tell that it is */
        }
        readable = failing[i];
        fault = read_path(path, 70000, e, stored->n, &n);
        readable = SIZE_MAX;
        check_fault(path, &fault, FAULT_OPEN, path, strerror(EIO));
        assert_true(packed ? n < e->n : n == failing[i]);
        assert_true(failing[i] < 300000 || n > 200000);
    }
}

static void test_files(void **state)
{
    char directory[] = "/tmp/test_chunks_XXXXXX";
    char path[80];
    struct buffer rows = rows_of(MIB);
    struct expected expected = expected_of("file", rows.bytes, rows.n),
                    none = expected_of("", "", 0);
    struct fault fault;
    size_t n;

    (void)state;
    assert_non_null(mkdtemp(directory));
    (void)snprintf(path, sizeof path, "%s/x.csv", directory);
    fault = read_path(path, 0, &none, 0, &n);
    check_fault("missing", &fault, FAULT_OPEN, path, strerror(ENOENT));
    fault = read_path(directory, 0, &none, 0, &n);
    check_fault("directory", &fault, FAULT_OPEN, directory, strerror(EISDIR));
    fault = read_path("/dev/null", 0, &none, 0, &n);
    assert_int_equal(fault.code, FAULT_NONE);
    check_file(path, &rows, &expected, false);
    for (size_t p = 0; p < COUNT(packings); p++) {
        struct buffer packed = {0};
        packings[p].add(&packed, rows.bytes, rows.n);
        check_file(path, &packed, &expected, true);
        buffer_free(&packed);
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
    free(expected.ends);
    free(none.ends);
    buffer_free(&rows);
}

/* Starts a process that writes to the end of a pipe, or to `path` if that is not NULL. */
static pid_t start_writer(const int ends[2], const char *path, const struct buffer *stored)
{
    const pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        const int file = path == NULL ? ends[1] : open(path, O_WRONLY);
        size_t done = 0;
        if (path == NULL) { /* so that it ends when nobody reads */
            (void)close(ends[0]);
        }
        while (done < stored->n) {
            const ssize_t n = write(file, stored->bytes + done, stored->n - done);
            if (n < 0) {
                _exit(1);
            }
            done += (size_t)n;
        }
        _exit(0);
    }
    return child;
}

/* What comes through a pipe, as standard input if `path` is "-", else under its number. */
static void check_pipe(const char *path, const struct buffer *stored, const struct expected *e)
{
    const int standard_input = dup(STDIN_FILENO);
    char numbered[40];
    struct fault fault;
    pid_t writer;
    size_t n;
    int ends[2], status;

    assert_int_equal(pipe(ends), 0);
    writer = start_writer(ends, NULL, stored);
    assert_int_equal(close(ends[1]), 0);
    if (path == NULL) {
        (void)snprintf(numbered, sizeof numbered, "/dev/fd/%d", ends[0]);
    } else {
        assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
        assert_int_equal(close(ends[0]), 0);
    }
    fault = read_path(path == NULL ? numbered : path, 0, e, 0, &n);
    check_whole(&fault, e, n, 0, 0);
    if (path == NULL) {
        assert_int_equal(close(ends[0]), 0);
    } else {
        assert_true(fcntl(STDIN_FILENO, F_GETFD) != -1); /* still open */
        assert_int_equal(dup2(standard_input, STDIN_FILENO), STDIN_FILENO);
    }
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    assert_int_equal(close(standard_input), 0);
}

static void check_named_pipe(const struct buffer *stored, const struct expected *e)
{
    char directory[] = "/tmp/test_chunks_XXXXXX";
    char path[80];
    struct fault fault;
    pid_t writer;
    size_t n;
    int status;

    assert_non_null(mkdtemp(directory));
    (void)snprintf(path, sizeof path, "%s/pipe", directory);
    assert_int_equal(mkfifo(path, 0600), 0);
    writer = start_writer(NULL, path, stored);
    fault = read_path(path, 0, e, 0, &n);
    check_whole(&fault, e, n, 0, 0);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

static void test_pipes(void **state)
{
    struct buffer rows = rows_of(MIB);
    struct expected expected = expected_of("pipe", rows.bytes, rows.n);

    (void)state;
    check_pipe("-", &rows, &expected);
    check_pipe(NULL, &rows, &expected);
    check_named_pipe(&rows, &expected);
    for (size_t p = 0; p < COUNT(packings); p++) {
        struct buffer packed = {0};
        packings[p].add(&packed, rows.bytes, rows.n);
        check_pipe("-", &packed, &expected);
        check_pipe(NULL, &packed, &expected);
        check_named_pipe(&packed, &expected);
        buffer_free(&packed);
    }
    free(expected.ends);
    buffer_free(&rows);
}

/* Its name in a fault; and that it is closed. */
static void test_bad_standard_input(void **state)
{
    const int standard_input = dup(STDIN_FILENO);
    const int file = open("/dev/null", O_WRONLY);
    struct expected none = expected_of("", "", 0);
    struct fault fault;
    size_t n;

    (void)state;
    assert_int_equal(dup2(file, STDIN_FILENO), STDIN_FILENO);
    fault = read_path("-", 0, &none, 0, &n);
    check_fault("not for reading", &fault, FAULT_OPEN, "standard input", strerror(EBADF));
    assert_int_equal(close(STDIN_FILENO), 0);
    fault = read_path("-", 0, &none, 0, &n);
    check_fault("closed", &fault, FAULT_OPEN, "standard input", strerror(EBADF));
    /* the file that is opened next has number 0 */
    fault = read_path("/dev/null", 0, &none, 0, &n);
    assert_int_equal(fault.code, FAULT_NONE);
    assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), -1);
    assert_int_equal(dup2(standard_input, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(close(standard_input), 0);
    assert_int_equal(close(file), 0);
    free(none.ends);
}

static struct fault read_without_memory(const struct buffer *stored, const struct expected *e)
{
    struct chunks *chunks = NULL;
    struct fault fault = chunks_open_memory("x.csv", stored->bytes, stored->n, 7, 16, &chunks);
    size_t n;

    if (fault.code != FAULT_NONE) {
        assert_null(chunks);
        return fault;
    }
    fault = take_pieces(chunks, 16, e, &n);
    assert_true(fault.code != FAULT_NONE || n == e->n);
    chunks_close(chunks);
    return fault;
}

/* Every case with its n-th allocation, and all after it, failing. */
static void test_no_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3 * COUNT(texts); i++) {
        const size_t t = i / 3;
        struct expected expected = expected_text(t);
        struct buffer stored = {0};
        struct fault fault;
        size_t allowed = 0;
        if (i % 3 < COUNT(packings)) {
            packings[i % 3].add(&stored, texts[t].stored, texts[t].n_stored);
        } else {
            buffer_add(&stored, texts[t].stored, texts[t].n_stored);
        }
        do {
            allowed++;
            allocations_left = allowed;
            fault = read_without_memory(&stored, &expected);
            allocations_left = SIZE_MAX;
            assert_true(fault.code == FAULT_MEMORY || fault.code == FAULT_NONE);
        } while (fault.code == FAULT_MEMORY);
        assert_true(allowed >= 3); /* or the wrapping does not work */
        free(expected.ends);
        buffer_free(&stored);
    }
}

static void test_empty_ones(void **state)
{
    struct chunk chunk = {0};

    (void)state;
    chunk_free(&chunk);
    chunks_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_endless),
        cmocka_unit_test(test_longest_record),
        cmocka_unit_test(test_packed),
        cmocka_unit_test(test_packed_long),
        cmocka_unit_test(test_skipped),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_text_before_fault),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_bad_packed),
        cmocka_unit_test(test_bad_utf16),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_bad_block),
        cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_pipes),
        cmocka_unit_test(test_bad_standard_input),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_empty_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

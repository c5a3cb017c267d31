/* io/read/bytes.c - see bytes.h. */
#include "io/read/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two bytes of UTF-16 make at most three of UTF-8, so a full `raw` always fits. */
#define CONVERTED_MAX (BYTES_CHUNK / 2 * 3)

/* The longest byte order mark, that of UTF-8. */
#define MARK_MAX 3

static struct fault open_fault(const char *path, int error)
{
    if (error == ENOMEM) {
        return fault_memory();
    }
    return fault_at(FAULT_OPEN, path, 0, 0, "cannot be read: %s", strerror(error));
}

static bool bytes_init(struct bytes *bytes, const char *name, size_t step)
{
    *bytes = (struct bytes){.name = name, .file = -1, .step = step};
    bytes->raw = malloc(BYTES_CHUNK);
    return bytes->raw != NULL;
}

struct fault bytes_open(const char *path, struct bytes *out)
{
    struct stat status;
    if (!bytes_init(out, path, BYTES_CHUNK)) {
        return fault_memory();
    }
    /* a pipe without a writer must not hold us */
    out->file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (out->file < 0) {
        const struct fault fault = open_fault(path, errno);
        bytes_close(out);
        return fault;
    }
    /* Without a study file the data are read twice: once to recognise them, once to score them. */
    if (fstat(out->file, &status) == 0 && S_ISFIFO(status.st_mode)) {
        bytes_close(out);
        return fault_at(FAULT_OPEN, path, 0, 0,
                        "a pipe, which cannot be read twice; expected a file");
    }
    return FAULT_FREE;
}

struct fault bytes_open_memory(const char *name, const char *memory, size_t n, size_t step,
                               struct bytes *out)
{
    if (!bytes_init(out, name, step == 0 || step > BYTES_CHUNK ? BYTES_CHUNK : step)) {
        return fault_memory();
    }
    out->memory = memory;
    out->n_memory = n;
    return FAULT_FREE;
}

void bytes_close(struct bytes *bytes)
{
    /* A struct of zeros has file 0, which is standard input: `raw` tells it from an open one. */
    if (bytes->raw != NULL && bytes->file >= 0) {
        (void)close(bytes->file); /* only ever read from: closing loses nothing */
    }
    if (bytes->utf16) {
        (void)iconv_close(bytes->converter);
    }
    free(bytes->converted);
    free(bytes->raw);
    *bytes = (struct bytes){.file = -1};
}

/* Stops the reading: `fault` is what comes after the text that is ready. What is found earlier in
   the file is found later, since reading runs ahead of converting; so the last word counts. */
static void bytes_stop(struct bytes *bytes, struct fault fault)
{
    bytes->pending = fault;
    bytes->ended = true;
    bytes->n_raw = 0;
}

/* Reads once, to behind what `raw` holds. */
static void bytes_fill(struct bytes *bytes)
{
    size_t room = BYTES_CHUNK - bytes->n_raw;
    size_t n = 0;

    if (bytes->ended) {
        return;
    }
    room = room < bytes->step ? room : bytes->step;
    if (bytes->file < 0) {
        n = bytes->n_memory < room ? bytes->n_memory : room;
        if (n > 0) {
            memcpy(bytes->raw + bytes->n_raw, bytes->memory, n);
            bytes->memory += n;
            bytes->n_memory -= n;
        }
    } else {
        ssize_t got;
        do {
            /* A signal may break in: whoever stops on one looks at its flag between rows, not
               here. */
            got = read(bytes->file, bytes->raw + bytes->n_raw, room);
        } while (got < 0 && errno == EINTR);
        if (got < 0) {
            bytes_stop(bytes, open_fault(bytes->name, errno));
            return;
        }
        n = (size_t)got;
    }
    bytes->n_raw += n;
    bytes->ended = n == 0;
}

static void bytes_drop(struct bytes *bytes, size_t n)
{
    bytes->n_raw -= n;
    memmove(bytes->raw, bytes->raw + n, bytes->n_raw);
}

static void utf16_start(struct bytes *bytes, const char *encoding)
{
    bytes_drop(bytes, 2);
    bytes->converted = malloc(CONVERTED_MAX);
    if (bytes->converted == NULL) {
        bytes_stop(bytes, fault_memory());
        return;
    }
    bytes->converter = iconv_open("UTF-8", encoding);
    if (bytes->converter == (iconv_t)-1) {
        bytes_stop(bytes, errno == ENOMEM
                              ? fault_memory()
                              : fault_at(FAULT_SYNTAX, bytes->name, 0, 0,
                                         "text in UTF-16, which this computer cannot convert; "
                                         "expected UTF-8 (in Excel: save as \"CSV UTF-8\")"));
        return;
    }
    bytes->utf16 = true;
}

/* Reads the byte order mark, if there is one. */
static void bytes_start(struct bytes *bytes)
{
    bytes->started = true;
    if (bytes->n_raw >= 3 && memcmp(bytes->raw, "\xEF\xBB\xBF", 3) == 0) {
        bytes_drop(bytes, 3);
    } else if (bytes->n_raw >= 2 && memcmp(bytes->raw, "\xFF\xFE", 2) == 0) {
        utf16_start(bytes, "UTF-16LE");
    } else if (bytes->n_raw >= 2 && memcmp(bytes->raw, "\xFE\xFF", 2) == 0) {
        utf16_start(bytes, "UTF-16BE");
    }
}

/* Makes as much of `raw` ready as holds whole characters. */
static void utf16_convert(struct bytes *bytes)
{
    char *in = bytes->raw;
    char *out = bytes->converted;
    size_t n_in = bytes->n_raw;
    size_t n_out = CONVERTED_MAX;
    const size_t result = iconv(bytes->converter, &in, &n_in, &out, &n_out);
    /* EINVAL is no damage: the end of the chunk cut a character, whose bytes wait in `raw`. */
    const bool damaged = result == (size_t)-1 && errno == EILSEQ;

    bytes->ready = bytes->converted;
    bytes->n_ready = CONVERTED_MAX - n_out;
    bytes_drop(bytes, bytes->n_raw - n_in);
    if (damaged) {
        bytes_stop(bytes, fault_at(FAULT_SYNTAX, bytes->name, 0, 0,
                                   "a damaged character in UTF-16 text (half of a pair); expected "
                                   "whole characters: save the file again, as \"CSV UTF-8\""));
    } else if (bytes->n_raw > 0 && bytes->ended && bytes->pending.code == FAULT_NONE) {
        bytes_stop(bytes, fault_at(FAULT_SYNTAX, bytes->name, 0, 0,
                                   "UTF-16 text that stops in the middle of a character; expected "
                                   "a whole file: copy or save it again"));
    }
}

/* Reads once and makes ready what there is. */
static void bytes_more(struct bytes *bytes)
{
    const char *nul;

    bytes_fill(bytes);
    if (!bytes->started) {
        /* A read may give a single byte, too few to tell a mark from text. */
        if (bytes->n_raw < MARK_MAX && !bytes->ended) {
            return;
        }
        bytes_start(bytes);
    }
    if (bytes->utf16) {
        utf16_convert(bytes);
    } else {
        bytes->ready = bytes->raw;
        bytes->n_ready = bytes->n_raw;
        bytes->n_raw = 0;
    }
    /* Only now: in UTF-16 every other byte of plain text is NUL. UTF-16 without a mark ends here,
       too. */
    nul = memchr(bytes->ready, '\0', bytes->n_ready);
    if (nul != NULL) {
        bytes->n_ready = (size_t)(nul - bytes->ready);
        bytes_stop(bytes, fault_at(FAULT_SYNTAX, bytes->name, 0, 0,
                                   "a binary file (NUL byte), such as an Excel workbook; expected "
                                   "text (in Excel: save as \"CSV UTF-8\")"));
    }
}

struct fault bytes_next(struct bytes *bytes, const char **text, size_t *n)
{
    *text = "";
    *n = 0;
    /* One read may make nothing ready: half a character, or a byte order mark alone. */
    while (bytes->n_ready == 0) {
        if (bytes->ended && bytes->n_raw == 0) {
            return bytes->pending;
        }
        bytes_more(bytes);
    }
    *text = bytes->ready;
    *n = bytes->n_ready < bytes->step ? bytes->n_ready : bytes->step;
    bytes->ready += *n;
    bytes->n_ready -= *n;
    return FAULT_FREE;
}

/* The length of the UTF-8 character with which `text` begins, or 0 where it is none: table 3-7 of
   the Unicode standard, "Well-Formed UTF-8 Byte Sequences". */
static size_t utf8_character(const unsigned char *text, size_t n)
{
    const unsigned char lead = text[0];
    unsigned char lowest = 0x80, highest = 0xBF; /* of the second byte */
    size_t length;

    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        /* E0 and F0 could begin an overlong form, ED a surrogate, F4 a point above U+10FFFF. */
        lowest = lead == 0xE0 ? 0xA0 : lowest;
        highest = lead == 0xED ? 0x9F : highest;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        lowest = lead == 0xF0 ? 0x90 : lowest;
        highest = lead == 0xF4 ? 0x8F : highest;
    } else {
        return 0;
    }
    if (n < length || text[1] < lowest || text[1] > highest) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if (text[i] < 0x80 || text[i] > 0xBF) {
            return 0;
        }
    }
    return length;
}

/* Strict, since this is what tells UTF-8 from Windows-1252: hardly any accented text passes by
   chance. */
bool utf8_valid(const char *text, size_t n)
{
    size_t i = 0;

    while (i < n) {
        const size_t length = utf8_character((const unsigned char *)text + i, n - i);
        if (length == 0) {
            return false;
        }
        i += length;
    }
    return true;
}

/* What Windows-1252 has from 80 to 9F; above, it is Latin-1. Source: the Unicode consortium's
   MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
};

size_t windows_1252_to_utf8(const char *bytes, size_t n, char *out)
{
    char *to = out;

    for (size_t i = 0; i < n; i++) {
        const unsigned byte = (unsigned char)bytes[i];
        const unsigned point = byte >= 0x80 && byte <= 0x9F ? windows_1252[byte - 0x80] : byte;
        if (point < 0x80) {
            *to++ = (char)point;
        } else if (point < 0x800) {
            *to++ = (char)(0xC0 | point >> 6);
            *to++ = (char)(0x80 | (point & 0x3F));
        } else {
            *to++ = (char)(0xE0 | point >> 12);
            *to++ = (char)(0x80 | (point >> 6 & 0x3F));
            *to++ = (char)(0x80 | (point & 0x3F));
        }
    }
    return (size_t)(to - out);
}

size_t white_space_at(const char *text, size_t n)
{
    if (n >= 1 && (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r'))) {
        return 1;
    }
    if (n >= 2 && memcmp(text, "\xC2\xA0", 2) == 0) {
        return 2;
    }
    if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        return 3;
    }
    return 0;
}

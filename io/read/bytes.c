/* io/read/bytes.c - see bytes.h. */
#include "io/read/bytes.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct fault bytes_open(const char *path, struct bytes *out)
{
    *out = (struct bytes){0};
    return stored_open(path, &out->stored);
}

struct fault bytes_open_range(const char *path, uint64_t first, uint64_t end, struct bytes *out)
{
    *out = (struct bytes){.started = first > 0};
    return stored_open_range(path, first, end, &out->stored);
}

void bytes_open_memory(const char *name, const char *memory, size_t n, size_t step,
                       struct bytes *out)
{
    *out = (struct bytes){0};
    stored_open_memory(name, memory, n, step, &out->stored);
}

void bytes_close(struct bytes *bytes)
{
    if (bytes->utf16) {
        (void)iconv_close(bytes->converter);
    }
    free(bytes->raw);
    stored_close(&bytes->stored);
    *bytes = (struct bytes){0};
}

/* After a fault it can be called again. */
static struct fault utf16_start(struct bytes *bytes, const char *encoding)
{
    if (bytes->raw == NULL) {
        bytes->raw = malloc(BYTES_CHUNK);
    }
    if (bytes->raw == NULL) {
        return fault_memory();
    }
    bytes->converter = iconv_open("UTF-8", encoding);
    if (bytes->converter == (iconv_t)-1) {
        return errno == ENOMEM ? fault_memory()
                               : fault_at(FAULT_SYNTAX, bytes->stored.name, 0, 0,
                                          "text in UTF-16, which this computer cannot convert; "
                                          "expected UTF-8 (in Excel: save as \"CSV UTF-8\")");
    }
    bytes->utf16 = true;
    return FAULT_FREE;
}

/* Reads the byte order mark, if there is one. After a fault it can be called again. */
static struct fault bytes_start(struct bytes *bytes)
{
    struct few *const ahead = &bytes->ahead;
    struct fault fault = FAULT_FREE;
    char mark[3]; /* the longest, that of UTF-8 */
    size_t n = 1, n_mark = 0;

    while (ahead->n < sizeof mark && n > 0) {
        fault = stored_read(&bytes->stored, ahead->bytes + ahead->n, sizeof mark - ahead->n, &n);
        ahead->n += n;
    }
    if (ahead->n == 0) { /* else the fault will come again behind these bytes */
        return fault;
    }
    fault = FAULT_FREE;
    if (ahead->n == 3 && memcmp(ahead->bytes, "\xEF\xBB\xBF", 3) == 0) {
        n_mark = 3;
    } else if (ahead->n >= 2 && memcmp(ahead->bytes, "\xFF\xFE", 2) == 0) {
        n_mark = 2;
        fault = utf16_start(bytes, "UTF-16LE");
    } else if (ahead->n >= 2 && memcmp(ahead->bytes, "\xFE\xFF", 2) == 0) {
        n_mark = 2;
        fault = utf16_start(bytes, "UTF-16BE");
    }
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    bytes->started = true;
    (void)few_take(ahead, mark, n_mark);
    if (bytes->utf16) {
        bytes->raw_end = few_take(ahead, bytes->raw, BYTES_CHUNK);
    }
    return FAULT_FREE;
}

/* Converts as many whole characters as there are and as fit; how many bytes they make. *error is 0,
   EINVAL (half a character at the end), E2BIG (the next does not fit) or EILSEQ. */
static size_t utf16_convert(struct bytes *bytes, char *buffer, size_t room, int *error)
{
    char *in = bytes->raw + bytes->raw_at, *out = buffer;
    size_t n_in = bytes->raw_end - bytes->raw_at, n_out = room;

    *error = iconv(bytes->converter, &in, &n_in, &out, &n_out) == (size_t)-1 ? errno : 0;
    bytes->raw_at = bytes->raw_end - n_in;
    return room - n_out;
}

/* Reads *n bytes, to behind the part of a character that is left. */
static struct fault utf16_fill(struct bytes *bytes, size_t *n)
{
    const size_t n_left = bytes->raw_end - bytes->raw_at;
    struct fault fault;

    memmove(bytes->raw, bytes->raw + bytes->raw_at, n_left);
    bytes->raw_at = 0;
    bytes->raw_end = n_left;
    fault = stored_read(&bytes->stored, bytes->raw + n_left, BYTES_CHUNK - n_left, n);
    bytes->raw_end += *n;
    if (fault.code == FAULT_NONE && *n == 0 && n_left > 0) {
        fault = fault_at(FAULT_SYNTAX, bytes->stored.name, 0, 0,
                         "UTF-16 text that stops in the middle of a character; expected a whole "
                         "file: copy or save it again");
    }
    return fault;
}

/* A fault is met again at the next call: what cannot be converted stays in `raw`. */
static struct fault utf16_read(struct bytes *bytes, char *buffer, size_t room, size_t *n)
{
    struct fault fault = FAULT_FREE;
    size_t n_filled = 0;
    int error;

    do {
        *n = utf16_convert(bytes, buffer, room, &error);
        if (*n > 0) {
            return FAULT_FREE;
        }
        if (error == E2BIG) { /* a character of several bytes, and not so many are asked for */
            bytes->ahead.n =
                utf16_convert(bytes, bytes->ahead.bytes, sizeof bytes->ahead.bytes, &error);
            *n = few_take(&bytes->ahead, buffer, room);
            return FAULT_FREE;
        }
        if (error == EILSEQ) {
            return fault_at(FAULT_SYNTAX, bytes->stored.name, 0, 0,
                            "a damaged character in UTF-16 text (half of a pair); expected whole "
                            "characters: save the file again, as \"CSV UTF-8\"");
        }
        fault = utf16_fill(bytes, &n_filled);
    } while (fault.code == FAULT_NONE && n_filled > 0);
    return fault;
}

struct fault bytes_read(struct bytes *bytes, char *buffer, size_t room, size_t *n)
{
    *n = 0;
    if (!bytes->started) {
        const struct fault fault = bytes_start(bytes);
        if (fault.code != FAULT_NONE) {
            return fault;
        }
    }
    if (bytes->ahead.n > 0) {
        *n = few_take(&bytes->ahead, buffer, room);
        return FAULT_FREE;
    }
    return bytes->utf16 ? utf16_read(bytes, buffer, room, n)
                        : stored_read(&bytes->stored, buffer, room, n);
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

#include "io/write/wrap.h"

#include <assert.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct range {
    uint32_t first, last;
};

/* Blocks of combining marks, and what only joins or separates. */
static const struct range invisible[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},   {0x064B, 0x065F}, {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x2060, 0x2064},   {0x20D0, 0x20FF}, {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
};

static const struct range wide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

/* C0 and DEL, C1, line and paragraph separators, overrides of direction. */
static const struct range control[] = {
    {0x0000, 0x001F},
    {0x007F, 0x009F},
    {0x2028, 0x202E},
    {0x2066, 0x2069},
};

static bool within(uint32_t code, const struct range ranges[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

/* The first code that needs so many bytes. */
static const uint32_t least_code[] = {0, 0, 0x80, 0x800, 0x10000};

/* The code at `text` and its length; false, with 1 byte, where it is not UTF-8: overlong forms,
   surrogates and codes above U+10FFFF included. */
static bool decode(const char *text, uint32_t *code, size_t *bytes)
{
    const unsigned char lead = (unsigned char)text[0];
    const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    *bytes = 1;
    *code = lead;
    if (length == 1) {
        return lead < 0x80;
    }
    *code = lead & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        const unsigned char byte = (unsigned char)text[i]; /* a NUL is no continuation */
        if ((byte & 0xC0u) != 0x80u) {
            return false;
        }
        *code = *code << 6 | (byte & 0x3Fu);
    }
    if (*code < least_code[length] || *code > 0x10FFFF || (*code >= 0xD800 && *code <= 0xDFFF)) {
        return false;
    }
    *bytes = length;
    return true;
}

struct character character_at(const char *text)
{
    struct character character = {.columns = 1};
    if (!decode(text, &character.code, &character.bytes) ||
        within(character.code, control, COUNT(control))) {
        character.code = CHARACTER_REPLACED;
    } else if (character.code < invisible[0].first) {
        /* nearly all text is below the first combining mark, and spared the search */
        character.columns = 1;
    } else if (within(character.code, invisible, COUNT(invisible))) {
        character.columns = 0;
    } else if (within(character.code, wide, COUNT(wide))) {
        character.columns = 2;
    }
    return character;
}

size_t columns_of(const char *text)
{
    size_t columns = 0;
    while (*text != '\0') {
        const struct character character = character_at(text);
        columns += character.columns;
        text += character.bytes;
    }
    return columns;
}

size_t columns_of_longest_word(const char *text)
{
    size_t longest = 0, columns = 0;
    while (*text != '\0') {
        const struct character character = character_at(text);
        columns = character.code == ' ' ? 0 : columns + character.columns;
        longest = columns > longest ? columns : longest;
        text += character.bytes;
    }
    return longest;
}

bool line_take(const char **rest, size_t width, struct line *line)
{
    const char *at = *rest;
    struct line whole_words = {.start = at}; /* the line up to the last space after a word */
    bool in_word = false;
    assert(width > 0);
    *line = whole_words;
    while (*at != '\0') {
        const struct character character = character_at(at);
        if (character.code == ' ' && in_word) {
            whole_words = *line;
        }
        /* A first character is taken even if it is too wide, or the caller would never get on. */
        if (line->columns + character.columns > width && line->bytes > 0) {
            break;
        }
        in_word = character.code != ' ';
        line->bytes += character.bytes;
        line->columns += character.columns;
        at += character.bytes;
    }
    /* Back to the last whole word where the line was cut, or ends in blanks; a word longer than the
       line has none to go back to and is broken. */
    if (whole_words.bytes > 0 && (*at != '\0' || !in_word)) {
        *line = whole_words;
        at = line->start + line->bytes;
    }
    while (*at == ' ') {
        at++;
    }
    *rest = at;
    return line->bytes > 0;
}

size_t count_lines(const char *text, size_t width)
{
    struct line line;
    size_t n = 0;
    while (line_take(&text, width, &line)) {
        n++;
    }
    return n;
}

bool is_plain(const char *text, size_t bytes)
{
    bool plain = bytes == 0 || text[bytes - 1] != ' ';
    for (size_t i = 0; i < bytes; i++) { /* nearly always all are: without a branch */
        plain &= text[i] >= ' ' && text[i] <= '~';
    }
    return plain;
}

void line_put(struct lines *lines, const struct line *line)
{
    for (size_t i = 0; i < line->bytes;) {
        const struct character character = character_at(line->start + i);
        if (character.code == CHARACTER_REPLACED) {
            lines_text(lines, "\xEF\xBF\xBD");
        } else {
            lines_put(lines, line->start + i, character.bytes);
        }
        i += character.bytes;
    }
}

void line_write(FILE *out, const struct line *line)
{
    struct lines lines;
    lines_begin(&lines, out);
    line_put(&lines, line);
    lines_end(&lines);
}

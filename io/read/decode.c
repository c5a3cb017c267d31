/* io/read/decode.c - see decode.h. */
#include "io/read/decode.h"

#include <stdint.h>
#include <string.h>
#include "engine/memory.h"
#include "io/read/bytes.h"

#define WORD sizeof(uint64_t)

/* Cuts white space off both ends. */
static void text_trim(const char **text, size_t *n)
{
    size_t length;

    while ((length = white_space_at(*text, *n)) > 0) {
        *text += length;
        *n -= length;
    }
    for (size_t i = 1; i <= 3 && i <= *n;) {
        if (white_space_at(*text + *n - i, i) == i) {
            *n -= i;
            i = 1;
        } else {
            i++;
        }
    }
}

/* Copies eight bytes at a time, at least one time, reading and writing up to seven bytes too many.
   Are all n bytes ASCII? */
static bool ascii_copy(char *to, const char *text, size_t n)
{
    uint64_t seen = 0, last;
    const size_t n_whole = n / WORD * WORD;

    for (size_t i = 0; i < n_whole; i += WORD) {
        uint64_t word;
        memcpy(&word, text + i, WORD);
        memcpy(to + i, &word, WORD);
        seen |= word;
    }
    memcpy(&last, text + n_whole, WORD);
    memcpy(to + n_whole, &last, WORD);
    /* of the last word only the bytes that belong to the text count */
    to[n] = '\0';
    for (size_t i = n_whole; i < n; i++) {
        seen |= (unsigned char)to[i];
    }
    return (seen & 0x8080808080808080U) == 0;
}

/* Neither white space nor a control character. */
static bool is_visible(char byte)
{
    return (unsigned char)byte > ' ';
}

static bool text_decode_any(const char *text, size_t n, struct text_room *room, struct cell *out)
{
    if (!array_grow(&room->bytes, &room->capacity, 3 * n + 1, 1)) {
        return false;
    }
    if (utf8_valid(text, n)) {
        memcpy(room->bytes, text, n);
    } else {
        n = windows_1252_to_utf8(text, n, room->bytes);
    }
    text = room->bytes;
    text_trim(&text, &n);
    room->bytes[(size_t)(text - room->bytes) + n] = '\0';
    *out = (struct cell){.text = text, .length = n};
    return true;
}

bool text_decode(const char *text, size_t n, struct text_room *room, struct cell *out)
{
    if (n == 0) {
        *out = (struct cell){.text = "", .length = 0};
        return true;
    }
    if (!array_grow(&room->bytes, &room->capacity, n + 1 + WORD, 1)) {
        return false;
    }
    if (is_visible(text[0]) && is_visible(text[n - 1]) && ascii_copy(room->bytes, text, n)) {
        *out = (struct cell){.text = room->bytes, .length = n};
        return true;
    }
    return text_decode_any(text, n, room, out);
}

/* io/run/plain.h - cells as they stand in the text, and what can be said of them without decoding: nearly
   every id and date is what its bytes are. */
#ifndef PELLTER_IO_RUN_PLAIN_H
#define PELLTER_IO_RUN_PLAIN_H

#include <string.h>
#include "engine/ids.h"
#include "io/run/memo.h"

struct span {
    const char *text;
    size_t length;
};

/* A cell as it stands in the file; none where the row is too short. */
static inline struct span raw_cell(const struct raw_row *row, size_t index)
{
    uint32_t start;
    if (index >= row->n_cells) {
        return (struct span){row->text, 0};
    }
    start = index == 0 ? row->start : row->ends[index - 1] + 1;
    return (struct span){row->text + start, row->ends[index] - start};
}

/* Are all bytes of a word printable ASCII, and none a space? (The usual tests for a byte below
   another; they may say no of a byte behind one that is not.) */
static inline bool is_plain_word(uint64_t word)
{
    return ((word | ((word - UINT64_C(0x2121212121212121)) & ~word)) &
            UINT64_C(0x8080808080808080)) == 0;
}

/* Does a text mean itself: nothing to trim, nothing to decode? */
static inline bool is_plain(const char *text, size_t length)
{
    bool plain = true;
    for (; length >= 8; text += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, text, sizeof word);
        plain = plain && is_plain_word(word);
    }
    for (; length > 0; text++, length--) {
        plain = plain && (unsigned char)*text > ' ' && (unsigned char)*text < 0x80;
    }
    return plain;
}

/* An id of up to 16 printable bytes is its own bytes. What is behind them in the words is filled up
   for the look at them, and so passes. */
static inline bool read_short_id(struct span raw, struct id *id)
{
    const uint64_t fill = UINT64_C(0x4040404040404040);
    struct memo_key key;
    if (!memo_key(raw.text, raw.length, &key) ||
        !is_plain_word(key.words[0] | (fill & ~memo_masks[raw.length].words[0])) ||
        !is_plain_word(key.words[1] | (fill & ~memo_masks[raw.length].words[1]))) {
        return false;
    }
    id->words[0] = key.words[0];
    id->words[1] = key.words[1];
    return true;
}

/* Is this surely a date, YYYY-MM-DD with a day that every month has? Eight bytes are looked at at once:
   a digit less '0' is below 10, which adding 6 shows in its upper half, and a dash less '-' is 0. */
static inline bool is_plain_date(struct span raw)
{
    static const char low[8] = "0000-00-", more[8] = {6, 6, 6, 6, 0, 6, 6, 0};
    static const unsigned char bits[8] = {0xf0, 0xf0, 0xf0, 0xf0, 0xff, 0xf0, 0xf0, 0xff};
    const char *const t = raw.text;
    const unsigned month = (unsigned)(t[5] - '0') * 10 + (unsigned)(t[6] - '0');
    const unsigned tens = (unsigned)(t[8] - '0'), ones = (unsigned)(t[9] - '0');
    uint64_t word, zeros, sixes, mask;
    memcpy(&word, t, sizeof word);
    memcpy(&zeros, low, sizeof zeros);
    memcpy(&sixes, more, sizeof sixes);
    memcpy(&mask, bits, sizeof mask);
    word ^= zeros; /* no byte carries into the next below, as long as all are what they should be */
    return raw.length == 10 && ((word | (word + sixes)) & mask) == 0 && month - 1 < 12 &&
           ones <= 9 && tens <= 2 && tens * 10 + ones - 1 < 28;
}

#endif

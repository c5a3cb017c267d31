/* io/run/plain.h - cells as they stand in the text, and what can be said of them without decoding: nearly
   every id and date is what its bytes are. */
#ifndef PELLTER_IO_RUN_PLAIN_H
#define PELLTER_IO_RUN_PLAIN_H

#include <string.h>
#include "engine/ids.h"
#include "io/read/starts.h"
#include "io/run/memo.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

/* An id of up to 16 printable bytes is its own bytes, zero-padded. False: another, and *id is nothing. */
#if defined(__SSE2__)
static inline bool read_short_id(struct span raw, struct id *id)
{
    const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)raw.text);
    const unsigned plain =
        (unsigned)_mm_movemask_epi8(_mm_cmpgt_epi8(bytes, _mm_set1_epi8(' '))); /* signed: ASCII */
    const __m128i *mask;
    if (raw.length > MEMO_LONGEST) {
        return false;
    }
    mask = (const __m128i *)(const void *)memo_masks[raw.length].words;
    _mm_storeu_si128((__m128i *)(void *)id->words, _mm_and_si128(bytes, _mm_loadu_si128(mask)));
    return (~plain & ((1u << raw.length) - 1)) == 0;
}
#else
static inline bool read_short_id(struct span raw, struct id *id)
{
    /* What is behind the id in the words is filled up for the look at them, and so passes. */
    const uint64_t fill = UINT64_C(0x4040404040404040);
    struct memo_key key;
    if (!memo_key(raw.text, raw.length, &key)) {
        return false;
    }
    id->words[0] = key.words[0];
    id->words[1] = key.words[1];
    return is_plain_word(key.words[0] | (fill & ~memo_masks[raw.length].words[0])) &&
           is_plain_word(key.words[1] | (fill & ~memo_masks[raw.length].words[1]));
}
#endif

/* Digits and dashes where a date YYYY-MM-DD has them, as far as each of its characters can tell? */
#if defined(__SSE2__)
static inline bool is_like_date(const char *text)
{
    const __m128i lowest =
        _mm_setr_epi8('0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 0, 0, 0, 0, 0, 0);
    const __m128i span = _mm_setr_epi8(9, 9, 9, 9, 0, 1, 9, 0, 3, 9, 0, 0, 0, 0, 0, 0);
    const __m128i above =
        _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(const void *)text), lowest);
    return (_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(above, span), above)) & 0x3ff) == 0x3ff;
}
#else
static inline bool is_like_date(const char *text)
{
    static const char lowest[] = "0000-00-00", highest[] = "9999-19-39";
    bool like = true;
    for (size_t i = 0; i < sizeof lowest - 1; i++) {
        like = like && text[i] >= lowest[i] && text[i] <= highest[i];
    }
    return like;
}
#endif

/* Is this surely a date, YYYY-MM-DD with a day that its month has in every year? 16 bytes are there,
   whatever its length. */
static inline bool is_plain_date(struct span raw)
{
    static const uint8_t n_days[20] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const char *const t = raw.text;
    unsigned month, day;
    if (raw.length != 10 || !is_like_date(t)) {
        return false;
    }
    month = (unsigned)(t[5] - '0') * 10 + (unsigned)(t[6] - '0');
    day = (unsigned)(t[8] - '0') * 10 + (unsigned)(t[9] - '0');
    return day - 1 < n_days[month];
}

/* The ids of the rows r <= i < n, whose cells `starts` has (starts.h), as far as they are longer than the texts for
   "none", short, and plain. Returns the first row whose is not, n where all are; of that one and of those behind it
   ids[] may be anything. */
size_t plain_ids(const char *const starts[], size_t r, size_t n, size_t longest_missing,
                 struct id ids[]);

/* The first of the rows r <= i < n whose cell is neither empty nor plainly a date; n: there is none. */
size_t plain_dates(const char *const starts[], size_t r, size_t n);

#endif

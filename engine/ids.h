/* engine/ids.h - who a respondent is. Ids are compared in full; one of up to 16 bytes stands in the
   table itself, a longer one is pointed to. */
#ifndef PELLTER_ENGINE_IDS_H
#define PELLTER_ENGINE_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ID_INLINE 16

/* Zero-padded bytes; or, of a longer id, a borrowed pointer to them and its length with ID_LONG in
   the last byte, which no UTF-8 text holds. */
struct id {
    uint64_t words[2];
};

/* An id from its bytes (valid UTF-8 without NUL, not empty). A longer one borrows `text`. */
struct id id_of(const char *text, size_t length);

static inline bool id_is_long(struct id id)
{
    return id.words[1] >> 56 == 0xff;
}
static inline const char *id_long_text(struct id id)
{
    return (const char *)(uintptr_t)id.words[0];
}

/* The bytes of an id, in `room` where it is short; not NUL-terminated. */
const char *id_text(const struct id *id, size_t *length);

bool id_equal(struct id a, struct id b);

/* A hash that is the same for ids that a person would take for the same: it does not see capitals
   (ASCII), leading zeros and a final ".0". Spreadsheets make 17.0 of 17 and 17 of 017. */
uint64_t id_hash(struct id id);

/* Would a person take them for the same? */
bool id_similar(struct id a, struct id b);

#endif

/* engine/ids.c - see ids.h. Bytes of a word stand in the order of memory, so that hashes differ
   between machines of different byte order; nothing that is written depends on them. */
#include "engine/ids.h"

#include <string.h>

#include "scales/wide.h"

struct id id_of(const char *text, size_t length)
{
    struct id id = {{0, 0}};
    if (length <= ID_INLINE) {
        memcpy(&id, text, length);
    } else {
        id.words[0] = (uint64_t)(uintptr_t)text;
        id.words[1] = (uint64_t)length | UINT64_C(0xff) << 56;
    }
    return id;
}

const char *id_text(const struct id *id, size_t *length)
{
    if (id_is_long(*id)) {
        *length = (size_t)(id->words[1] & 0xffffffff);
        return id_long_text(*id);
    }
    const char *const bytes = (const char *)id->words;
    const char *const end = memchr(bytes, '\0', ID_INLINE);
    *length = end == NULL ? ID_INLINE : (size_t)(end - bytes);
    return bytes;
}

bool id_equal(struct id a, struct id b)
{
    if (id_is_long(a) && a.words[1] == b.words[1]) {
        return memcmp(id_long_text(a), id_long_text(b), (size_t)(a.words[1] & 0xffffffff)) == 0;
    }
    return a.words[0] == b.words[0] && a.words[1] == b.words[1];
}

/* What a person would read: without leading zeros and a final ".0". The last digit stays, so that 0
   is not the empty text. */
static const char *read_as(const char *text, size_t *length)
{
    if (*length > 2 && text[*length - 2] == '.' && text[*length - 1] == '0') {
        *length -= 2;
    }
    while (*length > 1 && *text == '0') {
        text++;
        (*length)--;
    }
    return text;
}

static uint64_t hash_bytes(const char *text, size_t length)
{
    uint64_t hash = 0, words[2];
    do {
        const size_t n = length < sizeof words ? length : sizeof words;
        memset(words, 0, sizeof words);
        memcpy(words, text, n);
        hash = id_mix((words[0] | ID_SMALL) ^ hash, words[1] | ID_SMALL);
        text += n;
        length -= n;
    } while (length > 0);
    return hash;
}

/* The words of a short id are those of the one round of hash_bytes(): id_hash() gives the same. */
uint64_t id_hash_any(struct id id)
{
    size_t length;
    const char *text = id_text(&id, &length);
    text = read_as(text, &length);
    return hash_bytes(text, length);
}

static INTO_CALLER uint64_t hash_column(const struct id *restrict ids, size_t n,
                                        uint64_t *restrict hashes)
{
    uint64_t seconds = 0, odd = 0;
    for (size_t i = 0; i < n; i++) {
        hashes[i] = id_hash_simple(ids[i].words[0], 0);
        seconds |= ids[i].words[1];
        odd |= id_oddness(ids[i].words[0], 0);
    }
    for (size_t i = 0; i < n && seconds != 0; i++) {
        hashes[i] = id_hash_simple(ids[i].words[0], ids[i].words[1]);
        odd |= id_oddness(0, ids[i].words[1]);
    }
    for (size_t i = 0; i < n && odd != 0; i++) {
        hashes[i] = id_hash(ids[i]);
    }
    return seconds;
}

static FOR_WIDE uint64_t hash_column_wide(const struct id ids[], size_t n, uint64_t hashes[])
{
    return hash_column(ids, n, hashes);
}

uint64_t ids_hash(const struct id ids[], size_t n, uint64_t hashes[])
{
    return has_wide() ? hash_column_wide(ids, n, hashes) : hash_column(ids, n, hashes);
}

struct family_id family_id_of(const char *text, size_t length)
{
    struct family_id family = {{0, 0}};
    uint64_t digest[2] = {length, ~(uint64_t)length};
    if (length <= sizeof family) {
        memcpy(&family, text, length);
        return family;
    }
    /* Two hashes that see the bytes in different company; capitals count, as in every id. */
    for (size_t at = 0; at < length; at += 2 * sizeof(uint64_t)) {
        uint64_t words[2] = {0, 0};
        memcpy(words, text + at, length - at < sizeof words ? length - at : sizeof words);
        digest[0] = id_fold(digest[0] ^ words[0], words[1] + UINT64_C(0x94d049bb133111eb));
        digest[1] = id_fold(digest[1] ^ words[1], words[0] + UINT64_C(0xd6e8feb86659fd93));
    }
    memcpy(&family, digest, sizeof family);
    ((unsigned char *)&family)[sizeof family - 1] = 0xff;
    return family;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool id_similar(struct id a, struct id b)
{
    size_t n_a, n_b;
    const char *text_a = id_text(&a, &n_a), *text_b = id_text(&b, &n_b);
    text_a = read_as(text_a, &n_a);
    text_b = read_as(text_b, &n_b);
    if (n_a != n_b) {
        return false;
    }
    for (size_t i = 0; i < n_a; i++) {
        if (lower(text_a[i]) != lower(text_b[i])) {
            return false;
        }
    }
    return true;
}

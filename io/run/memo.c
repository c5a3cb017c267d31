/* io/run/memo.c - see memo.h. */
#include "io/run/memo.h"

#include <stdlib.h>

#define ONES UINT64_MAX
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FIRST(n) (ONES >> (64 - 8 * (n))) /* 0 < n < 8 */
#else
#define FIRST(n) (ONES << (64 - 8 * (n)))
#endif
const struct memo_key memo_masks[MEMO_LONGEST + 1] = {
    {{0, 0}},           {{FIRST(1), 0}},    {{FIRST(2), 0}},    {{FIRST(3), 0}},
    {{FIRST(4), 0}},    {{FIRST(5), 0}},    {{FIRST(6), 0}},    {{FIRST(7), 0}},
    {{ONES, 0}},        {{ONES, FIRST(1)}}, {{ONES, FIRST(2)}}, {{ONES, FIRST(3)}},
    {{ONES, FIRST(4)}}, {{ONES, FIRST(5)}}, {{ONES, FIRST(6)}}, {{ONES, FIRST(7)}},
    {{ONES, ONES}}};

#define FIRST_SHIFT 58
#define FIRST_ENTRIES ((size_t)1 << (64 - FIRST_SHIFT))
#define SPARSE_ENTRIES ((size_t)4096)
#define MOST_ENTRIES ((size_t)1 << 17)

/* Keeps nearly all entries free while there are few, so that a text that comes in every twentieth row
   does not stand behind another each time; and half of many. */
static bool make_room(struct memo *memo)
{
    const size_t spare = memo->n_entries < SPARSE_ENTRIES ? 64 : 2;
    struct memo more = {.n_entries = memo->n_entries == 0 ? FIRST_ENTRIES : 2 * memo->n_entries,
                        .n_used = memo->n_used,
                        .shift = memo->n_entries == 0 ? FIRST_SHIFT : memo->shift - 1};
    if (spare * memo->n_used < memo->n_entries) {
        return true;
    }
    more.entries =
        more.n_entries > MOST_ENTRIES ? NULL : calloc(more.n_entries, sizeof *more.entries);
    if (more.entries == NULL) {
        return false;
    }
    for (size_t i = 0; i < more.n_entries; i++) {
        more.entries[i].key.words[1] = MEMO_FREE;
    }
    for (size_t i = 0; i < memo->n_entries; i++) {
        if (!memo_is_free(&memo->entries[i])) {
            *memo_entry(&more, &memo->entries[i].key) = memo->entries[i];
        }
    }
    free(memo->entries);
    *memo = more;
    return true;
}

void memo_put(struct memo *memo, const struct memo_key *key, int64_t value)
{
    if (make_room(memo)) {
        struct memo_entry *const entry = memo_entry(memo, key);
        memo->n_used += memo_is_free(entry);
        *entry = (struct memo_entry){.key = *key, .value = value};
    }
}

void memo_free(struct memo *memo)
{
    free(memo->entries);
    *memo = (struct memo){0};
}

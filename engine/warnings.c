/* engine/warnings.c - a list in an arena cannot be grown in place, so it is copied as it doubles. */
#include "engine/warnings.h"

#include <assert.h>
#include <string.h>

void warnings_add(struct warnings *warnings, struct text text)
{
    if (warnings->n == warnings->capacity) {
        const size_t capacity = 2 * warnings->capacity + 8;
        /* The old lists stay in the arena; all together they are shorter than the new one. */
        struct text *const grown = arena_alloc(warnings->arena, capacity, sizeof *grown);
        if (grown == NULL) {
            warnings->no_memory = true;
            return;
        }
        if (warnings->n > 0) {
            memcpy(grown, warnings->texts, warnings->n * sizeof *grown);
        }
        warnings->texts = grown;
        warnings->capacity = capacity;
    }
    assert(warnings->texts != NULL);
    warnings->texts[warnings->n++] = text;
}

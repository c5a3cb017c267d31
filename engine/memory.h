/* engine/memory.h - growing arrays and strings that die together. */
#ifndef PELLTER_ENGINE_MEMORY_H
#define PELLTER_ENGINE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Makes room for `need` elements of `size` bytes in an array whose room is *capacity elements; new
   bytes are zero. `array` is the address of the pointer to its first element, of whatever type.
   False, with nothing changed, when there is no memory or the size would overflow. Used as:
   array_grow(&list, &capacity, n + 1, sizeof *list). */
bool array_grow(void *array, size_t *capacity, size_t need, size_t size);

/* Gives back the room behind the first n elements of such an array, where it is worth it; else, or where
   that fails, it stays. */
void array_cut(void *array, size_t *capacity, size_t n, size_t size);

/* Memory that is given out in pieces and freed at once. Start with {0}. */
struct arena {
    struct arena_block *blocks; /* owned */
};

/* `size` zeroed bytes, aligned for any type, owned by the arena; NULL when there is no memory. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);

/* A NUL-terminated copy of n bytes, owned by the arena; NULL when there is no memory. */
char *arena_copy(struct arena *arena, const char *bytes, size_t n);

/* A formatted string owned by the arena; NULL when there is no memory. */
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Makes all that `from` owns `into`'s; `from` is empty then. */
void arena_take(struct arena *into, struct arena *from);

void arena_free(struct arena *arena);

#endif

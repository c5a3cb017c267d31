#include "engine/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 8
#define BLOCK_BYTES ((size_t)16 * 1024)
#define WORTH_CUTTING ((size_t)4 * 1024)

bool array_grow(void *array, size_t *capacity, size_t need, size_t size)
{
    size_t room = *capacity;
    if (need <= room) {
        return true;
    }
    room = room > SIZE_MAX / 2 ? need : room * 2;
    room = room < FIRST_ROOM ? FIRST_ROOM : room;
    room = room < need ? need : room;
    if (size == 0 || room > SIZE_MAX / size) {
        return false;
    }
    void *old;
    memcpy(&old, array, sizeof old); /* reading it as a void * would break the aliasing rule */
    /* Callers rely on it: new cells of a table are empty, new places of a series have no form. Whole pages
       that calloc() gives are so until they are used. */
    unsigned char *const grown = old == NULL ? calloc(room, size) : realloc(old, room * size);
    if (grown == NULL) {
        return false;
    }
    if (old != NULL) {
        memset(grown + *capacity * size, 0, (room - *capacity) * size);
    }
    memcpy(array, &grown, sizeof grown);
    *capacity = room;
    /* cppcheck-suppress memleak ; the caller's pointer has it */
    return true;
}

void array_cut(void *array, size_t *capacity, size_t n, size_t size)
{
    void *old, *less;
    if (n == 0 || n >= *capacity || (*capacity - n) * size < WORTH_CUTTING) {
        return;
    }
    memcpy(&old, array, sizeof old);
    less = realloc(old, n * size);
    if (less != NULL) {
        memcpy(array, &less, sizeof less);
        *capacity = n;
    }
    /* cppcheck-suppress memleak ; the caller's pointer has it */
}

struct arena_block {
    struct arena_block *next; /* owned */
    size_t used, room;        /* bytes */
    max_align_t bytes[];
};

/* Puts a new block of at least `need` bytes in front. Blocks double, so that an arena of n bytes
   costs log n allocations; a block is zeroed once and each byte of it is given out once. */
static struct arena_block *add_block(struct arena *arena, size_t need)
{
    size_t room = BLOCK_BYTES;
    if (arena->blocks != NULL && arena->blocks->room <= SIZE_MAX / 4) {
        /* 1 MiB is the most that is asked for ahead of need. */
        room = arena->blocks->room < 64 * BLOCK_BYTES ? arena->blocks->room * 2 : 64 * BLOCK_BYTES;
    }
    room = room < need ? need : room;
    if (room > SIZE_MAX - sizeof(struct arena_block)) {
        return NULL;
    }
    struct arena_block *const block = calloc(1, sizeof *block + room);
    if (block == NULL) {
        return NULL;
    }
    block->room = room;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

/* n bytes that start at a multiple of `align`, a power of two. */
static void *take(struct arena *arena, size_t n, size_t align)
{
    struct arena_block *block = arena->blocks;
    size_t start = block == NULL ? 0 : (block->used + align - 1) & ~(align - 1);
    if (block == NULL || start > block->room || block->room - start < n) {
        /* What is left of the old block is given up; it is less than was asked for, padding
           included. */
        block = add_block(arena, n);
        start = 0;
        if (block == NULL) {
            return NULL;
        }
    }
    block->used = start + n;
    return (unsigned char *)block->bytes + start;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    return take(arena, count * size, _Alignof(max_align_t));
}

char *arena_copy(struct arena *arena, const char *bytes, size_t n)
{
    if (n == SIZE_MAX) {
        return NULL;
    }
    char *const copy = take(arena, n + 1, 1);
    if (copy != NULL && n > 0) {
        /* The NUL behind it is there: no byte of a zeroed block is given out twice. */
        memcpy(copy, bytes, n);
    }
    return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    /* The first pass only measures; a va_list is used up by it and has to be started again. */
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *const text = length < 0 ? NULL : take(arena, (size_t)length + 1, 1);
    if (text != NULL) {
        va_start(arguments, format);
        vsnprintf(text, (size_t)length + 1, format, arguments);
        va_end(arguments);
    }
    return text;
}

void arena_take(struct arena *into, struct arena *from)
{
    /* Behind the block in use, so that what is left of that is not given up. */
    struct arena_block **const behind = into->blocks == NULL ? &into->blocks : &into->blocks->next;
    struct arena_block **last = &from->blocks;
    while (*last != NULL) {
        last = &(*last)->next;
    }
    *last = *behind;
    *behind = from->blocks;
    from->blocks = NULL;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *const next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}

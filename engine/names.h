/* engine/names.h - texts numbered in the order in which they are first met: ids, cohort values,
   goals. */
#ifndef PELLTER_ENGINE_NAMES_H
#define PELLTER_ENGINE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/memory.h"

#define NO_NAME UINT32_MAX

/* Entries stand in blocks, each twice as long as the one before, which never move: a text can be read
   by its number while others are added, by whoever was given the number. */
#define NAME_BLOCKS 27

/* Start with {0}. Texts are compared in full, byte by byte, and may hold any byte. */
struct names {
    struct name_entry *blocks[NAME_BLOCKS]; /* owned */
    uint32_t *slots;                        /* owned: a hash table of numbers */
    size_t n_names, n_slots;
    struct arena arena; /* owned: the texts */
};

/* The number of this text, a new one if it is new. False: no memory. */
bool names_add(struct names *names, const char *text, size_t length, uint32_t *number);

/* The number of a text that is known, or NO_NAME. */
uint32_t names_find(const struct names *names, const char *text, size_t length);

/* The text of a number, NUL-terminated, valid until names_free(); and its length. */
const char *names_text(const struct names *names, uint32_t number);
size_t names_length(const struct names *names, uint32_t number);

void names_free(struct names *names);

#endif

/* engine/names.c - open addressing over the entries; the hash is kept so that growing reads no
   text. */
#include "engine/names.h"

#include <stdlib.h>
#include <string.h>

struct name_entry {
    const char *text;
    uint32_t length;
    uint32_t hash;
};

/* Block b holds the FIRST_BLOCK << b numbers from FIRST_BLOCK * (2^b - 1) on. */
#define FIRST_BLOCK 64u

static struct name_entry *entry_at(const struct names *names, uint32_t number)
{
    const uint32_t shifted = number / FIRST_BLOCK + 1;
    const unsigned block = 31u - (unsigned)__builtin_clz(shifted);
    return &names->blocks[block][number - FIRST_BLOCK * ((UINT32_C(1) << block) - 1)];
}

/* A block for the entry that comes next. */
static bool make_block(struct names *names)
{
    const uint32_t number = (uint32_t)names->n_names;
    const unsigned block = 31u - (unsigned)__builtin_clz(number / FIRST_BLOCK + 1);
    if (names->blocks[block] == NULL) {
        names->blocks[block] = calloc((size_t)FIRST_BLOCK << block, sizeof **names->blocks);
    }
    return names->blocks[block] != NULL;
}

/* FNV-1a, 64 bits folded to 32. */
static uint32_t hash_of(const char *text, size_t length)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    }
    return (uint32_t)(hash ^ (hash >> 32));
}

/* The slot that holds this text, or the free one where it belongs. */
static size_t slot_of(const struct names *names, const char *text, size_t length, uint32_t hash)
{
    /* n_slots is a power of two, so this is the remainder. The search ends at a free slot, of which
       make_room() sees to it that there is always one. */
    size_t slot = hash & (names->n_slots - 1);
    while (names->slots[slot] != NO_NAME) {
        const struct name_entry *const entry = entry_at(names, names->slots[slot]);
        if (entry->hash == hash && entry->length == length &&
            memcmp(entry->text, text, length) == 0) {
            break;
        }
        slot = (slot + 1) & (names->n_slots - 1);
    }
    return slot;
}

/* Keeps at least half of the slots free. */
static bool make_room(struct names *names)
{
    const size_t n_slots = names->n_slots == 0 ? 64 : names->n_slots * 2;
    uint32_t *slots;
    if (names->n_names * 2 < names->n_slots) {
        return true;
    }
    slots = malloc(n_slots * sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    memset(slots, 0xff, n_slots * sizeof *slots); /* NO_NAME */
    for (size_t i = 0; i < names->n_names; i++) {
        /* All texts are known to differ, so that any free slot will do. */
        size_t slot = entry_at(names, (uint32_t)i)->hash & (n_slots - 1);
        while (slots[slot] != NO_NAME) {
            slot = (slot + 1) & (n_slots - 1);
        }
        slots[slot] = (uint32_t)i;
    }
    free(names->slots);
    names->slots = slots;
    names->n_slots = n_slots;
    return true;
}

bool names_add(struct names *names, const char *text, size_t length, uint32_t *number)
{
    const uint32_t hash = hash_of(text, length);
    size_t slot;
    char *copy;
    /* Room is made before the slot is looked up, since it moves every slot. NO_NAME stays free: it
       never becomes the number of a text. */
    if (length >= UINT32_MAX || names->n_names >= NO_NAME / 2 || !make_room(names)) {
        return false;
    }
    slot = slot_of(names, text, length, hash);
    if (names->slots[slot] == NO_NAME) {
        /* The entry is counted once all its parts are there: a failure leaves the table whole. */
        copy = make_block(names) ? arena_copy(&names->arena, text, length) : NULL;
        if (copy == NULL) {
            return false;
        }
        *entry_at(names, (uint32_t)names->n_names) =
            (struct name_entry){.text = copy, .length = (uint32_t)length, .hash = hash};
        names->slots[slot] = (uint32_t)names->n_names;
        names->n_names++;
    }
    *number = names->slots[slot];
    return true;
}

uint32_t names_find(const struct names *names, const char *text, size_t length)
{
    if (names->n_slots == 0) {
        /* Nothing was ever added, and no table exists whose free slot could say so. */
        return NO_NAME;
    }
    return names->slots[slot_of(names, text, length, hash_of(text, length))];
}

const char *names_text(const struct names *names, uint32_t number)
{
    return entry_at(names, number)->text;
}

size_t names_length(const struct names *names, uint32_t number)
{
    return entry_at(names, number)->length;
}

void names_free(struct names *names)
{
    for (size_t i = 0; i < NAME_BLOCKS; i++) {
        free(names->blocks[i]);
    }
    free(names->slots);
    arena_free(&names->arena);
    *names = (struct names){0};
}

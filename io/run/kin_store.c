/* io/run/kin_store.c - see kin_store.h. */
#include "io/run/kin_store.h"

#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"

/* --- more than fits --- */

static struct fault spill_bundle(struct kin_store *store, size_t bundle)
{
    struct fault fault = FAULT_FREE;
    for (const struct kin_page *page = store->kin.bundles[bundle];
         page != NULL && fault.code == FAULT_NONE; page = page->next) {
        fault = spill_push(store->spill, &store->pages[bundle], page->bytes, page->n);
    }
    if (fault.code == FAULT_NONE) {
        kin_empty(&store->kin, bundle);
    }
    return fault;
}

struct fault kin_store_ease(struct kin_store *store, size_t most)
{
    struct fault fault = FAULT_FREE;
    for (size_t i = 0; i < KIN_BUNDLES && fault.code == FAULT_NONE; i++) {
        if (most == 0 || store->kin.n_bytes <= most) {
            break;
        }
        fault = spill_bundle(store, i);
    }
    return fault;
}

/* --- a bundle, wherever it is --- */

/* The pieces of a bundle in all stores. */
struct pieces_of_kin {
    struct kin_piece *pieces; /* owned, n: their bytes are in `read` or in a store */
    size_t n, capacity;
    unsigned char **read; /* owned, n_read, as are the bytes */
    size_t n_read, read_capacity;
};

static void pieces_free_all(struct pieces_of_kin *pieces)
{
    for (size_t i = 0; i < pieces->n_read; i++) {
        free(pieces->read[i]);
    }
    free(pieces->read);
    free(pieces->pieces);
    *pieces = (struct pieces_of_kin){0};
}

static bool add_piece(struct pieces_of_kin *pieces, const unsigned char *bytes, size_t n)
{
    if (n == 0) {
        return true;
    }
    if (!array_grow(&pieces->pieces, &pieces->capacity, pieces->n + 1, sizeof *pieces->pieces)) {
        return false;
    }
    pieces->pieces[pieces->n++] = (struct kin_piece){bytes, n};
    return true;
}

/* Reads a page of a bundle from the temporary file, if there is one left. */
static struct fault read_page(struct pieces_of_kin *pieces, struct kin_store *store, size_t bundle)
{
    unsigned char *bytes = NULL;
    size_t capacity = 0, n;
    struct fault fault = spill_pop(store->spill, &store->pages[bundle], &bytes, &capacity, &n);
    if (bytes != NULL) {
        if (!array_grow(&pieces->read, &pieces->read_capacity, pieces->n_read + 1,
                        sizeof(unsigned char *))) {
            free(bytes);
            return fault_memory();
        }
        pieces->read[pieces->n_read++] = bytes;
    }
    return fault.code != FAULT_NONE || add_piece(pieces, bytes, n) ? fault : fault_memory();
}

static struct fault collect(struct kin_store *const stores[], size_t n_stores, size_t bundle,
                            struct pieces_of_kin *pieces)
{
    struct fault fault = FAULT_FREE;
    *pieces = (struct pieces_of_kin){0};
    for (size_t i = 0; i < n_stores && fault.code == FAULT_NONE; i++) {
        while (stores[i]->pages[bundle].n > 0 && fault.code == FAULT_NONE) {
            fault = read_page(pieces, stores[i], bundle);
        }
        for (const struct kin_page *page = stores[i]->kin.bundles[bundle];
             page != NULL && fault.code == FAULT_NONE; page = page->next) {
            fault = add_piece(pieces, page->bytes, page->n) ? FAULT_FREE : fault_memory();
        }
    }
    return fault;
}

struct fault kin_stores_meet(struct kin_store *const stores[], size_t n_stores, size_t bundle,
                             const struct study *study, struct family_counter *counter,
                             struct family_tally *tally)
{
    struct pieces_of_kin pieces;
    struct fault fault = collect(stores, n_stores, bundle, &pieces);
    if (fault.code == FAULT_NONE && pieces.n > 0 &&
        !kin_meet(pieces.pieces, pieces.n, study, counter, tally)) {
        fault = fault_memory();
    }
    pieces_free_all(&pieces);
    return fault;
}

/* --- between ranks --- */

struct fault kin_stores_put(struct kin_store *const stores[], size_t n_stores,
                            struct parcel *parcel)
{
    struct fault fault = FAULT_FREE;
    for (size_t bundle = 0; bundle < KIN_BUNDLES && fault.code == FAULT_NONE; bundle++) {
        struct pieces_of_kin pieces;
        size_t n = 0;
        fault = collect(stores, n_stores, bundle, &pieces);
        for (size_t i = 0; i < pieces.n; i++) {
            n += pieces.pieces[i].n;
        }
        parcel_put_number(parcel, n);
        for (size_t i = 0; i < pieces.n && fault.code == FAULT_NONE; i++) {
            parcel_put(parcel, pieces.pieces[i].bytes, pieces.pieces[i].n);
        }
        pieces_free_all(&pieces);
    }
    return fault;
}

bool kin_store_add(struct parcel *parcel, const struct study *study,
                   const struct kin_numbers *numbers, struct kin_store *store)
{
    for (size_t i = 0; i < KIN_BUNDLES; i++) {
        const size_t n = (size_t)parcel_get_number(parcel);
        const unsigned char *const bytes = parcel_look(parcel, n);
        struct kin_page *page = NULL;
        if (!parcel->failed && n == 0) {
            continue;
        }
        page = parcel->failed ? NULL : kin_room(&store->kin, i, n);
        if (page == NULL) {
            return false;
        }
        memcpy(page->bytes + page->n, bytes, n);
        if (!kin_renumber(page->bytes + page->n, n, study, numbers)) {
            return false;
        }
        page->n += n;
    }
    return true;
}

void kin_store_free(struct kin_store *store)
{
    kin_free(&store->kin);
}

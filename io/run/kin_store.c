/* io/run/kin_store.c - see kin_store.h. */
#include "io/run/kin_store.h"

#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"

bool kin_store_init(struct kin_store *store, const struct study *study, struct spill *spill)
{
    *store = (struct kin_store){.spill = spill};
    return kin_init(&store->kin, study);
}

void kin_store_free(struct kin_store *store)
{
    kin_free(&store->kin);
    free(store->pages);
}

size_t kin_n_bundles(const struct study *study)
{
    return kin_n_streams(study) * KIN_BUNDLES;
}

/* A bundle's place among those of all streams; NULL: nothing was written down in its stream. */
static struct kin_bundle *bundle_at(const struct kin_store *store, size_t place)
{
    struct kin_bundle *const stream = store->kin.streams[place / KIN_BUNDLES];
    return stream == NULL ? NULL : &stream[place % KIN_BUNDLES];
}

/* --- more than fits --- */

static struct fault spill_bundle(struct kin_store *store, size_t place)
{
    const struct kin_bundle *const bundle = bundle_at(store, place);
    struct fault fault = FAULT_FREE;
    if (bundle == NULL || bundle->pages == NULL) {
        return fault;
    }
    for (const struct kin_page *page = bundle->pages; page != NULL && fault.code == FAULT_NONE;
         page = page->next) {
        fault = spill_push(store->spill, &store->pages[place], page->bytes,
                           kin_page_bytes(bundle, page));
    }
    if (fault.code == FAULT_NONE) {
        kin_empty(&store->kin, place / KIN_BUNDLES, place % KIN_BUNDLES);
    }
    return fault;
}

struct fault kin_store_ease(struct kin_store *store, size_t most)
{
    const size_t n = kin_n_bundles(store->kin.study);
    struct fault fault = FAULT_FREE;
    if (most == 0 || store->kin.n_bytes <= most) {
        return fault;
    }
    if (store->pages == NULL) {
        store->pages = calloc(n, sizeof *store->pages);
        if (store->pages == NULL) {
            return fault_memory();
        }
    }
    for (size_t i = 0; i < n && fault.code == FAULT_NONE; i++) {
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
static struct fault read_page(struct pieces_of_kin *pieces, struct kin_store *store, size_t place)
{
    unsigned char *bytes = NULL;
    size_t capacity = 0, n;
    struct fault fault = spill_pop(store->spill, &store->pages[place], &bytes, &capacity, &n);
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

static struct fault collect(struct kin_store *const stores[], size_t n_stores, size_t place,
                            struct pieces_of_kin *pieces)
{
    struct fault fault = FAULT_FREE;
    *pieces = (struct pieces_of_kin){0};
    for (size_t i = 0; i < n_stores && fault.code == FAULT_NONE; i++) {
        const struct kin_bundle *const bundle = bundle_at(stores[i], place);
        while (stores[i]->pages != NULL && stores[i]->pages[place].n > 0 &&
               fault.code == FAULT_NONE) {
            fault = read_page(pieces, stores[i], place);
        }
        for (const struct kin_page *page = bundle == NULL ? NULL : bundle->pages;
             page != NULL && fault.code == FAULT_NONE; page = page->next) {
            fault = add_piece(pieces, page->bytes, kin_page_bytes(bundle, page)) ? FAULT_FREE
                                                                                 : fault_memory();
        }
    }
    return fault;
}

struct fault kin_stores_meet(struct kin_store *const stores[], size_t n_stores, size_t bundle,
                             struct kin_meeting *meeting)
{
    struct pieces_of_kin pieces;
    struct fault fault = collect(stores, n_stores, bundle, &pieces);
    if (fault.code == FAULT_NONE && pieces.n > 0 &&
        !kin_meet(meeting, bundle / KIN_BUNDLES, pieces.pieces, pieces.n)) {
        fault = fault_memory();
    }
    pieces_free_all(&pieces);
    return fault;
}

/* --- between ranks --- */

struct fault kin_stores_put(struct kin_store *const stores[], size_t n_stores,
                            struct parcel *parcel)
{
    const size_t n_bundles = kin_n_bundles(stores[0]->kin.study);
    struct fault fault = FAULT_FREE;
    for (size_t bundle = 0; bundle < n_bundles && fault.code == FAULT_NONE; bundle++) {
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

bool kin_store_add(struct parcel *parcel, const struct kin_numbers *numbers,
                   struct kin_store *store)
{
    const struct study *const study = store->kin.study;
    for (size_t i = 0; i < kin_n_bundles(study); i++) {
        const size_t n = (size_t)parcel_get_number(parcel);
        const unsigned char *const bytes = parcel_look(parcel, n);
        unsigned char *added;
        if (parcel->failed) {
            return false;
        }
        if (n == 0) {
            continue;
        }
        added = kin_add(&store->kin, i / KIN_BUNDLES, i % KIN_BUNDLES, bytes, n);
        if (added == NULL || !kin_renumber(added, n, i / KIN_BUNDLES, study, numbers)) {
            return false;
        }
    }
    return true;
}

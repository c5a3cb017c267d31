/* engine/item_products.h - the sums of items and of the products of any two, over a block of forms: a
   block is seen as columns, or four forms at a time, so that products are what vectors make. */
#ifndef PELLTER_ENGINE_ITEM_PRODUCTS_H
#define PELLTER_ENGINE_ITEM_PRODUCTS_H

#include <stddef.h>
#include <stdint.h>

#include "scales/instrument.h"

#define ITEM_SUMS_MOST (MAX_ITEMS + MAX_ITEMS * (MAX_ITEMS + 1) / 2)

static inline size_t item_sums_size(size_t n_items)
{
    return n_items + n_items * (n_items + 1) / 2;
}

/* Place of a product of two items in the sums: first come those of the items, then products of the first
   item with each, of the second with each from itself on ... */
static inline size_t item_product_place(size_t n_items, size_t i, size_t j)
{
    const size_t low = i < j ? i : j, high = i < j ? j : i;
    return n_items + low * n_items - low * (low + 1) / 2 + high;
}

/* The forms of a block: a multiple of what a vector holds. */
#define BLOCK_FORMS ((size_t)64)

/* Adds what a block's rows of codes, ROW_STRIDE(n_items) bytes each (scales/transpose.h), from `lowest` up
   (modulo 256), come to: item_sums_size(n_items) sums. */
typedef void item_products_function(const uint8_t *rows, size_t n_items, uint8_t lowest,
                                    uint64_t *sums);

/* The ways there are on this machine for codes up to lowest + most, the fastest first; all give the same. */
#define ITEM_PRODUCTS_WAYS 3
size_t item_products_ways(uint8_t most, item_products_function *ways[ITEM_PRODUCTS_WAYS]);

#endif

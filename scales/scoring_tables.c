/* scales/scoring_tables.c - an entry is a byte: what the rules (rules.h) say of a sum, or of a score. */
#include "scales/scoring_tables.h"

#include <string.h>
#include "scales/rules.h"

/* Sums that the items of a scale can have, were all answered. */
static size_t n_sums(const struct instrument *instrument, const struct scale *scale)
{
    int64_t low, high;
    item_range(instrument, scale, &low, &high);
    return (size_t)(high - low) * scale->n_items + 1;
}

/* Whether bytes have room for a scale's outcomes, and for what its items add up to. */
static bool fits_bytes(const struct instrument *instrument, const struct scale *scale)
{
    return scale->kind != SCALE_GOALS && N_REASONS + scale->n_values <= UINT8_MAX + 1 &&
           (scale->kind != SCALE_ITEMS || n_sums(instrument, scale) <= UINT8_MAX + 1);
}

/* Entries of a scale's table; 0: it needs none. */
static size_t n_entries(const struct instrument *instrument, const struct scale *scale)
{
    return scale->kind == SCALE_ITEMS
               ? (scale->n_items + 1) * n_sums(instrument, scale) + ENTRIES_AT_ONCE
           : scale->kind == SCALE_CONVERSION ? UINT8_MAX + 1
                                             : 0;
}

size_t scoring_tables_size(const struct instrument *instrument)
{
    size_t n = 0;
    for (size_t i = 0; i < instrument->n_scales; i++) {
        if (!fits_bytes(instrument, &instrument->scales[i])) {
            return 0;
        }
        n += n_entries(instrument, &instrument->scales[i]);
    }
    return sizeof(struct scoring_tables) + n;
}

static void tabulate_items(const struct instrument *instrument, const struct scale *scale,
                           size_t width, uint8_t out[])
{
    int64_t low, high;
    item_range(instrument, scale, &low, &high);
    for (size_t n = 0; n <= scale->n_items; n++) {
        for (size_t above = 0; above < width; above++) {
            /* n answers do not reach all sums, and what cannot be has no score to ask for. */
            const bool can_be = above <= n * (size_t)(high - low);
            const int64_t sum = low * (int64_t)n + (int64_t)above;
            out[n * width + above] =
                (uint8_t)(can_be ? scored_items(scale, sum, n).outcome : REASON_INCOMPLETE);
        }
    }
    memset(out + (scale->n_items + 1) * width, REASON_INCOMPLETE, ENTRIES_AT_ONCE);
}

static void tabulate_conversion(const struct scale *raw, const struct scale *scale, uint8_t out[])
{
    memset(out, REASON_NO_FORM, UINT8_MAX + 1);
    for (size_t i = 0; i < N_REASONS + raw->n_values; i++) {
        out[i] =
            (uint8_t)scored_conversion(raw, scale, (struct scored){.outcome = (outcome)i}).outcome;
    }
}

const struct scoring_tables *scoring_tables_build(const struct instrument *instrument, void *memory)
{
    struct scoring_tables *const tables = memory;
    uint8_t *next = (uint8_t *)(tables + 1);
    *tables = (struct scoring_tables){0};
    for (size_t i = 0; i < instrument->n_scales; i++) {
        const struct scale *const scale = &instrument->scales[i];
        struct scale_table *const table = &tables->scales[i];
        table->outcomes = next;
        if (scale->kind == SCALE_ITEMS) {
            table->width = n_sums(instrument, scale);
            table->fewest = scale->min_answered > 0 ? scale->min_answered : 1;
            tabulate_items(instrument, scale, table->width, next);
        } else if (scale->kind == SCALE_CONVERSION) {
            tabulate_conversion(&instrument->scales[scale->parts[0]], scale, next);
        }
        next += n_entries(instrument, scale);
    }
    return tables;
}

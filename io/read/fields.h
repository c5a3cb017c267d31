/* io/read/fields.h - the keys of an instrument file, taken one by one. Only for the parts of
   io/read/instrument.c.

   A taker that fails keeps the first fault in the loader and gives back a harmless value of the
   right range; after a fault takers do nothing. So a caller reads straight on and looks at the
   fault at the end, or before it rests anything on what it took. */
#ifndef PELLTER_IO_READ_FIELDS_H
#define PELLTER_IO_READ_FIELDS_H

#include <stdbool.h>
#include <stdint.h>
#include "engine/fault.h"
#include "engine/memory.h"
#include "io/read/document.h"
#include "scales/instrument.h"

/* An instrument file while it is read. */
struct loader {
    const struct document *document;
    struct arena *arena;           /* owns all that the instrument points to */
    struct instrument *instrument; /* const once handed out */
    struct scale *scales;          /* the same as instrument->scales, still open */
    const struct node *band_sets;  /* the map of that name, or NULL */
    const char *default_bands;     /* or NULL */
    const struct node *norms;      /* the map of that name, or NULL */
    struct fault fault;            /* the first */
};

/* Nothing has failed so far. */
bool going(const struct loader *loader);

/* Keeps `fault` unless there is one already. */
void keep(struct loader *loader, struct fault fault);

/* Zeroed memory of the arena; NULL, and a fault, when there is none. */
void *room_for(struct loader *loader, size_t count, size_t size);

/* `map` has no key outside `keys`. */
void only_keys(struct loader *loader, const struct node *map, const char *const keys[], size_t n);

/* The value of a key that must be there; NULL after a fault. */
const struct node *field(struct loader *loader, const struct node *map, const char *key);

/* A node that must be a list of lowest..highest items. False after a fault. */
bool is_list(struct loader *loader, const struct node *node, size_t lowest, size_t highest);

/* A text, copied into the arena; "" after a fault. `text_or` allows the key to be left out. */
const char *text_field(struct loader *loader, const struct node *map, const char *key);
const char *text_or(struct loader *loader, const struct node *map, const char *key,
                    const char *otherwise);

/* A name for people and machines: up to 40 letters, digits, '-' and '_'. "" after a fault. */
const char *name_text(struct loader *loader, const struct node *node);

/* A whole number; `lowest` after a fault. */
int64_t integer(struct loader *loader, const struct node *node, int64_t lowest, int64_t highest);

/* A number; NAN where the key is left out and after a fault. */
double number_or_nan(struct loader *loader, const struct node *map, const char *key, double lowest,
                     double highest);

bool yes_no_or(struct loader *loader, const struct node *map, const char *key, bool otherwise);

/* The place of a word among `words`; 0 after a fault, `otherwise` where the key is left out. */
size_t word_or(struct loader *loader, const struct node *map, const char *key,
               const char *const words[], size_t n, size_t otherwise);

/* One of the letters V S G C U. `confidence_or` allows the key to be left out. */
enum confidence confidence_field(struct loader *loader, const struct node *map, const char *key);
enum confidence confidence_or(struct loader *loader, const struct node *map, const char *key,
                              enum confidence otherwise);

/* A number of points with at most 6 digits before and 4 after the point, times `units`: exact, or
   a fault. */
int64_t in_units(struct loader *loader, const struct node *node, int64_t units);

/* Two whole numbers [low, high], low <= high. */
void integer_range(struct loader *loader, const struct node *node, int64_t lowest, int64_t highest,
                   int64_t *low, int64_t *high);

/* Item numbers 1..n_items as 0-based positions, none twice: a list of numbers and of ranges
   "1..14". Returns how many, owned by the arena. */
size_t item_positions(struct loader *loader, const struct node *node, size_t n_items,
                      const uint8_t **out);

/* The scales of the instrument, all but what a rule adds: io/read/instrument_scales.c. `map` is
   the value of "scales". */
void take_scales(struct loader *loader, const struct node *map);

/* The band sets of scale `index`, whose units are known by now. */
void take_bands(struct loader *loader, const struct node *scale_node, size_t index);

/* The place of a scale among the first n, or n after a fault. */
size_t scale_index(struct loader *loader, const struct node *name, size_t n);

/* Equal in any case, with '-' and '_' left out. */
bool names_alike(const char *a, const char *b);

/* The instrument of a document that has been read. */
MUST_CHECK struct fault instrument_build(const struct document *document, const char *rule,
                                         struct arena *arena, const struct instrument **out);

#endif

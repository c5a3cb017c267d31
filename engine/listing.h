/* engine/listing.h - by name and row: forms that were set aside and respondents that were discounted.
   Made only where someone will see it (discounted.csv, `pellter check`). */
#ifndef PELLTER_ENGINE_LISTING_H
#define PELLTER_ENGINE_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/ids.h"
#include "engine/memory.h"

/* Where a form was read: a piece of a file and a row in it. Places ascend with files and rows; what
   row of the file it is, is known once all pieces before it were read (io/run.h). */
#define PLACE_ROW_BITS 25
#define PLACE(piece, row) ((uint64_t)(piece) << PLACE_ROW_BITS | (uint64_t)(row))
#define PLACE_PIECE(place) ((place) >> PLACE_ROW_BITS)
#define PLACE_ROW(place) ((uint32_t)((place) & ((UINT64_C(1) << PLACE_ROW_BITS) - 1)))

#define LISTED_NO_STAGE 0xff
#define LISTED_NO_MEASURE 0xffff

enum listed_kind { LISTED_FORM, LISTED_RESPONDENT };

struct listed {
    uint64_t place;
    struct id id;     /* all zeros: none */
    uint16_t subject; /* a form's place in study.measures (LISTED_NO_MEASURE: unknown informant); a
                         respondent's discounted scale, place in study.scales */
    uint8_t kind;     /* enum listed_kind */
    uint8_t stage;    /* a form's, or LISTED_NO_STAGE */
    uint8_t reason;   /* a form's enum form_reason, a respondent's enum discount */
};

/* Start with {0}. In no order until listing_sort(). */
struct listing {
    struct listed *lines; /* owned, n */
    size_t n, capacity;
    struct arena ids; /* of long ids */
    /* Where memory is bounded: takes the lines away when there are `most` of them (listing_empty). False: it
       cannot. NULL: all lines stay. */
    bool (*relieve)(struct listing *listing, void *context);
    void *context;
    size_t most;
};

/* Adds a line; copies a long id. False: no memory, or no relief. */
bool listing_add(struct listing *listing, const struct listed *line);

/* Moves all lines of `from` behind those of `into`; `from` is empty then. False: no memory. */
bool listing_take(struct listing *into, struct listing *from);

/* By place, then forms before respondents, then by stage, subject and reason: < 0, 0, > 0. All that a
   line says but the id, which is the same for all lines of a row, so that the order does not depend on
   who added a line first. */
int listed_compare(const struct listed *a, const struct listed *b);
void listing_sort(struct listing *listing);

/* No lines and no ids, but room for as many. */
void listing_empty(struct listing *listing);

void listing_free(struct listing *listing);

#endif

/* engine/respondents.h - forms come in, and each finds its place: the join of a study's forms by
   respondent and stage. What is then known is read from its joins (join.h). Respondents may be
   divided among several of these (partitions, by a hash of the id), which know nothing of one
   another. */
#ifndef PELLTER_ENGINE_RESPONDENTS_H
#define PELLTER_ENGINE_RESPONDENTS_H

#include "engine/counted.h"
#include "engine/join.h"

/* A form that was set aside by the join, while its reason may still change. */
struct set_aside {
    uint64_t place;
    uint32_t respondent, series; /* series NO_NAME: in no window */
    uint16_t measure;
    uint8_t stage; /* LISTED_NO_STAGE: none */
    uint8_t reason;
};

/* One partition. Start with respondents_init(). */
struct respondents {
    const struct join_rules *rules; /* borrowed */
    struct join *joins;             /* owned, study->n_joins */
    uint64_t *set_aside_counts;     /* owned: [measure][reason] */
    struct set_aside *set_aside;    /* owned, n_set_aside: only where places are kept */
    size_t n_set_aside, set_aside_capacity;
};

/* False: no memory. */
bool respondents_init(struct respondents *respondents, const struct join_rules *rules);

/* Takes packed forms in: n bytes of them. Where dates decide, they wait; else each goes to its place
   at once: a second form there is set aside if its payload is the same, and if not, all forms of
   that place are. Copies what it keeps. False: no memory. */
bool respondents_add(struct respondents *respondents, const unsigned char *bytes, size_t n);

/* Puts the waiting forms in their places and settles which of the forms set aside are conflicting.
   Once, after the last form; the result does not depend on the order in which forms came. False: no
   memory. */
bool respondents_resolve(struct respondents *respondents);

/* Bytes that it holds now, nearly. */
size_t respondents_bytes(const struct respondents *respondents);

void respondents_free(struct respondents *respondents);

#endif

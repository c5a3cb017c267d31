/* engine/respondents.h - forms come in, and each finds its place: the join of a study's forms by
   respondent and stage. What is then known is read from its joins (join.h). Respondents may be
   divided among several of these (partitions, by a hash of the id), which know nothing of one
   another. */
#ifndef PELLTER_ENGINE_RESPONDENTS_H
#define PELLTER_ENGINE_RESPONDENTS_H

#include "engine/placing.h"

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

/* io/nearest.h - "did you mean": the known word that is most like an unknown one. */
#ifndef PELLTER_IO_NEAREST_H
#define PELLTER_IO_NEAREST_H

#include <stddef.h>

/* The nearest of n `words` by edits (insert, delete, replace, swap of neighbours; case does not
   count), or NULL where none is near enough to be meant: more than a third of the word's letters
   (at least 1, at most 4), or all letters of both, would have to change. Ties go to the first. */
const char *nearest_word(const char *word, const char *const words[], size_t n);

#endif

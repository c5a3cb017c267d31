/* io/words.h - message names to sentences. */
#ifndef PELLTER_IO_WORDS_H
#define PELLTER_IO_WORDS_H

#include <stddef.h>
#include "engine/memory.h"
#include "engine/text.h"

/* The sentence of a text with its arguments filled in, owned by `arena`; NULL: no memory. */
const char *words_of(struct arena *arena, const struct text *text);

/* The same for a sentence given as it stands in the table of sentences:

       {1}                 argument 1: a name, a word, or a value ("-" where undefined)
       {0|person|people}   "person" when the value of argument 0 is exactly 1, else "people"

   What an argument brings along is never read again as a slot. */
const char *words_filled(struct arena *arena, const char *sentence,
                         const struct argument arguments[TEXT_ARGUMENTS]);

/* The sentence of a message as it stands in that table. */
const char *words_unfilled(enum message message);

#endif

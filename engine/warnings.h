/* engine/warnings.h - signs of likely mistakes in the data, as sentences. They warn; they never change
   an answer. */
#ifndef PELLTER_ENGINE_WARNINGS_H
#define PELLTER_ENGINE_WARNINGS_H

#include <stdbool.h>
#include "engine/memory.h"
#include "engine/text.h"

/* A list that grows. Start with {.arena = ...}, which owns the list and what its texts name. */
struct warnings {
    struct arena *arena; /* borrowed */
    struct text *texts;  /* n */
    size_t n, capacity;
    bool no_memory; /* some warning could not be stored */
};

void warnings_add(struct warnings *warnings, struct text text);

#endif

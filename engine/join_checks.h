/* engine/join_checks.h - what the join itself tells of likely mistakes: people counted twice under two
   spellings, rows that are not people, files or windows that do not fit. Nothing is changed. */
#ifndef PELLTER_ENGINE_JOIN_CHECKS_H
#define PELLTER_ENGINE_JOIN_CHECKS_H

#include "engine/counted.h"
#include "engine/warnings.h"

/* Adds to `warnings`, in study order. `files` are the names of the sources. No warning holds an id,
   but for words such as "Total" that are none. */
void join_checks_warn(struct warnings *warnings, const struct counted *counted,
                      const char *const files[]);

#endif

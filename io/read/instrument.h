/* io/read/instrument.h - instrument files (scales/NAME.yaml, or a user's own) as struct
   instrument. */
#ifndef PELLTER_IO_READ_INSTRUMENT_H
#define PELLTER_IO_READ_INSTRUMENT_H

#include "engine/fault.h"
#include "engine/memory.h"
#include "scales/instrument.h"

/* The instruments compiled into the program, by name, in the order in which `pellter scales` lists
   them. */
extern const char *const builtin_instruments[];
extern const size_t n_builtin_instruments;

/* Where instruments come from: the built-in ones and the user's own files (--scale FILE), which
   take the place of a built-in one of the same name. */
struct instrument_shelf {
    const char *const *files; /* n_files paths, borrowed */
    size_t n_files;
};

/* Builds the instrument `name` under the missing-items rule `rule` (NULL: its default) into memory
   of `arena`. A name or alias matches in any case with '-' and '_' the same and optional. An
   unknown name is a fault with the nearest known one; an unknown rule one that lists the rules.
   On success *out points into `arena`. */
MUST_CHECK struct fault instrument_load(const struct instrument_shelf *shelf, const char *name,
                                        const char *rule, struct arena *arena,
                                        const struct instrument **out);

/* The same from the bytes of an instrument file; `file` is what faults call it. */
MUST_CHECK struct fault instrument_parse(const char *file, const char *bytes, size_t n,
                                         const char *rule, struct arena *arena,
                                         const struct instrument **out);

/* All names on the shelf, the built-in ones first, into memory of `arena`. */
MUST_CHECK struct fault instrument_names(const struct instrument_shelf *shelf, struct arena *arena,
                                         const char *const **out, size_t *n);

#endif

/* io/read/recognise.h - a study file made from the columns of data files that speak for
   themselves. */
#ifndef PELLTER_IO_READ_RECOGNISE_H
#define PELLTER_IO_READ_RECOGNISE_H

#include "engine/fault.h"
#include "engine/memory.h"
#include "io/read/instrument.h"

/* Reads the header rows and the stage columns of n files and writes a study file for them, owned by
   `arena`. Recognised are `participant`, `family`, `site`, `year`, `stage`, `date`, `age`; items
   named INSTRUMENT_1 ... INSTRUMENT_N (zero-padded or not, any case, '-' and '_' the same), further
   groups INSTRUMENT_GROUP_1 ...; and goals by the columns `goal` and `level`, with `weight` and
   `category`. Stages that are numbers, ISO dates or well-known names are put in order; any other is
   a fault that asks for a study file. `folder` is where the study file will lie, with its last "/"
   ("" for here): a file below it is named from there, another relative one by its whole path. */
MUST_CHECK struct fault recognise(const char *const files[], size_t n, const char *folder,
                                  const struct instrument_shelf *shelf, struct arena *arena,
                                  const char **study_file);

#endif

/* io/read/tally_file.h - tallies of one study, read and added. */
#ifndef PELLTER_IO_READ_TALLY_FILE_H
#define PELLTER_IO_READ_TALLY_FILE_H

#include "io/read/tallies.h"
#include "io/read/tally_text.h"

/* Reads n files and adds them up. Each is refused, with file, row and column, when it is no tally,
   changed, of another study or version (saying what differs), not what pellter would write, or the
   same as an earlier one. `shelf` has instruments of one's own. On a fault *tallies is empty. */
MUST_CHECK struct fault tallies_read(const char *const paths[], size_t n,
                                     const struct instrument_shelf *shelf, struct tallies *tallies);

/* Adds one that is in memory already. After a fault *tallies is of no use but to be freed. */
MUST_CHECK struct fault tallies_add(struct tallies *tallies, const char *path,
                                    const struct tally_text *text,
                                    const struct instrument_shelf *shelf);

/* Puts the cells in order, once all files are there; a fault where families are not those of the cells. */
MUST_CHECK struct fault tallies_finish(struct tallies *tallies);

void tallies_free(struct tallies *tallies);

#endif

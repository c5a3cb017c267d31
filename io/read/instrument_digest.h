/* io/read/instrument_digest.h - whether two programs, or two files of one's own, score alike. */
#ifndef PELLTER_IO_READ_INSTRUMENT_DIGEST_H
#define PELLTER_IO_READ_INSTRUMENT_DIGEST_H

#include <stdbool.h>
#include <sha256.h>
#include "scales/instrument.h"

/* SHA-256, in hexadecimal, of all that an instrument's scores, bands and reliable changes are
   computed from under its chosen rule: not of titles, sources and comments, whose wording may be
   mended. False: no memory. */
bool instrument_digest(const struct instrument *instrument,
                       char digest[SHA256_DIGEST_STRING_LENGTH]);

#endif

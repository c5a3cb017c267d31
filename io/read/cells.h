/* io/read/cells.h - what the text of one cell, and of one column pattern, means. Pure. */
#ifndef PELLTER_IO_READ_CELLS_H
#define PELLTER_IO_READ_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/fault.h"
#include "engine/memory.h"

/* Is this text, without regard to case, one of the usual ways to write "nothing": "", NA, N/A,
   #N/A, NULL, NaN, "."? */
bool text_is_missing(const char *text);

/* A number written with digits, an optional sign (+, -, or U+2212) and an optional fraction after
   "." or ",": its value times 10^decimals, exactly. False where it is anything else, has more
   decimals other than 0 than asked for, or does not fit. "4", "4.0", "+4", "4,0" are 4. */
bool text_decimal(const char *text, unsigned decimals, int64_t *out);

/* Equal but for case (ASCII), for runs of white space, and for '-' and '_' being the same. */
bool text_alike(const char *a, const char *b);

/* A date as days since 1970-01-01 (proleptic Gregorian): YYYY-MM-DD, also with a time after a "T"
   or a space; or, if `day_first`, also D/M/YYYY with "/", "-" or ".". False for anything else and
   for days that do not exist. */
bool text_date(const char *text, bool day_first, int64_t *days);

/* Expands a column pattern: "wemwbs_{01..14}" is wemwbs_01 ... wemwbs_14 (padded as the first bound
   is written), "a{1,3,5}" lists; one pair of braces, none = the name itself. On success *names has
   *n names owned by `arena`. A pattern that cannot be read, or gives more than 1,000 names, gives
   false with *why a static text. */
bool pattern_expand(const char *pattern, struct arena *arena, const char *const **names, size_t *n,
                    const char **why);

#endif

/* io/run/decoder.h - from rows to forms. What returns false has put the reason into worker->fault. */
#ifndef PELLTER_IO_RUN_DECODER_H
#define PELLTER_IO_RUN_DECODER_H

#include "io/read/starts.h"
#include "io/run/worker.h"

struct decoder;

/* Rows are decoded so many at a time: as many as stay in the processor's nearest cache with all that
   is known of them. */
#define DECODER_ROWS STARTS_ROWS

/* For one worker, which must outlive it. NULL: no memory. */
struct decoder *decoder_new(struct worker *worker);
void decoder_free(struct decoder *decoder);

/* Begins with a source; `columns` are those of its header row and must outlive its rows. */
bool decoder_begin(struct decoder *decoder, size_t source, const struct columns *columns);

/* Takes n data rows of piece `piece`. */
bool decoder_rows(struct decoder *decoder, uint64_t piece, const struct raw_row rows[], size_t n);

/* Scores and sends what was gathered. */
bool decoder_finish(struct decoder *decoder);

#endif

/* io/run/spill.h - a temporary file without a name, for what does not fit in memory. It holds ids:
   nobody else can open it, and nothing of it is left when the program ends, however it ends. */
#ifndef PELLTER_IO_RUN_SPILL_H
#define PELLTER_IO_RUN_SPILL_H

#include <stddef.h>
#include <stdint.h>
#include "engine/fault.h"

/* One file, shared by threads. Start with spill_init(). */
struct spill;

/* Nothing is made until the first spill_write(). NULL: no memory. */
struct spill *spill_new(void);
void spill_free(struct spill *spill);

/* Writes n bytes and says where they are. FAULT_WRITE where there is no room. */
MUST_CHECK struct fault spill_write(struct spill *spill, const void *bytes, size_t n,
                                    uint64_t *offset);

/* Reads n bytes that were written. */
MUST_CHECK struct fault spill_read(struct spill *spill, uint64_t offset, void *bytes, size_t n);

/* Pages that are written one after the other and read back from the last to the first. Each stands
   behind the place of the one before it, so that any number of them takes no more memory than this.
   Start with {0}. */
struct spill_chain {
    uint64_t offset; /* of the last page; 0 bytes: there is none */
    size_t n;
};

/* Writes a page of n > 0 bytes. */
MUST_CHECK struct fault spill_push(struct spill *spill, struct spill_chain *chain,
                                   const void *bytes, size_t n);

/* Reads the last page, which is none of the chain any more, into *bytes, which grows as needed (the
   caller's to free); *n is 0 where there is none. */
MUST_CHECK struct fault spill_pop(struct spill *spill, struct spill_chain *chain,
                                  unsigned char **bytes, size_t *capacity, size_t *n);

#endif

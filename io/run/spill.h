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

#endif

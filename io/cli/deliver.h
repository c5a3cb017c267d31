/* io/cli/deliver.h - what `report` and `merge` do with a finished report. */
#ifndef PELLTER_IO_CLI_DELIVER_H
#define PELLTER_IO_CLI_DELIVER_H

#include "engine/crew.h"
#include "engine/figures.h"
#include "engine/table.h"
#include "io/cli/command.h"
#include "io/write/records.h"

/* All borrowed. */
struct delivery {
    const struct options *options;
    const struct session *session;
    const struct report *report;
    const struct figures *figures;
    const struct crew *crew;
    const struct listed_rows *listed; /* for internal/discounted.csv; NULL: none is written */
    struct manifest manifest;         /* version and outputs are filled in */
};

/* Prints the report, or writes it into the directory that the options name, whole or not at all. */
MUST_CHECK struct fault deliver(const struct delivery *delivery);

/* Warnings are in the report, but who writes it into a directory should see them now. */
void print_warnings(const struct session *session, struct arena *arena, const struct text *warnings,
                    size_t n);

#endif

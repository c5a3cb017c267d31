/* io/cli/load.h - from the words of a command line to a plan: a study file, or data files that
   speak for themselves. */
#ifndef PELLTER_IO_CLI_LOAD_H
#define PELLTER_IO_CLI_LOAD_H

#include "io/cli/command.h"
#include "io/read/plan.h"

/* Faults of the words themselves, before anything is read: a file name that no study file, report
   or manifest could hold, and a --scale file that is not an instrument. */
MUST_CHECK struct fault check_words(const struct options *options);

/* On success the caller frees *plan with plan_free(); on a fault it is empty. */
MUST_CHECK struct fault load_plan(const struct options *options, struct plan *plan);

/* Is this the name of a study file (.yaml, .yml)? */
bool is_study_file(const char *path);

#endif

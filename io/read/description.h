/* io/read/description.h - what a study computes, as a text: two tallies may meet where their texts
   are the same. It says what counts are computed from, and nothing of how files are kept. */
#ifndef PELLTER_IO_READ_DESCRIPTION_H
#define PELLTER_IO_READ_DESCRIPTION_H

#include "io/read/plan.h"

/* The description of a plan: a study file of its own, with one `key: value` a line. Stages with
   their windows, the pair, cohorts, instruments with a digest of their rules, and every choice that
   changes a count; no title, no file, no separator, no column, no comment of the study file. Plans
   that compute the same have the same bytes. Owned by `arena`; NULL: no memory. */
const char *plan_describe(const struct plan *plan, struct arena *arena);

/* The plan that a description stands for; its sources are of no file and hold one instrument each.
   A description that this program would not write (another version did, with other rules) is a
   fault that says where they differ. `name` is what faults call it. On success the caller frees
   *plan. */
MUST_CHECK struct fault description_parse(const char *name, const char *text,
                                          const struct instrument_shelf *shelf, struct plan *plan);

/* "found ..., expected ...", of the first lines in which two descriptions differ, and how many more
   do. Owned by `arena`; NULL: no memory. */
const char *description_difference(struct arena *arena, const char *found, const char *expected);

#endif

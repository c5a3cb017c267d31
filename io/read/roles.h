/* io/read/roles.h - what cohort columns are: sites, years, a comparison group. */
#ifndef PELLTER_IO_READ_ROLES_H
#define PELLTER_IO_READ_ROLES_H

#include "io/read/plan_build.h"

/* The keys `site`, `year` and `comparison_group` of a study whose cohorts are read. */
MUST_CHECK struct fault read_roles(struct plan_build *build, const struct node *root);

/* The place + 1 of the first cohort column that is called so, in any case: site or area, and year.
   0: none. */
size_t default_site_column(const struct study *study);
size_t default_year_column(const struct study *study);

#endif

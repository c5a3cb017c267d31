/* engine/family_tally.h - how many families of a cohort have so many members (respondents, or goals)
   with a change, and what these changes add up to: all that a family-robust statistic asks for.

   Like the tally it is a list of cells of whole numbers, and adds. But a family that lives in two
   cohorts is one cluster where they are put together and two where they are not, so that cells alone
   would not do: it is kept apart, as a list of what it has in each cohort, and every coarser
   breakdown takes what it needs from there. */
#ifndef PELLTER_ENGINE_FAMILY_TALLY_H
#define PELLTER_ENGINE_FAMILY_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/stats/family.h"

struct study;

/* What is added up over the members of a family: the change of a scale between two stages, in units.
   Or, as `later`, of those with a score before (`stage`) and after,

   FAMILY_SHARE + enum family_share: how many belong to a share of people;
   FAMILY_ADDED_VALUE: of those at `stage` for whom there is one, the added value in ADDED_VALUE_UNITS;
   FAMILY_ATTAINED + a dimension of goals (figures.h): how many of the goals that were rated at an
   occasion (`stage`: enum goal_occasion) and are of this member of the dimension (`about`: a
   category's name, or NO_NAME; 0 for yes and 1 for no) were attained. */
struct family_sum {
    uint16_t scale; /* place in study.scales */
    uint8_t stage, later;
    uint32_t about;
};
enum { FAMILY_SHARE = 0x60, FAMILY_ADDED_VALUE = 0x7f, FAMILY_ATTAINED = 0x80 };

/* Whom a share counts: those reliably better and worse, and, as 1 and -1, both of them; those who moved
   into the usual range or to a better band; and, as 1 and -1, those in a raised band after but not
   before, and the other way round. */
enum family_share {
    FAMILY_IMPROVED,
    FAMILY_DETERIORATED,
    FAMILY_NET_IMPROVED,
    FAMILY_INTO_USUAL_RANGE,
    FAMILY_BETTER_BAND,
    FAMILY_RAISED,
    N_FAMILY_SHARES
};

int family_sum_compare(const struct family_sum *x, const struct family_sum *y);

/* Families that are in one cohort. */
struct family_cell {
    struct family_sum of;
    uint32_t cohort;
    uint64_t members;
    int64_t sum;
    uint64_t count;
};

/* What one family that is in several cohorts has in one of them. */
struct family_part {
    uint32_t cohort;
    uint64_t members;
    int64_t sum;
};
struct split_family {
    struct family_sum of;
    uint32_t n_parts;
    size_t first_part; /* place in parts */
};

/* Start with {0}. In no order until family_tally_sort(). */
struct family_tally {
    struct family_cell *cells; /* owned, n_cells */
    size_t n_cells, cells_capacity;
    uint32_t *slots; /* owned, n_slots: a hash table of cells, while they are in no order */
    size_t n_slots;
    struct split_family *splits; /* owned, n_splits */
    size_t n_splits, splits_capacity;
    struct family_part *parts; /* owned, n_parts: those of a split by ascending cohort */
    size_t n_parts, parts_capacity;
};

/* Adds cell->count families of one cohort; or one of several, whose parts (of different cohorts) are
   put in order. False: no memory. */
bool family_tally_add(struct family_tally *tally, const struct family_cell *cell);
bool family_tally_add_split(struct family_tally *tally, const struct family_sum *of,
                            struct family_part parts[], size_t n);

/* The same of a cell that is not there, as long as no other has been added by family_tally_add(). */
bool family_tally_append(struct family_tally *tally, const struct family_cell *cell);

/* Puts the cells in order, each once; and the split families by what they have, whatever they were
   called. False: no memory. */
bool family_tally_sort(struct family_tally *tally);

/* The tally of coarser cohorts: cohort c becomes group_of[c]. A family in several of these is one in
   each, so that there are no split ones in *out, which is sorted, and the caller's to free. False: no
   memory; *out is empty. */
bool family_tally_coarsen(const struct family_tally *tally, const uint32_t group_of[],
                          struct family_tally *out);

/* The same tally with other numbers of cohorts, without those that are left out (NULL: none), and of
   what is `wanted` in a study (NULL: all). *out as above. */
typedef bool family_sum_test(const struct study *study, const struct family_sum *of);
bool family_tally_renumber(const struct family_tally *tally, const uint32_t number_of[],
                           const bool leave_out[], const struct study *study,
                           family_sum_test *wanted, struct family_tally *out);

/* Adds what `from` counted, of the same numbers of cohorts and categories; a family that is in both
   is two. *into is in no order afterwards. False: no memory. */
bool family_tally_merge(struct family_tally *into, const struct family_tally *from);

/* The families of a cohort in a sorted tally without split ones, written to `out`, which has room for
   family_tally_most() of them. */
size_t family_tally_find(const struct family_tally *tally, uint32_t cohort,
                         const struct family_sum *of, struct family_count out[]);

/* The cells of a cohort in a sorted tally, families in several cohorts left aside. Returns how many. */
size_t family_tally_run(const struct family_tally *tally, uint32_t cohort,
                        const struct family_sum *of, const struct family_cell **cells);

/* The most cells that are of one cohort and sum. */
size_t family_tally_most(const struct family_tally *tally);

void family_tally_free(struct family_tally *tally);

#endif

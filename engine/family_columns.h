/* engine/family_columns.h - families of one size, column by column: what they add up to on a scale, counted
   in the tables of their cohorts.

   k members whose changes lie between -r and r add up to something between -k r and k r, so that the
   families of k members take 2 k r + 1 cells, and those of 1 to m members stand one behind the other.
   Nothing has to be asked on the way: a family that has nobody for a sum is counted as well, in a cell of
   its own that nobody looks at. */
#ifndef PELLTER_ENGINE_FAMILY_COLUMNS_H
#define PELLTER_ENGINE_FAMILY_COLUMNS_H

#include "engine/family_given.h"
#include "engine/member_row.h"
#include "engine/stage_pairs.h"

/* The most cells of all tables of a scale; places in one of them are numbers of 16 bits. */
#define MOST_TABLE_CELLS ((size_t)64 * 1024)

/* Where the families of k members begin whose sum is 0; and behind those of all numbers of members. That of
   nobody is the first. */
static inline size_t table_place(size_t most_change, size_t k)
{
    return most_change * k * k + k;
}
static inline size_t table_cells(size_t most_change)
{
    return table_place(most_change, FAMILY_FEW) + FAMILY_FEW * most_change + 1;
}

/* A scale: for each pair of stages a table of its changes, then one of each share that the study knows. */
struct scale_tables {
    size_t offset; /* of its cells among a cohort's, or NO_OFFSET: it has none */
    size_t n_outcomes, most_change;
    bool by_code;     /* scores are as far apart as their codes */
    uint16_t *scores; /* owned: of each outcome, above the lowest */
    /* Owned: [outcome before][after], all shares of somebody, above -1, of SHARE_BITS each: they can be added.
       SHARES_NOT_KNOWN yet; 0 where one is no score. */
    uint32_t *shares;
};
#define NO_OFFSET SIZE_MAX
#define SHARE_BITS 4
#define SHARES_NOT_KNOWN UINT32_MAX
_Static_assert(2 * FAMILY_FEW < 1u << SHARE_BITS && SHARE_BITS * N_FAMILY_SHARES < 32,
               "the shares of a family's members fit, and leave a number that they are not");

#define FAMILIES_AT_ONCE ((size_t)128)
#define LANES ((size_t)16) /* that many of them at a time */

/* Some families of n members each, of one cohort each. */
struct family_columns {
    const struct study *study;       /* borrowed, as are the next two */
    const struct stage_pair *pairs;  /* n_pairs: those that are counted */
    const struct share_rules *rules; /* of each scale */
    size_t n_pairs;
    size_t n, n_families;
    const unsigned char *rows[FAMILIES_AT_ONCE * FAMILY_FEW]; /* borrowed: [family][member] */
    uint32_t *cells[FAMILIES_AT_ONCE];                        /* borrowed: of its cohort */
    /* Owned: of [member][stage] the codes, and scores where codes are not as good. */
    uint16_t (*codes)[FAMILIES_AT_ONCE], (*scores)[FAMILIES_AT_ONCE];
};

/* Room for columns, with what is borrowed set. False: no memory. */
bool family_columns_init(struct family_columns *columns);
void family_columns_free(struct family_columns *columns);

/* Counts what the families give on a scale, which has tables. */
void family_columns_count(struct family_columns *columns, const struct member_row *row,
                          size_t scale, const struct scale_tables *tables);

#endif

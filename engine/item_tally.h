/* engine/item_tally.h - how the items of a questionnaire go together: of the forms that answer every
   item of a group, by stage and cohort, the sums of the items and of the products of any two.

   They are counted as forms are read, since the join keeps scores and no answers. So a form counts
   under the cohort that it names itself, and one that is there twice counts twice. Forms that wait
   for their date to say the stage are counted together, without one. */
#ifndef PELLTER_ENGINE_ITEM_TALLY_H
#define PELLTER_ENGINE_ITEM_TALLY_H

#include "engine/cohorts.h"
#include "engine/item_products.h"
#include "engine/study.h"
#include "scales/forms.h"
#include "scales/transpose.h"

/* With more cells of stage and cohort than this in one group of items, cohorts are given up: only
   the stages are told apart. What is kept is a few KiB a cell, so a study of twenty thousand schools
   would need more room for its items than for its respondents. It is the number of all cells that
   decides, however forms are divided among threads, machines and sites. */
#define ITEM_CELLS_MOST 2000

#define ITEM_NO_COHORT UINT32_MAX

/* Forms of one stage and cohort. */
struct item_cell {
    uint32_t cohort;
    uint16_t stage;  /* study->n_stages: none */
    uint64_t n;      /* forms that are in the sums */
    int64_t n_apart; /* forms of tallies that tell of this cell only how many they are; those whose
                           sums stand without a cohort are taken off again there */
};

/* The cells of one group of items. */
struct item_sheet {
    size_t n_items, n_stages; /* 0 items: not counted */
    uint8_t lowest, most;     /* codes are `lowest` (modulo 256) to lowest + most */
    bool without_cohorts;
    struct item_cell *cells; /* owned, n_cells */
    size_t n_cells, capacity;
    uint64_t
        *sums; /* owned, item_sums_size() for each cell: of codes from 0 up (item_products.h) */
    uint8_t *waiting; /* owned, for each cell: the answers of the forms that wait, row by row */
    uint32_t
        *next; /* owned, n_next, by cohort and stage: which of all rows is the next of the cell */
    size_t n_next;
};

struct item_tally {
    const struct study *study; /* borrowed */
    struct item_sheet *sheets; /* owned: [measure][group] */
};

/* False: no memory. */
bool item_tally_init(struct item_tally *tally, const struct study *study);
void item_tally_free(struct item_tally *tally);

/* The sheet of a group of items; NULL where none is counted: of goals, of pooled versions, and of
   groups whose items make no scale by their plain sum. */
struct item_sheet *item_tally_sheet(const struct item_tally *tally, size_t measure, size_t group);

/* Forms that may be counted. */
struct item_forms {
    const answer *answers;            /* ROW_STRIDE bytes a form */
    const uint32_t *cohorts, *stages; /* a stage that is none: without one */
    const uint8_t *counted; /* all bits or none: only forms whose every item has a valid answer */
    size_t n;               /* at most BATCH_FORMS */
};

/* Counts those that are to be. False: no memory. */
bool item_sheet_add_forms(struct item_sheet *sheet, const struct item_forms *forms);

/* Adds n forms with these sums to a cell (sums NULL: none), and n_apart. False: no memory. */
bool item_sheet_add_sums(struct item_sheet *sheet, uint32_t cohort, size_t stage, uint64_t n,
                         int64_t n_apart, const uint64_t sums[]);

/* Gives cohorts up, as too many cells do by themselves. False: no memory. */
bool item_sheet_drop_cohorts(struct item_sheet *sheet);

/* The cell and its sums, where it is there; else NULL. Settle first: sums are without the forms that
   wait. */
const struct item_cell *item_sheet_find(const struct item_sheet *sheet, uint32_t cohort,
                                        size_t stage, const uint64_t **sums);

/* The forms of all cells of a settled sheet, and their sums. */
void item_sheet_total(const struct item_sheet *sheet, uint64_t *n, uint64_t sums[]);

/* Brings the forms that wait into the sums. */
void item_tally_settle(struct item_tally *tally);

/* Adds what `from`, of the same study and settled, has counted. False: no memory. */
bool item_tally_merge(struct item_tally *into, const struct item_tally *from);

/* The tally, which is settled, of coarser cohorts: cohort c becomes group_of[c]. Forms without a cohort are left
   out, unless all become one (is_all). *out is empty where there is no memory, and false comes back. */
bool item_tally_coarsen(const struct item_tally *tally, const uint32_t group_of[], bool is_all,
                        struct item_tally *out);

#endif

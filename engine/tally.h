/* engine/tally.h - what everything that is printed is computed from: how many respondents of a
   cohort have this score at this stage (and that one at a later stage).

   A tally is, for each cohort, a sorted list of cells (packed_cells.h), only those that occur. Counts are whole
   numbers, so the order in which respondents are counted does not matter, and two tallies add cell
   by cell. Reasons for having no score are codes like scores, so respondents, viable and discounted
   are sums over the same cells as every statistic and cannot disagree with them. */
#ifndef PELLTER_ENGINE_TALLY_H
#define PELLTER_ENGINE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/packed_cells.h"
#include "engine/patterns.h"
#include "engine/stats/counts.h"

struct study;

/* What a cell counts, beside two real stages. */
enum {
    TALLY_DAYS =
        0xfa, /* as `later`: not a score, but how many days the form at the stage came after the
                          one before; later_code is 0 */
    TALLY_PREDICTED = 0xfd, /* as `later`: the score at the stage beside what was predicted of it */
    TALLY_ONE_STAGE = 0xfe, /* as `later`: the stage by itself; later_code is 0 */
    TALLY_ALL_STAGES = 0xff /* as `later`: the same, of those with a score at every stage */
};

/* Added value (engine/stats/added_value.h), where the study asks for it: respondents with both totals
   are cells of the total at `after` with TALLY_PREDICTED. The code is that total, the later code the
   prediction, both in ADDED_VALUE_UNITS; or, in its place, why there is none. */
#define ADDED_VALUE_NO_IMPACT TALLY_REASON(REASON_INCOMPLETE) /* or no emotional score, before */
#define ADDED_VALUE_NOT_IN_TIME TALLY_REASON(REASON_NOT_DUE)  /* the forms' dates are known */
/* Someone who has a prediction is counted here as well where no two dates say how long it was. */
#define ADDED_VALUE_NO_DATES TALLY_REASON(REASON_NO_FORM)

/* Where a respondent is counted. */
struct tally_cell {
    uint32_t cohort; /* of the finest crossing; or a group, once coarsened */
    uint16_t scale;  /* place in study.scales */
    uint16_t stage, later;
    tally_code code, later_code;
};

/* Respondents of one cohort on one questionnaire who are written down, one after the other, to be counted when
   somebody asks: of a small cohort that is a tenth of its cells. Start with {0}. A row has the outcomes of all
   scales at a stage, as bytes, of the first stage first. */
struct written {
    uint8_t *rows; /* owned, n */
    uint32_t n, capacity;
};

/* Outcomes are bytes: of scales that have more there are none. */
#define MOST_OUTCOMES 256

/* Are outcomes on a scale written down, where others of the questionnaire are? Bytes that somebody collects. */
bool tally_is_written(const struct study *study, size_t scale);

/* The cells of one cohort. What was counted since they were last put in order is a list beside them; make
   no use of them before tally_sort(). */
struct cohort_cells {
    struct cells cells;
    const struct written
        *written; /* [measure]: who is in no cell yet; borrowed from a tally's `written`,
                                      or NULL: nobody */
    struct cell_count *loose; /* owned, n_loose, in any order */
    uint32_t n_loose, loose_capacity;
};

/* Goals, by how they ended. */
enum goal_occasion { GOAL_LATEST, GOAL_AFTER, N_GOAL_OCCASIONS };
#define GOAL_NOT_REVIEWED INT16_MIN
struct goal_cell {
    uint32_t cohort;
    uint32_t category; /* a name's number, or NO_NAME */
    uint32_t flags;
    uint16_t occasion;
    int16_t halves; /* the level in halves, or GOAL_NOT_REVIEWED */
    uint64_t count;
};

/* Start with {0}. Cells are in no order until tally_sort(). */
struct tally {
    struct cohort_cells *cohorts; /* owned, n_cohorts: by cohort */
    size_t n_cohorts, cohorts_capacity;
    size_t n_cells;          /* of all cohorts, when sorted */
    struct goal_cell *goals; /* owned, n_goals */
    size_t n_goals, goals_capacity;
    struct patterns
        patterns; /* owned: sums for the mixed model, but of those who are written down */
    struct written *written; /* owned, n_written: [cohort][measure]; or NULL */
    size_t n_written;
    const struct study *study; /* borrowed: whose measures they are; NULL: nobody is written down */
    struct cell_count *spare;  /* owned: room to sort any cohort's loose cells in */
    size_t spare_capacity;
    struct cells packed;         /* owned: room to pack them in */
    struct recent_cells *recent; /* owned: where cells were that were added to; NULL until then */
    bool overflow;               /* some count did not fit 32 bits */
};

/* Adds to the count of a cell (of a goal cell: its own `count` is not looked at). False: no memory. */
bool tally_add(struct tally *tally, const struct tally_cell *cell, uint32_t count);
bool tally_add_goal(struct tally *tally, const struct goal_cell *cell, uint64_t count);

/* Adds cells of a cohort. False: no memory. */
bool tally_put(struct tally *tally, uint32_t cohort, const struct cells *cells);

/* Makes room for respondents of cohorts 0 .. n - 1 who stay written down, once; and takes those of one of
   these on a questionnaire, who are nobody then. `study` must outlive the tally. False: no memory. */
bool tally_begin_written(struct tally *tally, const struct study *study, size_t n_cohorts);
bool tally_keep_written(struct tally *tally, uint32_t cohort, size_t measure,
                        struct written *written);

/* Those of a cohort whose outcomes on a scale are written down: NULL where nobody's are. */
const struct written *tally_written(const struct tally *tally, uint32_t cohort, size_t scale);

/* Is anybody counted under a cohort? */
static inline bool tally_has(const struct tally *tally, uint32_t cohort)
{
    return cohort < tally->n_cohorts &&
           (tally->cohorts[cohort].cells.n > 0 || tally->cohorts[cohort].written != NULL);
}

/* Puts the cells in order, each once. False: no memory. */
bool tally_sort(struct tally *tally);

/* Adds the counts of `from`, whose cohorts and categories must have the same numbers. Both are
   sorted, before and after. This is where the results of threads and of sites meet: people who are
   in both are counted twice. False: no memory, or a count of 2^32 or more; *into is then of no
   use. */
bool tally_merge(struct tally *into, const struct tally *from);

/* The same, but what `from` has moves to where nothing is yet. Neither need be sorted; of `from` only tally_free()
   is of use then. */
bool tally_take(struct tally *into, struct tally *from);

/* How many are counted on a scale of a cohort at the first stage: everyone is, with a score or with a reason. */
uint64_t tally_people(const struct tally *tally, uint32_t cohort, size_t scale);

/* The cells of one cohort, scale and stages in a sorted tally, of whom nobody on the scale is written down. */
struct cell_cursor tally_find(const struct tally *tally, uint32_t cohort, size_t scale,
                              size_t stage, size_t later);

/* Of cells that were found: the distribution of scores at the stage, or the pairs of scores, written to
   `out` (room for as many as there are cells). Reasons are left out. Returns how many were written. */
size_t tally_scores(struct cell_cursor cells, struct score_count out[]);
size_t tally_pairs(struct cell_cursor cells, struct pair_count out[]);

void tally_free(struct tally *tally);

#endif

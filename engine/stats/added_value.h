/* engine/stats/added_value.h - what a parent's SDQ some months later would be expected to say of a
   child who got no help: the added value score. */
#ifndef PELLTER_ENGINE_STATS_ADDED_VALUE_H
#define PELLTER_ENGINE_STATS_ADDED_VALUE_H

#include <stdbool.h>
#include <stdint.h>

/* The parent form that is predicted from, and its scales. */
#define ADDED_VALUE_INSTRUMENT "sdq-parent"
#define ADDED_VALUE_TOTAL "total"
#define ADDED_VALUE_IMPACT "impact"
#define ADDED_VALUE_EMOTIONAL "emotional"

/* Predictions are whole tenths of a point, so that every sum of them stays exact. */
#define ADDED_VALUE_UNITS 10

/* An effect size is a mean added value divided by so many points. */
#define ADDED_VALUE_SD 5

/* Four to eight months of 30.4375 days: the days between the two forms, both inclusive. */
#define ADDED_VALUE_FIRST_DAY 122
#define ADDED_VALUE_LAST_DAY 243

/* Groups whose mean total before is lower are hardly at risk, for which the formula was not made. A
   convention of this project: no source gives a limit. */
#define ADDED_VALUE_LOW_RISK 14

/* Total difficulties to be expected some six months after a first form of parents with these whole
   points, in tenths of a point:  23 + 8 total + 2 impact - 3 emotional.  The added value of a child is
   this less the total that was seen: positive is better than expected.

   source   Ford, Hutchings, Bywater, Goodman & Goodman (2009), British Journal of Psychiatry
            194:552-558, 10.1192/bjp.bp.108.052373 (erratum 195:182); sdqinfo.org/e10.html. Variables,
            sign and SD were seen there; the four coefficients, and four to eight months, are at second
            hand (confidence G)
   R        10 * (2.3 + 0.8 * total + 0.2 * impact - 0.3 * emotional) */
static inline int64_t added_value_predicted(int64_t total, int64_t impact, int64_t emotional)
{
    return 23 + 8 * total + 2 * impact - 3 * emotional;
}

static inline bool added_value_in_time(int64_t days)
{
    return days >= ADDED_VALUE_FIRST_DAY && days <= ADDED_VALUE_LAST_DAY;
}

#endif

/* scales/score.h - how one form's answers become scores. Pure: reads its arguments, allocates
   nothing, cannot fail; what was wrong with the answers is the outcome. */
#ifndef PELLTER_SCALES_SCORE_H
#define PELLTER_SCALES_SCORE_H

#include "scales/instrument.h"

/* The answers of one form, group by group; a group that the study does not collect is NULL and
   its scales come out as REASON_NO_FORM. Codes outside the group's range count as missing. */
struct answers {
    const answer *groups[MAX_GROUPS];
};

/* Scores every scale of `instrument`, in its order, into out[0 .. n_scales - 1]. */
void instrument_score(const struct instrument *instrument, const struct answers *answers,
                      struct scored out[]);

/* Items answered with a valid code, over all groups present. 0 makes a form blank. */
size_t answers_count(const struct instrument *instrument, const struct answers *answers);

/* Lists, ascending and without repeats, every value in units that scale `index` can take under its
   rule, given the lists of the scales before it. Writes at most `capacity` values to `out` and
   returns how many there are, so that a caller may ask first with capacity 0. Sums are listed
   without a gap: where points have gaps (a recode to 0, 1, 3) or parts share items, a few listed
   values never occur.
   Not for SCALE_GOALS (returns 0). `scales[index].units_per_point` must be set: see scale_units. */
size_t scale_values(const struct instrument *instrument, size_t index, int64_t out[],
                    size_t capacity);

/* The largest part of a point that divides every value that scale `index` can take: the number of
   such units in a point. 1 for whole points, 858 for WEMWBS prorated from 11 to 14 items; 0 when it
   would be more than MAX_UNITS. The units of its parts must be set; for SCALE_CONVERSION and
   SCALE_GOALS it is the units_per_point that is set. */
int64_t scale_units(const struct instrument *instrument, size_t index);

#endif

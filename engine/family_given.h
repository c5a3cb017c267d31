/* engine/family_given.h - what a respondent with scores at two stages gives to its family: the change, and
   whether it counts in shares of people. One list for those who count, read a tally and check it. */
#ifndef PELLTER_ENGINE_FAMILY_GIVEN_H
#define PELLTER_ENGINE_FAMILY_GIVEN_H

#include "engine/family_tally.h"
#include "engine/study.h"
#include "engine/tally.h"

/* How the shares of a scale are judged, where the study alone can say: not by a threshold that rests on
   the data, which nobody knows before all are counted. */
struct share_rules {
    bool has[N_FAMILY_SHARES];
    struct reliable_rule reliable;
    double cut_off;
    const struct band_set *bands; /* borrowed */
    int64_t units_per_point;
};
struct share_rules share_rules_of(const struct study *study, size_t scale);

/* Those of every scale; the caller's to free. NULL: no memory. */
struct share_rules *share_rules_new(const struct study *study);

/* What is added up, and how much of it. */
struct family_given {
    struct family_sum of;
    int64_t sum;
};
#define MOST_FAMILY_GIVEN (1 + N_FAMILY_SHARES)

/* Writes what somebody gives who has these scores, in units, at two stages that are compared; `rules`
   are those of the scale. Returns how many. Nothing at stages that are not compared in families. */
size_t family_given_by(const struct study *study, size_t scale, const struct share_rules *rules,
                       size_t stage, size_t later, int64_t before, int64_t after,
                       struct family_given out[MOST_FAMILY_GIVEN]);

/* What a goal that was rated at an occasion is part of in a dimension (figures.h), by what it is about;
   false: of nothing, as the study has no categories. */
bool family_of_goal(const struct study *study, size_t scale, enum goal_occasion occasion,
                    size_t dimension, uint32_t category, uint32_t flags, struct family_sum *of);

/* The same of an added value: what was predicted, less what was seen. */
struct family_given family_given_added_value(size_t scale, size_t after, int64_t seen,
                                             int64_t predicted);

#endif

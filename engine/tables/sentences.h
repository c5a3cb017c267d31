/* engine/tables/sentences.h - a change in words. The words follow the printed numbers: what rose is
   printed higher after than before. No sentence says why. */
#ifndef PELLTER_ENGINE_TABLES_SENTENCES_H
#define PELLTER_ENGINE_TABLES_SENTENCES_H

#include "engine/study.h"
#include "engine/text.h"

/* The figures of one change, and how it is spoken of. */
struct spoken_change {
    struct argument who;   /* "people", "children", "families" */
    struct argument of;    /* the instrument: "forms of wemwbs" */
    struct argument scale; /* "mental well-being" */
    bool of_goals;         /* goals are rated; forms are filled in */
    bool higher_is_better;
    unsigned decimals; /* of means and changes */
    struct value n, before, after, change, ci_low, ci_high, p;
    struct value families;      /* defined: the test allows for these */
    struct value p_holm, tests; /* tests of more than 1: p is also given adjusted for so many */
    struct small_numbers small;
};

/* "Among the 39 people with both forms of wemwbs, mean mental well-being rose from 45.13 to 51.44,
   an improvement."; of one and of nobody, that nothing can be said. */
struct text spoken_means(const struct spoken_change *change);

/* "The change was 6.31 points (95% confidence interval 3.17 to 9.45; paired t test, p < .001)."
   MESSAGE_NONE where there are fewer than two. */
struct text spoken_test(const struct spoken_change *change);

/* That the printed change is not the difference of the printed means, where it is not; else
   MESSAGE_NONE. */
struct text spoken_rounding(const struct spoken_change *change);

/* That the interval includes 0; MESSAGE_NONE where it does not, or there is none. */
struct text spoken_doubt(const struct spoken_change *change);

/* That there are few; MESSAGE_NONE where there are not, or so few that spoken_test() has said it. */
struct text spoken_caution(const struct spoken_change *change);

#endif

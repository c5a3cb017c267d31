/* Expected places and reasons worked out by hand from engine/respondents.h, docs/study-file.md and
   chapters 4 and 5 of the design. Every case is fed in every order of its forms: the outcome must
   be the same. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine/respondents.h"
#include "tests/toy.h"

/* --- studies ---------------------------------------------------------------------------------- */

static const struct measure measures[] = {
    {.label = "toy", .instrument = &toy, .join = 0, .first_scale = 0},
    {.label = "toy-young", .instrument = &toy_young, .join = 0, .first_scale = 1},
    {.label = "goals", .instrument = &toy_goals, .join = 1, .first_scale = 2},
};

static const struct stage plain[] = {{.name = "start"}, {.name = "mid"}, {.name = "end"}};

#define YEAR(how)                                                                             \
    {                                                                                         \
        {.name = "start"},                                                                    \
        {                                                                                     \
            .name = "12 months", .has_window = true, .window_first = 330, .window_last = 420, \
            .pick = (how)                                                                     \
        }                                                                                     \
    }
static const struct stage nearest[] = YEAR(PICK_NEAREST), first[] = YEAR(PICK_FIRST),
                          last[] = YEAR(PICK_LAST), unpicked[] = YEAR(PICK_NONE);

/* A review is counted from the form at 3 months. */
static const struct stage anchored[] = {{.name = "start"},
                                        {.name = "3 months",
                                         .has_window = true,
                                         .window_first = 60,
                                         .window_last = 120,
                                         .pick = PICK_NEAREST},
                                        {.name = "review",
                                         .has_window = true,
                                         .anchor = 1,
                                         .window_first = 80,
                                         .window_last = 100,
                                         .pick = PICK_NEAREST}};

/* Two windows from the start, and a stage without one in between. */
static const struct stage windows[] = {{.name = "start"},
                                       {.name = "1 month",
                                        .has_window = true,
                                        .window_first = 20,
                                        .window_last = 40,
                                        .pick = PICK_FIRST},
                                       {.name = "phase"},
                                       {.name = "3 months",
                                        .has_window = true,
                                        .window_first = 60,
                                        .window_last = 120,
                                        .pick = PICK_LAST}};

#define STAGES(list) .stages = (list), .n_stages = COUNT(list)
#define COMMON                                                                      \
    .title = "", .measures = measures, .n_measures = COUNT(measures), .n_joins = 2, \
    .n_cohort_columns = 1, .as_of = NO_DATE

static const struct study
    by_stage = {COMMON, STAGES(plain), .before = 0, .after = 2},
    from_mid = {COMMON, STAGES(plain), .before = 1, .after = 2},
    from_first = {COMMON, STAGES(plain), .before = 1, .after = 2, .cohort_from = COHORT_FROM_FIRST},
    from_after = {COMMON, STAGES(plain), .before = 0, .after = 1, .cohort_from = COHORT_FROM_AFTER},
    keep_first = {COMMON, STAGES(plain), .before = 0, .after = 2, .duplicates = PICK_FIRST},
    keep_last = {COMMON, STAGES(plain), .before = 0, .after = 2, .duplicates = PICK_LAST},
    near = {COMMON, STAGES(nearest), .before = 0, .after = 1},
    near_keep_first = {COMMON, STAGES(nearest), .before = 0, .after = 1, .duplicates = PICK_FIRST},
    early = {COMMON, STAGES(first), .before = 0, .after = 1},
    late = {COMMON, STAGES(last), .before = 0, .after = 1},
    any = {COMMON, STAGES(unpicked), .before = 0, .after = 1},
    later_anchor = {COMMON, STAGES(anchored), .before = 0, .after = 2},
    many_windows = {COMMON, STAGES(windows), .before = 0, .after = 3};

/* --- cases ------------------------------------------------------------------------------------ */

#define MOST_FORMS 6
#define ND NO_DATE
#define BY_DATE NO_STAGE

/* A form: who, where it says it belongs, when, what its scores are (a letter), and from which site
   ('-': not recorded). */
struct given {
    char who;
    uint32_t stage;
    int64_t date;
    char code, site;
    bool may_start;
    uint32_t measure;
    const char *goal;
};
#define F(who_, stage_, date_, code_, site_)                                                \
    {                                                                                       \
        .who = (who_), .stage = (stage_), .date = (date_), .code = (code_), .site = (site_) \
    }
/* a form of a source without a stage column */
#define UNPLACED(who_, date_, code_, site_)                                                 \
    {                                                                                       \
        .who = (who_), .stage = BY_DATE, .date = (date_), .code = (code_), .site = (site_), \
        .may_start = true                                                                   \
    }

/* Expected: for each respondent by name, each series (by measure, then goal) with a letter for each
   stage ("." nothing, "!" a conflict), the site that counts, "*" when moved. Then each reason with
   the stage, sorted: "=" duplicate_same, "!" conflicting, "w" outside_window. */
static const struct {
    const char *name;
    const struct study *study;
    struct given forms[MOST_FORMS];
    const char *people, *reasons;
} cases[] = {
    /* placing, duplicates, conflicts */
    {"one form", &by_stage, {F('p', 0, ND, 'A', 'N')}, "p A.. N", ""},
    {"two stages", &by_stage, {F('p', 0, ND, 'A', 'N'), F('p', 2, ND, 'B', 'N')}, "p A.B N", ""},
    {"two people",
     &by_stage,
     {F('p', 0, ND, 'A', 'N'), F('q', 0, ND, 'B', 'S'), F('q', 1, ND, 'A', 'S')},
     "p A.. N, q BA. S",
     ""},
    {"A, A", &by_stage, {F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'A', 'N')}, "p .A. N", "=1"},
    {"A, A, A",
     &by_stage,
     {F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'A', 'N')},
     "p .A. N",
     "=1 =1"},
    {"A, B", &by_stage, {F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'B', 'N')}, "p .!. N", "!1 !1"},
    {"A, A, B",
     &by_stage,
     {F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'B', 'N')},
     "p .!. N",
     "!1 !1 !1"},
    {"A, B, C",
     &by_stage,
     {F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'B', 'N'), F('p', 1, ND, 'C', 'N')},
     "p .!. N",
     "!1 !1 !1"},
    {"A, A, B, B, and C elsewhere",
     &by_stage,
     {F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'A', 'N'), F('p', 1, ND, 'B', 'N'),
      F('p', 1, ND, 'B', 'N'), F('p', 2, ND, 'C', 'N')},
     "p .!C N",
     "!1 !1 !1 !1"},
    {"a conflict of one, a duplicate of another",
     &by_stage,
     {F('p', 0, ND, 'A', 'N'), F('p', 0, ND, 'B', 'N'), F('q', 0, ND, 'A', 'N'),
      F('q', 0, ND, 'A', 'N')},
     "p !.. N, q A.. N",
     "!0 !0 =0"},
    {"a conflict at one stage, a duplicate at another",
     &by_stage,
     {F('p', 0, ND, 'A', 'N'), F('p', 0, ND, 'B', 'N'), F('p', 2, ND, 'A', 'N'),
      F('p', 2, ND, 'A', 'N')},
     "p !.A N",
     "!0 !0 =2"},
    {"versions do not meet",
     &by_stage,
     {F('p', 0, ND, 'A', 'N'),
      {'p', 0, ND, 'B', 'N', .measure = 1},
      {'p', 1, ND, 'C', 'N', .measure = 1}},
     "p A..|BC. N",
     ""},
    {"goals do not meet",
     &by_stage,
     {{'p', 0, ND, 'A', 'N', .measure = 2, .goal = "g1"},
      {'p', 0, ND, 'B', 'N', .measure = 2, .goal = "g2"},
      {'p', 1, ND, 'B', 'N', .measure = 2, .goal = "g1"},
      {'p', 1, ND, 'C', 'N', .measure = 2, .goal = "g1"},
      {'p', 1, ND, 'C', 'N', .measure = 2, .goal = "g2"}},
     "p A!.|BC. N",
     "!1 !1"},
    /* where the cohort is read from */
    {"same site", &by_stage, {F('p', 0, ND, 'A', 'S'), F('p', 2, ND, 'B', 'S')}, "p A.B S", ""},
    {"moved, before counts",
     &by_stage,
     {F('p', 0, ND, 'A', 'S'), F('p', 1, ND, 'B', 'N'), F('p', 2, ND, 'B', 'N')},
     "p ABB S*",
     ""},
    {"before is the second stage",
     &from_mid,
     {F('p', 0, ND, 'A', 'N'), F('p', 1, ND, 'B', 'S'), F('p', 2, ND, 'B', 'N')},
     "p ABB S*",
     ""},
    {"no form before, so the first there is",
     &from_mid,
     {F('p', 0, ND, 'A', 'S'), F('p', 2, ND, 'B', 'N')},
     "p A.B S*",
     ""},
    {"only after", &from_mid, {F('p', 2, ND, 'B', 'S')}, "p ..B S", ""},
    {"first",
     &from_first,
     {F('p', 0, ND, 'A', 'S'), F('p', 1, ND, 'B', 'N'), F('p', 2, ND, 'B', 'N')},
     "p ABB S*",
     ""},
    {"first there is",
     &from_first,
     {F('p', 2, ND, 'A', 'N'), F('p', 1, ND, 'B', 'S')},
     "p .BA S*",
     ""},
    {"after",
     &from_after,
     {F('p', 0, ND, 'A', 'N'), F('p', 1, ND, 'B', 'S'), F('p', 2, ND, 'B', 'N')},
     "p ABB S*",
     ""},
    {"no form after",
     &from_after,
     {F('p', 0, ND, 'A', 'S'), F('p', 2, ND, 'B', 'N')},
     "p A.B S*",
     ""},
    {"alike but for the site: the one that prints first",
     &by_stage,
     {F('p', 0, ND, 'A', 'S'), F('p', 0, ND, 'A', 'N'), F('p', 0, ND, 'A', 'T')},
     "p A.. N*",
     "=0 =0"},
    {"in conflict, also on the site",
     &by_stage,
     {F('p', 0, ND, 'A', 'S'), F('p', 0, ND, 'B', 'N'), F('p', 1, ND, 'B', 'M')},
     "p !B. N*",
     "!0 !0"},
    {"not recorded prints last",
     &by_stage,
     {F('p', 0, ND, 'A', '-'), F('p', 0, ND, 'A', 'S')},
     "p A.. S*",
     "=0"},
    {"there and back again",
     &by_stage,
     {F('p', 0, ND, 'A', 'N'), F('p', 1, ND, 'B', 'S'), F('p', 2, ND, 'B', 'N')},
     "p ABB N*",
     ""},
    {"another version counts for the cohort",
     &by_stage,
     {F('p', 1, ND, 'A', 'N'), {'p', 0, ND, 'B', 'S', .measure = 1}},
     "p .A.|B.. S*",
     ""},
    /* windows: 330..420 days after the start, the middle is 375 */
    {"first day", &near, {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1330, 'A', 'N')}, "p SA N", ""},
    {"last day", &near, {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1420, 'A', 'N')}, "p SA N", ""},
    {"a day early", &near, {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1329, 'A', 'N')}, "p S. N", "w-"},
    {"a day late", &near, {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1421, 'A', 'N')}, "p S. N", "w-"},
    {"before 1970",
     &near,
     {F('p', 0, -400, 'S', 'N'), F('p', 1, -25, 'A', 'N'), F('p', 1, -26, 'B', 'N')},
     "p SA N",
     "!1"},
    {"no start to count from: the name counts", &near, {F('p', 1, 1365, 'A', 'N')}, "p .A N", ""},
    {"a start without a date: the name counts",
     &near,
     {F('p', 0, ND, 'S', 'N'), F('p', 1, 1365, 'A', 'N')},
     "p SA N",
     ""},
    {"no start to count from: none is nearest",
     &near,
     {F('p', 1, 1365, 'A', 'N'), F('p', 1, 1366, 'B', 'N')},
     "p .! N",
     "!1 !1"},
    {"no start to count from, but one is the first",
     &early,
     {F('p', 1, 1365, 'A', 'N'), F('p', 1, 1366, 'B', 'N')},
     "p .A N",
     "!1"},
    {"a start in conflict still has a date",
     &near,
     {F('p', 0, 1000, 'S', 'N'), F('p', 0, 1000, 'T', 'N'), F('p', 1, 1365, 'A', 'N')},
     "p !A N",
     "!0 !0"},
    {"two dates of the start: the earlier",
     &near,
     {F('p', 0, 1000, 'S', 'N'), F('p', 0, 1005, 'S', 'N'), F('p', 1, 1421, 'A', 'N')},
     "p S. N",
     "=0 w-"},
    {"nearest",
     &near,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1335, 'A', 'N'), F('p', 1, 1374, 'B', 'N'),
      F('p', 1, 1400, 'C', 'N')},
     "p SB N",
     "!1 !1"},
    {"nearest, alike",
     &near,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1335, 'A', 'N'), F('p', 1, 1374, 'A', 'N'),
      F('p', 1, 1400, 'C', 'N')},
     "p SA N",
     "!1 =1"},
    {"as near: the earlier",
     &near,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1385, 'B', 'N'), F('p', 1, 1365, 'A', 'N')},
     "p SA N",
     "!1"},
    {"first in the window",
     &early,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1335, 'A', 'N'), F('p', 1, 1374, 'B', 'N'),
      F('p', 1, 1329, 'C', 'N')},
     "p SA N",
     "!1 w-"},
    {"last in the window",
     &late,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1335, 'A', 'N'), F('p', 1, 1374, 'B', 'N'),
      F('p', 1, 1421, 'C', 'N')},
     "p SB N",
     "!1 w-"},
    {"one day, alike",
     &near,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1365, 'A', 'N'), F('p', 1, 1365, 'A', 'N')},
     "p SA N",
     "=1"},
    {"one day, different",
     &near,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1365, 'A', 'N'), F('p', 1, 1365, 'B', 'N')},
     "p S! N",
     "!1 !1"},
    {"one day, different, and a further one like the first",
     &near,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1374, 'A', 'N'), F('p', 1, 1374, 'B', 'N'),
      F('p', 1, 1335, 'A', 'N')},
     "p S! N",
     "!1 !1 !1"},
    {"nothing to pick by: different",
     &any,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1335, 'A', 'N'), F('p', 1, 1374, 'B', 'N')},
     "p S! N",
     "!1 !1"},
    {"nothing to pick by: alike",
     &any,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1335, 'A', 'N'), F('p', 1, 1374, 'A', 'N')},
     "p SA N",
     "=1"},
    {"named, without a date",
     &near,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, ND, 'A', 'N')},
     "p SA N",
     ""},
    {"named, without a date, beside one with: cannot be told apart, nearest",
     &near,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, ND, 'A', 'N'), F('p', 1, 1374, 'B', 'N')},
     "p S! N",
     "!1 !1"},
    {"named, without a date, beside one with: cannot be told apart, first",
     &early,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, ND, 'A', 'N'), F('p', 1, 1374, 'B', 'N')},
     "p S! N",
     "!1 !1"},
    {"named, without a date, beside one with: cannot be told apart, last",
     &late,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, ND, 'A', 'N'), F('p', 1, 1374, 'B', 'N')},
     "p S! N",
     "!1 !1"},
    {"named, without a date, beside one alike",
     &late,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, ND, 'A', 'N'), F('p', 1, 1374, 'A', 'N')},
     "p SA N",
     "=1"},
    {"moved within the window",
     &near,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1365, 'A', 'S')},
     "p SA N*",
     ""},
    /* a window counted from a later stage */
    {"two windows in a row",
     &later_anchor,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1090, 'A', 'N'), F('p', 2, 1180, 'B', 'N')},
     "p SAB N",
     ""},
    {"the review moves with the form it is counted from",
     &later_anchor,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1120, 'A', 'N'), F('p', 2, 1180, 'B', 'N')},
     "p SA. N",
     "w-"},
    {"nothing to count the review from: the name counts",
     &later_anchor,
     {F('p', 0, 1000, 'S', 'N'), F('p', 2, 1180, 'B', 'N')},
     "p S.B N",
     ""},
    {"nothing to count the review from, and no name",
     &later_anchor,
     {F('p', 0, 1000, 'S', 'N'), F('p', BY_DATE, 1180, 'B', 'N')},
     "p S.. N",
     "w-"},
    {"it is counted from the form that is picked",
     &later_anchor,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1060, 'A', 'N'), F('p', 1, 1091, 'C', 'N'),
      F('p', 2, 1150, 'B', 'N'), F('p', 2, 1190, 'D', 'N')},
     "p SCD N",
     "!1 w-"},
    {"all by date",
     &later_anchor,
     {UNPLACED('p', 1000, 'S', 'N'), UNPLACED('p', 1090, 'A', 'N'), UNPLACED('p', 1180, 'B', 'N'),
      UNPLACED('p', 1300, 'C', 'N')},
     "p SAB N",
     "w-"},
    /* forms without a stage column */
    {"the earliest is the start",
     &near,
     {UNPLACED('p', 1365, 'A', 'N'), UNPLACED('p', 1000, 'S', 'N')},
     "p SA N",
     ""},
    {"the earliest is the start, even alone", &near, {UNPLACED('p', 1365, 'A', 'N')}, "p A. N", ""},
    {"two on the first day, different",
     &near,
     {UNPLACED('p', 1000, 'S', 'N'), UNPLACED('p', 1000, 'T', 'N'), UNPLACED('p', 1365, 'A', 'N')},
     "p !A N",
     "!0 !0"},
    {"two on the first day, alike",
     &near,
     {UNPLACED('p', 1000, 'S', 'N'), UNPLACED('p', 1000, 'S', 'N')},
     "p S. N",
     "=0"},
    {"another source names the start",
     &near,
     {F('p', 0, 1000, 'S', 'N'), UNPLACED('p', 900, 'A', 'N'), UNPLACED('p', 1365, 'B', 'N')},
     "p SB N",
     "w-"},
    {"an empty stage cell is not the start",
     &near,
     {F('p', BY_DATE, 1000, 'S', 'N'), F('p', BY_DATE, 1365, 'A', 'N')},
     "p .. -",
     "w- w-"},
    {"an empty stage cell is placed by its date",
     &near,
     {F('p', 0, 1000, 'S', 'N'), F('p', BY_DATE, 1365, 'A', 'N')},
     "p SA N",
     ""},
    {"the start of a respondent, not of a version",
     &near,
     {UNPLACED('p', 1000, 'S', 'N'), {'p', BY_DATE, 1365, 'A', 'N', true, .measure = 1}},
     "p S.|.A N",
     ""},
    {"no window: only the start can be told",
     &by_stage,
     {UNPLACED('p', 1000, 'S', 'N'), UNPLACED('p', 1365, 'A', 'N')},
     "p S.. N",
     "w-"},
    /* stages with and without windows */
    {"each to its window",
     &many_windows,
     {F('p', 0, 1000, 'S', 'N'), F('p', BY_DATE, 1020, 'A', 'N'), F('p', 2, 1200, 'B', 'N'),
      F('p', BY_DATE, 1120, 'C', 'N'), F('p', BY_DATE, 1041, 'D', 'N')},
     "p SABC N",
     "w-"},
    {"named for one window, dated in another",
     &many_windows,
     {F('p', 0, 1000, 'S', 'N'), F('p', 3, 1030, 'A', 'N')},
     "p S... N",
     "w-"},
    {"first of one, last of the other",
     &many_windows,
     {F('p', 0, 1000, 'S', 'N'), F('p', 1, 1021, 'A', 'N'), F('p', 1, 1022, 'B', 'N'),
      F('p', 3, 1060, 'C', 'N'), F('p', 3, 1120, 'D', 'N')},
     "p SA.D N",
     "!1 !3"},
    {"a stage without a window has no pick",
     &many_windows,
     {F('p', 2, 1000, 'A', 'N'), F('p', 2, 1001, 'B', 'N')},
     "p ..!. N",
     "!2 !2"},
    /* duplicates: first, last */
    {"keep the first",
     &keep_first,
     {F('p', 0, 1000, 'A', 'N'), F('p', 0, 1001, 'B', 'N'), F('p', 0, 1002, 'C', 'N')},
     "p A.. N",
     "!0 !0"},
    {"keep the last",
     &keep_last,
     {F('p', 0, 1000, 'A', 'N'), F('p', 0, 1001, 'B', 'N'), F('p', 0, 1002, 'C', 'N')},
     "p C.. N",
     "!0 !0"},
    {"keep the first, alike and not",
     &keep_first,
     {F('p', 0, 1000, 'A', 'N'), F('p', 0, 1001, 'B', 'N'), F('p', 0, 1002, 'A', 'N')},
     "p A.. N",
     "!0 =0"},
    {"keep the last, alike and not",
     &keep_last,
     {F('p', 0, 1000, 'A', 'N'), F('p', 0, 1001, 'B', 'N'), F('p', 0, 1002, 'A', 'N')},
     "p A.. N",
     "!0 =0"},
    {"keep the first of one day: no telling which",
     &keep_first,
     {F('p', 0, 1000, 'A', 'N'), F('p', 0, 1000, 'B', 'N'), F('p', 0, 1002, 'B', 'N')},
     "p !.. N",
     "!0 !0 !0"},
    {"keep the first, no dates",
     &keep_first,
     {F('p', 0, ND, 'A', 'N'), F('p', 0, ND, 'B', 'N')},
     "p !.. N",
     "!0 !0"},
    {"keep the first, one without a date: no telling which",
     &keep_first,
     {F('p', 0, ND, 'A', 'N'), F('p', 0, 1000, 'B', 'N')},
     "p !.. N",
     "!0 !0"},
    {"keep the last, one without a date: no telling which",
     &keep_last,
     {F('p', 0, ND, 'A', 'N'), F('p', 0, 1000, 'B', 'N')},
     "p !.. N",
     "!0 !0"},
    {"keep the first, before 1970",
     &keep_first,
     {F('p', 0, -2, 'A', 'N'), F('p', 0, -1, 'B', 'N'), F('p', 0, 1, 'C', 'N')},
     "p A.. N",
     "!0 !0"},
    {"in a window its pick counts, at the other stage the study's",
     &near_keep_first,
     {F('p', 0, 1000, 'S', 'N'), F('p', 0, 1001, 'T', 'N'), F('p', 1, 1335, 'A', 'N'),
      F('p', 1, 1374, 'B', 'N')},
     "p SB N",
     "!0 !1"},
    {"keep the first of each goal",
     &keep_first,
     {{'p', 0, 1000, 'A', 'N', .measure = 2, .goal = "g1"},
      {'p', 0, 1001, 'B', 'N', .measure = 2, .goal = "g1"},
      {'p', 0, 1002, 'C', 'N', .measure = 2, .goal = "g2"}},
     "p A..|C.. N",
     "!0"},
};

/* --- one case in one order -------------------------------------------------------------------- */

struct world {
    struct cohorts cohorts;
    struct findings findings;
    struct respondents respondents;
};

static void add_form(struct world *world, const struct given *given, uint64_t row)
{
    uint32_t payload[MAX_PAYLOAD] = {(uint32_t)given->code, GOAL_NO_WEIGHT};
    struct form form = {.measure = given->measure,
                        .location = {.file = 0, .row = row},
                        .stage = given->stage,
                        .may_start = given->may_start,
                        .date = given->date,
                        .goal = NO_NAME,
                        .category = NO_NAME,
                        .payload = payload};
    uint32_t value;
    assert_true(cohorts_value(&world->cohorts, &given->site, given->site == '-' ? 0 : 1, &value));
    assert_true(cohorts_add(&world->cohorts, &value, &form.cohort));
    assert_true(
        respondents_id(&world->respondents, form.measure, &given->who, 1, &form.respondent));
    if (given->goal != NULL) {
        assert_true(
            respondents_name(&world->respondents, given->goal, strlen(given->goal), &form.goal));
    }
    assert_true(respondents_add(&world->respondents, &form));
}

static void world_init(struct world *world, const struct study *study)
{
    *world = (struct world){0};
    assert_true(cohorts_init(&world->cohorts, 1));
    assert_true(respondents_init(&world->respondents, study, &world->cohorts, &world->findings));
}

static void world_free(struct world *world)
{
    respondents_free(&world->respondents);
    findings_free(&world->findings);
    cohorts_free(&world->cohorts);
}

static int text_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Joins the sorted texts of n entries into `out`. */
static void join_sorted(char entries[][40], size_t n, const char *separator, char *out, size_t size)
{
    size_t used = 0;
    qsort(entries, n, sizeof entries[0], text_compare);
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        used +=
            (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? separator : "", entries[i]);
        assert_true(used < size);
    }
}

static void print_series(const struct world *world, const struct join *join, uint32_t series,
                         char *out)
{
    const struct study *const study = world->respondents.study;
    size_t stage;
    for (stage = 0; stage < study->n_stages; stage++) {
        const struct slot *const slot = join_slot(&world->respondents, join, series, stage);
        const uint32_t code = join_payload(&world->respondents, join, series, stage)[0];
        out[stage] = slot->state == SLOT_EMPTY      ? '.'
                     : slot->state == SLOT_CONFLICT ? '!'
                                                    : (char)code;
    }
    out[stage] = '\0';
}

/* "p A.B|... N*" of one respondent. */
static void print_person(const struct world *world, const struct join *join, uint32_t person,
                         char *out, size_t size)
{
    const struct respondent *const respondent = &join->respondents[person];
    char series[MOST_FORMS][40], text[100], site = '-';
    size_t n = 0;
    for (uint32_t i = respondent->first_series; i != NO_NAME; i = join->series[i].next) {
        const uint32_t goal = join->series[i].goal;
        char places[8];
        assert_int_equal(join->series[i].respondent, person);
        print_series(world, join, i, places);
        /* sorted by measure and goal, which are cut off again */
        snprintf(series[n++], sizeof series[0], "%u%-2s%s", join->series[i].measure,
                 goal == NO_NAME ? "" : names_text(&world->respondents.names, goal), places);
    }
    qsort(series, n, sizeof series[0], text_compare);
    text[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        strcat(strcat(text, i > 0 ? "|" : ""), series[i] + 3);
    }
    if (respondent->cohort_rank != UINT32_MAX) {
        const uint32_t value = cohorts_value_of(&world->cohorts, respondent->cohort, 0);
        site = value == 0 ? '-' : names_text(&world->cohorts.values, value)[0];
    }
    snprintf(out, size, "%s %s %c%s", names_text(&join->ids, person), text, site,
             respondent->moved ? "*" : "");
}

static void print_world(const struct world *world, char *people, char *reasons, size_t size)
{
    char entries[MOST_FORMS + 1][40];
    size_t n = 0;
    for (size_t j = 0; j < world->respondents.study->n_joins; j++) {
        const struct join *const join = &world->respondents.joins[j];
        for (uint32_t i = 0; i < join->ids.n_names; i++) {
            print_person(world, join, i, entries[n++], sizeof entries[0]);
        }
    }
    join_sorted(entries, n, ", ", people, size);
    for (n = 0; n < world->findings.n_set_aside; n++) {
        const struct set_aside *const row = &world->findings.set_aside[n];
        const char reason = row->reason == FORM_DUPLICATE_SAME   ? '='
                            : row->reason == FORM_CONFLICTING    ? '!'
                            : row->reason == FORM_OUTSIDE_WINDOW ? 'w'
                                                                 : '?';
        assert_true(n < MOST_FORMS);
        snprintf(entries[n], sizeof entries[0], "%c%c", reason,
                 row->stage == NO_STAGE ? '-' : (char)('0' + row->stage));
        if (row->stage != NO_STAGE) {
            assert_true(row->series != NO_NAME);
        }
    }
    join_sorted(entries, n, " ", reasons, size);
}

/* No row is named twice among those set aside. */
static void check_rows(const char *name, const struct world *world)
{
    for (size_t i = 0; i < world->findings.n_set_aside; i++) {
        for (size_t j = 0; j < i; j++) {
            if (world->findings.set_aside[i].location.row ==
                world->findings.set_aside[j].location.row) {
                fail_msg("%s: a row is set aside twice", name);
            }
        }
    }
}

static void check_order(size_t index, const size_t order[], size_t n)
{
    struct world world;
    char people[400], reasons[200], how[MOST_FORMS + 1] = "";
    world_init(&world, cases[index].study);
    for (size_t i = 0; i < n; i++) {
        add_form(&world, &cases[index].forms[order[i]], i + 2);
        how[i] = (char)('1' + order[i]);
    }
    assert_true(respondents_resolve(&world.respondents));
    print_world(&world, people, reasons, sizeof reasons);
    if (strcmp(people, cases[index].people) != 0 || strcmp(reasons, cases[index].reasons) != 0) {
        fail_msg("%s, forms in the order %s: expected \"%s\" and \"%s\", got \"%s\" and \"%s\"",
                 cases[index].name, how, cases[index].people, cases[index].reasons, people,
                 reasons);
    }
    check_rows(cases[index].name, &world);
    world_free(&world);
}

/* Calls check_order for every order of the n forms that begins as `order` does. */
static size_t check_orders(size_t index, size_t order[], size_t fixed, size_t n)
{
    size_t tried = 0;
    if (fixed == n) {
        check_order(index, order, n);
        return 1;
    }
    for (size_t i = 0; i < n; i++) {
        bool used = false;
        for (size_t k = 0; k < fixed; k++) {
            used = used || order[k] == i;
        }
        if (!used) {
            order[fixed] = i;
            tried += check_orders(index, order, fixed + 1, n);
        }
    }
    return tried;
}

static void test_every_order(void **state)
{
    (void)state;
    static const size_t factorial[] = {1, 1, 2, 6, 24, 120, 720};
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t order[MOST_FORMS], n = 0;
        while (n < MOST_FORMS && cases[i].forms[n].who != '\0') {
            n++;
        }
        assert_int_equal(check_orders(i, order, 0, n), factorial[n]);
    }
}

/* --- dates, goals and their categories -------------------------------------------------------- */

static void test_respondent_date(void **state)
{
    (void)state;
    static const struct given forms[] = {F('p', 0, 1000, 'A', 'N'),
                                         F('p', 1, ND, 'A', 'N'),
                                         F('p', 1, 1100, 'B', 'N'),
                                         F('p', 1, 1090, 'C', 'N'),
                                         {'p', 0, 990, 'A', 'N', .measure = 1}};
    struct world world;
    world_init(&world, &by_stage);
    for (size_t i = 0; i < COUNT(forms); i++) {
        add_form(&world, &forms[i], i + 2);
    }
    assert_true(respondents_resolve(&world.respondents));
    const struct join *const join = &world.respondents.joins[0];
    assert_int_equal(respondent_date(&world.respondents, join, 0, 0), 990);
    assert_int_equal(respondent_date(&world.respondents, join, 0, 1), 1090); /* in conflict */
    assert_int_equal(respondent_date(&world.respondents, join, 0, 2), NO_DATE);
    world_free(&world);
}

/* One rating of g1 of the family f. */
struct rating {
    uint32_t stage;
    const char *category; /* NULL: none */
    uint32_t flags;
};

static const struct {
    const char *name;
    struct rating ratings[3];
    size_t n;
    const char *category; /* of the earliest stage that gives one */
    uint32_t flags;       /* yes anywhere is yes */
} goals[] = {
    {"none", {{0, NULL, 0}, {1, NULL, 0}}, 2, NULL, 0},
    {"one", {{0, "Home", 1}, {1, NULL, 0}}, 2, "Home", 1},
    {"only later", {{0, NULL, 1}, {2, "Home", 4}}, 2, "Home", 5},
    {"the earliest", {{0, NULL, 0}, {1, "School", 2}, {2, "Home", 2}}, 3, "School", 2},
    {"at one stage: by bytes", {{0, "School", 0}, {0, "Home", 0}, {1, "Body", 0}}, 3, "Home", 0},
};

static void add_rating(struct world *world, const struct rating *rating, uint64_t row)
{
    const uint32_t payload[] = {4, GOAL_NO_WEIGHT};
    struct form form = {.measure = 2,
                        .location = {.file = 0, .row = row},
                        .stage = rating->stage,
                        .date = NO_DATE,
                        .category = NO_NAME,
                        .flags = rating->flags,
                        .payload = payload};
    uint32_t value;
    assert_true(cohorts_value(&world->cohorts, "", 0, &value));
    assert_true(cohorts_add(&world->cohorts, &value, &form.cohort));
    assert_true(respondents_id(&world->respondents, 2, "f", 1, &form.respondent));
    assert_true(respondents_name(&world->respondents, "g1", 2, &form.goal));
    if (rating->category != NULL) {
        assert_true(respondents_name(&world->respondents, rating->category,
                                     strlen(rating->category), &form.category));
    }
    assert_true(respondents_add(&world->respondents, &form));
}

static void test_categories_and_flags(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(goals); i++) {
        for (int backwards = 0; backwards < 2; backwards++) {
            struct world world;
            world_init(&world, &by_stage);
            for (size_t k = 0; k < goals[i].n; k++) {
                add_rating(&world, &goals[i].ratings[backwards ? goals[i].n - 1 - k : k], k + 2);
            }
            assert_true(respondents_resolve(&world.respondents));
            const struct series *const series = &world.respondents.joins[1].series[0];
            const char *const category =
                series->category == NO_NAME
                    ? NULL
                    : names_text(&world.respondents.names, series->category);
            if ((category == NULL) != (goals[i].category == NULL) ||
                (category != NULL && strcmp(category, goals[i].category) != 0) ||
                series->flags != goals[i].flags) {
                fail_msg("%s: %s, flags %u", goals[i].name, category == NULL ? "none" : category,
                         series->flags);
            }
            world_free(&world);
        }
    }
}

/* The weight of a goal is part of what two ratings are compared by. */
static void test_weights_are_compared(void **state)
{
    (void)state;
    static const uint32_t payloads[][2] = {{4, 10000}, {4, 10000}, {4, 20000}};
    struct world world;
    world_init(&world, &by_stage);
    for (size_t i = 0; i < COUNT(payloads); i++) {
        struct form form = {.measure = 2,
                            .location = {.file = 0, .row = i + 2},
                            .stage = i == 2 ? 1 : 0,
                            .date = NO_DATE,
                            .category = NO_NAME,
                            .payload = payloads[i]};
        uint32_t value;
        assert_true(cohorts_value(&world.cohorts, "", 0, &value));
        assert_true(cohorts_add(&world.cohorts, &value, &form.cohort));
        assert_true(respondents_id(&world.respondents, 2, "f", 1, &form.respondent));
        assert_true(respondents_name(&world.respondents, "g1", 2, &form.goal));
        assert_true(respondents_add(&world.respondents, &form));
        if (i == 2) { /* again with another weight */
            form.payload = payloads[0];
            form.location.row = 5;
            assert_true(respondents_add(&world.respondents, &form));
        }
    }
    assert_true(respondents_resolve(&world.respondents));
    const struct join *const join = &world.respondents.joins[1];
    assert_int_equal(join_slot(&world.respondents, join, 0, 0)->state, SLOT_FORM);
    assert_int_equal(join_slot(&world.respondents, join, 0, 1)->state, SLOT_CONFLICT);
    assert_int_equal(join_payload(&world.respondents, join, 0, 0)[GOAL_PAYLOAD_WEIGHT], 10000);
    world_free(&world);
}

/* Thousands of people, so that every array grows, with nothing lost. */
static void test_many(void **state)
{
    (void)state;
    struct world world;
    world_init(&world, &by_stage);
    for (uint32_t i = 0; i < 6000; i++) {
        const uint32_t payload[] = {i % 2000};
        char id[16];
        struct form form = {.stage = i / 2000,
                            .location = {.file = 0, .row = i + 2},
                            .date = NO_DATE,
                            .goal = NO_NAME,
                            .category = NO_NAME,
                            .payload = payload};
        uint32_t value;
        const int n = snprintf(id, sizeof id, "id %u", i % 2000);
        assert_true(cohorts_value(&world.cohorts, "", 0, &value));
        assert_true(cohorts_add(&world.cohorts, &value, &form.cohort));
        assert_true(respondents_id(&world.respondents, 0, id, (size_t)n, &form.respondent));
        assert_int_equal(form.respondent, i % 2000);
        assert_true(respondents_add(&world.respondents, &form));
    }
    assert_true(respondents_resolve(&world.respondents));
    assert_int_equal(world.findings.n_set_aside, 0);
    const struct join *const join = &world.respondents.joins[0];
    for (uint32_t i = 0; i < 2000; i++) {
        for (size_t stage = 0; stage < 3; stage++) {
            const uint32_t series = join->respondents[i].first_series;
            assert_int_equal(join_slot(&world.respondents, join, series, stage)->state, SLOT_FORM);
            assert_int_equal(join_payload(&world.respondents, join, series, stage)[0], i);
        }
    }
    world_free(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_order),
        cmocka_unit_test(test_respondent_date),
        cmocka_unit_test(test_categories_and_flags),
        cmocka_unit_test(test_weights_are_compared),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

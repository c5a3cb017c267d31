/* tests/join_cases.h - cases of the join: who is where afterwards, and what was set aside. Every
   case is fed in every order of its forms: the outcome must be the same. */
#ifndef PELLTER_TESTS_JOIN_CASES_H
#define PELLTER_TESTS_JOIN_CASES_H

#include "tests/join_world.h"

/* A study of the toy instruments with these stages and one cohort column, a site of one letter. */
#define STUDY_OF(list)                                                                       \
    .title = "", .measures = toy_measures, .n_measures = N_TOY_MEASURES, .n_joins = 2,       \
    .scales = toy_scales, .n_scales = N_TOY_SCALES, .n_cohort_columns = 1, .as_of = NO_DATE, \
    .stages = (list), .n_stages = sizeof(list) / sizeof((list)[0])

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
    uint16_t measure;
    const char *goal, *family; /* family NULL: none is named */
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
   stage ("." nothing, "!" a conflict), the site that counts, "*" when moved, and the family that counts,
   if any. Then each reason with
   the stage, sorted: "=" duplicate_same, "!" conflicting, "w" outside_window. */
struct join_case {
    const char *name;
    const struct study *study;
    struct given forms[MOST_FORMS];
    const char *people, *reasons;
};

/* Feeds one form, read in this row. */
void add_given(struct join_world *world, const struct given *given, uint64_t row);

/* Fails for a case whose outcome in any order of its forms is another one. */
void check_join_cases(const struct join_case cases[], size_t n_cases);

#endif

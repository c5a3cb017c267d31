/* engine/study.h - what is to be computed: stages, the before/after pair, breakdowns, instruments
   and chosen rules. Plain data, const once built (io/read/study.c builds it). */
#ifndef PELLTER_ENGINE_STUDY_H
#define PELLTER_ENGINE_STUDY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/stats/clinical_change.h"
#include "engine/stats/proportion.h"
#include "engine/stats/repeated.h"
#include "engine/stats/signed_rank.h"
#include "scales/instrument.h"

#define MAX_STAGES 64
#define MAX_COHORT_COLUMNS 16
#define MAX_FLAGS 16
#define NO_DATE INT64_MIN
#define NO_STAGE UINT32_MAX

/* Which of several forms in one window, or (where the study says so) at one stage, is used. */
enum pick { PICK_NONE, PICK_NEAREST, PICK_FIRST, PICK_LAST };

struct stage {
    const char *name;
    bool has_window;
    size_t anchor;                     /* the earlier stage from whose form the days are counted */
    int64_t window_first, window_last; /* days after the anchor's form, inclusive */
    enum pick pick;                    /* PICK_NEAREST is nearest to the middle of the window */
};

/* The scales that an added value score is made of (engine/stats/added_value.h). */
enum { PREDICTOR_TOTAL, PREDICTOR_IMPACT, PREDICTOR_EMOTIONAL, N_PREDICTORS };

/* An instrument as this study uses it: one line of respondents, forms and results. */
struct measure {
    const char *label;                   /* the `instrument` column of every output */
    const struct instrument *instrument; /* its scales speak for all pooled versions */
    bool pooled;                         /* several versions under across_versions: yes: no bands
                                            and no reliable change */
    size_t join;                         /* measures of one join are versions of one another */
    size_t first_scale;                  /* place of its first scale in study.scales */
    size_t band_sets[MAX_SCALES];        /* the set that tables print, for each scale */
    bool has_group[MAX_GROUPS];          /* item groups that some source collects */
    bool has_added_value;             /* the study asks for the added value score of these: ... */
    uint8_t predictors[N_PREDICTORS]; /* ... places in the instrument's scales */
};

/* What the study says of change on one scale, in place of what the instrument says. 0: nothing. */
struct declared_change {
    double threshold; /* points of a person's change that must be exceeded to count as reliable */
    double important; /* points: the smallest change of a mean that matters */
    struct norm clinical, functional;
    const struct published_norm *clinical_from,
        *functional_from; /* the norm that was named, or NULL */
    bool has_cut_off;
    enum cut_off cut_off;
};

struct study_scale {
    const struct scale *scale;
    size_t measure;
    bool collected; /* some source has its items; the others are not printed */
    struct declared_change declared;
    const struct published_norm *norm; /* that the study names under norms, or NULL */
};

/* Cohort columns whose crossing is one breakdown; no column: All. */
struct breakdown {
    size_t columns[MAX_COHORT_COLUMNS];
    size_t n_columns;
};

enum cohort_from { COHORT_FROM_BEFORE, COHORT_FROM_FIRST, COHORT_FROM_AFTER };

/* Whose SD a reliable change is measured with. */
enum reliable_sd { RELIABLE_SD_INSTRUMENT, RELIABLE_SD_STUDY, RELIABLE_SD_GIVEN };

/* Goals are also broken down by what they are about, inside each cohort breakdown: by category, or
   by a yes/no column (member 0 yes, 1 no). */
enum { GOALS_ANY, GOALS_BY_CATEGORY, GOALS_BY_FLAG };

struct goal_rules {
    double rho;        /* Kiresuk & Sherman's assumed correlation between goals */
    bool weighted;     /* some source has weights */
    bool keep_partial; /* -0.5 stays -0.5; else it is read as -1 */
    bool has_target;
    double target;                    /* percent of goals expected to reach 0 or better */
    enum alternative target_test;     /* which shares speak against it */
    const char *chosen_by, *rated_by; /* in the study's words; NULL: it does not say */
    const char *flags[MAX_FLAGS];     /* yes/no columns that attainment is also broken down by */
    size_t n_flags;
    bool has_category;
};

/* What is printed of few: below too_few no percentage and no test, below caution a word of care. 0
   switches a rule off. */
struct small_numbers {
    uint64_t too_few, caution;
};

/* The test that decides. Where a study names it, it is the only one. */
enum primary_test { PRIMARY_T, PRIMARY_WILCOXON, PRIMARY_SIGN };
struct primary {
    bool is_named;          /* else the rest means nothing: see engine/primary.h */
    size_t scale;           /* place in study.scales */
    size_t stage;           /* `after`; or another, whose change is from the first stage */
    enum primary_test test; /* PRIMARY_T where the stage is another */
};

#define SMALL_NUMBERS_TOO_FEW 10
#define SMALL_NUMBERS_CAUTION 30

/* How the mixed model is fitted; all zero is the default. */
struct model_rules {
    bool off;                       /* none is fitted */
    enum model_structure structure; /* MODEL_NONE: by the rule (model_rule) */
    enum model_errors df;           /* of an unstructured model; others have robust errors */
};

/* Of the mean change: how often it is drawn anew, 0 for not at all, and where chance begins. */
struct bootstrap_rules {
    size_t replicates;
    uint32_t seed;
};

#define BOOTSTRAP_SEED 1

/* Below this reliability, reliable change is not given unless the study asks for it. */
#define RELIABLE_ENOUGH 0.7

struct study {
    const char *title; /* "" = none given */
    const struct stage *stages;
    size_t n_stages;
    size_t before, after; /* places in stages; the same when there is only one */

    const char *const *cohort_columns; /* n_cohort_columns */
    size_t n_cohort_columns;
    const struct breakdown *breakdowns; /* n_breakdowns; the first is All */
    size_t n_breakdowns;
    enum cohort_from cohort_from;
    /* What some cohort columns are, as their place in cohort_columns + 1; 0: none is. Sites may be
       pooled, years follow one another, and one value of a column may be the comparison group of
       all the others. */
    size_t site_column, year_column, comparison_column;
    const char *comparison_value;

    const struct measure *measures; /* n_measures, in the order in which sources name them */
    size_t n_measures;
    size_t n_joins;
    const struct study_scale *scales; /* n_scales: the scales of all measures in order */
    size_t n_scales;

    enum pick duplicates; /* PICK_NONE: forms that differ are set aside, all of them */
    int64_t as_of;        /* days since 1970-01-01, or NO_DATE */
    enum reliable_sd reliable_sd;
    double given_sd;          /* of RELIABLE_SD_GIVEN, in points */
    double given_reliability; /* NAN: the instrument's */
    enum reliable_method reliable_method;
    bool low_reliability; /* reliable change is given below RELIABLE_ENOUGH, too */
    struct goal_rules goals;
    struct small_numbers small_numbers;
    struct model_rules model;
    struct primary primary;
    enum zeros zeros; /* what becomes of changes of 0 in the signed-rank test */
    bool added_value; /* some measure has it */
    bool months;      /* dates are kept, to count what lies between two forms */
    struct bootstrap_rules bootstrap;
};

/* Are the dates of forms kept? They take 4 bytes a respondent and stage. */
static inline bool study_keeps_dates(const struct study *study)
{
    bool keeps = study->duplicates != PICK_NONE || study->added_value || study->months;
    for (size_t i = 0; i < study->n_stages; i++) {
        keeps = keeps || study->stages[i].has_window;
    }
    return keeps;
}

/* Are the sums counted that the mixed model needs? Whether it is wanted is another question. */
static inline bool study_has_model(const struct study *study)
{
    return study->n_stages > 1 && study->n_stages <= MODEL_STAGES;
}

/* Do they follow from how many have which scores at two stages? Where there are only these. */
static inline bool study_pairs_say_all(const struct study *study)
{
    return study_has_model(study) && study->n_stages == 2;
}

/* Which of a scale's band sets tables print. */
static inline size_t study_band_set(const struct study *study, size_t scale)
{
    const struct measure *const measure = &study->measures[study->scales[scale].measure];
    return measure->band_sets[scale - measure->first_scale];
}

/* The norms of a scale, the study's before the instrument's, and the cut-off that is used: the one
   that is asked for, else c with both norms, b with the functional and a with the clinical alone. */
static inline struct norm study_clinical_norm(const struct study_scale *scale)
{
    return scale->declared.clinical.sd > 0.0 ? scale->declared.clinical : scale->scale->clinical;
}

static inline struct norm study_functional_norm(const struct study_scale *scale)
{
    return scale->declared.functional.sd > 0.0 ? scale->declared.functional
                                               : scale->scale->functional;
}

static inline enum cut_off study_cut_off(const struct study_scale *scale)
{
    if (scale->declared.has_cut_off) {
        return scale->declared.cut_off;
    }
    return !(study_clinical_norm(scale).sd > 0.0)     ? CUT_OFF_B
           : !(study_functional_norm(scale).sd > 0.0) ? CUT_OFF_A
                                                      : CUT_OFF_C;
}

/* The norm whose mean a group is expected to regress to: the functional norm of the study, else the
   one that it names, else the functional norm of the instrument. Its SD is of no use here, and may
   be unknown. False: there is none. */
static inline bool study_norm(const struct study_scale *scale, struct norm *norm)
{
    if (scale->norm != NULL && !(scale->declared.functional.sd > 0.0)) {
        *norm = scale->norm->figures;
        return true;
    }
    *norm = study_functional_norm(scale);
    return norm->sd > 0.0;
}

/* The smallest change of a mean that matters, in points; not above 0: nobody says. */
static inline double study_important_change(const struct study_scale *scale)
{
    return scale->declared.important > 0.0 ? scale->declared.important
                                           : scale->scale->important_change;
}

/* Is this the scale of goals' own levels, which has one value a goal and not one a family? */
static inline bool study_is_goal_level(const struct study *study, size_t scale)
{
    const struct study_scale *const s = &study->scales[scale];
    return s->scale->kind == SCALE_GOALS && scale == study->measures[s->measure].first_scale;
}

#endif

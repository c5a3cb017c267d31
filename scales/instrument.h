/* scales/instrument.h - what a questionnaire is, and what is known of a respondent on one scale.

   An instrument holds positions, keys and rules, never the wording of items, which belongs to the
   copyright holders. It is plain data: io/read/instrument.c builds it from a file in scales/ (or
   the user's own), with one missing-items rule chosen, and everything below only reads it. */
#ifndef PELLTER_SCALES_INSTRUMENT_H
#define PELLTER_SCALES_INSTRUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int8_t answer;          /* as coded on the form */
#define ANSWER_MISSING INT8_MIN /* no instrument uses this code */

/* The longest form that is read: items of one group, groups of one instrument, scales of one. */
#define MAX_ITEMS 128
#define MAX_GROUPS 4
#define MAX_SCALES 16

/* The finest part of a point: an instrument whose rule would need a finer one is not read. */
#define MAX_UNITS INT64_C(10000000)

/* How sure we are of a rule: seen in a source; seen at second hand; general knowledge; computed
   from stated numbers; uncertain or disputed. G and U are called "unverified". */
enum confidence {
    CONFIDENCE_SEEN,
    CONFIDENCE_SECONDARY,
    CONFIDENCE_GENERAL,
    CONFIDENCE_COMPUTED,
    CONFIDENCE_UNCERTAIN
};

/* What is known of a respondent on a scale at a stage: why there is no score, or which score.
   An outcome below N_REASONS is a reason; any other is N_REASONS + a place in the ascending list
   of values that the scale can take. */
enum reason {
    REASON_NO_FORM,        /* no form at this stage, or a form with no answer on it */
    REASON_NOT_DUE,        /* no form, and on the study's as_of date none was due */
    REASON_INCOMPLETE,     /* too few answers for this scale under the chosen rule */
    REASON_CONFLICTING,    /* two forms with different scores */
    REASON_OTHER_VERSION,  /* a form of another version of the instrument */
    REASON_NO_COMMON_GOAL, /* of a change in goals: no goal was rated at both stages */
    N_REASONS
};
typedef uint32_t outcome;

/* The result on one scale, with what an audit wants to know of it. */
struct scored {
    outcome outcome;
    uint8_t n_answered; /* of the items (or parts) the scale needs */
    bool prorated;      /* scored from fewer items than the scale has */
};

/* A named way to divide a scale's range, best band first. */
struct band {
    const char *name;
    int64_t lowest, highest; /* inclusive, in units of the scale */
};
struct band_set {
    const char *name;
    const char *source;
    enum confidence confidence; /* of the least certain edge */
    const struct band *bands;   /* n_bands, no gap at multiples of `step` */
    size_t n_bands;
    size_t n_usual; /* the first so many are usual; who is in one behind them is in a raised band */
    int64_t step;   /* units; a score is rounded half up to a multiple of it before it is banded */
};

/* Mean and SD, in points, of a group that scores can be compared with. */
struct norm {
    double mean, sd;    /* sd > 0; else the norm is not known */
    const char *source; /* NULL: the study's own word */
    enum confidence confidence;
};

/* A published norm of a scale, under the name by which a study asks for it. */
struct published_norm {
    const char *name;
    const char *population; /* "adults in England" */
    const char *year;       /* of the survey: "2011", "2010 to 2013" */
    uint64_t n;             /* people in the survey; 0: not known */
    struct norm figures; /* an sd that is not above 0 is not known; the mean is, and the source */
};

enum scale_kind {
    SCALE_ITEMS,      /* a sum of items */
    SCALE_SCALES,     /* a sum of other scales of the same instrument, which come before it */
    SCALE_CONVERSION, /* another scale's score looked up in a table */
    SCALE_GOALS       /* computed from goal ratings (gas.h); its values depend on the study */
};

/* How a prorated sum becomes a score. */
enum rounding { ROUNDING_NONE, ROUNDING_HALF_UP, ROUNDING_HALF_EVEN };

/* One line of an instrument's result. Const once built. */
struct scale {
    const char *name, *title;
    const char *in_words; /* behind "mean": "mental well-being"; NULL: the title has to do */
    const char *source;   /* where the key is published */
    enum confidence confidence;
    enum scale_kind kind;
    bool higher_is_better;
    unsigned decimals; /* printed in tables for means */

    /* SCALE_ITEMS */
    size_t group;            /* which of the instrument's item groups */
    const uint8_t *items;    /* n_items 0-based positions in form order */
    const uint8_t *reversed; /* n_items flags; a set item scores lowest + highest - answer */
    size_t n_items;
    size_t min_answered;    /* fewer answers than this: REASON_INCOMPLETE */
    enum rounding rounding; /* of a prorated sum, to whole points */
    const uint8_t *recode;  /* NULL, or the points for each code from the group's lowest up */
    bool has_screen;    /* the answer `screen_answer` to item `screen_item` means a score of 0 */
    size_t screen_item; /* whatever else is filled in */
    answer screen_answer;
    bool blank_is_zero; /* a blank item counts 0 once one is answered; else blanks are prorated */

    /* SCALE_SCALES and SCALE_CONVERSION */
    const uint8_t *parts; /* n_parts 0-based positions of earlier scales */
    size_t n_parts;
    size_t min_parts;          /* fewer scored parts than this: REASON_INCOMPLETE */
    const int64_t *conversion; /* units, for each raw point from conversion_lowest up */
    int64_t conversion_lowest;
    size_t n_conversion;

    /* what the rule can give */
    int64_t units_per_point; /* every score is a whole number of units */
    const int64_t *values;   /* n_values, ascending, in units; empty for SCALE_GOALS */
    size_t n_values;

    const struct band_set *band_sets; /* n_band_sets */
    size_t n_band_sets;
    size_t default_band_set; /* the one that tables print */

    double reliability, sd; /* NAN: not known. For reliable change */
    const char *reliability_source, *sd_source;
    enum confidence reliability_confidence, sd_confidence;
    struct norm clinical, functional;   /* people who are, and who are not, in need of help */
    const struct published_norm *norms; /* n_norms, to choose from */
    size_t n_norms;
    double
        important_change; /* points > 0: the smallest change of a mean that matters; else unknown */
    const char *important_source;
    enum confidence important_confidence;
};

/* Items that are filled in together and judged complete together. */
struct item_group {
    const char *name; /* "items" for the first; a study file names the others ("impact") */
    size_t n_items;
    answer lowest, highest; /* codes an item may take, inclusive; any other code is missing */
    size_t n_long;          /* 0, or the length of a longer form that holds these items ... */
    const uint8_t *in_long; /* ... at these 0-based positions (SWEMWBS in WEMWBS) */
};

struct instrument {
    const char *name, *title;
    const char *unit; /* who fills it in or is rated: "people", "children", "goals" */
    const char
        *versions; /* instruments that share this text are versions of one another, or NULL */
    const char *const *aliases; /* n_aliases other names for column prefixes */
    size_t n_aliases;
    unsigned age_lowest, age_highest; /* years, inclusive; 0 and 0: not stated; 120: and over */
    const struct item_group *groups;  /* n_groups; the first is the questionnaire itself */
    size_t n_groups;
    const struct scale *scales; /* n_scales, each after its parts */
    size_t n_scales;
    bool is_goals; /* Goal Attainment Scaling: no items, ratings of goals */

    const char *rule; /* the chosen missing-items rule: "discount", "published", ... */
    const char *rule_text, *rule_source;
    enum confidence rule_confidence;
    bool complete_groups_only; /* rule "discount": a scale needs every item of its group */

    const char *const *rules; /* n_rules: all that a study may name, the default first */
    size_t n_rules;
    const char *licence;
};

/* The band of a score in `set`: 0 .. n_bands - 1, or -1 where the set has none for it. */
int band_of(const struct band_set *set, int64_t score);

/* The outcome that stands for `score`, which must be one of the n ascending `values`. */
outcome outcome_of_score(const int64_t *values, size_t n, int64_t score);

/* The score in units that an outcome of N_REASONS or more stands for. */
static inline int64_t outcome_score(const int64_t *values, outcome o)
{
    return values[o - N_REASONS];
}

static inline bool is_scored(outcome o)
{
    return o >= N_REASONS;
}

#endif

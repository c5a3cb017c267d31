/* io/tally_format.h - what the writer and the reader of tally files agree on. docs/tally-file.md
   tells the format. */
#ifndef PELLTER_IO_TALLY_FORMAT_H
#define PELLTER_IO_TALLY_FORMAT_H

#include "engine/findings.h"
#include "scales/instrument.h"

/* The first line is this and the version, which rises when a line means something else, or when
   pellter counts otherwise. */
#define TALLY_MARK "# pellter tally "
#define TALLY_VERSION "3"

/* The last line: this and the SHA-256, in hexadecimal, of all bytes before it. */
#define TALLY_CHECKSUM "sha256,"

/* Sums of items are of so many forms at least, or they are left out: one form's would be its
   answers. A threshold above it takes its place. */
#define TALLY_FEWEST_FORMS 10

/* All counts of one kind together: statistics are exact below 2^34 (engine/stats/moments.h), and no
   country has as many people. */
#define TALLY_MOST INT64_C(10000000000)

/* What a line is, by its first cell. */
#define TALLY_KINDS(X)                          \
    X(TITLE, "title")                           \
    X(STUDY, "study")                           \
    X(LINE, "line")                             \
    X(THRESHOLD, "threshold")                   \
    X(MEASURE, "measure")                       \
    X(UNCHECKED, "unchecked")                   \
    X(WITHHELD, "withheld")                     \
    X(UNKNOWN_INFORMANTS, "unknown_informants") \
    X(SOURCE, "source")                         \
    X(IDS, "ids")                               \
    X(SUMMARY_ID, "summary_id")                 \
    X(AGE, "age")                               \
    X(SCORING, "scoring")                       \
    X(PRORATED, "prorated")                     \
    X(ITEM, "item")                             \
    X(ITEMS, "items")                           \
    X(ITEMS_REST, "items_rest")                 \
    X(ITEMS_OF_STAGE, "items_of_stage")         \
    X(VALUE, "value")                           \
    X(SCORE, "score")                           \
    X(EVERY, "every")                           \
    X(PAIR, "pair")                             \
    X(DAYS, "days")                             \
    X(ADDED_VALUE, "added_value")               \
    X(GOAL, "goal")                             \
    X(PATTERN, "pattern")                       \
    X(FAMILY, "family")                         \
    X(SPLIT_FAMILY, "split_family")             \
    X(FAMILY_GOALS, "family_goals")             \
    X(SPLIT_FAMILY_GOALS, "split_family_goals") \
    X(FAMILY_SHARE, "family_share")             \
    X(SPLIT_FAMILY_SHARE, "split_family_share")

#define TALLY_KIND_NAME(name, text) TALLY_KIND_##name,
enum tally_kind { TALLY_KINDS(TALLY_KIND_NAME) N_TALLY_KINDS };
#undef TALLY_KIND_NAME

/* Names of kinds, of reasons for no score, of findings, and of when goals are looked at. */
extern const char *const tally_kind_names[N_TALLY_KINDS];
extern const char *const tally_reason_names[N_REASONS];
extern const char *const tally_finding_names[N_FINDING_KINDS];
extern const char *const tally_occasion_names[2];
#define TALLY_NOT_REVIEWED "not_reviewed"

/* What the goals of a family are added up over: a dimension of goals (study.h), by name up to flags,
   of which the first is "flag 1"; and its members where they are not categories. */
extern const char *const tally_dimension_names[2];
extern const char *const tally_flag_values[2];
#define TALLY_FLAG "flag "

/* What else the members of a family add up to: shares of people, and last the added value. */
#define TALLY_FAMILY_SHARES 7
extern const char *const tally_share_names[TALLY_FAMILY_SHARES];

/* A text that a reader of CSV would not give back as it is, or that a spreadsheet would take for a
   formula, stands between two of these; so does a text that begins with one. */
#define TALLY_BAR '|'

#endif

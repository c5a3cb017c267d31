/* engine/tables/shared.h - what the tables have in common: their rows of cohorts and their
   notes. */
#ifndef PELLTER_ENGINE_TABLES_SHARED_H
#define PELLTER_ENGINE_TABLES_SHARED_H

#include "engine/family_given.h"
#include "engine/tables/tables.h"

/* A table is made for each breakdown but All, which is the first row of each; for All alone where
   the study has no other. */
size_t first_breakdown(const struct study *study);

/* A new table named after what it shows, with a first column for cohorts where there are any. NULL:
   no memory, noted in maker. `stem` is its file name, to which the breakdown's columns are added
   where there are several; made of letters, digits, '_' and '-' and unlike any other. */
struct table *new_table(struct maker *maker, size_t breakdown, const char *stem, struct text title);
void add_column(struct maker *maker, struct table *table, enum message heading);
void add_label_column(struct maker *maker, struct table *table, struct text heading);
void add_cohort_column(struct maker *maker, struct table *table, size_t breakdown);
struct cell_content *add_row(struct maker *maker, struct table *table);
void add_note(struct maker *maker, struct table *table, struct text note);

/* The cohort columns of a breakdown joined with " / ", in memory of the report. NULL: no memory,
   noted in maker. */
const char *breakdown_name(struct maker *maker, size_t breakdown);

/* The cohorts of a table: All, then the groups of its breakdown in which the measure occurs. */
struct cohort_rows {
    const struct maker *maker;
    size_t breakdown, measure;
    struct figure_key key; /* breakdown and group of the current row; the rest is the caller's */
    bool started;
    uint32_t next_group, end_group;
};
struct cohort_rows cohort_rows(const struct maker *maker, size_t breakdown, size_t measure);
bool next_cohort(struct cohort_rows *rows);

/* What a table has of one cohort, that of `rows`: adds its rows; returns whether the table has to say
   something of one of them. Of every cohort it asks for figures of the same tables of results.csv, and
   for nothing that is found out when it is first asked for: several cohorts are added at the same
   time. */
typedef bool cohort_filler(struct maker *maker, struct table *table, const struct cohort_rows *rows,
                           const void *context);
struct cohort_fill {
    cohort_filler *fill;
    const void *context;
    size_t most_rows; /* that it adds for one cohort */
};

/* Adds what `fill` adds for All (where `with_all`) and for each group in which the measure occurs, in their order
   (engine/tables/fill_cohorts.c). Returns whether any call did. */
bool fill_cohorts(struct maker *maker, struct table *table, size_t breakdown, size_t measure,
                  bool with_all, const struct cohort_fill *fill);

/* The key of a scale's figures in `table`, of the current row's cohort. */
struct figure_key row_key(const struct cohort_rows *rows, enum figure_table table, size_t scale);

/* The label of the current row; a group that is called All, or starts with a quote, is quoted. */
struct cell_content cohort_cell(const struct maker *maker, const struct figure_key *key);
struct text cohort_text(const struct maker *maker, const struct figure_key *key);

/* The key of a scale's figures in `table`. */
struct figure_key scale_key(const struct maker *maker, enum figure_table table, size_t scale);

/* Is a breakdown that of the programme and its comparison group, which have tables of their own? */
bool is_comparison(const struct study *study, size_t breakdown);

/* Small numbers, one rule for every table: says that n cells, a row or a part of it, are of `base`
   people, families or goals. Where these are too few (study.small_numbers), percentages and p among
   the cells, and intervals of percentages, become "few"; counts, means and their intervals
   stay. The table gets its notes by itself, at the end of the report. To be called when the cells
   are filled, for every row that prints CELL_PERCENT, CELL_PERCENT_INTERVAL or CELL_P (asserted). A base that is undefined is no
   base: for a percentage that is not a share of anything counted, such as a target. */
void cells_are_of(const struct maker *maker, struct table *table, struct cell_content cells[],
                  size_t n, struct value base);

/* What else than the people or goals of its row a p may be of too few of, for the note on "few":
   families, where the test allows for them, and the smallest of the groups that are compared. */
void few_may_be(struct table *table, bool families, bool groups);

/* Whom a measure is of: of goals families, unless a column says that several respondents are of one. */
struct argument unit_of(const struct maker *maker, const struct measure *measure);

/* What else of n cells, of whatever kind, becomes "few" where `base` is too few: what would give away
   what cells_are_of() hides, or would be nearly each one's own. */
void hide_few(const struct maker *maker, struct table *table, struct cell_content cells[], size_t n,
              struct value base);

/* The fewer of two counts, of which a comparison is at the most, or a test that allows for families. */
struct value fewer(struct value a, struct value b);

/* Do two values look different in print? */
bool print_apart(struct value a, struct value b, unsigned decimals);

/* Is the printed change other than the difference of the printed numbers? */
bool rounds_apart(struct value before, struct value after, struct value change, unsigned decimals);

/* Adds to each table the notes that its small numbers need. */
void add_small_number_notes(struct maker *maker);

/* 100 part / whole: a share of two counts, undefined of nothing. */
struct value share(struct value part, struct value whole);

/* The cell of a sentence, which then lives as long as the report; and of "wemwbs: Total". */
struct cell_content sentence_cell(struct maker *maker, struct text text);
struct cell_content scale_cell(struct maker *maker, size_t scale);

const char *before_name(const struct maker *maker);
const char *after_name(const struct maker *maker);

/* A band's name as a reader would write it: "close_to_average" is "close to average". */
const char *plain_name(struct maker *maker, const char *name);

/* Individual change (engine/tables/individual.c). Is it said of anybody, on this scale, whether he or
   she changed reliably? And the notes that say by which rule, or why it is not. */
bool reliable_is_given(const struct maker *maker, size_t scale);
void add_reliable_notes(struct maker *maker, struct table *table, size_t scale);

/* A title of instrument, scale and the two stages. */
struct text title_of(const struct maker *maker, enum message message, size_t scale);
/* A title of the two stages, {2} and {3}, and the columns of a breakdown, {4}. */
struct text stages_title(const struct maker *maker, enum message message, const char *by);
/* "wemwbs_total" behind a prefix, in memory of the report. NULL: no memory. */
const char *stem_of(struct maker *maker, const char *prefix, size_t scale);

/* Says of a table of a scale's changes at `after` whether one of its rows is a primary result, and
   if not, which is. */
void add_primary_note(struct maker *maker, struct table *table, size_t scale);

/* Many tests (engine/tables/many_tests.c). Makes room for what the next functions find; once, before them. */
void many_tests_begin(struct maker *maker);

/* Of how many the test is whose figures stand under `key` at `stage`: people, goals or, where it allows
   for them, families; of a comparison the smallest group. */
struct value test_base(const struct maker *maker, const struct figure_key *key, unsigned stage,
                       unsigned kind);

/* A family of tests: how many, and the smallest p after Holm's method of those that are of enough to be
   printed; undefined where there is none. N_TEST_KINDS: of the change of a mean. */
struct test_family {
    struct value n, least;
};
struct test_family test_family(const struct maker *maker, size_t breakdown, unsigned kind,
                               unsigned stage);

/* How many tests a family has; undefined where the p of none is printed. */
struct value tests_in(const struct maker *maker, size_t breakdown, unsigned kind, unsigned stage);

/* The p after Holm's method of the test whose figures stand under `key` at `stage`. */
struct value holm_p(const struct maker *maker, const struct figure_key *key, unsigned stage,
                    unsigned kind);

/* A column for that, where there are two such tests: one alone needs no adjustment, and the same p again
   would ask for a reason. */
void add_holm_column(struct maker *maker, struct table *table, size_t breakdown, unsigned kind,
                     unsigned stage);

/* Says for how many tests a p after Holm's method is adjusted: those of All and, where `breakdown` is
   not 0, those of its cohorts, too. */
void add_holm_note(struct maker *maker, struct table *table, size_t breakdown, unsigned kind,
                   unsigned stage);

/* The same, after saying that no test in the table is primary. */
void add_tests_note(struct maker *maker, struct table *table, size_t breakdown, unsigned kind,
                    unsigned stage);

/* The same of all scales of an instrument: its label is {0}, the two stages {1} and {2}. */
struct text title_of_measure(const struct maker *maker, enum message message, size_t measure);
const char *stem_of_measure(struct maker *maker, const char *prefix, size_t measure);
/* What the signed-rank test makes of changes of 0, in words. */
struct argument zeros_argument(const struct maker *maker);

/* The figures that are printed of a mean change. Where some family has more than one member in All, they
   are those that take its members as belonging together, in every cohort; of goals' levels always. */
struct change_test {
    bool by_family;
    enum statistic ci_low, ci_high, p;
};
struct change_test change_test(const struct maker *maker, size_t scale);

/* A share of people: where change_test() is by family and the study alone says who belongs to the share,
   the family-robust interval of `percent`, cut off at 0 and 100; else Wilson's. And the note that says
   which it is. */
struct cell_content share_interval(const struct maker *maker, const struct figure_key *key,
                                   enum statistic percent, enum family_share share);
void add_share_note(struct maker *maker, struct table *table, size_t scale,
                    enum family_share share);
bool share_is_by_family(const struct maker *maker, size_t scale, enum family_share share);
/* An end of an interval by the t distribution may go beyond what a share can be. */
struct value within_percent(struct value percent);

/* Where a norm comes from: the study file, its source, or the survey of the published norm that was
   named (`from`, or NULL), in words that live as long as the report. */
struct argument norm_source(struct maker *maker, const struct norm *norm,
                            const struct published_norm *from);

/* Says of a table of several scales on which of them, of those that it shows, lower is better. */
typedef bool shows_scale(const struct maker *maker, size_t breakdown, size_t scale);
void add_directions_note(struct maker *maker, struct table *table, size_t breakdown,
                         shows_scale *shows);

/* Notes that a table of a scale carries: direction, and the rule for missing items. */
void add_scale_notes(struct maker *maker, struct table *table, size_t scale);

#endif

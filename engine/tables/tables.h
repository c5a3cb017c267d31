/* engine/tables/tables.h - the tables of a report. Each function adds its tables to the report: it
   picks figures and arranges them, and computes nothing but a share of two of them. */
#ifndef PELLTER_ENGINE_TABLES_TABLES_H
#define PELLTER_ENGINE_TABLES_TABLES_H

#include "engine/crew.h"
#include "engine/figures.h"
#include "engine/table.h"

struct test_families;

/* What a table is made from. */
struct maker {
    const struct figures *figures;
    const struct study *study;
    const struct counted *counted;
    const struct text *warnings; /* n_warnings: of the item checks */
    size_t n_warnings;
    const struct text *missing; /* n_missing: what some tally withholds; none: everybody is there */
    size_t n_missing;
    struct report *report;
    const struct crew *crew;     /* who fills the rows of thousands of cohorts; NULL: one does */
    struct test_families *tests; /* of the report's arena, by breakdown: many_tests_begin() */
    bool no_memory;
};

void withheld_table(struct maker *maker);
void forms_table(struct maker *maker);
void in_words(struct maker *maker);
void many_tests_table(struct maker *maker);
void warnings_table(struct maker *maker);
void sample_log_tables(struct maker *maker, size_t measure);
void before_after_tables(struct maker *maker, size_t scale);
void bands_tables(struct maker *maker, size_t scale);
void effects_tables(struct maker *maker, size_t measure);
void individual_tables(struct maker *maker, size_t measure);
void drop_out_tables(struct maker *maker, size_t measure);
void added_value_tables(struct maker *maker, size_t measure);
void items_tables(struct maker *maker, size_t measure);
void cautions_tables(struct maker *maker, size_t measure);
void trajectory_tables(struct maker *maker, size_t scale);
void attainment_tables(struct maker *maker, size_t measure);
void goal_levels_tables(struct maker *maker, size_t measure);
void between_tables(struct maker *maker);
void years_tables(struct maker *maker);
void comparison_tables(struct maker *maker);
void paired_shares_table(struct maker *maker);
void scoring_table(struct maker *maker);

/* All of them, in the order in which a report prints them, with the report's title and notes.
   False: no memory; *report is then to be freed by the caller as ever. */
bool report_make(struct maker *maker);

#endif

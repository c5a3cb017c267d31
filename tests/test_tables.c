/* What tables print: small studies run as a whole, expected cells worked out by hand. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "engine/tables/tables.h"
#include "io/run.h"
#include "io/write/printed.h"

static char folder[] = "/tmp/pellter-tables-XXXXXX"; /* of this run, made by setup */
static char data_file[sizeof folder + 16];

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    snprintf(data_file, sizeof data_file, "%s/data.csv", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    remove(data_file);
    return rmdir(folder);
}

/* A study of one file, run and reported. */
struct reported {
    struct plan plan;
    struct run run;
    struct report report;
    struct arena arena;
};

static void report_on(struct reported *r, const char *study)
{
    const struct plan_options options = {0};
    const struct run_options run_options = {0};
    char path[sizeof folder + 1];
    *r = (struct reported){0};
    snprintf(path, sizeof path, "%s/", folder);
    const struct fault fault =
        plan_parse("study.yaml", path, study, strlen(study), &options, &r->plan);
    if (fault.code != FAULT_NONE) {
        fail_msg("%zu:%zu: %s", fault.row, fault.column, fault.detail);
    }
    /* These studies are of a few forms, so that they can be worked out by hand. */
    if (strstr(study, "small_numbers") == NULL) {
        r->plan.study.small_numbers = (struct small_numbers){0, 0};
    }
    const struct fault run_fault = run_study(&r->plan, &run_options, &r->run);
    if (run_fault.code != FAULT_NONE) {
        fail_msg("%zu:%zu: %s", run_fault.row, run_fault.column, run_fault.detail);
    }
    struct maker maker = {.figures = &r->run.figures,
                          .study = &r->plan.study,
                          .counted = &r->run.counted,
                          .report = &r->report};
    assert_true(report_make(&maker));
    for (size_t i = 0; i < r->report.n_tables; i++) {
        /* a heading alone makes a reader look for what is missing */
        assert_true(r->report.tables[i].n_columns == 0 || r->report.tables[i].n_rows > 0);
    }
}

static void reported_free(struct reported *r)
{
    report_free(&r->report);
    run_free(&r->run);
    plan_free(&r->plan);
    arena_free(&r->arena);
}

static const struct table *table_named(const struct reported *r, const char *name)
{
    for (size_t i = 0; i < r->report.n_tables; i++) {
        if (strcmp(r->report.tables[i].name, name) == 0) {
            return &r->report.tables[i];
        }
    }
    fail_msg("no table %s", name);
    return NULL;
}

/* A cell of the i-th place, row by row, as people read it. */
static const char *cell_of(struct reported *r, const struct table *table, size_t i)
{
    char room[PRINTED_ROOM];
    const char *const words = printed_cell(&r->arena, room, &table->cells[i], "-");
    assert_non_null(words);
    return arena_printf(&r->arena, "%s", words);
}

/* Rows as "a|b|c", one a line. */
static const char *rows_of(struct reported *r, const char *name)
{
    const struct table *const table = table_named(r, name);
    const char *rows = "";
    for (size_t i = 0; i < table->n_rows * table->n_columns; i++) {
        rows = arena_printf(&r->arena, "%s%s%s", rows, cell_of(r, table, i),
                            (i + 1) % table->n_columns == 0 ? "\n" : "|");
    }
    return rows;
}

static bool has_note(struct reported *r, const char *name, const char *part)
{
    const struct table *const table = table_named(r, name);
    struct printed printed;
    assert_true(printed_table(&r->arena, table, &printed));
    for (size_t i = 0; i < table->n_notes; i++) {
        if (strstr(printed.notes[i], part) != NULL) {
            return true;
        }
    }
    return false;
}

static FILE *begin_data(void)
{
    FILE *const out = fopen(data_file, "w");
    assert_non_null(out);
    return out;
}

/* --- WEMWBS ----------------------------------------------------------------------------------- */

static void wemwbs_header(FILE *out, const char *columns)
{
    fprintf(out, "%s,participant,stage", columns);
    for (int i = 1; i <= 14; i++) {
        fprintf(out, ",w%d", i);
    }
    putc('\n', out);
}

/* A form with a total of 28..42: so many answers of 3, the others 2. */
static void wemwbs_form(FILE *out, const char *cohorts, int who, const char *stage, int total)
{
    fprintf(out, "%s,p%d,%s", cohorts, who, stage);
    for (int i = 0; i < 14; i++) {
        fputs(i < total - 28 ? ",3" : ",2", out);
    }
    putc('\n', out);
}

static void wemwbs_person(FILE *out, const char *cohorts, int who, int before, int after)
{
    wemwbs_form(out, cohorts, who, "start", before);
    wemwbs_form(out, cohorts, who, "end", after);
}

#define STUDY(cohorts)                                       \
    "stages: [start, end]\ncohorts: " cohorts "\nsources:\n" \
    "  - {file: data.csv, instrument: wemwbs, items: \"w{1..14}\"}\n"
#define ROUNDED "it is the change that was rounded"

/* Totals before and after of up to three people. The rows of All: n, means and SDs, change,
   interval, p. */
static const struct {
    const char *name;
    int n, before[3], after[3];
    const char *row;
    bool note; /* that the change is not the difference of the printed means */
} changes[] = {
    /* 40.333, 40.667: the change is 0.333; its SD is sqrt(1/3), so t = 1 of 2 df: p = 1 - 1/sqrt 3,
       interval 1/3 -+ 4.302653/3 */
    {"rounded apart",
     3,
     {40, 40, 41},
     {40, 41, 41},
     "All|3|40.33|0.58|40.67|0.58|0.33|-1.10 to 1.77|.423\n",
     true},
    {"rounded apart, down",
     3,
     {40, 41, 41},
     {40, 40, 41},
     "All|3|40.67|0.58|40.33|0.58|-0.33|-1.77 to 1.10|.423\n",
     true},
    {"halves add up",
     2,
     {40, 41},
     {41, 41},
     "All|2|40.50|0.71|41.00|0.00|0.50|-5.85 to 6.85|.500\n",
     false},
    {"whole points",
     2,
     {30, 30},
     {31, 33},
     "All|2|30.00|0.00|32.00|1.41|2.00|-10.71 to 14.71|.295\n",
     false},
    {"one person", 1, {30}, {33}, "All|1|30.00|-|33.00|-|3.00|-|-\n", false},
    {"no change: no minus sign",
     2,
     {30, 32},
     {30, 32},
     "All|2|31.00|1.41|31.00|1.41|0.00|-|-\n",
     false},
    {"nobody", 0, {0}, {0}, "All|0|-|-|-|-|-|-|-\n", false},
};

static void test_change(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(changes); i++) {
        struct reported r;
        FILE *const out = begin_data();
        wemwbs_header(out, "site");
        for (int k = 0; k < changes[i].n; k++) {
            wemwbs_person(out, "x", k, changes[i].before[k], changes[i].after[k]);
        }
        wemwbs_form(out, "x", 9, "start", 35); /* lost: in no mean */
        assert_int_equal(fclose(out), 0);
        report_on(&r, STUDY("[]"));
        const char *const rows = rows_of(&r, "before_after_wemwbs_total");
        if (strcmp(rows, changes[i].row) != 0) {
            fail_msg("%s: expected %s, got %s", changes[i].name, changes[i].row, rows);
        }
        if (has_note(&r, "before_after_wemwbs_total", ROUNDED) != changes[i].note) {
            fail_msg("%s: the note on rounding", changes[i].name);
        }
        reported_free(&r);
    }
}

/* The note stands below a table where a single cohort needs it, be All as it may. */
static void test_note_for_one_cohort(void **state)
{
    (void)state;
    struct reported r;
    FILE *const out = begin_data();
    wemwbs_header(out, "site");
    wemwbs_person(out, "x", 1, 40, 40);
    wemwbs_person(out, "x", 2, 40, 41);
    wemwbs_person(out, "x", 3, 41, 41);
    wemwbs_person(out, "y", 4, 41, 41); /* All: 40.50, 40.75, 0.25 */
    assert_int_equal(fclose(out), 0);
    report_on(&r, STUDY("[site]"));
    const char *const rows = rows_of(&r, "before_after_wemwbs_total");
    assert_non_null(strstr(rows, "All|4|40.50|0.58|40.75|0.50|0.25|"));
    assert_non_null(strstr(rows, "\nx|3|40.33|0.58|40.67|0.58|0.33|"));
    assert_true(has_note(&r, "before_after_wemwbs_total", ROUNDED));
    reported_free(&r);
}

/* --- cohorts ---------------------------------------------------------------------------------- */

/* Sites as a CSV cell, and the label that each must print, in printing order behind All. */
static const struct {
    const char *cell, *label;
} sites[] = {
    {"\"\"\"All\"\"\"", "\"\"All\"\""},
    {"\"\"\"q\"", "\"\"q\""},
    {"9", "9"},
    {"10", "10"},
    {"All", "\"All\""},
    {"East / West", "East / West"},
    {"all", "all"},
    {"", "Not recorded"},
};

static void test_sites(void **state)
{
    (void)state;
    struct reported r;
    char labels[400] = "All|8\n";
    FILE *const out = begin_data();
    wemwbs_header(out, "site");
    for (size_t i = COUNT(sites); i-- > 0;) {
        wemwbs_person(out, sites[i].cell, (int)i, 30, 31);
    }
    assert_int_equal(fclose(out), 0);
    report_on(&r, STUDY("[site]"));
    for (size_t i = 0; i < COUNT(sites); i++) {
        strcat(strcat(labels, sites[i].label), "|1\n");
    }
    const struct table *const table = table_named(&r, "before_after_wemwbs_total");
    const char *got = "";
    struct printed printed;
    assert_true(printed_table(&r.arena, table, &printed));
    for (size_t i = 0; i < table->n_rows; i++) {
        got = arena_printf(&r.arena, "%s%s|%s\n", got, cell_of(&r, table, i * table->n_columns),
                           cell_of(&r, table, i * table->n_columns + 1));
    }
    assert_string_equal(got, labels);
    assert_string_equal(printed.headings[0], "site");
    reported_free(&r);
}

/* Two crossings never look the same, and none looks like All. */
static void test_crossings(void **state)
{
    (void)state;
    static const char *const cells[] = {"a / b,c", "a,b / c", "All,All", "a /,b",
                                        "a,/ b",   "/,b",     "a,/"};
    struct reported r;
    struct printed printed;
    FILE *const out = begin_data();
    wemwbs_header(out, "area,year");
    for (size_t i = 0; i < COUNT(cells); i++) {
        wemwbs_person(out, cells[i], (int)i, 30, 31);
    }
    assert_int_equal(fclose(out), 0);
    report_on(&r, STUDY("[area, year]"));
    const struct table *const table = table_named(&r, "before_after_wemwbs_total");
    assert_true(printed_table(&r.arena, table, &printed));
    assert_int_equal(table->n_rows, COUNT(cells) + 1);
    assert_string_equal(printed.headings[0], "area / year");
    for (size_t i = 0; i < table->n_rows; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(cell_of(&r, table, i * table->n_columns),
                                    cell_of(&r, table, j * table->n_columns));
        }
    }
    reported_free(&r);
}

/* --- file names ------------------------------------------------------------------------------- */

#define LONG_NAME \
    "a long name a long name a long name a long name a long name a long name a long name a long name"

/* Columns whose names try to be the same file, or another folder. */
static void test_file_names(void **state)
{
    (void)state;
    struct reported r;
    FILE *const out = begin_data();
    wemwbs_header(out, "Site A,site_a,site/a,../../etc/x,\xc3\xa9,.,by_x,x," LONG_NAME
                       "1," LONG_NAME "2");
    wemwbs_person(out, "a,b,c,d,e,f,g,h,i,j", 1, 30, 31);
    assert_int_equal(fclose(out), 0);
    report_on(&r,
              STUDY("[[Site A], [site_a], [site/a], [../../etc/x], [\xc3\xa9], [.], [by_x], [x], "
                    "[Site A, x], [" LONG_NAME "1], [" LONG_NAME "2]]"));
    assert_true(r.report.n_tables > 40);
    for (size_t i = 0; i < r.report.n_tables; i++) {
        const char *const name = r.report.tables[i].name;
        if (name[0] == '\0' || strlen(name) > 200 ||
            strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(name)) {
            fail_msg("\"%s\" is no plain file name", name);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(name, r.report.tables[j].name) == 0) {
                fail_msg("two tables are called \"%s\"", name);
            }
        }
    }
    table_named(&r, "before_after_wemwbs_total_by_site_a");
    table_named(&r, "before_after_wemwbs_total_by_site_a_2");
    table_named(&r, "before_after_wemwbs_total_by_site_a_3");
    table_named(&r, "before_after_wemwbs_total_by_site_a_x");
    reported_free(&r);
}

/* --- precision -------------------------------------------------------------------------------- */

/* Three children; the first `before` of them (then `after`) have an emotional score of 1, all else
   0. */
static void sdq_data(int before, int after)
{
    FILE *const out = begin_data();
    fputs("participant,stage", out);
    for (int i = 1; i <= 25; i++) {
        fprintf(out, ",q%d", i);
    }
    putc('\n', out);
    for (int who = 0; who < 3; who++) {
        for (int stage = 0; stage < 2; stage++) {
            fprintf(out, "p%d,%s", who, stage == 0 ? "start" : "end");
            for (int i = 1; i <= 25; i++) {
                fprintf(out, ",%d", i == 3 && who < (stage == 0 ? before : after) ? 1 : 0);
            }
            putc('\n', out);
        }
    }
    assert_int_equal(fclose(out), 0);
}

static void test_sdq(void **state)
{
    (void)state;
    struct reported r;
    sdq_data(1, 2);
    report_on(&r, "stages: [start, end]\nsources:\n"
                  "  - {file: data.csv, instrument: sdq-parent, items: \"q{1..25}\"}\n");
    /* 0.333 to 0.667: one decimal */
    assert_string_equal(rows_of(&r, "before_after_sdq-parent_emotional"),
                        "All|3|0.3|0.6|0.7|0.6|0.3|-1.1 to 1.8|.423|1.000\n");
    assert_true(has_note(&r, "before_after_sdq-parent_emotional", ROUNDED));
    assert_true(has_note(&r, "before_after_sdq-parent_emotional", "Lower is better"));
    reported_free(&r);
}

/* A row of any length is read as far as it goes; the rest of it is empty. (Under the address sanitizer:
   and nothing behind it.) */
static void test_rows_that_break_off(void **state)
{
    (void)state;
    for (int n = 1; n <= 27; n++) {
        struct reported r;
        sdq_data(1, 2);
        FILE *const out = fopen(data_file, "a");
        assert_non_null(out);
        fputs("\"who is called \"\"p\"\"\"", out); /* quotes, so that it is libcsv that reads it */
        for (int i = 1; i < n; i++) {
            fputs(i == 1 ? ",start" : ",1", out);
        }
        assert_int_equal(fclose(out), 0);
        report_on(&r, "stages: [start, end]\nsources:\n"
                      "  - {file: data.csv, instrument: sdq-parent, items: \"q{1..25}\"}\n");
        assert_int_equal(r.run.counted.sources[0].rows, 7);
        assert_int_equal(r.run.counted.sources[0].cells[FINDING_SHORT_ROW], n < 27);
        assert_int_equal(r.run.counted.measures[0].forms[FORM_BLANK], n <= 2);
        reported_free(&r);
    }
}

/* Shares are whole percent. */
static void test_percent(void **state)
{
    (void)state;
    struct reported r;
    FILE *const out = begin_data();
    fputs("participant,stage,goal,level,weight\n", out);
    fputs("f1,start,g1,-1,2\nf1,end,g1,0,2\nf1,start,g2,-2,1\nf1,end,g2,1,1\n"
          "f2,start,g1,-1,1\nf2,end,g1,-1,1\nf2,start,g2,-1,1\n",
          out);
    assert_int_equal(fclose(out), 0);
    /* a stage between, since of two stages the latest review is the after stage, printed once */
    report_on(&r, "stages: [start, middle, end]\nsources:\n"
                  "  - {file: data.csv, instrument: gas, weight: weight, target: 75}\n");
    /* 4 goals set, 3 reviewed, 2 at 0 or better: 66.67% */
    assert_string_equal(rows_of(&r, "attainment_after"), "All goals|All|4|3|2|1|67%|75%\n");
    assert_string_equal(rows_of(&r, "attainment_latest"), "All goals|All|4|3|2|1|67%|75%\n");
    reported_free(&r);
}

/* 8 people, all low before (30), one of them average after (14 answers of 4 are 56): halves round
   up. */
static void test_band_percent(void **state)
{
    (void)state;
    struct reported r;
    FILE *const out = begin_data();
    wemwbs_header(out, "site");
    for (int i = 0; i < 8; i++) {
        wemwbs_form(out, "x", i, "start", 30);
        if (i > 0) {
            wemwbs_form(out, "x", i, "end", 30);
        }
    }
    fputs("x,p0,end,4,4,4,4,4,4,4,4,4,4,4,4,4,4\n", out);
    assert_int_equal(fclose(out), 0);
    report_on(&r, STUDY("[]"));
    assert_string_equal(rows_of(&r, "bands_wemwbs_total"),
                        "All|high|0|0%|0|0%\nAll|average|0|0%|1|13%\nAll|low|8|100%|7|88%\n");
    assert_string_equal(rows_of(&r, "movement_wemwbs_total"),
                        "high|0|0|0|0\naverage|0|0|0|0\nlow|0|1|7|8\nTotal|0|1|7|8\n");
    assert_string_equal(rows_of(&r, "band_change_wemwbs"),
                        "Total|8|1|13%|2 to 47%|0|.317|8|7|1.000\n");
    reported_free(&r);
}

/* Of 9 no percentage and no test, of 10 both; of 29 a word of care, of 30 none. Counts, means and
   intervals of means stay. */
static void test_small_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *site;
        int n;
        bool too_few, caution;
    } rows[] = {{"a", 9, true, true},
                {"b", 10, false, true},
                {"c", 29, false, true},
                {"d", 30, false, false},
                {"e", 1, true, true}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reported r;
        FILE *const out = begin_data();
        wemwbs_header(out, "site");
        for (int k = 0; k < rows[i].n; k++) {
            wemwbs_person(out, rows[i].site, k, 30, 31 + k % 2);
        }
        assert_int_equal(fclose(out), 0);
        report_on(&r, STUDY("[site]") "small_numbers: {too_few_below: 10, caution_below: 30}\n");
        const char *const means = rows_of(&r, "before_after_wemwbs_total");
        const char *const all_bands = rows_of(&r, "bands_wemwbs_total");
        if ((strstr(means, "|few\n") != NULL) != rows[i].too_few ||
            (strstr(all_bands, "|low|9|few|9|few\n") != NULL) != (rows[i].n == 9) ||
            (strstr(all_bands, "%") == NULL) != rows[i].too_few ||
            has_note(&r, "before_after_wemwbs_total", "fewer than 10, too few") !=
                rows[i].too_few ||
            has_note(&r, "before_after_wemwbs_total", "fewer than 30") != rows[i].caution) {
            fail_msg("%d people: %s%s", rows[i].n, means, all_bands);
        }
        if (rows[i].n == 9) {
            assert_non_null(strstr(means, "a|9|30.00|0.00|31.44|0.53|1.44|1.04 to 1.85|few\n"));
        }
        reported_free(&r);
    }
}

/* Nobody with both forms: dashes, which are no result, and nothing that is too few. */
static void test_nobody(void **state)
{
    (void)state;
    struct reported r;
    FILE *const out = begin_data();
    wemwbs_header(out, "site");
    wemwbs_form(out, "x", 1, "start", 30);
    assert_int_equal(fclose(out), 0);
    report_on(&r, STUDY("[]") "small_numbers: {}\n");
    assert_string_equal(rows_of(&r, "before_after_wemwbs_total"), "All|0|-|-|-|-|-|-|-\n");
    assert_true(has_note(&r, "before_after_wemwbs_total", "no one had the forms"));
    assert_false(has_note(&r, "before_after_wemwbs_total", "fewer than"));
    reported_free(&r);
}

/* Goals: levels with two decimals, T with one. */
static void test_goals(void **state)
{
    (void)state;
    struct reported r;
    FILE *const out = begin_data();
    fputs("participant,stage,goal,level\n"
          "f1,start,g1,-1\nf1,end,g1,0\nf2,start,g1,-1\nf2,end,g1,1\nf3,start,g1,-2\nf3,end,g1,1\n",
          out);
    assert_int_equal(fclose(out), 0);
    report_on(&r, "stages: [start, end]\nsources:\n  - {file: data.csv, instrument: gas}\n");
    /* levels -1 -1 -2 to 0 1 1; T 40 40 30 to 50 60 60: changes 1 2 3, t = 2 sqrt 3 of 2 df:
       p = 1 - t / sqrt(2 + t^2) = 0.07418; interval 2 -+ 4.302653 / sqrt 3 */
    const char *const levels = rows_of(&r, "before_after_gas_level");
    assert_non_null(strstr(levels, "All|3|3|-1.33|0.58|0.67|0.58|2.00|-0.48 to 4.48|.074\n"));
    assert_true(has_note(&r, "before_after_gas_level", "p = .223"));
    assert_string_equal(rows_of(&r, "before_after_gas_t_score"),
                        "All|3|36.7|5.8|56.7|5.8|20.0|-4.8 to 44.8|.074|.223\n");
    assert_string_equal(rows_of(&r, "before_after_gas_family_level"),
                        "All|3|-1.33|0.58|0.67|0.58|2.00|-0.48 to 4.48|.074|.223\n");
    reported_free(&r);
}

/* Who counts, and what became of every row. */
static void test_sample_log(void **state)
{
    (void)state;
    struct reported r;
    FILE *const out = begin_data();
    wemwbs_header(out, "site");
    wemwbs_person(out, "x", 1, 30, 31);
    wemwbs_form(out, "x", 2, "start", 30);
    wemwbs_form(out, "y", 3, "end", 30);
    wemwbs_form(out, "y", 4, "someday", 30);
    fputs("y,p5,start,,,,,,,,,,,,,,\n", out);
    assert_int_equal(fclose(out), 0);
    report_on(&r, STUDY("[site]"));
    assert_string_equal(rows_of(&r, "sample_wemwbs"), "All|3|1|2\nx|2|1|1\ny|1|0|1\n");
    assert_string_equal(
        rows_of(&r, "forms"),
        "Read|6\nUsed|4\nBlank: no item answered|1\nNo id|0\nStage not recognised|1\n"
        "Outside every window|0\nTwice, same scores (one kept)|0\n"
        "Conflicting scores|0\nToo few items answered|0\n");
    reported_free(&r);
}

/* One of two, one of two and two of two are reliably better (by more than 7.23 points). By Armitage's
   formula z = 1 / sqrt(8/9). */
static void test_trend(void **state)
{
    (void)state;
    struct reported r;
    FILE *const out = begin_data();
    wemwbs_header(out, "year");
    wemwbs_person(out, "2015", 1, 30, 40);
    wemwbs_person(out, "2015", 2, 30, 31);
    wemwbs_person(out, "2016", 3, 31, 41);
    wemwbs_person(out, "2016", 4, 32, 31);
    wemwbs_person(out, "2017", 5, 30, 40);
    wemwbs_person(out, "2017", 6, 29, 40);
    assert_int_equal(fclose(out), 0);
    report_on(&r, STUDY("[year]"));
    assert_string_equal(rows_of(&r, "trend"), "wemwbs: Total|3|2|50%|2|100%|1.06|.289\n");
    assert_true(has_note(&r, "years", "Higher is better."));
    assert_true(has_note(&r, "trend", "A dash: the share is 0% or 100%"));
    reported_free(&r);
}

/* Stretches of a table's room become its rows in their order, whatever they leave free; that stays empty. */
static void test_stretches(void **state)
{
    (void)state;
    struct report report = {.n_tables = 0};
    struct table *const table = report_add_table(&report, "x", text_of(MESSAGE_NONE));
    struct table stretches[3];
    assert_non_null(table);
    assert_true(table_add_column(table, text_of(MESSAGE_NONE), false));
    *table_add_row(table) = cell_value(value_count(0), 0);
    assert_true(table_reserve(table, 6));
    for (size_t i = 0; i < 3; i++) {
        stretches[i] = table_stretch(table, 2 * i, 2);
    }
    for (int count = 1; count <= 3;
         count++) { /* one in the first, none in the second, two in the third */
        *table_add_row(&stretches[count == 1 ? 0 : 2]) = cell_value(value_count(count), 0);
    }
    assert_null(table_add_row(&stretches[2])); /* there is no more room */
    for (size_t i = 0; i < 3; i++) {
        table_take(table, &stretches[i]);
    }
    assert_int_equal(table->n_rows, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_true(table->cells[i].low == (int64_t)i);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(table_add_row(table)->kind, CELL_EMPTY);
    }
    report_free(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_change),
        cmocka_unit_test(test_note_for_one_cohort),
        cmocka_unit_test(test_sites),
        cmocka_unit_test(test_crossings),
        cmocka_unit_test(test_file_names),
        cmocka_unit_test(test_sdq),
        cmocka_unit_test(test_rows_that_break_off),
        cmocka_unit_test(test_percent),
        cmocka_unit_test(test_band_percent),
        cmocka_unit_test(test_small_numbers),
        cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_goals),
        cmocka_unit_test(test_sample_log),
        cmocka_unit_test(test_trend),
        cmocka_unit_test(test_stretches),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* Data files that speak for themselves: chapter 3 of the design. Expected study files written by
   hand. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "io/read/plan.h"
#include "io/read/recognise.h"

static char folder[] = "/tmp/pellter-recognise-XXXXXX"; /* of this run, made by setup */

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

/* Columns that are numbered, as a printf format for one number. */
struct columns {
    const char *format;
    int first, last;
};

#define MOST_COLUMNS 3
#define MOST_STAGES 8

/* A file: fixed columns, then numbered ones; a row for each stage. */
struct data {
    const char *fixed; /* NULL: no file */
    struct columns columns[MOST_COLUMNS];
    const char *stages[MOST_STAGES];
};

/* The stage stands in the second column of every file here; cells that are not there are empty. */
static void write_file(const char *path, const struct data *data, bool backwards)
{
    FILE *const out = fopen(path, "w");
    assert_non_null(out);
    fputs(data->fixed, out);
    for (size_t i = 0; i < MOST_COLUMNS && data->columns[i].format != NULL; i++) {
        const struct columns *const c = &data->columns[i];
        for (int k = c->first; k <= c->last; k++) {
            putc(',', out);
            fprintf(out, c->format, backwards ? c->first + c->last - k : k); /* a table's own */
        }
    }
    putc('\n', out);
    for (size_t i = 0; i < MOST_STAGES && data->stages[i] != NULL; i++) {
        fprintf(out, "p%zu,\"%s\"\n", i, data->stages[i]);
    }
    assert_int_equal(fclose(out), 0);
}

#define WEMWBS                 \
    "participant,stage",       \
    {                          \
        {                      \
            "wemwbs_%d", 1, 14 \
        }                      \
    }
#define AS_WEMWBS(format)                       \
    {                                           \
        "participant,stage", {{format, 1, 14}}, \
        {                                       \
            "1", "2"                            \
        }                                       \
    }
#define IS_WEMWBS "instrument: wemwbs\n    items: ["
#define STAGES(...)     \
    {                   \
        WEMWBS,         \
        {               \
            __VA_ARGS__ \
        }               \
    }

/* Expected: parts of the study file. */
static const struct {
    const char *name;
    struct data files[2];
    const char *says[3];
} good[] = {
    {"as the manual has it", {AS_WEMWBS("wemwbs_%d")}, {IS_WEMWBS "\"wemwbs_1\", \"wemwbs_2\", "}},
    {"padded", {AS_WEMWBS("wemwbs_%02d")}, {"[\"wemwbs_01\", ", "\"wemwbs_14\"]"}},
    {"padded more", {AS_WEMWBS("wemwbs_%03d")}, {"[\"wemwbs_001\", ", "\"wemwbs_014\"]"}},
    {"capitals", {AS_WEMWBS("WEMWBS_%d")}, {IS_WEMWBS "\"WEMWBS_1\", "}},
    {"mixed case and a dash", {AS_WEMWBS("Wemwbs-%02d")}, {IS_WEMWBS "\"Wemwbs-01\", "}},
    {"a version",
     {{"participant,stage", {{"SDQ_Parent-%d", 1, 25}}, {"1", "2"}}},
     {"instrument: sdq-parent\n    items: [\"SDQ_Parent-1\", "}},
    {"another version",
     {{"participant,stage", {{"sdq-parent-2-4_%d", 1, 25}}, {"1", "2"}}},
     {"instrument: sdq-parent-2-4\n    items: [\"sdq-parent-2-4_1\", "}},
    {"an alias",
     {{"participant,stage", {{"sdq_s_%d", 1, 25}}, {"1", "2"}}},
     {"instrument: sdq-self\n"}},
    {"a digit at the end of the name",
     {{"participant,stage", {{"score-15_%d", 1, 15}}, {"1", "2"}}},
     {"instrument: score-15\n    items: [\"score-15_1\", "}},
    {"seven items",
     {{"participant,stage", {{"SWEMWBS_%d", 1, 7}}, {"1", "2"}}},
     {"instrument: swemwbs\n"}},
    {"a further group",
     {{"participant,stage",
       {{"sdq_parent_%d", 1, 25}, {"sdq_parent_impact_%d", 0, 5}},
       {"1", "2"}}},
     {"instrument: sdq-parent\n    items: [\"sdq_parent_1\", ", "\"sdq_parent_25\"]\n    impact: "
                                                                "[\"sdq_parent_impact_0\", "}},
    {"a further group first, from 1",
     {{"participant,stage",
       {{"sdq_parent_impact_%d", 1, 6}, {"sdq_parent_%d", 1, 25}},
       {"1", "2"}}},
     {"    impact: [\"sdq_parent_impact_1\", ", "    items: [\"sdq_parent_1\", "}},
    {"two instruments in one file",
     {{"participant,stage", {{"wemwbs_%d", 1, 14}, {"sdq_self_%d", 1, 25}}, {"1", "2"}}},
     {"instrument: wemwbs\n", "instrument: sdq-self\n"}},
    {"goals",
     {{"participant,stage,goal,level", {{NULL, 0, 0}}, {"1", "2"}}},
     {"instrument: gas\n    goal: goal\n    level: level\n"}},
    {"goals with weights and categories",
     {{"family,stage,Goal,LEVEL,weight,category", {{NULL, 0, 0}}, {"1", "2"}}},
     {"    level: level\n    weight: weight\n    category: category\n"}},
    {"goals and items",
     {{"participant,stage,goal,level", {{"wemwbs_%d", 1, 14}}, {"1", "2"}}},
     {"instrument: wemwbs\n", "instrument: gas\n"}},
    {"two files",
     {AS_WEMWBS("wemwbs_%d"), {"participant,stage", {{"sdq_self_%d", 1, 25}}, {"2", "3"}}},
     {"stages:\n  - \"1\"\n  - \"2\"\n  - \"3\"\nbefore: \"1\"\nafter: \"3\"\n",
      "b.csv\"\n    instrument: sdq-self\n"}},
    {"site",
     {{"participant,stage,site", {{"wemwbs_%d", 1, 14}}, {"1", "2"}}},
     {"cohorts: [site]\n"}},
    {"year",
     {{"participant,stage,Year", {{"wemwbs_%d", 1, 14}}, {"1", "2"}}},
     {"cohorts: [year]\n"}},
    {"site and year",
     {{"participant,stage,year,site", {{"wemwbs_%d", 1, 14}}, {"1", "2"}}},
     {"cohorts: [[site], [year]]\n"}},
    /* stages */
    {"numbers",
     {STAGES("10", "9", "1", "2")},
     {"- \"1\"\n  - \"2\"\n  - \"9\"\n  - \"10\"\nbefore"}},
    {"a stage is met again",
     {STAGES("2", "1", "2", "", "1")},
     {"stages:\n  - \"1\"\n  - \"2\"\nbefore"}},
    {"T1, T2", {STAGES("T2", "T10", "T1")}, {"- \"T1\"\n  - \"T2\"\n  - \"T10\"\nbefore"}},
    {"waves", {STAGES("wave 2", "Wave 1")}, {"- \"Wave 1\"\n  - \"wave 2\"\nbefore"}},
    {"dates",
     {STAGES("2014-01-10", "2013-12-31", "2013-02-01")},
     {"- \"2013-02-01\"\n  - \"2013-12-31\"\n  - \"2014-01-10\"\nbefore: \"2013-02-01\"\nafter: "
      "\"2014-01-10\"\n"}},
    {"before and after", {STAGES("after", "before")}, {"- \"before\"\n  - \"after\"\nbefore"}},
    {"pre and post", {STAGES("Post", "Pre")}, {"- \"Pre\"\n  - \"Post\"\n"}},
    {"the service's own",
     {STAGES("12 months", "3 months", "end of phase 1", "1 month", "6 months", "start")},
     {"- \"start\"\n  - \"end of phase 1\"\n  - \"1 month\"\n  - \"3 months\"\n  - \"6 months\"\n  - "
      "\"12 months\"\nbefore"}},
    {"weeks, months, years",
     {STAGES("1 year", "10 weeks", "start", "2 months")},
     {"- \"start\"\n  - \"2 months\"\n  - \"10 weeks\"\n  - \"1 year\"\n"}},
    {"one spelling of several",
     {STAGES("START", "end", "start", "Start")},
     {"- \"START\"\n  - \"end\"\nbefore"}},
    {"one stage",
     {STAGES("start")},
     {"stages:\n  - \"start\"\nbefore: \"start\"\nafter: \"start\"\n"}},
};

static void test_good(void **state)
{
    (void)state;
    const struct instrument_shelf shelf = {0};
    const struct plan_options options = {0};
    char paths[2][100];
    const char *const files[] = {paths[0], paths[1]};
    snprintf(paths[0], sizeof paths[0], "%s/a.csv", folder);
    snprintf(paths[1], sizeof paths[1], "%s/b.csv", folder);
    for (size_t i = 0; i < COUNT(good); i++) {
        const char *plain = NULL;
        for (int backwards = 0; backwards < 2; backwards++) {
            struct arena arena = {0};
            struct plan plan;
            const char *study = NULL;
            size_t n = 0;
            while (n < 2 && good[i].files[n].fixed != NULL) {
                write_file(paths[n], &good[i].files[n], backwards);
                n++;
            }
            const struct fault fault = recognise(files, n, "", &shelf, &arena, &study);
            if (fault.code != FAULT_NONE) {
                fail_msg("%s: %zu:%zu %s", good[i].name, fault.row, fault.column, fault.detail);
            }
            for (size_t k = 0; k < 3 && good[i].says[k] != NULL; k++) {
                if (strstr(study, good[i].says[k]) == NULL) {
                    fail_msg("%s: expected\n%s\nin\n%s", good[i].name, good[i].says[k], study);
                }
            }
            /* what was written is a study file, and the columns' order does not matter */
            assert_int_equal(
                plan_parse("study.yaml", "", study, strlen(study), &options, &plan).code,
                FAULT_NONE);
            plan_free(&plan);
            if (backwards && strcmp(study, plain) != 0) {
                fail_msg("%s: columns backwards:\n%s\nelse\n%s", good[i].name, study, plain);
            }
            free((void *)(uintptr_t)plain);
            plain = backwards ? NULL : strdup(study);
            arena_free(&arena);
        }
        remove(paths[0]);
        remove(paths[1]);
    }
}

static const struct {
    const char *name;
    struct data file;
    size_t row, column;
    const char *says[3];
} bad[] = {
    {"sdq alone",
     {"participant,stage", {{"sdq_%d", 1, 25}}, {"1"}},
     1,
     3,
     {"sdq-parent, sdq-teacher, sdq-self, sdq-parent-2-4, sdq-teacher-2-4"}},
    {"SDQ, padded", {"participant,stage", {{"SDQ-%02d", 1, 25}}, {"1"}}, 1, 3, {"sdq-parent, "}},
    {"sdq behind other columns",
     {"participant,stage,a,b", {{"sdq%d", 1, 25}}, {"1"}},
     1,
     5,
     {"sdq-parent, "}},
    {"nothing known",
     {"participant,stage,mood", {{NULL, 0, 0}}, {"1"}},
     1,
     0,
     {"no items", "goal"}},
    {"an unknown instrument", {"participant,stage", {{"phq_%d", 1, 9}}, {"1"}}, 1, 0, {"no items"}},
    {"a goal without a level",
     {"participant,stage,goal", {{NULL, 0, 0}}, {"1"}},
     1,
     0,
     {"no items"}},
    {"13 items",
     {"participant,stage", {{"wemwbs_%d", 1, 13}}, {"1"}},
     1,
     0,
     {"found 13 columns of \"wemwbs\" (items), expected 14"}},
    {"15 items", {"participant,stage", {{"wemwbs_%d", 1, 15}}, {"1"}}, 1, 0, {"found 15 columns"}},
    {"numbered from 2", {"participant,stage", {{"wemwbs_%d", 2, 15}}, {"1"}}, 1, 0, {"wemwbs"}},
    {"an item twice",
     {"participant,stage,WEMWBS-1", {{"wemwbs_%d", 1, 13}}, {"1"}},
     1,
     0,
     {"twice"}},
    {"5 impact items",
     {"participant,stage", {{"sdq_self_%d", 1, 25}, {"sdq_self_impact_%d", 1, 5}}, {"1"}},
     1,
     0,
     {"found 5 columns of \"sdq-self\" (impact), expected 6"}},
    {"no stage column",
     {"participant,when", {{"wemwbs_%d", 1, 14}}, {"1"}},
     1,
     0,
     {"no column \"stage\""}},
    {"an unknown stage", {WEMWBS, {"start", "someday"}}, 3, 2, {"study file"}},
    {"an unknown stage in the first row", {WEMWBS, {"?", "start"}}, 2, 2, {"study file"}},
    {"numbers and names", {WEMWBS, {"1", "start"}}, 0, 0, {"order cannot be told", "study file"}},
    {"dates and numbers", {WEMWBS, {"2013-01-01", "2"}}, 0, 0, {"order cannot be told"}},
    {"two names for the start",
     {WEMWBS, {"start", "baseline", "end"}},
     0,
     0,
     {"order cannot be told"}},
    {"1 and 01", {WEMWBS, {"1", "01"}}, 0, 0, {"order cannot be told"}},
    {"after, and months",
     {WEMWBS, {"before", "after", "3 months"}},
     0,
     0,
     {"order cannot be told"}},
    {"no stage in the column", {WEMWBS, {"", "NA"}}, 0, 0, {"no stage"}},
    {"no rows", {WEMWBS, {NULL}}, 0, 0, {""}},
};

/* A fault says nothing of what stands in a cell. */
static void test_bad(void **state)
{
    (void)state;
    const struct instrument_shelf shelf = {0};
    size_t n_wrong = 0;
    char path[100];
    const char *const files[] = {path};
    snprintf(path, sizeof path, "%s/bad.csv", folder);
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct arena arena = {0};
        const char *study = NULL;
        write_file(path, &bad[i].file, false);
        const struct fault fault = recognise(files, 1, "", &shelf, &arena, &study);
        bool right = fault.code == FAULT_CONTENT && fault.row == bad[i].row &&
                     fault.column == bad[i].column && strcmp(fault.file, path) == 0 &&
                     strstr(fault.detail, "someday") == NULL;
        for (size_t k = 0; k < 3 && bad[i].says[k] != NULL; k++) {
            right = right && strstr(fault.detail, bad[i].says[k]) != NULL;
        }
        if (!right) {
            print_error("%s: %d at %zu:%zu: %s\n", bad[i].name, (int)fault.code, fault.row,
                        fault.column, fault.detail);
            n_wrong++;
        }
        arena_free(&arena);
    }
    remove(path);
    assert_int_equal(n_wrong, 0);
}

/* A path with quotes and backslashes is written so that it is read back as it was. */
static void test_awkward_path(void **state)
{
    (void)state;
    const struct instrument_shelf shelf = {0};
    const struct plan_options options = {0};
    const struct data data = AS_WEMWBS("wemwbs_%d");
    struct arena arena = {0};
    struct plan plan;
    const char *study;
    char path[100];
    const char *const files[] = {path};
    snprintf(path, sizeof path, "%s/a\"b\\c: #1\t.csv", folder);
    write_file(path, &data, false);
    assert_int_equal(recognise(files, 1, "", &shelf, &arena, &study).code, FAULT_NONE);
    assert_int_equal(plan_parse("s", "", study, strlen(study), &options, &plan).code, FAULT_NONE);
    assert_string_equal(plan.sources[0].path, path);
    plan_free(&plan);
    arena_free(&arena);
    /* the study file lies in the same folder */
    char with_slash[100];
    snprintf(with_slash, sizeof with_slash, "%s/", folder);
    assert_int_equal(recognise(files, 1, with_slash, &shelf, &arena, &study).code, FAULT_NONE);
    assert_int_equal(plan_parse("s", with_slash, study, strlen(study), &options, &plan).code,
                     FAULT_NONE);
    assert_string_equal(plan.sources[0].path, path);
    plan_free(&plan);
    arena_free(&arena);
    remove(path);
    const char *const none[] = {"no/such/file.csv"};
    assert_int_equal(recognise(none, 1, "", &shelf, &arena, &study).code, FAULT_OPEN);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_awkward_path),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* Which warnings the join gives, read from small files: each sign once, and once just not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/run.h"
#include "io/words.h"
#include "tests/check.h"

#define HEAD "participant,site,stage,date,level,goal\n"
#define STUDY_OF(stages) \
    "stages: " stages "\ncohorts: [site]\nsources: [{file: data.csv, instrument: gas}]\n"
#define PLAIN STUDY_OF("[start, end]")
#define WINDOW STUDY_OF("[start, {name: end, window: [10, 20]}]")

/* Expected are the first words of each warning, in their order; NULL: no more. */
static const struct {
    const char *name, *study, *rows;
    const char *expected[3];
} cases[] = {
    {"nothing odd", PLAIN, "1,A,start,,-1,g\n1,A,end,,0,g\n2,B,start,,-1,g\n2,B,end,,0,g\n", {0}},
    {"an id with .0",
     PLAIN,
     "1,A,start,,-1,g\n1,A,end,,0,g\n1.0,A,start,,-1,g\n1.0,A,end,,0,g\n",
     {"gas: 1 id differs"}},
    {"leading zeros and capitals",
     PLAIN,
     "a7,A,start,,-1,g\nA7,A,end,,0,g\n07,A,start,,-1,g\n7,A,end,,0,g\n8,A,start,,0,g\n8,A,end,,0,g\n",
     {"gas: 2 ids differ"}},
    {"0 and 00 but not 10", PLAIN, "0,A,start,,-1,g\n10,A,end,,0,g\n0,A,end,,0,g\n", {0}},
    {"a row of means",
     PLAIN,
     "1,A,start,,-1,g\n1,A,end,,0,g\nMean,A,start,,-1,g\n",
     {"gas: a respondent has the id \"Mean\""}},
    {"a row of means that is blank",
     PLAIN,
     "1,A,start,,-1,g\n1,A,end,,0,g\nMean,A,start,,,g\n",
     {0}},
    {"nobody at both",
     PLAIN,
     "1,A,start,,-1,g\n2,A,end,,0,g\n",
     {"gas: nobody has a score at both start and end"}},
    {"two spellings of a site",
     PLAIN,
     "1,Bangor,start,,-1,g\n1,Bangor,end,,0,g\n2,bang or,start,,-1,g\n2,bang or,end,,0,g\n",
     {"\"Bangor\" and \"bang or\" differ"}},
    {"a level that is none",
     PLAIN,
     "1,A,start,,-1,g\n1,A,end,,0,g\n1,A,end,,7,h\n",
     {"data.csv: 1 cell holds an answer"}},
    {"dates that cannot be read",
     WINDOW,
     "1,A,start,31/03/2018,-1,g\n1,A,end,12/04/2018,0,g\n",
     {"data.csv: 2 cells hold a date"}},
    {"dates that nobody needs", PLAIN, "1,A,start,31/03/2018,-1,g\n1,A,end,12/04/2018,0,g\n", {0}},
    {"a stage of no one",
     PLAIN,
     "1,A,start,,-1,g\n1,A,end,,0,g\n1,A,middle,,0,g\n",
     {"1 form names no stage"}},
};

static void check_case(size_t i)
{
    const struct plan_options options = {0};
    const struct run_options run_options = {0};
    struct arena arena = {0};
    struct warnings warnings = {.arena = &arena};
    struct plan plan;
    struct run run = {0};
    FILE *const out = fopen("data.csv", "w");
    assert_non_null(out);
    fprintf(out, "%s%s", HEAD, cases[i].rows);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(
        plan_parse("study.yaml", "", cases[i].study, strlen(cases[i].study), &options, &plan).code,
        FAULT_NONE);
    assert_int_equal(run_study(&plan, &run_options, &run).code, FAULT_NONE);
    run_warn(&run, &warnings);
    for (size_t j = 0; j < warnings.n; j++) {
        const char *const words = words_of(&arena, &warnings.texts[j]);
        const char *const expected = j < 3 ? cases[i].expected[j] : NULL;
        if (expected == NULL || strncmp(words, expected, strlen(expected)) != 0) {
            fail_msg("%s: expected \"%s\", got \"%s\"", cases[i].name,
                     expected == NULL ? "" : expected, words);
        }
    }
    if (warnings.n < 3 && cases[i].expected[warnings.n] != NULL) {
        fail_msg("%s: nothing said of \"%s\"", cases[i].name, cases[i].expected[warnings.n]);
    }
    run_free(&run);
    plan_free(&plan);
    arena_free(&arena);
}

static void test_warnings(void **state)
{
    char folder[] = "/tmp/test_join_checks.XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        check_case(i);
    }
    assert_int_equal(remove("data.csv"), 0);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_warnings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

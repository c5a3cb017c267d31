/* Every published norm of the reference tables (tests/reference/wemwbs_norms.csv, sdq_norms_uk.csv) that has
   a mean stands in an instrument file with the same figures, and the files hold no other. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "io/read/instrument.h"
#include "tests/vectors.h"

static const struct scale *scale_of(struct arena *arena, const char *instrument, const char *name)
{
    const struct instrument_shelf shelf = {NULL, 0};
    const struct instrument *found;
    assert_int_equal(instrument_load(&shelf, instrument, NULL, arena, &found).code, FAULT_NONE);
    for (size_t i = 0; i < found->n_scales; i++) {
        if (strcmp(found->scales[i].name, name) == 0) {
            return &found->scales[i];
        }
    }
    fail_msg("%s has no scale %s", instrument, name);
    return NULL;
}

/* Both are the double that is nearest to a decimal number; an empty cell is not known. */
static bool same_number(double number, const char *cell)
{
    return cell[0] == '\0' ? !(number > 0.0) : number == strtod(cell, NULL);
}

/* Is `name` among the scale's norms, as this row has it? `sure` is the row's word on mean and SD. */
static void check_norm(const struct scale *scale, const char *name, const struct vectors *v,
                       size_t row, const char *sure)
{
    const struct published_norm *norm = NULL;
    for (size_t i = 0; i < scale->n_norms && norm == NULL; i++) {
        norm = strcmp(scale->norms[i].name, name) == 0 ? &scale->norms[i] : NULL;
    }
    if (norm == NULL) {
        fail_msg("row %zu: %s has no norm %s", row + 2, scale->name, name);
        return;
    }
    if (!same_number(norm->figures.mean, vector_cell(v, row, "mean")) ||
        !same_number(norm->figures.sd, vector_cell(v, row, "sd")) ||
        !same_number((double)norm->n, vector_cell(v, row, "n"))) {
        fail_msg("row %zu: %s of %s: mean %g, SD %g, n %d", row + 2, name, scale->name,
                 norm->figures.mean, norm->figures.sd, (int)norm->n);
    }
    assert_int_equal(norm->figures.confidence,
                     strcmp(sure, "V") == 0 ? CONFIDENCE_SEEN : CONFIDENCE_GENERAL);
}

static const struct {
    const char *population, *year, *group, *name;
} names[] = {
    {"Scotland population sample", "2006", "all", "scotland-2006"},
    {"Scottish Health Survey", "2008", "all adults", "scotland-2008"},
    {"Scottish Health Survey", "2012", "all adults", "scotland-2012"},
    {"Scottish Health Survey", "2012", "men", "scotland-2012-men"},
    {"Scottish Health Survey", "2012", "women", "scotland-2012-women"},
    {"Health Survey for England", "2011", "all adults", "england-2011"},
    {"Health Survey for England", "2015", "men", "england-2015-men"},
    {"Health Survey for England", "2015", "women", "england-2015-women"},
    {"Health Survey for England", "2016", "men", "england-2016-men"},
    {"Health Survey for England", "2016", "women", "england-2016-women"},
    {"School students England and Scotland", "2011", "13-16", "pupils-2011"},
    {"Health Survey for England", "2010-2013", "men 16+", "england-2010-2013-men"},
    {"Health Survey for England", "2010-2013", "women 16+", "england-2010-2013-women"},
    {"Health Survey for England", "2010-2013", "all 16+", "england-2010-2013"},
    {"Clinical (hypnotherapy clients) baseline", "2018", "all", "hypnotherapy-clients-2018"},
};

static void test_wellbeing(void **state)
{
    struct arena arena = {0};
    struct vectors v;
    size_t n = 0;
    (void)state;
    const struct scale *const total = scale_of(&arena, "wemwbs", "total");
    const struct scale *const metric = scale_of(&arena, "swemwbs", "metric");
    vectors_open(&v, "wemwbs_norms.csv");
    for (size_t row = 0; row < v.n_rows; row++) {
        const char *const sure = vector_cell(&v, row, "confidence");
        const char *name = NULL;
        if (vector_cell(&v, row, "mean")[0] == '\0') {
            continue; /* only a median is known */
        }
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            if (strcmp(names[i].population, vector_cell(&v, row, "population")) == 0 &&
                strcmp(names[i].year, vector_cell(&v, row, "year")) == 0 &&
                strcmp(names[i].group, vector_cell(&v, row, "group")) == 0) {
                name = names[i].name;
            }
        }
        assert_non_null(name);
        n++;
        check_norm(strcmp(vector_cell(&v, row, "instrument"), "wemwbs") == 0 ? total : metric, name,
                   &v, row, strstr(sure, "G(mean,sd)") != NULL ? "G" : sure);
    }
    vectors_close(&v);
    assert_int_equal(total->n_norms + metric->n_norms, n);
    arena_free(&arena);
}

static void test_sdq(void **state)
{
    static const char *const files[] = {"sdq-parent", "sdq-teacher", "sdq-self", "sdq-parent-2-4",
                                        "sdq-teacher-2-4"};
    const struct instrument_shelf shelf = {NULL, 0};
    struct arena arena = {0};
    struct vectors v;
    size_t n = 0;
    (void)state;
    vectors_open(&v, "sdq_norms_uk.csv");
    for (size_t row = 0; row < v.n_rows; row++) {
        const char *const informant = vector_cell(&v, row, "informant");
        const char *const age = vector_cell(&v, row, "age"), *const sex =
                                                                 vector_cell(&v, row, "sex");
        const bool is_whole = strcmp(age, strcmp(informant, "self") == 0 ? "11-15" : "5-15") == 0;
        char file[40], name[60];
        snprintf(file, sizeof file, "sdq-%s", informant);
        snprintf(name, sizeof name, "gb-1999%s%s%s", is_whole ? "" : "-ages-", is_whole ? "" : age,
                 strcmp(sex, "male") == 0     ? "-boys"
                 : strcmp(sex, "female") == 0 ? "-girls"
                                              : "");
        check_norm(scale_of(&arena, file, vector_cell(&v, row, "scale")), name, &v, row,
                   vector_cell(&v, row, "confidence"));
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const struct instrument *sdq;
        assert_int_equal(instrument_load(&shelf, files[i], NULL, &arena, &sdq).code, FAULT_NONE);
        for (size_t s = 0; s < sdq->n_scales; s++) {
            n += sdq->scales[s].n_norms;
        }
    }
    assert_int_equal(n, v.n_rows);
    vectors_close(&v);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_wellbeing),
                                       cmocka_unit_test(test_sdq)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

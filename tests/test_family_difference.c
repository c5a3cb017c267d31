/* Expected values: tests/reference/family_difference.csv (R 4.2.2 with clubSandwich, by
   family_difference.R), and a few by hand. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine/family_pairs.h"
#include "engine/stats/one_way.h"
#include "tests/vectors.h"

#define MOST 512

/* One case of family_difference_data.csv: its families, and the changes of both groups as sums. */
struct difference_case {
    char name[64];
    int64_t units;
    struct family_pair pairs[MOST];
    size_t n_pairs;
    struct cohort_sums sums[2];
    bool singletons;
};

/* Scores with blanks between them, of so many families; up to a semicolon or the line's end. */
static char *add_scores(struct difference_case *c, struct family_pair *pair, size_t k, char *at)
{
    while (*at != ';' && *at != '\n' && *at != '\0') {
        const int64_t score = strtoll(at, &at, 10);
        pair->members[k]++;
        pair->sum[k] += score;
        /* a change is that of somebody who came from 0 */
        c->sums[k].n += pair->count;
        c->sums[k].after += (int128)score * (int128)pair->count;
        c->sums[k].after_after += (int128)score * score * (int128)pair->count;
    }
    return at;
}

static bool next_case(FILE *file, char *line, size_t size, struct difference_case *c)
{
    *c = (struct difference_case){.singletons = true};
    while (line[0] != '\0') {
        char *at = strchr(line, ';');
        struct family_pair *const pair = &c->pairs[c->n_pairs];
        assert_non_null(at);
        if (c->n_pairs > 0 && (strlen(c->name) != (size_t)(at - line) ||
                               strncmp(c->name, line, (size_t)(at - line)) != 0)) {
            return true;
        }
        assert_true(c->n_pairs < MOST && (size_t)(at - line) < sizeof c->name);
        memcpy(c->name, line, (size_t)(at - line));
        c->units = strtoll(at + 1, &at, 10);
        *pair = (struct family_pair){.count = (uint64_t)strtoull(at + 1, &at, 10)};
        at = add_scores(c, pair, 0, at + 1);
        assert_int_equal(*at, ';');
        (void)add_scores(c, pair, 1, at + 1);
        c->singletons = c->singletons && pair->members[0] + pair->members[1] == 1;
        c->n_pairs++;
        line[0] = '\0';
        if (fgets(line, (int)size, file) == NULL) {
            line[0] = '\0';
        }
    }
    return c->n_pairs > 0;
}

static void check_difference(const struct difference_case *c, const struct family_difference *got,
                             const struct vectors *values, size_t row)
{
    const double log_p = vector_number(values, row, "log_p");
    const struct {
        const char *name;
        double got, tolerance;
    } columns[] = {{"n0", (double)got->n[0], 0.0},
                   {"n1", (double)got->n[1], 0.0},
                   {"families0", (double)got->families[0], 0.0},
                   {"families1", (double)got->families[1], 0.0},
                   {"in_both", (double)got->in_both, 0.0},
                   {"difference", got->difference.number, 1e-11}, /* R's means differ by rounding */
                   {"se", got->se.number, 1e-11},
                   {"df", got->df.number, 1e-10},
                   {"ci_low", got->ci_low.number, 1e-10},
                   {"ci_high", got->ci_high.number, 1e-10}};
    assert_string_equal(c->name, vector_cell(values, row, "case"));
    for (size_t i = 0; i < COUNT(columns); i++) {
        expect_close(c->name, columns[i].name, columns[i].got,
                     vector_number(values, row, columns[i].name), columns[i].tolerance);
    }
    if (log_p < -745.0) {
        expect_close(c->name, "p", got->p.number, 0.0, 1e-300);
    } else {
        expect_close(c->name, "log_p", log(got->p.number), log_p, 1e-10);
    }
}

static void test_against_r(void **state)
{
    static const char path[] = REFERENCE_DIR "/family_difference_data.csv";
    static struct difference_case c;
    static struct vectors values;
    static char line[65536];
    FILE *const file = fopen(path, "r");
    size_t row = 0;
    (void)state;
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file)); /* the header */
    assert_non_null(fgets(line, sizeof line, file));
    vectors_open(&values, "family_difference.csv");
    for (; next_case(file, line, sizeof line, &c); row++) {
        const struct family_pair_list families = {c.pairs, c.n_pairs, c.units};
        const struct family_difference got = family_difference(&families);
        assert_true(row < values.n_rows);
        check_difference(&c, &got, &values, row);
        if (c.singletons && got.se.kind != VALUE_UNDEFINED) {
            const struct cohort first = cohort_of(&c.sums[0], c.units);
            const struct cohort second = cohort_of(&c.sums[1], c.units);
            const struct difference welch = difference_welch(&first, &second);
            expect_close(c.name, "Welch's se", got.se.number, welch.se, 1e-14);
        }
    }
    assert_int_equal(row, values.n_rows);
    assert_true(row >= 30);
    vectors_close(&values);
    (void)fclose(file);
}

/* The other way round all is the same but the sign. */
static void test_turned(void **state)
{
    const struct family_pair pairs[] = {
        {{3, 1}, {7, -2}, 1}, {{0, 2}, {0, 5}, 4}, {{1, 0}, {3, 0}, 2}};
    struct family_pair turned[COUNT(pairs)];
    struct family_pair_list families = {pairs, COUNT(pairs), 10};
    struct family_difference one, other;
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        turned[i] = (struct family_pair){{pairs[i].members[1], pairs[i].members[0]},
                                         {pairs[i].sum[1], pairs[i].sum[0]},
                                         pairs[i].count};
    }
    one = family_difference(&families);
    families.pairs = turned;
    other = family_difference(&families);
    expect_close("turned", "difference", other.difference.number, -one.difference.number, 1e-15);
    expect_close("turned", "se", other.se.number, one.se.number, 1e-15);
    expect_close("turned", "df", other.df.number, one.df.number, 1e-15);
    expect_close("turned", "ci", other.ci_low.number, -one.ci_high.number, 1e-14);
    expect_close("turned", "p", other.p.number, one.p.number, 1e-14);
}

/* --- the families of two groups out of several --- */

static void expect_pairs(const struct family_pair got[], size_t n,
                         const struct family_pair expected[], size_t n_expected)
{
    assert_int_equal(n, n_expected);
    for (size_t i = 0; i < n; i++) {
        size_t found = 0;
        for (size_t k = 0; k < n; k++) {
            found += memcmp(&got[k], &expected[i], sizeof got[k]) == 0;
        }
        assert_int_equal(found, 1);
    }
}

static void test_pairs(void **state)
{
    /* Cohorts 0 to 3 are groups 0, 1, 2, and one that is left out. */
    static const uint32_t group_of[] = {0, 1, 2, 0, 1};
    static const bool leave_out[] = {false, false, false, true, false};
    static const struct family_sum of = {.scale = 1, .stage = 0, .later = 2};
    static const struct family_sum other = {.scale = 2, .stage = 0, .later = 2};
    static const struct family_pair first[] = {{{2, 0}, {5, 0}, 3},
                                               {{0, 1}, {0, -4}, 2},
                                               {{1, 3}, {2, 9}, 1},
                                               {{2, 0}, {8, 0}, 1},
                                               {{0, 2}, {0, 4}, 1}};
    static const struct family_pair second[] = {
        {{1, 0}, {-4, 0}, 2}, {{2, 0}, {4, 0}, 1}, {{3, 0}, {9, 0}, 1}, {{0, 1}, {0, 6}, 1}};
    struct family_part parts[] = {{0, 1, 2}, {4, 2, 5}, {1, 1, 4}};
    struct family_part apart[] = {{2, 1, 6}, {0, 2, 8}};
    struct family_part half_out[] = {{3, 1, 6}, {4, 2, 4}};
    struct family_tally tally = {.cells = NULL};
    struct family_pairs pairs;
    struct family_pair out[32];
    (void)state;
    assert_true(family_tally_add(&tally, &(struct family_cell){of, 0, 2, 5, 3}));
    assert_true(family_tally_add(&tally, &(struct family_cell){of, 1, 1, -4, 2}));
    assert_true(family_tally_add(&tally, &(struct family_cell){of, 3, 1, 1, 7}));
    assert_true(family_tally_add(&tally, &(struct family_cell){other, 0, 1, 1, 7}));
    assert_true(family_tally_add_split(&tally, &of, parts, COUNT(parts)));
    assert_true(family_tally_add_split(&tally, &of, apart, COUNT(apart)));
    assert_true(family_tally_add_split(&tally, &of, half_out, COUNT(half_out)));
    assert_true(family_tally_sort(&tally));
    assert_true(family_pairs_init(&pairs, &tally, group_of, leave_out, NULL, NULL));
    assert_true(family_pairs_most(&pairs) <= COUNT(out));
    expect_pairs(out, family_pairs_find(&pairs, 0, 1, &of, out), first, COUNT(first));
    expect_pairs(out, family_pairs_find(&pairs, 1, 2, &of, out), second, COUNT(second));
    assert_int_equal(family_pairs_find(&pairs, 1, 2, &other, out), 0);
    family_pairs_free(&pairs);
    family_tally_free(&tally);
    /* Nobody at all. */
    assert_true(family_pairs_init(&pairs, &tally, group_of, NULL, NULL, NULL));
    assert_int_equal(family_pairs_find(&pairs, 0, 1, &of, out), 0);
    family_pairs_free(&pairs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_r),
        cmocka_unit_test(test_turned),
        cmocka_unit_test(test_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

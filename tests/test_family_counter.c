/* What a family_counter counts, against the same added up family by family and sum by sum. */
#include "tests/check.h"

#include <math.h>
#include <stdio.h>
#include "engine/family_counter.h"
#include "tests/random.h"
#include "tests/toy.h"

#define MOST_TESTED 6 /* stages */
#define N_COHORTS 4
#define N_SCALES 4
#define MOST_MEMBERS 7
#define WIDE 300 /* values: too far apart for tables */

static const struct stage stages[MOST_TESTED] = {{.name = "start"}};
static int64_t wide_values[WIDE]; /* filled by setup */
static const int64_t gaps[] = {-7, -1, 0, 4};

static int fill_values(void **state)
{
    (void)state;
    for (int64_t i = 0; i < WIDE; i++) {
        wide_values[i] = 300 * i - 100;
    }
    return 0;
}

/* Scales with tables, of which one has no bands and one no shares at all; and one without. */
struct small_study {
    struct scale scales[N_SCALES];
    struct study_scale of_study[N_SCALES];
    struct measure measures[2];
    struct study study;
};

static void study_of(struct small_study *small, size_t n_stages, size_t before, size_t after)
{
    *small = (struct small_study){.measures = {{.label = "toy"}, {.label = "pooled"}}};
    small->measures[0].instrument = small->measures[1].instrument = &toy;
    small->measures[1].pooled = true;
    for (size_t i = 0; i < N_SCALES; i++) {
        small->scales[i] = toy.scales[0];
        small->of_study[i] =
            (struct study_scale){.scale = &small->scales[i], .collected = true, .measure = i == 2};
    }
    small->measures[1].first_scale = 2;
    small->of_study[0].declared = (struct declared_change){
        .threshold = 1.0, .clinical = {2.0, 1.0, "", 0}, .functional = {4.0, 1.0, "", 0}};
    small->scales[1].values = gaps;
    small->scales[1].n_values = COUNT(gaps);
    small->scales[1].n_band_sets = 0;
    small->scales[3].values = wide_values;
    small->scales[3].n_values = WIDE;
    small->study = (struct study){.title = "",
                                  .stages = stages,
                                  .n_stages = n_stages,
                                  .before = before,
                                  .after = after,
                                  .measures = small->measures,
                                  .n_measures = 2,
                                  .scales = small->of_study,
                                  .n_scales = N_SCALES,
                                  .given_reliability = NAN,
                                  .as_of = NO_DATE};
}

/* --- the plain way ---------------------------------------------------------------------------- */

struct family {
    size_t scale, n;
    struct member_scores members[MOST_MEMBERS];
};

/* What the members who have scores at both of two stages give to the family. */
static void count_sums(const struct study *study, const struct family *family, size_t stage,
                       size_t later, struct family_tally *tally)
{
    const int64_t *const values = study->scales[family->scale].scale->values;
    const struct share_rules rules = share_rules_of(study, family->scale);
    struct family_part parts[MOST_FAMILY_GIVEN][MOST_MEMBERS];
    struct family_given given[MOST_FAMILY_GIVEN];
    size_t n_given = 0, n = 0;
    for (size_t i = 0; i < family->n; i++) {
        const struct member_scores *const member = &family->members[i];
        if (member->at[stage] < N_REASONS || member->at[later] < N_REASONS) {
            continue;
        }
        n_given = family_given_by(study, family->scale, &rules, stage, later,
                                  values[member->at[stage] - N_REASONS],
                                  values[member->at[later] - N_REASONS], given);
        for (size_t k = 0; k < n_given; k++) {
            parts[k][n] = (struct family_part){member->cohort, 1, given[k].sum};
        }
        n++;
    }
    for (size_t k = 0; k < n_given; k++) {
        assert_true(family_tally_add_split(tally, &given[k].of, parts[k], n));
    }
}

static void count_plainly(const struct study *study, const struct family *family,
                          struct family_tally *tally)
{
    for (size_t stage = 0; stage < study->n_stages; stage++) {
        for (size_t later = stage + 1; later < study->n_stages; later++) {
            if (stage == 0 || later == stage + 1 ||
                (stage == study->before && later == study->after)) {
                count_sums(study, family, stage, later, tally);
            }
        }
    }
}

/* --- both, compared --------------------------------------------------------------------------- */

static void draw_family(uint64_t *random, const struct study *study, struct family *family)
{
    const uint32_t cohort = draw_below(random, N_COHORTS) * 3; /* not every number is a cohort */
    const uint32_t n_missing = draw_below(random, 6);
    *family = (struct family){.scale = draw_below(random, N_SCALES),
                              .n = 1 + draw_below(random, MOST_MEMBERS)};
    for (size_t i = 0; i < family->n; i++) {
        struct member_scores *const member = &family->members[i];
        const uint32_t n_values = (uint32_t)study->scales[family->scale].scale->n_values;
        member->cohort = draw_below(random, 12) == 0 ? cohort + 1 : cohort;
        for (size_t s = 0; s < study->n_stages; s++) {
            /* Now and then all that can be had, at the ends of a table. */
            const uint32_t score = draw_below(random, 8) == 0 ? (s % 2 ? n_values - 1 : 0)
                                                              : draw_below(random, n_values);
            member->at[s] = draw_below(random, 6) < n_missing ? draw_below(random, N_REASONS)
                                                              : N_REASONS + score;
            member->stages |= (uint64_t)(member->at[s] >= N_REASONS) << s;
        }
    }
}

static void check_same(const char *what, const struct family_tally *got,
                       const struct family_tally *expected)
{
    if (got->n_cells != expected->n_cells || got->n_splits != expected->n_splits ||
        got->n_parts != expected->n_parts) {
        fail_msg("%s: %zu cells, %zu split; expected %zu, %zu", what, got->n_cells, got->n_splits,
                 expected->n_cells, expected->n_splits);
    }
    for (size_t i = 0; i < got->n_cells; i++) {
        const struct family_cell *const x = &got->cells[i], *const y = &expected->cells[i];
        if (x->cohort != y->cohort || family_sum_compare(&x->of, &y->of) != 0 ||
            x->members != y->members || x->sum != y->sum || x->count != y->count) {
            fail_msg("%s: cell %zu differs", what, i);
        }
    }
    for (size_t i = 0; i < got->n_parts; i++) {
        const struct family_part *const x = &got->parts[i], *const y = &expected->parts[i];
        if (x->cohort != y->cohort || x->members != y->members || x->sum != y->sum) {
            fail_msg("%s: part %zu differs", what, i);
        }
    }
}

static void add_family(struct family_counter *counter, const struct family *family,
                       struct family_tally *tally)
{
    const struct member_scores *members[MOST_MEMBERS];
    for (size_t i = 0; i < family->n; i++) {
        members[i] = &family->members[i];
    }
    assert_true(family_counter_add(counter, family->scale, members, family->n, tally));
}

static const struct {
    size_t n_stages, before, after;
} shapes[] = {{1, 0, 0}, {2, 0, 1}, {3, 0, 2}, {3, 1, 2},
              {4, 1, 3}, {5, 1, 3}, {6, 0, 5}, {6, 3, 3}};

/* Nothing; one cohort, or two; all there are. */
static const size_t rooms[] = {0, 3000, 8000, 1024 * 1024};

/* By two counters, of which one is finished in between, and both after they have been added. */
static void check_shape(size_t shape, size_t room, size_t n)
{
    struct small_study small;
    struct family_tally got = {0}, expected = {0};
    struct family_counter *counters[2];
    uint64_t random = shape * 1000 + n;
    char what[100];
    study_of(&small, shapes[shape].n_stages, shapes[shape].before, shapes[shape].after);
    for (size_t i = 0; i < COUNT(counters); i++) {
        counters[i] = family_counter_new(&small.study, room);
        assert_non_null(counters[i]);
    }
    for (size_t i = 0; i < n; i++) {
        struct family family;
        draw_family(&random, &small.study, &family);
        add_family(counters[i % 3 == 0], &family, &got);
        count_plainly(&small.study, &family, &expected);
        if (i == n / 3) {
            assert_true(family_counter_finish(counters[1], &got));
        }
    }
    assert_true(family_counter_merge(counters[0], counters[1]));
    for (size_t i = 0; i < COUNT(counters); i++) {
        assert_true(family_counter_finish(counters[i], &got));
        family_counter_free(counters[i]);
    }
    assert_true(family_tally_sort(&got));
    assert_true(family_tally_sort(&expected));
    snprintf(what, sizeof what, "%zu stages, %zu with %zu, room %zu", shapes[shape].n_stages,
             shapes[shape].before, shapes[shape].after, room);
    check_same(what, &got, &expected);
    family_tally_free(&got);
    family_tally_free(&expected);
}

static void test_against_sums(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(shapes); i++) {
        for (size_t k = 0; k < COUNT(rooms); k++) {
            check_shape(i, rooms[k], 3000);
        }
    }
}

static void test_nobody(void **state)
{
    (void)state;
    check_shape(COUNT(shapes) - 1, rooms[COUNT(rooms) - 1], 0);
    family_counter_free(NULL);
}

/* What comes from one counter is in order: by cohort, sum, members. */
static void test_in_order(void **state)
{
    struct small_study small;
    struct family_tally got = {0};
    uint64_t random = 7;
    study_of(&small, 6, 0, 5);
    struct family_counter *const counter = family_counter_new(&small.study, 1024 * 1024);
    (void)state;
    assert_non_null(counter);
    for (size_t i = 0; i < 1000; i++) {
        struct family family;
        draw_family(&random, &small.study, &family);
        if (family.scale < 3 && family.n <= 4) {
            for (size_t k = 1; k < family.n; k++) {
                family.members[k].cohort = family.members[0].cohort;
            }
            add_family(counter, &family, &got);
        }
    }
    assert_int_equal(got.n_cells, 0); /* there were tables for all of them */
    assert_true(family_counter_finish(counter, &got));
    assert_true(got.n_cells > 500);
    for (size_t i = 1; i < got.n_cells; i++) {
        const struct family_cell *const x = &got.cells[i - 1], *const y = &got.cells[i];
        const int by_sum = family_sum_compare(&x->of, &y->of);
        assert_true(
            x->cohort < y->cohort ||
            (x->cohort == y->cohort &&
             (by_sum < 0 || (by_sum == 0 && (x->members < y->members ||
                                             (x->members == y->members && x->sum < y->sum))))));
    }
    family_counter_free(counter);
    family_tally_free(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_sums),
        cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_in_order),
    };
    return cmocka_run_group_tests(tests, fill_values, NULL);
}

/* What a family_counter counts, against the same added up family by family and sum by sum. */
#include "tests/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine/family_counter.h"
#include "engine/form.h"
#include "tests/random.h"
#include "tests/toy.h"

#define MOST_TESTED 6 /* stages */
#define N_COHORTS 4
#define N_SCALES 5
#define N_MEASURES 3
#define MOST_MEMBERS 7
#define WIDE 300 /* values: too far apart for tables, and too many for a byte */

static const struct stage stages[MOST_TESTED] = {{.name = "start"}};
static int64_t wide_values[WIDE]; /* filled by setup */
static const int64_t gaps[] = {-7, -1, 0, 4};
/* Of each measure: a small one, one of several versions, and one whose codes are of two bytes. */
static const size_t n_scales_of[N_MEASURES] = {2, 1, 2};

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
    struct instrument instruments[N_MEASURES];
    struct study_scale of_study[N_SCALES];
    struct measure measures[N_MEASURES];
    struct study study;
};

static void study_of(struct small_study *small, size_t n_stages, size_t before, size_t after)
{
    *small = (struct small_study){.measures = {{.label = "toy"}, {.label = "pooled"}}};
    small->measures[1].pooled = true;
    for (size_t m = 0, first = 0; m < N_MEASURES; m++) {
        small->instruments[m] = toy;
        small->instruments[m].scales = &small->scales[first];
        small->instruments[m].n_scales = n_scales_of[m];
        small->measures[m].instrument = &small->instruments[m];
        small->measures[m].first_scale = first;
        for (size_t i = first; i < first + n_scales_of[m]; i++) {
            small->scales[i] = toy.scales[0];
            small->of_study[i] =
                (struct study_scale){.scale = &small->scales[i], .collected = true, .measure = m};
        }
        first += n_scales_of[m];
    }
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
                                  .n_measures = N_MEASURES,
                                  .scales = small->of_study,
                                  .n_scales = N_SCALES,
                                  .given_reliability = NAN,
                                  .as_of = NO_DATE};
}

/* --- the plain way ---------------------------------------------------------------------------- */

struct member {
    uint32_t cohort;
    outcome at[2][MOST_TESTED]; /* [scale of the measure][stage] */
};

struct family {
    size_t measure, n;
    struct member members[MOST_MEMBERS];
};

/* What the members who have scores at both of two stages give to the family. */
static void count_sums(const struct study *study, const struct family *family, size_t in_measure,
                       size_t stage, size_t later, struct family_tally *tally)
{
    const size_t scale = study->measures[family->measure].first_scale + in_measure;
    const int64_t *const values = study->scales[scale].scale->values;
    const struct share_rules rules = share_rules_of(study, scale);
    struct family_part parts[MOST_FAMILY_GIVEN][MOST_MEMBERS];
    struct family_given given[MOST_FAMILY_GIVEN];
    size_t n_given = 0, n = 0;
    for (size_t i = 0; i < family->n; i++) {
        const outcome *const at = family->members[i].at[in_measure];
        if (at[stage] < N_REASONS || at[later] < N_REASONS) {
            continue;
        }
        n_given = family_given_by(study, scale, &rules, stage, later, values[at[stage] - N_REASONS],
                                  values[at[later] - N_REASONS], given);
        for (size_t k = 0; k < n_given; k++) {
            parts[k][n] = (struct family_part){family->members[i].cohort, 1, given[k].sum};
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
            for (size_t i = 0; i < n_scales_of[family->measure]; i++) {
                if (stage == 0 || later == stage + 1 ||
                    (stage == study->before && later == study->after)) {
                    count_sums(study, family, i, stage, later, tally);
                }
            }
        }
    }
}

/* --- both, compared --------------------------------------------------------------------------- */

/* A score, or why there is none. Now and then all that can be had, at the ends of a table. */
static outcome draw_outcome(uint64_t *random, uint32_t n_values, size_t stage, uint32_t n_missing)
{
    const uint32_t score =
        draw_below(random, 8) == 0 ? (stage % 2 ? n_values - 1 : 0) : draw_below(random, n_values);
    return draw_below(random, 6) < n_missing ? draw_below(random, N_REASONS) : N_REASONS + score;
}

/* Some of one kind come one after the other, so that many are added at a time. */
static void draw_family(uint64_t *random, const struct study *study, struct family *family)
{
    const uint32_t cohort = draw_below(random, N_COHORTS) * 3; /* not every number is a cohort */
    const uint32_t n_missing = draw_below(random, 6);
    if (draw_below(random, 20) == 0) {
        family->measure = draw_below(random, N_MEASURES);
        family->n = 1 + draw_below(random, MOST_MEMBERS);
    }
    for (size_t i = 0; i < family->n; i++) {
        struct member *const member = &family->members[i];
        member->cohort = draw_below(random, 12) == 0 ? cohort + 1 : cohort;
        for (size_t k = 0; k < n_scales_of[family->measure]; k++) {
            const size_t scale = study->measures[family->measure].first_scale + k;
            for (size_t s = 0; s < study->n_stages; s++) {
                member->at[k][s] = draw_outcome(
                    random, (uint32_t)study->scales[scale].scale->n_values, s, n_missing);
            }
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

/* Families that wait to be added: of one measure, and of one size. */
struct waiting {
    size_t measure, n, n_families;
    unsigned char bytes[200][MOST_MEMBERS][ROW_CODES + 2 * MOST_TESTED * sizeof(uint16_t)];
};

static void add_waiting(struct family_counter *counter, struct waiting *waiting,
                        struct family_tally *tally)
{
    const unsigned char *rows[COUNT(waiting->bytes) * MOST_MEMBERS];
    for (size_t i = 0; i < waiting->n_families * waiting->n; i++) {
        rows[i] = waiting->bytes[i / waiting->n][i % waiting->n];
    }
    assert_true(family_counter_add(counter, waiting->measure, rows, waiting->n_families, waiting->n,
                                   tally));
    waiting->n_families = 0;
}

static void put_row(const struct study *study, size_t measure, const struct member *member,
                    unsigned char *row)
{
    const struct member_row layout = member_row_of(study, measure);
    unsigned char *to = row + ROW_CODES;
    assert_int_equal(layout.code_bytes, measure == 2 ? 2 : 1);
    assert_int_equal(layout.n_scales, n_scales_of[measure]);
    memcpy(row, &member->cohort, sizeof member->cohort);
    for (size_t stage = 0; stage < study->n_stages; stage++) {
        for (size_t i = 0; i < layout.n_scales; i++, to += layout.code_bytes) {
            code_put(to, member->at[i][stage], layout.code_bytes);
        }
    }
    assert_int_equal(to - row, layout.n_bytes);
}

/* Those before are added when there are many, or they are of another kind. */
static void add_family(struct family_counter *counter, const struct study *study,
                       struct waiting *waiting, const struct family *family,
                       struct family_tally *tally)
{
    if (family->n == 1 && family->members[0].cohort % 2 == 0) {
        unsigned char row[sizeof waiting->bytes[0][0]];
        put_row(study, family->measure, &family->members[0], row);
        assert_true(family_counter_add_alone(counter, family->measure, family->members[0].cohort,
                                             row + ROW_CODES, tally));
        return;
    }
    if (waiting->n_families == COUNT(waiting->bytes) || waiting->measure != family->measure ||
        waiting->n != family->n) {
        add_waiting(counter, waiting, tally);
    }
    waiting->measure = family->measure;
    waiting->n = family->n;
    for (size_t i = 0; i < family->n; i++) {
        put_row(study, family->measure, &family->members[i],
                waiting->bytes[waiting->n_families][i]);
    }
    waiting->n_families++;
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
    struct waiting *const waiting = calloc(2, sizeof *waiting);
    struct family family = {.n = 1};
    uint64_t random = shape * 1000 + n;
    char what[100];
    assert_non_null(waiting);
    study_of(&small, shapes[shape].n_stages, shapes[shape].before, shapes[shape].after);
    for (size_t i = 0; i < COUNT(counters); i++) {
        counters[i] = family_counter_new(&small.study, room);
        assert_non_null(counters[i]);
        waiting[i].n = 1;
    }
    for (size_t i = 0; i < n; i++) {
        const size_t which = i % 3 == 0;
        draw_family(&random, &small.study, &family);
        add_family(counters[which], &small.study, &waiting[which], &family, &got);
        count_plainly(&small.study, &family, &expected);
        if (i == n / 3) {
            assert_true(family_counter_finish(counters[1], &got));
        }
    }
    for (size_t i = 0; i < COUNT(counters); i++) {
        add_waiting(counters[i], &waiting[i], &got);
    }
    assert_true(family_counter_merge(counters[0], counters[1], &got));
    for (size_t i = 0; i < COUNT(counters); i++) {
        assert_true(family_counter_finish(counters[i], &got));
        family_counter_free(counters[i]);
    }
    free(waiting);
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
    struct waiting *const waiting = calloc(1, sizeof *waiting);
    struct family family = {.n = 1};
    uint64_t random = 7;
    study_of(&small, 6, 0, 5);
    struct family_counter *const counter = family_counter_new(&small.study, 1024 * 1024);
    (void)state;
    assert_non_null(waiting);
    assert_non_null(counter);
    waiting->n = 1;
    for (size_t i = 0; i < 2000; i++) {
        draw_family(&random, &small.study, &family);
        if (family.measure < 2 && family.n <= FAMILY_FEW) {
            for (size_t k = 1; k < family.n; k++) {
                family.members[k].cohort = family.members[0].cohort;
            }
            add_family(counter, &small.study, waiting, &family, &got);
        }
    }
    add_waiting(counter, waiting, &got);
    free(waiting);
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

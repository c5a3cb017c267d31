/* What a pair_counter counts, against the same counted cell by cell as engine/tally.h and chapter 2
   of the design define the cells. */
#include "tests/check.h"
#include "tests/cells.h"

#include <stdio.h>
#include <string.h>
#include "engine/pair_counter.h"
#include "engine/tally_coarsen.h"
#include "tests/random.h"
#include "tests/toy.h"

#define MOST_TESTED 6 /* stages */
#define N_COHORTS 5
#define WIDE 300 /* values: too many for matrices */

static const struct stage stages[MOST_TESTED] = {{.name = "start"}};
static int64_t wide_values[WIDE]; /* filled by setup */

static int fill_values(void **state)
{
    (void)state;
    for (int64_t i = 0; i < WIDE; i++) {
        wide_values[i] = 3 * i - 100;
    }
    return 0;
}

/* A questionnaire of one scale with matrices; and one of three: one with matrices, which are large, one
   without, and one that nobody collects. */
struct small_study {
    struct scale scales[3];
    struct study_scale of_study[4];
    struct instrument instruments[2];
    struct measure measures[2];
    struct study study;
};

static void study_of(struct small_study *small, size_t n_stages, size_t before, size_t after)
{
    for (size_t i = 0; i < COUNT(small->scales); i++) {
        small->scales[i] = toy.scales[0];
    }
    small->scales[1].values = wide_values;
    small->scales[1].n_values = 150;
    small->scales[2].values = wide_values;
    small->scales[2].n_values = WIDE;
    for (size_t i = 0; i < COUNT(small->of_study); i++) {
        small->of_study[i] = (struct study_scale){
            .scale = &small->scales[i % 3], .measure = i > 0, .collected = i < 3};
    }
    for (size_t i = 0; i < COUNT(small->measures); i++) {
        small->instruments[i] = (struct instrument){.n_scales = i == 0 ? 1 : 3};
        small->measures[i] =
            (struct measure){.instrument = &small->instruments[i], .first_scale = i};
    }
    small->study = (struct study){.title = "",
                                  .stages = stages,
                                  .n_stages = n_stages,
                                  .before = before,
                                  .after = after,
                                  .scales = small->of_study,
                                  .n_scales = COUNT(small->of_study),
                                  .measures = small->measures,
                                  .n_measures = COUNT(small->measures),
                                  .as_of = NO_DATE};
}

/* --- the plain way ---------------------------------------------------------------------------- */

struct outcomes {
    uint32_t cohort;
    size_t scale;
    outcome at[MOST_TESTED];
    uint32_t n; /* respondents who have them */
};

static void count_one(struct tally *tally, const struct outcomes *o, size_t stage, size_t later,
                      tally_code code, tally_code later_code)
{
    const struct tally_cell cell = {.cohort = o->cohort,
                                    .scale = (uint16_t)o->scale,
                                    .stage = (uint16_t)stage,
                                    .later = (uint16_t)later,
                                    .code = code,
                                    .later_code = later_code};
    assert_true(tally_add(tally, &cell, o->n));
}

static tally_code code_at(const struct study *study, const struct outcomes *o, size_t stage)
{
    return o->at[stage] < N_REASONS
               ? TALLY_REASON(o->at[stage])
               : study->scales[o->scale].scale->values[o->at[stage] - N_REASONS];
}

static void count_plainly(const struct study *study, const struct outcomes *o, struct tally *tally)
{
    bool everywhere = true;
    for (size_t s = 0; s < study->n_stages; s++) {
        everywhere = everywhere && o->at[s] >= N_REASONS;
        count_one(tally, o, s, TALLY_ONE_STAGE, code_at(study, o, s), 0);
        if (s > 0) { /* the first with each later one */
            count_one(tally, o, 0, s, code_at(study, o, 0), code_at(study, o, s));
        }
        if (s > 1) { /* each with the next; the first pair of them is counted */
            count_one(tally, o, s - 1, s, code_at(study, o, s - 1), code_at(study, o, s));
        }
    }
    if (study->before > 0 && study->after > study->before + 1) {
        count_one(tally, o, study->before, study->after, code_at(study, o, study->before),
                  code_at(study, o, study->after));
    }
    for (size_t s = 0; s < study->n_stages && everywhere; s++) {
        count_one(tally, o, s, TALLY_ALL_STAGES, code_at(study, o, s), 0);
    }
}

/* What the mixed model needs of them. */
static void add_pattern(const struct study *study, const struct outcomes *o, struct tally *tally)
{
    int64_t scores[MOST_TESTED];
    unsigned set = 0;
    size_t m = 0;
    for (size_t s = 0; s < study->n_stages; s++) {
        if (o->at[s] >= N_REASONS) {
            scores[m++] = code_at(study, o, s);
            set |= 1u << s;
        }
    }
    for (uint32_t i = 0; i < o->n && set != 0 && study->n_stages > 1; i++) {
        assert_true(patterns_add(&tally->patterns, o->cohort, o->scale, set, scores));
    }
}

/* --- both, compared --------------------------------------------------------------------------- */

static const struct {
    size_t n_stages, before, after;
} shapes[] = {{1, 0, 0}, {2, 0, 1}, {3, 0, 2}, {3, 1, 2}, {4, 1, 3},
              {5, 1, 3}, {5, 2, 4}, {6, 0, 5}, {6, 1, 5}, {6, 3, 3}};

/* Nothing; one small cohort, or two; all there are. */
static const size_t rooms[] = {0, 100, 3000, 6000, 20000, 8 * 1024 * 1024};

static void draw_outcomes(uint64_t *random, const struct study *study, struct outcomes *o)
{
    for (size_t s = 0; s < study->n_stages; s++) {
        const uint32_t n_values = (uint32_t)study->scales[o->scale].scale->n_values;
        o->at[s] = draw_below(random, 4) == 0 ? draw_below(random, N_REASONS)
                                              : N_REASONS + draw_below(random, n_values);
    }
}

static void check_tallies(const char *what, const struct tally *got, const struct tally *expected)
{
    if (got->n_cells != expected->n_cells) {
        fail_msg("%s: expected %zu cells, got %zu", what, expected->n_cells, got->n_cells);
    }
    if (!same_cells(got, expected)) {
        fail_msg("%s: other cells", what);
    }
    if (got->patterns.n != expected->patterns.n) {
        fail_msg("%s: expected %zu patterns, got %zu", what, expected->patterns.n, got->patterns.n);
    }
    for (size_t i = 0; i < expected->patterns.n; i++) {
        const struct pattern *const x = &got->patterns.list[i], *const y =
                                                                    &expected->patterns.list[i];
        if (x->cohort != y->cohort || x->scale != y->scale || x->stages != y->stages ||
            x->n != y->n ||
            memcmp(got->patterns.terms + x->terms, expected->patterns.terms + y->terms,
                   pattern_n_terms(y->stages) * sizeof(int128)) != 0) {
            fail_msg("%s: pattern %zu", what, i);
        }
    }
}

/* Counts a respondent of a questionnaire, whose first scales have these outcomes, both ways. */
static void add_both_ways(const struct study *study, size_t measure, const struct outcomes of[],
                          struct pair_counter *counter, struct tally *got, struct tally *expected)
{
    outcome at[3][MAX_STAGES] = {{0}};
    for (size_t i = 0; i < study->measures[measure].instrument->n_scales; i++) {
        for (size_t s = 0; s < study->n_stages; s++) {
            at[i][s] = of[i].at[s];
        }
        if (study->scales[of[i].scale].collected) {
            count_plainly(study, &of[i], expected);
            add_pattern(study, &of[i], expected);
        }
    }
    assert_true(pair_counter_add(counter, of[0].cohort, measure, at, got));
}

/* So many respondents; in between it is finished once, and after the last twice. */
static void check_shape(size_t shape, size_t room, size_t n)
{
    struct small_study small;
    struct tally got = {0}, expected = {0};
    uint64_t random = shape * 1000 + n;
    char what[100];
    study_of(&small, shapes[shape].n_stages, shapes[shape].before, shapes[shape].after);
    struct pair_counter *const counter = pair_counter_new(&small.study, room);
    assert_non_null(counter);
    for (size_t i = 0; i < n; i++) {
        struct outcomes of[3];
        const size_t measure = draw_below(&random, 2);
        const uint32_t cohort = draw_below(&random, N_COHORTS) * 3; /* not every number is one */
        for (size_t k = 0; k < small.instruments[measure].n_scales; k++) {
            of[k] = (struct outcomes){
                .cohort = cohort, .scale = small.measures[measure].first_scale + k, .n = 1};
            draw_outcomes(&random, &small.study, &of[k]);
        }
        add_both_ways(&small.study, measure, of, counter, &got, &expected);
        if (i == n / 3) {
            assert_true(pair_counter_finish(counter, &got));
        }
    }
    assert_true(pair_counter_finish(counter, &got));
    assert_true(pair_counter_finish(counter, &got)); /* nothing is left */
    assert_true(tally_sort(&got));
    assert_true(tally_sort(&expected));
    snprintf(what, sizeof what, "%zu stages, %zu with %zu, room %zu", shapes[shape].n_stages,
             shapes[shape].before, shapes[shape].after, room);
    check_tallies(what, &got, &expected);
    pair_counter_free(counter);
    tally_free(&got);
    tally_free(&expected);
}

/* Two who count leave small cohorts written down, in whatever room: these and all others, put together, are those
   who are counted cell by cell. */
static void check_kept(size_t shape, size_t room, size_t n)
{
    static const uint32_t as_one[3 * N_COHORTS] = {0};
    struct small_study small;
    struct tally fine = {0}, plain = {0}, got, expected;
    struct pair_counter *counters[2];
    uint64_t random = shape * 1000 + n;
    study_of(&small, shapes[shape].n_stages, shapes[shape].before, shapes[shape].after);
    for (size_t i = 0; i < COUNT(counters); i++) {
        counters[i] = pair_counter_new(&small.study, room);
        assert_non_null(counters[i]);
    }
    for (size_t i = 0; i < n; i++) {
        struct outcomes of[3];
        const size_t measure = draw_below(&random, 2);
        const uint32_t cohort = draw_below(&random, N_COHORTS) * 3;
        for (size_t k = 0; k < small.instruments[measure].n_scales; k++) {
            of[k] = (struct outcomes){
                .cohort = cohort, .scale = small.measures[measure].first_scale + k, .n = 1};
            draw_outcomes(&random, &small.study, &of[k]);
        }
        add_both_ways(&small.study, measure, of, counters[i % 3 == 0], &fine, &plain);
    }
    assert_true(pair_counters_finish(counters, COUNT(counters), &crew_of_one, true, &fine));
    assert_true(tally_sort(&fine));
    /* where there is room, or else what follows shows nothing */
    assert_true(room < rooms[COUNT(rooms) - 1] || fine.cohorts[0].written != NULL);
    assert_true(tally_coarsen(&fine, as_one, &crew_of_one, &got));
    assert_true(tally_sort(&plain));
    assert_true(tally_coarsen(&plain, as_one, &crew_of_one, &expected));
    check_tallies("kept", &got, &expected);
    pair_counter_free(counters[0]);
    pair_counter_free(counters[1]);
    tally_free(&got);
    tally_free(&fine);
    tally_free(&expected);
    tally_free(&plain);
}

static void test_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(shapes); i++) {
        for (size_t k = 0; k < COUNT(rooms); k++) {
            check_kept(i, rooms[k], 700);
            check_kept(i, rooms[k], 60);
        }
    }
}

static void test_against_cells(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(shapes); i++) {
        for (size_t k = 0; k < COUNT(rooms); k++) {
            check_shape(i, rooms[k], 700);
            check_shape(i, rooms[k], 60);
        }
        check_shape(i, rooms[COUNT(rooms) - 1], 15000);
    }
}

/* More people who are alike than a cell of a matrix holds, counted by one and by two. */
static void test_many_alike(void **state)
{
    (void)state;
    static const struct outcomes kinds[] = {
        {.at = {N_REASONS, N_REASONS + 1, N_REASONS, N_REASONS, N_REASONS + 1, N_REASONS},
         .n = 200000},
        {.at = {N_REASONS, N_REASONS + 1, 0, 2, N_REASONS + 1, N_REASONS}, .n = 65536},
        {.cohort = 2, .at = {1, 1, 1, 1, 1, 1}, .n = 131071}};
    for (size_t shape = 1; shape < COUNT(shapes); shape++) {
        struct small_study small;
        struct tally got = {0}, expected = {0};
        struct pair_counter *counters[2];
        study_of(&small, shapes[shape].n_stages, shapes[shape].before, shapes[shape].after);
        for (size_t i = 0; i < COUNT(counters); i++) {
            counters[i] = pair_counter_new(&small.study, rooms[COUNT(rooms) - 1]);
            assert_non_null(counters[i]);
        }
        for (size_t k = 0; k < COUNT(kinds); k++) {
            const size_t measure = k % 2;
            outcome at[3][MAX_STAGES] = {{0}};
            for (size_t scale = 0; scale < small.instruments[measure].n_scales; scale++) {
                struct outcomes o = kinds[k];
                o.scale = small.measures[measure].first_scale + scale;
                memcpy(at[scale], o.at, sizeof o.at);
                if (small.of_study[o.scale].collected) {
                    count_plainly(&small.study, &o, &expected);
                    add_pattern(&small.study, &o, &expected);
                }
            }
            for (uint32_t i = 0; i < kinds[k].n; i++) {
                assert_true(
                    pair_counter_add(counters[i % 3 == 0], kinds[k].cohort, measure, at, &got));
            }
        }
        assert_true(pair_counters_finish(counters, COUNT(counters), &crew_of_one, false, &got));
        assert_true(tally_sort(&got));
        assert_true(tally_sort(&expected));
        check_tallies("many alike", &got, &expected);
        pair_counter_free(counters[0]);
        pair_counter_free(counters[1]);
        tally_free(&got);
        tally_free(&expected);
    }
}

static void test_nobody(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(shapes); i++) {
        check_shape(i, rooms[COUNT(rooms) - 1], 0);
    }
    pair_counter_free(NULL);
}

/* Which pairs of stages there are, of five with before 1 and after 3. */
static void test_counted_pairs(void **state)
{
    (void)state;
    static const char *const counted[] = {".****", "..**.", "...*.", "....*", "....."};
    struct small_study small;
    study_of(&small, 5, 1, 3);
    for (size_t stage = 0; stage < 5; stage++) {
        for (size_t later = 0; later < 5; later++) {
            assert_int_equal(is_counted_pair(&small.study, stage, later),
                             counted[stage][later] == '*');
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_cells), cmocka_unit_test(test_kept),
        cmocka_unit_test(test_many_alike),    cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_counted_pairs),
    };
    return cmocka_run_group_tests(tests, fill_values, NULL);
}

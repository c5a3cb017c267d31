/* Sums are checked against sums over a plain list of people, made here. */
#include "tests/check.h"

#include <string.h>
#include "engine/patterns.h"

#define N_PEOPLE 3000

struct person {
    uint32_t cohort;
    uint16_t scale;
    unsigned stages;
    int64_t scores[MODEL_STAGES]; /* of the stages that there are */
};

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* Scores near 2^40 units, as T-scores are, some of them negative: a sum of their products needs more
   than 64 bits. */
static void make_people(struct person people[])
{
    uint64_t seed = 20180331;
    for (size_t i = 0; i < N_PEOPLE; i++) {
        people[i] = (struct person){.cohort = (uint32_t)(next(&seed) % 5),
                                    .scale = (uint16_t)(next(&seed) % 3),
                                    .stages = 1 + (unsigned)(next(&seed) % 4095)};
        if (i % 2 == 0) { /* large groups too */
            people[i].stages = 1 + people[i].stages % 7;
        }
        for (size_t k = 0; k < MODEL_STAGES; k++) {
            people[i].scores[k] = (int64_t)(next(&seed) << 10) - (INT64_C(1) << 37);
        }
    }
}

static void add(struct patterns *patterns, const struct person *p)
{
    assert_true(patterns_add(patterns, p->cohort, p->scale, p->stages, p->scores));
}

static size_t stages_of(unsigned stages)
{
    size_t n = 0;
    for (; stages != 0; stages &= stages - 1) {
        n++;
    }
    return n;
}

/* Every pattern of a group, from the list of people; group_of NULL: cohorts as they are. */
static void check(struct patterns *patterns, const struct person people[],
                  const uint32_t group_of[])
{
    uint64_t total = 0;
    patterns_sort(patterns);
    for (size_t i = 0; i < patterns->n; i++) {
        const struct pattern *const p = &patterns->list[i];
        const struct score_pattern got = pattern_scores(patterns, p);
        const size_t m = stages_of(p->stages);
        int128 terms[MODEL_STAGES + MODEL_PAIRS] = {0};
        uint64_t n = 0;
        if (i > 0) { /* each once, in order */
            const struct pattern *const q = p - 1;
            assert_true(q->cohort < p->cohort ||
                        (q->cohort == p->cohort &&
                         (q->scale < p->scale || (q->scale == p->scale && q->stages < p->stages))));
        }
        for (size_t k = 0; k < N_PEOPLE; k++) {
            const uint32_t cohort =
                group_of == NULL ? people[k].cohort : group_of[people[k].cohort];
            if (cohort != p->cohort || people[k].scale != p->scale ||
                people[k].stages != p->stages) {
                continue;
            }
            n++;
            for (size_t a = 0; a < m; a++) {
                terms[a] += people[k].scores[a];
                for (size_t b = 0; b <= a; b++) {
                    terms[m + a * (a + 1) / 2 + b] +=
                        (int128)people[k].scores[a] * people[k].scores[b];
                }
            }
        }
        assert_true(got.n == n && n > 0);
        assert_int_equal(got.stages, p->stages);
        assert_int_equal(pattern_n_terms(p->stages), m + m * (m + 1) / 2);
        assert_memory_equal(got.sums, terms, m * sizeof *terms);
        assert_memory_equal(got.products, terms + m, m * (m + 1) / 2 * sizeof *terms);
        total += n;
    }
    assert_int_equal(total, N_PEOPLE);
}

static void test_sums(void **state)
{
    static struct person people[N_PEOPLE];
    struct patterns patterns = {0};
    size_t n = 0, found = 0;
    (void)state;
    make_people(people);
    for (size_t i = 0; i < N_PEOPLE; i++) {
        add(&patterns, &people[i]);
        if (i % 1000 == 500) { /* looking up goes on working after it */
            patterns_sort(&patterns);
        }
    }
    check(&patterns, people, NULL);
    for (uint32_t cohort = 0; cohort < 6; cohort++) {
        for (size_t scale = 0; scale < 4; scale++) {
            const struct pattern *const first = patterns_find(&patterns, cohort, scale, &n);
            assert_true((first == NULL) == (n == 0));
            assert_true((n == 0) == (cohort == 5 || scale == 3));
            for (size_t i = 0; i < n; i++) {
                assert_true(first[i].cohort == cohort && first[i].scale == scale);
            }
            found += n;
        }
    }
    assert_int_equal(found, patterns.n);
    patterns_free(&patterns);
    assert_null(patterns_find(&patterns, 0, 0, &n));
}

/* Parts in any order add up to the whole, and to coarser cohorts. */
static void test_merge(void **state)
{
    static struct person people[N_PEOPLE];
    static const uint32_t group_of[] = {1, 0, 1, 1, 0};
    struct patterns parts[3] = {{0}}, whole = {0}, coarse = {0};
    (void)state;
    make_people(people);
    for (size_t i = N_PEOPLE; i > 0; i--) {
        add(&parts[i * 7 % 3], &people[i - 1]);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_true(patterns_merge(&whole, &parts[2 - i], NULL));
        assert_true(patterns_merge(&coarse, &parts[i], group_of));
        patterns_sort(&parts[i]);
        patterns_sort(&whole);
    }
    check(&whole, people, NULL);
    check(&coarse, people, group_of);
    for (size_t i = 0; i < 3; i++) {
        patterns_free(&parts[i]);
    }
    patterns_free(&whole);
    patterns_free(&coarse);
}

/* Where cohorts only change places, sums are borrowed; where they meet, they are added. */
static void test_coarsen(void **state)
{
    static struct person people[N_PEOPLE];
    static const uint32_t groups[][5] = {{3, 0, 4, 1, 2}, {1, 0, 1, 1, 0}};
    struct patterns whole = {0};
    (void)state;
    make_people(people);
    for (size_t i = 0; i < N_PEOPLE; i++) {
        add(&whole, &people[i]);
    }
    patterns_sort(&whole);
    for (size_t i = 0; i < COUNT(groups); i++) {
        struct patterns coarse;
        assert_true(patterns_coarsen(&whole, groups[i], &coarse));
        assert_int_equal(coarse.terms == whole.terms, i == 0);
        check(&coarse, people, groups[i]);
        patterns_free(&coarse);
    }
    check(&whole, people, NULL);
    patterns_free(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_coarsen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

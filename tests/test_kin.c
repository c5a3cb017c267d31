/* Members of families that are written down and met again, against the same families counted at once; and bytes
   of another rank that are no members. */
#include "tests/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine/kin.h"
#include "tests/random.h"
#include "tests/toy.h"

#define N_STAGES 3
#define N_FAMILIES 300
#define MOST_MEMBERS 7
#define N_KIN 2
#define ROOM ((size_t)1024 * 1024)

static const struct stage stages[N_STAGES] = {{.name = "start"}};

/* Two measures of the toy. */
struct small_study {
    struct study_scale scales[2];
    struct measure measures[2];
    struct study study;
};

static void study_of(struct small_study *small)
{
    *small = (struct small_study){.measures = {{.label = "one"}, {.label = "two"}}};
    for (size_t i = 0; i < 2; i++) {
        small->measures[i].instrument = &toy;
        small->measures[i].first_scale = i;
        small->scales[i] =
            (struct study_scale){.scale = &toy.scales[0], .collected = true, .measure = i};
    }
    small->study = (struct study){.title = "",
                                  .stages = stages,
                                  .n_stages = N_STAGES,
                                  .after = N_STAGES - 1,
                                  .measures = small->measures,
                                  .n_measures = 2,
                                  .scales = small->scales,
                                  .n_scales = 2,
                                  .given_reliability = NAN,
                                  .as_of = NO_DATE};
}

/* Half of them are called by more than a word. */
static struct family_id id_of_family(size_t i)
{
    char text[32];
    const int n = snprintf(text, sizeof text, i % 2 == 0 ? "F%zu" : "family %zu of two", i);
    return family_id_of(text, (size_t)n);
}

static const struct family_sum a_sum = {.scale = 1, .stage = 2, .later = FAMILY_ADDED_VALUE};

static void draw_row(uint64_t *random, uint32_t cohort, unsigned char row[])
{
    memcpy(row, &cohort, sizeof cohort);
    for (size_t stage = 0; stage < N_STAGES; stage++) {
        row[ROW_CODES + stage] =
            (unsigned char)draw_below(random, (uint32_t)(N_REASONS + toy.scales[0].n_values));
    }
}

/* One family: its members on either measure, each written down somewhere, and all counted as what they are. */
static void draw_family(uint64_t *random, size_t number, struct kin kin[],
                        struct family_counter *counter, struct family_tally *tally)
{
    const struct family_id family = id_of_family(number);
    const size_t n = 1 + draw_below(random, MOST_MEMBERS);
    unsigned char rows[2][MOST_MEMBERS][ROW_CODES + N_STAGES];
    const unsigned char *members[2][MOST_MEMBERS];
    struct family_part parts[MOST_MEMBERS];
    for (size_t i = 0; i < n; i++) {
        struct kin *const where = &kin[draw_below(random, N_KIN)];
        const uint32_t cohort = draw_below(random, 8) == 0 ? 1 : 0;
        for (size_t m = 0; m < 2; m++) {
            draw_row(random, cohort, rows[m][i]);
            members[m][i] = rows[m][i];
            assert_true(kin_put_row(where, m, family, cohort, rows[m][i] + ROW_CODES));
        }
        parts[i] = (struct family_part){cohort, 1, (int64_t)draw_below(random, 1000) - 500};
        assert_true(kin_begin(where, family, cohort));
        assert_true(kin_put(where, &a_sum, 1, parts[i].sum));
        assert_true(kin_end(where));
        assert_true(kin_begin(where, family, cohort) && kin_end(where)); /* nothing */
    }
    for (size_t m = 0; m < 2; m++) {
        assert_true(family_counter_add(counter, m, members[m], 1, n, tally));
    }
    assert_true(family_tally_add_split(tally, &a_sum, parts, n));
}

static void meet_all(const struct study *study, struct kin kin[], struct family_counter *counter,
                     struct family_tally *tally)
{
    struct kin_meeting meeting = {.study = study, .counter = counter, .tally = tally};
    for (size_t stream = 0; stream < kin_n_streams(study); stream++) {
        for (size_t bundle = 0; bundle < KIN_BUNDLES; bundle++) {
            struct kin_piece pieces[1000];
            size_t n = 0;
            for (size_t i = 0; i < N_KIN; i++) {
                const struct kin_bundle *const b =
                    kin[i].streams[stream] == NULL ? NULL : &kin[i].streams[stream][bundle];
                for (const struct kin_page *page = b == NULL ? NULL : b->pages; page != NULL;
                     page = page->next) {
                    assert_true(n < COUNT(pieces));
                    pieces[n++] = (struct kin_piece){page->bytes, kin_page_bytes(b, page)};
                }
            }
            assert_true(kin_meet(&meeting, stream, pieces, n));
        }
    }
    kin_meeting_free(&meeting);
}

static void test_meeting(void **state)
{
    struct small_study small;
    struct kin kin[N_KIN];
    struct family_counter *counters[2];
    struct family_tally tallies[2] = {{0}, {0}};
    uint64_t random = 5;
    (void)state;
    study_of(&small);
    for (size_t i = 0; i < 2; i++) {
        assert_true(kin_init(&kin[i], &small.study));
        counters[i] = family_counter_new(&small.study, ROOM);
        assert_non_null(counters[i]);
    }
    for (size_t i = 0; i < N_FAMILIES; i++) {
        draw_family(&random, i, kin, counters[0], &tallies[0]);
    }
    meet_all(&small.study, kin, counters[1], &tallies[1]);
    for (size_t i = 0; i < 2; i++) {
        assert_true(family_counter_finish(counters[i], &tallies[i]));
        assert_true(family_tally_sort(&tallies[i]));
        family_counter_free(counters[i]);
        kin_free(&kin[i]);
    }
    assert_true(tallies[0].n_cells > 100 && tallies[0].n_splits > 100);
    assert_int_equal(tallies[0].n_cells, tallies[1].n_cells);
    assert_int_equal(tallies[0].n_parts, tallies[1].n_parts);
    for (size_t i = 0; i < tallies[0].n_cells; i++) {
        const struct family_cell *const x = &tallies[0].cells[i], *const y = &tallies[1].cells[i];
        assert_true(x->cohort == y->cohort && family_sum_compare(&x->of, &y->of) == 0 &&
                    x->members == y->members && x->sum == y->sum && x->count == y->count);
    }
    for (size_t i = 0; i < tallies[0].n_parts; i++) {
        const struct family_part *const x = &tallies[0].parts[i], *const y = &tallies[1].parts[i];
        assert_true(x->cohort == y->cohort && x->members == y->members && x->sum == y->sum);
    }
    family_tally_free(&tallies[0]);
    family_tally_free(&tallies[1]);
}

/* --- from others --- */

static const uint32_t cohorts[] = {7, 5}, names[] = {9};
static const struct kin_numbers numbers = {cohorts, names, COUNT(cohorts), COUNT(names)};

static bool renumbers(const struct study *study, size_t stream, const unsigned char bytes[],
                      size_t n)
{
    unsigned char copy[100]; /* where a tool sees who reads behind it */
    unsigned char *const at = copy + sizeof copy - n;
    memcpy(at, bytes, n);
    return kin_renumber(at, n, stream, study, &numbers);
}

static void test_renumbered_rows(void **state)
{
    struct small_study small;
    unsigned char bytes[] = {'F', '1', 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, N_REASONS, N_REASONS + 6};
    (void)state;
    study_of(&small);
    assert_true(renumbers(&small.study, 0, bytes, 0));
    assert_true(renumbers(&small.study, 0, bytes, sizeof bytes));
    assert_false(renumbers(&small.study, 1, bytes, sizeof bytes)); /* of two words */
    assert_false(renumbers(&small.study, 0, bytes, sizeof bytes - 1));
    bytes[14]++;
    assert_false(renumbers(&small.study, 0, bytes, sizeof bytes)); /* no score of the scale */
    bytes[14]--;
    bytes[8]++;
    assert_false(renumbers(&small.study, 0, bytes, sizeof bytes)); /* no cohort */
    bytes[8]--;
    assert_true(kin_renumber(bytes, sizeof bytes, 0, &small.study, &numbers));
    assert_int_equal(bytes[8], 5);
}

static void test_renumbered_sums(void **state)
{
    struct small_study small;
    struct family_sum of = {.scale = 1, .later = FAMILY_ATTAINED + GOALS_BY_CATEGORY, .about = 0};
    const struct family_sum good = of;
    struct kin_sums_member member = {0};
    unsigned char bytes[60];
    size_t n;
    (void)state;
    study_of(&small);
    assert_true(kin_sums_begin(&member, id_of_family(1), 1));
    kin_sums_put(&member, &of, 3, -2);
    assert_true(kin_sums_end(&member));
    n = member.n;
    memcpy(bytes, member.bytes, n);
    assert_int_equal(kin_sums_bytes(bytes), n);
    assert_true(renumbers(&small.study, 4, bytes, n));
    for (size_t cut = 1; cut < n; cut++) {
        assert_false(renumbers(&small.study, 4, bytes, cut));
    }
    assert_true(kin_renumber(bytes, n, 4, &small.study, &numbers));
    assert_int_equal(bytes[sizeof(struct family_id)], 5);
    for (size_t i = 0; i < 5; i++) {
        of = good;
        of.scale = i == 0 ? 2 : good.scale;
        of.stage = i == 1 ? 2 : good.stage;
        of.later = i == 2 ? good.later + 1 : i == 3 ? FAMILY_SHARE + N_FAMILY_SHARES : good.later;
        of.about = i == 4 ? 1 : good.about;
        kin_sums_again(&member);
        kin_sums_put(&member, &of, 3, -2);
        assert_true(kin_sums_end(&member));
        assert_false(renumbers(&small.study, 4, member.bytes, member.n));
    }
    /* a head that says more than there is, and a number without an end */
    memcpy(bytes + sizeof(struct family_id) + 4, &(uint32_t){20}, 4);
    assert_false(renumbers(&small.study, 4, bytes, n));
    memset(bytes + sizeof(struct family_id) + 8, 0xff, 20);
    bytes[sizeof(struct family_id)] = 0;
    assert_false(renumbers(&small.study, 4, bytes, sizeof(struct family_id) + 28));
    free(member.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_meeting),
        cmocka_unit_test(test_renumbered_rows),
        cmocka_unit_test(test_renumbered_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

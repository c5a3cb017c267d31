/* Expected values: sums over the same forms one by one, here. */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>
#include "engine/item_tally.h"
#include "scales/transpose.h"
#include "tests/random.h"

#define N_ITEMS 25
#define N_STAGES 3

static const uint8_t item_places[N_ITEMS] = {0};
static const uint8_t not_reversed[N_ITEMS] = {0};
static const struct item_group group = {
    .name = "items", .n_items = N_ITEMS, .lowest = 1, .highest = 5};
static const struct scale scale = {.name = "total",
                                   .kind = SCALE_ITEMS,
                                   .items = item_places,
                                   .reversed = not_reversed,
                                   .n_items = N_ITEMS};
static const struct instrument instrument = {
    .name = "toy", .groups = &group, .n_groups = 1, .scales = &scale, .n_scales = 1};
static const struct measure measures[] = {
    {.label = "toy", .instrument = &instrument},
    {.label = "toys", .instrument = &instrument, .pooled = true}};
static const struct study study = {.n_stages = N_STAGES, .measures = measures, .n_measures = 2};

struct one_form {
    answer answers[ROW_STRIDE(N_ITEMS)];
    uint32_t cohort;
    size_t stage;
};

static struct one_form random_form(uint64_t *seed, uint32_t n_cohorts)
{
    struct one_form form = {.cohort = draw_below(seed, n_cohorts),
                            .stage = draw_below(seed, N_STAGES + 1)};
    for (size_t i = 0; i < sizeof form.answers; i++) { /* what is behind the items, too */
        form.answers[i] = (answer)(1 + draw_below(seed, 5));
    }
    if (draw_below(seed, 20) == 0) {
        form.answers[draw_below(seed, N_ITEMS)] =
            draw_below(seed, 2) == 0 ? ANSWER_MISSING : (answer)(draw_below(seed, 2) * 6);
    }
    return form;
}

static bool is_complete(const struct one_form *form)
{
    for (size_t i = 0; i < N_ITEMS; i++) {
        if (form->answers[i] < 1 || form->answers[i] > 5) {
            return false;
        }
    }
    return true;
}

/* Of all forms of a cohort (or any) and stage. */
static uint64_t sum_up(const struct one_form forms[], size_t n, uint32_t cohort, size_t stage,
                       uint64_t sums[])
{
    uint64_t count = 0;
    memset(sums, 0, item_sums_size(N_ITEMS) * sizeof *sums);
    for (size_t f = 0; f < n; f++) {
        if ((cohort != ITEM_NO_COHORT && forms[f].cohort != cohort) || forms[f].stage != stage ||
            !is_complete(&forms[f])) {
            continue;
        }
        count++;
        for (size_t i = 0; i < N_ITEMS; i++) {
            sums[i] += (uint64_t)forms[f].answers[i] - 1;
            for (size_t j = i; j < N_ITEMS; j++) {
                sums[item_product_place(N_ITEMS, j, i)] +=
                    (uint64_t)(forms[f].answers[i] - 1) * (uint64_t)(forms[f].answers[j] - 1);
            }
        }
    }
    return count;
}

static void check_cell(const struct item_tally *tally, uint32_t cohort, size_t stage, uint64_t n,
                       const uint64_t expected[])
{
    const uint64_t *sums;
    const struct item_cell *const cell =
        item_sheet_find(item_tally_sheet(tally, 0, 0), cohort, stage, &sums);
    assert_int_equal(cell == NULL ? 0 : cell->n, n);
    if (cell != NULL) {
        assert_memory_equal(sums, expected, item_sums_size(N_ITEMS) * sizeof *sums);
    }
}

static void add_forms(struct item_tally *tally, const struct one_form forms[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint32_t stage = (uint32_t)forms[i].stage;
        const uint8_t counted = is_complete(&forms[i]) ? UINT8_MAX : 0;
        const struct item_forms one = {.answers = forms[i].answers,
                                       .cohorts = &forms[i].cohort,
                                       .stages = &stage,
                                       .counted = &counted,
                                       .n = 1};
        assert_true(item_sheet_add_forms(item_tally_sheet(tally, 0, 0), &one));
    }
    item_tally_settle(tally);
}

/* Counted by two and merged, in more forms than wait together; and in coarser cohorts. */
static void test_sums(void **state)
{
    enum { N = 30000, N_COHORTS = 3 };
    struct one_form *const forms = malloc(N * sizeof *forms);
    uint64_t seed = 7, sums[N_ITEMS + N_ITEMS * (N_ITEMS + 1) / 2];
    const uint32_t all[N_COHORTS] = {0};
    struct item_tally a, b, coarse;
    (void)state;
    assert_non_null(forms);
    assert_int_equal(COUNT(sums), item_sums_size(N_ITEMS));
    for (size_t i = 0; i < N; i++) {
        forms[i] = random_form(&seed, N_COHORTS);
    }
    assert_true(item_tally_init(&a, &study) && item_tally_init(&b, &study));
    assert_null(item_tally_sheet(&a, 1, 0));
    add_forms(&a, forms, N / 3);
    add_forms(&b, forms + N / 3, N - N / 3);
    assert_true(item_tally_merge(&a, &b));
    for (uint32_t cohort = 0; cohort < N_COHORTS; cohort++) {
        for (size_t stage = 0; stage <= N_STAGES; stage++) {
            const uint64_t n = sum_up(forms, N, cohort, stage, sums);
            check_cell(&a, cohort, stage, n, sums);
        }
    }
    assert_true(item_tally_coarsen(&a, all, true, &coarse));
    for (size_t stage = 0; stage <= N_STAGES; stage++) {
        const uint64_t n = sum_up(forms, N, ITEM_NO_COHORT, stage, sums);
        check_cell(&coarse, 0, stage, n, sums);
    }
    item_tally_free(&a);
    item_tally_free(&b);
    item_tally_free(&coarse);
    free(forms);
}

/* Too many cells: cohorts are given up whether one counts them all or two that each could keep them,
   and whoever has given them up first. */
static void test_many_cohorts(void **state)
{
    enum { N = 20000, MANY = 1800 };
    struct one_form *const forms = malloc(N * sizeof *forms);
    uint64_t seed = 8, sums[N_ITEMS + N_ITEMS * (N_ITEMS + 1) / 2];
    (void)state;
    assert_non_null(forms);
    for (size_t i = 0; i < N; i++) {
        forms[i] = random_form(&seed, MANY);
        forms[i].stage = i % 2;
    }
    for (size_t split = 0; split <= N; split += N / 8) {
        struct item_tally a, b, coarse;
        uint32_t all[MANY] = {0};
        assert_true(item_tally_init(&a, &study) && item_tally_init(&b, &study));
        add_forms(&a, forms, split);
        add_forms(&b, forms + split, N - split);
        assert_true(split % 4 == 0 ? item_tally_merge(&a, &b) : item_tally_merge(&b, &a));
        struct item_tally *const both = split % 4 == 0 ? &a : &b;
        assert_true(item_tally_sheet(both, 0, 0)->without_cohorts);
        assert_true(item_tally_coarsen(both, all, true, &coarse));
        for (size_t stage = 0; stage < 2; stage++) {
            const uint64_t n = sum_up(forms, N, ITEM_NO_COHORT, stage, sums);
            check_cell(both, ITEM_NO_COHORT, stage, n, sums);
            check_cell(&coarse, 0, stage, n, sums);
        }
        item_tally_free(&coarse);
        /* of a breakdown by cohort nothing is known */
        assert_true(item_tally_coarsen(both, all, false, &coarse));
        check_cell(&coarse, 0, 0, 0, NULL);
        item_tally_free(&coarse);
        item_tally_free(&a);
        item_tally_free(&b);
    }
    free(forms);
}

/* Every way to add up a block that this machine has, against the sums of its forms one by one. Behind the
   last item of a row stands anything. */
static void check_ways(size_t n_items, uint8_t lowest, uint8_t most, uint64_t *random)
{
    static uint8_t rows[BLOCK_FORMS * ROW_STRIDE(MAX_ITEMS)];
    uint64_t expected[ITEM_SUMS_MOST] = {0}, sums[ITEM_SUMS_MOST];
    item_products_function *ways[ITEM_PRODUCTS_WAYS];
    const size_t n_ways = item_products_ways(most, ways), n_sums = item_sums_size(n_items);
    for (size_t f = 0; f < BLOCK_FORMS; f++) {
        uint8_t *const row = rows + f * ROW_STRIDE(n_items);
        for (size_t i = 0; i < ROW_STRIDE(n_items); i++) {
            const uint64_t any = draw_below(random, 256 * 255);
            row[i] = (uint8_t)(i < n_items ? lowest + any % (most + 1u) : any);
        }
        for (size_t i = 0; i < n_items; i++) {
            const uint64_t a = (uint8_t)(row[i] - lowest);
            expected[i] += a;
            for (size_t j = i; j < n_items; j++) {
                expected[item_product_place(n_items, i, j)] += a * (uint8_t)(row[j] - lowest);
            }
        }
    }
    for (size_t w = 0; w < n_ways; w++) {
        for (size_t i = 0; i < ITEM_SUMS_MOST; i++) {
            sums[i] = i;
        }
        ways[w](rows, n_items, lowest, sums);
        for (size_t i = 0; i < ITEM_SUMS_MOST; i++) {
            if (sums[i] != i + (i < n_sums ? expected[i] : 0)) {
                fail_msg("way %zu, %zu items, codes to %u: sum %zu", w, n_items, most, i);
            }
        }
    }
}

static void test_ways(void **state)
{
    (void)state;
    static const uint8_t most[] = {1, 4, 90, 91, 254};
    uint64_t random = 3;
    for (size_t n_items = 1; n_items <= MAX_ITEMS; n_items += n_items < 40 ? 1 : 11) {
        for (size_t i = 0; i < COUNT(most); i++) {
            check_ways(n_items, (uint8_t)(i == 4 ? 129 : i), most[i], &random);
        }
    }
    check_ways(MAX_ITEMS, 0, 90, &random);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_many_cohorts),
        cmocka_unit_test(test_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

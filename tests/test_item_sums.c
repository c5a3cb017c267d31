/* The sums that forms leave, against those of a plain reading of engine/item_checks.h, form by
   form. */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>
#include "engine/item_checks.h"
#include "scales/transpose.h"

/* Scales that own their items (in their order: yes yes no yes no no no), beside those that share
   them, recode them, or have but two; parts; four groups, one up to the highest code that
   there is, next to which is ANSWER_MISSING. */
static const uint8_t a_items[] = {0, 2, 4}, a_reversed[] = {0, 1, 0}, b_items[] = {5, 1, 3},
                     b_reversed[] = {1, 0, 0}, c_items[] = {1, 2, 0}, d_items[] = {0, 1, 2},
                     none_reversed[3], e_items[] = {2, 1, 0}, recode[] = {0, 0, 1, 2},
                     two_items[] = {0, 1}, parts[] = {0, 1};
static const struct item_group four_groups[] = {
    {.name = "items", .n_items = 6, .lowest = 1, .highest = 5},
    {.name = "impact", .n_items = 3, .lowest = 0, .highest = 3},
    {.name = "high", .n_items = 2, .lowest = 125, .highest = 127},
    {.name = "more", .n_items = 4, .lowest = 0, .highest = 3}};
#define ITEMS(at, list, keys, n, fewest)                                                     \
    .kind = SCALE_ITEMS, .group = (at), .items = (list), .reversed = (keys), .n_items = (n), \
    .min_answered = (fewest)
static const struct scale mixed_scales[] = {
    {.name = "a", ITEMS(0, a_items, a_reversed, 3, 3)},
    {.name = "b", ITEMS(0, b_items, b_reversed, 3, 2), .rounding = ROUNDING_HALF_UP},
    {.name = "shared", ITEMS(0, c_items, none_reversed, 3, 1)},
    {.name = "d", ITEMS(1, d_items, none_reversed, 3, 1), .blank_is_zero = true},
    {.name = "recoded",
     ITEMS(3, e_items, none_reversed, 3, 2),
     .recode = recode,
     .has_screen = true,
     .screen_item = 3,
     .screen_answer = 0},
    {.name = "two", ITEMS(2, two_items, none_reversed, 2, 1), .rounding = ROUNDING_HALF_EVEN},
    {.name = "sum", .kind = SCALE_SCALES, .parts = parts, .n_parts = 2, .min_parts = 1}};
static const bool mixed_owns[] = {true, true, false, true, false, false, false};

/* The most items and codes: every sum is as large as it can be. */
static const struct item_group wide_groups[] = {
    {.name = "items", .n_items = MAX_ITEMS, .lowest = -126, .highest = 127}};
static const bool wide_owns[] = {true};

/* An instrument whose scales can be written to, with what is owned, and its study. */
struct summed {
    struct instrument instrument;
    struct scale scales[MAX_SCALES];
    int64_t *values[MAX_SCALES]; /* owned */
    uint8_t wide_items[MAX_ITEMS], wide_reversed[MAX_ITEMS];
    const bool *owns;
    struct measure measure;
    struct study_scale study_scales[MAX_SCALES];
    struct study study;
    answer codes[MAX_GROUPS][MAX_ITEMS * BATCH_FORMS];
    struct scored_columns scored;
    uint64_t random;
};

/* splitmix64, by Vigna */
static uint64_t draw(uint64_t *random)
{
    uint64_t x = *random += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static void mixed_or_wide(struct summed *s, bool wide)
{
    s->instrument = (struct instrument){.name = "summed",
                                        .groups = wide ? wide_groups : four_groups,
                                        .n_groups = wide ? COUNT(wide_groups) : COUNT(four_groups),
                                        .scales = s->scales,
                                        .n_scales = wide ? 1 : COUNT(mixed_scales),
                                        .age_lowest = 4,
                                        .age_highest = 17};
    s->owns = wide ? wide_owns : mixed_owns;
    if (!wide) {
        memcpy(s->scales, mixed_scales, sizeof mixed_scales);
        return;
    }
    for (size_t i = 0; i < MAX_ITEMS; i++) {
        s->wide_items[i] = (uint8_t)(MAX_ITEMS - 1 - i);
        s->wide_reversed[i] = i % 3 == 0;
    }
    s->scales[0] = (struct scale){.name = "wide",
                                  ITEMS(0, s->wide_items, s->wide_reversed, MAX_ITEMS, MAX_ITEMS)};
}

static struct summed *summed_new(bool wide)
{
    struct summed *const s = calloc(1, sizeof *s);
    assert_non_null(s);
    mixed_or_wide(s, wide);
    for (size_t i = 0; i < s->instrument.n_scales; i++) {
        s->scales[i].units_per_point = scale_units(&s->instrument, i);
        const size_t n = scale_values(&s->instrument, i, NULL, 0);
        s->values[i] = calloc(n, sizeof *s->values[i]);
        assert_non_null(s->values[i]);
        s->scales[i].n_values = scale_values(&s->instrument, i, s->values[i], n);
        s->scales[i].values = s->values[i];
        s->study_scales[i] = (struct study_scale){.scale = &s->scales[i], .collected = true};
    }
    s->measure = (struct measure){.label = "summed", .instrument = &s->instrument};
    s->study = (struct study){.title = "",
                              .measures = &s->measure,
                              .n_measures = 1,
                              .n_joins = 1,
                              .scales = s->study_scales,
                              .n_scales = s->instrument.n_scales};
    return s;
}

static void summed_free(struct summed *s)
{
    for (size_t i = 0; i < MAX_SCALES; i++) {
        free(s->values[i]);
    }
    free(s);
}

/* Mixes of answers: of 1,000, how many are missing, just beside the range, and any byte. Forms are
   blank by the way, too: some have a code beside the range and no valid one. */
static const struct {
    unsigned missing, beside, any;
} mixes[] = {{0, 0, 0}, {20, 20, 5}, {300, 100, 0}, {900, 50, 20}, {1000, 0, 0}, {0, 0, 1000}};

static answer draw_answer(struct summed *s, const struct item_group *group, size_t mix)
{
    const unsigned kind = (unsigned)(draw(&s->random) % 1000), missing = mixes[mix].missing,
                   beside = missing + mixes[mix].beside, any = beside + mixes[mix].any;
    const uint64_t number = draw(&s->random);
    int code = ANSWER_MISSING;
    if (kind >= any) {
        code = group->lowest + (int)(number % (uint64_t)(group->highest - group->lowest + 1));
    } else if (kind >= beside) {
        code = (int)(number % 256) - 128;
    } else if (kind >= missing) {
        const bool above = number % 2 == 0 && group->highest < INT8_MAX;
        code = above ? group->highest + 1 : group->lowest - 1;
    }
    return (answer)code;
}

/* A batch with all groups whose bit is set in `groups`, drawn and scored; behind the n forms there
   are answers, too. */
static struct answer_columns draw_batch(struct summed *s, size_t mix, unsigned groups, size_t n)
{
    struct answer_columns columns = {{NULL}};
    for (size_t g = 0; g < s->instrument.n_groups; g++) {
        const struct item_group *const group = &s->instrument.groups[g];
        for (size_t at = 0; at < group->n_items * BATCH_FORMS; at++) {
            s->codes[g][at] = draw_answer(s, group, mix);
        }
        columns.answers[g] = (groups >> g & 1U) != 0 ? s->codes[g] : NULL;
    }
    forms_score(&s->instrument, NULL, &columns, n, &s->scored);
    return columns;
}

/* --- the expected sums: form by form, as the header words them --- */

static bool is_valid(const struct item_group *group, int code)
{
    return code >= group->lowest && code <= group->highest;
}

static void expect_codes(struct item_checks *expected, size_t g, const struct item_group *group,
                         const answer columns[], size_t f)
{
    for (size_t i = 0; i < group->n_items; i++) {
        struct item_sums *const item = &expected->items[g * MAX_ITEMS + i];
        const int code = columns[i * BATCH_FORMS + f];
        item->n += is_valid(group, code);
        item->n_lowest += code == group->lowest;
        item->n_highest += code == group->highest;
        item->n_one_below += code == group->lowest - 1;
        item->n_one_above += code == group->highest + 1;
    }
}

static void expect_products(struct item_checks *expected, size_t index, const struct scale *scale,
                            const struct item_group *group, const answer columns[], size_t f)
{
    int64_t values[MAX_ITEMS], total = 0;
    for (size_t i = 0; i < scale->n_items; i++) {
        const int code = columns[(size_t)scale->items[i] * BATCH_FORMS + f];
        if (!is_valid(group, code)) {
            return;
        }
        values[i] = scale->reversed[i] != 0 ? group->highest - code : code - group->lowest;
        total += values[i];
    }
    expected->scales[index].n++;
    expected->scales[index].sum += total;
    expected->scales[index].sum_square += total * total;
    for (size_t i = 0; i < scale->n_items; i++) {
        struct item_sums *const item = &expected->items[scale->group * MAX_ITEMS + scale->items[i]];
        item->sum += values[i];
        item->sum_square += values[i] * values[i];
        item->sum_product += values[i] * total;
    }
}

static void expect_audit(struct scoring_audit *audit, const struct scale *scale,
                         const struct scored *scored)
{
    if (scored->outcome == REASON_INCOMPLETE) {
        audit->unscored++;
    }
    if (is_scored(scored->outcome) && scored->prorated) {
        audit->prorated++;
        if (scale->kind == SCALE_ITEMS) {
            audit->prorated_from[scored->n_answered]++;
        }
    }
    if (is_scored(scored->outcome) && !scored->prorated) {
        audit->complete++;
    }
}

static void expect_form(struct item_checks *expected, const struct summed *s,
                        const struct answer_columns *columns, size_t f)
{
    answer form[MAX_GROUPS][MAX_ITEMS];
    struct answers answers = {{NULL}};
    struct scored scored[MAX_SCALES];
    for (size_t g = 0; g < s->instrument.n_groups; g++) {
        for (size_t i = 0; columns->answers[g] != NULL && i < s->instrument.groups[g].n_items;
             i++) {
            form[g][i] = columns->answers[g][i * BATCH_FORMS + f];
            answers.groups[g] = form[g];
        }
    }
    if (answers_count(&s->instrument, &answers) == 0) {
        return; /* blank */
    }
    instrument_score(&s->instrument, &answers, scored);
    for (size_t g = 0; g < s->instrument.n_groups; g++) {
        if (columns->answers[g] != NULL) {
            expect_codes(expected, g, &s->instrument.groups[g], columns->answers[g], f);
        }
    }
    for (size_t i = 0; i < s->instrument.n_scales; i++) {
        const struct scale *const scale = &s->scales[i];
        expect_audit(&expected->scales[i].audit, scale, &scored[i]);
        if (s->owns[i] && columns->answers[scale->group] != NULL) {
            expect_products(expected, i, scale, &s->instrument.groups[scale->group],
                            columns->answers[scale->group], f);
        }
    }
}

static void expect_equal(const struct item_checks *checks, const struct item_checks *expected)
{
    const size_t n_scales = expected->study->n_scales;
    for (size_t i = 0; i < (size_t)MAX_GROUPS * MAX_ITEMS; i++) {
        if (memcmp(&checks->items[i], &expected->items[i], sizeof checks->items[i]) != 0) {
            fail_msg("item %zu of group %zu", i % MAX_ITEMS + 1, i / MAX_ITEMS);
        }
    }
    for (size_t i = 0; i < n_scales; i++) {
        if (memcmp(&checks->scales[i], &expected->scales[i], sizeof checks->scales[i]) != 0) {
            fail_msg("scale %s", expected->study->scales[i].scale->name);
        }
    }
    assert_memory_equal(checks->ages, expected->ages, sizeof *checks->ages);
    assert_memory_equal(checks->ages_outside, expected->ages_outside, sizeof *checks->ages);
}

static const size_t sizes[] = {BATCH_FORMS, 1, 511, 129, 0, 128, 37};

static void test_sums(void **state)
{
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        struct summed *const s = summed_new(wide != 0);
        struct item_checks checks, expected;
        const unsigned n_choices = 1U << s->instrument.n_groups;
        assert_true(item_checks_init(&checks, &s->study));
        assert_true(item_checks_init(&expected, &s->study));
        for (size_t b = 0; b < 84; b++) {
            const size_t n = sizes[b % COUNT(sizes)];
            const unsigned groups =
                b % 3 == 0 ? (unsigned)(draw(&s->random) % n_choices) : n_choices - 1;
            const struct answer_columns columns = draw_batch(s, b % COUNT(mixes), groups, n);
            item_checks_add_forms(&checks, 0, &columns, &s->scored, NULL, n);
            for (size_t f = 0; f < n; f++) {
                expect_form(&expected, s, &columns, f);
            }
            expect_equal(&checks, &expected);
        }
        /* Not by nothing on both sides. */
        assert_true(checks.scales[0].n > 1000 && checks.items[1].sum_product > 0);
        assert_true(wide || (checks.scales[1].audit.prorated_from[2] > 0 &&
                             checks.items[0].n_one_above > 0 && checks.items[0].n_one_below > 0));
        item_checks_free(&expected);
        item_checks_free(&checks);
        summed_free(s);
    }
}

/* Some of the complete forms of a batch go to the item tally: which, by group. */
struct divided {
    uint8_t counted[MAX_GROUPS][BATCH_FORMS];
    answer rows[BATCH_FORMS * ROW_STRIDE(MAX_ITEMS)];
    uint32_t cohorts[BATCH_FORMS], stages[BATCH_FORMS];
};

static struct item_counted divide(struct summed *s, const struct answer_columns *columns, size_t n,
                                  struct divided *d, struct item_tally *tally)
{
    struct item_counted counted = {{NULL}};
    for (size_t g = 0; g < s->instrument.n_groups; g++) {
        const size_t n_items = s->instrument.groups[g].n_items;
        struct item_sheet *const sheet = item_tally_sheet(tally, 0, g);
        memset(d->counted[g], 0, BATCH_FORMS);
        for (size_t f = 0; f < n; f++) {
            d->counted[g][f] = draw(&s->random) % 4 == 0 ? 0 : s->scored.complete[g][f];
            d->cohorts[f] = (uint32_t)(draw(&s->random) % 3);
            d->stages[f] = (uint32_t)(draw(&s->random) % 2);
            for (size_t i = 0; i < n_items && columns->answers[g] != NULL; i++) {
                d->rows[f * ROW_STRIDE(n_items) + i] = columns->answers[g][i * BATCH_FORMS + f];
            }
        }
        if (sheet != NULL && columns->answers[g] != NULL) {
            counted.forms[g] = d->counted[g];
            assert_true(item_sheet_add_forms(sheet, &(struct item_forms){.answers = d->rows,
                                                                         .cohorts = d->cohorts,
                                                                         .stages = d->stages,
                                                                         .counted = d->counted[g],
                                                                         .n = n}));
        }
    }
    return counted;
}

/* Products that the item tally has are the same as those taken of the forms themselves. */
static void test_products_of_tally(void **state)
{
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        struct summed *const s = summed_new(wide != 0);
        struct divided *const d = calloc(1, sizeof *d);
        struct item_checks checks, expected;
        struct item_tally tally;
        assert_non_null(d);
        assert_true(item_checks_init(&checks, &s->study) && item_tally_init(&tally, &s->study));
        assert_true(item_checks_init(&expected, &s->study));
        for (size_t b = 0; b < 40; b++) {
            const size_t n = sizes[b % COUNT(sizes)];
            const struct answer_columns columns = draw_batch(s, b % 4, b % 3 == 0 ? 5 : 15, n);
            const struct item_counted counted = divide(s, &columns, n, d, &tally);
            item_checks_add_forms(&checks, 0, &columns, &s->scored, &counted, n);
            for (size_t f = 0; f < n; f++) {
                expect_form(&expected, s, &columns, f);
            }
        }
        /* Some are still wanting. */
        assert_true(checks.scales[0].n > 0 && checks.scales[0].n < expected.scales[0].n / 2);
        item_tally_settle(&tally);
        item_checks_add_products(&checks, &tally);
        expect_equal(&checks, &expected);
        item_tally_free(&tally);
        item_checks_free(&expected);
        item_checks_free(&checks);
        free(d);
        summed_free(s);
    }
}

/* The largest sums of a batch: every value as high as it goes. */
static void test_highest_sums(void **state)
{
    (void)state;
    struct summed *const s = summed_new(true);
    struct item_checks checks, expected;
    const struct answer_columns columns = {{s->codes[0]}};
    assert_true(item_checks_init(&checks, &s->study));
    assert_true(item_checks_init(&expected, &s->study));
    for (size_t i = 0; i < MAX_ITEMS; i++) {
        memset(&s->codes[0][(size_t)s->wide_items[i] * BATCH_FORMS],
               s->wide_reversed[i] != 0 ? -126 : 127, BATCH_FORMS);
    }
    forms_score(&s->instrument, NULL, &columns, BATCH_FORMS, &s->scored);
    item_checks_add_forms(&checks, 0, &columns, &s->scored, NULL, BATCH_FORMS);
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        expect_form(&expected, s, &columns, f);
    }
    expect_equal(&checks, &expected);
    assert_int_equal(checks.items[0].sum_product, INT64_C(512) * 253 * 253 * 128);
    item_checks_free(&expected);
    item_checks_free(&checks);
    summed_free(s);
}

/* What two threads took in, put together, is what one would have. */
static void test_merge(void **state)
{
    (void)state;
    struct summed *const s = summed_new(false);
    struct item_checks halves[2], all;
    assert_true(item_checks_init(&all, &s->study));
    for (size_t i = 0; i < 2; i++) {
        assert_true(item_checks_init(&halves[i], &s->study));
    }
    for (size_t b = 0; b < 30; b++) {
        const struct answer_columns columns = draw_batch(s, b % 4, 15, sizes[b % COUNT(sizes)]);
        struct item_checks *const both[] = {&all, &halves[b * 7 / 5 % 2]};
        for (size_t i = 0; i < 2; i++) {
            item_checks_add_forms(both[i], 0, &columns, &s->scored, NULL, sizes[b % COUNT(sizes)]);
            const int16_t ages[BATCH_FORMS] = {b % 3 == 0 ? 99 : 9};
            const uint8_t used[BATCH_FORMS] = {1};
            item_checks_add_ages(both[i], 0, ages, used, -1);
        }
    }
    assert_true(halves[0].scales[0].n > 0 && halves[1].scales[0].n > 0);
    assert_true(halves[0].ages_outside[0] > 0 && halves[1].ages_outside[0] > 0);
    item_checks_merge(&halves[0], &halves[1]);
    expect_equal(&halves[0], &all);
    for (size_t i = 0; i < 2; i++) {
        item_checks_free(&halves[i]);
    }
    item_checks_free(&all);
    summed_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_products_of_tally),
        cmocka_unit_test(test_highest_sums),
        cmocka_unit_test(test_merge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

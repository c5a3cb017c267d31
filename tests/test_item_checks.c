/* Which warnings forms give, counted by hand: form i of a pattern has v = i % 3 and answers made of
   v. */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>
#include "engine/item_checks.h"

/* Four items 0..2; the scale needs them all. With item 4 reversed in `turned`. */
static const uint8_t all[] = {0, 1, 2, 3}, none_reversed[4], last_reversed[] = {0, 0, 0, 1};
static const int64_t values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
#define SCALE_OF(keys, scores)                                                                  \
    {                                                                                           \
        {                                                                                       \
            .name = "sum", .kind = SCALE_ITEMS, .items = all, .reversed = (keys), .n_items = 4, \
            .min_answered = 3, .rounding = ROUNDING_HALF_UP, .units_per_point = 1,              \
            .values = (scores), .n_values = 9                                                   \
        }                                                                                       \
    }
#define SCALE(keys) SCALE_OF(keys, values)
static const struct scale straight[] = SCALE(none_reversed), turned[] = SCALE(last_reversed);
static const struct item_group groups[] = {
    {.name = "items", .n_items = 4, .lowest = 0, .highest = 2},
    {.name = "impact", .n_items = 4, .lowest = 0, .highest = 2}};
#define INSTRUMENT(list, n)                                                                \
    {                                                                                      \
        .name = "toy", .groups = groups, .n_groups = (n), .scales = (list), .n_scales = 1, \
        .age_lowest = 4, .age_highest = 17                                                 \
    }
static const struct instrument plain = INSTRUMENT(straight, 1), keyed = INSTRUMENT(turned, 1),
                               two_groups = INSTRUMENT(straight, 2);
/* The code below its lowest is that of a missing answer. */
static const struct item_group at_the_end[] = {
    {.name = "items", .n_items = 4, .lowest = -127, .highest = -125}};
static const int64_t values_at_the_end[] = {-508, -507, -506, -505, -504, -503, -502, -501, -500};
static const struct scale scale_at_the_end[] = SCALE_OF(none_reversed, values_at_the_end);
static const struct instrument lowest_of_all = {
    .name = "toy", .groups = at_the_end, .n_groups = 1, .scales = scale_at_the_end, .n_scales = 1};
static const struct instrument grown_up = {.name = "toy",
                                           .groups = groups,
                                           .n_groups = 1,
                                           .scales = straight,
                                           .n_scales = 1,
                                           .age_lowest = 13,
                                           .age_highest = 120};
static const struct instrument ageless = {
    .name = "toy", .groups = groups, .n_groups = 1, .scales = straight, .n_scales = 1};

/* The answers of form i; '.' in a pattern stands for a missing answer. */
typedef void form_pattern(size_t i, answer out[4]);

static void same_answers(size_t i, answer out[4])
{
    memset(out, (int)(i % 3), 4);
}

static void item_2_never_0(size_t i, answer out[4])
{
    same_answers(i, out);
    out[1] = out[1] == 0 ? 1 : out[1];
}

static void items_1_and_4_never_2(size_t i, answer out[4])
{
    same_answers(i, out);
    out[0] = out[0] == 2 ? 1 : out[0];
    out[3] = out[3] == 2 ? 1 : out[3];
}

/* Not the same answer to every item: a form of nothing but 3 would be a blank one. */
static void one_up(size_t i, answer out[4])
{
    for (size_t k = 0; k < 4; k++) {
        out[k] = (answer)((i + k) % 3 + 1);
    }
}

static void one_down(size_t i, answer out[4])
{
    for (size_t k = 0; k < 4; k++) {
        out[k] = (answer)((int)((i + k) % 3) - 1);
    }
}

/* A single 3, while 0 occurs: an odd cell, no other coding. */
static void one_odd_answer(size_t i, answer out[4])
{
    same_answers(i, out);
    if (i == 0) {
        out[2] = 3;
    }
}

static void item_4_against(size_t i, answer out[4])
{
    same_answers(i, out);
    out[3] = (answer)(2 - out[3]);
}

/* Item 4 has nothing to do with the others: all nine pairs, as often each. */
static void item_4_apart(size_t i, answer out[4])
{
    same_answers(i, out);
    out[3] = (answer)(i / 3 % 3);
}

/* Half of the forms lack item 4: complete forms are every other one. */
static void item_4_against_and_missing(size_t i, answer out[4])
{
    same_answers(i / 2, out);
    out[3] = i % 2 == 1 ? ANSWER_MISSING : (answer)(2 - out[3]);
}

static void never_highest_with_gaps(size_t i, answer out[4])
{
    memset(out, -127 + (int)(i % 2), 4);
    out[3] = i % 4 == 0 ? ANSWER_MISSING : out[3];
}

/* The warnings of n forms: their message, and its arguments joined with '/'. */
static const struct {
    const char *name;
    const struct instrument *instrument;
    form_pattern *pattern;
    size_t n, n_warnings;
    enum message message;
    const char *arguments;
} cases[] = {
    {"nothing odd, 29", &plain, same_answers, 29, 0, MESSAGE_NONE, ""},
    {"nothing odd, 30", &plain, same_answers, 30, 0, MESSAGE_NONE, ""},
    {"no form", &plain, same_answers, 0, 0, MESSAGE_NONE, ""},
    {"never lowest, 29", &plain, item_2_never_0, 29, 0, MESSAGE_NONE, ""},
    {"never lowest, 30", &plain, item_2_never_0, 30, 1, MESSAGE_WARNING_NEVER_LOWEST, "1/toy/2/0"},
    {"never highest, 29", &plain, items_1_and_4_never_2, 29, 0, MESSAGE_NONE, ""},
    {"never highest, 30", &plain, items_1_and_4_never_2, 30, 1, MESSAGE_WARNING_NEVER_HIGHEST,
     "2/toy/1, 4/2"},
    {"shifted up, 29", &plain, one_up, 29, 0, MESSAGE_NONE, ""},
    {"shifted up, 30", &plain, one_up, 30, 1, MESSAGE_WARNING_SHIFTED_CODES, "toy/items/1-3/0-2"},
    {"shifted down, 29", &plain, one_down, 29, 0, MESSAGE_NONE, ""},
    {"shifted down, 30", &plain, one_down, 30, 1, MESSAGE_WARNING_SHIFTED_CODES,
     "toy/items/-1-1/0-2"},
    {"missing is no shift", &lowest_of_all, never_highest_with_gaps, 40, 1,
     MESSAGE_WARNING_NEVER_HIGHEST, "4/toy/1, 2, 3, 4/-125"},
    {"one odd answer", &plain, one_odd_answer, 60, 0, MESSAGE_NONE, ""},
    {"against the scale, 29", &plain, item_4_against, 29, 0, MESSAGE_NONE, ""},
    {"against the scale, 30", &plain, item_4_against, 30, 1, MESSAGE_WARNING_AGAINST_SCALE,
     "toy/4/sum/30"},
    {"a reversed item is meant to", &keyed, item_4_against, 30, 0, MESSAGE_NONE, ""},
    {"a reversed item that does not", &keyed, same_answers, 30, 1, MESSAGE_WARNING_AGAINST_SCALE,
     "toy/4/sum/30"},
    {"unrelated", &plain, item_4_apart, 36, 0, MESSAGE_NONE, ""},
    {"29 complete of 58", &plain, item_4_against_and_missing, 58, 0, MESSAGE_NONE, ""},
    {"30 complete of 60", &plain, item_4_against_and_missing, 60, 1, MESSAGE_WARNING_AGAINST_SCALE,
     "toy/4/sum/30"},
};

static void print_argument(const struct argument *argument, char *out, size_t size)
{
    if (argument->kind == ARGUMENT_NAME) {
        strncpy(out, argument->name, size - 1);
        out[size - 1] = '\0';
    } else {
        out[0] = '\0';
        if (argument->kind == ARGUMENT_VALUE) {
            value_print(&argument->value, argument->decimals, out, size);
        }
    }
}

static void print_arguments(const struct text *text, char out[200])
{
    out[0] = '\0';
    for (size_t i = 0; i < TEXT_ARGUMENTS && text->arguments[i].kind != ARGUMENT_NONE; i++) {
        char one[40];
        print_argument(&text->arguments[i], one, sizeof one);
        strcat(strcat(out, i > 0 ? "/" : ""), one);
    }
}

/* Holds a study of one instrument. */
struct small_study {
    struct measure measure;
    struct study_scale scale;
    struct study study;
};

static void study_of(struct small_study *small, const struct instrument *instrument)
{
    small->measure = (struct measure){.label = "toy", .instrument = instrument};
    small->scale = (struct study_scale){.scale = &instrument->scales[0], .collected = true};
    small->study = (struct study){.title = "",
                                  .measures = &small->measure,
                                  .n_measures = 1,
                                  .n_joins = 1,
                                  .scales = &small->scale,
                                  .n_scales = 1};
}

/* A batch of forms of up to two groups of four items. */
struct batch {
    answer codes[2][4 * BATCH_FORMS];
    struct scored_columns scored;
};

static void put_form(struct batch *batch, size_t group, size_t f, const answer codes[4])
{
    for (size_t i = 0; i < 4; i++) {
        batch->codes[group][i * BATCH_FORMS + f] = codes[i];
    }
}

/* Feeds n forms, and looks that none of them is changed. */
static void feed(struct item_checks *checks, const struct instrument *instrument, bool narrow,
                 size_t n, form_pattern *pattern)
{
    void *const memory = malloc(scoring_tables_size(instrument));
    struct batch batch = {0}, before;
    const struct answer_columns columns = {{batch.codes[0]}};
    assert_true(n <= BATCH_FORMS);
    for (size_t i = 0; i < n; i++) {
        answer codes[4];
        pattern(i, codes);
        put_form(&batch, 0, i, codes);
    }
    assert_non_null(memory);
    forms_score(instrument, narrow ? scoring_tables_build(instrument, memory) : NULL, &columns, n,
                &batch.scored);
    free(memory);
    before = batch;
    item_checks_add_forms(checks, 0, &columns, &batch.scored, NULL, n);
    assert_memory_equal(&batch, &before, sizeof batch);
}

static void test_warnings(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2 * COUNT(cases); k++) {
        const size_t i = k / 2;
        struct small_study small;
        struct item_checks checks;
        struct arena arena = {0};
        struct warnings list = {.arena = &arena};
        struct text *warnings;
        size_t n;
        char arguments[200] = "";
        study_of(&small, cases[i].instrument);
        assert_true(item_checks_init(&checks, &small.study));
        feed(&checks, cases[i].instrument, k % 2 == 1, cases[i].n, cases[i].pattern);
        item_checks_warn(&list, &checks);
        assert_false(list.no_memory);
        warnings = list.texts;
        n = list.n;
        if (n > 0) {
            print_arguments(&warnings[0], arguments);
        }
        if (n != cases[i].n_warnings || (n > 0 && warnings[0].message != cases[i].message) ||
            strcmp(arguments, cases[i].arguments) != 0) {
            fail_msg("%s: expected %zu warnings and %s, got %zu and %s", cases[i].name,
                     cases[i].n_warnings, cases[i].arguments, n, arguments);
        }
        arena_free(&arena);
        item_checks_free(&checks);
    }
}

/* Ages: n of them, the last of which is `odd`. */
static const struct {
    const char *name;
    const struct instrument *instrument;
    size_t n;
    int64_t odd;
    const char *arguments; /* NULL: no warning */
} ages[] = {
    {"29", &plain, 29, 3, NULL},
    {"30", &plain, 30, 3, "toy/1/30/4-17"},
    {"the youngest", &plain, 30, 4, NULL},
    {"the oldest", &plain, 30, 17, NULL},
    {"too old", &plain, 40, 18, "toy/1/40/4-17"},
    {"not stated", &ageless, 30, 99, NULL},
    {"120 means and over", &grown_up, 30, 121, NULL},
    {"too young for grown-ups", &grown_up, 30, 12, "toy/1/30/13-120"},
};

static void test_ages(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ages); i++) {
        struct small_study small;
        struct item_checks checks;
        struct arena arena = {0};
        struct warnings list = {.arena = &arena};
        struct text *warnings;
        size_t n;
        char arguments[200] = "";
        study_of(&small, ages[i].instrument);
        assert_true(item_checks_init(&checks, &small.study));
        int16_t years[BATCH_FORMS];
        uint8_t n_valid[BATCH_FORMS] = {0}; /* those behind the forms that are meant are blank */
        for (size_t k = 0; k < BATCH_FORMS; k++) {
            years[k] = k < ages[i].n ? 14 : 99;
            n_valid[k] = k < ages[i].n ? 1 : 0;
        }
        years[ages[i].n - 1] = (int16_t)ages[i].odd;
        assert_false(item_checks_add_ages(&checks, 0, years, n_valid, -2));
        for (size_t k = 0; k < BATCH_FORMS; k++) {
            years[k] = (int16_t)(-1 - (int)(k % 2)); /* none, and none that can be read */
        }
        assert_true(item_checks_add_ages(&checks, 0, years, n_valid, -2));
        n_valid[0] = 1;
        memset(&n_valid[1], 0, sizeof n_valid - 1);
        assert_false(item_checks_add_ages(&checks, 0, years, n_valid, -2));
        item_checks_warn(&list, &checks);
        assert_false(list.no_memory);
        warnings = list.texts;
        n = list.n;
        assert_true(n <= 1);
        if (n == 1) {
            assert_int_equal(warnings[0].message, MESSAGE_WARNING_AGE);
            print_arguments(&warnings[0], arguments);
        }
        if ((n == 1) != (ages[i].arguments != NULL) ||
            (n == 1 && strcmp(arguments, ages[i].arguments) != 0)) {
            fail_msg("%s: %zu warnings, %s", ages[i].name, n, arguments);
        }
        arena_free(&arena);
        item_checks_free(&checks);
    }
}

/* The further groups hold rare answers by design: only other codes are looked for there. */
static void test_further_group(void **state)
{
    (void)state;
    for (int shifted = 0; shifted < 2; shifted++) {
        struct small_study small;
        struct item_checks checks;
        struct arena arena = {0};
        struct warnings list = {.arena = &arena};
        struct text *warnings;
        size_t n;
        study_of(&small, &two_groups);
        assert_true(item_checks_init(&checks, &small.study));
        struct batch batch = {0};
        const struct answer_columns columns = {{batch.codes[0], batch.codes[1]}};
        for (size_t i = 0; i < 60; i++) {
            answer codes[4], impact[4];
            same_answers(i, codes);
            memset(impact, shifted ? (int)(i % 3) + 1 : 1, sizeof impact);
            put_form(&batch, 0, i, codes);
            put_form(&batch, 1, i, impact);
        }
        forms_score(&two_groups, NULL, &columns, 60, &batch.scored);
        item_checks_add_forms(&checks, 0, &columns, &batch.scored, NULL, 60);
        item_checks_warn(&list, &checks);
        assert_false(list.no_memory);
        warnings = list.texts;
        n = list.n;
        assert_int_equal(n, shifted);
        if (n == 1) {
            assert_int_equal(warnings[0].message, MESSAGE_WARNING_SHIFTED_CODES);
            assert_string_equal(warnings[0].arguments[1].name, "impact");
        }
        arena_free(&arena);
        item_checks_free(&checks);
    }
}

/* Complete, prorated from three, too few. */
static void check_audit(bool narrow)
{
    static const answer forms[][4] = {{0, 1, 2, 0},
                                      {2, 2, 2, 2},
                                      {0, ANSWER_MISSING, 2, 0},
                                      {0, 1, 9, 0}, /* a code that is none is missing */
                                      {1, 1, 1, ANSWER_MISSING},
                                      {1, ANSWER_MISSING, ANSWER_MISSING, 1}};
    struct small_study small;
    struct item_checks checks;
    study_of(&small, &plain);
    assert_true(item_checks_init(&checks, &small.study));
    struct batch batch = {.scored.is_narrow = narrow};
    const struct answer_columns columns = {{batch.codes[0]}};
    for (size_t i = 0; i < COUNT(forms); i++) {
        const size_t answered = i < 2 ? 4 : i < 5 ? 3 : 2;
        const int code = answered < 3 ? REASON_INCOMPLETE : N_REASONS;
        put_form(&batch, 0, i, forms[i]);
        if (narrow) {
            batch.scored.narrow[0][i] = (uint8_t)code;
        } else {
            batch.scored.wide[0][i] = (outcome)code;
        }
        batch.scored.n_answered[0][i] = (uint8_t)answered;
        batch.scored.prorated[0][i] = answered == 3;
        batch.scored.n_valid[i] = (uint8_t)answered;
    }
    item_checks_add_forms(&checks, 0, &columns, &batch.scored, NULL, COUNT(forms));
    assert_int_equal(checks.scales[0].audit.complete, 2);
    assert_int_equal(checks.scales[0].audit.prorated, 3);
    assert_int_equal(checks.scales[0].audit.prorated_from[3], 3);
    assert_int_equal(checks.scales[0].audit.prorated_from[2], 0);
    assert_int_equal(checks.scales[0].audit.unscored, 1);
    item_checks_free(&checks);
    item_checks_free(&checks);
}

static void test_audit(void **state)
{
    (void)state;
    check_audit(false);
    check_audit(true);
}

/* A form without a valid answer is left out, the codes beside the range that it has with it. */
static void test_blank_forms(void **state)
{
    (void)state;
    struct small_study small;
    struct item_checks checks;
    study_of(&small, &plain);
    assert_true(item_checks_init(&checks, &small.study));
    struct batch batch = {0};
    const struct answer_columns columns = {{batch.codes[0]}};
    put_form(&batch, 0, 0, (const answer[]){3, 3, 3, -1});
    put_form(&batch, 0, 1, (const answer[]){3, 0, 3, -1});
    put_form(&batch, 0, 2, (const answer[]){1, 1, 1, 1}); /* stands behind those that are meant */
    forms_score(&plain, NULL, &columns, 3, &batch.scored);
    item_checks_add_forms(&checks, 0, &columns, &batch.scored, NULL, 2);
    assert_int_equal(checks.items[0].n_one_above, 1);
    assert_int_equal(checks.items[3].n_one_below, 1);
    assert_int_equal(checks.items[1].n, 1);
    assert_int_equal(checks.items[0].n, 0);
    assert_int_equal(checks.scales[0].audit.unscored, 1);
    assert_int_equal(checks.scales[0].n, 0);
    item_checks_free(&checks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_warnings),      cmocka_unit_test(test_ages),
        cmocka_unit_test(test_further_group), cmocka_unit_test(test_audit),
        cmocka_unit_test(test_blank_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

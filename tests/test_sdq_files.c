/* The five SDQ files are written out one by one, so that each can be checked against its source;
   what they share must not drift apart. Items, keys and reliability are also held against the
   reference tables. */
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include "io/read/instrument.h"
#include "tests/vectors.h"

static const char *const files[] = {"sdq-parent", "sdq-teacher", "sdq-self", "sdq-parent-2-4",
                                    "sdq-teacher-2-4"};
static const char *const names[] = {"emotional",     "conduct",       "hyperactivity",
                                    "peer",          "prosocial",     "total",
                                    "externalising", "internalising", "impact"};
static const char *const rules[] = {"published", "discount", "half_even", "three_of_four",
                                    "impact_strict"};

static const struct instrument *load(struct arena *arena, const char *name, const char *rule)
{
    const struct instrument_shelf shelf = {0};
    const struct instrument *instrument = NULL;
    const struct fault fault = instrument_load(&shelf, name, rule, arena, &instrument);
    if (fault.code != FAULT_NONE) {
        fail_msg("%s:%zu:%zu: %s", fault.file, fault.row, fault.column, fault.detail);
    }
    return instrument;
}

static void same_scale(const char *file, const struct scale *a, const struct scale *b)
{
    const bool is_impact = strcmp(a->name, "impact") == 0;
    const bool same =
        strcmp(a->name, b->name) == 0 && strcmp(a->title, b->title) == 0 &&
        strcmp(a->source, b->source) == 0 && a->confidence == b->confidence && a->kind == b->kind &&
        a->higher_is_better == b->higher_is_better && a->decimals == b->decimals &&
        a->group == b->group && a->rounding == b->rounding && a->has_screen == b->has_screen &&
        a->screen_item == b->screen_item && a->screen_answer == b->screen_answer &&
        a->blank_is_zero == b->blank_is_zero && a->units_per_point == b->units_per_point &&
        a->n_parts == b->n_parts && a->min_parts == b->min_parts &&
        (a->n_parts == 0 || memcmp(a->parts, b->parts, a->n_parts) == 0);
    if (!same) {
        fail_msg("%s: scale %s differs", file, a->name);
    }
    if (is_impact) {
        /* the teacher form asks for 3 areas of impact and not for 5 */
        assert_true(a->min_answered == b->min_answered ||
                    (a->min_answered == a->n_items && b->min_answered == b->n_items));
        assert_memory_equal(a->recode, b->recode, 4);
        return;
    }
    if (a->n_items != b->n_items || a->min_answered != b->min_answered ||
        (a->n_items > 0 && (memcmp(a->items, b->items, a->n_items) != 0 ||
                            memcmp(a->reversed, b->reversed, a->n_items) != 0))) {
        fail_msg("%s: items of %s differ", file, a->name);
    }
}

static void same_text(const char *file, const char *a, const char *b)
{
    if (strcmp(a, b) != 0) {
        fail_msg("%s: \"%s\" is not \"%s\"", file, b, a);
    }
}

static void same_instrument(const char *file, const struct instrument *a,
                            const struct instrument *b)
{
    assert_int_equal(b->n_scales, COUNT(names));
    assert_int_equal(b->n_groups, 2);
    assert_int_equal(b->n_rules, COUNT(rules));
    for (size_t i = 0; i < COUNT(rules); i++) {
        same_text(file, rules[i], b->rules[i]);
    }
    for (size_t i = 0; i < COUNT(names); i++) {
        same_text(file, names[i], b->scales[i].name);
        same_scale(file, &a->scales[i], &b->scales[i]);
    }
    for (size_t g = 0; g < 2; g++) {
        same_text(file, a->groups[g].name, b->groups[g].name);
        assert_int_equal(a->groups[g].lowest, b->groups[g].lowest);
        assert_int_equal(a->groups[g].highest, b->groups[g].highest);
    }
    assert_int_equal(b->groups[0].n_items, 25);
    assert_int_equal(b->groups[1].n_items, strstr(file, "teacher") != NULL ? 4 : 6);
    same_text(file, a->unit, b->unit);
    same_text(file, a->licence, b->licence);
    same_text(file, a->rule_text, b->rule_text);
    same_text(file, a->rule_source, b->rule_source);
    assert_int_equal(a->rule_confidence, b->rule_confidence);
    assert_int_equal(a->complete_groups_only, b->complete_groups_only);
}

static void test_shared(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t r = 0; r < COUNT(rules); r++) {
        const struct instrument *const first = load(&arena, files[0], rules[r]);
        for (size_t i = 0; i < COUNT(files); i++) {
            same_instrument(files[i], first, load(&arena, files[i], rules[r]));
        }
    }
    arena_free(&arena);
}

/* Versions for younger children pair with their elders, and with nothing else. */
static void test_versions(void **state)
{
    (void)state;
    struct arena arena = {0};
    const char *versions[COUNT(files)];
    for (size_t i = 0; i < COUNT(files); i++) {
        versions[i] = load(&arena, files[i], NULL)->versions;
    }
    assert_string_equal(versions[0], versions[3]);
    assert_string_equal(versions[1], versions[4]);
    assert_string_not_equal(versions[0], versions[1]);
    assert_null(versions[2]);
    arena_free(&arena);
}

static const struct scale *scale_of(const struct instrument *instrument, const char *name)
{
    for (size_t i = 0; i < instrument->n_scales; i++) {
        if (strcmp(instrument->scales[i].name, name) == 0) {
            return &instrument->scales[i];
        }
    }
    fail_msg("no scale %s", name);
    return NULL;
}

static void test_items(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct vectors v;
    const struct instrument *const sdq = load(&arena, "sdq-parent", NULL);
    vectors_open(&v, "sdq_items.csv");
    assert_int_equal(v.n_rows, 25);
    for (size_t row = 0; row < v.n_rows; row++) {
        const struct scale *const scale = scale_of(sdq, vector_cell(&v, row, "subscale"));
        const void *const at =
            memchr(scale->items, (int)vector_number(&v, row, "item") - 1, scale->n_items);
        assert_non_null(at);
        const size_t i = (size_t)((const uint8_t *)at - scale->items);
        assert_int_equal(scale->reversed[i], vector_number(&v, row, "reversed"));
    }
    vectors_close(&v);
    arena_free(&arena);
}

/* Every edge of the reference table stands in a file, and the files hold no other. */
static void test_bands(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct vectors v;
    size_t n_bands = 0;
    vectors_open(&v, "sdq_bands.csv");
    for (size_t row = 0; row < v.n_rows; row++) {
        char file[40];
        const bool is_small = strcmp(vector_cell(&v, row, "version"), "2-4") == 0;
        snprintf(file, sizeof file, "sdq-%s%s", vector_cell(&v, row, "informant"),
                 is_small ? "-2-4" : "");
        const struct scale *const scale =
            scale_of(load(&arena, file, NULL), vector_cell(&v, row, "scale"));
        bool found = false;
        for (size_t s = 0; s < scale->n_band_sets; s++) {
            const struct band_set *const set = &scale->band_sets[s];
            for (size_t b = 0; b < set->n_bands; b++) {
                found = found || (strcmp(set->name, vector_cell(&v, row, "band_set")) == 0 &&
                                  strcmp(set->bands[b].name, vector_cell(&v, row, "band")) == 0 &&
                                  set->bands[b].lowest == (int64_t)vector_number(&v, row, "lo") &&
                                  set->bands[b].highest == (int64_t)vector_number(&v, row, "hi"));
            }
        }
        if (!found) {
            fail_msg("row %zu of sdq_bands.csv is not in %s", row + 2, file);
        }
    }
    for (size_t i = 0; i < COUNT(files); i++) {
        const struct instrument *const sdq = load(&arena, files[i], NULL);
        for (size_t k = 0; k < sdq->n_scales; k++) {
            for (size_t s = 0; s < sdq->scales[k].n_band_sets; s++) {
                n_bands += sdq->scales[k].band_sets[s].n_bands;
            }
            assert_true(sdq->scales[k].n_band_sets == 0 ||
                        strcmp(sdq->scales[k].band_sets[sdq->scales[k].default_band_set].name,
                               "three") == 0);
        }
    }
    assert_int_equal(n_bands, v.n_rows);
    vectors_close(&v);
    arena_free(&arena);
}

static void test_reliability(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct vectors v;
    vectors_open(&v, "sdq_reliability_rci.csv");
    for (size_t row = 0; row < v.n_rows; row++) {
        char file[40];
        snprintf(file, sizeof file, "sdq-%s", vector_cell(&v, row, "informant"));
        const struct scale *const scale =
            scale_of(load(&arena, file, NULL), vector_cell(&v, row, "scale"));
        assert_true(
            close_to(scale->reliability, vector_number(&v, row, "alpha_goodman2001"), 1e-15));
        assert_true(close_to(scale->sd, vector_number(&v, row, "sd_uk"), 1e-15));
    }
    for (size_t i = 3; i < COUNT(files); i++) { /* nothing is known of the 2-4 versions */
        const struct instrument *const sdq = load(&arena, files[i], NULL);
        for (size_t k = 0; k < sdq->n_scales; k++) {
            assert_true(isnan(sdq->scales[k].reliability) && isnan(sdq->scales[k].sd));
        }
    }
    vectors_close(&v);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared),      cmocka_unit_test(test_versions),
        cmocka_unit_test(test_items),       cmocka_unit_test(test_bands),
        cmocka_unit_test(test_reliability),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Sentences against the numbers in them: over many changes, what a sentence says must follow from
   what it prints. The numbers are read back from the finished text. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine/tables/sentences.h"
#include "io/words.h"
#include "tests/random.h"

static bool says(const char *words, const char *part)
{
    return strstr(words, part) != NULL;
}

/* The number behind `part`. */
static double number_after(const char *words, const char *part)
{
    const char *const at = strstr(words, part);
    char *end;
    if (at == NULL) {
        return NAN;
    }
    const double number = strtod(at + strlen(part), &end);
    return end == at + strlen(part) ? NAN : number;
}

static const char *say(struct arena *arena, struct text text)
{
    const char *const words = words_of(arena, &text);
    assert_non_null(words);
    if (strpbrk(words, "{}|") != NULL || says(words, "  ")) {
        fail_msg("unfinished: %s", words);
    }
    return words;
}

/* n people; means in hundredths, decimals as printed; interval around the change. */
static struct spoken_change change_of(uint64_t n, int64_t before, int64_t after, int64_t half,
                                      unsigned decimals, bool higher_is_better, bool of_goals)
{
    struct spoken_change c = {.who = argument_name(of_goals ? "families" : "children"),
                              .of = argument_name("toy"),
                              .scale = argument_name("toy score"),
                              .of_goals = of_goals,
                              .higher_is_better = higher_is_better,
                              .decimals = decimals,
                              .n = value_count((int64_t)n),
                              .before = value_ratio(before, 100),
                              .after = value_ratio(after, 100),
                              .change = value_ratio(after - before, 100),
                              .ci_low = value_ratio(after - before - half, 100),
                              .ci_high = value_ratio(after - before + half, 100),
                              .p = value_double(0.0123),
                              .families = VALUE_NONE,
                              .p_holm = VALUE_NONE,
                              .tests = VALUE_NONE,
                              .small = {10, 30}};
    if (n == 0) {
        c.before = c.after = c.change = VALUE_NONE;
    }
    if (n < 2 || half == 0) {
        c.ci_low = c.ci_high = c.p = VALUE_NONE;
    }
    return c;
}

static void check_means(const struct spoken_change *c, const char *words)
{
    const bool rose = says(words, " rose from "), fell = says(words, " fell from ");
    const bool same = says(words, " stayed the same, at ");
    const bool better = says(words, ", an improvement."), worse = says(words, ", a worsening.");
    if (c->n.numerator < 2) {
        assert_false(rose || fell || same || better || worse);
        assert_true(says(words, c->n.numerator == 0 ? "None of the " : "Only one of the "));
        assert_true(says(words, "of a change in toy score"));
        return;
    }
    assert_int_equal(rose + fell + same, 1);
    assert_int_equal(better + worse + same, 1);
    assert_true(close_to(number_after(words, "Among the "), c->n.number, 0.0));
    assert_true(says(words, c->of_goals ? " families with a goal rated at both stages, "
                                        : " children with both forms of toy, "));
    if (same) {
        return;
    }
    const double before = number_after(words, " from "), after = number_after(words, " to ");
    if (rose ? !(after > before) : !(after < before)) {
        fail_msg("%s", words);
    }
    if (better != (rose == c->higher_is_better)) {
        fail_msg("higher is %s: %s", c->higher_is_better ? "better" : "worse", words);
    }
}

/* "Stayed the same" only where both means print alike. */
static void check_same(const struct spoken_change *c, const char *words)
{
    int64_t before = 0, after = 0;
    (void)value_rounded(&c->before, c->decimals, &before);
    (void)value_rounded(&c->after, c->decimals, &after);
    assert_int_equal(says(words, " stayed the same, at "), before == after);
}

static void check_test(const struct spoken_change *c, const char *words)
{
    if (c->n.numerator < 2) {
        assert_string_equal(words, "");
        return;
    }
    if (c->ci_low.kind == VALUE_UNDEFINED) {
        assert_true(says(words, c->change.number == 0.0 ? "No score changed"
                                                        : "Every change was the same"));
        assert_false(says(words, ", p ") || says(words, "interval -"));
        return;
    }
    const double low = number_after(words, "interval "), high = number_after(words, " to ");
    const double change = number_after(words, "change was ");
    assert_true(low <= change && change <= high);
    assert_int_equal(says(words, ", p = .012"), c->n.numerator >= 10);
    assert_int_equal(says(words, "too few for a test"), c->n.numerator < 10);
}

static void check_rest(struct arena *arena, const struct spoken_change *c)
{
    const char *const doubt = say(arena, spoken_doubt(c));
    const char *const caution = say(arena, spoken_caution(c));
    const bool includes = c->n.numerator > 1 && c->ci_low.kind != VALUE_UNDEFINED &&
                          c->ci_low.number <= 0.0 && c->ci_high.number >= 0.0;
    assert_int_equal(says(doubt, "includes 0"), includes);
    if (c->n.numerator > 1) { /* as read back from the sentences */
        const char *const means = say(arena, spoken_means(c)), *const test =
                                                                   say(arena, spoken_test(c));
        const bool same = says(means, "the same");
        const double before = number_after(means, same ? ", at " : " from ");
        const double after = same ? before : number_after(means, " to ");
        const double change =
            number_after(test, says(test, "change was the same, ") ? "the same, " : "change was ");
        const double unit = c->decimals == 0 ? 1.0 : c->decimals == 1 ? 0.1 : 0.01;
        assert_int_equal(says(say(arena, spoken_rounding(c)), "rounded by itself"),
                         fabs(after - before - change) > 0.5 * unit);
    }
    assert_int_equal(says(caution, "With so few"), c->n.numerator >= 2 && c->n.numerator < 30);
}

static void test_words_agree_with_numbers(void **state)
{
    uint64_t random = 20260312;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        static const uint64_t sizes[] = {0, 1, 2, 9, 10, 29, 30, 39, 1000000};
        struct arena arena = {.blocks = NULL};
        const int64_t before = (int64_t)draw_below(&random, 1000) - 300;
        const int64_t after = before + (int64_t)draw_below(&random, 60) - 30;
        const struct spoken_change c =
            change_of(sizes[draw_below(&random, COUNT(sizes))], before, after,
                      (int64_t)draw_below(&random, 40), (unsigned)draw_below(&random, 3),
                      draw_below(&random, 2) == 0, draw_below(&random, 2) == 0);
        const char *const means = say(&arena, spoken_means(&c));
        check_means(&c, means);
        if (c.n.numerator > 1) {
            check_same(&c, means);
        }
        check_test(&c, say(&arena, spoken_test(&c)));
        check_rest(&arena, &c);
        arena_free(&arena);
    }
}

/* As read aloud. */
static void test_examples(void **state)
{
    struct arena arena = {.blocks = NULL};
    struct spoken_change c = change_of(39, 4513, 5144, 314, 2, true, false);
    (void)state;
    c.who = argument_name("people");
    c.of = argument_name("wemwbs");
    c.scale = argument_name("mental well-being");
    assert_string_equal(say(&arena, spoken_means(&c)),
                        "Among the 39 people with both forms of wemwbs, mean mental well-being "
                        "rose from 45.13 to 51.44, an improvement.");
    c.p = value_double(1e-5);
    assert_string_equal(say(&arena, spoken_test(&c)),
                        "The mean change was 6.31 points (95% confidence interval 3.17 to 9.45; "
                        "paired t test, p < .001).");
    c.p_holm = value_double(0.0005);
    c.tests = value_count(11);
    assert_string_equal(say(&arena, spoken_test(&c)),
                        "The mean change was 6.31 points (95% confidence interval 3.17 to 9.45; "
                        "paired t test, p < .001; adjusted for 11 such tests, p = .001).");
    c.families = value_count(33);
    c.tests = value_count(1);
    assert_string_equal(say(&arena, spoken_test(&c)),
                        "The mean change was 6.31 points (95% confidence interval 3.17 to 9.45; "
                        "test that allows for 33 families, p < .001).");
    c.families = value_count(9);
    assert_string_equal(say(&arena, spoken_test(&c)),
                        "The mean change was 6.31 points (95% confidence interval 3.17 to 9.45); "
                        "fewer than 10 families are too few for a test.");
    c.families = value_count(1);
    c.ci_low = c.ci_high = VALUE_NONE;
    assert_string_equal(say(&arena, spoken_test(&c)),
                        "The mean change was 6.31 points; there is no interval and no test, since "
                        "all are of one family.");
    c = change_of(39, 4513, 5144, 314, 2, true, false);
    c.families = value_count(33);
    c.p = value_double(1.0);
    assert_true(says(say(&arena, spoken_test(&c)), "p = 1.000)."));
    c = change_of(1, 4513, 5144, 314, 2, true, false);
    c.who = argument_name("people");
    c.of = argument_name("wemwbs");
    c.scale = argument_name("mental well-being");
    assert_string_equal(say(&arena, spoken_means(&c)),
                        "Only one of the people had both forms of wemwbs, too few to say anything "
                        "of a change in mental well-being.");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_words_agree_with_numbers),
                                       cmocka_unit_test(test_examples)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

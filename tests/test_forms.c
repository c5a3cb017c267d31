/* Forms scored in columns against instrument_score(), form by form, whose own results test_score.c
   holds against the published ones: every built-in instrument under every rule, instruments written
   for their odd corners, and many made at random. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "io/read/instrument.h"
#include "scales/forms.h"

/* splitmix64, by Vigna: the same numbers in every run. */
static uint64_t draw(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static uint64_t draw_below(uint64_t *state, uint64_t n)
{
    return draw(state) % n;
}

/* Everything that one instrument under one rule is compared with. */
struct comparison {
    struct arena arena;
    const struct instrument *instrument;
    void *tables; /* owned, NULL: none */
    answer columns[MAX_GROUPS][MAX_ITEMS * BATCH_FORMS];
    struct scored_columns out;
    uint64_t random;
    size_t n_forms;
};

static struct comparison *comparison_new(void)
{
    struct comparison *const c = calloc(1, sizeof *c);
    assert_non_null(c);
    return c;
}

static void comparison_free(struct comparison *c)
{
    free(c->tables);
    arena_free(&c->arena);
    free(c);
}

/* Of exactly the size asked for, so that a sanitizer sees who writes more. */
static void build_tables(struct comparison *c)
{
    const size_t size = scoring_tables_size(c->instrument);
    if (size > 0) {
        c->tables = malloc(size);
        assert_non_null(c->tables);
        assert_non_null(scoring_tables_build(c->instrument, c->tables));
    }
}

static void load(struct comparison *c, const char *name, const char *rule)
{
    const struct instrument_shelf shelf = {0};
    const struct fault fault = instrument_load(&shelf, name, rule, &c->arena, &c->instrument);
    if (fault.code != FAULT_NONE) {
        fail_msg("%s:%zu:%zu: %s", fault.file, fault.row, fault.column, fault.detail);
    }
    build_tables(c);
}

/* False, after a look at the fault, where the loader refuses it. */
static bool parse(struct comparison *c, const char *text, const char *rule)
{
    const struct fault fault =
        instrument_parse("made up", text, strlen(text), rule, &c->arena, &c->instrument);
    if (fault.code != FAULT_NONE) {
        assert_int_equal(fault.code, FAULT_CONTENT);
        return false;
    }
    build_tables(c);
    return true;
}

/* How the answers of a batch are drawn: of 1,000, how many are missing, how many are any byte. */
static const struct {
    unsigned missing, any;
} mixes[] = {{0, 0}, {20, 2}, {150, 0}, {500, 200}, {950, 20}, {0, 1000}, {1000, 0}};

static answer draw_answer(struct comparison *c, const struct item_group *group, size_t mix)
{
    const uint64_t kind = draw_below(&c->random, 1000);
    if (kind < mixes[mix].missing) {
        return ANSWER_MISSING;
    }
    if (kind < mixes[mix].missing + mixes[mix].any) {
        return (answer)((int)draw_below(&c->random, 256) - 128);
    }
    const uint64_t n_codes = (uint64_t)(group->highest - group->lowest) + 1;
    return (answer)(group->lowest + (int)draw_below(&c->random, n_codes));
}

/* Draws the room behind the n forms too: it must make no difference. */
static void draw_batch(struct comparison *c, size_t mix)
{
    for (size_t g = 0; g < c->instrument->n_groups; g++) {
        const struct item_group *const group = &c->instrument->groups[g];
        for (size_t i = 0; i < group->n_items * BATCH_FORMS; i++) {
            c->columns[g][i] = draw_answer(c, group, mix);
        }
    }
}

static void expect_same(const struct comparison *c, size_t f, size_t i, const struct scored *scored)
{
    const struct scored_columns *const out = &c->out;
    const outcome got = scored_outcome(out, i, f);
    if (got != scored->outcome || out->n_answered[i][f] != scored->n_answered ||
        out->prorated[i][f] != scored->prorated) {
        fail_msg("%s, rule %s, scale %s, form %zu: expected %u from %u, prorated %d; got %u from "
                 "%u, prorated %d",
                 c->instrument->name, c->instrument->rule, c->instrument->scales[i].name, f,
                 scored->outcome, scored->n_answered, scored->prorated, got, out->n_answered[i][f],
                 out->prorated[i][f]);
    }
}

/* One form of the batch, against the reference. */
static void compare_form(const struct comparison *c, const struct answer_columns *columns, size_t f)
{
    answer codes[MAX_GROUPS][MAX_ITEMS];
    struct answers answers = {{NULL}};
    struct scored scored[MAX_SCALES];
    for (size_t g = 0; g < c->instrument->n_groups; g++) {
        for (size_t i = 0; columns->answers[g] != NULL && i < c->instrument->groups[g].n_items;
             i++) {
            codes[g][i] = columns->answers[g][i * BATCH_FORMS + f];
            answers.groups[g] = codes[g];
        }
    }
    instrument_score(c->instrument, &answers, scored);
    const size_t n_valid = answers_count(c->instrument, &answers);
    assert_int_equal(c->out.n_valid[f], n_valid > 255 ? 255 : n_valid);
    for (size_t g = 0; g < c->instrument->n_groups; g++) {
        struct answers one = {{NULL}};
        one.groups[g] = answers.groups[g];
        const bool complete =
            answers_count(c->instrument, &one) == c->instrument->groups[g].n_items;
        assert_int_equal(c->out.complete[g][f], complete ? UINT8_MAX : 0);
    }
    for (size_t i = 0; i < c->instrument->n_scales; i++) {
        expect_same(c, f, i, &scored[i]);
    }
}

/* One batch, with tables or without; `groups` has a bit for each group that is collected. */
static void compare_batch(struct comparison *c, const void *tables, unsigned groups, size_t n)
{
    static const struct scored none = {.outcome = REASON_NO_FORM};
    struct answer_columns columns = {{NULL}};
    for (size_t g = 0; g < c->instrument->n_groups; g++) {
        columns.answers[g] = (groups >> g & 1U) != 0 ? c->columns[g] : NULL;
    }
    memset(&c->out, 1, sizeof c->out); /* what an earlier batch left behind */
    forms_score(c->instrument, tables, &columns, n, &c->out);
    for (size_t f = 0; f < n; f++) {
        compare_form(c, &columns, f);
    }
    for (size_t f = n; f < BATCH_FORMS; f++) {
        assert_int_equal(c->out.n_valid[f], 0);
        for (size_t g = 0; g < c->instrument->n_groups; g++) {
            assert_int_equal(c->out.complete[g][f], 0);
        }
        for (size_t i = 0; i < c->instrument->n_scales; i++) {
            expect_same(c, f, i, &none);
        }
    }
    c->n_forms += n;
}

/* Full and short batches of every mix of answers, with every choice of groups. */
static void compare(struct comparison *c, size_t n_batches)
{
    static const size_t sizes[] = {BATCH_FORMS, 1, 511, 0, 100};
    const unsigned n_choices = 1U << c->instrument->n_groups;
    for (size_t b = 0; b < n_batches; b++) {
        /* the first batches are full ones with all groups, whatever n_batches is */
        const size_t n = b < COUNT(mixes) ? BATCH_FORMS : sizes[b % COUNT(sizes)];
        const unsigned groups =
            b < COUNT(mixes) ? n_choices - 1 : (unsigned)draw_below(&c->random, n_choices);
        draw_batch(c, b % COUNT(mixes));
        compare_batch(c, NULL, groups, n);
        if (c->tables != NULL) {
            compare_batch(c, c->tables, groups, n);
        }
    }
}

static void test_built_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_builtin_instruments; i++) {
        size_t n_rules = 1;
        for (size_t rule = 0; rule < n_rules; rule++) {
            struct comparison *const c = comparison_new();
            load(c, builtin_instruments[i], NULL);
            n_rules = c->instrument->n_rules;
            const char *const name = c->instrument->rules[rule];
            free(c->tables);
            c->tables = NULL;
            load(c, builtin_instruments[i], name);
            assert_string_equal(c->instrument->rule, name);
            /* goals are not scored from answers; all else here has tables */
            assert_int_equal(c->tables == NULL, c->instrument->is_goals);
            compare(c, 70);
            assert_true(c->n_forms > (c->instrument->is_goals ? 15000 : 30000));
            comparison_free(c);
        }
    }
}

/* --- instruments for odd corners ------------------------------------------------------------ */

#define HEAD "name: odd\ntitle: t\nunit: people\nlicence: l\nsource: s\nconfidence: V\n"
#define RULE "text: t, source: s, confidence: V"
#define SCALE "title: t, better: higher, decimals: 1"

static const struct {
    const char *name;
    bool has_tables;
    const char *text;
} odd[] = {
    {"all codes there are, reversed; every item by itself", false,
     HEAD "groups: {items: {count: 3, answers: [-127, 127]}}\n"
          "scales: {a: {" SCALE ", items: [1..3], reversed: [2]}, b: {" SCALE ", items: [3]}}\n"
          "rules: {r: {" RULE ", scales: {a: {at_least: 2, round: half_even}}}}\n"},
    {"negative sums are rounded half up and half to even", true,
     HEAD "groups: {items: {count: 5, answers: [-3, 1]}}\n"
          "scales: {a: {" SCALE ", items: [1..5], reversed: [1, 5]}, b: {" SCALE
          ", items: [1..4]}}\n"
          "rules: {r: {" RULE ", scales: {a: {at_least: 1, round: half_up}, b: {at_least: 1, "
          "round: half_even}}}}\n"},
    {"points with gaps, the lowest not 0, some reversed", false,
     HEAD "groups: {items: {count: 6, answers: [0, 3]}}\n"
          "scales: {a: {" SCALE ", items: [1..6], reversed: [1, 4], recode: [9, 2, 200, 255]}}\n"
          "rules: {r: {" RULE ", scales: {a: {at_least: 3, round: half_up}}}}\n"},
    {"one and the same point for every code", true,
     HEAD "groups: {items: {count: 4, answers: [1, 3]}}\n"
          "scales: {a: {" SCALE ", items: [1..4], recode: [7, 7, 7]}}\n"
          "rules: {r: {" RULE ", scales: {a: {at_least: 2}}}}\n"},
    {"a screen, and blanks that count 0", true,
     HEAD "groups: {items: {count: 6, answers: [1, 4]}}\n"
          "scales: {a: {" SCALE ", items: [2..6], screen: {item: 1, answer: 1}},\n"
          " b: {" SCALE ", items: [3, 4], reversed: [3], screen: {item: 2, answer: 4}}}\n"
          "rules: {r: {" RULE ", scales: {a: {at_least: 1, blank: zero}, b: {at_least: 2}}}}\n"},
    {"a screen in a group that has to be complete", true,
     HEAD "groups: {items: {count: 4, answers: [0, 1]}}\n"
          "scales: {a: {" SCALE ", items: [2, 3], screen: {item: 1, answer: 0}},\n"
          " b: {" SCALE ", items: [1, 4]}}\n"
          "rules: {r: {" RULE ", complete_groups: yes}}\n"},
    {"sums of parts in different units, a conversion, of sums too", true,
     HEAD "groups: {items: {count: 5, answers: [0, 2]}, more: {count: 2, answers: [0, 1]}}\n"
          "scales: {a: {" SCALE ", items: [1..3]}, b: {" SCALE ", items: [3..5]},\n"
          " m: {" SCALE ", group: more, items: [1, 2]}, all: {" SCALE ", sum: [a, b, m]},\n"
          " c: {" SCALE ", convert: {from: m, lowest: 0, table: [3.5, 1.25, 3.5]}},\n"
          " d: {" SCALE ", sum: [c, all]}, e: {" SCALE ", sum: [m]},\n"
          " f: {" SCALE ", convert: {from: e, lowest: -1, table: [0, 5, 4, 3, 2, 1]}}}\n"
          "rules: {r: {" RULE ", scales: {a: {at_least: 2}, b: {at_least: 1, round: half_even},\n"
          " all: {at_least: 2, round: half_even}, d: {at_least: 1}}}}\n"},
    {"more answers than a byte counts, sums of 16 bits", false,
     HEAD "groups: {items: {count: 128, answers: [-127, 127]}, b: {count: 128, answers: [1, 2]},\n"
          " c: {count: 128, answers: [-1, 0]}}\n"
          "scales: {a: {" SCALE ", items: [1..128], reversed: [2..127]}}\n"
          "rules: {r: {" RULE ", scales: {a: {at_least: 100, round: half_up}}}}\n"},
    {"the same with points from 0 to 255; beside it a small scale", false,
     HEAD "groups: {items: {count: 128, answers: [1, 3]}}\n"
          "scales: {a: {" SCALE ", items: [1..128], reversed: [5..90], recode: [255, 0, 254]},\n"
          " b: {" SCALE ", items: [128]}, c: {" SCALE ", sum: [a, b]}}\n"
          "rules: {r: {" RULE ", scales: {a: {at_least: 120, round: half_even}}}}\n"},
};

static void test_odd_corners(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(odd); i++) {
        struct comparison *const c = comparison_new();
        if (!parse(c, odd[i].text, NULL)) {
            fail_msg("%s: cannot be read", odd[i].name);
        }
        if ((c->tables != NULL) != odd[i].has_tables) {
            fail_msg("%s: %zu bytes of tables", odd[i].name, scoring_tables_size(c->instrument));
        }
        compare(c, 40);
        comparison_free(c);
    }
}

/* The highest sum there is: 128 reversed items at the code that counts most. */
static void test_highest_sums(void **state)
{
    (void)state;
    struct comparison *const c = comparison_new();
    assert_true(parse(c, odd[7].text, NULL));
    for (int code = -127; code <= 127; code += 254) {
        for (size_t g = 0; g < 3; g++) {
            for (size_t i = 0; i < (size_t)MAX_ITEMS * BATCH_FORMS; i++) {
                const bool reversed = i / BATCH_FORMS >= 1 && i / BATCH_FORMS <= 126;
                c->columns[g][i] = (answer)(g > 0      ? c->instrument->groups[g].lowest
                                            : reversed ? -code
                                                       : code);
            }
        }
        compare_batch(c, NULL, 7, BATCH_FORMS);
        assert_int_equal(outcome_score(c->instrument->scales[0].values, c->out.wide[0][0]),
                         128 * code);
        assert_int_equal(c->out.n_valid[0], 255);
    }
    comparison_free(c);
}

/* --- instruments at random ------------------------------------------------------------------ */

/* Text that is put together piece by piece. */
struct writing {
    char text[8000];
    size_t n;
};

static void say(struct writing *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct writing *w, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(w->text + w->n, sizeof w->text - w->n, format, arguments);
    va_end(arguments);
    assert_true(n >= 0 && (size_t)n < sizeof w->text - w->n);
    w->n += (size_t)n;
}

#define N_CODES 4 /* of every random group, so that a recode has as many entries */

/* Gives how many items it lists, and says nothing where there are none: a bit of `which` for each
   item from `first` to n. */
static unsigned say_list(struct writing *w, const char *key, uint64_t which, unsigned first,
                         unsigned n)
{
    unsigned n_said = 0;
    for (unsigned i = first; i <= n; i++) {
        if ((which >> (i - first) & 1U) != 0) {
            say(w, "%s%u", n_said++ > 0 ? ", " : key, i);
        }
    }
    say(w, "%s", n_said > 0 ? "]" : "");
    return n_said;
}

/* Items chosen at random from `first` to n, at least one; those reversed; perhaps points. Gives how
   many there are. */
static unsigned say_items(struct writing *w, uint64_t *random, unsigned first, unsigned n)
{
    const uint64_t chosen = draw(random) | UINT64_C(1) << draw_below(random, n - first + 1);
    const unsigned n_items = say_list(w, "items: [", chosen, first, n);
    say_list(w, ", reversed: [", chosen & draw(random), first, n);
    if (draw_below(random, 3) == 0) {
        say(w, ", recode: [%u, %u, %u, %u]", (unsigned)draw_below(random, 4),
            (unsigned)draw_below(random, 256), (unsigned)draw_below(random, 8), 3);
    }
    return n_items;
}

static void say_effect(struct writing *w, uint64_t *random, const char *comma, unsigned scale,
                       unsigned n, bool of_items)
{
    static const char *const ways[] = {"", ", round: half_up", ", round: half_even",
                                       ", blank: zero"};
    say(w, "%ss%u: {at_least: %u%s}", comma, scale, 1 + (unsigned)draw_below(random, n),
        ways[draw_below(random, of_items ? 4 : 3)]);
}

#define N_OF_ITEMS 4
#define N_OF_SUMS 3

/* Two groups, four scales of items, three sums of some scales before them. */
static void write_instrument(struct writing *w, uint64_t *random)
{
    int lowest[2];
    unsigned n_items[2], sizes[N_OF_ITEMS + N_OF_SUMS];
    w->n = 0;
    say(w, HEAD "groups: {");
    for (unsigned g = 0; g < 2; g++) {
        lowest[g] = (int)draw_below(random, 5) - 3;
        n_items[g] = 2 + (unsigned)draw_below(random, 7);
        say(w, "%s: {count: %u, answers: [%d, %d]}%s", g == 0 ? "items" : "more", n_items[g],
            lowest[g], lowest[g] + N_CODES - 1, g == 0 ? ", " : "}\nscales: {");
    }
    for (unsigned i = 0; i < N_OF_ITEMS; i++) {
        const unsigned g = (unsigned)draw_below(random, 2);
        say(w, "s%u: {" SCALE ", group: %s, ", i, g == 0 ? "items" : "more");
        /* item 1 is no item of this scale where it is its screen */
        const bool has_screen = draw_below(random, 3) == 0;
        sizes[i] = say_items(w, random, has_screen ? 2 : 1, n_items[g]);
        if (has_screen) {
            say(w, ", screen: {item: 1, answer: %d}", lowest[g] + (int)draw_below(random, N_CODES));
        }
        say(w, "}, ");
    }
    for (unsigned i = N_OF_ITEMS; i < N_OF_ITEMS + N_OF_SUMS; i++) {
        const unsigned last = (unsigned)draw_below(random, i);
        sizes[i] = 1 + (last > 0 ? (unsigned)draw_below(random, last + 1) : 0);
        say(w, "s%u: {" SCALE ", sum: [", i);
        for (unsigned part = 0; part < sizes[i]; part++) {
            say(w, "%ss%u", part > 0 ? ", " : "", last - part);
        }
        say(w, "]}%s", i + 1 < N_OF_ITEMS + N_OF_SUMS ? ", " : "}\n");
    }
    say(w, "rules: {strict: {" RULE ", complete_groups: yes}, loose: {" RULE ", scales: {");
    for (unsigned i = 0, said = 0; i < N_OF_ITEMS + N_OF_SUMS; i++) {
        if (i == 0 || draw_below(random, 4) > 0) {
            say_effect(w, random, said++ > 0 ? ", " : "", i, sizes[i], i < N_OF_ITEMS);
        }
    }
    say(w, "}}}\n");
}

static void test_random_instruments(void **state)
{
    (void)state;
    static const char *const rules[] = {"strict", "loose"};
    struct writing *const w = calloc(1, sizeof *w);
    uint64_t random = 15;
    size_t n_read = 0;
    assert_non_null(w);
    for (unsigned i = 0; i < 200; i++) {
        write_instrument(w, &random);
        for (size_t rule = 0; rule < COUNT(rules); rule++) {
            struct comparison *const c = comparison_new();
            c->random = i;
            /* a few would need too fine parts of a point */
            if (parse(c, w->text, rules[rule])) {
                n_read++;
                compare(c, 12);
            }
            comparison_free(c);
        }
    }
    if (n_read < 380) {
        fail_msg("only %zu of 400 instruments could be read", n_read);
    }
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_built_in),
        cmocka_unit_test(test_odd_corners),
        cmocka_unit_test(test_highest_sums),
        cmocka_unit_test(test_random_instruments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

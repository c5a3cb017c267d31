/* Bad instrument files, each one step away from a good one. Places are counted by hand. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "io/read/embedded.h"
#include "io/read/instrument.h"
#include "scales/gas.h"
#include "scales/score.h"

#define MOST_TEXT 4000

/* clang-format off */
static const char good[] =
    "name: mood\n"                                                     /* 1 */
    "title: A mood scale\n"                                            /* 2 */
    "aliases: [moodscale]\n"                                           /* 3 */
    "unit: people\n"                                                   /* 4 */
    "ages: [13, 18]\n"                                                 /* 5 */
    "licence: Free\n"                                                  /* 6 */
    "source: Made up\n"                                                /* 7 */
    "confidence: U\n"                                                  /* 8 */
    "groups:\n"                                                        /* 9 */
    "  items: {count: 6, answers: [0, 3]}\n"                           /* 10 */
    "  extra: {count: 3, answers: [0, 1], long_form: {count: 5, at: [5, 1, 3]}}\n" /* 11 */
    "scales:\n"                                                        /* 12 */
    "  low: {title: Low, items: [1..3], reversed: [2], better: lower, decimals: 1}\n" /* 13 */
    "  high:\n"                                                        /* 14 */
    "    title: High\n"                                                /* 15 */
    "    items: [4, 5]\n"                                              /* 16 */
    "    screen: {item: 6, answer: 0}\n"                               /* 17 */
    "    recode: [0, 0, 1, 2]\n"                                       /* 18 */
    "    better: higher\n"                                             /* 19 */
    "    decimals: 1\n"                                                /* 20 */
    "    sd: {value: 2.5, source: x, confidence: G}\n"                 /* 21 */
    "  both:\n"                                                        /* 22 */
    "    title: Both\n"                                                /* 23 */
    "    sum: [low, high]\n"                                           /* 24 */
    "    better: higher\n"                                             /* 25 */
    "    decimals: 0\n"                                                /* 26 */
    "    bands:\n"                                                     /* 27 */
    "      halves: {confidence: U, edges: {upper: [7, 13], lower: [0, 6]}}\n" /* 28 */
    "  table:\n"                                                       /* 29 */
    "    title: Table\n"                                               /* 30 */
    "    convert: {from: high, lowest: 0, table: [0, 1.5, 2.25, 3, 9]}\n" /* 31 */
    "    better: higher\n"                                             /* 32 */
    "    decimals: 2\n"                                                /* 33 */
    "default_bands: halves\n"                                          /* 34 */
    "band_sets:\n"                                                     /* 35 */
    "  halves: {source: x, usual: upper}\n"                            /* 36 */
    "rules:\n"                                                         /* 37 */
    "  discount: {text: x, source: x, confidence: U, complete_groups: yes}\n" /* 38 */
    "  published:\n"                                                   /* 39 */
    "    text: x\n"                                                    /* 40 */
    "    source: x\n"                                                  /* 41 */
    "    confidence: U\n"                                              /* 42 */
    "    scales:\n"                                                    /* 43 */
    "      low: {at_least: 2}\n"                                       /* 44 */
    "      high: {at_least: 1, blank: zero}\n"                         /* 45 */
    "  more:\n"                                                        /* 46 */
    "    like: published\n"                                            /* 47 */
    "    text: x\n"                                                    /* 48 */
    "    source: x\n"                                                  /* 49 */
    "    confidence: U\n"                                              /* 50 */
    "    scales: {both: {at_least: 1, round: half_up}}\n";             /* 51 */
/* clang-format on */

/* `good` with the first `from` replaced by `to`. */
static const struct {
    const char *from, *to;
    size_t line, column;
    const char *says;
} bad[] = {
    {"name: mood\n", "", 1, 1, "the key \"name\" is missing"},
    {"name: mood", "name: my mood", 1, 7, "a name is made of"},
    {"name: mood", "name: 12345678901234567890123456789012345678901", 1, 7, "up to 40"},
    {"name: mood", "name: [mood]", 1, 7, "found a list"},
    {"title: A mood scale\n", "", 1, 1, "\"title\" is missing"},
    {"title: A mood scale", "titel: A mood scale", 2, 1, "did you mean \"title\"?"},
    {"aliases: [moodscale]", "aliases: moodscale", 3, 10, "expected a list"},
    {"aliases: [moodscale]", "aliases: [mood, \"\"]", 3, 17, "found nothing"},
    {"unit: people", "unit:", 4, 6, "found nothing"},
    {"ages: [13, 18]", "ages: [18, 13]", 5, 7, "the lower number comes first"},
    {"ages: [13, 18]", "ages: [13, 300]", 5, 12, "a whole number from 0 to 120"},
    {"ages: [13, 18]", "ages: [1, 2, 3]", 5, 7, "a list of 3"},
    {"licence: Free\n", "kind: gaols\n", 6, 7, "did you mean \"goals\"?"},
    {"licence: Free\n", "licence: Free\nkind: goals\n", 11, 3, "item groups"},
    {"source: Made up\n", "", 1, 1, "\"source\" is missing"},
    {"confidence: U\n", "confidence: X\n", 8, 13, "expected one of: V, S, G, C, U"},
    {"groups:\n", "groups: 3\nscales: {}\nversions: {\n", 0, 0, ""},
    {"  items: {count", "  main: {count", 10, 3, "the first named items"},
    {"{count: 6, answers: [0, 3]}", "x", 10, 10, "expected keys with values"},
    {"count: 6, ", "", 10, 10, "\"count\" is missing"},
    {"count: 6", "count: 0", 10, 18, "from 1 to 128"},
    {"count: 6", "count: 129", 10, 18, "from 1 to 128"},
    {"count: 6", "cuont: 6", 10, 11, "did you mean \"count\"?"},
    {"answers: [0, 3]", "answers: [3, 3]", 10, 30, "at least two answers"},
    {"answers: [0, 3]", "answers: [-128, 3]", 10, 31, "from -127 to 127"},
    {"answers: [0, 3]", "answers: [0, 3.5]", 10, 34, "a whole number"},
    {"at: [5, 1, 3]", "at: [5, 1]", 11, 64, "the places of 3 items"},
    {"at: [5, 1, 3]", "at: [5, 1, 6]", 11, 71, "from 1 to 5"},
    {"at: [5, 1, 3]", "at: [5, 1, 5]", 11, 71, "twice"},
    {"count: 5", "count: 3", 11, 65, "from 1 to 3"},
    {"items: [1..3]", "items: []", 13, 28, "a list of 0"},
    {"items: [1..3]", "items: [1..7]", 13, 29, "from 1 to 6"},
    {"items: [1..3]", "items: [3..1]", 13, 29, "from 3 to 6"},
    {"items: [1..3]", "items: [1..3, 2]", 13, 35, "item 2 stands twice"},
    {"items: [1..3]", "items: [x]", 13, 29, "a whole number"},
    {"items: [1..3]", "items: [1.., 2]", 13, 29, "a whole number"},
    {"items: [1..3]", "items: [000000000001..3]", 13, 29, "a whole number"},
    {"items: [1..3]", "items: [[1]]", 13, 29, "found a list"},
    {"items: [1..3]", "items: [1..3], sum: [low]", 13, 8, "exactly one of the keys"},
    {"items: [1..3], ", "", 13, 8, "exactly one of the keys"},
    {"reversed: [2]", "reversed: [4]", 13, 46, "not an item of this scale"},
    {"reversed: [2]", "group: extra, reversed: [2], sd: {}", 13, 69, "\"value\" is missing"},
    {"reversed: [2]", "group: extar", 13, 43, "did you mean \"extra\"?"},
    {"better: lower, ", "", 13, 8, "\"better\" is missing"},
    {"better: lower", "better: worse", 13, 59, "expected one of: lower, higher"},
    {"decimals: 1}", "decimals: 7}", 13, 76, "from 0 to 6"},
    {"  low: {title: Low,", "  low scale: {title: Low,", 13, 3, "a name is made of"},
    {"item: 6, answer", "item: 4, answer", 17, 13, "also an item of this scale"},
    {"item: 6, answer", "item: 7, answer", 17, 20, "from 1 to 6"},
    {"answer: 0}", "answer: 4}", 17, 31, "from 0 to 3"},
    {"recode: [0, 0, 1, 2]", "recode: [0, 0, 1]", 18, 13, "a list of 3; expected 4 to 4"},
    {"recode: [0, 0, 1, 2]", "recode: [0, 0, 1, 256]", 18, 23, "from 0 to 255"},
    {"value: 2.5", "value: -1", 21, 17, "a number from 0"},
    {"source: x, confidence: G", "confidence: G", 21, 9, "\"source\" is missing"},
    {"sum: [low, high]", "sum: [low, table]", 24, 16, "expected one of: low, high"},
    {"sum: [low, high]", "sum: [low, low]", 24, 16, "twice in the sum"},
    {"sum: [low, high]", "sum: [low]\n    recode: [1]", 25, 13, "goes only with \"items\""},
    {"halves: {confidence", "thirds: {confidence", 28, 7, "not described under"},
    {"lower: [0, 6]", "lower: [0, 5]", 28, 62, "without gap or overlap"},
    {"lower: [0, 6]", "lower: [0, 7]", 28, 62, "without gap or overlap"},
    {"lower: [0, 6]", "lower: [6, 0]", 28, 62, "the lower edge comes first"},
    {"upper: [7, 13], lower: [0, 6]", "lower: [0, 6], upper: [7, 13]", 28, 61, "best first"},
    {"upper: [7, 13]", "upper: [7.5, 13]", 28, 47, "1/1 of a point"},
    {"upper: [7, 13]", "upper: [7]", 28, 46, "a list of 1"},
    {"upper: [7, 13]", "upper: [7, 1234567]", 28, 50, "at most 6 digits"},
    {"upper: [7, 13]", "upper: [7, 1.23456]", 28, 50, "4 decimals"},
    {"upper: [7, 13]", "upper: [7, 1.]", 28, 50, "such as 19.5"},
    {"confidence: U, edges", "confidence: U, step: 0, edges", 28, 37, "more than 0"},
    {"confidence: U, edges", "confidence: U, step: 2, edges", 28, 55, "whole number of steps"},
    {"edges: {upper: [7, 13], lower: [0, 6]}", "edges: {}", 28, 38, "expected 1 to 12 bands"},
    {"from: high", "from: table", 31, 21, "expected one of: low, high, both"},
    {"lowest: 0", "lowest: 1", 30, 5, "not in the conversion table"},
    {"3, 9]}", "3]}", 30, 5, "not in the conversion table"},
    {"1.5, 2.25", "1.5, 2.25x", 31, 54, "such as 19.5"},
    {"default_bands: halves", "default_bands: thirds", 34, 16, "not under the key"},
    {"band_sets:\n  halves: {source: x, usual: upper}\n", "", 1, 1, "\"band_sets\" is missing"},
    {"halves: {source: x,", "halves: {confidence: U, source: x,", 36, 12, "not known here"},
    {"usual: upper", "usual: uper", 36, 30, "did you mean \"upper\"?"},
    {"usual: upper", "usual: [upper]", 36, 30, "found a list"},
    {"decimals: 1}\n", "decimals: 1, norms: {n: {mean: 2, confidence: G}}}\n", 13, 87,
     "not described under the key \"norms\""},
    {"rules:\n", "norms: {n: {population: x, year: 2011, source: x}}\nrules:\n", 37, 9,
     "no scale has figures"},
    {"rules:\n", "norms: {n: {popluation: x}}\nrules:\n", 37, 13, "\"population\"?"},
    {"rules:\n", "norms: [n]\nrules:\n", 37, 8, "names of norms"},
    {"decimals: 1}\n", "decimals: 1, norms: {}}\n", 13, 86, "expected 1 to 32 norms"},
    {"rules:\n", "ruels:\n", 37, 1, "did you mean \"rules\"?"},
    {"discount: {text: x, ", "discount: {", 38, 13, "\"text\" is missing"},
    {"complete_groups: yes", "complete_groups: perhaps", 38, 66, "yes or no"},
    {"complete_groups: yes", "complete_groups: yes, scales: {}", 38, 13, "leaves nothing"},
    {"low: {at_least: 2}", "low: {at_least: 4}", 44, 23, "from 1 to 3"},
    {"low: {at_least: 2}", "low: {}", 44, 12, "\"at_least\" is missing"},
    {"low: {at_least: 2}", "lwo: {at_least: 2}", 44, 7, "did you mean \"low\"?"},
    {"low: {at_least: 2}", "table: {at_least: 1}", 44, 14, "only scales made of items"},
    {"blank: zero", "blank: zero, round: half_up", 45, 13, "leaves nothing to round"},
    {"blank: zero", "blank: null", 45, 34, "expected one of: prorate, zero"},
    {"like: published", "like: more", 47, 11, "expected one of: discount, published"},
    {"both: {at_least: 1, round: half_up}", "both: {at_least: 1, round: up}", 51, 41,
     "expected one of: none, half_up, half_even"},
    {"both: {at_least: 1, round: half_up}", "both: {at_least: 1, blank: zero}", 51, 20,
     "is for items"},
};

static void replace(char out[MOST_TEXT], const char *from, const char *to)
{
    const char *const at = strstr(good, from);
    assert_non_null(at);
    const int n =
        snprintf(out, MOST_TEXT, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
    assert_true(n > 0 && n < MOST_TEXT);
}

static struct fault parse(const char *text, const char *rule, struct arena *arena,
                          const struct instrument **out)
{
    return instrument_parse("mood.yaml", text, strlen(text), rule, arena, out);
}

static void test_bad(void **state)
{
    (void)state;
    size_t n_wrong = 0;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct arena arena = {0};
        char text[MOST_TEXT];
        const struct instrument *instrument;
        replace(text, bad[i].from, bad[i].to);
        const struct fault fault = parse(text, NULL, &arena, &instrument);
        const bool anywhere = bad[i].line == 0; /* YAML that is no YAML: only refused */
        if (fault.code == FAULT_NONE || instrument != NULL ||
            (!anywhere && (fault.row != bad[i].line || fault.column != bad[i].column ||
                           strstr(fault.detail, bad[i].says) == NULL))) {
            print_error("%s -> %s: %zu:%zu %s\n", bad[i].from, bad[i].to, fault.row, fault.column,
                        fault.detail);
            n_wrong++;
        }
        assert_string_equal(fault.file, "mood.yaml");
        arena_free(&arena);
    }
    assert_int_equal(n_wrong, 0);
}

/* A file with any one line left out, or cut off after any byte, is read or refused. */
static void test_cut(void **state)
{
    (void)state;
    for (size_t n = 0; n < strlen(good); n++) {
        struct arena arena = {0};
        const struct instrument *instrument;
        char *const copy = malloc(n + 1);
        memcpy(copy, good, n);
        const struct fault fault =
            instrument_parse("mood.yaml", copy, n, NULL, &arena, &instrument);
        assert_true((fault.code == FAULT_NONE) == (instrument != NULL));
        free(copy);
        arena_free(&arena);
    }
    for (const char *line = good; *line != '\0'; line += strcspn(line, "\n") + 1) {
        struct arena arena = {0};
        const struct instrument *instrument;
        char text[MOST_TEXT], whole[MOST_TEXT];
        snprintf(whole, sizeof whole, "%.*s", (int)strcspn(line, "\n") + 1, line);
        replace(text, whole, "");
        const struct fault fault = parse(text, NULL, &arena, &instrument);
        assert_true((fault.code == FAULT_NONE) == (instrument != NULL));
        arena_free(&arena);
    }
}

static void test_good(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct instrument *mood;
    assert_int_equal(parse(good, "Published", &arena, &mood).code, FAULT_NONE);
    assert_string_equal(mood->name, "mood");
    assert_string_equal(mood->rule, "published");
    assert_int_equal(mood->age_highest, 18);
    assert_int_equal(mood->groups[1].n_long, 5);
    assert_int_equal(mood->groups[1].in_long[0], 4);
    assert_int_equal(mood->scales[0].reversed[1], 1);
    assert_int_equal(mood->scales[0].units_per_point, 2); /* 3 s / 2 */
    assert_int_equal(mood->scales[2].units_per_point, 2);
    assert_int_equal(mood->scales[3].units_per_point, 4); /* 1.5 and 2.25 */
    assert_int_equal(mood->scales[3].conversion[2], 9);
    assert_true(isnan(mood->scales[0].sd));
    assert_true(close_to(mood->scales[1].sd, 2.5, 0.0));
    /* low: 3 + (3 - 2), prorated from two items to three; high: 2, a blank counts 0 */
    const answer main_items[] = {3, 2, ANSWER_MISSING, 3, ANSWER_MISSING, 1};
    const struct answers answers = {{main_items}};
    struct scored scored[MAX_SCALES];
    instrument_score(mood, &answers, scored);
    const int64_t expected[] = {12, 2, 16, 9}; /* 6 points in halves; 2; 6 + 2; 2.25 in quarters */
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_int_equal(outcome_score(mood->scales[i].values, scored[i].outcome), expected[i]);
        assert_true(scored[i].prorated);
    }
    arena_free(&arena);
}

static void test_unknown_rule(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct instrument *mood;
    const struct fault fault = parse(good, "strict", &arena, &mood);
    assert_int_equal(fault.code, FAULT_CONTENT);
    assert_int_equal(fault.row, 0);
    assert_string_equal(fault.file, "");
    assert_string_equal(fault.detail, "mood has no missing-items rule \"strict\"; expected one "
                                      "of: discount, published, more");
    assert_null(mood);
    arena_free(&arena);
}

/* Prorating 128 items from one answer needs finer parts of a point than whole numbers can hold. */
static void test_too_fine(void **state)
{
    (void)state;
    const char text[] =
        "name: x\ntitle: x\nunit: x\nlicence: x\nsource: x\nconfidence: U\n"
        "groups: {items: {count: 128, answers: [0, 1]}}\n"
        "scales: {total: {title: x, items: [1..128], better: lower, decimals: 0}}\n"
        "rules: {fine: {text: x, source: x, confidence: U, scales: {total: {at_least: 1}}},\n"
        "  whole: {text: x, source: x, confidence: U,\n"
        "    scales: {total: {at_least: 1, round: half_even}}}}\n";
    struct arena arena = {0};
    const struct instrument *instrument;
    const struct fault fault = parse(text, NULL, &arena, &instrument);
    assert_int_equal(fault.row, 8);
    assert_non_null(strstr(fault.detail, "too fine"));
    assert_int_equal(parse(text, "whole", &arena, &instrument).code, FAULT_NONE);
    assert_int_equal(instrument->scales[0].n_values, 129);
    arena_free(&arena);
}

/* --- the built-in instruments --------------------------------------------------------------- */

static void check_builtin(const char *name, const char *rule)
{
    const struct instrument_shelf shelf = {0};
    struct arena arena = {0};
    const struct instrument *instrument;
    const struct fault fault = instrument_load(&shelf, name, rule, &arena, &instrument);
    if (fault.code != FAULT_NONE) {
        fail_msg("%s:%zu:%zu: %s", fault.file, fault.row, fault.column, fault.detail);
    }
    assert_string_equal(instrument->name, name);
    assert_string_equal(instrument->rule, rule);
    for (size_t i = 0; i < instrument->n_scales; i++) {
        const struct scale *const scale = &instrument->scales[i];
        assert_true(scale->units_per_point > 0);
        assert_true((scale->n_values > 0) != instrument->is_goals);
        for (size_t s = 0; s < scale->n_band_sets; s++) { /* every score has a band */
            for (size_t v = 0; v < scale->n_values; v++) {
                if (band_of(&scale->band_sets[s], scale->values[v]) < 0) {
                    fail_msg("%s %s %s: no band for %d units", name, scale->name,
                             scale->band_sets[s].name, (int)scale->values[v]);
                }
            }
        }
    }
    arena_free(&arena);
}

static const struct {
    const char *name, *rules; /* the default first */
} builtin[] = {
    {"wemwbs", "discount published"},
    {"swemwbs", "discount published one_missing"},
    {"sdq-parent", "published discount half_even three_of_four impact_strict"},
    {"sdq-teacher", "published discount half_even three_of_four impact_strict"},
    {"sdq-self", "published discount half_even three_of_four impact_strict"},
    {"sdq-parent-2-4", "published discount half_even three_of_four impact_strict"},
    {"sdq-teacher-2-4", "published discount half_even three_of_four impact_strict"},
    {"score-15", "discount published"},
    {"gas", "discount published"},
};

static void test_builtin(void **state)
{
    (void)state;
    const struct instrument_shelf shelf = {0};
    assert_int_equal(n_builtin_instruments, COUNT(builtin));
    for (size_t i = 0; i < COUNT(builtin); i++) {
        struct arena arena = {0};
        const struct instrument *instrument;
        char rules[200] = "";
        assert_string_equal(builtin_instruments[i], builtin[i].name);
        const struct fault fault =
            instrument_load(&shelf, builtin[i].name, NULL, &arena, &instrument);
        if (fault.code != FAULT_NONE) {
            fail_msg("%s:%zu:%zu: %s", fault.file, fault.row, fault.column, fault.detail);
        }
        assert_string_equal(instrument->rule, instrument->rules[0]);
        for (size_t r = 0; r < instrument->n_rules; r++) {
            strcat(strcat(rules, r == 0 ? "" : " "), instrument->rules[r]);
            check_builtin(builtin[i].name, instrument->rules[r]);
        }
        assert_string_equal(rules, builtin[i].rules);
        arena_free(&arena);
    }
}

static void test_gas(void **state)
{
    (void)state;
    const struct instrument_shelf shelf = {0};
    struct arena arena = {0};
    const struct instrument *gas;
    assert_int_equal(instrument_load(&shelf, "GAS", NULL, &arena, &gas).code, FAULT_NONE);
    assert_true(gas->is_goals);
    assert_int_equal(gas->n_scales, 3);
    assert_int_equal(gas->scales[0].units_per_point, GAS_HALVES_PER_LEVEL);
    assert_int_equal(gas->scales[1].units_per_point, GAS_MEAN_UNITS);
    assert_int_equal(gas->scales[2].units_per_point, GAS_T_UNITS);
    assert_int_equal(gas->scales[2].kind, SCALE_GOALS);
    arena_free(&arena);
}

static const struct {
    const char *asked, *name; /* NULL: not known */
    const char *says;
} finds[] = {
    {"WEMWBS", "wemwbs", NULL},
    {"sdq_parent", "sdq-parent", NULL},
    {"SDQParent24", "sdq-parent-2-4", NULL},
    {"score_15", "score-15", NULL},
    {"SDQ-P", "sdq-parent", NULL},
    {"goals", "gas", NULL},
    {"wemwsb", NULL, "the instrument \"wemwsb\" is not known; did you mean \"wemwbs\"?"},
    {"sdq", NULL,
     "the instrument \"sdq\" has several versions, expected one of: sdq-parent, sdq-teacher, "
     "sdq-self, sdq-parent-2-4, sdq-teacher-2-4"},
};

static void test_find(void **state)
{
    (void)state;
    const struct instrument_shelf shelf = {0};
    for (size_t i = 0; i < COUNT(finds); i++) {
        struct arena arena = {0};
        const struct instrument *instrument;
        const struct fault fault =
            instrument_load(&shelf, finds[i].asked, NULL, &arena, &instrument);
        if (finds[i].name != NULL) {
            assert_int_equal(fault.code, FAULT_NONE);
            assert_string_equal(instrument->name, finds[i].name);
        } else {
            assert_int_equal(fault.code, FAULT_CONTENT);
            assert_string_equal(fault.detail, finds[i].says);
            assert_null(instrument);
        }
        arena_free(&arena);
    }
}

/* A user's own file stands on the shelf by its name, and before a built-in one. */
static void test_own_file(void **state)
{
    (void)state;
    char path[] = "/tmp/pellter-test-XXXXXX";
    const char *const paths[] = {path};
    const struct instrument_shelf shelf = {.files = paths, .n_files = 1};
    struct arena arena = {0};
    const struct instrument *instrument;
    const char *const *names;
    size_t n;
    char text[MOST_TEXT];
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE *const file = fdopen(descriptor, "wb");
    replace(text, "name: mood", "name: WEMWBS");
    assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
    assert_int_equal(instrument_load(&shelf, "wemwbs", NULL, &arena, &instrument).code, FAULT_NONE);
    assert_string_equal(instrument->title, "A mood scale");
    assert_int_equal(instrument_load(&shelf, "mood_scale", NULL, &arena, &instrument).code,
                     FAULT_NONE);
    assert_string_equal(instrument->title, "A mood scale");
    assert_int_equal(instrument_load(&shelf, "gas", NULL, &arena, &instrument).code, FAULT_NONE);
    assert_int_equal(instrument_names(&shelf, &arena, &names, &n).code, FAULT_NONE);
    assert_int_equal(n, n_builtin_instruments); /* "WEMWBS" is there already */
    remove(path);
    assert_int_equal(instrument_load(&shelf, "gas", NULL, &arena, &instrument).code, FAULT_OPEN);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad),      cmocka_unit_test(test_cut),
        cmocka_unit_test(test_good),     cmocka_unit_test(test_unknown_rule),
        cmocka_unit_test(test_too_fine), cmocka_unit_test(test_builtin),
        cmocka_unit_test(test_gas),      cmocka_unit_test(test_find),
        cmocka_unit_test(test_own_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

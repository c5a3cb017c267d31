/* tests/test_tally_file.c - a tally file gives back what was counted, whatever names stand in it;
   files of one study add up, by name; a description is the same for studies that compute the same,
   and the difference of two is said; small cohorts are withheld. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/check.h"
#include "engine/family_given.h"
#include "engine/withheld.h"
#include "io/read/description.h"
#include "io/read/tally_file.h"
#include "io/write/tally_file.h"

static const struct instrument_shelf no_shelf = {0};

static void parse_plan(const char *yaml, struct plan *plan)
{
    const struct plan_options options = {.n_breakdowns = 0};
    const struct fault fault = plan_parse("s.yaml", "", yaml, strlen(yaml), &options, plan);
    if (fault.code != FAULT_NONE) {
        fail_msg("%s:%zu:%zu: %s", yaml, fault.row, fault.column, fault.detail);
    }
}

/* --- descriptions --- */

/* Every key that a study can have; each is described, read again, and described as the same. */
static const char *const studies[] = {
    "stages: [a, b]\nsources: [{file: x.csv, instrument: wemwbs, items: 'w{1..14}'}]",
    "stages: [only]\nmixed_model: no\nsources: [{file: x.csv, instrument: swemwbs, items: 'w{1..7}'}]",
    "title: T\nstages: [a, {name: 'it''s: \"b\"', values: [B], window: [30, 60], pick: nearest},"
    " {name: \"c\\n\\u0085\\u2028d\", window: [61, 90], after: a, pick: last},"
    " {name: e, window: [-5, 9], after: 'it''s: \"b\"'}]\nbefore: a\nafter: e\nas_of: 2020-02-29\n"
    "cohorts: [[site], [year], [site, year], ['a,b: c']]\nsite: 'a,b: c'\nyear: site\n"
    "comparison_group: {column: 'arm: 1', value: 'it''s'}\ncohort_from: after\nduplicates: last\n"
    "missing: ['-9']\nmixed_model: {df: satterthwaite, structure: unstructured}\nsmall_numbers: {too_few_below: 5, caution_below: 0}\npaired: {zeros: pratt, bootstrap: 1500, seed: 3}\nreliable_change: {sd: 4.31, reliability: 0.1}\n"
    "sources: [{file: x.csv, instrument: wemwbs, items: 'w{1..14}', incomplete: published,"
    " bands: benchmark_cesd}]",
    "primary: {instrument: sdq-self, scale: peer, stage: c}\nstages: [a, b, c]\nafter: b\nas_of: 1899-12-31\nreliable_change: {sd: study}\n"
    "duplicates: first\ncohort_from: first\nsources:\n"
    " - {file: x.csv, instrument: {column: i, values: {P: sdq-parent, S: sdq-self}},"
    " items: 'q{1..25}', impact: 'i{0..5}', bands: four}\n"
    " - {file: y.csv, instrument: sdq-parent, items: 'q{1..25}'}",
    "stages: [a, b]\nacross_versions: yes\nreliable_change: {sd: 1000000000}\nsources:\n"
    " - {file: x.csv, instrument: sdq-parent, items: 'q{1..25}', impact: 'i{0..5}'}\n"
    " - {file: y.csv, instrument: sdq-parent-2-4, items: 'q{1..25}'}\n"
    " - {file: z.csv, instrument: wemwbs, items: 'w{1..14}'}",
    "stages: [a, b]\nsources:\n - {file: g.csv, instrument: gas, weight: w, category: c,"
    " flags: [x, 'y: z'], target: 66.6, target_test: greater, partial: keep, rho: 0.25,"
    " chosen_by: 'families, with a worker', rated_by: the worker}\n"
    " - {file: h.csv, instrument: gas, weight: v, flags: [u]}",
};

static void test_description_is_read_as_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(studies); i++) {
        struct arena arena = {0};
        struct plan plan, again;
        const char *text, *text_again;
        struct fault fault;
        parse_plan(studies[i], &plan);
        text = plan_describe(&plan, &arena);
        assert_non_null(text);
        fault = description_parse("x", text, &no_shelf, &again);
        if (fault.code != FAULT_NONE) {
            fail_msg("%s: %s", text, fault.detail);
        }
        text_again = plan_describe(&again, &arena);
        assert_string_equal(text, text_again);
        assert_int_equal(plan.study.n_scales, again.study.n_scales);
        for (size_t s = 0; s < plan.study.n_scales; s++) {
            assert_int_equal(plan.study.scales[s].collected, again.study.scales[s].collected);
            assert_int_equal(study_band_set(&plan.study, s), study_band_set(&again.study, s));
        }
        assert_int_equal(plan.study.as_of, again.study.as_of);
        assert_true(close_to(plan.study.given_sd, again.study.given_sd, 0));
        assert_true(close_to(plan.study.given_reliability, again.study.given_reliability, 0));
        assert_int_equal(plan.study.primary.is_named, again.study.primary.is_named);
        assert_int_equal(plan.study.primary.scale, again.study.primary.scale);
        assert_int_equal(plan.study.small_numbers.too_few, again.study.small_numbers.too_few);
        assert_int_equal(plan.study.small_numbers.caution, again.study.small_numbers.caution);
        assert_int_equal(plan.study.zeros, again.study.zeros);
        assert_int_equal(plan.study.bootstrap.replicates, again.study.bootstrap.replicates);
        assert_int_equal(plan.study.bootstrap.seed, plan.study.bootstrap.replicates > 0
                                                        ? again.study.bootstrap.seed
                                                        : BOOTSTRAP_SEED);
        assert_int_equal(plan.study.model.df, again.study.model.df);
        assert_int_equal(plan.study.model.structure, again.study.model.structure);
        assert_int_equal(plan.study.model.off, again.study.model.off);
        assert_true(close_to(plan.study.goals.target, again.study.goals.target, 0));
        plan_free(&plan);
        plan_free(&again);
        arena_free(&arena);
    }
}

#define ONE_SOURCE "sources: [{file: x.csv, instrument: wemwbs, items: 'w{1..14}'}]"

/* Each pair of studies: the same description, or what is said of the first line that differs. */
static const struct {
    const char *name, *found, *expected, *difference;
} pairs[] = {
    {"files, columns, separators, titles and remarks do not count",
     "# ours\ntitle: A\nstages: [{name: a, values: [T1]}, b]\nmissing: [x]\nsources: [{file: p.csv, "
     "separator: ';', participant: ref, stage: when, instrument: wemwbs, answers: {never: 1}, "
     "missing: ['9'], items: 'w{1..14}', constants: {site: A}}]",
     "stages: [a, b]\n" ONE_SOURCE, NULL},
    {"the order of the keys does not count", ONE_SOURCE "\nafter: b\nstages: [a, b]",
     "stages: [a, b]\nbefore: a\n" ONE_SOURCE, NULL},
    {"stages", "stages: [a, b, c]\nafter: b\n" ONE_SOURCE, "stages: [a, b]\n" ONE_SOURCE,
     "found stages: ['a', 'b', 'c'], expected stages: ['a', 'b']"},
    {"a line too many", "stages: [a, b]\nas_of: 2001-01-01\n" ONE_SOURCE,
     "stages: [a, b]\n" ONE_SOURCE, "found as_of: 2001-01-01, expected no such line"},
    {"a line too few", "stages: [a, b]\n" ONE_SOURCE,
     "stages: [a, b]\nas_of: 2001-01-01\n" ONE_SOURCE,
     "found no such line, expected as_of: 2001-01-01"},
    {"two lines", "stages: [a, b]\nduplicates: last\ncohort_from: first\n" ONE_SOURCE,
     "stages: [a, b]\n" ONE_SOURCE,
     "found cohort_from: first, expected cohort_from: before (and 1 more difference)"},
    {"the end of a long line",
     "stages: [a, b]\ncohorts: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, "
     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, c]\n" ONE_SOURCE,
     "stages: [a, b]\ncohorts: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, "
     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, d]\n" ONE_SOURCE,
     "found ...bbbbbbbbbbbbbbbbbbbbbbbbbb', 'c']], expected ...bbbbbbbbbbbbbbbbbbbbbbbbbb', 'd']]"},
};

static void test_difference(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct arena arena = {0};
        struct plan a, b;
        const char *found, *expected, *difference;
        parse_plan(pairs[i].found, &a);
        parse_plan(pairs[i].expected, &b);
        found = plan_describe(&a, &arena);
        expected = plan_describe(&b, &arena);
        assert_non_null(found);
        assert_non_null(expected);
        if (pairs[i].difference == NULL) {
            assert_string_equal(found, expected);
        } else {
            difference = description_difference(&arena, found, expected);
            assert_non_null(difference);
            assert_string_equal(difference, pairs[i].difference);
        }
        plan_free(&a);
        plan_free(&b);
        arena_free(&arena);
    }
}

/* --- files --- */

#define STUDY                                                                        \
    "stages: [' a', 'b,\"', '-c']\nafter: '-c'\ncohorts: [[site, year]]\nsources:\n" \
    " - {file: x.csv, instrument: swemwbs, items: 'w{1..7}'}\n"                      \
    " - {file: x.csv, instrument: gas, category: category, flags: [f, g]}"

/* What was counted, by hand. */
struct site {
    struct plan plan;
    struct cohorts cohorts;
    struct names names;
    struct counted counted;
    struct arena arena;
};

/* Names that CSV, white space, spreadsheets or our own bars could get wrong. */
static const char *const odd_names[] = {
    "plain",  "a,b",          "say \"so\"", "=SUM(A1)",   "-5",
    "+1",     "@x",           "|",          "|x",         "x|",
    "#no",    "\xc2\xa0x",    "x\xc2\xa0",  "two\nlines", "cr\rcr",
    "\ttab",  "Not recorded", "S\xc3\xb4n", "score",      "\xef\xbb\xbfm",
    "a\r\nb", "''",           "\"",
};

static uint32_t cohort_of(struct site *site, const char *a, const char *b)
{
    uint32_t values[2], cohort;
    assert_true(cohorts_value(&site->cohorts, a, strlen(a), &values[0]));
    assert_true(cohorts_value(&site->cohorts, b, strlen(b), &values[1]));
    assert_true(cohorts_add(&site->cohorts, values, &cohort));
    return cohort;
}

static void count(struct site *site, const struct tally_cell *cell, uint64_t n)
{
    assert_true(tally_add(&site->counted.tally, cell, (uint32_t)n));
}

/* n respondents of a cohort on a scale, all with the same codes at the three stages. */
static void add_people(struct site *site, uint32_t cohort, size_t scale, const tally_code codes[3],
                       uint64_t n)
{
    struct tally_cell cell = {.cohort = cohort, .scale = (uint16_t)scale};
    bool every = true;
    for (uint16_t stage = 0; stage < 3; stage++) {
        cell.stage = stage;
        cell.later = TALLY_ONE_STAGE;
        cell.code = codes[stage];
        cell.later_code = 0;
        count(site, &cell, n);
        every = every && tally_is_score(codes[stage]);
        for (uint16_t later = stage + 1; later < 3; later++) {
            cell.later = later;
            cell.later_code = codes[later];
            count(site, &cell, n);
        }
    }
    cell.later_code = 0;
    cell.later = TALLY_ALL_STAGES;
    for (uint16_t stage = 0; stage < 3 && every; stage++) {
        cell.stage = stage;
        cell.code = codes[stage];
        count(site, &cell, n);
    }
    for (uint64_t i = 0; i < n && every; i++) {
        assert_true(patterns_add(&site->counted.tally.patterns, cohort, scale, 7, codes));
    }
}

/* n respondents of a measure: with scores on every scale at every stage, or with none. */
static void add_respondents(struct site *site, size_t measure, uint32_t cohort, bool scored,
                            uint64_t n)
{
    const struct measure *const m = &site->plan.study.measures[measure];
    const tally_code reasons[] = {TALLY_REASON(REASON_NO_FORM), TALLY_REASON(REASON_CONFLICTING),
                                  TALLY_REASON(REASON_NOT_DUE)};
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const size_t scale = m->first_scale + i;
        const struct scale *const s = site->plan.study.scales[scale].scale;
        const tally_code scores[] = {s->n_values > 0 ? s->values[3] : 7,
                                     s->n_values > 0 ? s->values[5] : -INT64_C(987654321012),
                                     s->n_values > 0 ? s->values[0] : 0};
        if (!study_is_goal_level(&site->plan.study, scale)) {
            add_people(site, cohort, scale, scored ? scores : reasons, n);
        }
    }
    site->counted.measures[measure].respondents += n;
    site->counted.measures[measure].forms[FORM_USED] += n;
    site->counted.measures[measure].forms_read += n;
}

static void site_init(struct site *site)
{
    *site = (struct site){0};
    parse_plan(STUDY, &site->plan);
    assert_true(cohorts_init(&site->cohorts, 2));
    assert_true(counted_init(&site->counted, &site->plan.study, &site->cohorts, &site->names, 2));
}

static void site_free(struct site *site)
{
    counted_free(&site->counted);
    cohorts_free(&site->cohorts);
    names_free(&site->names);
    plan_free(&site->plan);
    arena_free(&site->arena);
}

/* The goals of a cohort that were rated at their latest review, none of them attained: of one family. */
static void add_goal_family(struct site *site, const struct goal_cell *goal)
{
    const struct study *const study = &site->plan.study;
    struct family_cell cell = {.cohort = goal->cohort, .members = goal->count, .count = 1};
    while (!study_is_goal_level(study, cell.of.scale)) {
        cell.of.scale++;
    }
    cell.of.stage = (uint8_t)goal->occasion;
    for (size_t d = GOALS_ANY; d < GOALS_BY_FLAG + study->goals.n_flags; d++) {
        cell.of.later = (uint8_t)(FAMILY_ATTAINED + d);
        cell.of.about = d == GOALS_ANY ? 0 : d == GOALS_BY_CATEGORY ? NO_NAME : 1;
        if (d != GOALS_BY_CATEGORY || study->goals.has_category) {
            assert_true(family_tally_add(&site->counted.families, &cell));
        }
    }
}

/* One family of n members in each cohort, who all have these scores on a scale at two stages. */
static void add_split_pair(struct site *site, size_t scale, const uint32_t cohorts[],
                           size_t n_cohorts, uint64_t n, size_t stage, size_t later,
                           const int64_t scores[])
{
    const struct study *const study = &site->plan.study;
    const struct share_rules rules = share_rules_of(study, scale);
    struct family_given given[MOST_FAMILY_GIVEN];
    const size_t n_given =
        family_given_by(study, scale, &rules, stage, later, scores[stage], scores[later], given);
    struct family_part parts[32];
    assert_true(n_cohorts <= COUNT(parts));
    for (size_t i = 0; i < n_given; i++) {
        for (size_t k = 0; k < n_cohorts; k++) {
            parts[k] = (struct family_part){cohorts[k], n, (int64_t)n * given[i].sum};
        }
        assert_true(
            family_tally_add_split(&site->counted.families, &given[i].of, parts, n_cohorts));
    }
}

/* All scored respondents of a measure, n in each cohort: one family that lives in all of these. */
static void add_split_family(struct site *site, size_t measure, const uint32_t cohorts[],
                             size_t n_cohorts, uint64_t n)
{
    const struct study *const study = &site->plan.study;
    const struct measure *const m = &study->measures[measure];
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const size_t scale = m->first_scale + i;
        const struct scale *const s = study->scales[scale].scale;
        const int64_t scores[] = {s->n_values > 0 ? s->values[3] : 7,
                                  s->n_values > 0 ? s->values[5] : -INT64_C(987654321012),
                                  s->n_values > 0 ? s->values[0] : 0};
        for (size_t later = 1; later < 3 && !study_is_goal_level(study, scale); later++) {
            for (size_t stage = 0; stage < later; stage++) {
                add_split_pair(site, scale, cohorts, n_cohorts, n, stage, later, scores);
            }
        }
    }
}

/* Every odd name as a cohort's value and as a category of goals; starting from `first`, so that two
   sites number them otherwise. */
static void fill(struct site *site, size_t first)
{
    const size_t n = COUNT(odd_names);
    uint32_t cohorts[COUNT(odd_names)];
    size_t n_cohorts = 0;
    for (size_t i = 0; i < n; i++) {
        const char *const name = odd_names[(first + i) % n];
        const uint32_t cohort = cohort_of(site, name, odd_names[(first + i + 1) % n]);
        struct goal_cell goal = {.cohort = cohort,
                                 .flags = 2,
                                 .occasion = GOAL_AFTER,
                                 .halves = GOAL_NOT_REVIEWED,
                                 .count = i + 1};
        add_respondents(site, 0, cohort, true, i + 1);
        add_respondents(site, 0, cohort, false, 3);
        add_respondents(site, 1, cohort, i % 2 == 0, 2);
        if (i % 2 == 0) {
            cohorts[n_cohorts++] = cohort;
        }
        assert_true(names_add(&site->names, name, strlen(name), &goal.category));
        assert_true(tally_add_goal(&site->counted.tally, &goal, goal.count));
        goal.category = NO_NAME;
        goal.halves = -4;
        goal.occasion = GOAL_LATEST;
        goal.flags = 0;
        assert_true(tally_add_goal(&site->counted.tally, &goal, goal.count));
        add_goal_family(site, &goal);
    }
    add_split_family(site, 1, cohorts, n_cohorts, 2);
    site->counted.measures[0].forms[FORM_CONFLICTING] += 3;
    site->counted.measures[0].forms_read += 3;
    site->counted.measures[0].moved = 5;
    site->counted.measures[1].has_family = true;
    site->counted.unknown_informants = 17;
    site->counted.ids[0] = (struct id_counts){.similar = 4, .summary_words = 0x12};
    for (size_t k = 0; k < N_FINDING_KINDS; k++) {
        site->counted.sources[1].cells[k] = 100 + k;
    }
    site->counted.sources[0].rows = 12;
    site->counted.checks.ages[0] = 40;
    site->counted.checks.ages_outside[0] = 2;
    site->counted.checks.scales[0] =
        (struct scale_sums){.audit = {.complete = 9, .prorated = 5, .unscored = 1},
                            .n = 30,
                            .sum = 77,
                            .sum_square = 1234567};
    site->counted.checks.scales[0].audit.prorated_from[6] = 5;
    *item_at(&site->counted.checks, 0, 0, 6) = (struct item_sums){.n = 31,
                                                                  .n_lowest = 1,
                                                                  .n_highest = 2,
                                                                  .n_one_below = 3,
                                                                  .n_one_above = 4,
                                                                  .sum = 5,
                                                                  .sum_square = 60,
                                                                  .sum_product = 700};
    assert_true(tally_sort(&site->counted.tally));
}

static char *written(const struct counted *counted, const char *description,
                     const char *const sources[], uint64_t threshold, size_t *n)
{
    const struct tally_head head = {
        .version = "0", .description = description, .sources = sources, .threshold = threshold};
    char *text = NULL;
    FILE *const out = open_memstream(&text, n);
    assert_non_null(out);
    assert_int_equal(write_tally(out, "memory", counted, &head).code, FAULT_NONE);
    assert_int_equal(fclose(out), 0);
    return text;
}

static char *written_site(struct site *site, const char *const sources[], uint64_t threshold,
                          size_t *n)
{
    const char *const description = plan_describe(&site->plan, &site->arena);
    assert_non_null(description);
    assert_true(tally_sort(&site->counted.tally));
    return written(&site->counted, description, sources, threshold, n);
}

static void add(struct tallies *tallies, const char *name, const char *bytes, size_t n)
{
    struct tally_text text;
    struct fault fault = tally_text_copy(name, bytes, n, &text);
    if (fault.code == FAULT_NONE) {
        fault = tallies_add(tallies, name, &text, &no_shelf);
        tally_text_free(&text);
    }
    if (fault.code != FAULT_NONE) {
        fail_msg("%s:%zu:%zu: %s", fault.file, fault.row, fault.column, fault.detail);
    }
}

/* Read and written again, a file has the same bytes: nothing was lost and nothing is numbered by
   chance. */
static void test_file_is_read_as_it_was(void **state)
{
    const char *const sources[] = {"|odd, \"file\".csv ", "x.csv"};
    struct site site;
    struct tallies tallies = {0};
    size_t n, n_again;
    char *text, *again;
    (void)state;
    site_init(&site);
    fill(&site, 0);
    text = written_site(&site, sources, 0, &n);
    add(&tallies, "one", text, n);
    assert_int_equal(tallies_finish(&tallies).code, FAULT_NONE);
    again = written(&tallies.counted, tallies.description, tallies.sources, 0, &n_again);
    assert_string_equal(text, again);
    assert_int_equal(tallies.counted.measures[0].moved, 5);
    assert_true(tallies.counted.measures[1].has_family);
    assert_int_equal(tallies.counted.ids[0].summary_words, 0x12);
    assert_int_equal(item_at(&tallies.counted.checks, 0, 0, 6)->sum_product, 700);
    assert_int_equal(tallies.counted.checks.scales[0].audit.prorated_from[6], 5);
    assert_string_equal(tallies.sources[0], sources[0]);
    free(text);
    free(again);
    tallies_free(&tallies);
    site_free(&site);
}

/* Two sites that met the names in another order, one with a file of another name, add up to what
   counting everything at once gives. */
static void test_files_add_up(void **state)
{
    static const char *const first_sources[] = {"x.csv", "x.csv"};
    static const char *const second_sources[] = {"x.csv", "y.csv"};
    struct site a, b, both;
    struct tallies tallies = {0};
    size_t n_a, n_b, n_both, n_merged;
    char *text_a, *text_b, *pooled, *merged;
    (void)state;
    site_init(&a);
    site_init(&b);
    site_init(&both);
    fill(&a, 0);
    fill(&b, 5);
    for (size_t i = COUNT(odd_names); i > 0; i--) { /* numbered in yet another order */
        (void)cohort_of(&both, odd_names[i - 1], odd_names[0]);
    }
    fill(&both, 5);
    fill(&both, 0);
    text_a = written_site(&a, first_sources, 0, &n_a);
    text_b = written_site(&b, second_sources, 0, &n_b);
    add(&tallies, "a", text_a, n_a);
    add(&tallies, "b", text_b, n_b);
    assert_int_equal(tallies_finish(&tallies).code, FAULT_NONE);
    /* x.csv of both, the second x.csv of the first, and y.csv */
    assert_int_equal(tallies.counted.n_sources, 3);
    assert_int_equal(tallies.counted.sources[0].rows, 24);
    assert_int_equal(tallies.counted.sources[1].cells[2], 102);
    assert_int_equal(tallies.counted.sources[2].cells[2], 102);
    assert_string_equal(tallies.sources[2], "y.csv");
    assert_int_equal(tallies.counted.measures[0].moved, 10);
    assert_int_equal(tallies.counted.checks.scales[0].sum_square, 2 * 1234567);
    assert_int_equal(tallies.counted.unknown_informants, 34);
    /* The cells of all, goals included; that nobody is in some cohorts makes no difference. */
    merged = written(&tallies.counted, tallies.description, tallies.sources, 0, &n_merged);
    pooled = written_site(&both, first_sources, 0, &n_both);
    assert_non_null(strstr(merged, "\nscore,"));
    *strstr(merged, "\nsha256,") = '\0';
    *strstr(pooled, "\nsha256,") = '\0';
    assert_string_equal(strstr(merged, "\nscore,"), strstr(pooled, "\nscore,"));
    free(text_a);
    free(text_b);
    free(merged);
    free(pooled);
    tallies_free(&tallies);
    site_free(&a);
    site_free(&b);
    site_free(&both);
}

/* --- thresholds --- */

static void test_withheld(void **state)
{
    static const struct {
        uint64_t threshold;
        size_t n_cohorts;
        uint64_t questionnaires, goals;
    } cases[] = {{0, 0, 0, 0}, {2, 0, 0, 0}, {3, 1, 40, 2}, {5, 2, 43, 6}, {41, 3, 43, 46}};
    struct site site;
    (void)state;
    site_init(&site);
    /* (40, 2), (3, 4) and (0, 40) respondents of the questionnaire and of goals */
    add_respondents(&site, 0, cohort_of(&site, "A", "1"), false, 40);
    add_respondents(&site, 1, cohort_of(&site, "A", "1"), false, 2);
    add_respondents(&site, 0, cohort_of(&site, "A", "2"), false, 3);
    add_respondents(&site, 1, cohort_of(&site, "A", "2"), false, 4);
    add_respondents(&site, 1, cohort_of(&site, "B", "1"), false, 40);
    assert_true(tally_sort(&site.counted.tally));
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct withheld withheld;
        assert_true(withheld_find(&site.counted, cases[i].threshold, &withheld));
        assert_int_equal(withheld.n_cohorts, cases[i].n_cohorts);
        assert_int_equal(withheld.respondents[0], cases[i].questionnaires);
        assert_int_equal(withheld.respondents[1], cases[i].goals);
        withheld_free(&withheld);
    }
    site_free(&site);
}

/* A tally with a threshold says nothing of what it withholds but how much it is, and is read. */
static void test_threshold_in_a_file(void **state)
{
    static const char *const sources[] = {"x.csv", "y.csv"};
    struct site site;
    struct tallies tallies = {0};
    size_t n;
    char *text;
    (void)state;
    site_init(&site);
    add_respondents(&site, 0, cohort_of(&site, "Large", "1"), false, 50);
    add_respondents(&site, 0, cohort_of(&site, "Tiny", "1"), false, 9);
    (void)cohort_of(&site, "Nobody", "1");
    site.counted.checks.scales[0].n = 50;
    item_at(&site.counted.checks, 0, 0, 0)->n = 50;
    text = written_site(&site, sources, 10, &n);
    assert_null(strstr(text, "Tiny"));
    assert_null(strstr(text, "Nobody"));
    assert_null(strstr(text, "\nitem,"));
    assert_non_null(strstr(text, "\nthreshold,10,1\nwithheld,swemwbs,9\n"));
    add(&tallies, "x", text, n);
    assert_int_equal(tallies.counted.measures[0].respondents, 50);
    assert_int_equal(tallies.counted.measures[0].forms_read, 59);
    assert_int_equal(tallies.files[0].withheld, 1);
    assert_int_equal(tallies.files[0].respondents[0], 9);
    assert_true(tallies.files[0].unchecked[0]);
    free(text);
    tallies_free(&tallies);
    site_free(&site);
}

/* Sums of 9 forms are left out, those of 10 are there. */
static void test_few_forms(void **state)
{
    static const char *const sources[] = {"x.csv", "y.csv"};
    (void)state;
    for (uint64_t forms = 9; forms <= 10; forms++) {
        struct site site;
        size_t n;
        char *text;
        site_init(&site);
        site.counted.checks.scales[0].n = (int64_t)forms;
        item_at(&site.counted.checks, 0, 0, 1)->n = forms;
        text = written_site(&site, sources, 0, &n);
        assert_int_equal(strstr(text, "\nitem,swemwbs,items,2,10,0,0,0,0,0,0,0\n") != NULL,
                         forms == 10);
        assert_int_equal(strstr(text, "\nscoring,swemwbs,raw,0,0,0,,,\n") != NULL, forms == 9);
        assert_int_equal(strstr(text, "\nunchecked,swemwbs\n") != NULL, forms == 9);
        free(text);
        site_free(&site);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_description_is_read_as_the_same),
        cmocka_unit_test(test_difference),
        cmocka_unit_test(test_file_is_read_as_it_was),
        cmocka_unit_test(test_files_add_up),
        cmocka_unit_test(test_withheld),
        cmocka_unit_test(test_threshold_in_a_file),
        cmocka_unit_test(test_few_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Study files that are read; test_plan_faults.c has those that are not. What they must mean was worked out
   by hand from chapter 4 of the design. */
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include "tests/plan_texts.h"

/* --- a plan in words -------------------------------------------------------------------------- */

struct words {
    char text[4000];
    size_t n;
};

static void say(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct words *words, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    words->n +=
        (size_t)vsnprintf(words->text + words->n, sizeof words->text - words->n, format, arguments);
    va_end(arguments);
    assert_true(words->n < sizeof words->text);
}

static void say_stages(struct words *words, const struct plan *plan)
{
    static const char *const picks[] = {"any", "nearest", "first", "last"};
    const struct study *const study = &plan->study;
    for (size_t i = 0; i < study->n_stages; i++) {
        const struct stage *const stage = &study->stages[i];
        say(words, "stage %zu %s", i, stage->name);
        for (size_t k = 0; k < plan->n_stage_values; k++) {
            if (plan->stage_values[k].stage == i) {
                say(words, "=%s", plan->stage_values[k].text);
            }
        }
        if (stage->has_window) {
            say(words, " %d..%d after %zu %s", (int)stage->window_first, (int)stage->window_last,
                stage->anchor, picks[stage->pick]);
        }
        say(words, "\n");
    }
    say(words, "pair %zu %zu\n", study->before, study->after);
}

static void say_rules(struct words *words, const struct study *study)
{
    static const char *const froms[] = {"before", "first", "after"};
    static const char *const duplicates[] = {"discount", "nearest", "first", "last"};
    static const char *const sds[] = {"instrument", "study", "given"};
    for (size_t b = 0; b < study->n_breakdowns; b++) {
        say(words, "by");
        for (size_t i = 0; i < study->breakdowns[b].n_columns; i++) {
            say(words, " %s", study->cohort_columns[study->breakdowns[b].columns[i]]);
        }
        say(words, "\n");
    }
    if (study->site_column > 0) {
        say(words, "site %s\n", study->cohort_columns[study->site_column - 1]);
    }
    if (study->year_column > 0) {
        say(words, "year %s\n", study->cohort_columns[study->year_column - 1]);
    }
    if (study->comparison_column > 0) {
        say(words, "comparison %s in %s\n", study->comparison_value,
            study->cohort_columns[study->comparison_column - 1]);
    }
    say(words, "title <%s> from %s duplicates %s\n", study->title, froms[study->cohort_from],
        duplicates[study->duplicates]);
    if (study->as_of != NO_DATE) {
        say(words, "as_of %d\n", (int)study->as_of);
    }
    say(words, "sd %s %g reliability %g\n", sds[study->reliable_sd], study->given_sd,
        study->given_reliability);
    if (study->reliable_method != RELIABLE_JACOBSON_TRUAX || study->low_reliability) {
        say(words, "method %d%s\n", (int)study->reliable_method,
            study->low_reliability ? " low" : "");
    }
    for (size_t i = 0; i < study->n_scales; i++) {
        const struct declared_change *const d = &study->scales[i].declared;
        if (d->threshold > 0.0 || d->important > 0.0 || d->clinical.sd > 0.0 ||
            d->functional.sd > 0.0) {
            say(words,
                "declared %s threshold %g important %g clinical %g %g functional %g %g cut %c\n",
                study->scales[i].scale->name, d->threshold, d->important, d->clinical.mean,
                d->clinical.sd, d->functional.mean, d->functional.sd,
                (char)('a' + (int)study_cut_off(&study->scales[i])));
        }
    }
    for (size_t i = 0; i < study->n_scales; i++) {
        const struct published_norm *const norm = study->scales[i].norm;
        if (norm != NULL) {
            say(words, "norm of %s %s %g\n", study->scales[i].scale->name, norm->name,
                norm->figures.mean);
        }
    }
    if (study->small_numbers.too_few != 10 || study->small_numbers.caution != 30) {
        say(words, "too few below %d, caution below %d\n", (int)study->small_numbers.too_few,
            (int)study->small_numbers.caution);
    }
    if (study->model.off) {
        say(words, "model off\n");
    } else if (study->model.df != 0 || study->model.structure != 0) {
        say(words, "model df %d, structure %d\n", (int)study->model.df,
            (int)study->model.structure);
    }
    if (study->zeros != ZEROS_DROPPED || study->bootstrap.replicates > 0) {
        say(words, "zeros %s, %zu replicates from %u\n",
            study->zeros == ZEROS_RANKED ? "ranked" : "dropped", study->bootstrap.replicates,
            (unsigned)study->bootstrap.seed);
    }
    if (study->primary.is_named) {
        static const char *const tests[] = {"t", "wilcoxon", "sign"};
        say(words, "primary %s at %s by %s\n", study->scales[study->primary.scale].scale->name,
            study->stages[study->primary.stage].name, tests[study->primary.test]);
    }
    say(words, "goals rho %g%s%s target %g", study->goals.rho,
        study->goals.weighted ? " weighted" : "", study->goals.keep_partial ? " kept" : "",
        study->goals.has_target ? study->goals.target : -1.0);
    for (size_t i = 0; i < study->goals.n_flags; i++) {
        say(words, " flag %s", study->goals.flags[i]);
    }
    say(words, "%s\n", study->goals.has_category ? " category" : "");
}

static void say_measures(struct words *words, const struct study *study)
{
    for (size_t m = 0; m < study->n_measures; m++) {
        const struct measure *const measure = &study->measures[m];
        say(words, "measure %s %s %s join %zu%s:", measure->label, measure->instrument->name,
            measure->instrument->rule, measure->join, measure->pooled ? " pooled" : "");
        for (size_t s = 0; s < measure->instrument->n_scales; s++) {
            const struct study_scale *const scale = &study->scales[measure->first_scale + s];
            assert_int_equal(scale->measure, m);
            if (scale->collected) {
                say(words, " %s", scale->scale->name);
            }
            if (scale->scale->n_band_sets > 0 && s == 0) {
                say(words, "(%s)", scale->scale->band_sets[measure->band_sets[s]].name);
            }
        }
        say(words, "\n");
    }
}

static void say_column(struct words *words, const char *what, const struct column_name *column)
{
    if (column->text != NULL) {
        say(words, " %s=%s@%zu:%zu", what, column->text, column->line, column->column);
    }
}

static void say_items(struct words *words, const struct source *source, size_t n_stages)
{
    for (size_t i = 0; i < MAX_GROUPS * n_stages; i++) {
        const struct item_columns *const items = &source->items[i];
        if (items->n > 0) {
            say(words, " items[%zu][%zu]=%s..%s", i / n_stages, i % n_stages, items->names[0].text,
                items->names[items->n - 1].text);
        }
    }
}

static void say_source(struct words *words, const struct source *source, const struct study *study)
{
    say(words, "source %s %s %s", source->name, source->path, source->wide ? "wide" : "long");
    if (source->separator != 0) {
        say(words, " separator %d", source->separator);
    }
    for (size_t i = 0; i < source->n_informants; i++) {
        say(words, " %s:%s@%zu",
            source->informants[i].value == NULL ? "" : source->informants[i].value,
            source->informants[i].instrument->name, source->informants[i].measure);
    }
    say_column(words, "informant", &source->informant);
    say_column(words, "participant", &source->participant);
    say_column(words, "family", &source->family);
    say_column(words, "stage", &source->stage);
    say_column(words, "age", &source->age);
    for (size_t i = 0; i < (source->wide ? study->n_stages : 1); i++) {
        say_column(words, "date", &source->dates[i]);
    }
    say_items(words, source, study->n_stages);
    say_column(words, "goal", &source->goal);
    say_column(words, "weight", &source->weight);
    say_column(words, "category", &source->category);
    for (size_t i = 0; i < study->n_cohort_columns; i++) {
        say_column(words, "cohort", &source->cohorts[i]);
    }
    say(words, "%s;", source->day_first ? " day first" : "");
    for (size_t i = 0; i < source->n_constants; i++) {
        say(words, " constant %s=%s", source->constants[i].column, source->constants[i].value);
    }
    for (size_t i = 0; i < source->n_answers; i++) {
        say(words, " answer %s=%d", source->answers[i].text, (int)source->answers[i].code);
    }
    say(words, "%s", source->numbers_too ? " numbers" : " no numbers");
    for (size_t i = 0; i < source->n_missing; i++) {
        say(words, " missing <%s>", source->missing[i]);
    }
    say(words, "\n");
}

static void say_plan(struct words *words, const struct plan *plan)
{
    *words = (struct words){.n = 0};
    say_stages(words, plan);
    say_rules(words, &plan->study);
    say_measures(words, &plan->study);
    for (size_t i = 0; i < plan->n_sources; i++) {
        say_source(words, &plan->sources[i], &plan->study);
    }
}

/* --- good ones -------------------------------------------------------------------------------- */

static const struct {
    const char *name, *text, *means; /* a part of the plan in words */
} good[] = {
    {"stages in order", STAGES SOURCE, "stage 0 start=start\nstage 1 end=end\npair 0 1\n"},
    {"nothing but defaults", STAGES SOURCE,
     "by\ntitle <> from before duplicates discount\nsd instrument 0 reliability nan\n"
     "goals rho 0.3 target -1\nmeasure wemwbs wemwbs discount join 0: total(statistical_15pct)\n"},
    {"default columns", STAGES SOURCE,
     "source a.csv data/a.csv long :wemwbs@0 participant=participant@0:0 family=family@0:0 "
     "stage=stage@0:0 age=age@0:0 date=date@0:0 items[0][0]=w1..w14; numbers\n"},
    {"title", STUDY("title: \"A: b\""), "title <A: b>"},
    {"values of a stage", "stages:\n  - {name: start, values: [T1, \"End Phase 1\"]}\n" SOURCE,
     "stage 0 start=start=T1=End Phase 1\npair 0 0\n"},
    {"one value, its own name among them",
     "stages:\n  - {name: start, values: start}\n  - {name: end, values: T2}\n" SOURCE,
     "stage 0 start=start=start\nstage 1 end=end=T2\n"},
    {"a window",
     "stages:\n  - start\n  - {name: end, window: [330, 420], after: start, pick: last}\n" SOURCE,
     "stage 1 end=end 330..420 after 0 last\n"},
    {"a window from the first stage, nothing to pick by",
     "stages:\n  - start\n  - {name: end, window: [-7, 0]}\n" SOURCE, "-7..0 after 0 any\n"},
    {"a window from a later stage",
     "stages:\n  - start\n  - {name: mid, window: [1, 9], pick: first}\n"
     "  - {name: end, window: [5, 9], after: mid, pick: nearest}\n" SOURCE,
     "stage 1 mid=mid 1..9 after 0 first\nstage 2 end=end 5..9 after 1 nearest\n"},
    {"windows that touch no other",
     "stages:\n  - start\n  - {name: mid, window: [1, 9]}\n  - {name: end, window: [10, 20]}\n" SOURCE,
     "10..20"},
    {"before and after", "before: b\nafter: c\nstages: [a, b, c, d]\n" SOURCE, "pair 1 2\n"},
    {"before by another value, in another spelling",
     "before: t-1\nstages:\n  - a\n  - {name: b, values: T_1}\n  - c\n" SOURCE, "pair 1 2\n"},
    {"as of", STUDY("as_of: 1970-02-01"), "as_of 31\n"},
    {"one breakdown", STUDY("cohorts: [site]"), "by\nby site\nsite site\ntitle"},
    {"one breakdown, no list", STUDY("cohorts: site"), "by\nby site\nsite site\ntitle"},
    {"a crossing", STUDY("cohorts: [area, year]"), "by\nby area year\nsite area\nyear year\ntitle"},
    {"roles by name in any case", STUDY("cohorts: [[Area], [SITE], [Year]]"),
     "site SITE\nyear Year\ntitle"},
    {"no roles", STUDY("cohorts: [team]"), "by\nby team\ntitle"},
    {"roles that are named",
     "site: centre\nyear: period\n" STUDY("cohorts: [[site, centre], [period]]"),
     "site centre\nyear period\ntitle"},
    {"a comparison group adds its breakdown",
     "comparison_group: {column: arm, value: control}\n" STUDY("cohorts: [site]"),
     "by\nby site\nby arm\nsite site\ncomparison control in arm\ntitle"},
    {"a comparison group that has its breakdown",
     "comparison_group: {column: arm, value: '1'}\n" STUDY("cohorts: [[site], [arm]]"),
     "by\nby site\nby arm\nsite site\ncomparison 1 in arm\ntitle"},
    {"three", STUDY("cohorts: [[area], [year], [area, year]]"),
     "by\nby area\nby year\nby area year\nsite area\nyear year\ntitle"},
    {"no cohorts", STUDY("cohorts: []"), "by\ntitle"},
    {"cohort from first", STUDY("cohort_from: first"), "from first"},
    {"cohort from after", STUDY("cohort_from: after"), "from after"},
    {"keep first", STUDY("duplicates: first"), "duplicates first"},
    {"keep last", STUDY("duplicates: last"), "duplicates last"},
    {"discount", STUDY("duplicates: discount"), "duplicates discount"},
    {"SD of the study", STUDY("reliable_change: {sd: study}"), "sd study 0 reliability nan"},
    {"SD given", STUDY("reliable_change: {sd: 8.5, reliability: 0.9}"),
     "sd given 8.5 reliability 0.9"},
    {"method", STUDY("reliable_change: {method: edwards_nunnally, low_reliability: yes}"),
     "method 1 low\n"},
    {"method of all", STUDY("reliable_change: {method: hageman_arrindell}"), "method 3\n"},
    {"threshold of the only total", STUDY("reliable_change: {threshold: 5}"),
     "declared total threshold 5 important 0 clinical 0 0 functional 0 0 cut b"},
    {"thresholds",
     SDQ("") "reliable_change: {threshold: [{scale: conduct, points: 2}, {points: 6.5}]}\n",
     "declared conduct threshold 2 important 0 clinical 0 0 functional 0 0 cut b\n"
     "declared total threshold 6.5 "},
    {"important change", SDQ("") "important_change: {scale: conduct, points: 1.5}\n",
     "declared conduct threshold 0 important 1.5 "},
    {"norms",
     STUDY("clinical_change: {clinical: {mean: 38, sd: 8}, functional: {mean: 51, sd: 9}}"),
     "declared total threshold 0 important 0 clinical 38 8 functional 51 9 cut c\n"},
    {"norms, another cut-off",
     SDQ("") "clinical_change:\n  - {clinical: {mean: 20, sd: 5}, functional: {mean: 8, sd: 6}, "
             "cut_off: a}\n  - {instrument: sdq-parent, scale: conduct, functional: {mean: 2, sd: 1}}\n",
     "declared conduct threshold 0 important 0 clinical 0 0 functional 2 1 cut b\n"
     "declared total threshold 0 important 0 clinical 20 5 functional 8 6 cut a\n"},
    {"a published norm", STUDY("norms: {wemwbs: england-2015-men}"),
     "norm of total england-2015-men 51.7\n"},
    {"a norm of some scales only", SDQ("") "norms: {sdq-parent: gb-1999-ages-5-10}\n",
     "norm of total gb-1999-ages-5-10 8.6\n"},
    {"a norm of all scales", SDQ("") "norms:\n  sdq-parent: gb-1999-girls\n",
     "norm of emotional gb-1999-girls 2\nnorm of conduct gb-1999-girls 1.5\n"},
    {"cut-off of a published norm",
     STUDY("clinical_change: {clinical: {mean: 38, sd: 8}, functional: england-2011}"),
     "declared total threshold 0 important 0 clinical 38 8 functional 51.6 8.7 cut c\n"},
    {"small numbers", STUDY("small_numbers: {too_few_below: 5, caution_below: 0}"),
     "too few below 5, caution below 0"},
    {"no mixed model", STUDY("mixed_model: no"), "model off\n"},
    {"mixed model", STUDY("mixed_model: {df: satterthwaite, structure: compound-symmetry}"),
     "model df 1, structure 3\n"},
    {"mixed model by the rule", STUDY("mixed_model: {df: satterthwaite, structure: rule}"),
     "model df 1, structure 0\n"},
    {"paired by default", STUDY("paired: {}"), "title"},
    {"zeros dropped", STUDY("paired: {zeros: drop, seed: 9}"), "title"},
    {"zeros ranked", STUDY("paired: {zeros: pratt}"), "zeros ranked, 0 replicates from 1\n"},
    {"a bootstrap", STUDY("paired: {bootstrap: 2000}"), "zeros dropped, 2000 replicates from 1\n"},
    {"a bootstrap with a seed",
     STUDY("paired: {bootstrap: 1000000, seed: 4294967295, zeros: pratt}"),
     "zeros ranked, 1000000 replicates from 4294967295\n"},
    {"small numbers, one of two", STUDY("small_numbers: {caution_below: 50}"),
     "too few below 10, caution below 50"},
    {"primary, all by default", STUDY("primary: {}"), "primary total at end by t\n"},
    {"primary, all named",
     SDQ("") "primary: {instrument: sdq-parent, scale: conduct, stage: END, test: sign}\n",
     "primary conduct at end by sign\n"},
    {"primary of a sum of two", SDQ("") "primary: {scale: externalising, test: wilcoxon}\n",
     "primary externalising at end by wilcoxon\n"},
    {"primary of SDQ", SDQ("") "primary: {instrument: sdq-parent}\n", "primary total at end by t"},
    {"primary of goals", GOALS("rho: 0.3") "primary: {test: t}\n", "primary family_level at end"},
    {"primary of SWEMWBS",
     STAGES FILE_A "swemwbs\n    items: \"w{1..7}\"\nprimary: {instrument: swemwbs}\n",
     "primary metric at end by t\n"},
    {"primary at a stage between",
     "stages: [start, middle, end]\nprimary: {stage: middle}\n" SOURCE,
     "primary total at middle by t\n"},
    {"SD of the instrument", STUDY("reliable_change: {sd: instrument}"), "sd instrument 0"},
    {"missing here and there", STUDY("missing: [\"-9\", \"\"]") "    missing: x\n",
     "numbers missing <-9> missing <> missing <x>\n"},
    {"columns",
     WITH("participant: ref\n    family: fam\n    stage: when\n    age: years\n    "
          "date: day\n    dates: day first"),
     "participant=ref@6:18 family=fam@7:13 stage=when@8:12 age=years@9:10 date=day@10:11 "
     "items[0][0]=w1..w14 day first;"},
    {"items as a list of patterns",
     STAGES FILE_A "wemwbs\n    items: [\"w_{01..07}\", \"x{8..14}\"]\n", "items[0][0]=w_01..x14"},
    {"the long form of a short instrument", STAGES FILE_A "swemwbs\n    items: \"w{1..14}\"\n",
     "items[0][0]=w1..w14"},
    {"separator", WITH("separator: \";\""), " separator 59 "},
    {"separator tab", WITH("separator: tab"), " separator 9 "},
    {"separator tab, escaped", WITH("separator: \"\\t\""), " separator 9 "},
    {"a rule", WITH("incomplete: published"), "measure wemwbs wemwbs published"},
    {"SDQ's own default", SDQ(""),
     "measure sdq-parent sdq-parent published join 0: emotional(three)"},
    {"SDQ without impact", SDQ(""), " total externalising internalising\n"},
    {"SDQ with impact", SDQ("impact: \"i{0..5}\""), "items[0][0]=q1..q25 items[1][0]=i0..i5;"},
    {"bands", SDQ("bands: four"), "emotional(four)"},
    {"worded answers", SDQ("answers: {Not true: 0, Somewhat true: 1}"),
     "answer Not true=0 answer Somewhat true=1 numbers"},
    {"answers that are numbers", SDQ("answers: {\"1\": 0, \"2\": 1, \"3\": 2}"), " no numbers"},
    {"constants", WITH("constants: {site: Site 1, year: \"2013\"}"),
     "constant site=Site 1 constant year=2013"},
    {"a cohort column of another name",
     "cohorts: [site, year]\n" STAGES SOURCE "    cohorts: {site: Centre}\n",
     "cohort=Centre@7:21 cohort=year@0:0;"},
    {"wide",
     STAGES "sources:\n  - "
            "{" WIDE "items: {start: \"a{1..14}\", end: \"b{1..14}\"}, "
            "date: {end: d2}}\n",
     "wide :wemwbs@0 participant=participant@0:0 family=family@0:0 age=age@0:0 date=d2@3:110 "
     "items[0][0]=a1..a14 items[0][1]=b1..b14;"},
    {"wide, one stage only", STAGES "sources:\n  - {" WIDE "items: {end: \"b{1..14}\"}}\n",
     "items[0][1]=b1..b14;"},
    {"informants",
     STAGES FILE_A "{column: who, values: {P: sdq-parent, T: sdq-teacher}}\n"
                   "    items: \"q{1..25}\"\n",
     "measure sdq-parent sdq-parent published join 0: emotional(three) conduct hyperactivity peer "
     "prosocial total externalising internalising\nmeasure sdq-teacher sdq-teacher published join "
     "1:"},
    {"informants' column",
     STAGES FILE_A "{column: who, values: {P: sdq-parent, T: sdq-teacher}}\n"
                   "    items: \"q{1..25}\"\n",
     "P:sdq-parent@0 T:sdq-teacher@1 informant=who@4:17"},
    {"two versions share a join",
     TWO("file: a.csv, instrument: sdq-parent, items: \"q{1..25}\"",
         "file: b.csv, instrument: sdq-parent-2-4, items: \"q{1..25}\""),
     "measure sdq-parent-2-4 sdq-parent-2-4 published join 0:"},
    {"two versions pooled",
     "across_versions: yes\n" TWO("file: a.csv, instrument: sdq-parent, items: \"q{1..25}\"",
                                  "file: b.csv, instrument: sdq-parent-2-4, items: \"q{1..25}\""),
     "measure sdq-parent-all-versions sdq-parent published join 0 pooled:"},
    {"two files of one instrument",
     TWO("file: a.csv, instrument: wemwbs, items: \"w{1..14}\"",
         "file: b.csv, instrument: WEMWBS, items: \"v{1..14}\", incomplete: discount"),
     "source b.csv data/b.csv long :wemwbs@0"},
    {"an absolute path",
     STAGES "sources:\n  - {file: /tmp/a.csv, instrument: wemwbs, items: \"w{1..14}\"}\n",
     "source /tmp/a.csv /tmp/a.csv long"},
    {"goals by default", GOALS(""), " items[0][0]=level..level goal=goal@0:0;"},
    {"goals",
     GOALS("goal: g\n    level: l\n    weight: w\n    category: c\n    flags: [child, court]\n    "
           "target: 75\n    partial: keep\n    rho: 0.25"),
     "goals rho 0.25 weighted kept target 75 flag child flag court category\n"},
    {"goals' columns", GOALS("goal: g\n    level: l\n    weight: w\n    category: c"),
     " items[0][0]=l..l goal=g@5:11 weight=w@7:13 category=c@8:15;"},
    {"goals by another name", STAGES FILE_A "goals\n", "measure gas gas discount join 0: level"},
    {"wide goals", STAGES FILE_A "gas\n    layout: wide\n    level: {start: l1, end: l2}\n",
     " items[0][0]=l1..l1 items[0][1]=l2..l2"},
};

static void test_good(void **state)
{
    (void)state;
    const struct plan_options options = {0};
    for (size_t i = 0; i < COUNT(good); i++) {
        struct plan plan;
        struct words words;
        const struct fault fault = parse(good[i].text, &options, &plan);
        if (fault.code != FAULT_NONE) {
            fail_msg("%s: %zu:%zu: %s", good[i].name, fault.row, fault.column, fault.detail);
        }
        assert_string_equal(plan.name, "study.yaml");
        say_plan(&words, &plan);
        if (strstr(words.text, good[i].means) == NULL) {
            fail_msg("%s: expected\n%s\nin\n%s", good[i].name, good[i].means, words.text);
        }
        plan_free(&plan);
        plan_free(&plan);
    }
}

/* --by takes the place of the study's own breakdowns. */
static const struct {
    const char *name, *by[3];
    size_t n;
    const char *means, *says;
} breakdowns[] = {
    {"one", {"year"}, 1, "by\nby year\n", NULL},
    {"a crossing", {"area,year"}, 1, "by\nby area year\n", NULL},
    {"two", {"area", "year,area"}, 2, "by\nby area\nby year area\n", NULL},
    {"none", {NULL}, 0, "by\nby site\n", NULL},
    {"nothing between commas", {"a,,b"}, 1, NULL, "--by"},
    {"nothing at the end", {"a,"}, 1, NULL, "--by"},
    {"nothing", {""}, 1, NULL, "--by"},
    {"twice", {"a,a"}, 1, NULL, "--by"},
    {"the same again", {"a", "b", "a"}, 3, NULL, "--by"},
};

static void test_by(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(breakdowns); i++) {
        const struct plan_options options = {.breakdowns = breakdowns[i].by,
                                             .n_breakdowns = breakdowns[i].n};
        struct plan plan;
        struct words words;
        const struct fault fault = parse(STUDY("cohorts: [site]"), &options, &plan);
        if (breakdowns[i].means == NULL) {
            if (fault.code != FAULT_USAGE || strstr(fault.detail, breakdowns[i].says) == NULL) {
                fail_msg("%s: %d %s", breakdowns[i].name, (int)fault.code, fault.detail);
            }
            continue;
        }
        assert_int_equal(fault.code, FAULT_NONE);
        say_plan(&words, &plan);
        if (strstr(words.text, breakdowns[i].means) == NULL) {
            fail_msg("%s: %s", breakdowns[i].name, words.text);
        }
        plan_free(&plan);
    }
}

/* A text in a stage column: any case, '-' and '_' the same, runs of white space. */
static const struct {
    const char *text;
    uint32_t stage;
} texts[] = {
    {"start", 0},
    {"START", 0},
    {"T1", 0},
    {"t1", 0},
    {"t 1", NO_STAGE},
    {"end of phase 1", 1},
    {"End  of\tPhase 1", 1},
    {"", NO_STAGE},
    {"starts", NO_STAGE},
    {"follow_up", 2},
    {"Follow-Up", 2},
    {"follow up", NO_STAGE},
};

static void test_stage_texts(void **state)
{
    (void)state;
    const struct plan_options options = {0};
    struct plan plan;
    assert_int_equal(parse("stages:\n  - {name: start, values: [T1]}\n  - end of phase 1\n"
                           "  - follow-up\n" SOURCE,
                           &options, &plan)
                         .code,
                     FAULT_NONE);
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (plan_stage(&plan, texts[i].text) != texts[i].stage) {
            fail_msg("\"%s\": %u", texts[i].text, plan_stage(&plan, texts[i].text));
        }
    }
    plan_free(&plan);
}

/* 64 stages are read, 65 are not. */
static void test_many_stages(void **state)
{
    (void)state;
    const struct plan_options options = {0};
    for (int n = 64; n <= 65; n++) {
        char text[1000] = "stages: [s0";
        struct plan plan;
        for (int i = 1; i < n; i++) {
            snprintf(text + strlen(text), sizeof text - strlen(text), ", s%d", i);
        }
        strcat(text, "]\n" SOURCE);
        const struct fault fault = parse(text, &options, &plan);
        assert_int_equal(fault.code, n == 64 ? FAULT_NONE : FAULT_CONTENT);
        if (n == 64) {
            assert_int_equal(plan.study.after, 63);
            plan_free(&plan);
        } else {
            assert_int_equal(fault.row, 1);
            assert_non_null(strstr(fault.detail, "65"));
        }
    }
}

static void test_files(void **state)
{
    (void)state;
    const struct plan_options options = {0};
    struct plan plan;
    assert_int_equal(plan_read("no/such/study.yaml", &options, &plan).code, FAULT_OPEN);
    assert_null(plan.arena.blocks);
    assert_int_equal(parse("stages: [\n", &options, &plan).code, FAULT_SYNTAX);
    assert_null(plan.arena.blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),        cmocka_unit_test(test_by),
        cmocka_unit_test(test_stage_texts), cmocka_unit_test(test_many_stages),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

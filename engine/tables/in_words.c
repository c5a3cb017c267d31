/* engine/tables/in_words.c - the results as sentences, for readers of no table: each instrument's
   primary result first, with its cohorts, then its other scales. A table without columns, whose
   notes are the sentences. */
#include <math.h>

#include "engine/arms.h"
#include "engine/primary.h"
#include "engine/tables/sentences.h"
#include "engine/tables/shared.h"

/* --- sentences, one after the other ----------------------------------------------------------- */

/* A paragraph in the making. */
struct paragraph {
    struct maker *maker;
    struct text text;
};

static struct argument argument_kept(struct maker *maker, const struct text *text)
{
    struct text *const kept = arena_alloc(&maker->report->arena, 1, sizeof *kept);
    maker->no_memory = maker->no_memory || kept == NULL;
    if (kept == NULL) {
        return argument_message(MESSAGE_NONE);
    }
    *kept = *text;
    return argument_text(kept);
}

static void say(struct paragraph *paragraph, struct text sentence)
{
    struct text both = text_of(MESSAGE_SENTENCES);
    if (sentence.message == MESSAGE_NONE) {
        return;
    }
    if (paragraph->text.message == MESSAGE_NONE) {
        paragraph->text = sentence;
        return;
    }
    both.arguments[0] = argument_kept(paragraph->maker, &paragraph->text);
    both.arguments[1] = argument_kept(paragraph->maker, &sentence);
    paragraph->text = both;
}

/* --- a scale's change ------------------------------------------------------------------------- */

static struct argument scale_in_words(struct maker *maker, size_t scale)
{
    const struct scale *const s = maker->study->scales[scale].scale;
    struct text text = text_of(MESSAGE_SAY_SCORE_ON);
    if (s->in_words != NULL) {
        return argument_name(s->in_words);
    }
    text.arguments[0] = argument_name(s->title);
    return argument_kept(maker, &text);
}

/* The change of a scale in the group of `key`, up to `stage`. */
static struct spoken_change change_of(struct maker *maker, const struct figure_key *key,
                                      size_t stage)
{
    const struct figures *const f = maker->figures;
    const struct study_scale *const s = &maker->study->scales[key->scale];
    const struct measure *const measure = &maker->study->measures[s->measure];
    struct spoken_change c = {.who = unit_of(maker, measure),
                              .of = argument_name(measure->label),
                              .scale = scale_in_words(maker, key->scale),
                              .of_goals = measure->instrument->is_goals,
                              .higher_is_better = s->scale->higher_is_better,
                              .decimals = s->scale->decimals,
                              .families = VALUE_NONE,
                              .small = maker->study->small_numbers};
    const struct change_test test = change_test(maker, key->scale);
    struct figure_key of = *key;
    const unsigned at =
        stage == maker->study->after ? FIGURE_STAGE_CHANGE : FIGURE_STAGE_FIRST + (unsigned)stage;
    if (stage == maker->study->after) {
        of.table = FIGURES_BEFORE_AFTER;
        c.n = figures_at(f, &of, at, STATISTIC_N, 0);
        c.before = figures_at(f, &of, FIGURE_STAGE_BEFORE, STATISTIC_MEAN, 0);
        c.after = figures_at(f, &of, FIGURE_STAGE_AFTER, STATISTIC_MEAN, 0);
        c.change = figures_at(f, &of, at, STATISTIC_MEAN, 0);
        c.ci_low = figures_at(f, &of, at, test.ci_low, 0);
        c.ci_high = figures_at(f, &of, at, test.ci_high, 0);
        c.p = figures_at(f, &of, at, test.p, 0);
        if (test.by_family) {
            c.families = figures_at(f, &of, at, STATISTIC_FAMILIES, 0);
        }
    } else {
        of.table = FIGURES_TRAJECTORY;
        c.n = figures_at(f, &of, at, STATISTIC_CHANGE_N, 0);
        c.before = figures_at(f, &of, at, STATISTIC_CHANGE_FIRST_MEAN, 0);
        c.after = figures_at(f, &of, at, STATISTIC_CHANGE_THIS_MEAN, 0);
        c.change = figures_at(f, &of, at, STATISTIC_CHANGE_MEAN, 0);
        c.ci_low = figures_at(
            f, &of, at, test.by_family ? STATISTIC_CHANGE_FAMILY_CI_LOW : STATISTIC_CHANGE_CI_LOW,
            0);
        c.ci_high = figures_at(
            f, &of, at, test.by_family ? STATISTIC_CHANGE_FAMILY_CI_HIGH : STATISTIC_CHANGE_CI_HIGH,
            0);
        c.p = figures_at(f, &of, at,
                         test.by_family ? STATISTIC_CHANGE_FAMILY_P : STATISTIC_CHANGE_P, 0);
        if (test.by_family) {
            c.families = figures_at(f, &of, at, STATISTIC_CHANGE_FAMILIES, 0);
        }
    }
    of.table = FIGURES_TESTS;
    c.p_holm = figures_at(f, &of, at, STATISTIC_P_HOLM, 0);
    c.tests = figures_at(f, &of, at, STATISTIC_HOLM_TESTS, 0);
    /* What was named beforehand stands by itself. */
    if (key->breakdown == 0 && is_primary(maker->study, key->scale, stage)) {
        c.p_holm = c.tests = VALUE_NONE;
    }
    return c;
}

/* The rank or sign test, where the study has named it as the one that decides. */
static void say_primary_test(struct paragraph *paragraph, const struct figure_key *key,
                             const struct spoken_change *c)
{
    const struct maker *const maker = paragraph->maker;
    const enum primary_test test = primary_test(maker->study);
    const bool by_family = change_test(maker, key->scale).by_family;
    struct text text = text_of(by_family                  ? MESSAGE_SAY_SIGN_FLIP
                               : test == PRIMARY_WILCOXON ? MESSAGE_SAY_WILCOXON
                                                          : MESSAGE_SAY_SIGN);
    const struct value p = figures_at(maker->figures, key, FIGURE_STAGE_CHANGE,
                                      by_family                  ? STATISTIC_P_SIGN_FLIP
                                      : test == PRIMARY_WILCOXON ? STATISTIC_P_WILCOXON
                                                                 : STATISTIC_P_SIGN,
                                      0);
    if (test == PRIMARY_T || p.kind == VALUE_UNDEFINED || c->n.number < (double)c->small.too_few) {
        return;
    }
    text.arguments[0] = argument_p(p);
    say(paragraph, text);
}

/* How large the change is beside the spread of the scores. Like every effect size that is printed,
   it is positive where things got better. */
static void say_effect(struct paragraph *paragraph, const struct figure_key *key,
                       const struct spoken_change *c)
{
    const struct figures *const f = paragraph->maker->figures;
    const bool up = c->higher_is_better;
    const double sign = up ? 1.0 : -1.0;
    const struct value d = figures_at(f, key, FIGURE_STAGE_CHANGE, STATISTIC_DAV, 0);
    const struct value low = figures_at(f, key, FIGURE_STAGE_CHANGE,
                                        up ? STATISTIC_DAV_CI_LOW : STATISTIC_DAV_CI_HIGH, 0);
    const struct value high = figures_at(f, key, FIGURE_STAGE_CHANGE,
                                         up ? STATISTIC_DAV_CI_HIGH : STATISTIC_DAV_CI_LOW, 0);
    struct text text = text_of(MESSAGE_SAY_EFFECT);
    if (d.kind == VALUE_UNDEFINED || low.kind == VALUE_UNDEFINED ||
        c->n.number < (double)c->small.too_few) {
        return;
    }
    text.arguments[0] = argument_value(value_double(sign * d.number), 2);
    text.arguments[1] = argument_value(value_double(sign * low.number), 2);
    text.arguments[2] = argument_value(value_double(sign * high.number), 2);
    say(paragraph, text);
}

/* How many of those who started have both forms: nothing is known of the others. */
static void say_started(struct paragraph *paragraph, const struct figure_key *key,
                        const struct spoken_change *c)
{
    const struct figures *const f = paragraph->maker->figures;
    struct figure_key of = *key;
    struct text text = text_of(c->of_goals ? MESSAGE_SAY_STARTED_GOALS : MESSAGE_SAY_STARTED);
    struct value started, percent;
    of.table = FIGURES_CAUTIONS;
    started = figures_at(f, &of, FIGURE_STAGE_NONE, STATISTIC_CAUTION_STARTED, 0);
    percent = figures_at(f, &of, FIGURE_STAGE_NONE, STATISTIC_PERCENT_OF_STARTED, 0);
    if (percent.kind == VALUE_UNDEFINED || c->n.number < (double)c->small.too_few) {
        return;
    }
    text.arguments[0] = argument_value(percent, 0);
    text.arguments[1] = argument_value(started, 0);
    text.arguments[2] = c->who;
    text.arguments[3] = argument_name(before_name(paragraph->maker));
    say(paragraph, text);
}

/* What the change would be if those who left had stayed, where the model counts anyone who is not
   among the pairs. */
static void say_model(struct paragraph *paragraph, const struct figure_key *key,
                      const struct spoken_change *c)
{
    const struct maker *const maker = paragraph->maker;
    const unsigned after = FIGURE_STAGE_FIRST + (unsigned)maker->study->after;
    const unsigned decimals = c->decimals;
    struct figure_key of = *key;
    struct value people, change;
    struct text text = text_of(MESSAGE_SAY_MODEL);
    of.table = FIGURES_TRAJECTORY;
    people = figures_at(maker->figures, &of, FIGURE_STAGE_NONE, STATISTIC_MODEL_PEOPLE, 0);
    change = figures_at(maker->figures, &of, after, STATISTIC_MODEL_CHANGE, 0);
    /* Its changes are counted from the first stage. */
    if (maker->study->before != 0 || maker->study->model.off || change.kind == VALUE_UNDEFINED ||
        !(people.number > c->n.number) || c->n.number < (double)c->small.too_few) {
        return;
    }
    text.arguments[0] = argument_value(people, 0);
    text.arguments[1] = c->who;
    text.arguments[2] = argument_value(change, decimals);
    text.arguments[3] = argument_value(
        figures_at(maker->figures, &of, after, STATISTIC_MODEL_CHANGE_CI_LOW, 0), decimals);
    text.arguments[4] = argument_value(
        figures_at(maker->figures, &of, after, STATISTIC_MODEL_CHANGE_CI_HIGH, 0), decimals);
    say(paragraph, text);
}

/* A share in percent and its 95% interval: behind it in the list, Wilson's ends, then those that allow
   for families, which nobody has where all families are alike. False: there is no interval. */
static bool put_share(const struct maker *maker, const struct figure_key *of,
                      enum statistic percent, enum family_share kind, struct argument out[3])
{
    const unsigned ends = share_is_by_family(maker, of->scale, kind) ? 3 : 1;
    const unsigned places[] = {0, ends, ends + 1};
    bool known = true;
    for (size_t i = 0; i < 3; i++) {
        const struct value value = figures_at(maker->figures, of, FIGURE_STAGE_CHANGE,
                                              (enum statistic)(percent + places[i]), 0);
        out[i] = argument_value(kind == FAMILY_NET_IMPROVED ? value : within_percent(value), 0);
        known = known && value.kind != VALUE_UNDEFINED;
    }
    return known;
}

/* What counts as a reliable change: more than so many points, unless the method has no number of points
   that serves everybody. */
static struct argument reliably_by(struct maker *maker, const struct figure_key *of)
{
    static const enum message methods[N_RELIABLE_METHODS] = {
        [RELIABLE_JACOBSON_TRUAX] = MESSAGE_RELIABLY_POINTS,
        [RELIABLE_EDWARDS_NUNNALLY] = MESSAGE_RELIABLY_EDWARDS,
        [RELIABLE_GULLIKSEN_LORD_NOVICK] = MESSAGE_RELIABLY_GULLIKSEN,
        [RELIABLE_HAGEMAN_ARRINDELL] = MESSAGE_RELIABLY_HAGEMAN};
    const struct value points =
        figures_at(maker->figures, of, FIGURE_STAGE_CHANGE, STATISTIC_THRESHOLD, 0);
    struct text text = text_of(MESSAGE_RELIABLY_POINTS);
    if (points.kind == VALUE_UNDEFINED) {
        return argument_message(methods[maker->study->reliable_method]);
    }
    text.arguments[0] = argument_value(points, 2);
    return argument_kept(maker, &text);
}

/* Of how many more than a threshold got better or worse. */
static void say_reliable(struct paragraph *paragraph, const struct figure_key *key,
                         const struct spoken_change *c)
{
    const struct figures *const f = paragraph->maker->figures;
    struct figure_key of = *key;
    struct value improved, deteriorated, unchanged;
    const bool few = c->n.number < (double)c->small.too_few;
    struct text text = text_of(few ? MESSAGE_SAY_RELIABLE_FEW : MESSAGE_SAY_RELIABLE);
    of.table = FIGURES_RELIABLE_CHANGE;
    improved = figures_at(f, &of, FIGURE_STAGE_CHANGE, STATISTIC_IMPROVED, 0);
    unchanged = figures_at(f, &of, FIGURE_STAGE_CHANGE, STATISTIC_UNCHANGED, 0);
    deteriorated = figures_at(f, &of, FIGURE_STAGE_CHANGE, STATISTIC_DETERIORATED, 0);
    if (improved.kind == VALUE_UNDEFINED || c->n.number < 2.0) {
        return;
    }
    text.arguments[0] = argument_value(c->n, 0);
    text.arguments[1] = c->who;
    text.arguments[2] = argument_value(improved, 0);
    text.arguments[3] = argument_value(share(improved, c->n), 0);
    text.arguments[4] = reliably_by(paragraph->maker, &of);
    text.arguments[5] = argument_value(deteriorated, 0);
    text.arguments[6] = argument_value(share(deteriorated, c->n), 0);
    text.arguments[7] = argument_value(unchanged, 0);
    say(paragraph, text);
    if (!few) {
        text = text_of(MESSAGE_SAY_NET);
        if (put_share(paragraph->maker, &of, STATISTIC_PERCENT_NET_IMPROVED, FAMILY_NET_IMPROVED,
                      text.arguments)) {
            say(paragraph, text);
        }
    }
}

/* How many are in a raised band, before and after, and how many moved. */
static void say_bands(struct paragraph *paragraph, const struct figure_key *key,
                      const struct spoken_change *c)
{
    struct maker *const maker = paragraph->maker;
    const struct figures *const f = maker->figures;
    const struct study_scale *const s = &maker->study->scales[key->scale];
    const bool few = c->n.number < (double)c->small.too_few;
    struct text text = text_of(few ? MESSAGE_SAY_RAISED_FEW : MESSAGE_SAY_RAISED);
    struct figure_key of = *key;
    const struct band_set *set;
    struct value before, after, better, worse;
    of.table = FIGURES_BAND_CHANGE;
    before = figures_at(f, &of, FIGURE_STAGE_CHANGE, STATISTIC_RAISED_BEFORE, 0);
    after = figures_at(f, &of, FIGURE_STAGE_CHANGE, STATISTIC_RAISED_AFTER, 0);
    if (before.kind == VALUE_UNDEFINED || c->n.number < 2.0) {
        return;
    }
    set = &s->scale->band_sets[study_band_set(maker->study, key->scale)];
    text.arguments[0] = argument_value(before, 0);
    text.arguments[1] = argument_value(share(before, c->n), 0);
    text.arguments[2] = argument_name(before_name(maker));
    text.arguments[3] = argument_value(after, 0);
    text.arguments[4] = argument_value(share(after, c->n), 0);
    text.arguments[5] = argument_name(after_name(maker));
    text.arguments[7] = argument_value(c->n, 0);
    text.arguments[6] = argument_name(plain_name(maker, set->bands[set->n_usual - 1].name));
    say(paragraph, text);
    better = figures_at(f, &of, FIGURE_STAGE_CHANGE, STATISTIC_BETTER, 0);
    worse = figures_at(f, &of, FIGURE_STAGE_CHANGE, STATISTIC_WORSE, 0);
    text = text_of(better.number > 0.0 || worse.number > 0.0 ? MESSAGE_SAY_MOVED
                                                             : MESSAGE_SAY_MOVED_NONE);
    text.arguments[0] = argument_value(better, 0);
    text.arguments[1] = argument_value(worse, 0);
    say(paragraph, text);
}

/* How many moved into the usual range, where norms say what that is. */
static void say_usual_range(struct paragraph *paragraph, const struct figure_key *key,
                            const struct spoken_change *c)
{
    const struct figures *const f = paragraph->maker->figures;
    const bool few = c->n.number < (double)c->small.too_few;
    struct text text = text_of(few ? MESSAGE_SAY_USUAL_FEW : MESSAGE_SAY_USUAL);
    struct figure_key of = *key;
    struct value into;
    of.table = FIGURES_CLINICAL_CHANGE;
    into = figures_at(f, &of, FIGURE_STAGE_CHANGE, STATISTIC_INTO_USUAL_RANGE, 0);
    if (into.kind == VALUE_UNDEFINED || c->n.number < 2.0) {
        return;
    }
    text.arguments[0] = argument_value(into, 0);
    if (!few && !put_share(paragraph->maker, &of, STATISTIC_PERCENT_INTO_USUAL_RANGE,
                           FAMILY_INTO_USUAL_RANGE, &text.arguments[1])) {
        text.message = MESSAGE_SAY_USUAL_FEW;
    }
    say(paragraph, text);
}

/* One paragraph on the change of a scale. `with_parts`: also on persons and bands. */
static struct text paragraph_of(struct maker *maker, const struct figure_key *key, size_t stage,
                                bool with_parts)
{
    const struct spoken_change c = change_of(maker, key, stage);
    struct paragraph paragraph = {.maker = maker};
    const bool primary = key->breakdown == 0 && is_primary(maker->study, key->scale, stage);
    if (primary) {
        say(&paragraph, text_of(has_comparison(maker->counted) ? MESSAGE_SAY_PRIMARY_BOTH
                                                               : MESSAGE_SAY_PRIMARY));
    }
    if (stage != maker->study->after) {
        struct text stages = text_of(MESSAGE_SAY_STAGES);
        stages.arguments[0] = argument_name(maker->study->stages[0].name);
        stages.arguments[1] = argument_name(maker->study->stages[stage].name);
        say(&paragraph, stages);
    }
    say(&paragraph, spoken_means(&c));
    if (primary && stage == maker->study->after) {
        say_started(&paragraph, key, &c);
    }
    say(&paragraph, spoken_test(&c));
    say(&paragraph, spoken_rounding(&c));
    if (primary && stage == maker->study->after) {
        say_primary_test(&paragraph, key, &c);
    }
    say(&paragraph, spoken_doubt(&c));
    say(&paragraph, spoken_caution(&c));
    if (with_parts) {
        say_effect(&paragraph, key, &c);
        say_reliable(&paragraph, key, &c);
        say_usual_range(&paragraph, key, &c);
        say_bands(&paragraph, key, &c);
        if (c.of_goals && c.n.number > 1.0) {
            say(&paragraph, text_of(MESSAGE_SAY_GOALS_START));
        }
        if (primary) {
            say_model(&paragraph, key, &c);
        }
    }
    return paragraph.text;
}

/* Whether the cohorts differ, where there is a test of it. */
static void add_between(struct maker *maker, struct table *table, size_t scale, size_t breakdown)
{
    const struct figures *const f = maker->figures;
    struct figure_key key = scale_key(maker, FIGURES_BETWEEN, scale), tests = key;
    const char *const by = breakdown_name(maker, breakdown);
    struct text text = text_of(MESSAGE_SAY_BETWEEN);
    struct value p, m;
    key.breakdown = tests.breakdown = (uint16_t)breakdown;
    tests.table = FIGURES_TESTS_BETWEEN;
    p = figures_at(f, &key, FIGURE_STAGE_CHANGE, STATISTIC_P_WELCH, 0);
    m = figures_at(f, &tests, FIGURE_STAGE_CHANGE, STATISTIC_HOLM_TESTS_OF, TEST_WELCH);
    if (by == NULL || p.kind == VALUE_UNDEFINED ||
        test_base(maker, &key, FIGURE_STAGE_CHANGE, TEST_WELCH).number <
            (double)maker->study->small_numbers.too_few) {
        return;
    }
    text.message = m.number > 1.0 ? MESSAGE_SAY_BETWEEN_HOLM : MESSAGE_SAY_BETWEEN;
    text.arguments[0] = argument_name(by);
    text.arguments[1] = argument_p(p);
    text.arguments[2] = argument_value(m, 0);
    text.arguments[3] =
        argument_p(figures_at(f, &tests, FIGURE_STAGE_CHANGE, STATISTIC_P_HOLM_OF, TEST_WELCH));
    add_note(maker, table, text);
}

/* Two groups whose mean changes are told apart: their difference, interval and test. */
struct apart {
    enum statistic difference, low, high, p;
    unsigned kind;
};

/* The two: the difference is of the change of the first less that of the second. */
struct sides {
    enum statistic means[2], counts[2];
};

/* Which change was the better one is said where the interval says so: "The change in 2017 was the better one. The difference is 2.00 points (95% confidence interval ...; p = .012; adjusted for 4 such tests, p = .048)." */
static void say_apart(struct paragraph *paragraph, const struct figure_key *key,
                      const struct apart *apart, const struct sides *sides,
                      const struct argument groups[2])
{
    const struct maker *const maker = paragraph->maker;
    const struct figures *const f = maker->figures;
    const unsigned change = FIGURE_STAGE_CHANGE;
    const struct scale *const scale = maker->study->scales[key->scale].scale;
    const struct value difference = figures_at(f, key, change, apart->difference, 0),
                       low = figures_at(f, key, change, apart->low, 0),
                       high = figures_at(f, key, change, apart->high, 0),
                       base = test_base(maker, key, change, apart->kind),
                       n = fewer(figures_at(f, key, change, sides->counts[0], 0),
                                 figures_at(f, key, change, sides->counts[1], 0)),
                       means[] = {figures_at(f, key, change, sides->means[0], 0),
                                  figures_at(f, key, change, sides->means[1], 0)};
    const struct measure *const measure =
        &maker->study->measures[maker->study->scales[key->scale].measure];
    const struct value tests = tests_in(maker, key->breakdown, apart->kind, change);
    struct text text =
        text_of(base.number < (double)maker->study->small_numbers.too_few ? MESSAGE_SAY_APART_FEW
                : tests.number > 1.0                                      ? MESSAGE_SAY_APART_HOLM
                                                                          : MESSAGE_SAY_APART);
    struct text better = text_of(MESSAGE_SAY_BETTER_ONE);
    if (low.kind == VALUE_UNDEFINED) {
        text.message = MESSAGE_SAY_APART_ALIKE;
    }
    better.arguments[0] = groups[(difference.number > 0.0) != scale->higher_is_better];
    if (text.message != MESSAGE_SAY_APART_FEW && (low.number > 0.0 || high.number < 0.0)) {
        say(paragraph, better);
    }
    text.arguments[0] = argument_value(difference, scale->decimals);
    text.arguments[1] = argument_value(low, scale->decimals);
    text.arguments[2] = argument_value(high, scale->decimals);
    text.arguments[3] = argument_p(figures_at(f, key, change, apart->p, 0));
    text.arguments[4] = argument_value(tests, 0);
    text.arguments[5] = argument_p(holm_p(maker, key, change, apart->kind));
    text.arguments[6] = argument_count(maker->study->small_numbers.too_few);
    text.arguments[7] = n.number < (double)maker->study->small_numbers.too_few
                            ? unit_of(maker, measure)
                            : argument_message(MESSAGE_UNIT_FAMILIES);
    say(paragraph, text);
    if (rounds_apart(means[1], means[0], difference, scale->decimals)) {
        say(paragraph, text_of(MESSAGE_SAY_APART_ROUNDED));
    }
    if (low.number <= 0.0 && high.number >= 0.0) {
        say(paragraph, text_of(MESSAGE_SAY_APART_DOUBT));
    }
}

/* The programme beside its comparison group. */
static void add_comparison(struct maker *maker, struct table *table, size_t scale, size_t breakdown)
{
    static const struct apart people = {STATISTIC_DID, STATISTIC_DID_CI_LOW, STATISTIC_DID_CI_HIGH,
                                        STATISTIC_P_DID, TEST_COMPARISON};
    static const struct apart families = {STATISTIC_DID, STATISTIC_DID_FAMILY_CI_LOW,
                                          STATISTIC_DID_FAMILY_CI_HIGH, STATISTIC_P_DID_FAMILY,
                                          TEST_COMPARISON};
    static const struct sides sides = {{STATISTIC_MEAN_PROGRAMME, STATISTIC_MEAN_COMPARISON},
                                       {STATISTIC_N_PROGRAMME, STATISTIC_N_COMPARISON}};
    static const enum statistic printed[] = {STATISTIC_MEAN_PROGRAMME, STATISTIC_N_PROGRAMME,
                                             STATISTIC_MEAN_COMPARISON, STATISTIC_N_COMPARISON};
    const struct argument arms[] = {argument_message(MESSAGE_PROGRAMME),
                                    argument_message(MESSAGE_COMPARISON_GROUP)};
    const struct study_scale *const s = &maker->study->scales[scale];
    struct figure_key key = scale_key(maker, FIGURES_COMPARISON, scale);
    struct paragraph paragraph = {.maker = maker};
    struct text text = text_of(MESSAGE_SAY_COMPARISON);
    key.breakdown = (uint16_t)breakdown;
    if (figures_at(maker->figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_DID, 0).kind ==
            VALUE_UNDEFINED ||
        figures_at(maker->figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_N_PROGRAMME, 0).number <
            2.0 ||
        figures_at(maker->figures, &key, FIGURE_STAGE_CHANGE, STATISTIC_N_COMPARISON, 0).number <
            2.0) {
        return; /* of one person nothing is said */
    }
    text.arguments[0] = scale_in_words(maker, scale);
    for (size_t i = 0; i < 4; i++) {
        text.arguments[1 + i] =
            argument_value(figures_at(maker->figures, &key, FIGURE_STAGE_CHANGE, printed[i], 0),
                           i % 2 == 0 ? s->scale->decimals : 0);
    }
    text.arguments[5] = unit_of(maker, &maker->study->measures[s->measure]);
    say(&paragraph, text);
    say_apart(&paragraph, &key, change_test(maker, scale).by_family ? &families : &people, &sides,
              arms);
    add_note(maker, table, paragraph.text);
}

/* Each year beside the one before. */
static void add_years(struct maker *maker, struct table *table, size_t scale, size_t breakdown)
{
    static const struct apart people = {STATISTIC_DIFFERENCE, STATISTIC_DIFFERENCE_CI_LOW,
                                        STATISTIC_DIFFERENCE_CI_HIGH, STATISTIC_P_DIFFERENCE,
                                        TEST_YEARS};
    static const struct apart families = {STATISTIC_DIFFERENCE, STATISTIC_DIFFERENCE_FAMILY_CI_LOW,
                                          STATISTIC_DIFFERENCE_FAMILY_CI_HIGH,
                                          STATISTIC_P_DIFFERENCE_FAMILY, TEST_YEARS};
    const struct figures *const f = maker->figures;
    static const struct sides sides = {{STATISTIC_MEAN, STATISTIC_MEAN_PREVIOUS},
                                       {STATISTIC_N, STATISTIC_N_PREVIOUS}};
    const struct grouping *const grouping = &f->comparisons[breakdown].grouping;
    struct figure_key key = scale_key(maker, FIGURES_YEARS, scale);
    key.breakdown = (uint16_t)breakdown;
    for (key.group = 0; key.group < grouping->n_groups; key.group++) {
        struct paragraph paragraph = {.maker = maker};
        struct text text = text_of(MESSAGE_SAY_YEARS);
        const unsigned decimals = maker->study->scales[scale].scale->decimals;
        struct argument names[2];
        uint32_t before;
        if (figures_at(f, &key, FIGURE_STAGE_CHANGE, STATISTIC_DIFFERENCE, 0).kind ==
                VALUE_UNDEFINED ||
            figures_at(f, &key, FIGURE_STAGE_CHANGE, STATISTIC_N, 0).number < 2.0 ||
            figures_at(f, &key, FIGURE_STAGE_CHANGE, STATISTIC_N_PREVIOUS, 0).number < 2.0 ||
            !figures_year_before(f, maker->counted->cohorts, breakdown, key.group, key.measure,
                                 &before)) {
            continue; /* of one person nothing is said */
        }
        text.arguments[0] = scale_in_words(maker, scale);
        text.arguments[1] = argument_value(
            figures_at(f, &key, FIGURE_STAGE_CHANGE, STATISTIC_MEAN_PREVIOUS, 0), decimals);
        text.arguments[2] = argument_name(grouping->labels[before]);
        text.arguments[3] =
            argument_value(figures_at(f, &key, FIGURE_STAGE_CHANGE, STATISTIC_MEAN, 0), decimals);
        text.arguments[4] = argument_name(grouping->labels[key.group]);
        say(&paragraph, text);
        names[0] = text.arguments[4];
        names[1] = text.arguments[2];
        say_apart(&paragraph, &key, change_test(maker, scale).by_family ? &families : &people,
                  &sides, names);
        add_note(maker, table, paragraph.text);
    }
}

static void add_cohorts(struct maker *maker, struct table *table, size_t scale, size_t stage)
{
    const struct study *const study = maker->study;
    for (size_t b = 1; b < study->n_breakdowns; b++) {
        struct cohort_rows rows = cohort_rows(maker, b, study->scales[scale].measure);
        if (maker->figures->comparisons[b].grouping.n_groups > MOST_SAID_COHORTS) {
            continue;
        }
        (void)next_cohort(&rows); /* All has had its paragraph */
        while (next_cohort(&rows)) {
            const struct figure_key key = row_key(&rows, FIGURES_BEFORE_AFTER, scale);
            const struct text label = cohort_text(maker, &key);
            const struct text words = paragraph_of(maker, &key, stage, false);
            struct text text = text_of(MESSAGE_SAY_COHORT);
            text.arguments[0] = argument_kept(maker, &label);
            text.arguments[1] = argument_kept(maker, &words);
            add_note(maker, table, text);
        }
        if (stage == study->after) {
            if (is_comparison(study, b)) {
                add_comparison(maker, table, scale, b);
            } else {
                add_between(maker, table, scale, b);
            }
            add_years(maker, table, scale, b);
        }
    }
}

/* --- stages ----------------------------------------------------------------------------------- */

static struct value same_mean(const struct maker *maker, const struct figure_key *key, size_t stage)
{
    return figures_at(maker->figures, key, FIGURE_STAGE_FIRST + (unsigned)stage,
                      STATISTIC_SAME_MEAN, 0);
}

/* The stage, after the first, up to which the mean of the same people moved most. */
static size_t largest_step(const struct maker *maker, const struct figure_key *key)
{
    size_t largest = 1;
    double most = -1.0;
    for (size_t stage = 1; stage < maker->study->n_stages; stage++) {
        const double step =
            fabs(same_mean(maker, key, stage).number - same_mean(maker, key, stage - 1).number);
        if (step > most) {
            most = step;
            largest = stage;
        }
    }
    return largest;
}

/* The same people at every stage: means of whoever was seen would differ by who left, too. */
static void add_stages(struct maker *maker, struct table *table, size_t scale)
{
    const struct study *const study = maker->study;
    const struct study_scale *const s = &study->scales[scale];
    const struct figure_key key = scale_key(maker, FIGURES_TRAJECTORY, scale);
    const size_t last = study->n_stages - 1;
    const unsigned decimals = s->scale->decimals;
    const struct value n =
        figures_at(maker->figures, &key, FIGURE_STAGE_FIRST, STATISTIC_SAME_N, 0);
    struct paragraph paragraph = {.maker = maker};
    /* Of goals, a stage's score is not the one that the change up to it starts from or ends at. */
    struct text text =
        text_of(study->measures[s->measure].instrument->is_goals ? MESSAGE_SAY_TRAJECTORY_GOALS
                                                                 : MESSAGE_SAY_TRAJECTORY);
    size_t step;
    if (study->n_stages < 3 || n.kind == VALUE_UNDEFINED || n.number < 2.0) {
        return;
    }
    text.arguments[0] = argument_value(n, 0);
    text.arguments[1] = unit_of(maker, &study->measures[s->measure]);
    text.arguments[2] = scale_in_words(maker, scale);
    text.arguments[3] = argument_value(same_mean(maker, &key, 0), decimals);
    text.arguments[4] = argument_name(study->stages[0].name);
    text.arguments[5] = argument_value(same_mean(maker, &key, last), decimals);
    text.arguments[6] = argument_name(study->stages[last].name);
    say(&paragraph, text);
    step = largest_step(maker, &key);
    if (print_apart(same_mean(maker, &key, step - 1), same_mean(maker, &key, step), decimals)) {
        text = text_of(MESSAGE_SAY_STEP);
        text.arguments[0] = argument_name(study->stages[step - 1].name);
        text.arguments[1] = argument_value(same_mean(maker, &key, step - 1), decimals);
        text.arguments[2] = argument_name(study->stages[step].name);
        text.arguments[3] = argument_value(same_mean(maker, &key, step), decimals);
        say(&paragraph, text);
    }
    if (n.number < (double)study->small_numbers.caution) {
        text = text_of(MESSAGE_SAY_CAUTION);
        text.arguments[0] = argument_count(study->small_numbers.caution);
        text.arguments[1] = unit_of(maker, &study->measures[s->measure]);
        say(&paragraph, text);
    }
    add_note(maker, table, paragraph.text);
}

/* --- goals ------------------------------------------------------------------------------------ */

/* How sure the share is: an interval that allows for goals of one family, cut off at what a share can
   be; none where every goal was attained, or none. */
static void say_attained_interval(struct paragraph *paragraph, const struct figure_key *key)
{
    const struct figures *const f = paragraph->maker->figures;
    const unsigned latest = FIGURE_STAGE_LATEST;
    const struct value families = figures_at(f, key, latest, STATISTIC_FAMILIES, 0);
    struct value low = figures_at(f, key, latest, STATISTIC_PERCENT_CI_LOW, 0);
    struct value high = figures_at(f, key, latest, STATISTIC_PERCENT_CI_HIGH, 0);
    struct text text = text_of(MESSAGE_SAY_ATTAINED_INTERVAL);
    if (low.kind == VALUE_UNDEFINED || high.kind == VALUE_UNDEFINED) {
        return;
    }
    low = low.number < 0.0 ? value_count(0) : low;
    high = high.number > 100.0 ? value_count(100) : high;
    text.arguments[0] = argument_value(low, 0);
    text.arguments[1] = argument_value(high, 0);
    text.arguments[2] = argument_value(families, 0);
    say(paragraph, text);
}

static void add_attainment(struct maker *maker, struct table *table, size_t measure)
{
    const struct figures *const f = maker->figures;
    const struct study *const study = maker->study;
    const struct figure_key key =
        scale_key(maker, FIGURES_ATTAINMENT, study->measures[measure].first_scale);
    const struct value set = figures_at(f, &key, FIGURE_STAGE_LATEST, STATISTIC_GOALS_SET, 0);
    const struct value n = figures_at(f, &key, FIGURE_STAGE_LATEST, STATISTIC_GOALS, 0);
    const struct value attained = figures_at(f, &key, FIGURE_STAGE_LATEST, STATISTIC_ATTAINED, 0);
    const struct value percent = figures_at(f, &key, FIGURE_STAGE_LATEST, STATISTIC_PERCENT, 0);
    struct paragraph paragraph = {.maker = maker};
    const bool few = n.number < (double)study->small_numbers.too_few;
    const bool all = n.number == set.number;
    struct text text = text_of(few   ? all ? MESSAGE_SAY_ATTAINED_ALL_FEW : MESSAGE_SAY_ATTAINED_FEW
                               : all ? MESSAGE_SAY_ATTAINED_ALL
                                     : MESSAGE_SAY_ATTAINED);
    if (set.kind == VALUE_UNDEFINED || set.number < 1.0) {
        return;
    }
    if (n.number < 1.0) {
        text.message = MESSAGE_SAY_ATTAINED_NONE;
    } else if (n.number < 2.0) {
        text.message =
            attained.number > 0.0 ? MESSAGE_SAY_ATTAINED_ONE : MESSAGE_SAY_ATTAINED_NOT_ONE;
    }
    text.arguments[0] = argument_value(n, 0);
    text.arguments[1] = argument_value(attained, 0);
    text.arguments[2] = argument_value(percent, 0);
    text.arguments[3] = argument_value(set, 0);
    say(&paragraph, text);
    if (!few) {
        say_attained_interval(&paragraph, &key);
    }
    if (study->goals.has_target && !few) {
        static const enum message tests[] = {[TWO_SIDED] = MESSAGE_SAY_TARGET_TEST,
                                             [LESS] = MESSAGE_SAY_TARGET_TEST_LESS,
                                             [GREATER] = MESSAGE_SAY_TARGET_TEST_GREATER};
        const struct value p = figures_at(f, &key, FIGURE_STAGE_LATEST, STATISTIC_P_TARGET, 0);
        const struct value families =
            figures_at(f, &key, FIGURE_STAGE_LATEST, STATISTIC_FAMILIES, 0);
        text = text_of(p.kind != VALUE_UNDEFINED &&
                               families.number >= (double)study->small_numbers.too_few &&
                               families.number > 1.0
                           ? tests[study->goals.target_test]
                           : MESSAGE_SAY_TARGET);
        text.arguments[0] = argument_value(value_double(study->goals.target), 0);
        text.arguments[1] = argument_p(p);
        text.arguments[2] = argument_value(families, 0);
        say(&paragraph, text);
    }
    add_note(maker, table, paragraph.text);
}

/* --- all -------------------------------------------------------------------------------------- */

static void add_scale(struct maker *maker, struct table *table, size_t scale)
{
    const struct figure_key key = scale_key(maker, FIGURES_BEFORE_AFTER, scale);
    const struct study *const study = maker->study;
    add_note(maker, table, paragraph_of(maker, &key, study->after, true));
    if (is_primary(study, scale, study->after)) {
        add_cohorts(maker, table, scale, study->after);
    } else if (study->primary.is_named && scale == study->primary.scale) {
        add_note(maker, table, paragraph_of(maker, &key, study->primary.stage, false));
        add_cohorts(maker, table, scale, study->primary.stage);
    }
    add_stages(maker, table, scale);
}

static void add_measure(struct maker *maker, struct table *table, size_t measure)
{
    const struct study *const study = maker->study;
    const struct measure *const m = &study->measures[measure];
    const bool here =
        study->primary.is_named && study->scales[study->primary.scale].measure == measure;
    const size_t first = here ? study->primary.scale : primary_total(study, measure);
    if (m->instrument->is_goals) {
        add_attainment(maker, table, measure);
    }
    if (first < study->n_scales) {
        add_scale(maker, table, first);
    }
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const size_t scale = m->first_scale + i;
        if (scale != first && study->scales[scale].collected &&
            !study_is_goal_level(study, scale)) {
            add_scale(maker, table, scale);
        }
    }
}

void in_words(struct maker *maker)
{
    const struct study *const study = maker->study;
    struct text note = text_of(MESSAGE_SAY_BOTH_FORMS);
    struct table *table;
    if (study->before == study->after) {
        return;
    }
    table = new_table(maker, 0, "in_words", text_of(MESSAGE_TITLE_IN_WORDS));
    note.arguments[0] = argument_name(before_name(maker));
    note.arguments[1] = argument_name(after_name(maker));
    if (study->primary.is_named && study->primary.stage != study->after) {
        note.message = MESSAGE_SAY_BOTH_FORMS_BUT;
        note.arguments[2] = argument_name(study->stages[0].name);
        note.arguments[3] = argument_name(study->stages[study->primary.stage].name);
    }
    add_note(maker, table, note);
    for (size_t i = 0; i < study->n_measures; i++) {
        add_measure(maker, table, i);
    }
}

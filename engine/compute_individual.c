/* engine/compute_individual.c - the figures of who changed: between bands, reliably, and into the
   usual range. */
#include "engine/compute_between.h"

#include <assert.h>
#include <math.h>

#include "engine/stats/band_change.h"
#include "engine/stats/describe.h"
#include "engine/stats/paired.h"

/* --- band_change --- */

/* Of the set that tables print. Scores that no band has (there are none: an instrument's bands hold
   every score) would be in no cell. */
void compute_band_change(struct work *work)
{
    uint64_t counts[BAND_CHANGE_BANDS * BAND_CHANGE_BANDS] = {0};
    const struct band_set *set;
    struct comparison_of_stages stages;
    struct band_change change;
    uint64_t n;
    bool moved;
    if (!work_has_bands(work)) {
        return;
    }
    set = &work_scale(work)->band_sets[study_band_set(work->study, work->key.scale)];
    assert(set->n_bands <= BAND_CHANGE_BANDS);
    stages = work_compare(work, work->study->before, work->study->after);
    for (size_t i = 0; i < stages.joint.n_pairs; i++) {
        const struct pair_count *const pair = &stages.joint.pairs[i];
        const int from = band_of(set, pair->before), to = band_of(set, pair->after);
        if (from >= 0 && to >= 0) {
            counts[(size_t)from * set->n_bands + (size_t)to] += pair->count;
        }
    }
    change = band_change(&(struct band_table){counts, set->n_bands}, set->n_usual);
    moved = change.stuart_maxwell_df > 0;
    n = change.better + change.same + change.worse;
    work->key.stage = FIGURE_STAGE_CHANGE;
    work_add_count(work, STATISTIC_RAISED_BEFORE, change.raised_before);
    work_add_count(work, STATISTIC_RAISED_AFTER, change.raised_after);
    work_add(work, STATISTIC_P_MCNEMAR, value_double(change.p_mcnemar));
    add_family_raised(work);
    work_add(work, STATISTIC_STUART_MAXWELL_CHI2, value_double(change.stuart_maxwell_chi2));
    work_add(work, STATISTIC_STUART_MAXWELL_DF,
             moved ? value_count((int64_t)change.stuart_maxwell_df) : VALUE_NONE);
    work_add(work, STATISTIC_P_STUART_MAXWELL, value_double(change.p_stuart_maxwell));
    work_add_count(work, STATISTIC_BETTER, change.better);
    work_add_count(work, STATISTIC_SAME, change.same);
    work_add_count(work, STATISTIC_WORSE, change.worse);
    work_add_percent(work, STATISTIC_PERCENT_BETTER, change.better, n);
    add_family_share(work, FAMILY_BETTER_BAND, change.better, 0, n,
                     STATISTIC_PERCENT_BETTER_FAMILY_CI_LOW);
}

/* --- reliable_change --- */

/* Whom a method compares a person with is everybody who has both scores, whatever the cohort. */
static void take_moments(const struct work *work, struct reliable_constants *constants)
{
    const struct comparison_of_stages stages =
        work_compare(work, work->study->before, work->study->after);
    constants->mean_before = score_mean(&stages.before).mean.number;
    constants->mean_after = score_mean(&stages.after).mean.number;
    constants->sd_change = describe_interval(&stages.changes).sd.number;
}

static void make_rule(struct work *work, struct scale_rule *rule)
{
    const struct study *const study = work->study;
    const struct scale *const scale = work_scale(work);
    const struct study_scale *const s = &study->scales[work->key.scale];
    struct reliable_constants *const constants = &rule->constants;
    constants->sd = study->reliable_sd == RELIABLE_SD_STUDY   ? work->study_sd[work->key.scale]
                    : study->reliable_sd == RELIABLE_SD_GIVEN ? study->given_sd
                                                              : scale->sd;
    constants->reliability =
        isnan(study->given_reliability) ? scale->reliability : study->given_reliability;
    constants->mean_before = constants->mean_after = constants->sd_change = NAN;
    if (!work_has_pair(work) || study->measures[s->measure].pooled) {
        return;
    }
    rule->is_declared = s->declared.threshold > 0.0;
    /* Constants that nobody knows leave the figures out. An SD that this study's data cannot give
       (fewer than two scores) is different: the figures are there and empty. */
    rule->has_figures =
        rule->is_declared || !(isnan(constants->reliability) ||
                               (isnan(constants->sd) && study->reliable_sd != RELIABLE_SD_STUDY));
    if (rule->is_declared) {
        rule->reliable = reliable_rule_points(s->declared.threshold, scale->higher_is_better);
        return;
    }
    if (rule->has_figures && study->reliable_method != RELIABLE_JACOBSON_TRUAX) {
        take_moments(work, constants);
    }
    rule->reliable = reliable_rule(study->reliable_method, constants, scale->higher_is_better);
    rule->is_withheld =
        rule->has_figures && constants->reliability < RELIABLE_ENOUGH && !study->low_reliability;
}

void find_rules(struct work *work)
{
    for (size_t s = 0; s < work->study->n_scales; s++) {
        /* Breakdown 0 is All and has the one group 0. */
        work->key = (struct figure_key){.scale = (uint16_t)s,
                                        .measure = (uint16_t)work->study->scales[s].measure};
        make_rule(work, &work->rules[s]);
    }
}

static bool is_judged(const struct scale_rule *rule)
{
    return rule->has_figures && !rule->is_withheld && !isnan(rule->reliable.limit);
}

static struct value known_count(bool known, uint64_t count)
{
    return known ? value_count((int64_t)count) : VALUE_NONE;
}

/* A share of `whole`, or nothing at all. */
static void add_known_percent(struct work *work, bool known, enum statistic percent, uint64_t part,
                              uint64_t whole)
{
    work_add_percent(work, percent, known ? part : 0, known ? whole : 0);
}

/* What the rule was made of: `threshold` is a number of points of change, which only some have. */
static void add_constants(struct work *work, const struct scale_rule *rule)
{
    const struct reliable_constants *const constants = &rule->constants;
    const enum reliable_method method = work->study->reliable_method;
    const bool in_points = rule->is_declared || method == RELIABLE_JACOBSON_TRUAX;
    work_add(work, STATISTIC_THRESHOLD, value_double(in_points ? rule->reliable.limit : NAN));
    work_add(work, STATISTIC_RCI_SD, value_double(rule->is_declared ? NAN : constants->sd));
    work_add(work, STATISTIC_RCI_RELIABILITY,
             value_double(rule->is_declared ? NAN : constants->reliability));
    if (in_points) {
        return;
    }
    work_add(work, STATISTIC_RCI_MEAN_BEFORE, value_double(constants->mean_before));
    if (method == RELIABLE_HAGEMAN_ARRINDELL) {
        work_add(work, STATISTIC_RCI_MEAN_AFTER, value_double(constants->mean_after));
        work_add(work, STATISTIC_RCI_SD_CHANGE, value_double(constants->sd_change));
        work_add(work, STATISTIC_RCI_CHANGE_RELIABILITY,
                 value_double(reliable_change_reliability(constants)));
    }
}

/* How many more improved than deteriorated, of n people. */
static void add_net_improved(struct work *work, const struct reliable_change *change, uint64_t n)
{
    const int64_t net = (int64_t)change->improved - (int64_t)change->deteriorated;
    const struct interval apart =
        proportion_paired_difference(change->improved, change->deteriorated, n);
    work_add(work, STATISTIC_NET_IMPROVED, n > 0 ? value_count(net) : VALUE_NONE);
    work_add(work, STATISTIC_PERCENT_NET_IMPROVED, value_ratio((int128)100 * net, (int128)n));
    work_add(work, STATISTIC_PERCENT_NET_IMPROVED_CI_LOW, value_double(100.0 * apart.low));
    work_add(work, STATISTIC_PERCENT_NET_IMPROVED_CI_HIGH, value_double(100.0 * apart.high));
    add_family_share(work, FAMILY_NET_IMPROVED, change->improved, change->deteriorated, n,
                     STATISTIC_PERCENT_NET_IMPROVED_FAMILY_CI_LOW);
}

void compute_reliable_change(struct work *work)
{
    const struct scale_rule *const rule = &work->rules[work->key.scale];
    struct comparison_of_stages stages;
    struct reliable_change result = {0, 0, 0};
    uint64_t n;
    bool known, whole;
    if (!rule->has_figures) {
        return;
    }
    stages = work_compare(work, work->study->before, work->study->after);
    known = is_judged(rule) && stages.joint.n_pairs > 0;
    if (known) {
        result = reliable_change(&stages.joint, &rule->reliable);
    }
    n = result.improved + result.unchanged + result.deteriorated;
    work->key.stage = FIGURE_STAGE_CHANGE;
    /* shares of cohorts are said, and compared by year */
    whole = work_is_said(work) || breakdown_has_years(work->study, work->key.breakdown);
    if (whole) {
        add_constants(work, rule);
    }
    work_add(work, STATISTIC_IMPROVED, known_count(known, result.improved));
    work_add(work, STATISTIC_UNCHANGED, known_count(known, result.unchanged));
    work_add(work, STATISTIC_DETERIORATED, known_count(known, result.deteriorated));
    if (!whole) {
        return;
    }
    add_net_improved(work, &result, n);
    add_known_percent(work, known, STATISTIC_PERCENT_IMPROVED, result.improved, n);
    add_family_share(work, FAMILY_IMPROVED, result.improved, 0, n,
                     STATISTIC_PERCENT_IMPROVED_FAMILY_CI_LOW);
    add_known_percent(work, known, STATISTIC_PERCENT_UNCHANGED, result.unchanged, n);
    add_known_percent(work, known, STATISTIC_PERCENT_DETERIORATED, result.deteriorated, n);
    add_family_share(work, FAMILY_DETERIORATED, result.deteriorated, 0, n,
                     STATISTIC_PERCENT_DETERIORATED_FAMILY_CI_LOW);
}

/* --- clinical_change --- */

static void add_classes(struct work *work, const struct clinical_change *change, bool known)
{
    const uint64_t n =
        change->into_usual_range + change->improved + change->unchanged + change->deteriorated;
    work_add(work, STATISTIC_INTO_USUAL_RANGE, known_count(known, change->into_usual_range));
    work_add(work, STATISTIC_IMPROVED, known_count(known, change->improved));
    work_add(work, STATISTIC_UNCHANGED, known_count(known, change->unchanged));
    work_add(work, STATISTIC_DETERIORATED, known_count(known, change->deteriorated));
    add_known_percent(work, known, STATISTIC_PERCENT_INTO_USUAL_RANGE, change->into_usual_range, n);
    add_family_share(work, FAMILY_INTO_USUAL_RANGE, change->into_usual_range, 0, n,
                     STATISTIC_PERCENT_INTO_USUAL_RANGE_FAMILY_CI_LOW);
    add_known_percent(work, known, STATISTIC_PERCENT_IMPROVED, change->improved, n);
    add_known_percent(work, known, STATISTIC_PERCENT_UNCHANGED, change->unchanged, n);
    add_known_percent(work, known, STATISTIC_PERCENT_DETERIORATED, change->deteriorated, n);
}

/* Cut-offs need the norms they are made of, sides one cut-off, and the four classes both norms and
   a reliable change. */
void compute_clinical_change(struct work *work)
{
    const struct study_scale *const s = &work->study->scales[work->key.scale];
    const struct scale_rule *const rule = &work->rules[work->key.scale];
    const struct norm clinical = study_clinical_norm(s), functional = study_functional_norm(s);
    const bool up = s->scale->higher_is_better;
    const double cut_off = cut_off_at(study_cut_off(s), &clinical, &functional, up);
    struct comparison_of_stages stages;
    struct clinical_change change = {0};
    bool has_people, known;
    if (!work_has_pair(work) || work->study->measures[s->measure].pooled || isnan(cut_off)) {
        return;
    }
    stages = work_compare(work, work->study->before, work->study->after);
    has_people = stages.joint.n_pairs > 0;
    known = has_people && is_judged(rule) && clinical.sd > 0.0 && functional.sd > 0.0;
    if (known) {
        change = clinical_change(&stages.joint, &rule->reliable, cut_off);
    }
    work->key.stage = FIGURE_STAGE_CHANGE;
    for (unsigned c = 0; c < N_CUT_OFFS; c++) {
        work_add(work, STATISTIC_CUT_A + c,
                 value_double(cut_off_at((enum cut_off)c, &clinical, &functional, up)));
    }
    work_add(work, STATISTIC_CUT_OFF, value_double(cut_off));
    work_add(work, STATISTIC_USUAL_BEFORE,
             known_count(has_people, usual_count(&stages.before, cut_off, up)));
    work_add(work, STATISTIC_USUAL_AFTER,
             known_count(has_people, usual_count(&stages.after, cut_off, up)));
    add_classes(work, &change, known);
}

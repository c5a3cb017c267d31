/* engine/compute.c - walks through breakdowns, groups and scales in the order of the keys. */
#include "engine/compute.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/compute_work.h"
#include "engine/stats/describe.h"
#include "engine/stats/signed_rank.h"

/* --- forms --- */

static void forms_of(struct work *work, size_t measure, uint64_t rows, const uint64_t forms[])
{
    uint64_t accounted = forms[FORM_USED];
    work->key = (struct figure_key){
        .table = FIGURES_FORMS, .measure = (uint16_t)measure, .scale = NO_SCALE};
    work_add_count(work, STATISTIC_ROWS, rows);
    work_add_sub(work, STATISTIC_FORM, FORM_USED, forms[FORM_USED]);
    for (size_t reason = FORM_USED + 1; reason < N_FORM_REASONS; reason++) {
        work_add_sub(work, STATISTIC_FORM, reason, forms[reason]);
        accounted += forms[reason];
    }
    assert(accounted == rows); /* the ledger of forms */
    (void)accounted;
}

static void forms(struct work *work)
{
    const struct counted *const counted = work->counted;
    const size_t n_measures = work->study->n_measures;
    for (size_t m = 0; m < n_measures; m++) {
        forms_of(work, m, counted->measures[m].forms_read, counted->measures[m].forms);
    }
    /* One line more than there are measures: the rows whose instrument is not known. */
    if (counted->unknown_informants > 0) {
        const uint64_t unknown[N_FORM_REASONS] = {[FORM_NO_ID] = counted->unknown_informants};
        forms_of(work, n_measures, counted->unknown_informants, unknown);
    }
}

/* --- scoring --- */

static void scoring(struct work *work)
{
    const struct scoring_audit *const audit = &work->counted->checks.scales[work->key.scale].audit;
    if (work_scale(work)->kind == SCALE_GOALS) {
        return;
    }
    work_add_count(work, STATISTIC_SCORED_COMPLETE, audit->complete);
    work_add_count(work, STATISTIC_SCORED_PRORATED, audit->prorated);
    for (size_t i = 0; i <= MAX_ITEMS; i++) {
        if (audit->prorated_from[i] > 0) {
            work_add_sub(work, STATISTIC_SCORED_PRORATED_FROM, i, audit->prorated_from[i]);
        }
    }
    work_add_count(work, STATISTIC_NOT_SCORED, audit->unscored);
}

/* --- all --- */

typedef void compute_table(struct work *work);

/* Calls `compute` for every collected scale of one group, whose key it is given. */
static void for_scales(struct work *work, struct figure_key group, compute_table *compute)
{
    const struct study *const study = work->study;
    for (size_t s = 0; s < study->n_scales; s++) {
        group.measure = (uint16_t)study->scales[s].measure;
        group.scale = (uint16_t)s;
        if (study->scales[s].collected &&
            figures_has_measure(work->figures, group.breakdown, group.group, group.measure)) {
            work->key = group;
            compute(work);
        }
    }
}

static void for_each_scale(struct work *work, enum figure_table table, compute_table *compute)
{
    /* The loops are nested as the fields of the key are ordered, which figures_add() asserts. */
    for (size_t b = 0; b < work->study->n_breakdowns; b++) {
        for (uint32_t g = 0; g < work->figures->comparisons[b].grouping.n_groups; g++) {
            for_scales(
                work,
                (struct figure_key){.table = (uint16_t)table, .breakdown = (uint16_t)b, .group = g},
                compute);
        }
    }
}

/* What is of all groups of a breakdown together: not of All, which has nothing to compare. */
static void for_each_breakdown(struct work *work, enum figure_table table, compute_table *compute)
{
    for (size_t b = 1; b < work->study->n_breakdowns; b++) {
        for (size_t s = 0; s < work->study->n_scales; s++) {
            work->key = (struct figure_key){.table = (uint16_t)table,
                                            .breakdown = (uint16_t)b,
                                            .measure = (uint16_t)work->study->scales[s].measure,
                                            .scale = (uint16_t)s};
            if (work->study->scales[s].collected) {
                compute(work);
            }
        }
    }
}

/* Attainment in each group of one breakdown, by one thing that goals are about. */
static void for_goal_groups(struct work *work, struct figure_key dimension)
{
    const struct figures *const figures = work->figures;
    const size_t b = dimension.breakdown;
    for (uint32_t g = 0; g < figures->comparisons[b].grouping.n_groups; g++) {
        for (uint32_t m = 0; m < goals_dimension_size(figures, dimension.dimension); m++) {
            work->key = dimension;
            work->key.group = g;
            work->key.member = m;
            if (figures_has_measure(figures, b, g, dimension.measure) && goals_has_member(work)) {
                compute_attainment(work);
            }
        }
    }
}

/* Attainment is of goals, whatever the scale, and by what they are about. */
static void for_each_goal_group(struct work *work, size_t measure)
{
    const struct study *const study = work->study;
    for (size_t b = 0; b < study->n_breakdowns; b++) {
        for (size_t d = 0; d < GOALS_BY_FLAG + study->goals.n_flags; d++) {
            if (d != GOALS_BY_CATEGORY || study->goals.has_category) {
                for_goal_groups(work, (struct figure_key){
                                          .table = FIGURES_ATTAINMENT,
                                          .breakdown = (uint16_t)b,
                                          .dimension = (uint16_t)d,
                                          .measure = (uint16_t)measure,
                                          .scale = (uint16_t)study->measures[measure].first_scale});
            }
        }
    }
}

static void compute_all(struct work *work)
{
    const struct study *const study = work->study;
    /* In the order of enum figure_table, the first field of every key. */
    forms(work);
    for_each_scale(work, FIGURES_BEFORE_AFTER, compute_before_after);
    for_each_scale(work, FIGURES_BANDS, compute_bands);
    for_each_scale(work, FIGURES_BAND_MOVEMENT, compute_band_movement);
    for_each_scale(work, FIGURES_BAND_CHANGE, compute_band_change);
    for_each_scale(work, FIGURES_RELIABLE_CHANGE, compute_reliable_change);
    for_each_scale(work, FIGURES_CLINICAL_CHANGE, compute_clinical_change);
    for_each_scale(work, FIGURES_TRAJECTORY, compute_trajectory);
    for_each_breakdown(work, FIGURES_BETWEEN, compute_between);
    for_each_scale(work, FIGURES_ADJUSTED, compute_adjusted);
    for_each_breakdown(work, FIGURES_POOLED, compute_pooled);
    for (size_t i = 0; i < study->n_measures; i++) {
        if (study->measures[i].instrument->is_goals) {
            for_each_goal_group(work, i);
        }
    }
    for_each_scale(work, FIGURES_GOAL_LEVELS, compute_goal_levels);
    for_each_scale(work, FIGURES_YEARS, compute_years);
    for_each_breakdown(work, FIGURES_TREND, compute_trend);
    for_each_scale(work, FIGURES_PAIRED_SHARES, compute_paired_shares);
    for_each_breakdown(work, FIGURES_COMPARISON, compute_comparison);
    for (size_t s = 0; s < study->n_scales; s++) {
        work->key = (struct figure_key){.table = FIGURES_SCORING,
                                        .measure = (uint16_t)study->scales[s].measure,
                                        .scale = (uint16_t)s};
        if (study->scales[s].collected) {
            scoring(work);
        }
    }
    for_each_scale(work, FIGURES_ITEM_ANALYSIS, compute_item_analysis);
    for_each_scale(work, FIGURES_CAUTIONS, compute_cautions);
    compute_tests(work);
    compute_tests_between(work);
    for_each_scale(work, FIGURES_DROP_OUT, compute_drop_out);
    for_each_scale(work, FIGURES_ADDED_VALUE, compute_added_value);
}

struct category {
    const struct names *names;
    uint32_t name;
};

static int category_compare(const void *a, const void *b)
{
    const struct category *const x = a, *const y = b;
    return natural_compare(names_text(x->names, x->name), names_text(y->names, y->name));
}

/* The categories that occur, in printing order. */
static bool list_categories(struct figures *figures, const struct tally *tally)
{
    struct category *const all = calloc(tally->n_goals + 1, sizeof *all);
    size_t n = 0;
    figures->categories = calloc(tally->n_goals + 1, sizeof *figures->categories);
    if (all == NULL || figures->categories == NULL) {
        free(all);
        return false;
    }
    for (size_t i = 0; i < tally->n_goals; i++) {
        if (tally->goals[i].category != NO_NAME) {
            all[n++] = (struct category){figures->names, tally->goals[i].category};
        }
    }
    /* natural_compare() is 0 for equal texts only, so that the same names become neighbours. */
    qsort(all, n, sizeof *all, category_compare);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || all[i].name != all[i - 1].name) {
            figures->categories[figures->n_categories++] = all[i].name;
        }
    }
    free(all);
    return true;
}

static bool make_comparisons(const struct counted *counted, struct figures *figures)
{
    figures->comparisons = calloc(counted->study->n_breakdowns, sizeof *figures->comparisons);
    if (figures->comparisons == NULL) {
        return false;
    }
    for (size_t i = 0; i < counted->study->n_breakdowns; i++) {
        struct comparison *const comparison = &figures->comparisons[i];
        if (!grouping_init(&comparison->grouping, counted->cohorts,
                           &counted->study->breakdowns[i]) ||
            !tally_coarsen(&counted->tally, comparison->grouping.group_of, &comparison->tally) ||
            !item_tally_coarsen(&counted->items, comparison->grouping.group_of,
                                counted->study->breakdowns[i].n_columns == 0, &comparison->items) ||
            !family_tally_coarsen(&counted->families, comparison->grouping.group_of,
                                  &comparison->families)) {
            return false;
        }
    }
    return list_categories(figures, &counted->tally);
}

/* The most cells that one group has. */
static size_t most_cells(const struct work *work)
{
    size_t most = 0;
    for (size_t b = 0; b < work->study->n_breakdowns; b++) {
        const struct tally *const tally = &work->figures->comparisons[b].tally;
        for (size_t g = 0; g < tally->n_cohorts; g++) {
            most = tally->cohorts[g].n > most ? tally->cohorts[g].n : most;
        }
    }
    return most;
}

static size_t most_families(const struct work *work)
{
    size_t most = 0;
    for (size_t b = 0; b < work->study->n_breakdowns; b++) {
        const size_t n = family_tally_most(&work->figures->comparisons[b].families);
        most = n > most ? n : most;
    }
    return most;
}

/* The most patterns that one scale of a group has. */
static size_t most_patterns(const struct work *work)
{
    size_t most = 0;
    for (size_t b = 0; b < work->study->n_breakdowns; b++) {
        const struct patterns *const patterns = &work->figures->comparisons[b].tally.patterns;
        size_t first = 0;
        for (size_t i = 0; i < patterns->n; i++) {
            const struct pattern *const p = &patterns->list[i], *const q = &patterns->list[first];
            first = p->cohort == q->cohort && p->scale == q->scale ? first : i;
            most = i - first + 1 > most ? i - first + 1 : most;
        }
    }
    return most;
}

static bool make_model_room(struct work *work)
{
    const size_t n = most_patterns(work);
    if (!study_has_model(work->study) || work->study->model.off) {
        return true;
    }
    work->patterns = calloc(n + 1, sizeof *work->patterns);
    work->model_room = model_room_new(work->study->n_stages, n);
    return work->patterns != NULL && work->model_room != NULL;
}

static bool make_room(struct work *work)
{
    /* compute_goal_levels() puts goals where scores stand. */
    const size_t n = most_cells(work) + work->counted->tally.n_goals + 1;
    work->pairs = calloc(n, sizeof *work->pairs);
    work->before = calloc(n, sizeof *work->before);
    work->after = calloc(n, sizeof *work->after);
    work->changes = calloc(n, sizeof *work->changes);
    work->ranks = calloc(SIGNED_RANK_WORK, sizeof *work->ranks);
    if (work->study->bootstrap.replicates > 0) {
        work->replicates = calloc(work->study->bootstrap.replicates, sizeof *work->replicates);
        work->random = gsl_rng_alloc(gsl_rng_mt19937);
    }
    work->families = calloc(most_families(work) + 1, sizeof *work->families);
    work->items = malloc(sizeof *work->items);
    work->study_sd = calloc(work->study->n_scales + 1, sizeof *work->study_sd);
    work->rules = calloc(work->study->n_scales + 1, sizeof *work->rules);
    return work->pairs != NULL && work->before != NULL && work->after != NULL &&
           work->changes != NULL && work->ranks != NULL && work->items != NULL &&
           work->families != NULL && work->study_sd != NULL &&
           (work->study->bootstrap.replicates == 0 ||
            (work->replicates != NULL && work->random != NULL)) &&
           work->rules != NULL && make_model_room(work);
}

static void find_study_sds(struct work *work)
{
    for (size_t s = 0; s < work->study->n_scales; s++) {
        /* Breakdown 0 is All and has the one group 0. Undefined, the number is NAN. */
        work->key = (struct figure_key){.scale = (uint16_t)s};
        const struct distribution before =
            work_distribution(work, work->study->before, TALLY_ONE_STAGE);
        work->study_sd[s] = describe(&before).sd.number;
    }
}

bool compute_figures(const struct counted *counted, struct figures *figures)
{
    struct work work = {.counted = counted, .study = counted->study, .figures = figures};
    bool done;
    *figures = (struct figures){.study = counted->study,
                                .names = counted->names,
                                .unknown_informants = counted->unknown_informants};
    done = make_comparisons(counted, figures) && make_room(&work) && between_begin(&work);
    if (done) {
        find_study_sds(&work);
        find_rules(&work);
        compute_all(&work);
    }
    free(work.pairs);
    free(work.before);
    free(work.after);
    free(work.changes);
    free(work.ranks);
    free(work.replicates);
    gsl_rng_free(work.random);
    free(work.families);
    between_end(&work);
    free(work.items);
    free(work.study_sd);
    free(work.patterns);
    model_room_free(work.model_room);
    free(work.rules);
    if (!done || figures->no_memory) {
        figures_free(figures);
        return false;
    }
    figures_complete(figures);
    return true;
}

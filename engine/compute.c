/* engine/compute.c - which function computes which table, for what, and when: a table under a breakdown
   when it is first asked for, groups and scales in the order of the keys. */
#include "engine/compute.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/comparisons.h"
#include "engine/compute_work.h"
#include "engine/family_given.h"
#include "engine/stats/describe.h"

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

static void scoring_of(struct work *work)
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

static void scoring(struct work *work)
{
    const struct study *const study = work->study;
    for (size_t s = 0; s < study->n_scales; s++) {
        work->key.measure = (uint16_t)study->scales[s].measure;
        work->key.scale = (uint16_t)s;
        if (study->scales[s].collected) {
            scoring_of(work);
        }
    }
}

/* --- all --- */

typedef void compute_table(struct work *work);

/* What `compute` of a table is called for. */
enum span {
    SPAN_STUDY,     /* once: the figures are of no cohort */
    SPAN_GROUPS,    /* each collected scale of each group */
    SPAN_BREAKDOWN, /* each collected scale, for all groups together: not of All, which has nothing to
                       compare */
    SPAN_BETWEEN,   /* once for each breakdown but All */
    SPAN_GOALS,     /* each measure and group, by each thing that goals are about */
    SPAN_TESTS      /* each group, by the same */
};

#define NEEDS(table) (UINT32_C(1) << FIGURES_##table)
_Static_assert(N_FIGURE_TABLES <= 32, "needs are bits of 32");

/* How the figures of a table come about. */
static const struct recipe {
    compute_table *compute;
    enum span span;
    uint32_t needs; /* tables that it is computed from, of the same breakdown and of All */
    bool compares;  /* groups, of which has to be known what by: compare_breakdown() */
    bool (*begin)(
        struct work *work); /* called before, by one worker; NULL: nothing is to be done */
    void (*end)(struct work *work);
} recipes[N_FIGURE_TABLES] = {
    [FIGURES_FORMS] = {.compute = forms, .span = SPAN_STUDY},
    [FIGURES_BEFORE_AFTER] = {.compute = compute_before_after, .span = SPAN_GROUPS},
    [FIGURES_BANDS] = {.compute = compute_bands, .span = SPAN_GROUPS},
    [FIGURES_BAND_MOVEMENT] = {.compute = compute_band_movement, .span = SPAN_GROUPS},
    [FIGURES_BAND_CHANGE] = {.compute = compute_band_change, .span = SPAN_GROUPS},
    [FIGURES_RELIABLE_CHANGE] = {.compute = compute_reliable_change, .span = SPAN_GROUPS},
    [FIGURES_CLINICAL_CHANGE] = {.compute = compute_clinical_change, .span = SPAN_GROUPS},
    [FIGURES_TRAJECTORY] = {.compute = compute_trajectory, .span = SPAN_GROUPS},
    [FIGURES_BETWEEN] = {.compute = compute_between, .span = SPAN_BREAKDOWN, .compares = true},
    [FIGURES_ADJUSTED] = {.compute = compute_adjusted,
                          .span = SPAN_GROUPS,
                          .needs = NEEDS(BETWEEN)},
    [FIGURES_POOLED] = {.compute = compute_pooled, .span = SPAN_BREAKDOWN, .compares = true},
    [FIGURES_ATTAINMENT] = {.compute = compute_attainment, .span = SPAN_GOALS},
    [FIGURES_GOAL_LEVELS] = {.compute = compute_goal_levels, .span = SPAN_GROUPS},
    [FIGURES_YEARS] = {.compute = compute_years,
                       .span = SPAN_GROUPS,
                       .needs = NEEDS(BEFORE_AFTER) | NEEDS(ATTAINMENT)},
    [FIGURES_TREND] = {.compute = compute_trend,
                       .span = SPAN_BREAKDOWN,
                       .needs = NEEDS(BEFORE_AFTER) | NEEDS(RELIABLE_CHANGE) | NEEDS(ATTAINMENT)},
    [FIGURES_PAIRED_SHARES] = {.compute = compute_paired_shares, .span = SPAN_GROUPS},
    [FIGURES_COMPARISON] = {.compute = compute_comparison,
                            .span = SPAN_BREAKDOWN,
                            .needs = NEEDS(RELIABLE_CHANGE)},
    [FIGURES_SCORING] = {.compute = scoring, .span = SPAN_STUDY},
    [FIGURES_ITEM_ANALYSIS] = {.compute = compute_item_analysis, .span = SPAN_GROUPS},
    [FIGURES_CAUTIONS] = {.compute = compute_cautions, .span = SPAN_GROUPS},
    [FIGURES_TESTS] = {.compute = compute_tests,
                       .span = SPAN_TESTS,
                       .begin = tests_begin,
                       .end = tests_end},
    [FIGURES_TESTS_BETWEEN] = {.compute = compute_tests_between,
                               .span = SPAN_BETWEEN,
                               .needs = NEEDS(BEFORE_AFTER) | NEEDS(BETWEEN) | NEEDS(POOLED) |
                                        NEEDS(TREND) | NEEDS(COMPARISON)},
    [FIGURES_DROP_OUT] = {.compute = compute_drop_out,
                          .span = SPAN_GROUPS,
                          .needs = NEEDS(TRAJECTORY)},
    [FIGURES_ADDED_VALUE] = {.compute = compute_added_value, .span = SPAN_GROUPS},
};

/* The figures of a study as they are asked for. */
struct computing {
    struct figure_computer computer; /* the first, so that one is the other */
    const struct crew *crew;         /* borrowed */
    struct work *works; /* owned, one for each worker; those behind the first are made when
                                        there is anything for them to do */
    size_t n_works;
    struct share_rules *shares; /* owned */
    bool is_at_work; /* what a table needs is there before it: else two workers might compute it */
};

/* --- one table under one breakdown --- */

/* The groups of one part, and of which scales. */
struct groups {
    uint32_t first, end;
    size_t first_scale, end_scale;
};

static void for_breakdown(struct work *work, compute_table *compute)
{
    const struct study *const study = work->study;
    const struct figure_key key = work->key;
    for (size_t s = 0; s < study->n_scales; s++) {
        work->key = key;
        work->key.measure = (uint16_t)study->scales[s].measure;
        work->key.scale = (uint16_t)s;
        if (study->scales[s].collected) {
            compute(work);
        }
    }
}

static void for_tests(struct work *work, struct groups groups, compute_table *compute)
{
    const struct figure_key key = work->key;
    const uint32_t n_members =
        key.dimension == GOALS_BY_CATEGORY && !work->study->goals.has_category
            ? 0
            : goals_dimension_size(work->figures, key.dimension);
    for (uint32_t g = groups.first; g < groups.end; g++) {
        for (uint32_t m = 0; m < n_members; m++) {
            work->key = key;
            work->key.group = g;
            work->key.member = m;
            compute(work);
        }
    }
}

/* Attainment is of goals, whatever the scale, and by what they are about: one dimension of it. */
static void for_goals(struct work *work, struct groups groups, compute_table *compute)
{
    const struct study *const study = work->study;
    const struct figure_key key = work->key;
    if (key.dimension == GOALS_BY_CATEGORY && !study->goals.has_category) {
        return;
    }
    for (uint32_t g = groups.first; g < groups.end; g++) {
        for (uint32_t m = 0; m < goals_dimension_size(work->figures, key.dimension); m++) {
            for (size_t i = 0; i < study->n_measures; i++) {
                work->key = key;
                work->key.group = g;
                work->key.member = m;
                work->key.measure = (uint16_t)i;
                work->key.scale = (uint16_t)study->measures[i].first_scale;
                if (study->measures[i].instrument->is_goals &&
                    figures_has_measure(work->figures, key.breakdown, g, i) &&
                    goals_has_member(work)) {
                    compute(work);
                }
            }
        }
    }
}

struct section_job {
    struct computing *computing;
    const struct recipe *recipe;
    struct figure_section *section;
    struct figure_key key; /* table and breakdown */
    uint32_t n_groups;
    struct section_job *next; /* which is computed together with this one; NULL: none */
};

/* Of a part of a section, counted from the first of its dimension. */
static struct groups groups_of(const struct section_job *job, size_t part)
{
    const struct figure_section *const section = job->section;
    const size_t piece = part % section->n_pieces,
                 n_scales = job->computing->works[0].study->n_scales;
    const size_t first = part / section->n_pieces * section->part_groups;
    const size_t end = first + section->part_groups;
    return (struct groups){.first = (uint32_t)first,
                           .end = end < job->n_groups ? (uint32_t)end : job->n_groups,
                           .first_scale = piece,
                           .end_scale = section->n_pieces == 1 ? n_scales : piece + 1};
}

/* Each scale of each group, and of each all tables that are computed together: they ask for the same cells. */
static void for_groups(struct work *work, struct groups groups, const struct section_job *jobs,
                       size_t task)
{
    const struct study *const study = work->study;
    /* The loops are nested as the fields of the key are ordered, which figures_add() asserts. */
    for (uint32_t g = groups.first; g < groups.end; g++) {
        for (size_t s = groups.first_scale; s < groups.end_scale; s++) {
            const size_t measure = study->scales[s].measure;
            if (!study->scales[s].collected ||
                !figures_has_measure(work->figures, jobs->key.breakdown, g, measure)) {
                continue;
            }
            for (const struct section_job *job = jobs; job != NULL; job = job->next) {
                work->part = &job->section->parts[task];
                work->key = job->key;
                work->key.group = g;
                work->key.measure = (uint16_t)measure;
                work->key.scale = (uint16_t)s;
                job->recipe->compute(work);
            }
        }
    }
}

static void compute_span(struct work *work, struct groups groups, const struct section_job *jobs,
                         size_t task)
{
    switch (jobs->recipe->span) {
    case SPAN_GROUPS:
        for_groups(work, groups, jobs, task);
        break;
    case SPAN_GOALS:
        for_goals(work, groups, jobs->recipe->compute);
        break;
    case SPAN_BREAKDOWN:
        for_breakdown(work, jobs->recipe->compute);
        break;
    case SPAN_TESTS:
        for_tests(work, groups, jobs->recipe->compute);
        break;
    case SPAN_STUDY:
    case SPAN_BETWEEN:
        jobs->recipe->compute(work);
        break;
    }
}

static void compute_part(void *jobs_, size_t task, size_t worker)
{
    const struct section_job *const jobs = jobs_;
    struct work *const work = &jobs->computing->works[worker];
    const struct groups groups = groups_of(jobs, task % jobs->section->n_parts);
    for (const struct section_job *job = jobs; job != NULL; job = job->next) {
        struct figure_key key = job->key;
        key.dimension = (uint16_t)(task / job->section->n_parts);
        key.group = groups.first;
        figures_begin(&job->section->parts[task], &key);
        work->part = &job->section->parts[task];
        work->key = key;
    }
    compute_span(work, groups, jobs, task);
    for (const struct section_job *job = jobs; job != NULL; job = job->next) {
        figures_complete(&job->section->parts[task]);
    }
}

/* How many groups a table has figures of: whole tables have them in the place of the first. */
static uint32_t n_groups_of(const struct computing *computing, enum span span, size_t breakdown)
{
    const struct figures *const figures = computing->works[0].figures;
    switch (span) {
    case SPAN_STUDY:
        return breakdown == 0;
    case SPAN_BREAKDOWN:
    case SPAN_BETWEEN:
        return breakdown > 0;
    case SPAN_GROUPS:
    case SPAN_GOALS:
    case SPAN_TESTS:
        break;
    }
    return (uint32_t)figures->comparisons[breakdown].grouping.n_groups;
}

/* Fewer cells are looked at sooner than others are called to help. */
#define WORTH_HELP ((size_t)1 << 14)

static bool is_worth_help(const struct computing *computing, size_t breakdown)
{
    const struct tally *const tally = &computing->works[0].figures->comparisons[breakdown].tally;
    size_t n = tally->n_cells;
    for (size_t i = 0; i < tally->n_cohorts; i++) {
        const struct written *const written = tally->cohorts[i].written;
        for (size_t m = 0; written != NULL && m < tally->study->n_measures; m++) {
            n +=
                written[m].n * tally->study->n_stages; /* a person is in some cells of each stage */
        }
    }
    return n >= WORTH_HELP;
}

/* Does what each part of a section needs, by as many as there are. */
static void run_parts(struct computing *computing, struct section_job *job, size_t n)
{
    const struct crew *const crew =
        n > 1 && is_worth_help(computing, job->key.breakdown) ? computing->crew : &crew_of_one;
    while (computing->n_works < crew->n_workers) {
        struct work *const work = &computing->works[computing->n_works];
        *work = computing->works[0];
        if (!work_make_room(work)) {
            work_free_room(work);
            for (; job != NULL; job = job->next) {
                job->section->no_memory = true;
            }
            return;
        }
        computing->n_works++;
    }
    for (size_t i = 1; i < computing->n_works; i++) {
        computing->works[i].tests = computing->works[0].tests;
    }
    crew->run(crew, n, compute_part, job);
}

/* Tables of which every report has rows of each cohort, from the same few cells of it: they are computed
   together, while these are at hand. */
#define TOGETHER (NEEDS(BEFORE_AFTER) | NEEDS(BANDS) | NEEDS(RELIABLE_CHANGE) | NEEDS(TRAJECTORY))
enum { MOST_TOGETHER = 4 };

static bool is_computed_with(const struct computing *computing, unsigned table, size_t breakdown,
                             unsigned other)
{
    return breakdown > 0 && other != table && (TOGETHER >> table & 1) != 0 &&
           (TOGETHER >> other & 1) != 0 &&
           (other != FIGURES_TRAJECTORY || computing->works[0].study->n_stages > 2) &&
           !figures_is_computed(computing->works[0].figures, other, breakdown);
}

/* Cuts the groups of a section into parts: of few groups, each scale of each is one; else there are so many
   that no worker waits long for another at the end, and no more. */
static void cut_section(struct figure_section *section, const struct study *study, enum span span,
                        uint32_t n_groups)
{
    const bool few = n_groups <= PART_GROUPS;
    const size_t each = (n_groups + PART_GROUPS - 1) / PART_GROUPS;
    section->part_groups = few ? 1 : each < PART_GROUPS ? each : PART_GROUPS;
    section->n_pieces = few && span == SPAN_GROUPS ? study->n_scales : 1;
    section->n_parts =
        (n_groups + section->part_groups - 1) / section->part_groups * section->n_pieces;
}

/* Makes room for the parts of a section. False: no memory. */
static bool prepare_section(struct computing *computing, struct figure_section *section,
                            const struct recipe *recipe, unsigned table, size_t breakdown,
                            struct section_job *job)
{
    const struct study *const study = computing->works[0].study;
    const enum span span = recipe->span;
    *job = (struct section_job){computing,
                                recipe,
                                section,
                                {.table = (uint16_t)table, .breakdown = (uint16_t)breakdown},
                                n_groups_of(computing, span, breakdown),
                                NULL};
    section->n_dimensions = span == SPAN_GOALS   ? GOALS_BY_FLAG + study->goals.n_flags
                            : span == SPAN_TESTS ? tests_n_dimensions(study)
                                                 : 1;
    cut_section(section, study, span, job->n_groups);
    section->parts = calloc(section->n_dimensions * section->n_parts + 1, sizeof *section->parts);
    section->no_memory |= section->parts == NULL;
    return !section->no_memory;
}

/* The sections that are computed with that of the first job. */
static size_t add_companions(struct section_job jobs[MOST_TOGETHER])
{
    struct computing *const computing = jobs->computing;
    const struct figures *const figures = computing->works[0].figures;
    const size_t breakdown = jobs->key.breakdown;
    size_t n = 1;
    for (unsigned t = 0; t < N_FIGURE_TABLES; t++) {
        struct figure_section *const section =
            &figures->sections[t * figures->study->n_breakdowns + breakdown];
        if (!is_computed_with(computing, jobs->key.table, breakdown, t)) {
            continue;
        }
        section->is_computed = true; /* or failed */
        if (prepare_section(computing, section, &recipes[t], t, breakdown, &jobs[n])) {
            jobs[n - 1].next = &jobs[n];
            n++;
        }
    }
    return n;
}

static void end_section(struct figure_section *section)
{
    const size_t n = section->n_dimensions * section->n_parts;
    for (size_t i = 0; section->parts != NULL && i < n; i++) {
        section->no_memory |= section->parts[i].no_memory;
    }
}

/* Finds out by what the groups of a breakdown are compared, each scale of each by itself; there are no figures
   of it. False: no memory. */
static bool compare_breakdown(struct computing *computing, size_t breakdown)
{
    static const struct recipe each = {.compute = compare_group, .span = SPAN_GROUPS};
    struct work *const work = &computing->works[0];
    struct figure_section none = {0};
    struct section_job job;
    if (between_is_of(work, breakdown)) {
        return true;
    }
    if (!between_compare(work, breakdown) ||
        !prepare_section(computing, &none, &each, FIGURES_BETWEEN, breakdown, &job)) {
        return false;
    }
    run_parts(computing, &job, none.n_parts);
    end_section(&none);
    between_compared(work, breakdown, !none.no_memory);
    free(none.parts);
    return !none.no_memory;
}

static void compute_section(struct figure_computer *computer, struct figure_section *section,
                            unsigned table, size_t breakdown)
{
    struct computing *const computing = (struct computing *)computer;
    const struct recipe *const recipe = &recipes[table];
    struct work *const work = &computing->works[0];
    struct section_job jobs[MOST_TOGETHER];
    size_t n_jobs = 1;
    assert(!computing->is_at_work);
    for (unsigned t = 0; t < N_FIGURE_TABLES; t++) {
        if ((recipe->needs >> t & 1) != 0) {
            section->no_memory |= figures_section(work->figures, t, 0)->no_memory;
            section->no_memory |= figures_section(work->figures, t, breakdown)->no_memory;
        }
    }
    if (recipe->compares && breakdown > 0) {
        section->no_memory |= !compare_breakdown(computing, breakdown);
    }
    if (section->no_memory ||
        !prepare_section(computing, section, recipe, table, breakdown, jobs)) {
        return;
    }
    work->key = jobs->key;
    if (recipe->begin == NULL || recipe->begin(work)) {
        n_jobs = add_companions(jobs);
        computing->is_at_work = true;
        run_parts(computing, jobs, section->n_dimensions * section->n_parts);
        computing->is_at_work = false;
    } else {
        section->no_memory = true;
    }
    if (recipe->end != NULL) {
        recipe->end(work);
    }
    for (size_t i = 0; i < n_jobs; i++) {
        end_section(jobs[i].section);
    }
}

/* --- the whole --- */

static void find_study_sds(struct work *work)
{
    for (size_t s = 0; s < work->study->n_scales; s++) {
        /* Breakdown 0 is All and has the one group 0. */
        work->key = (struct figure_key){.scale = (uint16_t)s};
        const struct distribution before =
            work_distribution(work, work->study->before, TALLY_ONE_STAGE);
        work->study_sd[s] = describe(&before).sd.number;
    }
}

static void free_computing(struct figure_computer *computer)
{
    struct computing *const computing = (struct computing *)computer;
    for (size_t i = 0; computing->works != NULL && i < computing->n_works; i++) {
        work_free_room(&computing->works[i]);
    }
    if (computing->works != NULL) {
        between_end(&computing->works[0]);
        free(computing->works[0].study_sd);
        free(computing->works[0].rules);
    }
    free(computing->shares);
    free(computing->works);
    free(computing);
}

static bool make_computing(struct computing *computing, const struct counted *counted,
                           struct figures *figures)
{
    const struct study *const study = counted->study;
    struct work *const work = calloc(computing->crew->n_workers, sizeof *work);
    computing->works = work;
    if (work == NULL) {
        return false;
    }
    computing->n_works = 1;
    *work = (struct work){
        .counted = counted, .study = study, .figures = figures, .crew = computing->crew};
    work->study_sd = calloc(study->n_scales + 1, sizeof *work->study_sd);
    work->rules = calloc(study->n_scales + 1, sizeof *work->rules);
    work->shares = computing->shares = share_rules_new(study);
    if (work->study_sd == NULL || work->rules == NULL || work->shares == NULL ||
        !between_begin(work) || !work_make_room(work)) {
        return false;
    }
    find_study_sds(work);
    find_rules(work);
    return true;
}

bool compute_figures(const struct counted *counted, const struct crew *crew,
                     struct figures *figures)
{
    struct computing *const computing = calloc(1, sizeof *computing);
    *figures = (struct figures){.study = counted->study,
                                .names = counted->names,
                                .unknown_informants = counted->unknown_informants};
    if (computing == NULL) {
        *figures = (struct figures){0};
        return false;
    }
    *computing = (struct computing){.computer = {compute_section, free_computing}, .crew = crew};
    figures->computer = &computing->computer;
    figures->sections =
        calloc(N_FIGURE_TABLES * counted->study->n_breakdowns, sizeof *figures->sections);
    figures->by_family = malloc(counted->study->n_scales + 1);
    if (figures->by_family != NULL) {
        memset(figures->by_family, -1, counted->study->n_scales);
    }
    if (figures->sections == NULL || figures->by_family == NULL ||
        !comparisons_make(counted, crew, figures) || !make_computing(computing, counted, figures)) {
        figures_free(figures);
        return false;
    }
    return true;
}

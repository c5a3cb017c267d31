/* engine/figures.c - figures are added in the order of their keys, so that the list is sorted as it
   is made: a table finds a figure by a few steps from its group on, and results.csv is written from
   the first to the last. */
#include "engine/figures.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "engine/memory.h"

#define ORDER(field)                         \
    if (a->field != b->field) {              \
        return a->field < b->field ? -1 : 1; \
    }

/* The order of the lines is the order of results.csv, and the order in which compute.c has to nest
   its loops. */
int figure_key_compare(const struct figure_key *a, const struct figure_key *b)
{
    ORDER(table)
    ORDER(breakdown)
    ORDER(dimension)
    ORDER(group)
    ORDER(member)
    ORDER(measure)
    ORDER(scale)
    ORDER(stage)
    ORDER(statistic)
    ORDER(sub)
    return 0;
}

#undef ORDER

/* --- adding --- */

/* The key of a whole block, and of a whole section. */
static struct figure_key block_key(const struct figure_key *key)
{
    struct figure_key whole = *key;
    whole.statistic = whole.sub = 0;
    return whole;
}

static struct figure_key section_key(const struct figure_key *key)
{
    return (struct figure_key){
        .table = key->table, .breakdown = key->breakdown, .dimension = key->dimension};
}

/* The section of a key that comes after all others, made where it is new. */
static struct figure_section *last_section(struct figures *figures, const struct figure_key *key)
{
    const struct figure_key whole = section_key(key);
    if (figures->n_sections > 0 &&
        figure_key_compare(&figures->sections[figures->n_sections - 1].key, &whole) == 0) {
        return &figures->sections[figures->n_sections - 1];
    }
    if (!array_grow(&figures->sections, &figures->sections_capacity, figures->n_sections + 1,
                    sizeof *figures->sections)) {
        return NULL;
    }
    figures->sections[figures->n_sections] =
        (struct figure_section){.key = whole,
                                .first_block = (uint32_t)figures->n_blocks,
                                .first_start = (uint32_t)figures->n_starts};
    return &figures->sections[figures->n_sections++];
}

/* The block of a key that comes after all others, made where it is new. */
static struct figure_block *last_block(struct figures *figures, const struct figure_key *key)
{
    const struct figure_key whole = block_key(key);
    struct figure_section *section;
    if (figures->n_blocks > 0 &&
        figure_key_compare(&figures->blocks[figures->n_blocks - 1].key, &whole) == 0) {
        return &figures->blocks[figures->n_blocks - 1];
    }
    assert(figures->n_blocks == 0 ||
           figure_key_compare(&figures->blocks[figures->n_blocks - 1].key, &whole) < 0);
    section = last_section(figures, key);
    if (section == NULL ||
        !array_grow(&figures->starts, &figures->starts_capacity,
                    (size_t)section->first_start + key->group + 1, sizeof *figures->starts) ||
        !array_grow(&figures->blocks, &figures->blocks_capacity, figures->n_blocks + 1,
                    sizeof *figures->blocks)) {
        return NULL;
    }
    /* Groups that were passed over start where this one does, and have nothing. */
    while (figures->n_starts <= (size_t)section->first_start + key->group) {
        figures->starts[figures->n_starts++] = (uint32_t)figures->n_blocks;
    }
    figures->blocks[figures->n_blocks] =
        (struct figure_block){.key = whole, .first = (uint32_t)figures->n_figures};
    return &figures->blocks[figures->n_blocks++];
}

/* Of a figure against a statistic and its sub. */
static int kept_compare(const struct kept_figure *a, unsigned statistic, unsigned sub)
{
    if (a->statistic != statistic) {
        return a->statistic < statistic ? -1 : 1;
    }
    return a->sub < sub ? -1 : a->sub > sub;
}

static bool add_figure(struct figures *figures, const struct figure_key *key,
                       const struct value *value)
{
    struct figure_block *const block = last_block(figures, key);
    struct kept_figure kept = {
        .statistic = key->statistic, .sub = key->sub, .kind = (uint8_t)value->kind};
    if (block == NULL || figures->n_figures >= UINT32_MAX ||
        !array_grow(&figures->kept, &figures->kept_capacity, figures->n_figures + 1,
                    sizeof *figures->kept)) {
        return false;
    }
    if (!value_shorten(value, kept.terms)) {
        if (!array_grow(&figures->wide, &figures->wide_capacity, figures->n_wide + 1,
                        sizeof *figures->wide)) {
            return false;
        }
        kept.is_wide = true;
        kept.terms[0] = (int64_t)figures->n_wide;
        figures->wide[figures->n_wide++] = *value;
    }
    assert(block->n == 0 ||
           kept_compare(&figures->kept[figures->n_figures - 1], key->statistic, key->sub) < 0);
    figures->kept[figures->n_figures++] = kept;
    block->n++;
    return true;
}

void figures_add(struct figures *figures, const struct figure_key *key, struct value value)
{
    /* Remembered instead of returned: hundreds of calls go unchecked and compute_figures() asks
       once. No figure is added after one that could not be. */
    figures->no_memory = figures->no_memory || !add_figure(figures, key, &value);
}

void figures_complete(struct figures *figures)
{
    const size_t n = figures->n_figures > 0 ? figures->n_figures : 1;
    struct kept_figure *const less = realloc(figures->kept, n * sizeof *less);
    if (less != NULL) { /* else it stays as it is */
        figures->kept = less;
        figures->kept_capacity = n;
    }
}

/* --- looking up --- */

static struct value kept_value(const struct figures *figures, const struct kept_figure *kept)
{
    return kept->is_wide ? figures->wide[kept->terms[0]]
                         : value_of_terms((enum value_kind)kept->kind, kept->terms);
}

struct figure figures_in_block(const struct figures *figures, const struct figure_block *block,
                               size_t i)
{
    const struct kept_figure *const kept = &figures->kept[block->first + i];
    struct figure figure = {.key = block->key, .value = kept_value(figures, kept)};
    assert(i < block->n);
    figure.key.statistic = kept->statistic;
    figure.key.sub = kept->sub;
    return figure;
}

static const struct figure_section *find_section(const struct figures *figures,
                                                 const struct figure_key *key)
{
    const struct figure_key whole = section_key(key);
    size_t low = 0, high = figures->n_sections;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (figure_key_compare(&figures->sections[middle].key, &whole) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < figures->n_sections && figure_key_compare(&figures->sections[low].key, &whole) == 0
               ? &figures->sections[low]
               : NULL;
}

/* The block of a key, or NULL. */
static const struct figure_block *find_block(const struct figures *figures,
                                             const struct figure_key *key)
{
    const struct figure_section *const section = find_section(figures, key);
    const struct figure_key whole = block_key(key);
    size_t group, end_start, low, end, high;
    if (section == NULL) {
        return NULL;
    }
    group = (size_t)section->first_start + key->group;
    end_start = figures->n_starts;
    end = figures->n_blocks;
    if (section + 1 < figures->sections + figures->n_sections) {
        end_start = section[1].first_start;
        end = section[1].first_block;
    }
    if (group >= end_start) {
        return NULL;
    }
    low = figures->starts[group];
    high = end = group + 1 < end_start ? figures->starts[group + 1] : end;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (figure_key_compare(&figures->blocks[middle].key, &whole) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < end && figure_key_compare(&figures->blocks[low].key, &whole) == 0
               ? &figures->blocks[low]
               : NULL;
}

struct value figures_get(const struct figures *figures, const struct figure_key *key)
{
    const struct figure_block *const block = find_block(figures, key);
    size_t low = 0, high = block == NULL ? 0 : block->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct kept_figure *const kept = &figures->kept[block->first + middle];
        const int order = kept_compare(kept, key->statistic, key->sub);
        if (order == 0) {
            return kept_value(figures, kept);
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return VALUE_NONE;
}

struct value figures_at(const struct figures *figures, const struct figure_key *key, unsigned stage,
                        enum statistic statistic, unsigned sub)
{
    struct figure_key wanted = *key;
    wanted.stage = (uint16_t)stage;
    wanted.statistic = (uint16_t)statistic;
    wanted.sub = (uint16_t)sub;
    return figures_get(figures, &wanted);
}

bool figures_has_measure(const struct figures *figures, size_t breakdown, uint32_t group,
                         size_t measure)
{
    const struct study *const study = figures->study;
    const struct tally *const tally = &figures->comparisons[breakdown].tally;
    const size_t first = study->measures[measure].first_scale;
    if (study->breakdowns[breakdown].n_columns == 0) {
        return true; /* All is always there */
    }
    for (size_t i = 0; i < study->measures[measure].instrument->n_scales; i++) {
        size_t n;
        /* Whoever counts on a scale has a cell at every stage, a reason if not a score, so that the
           first stage tells. A goal's own level has only scores, but its family has such scales
           too. */
        tally_find(tally, group, first + i, 0, TALLY_ONE_STAGE, &n);
        if (n > 0) {
            return true;
        }
    }
    return false;
}

static bool is_same_but_for_year(const struct grouping *grouping, const struct cohorts *cohorts,
                                 const struct breakdown *by, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i + 1 < by->n_columns; i++) {
        if (cohorts_value_of(cohorts, grouping->members[a], by->columns[i]) !=
            cohorts_value_of(cohorts, grouping->members[b], by->columns[i])) {
            return false;
        }
    }
    return grouping_is_recorded(grouping, cohorts, by, a) &&
           grouping_is_recorded(grouping, cohorts, by, b);
}

bool figures_year_before(const struct figures *figures, const struct cohorts *cohorts,
                         size_t breakdown, uint32_t group, size_t measure, uint32_t *before)
{
    uint32_t g = group;
    while (g > 0 && !figures_has_measure(figures, breakdown, g - 1, measure)) {
        g--;
    }
    if (g == 0) {
        return false;
    }
    *before = g - 1;
    return is_same_but_for_year(&figures->comparisons[breakdown].grouping, cohorts,
                                &figures->study->breakdowns[breakdown], group, g - 1);
}

static const char *const table_names[N_FIGURE_TABLES] = {
    [FIGURES_FORMS] = "forms",
    [FIGURES_BEFORE_AFTER] = "before_after",
    [FIGURES_BANDS] = "bands",
    [FIGURES_BAND_MOVEMENT] = "band_movement",
    [FIGURES_BAND_CHANGE] = "band_change",
    [FIGURES_RELIABLE_CHANGE] = "reliable_change",
    [FIGURES_CLINICAL_CHANGE] = "clinical_change",
    [FIGURES_TRAJECTORY] = "trajectory",
    [FIGURES_BETWEEN] = "between_cohorts",
    [FIGURES_ADJUSTED] = "between_cohorts",
    [FIGURES_POOLED] = "pooled",
    [FIGURES_ATTAINMENT] = "attainment",
    [FIGURES_GOAL_LEVELS] = "goal_levels",
    [FIGURES_YEARS] = "years",
    [FIGURES_TREND] = "trend",
    [FIGURES_PAIRED_SHARES] = "paired_shares",
    [FIGURES_COMPARISON] = "comparison_group",
    [FIGURES_SCORING] = "scoring",
    [FIGURES_ITEM_ANALYSIS] = "item_analysis",
    [FIGURES_CAUTIONS] = "cautions",
    [FIGURES_TESTS] = "tests",
    [FIGURES_TESTS_BETWEEN] = "tests_between",
    [FIGURES_DROP_OUT] = "drop_out",
    [FIGURES_ADDED_VALUE] = "added_value",
};

const char *figure_table_name(unsigned table)
{
    return table_names[table];
}

bool figure_table_is_whole(unsigned table)
{
    return table == FIGURES_BETWEEN || table == FIGURES_POOLED || table == FIGURES_TREND ||
           table == FIGURES_COMPARISON || table == FIGURES_TESTS_BETWEEN;
}

#define PELLTER_STATISTIC_TEXT(name, text) text,
static const char *const statistic_names[N_STATISTICS] = {
    PELLTER_STATISTICS(PELLTER_STATISTIC_TEXT)};
#undef PELLTER_STATISTIC_TEXT

const char *statistic_name(unsigned statistic)
{
    return statistic_names[statistic];
}

static const char *const form_reason_names[N_FORM_REASONS] = {
    [FORM_USED] = "used",
    [FORM_BLANK] = "blank",
    [FORM_NO_ID] = "no_id",
    [FORM_UNKNOWN_STAGE] = "unknown_stage",
    [FORM_OUTSIDE_WINDOW] = "outside_window",
    [FORM_DUPLICATE_SAME] = "duplicate_same",
    [FORM_CONFLICTING] = "conflicting",
    [FORM_TOO_FEW_ITEMS] = "too_few_items",
};

const char *form_reason_name(unsigned reason)
{
    return form_reason_names[reason];
}

static const char *const discount_names[N_DISCOUNTS] = {
    [DISCOUNT_NONE] = "none",
    [DISCOUNT_CONFLICTING_FORMS] = "conflicting_forms",
    [DISCOUNT_NO_BEFORE_FORM] = "no_before_form",
    [DISCOUNT_AFTER_NOT_YET_DUE] = "after_not_yet_due",
    [DISCOUNT_NO_AFTER_FORM] = "no_after_form",
    [DISCOUNT_BEFORE_INCOMPLETE] = "before_incomplete",
    [DISCOUNT_AFTER_INCOMPLETE] = "after_incomplete",
    [DISCOUNT_NOT_COMPARABLE] = "not_comparable",
    [DISCOUNT_NO_COMMON_GOAL] = "no_common_goal",
};

const char *discount_name(unsigned discount)
{
    return discount_names[discount];
}

static const char *const test_kind_names[N_TEST_KINDS] = {
    [TEST_STUART_MAXWELL] = "stuart_maxwell",
    [TEST_MCNEMAR] = "mcnemar",
    [TEST_MODEL] = "model",
    [TEST_YEARS] = "difference",
    [TEST_RATE_RATIO] = "rate_ratio",
    [TEST_ATTAINED] = "attained",
    [TEST_TARGET] = "target",
    [TEST_FROM_50] = "from_50",
    [TEST_WELCH] = "welch",
    [TEST_ANCOVA] = "ancova",
    [TEST_POOLED] = "pooled",
    [TEST_TREND] = "trend",
    [TEST_COMPARISON] = "did",
    [TEST_COMPARISON_ANCOVA] = "ancova_difference",
};

const char *test_kind_name(unsigned kind)
{
    return test_kind_names[kind];
}

void figures_free(struct figures *figures)
{
    for (size_t i = 0; figures->comparisons != NULL && i < figures->study->n_breakdowns; i++) {
        grouping_free(&figures->comparisons[i].grouping);
        tally_free(&figures->comparisons[i].tally);
        item_tally_free(&figures->comparisons[i].items);
        family_tally_free(&figures->comparisons[i].families);
    }
    free(figures->comparisons);
    free(figures->kept);
    free(figures->wide);
    free(figures->blocks);
    free(figures->sections);
    free(figures->starts);
    free(figures->categories);
    *figures = (struct figures){0};
}

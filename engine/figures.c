/* engine/figures.c - figures are added in the order of their keys, so that the list is sorted as it
   is made: a table finds a figure by a few steps from its group on, and results.csv is written from
   the first to the last. */
#include "engine/figures.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

#define KIND_WIDE UINT8_MAX
_Static_assert(KIND_WIDE > VALUE_DOUBLE, "no kind of value");

static uint32_t name_of(unsigned statistic, unsigned sub)
{
    return (uint32_t)statistic << 16 | sub;
}

/* What blocks of one group are in order of, behind their member. */
static uint64_t place_of(unsigned measure, unsigned scale, unsigned stage)
{
    return (uint64_t)measure << 32 | (uint64_t)scale << 16 | stage;
}

/* < 0, 0, > 0: a block against the key of a figure of its group. */
static int block_compare(const struct figure_block *block, const struct figure_key *key)
{
    const uint64_t a = place_of(block->measure, block->scale, block->stage);
    const uint64_t b = place_of(key->measure, key->scale, key->stage);
    if (block->member != key->member) {
        return block->member < key->member ? -1 : 1;
    }
    return a < b ? -1 : a > b;
}

void figures_begin(struct figure_part *part, const struct figure_key *key)
{
    *part = (struct figure_part){.key = {.table = key->table,
                                         .breakdown = key->breakdown,
                                         .dimension = key->dimension,
                                         .group = key->group}};
}

static bool is_shape(const struct figure_part *part, const struct figure_shape *shape,
                     const uint32_t names[], size_t n)
{
    return shape->n == n && memcmp(&part->names[shape->first], names, n * sizeof *names) == 0;
}

/* Finds the shape of the last block, whose names stand behind those of all shapes, or makes it. */
static bool close_block(struct figure_part *part)
{
    struct figure_block *const block = &part->blocks[part->n_blocks - 1];
    const size_t n = part->n_figures - block->first, first = part->n_names - n;
    size_t shape = 0;
    while (shape < part->n_shapes &&
           !is_shape(part, &part->shapes[shape], &part->names[first], n)) {
        shape++;
    }
    block->shape = (uint32_t)shape;
    if (shape < part->n_shapes) {
        part->n_names = first;
        return true;
    }
    if (!array_grow(&part->shapes, &part->shapes_capacity, shape + 1, sizeof *part->shapes)) {
        return false;
    }
    part->shapes[part->n_shapes++] =
        (struct figure_shape){.first = (uint32_t)first, .n = (uint32_t)n};
    return true;
}

/* Groups that are passed over start where the next one does, and have nothing. */
static bool reach_group(struct figure_part *part, size_t n_starts)
{
    if (!array_grow(&part->starts, &part->starts_capacity, n_starts, sizeof *part->starts)) {
        return false;
    }
    while (part->n_starts < n_starts) {
        part->starts[part->n_starts++] = (uint32_t)part->n_blocks;
    }
    return true;
}

static bool open_block(struct figure_part *part, const struct figure_key *key)
{
    const size_t group = key->group - part->key.group;
    assert(key->table == part->key.table && key->breakdown == part->key.breakdown &&
           key->dimension == part->key.dimension && group < PART_GROUPS);
    assert(part->n_starts <= group + 1);
    if ((part->n_blocks > 0 && !close_block(part)) || !reach_group(part, group + 1) ||
        !array_grow(&part->blocks, &part->blocks_capacity, part->n_blocks + 1,
                    sizeof *part->blocks)) {
        return false;
    }
    part->blocks[part->n_blocks++] = (struct figure_block){.member = key->member,
                                                           .measure = key->measure,
                                                           .scale = key->scale,
                                                           .stage = key->stage,
                                                           .first = (uint32_t)part->n_figures};
    return true;
}

/* Does a figure belong to the last block? */
static bool is_open(const struct figure_part *part, const struct figure_key *key)
{
    const struct figure_block *const last =
        part->n_blocks == 0 ? NULL : &part->blocks[part->n_blocks - 1];
    return last != NULL && part->n_starts == key->group - part->key.group + 1 &&
           last->stage == key->stage && last->scale == key->scale &&
           last->measure == key->measure && last->member == key->member;
}

static bool keep_wide(struct figure_part *part, const struct value *value)
{
    if (!array_grow(&part->wide, &part->wide_capacity, part->n_wide + 1, sizeof *part->wide)) {
        return false;
    }
    part->kinds[part->n_figures] = KIND_WIDE;
    part->terms[part->n_figures++] = (int64_t)part->n_wide;
    part->wide[part->n_wide++] = *value;
    return true;
}

static bool keep_value(struct figure_part *part, const struct value *value)
{
    int64_t term;
    if (!value_shorten(value, &term)) {
        return keep_wide(part, value);
    }
    part->kinds[part->n_figures] = (uint8_t)value->kind;
    part->terms[part->n_figures++] = term;
    return true;
}

/* Room for one figure more. */
static bool reach_figure(struct figure_part *part)
{
    return part->n_figures < UINT32_MAX &&
           array_grow(&part->names, &part->names_capacity, part->n_names + 1,
                      sizeof *part->names) &&
           array_grow(&part->kinds, &part->kinds_capacity, part->n_figures + 1,
                      sizeof *part->kinds) &&
           array_grow(&part->terms, &part->terms_capacity, part->n_figures + 1,
                      sizeof *part->terms);
}

static bool add_figure(struct figure_part *part, const struct figure_key *key,
                       const struct value *value)
{
    const uint32_t name = name_of(key->statistic, key->sub);
    const bool has_room = part->n_names < part->names_capacity &&
                          part->n_figures < part->kinds_capacity &&
                          part->n_figures < part->terms_capacity;
    assert(part->n_blocks == 0 || part->n_starts <= key->group - part->key.group ||
           block_compare(&part->blocks[part->n_blocks - 1], key) <= 0);
    if ((!has_room && !reach_figure(part)) || (!is_open(part, key) && !open_block(part, key))) {
        return false;
    }
    assert(part->n_figures == part->blocks[part->n_blocks - 1].first ||
           part->names[part->n_names - 1] < name);
    part->names[part->n_names++] = name;
    return keep_value(part, value);
}

void figures_add(struct figure_part *part, const struct figure_key *key, const struct value *value)
{
    /* Remembered instead of returned: hundreds of calls go unchecked and who computes asks once. No
       figure is added after one that could not be. */
    part->no_memory = part->no_memory || !add_figure(part, key, value);
}

/* Where each statistic stands among the names of a shape. */
static bool index_shape(struct figure_part *part, struct figure_shape *shape)
{
    const uint32_t *const names = &part->names[shape->first];
    const size_t first = part->n_index;
    size_t at = 0;
    shape->statistic = (uint16_t)(names[0] >> 16);
    shape->n_statistics = (uint16_t)((names[shape->n - 1] >> 16) - shape->statistic + 1u);
    shape->index = (uint32_t)first;
    if (!array_grow(&part->index, &part->index_capacity, first + shape->n_statistics,
                    sizeof *part->index)) {
        return false;
    }
    for (uint32_t i = 0; i < shape->n_statistics; i++) {
        while (names[at] >> 16 < shape->statistic + i) {
            at++;
        }
        part->index[part->n_index++] = (uint16_t)at;
    }
    return true;
}

void figures_complete(struct figure_part *part)
{
    part->no_memory =
        part->no_memory ||
        (part->n_blocks > 0 && (!close_block(part) || !reach_group(part, part->n_starts + 1)));
    for (size_t i = 0; i < part->n_shapes && !part->no_memory; i++) {
        part->no_memory = !index_shape(part, &part->shapes[i]);
    }
    array_cut(&part->blocks, &part->blocks_capacity, part->n_blocks, sizeof *part->blocks);
    array_cut(&part->kinds, &part->kinds_capacity, part->n_figures, sizeof *part->kinds);
    array_cut(&part->terms, &part->terms_capacity, part->n_figures, sizeof *part->terms);
    array_cut(&part->wide, &part->wide_capacity, part->n_wide, sizeof *part->wide);
}

static void part_free(struct figure_part *part)
{
    free(part->starts);
    free(part->blocks);
    free(part->shapes);
    free(part->names);
    free(part->index);
    free(part->kinds);
    free(part->terms);
    free(part->wide);
}

/* --- sections --- */

static struct figure_section *section_of(const struct figures *figures, unsigned table,
                                         size_t breakdown)
{
    return &figures->sections[table * figures->study->n_breakdowns + breakdown];
}

const struct figure_section *figures_section(const struct figures *figures, unsigned table,
                                             size_t breakdown)
{
    struct figure_section *const section = section_of(figures, table, breakdown);
    if (!section->is_computed) {
        figures->computer->compute(figures->computer, section, table, breakdown);
        section->is_computed = true;
    }
    return section;
}

bool figures_is_computed(const struct figures *figures, unsigned table, size_t breakdown)
{
    return section_of(figures, table, breakdown)->is_computed;
}

void figures_forget(const struct figures *figures, unsigned table, size_t breakdown)
{
    struct figure_section *const section = section_of(figures, table, breakdown);
    for (size_t i = 0; section->parts != NULL && i < section->n_dimensions * section->n_parts;
         i++) {
        part_free(&section->parts[i]);
    }
    free(section->parts);
    *section = (struct figure_section){0};
}

bool figures_had_memory(const struct figures *figures)
{
    for (size_t i = 0; i < N_FIGURE_TABLES * figures->study->n_breakdowns; i++) {
        if (figures->sections[i].no_memory) {
            return false;
        }
    }
    return true;
}

/* --- looking up --- */

/* The i-th value of a block. */
static struct value kept_value(const struct figure_part *part, const struct figure_block *block,
                               size_t i)
{
    const uint8_t kind = part->kinds[block->first + i];
    const int64_t term = part->terms[block->first + i];
    return kind == KIND_WIDE ? part->wide[term] : value_of_term((enum value_kind)kind, term);
}

struct figure_key figures_block_key(const struct figure_part *part,
                                    const struct figure_block *block)
{
    const size_t place = (size_t)(block - part->blocks);
    struct figure_key key = part->key;
    size_t low = 0, high = part->n_starts - 1; /* the last start is where blocks end */
    while (low + 1 < high) {
        const size_t middle = low + (high - low) / 2;
        if (part->starts[middle] <= place) {
            low = middle;
        } else {
            high = middle;
        }
    }
    key.group += (uint32_t)low;
    key.member = block->member;
    key.measure = block->measure;
    key.scale = block->scale;
    key.stage = block->stage;
    return key;
}

size_t figures_block_size(const struct figure_part *part, const struct figure_block *block)
{
    return part->shapes[block->shape].n;
}

struct figure figures_in_block(const struct figure_part *part, const struct figure_block *block,
                               const struct figure_key *key, size_t i)
{
    const uint32_t name = part->names[part->shapes[block->shape].first + i];
    struct figure figure = {.key = *key, .value = kept_value(part, block, i)};
    assert(i < figures_block_size(part, block));
    figure.key.statistic = (uint16_t)(name >> 16);
    figure.key.sub = (uint16_t)name;
    return figure;
}

/* The block of a key, or NULL. */
static const struct figure_block *find_block(const struct figure_part *part,
                                             const struct figure_key *key)
{
    const size_t group = key->group - part->key.group;
    size_t low, high, end;
    if (group + 1 >= part->n_starts) {
        return NULL;
    }
    low = part->starts[group];
    high = end = part->starts[group + 1];
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (block_compare(&part->blocks[middle], key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < end && block_compare(&part->blocks[low], key) == 0 ? &part->blocks[low] : NULL;
}

struct value figures_there(struct figure_place place, enum statistic statistic, unsigned sub)
{
    const struct figure_part *const part = place.part;
    const uint32_t name = name_of(statistic, sub);
    const struct figure_shape *shape;
    const uint32_t *names;
    size_t i;
    if (place.block == NULL) {
        return VALUE_NONE;
    }
    shape = &part->shapes[place.block->shape];
    names = &part->names[shape->first];
    if ((unsigned)statistic - shape->statistic >= shape->n_statistics) { /* before the first, too */
        return VALUE_NONE;
    }
    i = part->index[shape->index + ((unsigned)statistic - shape->statistic)];
    while (i + 1 < shape->n && names[i] < name) { /* of one statistic there are few */
        i++;
    }
    return names[i] == name ? kept_value(part, place.block, i) : VALUE_NONE;
}

struct figure_place figures_place(const struct figures *figures, const struct figure_key *key,
                                  unsigned stage)
{
    const struct figure_section *const section =
        figures_section(figures, key->table, key->breakdown);
    const size_t piece = section->n_pieces == 1 ? 0 : key->scale;
    struct figure_key wanted = *key;
    const struct figure_part *part;
    size_t at;
    if (section->no_memory || key->dimension >= section->n_dimensions ||
        piece >= section->n_pieces) {
        return (struct figure_place){NULL, NULL};
    }
    at = key->group / section->part_groups * section->n_pieces + piece;
    if (at >= section->n_parts) {
        return (struct figure_place){NULL, NULL};
    }
    wanted.stage = (uint16_t)stage;
    part = &section->parts[key->dimension * section->n_parts + at];
    return (struct figure_place){part, find_block(part, &wanted)};
}

struct value figures_get(const struct figures *figures, const struct figure_key *key)
{
    return figures_at(figures, key, key->stage, (enum statistic)key->statistic, key->sub);
}

struct value figures_at(const struct figures *figures, const struct figure_key *key, unsigned stage,
                        enum statistic statistic, unsigned sub)
{
    return figures_there(figures_place(figures, key, stage), statistic, sub);
}

bool figures_has_measure(const struct figures *figures, size_t breakdown, uint32_t group,
                         size_t measure)
{
    return figures->comparisons[breakdown]
        .has_measure[group * figures->study->n_measures + measure];
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

static bool are_by_family(const struct figures *figures, size_t scale)
{
    const struct figure_key all = {.table = FIGURES_BEFORE_AFTER,
                                   .measure = (uint16_t)figures->study->scales[scale].measure,
                                   .scale = (uint16_t)scale};
    return study_is_goal_level(figures->study, scale) ||
           figures_at(figures, &all, FIGURE_STAGE_CHANGE, STATISTIC_FAMILIES, 0).number <
               figures_at(figures, &all, FIGURE_STAGE_CHANGE, STATISTIC_N, 0).number;
}

/* Every row of every table asks. */
bool figures_are_by_family(const struct figures *figures, size_t scale)
{
    if (figures->by_family[scale] < 0) {
        figures->by_family[scale] = are_by_family(figures, scale);
    }
    return figures->by_family[scale] > 0;
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

bool test_is_of_all_alone(unsigned kind)
{
    return kind == TEST_STUART_MAXWELL || kind == TEST_MCNEMAR || kind == TEST_MODEL ||
           kind == TEST_ATTAINED || kind == TEST_FROM_50;
}

void figures_free(struct figures *figures)
{
    for (size_t i = 0; figures->comparisons != NULL && i < figures->study->n_breakdowns; i++) {
        grouping_free(&figures->comparisons[i].grouping);
        tally_free(&figures->comparisons[i].tally);
        item_tally_free(&figures->comparisons[i].items);
        family_tally_free(&figures->comparisons[i].families);
        free(figures->comparisons[i].has_measure);
    }
    free(figures->comparisons);
    for (size_t i = 0;
         figures->sections != NULL && i < N_FIGURE_TABLES * figures->study->n_breakdowns; i++) {
        figures_forget(figures, (unsigned)(i / figures->study->n_breakdowns),
                       i % figures->study->n_breakdowns);
    }
    free(figures->sections);
    if (figures->computer != NULL) {
        figures->computer->free(figures->computer);
    }
    free(figures->by_family);
    free(figures->categories);
    *figures = (struct figures){0};
}

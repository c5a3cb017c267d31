/* io/read/tally_families.c - see tally_families.h. That families are those of the scores is looked at
   when all files are read (families_agree()). */
#include "io/read/tally_families.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/family_given.h"
#include "engine/stage_pairs.h"
#include "io/tally_format.h"

/* Sums stay so small that what is computed from them does not overflow. */
#define MOST_FAMILY_SUM (INT64_C(1) << 58)

/* --- what is added up --- */

static bool take_change(struct tally_reading *r, struct family_sum *of)
{
    const struct study *const study = &r->into->plan.study;
    const size_t at = 1 + study->n_cohort_columns;
    size_t scale = 0, stage = 0, later = 0;
    if (!tally_field_scale(r, at, &scale) || !tally_field_stage(r, at + 2, &stage) ||
        !tally_field_stage(r, at + 3, &later)) {
        return false;
    }
    if ((study_is_goal_level(study, scale) ? stage != study->before || later != study->after
                                           : !is_counted_pair(study, stage, later)) ||
        !study->scales[scale].collected) {
        return tally_fault(r, at + 2, "found stages that families are not compared at");
    }
    *of = (struct family_sum){
        .scale = (uint16_t)scale, .stage = (uint8_t)stage, .later = (uint8_t)later};
    return true;
}

static bool take_share(struct tally_reading *r, struct family_sum *of)
{
    const struct study *const study = &r->into->plan.study;
    const size_t at = 1 + study->n_cohort_columns;
    const struct measure *m;
    size_t scale = 0, share = 0;
    bool is_there;
    if (!tally_field_scale(r, at, &scale) ||
        !tally_field_word(r, at + 2, tally_share_names, TALLY_FAMILY_SHARES, &share)) {
        return false;
    }
    m = &study->measures[study->scales[scale].measure];
    is_there = share == N_FAMILY_SHARES
                   ? m->has_added_value && scale == m->first_scale + m->predictors[PREDICTOR_TOTAL]
                   : share_rules_of(study, scale).has[share];
    if (!is_there || !study->scales[scale].collected) {
        return tally_fault(r, at + 2, "found a share that this scale does not have");
    }
    *of = share == N_FAMILY_SHARES ? family_given_added_value(scale, study->after, 0, 0).of
                                   : (struct family_sum){.scale = (uint16_t)scale,
                                                         .stage = (uint8_t)study->before,
                                                         .later = (uint8_t)(FAMILY_SHARE + share)};
    return true;
}

/* The first scale of goals, which stands for all. */
static bool find_goals(struct tally_reading *r, uint16_t *scale)
{
    const struct study *const study = &r->into->plan.study;
    size_t i = 0;
    while (i < study->n_scales && !study_is_goal_level(study, i)) {
        i++;
    }
    *scale = (uint16_t)i;
    return i < study->n_scales || tally_fault(r, 0, "found goals in a study without goals");
}

/* Which of the study's flags a cell names, as its dimension; 0: none. */
static size_t flag_dimension(const struct tally_reading *r, size_t cell)
{
    for (size_t i = 0; i < r->into->plan.study.goals.n_flags; i++) {
        char name[sizeof TALLY_FLAG + 24];
        snprintf(name, sizeof name, TALLY_FLAG "%zu", i + 1);
        if (tally_field_is(r, cell, name)) {
            return GOALS_BY_FLAG + i;
        }
    }
    return 0;
}

static bool take_goals(struct tally_reading *r, struct family_sum *of)
{
    const struct study *const study = &r->into->plan.study;
    const size_t at = 1 + study->n_cohort_columns;
    size_t occasion = 0, dimension = flag_dimension(r, at + 1), value = 0;
    struct cell text;
    *of = (struct family_sum){0};
    if (!find_goals(r, &of->scale) ||
        !tally_field_word(r, at, tally_occasion_names, N_GOAL_OCCASIONS, &occasion) ||
        (dimension == 0 && !tally_field_word(r, at + 1, tally_dimension_names,
                                             study->goals.has_category ? 2 : 1, &dimension)) ||
        !tally_field_text(r, at + 2, &text) ||
        (dimension >= GOALS_BY_FLAG &&
         !tally_field_word(r, at + 2, tally_flag_values, 2, &value))) {
        return false;
    }
    of->stage = (uint8_t)occasion;
    of->later = (uint8_t)(FAMILY_ATTAINED + dimension);
    of->about = dimension == GOALS_BY_CATEGORY && text.length == 0 ? NO_NAME : (uint32_t)value;
    return dimension != GOALS_BY_CATEGORY || text.length == 0 ||
           names_add(&r->into->names, text.text, text.length, &of->about) || tally_no_memory(r);
}

typedef bool take_sum(struct tally_reading *r, struct family_sum *of);

/* --- families --- */

/* What so many members may add up to. */
static void bounds_of(const struct family_sum *of, int64_t members, int64_t *lowest,
                      int64_t *highest)
{
    const bool is_share = of->later >= FAMILY_SHARE && of->later != FAMILY_ADDED_VALUE;
    *highest = is_share ? members : MOST_FAMILY_SUM;
    *lowest = !is_share ? -MOST_FAMILY_SUM
              : of->later == FAMILY_SHARE + FAMILY_RAISED ||
                      of->later == FAMILY_SHARE + FAMILY_NET_IMPROVED
                  ? -members
                  : 0;
}

static bool take_cell(struct tally_reading *r, take_sum *take, size_t n_of,
                      struct family_cell *cell)
{
    const size_t at = 1 + r->into->plan.study.n_cohort_columns + n_of;
    int64_t members = 0, count = 0, lowest, highest;
    if (!tally_field_cohort(r, 1, &cell->cohort) || !take(r, &cell->of) ||
        !tally_field_whole(r, at, 1, TALLY_MOST, &members)) {
        return false;
    }
    bounds_of(&cell->of, members, &lowest, &highest);
    if (!tally_field_whole(r, at + 1, lowest, highest, &cell->sum) ||
        !tally_field_whole(r, at + 2, 1, TALLY_MOST, &count)) {
        return false;
    }
    cell->members = (uint64_t)members;
    cell->count = (uint64_t)count;
    return true;
}

static bool take_whole_family(struct tally_reading *r, take_sum *take, size_t n_of)
{
    struct family_cell cell;
    return take_cell(r, take, n_of, &cell) &&
           (family_tally_add(&r->into->counted.families, &cell) || tally_no_memory(r));
}

bool families_end(struct tally_reading *r)
{
    const size_t n = r->n_parts;
    r->n_parts = 0;
    return n == 0 ||
           family_tally_add_split(&r->into->counted.families, &r->split_of, r->parts, n) ||
           tally_no_memory(r);
}

/* The last cell is the number of the family, whose lines stand together. */
static bool take_part(struct tally_reading *r, take_sum *take, size_t n_of)
{
    struct family_cell cell;
    if (!take_cell(r, take, n_of, &cell)) {
        return false;
    }
    if (r->n_parts > 0 &&
        (r->split != cell.count || family_sum_compare(&r->split_of, &cell.of) != 0) &&
        !families_end(r)) {
        return false;
    }
    if (!array_grow(&r->parts, &r->parts_capacity, r->n_parts + 1, sizeof *r->parts)) {
        return tally_no_memory(r);
    }
    r->split = cell.count;
    r->split_of = cell.of;
    r->parts[r->n_parts++] = (struct family_part){cell.cohort, cell.members, cell.sum};
    return true;
}

bool take_family(struct tally_reading *r)
{
    return take_whole_family(r, take_change, 4);
}

bool take_split_family(struct tally_reading *r)
{
    return take_part(r, take_change, 4);
}

bool take_family_goals(struct tally_reading *r)
{
    return take_whole_family(r, take_goals, 3);
}

bool take_split_family_goals(struct tally_reading *r)
{
    return take_part(r, take_goals, 3);
}

bool take_family_share(struct tally_reading *r)
{
    return take_whole_family(r, take_share, 3);
}

bool take_split_family_share(struct tally_reading *r)
{
    return take_part(r, take_share, 3);
}

/* --- files without families --- */

/* The rules of the shares, made when they are first asked for. */
static const struct share_rules *rules_of(struct tally_reading *r, size_t scale)
{
    const struct study *const study = &r->into->plan.study;
    if (r->share_rules == NULL) {
        r->share_rules = share_rules_new(study);
    }
    return r->share_rules == NULL ? NULL : &r->share_rules[scale];
}

bool families_take_pair(struct tally_reading *r, const struct tally_cell *pair, uint32_t count)
{
    const struct study *const study = &r->into->plan.study;
    const struct share_rules *const rules = rules_of(r, pair->scale);
    struct family_given given[MOST_FAMILY_GIVEN];
    size_t n = 0;
    if (rules == NULL) {
        return tally_no_memory(r);
    }
    if (study_is_goal_level(study, pair->scale) ||
        r->has_family[study->scales[pair->scale].measure]) {
        return true;
    }
    if (pair->later == TALLY_PREDICTED) {
        given[n++] =
            family_given_added_value(pair->scale, pair->stage, pair->code, pair->later_code);
    } else {
        n = family_given_by(study, pair->scale, rules, pair->stage, pair->later, pair->code,
                            pair->later_code, given);
    }
    for (size_t i = 0; i < n; i++) {
        const struct family_cell cell = {.of = given[i].of,
                                         .cohort = pair->cohort,
                                         .members = 1,
                                         .sum = given[i].sum,
                                         .count = count};
        if (!family_tally_add(&r->into->counted.families, &cell)) {
            return tally_no_memory(r);
        }
    }
    return true;
}

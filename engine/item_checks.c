/* engine/item_checks.c - all sums are whole numbers, so a warning does not depend on the order of
   the rows. Items are checked as they stand on the form; only where an item is compared with its
   scale are reversed items turned round first, since that is what shows that one was not. */
#include "engine/item_checks.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool item_checks_init(struct item_checks *checks, const struct study *study)
{
    *checks = (struct item_checks){
        .study = study,
        .scales = calloc(study->n_scales + 1, sizeof *checks->scales),
        .items = calloc(study->n_measures * MAX_GROUPS * MAX_ITEMS + 1, sizeof *checks->items),
        .ages = calloc(study->n_measures + 1, sizeof *checks->ages),
        .ages_outside = calloc(study->n_measures + 1, sizeof *checks->ages_outside)};
    if (checks->scales == NULL || checks->items == NULL || checks->ages == NULL ||
        checks->ages_outside == NULL) {
        item_checks_free(checks);
        return false;
    }
    return true;
}

void item_checks_free(struct item_checks *checks)
{
    free(checks->scales);
    free(checks->items);
    free(checks->ages);
    free(checks->ages_outside);
    *checks = (struct item_checks){0};
}

static struct item_sums *item_at(const struct item_checks *checks, size_t measure, size_t group,
                                 size_t item)
{
    return &checks->items[(measure * MAX_GROUPS + group) * MAX_ITEMS + item];
}

static void add_codes(struct item_checks *checks, size_t measure, size_t group,
                      const answer codes[])
{
    const struct item_group *const g = &checks->study->measures[measure].instrument->groups[group];
    for (size_t i = 0; i < g->n_items; i++) {
        struct item_sums *const item = item_at(checks, measure, group, i);
        const int code = codes[i];
        if (code >= g->lowest && code <= g->highest) {
            item->n++;
            item->n_lowest += code == g->lowest;
            item->n_highest += code == g->highest;
        }
        /* Codes just beside the range are counted apart: they tell a shifted coding from a slip. */
        item->n_one_below += code == g->lowest - 1;
        item->n_one_above += code == g->highest + 1;
    }
}

/* An answer as the scale counts it, or -1 where it is missing. */
static int keyed(const struct scale *scale, const struct item_group *group, size_t i,
                 const answer codes[])
{
    const int code = codes[scale->items[i]];
    if (code < group->lowest || code > group->highest) {
        return -1;
    }
    return scale->reversed[i] != 0 ? group->highest - code : code - group->lowest;
}

/* Items are compared with the rest of their scale on complete answers only, counted from 0. */
static void add_products(struct item_checks *checks, size_t measure, size_t scale_index,
                         const answer codes[])
{
    const struct scale *const scale = checks->study->scales[scale_index].scale;
    const struct item_group *const group =
        &checks->study->measures[measure].instrument->groups[scale->group];
    struct scale_sums *const sums = &checks->scales[scale_index];
    int total = 0;
    for (size_t i = 0; i < scale->n_items; i++) {
        const int value = keyed(scale, group, i, codes);
        if (value < 0) {
            return;
        }
        /* One missing answer leaves the form out, so that all sums of a scale are over the same
           forms. */
        total += value;
    }
    sums->n++;
    sums->sum += total;
    sums->sum_square += (int64_t)total * total;
    for (size_t i = 0; i < scale->n_items; i++) {
        struct item_sums *const item = item_at(checks, measure, scale->group, scale->items[i]);
        const int value = keyed(scale, group, i, codes);
        item->sum += value;
        item->sum_square += (int64_t)value * value;
        item->sum_product += (int64_t)value * total;
    }
}

static void add_audit(struct scoring_audit *audit, const struct scale *scale,
                      const struct scored *scored)
{
    if (!is_scored(scored->outcome)) {
        audit->unscored += scored->outcome == REASON_INCOMPLETE;
    } else if (scored->prorated) {
        audit->prorated++;
        /* of a sum of scales it is parts that are counted, which would read as items */
        audit->prorated_from[scored->n_answered] += scale->kind == SCALE_ITEMS;
    } else {
        audit->complete++;
    }
}

/* A scale whose items stand in no earlier scale of the instrument, so that the item sums are its
   own: SCORE-15's total repeats the items of its dimensions. */
static bool owns_its_items(const struct instrument *instrument, size_t index)
{
    const struct scale *const scale = &instrument->scales[index];
    /* With two items the rest of the scale is the other one, and nothing shows which of them is the
       wrong way round. */
    if (scale->kind != SCALE_ITEMS || scale->recode != NULL || scale->n_items < 3) {
        return false;
    }
    for (size_t i = 0; i < index; i++) {
        const struct scale *const earlier = &instrument->scales[i];
        for (size_t j = 0; earlier->kind == SCALE_ITEMS && j < earlier->n_items; j++) {
            if (earlier->group == scale->group &&
                memchr(scale->items, earlier->items[j], scale->n_items) != NULL) {
                return false;
            }
        }
    }
    return true;
}

void item_checks_add(struct item_checks *checks, size_t measure, const struct answers *answers,
                     const struct scored scored[])
{
    const struct measure *const m = &checks->study->measures[measure];
    for (size_t i = 0; i < m->instrument->n_groups; i++) {
        if (answers->groups[i] != NULL) {
            add_codes(checks, measure, i, answers->groups[i]);
        }
    }
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const struct scale *const scale = &m->instrument->scales[i];
        add_audit(&checks->scales[m->first_scale + i].audit, scale, &scored[i]);
        if (owns_its_items(m->instrument, i) && answers->groups[scale->group] != NULL) {
            add_products(checks, measure, m->first_scale + i, answers->groups[scale->group]);
        }
    }
}

#define AGE_AND_OVER 120 /* as a highest age: no limit */

void item_checks_add_age(struct item_checks *checks, size_t measure, int64_t age)
{
    const struct instrument *const instrument = checks->study->measures[measure].instrument;
    if (instrument->age_highest > 0) {
        checks->ages[measure]++;
        checks->ages_outside[measure] +=
            age < (int64_t)instrument->age_lowest ||
            (age > (int64_t)instrument->age_highest && instrument->age_highest < AGE_AND_OVER);
    }
}

/* --- warnings --- */

/* Whether an item, by its sums, shows the sign in question. */
typedef bool item_sign(const struct item_sums *item);

static bool never_lowest(const struct item_sums *item)
{
    return item->n >= CHECKED_FORMS && item->n_lowest == 0;
}

static bool never_highest(const struct item_sums *item)
{
    return item->n >= CHECKED_FORMS && item->n_highest == 0;
}

/* Warns of all items of a group that show a sign, in one sentence that lists their numbers. */
static void warn_of_items(struct warnings *warnings, const struct item_checks *checks,
                          size_t measure, size_t group, item_sign *sign, enum message message)
{
    const struct measure *const m = &checks->study->measures[measure];
    const struct item_group *const g = &m->instrument->groups[group];
    const char *list = NULL;
    size_t n = 0;
    for (size_t i = 0; i < g->n_items; i++) {
        if (sign(item_at(checks, measure, group, i))) {
            list = list == NULL ? arena_printf(warnings->arena, "%zu", i + 1)
                                : arena_printf(warnings->arena, "%s, %zu", list, i + 1);
            n++;
            if (list == NULL) {
                warnings->no_memory = true;
                return;
            }
        }
    }
    if (list != NULL) {
        struct text text = text_of(message);
        text.arguments[0] = argument_count(n);
        text.arguments[1] = argument_name(m->label);
        text.arguments[2] = argument_name(list);
        text.arguments[3] = argument_value(
            value_count(message == MESSAGE_WARNING_NEVER_LOWEST ? g->lowest : g->highest), 0);
        warnings_add(warnings, text);
    }
}

/* Codes that look shifted: 1-3 where 0-2 is expected never gives the lowest code and gives one
   above the highest; 0-4 where 1-5 is expected is the mirror image. */
static void warn_of_shift(struct warnings *warnings, const struct item_checks *checks,
                          size_t measure, size_t group)
{
    const struct measure *const m = &checks->study->measures[measure];
    const struct item_group *const g = &m->instrument->groups[group];
    struct item_sums all = {0};
    for (size_t i = 0; i < g->n_items; i++) {
        const struct item_sums *const item = item_at(checks, measure, group, i);
        const uint64_t n = item->n + item->n_one_below + item->n_one_above;
        all.n = n > all.n ? n : all.n; /* forms that answer this item, one way or the other */
        all.n_lowest += item->n_lowest;
        all.n_highest += item->n_highest;
        all.n_one_below += item->n_one_below;
        all.n_one_above += item->n_one_above;
    }
    /* Over the whole group and not item by item: a shift is one of the file's coding. */
    const bool up = all.n_lowest == 0 && all.n_one_above > 0;
    const bool down = all.n_highest == 0 && all.n_one_below > 0;
    if (all.n >= CHECKED_FORMS && (up || down)) {
        const int shift = up ? 1 : -1;
        struct text text = text_of(MESSAGE_WARNING_SHIFTED_CODES);
        text.arguments[0] = argument_name(m->label);
        text.arguments[1] = argument_name(g->name);
        text.arguments[2] = argument_name(
            arena_printf(warnings->arena, "%d-%d", g->lowest + shift, g->highest + shift));
        text.arguments[3] =
            argument_name(arena_printf(warnings->arena, "%d-%d", g->lowest, g->highest));
        if (text.arguments[2].name == NULL || text.arguments[3].name == NULL) {
            warnings->no_memory = true;
            return;
        }
        warnings_add(warnings, text);
    }
}

/* Whether an item correlates negatively with the sum of the other items of its scale, by more than
   chance would easily give: r < -2.33 / sqrt(n). With r = total - x for the rest, compared on
   exact sums: cov < 0 and n cov^2 > 2.33^2 var var. */
static bool runs_against(const struct item_sums *item, const struct scale_sums *scale)
{
    const int128 n = scale->n, sum = item->sum, sum_rest = scale->sum - item->sum;
    const int128 sum_product = item->sum_product - item->sum_square;
    const int128 sum_square_rest =
        scale->sum_square - 2 * (int128)item->sum_product + item->sum_square;
    /* Whole up to here, so that cov is 0 and gives no sign where an item or the rest never varies.
       2.33 is the 99th percentile of the normal, 1 / sqrt(n) the error of an r that is 0. */
    const double cov = (double)(n * sum_product - sum * sum_rest);
    const double var = (double)(n * item->sum_square - sum * sum);
    const double var_rest = (double)(n * sum_square_rest - sum_rest * sum_rest);
    return n >= CHECKED_FORMS && cov < 0.0 && (double)n * cov * cov > 2.33 * 2.33 * var * var_rest;
}

static void warn_of_direction(struct warnings *warnings, const struct item_checks *checks,
                              size_t measure, size_t scale_index)
{
    const struct measure *const m = &checks->study->measures[measure];
    const struct scale *const scale = checks->study->scales[scale_index].scale;
    for (size_t i = 0; i < scale->n_items; i++) {
        if (runs_against(item_at(checks, measure, scale->group, scale->items[i]),
                         &checks->scales[scale_index])) {
            struct text text = text_of(MESSAGE_WARNING_AGAINST_SCALE);
            text.arguments[0] = argument_name(m->label);
            text.arguments[1] = argument_count((uint64_t)scale->items[i] + 1);
            text.arguments[2] = argument_name(scale->name);
            text.arguments[3] = argument_count((uint64_t)checks->scales[scale_index].n);
            warnings_add(warnings, text);
        }
    }
}

static void warn_of_age(struct warnings *warnings, const struct item_checks *checks, size_t measure)
{
    const struct measure *const m = &checks->study->measures[measure];
    if (checks->ages[measure] >= CHECKED_FORMS && checks->ages_outside[measure] > 0) {
        struct text text = text_of(MESSAGE_WARNING_AGE);
        text.arguments[0] = argument_name(m->label);
        text.arguments[1] = argument_count(checks->ages_outside[measure]);
        text.arguments[2] = argument_count(checks->ages[measure]);
        text.arguments[3] = argument_name(arena_printf(
            warnings->arena, "%u-%u", m->instrument->age_lowest, m->instrument->age_highest));
        if (text.arguments[3].name == NULL) {
            warnings->no_memory = true;
            return;
        }
        warnings_add(warnings, text);
    }
}

void item_checks_warn(struct warnings *warnings, const struct item_checks *checks)
{
    for (size_t i = 0; i < checks->study->n_measures; i++) {
        const struct measure *const m = &checks->study->measures[i];
        for (size_t j = 0; j < m->instrument->n_groups; j++) {
            if (j == 0) { /* the further groups hold rare answers by design */
                warn_of_items(warnings, checks, i, j, never_lowest, MESSAGE_WARNING_NEVER_LOWEST);
                warn_of_items(warnings, checks, i, j, never_highest, MESSAGE_WARNING_NEVER_HIGHEST);
            }
            warn_of_shift(warnings, checks, i, j);
        }
        for (size_t j = 0; j < m->instrument->n_scales; j++) {
            if (owns_its_items(m->instrument, j)) {
                warn_of_direction(warnings, checks, i, m->first_scale + j);
            }
        }
        warn_of_age(warnings, checks, i);
    }
}

#include "scales/score.h"

#include "scales/divisor.h"
#include "scales/rules.h"

/* 0 when it would be more than MAX_UNITS, or when a or b is 0. */
static int64_t least_common_multiple(int64_t a, int64_t b)
{
    if (a == 0 || b == 0) {
        return 0;
    }
    const int64_t product = a / greatest_common_divisor(a, b) * b;
    return product > MAX_UNITS ? 0 : product;
}

/* --- one form ------------------------------------------------------------------------------- */

/* Is every item of the group answered? A screen item is not one that the scale needs. */
static bool group_is_complete(const struct scale *scale, const struct item_group *group,
                              const answer *answers, size_t n_valid)
{
    const bool screen_open = scale->has_screen && !is_valid(group, answers[scale->screen_item]);
    return n_valid + (screen_open ? 1 : 0) == group->n_items;
}

/* `n_valid` is how many items of the scale's group have a valid answer. */
static struct scored score_items(const struct instrument *instrument, const struct scale *scale,
                                 const answer *answers, size_t n_valid)
{
    const struct item_group *const group = &instrument->groups[scale->group];
    int64_t sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < scale->n_items; i++) {
        const answer a = answers[scale->items[i]];
        if (is_valid(group, a)) {
            sum += item_points(scale, group, i, a);
            n++;
        }
    }
    return scored_scale_items(
        scale, sum, n, scale->has_screen && answers[scale->screen_item] == scale->screen_answer,
        instrument->complete_groups_only && !group_is_complete(scale, group, answers, n_valid));
}

static size_t count_valid(const struct item_group *group, const answer *answers)
{
    size_t n = 0;
    for (size_t i = 0; answers != NULL && i < group->n_items; i++) {
        n += is_valid(group, answers[i]) ? 1 : 0;
    }
    return n;
}

void instrument_score(const struct instrument *instrument, const struct answers *answers,
                      struct scored out[])
{
    size_t n_valid[MAX_GROUPS] = {0};
    for (size_t g = 0; instrument->complete_groups_only && g < instrument->n_groups; g++) {
        n_valid[g] = count_valid(&instrument->groups[g], answers->groups[g]);
    }
    /* In order: every scale stands behind its parts, whose results it reads from out[]. */
    for (size_t i = 0; i < instrument->n_scales; i++) {
        const struct scale *const scale = &instrument->scales[i];
        out[i] = (struct scored){.outcome = REASON_NO_FORM};
        switch (scale->kind) {
        case SCALE_ITEMS:
            if (answers->groups[scale->group] != NULL) {
                out[i] = score_items(instrument, scale, answers->groups[scale->group],
                                     n_valid[scale->group]);
            }
            break;
        case SCALE_SCALES:
            out[i] = scored_parts(instrument, scale, out);
            break;
        case SCALE_CONVERSION:
            out[i] = scored_conversion(&instrument->scales[scale->parts[0]], scale,
                                       out[scale->parts[0]]);
            break;
        case SCALE_GOALS:
            break;
        }
    }
}

size_t answers_count(const struct instrument *instrument, const struct answers *answers)
{
    size_t n = 0;
    for (size_t g = 0; g < instrument->n_groups; g++) {
        n += count_valid(&instrument->groups[g], answers->groups[g]);
    }
    return n;
}

/* --- what a rule can give ------------------------------------------------------------------- */

/* Puts `value` behind the n others as far as there is room; how many there are then. */
static size_t append(int64_t out[], size_t capacity, size_t n, int64_t value)
{
    if (n < capacity) {
        out[n] = value;
    }
    return n + 1;
}

/* The sums of each number of answers rise on their own: merged, always the lowest next. */
static size_t values_of_items(const struct instrument *instrument, const struct scale *scale,
                              int64_t out[], size_t capacity)
{
    int64_t sums[MAX_ITEMS + 1] = {0}, scores[MAX_ITEMS + 1] = {0}, low, high;
    const size_t fewest = scale->min_answered > 0 ? scale->min_answered : 1;
    bool zero = scale->has_screen; /* the screen gives 0, also where no sum does */
    size_t n = 0;
    item_range(instrument, scale, &low, &high);
    for (size_t k = fewest; k <= scale->n_items; k++) {
        sums[k] = low * (int64_t)k;
        scores[k] = score_of_sum(scale, sums[k], k);
    }
    for (;;) {
        int64_t next = zero ? 0 : INT64_MAX;
        for (size_t k = fewest; k <= scale->n_items; k++) {
            next = sums[k] <= high * (int64_t)k ? least(next, scores[k]) : next;
        }
        if (next == INT64_MAX) {
            return n;
        }
        n = append(out, capacity, n, next);
        zero = zero && next != 0;
        for (size_t k = fewest; k <= scale->n_items; k++) {
            while (sums[k] <= high * (int64_t)k && scores[k] == next) {
                sums[k]++;
                scores[k] = score_of_sum(scale, sums[k], k);
            }
        }
    }
}

/* Every unit from the lowest sum to the highest. */
static size_t values_of_parts(const struct instrument *instrument, const struct scale *scale,
                              int64_t out[], size_t capacity)
{
    const int64_t units = scale->units_per_point, whole = (int64_t)scale->n_parts;
    int64_t low = 0, high = 0, lowest_part = INT64_MAX, highest_part = INT64_MIN;
    for (size_t i = 0; i < scale->n_parts; i++) {
        const struct scale *const part = &instrument->scales[scale->parts[i]];
        const int64_t factor = units / part->units_per_point;
        low += part->values[0] * factor;
        high += part->values[part->n_values - 1] * factor;
        lowest_part = least(lowest_part, part->values[0] * factor);
        highest_part = most(highest_part, part->values[part->n_values - 1] * factor);
    }
    /* From fewer parts, all could be of the kind with the lowest, or highest, scores. */
    if (scale->min_parts < scale->n_parts) {
        low = least(low, lowest_part * whole);
        high = most(high, highest_part * whole);
        /* A prorated sum may be rounded to a whole point beyond the ends, by less than one. */
        if (scale->rounding != ROUNDING_NONE) {
            low -= units - 1;
            high += units - 1;
        }
    }
    const size_t n = (size_t)(high - low) + 1;
    for (size_t i = 0; i < n && i < capacity; i++) {
        out[i] = low + (int64_t)i;
    }
    return n;
}

static size_t values_of_conversion(const struct instrument *instrument, const struct scale *scale,
                                   int64_t out[], size_t capacity)
{
    const struct scale *const raw = &instrument->scales[scale->parts[0]];
    /* The least value above the last, again and again: a table of a user need not rise, and may
       give one value twice. */
    int64_t last = INT64_MIN;
    size_t n = 0;
    for (;;) {
        int64_t next = INT64_MAX;
        for (size_t i = 0; i < raw->n_values; i++) {
            const int64_t place = raw->values[i] / raw->units_per_point - scale->conversion_lowest;
            if (place >= 0 && (size_t)place < scale->n_conversion &&
                scale->conversion[place] > last) {
                next = least(next, scale->conversion[place]);
            }
        }
        if (next == INT64_MAX) {
            return n;
        }
        n = append(out, capacity, n, next);
        last = next;
    }
}

size_t scale_values(const struct instrument *instrument, size_t index, int64_t out[],
                    size_t capacity)
{
    const struct scale *const scale = &instrument->scales[index];
    switch (scale->kind) {
    case SCALE_ITEMS:
        return values_of_items(instrument, scale, out, capacity);
    case SCALE_SCALES:
        return values_of_parts(instrument, scale, out, capacity);
    case SCALE_CONVERSION:
        return values_of_conversion(instrument, scale, out, capacity);
    case SCALE_GOALS:
        break;
    }
    return 0;
}

/* Scaling a whole number from k to n parts gives multiples of gcd(n, k) / k. */
static int64_t units_of_prorating(size_t n, size_t fewest)
{
    int64_t units = 1;
    for (size_t k = fewest > 0 ? fewest : 1; k < n; k++) {
        const int64_t answered = (int64_t)k;
        units =
            least_common_multiple(units, answered / greatest_common_divisor((int64_t)n, answered));
    }
    return units;
}

int64_t scale_units(const struct instrument *instrument, size_t index)
{
    const struct scale *const scale = &instrument->scales[index];
    int64_t units = 1;
    switch (scale->kind) {
    case SCALE_ITEMS:
        /* Rounded scores, and those whose blanks count 0, are whole points: nothing to divide. */
        return scale->rounding != ROUNDING_NONE || scale->blank_is_zero
                   ? 1
                   : units_of_prorating(scale->n_items, scale->min_answered);
    case SCALE_SCALES:
        for (size_t i = 0; i < scale->n_parts; i++) {
            units =
                least_common_multiple(units, instrument->scales[scale->parts[i]].units_per_point);
        }
        if (scale->rounding == ROUNDING_NONE) {
            const int64_t parts = units_of_prorating(scale->n_parts, scale->min_parts);
            units = parts > 0 && units <= MAX_UNITS / parts ? units * parts : 0;
        }
        return units;
    case SCALE_CONVERSION:
    case SCALE_GOALS:
        break;
    }
    return scale->units_per_point;
}

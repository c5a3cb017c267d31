/* scales/rules.h - the rules by which one form's sums become scores, as score.c (form by form) and
   forms.c (column by column) share them. Nobody else includes this. */
#ifndef PELLTER_SCALES_RULES_H
#define PELLTER_SCALES_RULES_H

#include <assert.h>
#include "scales/instrument.h"

static inline int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ANSWER_MISSING is below every group's lowest code, so that it needs no test of its own. */
static inline bool is_valid(const struct item_group *group, answer a)
{
    return a >= group->lowest && a <= group->highest;
}

/* What a valid answer to item `i` of the scale adds to its sum. */
static inline int64_t item_points(const struct scale *scale, const struct item_group *group,
                                  size_t i, answer a)
{
    /* Reversed as coded on the form, then recoded: the recode is a list by keyed code. */
    const int keyed = scale->reversed[i] ? group->lowest + group->highest - a : a;
    return scale->recode != NULL ? scale->recode[keyed - group->lowest] : keyed;
}

/* The fewest and the most points that one item can add; reversing does not change them. */
static inline void item_range(const struct instrument *instrument, const struct scale *scale,
                              int64_t *low, int64_t *high)
{
    const struct item_group *const group = &instrument->groups[scale->group];
    *low = group->lowest;
    *high = group->highest;
    if (scale->recode != NULL) {
        *low = *high = scale->recode[0];
        for (int code = 1; code <= group->highest - group->lowest; code++) {
            *low = least(*low, scale->recode[code]);
            *high = most(*high, scale->recode[code]);
        }
    }
}

/* The sum of `answered` items or parts, in units, scaled up to `whole` of them. In whole numbers
   throughout: half up is floor(x + 1/2), which for -2.5 is -2. */
static inline int64_t prorate(int64_t sum, size_t whole, size_t answered, enum rounding rounding,
                              int64_t units)
{
    const int64_t top = sum * (int64_t)whole, n = (int64_t)answered;
    if (rounding == ROUNDING_NONE) {
        assert(top % n == 0); /* what scale_units is for */
        return top / n;
    }
    const int64_t bottom = n * units;
    int64_t points = top / bottom, rest = top % bottom;
    if (rest < 0) {
        points--;
        rest += bottom;
    }
    /* The official SDQ syntax rounds half up, R's round() half to even; with 4 of 5 items answered
       2 points give 2.5, which is 3 or 2. */
    const bool odd = points % 2 != 0;
    if (rest * 2 > bottom || (rest * 2 == bottom && (rounding == ROUNDING_HALF_UP || odd))) {
        points++;
    }
    return points * units;
}

/* The score in units of n answers that add up to `sum` points. Where a blank item counts 0 (SDQ
   impact) the sum is the score, however few were answered. */
static inline int64_t score_of_sum(const struct scale *scale, int64_t sum, size_t n)
{
    const int64_t units = scale->units_per_point;
    return n == scale->n_items || scale->blank_is_zero
               ? sum * units
               : prorate(sum * units, scale->n_items, n, scale->rounding, units);
}

static inline struct scored scored_as(const struct scale *scale, int64_t score, size_t n_answered,
                                      bool prorated)
{
    return (struct scored){.outcome = outcome_of_score(scale->values, scale->n_values, score),
                           .n_answered = (uint8_t)n_answered,
                           .prorated = prorated};
}

/* Of n answered items whose points add up to `sum`. A screen, and whether the group is complete,
   are the caller's to ask. */
static inline struct scored scored_items(const struct scale *scale, int64_t sum, size_t n)
{
    /* From no answer there is no score under any rule, not a score of 0. */
    if (n == 0 || n < scale->min_answered) {
        return (struct scored){.outcome = REASON_INCOMPLETE, .n_answered = (uint8_t)n};
    }
    return scored_as(scale, score_of_sum(scale, sum, n), n, n < scale->n_items);
}

/* The same with what stands above it. `is_screened`: the form gives the screen's answer. `is_wanting`:
   its group has to be complete, and is not. */
static inline struct scored scored_scale_items(const struct scale *scale, int64_t sum, size_t n,
                                               bool is_screened, bool is_wanting)
{
    /* Before the count of answers: whoever reports no difficulties is told to skip the other impact
       items, and has a score of 0, not an incomplete form. */
    if (is_screened) {
        return scored_as(scale, 0, n, false);
    }
    if (is_wanting) {
        return (struct scored){.outcome = REASON_INCOMPLETE, .n_answered = (uint8_t)n};
    }
    return scored_items(scale, sum, n);
}

/* Units of a sum of scales in one unit of its part. */
static inline int64_t part_factor(const struct scale *scale, const struct scale *part)
{
    return scale->units_per_point / part->units_per_point;
}

/* Of n scored parts that add up to `sum` units of the scale; `prorated`: one of them is. */
static inline struct scored scored_sum(const struct scale *scale, int64_t sum, size_t n,
                                       size_t n_no_form, bool prorated)
{
    /* No form only where no part has one: a part that was filled in too thinly is incomplete. */
    if (n == 0 || n < scale->min_parts) {
        return (struct scored){.outcome =
                                   n_no_form == scale->n_parts ? REASON_NO_FORM : REASON_INCOMPLETE,
                               .n_answered = (uint8_t)n};
    }
    if (n < scale->n_parts) {
        sum = prorate(sum, scale->n_parts, n, scale->rounding, scale->units_per_point);
        prorated = true;
    }
    return scored_as(scale, sum, n, prorated);
}

/* scored[] holds the results of the scales before this one. Parts are added as they were scored, their
   rounding included, as in the official SDQ syntax: the total is the sum of the printed subscales,
   not of the items. */
static inline struct scored scored_parts(const struct instrument *instrument,
                                         const struct scale *scale, const struct scored scored[])
{
    int64_t sum = 0;
    size_t n = 0, n_no_form = 0;
    bool prorated = false;
    for (size_t i = 0; i < scale->n_parts; i++) {
        const struct scale *const part = &instrument->scales[scale->parts[i]];
        const struct scored *const of_part = &scored[scale->parts[i]];
        if (is_scored(of_part->outcome)) {
            sum += outcome_score(part->values, of_part->outcome) * part_factor(scale, part);
            /* one prorated subscale makes the total a prorated score, though no part is missing */
            prorated = prorated || of_part->prorated;
            n++;
        } else if (of_part->outcome == REASON_NO_FORM) {
            n_no_form++;
        }
    }
    return scored_sum(scale, sum, n, n_no_form, prorated);
}

static inline struct scored scored_conversion(const struct scale *raw, const struct scale *scale,
                                              struct scored raw_scored)
{
    if (!is_scored(raw_scored.outcome)) {
        return (struct scored){.outcome = raw_scored.outcome};
    }
    /* The published table of metric SWEMWBS knows whole raw scores only. */
    const int64_t points = outcome_score(raw->values, raw_scored.outcome) / raw->units_per_point;
    const int64_t place = points - scale->conversion_lowest;
    assert(place >= 0 && (size_t)place < scale->n_conversion);
    return scored_as(scale, scale->conversion[place], 1, raw_scored.prorated);
}

#endif
